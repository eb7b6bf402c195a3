"""What tests need beside Python, and what becomes of them without it."""

import os
from typing import NoReturn

import pytest


def lack(reason: str) -> NoReturn:
    """Skip the test for *reason*; fail it where all parts are to be there."""
    if os.environ.get("PROVENANCE_REQUIRE_ALL", "") in {"1", "parts"}:
        pytest.fail(reason)
    pytest.skip(reason)
