"""A label as a drawing: SVG, in millimetres, with nothing from outside.

    ┌─────────────────────┐
    │   4 modules white   │
    │   ┌─────────────┐   │   the code, as wide as the label less
    │   │  QR Code    │   │   its quiet zone
    │   └─────────────┘   │
    │  (01)09506000134352 │   what it says, for people
    │  (21)7TQ3K9WMAF2XH  │
    └─────────────────────┘

A code is a square of modules (QR Code, GS1 DataMatrix) or one row of bars
(GS1-128), each with its own white around it. What people read is text in a
font of equal widths, set to the width that it was given here, whichever font
that is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of code.

    Attributes:
        name: What people call it.
        quiet: How many modules stay white at each side.
        modules: The least and the most that GS1 has for a module, in mm.
        where: The use that these bounds are for, with their source.
        width: How wide a label is unless somebody says otherwise, in mm.
        bars: How high the bars of one row are, in mm; 0 for a square.
    """

    name: str
    quiet: int
    modules: tuple[float, float]
    where: str
    width: float
    bars: float = 0.0


_AT_A_TILL = "where goods are paid for (GS1 General Specifications, 5.12.3.1)"

QR = Kind("QR Code", 4, (0.396, 0.990), _AT_A_TILL, 25)
DATA_MATRIX = Kind("GS1 DataMatrix", 1, (0.396, 0.990), _AT_A_TILL, 15)
GS1_128 = Kind(
    "GS1-128",
    10,
    (0.495, 0.940),
    "on a logistic unit (GS1 Logistic Label Guideline)",
    105,
    bars=32,
)

LETTER = 2.1
"""How high the letters are, in mm: six points."""

_ADVANCE = 0.6 * LETTER
_LEADING = 1.2 * LETTER
_UNDER = 0.6


@dataclass(frozen=True, slots=True)
class Symbol:
    """A code.

    Attributes:
        rows: Its modules, from the top; 1 is dark. Just one if it has bars.
        kind: What it is.
        level: The error correction of a QR Code: L, M, Q or H; else "".
    """

    rows: tuple[bytes, ...]
    kind: Kind
    level: str = ""

    @property
    def across(self) -> int:
        """How many modules it has from side to side."""
        return len(self.rows[0])

    @property
    def whole(self) -> int:
        """The same, with the white at both sides."""
        return self.across + 2 * self.kind.quiet


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
        return self.width / self.symbol.whole

    @property
    def height(self) -> float:
        """Of the label, in mm."""
        return self.code_height + _UNDER + _LEADING * len(self._rows)

    @property
    def code_height(self) -> float:
        """Of the code with what is white above and below it, in mm."""
        kind = self.symbol.kind
        if kind.bars:
            return kind.bars
        return self.module * (len(self.symbol.rows) + 2 * kind.quiet)

    @property
    def place(self) -> tuple[float, float, float, float]:
        """Where the code starts, and the sides of a module, in mm."""
        left = self.symbol.kind.quiet * self.module
        if bars := self.symbol.kind.bars:
            return left, 0.0, self.module, bars
        return left, left, self.module, self.module

    @property
    def texts(self) -> Iterator[tuple[float, float, float, str]]:
        """Where each row for people starts, its base and width, and the row.

        Letters are `LETTER` mm high; all lengths are in mm.
        """
        for count, row in enumerate(self._rows, start=1):
            width = len(row) * _ADVANCE
            base = self.code_height + _LEADING * count
            yield (self.width - width) / 2, base, width, row

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
        left, top, wide, high = map(number, self.place)
        code = (
            f'<path transform="translate({left} {top}) scale({wide} {high})"'
            f' shape-rendering="crispEdges" d="{_path(self.symbol.rows)}"/>'
        )
        return code + "".join(
            f'<text x="{number(left)}" y="{number(base)}"'
            f' textLength="{number(width)}"'
            f' lengthAdjust="spacingAndGlyphs" xml:space="preserve"'
            f' font-family="monospace" font-size="{number(LETTER)}">'
            f"{escape(row)}</text>"
            for left, base, width, row in self.texts
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
        for start, size in runs(row)
    )


def runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each run of dark modules starts, and how long it is."""
    start = row.find(1)
    while start != -1:
        end = row.find(0, start)
        if end == -1:
            end = len(row)
        yield start, end - start
        start = row.find(1, end)
