"""`provenance submit` with large files: whole, in parts, after a crash."""

import hashlib
import json
import pty
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from os import fdopen, read
from pathlib import Path

import pytest

from provenance.claims.statement import Submission
from provenance.cli.progress import Progress
from provenance.epcis.source import EventStream
from provenance.folder import open_reader
from provenance.intake.prepare import gather
from provenance.intake.spool import Spool
from provenance.ledger.ledger import Ledger
from provenance.ledger.rehearse import Rehearsal
from tests.integration.cli.test_submit_table import HEADER, MAPPING, ROW, WRONG
from tests.support.cli_runs import (
    CAN,
    PROJECT,
    Place,
    Run,
    found_ledger,
    ok,
    run,
    write_document,
)
from tests.support.waiting import PATIENCE_SECONDS

FIRST = CAN.replace("K0000", "K0")
"""The first can that `write` writes of."""

EVENT_BYTES = 240
"""More than an event of these tests has, and less than one and a half."""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return found_ledger(tmp_path)


@pytest.fixture(autouse=True)
def small_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two events be a statement, and a few hundred bytes be large."""
    assert gather.__kwdefaults__ is not None
    monkeypatch.setitem(gather.__kwdefaults__, "max_bytes", 2 * EVENT_BYTES)
    monkeypatch.setattr("provenance.intake.steps._FITS", 10)


def write(path: Path, count: int, **members: object) -> Path:
    """Write a document of *count* events, each about a can of its own."""
    write_document(path, "K0", **members)
    document = json.loads(path.read_text(encoding="utf-8"))
    (event,) = document["epcisBody"]["eventList"]
    document["epcisBody"]["eventList"] = [
        event | {"epcList": [f"urn:epc:id:sgtin:9421902.096001.K{number}"]}
        for number in range(count)
    ]
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def change(path: Path, number: int, **members: object) -> Path:
    """Change event *number* of a document."""
    document = json.loads(path.read_text(encoding="utf-8"))
    document["epcisBody"]["eventList"][number] |= members
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def submit(place: Place, *arguments: object, given: bytes = b"") -> Run:
    return run(
        "submit", *arguments, "--key", place.maker_key, "-C", place.ledger,
        given=given,
    )  # fmt: skip


def steps(place: Place, count: int) -> list[int]:
    """Return how many steps the trails of the first cans have."""
    with open_reader(place.ledger) as reader:
        heads = [
            reader.head(f"https://id.gs1.org/01/09421902960017/21/K{number}")
            for number in range(count)
        ]
    return [0 if head is None else head.count for head in heads]


def test_a_large_document_becomes_few_statements(place: Place) -> None:
    document = write(place.folder / "a.json", 5)
    done = submit(place, document)
    assert done.code == 0
    assert done.out.splitlines()[0] == (
        f"accepted as entries 5 to 7, 3 statements, 5 events: {document}"
    )
    assert steps(place, 6) == [1, 1, 1, 1, 1, 0]
    ok("audit", place.ledger)
    with open_reader(place.ledger) as reader:
        positions = [
            (step.log_index, step.position)
            for number in range(5)
            for step in reader.trail(CAN.replace("K0000", f"K{number}"))
        ]
    assert positions == [(5, 0), (5, 1), (6, 0), (6, 1), (7, 0)]


def test_its_statements_are_told_in_json(place: Place) -> None:
    document = write(place.folder / "a.json", 5)
    (result,) = submit(place, document, "--json").json["results"]
    assert (result["outcome"], result["log_index"]) == ("accepted", 5)
    assert result["events"] == 5
    assert [part["log_index"] for part in result["statements"]] == [5, 6, 7]
    assert [part["events"] for part in result["statements"]] == [2, 2, 1]
    assert result["statement_id"] == result["statements"][0]["statement_id"]


@pytest.mark.parametrize(
    ("members", "code", "message"),
    [
        ({"action": "REMOVE"}, "PRV-9010", "eventList[4].action"),
        ({"epcList": ["urn:epc:id:sgtin:9521001.096001.K4"]}, "PRV-9022", "event 4: "),
        ({"eventTime": "2999-01-01T00:00:00Z"}, "PRV-9024", "event 4 says it"),
        ({"eventID": "urn:x:1"}, "PRV-9025", "event 4 has an eventID"),
    ],
)  # fmt: skip
def test_a_fault_in_its_last_event_keeps_all_of_it_out(
    place: Place, members: dict[str, object], code: str, message: str
) -> None:
    document = write(place.folder / "a.json", 5)
    change(document, 0, eventID="urn:x:1")
    change(document, 4, **members)
    after = write_document(place.folder / "b.json", "K9")
    done = submit(place, document, after, "--json")
    assert done.code in {1, 3}
    refused, accepted = done.json["results"]
    assert refused["error"]["code"] == code
    assert message in refused["error"]["what"]
    assert accepted["outcome"] == "accepted"
    assert steps(place, 10) == [0] * 9 + [1]


def test_what_the_ledger_refuses_late_ends_a_document(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rehearsal, "require", lambda *_, **__: None)
    document = write(place.folder / "a.json", 6)
    change(document, 2, epcList=["urn:epc:id:sgtin:9521001.096001.K2"])
    done = submit(place, document, "--json")
    (result,) = done.json["results"]
    assert result["outcome"] == "partly accepted"
    assert (
        "1 statements of it, with the events before, are in the log"
        in (result["error"]["what"])
    )
    assert steps(place, 4)[:4] == [1, 1, 0, 0]
    assert done.code == 1


def test_a_small_document_is_not_rehearsed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.intake.steps._FITS", 10**6)
    asked: list[object] = []
    rehearse = Ledger.rehearse

    def counted(ledger: Ledger) -> Rehearsal:
        asked.append(ledger)
        return rehearse(ledger)

    monkeypatch.setattr(Ledger, "rehearse", counted)
    assert submit(place, write(place.folder / "a.json", 2)).code == 0
    assert asked == []
    # One that turns out to be larger is read again, and rehearsed.
    document = write(place.folder / "b.json", 5)
    change(document, 4, epcList=["urn:epc:id:sgtin:9521001.096001.K4"])
    assert submit(place, document).code == 1
    assert len(asked) == 1
    assert steps(place, 5) == [1, 1, 0, 0, 0]


def test_more_events_than_a_statement_may_have_are_rehearsed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.intake.steps._FITS", 10**6)
    monkeypatch.setattr("provenance.intake.steps.MAX_EVENTS", 1)
    document = write(place.folder / "a.json", 2)
    change(document, 1, epcList=["urn:epc:id:sgtin:9521001.096001.K4"])
    assert submit(place, document).code == 1
    assert steps(place, 1) == [0]


def test_a_dry_run_of_a_large_document_logs_nothing(place: Place) -> None:
    document = write(place.folder / "a.json", 5)
    done = submit(place, document, "--dry-run")
    assert f"would be accepted, 3 statements, 5 events: {document}" in done.out
    assert steps(place, 1) == [0]


def test_a_head_cannot_be_demanded_of_several_statements(place: Place) -> None:
    document = write(place.folder / "a.json", 5, action="OBSERVE")
    for number in range(1, 5):
        both = [f"urn:epc:id:sgtin:9421902.096001.K{n}" for n in (0, number)]
        change(document, number, epcList=both)
    done = submit(place, document, "--after-head", FIRST)
    assert done.code == 1
    assert "the document takes several statements" in done.out
    assert steps(place, 5) == [0] * 5


def test_a_head_is_demanded_of_an_item_that_the_event_names(
    place: Place,
) -> None:
    document = write(place.folder / "a.json", 2)
    done = submit(place, document, "--after-head", FIRST)
    assert done.code == 3
    assert "PRV-9010" in done.out
    assert steps(place, 2) == [0, 0]


def test_each_statement_is_saved(place: Place) -> None:
    saved = place.folder / "saved"
    submit(place, write(place.folder / "a.json", 5), "--save", saved)
    assert len(list(saved.iterdir())) == 3
    again = run("submit", saved, "-C", place.ledger, "--json").json
    assert {row["log_index"] for row in again["results"]} == {5, 6, 7}


def test_a_document_comes_through_a_pipe(place: Place) -> None:
    data = write(place.folder / "a.json", 5).read_bytes()
    assert submit(place, "-", given=data).code == 0
    assert steps(place, 5) == [1] * 5


def test_lines_of_json_are_a_document(place: Place) -> None:
    document = json.loads(write(place.folder / "a", 3).read_bytes())
    lines = [
        json.dumps({"@context": document["@context"], **event})
        for event in document["epcisBody"]["eventList"]
    ]
    file = place.folder / "a.ndjson"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert "2 statements, 3 events" in submit(place, file).out
    assert steps(place, 3) == [1, 1, 1]


XML = """\
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1"
    schemaVersion="1.2" creationDate="2026-03-01T09:00:00Z">
  <EPCISBody><EventList>{}</EventList></EPCISBody>
</epcis:EPCISDocument>
"""
XML_EVENT = """\
<ObjectEvent><eventTime>2025-03-01T08:59:00+13:00</eventTime>
<eventTimeZoneOffset>+13:00</eventTimeZoneOffset>
<epcList><epc>urn:epc:id:sgtin:9421902.096001.K{}</epc></epcList>
<action>ADD</action><bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep>
</ObjectEvent>
"""


def test_xml_is_a_document(place: Place) -> None:
    file = place.folder / "a.xml"
    events = "".join(map(XML_EVENT.format, range(3)))
    file.write_text(XML.format(events), encoding="utf-8")
    assert "2 statements, 3 events" in submit(place, file).out
    assert steps(place, 3) == [1, 1, 1]
    signed = place.folder / "a.submission"
    ok(
        "sign", file, "--as", "did:web:maker.example", "--key",
        place.maker_key, "--origin", "ledger.example/test", "-o", signed,
    )  # fmt: skip
    assert run("submit", signed, "-C", place.ledger).code == 0


def test_a_document_of_too_many_events_is_not_signed_as_one(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gather.__kwdefaults__ is not None
    monkeypatch.setitem(gather.__kwdefaults__, "max_events", 2)
    done = run(
        "sign", write(place.folder / "a.json", 5), "--as", "did:web:a",
        "--key", place.maker_key, "--origin", "x.example",
        "-o", place.folder / "out",
    )  # fmt: skip
    assert done.code == 3
    assert "the document takes 3 statements" in done.err


# Mending.


def lax(place: Place, count: int) -> Path:
    return write(
        place.folder / "lax.json",
        count,
        bizStep="urn:epcglobal:cbv:bizstep:commissioning",
    )


def test_a_document_is_mended_only_if_that_is_wanted(place: Place) -> None:
    document = lax(place, 3)
    assert submit(place, document).code == 3
    done = submit(place, document, "--lenient")
    assert done.code == 0
    digest = hashlib.sha256(document.read_bytes()).hexdigest()
    lines = done.out.splitlines()
    assert [line.split(":")[0] for line in lines[1:4]] == [
        "  mended cbv-urn"
    ] * 3
    assert "eventList[1].bizStep" in lines[2]
    assert lines[4] == f"  original  sha256 {digest}"
    assert steps(place, 3) == [1, 1, 1]


def test_events_of_untp_are_logged_with_the_zone_that_is_given(
    place: Place,
) -> None:
    item = FIRST.replace("/21/K0", "/21/T1")
    document = place.folder / "untp.json"
    event = {
        "type": ["ObjectEvent", "Event"],
        "id": "https://events.example/1",
        "eventTime": "2026-03-01T09:00:00Z",
        "action": "add",
        "bizStep": "https://ref.gs1.org/cbv/BizStep-commissioning",
        "epcList": [{"type": ["Item"], "id": item, "name": "A can"}],
    }
    credential = {
        "type": ["DigitalTraceabilityEvent", "VerifiableCredential"],
        "credentialSubject": [event],
    }
    document.write_text(json.dumps(credential), encoding="utf-8")
    for half in (("--dialect", "untp"), ("--zone", "+08:00")):
        assert submit(place, document, *half).code == 2
    wrong = submit(place, document, "--dialect", "untp", "--zone", "Perth")
    assert "no offset from UTC" in wrong.err
    done = submit(place, document, "--dialect", "untp", "--zone", "+08:00")
    assert done.code == 0
    assert "mended untp-zone: $.credentialSubject[0]" in done.out
    told = ok("query", f"MATCH_epc={item}", "-C", place.ledger).out
    assert "2026-03-01 09:00 UTC (2026-03-01 17:00 +08:00)" in told


def test_what_was_mended_is_kept_as_it_was(place: Place) -> None:
    document = lax(place, 3)
    originals = place.folder / "originals"
    done = submit(
        place, document, "--lenient", "--keep-original", originals, "--json"
    )
    (result,) = done.json["results"]
    digest = hashlib.sha256(document.read_bytes()).hexdigest()
    assert result["original_sha256"] == digest
    assert result["original"] == str(originals / f"{digest}.original")
    assert Path(result["original"]).read_bytes() == document.read_bytes()
    kept = (originals / f"{digest}.mends.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in kept.splitlines()] == result["mends"]
    assert result["mend_count"] == 3
    first = result["mends"][0]
    assert first["rule"] == "cbv-urn"
    assert first["before"] == "urn:epcglobal:cbv:bizstep:commissioning"
    assert first["after"] == "commissioning"
    assert first["place"] == "$.epcisBody.eventList[0].bizStep"
    assert "commissioning" in first["says"]


def test_mends_are_told_again_by_a_journal(place: Place) -> None:
    arguments = (
        lax(place, 3), "--lenient", "--journal", place.folder / "journal",
        "--json",
    )  # fmt: skip
    first = submit(place, *arguments)
    again = submit(place, *arguments)
    assert again.json == first.json
    assert again.json["results"][0]["mend_count"] == 3
    assert (place.folder / "journal").stat().st_mode & 0o777 == 0o700


def test_nothing_is_kept_where_nothing_was_mended(place: Place) -> None:
    document = write(place.folder / "a.json", 1)
    originals = place.folder / "originals"
    done = submit(
        place, document, "--lenient", "--keep-original", originals, "--json"
    )
    assert "mends" not in done.json["results"][0]
    assert not originals.exists()


def test_more_mends_than_are_told_are_counted_and_kept(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.intake.mended.MOST_TOLD", 2)
    originals = place.folder / "originals"
    done = submit(
        place, lax(place, 5), "--lenient", "--keep-original", originals
    )
    assert done.out.count("  mended ") == 2
    assert "  … and 3 more mends" in done.out
    (mends,) = originals.glob("*.mends.jsonl")
    assert len(mends.read_bytes().splitlines()) == 5


# Interrupts.


def test_an_interrupt_while_a_document_is_read_leaves_it_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = EventStream.events

    def interrupted(source: EventStream) -> Iterator[object]:
        for number, raw in enumerate(events(source)):
            if number == 4:
                signal.raise_signal(signal.SIGINT)
            yield raw

    monkeypatch.setattr(EventStream, "events", interrupted)
    document = write(place.folder / "a.json", 6)
    done = submit(place, document, "--json")
    assert done.code == 130
    assert done.json["results"] == []
    assert done.json["error"]["what"] == "interrupted: 1 files are left"
    assert steps(place, 6) == [0] * 6


def test_a_second_interrupt_ends_it_at_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = EventStream.events

    def interrupted(source: EventStream) -> Iterator[object]:
        for raw in events(source):
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            yield raw

    monkeypatch.setattr(EventStream, "events", interrupted)
    done = submit(place, write(place.folder / "a.json", 2))
    assert done.code == 130
    assert "Traceback" not in done.err
    assert steps(place, 1) == [0]


# Progress.


def test_progress_is_shown_on_stderr_if_it_is_wanted(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.cli.progress._FIRST_AFTER", 0.0)
    monkeypatch.setattr("provenance.cli.progress._LINE_EVERY", 0.0)
    document = write(place.folder / "a.json", 5)
    done = submit(place, document, "--progress", "--json")
    assert done.json["accepted"] == 1
    lines = done.err.splitlines()
    assert any(line.startswith("4 of 5 events, ") for line in lines)
    assert lines[-1].startswith("5 of 5 events logged, ")
    assert " s left" in lines[1]
    assert submit(place, document, "--dry-run").err == ""


def test_progress_of_what_nobody_counted_is_a_share(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.cli.progress._FIRST_AFTER", 0.0)
    monkeypatch.setattr("provenance.cli.progress._LINE_EVERY", 0.0)
    progress = Progress("rows", is_forced=True)
    progress.show(5, 0, share=0.25)
    progress.show(6, 0)
    progress.clear()
    first, second = capsys.readouterr().err.splitlines()
    assert ", 25%, " in first
    assert first.endswith(" s left")
    assert second.startswith("6 rows, ")
    assert "left" not in second


def test_progress_is_wiped_off_a_terminal_before_a_result(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("provenance.cli.progress._FIRST_AFTER", 0.0)
    ours, theirs = pty.openpty()
    with fdopen(ours, "rb"), fdopen(theirs, "w") as terminal:
        assert isinstance(terminal, TextIOWrapper)
        monkeypatch.setattr(sys, "stderr", terminal)
        progress = Progress("rows")
        progress.show(5, 10)
        progress.clear()
        progress.clear()
        terminal.write("x")
        terminal.flush()
        shown = b""
        while not shown.endswith(b"x"):
            shown += read(ours, 4096)
    line, wiped, rest = shown.decode().removeprefix("\r").split("\r")
    assert line.startswith("5 of 10 rows, ")
    assert (wiped, rest) == (" " * len(line), "x")


# Crashes.


def test_a_spool_gives_back_what_it_took(tmp_path: Path) -> None:
    given = [Submission(b"e%d" % n, (b"x" * n,)) for n in range(4)]
    with Spool(tmp_path) as spool:
        for submission in given:
            spool.add(submission)
        assert list(tmp_path.iterdir()) == []
        assert list(spool) == list(spool) == given


def killed_at(kill_at: int, *arguments: object) -> int:
    """Run the program, to be killed at that point; return its exit code."""
    done = subprocess.run(
        [
            sys.executable, "-m", "tests.support.submit_small", str(3 * EVENT_BYTES),
            str(kill_at), *map(str, arguments), "--processes", "1",
        ],
        cwd=PROJECT, capture_output=True, check=False,
        timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    assert done.returncode in {-9, 0, 3}, done.stderr
    return done.returncode


def make_table(place: Place) -> tuple[object, ...]:
    (place.folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    rows = "".join(
        (WRONG if number in {3, 20} else ROW).format(
            serial=f"K{number}", lot=f"L{number}"
        )
        for number in range(24)
    )
    table = place.folder / "cans.csv"
    table.write_text(HEADER + rows, encoding="utf-8")
    return (
        "submit", table, "--mapping", place.folder / "mapping.toml", "--key",
        place.maker_key, "-C", place.ledger,
    )  # fmt: skip


def make_document(place: Place) -> tuple[object, ...]:
    document = write(place.folder / "a.json", 24)
    return (
        "submit", document, "--key", place.maker_key, "-C", place.ledger,
        "--lenient",
    )  # fmt: skip


POINTS = random.Random(20261122).choices(range(4, 36), k=9)
"""At these of its durable steps the process is killed, one run after another."""


@pytest.mark.parametrize("make", [make_table, make_document])
def test_killed_again_and_again_it_logs_each_event_once(
    place: Place, make: Callable[[Place], tuple[object, ...]]
) -> None:
    arguments = (*make(place), "--journal", place.folder / "journal")
    expected = [1] * 24
    refused = place.folder / "refused.csv"
    if make is make_table:
        expected[3] = expected[20] = 0
        arguments += ("--refused", refused)
    killed = 0
    for point in POINTS:
        if killed_at(point, *arguments) != -9:
            break
        killed += 1
        assert set(steps(place, 24)) <= {0, 1}
    code = killed_at(0, *arguments)
    assert killed >= 3
    assert code == (3 if make is make_table else 0)
    assert steps(place, 24) == expected
    ok("audit", place.ledger)
    if make is make_table:
        lines = refused.read_text(encoding="utf-8").splitlines()
        assert [line.split(",")[0] for line in lines[1:]] == ['"5"', '"22"']
    size = open_size(place)
    assert killed_at(0, *arguments) == code
    assert open_size(place) == size


def open_size(place: Place) -> int:
    with open_reader(place.ledger) as reader:
        return reader.size


@pytest.mark.parametrize("make", [make_table, make_document])
def test_without_a_journal_what_was_logged_is_known(
    place: Place, make: Callable[[Place], tuple[object, ...]]
) -> None:
    arguments = make(place)
    expected = [1] * 24
    if make is make_table:
        expected[3] = expected[20] = 0
    for point in range(6, 60, 3):
        assert killed_at(point, *arguments) == -9
        if any(steps(place, 24)):
            break
    assert 0 < sum(steps(place, 24)) < sum(expected)
    killed_at(0, *arguments)
    assert steps(place, 24) == expected
    ok("audit", place.ledger)


def test_a_document_is_whole_before_any_of_it_is_handed_in(
    place: Place,
) -> None:
    journal = place.folder / "journal"
    arguments = (*make_document(place), "--journal", journal)
    killed = 0
    for point in range(2, 66, 7):
        if killed_at(point, *arguments) != -9:
            break
        killed += 1
        if not (journal / "00000.whole").exists():
            assert steps(place, 24) == [0] * 24
    killed_at(0, *arguments)
    assert killed > 3
    assert steps(place, 24) == [1] * 24
