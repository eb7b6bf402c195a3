"""Reading a file for what it says, whatever kind it is.

Each kind is known by how it begins. What comes out are plain values, with
hashes and keys in hexadecimal; nothing in them was verified.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from provenance.claims.event import (
    Event,
    Field,
    Item,
    parse_event,
    parse_leaf,
    room_for,
)
from provenance.claims.statement import (
    Header,
    parse_entry,
    parse_submission,
)
from provenance.cli.times import utc
from provenance.encoding.canonical import Room, Value, decode
from provenance.epcis.document import parse_document
from provenance.epcis.draft import EventDraft
from provenance.errors import MalformedError
from provenance.proof.bundle import (
    MAX_BUNDLE_SIZE,
    LoggedEntry,
    ProvenTrail,
    ShownEvent,
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
_COMMITMENT_START = b"\x95\x02"

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
    try:
        value = decode(data, room=room_for(len(data)))
    except MalformedError as error:
        raise _none_of_ours(f": {error}") from error
    match value:
        case {"format": _}:
            return "bundle", lambda: _bundle(data)
        case [str(), bytes(), list()]:
            return "submission", lambda: _submission(data)
        case [1, bytes(), bytes()]:
            return "entry", lambda: _entry(data)
        case [2, int(), bytes(), int(), int()]:
            return "map commitment", lambda: _entry(data)
        case [int(), list()]:
            return "event", lambda: _event(parse_event(data))
        case _:
            raise _none_of_ours("")


def _none_of_ours(why: str) -> MalformedError:
    return MalformedError(
        "it is none of ours: no bundle, receipt, submission, entry, event,"
        f" checkpoint, trust file or EPCIS document{why}"
    )


# Each kind.


def _bundle(data: bytes) -> Plain:
    bundle = parse_bundle(data)
    room = bundle.leaf_room()
    return {
        "subject": bundle.subject,
        "checkpoint": _note(bundle.checkpoint),
        "commitment": _logged(bundle.commitment),
        "items": [_trail(trail) for trail in bundle.items],
        "statements": [_logged(entry) for entry in bundle.statements],
        "events": [_shown(event, room) for event in bundle.events],
        "times": [_logged(entry) for entry in bundle.times],
    }


def _submission(data: bytes) -> Plain:
    submission = parse_submission(data)
    return {
        "entry": _entry(submission.entry),
        "events": [_event(parse_event(event)) for event in submission.events],
    }


def _entry(data: bytes) -> Plain:
    if data[:2] == _COMMITMENT_START:
        commitment = parse_commitment(data)
        return {
            "covers": commitment.covered,
            "map_root": commitment.map_root.hex(),
            "items": commitment.item_count,
            "time": utc(commitment.time),
        }
    entry = parse_entry(data)
    return {
        "statement_id": entry.statement_id.hex(),
        **_header(entry.header),
        "signature": entry.signature.hex(),
    }


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


def _logged(logged: LoggedEntry) -> Plain:
    return {
        "log_index": logged.log_index,
        **_entry(logged.entry),
        "proof": _hex(logged.proof),
    }


def _trail(trail: ProvenTrail) -> Plain:
    row: Plain = {
        "id": trail.item,
        "head": None if trail.head is None else trail.head.hex(),
        "links": [
            {
                "log_index": link.log_index,
                "position": link.position,
                "event_id": link.event_id.hex(),
            }
            for link in trail.links
        ],
        "map_proof": [f"{bit} {sibling.hex()}" for bit, sibling in trail.proof],
    }
    if trail.other is not None:
        row["other_leaf"] = _hex(trail.other)
    return row


def _shown(event: ShownEvent, room: Room) -> Plain:
    return {
        "log_index": event.log_index,
        "position": event.position,
        "items": event.item_count,
        "concealed": event.concealed_count,
        "proof": _hex(event.proof),
        "leaves": [
            {
                "number": shown.number,
                "says": _leaf(
                    parse_leaf(
                        shown.leaf,
                        number=shown.number,
                        item_count=event.item_count,
                        room=room,
                    )
                ),
                "proof": _hex(shown.proof),
            }
            for shown in event.leaves
        ],
    }


def _leaf(leaf: Mapping[str, Value] | Item | Field) -> object:
    if isinstance(leaf, Item):
        return _item(leaf)
    if isinstance(leaf, Field):
        return {"pointer": leaf.pointer, "value": _plain(leaf.value)}
    return _plain(leaf)


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
