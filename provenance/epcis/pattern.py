"""Patterns of EPCs: what a query asks for in place of single things.

A pure identity pattern ends in parts that may be anything (EPC Tag Data
Standard, section 8), and is compared with canonical Digital Links:

    urn:epc:idpat:sgtin:9506000.013435.*   all units of a product
    urn:epc:idpat:sscc:9506000.*           all logistic units of a company
    urn:epc:idpat:sgln:9506000.00001.*     a place, and all places within
    urn:epc:idpat:sgtin:*.*.*              everything with a GTIN and serial
    https://id.gs1.org/01/09506000134352   the first of these, as a link

A link does not tell where the company prefix ends. So a pattern of a company
fits every key that starts with the digits of its prefix.

What many things share can be looked up as a *trait*, `01/9506000134352` for
a product whatever its packaging level, and `00/950600` for a company:
its application identifier and the first digits that its prefix must have.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from provenance.errors import MalformedError
from provenance.gs1 import canonical_item, owner_key, read_item

_IDPAT = "urn:epc:idpat:"
_STEM = "https://id.gs1.org/"
_PRODUCT = re.compile(rf"{re.escape(_STEM)}01/[0-9]{{14}}")
_PREFIX = re.compile(r"[0-9]{6,12}")
_LEAST_PREFIX = 6
_CLASS_DIGITS = 13
"""So long is a key that names a class of things, or a place."""


class _Scheme(NamedTuple):
    """How the things of a scheme are written as links.

    Attributes:
        parts: How many parts a URN has after the scheme.
        unit: The path of one thing.
        kind: The path of a class of things; "" if there are no classes.
    """

    parts: int
    unit: str
    kind: str = ""


_SCHEMES: Mapping[str, _Scheme] = {
    "cpi": _Scheme(3, r"8010/[^/]+/8011/.+", r"8010/[^/]+"),
    "gdti": _Scheme(3, r"253/[0-9]{13}.+", r"253/[0-9]{13}"),
    "giai": _Scheme(2, r"8004/.+"),
    "ginc": _Scheme(2, r"401/.+"),
    "grai": _Scheme(3, r"8003/[0-9]{14}.+", r"8003/[0-9]{14}"),
    "gsin": _Scheme(2, r"402/[0-9]{17}"),
    "gsrn": _Scheme(2, r"8018/[0-9]{18}"),
    "gsrnp": _Scheme(2, r"8017/[0-9]{18}"),
    "itip": _Scheme(5, r"8006/[0-9]{18}/21/.+", r"8006/[0-9]{18}"),
    "pgln": _Scheme(2, r"417/[0-9]{13}"),
    "sgcn": _Scheme(3, r"255/[0-9]{13}.+", r"255/[0-9]{13}"),
    "sgln": _Scheme(3, r"414/[0-9]{13}(?:/254/.+)?"),
    "sgtin": _Scheme(3, r"01/[0-9]{14}/21/.+", r"01/[0-9]{14}"),
    "sscc": _Scheme(2, r"00/[0-9]{18}"),
    "upui": _Scheme(3, r"01/[0-9]{14}/235/.+", r"01/[0-9]{14}"),
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """What many things have in common.

    Attributes:
        shape: A regular expression of their links after the domain.
        start: What their links start with.
        owner: What their keys start with; "" for anything.
    """

    shape: str
    start: str = _STEM
    owner: str = ""

    def includes(self, item: str) -> bool:
        """Return whether *item*, a canonical id, is one of them."""
        return (
            item.startswith(self.start)
            and re.fullmatch(self.shape, item[len(_STEM) :]) is not None
            and (owner_key(item) or "").startswith(self.owner)
        )

    @property
    def trait(self) -> str | None:
        """One of the `traits` of each of them; None if they share none."""
        if self.start != _STEM:
            return traits(self.start)[0]
        if self.owner:
            return _trait_of(self.shape, self.owner)
        return None


def read_unit(text: str) -> str | Pattern:
    """Return the canonical id of the thing that *text* names, or a pattern.

    Raises:
        MalformedError: It is neither.
    """
    if not _is_pattern(text):
        item = read_item(text)
        if _PRODUCT.fullmatch(item) is None:
            return item
        return Pattern(_SCHEMES["sgtin"].unit, start=item)
    name, scheme, named = _split(text)
    if len(named) == scheme.parts:
        return canonical_item(_as_id(text))
    return _pattern(text, scheme.unit, name, named)


def read_class(text: str) -> str | Pattern:
    """Return the canonical id of the class that *text* names, or a pattern.

    Raises:
        MalformedError: It is neither.
    """
    if not _is_pattern(text):
        return read_item(text)
    name, scheme, named = _split(text)
    if not scheme.kind or len(named) == scheme.parts:
        raise MalformedError(f"{text[:80]!r} is no pattern of classes")
    if len(named) == scheme.parts - 1:
        return canonical_item(text)
    return _pattern(text, scheme.kind, name, named)


def traits(item: str) -> tuple[str, ...]:
    """Return by what patterns find *item*, the narrowest first."""
    owner = owner_key(item)
    if owner is None:
        return ()
    path = item[len(_STEM) :]
    general = _trait_of(path, owner)
    if len(owner) != _CLASS_DIGITS:
        return (general,)
    return f"{path.partition('/')[0]}/{owner}", general


def _trait_of(path: str, owner: str) -> str:
    return f"{path.partition('/')[0]}/{owner[:_LEAST_PREFIX]}"


def _is_pattern(text: str) -> bool:
    return text[: len(_IDPAT)].lower() == _IDPAT


def _as_id(text: str) -> str:
    return "urn:epc:id:" + text[len(_IDPAT) :]


def _split(text: str) -> tuple[str, _Scheme, list[str]]:
    """Return scheme and name of a pattern, and the parts before its stars."""
    name, _, rest = text[len(_IDPAT) :].partition(":")
    scheme = _SCHEMES.get(name)
    if scheme is None:
        raise MalformedError(
            f"{text[:80]!r} is a pattern of no scheme that is known: write one"
            f" of {', '.join(_SCHEMES)}"
        )
    parts = rest.split(".", scheme.parts - 1)
    named = parts[: parts.index("*")] if "*" in parts else parts
    if len(parts) != scheme.parts or set(parts[len(named) :]) - {"*"}:
        raise MalformedError(
            f"{text[:80]!r} is no pattern: it has {scheme.parts} parts with"
            " dots between, and after a * stands nothing but *"
        )
    return name, scheme, named


def _pattern(text: str, shape: str, name: str, named: list[str]) -> Pattern:
    if not named:
        return Pattern(shape)
    if len(named) == 1:
        if _PREFIX.fullmatch(named[0]) is None:
            raise MalformedError(
                f"{text[:80]!r} is no pattern: a company prefix has 6 to 12"
                " digits"
            )
        return Pattern(shape, owner=named[0])
    if name == "sgln":
        return Pattern(shape, canonical_item(_as_id(f"{text[:-1]}0")))
    if name == "itip":
        company, product, *pieces = named
        if any(len(piece) != len("01") for piece in pieces):
            raise MalformedError(
                f"{text[:80]!r} is no pattern: a piece and the total have 2"
                " digits each"
            )
        link = canonical_item(f"{_IDPAT}sgtin:{company}.{product}.*")
        return Pattern(shape, link.replace("/01/", "/8006/") + "".join(pieces))
    # Else a part that begins with the component's number would do as well.
    end = "/8011/" if name == "cpi" else ""
    return Pattern(shape, canonical_item(text) + end)
