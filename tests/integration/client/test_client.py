"""The client against a real node: what it hands in, reads and believes."""

import pathlib
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from provenance.claims.statement import Submission, parse_entry
from provenance.client import Client, Retries, UnreachableError, problem_behind
from provenance.client.problems import read_problem
from provenance.encoding.digest import Hash
from provenance.encoding.tree import EMPTY_ROOT
from provenance.errors import (
    BrokenLinkError,
    DuplicateEventError,
    EquivocationError,
    InvalidSignatureError,
    MalformedError,
    NotFoundError,
    QueryTooLargeError,
    QuorumNotMetError,
    RejectedError,
    RoleNotGrantedError,
)
from provenance.folder import open_reader
from provenance.problems import PROBLEMS
from provenance.proof.receipt import Receipt
from provenance.proof.trust import format_trust
from provenance.proof.verdict import Outcome
from provenance.tlog.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    sign_checkpoint,
)
from provenance.tlog.cosignature import CosignatureSigner
from provenance.tlog.note import NoteSigner, NoteVerifier
from provenance.tlog.policy import Policy, PolicyWitness
from tests.ledger_world import (
    FORWARDER,
    PRODUCER,
    LedgerWorld,
    can,
    signer_of,
)
from tests.support.client_world import Waits, client_of
from tests.support.node_world import NodeProcess, new_world
from tests.support.waiting import PATIENCE_SECONDS, hold_port, port_of


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    return new_world(tmp_path_factory.mktemp("client"))


@pytest.fixture(scope="module")
def node(world: LedgerWorld) -> Iterator[NodeProcess]:
    with NodeProcess(world.folder) as node:
        yield node


@pytest.fixture
def client(world: LedgerWorld, node: NodeProcess) -> Iterator[Client]:
    with client_of(world, node.url) as client:
        yield client


numbers = iter(range(100_000, 1_000_000))


def made(world: LedgerWorld, count: int = 1) -> list[Submission]:
    """Return statements about cans that nobody has named before."""
    return [
        world.sign(PRODUCER, world.made(can(next(numbers))))
        for _ in range(count)
    ]


def subject(submission: Submission) -> str:
    return can_of(submission.events[0])


def can_of(event: bytes) -> str:
    start = event.index(b"https://id.gs1.org/01/")
    return event[start : start + len(can(0))].decode()


def logged(world: LedgerWorld) -> Counter[bytes]:
    """Return how often the log has each entry."""
    with open_reader(world.folder) as ledger, ledger.moment() as moment:
        return Counter(moment.reader.entries(0, moment.size))


# Statements.


def test_a_statement_is_answered_with_a_receipt_that_proves_it(
    world: LedgerWorld, client: Client
) -> None:
    (statement,) = made(world)

    (receipt,) = client.submit([statement])

    assert isinstance(receipt, Receipt)
    assert logged(world)[statement.entry] == 1
    assert receipt.statement_id == parse_entry(statement.entry).statement_id
    assert receipt.entry == statement.entry
    proven = receipt.verify(trust=world.trust, now=world.now)
    assert proven == receipt.log_index


def test_what_was_said_before_is_refused_with_its_entry(
    world: LedgerWorld, client: Client
) -> None:
    item = "https://id.gs1.org/01/09506000134352/21/AGAIN"
    time = "2026-02-01T09:00:00.000Z"
    event = {
        "action": "ADD", "bizStep": "commissioning", "eventTime": time,
        "eventID": None,
    }  # fmt: skip

    def again() -> Submission:
        world.now += 1
        return world.sign(PRODUCER, world.event(item, **event))

    (receipt,) = client.submit([again()])
    assert isinstance(receipt, Receipt)
    (known,) = client.submit([again()])

    assert isinstance(known, DuplicateEventError)
    assert (known.is_known, known.log_index) == (True, receipt.log_index)
    assert f"entry {receipt.log_index}" in str(known)
    other = world.event(item, bizStep="packing")
    (part,) = client.submit(
        [world.sign(PRODUCER, world.event(item, **event), other)]
    )
    assert isinstance(part, DuplicateEventError)
    assert (part.is_known, part.log_index) == (False, receipt.log_index)


def test_the_same_bytes_again_are_answered_alike_and_logged_once(
    world: LedgerWorld, client: Client
) -> None:
    statements = made(world, 3)

    first = client.submit(statements)
    again = client.submit([s.to_bytes() for s in statements])

    assert first == again
    count = logged(world)
    assert [count[s.entry] for s in statements] == [1, 1, 1]


def test_nothing_at_all_is_answered_with_nothing(client: Client) -> None:
    assert client.submit([]) == []
    assert list(client.submit_many(iter(()))) == []


def test_what_is_no_submission_is_refused_before_anything_is_sent(
    world: LedgerWorld, client: Client
) -> None:
    (statement,) = made(world)

    with pytest.raises(MalformedError):
        client.submit([statement, statement.to_bytes()[:-1]])

    assert logged(world)[statement.entry] == 0


def test_a_refusal_is_the_librarys_own_error_with_what_the_node_said(
    world: LedgerWorld, client: Client
) -> None:
    (good,) = made(world)
    bad = world.sign(FORWARDER, world.made(can(1)))

    first, refused, last = client.submit([good, bad, good])

    assert isinstance(refused, RoleNotGrantedError)
    problem = problem_behind(refused)
    assert problem is not None
    assert (problem.status, problem.code) == (403, "PRV-9022")
    assert problem.detail in str(refused)
    assert problem.advice
    assert first == last
    assert isinstance(first, Receipt)


def test_a_broken_link_carries_the_head_to_sign_after(
    world: LedgerWorld, client: Client
) -> None:
    (start,) = made(world)
    item = subject(start)
    client.submit([start])
    with open_reader(world.folder) as ledger:
        head = ledger.head(item)
    assert head is not None
    stale = follow(world, item, Hash(bytes(32)))

    (refused,) = client.submit([stale])

    assert isinstance(refused, BrokenLinkError)
    assert refused.heads == {item: (head.count, head.link)}
    # And what is signed after that head goes in.
    (receipt,) = client.submit([follow(world, item, head.link)])
    assert isinstance(receipt, Receipt)


def follow(world: LedgerWorld, item: str, link: Hash) -> Submission:
    return world.sign(PRODUCER, world.event(item, after=[[item, link]]))


def test_a_stream_is_answered_in_order_and_progress_is_told(
    world: LedgerWorld, client: Client
) -> None:
    statements = made(world, 25)
    told: list[int] = []

    answers = list(
        client.submit_many(
            iter(statements), batch=10, in_flight=3, progress=told.append
        )
    )

    assert [s for s, _ in answers] == statements
    assert all(isinstance(reply, Receipt) for _, reply in answers)
    assert told == [10, 20, 25]


@pytest.mark.parametrize("in_flight", [1, 3])
def test_a_slow_stream_is_answered_before_it_gives_more(
    world: LedgerWorld, client: Client, in_flight: int
) -> None:
    statements = made(world, 3)
    has_reply = threading.Event()

    def slow() -> Iterator[Submission]:
        for statement in statements:
            has_reply.clear()
            yield statement
            assert has_reply.wait(PATIENCE_SECONDS), (
                "its reply needs the next statement"
            )

    replies = []
    for _, reply in client.submit_many(slow(), in_flight=in_flight):
        replies.append(reply)
        has_reply.set()

    assert len(replies) == 3
    assert all(isinstance(reply, Receipt) for reply in replies)


def test_statements_that_follow_one_another_keep_their_order(
    world: LedgerWorld, client: Client
) -> None:
    (start,) = made(world)
    item = subject(start)
    told = [start, *(world.sign(PRODUCER, world.event(item)) for _ in range(9))]

    replies = [reply for _, reply in client.submit_many(told, batch=2)]

    indexes = [r.log_index for r in replies if isinstance(r, Receipt)]
    assert len(indexes) == 10
    assert indexes == sorted(indexes)


def test_no_more_of_a_stream_is_read_than_is_in_hand(
    world: LedgerWorld, client: Client
) -> None:
    statements = made(world, 60)
    read: list[Submission] = []

    def stream() -> Iterator[Submission]:
        for statement in statements:
            read.append(statement)
            yield statement

    for number, _ in enumerate(
        client.submit_many(stream(), batch=5, in_flight=2)
    ):
        # Two on their way, one beside them, one being filled.
        assert len(read) <= number + 5 * 4 + 1
    assert len(read) == 60


def test_a_stream_that_is_given_up_sends_no_more(
    world: LedgerWorld, client: Client
) -> None:
    statements = made(world, 40)
    answers = client.submit_many(iter(statements), batch=2)

    next(answers)
    answers.close()  # type: ignore[attr-defined]  # a generator has it

    count = logged(world)
    # The first batch, and the one that may have begun meanwhile.
    assert sum(count[s.entry] for s in statements) <= 4


def test_a_broken_stream_raises_after_what_was_on_its_way(
    world: LedgerWorld, client: Client
) -> None:
    statements = made(world, 4)

    def stream() -> Iterator[Submission | bytes]:
        yield from statements
        yield b"no submission"

    with pytest.raises(MalformedError):
        list(client.submit_many(stream(), batch=2))


@pytest.mark.parametrize("name", ["in_flight", "batch", "batch_bytes"])
def test_a_bound_of_nothing_is_a_wrong_call(client: Client, name: str) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        list(client.submit_many([], **{name: 0}))  # type: ignore[arg-type]  # on purpose


def test_a_batch_beyond_the_nodes_bounds_is_sent_in_smaller_ones(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    statements = made(world, 23)
    with (
        NodeProcess(world.folder, max_batch=3) as node,
        client_of(world, node.url) as client,
    ):
        replies = client.submit(statements)

    assert all(isinstance(reply, Receipt) for reply in replies)
    count = logged(world)
    assert [count[s.entry] for s in statements] == [1] * 23


def test_one_statement_beyond_the_nodes_bounds_is_refused_alone(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    small = made(world)[0]
    large = world.sign(
        PRODUCER, world.event(can(2), **{"ex:note": "x" * 5_000})
    )
    with (
        NodeProcess(world.folder, max_body_bytes=4_096) as node,
        client_of(world, node.url) as client,
    ):
        first, refused, last = client.submit([small, large, small])

    assert isinstance(refused, RejectedError)
    problem = problem_behind(refused)
    assert problem is not None
    assert problem.code == "PRV-9103"
    assert isinstance(first, Receipt)
    assert first == last


# Reading.


def test_a_receipt_can_be_asked_for_later(
    world: LedgerWorld, client: Client
) -> None:
    (statement,) = made(world)
    with pytest.raises(NotFoundError):
        client.receipt(statement.entry)

    (first,) = client.submit([statement])
    later = client.receipt(statement.entry)

    assert isinstance(first, Receipt)
    assert later.log_index == first.log_index
    assert later.statement_id == first.statement_id


def test_a_bundle_is_verified_by_the_callers_trust_file(
    world: LedgerWorld, node: NodeProcess, client: Client
) -> None:
    (statement,) = made(world)
    item = subject(statement)
    client.submit([statement])

    verdict = client.verify(item)

    assert verdict.outcome is Outcome.VERIFIED
    assert verdict.subject == item
    serial = item.rpartition("/")[2]
    scan = f"(01)09506000134352(21){serial}"
    assert client.verify(scan).subject == item
    # A stranger's key for the log, and nothing of it is believed.
    stranger = LedgerWorld.__new__(LedgerWorld)
    stranger.trust = replace(
        world.trust,
        policy=Policy(
            (replace(world.trust.policy.logs[0], key=other_key(world)),),
            (),
            (),
            None,
        ),
    )
    with client_of(stranger, node.url) as sceptic:
        assert sceptic.verify(item).outcome is Outcome.FAILED
        with pytest.raises(InvalidSignatureError):
            sceptic.checkpoint()
        with pytest.raises(InvalidSignatureError):
            sceptic.submit([statement])


def other_key(world: LedgerWorld) -> NoteVerifier:
    return NoteSigner(world.trust.origin, signer_of("another")).verifier


def test_a_trail_is_the_nodes_word_and_an_unknown_item_is_not_found(
    world: LedgerWorld, client: Client
) -> None:
    (statement,) = made(world)
    client.submit([statement])

    said = client.trail(subject(statement))

    assert said["schema"] == "provenance.trail/1"
    for ask in (client.trail, client.bundle, client.verify):
        with pytest.raises(NotFoundError):
            ask(can(999_999))
        with pytest.raises(MalformedError):
            ask("nothing")


def test_events_are_found_page_by_page(
    world: LedgerWorld, client: Client
) -> None:
    (start,) = made(world)
    item = subject(start)
    client.submit([start])
    client.submit([world.sign(PRODUCER, world.event(item)) for _ in range(4)])
    asked: dict[str, str | int | Sequence[str]] = {
        "MATCH_epc": item,
        "perPage": 2,
    }

    found = list(client.events(asked))

    assert len(found) == 5
    assert {row["issuer"] for row in found} == {PRODUCER}
    steps = ["inspecting", "commissioning"]
    both = client.events({**asked, "EQ_bizStep": steps})
    assert len(list(both)) == 5
    assert len(list(client.events({**asked, "EQ_bizStep": steps[:1]}))) == 4
    assert list(client.events({**asked, "EQ_bizStep": "packing"})) == []
    with pytest.raises(QueryTooLargeError):
        list(client.events({"MATCH_epc": item, "maxEventCount": 2}))
    with pytest.raises(MalformedError):
        list(client.events({"EQ_nothing": "x"}))


def test_the_trust_file_of_the_node_can_be_compared(
    world: LedgerWorld, client: Client
) -> None:
    assert client.trust_text() == format_trust(world.trust)


def test_a_checkpoint_extends_the_one_before(
    world: LedgerWorld, client: Client
) -> None:
    old = client.checkpoint()
    client.submit(made(world, 300))
    new = client.checkpoint()

    client.require_extension(old, new)
    client.require_extension(new, new)
    client.require_extension(empty(old), new)

    assert new.checkpoint.size > old.checkpoint.size
    with pytest.raises(ValueError, match="smaller"):
        client.require_extension(new, old)
    with pytest.raises(EquivocationError) as found:
        client.require_extension(forged(old), new)
    assert found.value.proof
    with pytest.raises(EquivocationError) as found:
        client.require_extension(new, forged(new))
    assert found.value.first != found.value.second


def empty(signed: SignedCheckpoint) -> SignedCheckpoint:
    point = Checkpoint(signed.checkpoint.origin, 0, EMPTY_ROOT)
    return SignedCheckpoint(point, signed.note)


def forged(signed: SignedCheckpoint) -> SignedCheckpoint:
    """Return another history of that size, signed by the log."""
    point = signed.checkpoint
    return sign_checkpoint(
        Checkpoint(point.origin, point.size, Hash(bytes(32))),
        NoteSigner(point.origin, signer_of("log")),
    )


def test_a_quorum_does_not_hold_up_a_submission_but_a_proof(
    world: LedgerWorld, node: NodeProcess
) -> None:
    (statement,) = made(world)
    witness = CosignatureSigner("witness.example", signer_of("witness"))
    trust = replace(
        world.trust,
        policy=replace(
            world.trust.policy,
            witnesses=(PolicyWitness("one", witness.verifier),),
            quorum="one",
        ),
    )
    with Client(node.url, trust=trust) as client:
        (receipt,) = client.submit([statement])

        assert isinstance(receipt, Receipt)
        with pytest.raises(QuorumNotMetError):
            client.receipt(statement.entry)
        with pytest.raises(QuorumNotMetError):
            client.checkpoint()


# A node that dies.


def test_a_killed_node_is_waited_for_and_each_statement_logged_once(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    statements = made(world, 3_000)
    # It comes back where it was.
    held = hold_port()
    where = ("--port", str(port_of(held)))
    nodes = [NodeProcess(world.folder, *where)]
    one_at_a_time = threading.Lock()

    def restart() -> None:
        with one_at_a_time:
            if len(nodes) == 1:
                nodes[0].ended()
                nodes.append(NodeProcess(world.folder, *where))

    def told(count: int) -> None:
        # Two requests are on their way, somewhere between both ends.
        if count == 1_000:
            nodes[0].kill()

    waits = Waits(then=restart)
    try:
        with client_of(world, nodes[0].url, waits=waits) as client:
            answers = list(
                client.submit_many(
                    iter(statements), batch=100, in_flight=2, progress=told
                )
            )
    finally:
        for node in nodes:
            node.kill()
            node.ended()
        held.close()

    assert waits.slept, "the node was never missed"
    assert [s for s, _ in answers] == statements
    assert all(isinstance(reply, Receipt) for _, reply in answers)
    count = logged(world)
    assert [count[s.entry] for s in statements] == [1] * 3_000


def test_without_another_attempt_a_killed_node_is_an_error(
    tmp_path: pathlib.Path,
) -> None:
    world = new_world(tmp_path)
    statements = made(world, 30)
    with (
        NodeProcess(world.folder) as node,
        client_of(world, node.url, attempts=1) as client,
    ):
        answers = client.submit_many(
            iter(statements),
            batch=10,
            progress=lambda count: node.kill() if count == 10 else None,
        )
        with pytest.raises(UnreachableError, match="in 1 attempts"):
            list(answers)


# How it is called.


@pytest.mark.parametrize(
    "url",
    [
        "ftp://ledger.example",
        "ledger.example",
        "https://",
        "https://me:secret@ledger.example",
        "https://ledger.example/?key=secret",
        "https://ledger.example/#here",
        "https://ledger.example:99999",
        "https://ledger.example:0",
        "https://[::1",
        "",
    ],
)
def test_a_url_that_is_none_is_a_wrong_call_and_not_repeated(
    world: LedgerWorld, url: str
) -> None:
    with pytest.raises(ValueError, match="a node's URL is like") as found:
        Client(url, trust=world.trust)
    assert "secret" not in str(found.value)


def test_no_attempt_at_all_is_a_wrong_call() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Retries(attempts=0)


def test_without_its_library_the_client_says_what_to_install() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            """
import sys
sys.modules["httpx2"] = None
import provenance
try:
    import provenance.client
except ImportError as error:
    print(error)
""",
        ],
        capture_output=True,
        check=True,
        text=True,
    )
    assert "pip install '.[client]'" in said.stdout


def test_every_error_that_a_command_has_a_code_for_comes_back_as_itself() -> (
    None
):
    for kind, problem in PROBLEMS.items():
        if kind is not EquivocationError:
            _, error = read_problem(422, {"code": problem.code})
            assert type(error) is kind
