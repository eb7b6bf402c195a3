"""Labels as PDF: a page for each, just as large as the label.

The drawing is that of the SVG: bars for the dark modules, and the same rows of
text in Courier, at the same places. Which library writes the file is handed
in (fpdf2's module), as the makers of codes are.
"""

from collections.abc import Iterable
from datetime import datetime
from types import ModuleType

from provenance.label.drawing import LETTER, Drawing, runs

_POINT = 25.4 / 72


def make_pdf(
    drawings: Iterable[Drawing], *, fpdf: ModuleType, made: datetime
) -> bytes:
    """Return a file with a page for each of *drawings*, in order.

    Args:
        drawings: One or more.
        fpdf: The library.
        made: When it was made.
    """
    file = fpdf.FPDF(unit="mm")
    file.set_creation_date(made)
    file.set_auto_page_break(auto=False)
    for drawing in drawings:
        file.add_page(format=(drawing.width, drawing.height))
        left, top, wide, high = drawing.place
        for y, row in enumerate(drawing.symbol.rows):
            for start, count in runs(row):
                file.rect(
                    left + start * wide,
                    top + y * high,
                    count * wide,
                    high,
                    style="F",
                )
        file.set_font("Courier", size=LETTER / _POINT)
        for left, base, width, text in drawing.texts:
            file.set_stretching(100 * width / file.get_string_width(text))
            file.text(left, base, text)
            file.set_stretching(100)
    return bytes(file.output())
