"""What text may hold that people are to read."""

import re

# Controls, and what turns the direction in which a line is read.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def hides(text: str) -> bool:
    """Return whether *text* holds a character that cannot be seen."""
    # Whatever is hidden is not printable, either, and most texts are.
    return not text.isprintable() and _HIDDEN.search(text) is not None
