"""Reading a file for what it says, whatever kind it is.

Each kind is known by how it begins. What comes out are plain values, with
hashes and keys in hexadecimal; nothing in them was verified.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from provenance.claims.entry import (
    COMMITMENT,
    RULE_BOOK,
    STATEMENT,
    TRUST_VERSION,
    entry_kind,
)
from provenance.claims.event import (
    RELATIONS,
    Counts,
    Event,
    Item,
    parse_body,
    parse_event,
    parse_field,
    relation_of,
)
from provenance.claims.statement import (
    SUBMISSION,
    Header,
    parse_entry,
    parse_submission,
)
from provenance.claims.trail import Link
from provenance.claims.versions import parse_book_entry, parse_version_entry
from provenance.encoding.canonical import Room
from provenance.encoding.digest import sha256
from provenance.encoding.instant import utc
from provenance.encoding.reader import ByteReader
from provenance.epcis.document import parse_document
from provenance.epcis.draft import EventDraft
from provenance.errors import MalformedError, UnknownKindError
from provenance.proof.bundle import (
    FORMAT,
    MAX_BUNDLE_SIZE,
    Anchor,
    ProvenTrail,
    Range,
    ShownCommitment,
    ShownEvent,
    ShownStatement,
    parse_bundle,
)
from provenance.proof.trust import format_trust, parse_trust
from provenance.tlog.checkpoint import parse_checkpoint
from provenance.tlog.commitment import parse_commitment
from provenance.tlog.note import parse_note
from provenance.tlog.proof_file import PROOF_START, parse_proof

MAX_SIZE = MAX_BUNDLE_SIZE
"""The largest file that is decoded, in bytes."""

_SIGNATURE_LINE = "\n— "
_ENTRIES = {
    STATEMENT: "entry",
    COMMITMENT: "map commitment",
    TRUST_VERSION: "trust version",
    RULE_BOOK: "rule book",
}
"""Kind of an entry → what it is called."""

_MOST_PARTS = 15
"""More parts than any of ours has: of its array the head is one byte."""

_TEXT_HEADS = frozenset((*range(0xA0, 0xC0), 0xD9, 0xDA, 0xDB))
_ARRAY_HEADS = frozenset((*range(0x90, 0xA0), 0xDC, 0xDD))
"""First bytes of text and of arrays, in msgpack."""

Plain = dict[str, object]


class Decoded(NamedTuple):
    """A file as plain values.

    Attributes:
        kind: What it is.
        size: How many bytes it has.
        content: What it says.
    """

    kind: str
    size: int
    content: Plain


def decode_file(data: bytes) -> Decoded:
    """Return what *data* says.

    Raises:
        MalformedError: It is nothing of ours, or broken; or it is a private
            key, which is shown to nobody.
    """
    text = _as_text(data)
    kind, read = _binary_kind(data) if text is None else _text_kind(text, data)
    return Decoded(kind, len(data), read())


# Which kind.

_Found = tuple[str, Callable[[], Plain]]


def _as_text(data: bytes) -> str | None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text


def _text_kind(text: str, data: bytes) -> _Found:
    if "PRIVATE KEY-----" in text:
        raise MalformedError(
            "it is a private key, which is shown to nobody: its public half"
            " is shown by provenance key show"
        )
    if text.startswith(PROOF_START):
        return "receipt", lambda: _receipt(text)
    if _SIGNATURE_LINE in text:
        return "checkpoint", lambda: _note(text)
    if text.lstrip()[:1] in {"{", "["}:
        return "EPCIS document", lambda: _document(data)
    if "log_keys" in text:
        return "trust file", lambda: _trust(text)
    # A short message in binary can pass for text.
    return _binary_kind(data)


def _binary_kind(data: bytes) -> _Found:
    """Return what *data* is by how it begins: no more of it is read."""
    try:
        reader = ByteReader(data)
        reader.array(_MOST_PARTS, least=1)
        first = data[reader.at]
        if first in _TEXT_HEADS:
            context = reader.text(max(len(FORMAT), len(SUBMISSION)))
            if context == FORMAT:
                return "bundle", lambda: _bundle(data)
            if context == SUBMISSION:
                return "submission", lambda: _submission(data)
            raise reader.fault(f"another format, {context!r}")
        if first in _ARRAY_HEADS:
            return "event", lambda: _event(parse_event(data))
        return _ENTRIES[entry_kind(data)], lambda: _entry(data)
    except UnknownKindError:
        raise
    except MalformedError as error:
        raise _none_of_ours(f": {error}") from error


def _none_of_ours(why: str) -> MalformedError:
    return MalformedError(
        "it is none of ours: no bundle, receipt, submission, entry, event,"
        f" checkpoint, trust file or EPCIS document{why}"
    )


# Each kind.


def _bundle(data: bytes) -> Plain:
    bundle = parse_bundle(data)
    room = bundle.leaf_room()
    committed = bundle.committed
    return {
        "subject": bundle.subject,
        "checkpoint": _note(bundle.checkpoint),
        "commitment": {
            "map_root": committed.map_root.hex(),
            "items": committed.item_count,
            "time": utc(committed.time),
        },
        "statements": [_said(statement) for statement in bundle.statements],
        "events": [
            _shown(statement.log_index, event, room)
            for statement, event in bundle.events
        ],
        "commitments": [_committed(each) for each in bundle.commitments],
        "entries": [
            {"log_index": logged.log_index, **_entry(logged.entry)}
            for logged in bundle.entries
        ],
        "log_hashes": _hex(bundle.log_hashes),
        "trails": [_trail(trail) for trail in bundle.trails],
        "map": {
            "steps": list(bundle.map_proof.steps),
            "others": [_hex(other) for other in bundle.map_proof.others],
            "hashes": _hex(bundle.map_proof.hashes),
        },
        "anchors": [_anchor(anchor) for anchor in bundle.anchors],
    }


def _submission(data: bytes) -> Plain:
    submission = parse_submission(data)
    return {
        "entry": _entry(submission.entry),
        "events": [_event(parse_event(event)) for event in submission.events],
    }


def _entry(data: bytes) -> Plain:
    match entry_kind(data):
        case 1:  # STATEMENT
            entry = parse_entry(data)
            return {
                "statement_id": entry.statement_id.hex(),
                **_header(entry.header),
                "signature": entry.signature.hex(),
            }
        case 2:  # COMMITMENT
            commitment = parse_commitment(data)
            return {
                "covers": commitment.covered,
                "map_root": commitment.map_root.hex(),
                "items": commitment.item_count,
                "time": utc(commitment.time),
            }
        case 3:  # TRUST_VERSION
            signed = parse_version_entry(data)
            return {
                "version": _plain(signed.version.members),
                "version_id": sha256(signed.version.data).hex(),
                "signatures": [
                    {"key_id": key_id.hex(), "signature": signature.hex()}
                    for key_id, signature in signed.signatures
                ],
            }
        case _:  # RULE_BOOK
            book = parse_book_entry(data)
            return {"rule_book": sha256(book).hex(), "bytes": len(book)}


def _header(header: Header) -> Plain:
    return {
        "origin": header.origin,
        "issuer": header.issuer,
        "key_id": header.key_id.hex(),
        "issued_at": utc(header.issued_at),
        "events": header.event_count,
        "events_root": header.events_root.hex(),
    }


def _event(event: Event) -> Plain:
    fields = [field for field in event.fields if field is not None]
    return {
        "event_id": event.id.hex(),
        "body": _plain(event.body),
        "items": [_item(item) for item in event.items],
        "concealed": {field.pointer: _plain(field.value) for field in fields},
        "withheld": len(event.fields) - len(fields),
    }


def _item(item: Item) -> Plain:
    row: Plain = {"relation": item.relation, "id": item.id}
    if item.is_quantity:
        row |= {"quantity": item.quantity, "uom": item.uom}
    if item.seal is not None:
        row["seal"] = item.seal.hex()
    return row


def _note(text: str) -> Plain:
    note = parse_note(text)
    checkpoint = parse_checkpoint(note.text)
    return {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "signatures": [
            {
                "name": line.name,
                "key_id": line.key_id.hex(),
                "bytes": len(line.signature),
            }
            for line in note.signatures
        ],
    }


def _receipt(text: str) -> Plain:
    proof = parse_proof(text)
    return {
        "log_index": proof.index,
        "proof": _hex(proof.hashes),
        "extra": None if proof.extra is None else proof.extra.hex(),
        "checkpoint": _note(proof.checkpoint),
    }


def _document(data: bytes) -> Plain:
    return {"events": [_draft(draft) for draft in parse_document(data)]}


def _draft(draft: EventDraft) -> Plain:
    return {
        "body": _plain(draft.body),
        "items": [_item(item) for item in draft.items],
    }


def _trust(text: str) -> Plain:
    import tomllib  # noqa: PLC0415  # for this kind alone

    # In the one form that it is written in; it was checked on the way.
    return tomllib.loads(format_trust(parse_trust(text)))


def _said(statement: ShownStatement) -> Plain:
    return {
        "log_index": statement.log_index,
        "issuer": statement.issuer,
        "key_id": statement.key_id.hex(),
        "issued_at": utc(statement.issued_at),
        "events": statement.event_count,
        "shown": [event.position for event in statement.events],
        "signature": statement.signature.hex(),
        "hashes": _hex(statement.hashes),
    }


def _shown(log_index: int, event: ShownEvent, room: Room) -> Plain:
    counts: Counts = event.counts
    fields = 1 + sum(count for _, count in counts)
    return {
        "log_index": log_index,
        "position": event.position,
        "counts": {_relation(code): count for code, count in counts},
        "pointers": list(event.pointers),
        "body": _plain(parse_body(event.body, room=room)),
        "items": [
            {
                "leaf": each.number,
                "relation": relation_of(counts, each.number),
                "id": each.id,
                **(
                    {}
                    if each.amount is None
                    else {"quantity": each.amount[0], "uom": each.amount[1]}
                ),
                **({} if each.seal is None else {"seal": each.seal.hex()}),
            }
            for each in event.items
        ],
        "concealed": {
            pointer: _plain(
                parse_field(each.leaf, pointer=pointer, room=room).value
            )
            for each in event.fields
            if 0 <= each.number - fields < len(event.pointers)
            for pointer in (event.pointers[each.number - fields],)
        },
        "hashes": _hex(event.hashes),
    }


def _relation(code: int) -> str:
    return (
        RELATIONS[code - 1] if 1 <= code <= len(RELATIONS) else f"code {code}"
    )


def _committed(shown: ShownCommitment) -> Plain:
    return {
        "log_index": shown.log_index,
        "map_root": shown.map_root.hex(),
        "items": shown.item_count,
        "time": utc(shown.time),
    }


def _trail(trail: ProvenTrail) -> Plain:
    return {
        "id": trail.item,
        "events": trail.count,
        "ranges": [_range(each) for each in trail.ranges],
        "links": [_link(link) for link in trail.rows],
        "hashes": _hex(trail.hashes),
    }


def _range(shown: Range) -> Plain:
    row: Plain = {"from": shown.start, "to": shown.start + shown.length}
    if shown.previous is not None:
        row["previous"] = shown.previous.hex()
    return row


def _link(link: Link) -> Plain:
    return {
        "log_index": link.log_index,
        "position": link.position,
        "time": utc(link.time),
        "kinds": link.kinds,
        "leaves": list(link.leaves),
        "event_id": link.event_id.hex(),
    }


def _anchor(anchor: Anchor) -> Plain:
    return {
        "checkpoint": _note(anchor.note),
        "log_indexes": list(anchor.log_indexes),
        "hashes": _hex(anchor.hashes),
    }


def _hex(hashes: Sequence[bytes]) -> list[str]:
    return [digest.hex() for digest in hashes]


def _plain(value: object) -> object:
    """Return *value* with bytes in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [_plain(element) for element in value]
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    return value
