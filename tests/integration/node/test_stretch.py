"""An item to which very much happened: what is skipped can be asked for."""

import asyncio
import pathlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from provenance_node.readers import STRETCH

from provenance.client import AsyncClient, Client
from provenance.errors import MalformedError, NotFoundError
from provenance.proof.bundle import parse_bundle
from provenance.proof.trust import format_trust
from provenance.proof.verdict import Outcome
from provenance.proof.verify import examine_bundle
from tests.ledger_world import PRODUCER, LedgerWorld, can
from tests.support.cli_runs import ok, run
from tests.support.client_world import client_of
from tests.support.node_world import NodeProcess, new_world, quoted

LONG = can(1)
EVENTS = 1_600
"""More than a story tells, and than a folder shows at once."""

SKIPPED = (64, EVENTS - 64)
"""From, to: what a story of so many leaves out."""


@dataclass
class Served:
    world: LedgerWorld
    node: NodeProcess
    trust: pathlib.Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("stretch")
    world = new_world(folder)
    ledger = world.reopen()
    events = [world.made(LONG), *(world.event(LONG) for _ in range(1, EVENTS))]
    for start in range(0, EVENTS, 100):
        said = world.sign(PRODUCER, *events[start : start + 100])
        (answer,) = ledger.submit([said])
        assert not isinstance(answer, Exception), answer
    ledger.close()
    trust = folder / "trust.toml"
    trust.write_text(format_trust(world.trust), encoding="utf-8")
    with NodeProcess(world.folder) as node:
        yield Served(world, node, trust)


def shown(bundle: bytes) -> Sequence[int]:
    """Return the numbers of the item's links that *bundle* shows."""
    (trail,) = (t for t in parse_bundle(bundle).trails if t.item == LONG)
    assert trail.count == EVENTS
    return [
        number
        for each in trail.ranges
        for number in range(each.start, each.start + each.length)
    ]


def skipped(world: LedgerWorld, bundle: bytes) -> list[str]:
    verdict = examine_bundle(
        bundle, trust=world.trust, now=world.now, item=LONG
    )
    assert verdict.outcome is Outcome.VERIFIED, verdict.steps
    return [n.detail for n in verdict.notices if n.code == "PRV-1006"]


def test_a_stretch_is_shown_besides(served: Served) -> None:
    first, last = SKIPPED
    with client_of(served.world, served.node.url) as client:
        short = client.bundle(LONG)
        assert not set(range(first, last)) & set(shown(short))
        assert len(skipped(served.world, short)) == 1
        for start in (first, 700):
            more = client.bundle(LONG, start=start)
            asked = set(range(start, start + STRETCH))
            assert asked <= set(shown(more))
            assert len(skipped(served.world, more)) >= 1
            # By the clock of today the checkpoint is old.
            now = client.verify(LONG, start=start)
            assert now.outcome is not Outcome.FAILED
            assert len(now.timeline) >= STRETCH


def test_all_of_a_story_is_had_stretch_by_stretch(served: Served) -> None:
    found: set[int] = set()
    with client_of(served.world, served.node.url) as client:
        for start in range(0, EVENTS, STRETCH):
            found |= set(shown(client.bundle(LONG, start=start)))
    assert found == set(range(EVENTS))


def test_a_story_tells_what_was_asked_for(served: Served) -> None:
    with client_of(served.world, served.node.url) as client:
        short = client.trail(LONG)
        more = client.trail(LONG, start=700)
    told, all_told = short["timeline"], more["timeline"]
    assert isinstance(told, list)
    assert isinstance(all_told, list)
    assert len(all_told) == len(told) + STRETCH


def test_the_last_event_may_be_asked_for_and_none_behind_it(
    served: Served,
) -> None:
    with client_of(served.world, served.node.url) as client:
        assert EVENTS - 1 in shown(client.bundle(LONG, start=EVENTS - 1))
        for start in (EVENTS, 10**15):
            with pytest.raises(
                MalformedError, match=f"{EVENTS} events: .* first {start}"
            ):
                client.bundle(LONG, start=start)
        with pytest.raises(NotFoundError):
            client.bundle(can(9), start=3)


@pytest.mark.parametrize(
    "query",
    [
        *("from=", "from=x", "from=-1", "from=01", "from=1.0", "from=+1"),
        *("from=1&from=2", f"from={'9' * 30}", "from=1%00", "from=%D9%A1"),
        "from=0x10",
    ],
)
def test_what_is_no_number_is_a_problem(served: Served, query: str) -> None:
    with served.node.client() as web:
        for kind in ("bundle", "trail"):
            answer = web.get(f"/v1/items/{quoted(LONG)}/{kind}?{query}")
            assert answer.status_code == 400
            assert answer.headers["content-type"] == "application/problem+json"
            assert "from" in answer.json()["detail"]


def test_each_stretch_has_a_tag_of_its_own(served: Served) -> None:
    path = f"/v1/items/{quoted(LONG)}/bundle"
    with served.node.client() as web:
        answers = [
            web.get(path + query) for query in ("", "?from=0", "?from=700")
        ]
        tags = {answer.headers["etag"] for answer in answers}
        assert len(tags) == len(answers)
        for answer in answers:
            assert answer.headers["cache-control"] == "public, max-age=5"
            assert answer.headers["ratelimit"]
            url = answer.request.url
            known = {"if-none-match": answer.headers["etag"]}
            assert web.get(url, headers=known).status_code == 304


def test_the_asynchronous_client_asks_for_the_same(
    served: Served,
) -> None:
    async def ask() -> tuple[bytes, int, object]:
        async with AsyncClient(
            served.node.url, trust=served.world.trust
        ) as client:
            verdict = await client.verify(LONG, start=700)
            story = await client.trail(LONG, start=700)
            bundle = await client.bundle(LONG, start=700)
        return bundle, len(verdict.timeline), story["subject"]

    with client_of(served.world, served.node.url) as client:
        expected = client.bundle(LONG, start=700)
        told = len(client.verify(LONG, start=700).timeline)
    assert asyncio.run(ask()) == (expected, told, LONG)


# On the command line.


def test_a_range_is_named_as_the_verdict_names_it(
    served: Served, tmp_path: pathlib.Path
) -> None:
    with client_of(served.world, served.node.url) as client:
        (said,) = skipped(served.world, client.bundle(LONG))
    assert f"events {SKIPPED[0] + 1} to {SKIPPED[1]} of {EVENTS}" in said
    target = tmp_path / "folder.provenance"
    wanted = f"{SKIPPED[0] + 1}-{SKIPPED[0] + 1_000}"
    ok(
        "bundle", LONG, "--range", wanted, "-o", str(target),
        "--ledger", str(served.world.folder),
    )  # fmt: skip
    numbers = set(shown(target.read_bytes()))
    assert numbers >= set(range(SKIPPED[0], SKIPPED[0] + 1_000))
    assert SKIPPED[0] + 1_000 not in numbers


def test_a_node_is_asked_for_a_range_as_well(
    served: Served, tmp_path: pathlib.Path
) -> None:
    target = tmp_path / "node.provenance"
    at_node = ("--node", served.node.url, "--trust", str(served.trust))
    ok("bundle", LONG, "--range", "701-956", "-o", str(target), *at_node)
    assert set(range(700, 956)) <= set(shown(target.read_bytes()))
    with Client(served.node.url, trust=served.world.trust) as client:
        assert target.read_bytes() == client.bundle(LONG, start=700)
    too_long = run(
        "bundle", LONG, "--range", "701-957", "-o", str(target), *at_node
    )
    assert too_long.code == 2
    assert "at most 256 events" in too_long.err


@pytest.mark.parametrize(
    "wrong", ["0-5", "5-4", "5", "-5", "5-", "a-b", "1-1025"]
)
def test_what_is_no_range_is_a_wrong_call(
    served: Served, tmp_path: pathlib.Path, wrong: str
) -> None:
    target = tmp_path / "none.provenance"
    said = run(
        "bundle", LONG, f"--range={wrong}", "-o", str(target),
        "--ledger", str(served.world.folder),
    )  # fmt: skip
    assert said.code == 2
    assert not target.exists()


def test_a_range_behind_the_end_is_not_there(
    served: Served, tmp_path: pathlib.Path
) -> None:
    target = tmp_path / "none.provenance"
    said = run(
        "bundle", LONG, "--range", f"{EVENTS + 1}-{EVENTS + 2}",
        "-o", str(target), "--ledger", str(served.world.folder),
    )  # fmt: skip
    assert said.code == 4
    assert not target.exists()
