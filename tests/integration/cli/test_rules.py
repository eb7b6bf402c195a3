"""Rule books on the command line: shown, compared, checked, logged."""

import json
from pathlib import Path
from typing import Any

import pytest

from provenance.encoding.digest import sha256
from provenance.rules.book import baseline, parse_book, shipped
from tests.support.cli_runs import found_ledger, ok, run, write_document

ID = baseline().id.hex()


def evidence() -> dict[str, Any]:
    book: dict[str, Any] = run("rules", "show", ID, "--json").json["book"]
    return book


def written(folder: Path, book: dict[str, Any]) -> Path:
    path = folder / "book.json"
    path.write_text(json.dumps(book))
    return path


def test_the_books_that_come_along_are_listed_and_shown() -> None:
    listed = ok("rules", "show", "--json").json["books"]
    assert list(listed) == [digest.hex() for digest in shipped()]
    assert listed[ID] == "provenance/evidence-book/v1"
    assert ok("rules", "show", ID[:8]).out.startswith(f"id  {ID}\n")
    assert evidence()["roles"]["courier"]


def test_a_book_that_is_not_here_is_said_to_be_none() -> None:
    ended = run("rules", "show", "ffffffff")
    assert ended.code == 4
    assert "neither a file nor the id" in ended.err


def test_what_a_book_says_otherwise_is_told(tmp_path: Path) -> None:
    book = evidence()
    book["roles"]["halal certifier"] = ["inspecting"]
    book["bounds"]["late"] = 1
    path = written(tmp_path, book)
    found = ok("rules", "diff", ID, path, "--json").json["differences"]
    assert [place["pointer"] for place in found] == [
        "/bounds/late", "/roles/halal certifier",
    ]  # fmt: skip
    assert "they say the same" in ok("rules", "diff", ID, ID).out


def test_a_book_of_ones_own_is_checked_and_written(tmp_path: Path) -> None:
    book = evidence()
    book["steps"]["own"] = sorted([*book["steps"]["own"], "halal_certified"])
    book["roles"]["certifier"] = ["halal_certified"]
    out = tmp_path / "book"
    said = ok("rules", "check", written(tmp_path, book), "-o", out)
    data = out.read_bytes()
    assert said.out.startswith(sha256(data).hex())
    assert "[[books]]" in said.err
    assert parse_book(data).id == sha256(data)


@pytest.mark.parametrize(("change", "says"), [
    ({"roles": {"x": ["no_such_step"]}}, "there is no kind"),
    ({"roles": {"x": ["b", "a"]}}, "rising order"),
    ({"makes": 7}, "an array"),
    ({"more": 1}, "has no member 'more'"),
    ({"format": "provenance/evidence-book/v9"}, "does not know"),
    ({"forms": [["X", "MAYBE", [], [], []]]}, "an action of EPCIS"),
    ({"forms": [["X", "", [["actor", 0, 0, "seen"]], [], []]]}, "a relation"),
    ({"forms": [["X", "", [], [], [["no_such_step"]]]]}, "which is no kind"),
    ({"bounds": {"late": 1}}, "lacks member"),
])  # fmt: skip
def test_a_book_that_is_none_is_refused_with_the_place(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    ended = run("rules", "check", written(tmp_path, evidence() | change))
    assert ended.code == 3
    assert says in ended.err


def test_a_book_is_logged_and_known_by_its_hash(tmp_path: Path) -> None:
    place = found_ledger(tmp_path)
    book = evidence() | {"makes": []}
    path = written(tmp_path, book)
    said = ok("rules", "log", path, "-C", place.ledger, "--json").json
    assert said["entry"] > 0
    assert said["id"] == ok("rules", "check", path, "--json").json["id"]


def test_a_ledger_is_founded_on_a_book_of_its_own(tmp_path: Path) -> None:
    book = evidence()
    book["steps"]["own"] = sorted([*book["steps"]["own"], "halal_certified"])
    book["roles"]["producer"] = ["*"]
    out = tmp_path / "book"
    ok("rules", "check", written(tmp_path, book), "-o", out)
    place = found_ledger(tmp_path, "--book", out)
    document = write_document(tmp_path / "made.json", "K0001")
    text = document.read_text().replace(
        '"commissioning"', '"https://example.com/own"'
    )
    document.write_text(text)
    ok(
        "submit", document, "-C", place.ledger, "--key", place.maker_key
    )  # fmt: skip
    bundle = tmp_path / "can.provenance"
    item = "urn:epc:id:sgtin:9421902.096001.K0001"
    ok("bundle", item, "-o", bundle, "-C", place.ledger)
    said = ok("verify", bundle, "--trust", place.trust)
    assert "\nVERIFIED" in said.out
    # Who pins the other book is told which one is missing, and judges nothing.
    trust = tmp_path / "other.toml"
    named = sha256(out.read_bytes()).hex()
    trust.write_text(place.trust.read_text().replace(named, ID))
    told = run("verify", bundle, "--trust", trust)
    assert told.code == 3
    assert named in told.out


def test_a_refusal_names_the_rule_that_it_breaks(tmp_path: Path) -> None:
    place = found_ledger(tmp_path)
    document = write_document(tmp_path / "foreign.json", "K0001")
    text = document.read_text().replace("9421902.096001", "9506000.013435")
    document.write_text(text)
    ended = run(
        "submit", document, "-C", place.ledger, "--key", place.maker_key,
        "--json",
    )  # fmt: skip
    assert ended.code != 0
    assert '"rule": "permission.prefix"' in ended.out
