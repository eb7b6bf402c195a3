"""What takes a token, asked by the client and by commands."""

import asyncio
import json
import pathlib
from collections.abc import Iterator

import pytest

from provenance.client import AsyncClient, Client
from provenance.client.problems import problem_behind
from provenance.errors import (
    NotFoundError,
    ProvenanceError,
    RejectedError,
    UnreachableError,
)
from provenance.folder import open_reader
from provenance.proof.trust import format_trust
from tests.ledger_world import PRODUCER, can, signer_of
from tests.support.cli_runs import run
from tests.support.node_world import NodeProcess
from tests.support.readers_world import (
    OTHER,
    ReadersWorld,
    closing,
    secretive_world,
    theirs,
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> ReadersWorld:
    return secretive_world(tmp_path_factory.mktemp("tokens"))


@pytest.fixture(scope="module")
def node(world: ReadersWorld) -> Iterator[NodeProcess]:
    with NodeProcess(world.ledger.folder, **closing(world)) as node:
        yield node


def client_of(
    node: NodeProcess, world: ReadersWorld, token: str | None
) -> Client:
    return Client(node.url, trust=world.ledger.trust, token=token)


def test_a_client_with_a_token_queries_within_its_scope(
    node: NodeProcess, world: ReadersWorld
) -> None:
    with client_of(node, world, "own") as client:
        rows = list(client.events({"perPage": 1}))
        assert len(rows) == 3
        assert "T00000" not in json.dumps(rows)
    for token in (None, "wrong"):
        with client_of(node, world, token) as client:
            with pytest.raises(ProvenanceError) as told:
                list(client.events({}))
            problem = problem_behind(told.value)
            assert problem is not None
            assert (problem.status, problem.code) == (401, "PRV-9112")
            assert client.bundle(can(1)), "what is proven is everybody's"


def test_a_client_reads_what_is_concealed_with_leaves_that_prove_it(
    node: NodeProcess, world: ReadersWorld
) -> None:
    with client_of(node, world, "producer") as client:
        fields = list(client.concealed(can(1)))
        assert [f.value for f in fields] == [
            world.secrets[PRODUCER][0], world.secrets[PRODUCER][2],
        ]  # fmt: skip
        assert not list(client.concealed(can(1), fields=["/none"]))
    with open_reader(world.ledger.folder) as ledger:
        assert fields == ledger.reveal(can(1))
    with (
        client_of(node, world, "own") as client,
        pytest.raises(ProvenanceError) as told,
    ):
        list(client.concealed(can(1)))
    problem = problem_behind(told.value)
    assert problem is not None
    assert (problem.status, problem.code) == (403, "PRV-9117")


def test_a_client_learns_what_a_key_has_signed(
    node: NodeProcess, world: ReadersWorld
) -> None:
    key = signer_of(PRODUCER).verifier.key_id.hex()[:16]
    with client_of(node, world, "all-rights") as client:
        pages = list(client.statements(key=key))
        events = [event for page in pages for event in page.events]
        assert {page.issuer for page in pages} == {PRODUCER}
        assert [len(event.items) for event in events] == [1, 1, 4]
        later = client.statements(issuer=PRODUCER, start=events[1].entry)
        assert [e for page in later for e in page.events] == events[1:]
        with pytest.raises(NotFoundError):
            list(client.statements(issuer="did:web:nobody.example"))
    with client_of(node, world, "other-rights") as client:
        (page,) = client.statements(issuer=PRODUCER)
        (event,) = page.events
        assert (event.items, event.left_out) == ([theirs(1), theirs(2)], 2)


def test_the_asynchronous_client_does_the_same(
    node: NodeProcess, world: ReadersWorld
) -> None:
    async def main() -> None:
        async with AsyncClient(
            node.url, trust=world.ledger.trust, token="all-rights"
        ) as client:
            fields = [each async for each in client.concealed(theirs(1))]
            assert [f.issuer for f in fields] == [OTHER, PRODUCER]
            pages = [each async for each in client.statements(issuer=OTHER)]
            assert sum(len(page.events) for page in pages) == 2

    asyncio.run(main())


@pytest.mark.parametrize("token", ["", "two words", "é", "x" * 2_000, "a\nb"])
def test_what_is_no_token_is_refused_and_not_said_back(
    world: ReadersWorld, token: str
) -> None:
    with pytest.raises(ValueError, match="one word") as told:
        Client("https://x.example", trust=world.ledger.trust, token=token)
    assert not token or token not in str(told.value)


def test_a_token_goes_over_https_or_stays_on_the_machine(
    world: ReadersWorld,
) -> None:
    trust = world.ledger.trust
    with pytest.raises(ValueError, match="https alone"):
        Client("http://ledger.example", trust=trust, token="x")
    for url in ("https://ledger.example", "http://127.0.0.1:1"):
        Client(url, trust=trust, token="x").close()


# Commands.


@pytest.fixture
def at_node(
    node: NodeProcess,
    world: ReadersWorld,
    tmp_path: pathlib.Path,
) -> list[str]:
    trust = tmp_path / "trust.toml"
    trust.write_text(format_trust(world.ledger.trust), encoding="utf-8")
    return ["--node", node.url, "--trust", str(trust)]


def written(tmp_path: pathlib.Path, token: str, mode: int = 0o600) -> str:
    path = tmp_path / f"{token}.token"
    path.write_text(token + "\n", encoding="ascii")
    path.chmod(mode)
    return str(path)


def test_commands_show_a_node_the_token_of_a_file(
    at_node: list[str], tmp_path: pathlib.Path, world: ReadersWorld
) -> None:
    token = written(tmp_path, "producer")
    done = run("query", "EQ_bizStep=inspecting", *at_node, "--token", token)
    assert done.code == 0, done
    assert "event 0 of entry" in done.out
    done = run("reveal", can(1), *at_node, "--token", token)
    assert done.code == 0, done
    assert world.secrets[PRODUCER][0] in done.out
    done = run("statements", "--issuer", PRODUCER, *at_node, "--token", token)
    assert done.code == 0, done
    assert "3 statements, 3 events" in done.out


def test_commands_take_a_token_from_the_environment(
    at_node: list[str],
) -> None:
    refused = run("query", "perPage=1", *at_node)
    assert refused.code != 0
    assert "PRV-9112" in refused.out + refused.err
    done = run("query", "perPage=1", *at_node, PROVENANCE_TOKEN="own")
    assert done.code == 0, done
    assert run("reveal", can(1), *at_node).code != 0


def test_a_token_that_others_can_read_is_not_sent(
    at_node: list[str], tmp_path: pathlib.Path
) -> None:
    token = written(tmp_path, "own", 0o644)
    done = run("query", "perPage=1", *at_node, "--token", token)
    assert done.code != 0
    assert RejectedError.code in done.out + done.err


def test_a_token_is_for_a_node_alone(
    world: ReadersWorld, tmp_path: pathlib.Path
) -> None:
    token = written(tmp_path, "own")
    done = run(
        "query", "perPage=1", "--ledger", str(world.ledger.folder),
        "--token", token,
    )  # fmt: skip
    assert done.code == 2
    assert "--token is for a node" in done.err
    assert UnreachableError.code not in done.err
