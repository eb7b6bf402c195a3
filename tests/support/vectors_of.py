"""Finds the published test vectors, which are not part of this project."""

import os
import pathlib

import pytest

SHARED = pathlib.Path(__file__).resolve().parents[3] / "shared" / "vectors"


def shared(name: str) -> pathlib.Path:
    """Return the folder of published vectors *name*, or skip the test."""
    folder = SHARED / name
    if folder.exists():
        return folder
    reason = f"published vectors missing: put {name} under ../shared/vectors beside the project"
    if os.environ.get("PROVENANCE_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=True)
