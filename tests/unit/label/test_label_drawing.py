"""Labels drawn: in millimetres, in dots, on sheets; and read back."""

import io
import re
import struct
import zlib
from xml.etree import ElementTree as ET

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from provenance.errors import MalformedError
from provenance.gs1 import read_item
from provenance.gs1.checkdigit import CSET_82
from provenance.gs1.scan import parse_scan
from provenance.label.bitmap import Bitmap
from provenance.label.drawing import (
    QR,
    Drawing,
    Symbol,
    fold,
    number,
)
from provenance.label.font import GLYPHS, HEIGHT, WIDTH
from provenance.label.label import Label, number_labels, read_label
from provenance.label.sheet import PAPERS, plan_sheet

GTIN = "09506000134352"
STEM = "https://id.brand.example"
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>&\"'%(10)L8;"
TINY = Symbol((b"\x01\x00\x01", b"\x00\x00\x00", b"\x01\x01\x01"), QR, "M")


def label(serial: str = "00042") -> Label:
    product = read_label(f"(01){GTIN}(10)L7", stem=STEM)
    (made,) = number_labels(product, [serial])
    return made


def symbol(content: str, level: str = "M") -> Symbol:
    code = segno.make_qr(content, error=level)
    return Symbol(tuple(map(bytes, code.matrix)), QR, str(code.error))


def drawing(made: Label, width: float = 25) -> Drawing:
    return Drawing(symbol(made.uri), made.uri, made.lines, width)


def read(png: bytes) -> list[str]:
    """Return what a reader of codes sees in a picture."""
    image_module = pytest.importorskip("PIL.Image")
    reader = pytest.importorskip("zxingcpp")
    image = image_module.open(io.BytesIO(png))
    if image.mode == "RGBA":
        white = image_module.new("RGBA", image.size, "white")
        image = image_module.alpha_composite(white, image)
    return sorted(
        code.text for code in reader.read_barcodes(image.convert("L"))
    )


def raster(svg: str, dpi: int = 300) -> bytes:
    """Return an SVG as a picture."""
    renderer = pytest.importorskip("resvg_py")
    return bytes(renderer.svg_to_bytes(svg_string=svg, dpi=dpi))


# What is drawn, is read.


@pytest.mark.parametrize(
    "serial", ["00042", "7TQ3K9WMAF2XH", HOSTILE, "%" * 20]
)
def test_a_drawn_code_is_read_as_the_same_item(serial: str) -> None:
    made = label(serial)
    (content,) = read(raster(drawing(made).svg()))
    assert content == made.uri
    identifier = parse_scan(content).identifier
    assert identifier is not None
    assert identifier == made.link.identifier
    assert read_item(content) == made.item


@pytest.mark.parametrize("dots_per_inch", [203, 300, 600])
@pytest.mark.parametrize("serial", ["00042", HOSTILE])
def test_a_code_in_dots_is_read_as_the_same_item(
    serial: str, dots_per_inch: int
) -> None:
    made = label(serial)
    (content,) = read(Bitmap(drawing(made), dots_per_inch).png())
    assert parse_scan(content).identifier == made.link.identifier
    assert read_item(content) == made.item


@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
def test_a_code_of_any_level_is_read(level: str) -> None:
    made = label()
    drawn = Drawing(symbol(made.uri, level), made.uri, made.lines, 25)
    assert read(raster(drawn.svg())) == [made.uri]


def test_every_code_of_a_sheet_is_read() -> None:
    labels = [label(f"{number:03}") for number in range(14)]
    drawings = [drawing(each) for each in labels]
    sheet = plan_sheet(drawings, paper="A4", margin=10, columns=4, rows=3)
    assert (sheet.pages(14), sheet.a_page) == (2, 12)
    pages = re.findall(
        "<svg.*?</svg>", "".join(sheet.html(drawings)), re.DOTALL
    )
    assert len(pages) == 2
    seen = []
    for page in pages:
        whole = page.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"')
        seen += read(raster(whole, dpi=200))
    assert seen == [each.uri for each in labels]


# The drawing.


def test_a_drawing_has_the_size_that_it_says() -> None:
    drawn = drawing(label())
    assert drawn.module * (drawn.symbol.across + 8) == pytest.approx(25)
    root = ET.fromstring(drawn.svg())
    assert root.get("width") == "25mm"
    assert root.get("height") == f"{number(drawn.height)}mm"
    assert root.get("viewBox") == f"0 0 25 {number(drawn.height)}"
    path = root.find(f"{SVG}path")
    assert path is not None
    quiet, module = number(4 * drawn.module), number(drawn.module)
    assert path.get("transform") == (
        f"translate({quiet} {quiet}) scale({module} {module})"
    )


def test_a_drawing_holds_every_dark_module_and_no_other() -> None:
    drawn = Drawing(TINY, "x", ("(10)1",), 11)
    assert drawn.module == 1
    path = 'd="M0 0h1v1h-1zM2 0h1v1h-1zM0 2h3v1h-3z"'
    assert path in drawn.svg()


def test_a_drawing_asks_for_nothing_and_runs_nothing() -> None:
    drawn = drawing(label(HOSTILE))
    sheet = plan_sheet([drawn], paper="A4", margin=10)
    for text in (drawn.svg(), "".join(sheet.html([drawn]))):
        assert "<script" not in text
        assert "href" not in text
        assert "src=" not in text.replace("-src", "")
        assert "url(" not in text
        assert "@import" not in text
    texts = [
        each.text for each in ET.fromstring(drawn.svg()).iter(f"{SVG}text")
    ]
    assert "".join(str(each) for each in texts).replace(" ", "") == "".join(
        label(HOSTILE).lines
    )
    title = ET.fromstring(drawn.svg()).find(f"{SVG}title")
    assert title is not None
    assert title.text == label(HOSTILE).uri


@given(st.text(CSET_82, min_size=1, max_size=20))
def test_any_serial_number_makes_a_well_formed_drawing(serial: str) -> None:
    made = label(serial)
    root = ET.fromstring(Drawing(TINY, made.uri, made.lines, 25).svg())
    rows = [str(each.text) for each in root.iter(f"{SVG}text")]
    assert "".join(rows).replace(" ", "") == "".join(made.lines)
    assert Bitmap(Drawing(TINY, made.uri, made.lines, 25), 300).png()


def test_a_long_value_goes_on_with_a_space_before_it() -> None:
    assert list(fold(["(21)1234(10)L8", "(10)L7"], 8)) == [
        "(21)1234",
        " (10)L8",
        "(10)L7",
    ]
    assert list(fold(["abc"], 0)) == ["ab", " c"]
    assert list(fold([], 8)) == []


def test_lengths_are_written_short() -> None:
    assert [number(each) for each in (25.0, 0.125, 1 / 3, 0, 100)] == [
        "25",
        "0.125",
        "0.3333",
        "0",
        "100",
    ]


def test_the_module_of_a_usual_label_can_be_read_at_a_till() -> None:
    assert drawing(label("7TQ3K9WMAF2XH")).module >= QR.modules[0]


# The bitmap.


def test_a_bitmap_says_how_large_it_is() -> None:
    made = Bitmap(drawing(label()), 203)
    assert made.dots == int(made.drawing.module * 203 / 25.4)
    assert made.module == pytest.approx(made.dots * 25.4 / 203)
    data = made.png()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert (width, depth, kind) == (made.width, 1, 0)
    assert height > width
    start = data.index(b"pHYs") + 4
    assert struct.unpack(">IIB", data[start : start + 9]) == (7992, 7992, 1)


def test_a_bitmap_holds_the_modules_dot_by_dot() -> None:
    made = Bitmap(Drawing(TINY, "x", ("(10)L",), 11), 77)
    assert (made.dots, made.width) == (3, 33)
    data = made.png()
    start = data.index(b"IDAT")
    (size,) = struct.unpack(">I", data[start - 4 : start])
    rows = zlib.decompress(data[start + 4 : start + 4 + size])
    # A filter and five bytes a row.
    picture = [rows[at + 1 : at + 6] for at in range(0, len(rows), 6)]
    assert {rows[at] for at in range(0, len(rows), 6)} == {0}
    white = b"\xff" * 5
    assert picture[:12] == [white] * 12
    ends = f"{'1' * 12}000111000{'1' * 19}"
    assert picture[12:15] == [int(ends, 2).to_bytes(5, "big")] * 3
    assert picture[15:18] == [white] * 3
    full = f"{'1' * 12}{'0' * 9}{'1' * 19}"
    assert picture[18:21] == [int(full, 2).to_bytes(5, "big")] * 3
    assert picture[21:33] == [white] * 12
    assert len(picture) == 33 + HEIGHT + 3


def test_a_module_of_less_than_a_dot_is_refused() -> None:
    with pytest.raises(MalformedError, match="less than a dot at 72 dots"):
        Bitmap(drawing(label(), width=5), 72)


def test_the_font_has_every_character_that_a_label_can_have() -> None:
    assert GLYPHS.keys() == {*CSET_82, "#", "\\", " "}
    for rows in GLYPHS.values():
        assert len(rows) == HEIGHT
        assert {len(row) for row in rows} == {WIDTH}
        assert set(b"".join(rows)) <= {0, 1}
    assert len(set(GLYPHS.values())) == len(GLYPHS)


# The sheet.


def test_as_many_labels_stand_on_a_page_as_fit() -> None:
    drawings = [drawing(label())] * 3
    sheet = plan_sheet(drawings, paper="A4", margin=5)
    assert (sheet.columns, sheet.rows) == (8, 8)
    assert sheet.cell == pytest.approx((25, drawings[0].height))
    assert [sheet.pages(count) for count in (1, 64, 65)] == [1, 1, 2]


def test_columns_and_rows_share_the_page() -> None:
    sheet = plan_sheet(
        [drawing(label())], paper="letter", margin=10, columns=5, rows=2
    )
    width, height = PAPERS["letter"]
    assert sheet.cell == pytest.approx(((width - 20) / 5, (height - 20) / 2))


def test_the_largest_label_decides() -> None:
    small, large = drawing(label(), 20), drawing(label(), 95)
    sheet = plan_sheet([small, large], paper="A4", margin=10)
    assert (sheet.columns, sheet.rows) == (2, 2)


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        ({"columns": 8}, "^columns of 25 mm: 7 of them fit into the 190 mm"),
        ({"rows": 9}, "^rows of 33.16 mm: 8 of them fit into the 277 mm"),
        ({"margin": 100}, "^columns of 25 mm: 0 of them fit into the 10 mm"),
        ({"margin": 110}, "^columns of 25 mm: 0 of them fit into the 0 mm"),
    ],
)
def test_labels_that_do_not_fit_are_refused(
    wishes: dict[str, int], says: str
) -> None:
    with pytest.raises(MalformedError, match=says):
        plan_sheet(
            [drawing(label())],
            **{"paper": "A4", "margin": 10, **wishes},  # type: ignore[arg-type]
        )


def test_cut_marks_stand_outside_of_the_labels() -> None:
    drawn = drawing(label())
    sheet = plan_sheet([drawn], paper="A4", margin=10, columns=2, rows=3)
    html = "".join(sheet.html([drawn]))
    (cuts,) = re.findall('stroke-width="0.1" d="(.*?)"', html)
    marks = re.findall(r"M([\d.]+) ([\d.]+)([hv])([\d.]+)", cuts)
    assert len(marks) == 2 * 3 + 2 * 4
    for x, y, way, size in marks:
        assert size == "4"
        if way == "v":
            assert float(y) + 4 <= 9 or float(y) >= 288
        else:
            assert float(x) + 4 <= 9 or float(x) >= 201


def test_without_a_margin_there_is_no_room_for_cut_marks() -> None:
    drawn = drawing(label())
    sheet = plan_sheet([drawn], paper="A4", margin=0, columns=1, rows=1)
    html = "".join(sheet.html([drawn]))
    (cuts,) = re.findall('stroke-width="0.1" d="(.*?)"', html)
    assert set(re.findall(r"[hv]([\d.]+)", cuts)) == {"0"}
