"""A sheet of labels: one HTML file, to print and cut.

    ╷    ╷    ╷    ╷
    ─┌────┬────┬────┐─      cut marks stand outside of the labels, in the
     │    │    │    │       margin, where the cuts go
    ─├────┼────┼────┤─
     │    │    │    │
    ─└────┴────┴────┘─
    ╵    ╵    ╵    ╵

A page is one drawing as large as the paper, so that nothing moves between
the screen and the printer, provided that it is printed at 100 %. The file
holds no script and asks for nothing from outside.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from provenance.errors import MalformedError
from provenance.label.drawing import Drawing, number

PAPERS: Mapping[str, tuple[float, float]] = {
    "A4": (210.0, 297.0),
    "letter": (215.9, 279.4),
}
"""Paper → its width and height, in mm."""

_MARK = 4.0  # mm, less where the margin is
_GAP = 1.0  # mm between a mark and the labels
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where labels stand on paper. All lengths are in mm.

    Attributes:
        paper: A name of `PAPERS`.
        margin: What stays free at each side, at least.
        columns: How many labels stand beside each other.
        rows: How many stand above each other.
        cell: The width and height of the place that a label has.
    """

    paper: str
    margin: float
    columns: int
    rows: int
    cell: tuple[float, float]

    @property
    def a_page(self) -> int:
        """How many labels one page has."""
        return self.columns * self.rows

    def pages(self, count: int) -> int:
        """Return how many pages *count* labels take."""
        return -(-count // self.a_page)

    def html(self, drawings: Sequence[Drawing]) -> Iterator[str]:
        """Yield the file, in parts."""
        width, height = PAPERS[self.paper]
        count = len(drawings)
        pages = self.pages(count)
        yield (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
            f'\n<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
            f"\n<title>{count} labels</title>\n<style>\n"
            f"@page {{ size: {number(width)}mm {number(height)}mm; margin: 0 }}"
            "\nbody { margin: 0; font: 16px/1.5 sans-serif }"
            "\np { margin: 1em }"
            "\nsvg { display: block; background: #fff }"
            "\n@media screen { body { background: #ddd }"
            " svg { margin: 1em; box-shadow: 0 0 4px #0006 } }"
            "\n@media print { p { display: none }"
            " svg { break-after: page; break-inside: avoid } }"
            "\n</style>\n</head>\n<body>\n"
            f"<p>Labels: {count}. Pages: {pages}. Print at 100 %, without"
            " scaling, and cut at the marks.</p>\n"
        )
        for start in range(0, count, self.a_page):
            yield from self._page(drawings[start : start + self.a_page])
        yield "</body>\n</html>\n"

    def _page(self, drawings: Sequence[Drawing]) -> Iterator[str]:
        width, height = map(number, PAPERS[self.paper])
        yield (
            f'<svg width="{width}mm" height="{height}mm"'
            f' viewBox="0 0 {width} {height}">\n'
            f'<path stroke="#000" stroke-width="0.1" d="{self._cuts()}"/>\n'
        )
        left, top = self._corner
        for at, drawing in enumerate(drawings):
            row, column = divmod(at, self.columns)
            x = left + column * self.cell[0] + self._spare(0, drawing.width)
            y = top + row * self.cell[1] + self._spare(1, drawing.height)
            yield (
                f'<g transform="translate({number(x)} {number(y)})">'
                f"<title>{escape(drawing.content)}</title>"
                f"{drawing.marks()}</g>\n"
            )
        yield "</svg>\n"

    def _spare(self, axis: int, size: float) -> float:
        return (self.cell[axis] - size) / 2

    @property
    def _corner(self) -> tuple[float, float]:
        """Where the labels start, which stand in the middle of the page."""
        width, height = PAPERS[self.paper]
        return (
            (width - self.columns * self.cell[0]) / 2,
            (height - self.rows * self.cell[1]) / 2,
        )

    def _cuts(self) -> str:
        left, top = self._corner
        right = left + self.columns * self.cell[0]
        bottom = top + self.rows * self.cell[1]
        beside = max(min(_MARK, left - _GAP), 0)
        above = max(min(_MARK, top - _GAP), 0)
        return "".join(
            [
                f"M{number(left + column * self.cell[0])} {number(y)}"
                f"v{number(above)}"
                for column in range(self.columns + 1)
                for y in (top - _GAP - above, bottom + _GAP)
            ]
            + [
                f"M{number(x)} {number(top + row * self.cell[1])}"
                f"h{number(beside)}"
                for row in range(self.rows + 1)
                for x in (left - _GAP - beside, right + _GAP)
            ]
        )


def plan_sheet(
    drawings: Sequence[Drawing],
    *,
    paper: str,
    margin: float,
    columns: int | None = None,
    rows: int | None = None,
) -> Sheet:
    """Return a sheet that takes *drawings*, of which there is one or more.

    With columns or rows given, their places share the page; else as many
    labels as fit stand close together.

    Raises:
        MalformedError: They do not fit; the message says how many would.
    """
    width, height = PAPERS[paper]
    across = _plan(
        "columns", width - 2 * margin, max(d.width for d in drawings), columns
    )
    down = _plan(
        "rows", height - 2 * margin, max(d.height for d in drawings), rows
    )
    return Sheet(paper, margin, across[0], down[0], (across[1], down[1]))


def _plan(
    name: str, room: float, size: float, wanted: int | None
) -> tuple[int, float]:
    """Return how many labels of *size* stand in *room*, and each one's part."""
    # Half a micrometre is no matter, and a sum of fractions may miss by less.
    most = int((room + 0.0005) / size)
    if most < 1 or (wanted is not None and wanted > most):
        raise MalformedError(
            f"{name} of {number(size)} mm: {most} of them fit into the"
            f" {number(max(room, 0))} mm that the margins leave, not"
            f" {wanted or 1}: make the labels smaller, or ask for fewer"
        )
    return (most, size) if wanted is None else (wanted, room / wanted)
