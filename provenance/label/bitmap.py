"""A label as a bitmap: PNG or ZPL, a whole number of dots to a module.

    dots a module = module · dots an inch ÷ 25.4, rounded down

A printer of labels cannot print half a dot, and a code whose modules differ
by one is hard to read. So the size is that of whole dots, and never more than
was asked for. A PNG says how many of them make a metre; it has one bit a dot,
and no colours (PNG, W3C, sections 5 and 11). In ZPL the label is one graphic
field, so that every printer prints these dots, whatever it makes of codes:

    ^XA ^PW200 ^LL219 ^FO0,0 ^GFA,bytes,bytes,bytes a row,hexadecimal ^FS ^XZ
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from zlib import compress, crc32

from provenance.errors import MalformedError
from provenance.label.drawing import Drawing, fold
from provenance.label.font import GLYPHS, HEIGHT, WIDTH

_INCH = 25.4
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LETTER = 1.6  # mm: how high a letter is, about
_BESIDE, _BELOW = 1, 3
_A_LINE = 18  # characters: a GTIN with its AI


@dataclass(frozen=True, slots=True)
class Bitmap:
    """A label in dots.

    Attributes:
        drawing: The label.
        dots_per_inch: Of the printer.

    Raises:
        MalformedError: A module would have less than one dot.
    """

    drawing: Drawing
    dots_per_inch: int

    def __post_init__(self) -> None:
        if self.dots < 1:
            raise MalformedError(
                f"a module of {self.drawing.module:.3f} mm is less than a dot"
                f" at {self.dots_per_inch} dots an inch: make the label larger"
            )

    @property
    def dots(self) -> int:
        """How many dots a module has, each way."""
        # What is a whole number of dots may be less by an error of rounding.
        exact = self.drawing.module * self.dots_per_inch / _INCH
        return int(exact + 1e-9)

    @property
    def module(self) -> float:
        """The side of a printed module, in mm."""
        return self.dots * _INCH / self.dots_per_inch

    @property
    def width(self) -> int:
        """Of the label, in dots."""
        return self.drawing.symbol.whole * self.dots

    @property
    def rows(self) -> list[bytes]:
        """The dots, row by row from the top; 1 is dark."""
        return [*self._code(), *self._text()]

    def png(self) -> bytes:
        """Return the file."""
        rows = self.rows
        # Each row starts with its filter, which is none.
        packed = b"".join(
            b"\x00" + _packed(row).translate(_WHITE_IS_ONE) for row in rows
        )
        a_metre = round(self.dots_per_inch * 1000 / _INCH)
        head = struct.pack(">IIBBBBB", self.width, len(rows), 1, 0, 0, 0, 0)
        return _SIGNATURE + b"".join(
            [
                _chunk(b"IHDR", head),
                _chunk(b"pHYs", struct.pack(">IIB", a_metre, a_metre, 1)),
                _chunk(b"IDAT", compress(packed, 9)),
                _chunk(b"IEND", b""),
            ]
        )

    def zpl(self) -> bytes:
        """Return the label as a printer of labels takes it (ZPL II)."""
        packed = [_packed(row) for row in self.rows]
        a_row, size = len(packed[0]), len(packed) * len(packed[0])
        dots = "\n".join(row.hex().upper() for row in packed)
        return (
            f"^XA\n^PW{self.width}\n^LL{len(packed)}\n^LH0,0\n"
            f"^FO0,0^GFA,{size},{size},{a_row},\n{dots}\n^FS\n^XZ\n"
        ).encode()

    def _code(self) -> Iterator[bytes]:
        """Yield the rows of the code and its quiet zone; 1 is dark."""
        symbol = self.drawing.symbol
        quiet = bytes(symbol.kind.quiet * self.dots)
        high, around = self.dots, [bytes(self.width)] * len(quiet)
        if bars := symbol.kind.bars:
            high, around = int(bars * self.dots_per_inch / _INCH), []
        yield from around
        for row in symbol.rows:
            yield from [quiet + _stretch(row, self.dots) + quiet] * high
        yield from around

    def _text(self) -> Iterator[bytes]:
        """Yield the rows of what people read, in the middle."""
        tall = _LETTER * self.dots_per_inch / _INCH
        cell = WIDTH + _BESIDE
        dots = max(1, min(round(tall / HEIGHT), self.width // (_A_LINE * cell)))
        cell *= dots
        below = [bytes(self.width)] * (_BELOW * dots)
        for line in fold(self.drawing.lines, self.width // cell):
            left = (self.width - len(line) * cell) // 2
            for y in range(HEIGHT):
                row = chain.from_iterable(
                    GLYPHS[char][y] + bytes(_BESIDE) for char in line
                )
                drawn = bytes(left) + _stretch(bytes(row), dots)
                yield from [drawn.ljust(self.width, b"\x00")] * dots
            yield from below


def _stretch(row: Sequence[int], dots: int) -> bytes:
    return b"".join(bytes([dot]) * dots for dot in row)


def _packed(row: bytes) -> bytes:
    """Return a row with eight dots to a byte, of which 1 is dark."""
    size = -(-len(row) // 8)
    text = row.ljust(size * 8, b"\x00").translate(_DIGITS)
    return int(text, 2).to_bytes(size, "big")


_WHITE_IS_ONE = bytes(range(255, -1, -1))
_DIGITS = bytes.maketrans(b"\x00\x01", b"01")


def _chunk(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    return (
        struct.pack(">I", len(data))
        + checked
        + struct.pack(">I", crc32(checked))
    )
