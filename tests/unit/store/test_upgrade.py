"""A ledger of an earlier schema is moved forward, whole or not at all."""

import pathlib
import shutil
import stat
from collections.abc import Sequence
from typing import Any

import apsw
import pytest

from provenance import __version__
from provenance.claims.event import Event, Field, Item, make_event
from provenance.errors import ConflictError, MalformedError, StoreError
from provenance.folder import (
    audit_folder,
    create_ledger,
    open_ledger,
    open_reader,
    upgrade_folder,
)
from provenance.proof.receipt import Receipt
from provenance.store import DATABASE, backup, sqlite_schema, sqlite_steps
from provenance.store.protocol import mark_of
from tests.ledger_world import PRODUCER, LedgerWorld, body, can, signer_of
from tests.support.cli_runs import ok, run

OLDER = """
CREATE TABLE old_ledger (
    only       INTEGER PRIMARY KEY CHECK (only = 1),
    origin     TEXT NOT NULL,
    item_count INTEGER NOT NULL
) STRICT;
INSERT INTO old_ledger SELECT only, origin, item_count FROM ledger;
DROP TABLE ledger;
ALTER TABLE old_ledger RENAME TO ledger;
PRAGMA user_version = 4;
"""


def change(path: pathlib.Path, sql: str) -> None:
    connection = apsw.Connection(str(path))
    connection.execute(sql)
    connection.close()


def look(path: pathlib.Path, sql: str) -> list[tuple[Any, ...]]:
    connection = apsw.Connection(str(path))
    try:
        return [tuple(row) for row in connection.execute(sql)]
    finally:
        connection.close()


def forget_what_was_said(path: pathlib.Path) -> None:
    """Leave only the rows by which events are found by their ids."""
    marks = {mark_of(row[0]) for row in look(path, "SELECT id FROM events")}
    others = {row[0] for row in look(path, "SELECT mark FROM times")} - marks
    change(
        path,
        "DELETE FROM times WHERE mark IN"
        f" ({', '.join(map(str, sorted(others)))})",
    )


@pytest.fixture
def world(tmp_path: pathlib.Path) -> LedgerWorld:
    """A ledger with two entries or more, whose file is of schema 4."""
    made = LedgerWorld(tmp_path / "ledger")
    made.enrol_everyone()
    made.ledger.submit([made.sign(PRODUCER, made.made(can(1)))])
    made.ledger.close()
    change(made.folder / DATABASE, OLDER)
    forget_what_was_said(made.folder / DATABASE)
    return made


def test_a_file_of_an_earlier_schema_is_refused_with_the_command_to_run(
    world: LedgerWorld,
) -> None:
    for opened in (open_ledger, open_reader):
        with pytest.raises(
            MalformedError,
            match=r"schema version 4, of a build before .*provenance upgrade",
        ):
            opened(world.folder)


def test_an_upgraded_ledger_is_sound_and_goes_on(world: LedgerWorld) -> None:
    before = (world.folder / DATABASE).read_bytes()
    copy = upgrade_folder(world.folder)
    assert copy == world.folder / f"{DATABASE}.schema-4"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert look(copy, "PRAGMA user_version") == [(4,)]
    assert look(copy, "SELECT * FROM entries") == look(
        world.folder / DATABASE, "SELECT * FROM entries"
    )
    assert len(before) == copy.stat().st_size

    ledger = world.reopen()
    (reply,) = ledger.submit([world.sign(PRODUCER, world.made(can(2)))])
    assert isinstance(reply, Receipt)
    ledger.close()
    assert audit_folder(world.folder).is_sound


def test_an_upgraded_file_is_as_one_that_is_made_now(
    world: LedgerWorld, tmp_path: pathlib.Path
) -> None:
    upgrade_folder(world.folder)
    create_ledger(
        tmp_path / "new",
        trust=world.trust,
        log_signer=signer_of("log"),
        clock=world.clock,
    ).close()
    upgraded, new = world.folder / DATABASE, tmp_path / "new" / DATABASE
    names = look(new, "SELECT name FROM sqlite_schema ORDER BY name")
    assert look(upgraded, "SELECT name FROM sqlite_schema ORDER BY name") == (
        names
    )
    for (name,) in names:
        of_table = f"PRAGMA table_xinfo('{name}')"
        assert look(upgraded, of_table) == look(new, of_table)
    for path in (upgraded, new):
        assert look(path, "PRAGMA user_version") == [
            (sqlite_schema.SCHEMA_VERSION,)
        ]
        assert look(path, "SELECT release FROM ledger") == [(__version__,)]


@pytest.mark.parametrize("schema", [4, 5])
@pytest.mark.parametrize("is_marked", [False, True])
def test_what_was_said_without_an_event_id_before_is_known_after_it(
    tmp_path: pathlib.Path, schema: int, is_marked: bool
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    path = world.folder / DATABASE

    def event(
        *items: str, fields: Sequence[Field] = (), **members: object
    ) -> Event:
        given = [Item("epcList", item) for item in items]
        return make_event(body(**members), given, fields, secret=world.secret())

    def said() -> list[list[Event]]:
        """Plain ones, one that conceals, one cut in parts; and a named one."""
        return [
            [event(can(1)), event(can(2))],
            [event(can(3), fields=[Field("/example:buyer", "Ann")])],
            [event(*map(can, range(10, 700)))],
            [event(can(4), eventID="urn:example:named")],
        ]

    def submit() -> list[int]:
        world.now += 1_000
        return [
            world.ledger.append(
                events, signer=signer_of(PRODUCER), issuer=PRODUCER
            ).log_index
            for events in said()
        ]

    first = submit()
    world.ledger.close()
    rows = look(path, "SELECT * FROM times ORDER BY 1, 2, 3, 4")
    if schema == 4:
        change(path, OLDER)
    change(path, f"PRAGMA user_version = {schema}")
    if not is_marked:
        forget_what_was_said(path)
        assert len(look(path, "SELECT * FROM times")) == len(rows) - 4
    assert upgrade_folder(world.folder) is not None

    assert look(path, "SELECT * FROM times ORDER BY 1, 2, 3, 4") == rows
    assert audit_folder(world.folder).is_sound
    size = world.reopen().size
    again = submit()
    assert again == first
    assert world.ledger.size == size
    world.ledger.close()


def test_an_event_that_is_damaged_stops_an_upgrade_and_says_to_audit(
    world: LedgerWorld,
) -> None:
    path = world.folder / DATABASE
    change(
        path,
        "UPDATE events SET data = x'93'"
        " WHERE number = (SELECT max(number) FROM events)",
    )
    with pytest.raises(
        StoreError, match=r"upgrading .*run an audit.*as it was"
    ):
        upgrade_folder(world.folder)
    assert look(path, "PRAGMA user_version") == [(4,)]


def test_an_upgrade_of_what_is_up_to_date_does_nothing(
    world: LedgerWorld,
) -> None:
    copy = upgrade_folder(world.folder)
    assert copy is not None
    path = world.folder / DATABASE
    before = path.read_bytes(), copy.stat().st_ino
    assert upgrade_folder(world.folder) is None
    assert (path.read_bytes(), copy.stat().st_ino) == before


def test_a_ledger_that_is_written_is_not_upgraded(world: LedgerWorld) -> None:
    upgrade_folder(world.folder)
    ledger = world.reopen()
    with pytest.raises(ConflictError, match="open for writing already"):
        upgrade_folder(world.folder)
    ledger.close()


def test_an_upgrade_that_fails_leaves_all_as_it_was_and_is_run_again(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.folder / DATABASE
    schema = look(path, "SELECT sql FROM sqlite_schema ORDER BY name")
    with monkeypatch.context() as patch:
        patch.setitem(
            sqlite_steps.STEPS,
            5,
            sqlite_steps.sql_step("INSERT INTO nowhere VALUES (1)"),
        )
        with pytest.raises(StoreError, match=r"upgrading .*It is as it was"):
            upgrade_folder(world.folder)
    assert look(path, "PRAGMA user_version") == [(4,)]
    assert look(path, "SELECT sql FROM sqlite_schema ORDER BY name") == schema
    assert upgrade_folder(world.folder) is not None
    world.reopen().close()


def test_an_upgrade_without_a_copy_of_what_was_changes_nothing(
    world: LedgerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(backup, "_copy", fail)
        with pytest.raises(StoreError, match="No space left"):
            upgrade_folder(world.folder)
    assert look(world.folder / DATABASE, "PRAGMA user_version") == [(4,)]
    assert not list(world.folder.glob("*.schema-4*"))


def test_a_copy_that_an_earlier_try_left_is_made_anew(
    world: LedgerWorld,
) -> None:
    for end in ("schema-4", "schema-4.copying"):
        (world.folder / f"{DATABASE}.{end}").write_bytes(b"half a copy")
    copy = upgrade_folder(world.folder)
    assert copy is not None
    assert look(copy, "PRAGMA integrity_check") == [("ok",)]
    assert not (world.folder / f"{DATABASE}.schema-4.copying").exists()


def test_the_copy_is_a_ledger_for_the_release_that_made_it(
    world: LedgerWorld,
) -> None:
    copy = upgrade_folder(world.folder)
    assert copy is not None
    for path in world.folder.glob(f"{DATABASE}*"):
        if path != copy:
            path.unlink()
    shutil.move(copy, world.folder / DATABASE)
    with pytest.raises(MalformedError, match="schema version 4"):
        open_reader(world.folder)
    upgrade_folder(world.folder)
    world.reopen().close()


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "PRAGMA user_version = 7; UPDATE ledger SET release = '7.1.0'",
            r"version 7, made by release 7\.1\.0.*never moved back",
        ),
        (
            "PRAGMA user_version = 60; DROP TABLE ledger",
            "version 60, made by a later release",
        ),
        ("PRAGMA user_version = 3", "moves only 4 and later"),
    ],
)
def test_a_schema_that_this_release_does_not_know_is_left_alone(
    world: LedgerWorld, sql: str, said: str
) -> None:
    upgrade_folder(world.folder)
    path = world.folder / DATABASE
    change(path, sql)
    for ask in (upgrade_folder, open_ledger, open_reader):
        with pytest.raises(MalformedError, match=said):
            ask(world.folder)


def test_another_ledgers_file_is_not_upgraded(world: LedgerWorld) -> None:
    change(world.folder / DATABASE, "UPDATE ledger SET origin = 'other/log'")
    with pytest.raises(MalformedError, match="the file of ledger 'other/log'"):
        upgrade_folder(world.folder)


def test_the_command_says_what_it_did_and_where_the_copy_is(
    world: LedgerWorld,
) -> None:
    assert "run provenance upgrade" in run("audit", world.folder).err
    done = ok("upgrade", "-C", world.folder)
    assert f"{DATABASE}.schema-4" in done.err
    assert f"release {__version__} now" in done.out
    assert "already" in ok("upgrade", "-C", world.folder).out
    ok("audit", world.folder)
