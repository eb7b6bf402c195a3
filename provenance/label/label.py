r"""A label: the link that a code holds, and what people read beside it.

    https://id.brand.example/01/09506000134352/10/L7/21/7TQ3K9WMAF2XH

    (01)09506000134352
    (10)L7
    (21)7TQ3K9WMAF2XH

The host is printed for as long as the product lives, so it must be the
brand's own, and encrypted. The lines are bracketed element strings: typed
into any command they name the same item. A `(` in a value is written `\(`,
for a serial number must not be able to look like a lot (`A(10)L8`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from provenance.errors import MalformedError
from provenance.gs1.digitallink import (
    DigitalLink,
    build_digital_link,
    parse_digital_link,
)
from provenance.gs1.elements import Element
from provenance.gs1.elementstring import ElementString, format_bracketed
from provenance.gs1.epcurn import is_epc_urn, parse_epc_urn
from provenance.gs1.identifier import GTIN, LOT, SERIAL, Identifier
from provenance.gs1.scan import parse_scan

_HTTPS = re.compile(r"https://")
# For trying things out: a browser gives its own machine all that it gives an
# encrypted host.
_OWN_MACHINE = re.compile(
    r"http://(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]+)?(?:/.*)?"
)

_SCANNED = "(]0123456789\x1d"
_SERIALISED = frozenset({GTIN, "8006"})
_AROUND = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Label:
    """What is printed on one thing.

    Attributes:
        link: What the code says.
    """

    link: DigitalLink

    @property
    def uri(self) -> str:
        """The content of the code."""
        return self.link.uri

    @property
    def lines(self) -> tuple[str, ...]:
        """What people read, a line for each AI."""
        return tuple(
            format_bracketed(ElementString((element,)))
            for element in self.link.elements
        )

    @property
    def item(self) -> str:
        """The id of the item, as the ledger has it."""
        return self.link.identifier.identity.link

    @property
    def lot(self) -> str | None:
        """The lot, if the label names it."""
        return dict(self.link.identifier.qualifiers).get(LOT)

    @property
    def serial(self) -> str | None:
        """The serial number, if the label names one."""
        return dict(self.link.identifier.qualifiers).get(SERIAL)


def read_label(text: str, *, stem: str) -> Label:
    """Return the label of what *text* names: all that it says, at *stem*.

    Args:
        text: A link, an EPC URN, a scan, an element string, the digits of a
            GTIN. White space around it is left out.
        stem: What the link starts with, such as https://id.brand.example.

    Raises:
        MalformedError: It has no Digital Link, or *stem* cannot be printed.
    """
    return Label(
        build_digital_link(_read_elements(text), stem=check_stem(stem))
    )


def read_labels(
    lines: Iterable[str], *, stem: str, called: str = "line"
) -> Iterator[Label]:
    """Yield the label of each of *lines*; those with nothing are left out.

    Args:
        lines: Each as `read_label` takes it.
        stem: The same for all.
        called: What a line is called in messages.

    Raises:
        MalformedError: A line has no label, or the same one as another: two
            things with one number cannot be told apart. The message starts
            with the line's number, from 1.
    """
    places: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip(_AROUND):
            continue
        try:
            label = read_label(line, stem=stem)
        except MalformedError as error:
            raise MalformedError(f"{called} {number}: {error}") from error
        before = places.setdefault(label.item, number)
        if before != number:
            raise MalformedError(
                f"{called} {number}: the same as {called} {before}; two"
                " things with one number cannot be told apart"
            )
        yield label


def number_labels(product: Label, serials: Iterable[str]) -> Iterator[Label]:
    """Yield *product*'s label with each of *serials* in turn.

    Raises:
        MalformedError: It takes no serial number, or has one already.
    """
    identifier = product.link.identifier
    taken = [ai for ai, _ in identifier.qualifiers if ai in {SERIAL, "235"}]
    if identifier.key not in _SERIALISED or taken:
        raise MalformedError(
            "serial numbers are made for a GTIN (01) or an ITIP (8006), with or"
            f" without a lot, unlike {' '.join(product.lines)}: list the items"
        )
    for serial in serials:
        qualifiers = (*identifier.qualifiers, (SERIAL, serial))
        one = Identifier(identifier.key, identifier.value, qualifiers)
        yield Label(
            DigitalLink(one, product.link.attributes, product.link.stem)
        )


def check_stem(stem: str) -> str:
    """Return *stem* without a slash at its end.

    Raises:
        MalformedError: It is no https address, nor one of this machine.
    """
    if not (_HTTPS.match(stem) or _OWN_MACHINE.fullmatch(stem)):
        raise MalformedError(
            f"{stem[:80]!r} cannot be printed: a link starts with https:// and"
            " a host that is kept for the product's life, such as"
            " https://id.brand.example"
        )
    return stem.removesuffix("/")


def _read_elements(text: str) -> tuple[Element, ...]:
    text = text.strip(_AROUND)
    if text[:1] and text[0] in _SCANNED:
        return parse_scan(text).elements
    if is_epc_urn(text):
        identifier = parse_epc_urn(text)
        if identifier is None:
            raise MalformedError(
                f"{text[:80]!r} is no GS1 key, so no Digital Link can name it"
            )
        return identifier.elements
    return parse_digital_link(text).elements
