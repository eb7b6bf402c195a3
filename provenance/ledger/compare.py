"""Two copies of one ledger, held against each other row by row.

An audit says which row is at fault; a backup says how it read before. Here
both are read from beginning to end, as far as the shorter one reaches, and
whatever differs is named: entry, signer, event, field, and what each copy
has. Which of the two is as it was signed is told from the bytes, so that a
copy which was changed itself is found out.

    entries, events      by log index and position, leaf by leaf
    links, registry      those of entries that both have
    names                the same
    tiles, of any tree   as many hashes as both have
    checkpoints          where both have one: the text; who cosigned may differ
    heads, warnings, map if both ledgers have the same size
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, zip_longest
from typing import NamedTuple, TypeVar

from provenance.claims.event import Event
from provenance.claims.statement import Entry, events_root, parse_entry
from provenance.encoding.difference import differences
from provenance.encoding.digest import Hash, sha256, split_hashes
from provenance.errors import MalformedError, ProvenanceError
from provenance.keys import signature_is_valid
from provenance.ledger.audit import Progress
from provenance.ledger.parts import tile_name
from provenance.ledger.second import parse_or_none, registry_of
from provenance.proof.copies import issuer_in
from provenance.proof.faults import Fault, name_of
from provenance.proof.readings import entry_reading, leaf_reading
from provenance.proof.trust import Trust
from provenance.store.protocol import MAP_ROWS, EntryRow, Reader

MAX_DIFFERENCES = 1_000
"""How many differences are told; copies with more are not of one ledger."""

MAX_OF_ONE_TABLE = 20
"""How many rows of one table that follows from the log are told."""

_EVERY = 1_000
"""After how many entries progress is told."""

_Row = TypeVar("_Row")


class Compared(NamedTuple):
    """What came out of holding two copies against each other.

    Attributes:
        size: As many entries were compared.
        faults: What differs.
    """

    size: int
    faults: list[Fault]


def compare_ledgers(
    here: Reader,
    there: Reader,
    *,
    trust: Trust,
    name: str,
    progress: Progress | None = None,
) -> Compared:
    """Return what differs between two copies of a ledger.

    Of what both lack or only the longer one has, nothing is said.

    Args:
        here: The one that is in question.
        there: The other.
        trust: Whose keys count in saying which is as it was signed.
        name: What the other is called.
        progress: Told now and then (entries compared, entries in all).
    """
    size = min(here.size(), there.size())
    comparison = _Comparison(here, there, trust, name)
    faults: list[Fault] = []
    try:
        # As they come: what was found before a page that cannot be read stays.
        for fault in islice(comparison.faults(size, progress), MAX_DIFFERENCES):
            faults.append(fault)  # noqa: PERF402  # the same
    except ProvenanceError as error:
        faults.append(Fault("database", f"it cannot be read on: {error}"))
    return Compared(size, faults)


class _Comparison:
    def __init__(
        self, here: Reader, there: Reader, trust: Trust, name: str
    ) -> None:
        self._here = here
        self._there = there
        self._name = name
        self._registries = (
            registry_of(here, trust),
            registry_of(there, trust),
        )

    def faults(
        self, size: int, progress: Progress | None = None
    ) -> Iterator[Fault]:
        """Yield each difference: of the log first, then of what follows."""
        both = zip(
            self._here.rows(0, size), self._there.rows(0, size), strict=True
        )
        for index, (row, other) in enumerate(both):
            if row != other:
                yield from self._rows_differ(index, row, other)
            if progress is not None and index % _EVERY == 0:
                progress(index, size)
        yield from self._tables(size)

    # The log.

    def _rows_differ(
        self, index: int, row: EntryRow, other: EntryRow
    ) -> Iterator[Fault]:
        entries = (_entry_or_none(row.entry), _entry_or_none(other.entry))
        fault = self._fault(index, row, other)
        if row.entry != other.entry:
            signed = [self._is_signed(entry) for entry in entries]
            what = self._which(signed[0], signed[1], "by its signature")
            for place in differences(
                entry_reading(row.entry), entry_reading(other.entry)
            ):
                yield replace(fault, what=what).at(place)
        roots = [
            None if entry is None else entry.header.events_root
            for entry in entries
        ]
        for position in range(max(len(row.events), len(other.events))):
            pair = [
                each.events[position] if position < len(each.events) else None
                for each in (row, other)
            ]
            if pair[0] == pair[1]:
                continue
            signed = [
                _is_said(data, position, each.event_ids, root)
                for data, each, root in zip(
                    pair, (row, other), roots, strict=True
                )
            ]
            what = self._which(signed[0], signed[1], "by what was signed")
            yield from self._events_differ(
                replace(
                    fault,
                    where=f"event {position} of entry {index}",
                    position=position,
                    what=what,
                ),
                *pair,
            )
        if row.event_ids != other.event_ids:
            both = map(split_hashes, (row.event_ids, other.event_ids))
            for position, (mine, theirs) in enumerate(zip_longest(*both)):
                if mine != theirs:
                    yield replace(
                        fault,
                        position=position,
                        what="the stored id of its event differs",
                        here=_hex(mine),
                        there=_hex(theirs),
                    )

    def _events_differ(
        self, fault: Fault, here: bytes | None, there: bytes | None
    ) -> Iterator[Fault]:
        first, second = parse_or_none(here), parse_or_none(there)
        if first is None or second is None:
            yield replace(
                fault,
                what=f"{fault.what}; it cannot be read in one of them, and"
                " only the hashes of its data are shown",
                here=None if here is None else sha256(here).hex(),
                there=None if there is None else sha256(there).hex(),
            )
            return
        for number in range(max(len(first.leaves), len(second.leaves))):
            hashes = _hash(first, number), _hash(second, number)
            if hashes[0] == hashes[1]:
                continue
            if number > min(len(first.items), len(second.items)):
                # What is concealed stays so: its hash is enough to compare.
                yield replace(
                    fault,
                    what=f"{fault.what}; it is concealed, and only its hashes"
                    " are shown",
                    pointer=_pointer(first, number) or _pointer(second, number),
                    here=_hex(hashes[0]),
                    there=_hex(hashes[1]),
                )
                continue
            for place in differences(
                _reading(first, number), _reading(second, number)
            ):
                yield fault.at(place)

    def _is_signed(self, entry: Entry | None) -> bool | None:
        if entry is None:
            return None
        for registry in self._registries:
            key = registry.public_key(entry.header.key_id)
            if key is not None:
                return signature_is_valid(
                    key, entry.signature, entry.header_bytes
                )
        return None

    def _which(self, here: bool | None, there: bool | None, by: str) -> str:
        if here and not there:
            return f"{by}, {self._name} was changed"
        if there and not here:
            return f"{by}, this was changed, and {self._name} was not"
        if here and there:
            return f"{by}, both are genuine: the two are not of one log"
        return f"it differs, and {by} neither is genuine"

    def _fault(self, index: int, row: EntryRow, other: EntryRow) -> Fault:
        issuer = issuer_in(row.entry) or issuer_in(other.entry)
        names = (name_of(issuer, registry) for registry in self._registries)
        return Fault(
            f"entry {index}",
            "it differs",
            index,
            issuer=issuer,
            issuer_name=next(filter(None, names), "") if issuer else "",
        )

    # What follows from it.

    def _tables(self, size: int) -> Iterator[Fault]:
        yield from _joined(
            "link",
            (at for at in self._here.links(0, 2**53) if at.log_index < size),
            (at for at in self._there.links(0, 2**53) if at.log_index < size),
        )
        yield from _joined(
            "registry row",
            (at for at in self._here.registry_events() if at[0] < size),
            (at for at in self._there.registry_events() if at[0] < size),
        )
        yield from _joined(
            "name",
            (row for row in self._here.names() if row.log_index < size),
            (row for row in self._there.names() if row.log_index < size),
        )
        for tree, level, number, hashes in self._here.tiles():
            other = self._there.tile(level, number, tree) or b""
            pairs = zip(split_hashes(hashes), split_hashes(other), strict=False)
            for place, (mine, theirs) in enumerate(pairs):
                if mine != theirs:
                    yield Fault(
                        tile_name(tree, level, number),
                        f"its hash {place} differs",
                        here=mine.hex(),
                        there=theirs.hex(),
                    )
        for at, note in self._here.checkpoints(0, size + 1):
            second = self._there.checkpoint_at(at)
            if second is not None and _text(second) != _text(note):
                yield Fault(
                    f"checkpoint {at}",
                    "its text differs: if both are signed, the log forked",
                    here=_text(note),
                    there=_text(second),
                )
        if self._here.size() == self._there.size():
            yield from _joined("head", _heads(self._here), _heads(self._there))
            yield from _joined(
                "warning", self._here.warnings(), self._there.warnings()
            )
            for number in range(MAP_ROWS):
                rows = [r.map_row(number) for r in (self._here, self._there)]
                if rows[0] != rows[1]:
                    yield Fault(f"map row {number}", "its hashes differ")


def _joined(
    noun: str, here: Iterator[_Row], there: Iterator[_Row]
) -> Iterator[Fault]:
    """Yield a fault for each number at which two tables differ.

    After a row that only one has, all that follow differ: a few say it.
    """
    differing = (
        Fault(
            f"{noun} {number}",
            "it differs",
            here=_row_text(row),
            there=_row_text(other),
        )
        for number, (row, other) in enumerate(zip_longest(here, there))
        if row != other
    )
    yield from islice(differing, MAX_OF_ONE_TABLE)


def _heads(reader: Reader) -> Iterator[object]:
    for first in range(256):
        yield from reader.heads(bytes([first]))


def _row_text(row: object) -> str | None:
    if row is None:
        return None
    assert isinstance(row, tuple), "rows are tuples"
    return " ".join(
        value.hex() if isinstance(value, bytes) else str(value) for value in row
    )


def _text(note: str) -> str:
    return note.partition("\n\n")[0]


def _entry_or_none(data: bytes) -> Entry | None:
    try:
        return parse_entry(data)
    except MalformedError:
        return None


def _reading(event: Event, number: int) -> object:
    leaf = event.leaves[number] if number < len(event.leaves) else None
    if leaf is None:
        return {}
    return leaf_reading(
        leaf, number=number, counts=event.counts, pointers=event.pointers
    )


def _pointer(event: Event, number: int) -> str:
    """Return the pointer of a concealed field; "" of another leaf."""
    place = number - 1 - len(event.items)
    return event.pointers[place] if 0 <= place < len(event.pointers) else ""


def _hash(event: Event, number: int) -> Hash | None:
    return event.hashes[number] if number < len(event.hashes) else None


def _is_said(
    data: bytes | None, position: int, event_ids: bytes, root: Hash | None
) -> bool:
    """Return whether an event is the one at that place of what was signed."""
    event = parse_or_none(data)
    ids = split_hashes(event_ids)
    return (
        event is not None
        and root is not None
        and position < len(ids)
        and event.id == ids[position]
        and events_root(ids) == root
    )


def _hex(data: bytes | None) -> str | None:
    return None if data is None else data.hex()
