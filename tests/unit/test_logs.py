"""What the library logs, and what it never does."""

import json
import logging
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import apsw
import pytest
from provenance_node.journal import JsonLines

from provenance.claims.event import Field, Item, make_event
from provenance.client import UnreachableError
from provenance.epcis.query_parameters import parse_query
from provenance.folder import open_queries, open_reader
from provenance.store import DATABASE, QUERY_INDEX
from tests.ledger_world import (
    OPERATOR,
    PRODUCER,
    LedgerWorld,
    body,
    can,
    signer_of,
)
from tests.support.client_world import Waits, client_of
from tests.support.node_world import NodeProcess
from tests.support.scripted_server import (
    ScriptedServer,
    answer,
    in_turn,
    problem,
)

SECRET = "nobody's business"


@pytest.fixture(autouse=True)
def everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="provenance")


@pytest.fixture
def world(tmp_path: pathlib.Path) -> Iterator[LedgerWorld]:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    yield world
    world.ledger.close()


def said(caplog: pytest.LogCaptureFixture, level: str) -> list[str]:
    """Return the messages of that level so far, and forget all."""
    messages = [
        record.getMessage()
        for record in caplog.records
        if record.levelname == level
    ]
    caplog.clear()
    return messages


def test_opening_committing_and_closing_are_logged(
    tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    file = world.folder / DATABASE
    assert f"opened {file} to write" in said(caplog, "INFO")
    world.enrol_everyone()
    size = world.ledger.size
    committed = said(caplog, "DEBUG")
    assert committed[-1] == (
        f"committed entries {size - 2} to {size - 1} of ledger.example/tests"
    )
    world.ledger.close()
    assert said(caplog, "INFO") == [f"closed {file}"]
    world.reopen().close()
    assert said(caplog, "INFO") == [
        f"opened {file} to write",
        f"opened ledger.example/tests, {size} entries",
        f"closed {file}",
    ]


def test_what_a_crash_left_unsigned_is_said_when_it_is_signed(
    world: LedgerWorld, caplog: pytest.LogCaptureFixture
) -> None:
    before = world.ledger.size
    world.ledger.submit([world.sign(PRODUCER, world.made(can(1)))])
    after = world.ledger.size
    world.ledger.close()
    # As if the power had failed after the commit, before the signature.
    connection = apsw.Connection(str(world.folder / DATABASE))
    connection.execute("DELETE FROM checkpoints WHERE size = ?", (after,))
    connection.close()
    caplog.clear()
    world.reopen()
    (line,) = said(caplog, "WARNING")
    assert line == (
        f"signed entries {before} to {after - 1} of ledger.example/tests, which"
        " were stored and not yet signed when its last writer stopped"
    )


def test_a_refusal_is_logged_without_what_it_is_about(
    world: LedgerWorld, caplog: pytest.LogCaptureFixture
) -> None:
    good = world.sign(PRODUCER, world.made(can(1)))
    stranger = world.sign("did:web:stranger.example", world.made(can(2)))
    (first, second) = world.ledger.submit([good, stranger])
    assert not isinstance(first, Exception)
    assert isinstance(second, Exception)
    (line,) = said(caplog, "INFO")
    assert line.startswith("refused statement ")
    assert type(second).__name__ in line
    assert can(2) not in line


def test_no_log_has_a_key_a_concealed_value_an_item_or_a_body(
    tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    event = make_event(
        body(bizStep="commissioning", action="ADD"),
        [Item("epcList", can(1))],
        [Field("/ex:buyer", SECRET)],
        secret=world.secret(),
    )
    (receipt,) = world.ledger.submit([world.sign(PRODUCER, event)])
    assert not isinstance(receipt, Exception)
    world.ledger.submit([world.sign("did:web:nobody.example", event)])
    with open_queries(world.folder) as queries:
        queries.run(parse_query({"EQ_action": "ADD"}), reveal=["/ex:buyer"])
    with open_reader(world.folder) as reader:
        reader.prove_item(can(1), reveal=["/ex:buyer"])
    refusing = in_turn(
        answer(503, problem(503, "PRV-9107", detail=f"{SECRET} {can(1)}"))
    )
    with (
        ScriptedServer(refusing) as server,
        client_of(world, server.url) as client,
        pytest.raises(UnreachableError),
    ):
        client.trail(can(1))
    world.ledger.close()
    assert {record.name for record in caplog.records} == {
        "provenance.store", "provenance.ledger", "provenance.client",
    }  # fmt: skip
    key = signer_of(OPERATOR).to_pem().decode().splitlines()[1]
    salt = (event.leaves[-1] or b"")[8:24].hex()
    for never in (SECRET, can(1), "K000001", key, salt, "eventTime"):
        assert never not in caplog.text


def test_a_client_says_that_it_asks_again_and_why(
    world: LedgerWorld, caplog: pytest.LogCaptureFixture
) -> None:
    script = in_turn(
        answer(503, problem(503, "PRV-9107")), b"", answer(200, b"mine")
    )
    with ScriptedServer(script) as server, client_of(world, server.url) as c:
        assert c.trust_text() == "mine"
        assert said(caplog, "WARNING") == [
            f"{server.url}: attempt 1 failed (PRV-9107), asked again",
            f"{server.url}: attempt 2 failed (RemoteProtocolError), asked again",
        ]
    script = in_turn(answer(502))
    with (
        ScriptedServer(script) as server,
        client_of(world, server.url, waits=Waits(), attempts=2) as c,
        pytest.raises(UnreachableError),
    ):
        c.trust_text()
    assert said(caplog, "WARNING")[-1].endswith(
        ": attempt 2 failed (HTTP 502), given up"
    )


def test_an_index_that_is_made_anew_is_logged(
    world: LedgerWorld, caplog: pytest.LogCaptureFixture
) -> None:
    index = world.folder / QUERY_INDEX
    query = parse_query({})
    with open_queries(world.folder) as queries:
        queries.run(query)
    # The first one is made, which is nothing to warn of.
    assert said(caplog, "WARNING") == []
    index.write_bytes(b"no index at all" * 1000)
    caplog.clear()
    with open_queries(world.folder) as queries:
        queries.run(query)
    (line,) = said(caplog, "WARNING")
    assert line.startswith("the index is made anew: ")
    assert str(index) in line


def test_a_witness_that_does_not_cosign_is_logged(
    world: LedgerWorld, caplog: pytest.LogCaptureFixture
) -> None:
    class Away:
        def last_size(self, origin: str) -> int:
            raise OSError(f"nobody watches {origin}")

        def add_checkpoint(self, *_: object, **__: object) -> None:
            raise AssertionError("it is never asked")

    world.ledger.cosign([Away()])  # type: ignore[list-item]  # it answers nothing
    (line,) = said(caplog, "WARNING")
    assert line == (
        f"a witness did not cosign {world.ledger.size}: nobody watches"
        " ledger.example/tests"
    )


_TROUBLE = """
import sys
import provenance
from provenance.logs import LEDGER

ledger = provenance.open_ledger(sys.argv[1])
LEDGER.error("what Python would print by itself")
ledger.close()
"""


def test_nothing_is_printed_where_nobody_asked_for_it(
    world: LedgerWorld,
) -> None:
    world.ledger.close()
    for listen, is_said in (("", False), ("logging.basicConfig()", True)):
        done = subprocess.run(
            [
                *(sys.executable, "-c", f"import logging; {listen}{_TROUBLE}"),
                str(world.folder),
            ],
            capture_output=True,
            check=True,
            text=True,
        )
        assert bool(done.stderr) == is_said


def test_a_node_that_signs_what_a_crash_left_says_so_in_its_journal(
    world: LedgerWorld,
) -> None:
    world.ledger.close()
    connection = apsw.Connection(str(world.folder / DATABASE))
    connection.execute("DELETE FROM checkpoints WHERE size = 7")
    connection.close()
    with NodeProcess(world.folder) as node:
        node.stop()
        _, said = node.ended()
    assert b"{" in said, said
    lines = [json.loads(line) for line in said.splitlines() if line[:1] == b"{"]
    (line,) = [line for line in lines if line["event"] == "library"]
    assert line["level"] == "warning"
    assert line["says"].startswith("signed entries 5 to 6 of ")


def test_a_nodes_journal_has_the_librarys_lines_as_its_own() -> None:
    record = logging.LogRecord(
        "provenance.ledger", logging.WARNING, "", 1, "signed %d", (3,), None
    )
    line = json.loads(JsonLines().format(record))
    assert line.pop("time")
    assert line == {
        "level": "warning",
        "event": "library",
        "logger": "provenance.ledger",
        "says": "signed 3",
    }
