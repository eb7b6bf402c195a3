"""An audit finds every change of what a ledger stores, and says where."""

import dataclasses
import pathlib
import sqlite3
from collections.abc import Iterator
from typing import Any

import apsw
import pytest

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.versions import book_entry
from provenance.encoding.canonical import decode, encode
from provenance.encoding.digest import sha256
from provenance.errors import NotFoundError, UnknownBookError
from provenance.folder import audit_folder
from provenance.ledger.audit import Audit
from provenance.rules.book import baseline
from provenance.rules.books import BookRef
from provenance.tlog.note import NoteSigner
from provenance.tlog.policy import Log, Policy
from tests.ledger_world import (
    CUSTOMS,
    OPERATOR,
    PRODUCER,
    LedgerWorld,
    can,
    signer_of,
)

BLOBS = {
    "entries": ("entry",),
    "events": ("id", "data"),
    "heads": ("key", "leaf", "link", "edge", "warned"),
    "warnings": ("key",),
    "statements": ("id",),
    "map_rows": ("hashes",),
    "tiles": ("hashes",),
    "names": ("key", "said", "declared"),
    "books": ("id",),
}
NUMBERS = {
    "entries": ("first_event", "event_count"),
    "links": ("log_index", "position", "time", "kinds", "leaves", "previous"),
    "heads": ("count", "last", "warnings"),
    "warnings": ("number", "place", "link"),
    "statements": ("issued_at", "log_index"),
    "registry": ("log_index", "position"),
    "names": ("log_index", "position"),
    "ledger": ("item_count",),
    "times": ("time", "mark", "log_index", "position"),
    "books": ("log_index",),
    "tiles": ("level", "number"),
    "map_rows": ("number",),
    "events": ("number", "rest"),
}


def strict_book() -> bytes:
    """Return a book by which customs may release, and nothing else."""
    members: Any = decode(baseline().data)
    members["roles"]["customs"] = ["customs_released"]
    return encode(members)


STRICT = strict_book()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    """A small ledger of every kind of row, closed."""
    world = LedgerWorld(tmp_path_factory.mktemp("audit") / "ledger")
    world.enrol_everyone()
    world.ledger.append(
        [world.made(can(n), can(n + 1)) for n in range(0, 6, 2)],
        signer=signer_of(PRODUCER),
        issuer=PRODUCER,
    )
    for number in range(3):
        world.now += 1_000
        world.ledger.append(
            [world.event(can(number))],
            signer=signer_of(CUSTOMS),
            issuer=CUSTOMS,
        )
    for number in range(2):
        recalled = world.event(can(number), disposition="recalled")
        world.ledger.append(
            [recalled], signer=signer_of(PRODUCER), issuer=PRODUCER
        )
    seen = world.event(can(0), eventID="urn:example:seen")
    for event in (seen, world.as_error(seen, reason="incorrect_data")):
        world.ledger.append([event], signer=signer_of(CUSTOMS), issuer=CUSTOMS)
    world.ledger.append(
        [actors.grant(Grant(CUSTOMS, "auditor"), secret=world.secret())],
        signer=signer_of(OPERATOR),
        issuer=OPERATOR,
    )
    world.ledger.log_document(book_entry(STRICT))
    world.ledger.close()
    return world


@pytest.fixture
def database(sound: LedgerWorld) -> Iterator[apsw.Connection]:
    """The ledger's file, changed back after each test."""
    path = sound.folder / "ledger.sqlite"
    before = path.read_bytes()
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "delete")
    before = path.read_bytes()
    yield connection
    connection.close()
    path.write_bytes(before)


def look(sound: LedgerWorld) -> Audit:
    return audit_folder(sound.folder, trust=sound.trust, processes=1)


def test_a_sound_ledger_has_no_findings(sound: LedgerWorld) -> None:
    report = look(sound)
    assert report.findings == []
    assert report.is_sound
    assert (report.items, report.events) == (9, 17)
    assert report.size == report.size_signed
    assert report.checkpoints == 14


def test_progress_is_told_batch_by_batch(sound: LedgerWorld) -> None:
    told: list[tuple[int, int]] = []
    audit_folder(
        sound.folder, progress=lambda done, total: told.append((done, total))
    )
    assert told[-1] == (told[-1][1], told[-1][1])
    assert told == sorted(told)


def test_auditing_nothing_says_so(tmp_path: pathlib.Path) -> None:
    with pytest.raises(NotFoundError):
        audit_folder(tmp_path)


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table, columns in BLOBS.items() for column in columns],
)
def test_every_flipped_bit_of_a_stored_byte_is_found(
    sound: LedgerWorld, database: apsw.Connection, table: str, column: str
) -> None:
    rows = list(
        database.execute(
            f"SELECT {column}, row_number() OVER () FROM {table} WHERE length({column}) > 0"
        )
    )
    key = "rowid" if table in {"entries", "events", "map_rows"} else column
    seen = 0
    for number in sorted({0, len(rows) // 2, len(rows) - 1}):
        value = rows[number][0]
        # The first, the last and some bytes between: each flip is an audit.
        for at in sorted({0, len(value) // 3, len(value) - 1}):
            bad = bytearray(value)
            bad[at] ^= 1 << (at + number) % 8
            where = (
                database.execute(
                    f"SELECT rowid FROM {table} WHERE {column} = ? LIMIT 1",
                    (value,),
                ).fetchall()[0][0]
                if key == "rowid"
                else value
            )
            database.execute(
                f"UPDATE {table} SET {column} = ? WHERE {key} = ?",
                (bytes(bad), where),
            )
            report = look(sound)
            assert report.findings, f"{table}.{column} row {number} byte {at}"
            assert all(f.where and f.what for f in report.findings)
            undo = where if key == "rowid" else bytes(bad)
            database.execute(
                f"UPDATE {table} SET {column} = ? WHERE {key} = ?",
                (value, undo),
            )
            seen += 1
    assert seen
    assert look(sound).is_sound


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (table, column)
        for table, columns in NUMBERS.items()
        for column in columns
    ],
)
def test_every_changed_number_is_found(
    sound: LedgerWorld, database: apsw.Connection, table: str, column: str
) -> None:
    # The greatest row, so that the new number meets no other. (A commitment
    # has no events, so it does not matter where they would start.)
    where = "WHERE event_count > 0" if table == "entries" else ""
    (value,) = database.execute(
        f"SELECT max({column}) FROM {table} {where}"
    ).fetchall()[0]
    assert isinstance(value, int)
    database.execute(
        f"UPDATE {table} SET {column} = ? WHERE {column} = ?",
        (value + 1, value),
    )
    assert look(sound).findings


@pytest.mark.parametrize(
    "table", [*BLOBS, "links", "checkpoints", "registry", "times"]
)
def test_a_missing_row_is_found(
    sound: LedgerWorld, database: apsw.Connection, table: str
) -> None:
    order = {
        "heads": "key", "statements": "id", "tiles": "number", "registry": "log_index", "times": "mark",
        "names": "key", "warnings": "key", "books": "id",
    }.get(table, "rowid")  # fmt: skip
    database.execute(
        f"DELETE FROM {table} WHERE {order} = (SELECT max({order}) FROM {table})"
    )
    assert look(sound).findings


def test_every_bit_of_a_checkpoint_is_found(
    sound: LedgerWorld, database: apsw.Connection
) -> None:
    size, note = database.execute(
        "SELECT size, note FROM checkpoints LIMIT 1"
    ).fetchall()[0]
    assert isinstance(note, str)
    for at in range(0, len(note), 7):
        bad = note[:at] + chr(ord(note[at]) ^ 1) + note[at + 1 :]
        database.execute(
            "UPDATE checkpoints SET note = ? WHERE size = ?", (bad, size)
        )
        report = look(sound)
        assert any(f.where == f"checkpoint {size}" for f in report.findings), at


def test_a_log_of_other_keys_is_found(sound: LedgerWorld) -> None:
    other = NoteSigner(sound.trust.origin, signer_of("another log")).verifier
    trust = dataclasses.replace(
        sound.trust, policy=Policy((Log(other),), (), (), None)
    )
    report = audit_folder(sound.folder, trust=trust)
    assert {f.where for f in report.findings} >= {
        "checkpoint 1",
        f"checkpoint {report.size}",
    }


def test_an_entry_that_no_rule_admits_is_found(sound: LedgerWorld) -> None:
    strict = dataclasses.replace(
        sound.trust, books=(BookRef(sha256(STRICT), 0),)
    )
    report = audit_folder(sound.folder, trust=strict)
    (found,) = report.findings
    assert "may not be in the log" in found.what
    assert found.rule == "permission.role"


def test_without_a_book_that_is_named_nothing_is_audited(
    sound: LedgerWorld,
) -> None:
    other = dataclasses.replace(
        sound.trust, books=(BookRef(sha256(b"some book"), 0),)
    )
    with pytest.raises(UnknownBookError, match=sha256(b"some book").hex()):
        audit_folder(sound.folder, trust=other)


def test_the_standard_librarys_sqlite_reads_the_file_as_well(
    sound: LedgerWorld,
) -> None:
    with sqlite3.connect(sound.folder / "ledger.sqlite") as connection:
        assert (
            connection.execute("SELECT count(*) FROM entries").fetchone()[0] > 0
        )
    connection.close()


def test_an_audit_refuses_to_be_asked_whether_it_is_true() -> None:
    with pytest.raises(TypeError, match="is_sound"):
        bool(Audit())


def test_a_changed_tile_that_the_last_batch_left_alone_is_found(
    tmp_path: pathlib.Path,
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    many = [world.sign(CUSTOMS, world.event(can(n))) for n in range(300)]
    list(world.ledger.submit_many(many))
    world.ledger.append(
        [world.event(can(0))], signer=signer_of(CUSTOMS), issuer=CUSTOMS
    )
    world.ledger.close()
    assert look(world).findings == []
    connection = apsw.Connection(str(world.folder / "ledger.sqlite"))
    # Of level 1 there is a partial tile, which grew with entry 255.
    ((hashes,),) = connection.execute(
        "SELECT hashes FROM tiles WHERE level = 1 AND tree = x''"
    )
    assert len(hashes) == 32
    connection.execute(
        "UPDATE tiles SET hashes = ? WHERE level = 1 AND tree = x''",
        (hashes[:-1] + bytes([hashes[-1] ^ 1]),),
    )
    connection.close()
    assert [finding.where for finding in look(world).findings] == ["tile 1/0"]
