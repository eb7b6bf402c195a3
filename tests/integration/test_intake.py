"""`provenance.Intake`: what a Python program hands in, and what it is told."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import provenance
from provenance.errors import RejectedError, UnknownActorError
from provenance.intake.headway import Headway
from provenance.intake.prepare import gather
from provenance.intake.sources import File
from tests.support.cli_runs import MAKER, Place, found_ledger

CAN = "https://id.gs1.org/01/09421902960017/21/K{}".format
FOREIGN = "https://id.gs1.org/01/09521001960014/21/K{}".format


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return found_ledger(tmp_path)


def document(*items: str) -> bytes:
    events = [
        {
            "type": "ObjectEvent",
            "action": "ADD",
            "bizStep": "commissioning",
            "eventTime": "2025-03-01T08:59:00+13:00",
            "eventTimeZoneOffset": "+13:00",
            "epcList": [item],
        }
        for item in items
    ]
    return json.dumps(
        {
            "@context": [
                "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
            ],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2025-03-02T00:00:00Z",
            "epcisBody": {"eventList": events},
        }
    ).encode()


def intake(place: Place, ledger: object, **wishes: bool) -> provenance.Intake:
    key = provenance.load_key(place.maker_key)
    return provenance.Intake(ledger, signer=key, **wishes)  # type: ignore[arg-type]  # any of them


def made(*serials: int) -> File:
    return File.of("made.json", document(*map(CAN, serials)))


def test_a_document_is_signed_and_logged_and_known_the_next_time(
    place: Place,
) -> None:
    with provenance.open_ledger(place.ledger) as ledger:
        (outcome,) = intake(place, ledger).submit([made(1, 2)])
        assert outcome.is_whole
        assert outcome.events == 2
        assert outcome.logged[0].issuer == MAKER
        (again,) = intake(place, ledger).submit([made(1, 2)])
        assert again.is_known
        assert again.known.log_indexes == {outcome.logged[0].log_index}


def test_how_far_it_is_is_told_from_the_start_to_the_end(place: Place) -> None:
    told: list[Headway] = []
    with provenance.open_ledger(place.ledger) as ledger:
        list(intake(place, ledger).submit([made(1, 2, 3)], tell=told.append))
    assert told == [Headway("events", done, 3) for done in range(4)]


def test_a_file_that_is_refused_does_not_hold_up_the_others(
    place: Place, tmp_path: Path
) -> None:
    path = tmp_path / "made.json"
    path.write_bytes(document(CAN(1)))
    with provenance.open_ledger(place.ledger) as ledger:
        found = intake(place, ledger).submit([File.of("x.json", b"{"), path])
        first, second = found
    assert first.is_refused
    assert isinstance(first.error, provenance.MalformedError)
    assert second.is_whole
    assert second.source == str(path)


def test_it_ends_reading_when_it_is_told_to(place: Place) -> None:
    with provenance.open_ledger(place.ledger) as ledger:
        found = intake(place, ledger).submit(
            [made(1), made(2)], goes_on=lambda: False
        )
        assert list(found) == []


def test_a_key_that_nobody_has_signs_nothing(place: Place) -> None:
    stranger = provenance.Signer.generate()
    with provenance.open_ledger(place.ledger) as ledger:
        found = provenance.Intake(ledger, signer=stranger).submit([made(1)])
        with pytest.raises(UnknownActorError):
            next(found)


WRITER = """
import sys
import provenance

with provenance.open_ledger(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.readline()
"""


def test_a_rehearsal_needs_no_lock_while_another_process_writes(
    place: Place,
) -> None:
    command = [sys.executable, "-c", WRITER, str(place.ledger)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"open\n"
        with provenance.open_reader(place.ledger) as ledger:
            size = ledger.size
            taken, refused = intake(place, ledger).rehearse(
                [made(1, 2), File.of("f.json", document(FOREIGN(1)))]
            )
            assert taken.is_whole
            assert taken.logged[0].log_index is None
            assert isinstance(refused.error, RejectedError)
            # It is open to be read alone.
            with pytest.raises(RejectedError):
                list(intake(place, ledger).submit([made(1)]))
            assert ledger.size == size
        writer.communicate(b"\n")
    assert writer.returncode == 0


def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one event be a statement."""
    monkeypatch.setattr(
        "provenance.intake.steps.gather",
        lambda units: gather(units, max_events=1),
    )


class KilledError(Exception):
    """Stands for the end of the process."""


def test_with_a_journal_it_goes_on_behind_what_was_logged(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch)
    journal = tmp_path / "journal"

    def die(headway: Headway) -> None:
        if headway.noun == "events" and headway.done == 2:
            raise KilledError

    with provenance.open_ledger(place.ledger) as ledger:
        found = intake(place, ledger).submit(
            [made(1), made(2, 3, 4)], journal=journal, tell=die
        )
        with pytest.raises(KilledError):
            list(found)
        size = ledger.size
    with provenance.open_ledger(place.ledger) as ledger:
        found = intake(place, ledger).submit(
            [made(1), made(2, 3, 4)], journal=journal
        )
        first, second = found
        assert first.is_whole
        assert [each.events for each in second.logged] == [1, 1, 1]
        assert [len(ledger.trail(CAN(n))) for n in range(1, 5)] == [1] * 4
        assert ledger.size > size
        with pytest.raises(provenance.ConflictError, match="another run"):
            list(intake(place, ledger).submit([made(9)], journal=journal))


def test_only_mine_submits_what_the_signer_may_say_and_lists_the_rest(
    place: Place,
) -> None:
    both = File.of("both.json", document(CAN(1), FOREIGN(2), CAN(3)))
    with provenance.open_ledger(place.ledger) as ledger:
        (whole,) = intake(place, ledger).submit([both])
        assert whole.is_refused
        (outcome,) = intake(place, ledger, only_mine=True).submit([both])
        assert outcome.is_whole
        assert outcome.events == 2
        assert outcome.others.count == 1
        assert outcome.others.first[0].reason.startswith("event 1: ")
        assert outcome.others.first[0].code == "PRV-9022"
        none = File.of("none.json", document(FOREIGN(4)))
        (outcome,) = intake(place, ledger, only_mine=True).submit([none])
        assert isinstance(outcome.error, provenance.RoleNotGrantedError)
