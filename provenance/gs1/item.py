"""Item ids: one name for each thing, however it was written.

An item has one trail, so it must have one name. A GS1 identity is written as
a canonical Digital Link; any other absolute URI stands as it is:

    urn:epc:id:sgtin:9506000.113435.00042          ┐
    https://brand.example/01/9506000134352/21/00042 ├ all become
    HTTPS://ID.GS1.ORG/01/09506000134352/21/00042   ┘
    https://id.gs1.org/01/09506000134352/21/00042

These functions run several times for every event, so an id that is canonical
already takes a short way: one regular expression and a check digit.

In full: `FORMATS.md`, section 2.
"""

import re
from functools import lru_cache

from provenance.errors import MalformedError
from provenance.gs1.checkdigit import has_check_digit
from provenance.gs1.epcurn import is_epc_urn, parse_epc_urn
from provenance.gs1.identifier import (
    CANONICAL_STEM,
    GTIN,
    LOT,
    SERIAL,
    Identifier,
    escape,
)
from provenance.gs1.linkpath import is_meant_as_link, parse_link_path, unescape

MAX_LENGTH = 2048
"""The longest item id, in characters, all of them ASCII."""

# A unit, a lot, a product or a logistic unit whose serial number or lot needs
# no escape. What does not match takes the long way and comes to the same.
_CANONICAL = re.compile(
    r"https://id\.gs1\.org/0"
    r"(?:1/([0-9]{14})(?:/(?:21|10)/[A-Za-z0-9._-]{1,20})?|0/([0-9]{18}))"
)

# A pallet is imported as thousands of these, all of one product.
_UNIT_URN = re.compile(
    r"urn:epc:id:sgtin:([0-9]+\.[0-9]+)\.([A-Za-z0-9._-]{1,20})"
)

# An absolute URI (RFC 3986, appendix A), square brackets as in an IP address.
_ABSOLUTE = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:"
    r"(?://(?:[A-Za-z0-9._~!$&'()*+,;=:%-]*@)?\[[0-9A-Fa-f:.]+\])?"
    r"(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
    r"(?:#(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?"
)
_STRANGE = re.compile(
    r"[^A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]-]|%(?![0-9A-Fa-f]{2})"
)
_HOST = re.compile(r"https?://(?:[^/?#]*@)?([^/?#:]+)", re.IGNORECASE)
_GS1_HOST = CANONICAL_STEM.removeprefix("https://")
_WEB = re.compile(r"https?:", re.IGNORECASE)

# One id, what lists are written with, plain or escaped, and another id; a URN
# of an EPC needs nothing before it to be seen.
_SEVERAL = re.compile(
    r"(?:[,;+]|%(?:2C|3B|7C|20|0[9AD]))(?:https?|urn|did)(?::|%3A)"
    r"|^urn:epc:.*urn:epc:",
    re.IGNORECASE,
)

# Where the company prefix starts: after the indicator or extension digit of
# a GTIN, SSCC or ITIP, after the leading zero of a GRAI, else at once.
_OWNER = re.compile(
    r"https://id\.gs1\.org/(?:"
    r"(?:01|8003|8006)/[0-9]([0-9]{13})"
    r"|00/[0-9]([0-9]{17})"
    r"|(?:253|255|41[457])/([0-9]{13})"
    r"|402/([0-9]{17})"
    r"|801[78]/([0-9]{18})"
    r"|(?:401|8004|8010|8013)/([0-9]+))"
)
_GTIN = re.compile(r"https://id\.gs1\.org/01/([0-9]{14})(?![0-9])")


def canonical_item(uri: str) -> str:
    """Return the one id of what *uri* names.

    A Digital Link on another domain becomes one at id.gs1.org; what has no
    GS1 key in its path stands as it is. A unit keeps its GTIN and serial
    number only, a lot its GTIN and lot number.

    Raises:
        MalformedError: *uri* is no absolute ASCII URI of at most 2,048
            characters, holds several ids, or is an EPC URN or Digital Link
            that is not valid.
    """
    found = _CANONICAL.fullmatch(uri)
    if found is not None:
        gtin, sscc = found.groups()
        if _is_gtin(gtin) if gtin else has_check_digit(sscc):
            return uri
    if (found := _UNIT_URN.fullmatch(uri)) is not None:
        try:
            return f"{_product_link(found[1])}/21/{found[2]}"
        except MalformedError:
            # The long way finds the same, and names all of the URN.
            return _canonical(uri)
    return _canonical(uri)


def owner_key(item: str) -> str | None:
    """Return the digits of *item* that start with its owner's company prefix.

    None for any id but a canonical GS1 link. Whoever was granted a prefix of
    these digits may create the item.
    """
    found = _OWNER.match(item)
    return None if found is None else found[found.lastindex or 0]


def gtin_of(item: str) -> str | None:
    """Return the 14 digits of the product that *item* is one or some of.

    None for any id but a canonical link with a GTIN.
    """
    found = _GTIN.match(item)
    return None if found is None else found[1]


def is_absolute_uri(text: str) -> bool:
    """Return whether *text* is an absolute URI of at most 2,048 characters."""
    return len(text) <= MAX_LENGTH and _ABSOLUTE.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def lot_item(gtin_item: str, lot: str) -> str:
    """Return the item id of lot *lot* of the product of *gtin_item*.

    Raises:
        MalformedError: *gtin_item* is no canonical link with a GTIN, or the
            lot number is none.
    """
    gtin = gtin_of(gtin_item)
    if gtin is None:
        raise MalformedError(f"a lot has a GTIN, unlike {gtin_item[:80]!r}")
    return Identifier(GTIN, gtin, ((LOT, lot),)).link


def lot_beside_serial(uri: str) -> str | None:
    """Return the lot that *uri* names beside a unit's serial number.

    `canonical_item` leaves it out, so whoever takes events in has to see that
    it is not lost. None if there is none; *uri* is valid.
    """
    identifier = _parse(uri)
    named = dict(identifier.qualifiers) if identifier else {}
    return named.get(LOT) if SERIAL in named else None


def other_cases(item: str) -> tuple[str, ...]:
    """Return the ids that a typist may have meant by *item*, other than it.

    They differ from it in capitals and small letters of its last value alone.
    None for any id but a canonical GS1 link.
    """
    if not item.startswith(f"{CANONICAL_STEM}/"):
        return ()
    start, _, text = item.rpartition("/")
    value = unescape(text)
    others = dict.fromkeys((value.upper(), value.lower(), value.swapcase()))
    return tuple(f"{start}/{escape(each)}" for each in others if each != value)


_is_gtin = lru_cache(maxsize=4096)(has_check_digit)


@lru_cache(maxsize=4096)
def _product_link(product: str) -> str:
    """Return the link of *product*: a company prefix, dot and item."""
    return _canonical(f"urn:epc:idpat:sgtin:{product}.*")


@lru_cache(maxsize=4096)
def _canonical(uri: str) -> str:
    if len(uri) > MAX_LENGTH:
        raise MalformedError(
            f"an item id has at most {MAX_LENGTH} characters, not {len(uri)}:"
            " choose a shorter one"
        )
    # A scheme alone is an absolute URI by its grammar, but no name of a thing.
    if _ABSOLUTE.fullmatch(uri) is None or (
        uri[-1] == ":" and uri.count(":") == 1
    ):
        strange = _STRANGE.search(uri) if ":" in uri else None
        if strange is not None:
            raise MalformedError(
                f"{uri[:200]!r} is no absolute URI, for it holds"
                f" {strange.group()!r}: write that %-encoded"
            )
        raise MalformedError(
            f"{uri[:200]!r} is no absolute URI: write a GS1 Digital Link, an"
            " EPC URN or another URI, in ASCII"
        )
    if _SEVERAL.search(uri) is not None:
        raise MalformedError(
            f"{uri[:200]!r} names more than one thing: give each id on its own"
        )
    try:
        identifier = _parse(uri)
    except MalformedError as error:
        raise MalformedError(f"{uri[:200]!r}: {error}") from error
    return uri if identifier is None else identifier.identity.link


def _parse(uri: str) -> Identifier | None:
    """Return the GS1 identifier that *uri* spells, None for any other URI."""
    if is_epc_urn(uri):
        return parse_epc_urn(uri)
    if _WEB.match(uri) is None:
        return None
    host = _HOST.match(uri)
    if host is None:
        raise MalformedError(
            "a web address has // and a host after its scheme: if it went"
            " through a proxy that merges slashes, encode them as %2F"
        )
    try:
        return parse_link_path(uri)
    except MalformedError:
        # On its own domain anyone may use any address but a Digital Link that
        # is wrong: as a name of its own, no one would find the thing by it.
        is_gs1 = host[1].rstrip(".").lower() == _GS1_HOST
        if is_gs1 or is_meant_as_link(uri):
            raise
        return None
