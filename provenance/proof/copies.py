"""A second copy: what another file or ledger has in the place of a fault.

It is asked when something does not verify, in order to show how it reads
there. It is believed no more than the first: nothing of it enters a verdict.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from provenance.claims.actor import is_registry_event
from provenance.claims.event import parse_leaf
from provenance.claims.statement import parse_entry
from provenance.claims.trail import Link
from provenance.encoding.canonical import Value
from provenance.encoding.digest import HASH_SIZE, Hash, sha256
from provenance.errors import MalformedError
from provenance.proof.bundle import Bundle
from provenance.tlog.checkpoint import parse_checkpoint
from provenance.tlog.note import parse_note


class Copy(Protocol):
    """What a second copy can be asked for; None for what it does not have."""

    @property
    def name(self) -> str:
        """What it is called: a path."""

    def entry(self, log_index: int) -> bytes | None:
        """Return the log leaf at that index."""

    def leaf(
        self, log_index: int, position: int, number: int
    ) -> bytes | Hash | None:
        """Return that leaf of that event; of a withheld one its hash."""

    def trail(self, item: str, size: int) -> Sequence[Link] | None:
        """Return *item*'s links in a log of *size* entries, oldest first."""

    def checkpoint(self, size: int) -> str | None:
        """Return the signed note of that size."""

    def public_key(self, key_id: bytes) -> bytes | None:
        """Return the public key with that id, whether it counts or not."""

    def actor_name(self, actor: str) -> str:
        """Return what the registry calls *actor*; "" if it does not know."""


class BundleCopy:
    """A bundle, asked for what it shows."""

    def __init__(self, bundle: Bundle, *, name: str) -> None:
        self._bundle = bundle
        self._name = name
        self._entries = {
            logged.log_index: logged.entry
            for logged in (
                *bundle.statements,
                *bundle.times,
                bundle.commitment,
            )
        }
        self._leaves = {
            (event.log_index, event.position, shown.number): shown.leaf
            for event in bundle.events
            for shown in event.leaves
        }
        self._trails = {trail.item: trail.links for trail in bundle.items}
        self._names: dict[str, str] = {}
        self._keys: dict[bytes, bytes] = {}
        for body in _registry_bodies(bundle):
            self._note(body)

    @property
    def name(self) -> str:
        return self._name

    def entry(self, log_index: int) -> bytes | None:
        return self._entries.get(log_index)

    def leaf(self, log_index: int, position: int, number: int) -> bytes | None:
        return self._leaves.get((log_index, position, number))

    def trail(self, item: str, size: int) -> Sequence[Link] | None:
        links = self._trails.get(item)
        if links is None or size_of_note(self._bundle.checkpoint) < size:
            return None
        return [link for link in links if link.log_index < size]

    def checkpoint(self, size: int) -> str | None:
        note = self._bundle.checkpoint
        return note if size_of_note(note) == size else None

    def public_key(self, key_id: bytes) -> bytes | None:
        return self._keys.get(key_id)

    def actor_name(self, actor: str) -> str:
        return self._names.get(actor, "")

    def _note(self, body: Mapping[str, Value]) -> None:
        name, key = body.get("name"), body.get("key")
        if isinstance(name, str):
            self._names[str(body.get("actor"))] = name
        if isinstance(key, bytes) and len(key) == HASH_SIZE:
            # Whether it is a sound one is for who checks with it.
            self._keys[sha256(key)] = key


def size_of_note(note: str) -> int:
    """Return the size that a signed note says; -1 if it says none."""
    try:
        return parse_checkpoint(parse_note(note).text).size
    except MalformedError:
        return -1


def issuer_in(entry: bytes) -> str:
    """Return the actor that an entry says has signed it, or ""."""
    try:
        return parse_entry(entry).header.issuer
    except MalformedError:
        return ""


def _registry_bodies(bundle: Bundle) -> list[Mapping[str, Value]]:
    bodies = []
    room = bundle.leaf_room()
    for event in bundle.events:
        try:
            body = parse_leaf(
                event.leaves[0].leaf, number=0, item_count=1, room=room
            )
        except (MalformedError, IndexError):
            continue
        if isinstance(body, Mapping) and is_registry_event(body):
            bodies.append(body)
    return bodies
