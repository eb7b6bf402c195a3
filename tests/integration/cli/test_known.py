"""What is handed in again is known, and neither logged twice nor refused."""

import json
from pathlib import Path

import pytest

from provenance.folder import open_reader
from tests.support.cli_runs import (
    CAN,
    Place,
    Run,
    found_ledger,
    ok,
    run,
    write_document,
)

MAPPING = """
mapping = 1
[columns.Serial]
is = "text"
[[rows]]
[[rows.events]]
type = "ObjectEvent"
action = "ADD"
bizStep = "commissioning"
eventTime = "2025-03-01T08:59:00+13:00"
eventTimeZoneOffset = "+13:00"
epcList = ["https://id.gs1.org/01/09421902960017/21/{Serial}"]
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return found_ledger(tmp_path)


def submit(place: Place, *arguments: object) -> Run:
    return run(
        "submit", *arguments, "--key", place.maker_key, "-C", place.ledger
    )


def size(place: Place) -> int:
    with open_reader(place.ledger) as reader:
        return reader.size


def test_a_document_handed_in_again_is_known(place: Place) -> None:
    document = write_document(place.folder / "a.json", "K0000")
    assert "accepted as entry 5" in submit(place, document).out
    before = size(place)
    done = submit(place, document)
    assert done.code == 0
    assert done.out.startswith(f"known as entry 5, 1 event: {document}\n")
    assert "0 accepted, 1 known, 0 refused" in done.out
    told = submit(place, document, "--json").json
    assert told["known"] == 1
    (result,) = told["results"]
    assert result["outcome"] == "known"
    assert result["known"] == {"log_indexes": [5], "events": 1}
    assert "1 known" in submit(place, document, "--dry-run").out
    assert size(place) == before


def test_the_same_file_twice_in_one_run_is_logged_once(place: Place) -> None:
    document = write_document(place.folder / "a.json", "K0000")
    done = submit(place, document, document)
    assert done.code == 0
    assert "1 accepted, 1 known, 0 refused" in done.out
    with open_reader(place.ledger) as reader:
        assert len(reader.trail(CAN)) == 1


def test_of_a_document_that_has_grown_the_new_events_go_in(
    place: Place,
) -> None:
    first = write_document(place.folder / "a.json", "K0000")
    submit(place, first)
    both = json.loads(first.read_bytes())
    (event,) = both["epcisBody"]["eventList"]
    both["epcisBody"]["eventList"].append({**event, "bizStep": "inspecting"})
    second = place.folder / "b.json"
    second.write_text(json.dumps(both), encoding="utf-8")
    done = submit(place, second)
    assert done.code == 0
    assert "1 event, 1 event known before as entry 5" in done.out
    with open_reader(place.ledger) as reader:
        assert len(reader.trail(CAN)) == 2


def test_a_document_that_says_one_thing_twice_is_refused(place: Place) -> None:
    document = write_document(place.folder / "a.json", "K0000")
    twice = json.loads(document.read_bytes())
    twice["epcisBody"]["eventList"] *= 2
    document.write_text(json.dumps(twice), encoding="utf-8")
    done = submit(place, document)
    assert done.code == 1
    assert "PRV-9025" in done.out
    assert "event 1 says all that event 0 says" in done.out


def test_rows_that_are_in_the_log_are_not_refused(place: Place) -> None:
    mapping = place.folder / "m.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    table = place.folder / "t.csv"
    table.write_text("Serial\nK0000\n", encoding="utf-8")
    report = place.folder / "refused.csv"
    given = (table, "--mapping", mapping, "--refused", report)
    assert "accepted as entry 5" in submit(place, *given).out
    again = submit(place, *given)
    assert again.code == 0
    assert again.out.startswith("known as entry 5, 1 event from 1 row")
    table.write_text("Serial\nK0000\nK0001\nnot a serial %\n", encoding="utf-8")
    more = submit(place, *given)
    assert more.code == 3
    assert "1 event from 2 rows, 1 event known before as entry 5" in more.out
    assert "K0000" not in report.read_text(encoding="utf-8")
    # Twice in one list is a mistake in the list.
    table.write_text("Serial\nK0002\nK0002\n", encoding="utf-8")
    twice = submit(place, *given)
    assert twice.code == 1
    assert "PRV-9025" in twice.out


def test_a_signed_statement_of_what_is_logged_is_known(place: Place) -> None:
    document = write_document(place.folder / "a.json", "K0000")
    submit(place, document)
    target = place.folder / "a.submission"
    ok(
        "sign", document, "--as", "did:web:maker.example", "--key",
        place.maker_key, "--origin", "ledger.example/test", "-o", target,
    )  # fmt: skip
    done = run("submit", target, "-C", place.ledger)
    assert done.code == 0
    assert done.out.startswith("known as entry 5, 1 event")


def test_a_unit_that_is_put_into_being_twice_is_said(place: Place) -> None:
    first = write_document(place.folder / "a.json", "K0000")
    assert "warning" not in submit(place, first).err
    again = place.folder / "b.json"
    again.write_text(
        first.read_text(encoding="utf-8").replace("T08:59:00", "T08:58:00"),
        encoding="utf-8",
    )
    for more in ((), ("--dry-run",)):
        done = submit(place, again, *more)
        assert done.code == 0
        if more:
            # By now it is known.
            assert "warning" not in done.err
        else:
            assert "which was made, or ended, in entry 5 already" in done.err
    other = write_document(place.folder / "c.json", "K0001")
    assert "warning" not in submit(place, other).err
    told = submit(place, again.rename(place.folder / "d.json"), "--json").json
    assert "warnings" not in told["results"][0]


def test_what_observes_or_takes_back_a_unit_puts_none_into_being(
    place: Place,
) -> None:
    document = write_document(place.folder / "a.json", "K0000")
    submit(place, document)
    seen = json.loads(document.read_text(encoding="utf-8"))
    (event,) = seen["epcisBody"]["eventList"]
    event |= {"action": "OBSERVE", "bizStep": "inspecting"}
    document.write_text(json.dumps(seen), encoding="utf-8")
    assert "warning" not in submit(place, document).err
