"""An actor with its keys and grants, as lines that people read."""

from provenance.claims.actor import Grant
from provenance.claims.registry import Actor, ActorKey
from provenance.cli.screen import Screen
from provenance.encoding.instant import utc

SHORT = 16
"""How many hexadecimal digits of an id are shown, and enough to name it."""


def print_actor(screen: Screen, known: Actor) -> None:
    """Print *known* with its keys and grants, those that ended too."""
    kind = "  authority" if known.is_authority else ""
    screen.line((known.id, "strong"), "  ", known.name, kind)
    for key_id, held_key in known.keys.items():
        screen.line(f"  key    {key_id.hex()[:SHORT]}  ", span_of(held_key))
    for held in known.grants.values():
        ended = (
            "" if held.revoked is None else f", revoked by entry {held.revoked}"
        )
        screen.line(
            f"  grant  {held.id.hex()[:SHORT]}  ",
            held.grant.role,
            *_limits(held.grant),
            f"  {_since(held.added)}{ended}",
        )


def span_of(key: ActorKey) -> str:
    """Return from which entry on *key* counts, and until which."""
    since = _since(key.added)
    if key.revoked is None:
        return since
    return f"{since}, revoked by entry {key.revoked}: {key.reason}"


def _since(added: int) -> str:
    return "of the trust file" if added < 0 else f"since entry {added}"


def _limits(given: Grant) -> list[str]:
    limits = []
    if given.prefixes:
        limits.append(f", prefixes {' '.join(given.prefixes)}")
    if given.places:
        limits.append(f", at {' '.join(given.places)}")
    if given.start is not None:
        limits.append(f", from {utc(given.start)}")
    if given.until is not None:
        limits.append(f", until {utc(given.until)}")
    if given.may_grant:
        limits.append(", may pass it on")
    return limits
