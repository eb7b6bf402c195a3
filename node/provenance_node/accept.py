"""Which of several types a request would have (RFC 9110, section 12.5.1)."""

from collections.abc import Sequence

from provenance.problems.table import NOT_ACCEPTABLE
from provenance_node.problems import RefusedError

_MOST = 32
"""How many types of an Accept header are looked at."""


def choose(accept: str, offers: Sequence[str]) -> str:
    """Return the one of *offers* that *accept* likes best.

    Of two that it likes as much the first is taken; without a word, too.

    Raises:
        RefusedError: It takes none of them.
    """
    if not accept.strip():
        return offers[0]
    wishes = [_wish(part) for part in accept.split(",")[:_MOST]]
    liked = [(_liking(offer, wishes), offer) for offer in offers]
    best = max(liked, key=lambda row: row[0])
    if best[0] <= 0:
        raise RefusedError(
            NOT_ACCEPTABLE, f"it is given as {' or '.join(offers)}"
        )
    return best[1]


def _wish(part: str) -> tuple[str, float]:
    name, *parameters = [piece.strip() for piece in part.split(";")]
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                quality = float(value)
            except ValueError:
                quality = 0.0
    return name.lower(), quality if 0 <= quality <= 1 else 0.0


def _liking(offer: str, wishes: Sequence[tuple[str, float]]) -> float:
    """Return the quality that the most specific wish gives *offer*."""
    kind = offer.partition(";")[0]
    for pattern in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        qualities = [quality for name, quality in wishes if name == pattern]
        if qualities:
            return max(qualities)
    return 0.0
