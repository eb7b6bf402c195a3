"""A label as a drawing: SVG, in millimetres, with nothing from outside.

    ┌─────────────────────┐
    │   4 modules white   │
    │   ┌─────────────┐   │   the code, as wide as the label less
    │   │  QR Code    │   │   its quiet zone
    │   └─────────────┘   │
    │  (01)09506000134352 │   what it says, for people
    │  (21)7TQ3K9WMAF2XH  │
    └─────────────────────┘

GS1 has modules of 0.396 to 0.990 mm where goods are paid for (General
Specifications, section 5.12.3.1), and four of them white around the code.
What people read is text in a font of equal widths, set to the width that it
was given here, whichever font that is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

QUIET = 4
"""How many modules around a code stay white (ISO/IEC 18004)."""

LEAST_MODULE, MOST_MODULE = 0.396, 0.990
"""Millimetres, at a point of sale."""

_LETTER = 2.1  # mm: six points
_ADVANCE = 0.6 * _LETTER
_LEADING = 1.2 * _LETTER
_UNDER = 0.6


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR Code.

    Attributes:
        rows: Its modules, from the top; 1 is dark. As many as each has.
        version: 1 to 40.
        level: Its error correction: L, M, Q or H.
    """

    rows: tuple[bytes, ...]
    version: int
    level: str

    @property
    def across(self) -> int:
        """How many modules it has from side to side."""
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A label that was laid out.

    Attributes:
        symbol: The code.
        content: What it says.
        lines: What people read, a line for each AI.
        width: Of the label, quiet zone and all, in mm.
    """

    symbol: Symbol
    content: str
    lines: tuple[str, ...]
    width: float

    @property
    def module(self) -> float:
        """The side of one module, in mm."""
        return self.width / (self.symbol.across + 2 * QUIET)

    @property
    def height(self) -> float:
        """Of the label, in mm."""
        return self.width + _UNDER + _LEADING * len(self._rows)

    @property
    def _rows(self) -> list[str]:
        return list(fold(self.lines, int(self.width / _ADVANCE)))

    def svg(self) -> str:
        """Return the drawing as a file of its own."""
        size = (
            f'width="{number(self.width)}mm" height="{number(self.height)}mm"'
        )
        box = f"0 0 {number(self.width)} {number(self.height)}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="{box}"'
            f' role="img"><title>{escape(self.content)}</title>'
            f'<rect width="{number(self.width)}" height="{number(self.height)}"'
            f' fill="#fff"/>{self.marks()}</svg>\n'
        )

    def marks(self) -> str:
        """Return what is dark on the label, to stand in any SVG in mm."""
        quiet, module = number(QUIET * self.module), number(self.module)
        code = (
            f'<path transform="translate({quiet} {quiet}) scale({module})"'
            f' shape-rendering="crispEdges" d="{_path(self.symbol.rows)}"/>'
        )
        return code + "".join(self._texts())

    def _texts(self) -> Iterator[str]:
        for count, row in enumerate(self._rows, start=1):
            width = len(row) * _ADVANCE
            left = number((self.width - width) / 2)
            base = number(self.width + _LEADING * count)
            yield (
                f'<text x="{left}" y="{base}" textLength="{number(width)}"'
                f' lengthAdjust="spacingAndGlyphs" xml:space="preserve"'
                f' font-family="monospace" font-size="{number(_LETTER)}">'
                f"{escape(row)}</text>"
            )


def fold(lines: Sequence[str], most: int) -> Iterator[str]:
    """Yield *lines* with at most so many characters each.

    What goes on starts with a space, so that no value can look like a line
    of its own: `(21)A(10)L8` must not seem to name a lot.
    """
    most = max(most, 2)
    for line in lines:
        yield line[:most]
        for start in range(most, len(line), most - 1):
            yield " " + line[start : start + most - 1]


def number(value: float) -> str:
    """Return *value* as SVG has it: at most four decimals."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _path(rows: Sequence[bytes]) -> str:
    """Return the dark modules as a path: one bar for each run of them."""
    return "".join(
        f"M{start} {y}h{size}v1h-{size}z"
        for y, row in enumerate(rows)
        for start, size in _runs(row)
    )


def _runs(row: bytes) -> Iterator[tuple[int, int]]:
    start = row.find(1)
    while start != -1:
        end = row.find(0, start)
        if end == -1:
            end = len(row)
        yield start, end - start
        start = row.find(1, end)
