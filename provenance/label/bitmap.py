"""A label as a bitmap: PNG, a whole number of dots to a module.

    dots a module = module · dots an inch ÷ 25.4, rounded to whole dots

A printer of labels cannot print half a dot, and a code whose modules differ
by one is hard to read. So the size is that of whole dots, and the file says
how many of them make a metre. It has one bit a dot, and no colours (PNG,
W3C, sections 5 and 11).
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from zlib import compress, crc32

from provenance.errors import MalformedError
from provenance.label.drawing import QUIET, Drawing, fold
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
        return round(self.drawing.module * self.dots_per_inch / _INCH)

    @property
    def module(self) -> float:
        """The side of a printed module, in mm."""
        return self.dots * _INCH / self.dots_per_inch

    @property
    def width(self) -> int:
        """Of the label, in dots."""
        return (self.drawing.symbol.across + 2 * QUIET) * self.dots

    def png(self) -> bytes:
        """Return the file."""
        rows = [*self._code(), *self._text()]
        # Each row starts with its filter, which is none.
        packed = b"".join(b"\x00" + _packed(row) for row in rows)
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

    def _code(self) -> Iterator[bytes]:
        """Yield the rows of the code and its quiet zone; 1 is dark."""
        quiet = bytes(QUIET * self.dots)
        around = [bytes(self.width)] * len(quiet)
        yield from around
        for row in self.drawing.symbol.rows:
            yield from [quiet + _stretch(row, self.dots) + quiet] * self.dots
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
    """Return a row with eight dots to a byte, of which 1 is white."""
    size = -(-len(row) // 8)
    text = row.ljust(size * 8, b"\x00").translate(_WHITE_IS_ONE)
    return int(text, 2).to_bytes(size, "big")


_WHITE_IS_ONE = bytes.maketrans(b"\x00\x01", b"10")


def _chunk(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    return (
        struct.pack(">I", len(data))
        + checked
        + struct.pack(">I", crc32(checked))
    )
