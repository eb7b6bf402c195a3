"""Whatever a disk has made of a ledger's file, only our own errors come of it.

What a flipped bit leaves readable an audit holds against the log
(`test_audit`); here it must not get in an audit's way. PROVENANCE_SEED repeats
a run.
"""

import os
import pathlib
import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress

import apsw
import pytest

from provenance.errors import MalformedError, ProvenanceError, StoreError
from provenance.folder import audit_folder, open_reader
from provenance.store import DATABASE
from provenance.store.protocol import MAP_ROWS, Reader
from provenance.store.sqlite_reader import SQLiteReader
from tests.ledger_world import ORIGIN, PRODUCER, LedgerWorld, can, signer_of

FLIPS = 400
MANY = 10_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Return the folder of a ledger with something in every table."""
    world = LedgerWorld(tmp_path_factory.mktemp("sound") / "ledger")
    world.enrol_everyone()
    for number in range(6):
        world.ledger.append(
            [world.event(can(number), eventID=f"urn:example:{number}")],
            signer=signer_of(PRODUCER),
            issuer=PRODUCER,
        )
    world.ledger.close()
    return world.folder


def questions(reader: Reader) -> Iterator[Callable[[], object]]:
    """Yield every question that a store answers."""
    yield reader.size
    yield reader.link_count
    yield reader.item_count
    yield reader.latest_issue
    yield reader.checkpoint
    yield lambda: reader.checkpoint_before(MANY)
    yield lambda: list(reader.checkpoints(0, MANY))
    yield lambda: list(reader.entries(0, MANY))
    yield lambda: list(reader.rows(0, MANY))
    yield lambda: list(reader.links(0, MANY))
    yield lambda: [reader.trail(head) for head in reader.heads(b"")]
    yield lambda: list(reader.tiles())
    yield lambda: list(reader.registry_events())
    yield lambda: [reader.named(name.key) for name in reader.names()]
    yield lambda: list(reader.statements())
    yield lambda: [reader.map_row(number) for number in range(MAP_ROWS)]
    yield lambda: list(reader.warnings())
    yield lambda: [reader.warnings_of(head.key) for head in reader.heads(b"")]
    yield lambda: [reader.head(head.key) for head in reader.heads(b"")]
    yield lambda: reader.links_at(range(10))
    yield lambda: reader.trail_back(5, 5)
    yield lambda: list(reader.event_parts())
    yield lambda: [reader.event_count(number) for number in range(20)]
    yield lambda: [reader.event_id(number, 0) for number in range(1, 20)]
    yield lambda: [reader.event_start(number, 0) for number in range(1, 20)]
    yield lambda: [reader.event_part(number, 0, 0) for number in range(1, 20)]
    yield lambda: [reader.tile(0, number) for number in range(2)]
    yield lambda: [reader.event_ids(number) for number in range(20)]
    yield lambda: [reader.event(number, 0) for number in range(1, 20)]


def ask_everything(path: pathlib.Path) -> None:
    """Ask a file everything.

    Raises:
        TypeError: Something of another type was answered.
    """
    try:
        store = SQLiteReader.open(path, origin=ORIGIN)
    except (MalformedError, StoreError):
        return
    try:
        for question in questions(store):
            try:
                question()
            except ProvenanceError as error:
                assert str(error)  # noqa: PT017  # any of ours will do
    finally:
        store.close()


def test_any_flipped_bit_raises_only_our_errors(
    folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    seed = os.environ.get("PROVENANCE_SEED") or secrets.token_hex(4)
    print(f"repeat with PROVENANCE_SEED={seed}")
    rng = random.Random(seed)
    sound = (folder / DATABASE).read_bytes()
    path = tmp_path / "flipped.sqlite"
    for _ in range(FLIPS):
        data = bytearray(sound)
        for _ in range(rng.choice([1, 1, 20])):
            place = rng.randrange(len(data))
            data[place] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        ask_everything(path)


def tamper(
    source: pathlib.Path, target: pathlib.Path, sql: str
) -> pathlib.Path:
    """Copy a ledger's folder, with a change that no rule of SQLite's minds."""
    target.mkdir()
    for name in (DATABASE, "trust.toml", "signer.memory"):
        (target / name).write_bytes((source / name).read_bytes())
    connection = apsw.Connection(str(target / DATABASE))
    connection.execute("PRAGMA writable_schema = ON")
    # As a flipped bit does: the types and NOT NULL are not asked.
    connection.execute(
        "UPDATE sqlite_schema SET sql = replace(replace(sql, ') STRICT', ')'),"
        " ' NOT NULL', '')"
    )
    connection.close()
    connection = apsw.Connection(str(target / DATABASE))
    connection.execute(sql)
    connection.close()
    return target


CHANGES = [
    "UPDATE checkpoints SET note = CAST(x'6c65ff' AS TEXT)",
    "UPDATE checkpoints SET note = NULL",
    "UPDATE ledger SET item_count = 'many'",
    "UPDATE entries SET entry = NULL WHERE log_index = 5",
    "UPDATE entries SET event_count = NULL WHERE log_index = 5",
    "UPDATE entries SET event_count = 7 WHERE log_index = 5",
    "UPDATE entries SET event_count = -1 WHERE log_index = 5",
    "UPDATE entries SET first_event = 'first' WHERE log_index = 5",
    "UPDATE events SET data = 'text' WHERE number = 2",
    "UPDATE events SET data = NULL WHERE number = 2",
    "UPDATE links SET previous = NULL WHERE number = 5",
    "UPDATE links SET log_index = 1.5 WHERE number = 5",
    "UPDATE events SET id = 'text' WHERE number = 5",
    "UPDATE events SET id = NULL WHERE number = 5",
    "UPDATE events SET rest = NULL WHERE number = 5",
    "UPDATE events SET rest = 10 WHERE number = 5",
    "UPDATE events SET rest = -1 WHERE number = 5",
    "UPDATE links SET leaves = NULL WHERE number = 5",
    "UPDATE links SET leaves = 1.5 WHERE number = 5",
    "UPDATE links SET leaves = -1 WHERE number = 5",
    "UPDATE links SET leaves = 77",
    "UPDATE links SET leaves = 4294967296",
    "UPDATE links SET leaves = x'000000' WHERE number = 5",
    "UPDATE links SET leaves = x'00000001' WHERE number = 5",
    "UPDATE links SET kinds = 'four' WHERE number = 5",
    "UPDATE links SET kinds = 32",
    "UPDATE links SET position = -1",
    "UPDATE links SET position = 4294967296",
    "UPDATE links SET log_index = -1",
    "UPDATE links SET time = -1 WHERE number = 5",
    "UPDATE heads SET edge = NULL",
    "UPDATE heads SET edge = x'00'",
    "UPDATE heads SET warnings = 1",
    "UPDATE heads SET warnings = -1",
    "UPDATE heads SET warned = x'00'",
    "UPDATE heads SET leaf = x'00'",
    "INSERT INTO warnings VALUES (x'00', 0, 0, 0)",
    "INSERT INTO warnings VALUES ('text', 0, 0, 0)",
    "INSERT INTO event_parts VALUES (5, 0, 0, x'00')",
    "INSERT INTO event_parts VALUES (5, 0, 0, NULL)",
    "INSERT INTO tiles VALUES (x'00', 0, 0, x'00')",
    "UPDATE heads SET count = NULL",
    "UPDATE heads SET last = 'last'",
    "UPDATE heads SET link = 12",
    "UPDATE heads SET count = 0",
    "UPDATE heads SET count = -1",
    "UPDATE heads SET count = 9223372036854775807",
    "UPDATE statements SET log_index = 'first'",
    "UPDATE tiles SET hashes = NULL",
    "UPDATE map_rows SET hashes = 3.5",
    "UPDATE map_rows SET hashes = CAST(hashes AS TEXT)",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_value_that_no_ledger_writes_is_found_and_stops_no_audit(
    folder: pathlib.Path, tmp_path: pathlib.Path, change: str
) -> None:
    target = tamper(folder, tmp_path / "damaged", change)
    ask_everything(target / DATABASE)
    findings = audit_folder(target, processes=1).findings
    assert findings
    assert all(finding.what for finding in findings)


@pytest.mark.parametrize("change", CHANGES)
def test_a_value_that_no_ledger_writes_stops_a_proof_with_our_error_alone(
    folder: pathlib.Path, tmp_path: pathlib.Path, change: str
) -> None:
    target = tamper(folder, tmp_path / "damaged", change)
    for number in range(6):
        with suppress(ProvenanceError), open_reader(target) as ledger:
            ledger.trail(can(number))
        with suppress(ProvenanceError), open_reader(target) as ledger:
            ledger.prove_item(can(number))


def test_a_value_of_another_type_is_named_as_damage(
    folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    target = tamper(
        folder, tmp_path / "damaged", "UPDATE heads SET count = NULL"
    )
    store = SQLiteReader.open(target / DATABASE, origin=ORIGIN)
    with pytest.raises(StoreError, match=r"damaged.*restore a backup"):
        store.heads(b"")
    store.close()


def test_a_name_that_is_no_text_is_named_as_damage(
    folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    target = tamper(
        folder,
        tmp_path / "damaged",
        "UPDATE ledger SET origin = CAST(x'6c65ff' AS TEXT)",
    )
    with pytest.raises(StoreError, match="damaged"):
        SQLiteReader.open(target / DATABASE, origin=ORIGIN)


def test_the_ledger_that_was_copied_is_sound(
    folder: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """The control: without a change there is nothing to be found."""
    target = tamper(folder, tmp_path / "copied", "SELECT 1")
    assert audit_folder(target, processes=1).is_sound


def test_a_read_that_fails_in_a_snapshot_is_the_error_that_is_told(
    tmp_path: pathlib.Path,
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    store = SQLiteReader.open(world.folder / DATABASE, origin=ORIGIN)
    with store.snapshot() as moment:
        # What is not moved into the file yet is cut off under the reader, and
        # SQLite ends the transaction by itself.
        os.truncate(world.folder / f"{DATABASE}-wal", 100)
        with pytest.raises(StoreError, match=r"reading .* failed"):
            list(moment.rows(0, MANY))
    store.close()
    world.ledger.close()
