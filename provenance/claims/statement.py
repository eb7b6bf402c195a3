"""A statement: the events that one actor signs, and the entry that logs it.

    header        mp(["provenance/statement/v2", origin, issuer, key id,
                      issued at (ms), event count, MTH(event ids)])
    signature     Ed25519 by the issuer's key over the header bytes
    entry         mp([1, header, signature])     at most 65,535 bytes
    statement id  H(header)

One signature covers a whole document of events. The origin binds the
statement to one ledger, the leading string to one purpose. A *submission* is
what travels to a ledger: the entry, and the data of the events that it signed:

    submission    mp(["provenance/submission/v2", entry, [event data, …]])

The event ids are leaves of a tree like any other: MTH hashes each with 0x00.

In full: `FORMATS.md`, section 4.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from provenance.claims.entry import MAX_ENTRY_SIZE, STATEMENT
from provenance.claims.event import check_item_id
from provenance.encoding.canonical import Room, decode, decode_flat, encode
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.instant import Instant, to_ms
from provenance.encoding.reader import ByteReader
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import MalformedError
from provenance.keys import SIGNATURE_SIZE, KeyHolder, signature_of

MAX_EVENTS = 65_536
MAX_ORIGIN_LENGTH = 255

_CONTEXT = "provenance/statement/v2"
SUBMISSION = "provenance/submission/v2"

_ENTRY = [int, bytes, bytes]
_HEADER = [str, str, str, bytes, int, int, bytes]


@dataclass(frozen=True, slots=True)
class Header:
    """What a statement's signature covers.

    Attributes:
        origin: The ledger it is meant for.
        issuer: The actor's id.
        key_id: SHA-256 of the public key that signed.
        issued_at: The issuer's clock, in ms since 1970. Proves nothing.
        event_count: How many events it signs, 1 to 65,536.
        events_root: The root of the tree of their ids.
    """

    origin: str
    issuer: str
    key_id: Hash
    issued_at: int
    event_count: int
    events_root: Hash

    def to_bytes(self) -> bytes:
        """Return what is signed."""
        return encode([
            _CONTEXT, self.origin, self.issuer, self.key_id, self.issued_at,
            self.event_count, self.events_root,
        ])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A signed statement as one log leaf. The signature is not yet checked.

    Attributes:
        data: The leaf's bytes, as received.
        header_bytes: What was signed, as received.
        signature: 64 bytes.
        header: What the header bytes say.
    """

    data: bytes
    header_bytes: bytes
    signature: bytes
    header: Header

    @property
    def statement_id(self) -> Hash:
        """The hash of the header: one statement is logged once."""
        return sha256(self.header_bytes)


@dataclass(frozen=True, slots=True)
class Submission:
    """What is handed to a ledger: a signed entry, and its events' data."""

    entry: bytes
    events: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Return it as one byte string, for a file or a request."""
        return encode([SUBMISSION, self.entry, list(self.events)])


class Signable(Protocol):
    """What of an event a statement needs; an `Event` is one."""

    @property
    def id(self) -> Hash:
        """Its id, which is signed."""

    @property
    def data(self) -> bytes:
        """The event data, which goes along."""


def sign_statement(
    events: Sequence[Signable],
    *,
    signer: KeyHolder,
    issuer: str,
    origin: str,
    now: Instant,
) -> Submission:
    """Return the statement in which *issuer* says *events*, signed.

    Args:
        events: 1 to 65,536 events, in the order they are to be logged.
        signer: The issuer's key, or what signs with it.
        issuer: The actor's id.
        origin: The ledger that is to log it; no other will take it.
        now: The issuer's time: ms since 1970, or a datetime with its zone.

    Raises:
        InvalidSignatureError: What *signer* made is no signature of its key.
        MalformedError: The statement cannot be written in the format.
    """
    header = Header(
        origin,
        issuer,
        signer.verifier.key_id,
        to_ms(now),
        len(events),
        events_root([event.id for event in events]),
    )
    parse_header(header.to_bytes())
    signature = signature_of(signer, header.to_bytes())
    entry = make_entry(header, signature).data
    return Submission(entry, tuple(event.data for event in events))


def make_entry(header: Header, signature: bytes) -> Entry:
    """Return the entry of a statement that is signed like this.

    Raises:
        MalformedError: A value is out of its bounds.
    """
    return parse_entry(encode([STATEMENT, header.to_bytes(), signature]))


def events_root(event_ids: Sequence[bytes]) -> Hash:
    """Return the root of the tree whose leaves hold *event_ids*."""
    return root_of([leaf_hash(event_id) for event_id in event_ids])


def parse_submission(data: bytes) -> Submission:
    """Return the submission that *data* holds; its parts are not yet read.

    Raises:
        MalformedError: It is none.
    """
    reader = ByteReader(data)
    try:
        reader.row(3)
        if reader.text(len(SUBMISSION)) != SUBMISSION:
            raise reader.fault("another context")
        entry = reader.binary(MAX_ENTRY_SIZE)
        count = reader.array(MAX_EVENTS)
        events = tuple([reader.binary(len(data)) for _ in range(count)])
        reader.end()
    except MalformedError as error:
        raise MalformedError(
            f"this is not a submission of a signed statement: {error}"
        ) from None
    return Submission(entry, events)


def parse_all(
    submissions: Iterable[Submission | bytes],
) -> Iterator[Submission]:
    """Return *submissions* one by one, those that are bytes parsed.

    Raises:
        MalformedError: One is no submission.
    """
    return map(parse_one, submissions)


def parse_one(submission: Submission | bytes) -> Submission:
    """Return *submission*, parsed if it is bytes.

    Raises:
        MalformedError: It is no submission.
    """
    if isinstance(submission, bytes):
        return parse_submission(submission)
    return submission


def parse_entry(data: bytes) -> Entry:
    """Return the entry that *data* holds.

    Raises:
        MalformedError: It is no signed statement, or larger than a log leaf
            may be.
    """
    if len(data) > MAX_ENTRY_SIZE:
        raise MalformedError(
            f"an entry has at most {MAX_ENTRY_SIZE} bytes, not {len(data)}"
        )
    kind, header, signature = _fields(
        data, _ENTRY, "the entry is no signed statement"
    )
    if kind != STATEMENT:
        raise MalformedError("the entry is no signed statement")
    if len(signature) != SIGNATURE_SIZE:
        raise MalformedError(
            f"a signature has {SIGNATURE_SIZE} bytes, not {len(signature)}"
        )
    return Entry(data, header, signature, parse_header(header))


def parse_header(data: bytes) -> Header:
    """Return the header that *data* holds.

    Raises:
        MalformedError: It is none, or a value is out of bounds.
    """
    wrong = "the header is no statement of this format"
    context, origin, issuer, key_id, issued_at, count, root = _fields(
        data, _HEADER, wrong
    )
    if context != _CONTEXT:
        raise MalformedError(wrong)
    if not 1 <= len(origin.encode()) <= MAX_ORIGIN_LENGTH:
        raise MalformedError("an origin has 1 to 255 bytes")
    if issued_at < 0:
        raise MalformedError("a statement's time is ms since 1970")
    if not 1 <= count <= MAX_EVENTS:
        raise MalformedError(
            f"a statement has 1 to {MAX_EVENTS} events, not {count}"
        )
    return Header(
        origin,
        check_item_id(issuer),
        Hash(key_id),
        issued_at,
        count,
        Hash(root),
    )


def _fields(data: bytes, types: Sequence[type], wrong: str) -> list[Any]:
    """Return the array of just these types that *data* spells."""
    fields = decode_flat(data, types)
    if fields is None:
        # Slower, and says what is wrong with the bytes if they are no value.
        decode(data, room=Room(1 + len(types)))
        raise MalformedError(wrong)
    return fields
