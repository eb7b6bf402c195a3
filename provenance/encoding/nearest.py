"""The known word that somebody may have meant: 'comissioning'.

Words are compared letter by letter: how many must be added, left out, put in
another's place, or swapped with their neighbour. Whoever is told the nearest
decides; nothing is ever taken for what it is near to.
"""

from collections.abc import Iterable

_MOST = 3
"""So many letters may be wrong, at most, and of short words fewer."""

_LONGEST = 64


def suggestion(said: str, known: Iterable[str]) -> str:
    """Return a question that ends a message; "" if no word is near *said*."""
    word = nearest(said, known)
    return "" if word is None else f": did you mean {word!r}?"


def nearest(said: str, known: Iterable[str]) -> str | None:
    """Return the word of *known* that *said* is nearly, if there is one.

    At most a quarter of its letters may be wrong. Of several the nearest is
    returned, of equally near ones the first in order.
    """
    letters = said.lower()
    if len(letters) > _LONGEST:
        return None
    most = min(_MOST, max(1, len(letters) // 4))
    found = [
        (wrong, word)
        for word in known
        if abs(len(other := word.lower()) - len(letters)) <= most
        and (wrong := _distance(letters, other)) <= most
    ]
    return min(found)[1] if found else None


def _distance(left: str, right: str) -> int:
    """Return how many letters of *left* must change to make it *right*."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(right, 1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            is_swapped = i > 1 and j > 1 and a == right[j - 2]
            if is_swapped and left[i - 2] == b:
                least = min(least, last[j - 2] + 1)
            row.append(least)
    return row[-1]
