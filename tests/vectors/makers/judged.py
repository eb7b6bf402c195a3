"""The cases of bundles: what is given, and what an examination must find."""

from collections.abc import Sequence
from copy import deepcopy
from functools import partial
from typing import Any

from tests.vectors.case import Case
from tests.vectors.ledger import Parts
from tests.vectors.makers.play import Play
from tests.vectors.names import can
from tests.vectors.reference import b64

NO_WITNESSES = ("PRV-0403", "")
"""The notice that the trust file asks for no cosignatures."""

OPERATOR = ("PRV-1007", "")
"""The notice that it rests on the operator's word that nothing was left out."""

WITNESSED = ("PRV-1008", "")
"""The notice that witnesses ensure that all see the same, and replay nothing."""

ALONE = (NO_WITNESSES, OPERATOR)
"""What is noticed of every bundle under a trust file without witnesses."""

_STOPS = {
    "PRV-0101", "PRV-0201", "PRV-0202", "PRV-0301", "PRV-0402", "PRV-0601",
    "PRV-0701", "PRV-0702", "PRV-0703", "PRV-0801", "PRV-0803", "PRV-0901", "PRV-1501",
}  # fmt: skip

RECALL = "urn:provenance:step:recalled"
RELEASE = "urn:provenance:step:customs_released"
REFUSAL = "urn:provenance:step:customs_refused"

Moment = tuple[int, int, str, str]
"""(log index, position, step, why the item belongs there)."""


def judged(
    name: str,
    desc: str,
    play: Play,
    bundle: Parts | bytes,
    *codes: str,
    trust: str = "plain",
    item: str | None = can(1),
    now: int | None = None,
    notices: Sequence[tuple[str, str]] | None = ALONE,
    timeline: Sequence[Moment] | None = None,
) -> Case:
    """Return a case; its name starts with its outcome.

    Of a bundle that stops before the walk nobody is told on whose word its
    completeness rests.
    """
    if notices is ALONE and _STOPS & {*codes}:
        notices = [NO_WITNESSES]
    data = bundle if isinstance(bundle, bytes) else bundle.to_bytes()
    gives: dict[str, object] = {"codes": list(codes)}
    if notices is not None:
        gives["notices"] = list(notices)
    if timeline is not None:
        gives["timeline"] = list(timeline)
    return Case(
        name,
        desc,
        {
            "bundle": b64(data),
            "trust": trust,
            "now": play.now if now is None else now,
            "item": item,
        },
        outcome=name.split("-", maxsplit=1)[0].upper(),
        gives=gives,
    )


pinned_case = partial(judged, trust="pinned")


def changed(bundle: Parts, *steps: int | str, to: Any) -> Parts:
    """Return a copy of *bundle* with the part where *steps* lead replaced.

    The first step is a part's name, the others are numbers. If *to* is a
    function it is given what was there.
    """
    copy = deepcopy(bundle)
    first, *rest = steps
    if not rest:
        old = getattr(copy, str(first))
        setattr(copy, str(first), to(old) if callable(to) else to)
        return copy
    inside = getattr(copy, str(first))
    for step in rest[:-1]:
        inside = inside[step]
    last = rest[-1]
    inside[last] = to(inside[last]) if callable(to) else to
    return copy
