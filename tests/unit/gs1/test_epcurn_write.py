"""Every EPC URN is written again as it was read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import MalformedError
from provenance.gs1.checkdigit import CSET_82
from provenance.gs1.epcurn import _SCHEMES, parse_epc_urn
from provenance.gs1.epcurn_write import format_epc_urn
from provenance.gs1.identifier import Identifier
from tests.support.gs1_values import ALPHABETS, digits
from tests.unit.gs1.test_epcurn import PAIRS

GTIN = "04012345111118"


def prefix_of(urn: str) -> int:
    return len(urn.split(":")[4].partition(".")[0])


@pytest.mark.parametrize("urn", [f"urn:epc:{urn}" for urn in PAIRS])
def test_a_known_urn_is_written_again(urn: str) -> None:
    identifier = parse_epc_urn(urn)
    assert identifier is not None
    again = format_epc_urn(identifier, prefix_length=prefix_of(urn))
    assert again == urn.replace("idpat:upui", "idpat:sgtin")


def escaped(text: str) -> str:
    for each in '%"#&/<>?':
        text = text.replace(each, f"%{ord(each):02X}")
    return text


def written(alphabet: str, most: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=1, max_size=most).map(escaped)


TEXT = {most: written(CSET_82, most) for most in (12, 16, 17, 20, 28)}
TAILS: dict[str, tuple[int, list[st.SearchStrategy[str]]]] = {
    "id:cpi": (
        0,
        [
            written(ALPHABETS["Y"], 18),
            st.integers(1, 10**12 - 1).map(str),
        ],
    ),
    "id:gdti": (12, [TEXT[17]]),
    "id:giai": (0, [TEXT[12]]),
    "id:ginc": (0, [TEXT[12]]),
    "id:grai": (12, [TEXT[16]]),
    "id:gsin": (16, []),
    "id:gsrn": (17, []),
    "id:gsrnp": (17, []),
    "id:itip": (13, [st.just("01"), st.just("02"), TEXT[20]]),
    "id:pgln": (12, []),
    "id:sgcn": (12, [digits(12)]),
    "id:sgln": (12, [TEXT[20]]),
    "id:sgtin": (13, [TEXT[20]]),
    "id:sscc": (17, []),
    "id:upui": (13, [TEXT[28]]),
    "class:lgtin": (13, [TEXT[20]]),
    "idpat:cpi": (0, [written(ALPHABETS["Y"], 18), st.just("*")]),
    "idpat:gdti": (12, [st.just("*")]),
    "idpat:grai": (12, [st.just("*")]),
    "idpat:itip": (13, [st.just("03"), st.just("09"), st.just("*")]),
    "idpat:sgcn": (12, [st.just("*")]),
    "idpat:sgtin": (13, [st.just("*")]),
}
"""Scheme → how many digits prefix and reference have together, what follows."""


def test_every_scheme_is_written() -> None:
    known = {
        f"{kind}:{scheme}"
        for kind, schemes in _SCHEMES.items()
        for scheme in schemes
    }
    # A class of tobacco packs is the class of the product, by another word.
    assert set(TAILS) == known - {"idpat:upui"}


@st.composite
def urns(draw: st.DrawFn) -> tuple[str, int]:
    scheme = draw(st.sampled_from(sorted(TAILS)))
    size, tails = TAILS[scheme]
    length = draw(st.integers(6, 12))
    parts = [draw(digits(length))]
    if size:
        parts.append(draw(digits(size - length)))
    parts += [draw(tail) for tail in tails]
    return f"urn:epc:{scheme}:{'.'.join(parts)}", length


@given(urns())
def test_a_urn_is_read_and_written_alike(drawn: tuple[str, int]) -> None:
    urn, length = drawn
    identifier = parse_epc_urn(urn)
    assert identifier is not None
    assert format_epc_urn(identifier, prefix_length=length) == urn


def test_extension_0_is_no_extension() -> None:
    place = Identifier("414", "4012345000115", (("254", "0"),))
    urn = format_epc_urn(place, prefix_length=7)
    assert urn == "urn:epc:id:sgln:4012345.00011.0"
    assert parse_epc_urn(urn) == place.identity


@pytest.mark.parametrize(
    ("identifier", "says"),
    [
        (
            Identifier("01", GTIN, (("10", "L"), ("21", "1"))),
            r"\(01\) with \(10\) with \(21\)",
        ),
        (Identifier("01", GTIN, (("22", "V"),)), r"\(01\) with \(22\)"),
        (
            Identifier("415", "4012345000115", (("8020", "R"),)),
            r"\(415\) with \(8020\)",
        ),
        (
            Identifier("8013", "1987654Ad4X4bL5ttr2310c2K"),
            r"no EPC URN says \(8013\)",
        ),
        (
            Identifier("417", "4012345000115", (("7040", "1ABC"),)),
            r"\(417\) with \(7040\)",
        ),
        (
            Identifier("8018", "401234500000000012", (("8019", "1"),)),
            r"\(8018\) with \(8019\)",
        ),
    ],
)
def test_what_no_urn_says_is_refused(identifier: Identifier, says: str) -> None:
    with pytest.raises(MalformedError, match=says):
        format_epc_urn(identifier, prefix_length=7)


@pytest.mark.parametrize(
    ("identifier", "length"),
    [
        (Identifier("01", GTIN), 5),
        (Identifier("01", GTIN), 13),
        (Identifier("01", GTIN), -7),
        (Identifier("8004", "4012345"), 7),
        (Identifier("8004", "4012345"), 8),
        (Identifier("8004", "4012345A"), 8),
        (Identifier("8010", "40123ABC"), 6),
        (Identifier("401", "4012345678901"), 13),
    ],
)
def test_a_prefix_that_cannot_be_that_long_is_refused(
    identifier: Identifier, length: int
) -> None:
    with pytest.raises(MalformedError, match="a company prefix has 6 to 12"):
        format_epc_urn(identifier, prefix_length=length)


@pytest.mark.parametrize("scheme", ["giai", "ginc"])
def test_a_reference_has_a_character(scheme: str) -> None:
    with pytest.raises(MalformedError, match="no reference behind 4012345"):
        parse_epc_urn(f"urn:epc:id:{scheme}:4012345.")
