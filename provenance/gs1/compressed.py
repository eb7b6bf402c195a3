"""Compressed GS1 Digital Links: AIs and values as bits, in base64url.

    /01/09506000134352/10/ABC123/21/00042?17=271231    is also
    /01/09506000134352/EEarwSMXQjfyEFABU               but for its key, and
    /CxFKk4XBoI1XgkZCCgAq                              without its attribute

Others print such links, so they are read here; none is ever written, since
programs that are in use read a serial number 00042 as 42. Each AI is its
digits of four bits, or two hexadecimal digits for some that often stand
together, and then its value (GS1 Digital Link: Compression):

    digits        as many bits as the largest such number needs; before them
                  their count, unless it is fixed
    text          three bits for how it is written, the count of characters
                  unless it is fixed, then the characters:
                  000 digits    001 hexadecimal, abc    010 hexadecimal, ABC
                  011 base64url, six bits    100 ASCII, seven bits
    1111          a name that is no AI: seven bits for its size, then itself
                  in base64url, and its value as text

What is left at the end, at most a byte, is zeros. Of the AIs that stand
together, 1A and 9D are written in two orders: that of the standard's table,
and sorted, as GS1's own program does. Only one of them makes valid values.

Promises: a value that comes out is one of its AI, and has as many characters
as were put in, leading zeros too.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from provenance.errors import MalformedError
from provenance.gs1.ai import Component, all_ais, find_ai
from provenance.gs1.elements import Element, check_elements

MAX_LENGTH = 1024
"""The longest compressed text that is read, in characters."""

_BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TEXT = re.compile(r"[A-Za-z0-9_-]+")
_HEX = "0123456789abcdef"
_ASCII = "".join(map(chr, range(128)))

_ALPHABETS: Mapping[int, tuple[int, str]] = {
    1: (4, _HEX),
    2: (4, _HEX.upper()),
    3: (6, _BASE64URL),
    4: (7, _ASCII),
}
"""How text is written → bits a character, and the characters by number."""

_OFTEN_TOGETHER = """
0A 01 22 | 0B 01 10 | 0C 01 21 | 0D 01 17 | 0E 01 7003 | 0F 01 30
1A 01 10 21 17 | 1B 01 15 | 1C 01 11 | 1D 01 16 | 1E 01 91 | 1F 01 10 15
9A 8010 8011 | 9B 8017 8019 | 9C 8018 8019 | 9D 414 254
"""
_NUMBERED = (
    ("2", "ABCDEF", "01", "310"),
    ("3", "ABCDEF", "01", "320"),
    ("A", "0123456789", "01", "392"),
    ("C", "0123456789", "255", "390"),
    ("C", "ABCD", "255", "394"),
)
"""The first digit, the second ones, the key, and the AI that counts up."""


class Compressed(NamedTuple):
    """What a compressed text says.

    Attributes:
        elements: Its AIs with their values, in order.
        others: Names that are no AIs, with their values.
    """

    elements: tuple[Element, ...]
    others: tuple[tuple[str, str], ...]


class _Piece(NamedTuple):
    """A part of a value that is written in one go."""

    is_digits: bool
    most: int
    is_fixed: bool


def decompress(text: str) -> Compressed:
    """Return what *text* says.

    Raises:
        MalformedError: It is not compressed by this table, its values are
            not valid, or it could mean two things.
    """
    if len(text) > MAX_LENGTH or _TEXT.fullmatch(text) is None:
        raise MalformedError(
            f"a compressed link is 1 to {MAX_LENGTH} characters of base64url,"
            f" unlike {text[:40]!r}"
        )
    readings: list[Compressed] = []
    faults: list[MalformedError] = []
    for together in (_together(), _together_sorted()):
        try:
            readings.append(_read(_Bits(text), together))
        except MalformedError as error:
            faults.append(error)
    if not readings:
        raise faults[0]
    if len(readings) == 2 and readings[0] != readings[1]:
        raise MalformedError(
            f"{text[:40]!r} could mean two things: ask for the link that was"
            " compressed"
        )
    return readings[0]


def _read(bits: "_Bits", together: Mapping[str, tuple[str, ...]]) -> Compressed:
    elements: list[Element] = []
    others: list[tuple[str, str]] = []
    # No AI fits into a byte: what is left is filling.
    while bits.left > 8:
        head = bits.take_hex(2)
        if head[0] == "F":
            # The name's size starts with the four bits that were read last.
            size = int(head[1], 16) << 3 | bits.take(3)
            name = bits.take_text(size, *_ALPHABETS[3])
            others.append((name, _take_value(bits, bits.take(3), bits.take(7))))
            continue
        codes = together.get(head) or (_find_code(head, bits),)
        elements += [(code, _take_element(bits, code)) for code in codes]
    if bits.take(bits.left):
        raise MalformedError("a compressed link does not end in zeros")
    return Compressed(check_elements(elements), tuple(others))


def _find_code(head: str, bits: "_Bits") -> str:
    """Return the AI that starts with *head*, which was read."""
    size = _sizes().get(head)
    if size is None:
        raise MalformedError(f"no AI starts with {head}")
    return head + bits.take_hex(size - 2)


def _take_element(bits: "_Bits", code: str) -> str:
    return "".join(
        _take_piece(bits, piece) for piece in _pieces(find_ai(code).parts)
    )


def _take_piece(bits: "_Bits", piece: _Piece) -> str:
    written = 0 if piece.is_digits else bits.take(3)
    size = piece.most
    if not piece.is_fixed:
        size = bits.take(piece.most.bit_length())
    return _take_value(bits, written, size)


def _take_value(bits: "_Bits", written: int, size: int) -> str:
    if written == 0:
        return bits.take_digits(size)
    if written not in _ALPHABETS:
        raise MalformedError(f"there is no way {written} to write text")
    return bits.take_text(size, *_ALPHABETS[written])


def _pieces(parts: tuple[Component, ...]) -> list[_Piece]:
    """Return how a value of *parts* is cut up.

    Neighbours are one piece: digits of fixed lengths, digits that may be
    missing, and text of any kind.
    """
    pieces: list[_Piece] = []
    for part in parts:
        is_fixed = part.least == part.most and not part.is_optional
        piece = _Piece(part.alphabet == "N", part.most, is_fixed)
        last = pieces[-1] if pieces else None
        if last is not None and (
            last[::2] == piece[::2] or not (last.is_digits or piece.is_digits)
        ):
            pieces[-1] = _Piece(
                piece.is_digits,
                last.most + piece.most,
                last.is_fixed and piece.is_fixed,
            )
        else:
            pieces.append(piece)
    return pieces


@cache
def _sizes() -> Mapping[str, int]:
    """Return the first two digits of AIs with how many digits these have."""
    return {code[:2]: len(code) for code in all_ais()}


@cache
def _together() -> Mapping[str, tuple[str, ...]]:
    """Return two hexadecimal digits → the AIs that they stand for."""
    rows = [row.split() for row in re.split(r"[|\n]", _OFTEN_TOGETHER.strip())]
    table = {head: tuple(codes) for head, *codes in rows}
    for first, seconds, key, start in _NUMBERED:
        for count, second in enumerate(seconds):
            table[first + second] = (key, f"{start}{count}")
    return table


@cache
def _together_sorted() -> Mapping[str, tuple[str, ...]]:
    return {head: tuple(sorted(codes)) for head, codes in _together().items()}


class _Bits:
    """Bits that are taken from the front."""

    def __init__(self, text: str) -> None:
        self.left = 6 * len(text)
        self._number = 0
        for character in text:
            self._number = self._number << 6 | _BASE64URL.index(character)

    def take(self, count: int) -> int:
        """Return the next *count* bits as a number."""
        if count > self.left:
            raise MalformedError(
                f"a compressed link ends {count - self.left} bits early"
            )
        self.left -= count
        number = self._number >> self.left
        self._number &= (1 << self.left) - 1
        return number

    def take_hex(self, count: int) -> str:
        """Return the next *count* hexadecimal digits."""
        return f"{self.take(4 * count):0{count}X}" if count else ""

    def take_digits(self, count: int) -> str:
        """Return the next *count* decimal digits.

        None of them takes a bit all the same: so the formula has it.
        """
        number = self.take(max((10**count - 1).bit_length(), 1))
        if count == 0:
            return ""
        if number >= 10**count:
            raise MalformedError(f"{number} has more than {count} digits")
        return f"{number:0{count}}"

    def take_text(self, count: int, size: int, alphabet: str) -> str:
        """Return the next *count* characters, of *size* bits each."""
        return "".join(alphabet[self.take(size)] for _ in range(count))
