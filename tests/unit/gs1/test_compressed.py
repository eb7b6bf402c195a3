"""Compressed links: what others wrote, read back to the last zero."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import MalformedError
from provenance.gs1 import compressed
from provenance.gs1.ai import AI, find_ai
from provenance.gs1.compressed import MAX_LENGTH, decompress
from provenance.gs1.digitallink import build_digital_link, parse_digital_link
from provenance.gs1.elements import Element
from tests.support.gs1_values import elements

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
GTIN = "09506000134352"

# What GS1's own toolkit (GS1DigitalLinkToolkit.js, 52dc9ce) makes of the
# links, with its table of AIs that stand together and without.
TOOLKIT = [
    ("ARFKk4XBoA", f"/01/{GTIN}"),
    ("CxFKk4XBoI1XgkZCCgAq", f"/01/{GTIN}/10/ABC123/21/00042"),
    ("ARFKk4XBoCCNV4JGQgoAKg", f"/01/{GTIN}/10/ABC123/21/00042"),
    (
        "GhFKk4XBoI1XgkaEb_C2LK9yo",
        f"/01/{GTIN}/10/ABC123/21/XY%2F9%28?17=271231",
    ),
    (
        "ARFKk4XBoCCNV4JGLoRv5DC2LK9yo",
        f"/01/{GTIN}/10/ABC123/21/XY%2F9%28?17=271231",
    ),
    ("ChFKk4XBoERUIEdXhCUb1bfd4", f"/01/{GTIN}/22/2a/10/abc/21/deadbeef"),
    ("AAFdGUuw5W0g", "/00/006141411234567890"),
    ("nWNf7WKiTk60U", "/414/9520123456788/254/X-1"),
    ("JUY1_tUFIqJOTrRQ", "/414/9520123456788/254/X-1"),
    (
        "LRFKk4XBoACcQqg-KEIKMDk",
        f"/01/{GTIN}/21/12345?3103=001250&15=270100",
    ),
    ("gARLlQYAAavA", "/8004/95060001ABC"),
    ("y4qJOTrRQwAADA", "/255/9520123456788000?3941=0012"),
    ("JViok5OtFDAA5QQAw", "/255/9520123456788000?3941=0012"),
]


class Writer:
    """A compressor, for the tests alone: one bit string, no tricks."""

    def __init__(self) -> None:
        self.bits = ""

    def number(self, value: int, size: int) -> None:
        self.bits += f"{value:0{size}b}" if size else ""

    def digits(self, text: str) -> None:
        size = max((10 ** len(text) - 1).bit_length(), 1)
        self.number(int(text or "0"), size)

    def text(self, text: str, written: int) -> None:
        """Write as digits (0), hexadecimal (1, 2), base64url or ASCII."""
        if written == 0:
            self.digits(text)
        for character in text if written else "":
            match written:
                case 1 | 2:
                    self.number(int(character, 16), 4)
                case 3:
                    self.number(ALPHABET.index(character), 6)
                case _:
                    self.number(ord(character), 7)

    def head(self, code: str) -> None:
        for digit in code:
            self.number(int(digit, 16), 4)

    def done(self) -> str:
        bits = self.bits + "0" * (-len(self.bits) % 24)
        data = int(bits, 2).to_bytes(len(bits) // 8, "big")
        whole = base64.urlsafe_b64encode(data).decode()
        # As many characters as the bits need, and no more.
        return whole[: -(-len(self.bits) // 6)]


def way_of(text: str) -> int:
    if text.isdecimal():
        return 0
    if not text.strip("0123456789abcdef"):
        return 1
    if not text.strip("0123456789ABCDEF"):
        return 2
    return 4 if text.strip(ALPHABET) else 3


def cut(ai: AI, value: str) -> list[tuple[str, int, bool, bool]]:
    """Return the value in pieces: text, most, whether digits, whether fixed."""
    pieces: list[tuple[str, int, bool, bool]] = []
    start = 0
    for part in ai.parts:
        text = value[start : start + part.most]
        start += len(text)
        is_digits = part.alphabet == "N"
        is_fixed = part.least == part.most and not part.is_optional
        if pieces:
            before, most, was_digits, was_fixed = pieces[-1]
            alike = was_digits == is_digits and (
                was_fixed == is_fixed or not is_digits
            )
            if alike:
                both = was_fixed and is_fixed
                pieces[-1] = (before + text, most + part.most, is_digits, both)
                continue
        pieces.append((text, part.most, is_digits, is_fixed))
    return pieces


def write_value(writer: Writer, code: str, value: str) -> None:
    for text, most, is_digits, is_fixed in cut(find_ai(code), value):
        written = 0 if is_digits else way_of(text)
        if not is_digits:
            writer.number(written, 3)
        if not is_fixed:
            writer.number(len(text), most.bit_length())
        writer.text(text, written)


def compress(*pairs: Element) -> str:
    writer = Writer()
    for code, value in pairs:
        writer.head(code)
        write_value(writer, code, value)
    return writer.done()


@pytest.mark.parametrize(("text", "path"), TOOLKIT)
def test_what_gs1s_toolkit_compressed_is_read(text: str, path: str) -> None:
    elements, others = decompress(text)
    assert others == ()
    link = build_digital_link(elements)
    wanted = parse_digital_link(f"https://id.gs1.org{path}")
    assert link.identifier == wanted.identifier
    assert set(link.attributes) == set(wanted.attributes)


def test_parameters_that_are_no_ais_are_read_too() -> None:
    # By the same toolkit, of /01/…/21/12345?foo=bar&lang=en.
    found = decompress("DBFKk4XBoAowOfBv0UMG21X4SVqeBgnpw")
    assert found.elements == (("01", GTIN), ("21", "12345"))
    assert found.others == (("foo", "bar"), ("lang", "en"))


@given(elements())
def test_whatever_was_compressed_comes_out_equal(
    said: tuple[Element, ...],
) -> None:
    assert decompress(compress(*said)).elements == said


@pytest.mark.parametrize(
    "serial", ["0", "00", "00042", "0" * 20, "1" * 20, "9" * 20, "007e", "00AF"]
)
def test_leading_zeros_are_kept(serial: str) -> None:
    pairs = (("01", GTIN), ("21", serial))
    assert decompress(compress(*pairs)).elements == pairs


def test_both_orders_of_ais_that_stand_together_are_read() -> None:
    values = {"01": GTIN, "10": "L7", "21": "X/1", "17": "271231"}
    for order in (("01", "10", "21", "17"), ("01", "10", "17", "21")):
        writer = Writer()
        writer.head("1A")
        for code in order:
            write_value(writer, code, values[code])
        assert dict(decompress(writer.done()).elements) == values


def test_what_could_mean_two_things_is_refused() -> None:
    # These bits are one place and extension, and the other way round another.
    readings = [
        (("414", "8886287336436"), ("254", '"')),
        (("254", "("), ("414", "0000033177762")),
    ]
    texts = set()
    for pairs in readings:
        writer = Writer()
        writer.head("9D")
        for code, value in pairs:
            write_value(writer, code, value)
        texts.add(writer.done())
    (text,) = texts
    with pytest.raises(MalformedError, match="could mean two things"):
        decompress(text)


def hexadecimal(text: str) -> str:
    writer = Writer()
    writer.head(text)
    return writer.done()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "1 to 1024 characters"),
        ("A" * (MAX_LENGTH + 1), "1 to 1024 characters"),
        ("ab=", "of base64url"),
        ("a b", "of base64url"),
        ("ä", "of base64url"),
        ("A", "there is no element"),
        ("ARFKk4XBo", "ends 1 bits early|ends"),
        ("ARFKk4XBoB", "does not end in zeros"),
        (hexadecimal("04" + "0" * 20), "no AI starts with 04"),
        (hexadecimal("4A" + "0" * 20), "no AI starts with 4A"),
        (hexadecimal("23F" + "0" * 20), r"\(23F\) is no application"),
        (hexadecimal("01" + "F" * 20), "has more than 14 digits"),
        (hexadecimal("10" + "F" * 20), "there is no way 7"),
        (hexadecimal("FFF" + "0" * 20), "ends"),
        (compress(("01", "09506000134353")), "wrong check digit"),
        (compress(("10", "a b")), r"\(10\) BATCH/LOT has 1 to 20 characters"),
    ],
)
def test_what_is_not_compressed_is_refused(text: str, says: str) -> None:
    with pytest.raises(MalformedError, match=says):
        decompress(text)


@given(st.text(ALPHABET, min_size=1, max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = decompress(text)
    except MalformedError:
        return
    assert found.elements


@given(elements(), st.integers(0, 10_000))
def test_a_changed_bit_never_makes_an_invalid_value(
    said: tuple[Element, ...], place: int
) -> None:
    text = compress(*said)
    at, bit = divmod(place % (6 * len(text)), 6)
    other = ALPHABET[ALPHABET.index(text[at]) ^ 1 << bit]
    try:
        found = decompress(text[:at] + other + text[at + 1 :])
    except MalformedError:
        return
    for code, value in found.elements:
        find_ai(code).check(value)


def test_no_digits_take_one_bit_all_the_same() -> None:
    bits = compressed._Bits("A")
    assert bits.take_digits(0) == ""
    assert bits.left == 5
