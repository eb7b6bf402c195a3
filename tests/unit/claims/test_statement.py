"""A statement is what one actor signs: its header says all of it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.entry import MAX_ENTRY_SIZE, STATEMENT, entry_kind
from provenance.claims.event import Item, make_event
from provenance.claims.statement import (
    Submission,
    events_root,
    parse_entry,
    parse_header,
    parse_submission,
    sign_statement,
)
from provenance.encoding.canonical import encode
from provenance.encoding.digest import sha256
from provenance.encoding.tree import leaf_hash, node_hash
from provenance.errors import MalformedError
from provenance.keys import Signer
from tests.support.vectors_of import shared

SIGNER = Signer.from_seed(bytes(32))
CONTEXT = "provenance/statement/v2"
HEADER: list[Any] = [
    CONTEXT,
    "ledger.example",
    "did:web:a.example",
    bytes(32),
    5,
    1,
    bytes(32),
]


def events(count: int) -> list[Any]:
    return [
        make_event(
            {"type": "ObjectEvent"},
            [Item("epcList", f"urn:x:{n}")],
            secret=sha256(b"%d" % n),
        )
        for n in range(count)
    ]


def signed(count: int = 2) -> Submission:
    return sign_statement(
        events(count),
        signer=SIGNER,
        issuer="did:web:a.example",
        origin="ledger.example",
        now=1_750_000_000_000,
    )


def test_published_entries_are_read_and_signed_alike() -> None:
    folder = shared("provenance-formats-v2")
    vectors = json.loads((folder / "statements.json").read_text())
    assert len(vectors) == 2
    for v in vectors:
        entry = parse_entry(bytes.fromhex(v["entry"]))
        assert entry_kind(entry.data) == STATEMENT
        assert entry.header_bytes.hex() == v["header"]
        assert entry.signature.hex() == v["signature"]
        assert entry.statement_id.hex() == v["statement_id"]
        assert entry.header.issuer == v["issuer"]
        signer = Signer.from_seed(bytes.fromhex(v["seed"]))
        assert signer.verifier.key_id == entry.header.key_id
        assert signer.sign(entry.header_bytes) == entry.signature
        signer.verifier.verify(entry.signature, entry.header_bytes)


def test_published_statements_sign_the_published_events() -> None:
    folder = shared("provenance-formats-v2")
    vectors = json.loads((folder / "statements.json").read_text())
    events = json.loads((folder / "events.json").read_text())
    ids = [bytes.fromhex(event["event_id"]) for event in events]
    first, second = (parse_entry(bytes.fromhex(v["entry"])) for v in vectors)
    assert first.header.events_root == events_root(ids[:2])
    assert second.header.events_root == events_root(ids[2:])


def test_what_is_signed_is_read_back() -> None:
    submission = signed()
    entry = parse_entry(submission.entry)
    header = entry.header
    assert (header.origin, header.issuer, header.event_count) == (
        "ledger.example",
        "did:web:a.example",
        2,
    )
    assert header.key_id == SIGNER.verifier.key_id
    assert header.issued_at == 1_750_000_000_000
    assert submission.events == tuple(event.data for event in events(2))
    first, second = (leaf_hash(event.id) for event in events(2))
    assert (
        header.events_root
        == node_hash(first, second)
        == events_root([e.id for e in events(2)])
    )
    SIGNER.verifier.verify(entry.signature, entry.header_bytes)


def test_the_same_header_is_the_same_statement_whatever_its_signature() -> None:
    entry = parse_entry(signed().entry)
    other = parse_entry(encode([1, entry.header_bytes, bytes(64)]))
    assert (
        other.statement_id == entry.statement_id == sha256(entry.header_bytes)
    )


def test_a_submission_is_read_back() -> None:
    submission = signed()
    assert parse_submission(submission.to_bytes()) == submission


@pytest.mark.parametrize(
    "value",
    [
        7,
        [],
        ["provenance/submission/v3", b"", []],
        ["provenance/submission/v2", b"", [7]],
        ["provenance/submission/v2", b"", b""],
        ["provenance/submission/v2", b"", [], 1],
    ],
)
def test_what_is_no_submission_is_refused(value: Any) -> None:
    with pytest.raises(MalformedError):
        parse_submission(encode(value))


@pytest.mark.parametrize(
    "value",
    [
        7,
        [],
        [2, b"", bytes(64)],
        [True, encode(HEADER), bytes(64)],
        [1, encode(HEADER), bytes(63)],
        [1, b"", bytes(64)],
        [1, encode(HEADER), bytes(64), 1],
        {"a": 1},
    ],
)
def test_what_is_no_entry_is_refused(value: Any) -> None:
    with pytest.raises(MalformedError):
        parse_entry(encode(value))


def test_an_entry_is_no_larger_than_a_log_leaf_may_be() -> None:
    with pytest.raises(MalformedError, match="at most 65535"):
        parse_entry(bytes(MAX_ENTRY_SIZE + 1))


def test_a_plain_header_is_read() -> None:
    assert parse_header(encode(HEADER)).event_count == 1


@pytest.mark.parametrize(("place", "value"), [
    (0, "provenance/statement/v3"),
    (1, ""), (1, "x" * 256), (1, 7),
    (2, "no uri"), (2, 7),
    (3, bytes(31)), (3, "x"),
    (4, -1), (4, True), (4, False), (4, 1.5),
    (5, 0), (5, 65_537), (5, True), (5, -1), (5, "1"),
    (6, bytes(33)), (6, None),
])  # fmt: skip
def test_a_header_out_of_bounds_is_refused(place: int, value: Any) -> None:
    with pytest.raises(MalformedError):
        parse_header(encode([*HEADER[:place], value, *HEADER[place + 1 :]]))


@pytest.mark.parametrize("value", [7, HEADER[:-1], [*HEADER, 1]])
def test_a_header_of_another_shape_is_refused(value: Any) -> None:
    with pytest.raises(MalformedError):
        parse_header(encode(value))


def test_a_statement_says_something() -> None:
    with pytest.raises(MalformedError, match="not 0"):
        signed(0)


@given(st.binary(max_size=200))
def test_hostile_bytes_raise_only_malformed(data: bytes) -> None:
    for parse in (parse_entry, parse_header, parse_submission):
        with pytest.raises(MalformedError):
            parse(data)
