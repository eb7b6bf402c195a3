"""Revealing: what an event conceals, for whoever holds the ledger.

A concealed field is a salted leaf of its event, and the ledger keeps it whole
unless it was erased. A value read here is the ledger's own word: to prove it
to somebody, make a bundle that shows it (`LedgerReader.prove_item` with
`reveal`), or hand over its leaf, which leads to the id of the event that was
signed (`provenance.claims.event`).
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provenance.claims.event import Field, parse_field, room_for
from provenance.encoding.base64 import decode_base64, encode_base64
from provenance.encoding.canonical import Value
from provenance.encoding.digest import Hash
from provenance.encoding.strict_json import JSON
from provenance.encoding.tree import Tree
from provenance.errors import MalformedError, NotFoundError
from provenance.proof.verdict import as_json

_HASH = re.compile(r"[0-9a-f]{64}")

if TYPE_CHECKING:
    from provenance.ledger.read import TrailStep


@dataclass(frozen=True, slots=True)
class RevealedLeaf:
    """One leaf of an event: its number, its bytes, its proof.

    The proof runs up from the leaf's sibling in the tree of the event's
    leaves (`provenance.encoding.tree`).
    """

    number: int
    leaf: bytes
    proof: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Revealed:
    """One concealed field, as the ledger holds it.

    Attributes:
        log_index: The entry of its statement.
        position: The number of its event in that statement.
        event_id: That event's id.
        issuer: The actor that signed it.
        issued_at: The issuer's clock, in ms since 1970.
        pointer: Where it belongs in the event, as a JSON Pointer.
        value: What it says.
        leaf: The leaf that says it, with its salt, and its proof into the
            event: who has these can show the value to anybody.
    """

    log_index: int
    position: int
    event_id: Hash
    issuer: str
    issued_at: int
    pointer: str
    value: Value
    leaf: RevealedLeaf

    def to_json(self, issuer_name: str) -> dict[str, object]:
        """Return it as a JSON object; `read_revealed` reads it."""
        return {
            "entry": self.log_index,
            "event": self.position,
            "event_id": self.event_id.hex(),
            "issuer": self.issuer,
            "issuer_name": issuer_name,
            "issued_at": self.issued_at,
            "pointer": self.pointer,
            "value": as_json(self.value),
            "leaf": {
                "number": self.leaf.number,
                "bytes": encode_base64(self.leaf.leaf),
                "proof": [encode_base64(each) for each in self.leaf.proof],
            },
        }


def read_revealed(said: Mapping[str, JSON]) -> Revealed:
    """Return what `Revealed.to_json` gave.

    Pointer aside, the value is what the leaf's own bytes say.

    Raises:
        MalformedError: It is not of that form.
    """
    match said:
        case {
            "entry": int(log_index),
            "event": int(position),
            "event_id": str(event_id),
            "issuer": str(issuer),
            "issued_at": int(issued_at),
            "pointer": str(pointer),
            "leaf": {
                "number": int(number),
                "bytes": str(leaf),
                "proof": list(proof),
            },
        }:
            data = decode_base64(leaf)
            field = parse_field(data, pointer=pointer, room=room_for(len(data)))
            hashes = tuple(Hash(decode_base64(str(each))) for each in proof)
            return Revealed(
                log_index,
                position,
                read_hash(event_id),
                issuer,
                issued_at,
                pointer,
                field.value,
                RevealedLeaf(number, data, hashes),
            )
        case _:
            raise MalformedError("that is no concealed field")


def read_hash(text: JSON) -> Hash:
    """Return the hash that *text* is, in hexadecimal.

    Raises:
        MalformedError: It is none.
    """
    if not isinstance(text, str) or _HASH.fullmatch(text) is None:
        raise MalformedError("a hash has 64 hexadecimal digits")
    return Hash(bytes.fromhex(text))


def reveal_fields(
    steps: Sequence["TrailStep"], pointers: Collection[str], *, of: str
) -> list[Revealed]:
    """Return the concealed fields of *steps*, in log order.

    Args:
        steps: The events.
        pointers: Which fields; none for all that the ledger still has.
        of: What they are the events of, in words.

    Raises:
        NotFoundError: One of *pointers* is in no event, or there is nothing.
    """
    found = [field for step in steps for field in fields_of(step)]
    known = dict.fromkeys(field.pointer for field in found)
    erased = sum(step.event.fields.count(None) for step in steps)
    missing = sorted(set(pointers) - known.keys())
    if missing or not found:
        what = f"no concealed field {missing[0]}" if missing else "none"
        hashes = f", and {erased} as hashes alone" if erased else ""
        raise NotFoundError(
            f"{of} has {what}: concealed are"
            f" {', '.join(known) or 'none here'}{hashes}"
        )
    return [each for each in found if not pointers or each.pointer in pointers]


def fields_of(step: "TrailStep") -> Iterator[Revealed]:
    """Yield what the event of *step* conceals, as far as the ledger has it."""
    event = step.event
    first = 1 + len(event.items)
    numbered: list[tuple[int, Field]] = [
        (first + number, field)
        for number, field in enumerate(event.fields)
        if field is not None
    ]
    tree = Tree(event.hashes)
    for number, field in numbered:
        leaf = event.leaves[number]
        assert leaf is not None, "it was read as a field"
        yield Revealed(
            step.log_index,
            step.position,
            event.id,
            step.issuer,
            step.issued_at,
            field.pointer,
            field.value,
            RevealedLeaf(number, leaf, tree.path_to(number)),
        )
