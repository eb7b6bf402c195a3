"""`provenance submit` with tables: rows go in, or are told why they do not."""

import csv
import io
import json
import signal
from pathlib import Path

import pytest

from provenance.errors import MalformedError
from provenance.folder import open_ledger, open_reader
from provenance.intake.journal import Journal, is_begun
from provenance.intake.refusals import SHOWN
from provenance.ledger.rehearse import Rehearsal
from provenance.problems import INTERRUPTED
from tests.support.cli_runs import (
    MAKER,
    ORIGIN,
    Place,
    Run,
    found_ledger,
    ok,
    run,
)

MAPPING = """\
mapping = 1

[columns.GTIN]
is = "gtin"

[columns.Filled]
is = "time"
zone = "+13:00"

[[rows]]
group = ["Lot"]

[[rows.events]]
type = "ObjectEvent"
action = "ADD"
bizStep = "commissioning"
eventTime = "{Filled}"
eventTimeZoneOffset = "{Filled:offset}"
epcList = ["https://id.gs1.org/01/{GTIN}/21/{Serial}"]
ilmd."cbvmda:lotNumber" = "{Lot}"
ilmd."cbvmda:countryOfOrigin" = "NZ"
"""
HEADER = "GTIN,Serial,Lot,Filled\n"
ROW = "9421902960017,{serial},{lot},2025-03-01 08:59\n"
FOREIGN = "9521001960014,{serial},{lot},2025-03-01 08:59\n"
WRONG = "9421902960018,{serial},{lot},2025-03-01 08:59\n"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    return found_ledger(tmp_path)


def rows(*lots: str, row: str = ROW, start: int = 0) -> str:
    return "".join(
        row.format(serial=f"K{number}", lot=lot)
        for number, lot in enumerate(lots, start)
    )


def write(place: Place, text: str, name: str = "cans.csv") -> Path:
    path = place.folder / name
    path.write_text(text, encoding="utf-8")
    return path


def submit(place: Place, *arguments: object, given: bytes = b"") -> Run:
    return run(
        "submit", *arguments, "--mapping", place.folder / "mapping.toml",
        "--key", place.maker_key, "-C", place.ledger, given=given,
    )  # fmt: skip


def steps(place: Place, *serials: str) -> list[int]:
    """Return how many steps the trail of each can has."""
    with open_reader(place.ledger) as reader:
        heads = [
            reader.head(f"https://id.gs1.org/01/09421902960017/21/{serial}")
            for serial in serials
        ]
    return [0 if head is None else head.count for head in heads]


def test_a_table_becomes_one_statement(place: Place) -> None:
    table = write(place, HEADER + rows("A", "A", "B"))
    done = submit(place, table)
    assert done.out.splitlines() == [
        f"accepted as entry 5, 2 events from 3 rows: {table}",
        "1 accepted, 0 refused; the log has 7 entries",
    ]
    assert done.code == 0
    assert steps(place, "K0", "K1", "K2") == [1, 1, 1]
    ok("audit", place.ledger)


def test_a_table_is_told_in_json(place: Place) -> None:
    table = write(place, HEADER + rows("A", "B") + ",,,\n")
    done = submit(place, table, "--json")
    (result,) = done.json["results"]
    statement_id = result.pop("statement_id")
    assert len(statement_id) == 64
    assert result == {
        "source": str(table),
        "outcome": "accepted",
        "log_index": 5,
        "events": 2,
        "issuer": MAKER,
        "rows": {"accepted": 2, "refused": 0, "skipped": 0},
    }


def test_good_rows_go_in_and_bad_rows_are_told(place: Place) -> None:
    table = write(
        place,
        HEADER
        + rows("A", "A")
        + rows("B", row=WRONG, start=2)
        + rows("C", row=FOREIGN, start=3)
        + rows("D", start=4),
    )
    done = submit(place, table, "--refused", place.folder / "refused.csv")
    assert done.code == 1
    first, *told, last = done.out.splitlines()
    assert first == (
        f"partly accepted as entry 5, 2 events from 3 rows: {table}"
    )
    assert last == (
        "0 accepted, 1 partly accepted, 0 refused; the log has 7 entries"
    )
    wrong, foreign, advice = told
    assert wrong.startswith("  PRV-9010 row 4, column GTIN: ")
    assert foreign.startswith("  PRV-9022 row 5: ")
    assert "refused.csv, and submit it with the same mapping" in advice
    assert steps(place, "K0", "K1", "K2", "K4") == [1, 1, 0, 1]


def test_refused_rows_are_mended_and_sent_again(place: Place) -> None:
    table = write(
        place,
        HEADER + rows("A", "B") + rows("B", row=WRONG, start=2) + rows("C", start=3),
    )  # fmt: skip
    refused = place.folder / "refused.csv"
    assert submit(place, table, "--refused", refused).code == 3
    header, *lines = list(csv.reader(io.StringIO(refused.read_text())))
    assert header == [
        "provenance:row", "provenance:reason", "GTIN", "Serial", "Lot", "Filled",
    ]  # fmt: skip
    assert [(line[0], line[3]) for line in lines] == [("3", "K1"), ("4", "K2")]
    assert lines[0][1].startswith("row 4 of the same event is refused: row 4, ")
    text = refused.read_text(encoding="utf-8")
    refused.write_text(text.replace("2960018", "2960017"), encoding="utf-8")
    again = submit(place, refused, "--refused", refused)
    assert again.code == 0
    assert steps(place, "K0", "K1", "K2", "K3") == [1, 1, 1, 1]


def test_refused_rows_are_reported_in_the_order_of_the_table(
    place: Place,
) -> None:
    broken = 'x"y,K9,B\n'
    text = HEADER + rows("A", "B") + broken + rows("B", "C", start=2)
    table = write(place, text)
    refused = place.folder / "refused.csv"
    submit(place, table, "--refused", refused)
    lines = list(csv.reader(io.StringIO(refused.read_text())))
    assert [line[0] for line in lines[1:]] == ["3", "4", "5"]
    assert lines[2][2:] == [broken.removesuffix("\n")]


def test_one_bad_serial_among_sixty_is_told_in_one_line(place: Place) -> None:
    table = write(
        place,
        HEADER
        + rows(*["A"] * 30)
        + rows("A", row=WRONG, start=30)
        + rows(*["A"] * 29, start=31),
    )
    done = submit(place, table)
    first, told, advice, _ = done.out.splitlines()
    assert first == f"refused, 60 rows: {table}"
    assert told.startswith("  PRV-9010 row 32, column GTIN: ")
    assert told.endswith("; 59 other rows are refused with it")
    assert "--refused FILE" in advice
    (fault,) = submit(place, table, "--json").json["results"][0]["refused_rows"]
    assert (fault["row"], fault["others"]) == (32, 59)


def test_more_refused_rows_than_are_told_are_counted(place: Place) -> None:
    lots = [f"L{n}" for n in range(SHOWN + 3)]
    table = write(place, HEADER + rows(*lots, row=WRONG))
    done = submit(place, table)
    lines = done.out.splitlines()
    assert lines[0] == f"refused, {SHOWN + 3} rows: {table}"
    assert len(lines) == SHOWN + 4
    assert lines[-3] == "  … and 3 more refused rows"
    assert "--refused FILE writes them to a file" in lines[-2]
    said = submit(place, table, "--json").json
    (result,) = said["results"]
    assert result["outcome"] == "refused"
    assert result["rows"] == {
        "accepted": 0, "refused": SHOWN + 3, "skipped": 0,
    }  # fmt: skip
    assert len(result["refused_rows"]) == SHOWN
    assert result["refused_rows"][0]["row"] == 2
    assert result["refused_file"] is None
    assert (said["accepted"], said["refused"], said["exit_code"]) == (0, 1, 3)


def test_a_table_does_not_hold_up_other_files(place: Place) -> None:
    bad = write(place, "GTIN;Serial\n", "a.csv")
    good = write(place, HEADER + rows("A"), "b.csv")
    done = submit(place, place.folder / "none.csv", bad, good, "--jsonl")
    assert done.code == 3
    outcomes = [json.loads(line) for line in done.out.splitlines()]
    assert [row["outcome"] for row in outcomes] == [
        "refused", "refused", "accepted",
    ]  # fmt: skip
    assert "the table has no column 'Lot'" in outcomes[1]["error"]["what"]


def test_tables_of_a_folder_are_taken_with_a_mapping(place: Place) -> None:
    folder = place.folder / "in"
    folder.mkdir()
    (folder / "a.csv").write_text(HEADER + rows("A"), encoding="utf-8")
    (folder / "b.TXT").write_text("no table", encoding="utf-8")
    done = submit(place, folder, "--json")
    assert [row["source"][-5:] for row in done.json["results"]] == ["a.csv"]


def test_a_table_comes_through_a_pipe(place: Place) -> None:
    table = (HEADER + rows("A") + rows("B", row=WRONG, start=1)).encode()
    refused = place.folder / "refused.csv"
    done = submit(place, "-", "--refused", refused, given=table)
    assert "partly accepted as entry 5, 1 event from 1 row: -" in done.out
    assert len(refused.read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.parametrize("text", [HEADER, HEADER + "\n,,,\n"])
def test_a_table_without_rows_is_refused(place: Place, text: str) -> None:
    done = submit(place, write(place, text))
    assert done.code == 3
    assert "the table has no rows" in done.out


def test_columns_that_nothing_uses_are_warned_of(place: Place) -> None:
    text = "Note," + HEADER + "x," + rows("A")
    done = submit(place, write(place, text), "--json")
    assert done.code == 0
    assert "warning: " in done.err
    (result,) = done.json["results"]
    assert result["warnings"] == [
        "nothing uses the column 'Note': name it in table.ignored"
    ]


def test_a_dry_run_of_a_table_logs_nothing(place: Place) -> None:
    table = write(place, HEADER + rows("A") + rows("B", row=FOREIGN, start=1))
    refused = place.folder / "refused.csv"
    done = submit(place, table, "--dry-run", "--refused", refused)
    assert done.code == 1
    assert f"partly would be accepted, 1 event from 1 row: {table}" in done.out
    assert refused.exists()
    assert steps(place, "K0") == [0]


def test_what_is_concealed_in_a_table_is_not_in_the_body(place: Place) -> None:
    table = write(place, HEADER + rows("A"))
    done = submit(place, table, "--conceal", "/ilmd/cbvmda:countryOfOrigin")
    assert done.code == 0
    with open_reader(place.ledger) as reader:
        (step,) = reader.trail("https://id.gs1.org/01/09421902960017/21/K0")
    assert step.event.body["ilmd"] == {"cbvmda:lotNumber": "A"}


def test_a_wrong_mapping_is_told_with_its_file(place: Place) -> None:
    table = write(place, HEADER + rows("A"))
    mapping = place.folder / "mapping.toml"
    mapping.write_text("mapping = 2", encoding="utf-8")
    done = submit(place, table)
    assert done.code == 3
    assert f"where: {mapping}" in done.err
    mapping.write_bytes(b"\xff")
    assert "is not UTF-8" in submit(place, table).err


def test_zones_have_names(place: Place) -> None:
    mapping = place.folder / "mapping.toml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(
        text.replace("+13:00", "Pacific/Auckland"), encoding="utf-8"
    )
    assert submit(place, write(place, HEADER + rows("A"))).code == 0
    with open_reader(place.ledger) as reader:
        (step,) = reader.trail("https://id.gs1.org/01/09421902960017/21/K0")
    assert step.event.body["eventTime"] == "2025-03-01T08:59:00+13:00"
    for name in ("Pacific/Nowhere", "../passwd", "Pacific"):
        mapping.write_text(text.replace("+13:00", name), encoding="utf-8")
        done = submit(place, write(place, HEADER + rows("B", start=1)))
        assert f"no zone is named {name!r}" in done.err


def test_wrong_calls_are_told(place: Place) -> None:
    table = write(place, HEADER + rows("A"))
    signing = ("--key", place.maker_key, "-C", place.ledger)
    refused = ("--refused", place.folder / "r.csv")
    assert run("submit", table, *refused, *signing).code == 2
    assert submit(place, table, table, *refused).code == 2
    document = write(place, "{}", "a.json")
    assert submit(place, document).code == 2
    assert submit(place, table, "--keep-original", place.folder).code == 2
    assert submit(
        place, table, "--dry-run", "--journal", place.folder / "j"
    ).code == 2  # fmt: skip
    done = run("submit", table, *signing)
    assert done.code == 3
    assert "it is a table: say with --mapping" in done.out
    done = submit(place, table, "--after-head", "did:web:x")
    assert done.code == 1
    assert "a table takes several statements" in done.out
    done = run(
        "submit", table, "--mapping", place.folder / "mapping.toml", "-C",
        place.ledger,
    )  # fmt: skip
    assert done.code == 1
    assert "nobody has signed it" in done.out


def test_who_may_not_sign_has_no_row_refused(place: Place) -> None:
    stranger = place.folder / "stranger.key"
    ok("key", "new", stranger)
    done = run(
        "submit", write(place, HEADER + rows("A")),
        "--mapping", place.folder / "mapping.toml",
        "--key", stranger, "--as", MAKER, "-C", place.ledger, "--json",
    )  # fmt: skip
    assert done.code == 1
    (result,) = done.json["results"]
    assert result["error"]["code"] == "PRV-9021"
    assert result["rows"]["refused"] == 0


def test_rows_that_the_ledger_refuses_late_are_told_as_well(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if what the rehearsal was asked had changed by the time.
    monkeypatch.setattr(Rehearsal, "require", lambda *_, **__: None)
    table = write(
        place,
        HEADER + rows("A") + rows("B", row=WRONG, start=1)
        + rows("C", row=FOREIGN, start=2),
    )  # fmt: skip
    refused = place.folder / "refused.csv"
    done = submit(place, table, "--refused", refused)
    assert done.code == 1
    assert f"refused, 3 rows: {table}" in done.out
    lines = list(csv.reader(io.StringIO(refused.read_text())))
    assert [line[0] for line in lines[1:]] == ["2", "3", "4"]
    assert "may not" in lines[1][1]
    assert "check digit" in lines[2][1]
    assert lines[1][1] == lines[3][1]


def test_an_interrupt_ends_a_table_between_its_events(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    require = Rehearsal.require
    seen: list[object] = []

    def interrupted(self: Rehearsal, events: object, **rest: object) -> None:
        if seen:
            signal.raise_signal(signal.SIGINT)
        seen.extend([events] if events else [])
        require(self, events, **rest)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(Rehearsal, "require", interrupted)
    table = write(place, HEADER + rows("A", "B", "B", "C"))
    done = submit(place, table, "--json")
    assert done.code == INTERRUPTED
    (result,) = done.json["results"]
    assert result["next_row"] == 5
    assert result["rows"]["accepted"] == 3
    assert steps(place, "K0", "K1", "K2", "K3") == [1, 1, 1, 0]
    assert result["outcome"] == "partly accepted"
    assert done.json["error"]["what"] == (
        f"interrupted: 0 files are left, and rows of {table}"
    )
    done = submit(place, table)
    assert "partly accepted, 0 events from 0 rows" in done.out
    assert "not read: row 2 and those after it" in done.out


# The journal.


def test_a_journal_goes_on_where_it_ends(place: Place) -> None:
    table = write(place, HEADER + rows("A", "B"))
    journal = place.folder / "journal"
    first = submit(place, table, "--journal", journal, "--json")
    again = submit(place, table, "--journal", journal, "--json")
    assert first.code == again.code == 0
    assert "going on where" in again.err
    assert first.json == again.json
    assert steps(place, "K0", "K1") == [1, 1]


def test_what_was_in_flight_is_handed_in_again(place: Place) -> None:
    table = write(place, HEADER + rows("A", "B"))
    journal = place.folder / "journal"
    submit(place, table, "--journal", journal)
    # The answer was never written down.
    (journal / "done.jsonl").write_bytes(b'{"file": "000')
    again = submit(place, table, "--journal", journal)
    assert "accepted as entry 5, 2 events from 2 rows" in again.out
    assert steps(place, "K0", "K1") == [1, 1]


def test_refused_rows_are_told_again_by_the_journal(place: Place) -> None:
    text = HEADER + rows("A", row=WRONG) + rows("B", start=1)
    table = write(place, text + rows("C", row=FOREIGN, start=2))
    journal = place.folder / "journal"
    refused = place.folder / "refused.csv"
    arguments = (table, "--journal", journal, "--refused", refused, "--json")
    first = submit(place, *arguments)
    report = refused.read_bytes()
    refused.unlink()
    with (journal / "00000.refused.jsonl").open("ab") as file:
        file.write(b'{"unit": 0, "ro')
    again = submit(place, *arguments)
    assert first.json == again.json
    assert first.json["results"][0]["rows"] == {
        "accepted": 1, "refused": 2, "skipped": 0,
    }  # fmt: skip
    assert refused.read_bytes() == report


def test_late_refusals_are_told_again_by_the_journal(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rehearsal, "require", lambda *_, **__: None)
    table = write(place, HEADER + rows("A", row=FOREIGN))
    arguments = (table, "--journal", place.folder / "journal", "--json")
    first = submit(place, *arguments)
    assert first.json["results"][0]["rows"]["refused"] == 1
    assert submit(place, *arguments).json == first.json


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("table", "file 1 has other bytes (SHA-256)"),
        ("mapping", "its mapping is '"),
        ("more", "it has 1 files, this one 2"),
        ("conceal", "its conceal is [], this one's ['/ilmd']"),
    ],
)
def test_a_journal_is_of_one_run_only(
    place: Place, change: str, message: str
) -> None:
    table = write(place, HEADER + rows("A"))
    journal = ("--journal", place.folder / "journal")
    submit(place, table, *journal)
    more: tuple[object, ...] = ()
    if change == "table":
        write(place, HEADER + rows("A", "B"))
    elif change == "mapping":
        mapping = place.folder / "mapping.toml"
        mapping.write_text(MAPPING + "# new", encoding="utf-8")
    elif change == "more":
        more = (write(place, HEADER + rows("C", start=7), "b.csv"),)
    else:
        more = ("--conceal", "/ilmd")
    done = submit(place, table, *more, *journal)
    assert done.code == 3
    assert "is the journal of another run: " in done.err
    assert message in done.err
    assert steps(place, "K0", "K1", "K7") == [1, 0, 0]


def test_a_pipe_has_a_journal_too(place: Place) -> None:
    data = (HEADER + rows("A")).encode()
    journal = ("--journal", place.folder / "journal")
    assert submit(place, "-", *journal, given=data).code == 0
    assert submit(place, "-", *journal, given=data).code == 0
    assert steps(place, "K0") == [1]
    other = data.replace(b"K0", b"K1")
    assert submit(place, "-", *journal, given=other).code == 3


def test_a_signed_statement_has_a_journal_too(place: Place) -> None:
    saved = place.folder / "saved"
    submit(place, write(place, HEADER + rows("A")), "--save", saved)
    (file,) = saved.iterdir()
    arguments = ("submit", file, "-C", place.ledger, "--journal")
    first = ok(*arguments, place.folder / "journal", "--json").json
    again = ok(*arguments, place.folder / "journal", "--json").json
    assert first == again
    assert first["results"][0]["log_index"] == 5


def test_a_folder_with_other_files_is_no_journal(place: Place) -> None:
    table = write(place, HEADER + rows("A"))
    done = submit(place, table, "--journal", place.folder)
    assert done.code == 3
    assert "holds other files" in done.err


def test_what_a_crash_cut_off_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".run.json.x.part").write_bytes(b"{")
    with Journal(tmp_path, {"files": []}):
        assert not is_begun(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "done.jsonl", "run.json",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["run.json", "done.jsonl"])
@pytest.mark.parametrize("data", [b"[]\n", b"{\n", b"\xff\n"])
def test_a_damaged_journal_is_told(
    tmp_path: Path, name: str, data: bytes
) -> None:
    Journal(tmp_path, {"files": []}).__exit__(None, None, None)
    (tmp_path / name).write_bytes(data)
    with pytest.raises(MalformedError, match=f"{name} is damaged"):
        Journal(tmp_path, {"files": []})


def test_a_file_of_that_name_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"format": "x"}', encoding="utf-8")
    with pytest.raises(MalformedError, match="not the start of a journal"):
        Journal(tmp_path, {"files": []})


def test_the_ledger_is_part_of_what_a_journal_is_of(place: Place) -> None:
    table = write(place, HEADER + rows("A"))
    journal = place.folder / "journal"
    submit(place, table, "--journal", journal)
    said = json.loads((journal / "run.json").read_text(encoding="utf-8"))
    assert said["ledger"] == ORIGIN
    assert said["issuer"] == MAKER


# Whose events they are.


def test_only_mine_takes_a_tables_own_rows_and_lists_the_others(
    place: Place,
) -> None:
    table = write(
        place, HEADER + rows("A", "A") + rows("B", "B", row=FOREIGN, start=2)
    )
    refused = place.folder / "refused.csv"
    done = submit(
        place, table, "--only", "mine", "--refused", refused, "--json"
    )
    assert done.code == 0
    (result,) = done.json["results"]
    assert result["outcome"] == "accepted"
    assert result["rows"] == {"accepted": 2, "refused": 0, "skipped": 0}
    assert result["others"]["count"] == 2
    assert "rows 4 to 5" in result["others"]["first"][0]["what"]
    assert len(refused.read_text(encoding="utf-8").splitlines()) == 3
    assert steps(place, "K0", "K1") == [1, 1]
    whole = submit(place, table)
    assert whole.code == 1


def test_only_mine_does_not_excuse_a_wrong_row(place: Place) -> None:
    table = write(
        place,
        HEADER + rows("A") + rows("B", row=FOREIGN, start=2)
        + rows("C", row=WRONG, start=3),
    )  # fmt: skip
    done = submit(place, table, "--only", "mine", "--json")
    assert done.code == 3
    (result,) = done.json["results"]
    assert result["outcome"] == "partly accepted"
    assert result["rows"] == {"accepted": 1, "refused": 1, "skipped": 0}
    assert result["others"]["count"] == 1


def test_a_table_of_which_nothing_is_mine_is_refused(place: Place) -> None:
    table = write(place, HEADER + rows("B", row=FOREIGN))
    done = submit(place, table, "--only", "mine")
    assert done.code == 1
    assert "may say none of it" in done.out


def test_a_dry_run_needs_no_lock(place: Place) -> None:
    table = write(place, HEADER + rows("A"))
    with open_ledger(place.ledger):
        done = submit(place, table, "--dry-run")
    assert done.code == 0
    assert "would be accepted" in done.out
