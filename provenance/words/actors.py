"""An actor's keys and grants in words."""

from provenance.claims.actor import Grant
from provenance.claims.registry import ActorKey
from provenance.encoding.instant import utc

SHORT = 16
"""How many hexadecimal digits of an id are shown, and enough to name it."""


def span_of(key: ActorKey) -> str:
    """Return from which entry on *key* counts, and until which."""
    since = since_entry(key.added)
    if key.revoked is None:
        return since
    return f"{since}, revoked by entry {key.revoked}: {key.reason}"


def since_entry(added: int) -> str:
    """Return from which entry on something counts."""
    return "of the trust file" if added < 0 else f"since entry {added}"


def limits_of(given: Grant) -> list[str]:
    """Return what limits a grant, each as it follows the role."""
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
