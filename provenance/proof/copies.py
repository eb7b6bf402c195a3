"""A second copy: what another file or ledger has in the place of a fault.

It is asked when something does not verify, in order to show how it reads
there. It is believed no more than the first: nothing of it enters a verdict.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import Protocol

from provenance.claims.actor import is_registry_event
from provenance.claims.event import Counts
from provenance.claims.statement import parse_entry
from provenance.claims.trail import Link
from provenance.encoding.canonical import Value
from provenance.encoding.digest import HASH_SIZE, Hash, sha256
from provenance.encoding.tree import leaf_hash
from provenance.errors import InvalidProofError, MalformedError
from provenance.proof.bundle import Bundle, ShownStatement
from provenance.proof.evidence import (
    ProvenEvent,
    entry_of,
    leaves_of,
    links_of,
    read_shown,
)
from provenance.proof.trails import Position
from provenance.rules.books import BASELINE, Books
from provenance.tlog.checkpoint import parse_checkpoint
from provenance.tlog.commitment import Commitment
from provenance.tlog.note import parse_note

Header = tuple[Counts, tuple[str, ...]]
"""What an event says of its leaves: counts and pointers."""


class Copy(Protocol):
    """What a second copy can be asked for; None for what it does not have."""

    @property
    def name(self) -> str:
        """What it is called: a path."""

    def entry(self, log_index: int) -> bytes | None:
        """Return the log leaf at that index."""

    def header(self, log_index: int, position: int) -> Header | None:
        """Return the counts and the pointers of that event."""

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
    """A bundle, asked for what it shows, as far as that can be made again.

    Attributes:
        events: Its events, by place.
        errors: Place → why what is shown there is no event.
    """

    def __init__(
        self, bundle: Bundle, *, name: str, books: Books | None = None
    ) -> None:
        self.events: dict[Position, ProvenEvent] = {}
        self.errors: dict[Position, str] = {}
        self._bundle = bundle
        self._name = name
        self._entries = {
            logged.log_index: logged.entry for logged in bundle.entries
        }
        self._leaves: dict[tuple[int, int, int], bytes] = {}
        self._names: dict[str, str] = {}
        self._keys: dict[bytes, bytes] = {}
        self._add_commitments()
        origin = _origin_of(bundle.checkpoint)
        room = bundle.leaf_room()
        books = books or Books.resolve(BASELINE)
        for shown in bundle.statements:
            for event in shown.events:
                at = (shown.log_index, event.position)
                for number, leaf in leaves_of(event):
                    self._leaves[*at, number] = leaf
                try:
                    proven = read_shown(
                        event,
                        at,
                        shown.issuer,
                        room,
                        books.at(at[0]),
                    )
                except (MalformedError, InvalidProofError) as error:
                    self.errors[at] = str(error)
                    continue
                self.events[at] = proven
                if is_registry_event(proven.body):
                    self._note(proven.body)
            self._add_entry(shown, origin)
        self._links = links_of(bundle, self.events, origin)

    @property
    def name(self) -> str:
        return self._name

    def entry(self, log_index: int) -> bytes | None:
        return self._entries.get(log_index)

    def header(self, log_index: int, position: int) -> Header | None:
        event = self.events.get((log_index, position))
        return None if event is None else (event.counts, event.pointers)

    def leaf(self, log_index: int, position: int, number: int) -> bytes | None:
        return self._leaves.get((log_index, position, number))

    def trail(self, item: str, size: int) -> Sequence[Link] | None:
        shown = self._bundle.trail(item)
        if shown is None or size_of_note(self._bundle.checkpoint) < size:
            return None
        links = sorted(
            [*self._links[item], *shown.rows], key=attrgetter("place")
        )
        if len(links) != shown.count:
            return None
        return [link for link in links if link.log_index < size]

    def checkpoint(self, size: int) -> str | None:
        note = self._bundle.checkpoint
        return note if size_of_note(note) == size else None

    def public_key(self, key_id: bytes) -> bytes | None:
        return self._keys.get(key_id)

    def actor_name(self, actor: str) -> str:
        return self._names.get(actor, "")

    def _add_commitments(self) -> None:
        last = self._bundle.committed
        covered = size_of_note(self._bundle.checkpoint) - 1
        rows = [(covered, last.map_root, last.item_count, last.time)]
        rows += [
            (row.log_index, row.map_root, row.item_count, row.time)
            for row in self._bundle.commitments
        ]
        for row in rows:
            self._entries[row[0]] = Commitment(*row).to_bytes()

    def _add_entry(self, shown: ShownStatement, origin: str) -> None:
        places = [(shown.log_index, e.position) for e in shown.events]
        if any(at not in self.events for at in places):
            return
        ids = [(at[1], leaf_hash(self.events[at].id)) for at in places]
        with suppress(MalformedError, InvalidProofError):
            entry = entry_of(shown, ids, origin)
            self._entries[shown.log_index] = entry.data

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


def _origin_of(note: str) -> str:
    try:
        return parse_checkpoint(parse_note(note).text).origin
    except MalformedError:
        return ""
