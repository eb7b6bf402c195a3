"""What a client would have: the weights in Accept and Accept-Language.

    Accept: text/html,application/ld+json;q=0.9,*/*;q=0.8
    Accept-Language: zh-CN,zh;q=0.9,en;q=0.8

(RFC 9110, sections 12.5.1 and 12.5.4.) A weight that cannot be read is 0: what
is not understood is not preferred.
"""

import re
from collections.abc import Sequence

_MOST = 32
"""How many wishes of one header are looked at."""

_WEIGHT = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")

Wishes = Sequence[tuple[str, float]]
"""What is named, in lower case, with its weight from 0 to 1."""

Liking = tuple[float, int]
"""A weight, and how closely the thing was named."""


def read_wishes(header: str) -> Wishes:
    """Return what *header* names; nothing if it is empty."""
    return [
        _read_wish(part) for part in header.split(",")[:_MOST] if part.strip()
    ]


def liking_of_type(media_type: str, wishes: Wishes) -> Liking:
    """Return how much *wishes* like *media_type*: all is liked by none."""
    if not wishes:
        return 1.0, 0
    patterns = ("*/*", f"{media_type.partition('/')[0]}/*", media_type)
    for closeness, pattern in reversed(list(enumerate(patterns))):
        weights = [weight for name, weight in wishes if name == pattern]
        if weights:
            weight = max(weights)
            return weight, closeness if weight else 0
    return 0.0, 0


def liking_of_language(language: str, wishes: Wishes) -> float:
    """Return how much *wishes* like *language*, such as zh-CN.

    zh-CN is liked as much as zh is, and the other way round: a reader of
    either reads the other. Not being named is 0, `*` or not: it gives no
    reason to prefer this one.
    """
    language = language.lower()
    main = language.partition("-")[0]
    for names in (
        {language},
        {main},
        {name for name, _ in wishes if name.startswith(f"{main}-")},
    ):
        weights = [weight for name, weight in wishes if name in names]
        if weights:
            return max(weights)
    return 0.0


def _read_wish(part: str) -> tuple[str, float]:
    name, *parameters = [piece.strip().lower() for piece in part.split(";")]
    weight = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.rstrip() == "q":
            found = _WEIGHT.fullmatch(value.strip())
            weight = 0.0 if found is None else float(found[0])
    return name, weight
