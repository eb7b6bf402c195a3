"""Codes of every kind in files of every form, read back as scanners read them.

The programs that read them (zxing; zbar, where it knows the kind) are none
of those that drew them. A file for a printer of labels is a golden one, too:

    python -m tests.unit.label.test_label_codes
"""

import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops

from provenance.gs1 import read_item
from tests.support.cli_runs import PROJECT, ok, run
from tests.support.parts import lack

GOLDEN = PROJECT / "tests" / "labels"
CAN = "(01)09506000134352(10)A\\(10)L8(21)7TQ3K9WMAF2XH"
PALLET = "(00)395060001343520018"
STEM = "https://id.brand.example"
CASES = {
    "qr": (CAN, ("--stem", STEM)),
    "datamatrix": (CAN, ("--code", "datamatrix")),
    "gs1-128": (PALLET, ("--code", "gs1-128")),
}
SYMBOLOGY = {"qr": "]Q1", "datamatrix": "]d2", "gs1-128": "]C1"}
DPI = 203


def make(kind: str, form: str, file: Path, *more: str) -> None:
    item, options = CASES[kind]
    ok(
        "label", item, *options, "--format", form, "-o", file,
        "--dpi", str(DPI), *more,
    )  # fmt: skip


def picture(data: bytes, form: str) -> Image.Image:
    """Return what would be on the paper, at the printer's resolution."""
    match form:
        case "png":
            return Image.open(io.BytesIO(data)).convert("L")
        case "svg":
            renderer = pytest.importorskip("resvg_py")
            drawn = renderer.svg_to_bytes(svg_string=data.decode(), dpi=DPI)
            return Image.open(io.BytesIO(bytes(drawn))).convert("L")
        case "pdf":
            reader = pytest.importorskip("pypdfium2")
            (page,) = reader.PdfDocument(data)
            paper: Image.Image = page.render(scale=DPI / 72).to_pil()
            return paper.convert("L")
        case _:
            return printed(data)


def printed(zpl: bytes) -> Image.Image:
    """Return what a printer makes of the file's one graphic field."""
    found = re.fullmatch(
        rb"\^XA\s\^PW(\d+)\s\^LL(\d+)\s\^LH0,0\s\^FO0,0"
        rb"\^GFA,(\d+),(\d+),(\d+),([0-9A-F\s]+)\^FS\s\^XZ\s",
        zpl,
    )
    assert found, zpl[:100]
    width, height, sent, size, a_row = map(int, found.groups()[:5])
    dots = bytes.fromhex(found[6].decode())
    assert sent == size == len(dots) == a_row * height
    image = Image.frombytes("1", (a_row * 8, height), dots)
    assert not any(image.crop((width, 0, a_row * 8, height)).tobytes())
    dark = ImageChops.invert(image.convert("L"))
    return dark.crop((0, 0, width, height))


@pytest.mark.parametrize("form", ["svg", "png", "pdf", "zpl"])
@pytest.mark.parametrize("kind", CASES)
def test_a_code_of_any_kind_in_any_form_is_read_as_the_item(
    kind: str, form: str, tmp_path: Path
) -> None:
    file = tmp_path / f"label.{form}"
    make(kind, form, file)
    (code,) = zxingcpp.read_barcodes(picture(file.read_bytes(), form))
    assert code.symbology_identifier == SYMBOLOGY[kind]
    scanned = code.symbology_identifier + code.bytes.decode()
    assert read_item(scanned) == read_item(CASES[kind][0])


@pytest.mark.parametrize("kind", ["qr", "gs1-128"])
def test_another_reader_reads_the_same(kind: str, tmp_path: Path) -> None:
    program = shutil.which("zbarimg")
    if program is None:
        lack("zbarimg reads codes: apt-get install zbar-tools")
    file = tmp_path / "label.png"
    make(kind, "png", file)
    done = subprocess.run(
        [program, "--raw", "--quiet", "--nodbus", file],
        capture_output=True,
        check=True,
    )
    text = done.stdout.decode().rstrip("\n")
    assert read_item(SYMBOLOGY[kind] + text) == read_item(CASES[kind][0])


@pytest.mark.parametrize("kind", CASES)
def test_what_a_printer_is_sent_is_just_what_it_was(
    kind: str, tmp_path: Path
) -> None:
    file = tmp_path / "label.zpl"
    make(kind, "zpl", file)
    assert file.read_bytes() == (GOLDEN / f"{kind}.zpl").read_bytes()


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("size", [20, 25, 32.5, 60, 118])
@pytest.mark.parametrize("kind", CASES)
def test_no_label_is_larger_than_was_asked_for(
    kind: str, size: float, dpi: int, tmp_path: Path
) -> None:
    file = tmp_path / "label.png"
    item, options = CASES[kind]
    done = run(
        "label", item, *options, "--format", "png", "-o", file,
        "--size", size, "--dpi", str(dpi), "--json",
    )  # fmt: skip
    if done.code:
        # The control: it is refused only where a dot is more than a module.
        assert "is less than a dot" in json.dumps(done.json)
        assert size / (156 + 20) < 25.4 / dpi
        return
    image = Image.open(file)
    assert image.width <= size * dpi / 25.4 + 1e-6
    # As large as whole dots allow, with all of the white at both sides.
    (label,) = done.json["labels"]
    dots = round(done.json["printed_module_mm"] * dpi / 25.4)
    quiet = {"qr": 4, "datamatrix": 1, "gs1-128": 10}[kind]
    assert image.width == (label["modules"] + 2 * quiet) * dots
    assert image.width + label["modules"] + 2 * quiet > size * dpi / 25.4
    sides = image.convert("L")
    for left in (0, image.width - quiet * dots):
        below = min(image.width // 2, int(30 * dpi / 25.4))
        code = (left, 0, left + quiet * dots, below)
        assert sides.crop(code).getextrema() == (255, 255)


def test_several_labels_are_one_file_for_a_printer_and_pages_of_a_pdf(
    tmp_path: Path,
) -> None:
    serials = ("--serials", "3", "--first", "1")
    for form, count in (("zpl", rb"\^XA"), ("pdf", rb"/Type /Page\b")):
        file = tmp_path / f"labels.{form}"
        ok(
            "label", "09506000134352", "--code", "datamatrix", *serials,
            "--record", tmp_path / f"{form}.csv", "--format", form, "-o", file,
        )  # fmt: skip
        assert len(re.findall(count, file.read_bytes())) == 3


def test_a_code_that_gs1_128_cannot_hold_is_refused(tmp_path: Path) -> None:
    item = f"(01)09506000134352(10){'L' * 20}(21){'7' * 20}"
    file = tmp_path / "label.svg"
    done = run("label", item, "--code", "gs1-128", "-o", file)
    assert done.code == 3
    assert "and GS1-128 holds 48" in done.err
    assert not file.exists()


def test_a_qr_code_needs_to_know_what_its_link_starts_with() -> None:
    done = run("label", CAN, "-o", "-")
    assert done.code == 2
    assert "say with --stem" in done.err


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        ("pdf", b"%PDF"),
        ("PNG", b"\x89PNG"),
        ("zpl", b"^XA"),
        ("html", b"<!doctype"),
        ("svg", b"<svg"),
        ("label", b"<svg"),
    ],
)
def test_a_file_is_of_the_form_that_its_ending_says(
    ending: str, start: bytes, tmp_path: Path
) -> None:
    file = tmp_path / f"label.{ending}"
    ok("label", PALLET, "--code", "gs1-128", "-o", file)
    assert file.read_bytes().startswith(start)


def test_a_stem_for_a_code_without_a_link_is_a_wrong_call() -> None:
    done = run("label", CAN, "--code", "datamatrix", "--stem", STEM, "-o", "-")
    assert done.code == 2
    assert "leave out --stem" in done.err


if __name__ == "__main__":
    for kind in CASES:
        make(kind, "zpl", GOLDEN / f"{kind}.zpl")
