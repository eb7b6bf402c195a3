r"""GS1 element strings: AIs and values in one line, as codes carry them.

    (01)09506000134352(21)A\(1)(17)271231      bracketed, for people
    010950600013435221A(1)␝17271231              raw, ␝ is FNC1 (ASCII 29)

Raw, a value ends where its AI's length is predefined, else at FNC1 or at the
end (GS1 General Specifications, section 7.8). FNC1 may also follow a value
that would not need it, the last one too, and may come first, where it says
that the code is GS1's.

Bracketed, a value ends at the next `(`. One that belongs to the value is
written `\(`; no value has a backslash. This is ours: what is printed beside
a code for people to read has no escape, and can mislead them.

Promises: an `ElementString` that exists has valid values, and reads back
equal from either form. Positions in errors count characters from 0.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from provenance.errors import MalformedError
from provenance.gs1.ai import find_ai, find_ai_at
from provenance.gs1.elements import (
    Element,
    check_elements,
    choose_identifier,
    split_elements,
)
from provenance.gs1.identifier import Identifier

FNC1 = "\x1d"
"""The ASCII group separator, as which a scanner delivers FNC1."""

MAX_CODE_LENGTH = 8192
"""The most characters of a code's content: a QR code holds 7,089 digits."""

_BRACKETED = re.compile(r"\(([0-9]{2,4})\)((?:[^(\\]|\\\()*)")


@dataclass(frozen=True, slots=True)
class ElementString:
    """What one label says.

    Attributes:
        elements: The (AI, value) pairs, in order, each AI once.

    Raises:
        MalformedError: There is none, one is not valid, one is said twice,
            or two cannot stand beside each other.
    """

    elements: tuple[Element, ...]

    def __post_init__(self) -> None:
        if check_elements(self.elements) != self.elements:
            raise MalformedError("an element string says each AI once")

    @property
    def identifier(self) -> Identifier | None:
        """The key with its qualifiers; None if there is no key.

        `provenance.gs1.elements.choose_identifier` tells which of several.
        """
        return choose_identifier(self.elements)

    @property
    def attributes(self) -> tuple[Element, ...]:
        """What the identifier leaves, in order."""
        return split_elements(self.elements)[1]


def parse_element_string(text: str) -> ElementString:
    """Return what *text* says, bracketed if it starts with `(`, else raw.

    What is said twice alike is said once. Whether an element has beside it
    what it needs is not asked: that may stand in another code of the label
    (`provenance.gs1.elements.check_partners`).

    Raises:
        MalformedError: It is no element string, or says what is not valid.
    """
    _check_length(text)
    if text.startswith("("):
        return ElementString(tuple(dict.fromkeys(_read_bracketed(text))))
    return parse_raw(text)


def parse_raw(text: str) -> ElementString:
    """Return what *text* says, the content of a code.

    Raises:
        MalformedError: It is no element string, or says what is not valid.
    """
    _check_length(text)
    return ElementString(tuple(dict.fromkeys(_read_raw(text))))


def _check_length(text: str) -> None:
    """Check that a code could hold *text*.

    Raises:
        MalformedError: It is too long.
    """
    if len(text) > MAX_CODE_LENGTH:
        raise MalformedError(
            f"a code holds at most {MAX_CODE_LENGTH} characters, not"
            f" {len(text)}"
        )


def format_bracketed(string: ElementString) -> str:
    """Return *string* for people, with brackets around the AIs."""
    return "".join(
        f"({code}){value.replace('(', chr(92) + '(')}"
        for code, value in string.elements
    )


def format_raw(string: ElementString) -> str:
    """Return *string* as a scanner delivers it, with FNC1 where it must be."""
    *firsts, (code, value) = string.elements
    parts = [
        f"{code}{value}{'' if find_ai(code).is_predefined else FNC1}"
        for code, value in firsts
    ]
    return "".join([*parts, code, value])


def put_predefined_first(string: ElementString) -> ElementString:
    """Return the same, in the order that needs the fewest FNC1.

    Values of predefined length come first, then the others, each as ordered.
    """
    ordered = sorted(
        string.elements,
        key=lambda element: not find_ai(element[0]).is_predefined,
    )
    return ElementString(tuple(ordered))


def _read_bracketed(text: str) -> Iterator[Element]:
    position = 0
    while position < len(text):
        found = _BRACKETED.match(text, position)
        if found is None:
            raise MalformedError(
                f"{text[position : position + 20]!r} at position {position} is"
                " neither an AI in brackets nor part of a value: ( in a value"
                " is written \\(, and nothing else with a backslash"
            )
        code, value = found[1], found[2].replace("\\(", "(")
        _check_at(position, code, value)
        yield code, value
        position = found.end()


def _read_raw(text: str) -> Iterator[Element]:
    position = 1 if text.startswith(FNC1) else 0
    while position < len(text):
        ai = find_ai_at(text, position)
        start = position + len(ai.code)
        end = text.find(FNC1, start)
        if end == -1:
            end = len(text)
        if ai.is_predefined:
            end = min(end, start + ai.longest)
        value = text[start:end]
        _check_at(position, ai.code, value)
        yield ai.code, value
        position = end + 1 if text.startswith(FNC1, end) else end


def _check_at(position: int, code: str, value: str) -> None:
    try:
        find_ai(code).check(value)
    except MalformedError as error:
        raise MalformedError(f"at position {position}: {error}") from error
