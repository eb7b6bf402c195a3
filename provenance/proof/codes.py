"""The registry of checks and codes: what a verdict can say, each thing once.

`codes.json` beside this module is the only place that gives a check its
number, a code its outcome, and both their words in English and Chinese. The
literal code stands where it is raised, so that one search finds who raises it
and one entry of that file what it means. Numbers and codes are fixed for ever:
a new check takes the next number wherever it runs, and a code that is no
longer raised is never given another meaning.

    PRV-nnmm    check nn, reason mm; mm = 00 where the check passed

The page reads the same registry, as `web/verify/proof/codes.js` and
`explanations.js`, which `python -m tests.web.make_codes` writes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pkgutil import get_data
from types import MappingProxyType

NOT_CHECKED = "PRV-0001"
"""The code of every check that did not run."""


class Outcome(StrEnum):
    """What a step, or all of them together, came to."""

    VERIFIED = "VERIFIED"
    UNKNOWN = "UNKNOWN"
    INCOMPLETE = "INCOMPLETE"
    FAILED = "FAILED"

    def __bool__(self) -> bool:
        """Refuse to be asked whether it is true: every outcome would be."""
        raise TypeError(
            "an outcome is neither true nor false: ask `is Outcome.VERIFIED`"
        )

    @property
    def gravity(self) -> int:
        """How grave it is: 0 for VERIFIED, 3 for FAILED."""
        return list(Outcome).index(self)


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a verdict.

    Attributes:
        id: Its name, such as `log-signature`.
        number: The first two digits of its codes.
        title: Language ("en", "zh") → what people call it.
    """

    id: str
    number: int
    title: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Code:
    """What one code says.

    Attributes:
        check: The id of its check; "" for `NOT_CHECKED`, which any may have.
        outcome: What the check comes to by it; None where it is a notice
            alone.
        is_notice: Whether it may stand above a verdict.
        sentence: Language ("en", "zh") → what it says, for whoever reads a
            verdict.
        explanation: Language → what it means and what to do, at length.
    """

    check: str
    outcome: Outcome | None
    is_notice: bool
    sentence: Mapping[str, str]
    explanation: Mapping[str, str]


def _read() -> tuple[dict[str, Check], dict[str, Code]]:
    # `importlib.resources` would load `pathlib` and `tempfile`, slowly.
    data = get_data(__package__, "codes.json")
    assert data is not None
    registry = json.loads(data)
    checks = {
        row["id"]: Check(row["id"], row["number"], row["title"])
        for row in registry["checks"]
    }
    codes = {
        code: Code(
            row["check"],
            Outcome(row["outcome"]) if row["outcome"] else None,
            row["notice"],
            row["sentence"],
            row["explanation"],
        )
        for code, row in registry["codes"].items()
    }
    return checks, codes


_CHECKS, _CODES = _read()

CHECKS: Mapping[str, Check] = MappingProxyType(_CHECKS)
"""Id → check, in the order in which they run and verdicts list them."""

CODES: Mapping[str, Code] = MappingProxyType(_CODES)
"""Code → what it says."""

STEPS: tuple[str, ...] = tuple(CHECKS)
"""The ids of the checks, in the order in which they run."""
