"""An audit finds every change of the index that queries look things up in."""

import pathlib
from collections.abc import Iterator

import apsw
import pytest

from provenance.claims.event import Field, Item, make_event
from provenance.claims.versions import book_entry
from provenance.folder import audit_folder, open_queries
from provenance.rules.book import baseline
from tests.ledger_world import (
    CUSTOMS,
    PRODUCER,
    LedgerWorld,
    body,
    can,
    signer_of,
)
from tests.support.query_world import QueryWorld

LOT = "https://id.gs1.org/01/09506000134352/10/L1"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    """A closed ledger, of whose events somebody has asked by hash as well."""
    world = QueryWorld(tmp_path_factory.mktemp("index"))
    world.enrol(CUSTOMS, "customs")
    for first in range(0, 6, 2):
        made = world.made(can(first), can(first + 1))
        world.ledger.append([made], signer=signer_of(PRODUCER), issuer=PRODUCER)
    world.ledger.log_document(book_entry(baseline().data))
    secret = make_event(
        {
            **body(eventID="urn:example:sealed"),
            "sensorElementList": [
                {
                    "sensorReport": [
                        {"type": "Temperature", "value": 26.5, "uom": "CEL"}
                    ]
                }
            ],
        },
        [Item("epcList", can(1)), Item("quantityList", LOT, 2.5, "KGM")],
        [Field("/example:price", 5)],
        secret=world.secret(),
    )
    world.ledger.append([secret], signer=signer_of(CUSTOMS), issuer=CUSTOMS)
    world.ledger.close()
    with open_queries(world.folder) as queries:
        world.ask(queries, {"MATCH_epc": can(0)})
        world.ask(queries, {"EQ_eventHash": "ni:///sha-256;" + "0" * 64})
    return world


@pytest.fixture
def index(asked: LedgerWorld) -> Iterator[apsw.Connection]:
    """The index's file, changed back after each test."""
    path = asked.folder / "index.sqlite"
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "delete")
    before = path.read_bytes()
    yield connection
    connection.close()
    path.write_bytes(before)


def findings(world: LedgerWorld) -> list[str]:
    report = audit_folder(world.folder, trust=world.trust, processes=1)
    assert {finding.where for finding in report.findings} <= {
        "index of queries"
    }
    return [finding.what for finding in report.findings]


def test_an_index_that_was_made_of_the_log_has_no_findings(
    asked: LedgerWorld, index: apsw.Connection
) -> None:
    assert findings(asked) == []
    for table in ("statements", "events", "marks", "amounts", "listed"):
        ((count,),) = index.execute(f"SELECT count(*) FROM {table}")
        assert count


def test_an_index_that_is_behind_is_compared_as_far_as_it_came(
    tmp_path: pathlib.Path,
) -> None:
    world = QueryWorld(tmp_path)
    for number in range(2):
        made = world.made(can(number))
        world.ledger.append([made], signer=signer_of(PRODUCER), issuer=PRODUCER)
        if number == 0:
            with open_queries(world.folder) as queries:
                world.ask(queries, {"MATCH_epc": can(0)})
    assert findings(world) == []
    connection = apsw.Connection(str(world.index))
    connection.execute("DELETE FROM events")
    connection.close()
    assert findings(world)
    world.ledger.close()


@pytest.mark.parametrize(
    "table", ["statements", "events", "marks", "amounts", "listed"]
)
def test_any_row_that_is_gone_is_found(
    asked: LedgerWorld, index: apsw.Connection, table: str
) -> None:
    ((count,),) = index.execute(f"SELECT count(*) FROM {table}")
    step = max(1, count // 7)
    for offset in range(0, count, step):
        index.execute("BEGIN")
        (row, *_), columns = _rows(index, table, offset)
        where = " AND ".join(f"{name} = ?" for name in columns)
        index.execute(f"DELETE FROM {table} WHERE {where}", row)
        assert index.changes() == 1
        index.execute("COMMIT")
        assert findings(asked), (table, row)
        marks = ", ".join("?" * len(columns))
        index.execute(f"INSERT INTO {table} VALUES ({marks})", row)
    assert findings(asked) == []


def _rows(
    index: apsw.Connection, table: str, offset: int
) -> tuple[list[tuple[object, ...]], list[str]]:
    columns = [row[1] for row in index.execute(f"PRAGMA table_info({table})")]
    names = ", ".join(columns)
    rows = index.execute(
        f"SELECT {names} FROM {table} ORDER BY {names} LIMIT 1 OFFSET {offset}"
    ).fetchall()
    return rows, columns


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("statements", "log_index"),
        ("statements", "first_number"),
        ("statements", "record_time"),
        ("events", "number"),
        ("events", "log_index"),
        ("events", "position"),
        ("events", "time"),
        ("events", "concealed"),
        ("marks", "key"),
        ("marks", "time"),
        ("marks", "number"),
        ("amounts", "key"),
        ("amounts", "number"),
        ("amounts", "value"),
        ("listed", "number"),
        ("state", "size"),
        ("state", "hashed"),
        ("state", "next_number"),
    ],
)
def test_any_number_that_is_changed_is_found(
    asked: LedgerWorld, index: apsw.Connection, table: str, column: str
) -> None:
    index.execute(
        f"UPDATE {table} SET {column} = {column} + 1 WHERE {column} ="
        f" (SELECT max({column}) FROM {table})"
    )
    assert index.changes()
    assert findings(asked)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO marks VALUES (1, 2, 3)",
        "INSERT INTO amounts VALUES (1, 2, 3)",
        "INSERT INTO events VALUES (99999, 1, 7, 0, 0)",
        "INSERT INTO statements VALUES (99999, 99999, 0)",
        "UPDATE state SET last = zeroblob(32)",
        "DELETE FROM marks",
        "DROP TABLE amounts",
    ],
)
def test_what_the_log_does_not_make_is_found(
    asked: LedgerWorld, index: apsw.Connection, sql: str
) -> None:
    index.execute(sql)
    assert findings(asked)


def test_a_file_that_is_no_database_is_found_and_left_as_it_is(
    asked: LedgerWorld, index: apsw.Connection
) -> None:
    index.close()
    path = asked.folder / "index.sqlite"
    path.write_bytes(b"not a database at all" * 400)
    assert findings(asked)
    assert path.read_bytes().startswith(b"not a database")


def test_an_index_that_no_query_would_use_is_not_compared(
    asked: LedgerWorld, index: apsw.Connection
) -> None:
    index.execute("DELETE FROM events")
    index.execute("DELETE FROM state")
    assert findings(asked) == []
