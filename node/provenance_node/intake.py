"""Intake: what was sent, looked at as cheaply as can be.

    one submission     93 b8 "provenance/submission/v2" …
    many, as a stream  one behind the other
    many, as an array  dc 00 64  93 b8 …  93 b8 …
    in JSON            {"statement": "k7gY…"}, {"statements": ["k7gY…", …]}

Nothing here is more than a look: where each submission begins and ends, whom
it says it is from, and whether that actor could say anything at all. Whoever
could not is refused before a signature is checked or an event read.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgpack

from provenance.claims.actor import is_registry_event
from provenance.claims.event import MAX_LEAVES, parse_body, read_header
from provenance.claims.registry import Actor, TrustRegistry
from provenance.claims.statement import (
    Header,
    Submission,
    parse_entry,
    parse_submission,
)
from provenance.encoding.base64 import decode_base64
from provenance.encoding.canonical import Room, Value
from provenance.encoding.digest import Hash
from provenance.encoding.reader import ByteReader
from provenance.encoding.strict_json import JSON, parse_json
from provenance.errors import (
    MalformedError,
    ProvenanceError,
    RejectedError,
    RoleNotGrantedError,
    UnknownActorError,
)
from provenance.problems.table import TOO_LARGE
from provenance_node.problems import RefusedError

_MAX_KEY_EVENT = 65_536
"""More bytes than any event about an actor's own keys has."""

_MOST_KEY_VALUES = 1_024
"""More values than the body of one has."""

_ARRAY_OF_3 = 0x93
_TEXT_OF_24 = 0xB8


class Given(NamedTuple):
    """One submission, after a first look.

    Attributes:
        submission: Its parts.
        header: What its signature is said to cover.
        statement_id: The header's hash.
        doubt: Why it is refused unless it is logged already; None if it is
            for the ledger to say.
    """

    submission: Submission
    header: Header
    statement_id: Hash
    doubt: ProvenanceError | None = None

    @property
    def id(self) -> str:
        """What a statement is asked for by: its time and its hash."""
        return f"{self.header.issued_at}-{self.statement_id.hex()}"


Look = Given | ProvenanceError


def split(body: bytes, *, most: int) -> tuple[list[bytes], bool]:
    """Return the submissions in *body*, and whether there may be many.

    Args:
        body: A request's.
        most: How many it may have; no more are looked at.

    Raises:
        MalformedError: It is no msgpack, or ends inside a submission.
        RefusedError: It has more than *most*.
    """
    start, count = 0, -1
    if body[:2] == bytes((_ARRAY_OF_3, _TEXT_OF_24)):
        pass
    elif body[:1] and (body[0] & 0xF0 == 0x90 or body[0] in {0xDC, 0xDD}):
        count, start = _array(body)
    else:
        raise MalformedError(
            "the body is no submission and no array of submissions, in msgpack"
        )
    if count > len(body) - start:
        raise _another_number(count)
    if count > most:
        raise _too_many(most)
    found: list[bytes] = []
    unpacker = msgpack.Unpacker(max_buffer_size=len(body))
    unpacker.feed(body)
    try:
        if count >= 0:
            unpacker.read_array_header()
        while start < len(body) and len(found) != count:
            if len(found) == most:
                raise _too_many(most)
            unpacker.skip()
            stop = unpacker.tell()
            found.append(body[start:stop])
            start = stop
    except (ValueError, msgpack.UnpackException) as error:
        raise MalformedError(
            f"the body is broken after {len(found)} submissions"
        ) from error
    if start != len(body) or count > len(found):
        raise _another_number(count)
    return found, count >= 0 or len(found) > 1


def split_json(body: bytes, *, most: int) -> tuple[list[bytes], bool]:
    """Return the submissions in *body*, and whether there may be many.

        {"statement": "k7gY…"}             one, in base64
        {"statements": ["k7gY…", …]}       many

    Args:
        body: A request's.
        most: How many it may have; no more are looked at.

    Raises:
        MalformedError: It is not JSON of that form.
        RefusedError: It has more than *most*.
    """
    match parse_json(body):
        case {"statement": str(text), **others} if not others:
            return [_decoded(text, "statement")], False
        case {"statements": list(texts), **others} if not others:
            if len(texts) > most:
                raise _too_many(most)
            return [
                _decoded(text, f"statements[{at}]")
                for at, text in enumerate(texts)
            ], True
    raise MalformedError(
        'write {"statement": "…"} or {"statements": ["…", …]}, each a'
        " .submission in base64, and no more"
    )


def _decoded(text: JSON, place: str) -> bytes:
    if not isinstance(text, str):
        raise MalformedError(f"{place}: write a .submission in base64")
    try:
        return decode_base64(text)
    except MalformedError as error:
        raise MalformedError(f"{place}: {error}") from error


def _another_number(count: int) -> MalformedError:
    return MalformedError(
        f"the body announces {count} submissions and has another number"
    )


def _too_many(most: int) -> RefusedError:
    return RefusedError(TOO_LARGE, f"a request has at most {most} statements")


def _array(body: bytes) -> tuple[int, int]:
    """Return an array's length, and where its first element begins."""
    if body[0] & 0xF0 == 0x90:
        return body[0] & 0x0F, 1
    width = 2 if body[0] == 0xDC else 4
    return int.from_bytes(body[1 : 1 + width], "big"), 1 + width


def look(data: bytes) -> Given:
    """Return what *data* says at a glance.

    Raises:
        MalformedError: It is no submission.
    """
    submission = parse_submission(data)
    found = parse_entry(submission.entry)
    return Given(submission, found.header, found.statement_id)


def body_of(data: bytes, *, room: Room) -> Mapping[str, Value]:
    """Return the body of the event *data*, whose other leaves may be junk.

    Args:
        data: Event data, of which the start alone is read.
        room: How many values the body may have.

    Raises:
        MalformedError: It is no event.
    """
    reader = ByteReader(data)
    reader.row(3)
    read_header(reader)
    reader.array(MAX_LEAVES, least=1)
    return parse_body(reader.binary(len(data)), room=room)


class Screening:
    """Refuses whoever could not be let in, by the registry as it stands."""

    def __init__(self, registry: TrustRegistry, *, origin: str) -> None:
        """Look things up in *registry*, which must not change any more."""
        self._registry = registry
        self._origin = origin

    @property
    def registry(self) -> TrustRegistry:
        """Where things are looked up."""
        return self._registry

    def public_keys(self, found: Sequence[Look]) -> list[bytes]:
        """Return the public keys that *found* name, where they are known."""
        named = {
            each.header.key_id for each in found if isinstance(each, Given)
        }
        keys = [self._registry.public_key(key_id) for key_id in named]
        return [key for key in keys if key is not None]

    def look_all(self, pieces: Sequence[bytes]) -> list[Look]:
        """Return what each is at a glance, or why it is refused."""
        found: list[Look] = []
        may_enrol = False
        for piece in pieces:
            try:
                given = look(piece)
                # An authority's statement before it may have enrolled its
                # actor; then only the ledger can tell.
                if not may_enrol:
                    given = self._judge(given)
                may_enrol = may_enrol or self._may_enrol(given.header.issuer)
            except ProvenanceError as error:
                found.append(error)
            else:
                found.append(given)
        return found

    def _may_enrol(self, issuer: str) -> bool:
        if not self._registry.knows(issuer):
            return False
        actor = self._registry.actor(issuer)
        # Who has a grant may pass it on, where the grant says so.
        return actor.is_authority or _may_pass_on(actor)

    def _judge(self, given: Given) -> Given:
        """Return *given*, with what speaks against it.

        Raises:
            RejectedError: It cannot be in the log, nor get there.
        """
        header = given.header
        if header.origin != self._origin:
            raise RejectedError(
                f"the statement was signed for ledger {header.origin!r}, this"
                f" is {self._origin!r}"
            )
        actor = self._registry.actor(header.issuer)
        # A key that was revoked may have signed what is logged already, and
        # who submits that again gets the same answer again.
        is_known = header.key_id in actor.keys
        try:
            self._registry.require_key(header.issuer, header.key_id)
        except UnknownActorError as error:
            if not is_known:
                raise
            return given._replace(doubt=error)
        if (
            actor.is_authority
            or _is_granted(actor)
            or _is_about_keys(given.submission)
        ):
            return given
        return given._replace(
            doubt=RoleNotGrantedError(f"{header.issuer!r} holds no grant")
        )


def _is_about_keys(submission: Submission) -> bool:
    """Return whether it is all about actors: whoever is one has own keys."""
    for data in submission.events:
        # Nobody has checked yet what it would take to read them.
        if len(data) > _MAX_KEY_EVENT:
            return False
        body = body_of(data, room=Room(_MOST_KEY_VALUES))
        if not is_registry_event(body):
            return False
    return True


def _is_granted(actor: Actor) -> bool:
    return any(held.revoked is None for held in actor.grants.values())


def _may_pass_on(actor: Actor) -> bool:
    return any(
        held.revoked is None and held.grant.may_grant
        for held in actor.grants.values()
    )
