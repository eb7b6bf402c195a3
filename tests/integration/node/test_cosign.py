"""A node publishes what its witnesses have cosigned, and waits for nobody."""

import asyncio
import pathlib
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Self

import httpx2
import provenance_node.cosigning as cosigning_module
import provenance_node.reading as reading_module
import pytest
from provenance_node.children import Children
from provenance_node.readers import ReaderAnswers
from provenance_node.settings import Settings, read_configuration
from provenance_node.witnesses import witnesses_of
from starlette.testclient import TestClient

from provenance.errors import MalformedError
from provenance.folder import TRUST_FILE, audit_folder, open_reader
from provenance.keys import Signer
from provenance.proof.receipt import verify_receipt
from provenance.proof.trust import format_trust
from provenance.proof.verdict import Outcome
from provenance.proof.verify import examine_bundle
from provenance.tlog.checkpoint import open_checkpoint
from provenance.tlog.cosignature import CosignatureSigner, read_cosignature
from provenance.tlog.policy import Group, Policy, PolicyWitness
from tests.ledger_world import PRODUCER, can, signer_of
from tests.support import witness_server
from tests.support.node_world import (
    MSGPACK,
    NodeProcess,
    new_world,
    node_of,
    one_process,
    quoted,
    served,
)
from tests.support.waiting import PATIENCE_SECONDS, wait_until
from tests.support.witness_server import Behaviour, WitnessServer

NAMES = ("harbour", "union", "press")
QUICK: dict[str, object] = {"cosign_seconds": 0.01}


class Town:
    """A ledger, and witnesses two of which its trust file asks for."""

    def __init__(self, folder: pathlib.Path, *, threshold: int) -> None:
        self.world = new_world(folder)
        self.count = 0
        (log,) = self.world.trust.policy.logs
        self.witnesses = [
            WitnessServer(folder, name, log_key=log.key, clock=self.world.clock)
            for name in NAMES
        ]
        self.set_policy(
            Policy(
                (log,),
                tuple(each.member for each in self.witnesses),
                (Group("town", threshold, NAMES),) if threshold else (),
                "town" if threshold else None,
            )
        )

    def set_policy(self, policy: Policy) -> None:
        self.world.trust = replace(self.world.trust, policy=policy)
        path = self.world.folder / TRUST_FILE
        path.write_text(format_trust(self.world.trust), encoding="utf-8")

    def settings(self, *, readers: int = 1, **more: object) -> Settings:
        return replace(
            one_process(**{**QUICK, **more}), reader_processes=readers
        )

    def statement(self) -> bytes:
        """Return the next one: an event about the can of that number."""
        self.count += 1
        event = self.world.made(can(self.count))
        return self.world.sign(PRODUCER, event).to_bytes()

    def log(self, client: TestClient | httpx2.Client) -> str:
        """Log a statement; return the can that it is about."""
        answer = client.post(
            "/v1/statements", content=self.statement(), headers=MSGPACK
        )
        assert answer.status_code == 201, answer.text
        return can(self.count)

    def outcome(self, bundle: bytes, item: str) -> Outcome:
        verdict = examine_bundle(
            bundle, trust=self.world.trust, now=self.world.now, item=item
        )
        assert verdict.outcome is not Outcome.FAILED, verdict.steps
        return verdict.outcome

    def until_verified(
        self, client: TestClient | httpx2.Client, item: str
    ) -> bytes:
        """Wait until there is a bundle of *item* that the trust file takes."""
        found = b""

        def is_verified() -> bool:
            nonlocal found
            answer = client.get(f"/v1/items/{quoted(item)}/bundle")
            # Not proven yet, or by no reader that is there already.
            if answer.status_code in {404, 503}:
                return False
            assert answer.status_code == 200, answer.text
            found = answer.content
            return self.outcome(found, item) is Outcome.VERIFIED

        wait_until(is_verified, f"{item} is proven under a quorum")
        return found

    def until_all_cosigned(self, client: TestClient) -> str:
        """Wait until all witnesses cosigned what is served; return it.

        From then on nothing is added to it.
        """

        def is_full() -> str:
            note: str = client.get("/log/checkpoint").text
            is_so = note.count("\n— ") == len(self.witnesses) + 1
            return note if is_so else ""

        return wait_until(is_full, "every witness has cosigned")

    def ask_again(self, client: TestClient) -> None:
        """Let those that failed be asked now, instead of in their turn."""
        cosigning = node_of(client).cosigning
        assert cosigning is not None
        for state in cosigning._witnesses:
            state.due = 0

    def until_vindicated(self, client: TestClient, item: str) -> None:
        """Let the witnesses be honest; wait until they have cosigned *item*."""
        for each in self.witnesses:
            each.behave = witness_server.honest
        path = f"/v1/items/{quoted(item)}/bundle"

        def is_proven() -> bool:
            # One may fail once more: it was asked before it was honest.
            self.ask_again(client)
            return client.get(path).status_code == 200

        wait_until(is_proven, f"{item} is proven")
        self.until_verified(client, item)

    def close(self) -> None:
        """Let the witnesses be down."""
        for each in self.witnesses:
            each.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.witnesses:
            each.__exit__()


@pytest.fixture
def town(tmp_path: pathlib.Path) -> Iterator[Town]:
    with Town(tmp_path, threshold=2) as town:
        yield town


@pytest.fixture
def small_town(tmp_path: pathlib.Path) -> Iterator[Town]:
    """One witness of three is enough."""
    with Town(tmp_path, threshold=1) as town:
        yield town


def until_answered(client: TestClient, path: str, status: int) -> None:
    """Wait until *path* is answered with *status*."""
    wait_until(
        lambda: client.get(path).status_code == status,
        f"{path} is answered with {status}",
    )


def metric(client: TestClient, line: str) -> float:
    for row in client.get("/metrics").text.splitlines():
        if row.startswith(line + " "):
            return float(row.rpartition(" ")[2])
    return 0


def failures(client: TestClient, name: str) -> dict[str, float]:
    """Return reason → how often that witness failed so."""
    found: dict[str, float] = {}
    for row in client.get("/metrics").text.splitlines():
        if (
            row.startswith("provenance_witness_failures_total{")
            and f'witness="{name}"' in row
        ):
            reason = row.partition('reason="')[2].partition('"')[0]
            found[reason] = float(row.split()[-1])
    return found


# With witnesses that do as they should.


def test_what_is_served_has_its_quorum(town: Town) -> None:
    with served(town.world, town.settings()) as client:
        item = town.log(client)
        town.until_verified(client, item)
        note = client.get("/log/checkpoint").text
        signed = open_checkpoint(note, town.world.trust.policy.log_keys)
        assert len(town.world.trust.policy.check(signed)) >= 2
        ready = client.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["cosigning"] == {
            "published_size": signed.checkpoint.size,
            "has_quorum": True,
            "quorum_age_seconds": ready.json()["cosigning"][
                "quorum_age_seconds"
            ],
            "contradicted_by": [],
        }
        assert ready.json()["cosigning"]["quorum_age_seconds"] < 60
        counted = 'provenance_cosignatures_total{witness="harbour"}'
        # It may be the one that comes after there were enough.
        wait_until(lambda: metric(client, counted) >= 1, "harbour is counted")
        assert metric(client, "provenance_quorum_age_seconds") < 60
        assert (
            metric(client, "provenance_published_size")
            == signed.checkpoint.size
        )


def test_a_receipt_comes_at_once_and_then_stands_under_a_quorum(
    town: Town,
) -> None:
    with served(town.world, town.settings()) as client:
        answer = client.post(
            "/v1/statements", content=town.statement(), headers=MSGPACK
        )
        result = answer.json()
        town.until_verified(client, can(town.count))
        receipt = client.get(f"/v1/statements/{result['log_index']}/receipt")
        with open_reader(town.world.folder) as ledger, ledger.moment() as now:
            (entry,) = now.reader.entries(
                result["log_index"], result["log_index"] + 1
            )
        # Which checks the quorum of the trust file, too.
        verify_receipt(
            receipt.text,
            entry=entry,
            trust=town.world.trust,
            now=town.world.now,
        )


def test_cosignatures_are_on_disk_and_a_restart_serves_them(
    town: Town,
) -> None:
    with served(town.world, town.settings()) as client:
        item = town.log(client)
        town.until_verified(client, item)
    town.close()
    with served(town.world, town.settings()) as client:
        answer = client.get(f"/v1/items/{quoted(item)}/bundle")
        assert town.outcome(answer.content, item) is Outcome.VERIFIED
        assert client.get("/readyz").json()["cosigning"]["has_quorum"]


def test_a_witness_that_was_asked_before_is_proven_how_the_log_grew(
    town: Town,
) -> None:
    with served(town.world, town.settings()) as client:
        town.until_verified(client, town.log(client))
    sizes = [each.last_size for each in town.witnesses]
    for each in town.witnesses:
        each.asked.clear()
    with served(town.world, town.settings()) as client:
        town.until_verified(client, town.log(client))
    # Asked blindly first, then from where each said that it stood.
    for each, size in zip(town.witnesses, sizes, strict=True):
        assert each.asked[0] == 0
        assert size in each.asked
        assert 0 not in each.asked[1:]


def test_a_log_without_a_quorum_serves_what_one_witness_has_seen(
    tmp_path: pathlib.Path,
) -> None:
    with Town(tmp_path, threshold=0) as town:
        town.witnesses[0].behave = witness_server.unknowing
        town.witnesses[1].behave = witness_server.unknowing
        with served(town.world, town.settings()) as client:
            item = town.log(client)
            until_answered(client, f"/v1/items/{quoted(item)}/bundle", 200)
            note = client.get("/log/checkpoint").text
            assert "— press.example/w " in note


def test_the_quiet_log_is_cosigned_again(small_town: Town) -> None:
    town = small_town
    settings = town.settings(recosign_seconds=1)
    with served(town.world, settings) as client:
        town.world.now += 10_000_000
        expected = town.world.now // 1000

        def times() -> set[int]:
            note = client.get("/log/checkpoint").text
            keys = town.world.trust.policy.log_keys
            signed = open_checkpoint(note, keys)
            return {each.time for each in town.world.trust.policy.check(signed)}

        wait_until(lambda: times() == {expected}, "all cosigned again")


def test_readers_stand_still_while_others_write(town: Town) -> None:
    with served(town.world, town.settings(readers=2)) as client:
        item = town.log(client)
        town.until_verified(client, item)
        before = town.until_all_cosigned(client)
        for each in town.witnesses:
            each.behave = witness_server.unknowing
        for _ in range(5):
            town.log(client)
        # Either reader answers with what was cosigned, whatever was written.
        for _ in range(6):
            bundle = client.get(f"/v1/items/{quoted(item)}/bundle")
            assert town.outcome(bundle.content, item) is Outcome.VERIFIED
        assert client.get("/log/checkpoint").text == before
        missing = client.get(f"/v1/items/{quoted(can(town.count))}/bundle")
        assert missing.status_code == 404


def test_a_reader_that_died_stands_with_the_others_again(town: Town) -> None:
    with served(town.world, town.settings()) as client:
        item = town.log(client)
        town.until_verified(client, item)
        # Nobody but us has a question for it any more.
        town.until_all_cosigned(client)
        readers = node_of(client).reading.readers
        (child,) = list(readers._all)
        child.kill()
        # It is noticed when it is asked, or before: another is asked then.
        town.until_verified(client, item)
        assert readers.replaced == 1
        town.until_verified(client, town.log(client))


def test_a_reader_that_stands_nowhere_proves_nothing_where_others_stand(
    town: Town,
) -> None:
    ledger = town.world.reopen()
    (answer,) = ledger.submit(
        [town.world.sign(PRODUCER, town.world.made(can(1)))]
    )
    assert not isinstance(answer, Exception), answer
    ledger.close()
    with open_reader(town.world.folder) as reader:
        answers = ReaderAnswers(reader)
        for prove in (answers.bundle, answers.bundle_view, answers.trail):
            assert prove((can(1), None), True) is None
            assert prove((can(1), None), False) is not None
        size, note, _ = answers.hold()
        # What stands next was not published yet.
        assert answers.bundle((can(1), None), True) is None
        answers.show(size, note)
        assert answers.bundle((can(1), None), True) is not None
        answers.let_go()
        assert answers.bundle((can(1), None), True) is None


def test_a_reader_that_died_proves_nothing_that_is_not_published(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_module, "STAND_SECONDS", 0.05)
    with served(town.world, town.settings()) as client:
        first = town.log(client)
        town.until_verified(client, first)
        town.witnesses[0].behave = witness_server.denying
        town.witnesses[1].behave = witness_server.unknowing
        second = town.log(client)
        until_answered(client, "/readyz", 503)
        readers = node_of(client).reading.readers
        (child,) = list(readers._all)
        child.kill()
        path = f"/v1/items/{quoted(second)}/bundle"
        until_answered(client, path, 503)
        wait_until(
            lambda: readers.replaced == 1 and readers._idle,
            "another reader is there",
        )
        # The log is in doubt, and the new reader knows nothing older.
        for item in (first, second):
            answer = client.get(f"/v1/items/{quoted(item)}/bundle")
            assert answer.status_code == 503, answer.content[:200]
            assert answer.json()["code"] == "PRV-9107"
        town.until_vindicated(client, second)


# With witnesses that do not.


def test_witnesses_that_are_down_keep_no_statement_waiting(
    town: Town,
) -> None:
    with served(town.world, town.settings()) as client:
        first = town.log(client)
        town.until_verified(client, first)
        town.close()
        second = town.log(client)
        wait_until(
            lambda: "unreachable" in failures(client, "press"),
            "press is missed",
        )
        # What had its quorum is served on; the newer is in the log, unproven.
        bundle = client.get(f"/v1/items/{quoted(first)}/bundle").content
        assert town.outcome(bundle, first) is Outcome.VERIFIED
        missing = client.get(f"/v1/items/{quoted(second)}/bundle")
        assert missing.status_code == 404
        assert client.get("/readyz").status_code == 200
        for each in town.witnesses:
            each.open_again()
        town.until_vindicated(client, second)


def test_without_a_quorum_for_long_the_newest_is_served_as_it_is(
    town: Town,
) -> None:
    with served(town.world, town.settings(quorum_seconds=0)) as client:
        town.until_verified(client, town.log(client))
        town.close()
        item = town.log(client)
        path = f"/v1/items/{quoted(item)}/bundle"
        until_answered(client, path, 200)
        bundle = client.get(path).content
        assert town.outcome(bundle, item) is Outcome.INCOMPLETE
        ready = client.get("/readyz")
        assert ready.status_code == 200
        assert not ready.json()["cosigning"]["has_quorum"]


def test_a_node_starts_while_its_witnesses_are_down(town: Town) -> None:
    town.close()
    with served(town.world, town.settings()) as client:
        item = town.log(client)
        path = f"/v1/items/{quoted(item)}/bundle"
        until_answered(client, path, 200)
        bundle = client.get(path).content
        assert town.outcome(bundle, item) is Outcome.INCOMPLETE
        ready = client.get("/readyz").json()["cosigning"]
        assert ready["quorum_age_seconds"] is None


BAD: dict[Behaviour, str] = {
    witness_server.hanging: "unreachable",
    witness_server.dripping: "unreachable",
    witness_server.endless: "refused",
    witness_server.hanging_up: "unreachable",
    witness_server.speechless: "unreachable",
    witness_server.babbling: "refused",
    witness_server.forging: "forged",
    witness_server.strange: "forged",
    witness_server.early: "ahead",
    witness_server.wavering: "refused",
    witness_server.unknowing: "refused",
    witness_server.sending_away: "refused",
    witness_server.denying: "contradicts",
    witness_server.boasting: "contradicts",
}


NEVER_END = {witness_server.hanging, witness_server.dripping}


@pytest.mark.parametrize("behave", BAD, ids=lambda each: each.__name__)
def test_a_bad_witness_is_outvoted_and_counted(
    town: Town, behave: Behaviour
) -> None:
    bad = town.witnesses[0]
    bad.behave = behave
    # Whoever never ends is given up soon; whoever says something is heard.
    settings = (
        town.settings(witness_seconds=0.3)
        if behave in NEVER_END
        else town.settings()
    )
    with served(town.world, settings) as client:
        for _ in range(2):
            town.until_verified(client, town.log(client))
        wait_until(
            lambda: set(failures(client, bad.name)) == {BAD[behave]},
            f"{bad.name} is counted as {BAD[behave]} and as nothing else",
            told=lambda: failures(client, bad.name),
        )
        assert client.get("/readyz").status_code == 200
        note = client.get("/log/checkpoint").text
        assert f"— {bad.signer.name} " not in note
    with open_reader(town.world.folder) as ledger, ledger.moment() as moment:
        for _, stored in moment.reader.checkpoints(0, moment.size + 1):
            assert bad.signer.name not in stored
    assert audit_folder(town.world.folder).is_sound


def test_a_witness_that_changed_its_mind_counts_again(
    small_town: Town,
) -> None:
    town = small_town
    for each in town.witnesses:
        each.behave = witness_server.forging
    with served(town.world, town.settings()) as client:
        for each in town.witnesses:
            each.behave = witness_server.honest
        town.until_verified(client, town.log(client))


def test_what_comes_after_the_quorum_is_added(town: Town) -> None:
    slow = town.witnesses[2]
    may_go = threading.Event()

    def slowly(request: witness_server.Request) -> None:
        assert may_go.wait(PATIENCE_SECONDS)
        witness_server.honest(request)

    slow.behave = slowly
    with served(town.world, town.settings()) as client:
        note = client.get("/log/checkpoint").text
        assert slow.signer.name not in note
        may_go.set()
        wait_until(
            lambda: slow.signer.name in client.get("/log/checkpoint").text,
            "what came late is added",
        )
        # The bundles' checkpoint is that very one.
        item = town.log(client)
        town.until_verified(client, item)


# Forks.


def test_a_witness_that_contradicts_stops_a_log_without_a_quorum(
    town: Town,
) -> None:
    with served(town.world, town.settings()) as client:
        first = town.log(client)
        town.until_verified(client, first)
        town.witnesses[0].behave = witness_server.denying
        town.witnesses[1].behave = witness_server.unknowing
        second = town.log(client)
        until_answered(client, "/readyz", 503)
        assert client.get("/readyz").json()["cosigning"] | {
            "quorum_age_seconds": 0
        } == {
            "published_size": client.get("/readyz").json()["size"],
            "has_quorum": True,
            "quorum_age_seconds": 0,
            "contradicted_by": ["harbour"],
        }
        refused = client.post(
            "/v1/statements", content=town.statement(), headers=MSGPACK
        )
        assert refused.status_code == 503
        assert refused.json()["code"] == "PRV-9040"
        # What is served stands still at what the witnesses have seen.
        bundle = client.get(f"/v1/items/{quoted(first)}/bundle").content
        assert town.outcome(bundle, first) is Outcome.VERIFIED
        path = f"/v1/items/{quoted(second)}/bundle"
        assert client.get(path).status_code == 404
        # It passes when enough of them cosign again.
        town.until_vindicated(client, second)
        until_answered(client, "/readyz", 200)
        town.log(client)


def test_a_restored_backup_is_found_out_by_the_witnesses(
    town: Town, tmp_path: pathlib.Path
) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(town.world.folder, backup)
    with served(town.world, town.settings()) as client:
        for _ in range(3):
            town.until_verified(client, town.log(client))
    # All of it is old, the signer's memory too: nothing here can know.
    shutil.rmtree(town.world.folder)
    shutil.copytree(backup, town.world.folder)
    with served(town.world, town.settings()) as client:
        assert client.get("/readyz").status_code == 503
        refused = client.post(
            "/v1/statements", content=town.statement(), headers=MSGPACK
        )
        assert (refused.status_code, refused.json()["code"]) == (
            503,
            "PRV-9040",
        )
    with open_reader(town.world.folder) as ledger:
        sizes = {each.last_size for each in town.witnesses}
        assert ledger.size < min(sizes)


def test_another_history_of_the_same_length_is_found_out(
    town: Town, tmp_path: pathlib.Path
) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(town.world.folder, backup)
    with served(town.world, town.settings()) as client:
        town.until_verified(client, town.log(client))
    shutil.rmtree(town.world.folder)
    shutil.copytree(backup, town.world.folder)
    # What was logged instead, before the node is there.
    ledger = town.world.reopen()
    for _ in range(3):
        ledger.append(
            [town.world.made(can(500))],
            signer=signer_of(PRODUCER),
            issuer=PRODUCER,
        )
    ledger.close()
    with served(town.world, town.settings()) as client:
        assert client.get("/readyz").status_code == 503
        # It may have been asked again by now.
        assert failures(client, "union").keys() == {"contradicts"}


# Crashes.


def test_a_node_killed_between_serves_a_quorum_after_its_restart(
    town: Town,
) -> None:
    # A real clock: a process of its own has no other.
    town.world.now = time.time_ns() // 1_000_000
    items: list[str] = []
    for _ in range(3):
        with (
            NodeProcess(town.world.folder, **QUICK) as node,
            node.client() as client,
        ):
            items += [town.log(client) for _ in range(2)]
            node.kill()
    with (
        NodeProcess(town.world.folder, **QUICK) as node,
        node.client() as client,
    ):
        town.world.now = time.time_ns() // 1_000_000
        for item in items:
            town.until_verified(client, item)
    assert audit_folder(town.world.folder).is_sound


def test_a_long_write_ahead_log_is_let_go(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if it always were too long.
    monkeypatch.setattr(cosigning_module, "LONGEST_BACKLOG_BYTES", 0)
    with served(town.world, town.settings()) as client:
        for _ in range(3):
            town.until_verified(client, town.log(client))
        town.close()
        # With nothing older that stands, the newest is served as it is.
        item = town.log(client)
        path = f"/v1/items/{quoted(item)}/bundle"
        until_answered(client, path, 200)


def test_a_contradicted_log_serves_nothing_newer_however_long_its_wal(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cosigning_module, "LONGEST_BACKLOG_BYTES", 0)
    monkeypatch.setattr(reading_module, "STAND_SECONDS", 0.5)
    with served(town.world, town.settings()) as client:
        first = town.log(client)
        town.until_verified(client, first)
        # What comes after the quorum is added to it.
        before = town.until_all_cosigned(client)
        town.witnesses[0].behave = witness_server.denying
        town.witnesses[1].behave = witness_server.unknowing
        second = town.log(client)
        until_answered(client, "/readyz", 503)
        # Nobody stands any more where a proof could be made, and says so.
        for item in (first, second):
            path = f"/v1/items/{quoted(item)}/bundle"
            assert client.get(path).status_code == 503
        assert client.get("/log/checkpoint").text == before
        town.until_vindicated(client, second)


# Whom it asks.


def test_the_settings_name_witnesses_and_where_they_are(town: Town) -> None:
    policy = town.world.trust.policy
    other = CosignatureSigner("other.example/w", Signer.generate()).verifier
    union = town.witnesses[1].signer.verifier
    asked = witnesses_of(
        policy,
        [
            "harbour https://a.example/log/",
            f"{union.vkey} http://[::1]:8081",
            f"{other.vkey}   https://b.example",
        ],
    )
    assert [(each.name, each.key, each.url) for each in asked] == [
        ("harbour", policy.witnesses[0].key, "https://a.example/log"),
        ("union", union, "http://[::1]:8081"),
        ("other.example/w", other, "https://b.example"),
    ]
    assert [each.name for each in witnesses_of(policy, [])] == list(NAMES)
    nowhere = tuple(
        PolicyWitness(each.name, each.key) for each in policy.witnesses
    )
    assert not witnesses_of(replace(policy, witnesses=nowhere), [])


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (["harbour"], "is not a name or key and a URL"),
        (["nobody https://a.example"], "no witness 'nobody'"),
        (["harbour ftp://a.example"], "is no URL"),
        (["harbour file:///etc/passwd"], "is no URL"),
        (["harbour https://"], "is no URL"),
        (["harbour https://me@a.example"], "is no URL"),
        (["harbour https://a.example/?x=1"], "is no URL"),
        (["harbour https://a.example:99999"], "out of range"),
        (["harbour https://ä.example"], "is no URL"),
        (["a+b https://a.example"], "vkey"),
        (["harbour https://a.example", "harbour https://b.example"], "twice"),
    ],
)
def test_a_witness_that_is_not_one_is_refused(
    town: Town, rows: Sequence[str], says: str
) -> None:
    with pytest.raises(MalformedError, match=says):
        witnesses_of(town.world.trust.policy, rows)


def test_a_node_does_not_start_with_a_misspelt_witness(town: Town) -> None:
    settings = read_configuration(
        text="",
        environ={"PROVENANCE_NODE_WITNESSES": "harbor http://a.example"},
    ).settings
    with (
        pytest.raises(MalformedError, match="no witness 'harbor'"),
        served(town.world, settings),
    ):
        pytest.fail("it started")


def test_no_other_address_is_ever_opened(town: Town) -> None:
    bad = town.witnesses[0]
    bad.behave = witness_server.sending_away
    with served(town.world, town.settings()) as client:
        town.until_verified(client, town.log(client))
        wait_until(lambda: failures(client, bad.name), "it was asked")
    # A redirect that was followed would come as another request.
    assert set(bad.asked) == {0}


def test_a_node_without_witnesses_says_nothing_of_them(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    with served(world) as client:
        assert "cosigning" not in client.get("/readyz").json()
        assert "witness" not in client.get("/metrics").text
        assert node_of(client).cosigning is None


def test_all_children_are_asked_at_one_moment_and_none_is_left_out() -> None:
    async def play() -> None:
        children = Children("tests.support.node_child", ["x"], count=3, most=10)
        await children.start()
        try:
            pids = await children.ask_all(["pid"])
            assert len(set(pids)) == 3
            # Two at once take turns, and single questions come through.
            both = await asyncio.gather(
                children.ask_all(["pid"]),
                children.ask_all(["pid"]),
                children.ask(["pid"]),
            )
            assert set(both[0]) == set(both[1]) == set(pids)
            assert both[2] in pids
        finally:
            await children.stop()

    asyncio.run(play())


def test_cosignatures_have_the_witness_own_time(small_town: Town) -> None:
    town = small_town
    with served(town.world, town.settings()) as client:
        note = client.get("/log/checkpoint").text
        signed = open_checkpoint(note, town.world.trust.policy.log_keys)
        for each in town.world.trust.policy.check(signed):
            assert read_cosignature(each.line).time == town.world.now // 1000
