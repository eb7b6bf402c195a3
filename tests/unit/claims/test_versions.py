"""Versions of the trust and rule books: their bytes, and every fault in them."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.claims.entry import (
    COMMITMENT,
    MAX_ENTRY_SIZE,
    RULE_BOOK,
    STATEMENT,
    TRUST_VERSION,
    entry_kind,
)
from provenance.claims.trail import Link
from provenance.claims.versions import (
    SignedVersion,
    book_entry,
    parse_book_entry,
    parse_version,
    parse_version_entry,
    signed_by_roots,
    trust_item,
    version_entry,
    version_hash,
    version_link,
)
from provenance.encoding.canonical import encode
from provenance.encoding.digest import sha256
from provenance.errors import MalformedError, UnknownKindError
from provenance.keys import Signer, Verifier
from provenance.tlog.commitment import Commitment
from tests.support.vectors_of import shared

ORIGIN = "ledger.example"
ROOTS = [Signer.from_seed(bytes([number]) * 32) for number in (1, 2, 3)]


def version(**changed: Any) -> dict[str, Any]:
    policy = {
        "witnesses": [{"name": "port", "key": "port.example+1"}],
        "groups": [{"name": "any", "threshold": 1, "members": ["port"]}],
        "quorum": "any",
    }
    return {
        "format": "provenance/trust/v1",
        "origin": ORIGIN,
        "version": 1,
        "previous": None,
        "roots": {
            "keys": [signer.verifier.data for signer in ROOTS],
            "threshold": 2,
        },
        "authorities": {
            "actors": [
                {"id": "did:web:a.example", "name": "A", "keys": [bytes(32)]}
            ],
            "threshold": 1,
        },
        "epochs": [
            {
                "from": 0,
                "origin": ORIGIN,
                "log_keys": [bytes(32)],
                "policy": policy,
                "auditors": {"witnesses": [], "groups": [], "quorum": None},
                "books": [[bytes(32), 0]],
                "clock_bound": 3600,
                "max_age": 604_800,
                "ended": {
                    "size": 4,
                    "root": bytes(32),
                    "time": 5,
                    "why": "planned",
                },
            }
        ],
        "critical": ["origin"],
        "renew_by": 1_603_000_000_000,
        **changed,
    }


def signed(value: dict[str, Any], *signers: Signer) -> bytes:
    data = encode(value)
    message = signed_by_roots(parse_version(data))
    return version_entry(
        data,
        [(signer.verifier.key_id, signer.sign(message)) for signer in signers],
    )


def test_published_versions_are_read_signed_and_followed_alike() -> None:
    folder = shared("provenance-formats-v2")
    vectors = json.loads((folder / "trust.json").read_text())
    assert len(vectors) == 2
    previous = None
    for number, v in enumerate(vectors, 1):
        entry = bytes.fromhex(v["entry"])
        assert entry_kind(entry) == TRUST_VERSION
        read = parse_version_entry(entry)
        assert read.version.data.hex() == v["version"]
        assert version_hash(read.version.data).hex() == v["hash"]
        assert read.version.number == number
        assert read.version.previous == previous
        previous = version_hash(read.version.data)
        assert version_entry(read.version.data, read.signatures) == entry
        roots: Any = read.version.members["roots"]
        keys = {Verifier(key).key_id: Verifier(key) for key in roots["keys"]}
        assert len(read.signatures) == roots["threshold"]
        for key_id, signature in read.signatures:
            keys[key_id].verify(signature, signed_by_roots(read.version))


def test_a_version_is_read_back_with_its_signatures_in_order() -> None:
    value = version()
    entry = signed(value, *ROOTS)
    assert entry == signed(value, *ROOTS[::-1])
    read = parse_version_entry(entry)
    assert isinstance(read, SignedVersion)
    assert read.version == parse_version(encode(value))
    assert read.version.members == value
    assert (read.version.origin, read.version.number) == (ORIGIN, 1)
    assert len(read.signatures) == 3
    assert parse_version_entry(signed(value)).signatures == ()


def test_a_version_says_of_which_log_it_is_and_what_it_follows() -> None:
    first = encode(version())
    second = version(version=2, previous=version_hash(first))
    assert parse_version(encode(second)).previous == sha256(first)
    link = version_link(7, encode(second))
    assert link == Link(7, 0, 0, 0, (), sha256(encode(second)))
    assert trust_item(ORIGIN) == "provenance:trust:ledger.example"
    assert trust_item("ledger.example/é") == "provenance:trust:ledger.example/é"
    assert signed_by_roots(parse_version(first)) == encode(
        ["provenance/trust-signature/v1", ORIGIN, 1, sha256(first)]
    )


def test_a_version_may_have_members_that_are_not_known() -> None:
    value = version(later={"a": 1})
    value["epochs"][0]["later"] = 7
    assert parse_version(encode(value)).members == value


def paths_of(value: Any, *path: Any) -> list[tuple[Any, ...]]:
    """Return the way to each member of *value*, the whole of it first."""
    inner: Any = []
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    return [path, *[p for k, v in inner for p in paths_of(v, *path, k)]]


def changed(path: tuple[Any, ...], to: Callable[[Any], Any]) -> dict[str, Any]:
    value = copy.deepcopy(version())
    *way, last = path
    inner: Any = value
    for step in way:
        inner = inner[step]
    inner[last] = to(inner[last])
    return value


# A group has the members of a policy's line, which are read with the policy.
FREE = [("groups", 0, "threshold"), ("groups", 0, "members")]
PATHS = [
    path
    for path in paths_of(version())[1:]
    if path[3:6] not in FREE and path[3:7] != (*FREE[1], 0)
]


@pytest.mark.parametrize("path", PATHS, ids=str)
def test_a_member_of_another_type_is_refused(path: tuple[Any, ...]) -> None:
    for other in (True, 1.5, -1, [7], {"a": 1}):
        with pytest.raises(MalformedError):
            parse_version(encode(changed(path, lambda _: other)))  # noqa: B023


@pytest.mark.parametrize(
    "path", [path for path in PATHS if isinstance(path[-1], str)], ids=str
)
def test_a_member_that_is_missing_is_refused(path: tuple[Any, ...]) -> None:
    value = copy.deepcopy(version())
    inner: Any = value
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    with pytest.raises(MalformedError):
        parse_version(encode(value))


@pytest.mark.parametrize("change", [
    {"format": "provenance/trust/v2"},
    {"origin": ""},
    {"origin": "x" * 256},
    {"version": 0},
    {"version": 2},
    {"previous": bytes(32)},
    {"version": 2, "previous": bytes(31)},
    {"epochs": []},
    {"roots": {"keys": [], "threshold": 1}},
    {"roots": {"keys": [bytes(32)], "threshold": 0}},
    {"authorities": {"actors": [], "threshold": 0}},
])  # fmt: skip
def test_a_version_out_of_bounds_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        parse_version(encode(version(**change)))


@pytest.mark.parametrize("why", ["later", "", None, 1])
def test_an_epoch_ends_for_one_of_two_reasons(why: Any) -> None:
    path = ("epochs", 0, "ended", "why")
    parse_version(encode(changed(path, lambda _: "stolen")))
    parse_version(encode(changed(path[:-1], lambda _: None)))
    with pytest.raises(MalformedError, match="epochs"):
        parse_version(encode(changed(path, lambda _: why)))


@pytest.mark.parametrize("value", [7, [], {}, {"format": 1}])
def test_what_is_no_version_is_refused(value: Any) -> None:
    with pytest.raises(MalformedError, match="not a version of the trust"):
        parse_version(encode(value))


ENTRY: list[Any] = [3, encode(version()), [[bytes(32), bytes(64)]]]


@pytest.mark.parametrize("value", [
    7,
    [],
    [1, *ENTRY[1:]],
    [4, *ENTRY[1:]],
    ENTRY[:2],
    [*ENTRY, 1],
    [3, "text", []],
    [3, encode({}), []],
    [3, ENTRY[1], 7],
    [3, ENTRY[1], [7]],
    [3, ENTRY[1], [[bytes(32)]]],
    [3, ENTRY[1], [[bytes(31), bytes(64)]]],
    [3, ENTRY[1], [[bytes(32), bytes(63)]]],
    [3, ENTRY[1], [[bytes(32), bytes(64)], [bytes(32), bytes(64)]]],
    [3, ENTRY[1], [[b"b" * 32, bytes(64)], [b"a" * 32, bytes(64)]]],
])  # fmt: skip
def test_an_entry_that_holds_no_version_is_refused(value: Any) -> None:
    assert parse_version_entry(encode(ENTRY)).version.number == 1
    with pytest.raises(MalformedError):
        parse_version_entry(encode(value))


def test_entries_are_no_larger_than_a_log_leaf_may_be() -> None:
    book = bytes(MAX_ENTRY_SIZE - 5)
    assert len(book_entry(book)) == MAX_ENTRY_SIZE
    with pytest.raises(MalformedError, match="at most 65535"):
        book_entry(book + b"\0")
    with pytest.raises(MalformedError, match="at most 65535"):
        signed(version(later=bytes(MAX_ENTRY_SIZE)))


def test_a_rule_book_is_read_back() -> None:
    entry = book_entry(b"book")
    assert entry == encode([4, b"book"])
    assert entry_kind(entry) == RULE_BOOK
    assert parse_book_entry(entry) == b"book"
    with pytest.raises(MalformedError, match="a rule book has bytes"):
        book_entry(b"")


@pytest.mark.parametrize(
    "value", [7, [4], [4, "text"], [4, b"a", 1], [3, b"a"], [4, []]]
)
def test_an_entry_that_holds_no_rule_book_is_refused(value: Any) -> None:
    with pytest.raises(MalformedError):
        parse_book_entry(encode(value))


def test_each_entry_says_its_kind() -> None:
    commitment = Commitment(3, sha256(b""), 0, 5)
    assert entry_kind(commitment.to_bytes()) == COMMITMENT
    assert entry_kind(encode([STATEMENT, b"", b""])) == STATEMENT


@pytest.mark.parametrize("kind", [0, 5, 7, 1000, 2**53 - 1])
def test_an_entry_of_a_later_kind_is_named_and_not_called_wrong(
    kind: int,
) -> None:
    with pytest.raises(UnknownKindError, match=f"an entry of kind {kind},"):
        entry_kind(encode([kind, "anything", {"at": "all"}]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        encode([]),
        encode(7),
        encode(["1"]),
        encode([-1]),
        encode([None]),
        b"\x91\xcc\x01",
        b"\x93\x01",
    ],
)
def test_what_does_not_say_its_kind_is_no_entry(data: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        entry_kind(data)
    assert caught.type is MalformedError


@given(st.binary(max_size=200))
def test_hostile_bytes_raise_only_malformed(data: bytes) -> None:
    for parse in (parse_version, parse_version_entry, parse_book_entry):
        with pytest.raises(MalformedError):
            parse(data)
