"""The files that labels are written to, made before any is written."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from provenance.extras import load_extra
from provenance.gs1 import gtin_of
from provenance.gs1.identifier import escape
from provenance.label.bitmap import Bitmap
from provenance.label.drawing import Drawing
from provenance.label.label import Label
from provenance.label.pdf import make_pdf
from provenance.label.sheet import plan_sheet

_COLUMNS = ("Item", "GTIN", "Lot", "Serial", "Link", "Made")


@dataclass(frozen=True, slots=True)
class DrawingOptions:
    """How the labels are to be laid out, and when that was."""

    dots_per_inch: int
    now: int
    paper: str
    margin: float
    columns: int | None
    rows: int | None


Files = Iterator[tuple[str, bytes]]
"""Each file's name and content; without a name if there is only one."""

Made = tuple[Files, dict[str, object]]
"""The files, and what is to be told of them."""


def _as_svg(
    labels: Sequence[Label], drawings: Sequence[Drawing], wishes: DrawingOptions
) -> Made:
    del wishes
    names = _names(labels, "svg")
    files = (
        (name, drawing.svg().encode())
        for name, drawing in zip(names, drawings, strict=True)
    )
    return files, {}


def _as_png(
    labels: Sequence[Label], drawings: Sequence[Drawing], wishes: DrawingOptions
) -> Made:
    bitmaps, told = _bitmaps(drawings, wishes)
    names = _names(labels, "png")
    return zip(names, (each.png() for each in bitmaps), strict=True), told


def _as_zpl(
    labels: Sequence[Label], drawings: Sequence[Drawing], wishes: DrawingOptions
) -> Made:
    """Make one file for all labels: what a printer is sent."""
    del labels
    bitmaps, told = _bitmaps(drawings, wishes)
    return iter([("", b"".join(each.zpl() for each in bitmaps))]), told


def _bitmaps(
    drawings: Sequence[Drawing], wishes: DrawingOptions
) -> tuple[list[Bitmap], dict[str, object]]:
    bitmaps = [Bitmap(each, wishes.dots_per_inch) for each in drawings]
    return bitmaps, {
        "dots_per_inch": wishes.dots_per_inch,
        "printed_module_mm": round(min(b.module for b in bitmaps), 4),
    }


def _as_pdf(
    labels: Sequence[Label], drawings: Sequence[Drawing], wishes: DrawingOptions
) -> Made:
    """Make one file with a page for each label."""
    del labels
    file = make_pdf(
        drawings,
        fpdf=load_extra("fpdf", extra="label"),
        made=datetime.fromtimestamp(wishes.now / 1000, UTC),
    )
    return iter([("", file)]), {"pages": len(drawings)}


def _as_sheet(
    labels: Sequence[Label], drawings: Sequence[Drawing], wishes: DrawingOptions
) -> Made:
    sheet = plan_sheet(
        drawings,
        paper=wishes.paper,
        margin=wishes.margin,
        columns=wishes.columns,
        rows=wishes.rows,
    )
    html = "".join(sheet.html(drawings)).encode()
    return iter([("", html)]), {
        "paper": sheet.paper,
        "columns": sheet.columns,
        "rows": sheet.rows,
        "pages": sheet.pages(len(labels)),
    }


FORMS: dict[
    str, Callable[[Sequence[Label], Sequence[Drawing], DrawingOptions], Made]
] = {
    "svg": _as_svg,
    "png": _as_png,
    "zpl": _as_zpl,
    "pdf": _as_pdf,
    "sheet": _as_sheet,
}

FORM_OF = {
    ".svg": "svg",
    ".png": "png",
    ".zpl": "zpl",
    ".pdf": "pdf",
    ".html": "sheet",
}
"""The ending of a file's name → the form that it has."""

ONE_EACH = frozenset({"svg", "png"})
"""The forms that have a file for each label."""


def _names(labels: Sequence[Label], suffix: str) -> Iterator[str]:
    """Yield a name for each label's file, which no serial number can twist.

    The count tells apart what only differs in case, which some systems ignore.
    """
    digits = len(str(len(labels)))
    for count, each in enumerate(labels, start=1):
        said = "_".join(
            f"{ai}-{escape(value)}"
            for ai, value in each.link.identifier.elements
        )
        yield f"{count:0{digits}}_{said}.{suffix}"


def make_record(labels: Sequence[Label], *, now: int) -> bytes:
    """Return a table of the labels, as a mapping can read it.

    Args:
        labels: In order.
        now: When they were made, in ms since 1970.
    """
    made = datetime.fromtimestamp(now / 1000, UTC)
    file = io.StringIO(newline="")
    table = csv.writer(file, lineterminator="\n")
    table.writerow(_COLUMNS)
    table.writerows(
        (
            each.item,
            gtin_of(each.item) or "",
            each.lot or "",
            each.serial or "",
            each.uri,
            f"{made:%Y-%m-%dT%H:%M:%SZ}",
        )
        for each in labels
    )
    return file.getvalue().encode()
