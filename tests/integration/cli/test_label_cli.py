"""`provenance label`: what it writes, what it refuses, what it says."""

import csv
import io
import sys
from pathlib import Path

import pytest

from provenance.epcis.table import Table, parse_mapping, read_group
from provenance.gs1 import read_item
from tests.support.cli_runs import PROJECT, ok, run

GTIN = "09506000134352"
STEM = ("--stem", "https://id.brand.example")
MAPPING = PROJECT / "examples" / "mappings" / "labels.toml"


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


def test_one_label_is_a_drawing(tmp_path: Path) -> None:
    file = tmp_path / "can.svg"
    done = ok("label", f"(01){GTIN}(21)00042", *STEM, "-o", file)
    assert done.out == (
        f"{file}: 1 label\n"
        "  QR Code, 33 × 33 modules of 0.610 mm, level M, 25.0 mm wide with 4 modules"
        " white at each side\n"
    )
    assert done.err == ""
    assert f"<title>https://id.brand.example/01/{GTIN}/21/00042</title>" in (
        file.read_text(encoding="utf-8")
    )


def test_one_label_can_go_to_standard_output() -> None:
    done = ok("label", GTIN, *STEM, "-o", "-")
    assert done.out.startswith("<svg ")
    assert done.out.endswith("</svg>\n")
    assert done.err.startswith("-: 1 label")


def test_a_bitmap_says_what_its_dots_make_of_the_size(tmp_path: Path) -> None:
    file = tmp_path / "can.png"
    done = ok(
        "label", GTIN, *STEM, "-o", file, "--format", "png", "--dpi", "203",
        "--json",
    ).json  # fmt: skip
    assert done["dots_per_inch"] == 203
    assert done["printed_module_mm"] == pytest.approx(5 * 25.4 / 203, abs=1e-4)
    assert done["labels"] == [
        {
            "item": f"https://id.gs1.org/01/{GTIN}",
            "content": f"https://id.brand.example/01/{GTIN}",
            "modules": 29,
            "level": "M",
            "module_mm": pytest.approx(25 / 37, abs=1e-4),
            "width_mm": 25,
            "height_mm": pytest.approx(28.12),
        }
    ]
    assert file.read_bytes().startswith(b"\x89PNG")


def test_a_list_makes_a_folder_of_drawings(tmp_path: Path) -> None:
    given = f"\ufeff(01){GTIN}(21)a/1\r\n\r\n(01){GTIN}(21)A/1\r\n"
    names = tmp_path / "names.txt"
    names.write_text(given, encoding="utf-8")
    folder = tmp_path / "labels"
    done = ok("label", "--list", names, *STEM, "-o", folder)
    assert done.out.startswith(f"{folder}: 2 labels\n")
    # Two that differ in case alone are two files on any system.
    assert sorted(each.name for each in folder.iterdir()) == [
        f"1_01-{GTIN}_21-a%2F1.svg",
        f"2_01-{GTIN}_21-A%2F1.svg",
    ]
    done = run(
        "label", "--list", "-", *STEM, "-o", "-", "--format", "sheet",
        given=given.encode(),
    )  # fmt: skip
    assert done.code == 0
    assert done.out.startswith("<!doctype html>")
    assert "7 × 9 to a page of A4, 1 page: print at 100 %" in done.err


def test_random_serials_are_written_down_and_differ(tmp_path: Path) -> None:
    record, sheet = tmp_path / "made.csv", tmp_path / "sheet.html"
    done = ok(
        "label", f"(01){GTIN}(10)L7", *STEM, "--serials", "60",
        "--record", record, "--format", "sheet", "-o", sheet,
        "--columns", "5", "--rows", "6",
    )  # fmt: skip
    assert "  5 × 6 to a page of A4, 2 pages" in done.out
    assert done.out.endswith(f"{record}: 60 serial numbers\n")
    rows = rows_of(record)
    assert len({row["Serial"] for row in rows}) == len(rows) == 60
    html = sheet.read_text(encoding="utf-8")
    for row in rows:
        assert len(row["Serial"]) == 13
        assert row["GTIN"] == GTIN
        assert row["Lot"] == "L7"
        assert read_item(row["Link"]) == row["Item"]
        assert f"<title>{row['Link']}</title>" in html


def test_serials_count_up_with_their_zeros(tmp_path: Path) -> None:
    record = tmp_path / "made.csv"
    ok(
        "label", GTIN, *STEM, "--serials", "3", "--first", "00099",
        "--record", record, "-o", tmp_path / "out", "--format", "png",
    )  # fmt: skip
    assert [row["Serial"] for row in rows_of(record)] == [
        "00099",
        "00100",
        "00101",
    ]
    assert {row["Lot"] for row in rows_of(record)} == {""}
    assert len(list((tmp_path / "out").iterdir())) == 3


@pytest.mark.parametrize("product", [GTIN, f'(01){GTIN}(10)L,"7'])
def test_the_record_is_read_by_a_mapping(tmp_path: Path, product: str) -> None:
    record = tmp_path / "made.csv"
    ok(
        "label", product, *STEM, "--serials", "130", "--record", record,
        "--format", "sheet", "-o", tmp_path / "sheet.html",
    )  # fmt: skip
    mapping = parse_mapping(MAPPING.read_text(encoding="utf-8"))
    with record.open("rb") as stream:
        groups = list(Table(stream, mapping))
    read = [read_group(group) for group in groups]
    assert not any(group.reasons for group, _ in read)
    drafts = [draft for _, drafts in read for draft in drafts]
    assert [len(draft.items) for draft in drafts] == [100, 30]
    told = [item.id for draft in drafts for item in draft.items]
    assert told == [row["Item"] for row in rows_of(record)]


def test_a_record_is_never_written_over(tmp_path: Path) -> None:
    record = tmp_path / "made.csv"
    record.write_text("precious", encoding="utf-8")
    done = run(
        "label", GTIN, *STEM, "--serials", "1", "--record", record,
        "-o", tmp_path / "out.svg",
    )  # fmt: skip
    assert done.code == 3
    assert "may be all that is known of the serial numbers" in done.err
    assert record.read_text(encoding="utf-8") == "precious"
    assert not (tmp_path / "out.svg").exists()


def test_nothing_is_recorded_if_nothing_can_be_printed(tmp_path: Path) -> None:
    record = tmp_path / "made.csv"
    for wrong in (
        ("--format", "sheet", "--columns", "9"),
        ("--format", "png", "--dpi", "72", "--size", "5"),
        ("--first", "99999999999999999999"),
        ("--first", "1 "),
    ):
        done = run(
            "label", GTIN, *STEM, "--serials", "2", "--record", record,
            "-o", tmp_path / "out", *wrong,
        )  # fmt: skip
        assert done.code == 3, wrong
        assert list(tmp_path.iterdir()) == [], wrong


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name the items, or a file with --list"),
        ((GTIN, "--list", "x"), "name the items, or a file with --list"),
        ((GTIN, "--first", "1"), "--first and --record go with --serials"),
        ((GTIN, "--record", "x"), "--first and --record go with --serials"),
        ((GTIN, "--serials", "1"), "--serials needs --record"),
        ((GTIN, GTIN, "--serials", "1", "--record", "x"), "takes one ITEM"),
        (("--list", "x", "--serials", "1", "--record", "x"), "takes one ITEM"),
        ((GTIN, "--serials", "10001", "--record", "x"), "10001 is not in"),
        ((GTIN, "--json"), "with --json, the labels go to a file"),
        ((GTIN, f"(01){GTIN}(10)L7"), "several labels go to a folder"),
        ((GTIN, "--size", "4"), "4.0 is not in"),
    ],
)
def test_options_that_contradict_one_another_are_a_wrong_call(
    arguments: tuple[str, ...], says: str
) -> None:
    done = run("label", *arguments, *STEM, "-o", "-")
    assert done.code == 2
    assert says in done.err


def test_an_error_says_which_line_of_which_file(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text(f"{GTIN}\n09506000134353\n", encoding="utf-8")
    done = run("label", "--list", names, *STEM, "-o", "-", "--format", "sheet")
    assert done.code == 3
    assert "error PRV-9010: line 2: " in done.err
    assert f"where: {names}" in done.err
    names.write_bytes(b"\xff")
    done = run("label", "--list", names, *STEM, "-o", "-")
    assert done.code == 3
    assert "it is not UTF-8" in done.err
    names.write_bytes(b"\n\n")
    done = run("label", "--list", names, *STEM, "-o", "-")
    assert "0 labels are not made at once" in done.err
    assert run("label", "--list", tmp_path / "no", *STEM, "-o", "-").code == 4


def test_a_stem_that_cannot_be_printed_is_said_to_be_it() -> None:
    done = run("label", GTIN, "--stem", "http://brand.example", "-o", "-")
    assert done.code == 3
    assert "where: --stem" in done.err
    assert "https://id.brand.example" in done.err


def test_a_link_that_no_code_can_hold_is_refused() -> None:
    stem = "https://id.brand.example/" + "a" * 3000
    done = run("label", GTIN, "--stem", stem, "-o", "-")
    assert done.code == 3
    assert "too long for a code at level M" in done.err


def test_modules_too_fine_for_a_till_are_noted(tmp_path: Path) -> None:
    done = ok("label", GTIN, *STEM, "--size", "12", "-o", tmp_path / "can.svg")
    assert "modules have 0.396 to 0.99 mm" in done.err
    assert "--size 14.7 to 36.6" in done.err


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    done = run(
        "label", GTIN, *STEM, "-o", tmp_path / "can.svg", "--serials", "1",
        "--record", tmp_path / "made.csv",
    )  # fmt: skip
    assert done.code == 3
    assert "error PRV-9006: segno is not installed" in done.err
    assert "pip install '.[label]'" in done.err
    assert list(tmp_path.iterdir()) == []
