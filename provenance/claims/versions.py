"""Entries that say what is trusted: versions of the trust, and rule books.

    version     mp({format: "provenance/trust/v1", origin, version: n,
                  previous: H(version n−1) or nil,
                  roots: {keys, threshold}, authorities: {actors, threshold},
                  epochs: [{from, origin, log_keys, policy, auditors,
                            books: [[id, from], …], clock_bound, max_age,
                            ended: nil or {size, root, time, why}}, …],
                  critical: [member, …], renew_by})
    signature   Ed25519 by a root key over
                mp(["provenance/trust-signature/v1", origin, n, H(version)])
    entry       mp([3, version, [[root key id, signature], …]])
    rule book   mp([4, book])

The signatures stand in the order of their key ids. A version is a link of the
trail of one item, "provenance:trust:" ‖ origin: so a bundle shows that it has
them all. A rule book is named by the hash of its bytes.

Here stand the bytes: what is a version, and who is said to have signed it.
Whether the signatures are good and enough is not looked at.

In full: `FORMATS.md`, section 17.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from provenance.claims.entry import MAX_ENTRY_SIZE, RULE_BOOK, TRUST_VERSION
from provenance.claims.trail import Link
from provenance.encoding.canonical import Value, decode, encode
from provenance.encoding.digest import HASH_SIZE, Hash, sha256
from provenance.encoding.path import json_path
from provenance.encoding.reader import ByteReader
from provenance.errors import MalformedError
from provenance.keys import SIGNATURE_SIZE

TRUST_ITEM = "provenance:trust:"
"""What the id of a trust item starts with."""

_FORMAT = "provenance/trust/v1"
_CONTEXT = "provenance/trust-signature/v1"

_MAX_ORIGIN_LENGTH = 255
_Check: TypeAlias = Callable[[object], bool]


@dataclass(frozen=True, slots=True)
class TrustVersion:
    """What one version of the trust says.

    Attributes:
        data: Its bytes, as signed.
        origin: The first origin of the log that it is about.
        number: 1 of the first version, then one more each.
        previous: The hash of the version before it; None of the first.
        members: All that it says, by name.
    """

    data: bytes
    origin: str
    number: int
    previous: Hash | None
    members: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class SignedVersion:
    """A version of the trust as a log entry. Signatures are not checked.

    Attributes:
        version: The version.
        signatures: (root key id, 64 bytes), key ids rising.
    """

    version: TrustVersion
    signatures: tuple[tuple[Hash, bytes], ...]


def trust_item(origin: str) -> str:
    """Return the item whose trail has the versions for the log of *origin*."""
    return TRUST_ITEM + origin


def version_link(log_index: int, version: bytes) -> Link:
    """Return the link that the entry at *log_index* adds to that trail."""
    return Link(log_index, 0, 0, 0, (), version_hash(version))


def version_hash(version: bytes) -> Hash:
    """Return the hash by which *version* is signed, followed and linked."""
    return sha256(version)


def signed_by_roots(version: TrustVersion) -> bytes:
    """Return the bytes that a root key signs for *version*."""
    return encode(
        [
            _CONTEXT,
            version.origin,
            version.number,
            version_hash(version.data),
        ]
    )


def version_entry(
    version: bytes, signatures: Sequence[tuple[bytes, bytes]]
) -> bytes:
    """Return the log entry of *version* and (root key id, signature) pairs.

    Raises:
        MalformedError: It is no version, the pairs are none, or all of it is
            larger than a log leaf may be.
    """
    entry = encode([TRUST_VERSION, version, sorted(signatures)])
    parse_version_entry(entry)
    return entry


def parse_version_entry(data: bytes) -> SignedVersion:
    """Return the version of the trust that the entry *data* holds.

    Raises:
        MalformedError: It is none, or larger than a log leaf may be.
    """
    reader = _reader(data, TRUST_VERSION, 3)
    version = reader.binary(MAX_ENTRY_SIZE)
    signatures: list[tuple[Hash, bytes]] = []
    for _ in range(reader.array(MAX_ENTRY_SIZE)):
        reader.row(2)
        key_id = reader.hash()
        if signatures and key_id <= signatures[-1][0]:
            raise reader.fault("the root keys' ids do not rise")
        signatures.append((key_id, reader.exactly(SIGNATURE_SIZE)))
    reader.end()
    return SignedVersion(parse_version(version), tuple(signatures))


def book_entry(book: bytes) -> bytes:
    """Return the log entry of the rule book *book*, whose id is its hash.

    Raises:
        MalformedError: It is empty, or larger than fits a log leaf.
    """
    entry = encode([RULE_BOOK, book])
    parse_book_entry(entry)
    return entry


def parse_book_entry(data: bytes) -> bytes:
    """Return the rule book that the entry *data* holds, which is not read.

    Raises:
        MalformedError: It is none, or larger than a log leaf may be.
    """
    reader = _reader(data, RULE_BOOK, 2)
    book = reader.binary(MAX_ENTRY_SIZE)
    if not book:
        raise reader.fault("a rule book has bytes")
    reader.end()
    return book


def parse_version(data: bytes) -> TrustVersion:
    """Return the version of the trust that *data* holds.

    It may have members beside those of the format.

    Raises:
        MalformedError: It is none.
    """
    members: Any = decode(data)
    if type(members) is not dict or members.get("format") != _FORMAT:
        raise MalformedError("this is not a version of the trust")
    for name, is_right in _VERSION.items():
        if name not in members or not is_right(members[name]):
            raise MalformedError.at(
                json_path([name]), "a version of the trust has another form"
            )
    number, previous = members["version"], members["previous"]
    if (previous is None) != (number == 1):
        raise MalformedError(
            "a version of the trust names the one before it, the first none:"
            f" version {number}"
        )
    return TrustVersion(
        data,
        members["origin"],
        number,
        None if previous is None else Hash(previous),
        members,
    )


def _reader(data: bytes, kind: int, size: int) -> ByteReader:
    """Return a reader of the entry *data*, after its kind."""
    if len(data) > MAX_ENTRY_SIZE:
        raise MalformedError(
            f"an entry has at most {MAX_ENTRY_SIZE} bytes, not {len(data)}"
        )
    reader = ByteReader(data)
    reader.row(size)
    if reader.uint() != kind:
        raise reader.fault(f"the entry is not of kind {kind}", 1)
    return reader


def _is_hash(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == HASH_SIZE


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_positive(value: object) -> bool:
    return type(value) is int and value >= 1


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_origin(value: object) -> bool:
    return (
        isinstance(value, str)
        and 1 <= len(value.encode()) <= _MAX_ORIGIN_LENGTH
    )


def _is_book(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and _is_hash(value[0])
        and _is_count(value[1])
    )


def _is_end(value: object) -> bool:
    return value in ("planned", "stolen")


def _list_of(check: _Check, *, least: int = 0) -> _Check:
    return lambda value: (
        isinstance(value, list)
        and len(value) >= least
        and all(map(check, value))
    )


def _or_nil(check: _Check) -> _Check:
    return lambda value: value is None or check(value)


def _map_of(**members: _Check) -> _Check:
    return lambda value: (
        isinstance(value, dict)
        and all(name in value for name in members)
        and all(check(value[name]) for name, check in members.items())
    )


_is_policy = _map_of(
    witnesses=_list_of(_map_of(name=_is_text, key=_is_text)),
    groups=_list_of(_map_of(name=_is_text)),
    quorum=_or_nil(_is_text),
)

_is_actor = _map_of(
    id=_is_text, name=_is_text, keys=_list_of(_is_hash, least=1)
)

_is_epoch = _map_of(
    **{"from": _is_count},
    origin=_is_origin,
    log_keys=_list_of(_is_hash, least=1),
    policy=_is_policy,
    auditors=_is_policy,
    books=_list_of(_is_book),
    clock_bound=_is_count,
    max_age=_is_count,
    ended=_or_nil(
        _map_of(size=_is_count, root=_is_hash, time=_is_count, why=_is_end)
    ),
)

_VERSION: Mapping[str, _Check] = {
    "origin": _is_origin,
    "version": _is_positive,
    "previous": _or_nil(_is_hash),
    "roots": _map_of(keys=_list_of(_is_hash, least=1), threshold=_is_positive),
    "authorities": _map_of(actors=_list_of(_is_actor), threshold=_is_positive),
    "epochs": _list_of(_is_epoch, least=1),
    "critical": _list_of(_is_text),
    "renew_by": _is_count,
}
"""Member → whether a value may be its."""
