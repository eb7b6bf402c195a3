"""Permission: which of an actor's grants let it do what an event does.

Each need of an event (`provenance.claims.act`) must be met by one grant:

    role      has one of the kinds that the need names, or `*`
    dates     hold at the time of the entry
    places    all those of the event are the grant's, if it names any, and
              none is concealed
    prefixes  cover every owner key of the need

What a role may do is what the evidence book in force says; a role that it
does not know may do nothing.

In full: `FORMATS.md`, section 10.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from provenance.claims.act import Act, Need
from provenance.claims.actor import Grant
from provenance.encoding.digest import Hash
from provenance.encoding.instant import written
from provenance.errors import RoleNotGrantedError

ANY_KIND = "*"
"""Among a role's kinds: every kind."""

Roles = Mapping[str, frozenset[str]]
"""Role → the kinds of event that it may sign."""

Holds = Callable[[Grant], bool]
"""Whether a grant's dates admit the time of the entry."""


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """A grant with its history.

    Attributes:
        id: The id of the event that granted it.
        grant: What it gives.
        granted_by: The actor that signed it.
        parent: The id of the grant it was passed on from; None if the
            authorities gave it.
        added: The index of the entry where it took effect.
        revoked: The index of the entry that ended it; None while it holds.
        depth: How often it was passed on; 0 if the authorities gave it.
    """

    id: Hash
    grant: Grant
    granted_by: str
    parent: Hash | None
    added: int
    revoked: int | None = None
    depth: int = 0


def grant_for(  # noqa: PLR0913  # all but two are named at the call
    need: Need,
    act: Act,
    live: Sequence[HeldGrant],
    *,
    roles: Roles,
    holds: Holds,
    actor: str,
) -> HeldGrant:
    """Return the first of *live* grants that meets *need*.

    Args:
        need: One of those of *act*.
        act: What an event does.
        live: The grants of *actor* that nobody has ended, in the order of
            the log.
        roles: What each role may do.
        holds: Whether a grant's dates admit the time of the entry.
        actor: Who signed, for messages.

    Raises:
        RoleNotGrantedError: None of them meets it.
    """
    dated = [held for held in live if holds(held.grant)]
    try:
        return _first(need, act, dated, roles=roles, actor=actor)
    except RoleNotGrantedError:
        for held in live:
            has_dates = {held.grant.start, held.grant.until} != {None}
            ended = has_dates and not holds(held.grant)
            if ended and _meets(held, need, act, roles):
                raise RoleNotGrantedError(
                    f"{actor!r} may not sign {_kinds(need)} events: its grant"
                    f" as {held.grant.role} {_dates(held.grant, holds)}"
                ).under("permission.role") from None
        raise


def _first(
    need: Need,
    act: Act,
    live: Sequence[HeldGrant],
    *,
    roles: Roles,
    actor: str,
) -> HeldGrant:
    """Return the first of *live* grants that meets *need*.

    Raises:
        RoleNotGrantedError: None of them meets it.
    """
    kinds = _kinds(need)
    able = [held for held in live if _may(held, need, roles)]
    if not able:
        held_roles = sorted({held.grant.role for held in live}) or ["no role"]
        raise RoleNotGrantedError(
            f"{actor!r} may not sign {kinds} events: it holds"
            f" {', '.join(held_roles)}"
        ).under("permission.role")
    here = [held for held in able if _is_place_of(held.grant, act)]
    if not here:
        raise RoleNotGrantedError(
            f"{actor!r} may not sign {kinds} events at"
            f" {', '.join(act.places) or 'an unnamed place'}"
        ).under("permission.place")
    for held in here:
        if _covers(held.grant, need):
            return held
    # One grant must cover all; name what no grant covers, if anything.
    foreign = next(
        (
            key
            for key in need.keys
            if not any(held.grant.lets_create(key) for held in here)
        ),
        need.keys[0],
    )
    raise RoleNotGrantedError(
        f"{actor!r} may not sign {kinds} events of items under {foreign!r}:"
        " its grants name other prefixes"
    ).under("permission.prefix")


def _kinds(need: Need) -> str:
    return " or ".join(map(repr, sorted(need.kinds)))


def _dates(grant: Grant, holds: Holds) -> str:
    """Return why the dates of *grant*, which do not hold, do not."""
    if grant.until is not None and not holds(replace(grant, start=None)):
        return f"ended at {written(grant.until)}"
    assert grant.start is not None, "without dates it would hold"
    return f"begins at {written(grant.start)}"


def _meets(held: HeldGrant, need: Need, act: Act, roles: Roles) -> bool:
    """Return whether *held* meets *need*, but for its dates."""
    return (
        _may(held, need, roles)
        and _is_place_of(held.grant, act)
        and _covers(held.grant, need)
    )


def _covers(grant: Grant, need: Need) -> bool:
    return all(map(grant.lets_create, need.keys))


def _may(held: HeldGrant, need: Need, roles: Roles) -> bool:
    kinds = roles.get(held.grant.role, frozenset())
    return ANY_KIND in kinds or not need.kinds.isdisjoint(kinds)


def _is_place_of(grant: Grant, act: Act) -> bool:
    return not grant.places or (
        bool(act.places)
        and not act.hides_place
        and set(act.places) <= set(grant.places)
    )
