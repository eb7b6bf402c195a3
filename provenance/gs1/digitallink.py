"""GS1 Digital Links with all that they say, attributes included.

    https://brand.example/shop/01/09506000134352/21/00042?17=271231&lang=en
    ^stem                      ^identifier                ^attribute

The path says what a thing is (`provenance.gs1.linkpath`), the query says more
about it: parameters whose names are AIs. Others, and bare words, are for
whoever answers the link, and are left out here.

    query = [parameter *("&" parameter)]       parameter = AI "=" value / any

Promises: in a `DigitalLink` that exists each value is one of its AI, each AI
is said once and where it belongs, and everything has beside it what GS1
demands. Two links say the same if they are equal; their texts may differ.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from provenance.errors import MalformedError
from provenance.gs1.ai import find_ai
from provenance.gs1.elements import (
    Element,
    check_elements,
    check_partners,
    split_elements,
)
from provenance.gs1.identifier import (
    CANONICAL_STEM,
    GTIN,
    Identifier,
    escape,
)
from provenance.gs1.linkpath import (
    decode_value,
    fill_up,
    refuse_qualifiers,
    split_link,
)

_NUMBER = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A GS1 Digital Link, its values decoded.

    Attributes:
        identifier: What the path identifies.
        attributes: The (AI, value) pairs of the query, in order.
        stem: What stands before the slash in front of the key.

    Raises:
        MalformedError: The stem is no http or https address, or one of the
            attributes cannot stand in this link.
    """

    identifier: Identifier
    attributes: tuple[Element, ...] = ()
    stem: str = CANONICAL_STEM

    def __post_init__(self) -> None:
        if split_link(self.identifier.link_under(self.stem)).stem != self.stem:
            raise MalformedError(
                f"{self.stem[:80]!r} is no stem of a Digital Link, such as"
                f" {CANONICAL_STEM}"
            )
        refuse_qualifiers((ai for ai, _ in self.attributes), self.identifier)
        for ai, _ in self.attributes:
            if not find_ai(ai).is_attribute:
                raise MalformedError(
                    f"{find_ai(ai)} cannot stand in the query of a Digital Link"
                )
        if check_elements(self.elements) != self.elements:
            raise MalformedError("a Digital Link says each AI once")
        check_partners(self.elements)

    @property
    def elements(self) -> tuple[Element, ...]:
        """All (AI, value) pairs, in order."""
        return (*self.identifier.elements, *self.attributes)

    @property
    def uri(self) -> str:
        """The link as it is printed."""
        query = "&".join(
            f"{ai}={escape_query(value)}" for ai, value in self.attributes
        )
        path = self.identifier.link_under(self.stem)
        return f"{path}?{query}" if query else path


def parse_digital_link(uri: str) -> DigitalLink:
    """Return what *uri* says, on whatever domain.

    A GTIN of 8, 12 or 13 digits, as older links have it, is filled up with
    zeros to 14. What follows `#` is left out.

    Raises:
        MalformedError: It is no Digital Link, or not a valid one.
    """
    stem, identifier, query = split_link(uri)
    attributes = tuple(
        (ai, fill_up(value) if ai == GTIN else value)
        for ai, value in _read_query(query)
    )
    return DigitalLink(identifier, attributes, stem)


def build_digital_link(
    elements: Sequence[Element], *, stem: str = CANONICAL_STEM
) -> DigitalLink:
    """Return the link that says *elements*, the key and qualifiers in its path.

    Args:
        elements: (AI, value) pairs in any order, such as of a label.
        stem: What the link starts with; a slash at its end is left out.

    Raises:
        MalformedError: There is no key among them, or they make no link.
    """
    identifier, attributes = split_elements(check_elements(elements))
    if identifier is None:
        raise MalformedError(
            "a Digital Link has a GS1 key, such as (01) or (00), unlike"
            f" {', '.join(f'({ai})' for ai, _ in elements)}"
        )
    return DigitalLink(identifier, attributes, stem.removesuffix("/"))


def escape_query(value: str) -> str:
    """Return *value* for the query of a link, where `+` is a space."""
    return escape(value).replace("%20", "+")


def _read_query(query: str) -> Iterable[Element]:
    for parameter in query.split("&"):
        ai, equals, value = parameter.partition("=")
        if equals and _NUMBER.fullmatch(ai):
            yield ai, decode_value(value.replace("+", " "))
