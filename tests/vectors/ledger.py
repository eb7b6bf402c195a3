"""A ledger in memory, of the second implementation: it logs what it is told.

It keeps every entry and every link in lists, and makes roots and proofs from
them anew each time. `Ledger.bundle` returns the parts of a bundle as the
lists that they are written as, so that a crooked one is made by changing
them; or the ledger itself is changed behind its own back, and commits to that.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from provenance.keys import Signer
from tests.vectors import reference, words
from tests.vectors.names import ORIGIN, OWNER, START, TRUST, signer_of
from tests.vectors.reference import Event, Link, Row, map_key, mp

Place = tuple[int, int]
Ranges = Mapping[str, Sequence[tuple[int, int]]]

NO_MAP = (0, START, reference.H(b""))
"""What is said in the place of a commitment that is not there."""

_BARE_CLASS = re.compile(r"https://id\.gs1\.org/01/[0-9]{14}(/22/[^/]+)?")
_PRODUCT = re.compile(r"https://id\.gs1\.org/01/[0-9]{14}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it was signed."""

    issuer: str
    key_id: bytes
    issued_at: int
    signature: bytes
    events: tuple[Event, ...]

    @property
    def ids(self) -> list[bytes]:
        return [event.id for event in self.events]


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint's signed note, and how many entries it is of."""

    text: str
    size: int


@dataclass(slots=True)
class Parts:
    """The parts of a bundle, as they are written: rows as lists."""

    checkpoint: Any
    committed: Any
    ids: Any
    keys: Any
    statements: Any
    commitments: Any
    entries: Any
    log_hashes: Any
    subject: Any
    trails: Any
    map: Any
    anchors: Any
    format: Any = "provenance/bundle/v2"

    @property
    def value(self) -> list[Any]:
        """The bundle as the array that is written."""
        return [
            self.format,
            self.checkpoint,
            self.committed,
            self.ids,
            self.keys,
            self.statements,
            self.commitments,
            self.entries,
            self.log_hashes,
            self.subject,
            self.trails,
            self.map,
            self.anchors,
        ]

    def to_bytes(self) -> bytes:
        return mp(self.value)

    def number(self, item: str) -> int:
        """Return the number of an id."""
        return int(self.ids.index(item))

    def trail(self, item: str) -> list[Any]:
        """Return [id number, count, ranges, rows, hashes] of *item*."""
        number = self.number(item)
        return next(row for row in self.trails if row[0] == number)

    def statement(self, log_index: int) -> list[Any]:
        """Return the row of the statement at that place."""
        return next(row for row in self.statements if row[0] == log_index)


def joined(hashes: Iterable[bytes]) -> bytes:
    """Return a proof as it is written."""
    return b"".join(hashes)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a bundle is to show.

    Attributes:
        ids: The table of ids.
        names: Whose trails.
        numbers: Place → the numbers of the leaves of that event.
        ranges: Item → the [start, length] of links, where not all.
        commitments: Log indexes.
        entries: Log indexes.
    """

    ids: list[str]
    names: Collection[str]
    numbers: Mapping[Place, Collection[int]]
    ranges: Ranges
    commitments: Sequence[int]
    entries: Sequence[int]


@dataclass(slots=True)
class Ledger:
    """A log, the trails of its items, and the keys of all who sign.

    Attributes:
        witnesses: Who cosigns the checkpoints.
        now: The time, in ms since 1970.
        entries: All entries.
        statements: Log index → statement.
        commitments: Log index → (item count, time, map root).
        events: Place → event.
        trails: Item → its links.
        book: The rule book by which events are linked.
        signers: Actor → its key.
    """

    witnesses: Sequence[str] = ()
    now: int = START
    entries: list[bytes] = field(default_factory=list)
    statements: dict[int, Statement] = field(default_factory=dict)
    commitments: dict[int, tuple[int, int, bytes]] = field(default_factory=dict)
    events: dict[Place, Event] = field(default_factory=dict)
    trails: dict[str, list[Link]] = field(default_factory=dict)
    book: words.Book = field(default_factory=lambda: words.SHIPPED)
    signers: dict[str, Signer] = field(
        default_factory=lambda: {OWNER: signer_of(OWNER)}
    )
    _secrets: int = 0

    # Saying.

    def secret(self) -> bytes:
        self._secrets += 1
        return reference.H(b"secret %d" % self._secrets)

    def event(
        self,
        body: Mapping[str, object],
        *items: Row,
        fields: Iterable[tuple[str, object]] = (),
    ) -> Event:
        return reference.event(body, items, fields, secret=self.secret())

    def log(self, entry: bytes) -> int:
        self.entries.append(entry)
        return len(self.entries) - 1

    def say(
        self,
        issuer: str,
        *events: Event,
        signer: Signer | None = None,
        origin: str = ORIGIN,
        signature: bytes | None = None,
        unlinked: Collection[str] = (),
    ) -> int:
        """Log a statement of *issuer*; links to *unlinked* are left out."""
        signer = signer or self.signers[issuer]
        key = bytes(signer.verifier.key_id)
        header = reference.header(
            origin=origin,
            issuer=issuer,
            key_id=key,
            issued_at=self.now,
            event_ids=[event.id for event in events],
        )
        signature = signature or signer.sign(header)
        index = self.log(reference.entry(header, signature))
        said = Statement(issuer, key, self.now, signature, events)
        self.statements[index] = said
        for position, event in enumerate(events):
            self.events[index, position] = event
            self._link(event, index, position, unlinked)
        return index

    def _link(
        self,
        event: Event,
        index: int,
        position: int,
        unlinked: Collection[str] = (),
    ) -> None:
        for item in dict.fromkeys(str(row[1]) for row in event.items):
            link = link_of(event, item, index, position, self.book)
            if link and item not in unlinked:
                self.trails.setdefault(item, []).append(link)

    def say_again(self, index: int) -> int:
        """Log the statement of that index once more, to the byte."""
        said = self.statements[index]
        self.statements[self.log(self.entries[index])] = said
        last = len(self.entries) - 1
        for position, event in enumerate(said.events):
            self.events[last, position] = event
            self._link(event, last, position)
        return last

    def publish_trust(self, version: bytes, entry: bytes) -> int:
        """Log a trust version."""
        index = self.log(entry)
        link = Link(index, 0, 0, 0, (), reference.H(version))
        self.trails.setdefault(TRUST, []).append(link)
        return index

    # Committing and signing.

    def pairs(self) -> dict[bytes, bytes]:
        return {
            map_key(item): reference.map_value(item, links)
            for item, links in self.trails.items()
            if links
        }

    def commit(self, *, covered: int | None = None, ahead: int = 0) -> int:
        """Log the map commitment; its time is *ahead* of the clock."""
        pairs = self.pairs()
        root, time = reference.map_root(pairs), self.now + ahead
        size = len(self.entries)
        self.commitments[size] = (len(pairs), time, root)
        return self.log(
            reference.commitment(
                covered=size if covered is None else covered,
                root=root,
                items=len(pairs),
                time=time,
            )
        )

    @property
    def root(self) -> bytes:
        return reference.mth(self.entries)

    def sign(
        self,
        *,
        holder: str = "log",
        root: bytes | None = None,
        times: Mapping[str, int] | None = None,
    ) -> Note:
        """Return the checkpoint of all entries, signed and cosigned.

        Witnesses sign now, but for those that have another of the *times*.
        """
        size = len(self.entries)
        text = reference.checkpoint(ORIGIN, size, root or self.root)
        lines = [reference.note_line(ORIGIN, signer_of(holder), text)]
        for name in self.witnesses:
            signer = signer_of(name)
            lines.append(
                reference.cosignature_line(
                    f"{name}.example",
                    signer,
                    text,
                    time=(times or {}).get(name, self.now) // 1000,
                )
            )
        return Note(f"{text}\n{''.join(lines)}", size)

    # Proving.

    def bundle(
        self,
        subject: str,
        *others: str,
        commit: bool = True,
        hidden: Collection[Place] = (),
        omitted: Collection[str] = (),
        leaves: Mapping[Place, Collection[int]] | None = None,
        ranges: Ranges | None = None,
        commitments: Sequence[int] = (),
        entries: Sequence[int] | None = None,
        anchors: Sequence[tuple[Note, Sequence[int]]] = (),
    ) -> Parts:
        """Return the parts of a bundle of *subject*.

        Args:
            subject: Whose story it is.
            others: The items whose trails belong to it, but for the products
                that they are units or lots of, the actors that sign and the
                trust versions, which are found.
            commit: Whether to log a commitment first.
            hidden: Places whose event is not shown, so that links are rows.
            omitted: Of what is found, that whose trails are left out.
            leaves: Place → the leaves to show of that event, instead of all
                that name an item whose trail is there.
            ranges: Item → the [start, length] of the links shown of its
                trail, instead of all.
            commitments: Log indexes of the earlier ones to be shown.
            entries: Log indexes of those of other kinds, instead of all
                trust versions.
            anchors: Older checkpoints, each with entries that it holds.
        """
        if commit:
            self.commit()
        named = {subject, *others}
        products = {p for item in named if (p := product_of(item))}
        names = {*named, *products, TRUST} - {*omitted}
        asked = dict(ranges or {})
        while True:
            shown = self._shown(names, asked)
            places = {at for of in shown.values() for at in of} - {*hidden}
            places = (places & self.events.keys()) | {*(leaves or {})}
            issuers = {self.statements[at[0]].issuer for at in places}
            if issuers <= names | {*omitted}:
                break
            names |= issuers - {*omitted}
        numbers = {
            at: {
                0,
                *self._leaves(at, {i for i in names if at in shown[i]}),
            }
            for at in places
        } | {at: {0, *of} for at, of in (leaves or {}).items()}
        if entries is None:
            entries = [link.log_index for link in self.trails.get(TRUST, [])]
        ids = sorted(names | issuers | self._named(numbers), key=str.encode)
        choice = Choice(ids, names, numbers, asked, commitments, entries)
        return self._parts(subject, choice, anchors)

    def _named(self, numbers: Mapping[Place, Collection[int]]) -> set[str]:
        """Return the ids in the item leaves of those numbers."""
        return {
            str(row[1])
            for at, of in numbers.items()
            for n, row in enumerate(self.events[at].items, 1)
            if n in of
        }

    def _shown(
        self,
        names: Collection[str],
        ranges: Ranges,
    ) -> dict[str, set[Place]]:
        """Return where the links shown of each trail are."""
        found: dict[str, set[Place]] = {}
        for item in names:
            links = self.trails.get(item, [])
            found[item] = {
                (link.log_index, link.position)
                for start, length in ranges.get(item, [(0, len(links))])
                for link in links[start : start + length]
            }
        return found

    def _leaves(self, at: Place, names: Collection[str]) -> set[int]:
        """Return the leaves of an event that name one of *names*."""
        event = self.events[at]
        if event.body["type"] == "TransformationEvent":
            return set(range(1, len(event.items) + 1))
        return {n for item in names for n in own_leaves(event, item)}

    def _parts(
        self,
        subject: str,
        choice: Choice,
        anchors: Sequence[tuple[Note, Sequence[int]]],
    ) -> Parts:
        ids, names = choice.ids, choice.names
        said = sorted({index for index, _ in choice.numbers})
        keys = sorted({self._key(index, ids) for index in said})
        last = len(self.entries) - 1
        known = {*said, *choice.commitments, *choice.entries, last}
        queries = {map_key(item) for item in names}
        return Parts(
            checkpoint=self.sign().text,
            committed=list(self.commitments.get(last, NO_MAP)),
            ids=ids,
            keys=[list(key) for key in keys],
            statements=[
                self._statement(
                    index, keys.index(self._key(index, ids)), choice
                )
                for index in said
            ],
            commitments=[
                [index, *self.commitments[index]]
                for index in choice.commitments
            ],
            entries=[[index, self.entries[index]] for index in choice.entries],
            log_hashes=joined(reference.multiproof(known, self.entries)),
            subject=ids.index(subject),
            trails=[self._trail(item, choice) for item in ids if item in names],
            map=map_row(*reference.map_multiproof(queries, self.pairs())),
            anchors=[
                self._anchor(older, indexes) for older, indexes in anchors
            ],
        )

    def _key(self, index: int, ids: list[str]) -> tuple[int, bytes]:
        said = self.statements[index]
        return ids.index(said.issuer), said.key_id

    def _statement(self, index: int, key: int, choice: Choice) -> list[Any]:
        said = self.statements[index]
        positions = sorted(p for i, p in choice.numbers if i == index)
        return [
            index,
            key,
            said.issued_at,
            len(said.events),
            said.signature,
            [
                shown_event(
                    said.events[p], p, choice.ids, choice.numbers[index, p]
                )
                for p in positions
            ],
            joined(reference.multiproof(positions, said.ids)),
        ]

    def _trail(self, item: str, choice: Choice) -> list[Any]:
        links = self.trails.get(item, [])
        hashes = reference.chain(item, links)
        ranges = choice.ranges.get(item, [(0, len(links))] if links else [])
        known: set[int] = set()
        rows = []
        for start, length in ranges:
            known |= set(range(max(start - 1, 0), start + length))
            for link in links[start : start + length]:
                at = (link.log_index, link.position)
                if (
                    at not in choice.numbers
                    and link.log_index not in choice.entries
                ):
                    rows.append(link.row)
        return [
            choice.ids.index(item),
            len(links),
            [
                [start, length, *([hashes[start - 1]] if start else [])]
                for start, length in ranges
            ],
            rows,
            joined(reference.multiproof(known, hashes) if known else []),
        ]

    def _anchor(self, older: Note, indexes: Sequence[int]) -> list[Any]:
        proof = reference.multiproof(indexes, self.entries[: older.size])
        return [older.text, list(indexes), joined(proof)]


def product_of(item: str) -> str | None:
    """Return the product that *item* is a unit or lot of; else None."""
    found = _PRODUCT.match(item)
    return found[0] if found and not _BARE_CLASS.fullmatch(item) else None


def own_leaves(event: Event, item: str) -> tuple[int, ...]:
    """Return the numbers of the leaves that give *item* its trail."""
    own = event.own(item)
    if not _BARE_CLASS.fullmatch(item):
        return own
    return tuple(n for n in own if event.items[n - 1][0] == "about")


def link_of(
    event: Event,
    item: str,
    index: int,
    position: int,
    book: words.Book = words.SHIPPED,
) -> Link | None:
    """Return the link of *item* to an event; None if it has no trail so."""
    own = own_leaves(event, item)
    if not own:
        return None
    relation = event.items[own[0] - 1][0]
    try:
        time = words.time_of(event.body)
    except (KeyError, ValueError):
        time = 0
    code = reference.RELATIONS[relation]
    kinds = words.kinds(event.body, event.counts, code, book)
    return Link(index, position, time, kinds, own, event.id)


def map_row(
    steps: Sequence[int],
    others: Iterable[tuple[bytes, bytes]],
    hashes: Iterable[bytes],
) -> list[Any]:
    """Return the row of a proof in the map."""
    return [list(steps), [list(other) for other in others], joined(hashes)]


def shown_event(
    event: Event, position: int, ids: list[str], leaves: Collection[int]
) -> list[Any]:
    """Return an event's row, with the *leaves* of those numbers."""
    numbers = sorted(leaves)
    first = 1 + len(event.items)
    return [
        position,
        [list(count) for count in event.counts],
        list(event.pointers),
        event.leaves[0],
        [
            item_row(event.leaves[n], n, event.items[n - 1], ids)
            for n in numbers
            if 0 < n < first
        ],
        [[n, event.leaves[n]] for n in numbers if n >= first],
        joined(reference.multiproof(numbers, event.leaves)),
    ]


def item_row(leaf: bytes, number: int, item: Row, ids: list[str]) -> list[Any]:
    """Return the row of an item leaf."""
    # 0x9n, "item" in five bytes, and bin 8 with its length: then the salt.
    salt = leaf[8:24]
    _, named, *rest = item
    row: list[Any] = [number, salt, ids.index(named)]
    for part in rest:
        row += part.values() if isinstance(part, Mapping) else [part]
    return row
