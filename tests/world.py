"""A small world: a ledger in memory, made of nothing but the pure floors.

It admits whatever it is told, so that a test can let it lie: log what nobody
may say, leave links out, drop trails. `bundle` then proves what there is, and
`trust` is what an honest verifier pins.
"""

import dataclasses
import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.entry import COMMITMENT, entry_kind
from provenance.claims.event import (
    CODES,
    Event,
    Field,
    Item,
    has_trail,
    make_event,
)
from provenance.claims.registry import Authority
from provenance.claims.statement import parse_entry, sign_statement
from provenance.claims.trail import Link, chain_hashes, head_of, map_key
from provenance.claims.versions import trust_item
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.tree import root_of
from provenance.errors import MalformedError
from provenance.gs1.checkdigit import check_digit
from provenance.keys import MLDSASigner, Signer
from provenance.proof.bundle import (
    Bundle,
    Committed,
    LoggedEntry,
    ProvenTrail,
    Range,
    ShownCommitment,
    ShownEvent,
)
from provenance.proof.codes import CODES as REGISTERED
from provenance.proof.pack import ShownStory, Story, StorySource
from provenance.proof.seen import SeenEvent
from provenance.proof.trace import ALL, Trace, Why, trace
from provenance.proof.trails import Position, SparseTrail, Stretch
from provenance.proof.trust import Trust
from provenance.proof.verdict import Outcome, Verdict
from provenance.proof.verify import examine_bundle
from provenance.rules.book import baseline
from provenance.rules.books import BASELINE, Books
from provenance.rules.form import items_named
from provenance.rules.reading import REGISTRY, read_event
from provenance.tlog import merkle, patricia
from provenance.tlog.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    sign_checkpoint,
)
from provenance.tlog.commitment import Commitment, parse_commitment
from provenance.tlog.cosignature import (
    CosignatureSigner,
    MLDSACosignatureSigner,
)
from provenance.tlog.note import NoteSigner, format_note
from provenance.tlog.policy import Group, Log, Policy, PolicyWitness
from tests.support.showing import show_event

ORIGIN = "ledger.example/world"
START = 1_750_000_000_000
MINUTE = 60_000
OWNER = "did:web:operator.example"
TRUST_ITEM = trust_item(ORIGIN)
BOOKS = Books.resolve(BASELINE)
BOUNDS = baseline().bounds

GTIN = "https://id.gs1.org/01/09506000134352"
LOT = f"{GTIN}/10/L7"


def can(number: int) -> str:
    """Return a unit of the product that all the tests are about."""
    return f"{GTIN}/21/K{number:04}"


def sscc(number: int) -> str:
    """Return a carton, pallet or container."""
    digits = f"09506000{number:09}"
    return f"https://id.gs1.org/00/{digits}{check_digit(digits)}"


def signer_of(name: str) -> Signer:
    return Signer.from_seed(sha256(name.encode()))


def show_story(  # each by name
    item: str,
    source: StorySource,
    *,
    times: Mapping[int, int] | None = None,
    reveal: Collection[str] = (),
    besides: Collection[int] = (),
    wants: Collection[Why] = ALL,
) -> ShownStory:
    """Return what the story of *item* needs, as a bundle shows it."""
    story = Story(
        item,
        source,
        trust_item=TRUST_ITEM,
        books=BOOKS,
        besides=besides,
        wants=wants,
    )
    story.walk(times)
    return story.pack(reveal)


class MemoryNodes:
    """The log's complete nodes in a dict."""

    def __init__(self) -> None:
        self.nodes: dict[merkle.TreeNode, Hash] = {}
        self.size = 0

    def __call__(self, nodes: Sequence[merkle.TreeNode]) -> list[Hash]:
        return [self.nodes[node] for node in nodes]

    def append(self, entry: bytes) -> None:
        for node, digest in merkle.append_leaf(
            self.size, merkle.leaf_hash(entry), self
        ):
            self.nodes[node] = digest
        self.size += 1


def nodes_over(hashes: Sequence[bytes]) -> merkle.ReadNodes:
    """Return the complete nodes of the tree over these leaf hashes."""

    def read(nodes: Sequence[merkle.TreeNode]) -> list[Hash]:
        return [
            root_of(hashes[n.index << n.level : (n.index + 1) << n.level])
            for n in nodes
        ]

    return read


class MemoryTrail:
    """One item's links: a `LinkSource`."""

    def __init__(self, item: str, links: Sequence[Link]) -> None:
        self.item = item
        self.count = len(links)
        self.all = list(links)
        self.hashes = chain_hashes(item, links)
        self.nodes = nodes_over([merkle.leaf_hash(h) for h in self.hashes])

    def links(self, start: int, stop: int) -> list[Link]:
        return self.all[start:stop]

    def link_hash(self, index: int) -> Hash:
        return self.hashes[index]

    def first_at(self, place: Position) -> int:
        return sum(link.place < place for link in self.all)

    def warnings(self) -> list[tuple[int, Link]]:
        return [(n, link) for n, link in enumerate(self.all) if link.warns]

    def whole(self) -> SparseTrail:
        """Return it as somebody sees it who is shown all of it."""
        whole = Stretch(0, self.all, self.hashes, map_key(self.item))
        return SparseTrail(self.item, self.count, [whole] if self.all else [])


class MemoryEvent:
    """An event: a `LeafSource`."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self.counts = event.counts
        self.pointers = event.pointers
        self.size = len(event.leaves)
        self.nodes = nodes_over(event.hashes)

    @property
    def body_leaf(self) -> bytes:
        leaf = self.event.leaves[0]
        assert leaf is not None
        return leaf

    def leaf(self, number: int) -> bytes | None:
        return self.event.leaves[number]


class World:
    """A ledger that logs whatever it is told."""

    def __init__(
        self, *, witnesses: Sequence[str] = (), post_quantum: bool = False
    ) -> None:
        self.now = START
        self.log_signer = NoteSigner(ORIGIN, signer_of("log"))
        self.post_quantum = (
            MLDSACosignatureSigner(ORIGIN, MLDSASigner.from_seed(sha256(b"pq")))
            if post_quantum
            else None
        )
        self.witnesses = [
            CosignatureSigner(f"{name}.example", signer_of(name))
            for name in witnesses
        ]
        self.clocks: dict[str, int] = {}
        self.entries: list[bytes] = []
        self.nodes = MemoryNodes()
        self.events: dict[Position, Event] = {}
        self.trails: dict[str, list[Link]] = {}
        self.signers: dict[str, Signer] = {OWNER: signer_of(OWNER)}
        self._secrets = 0
        self._named = 0

    # Saying things.

    def secret(self) -> bytes:
        self._secrets += 1
        return sha256(b"secret %d" % self._secrets)

    def log(self, entry: bytes) -> int:
        self.entries.append(entry)
        self.nodes.append(entry)
        return len(self.entries) - 1

    def say(
        self,
        issuer: str,
        *events: Event,
        signer: Signer | None = None,
        origin: str = ORIGIN,
        unlinked: Collection[str] = (),
    ) -> int:
        """Log one statement of *issuer*; links to *unlinked* are left out."""
        submission = sign_statement(
            events,
            signer=signer or self.signers[issuer],
            issuer=issuer,
            origin=origin,
            now=self.now,
        )
        index = self.log(submission.entry)
        self.put(index, events, unlinked=unlinked)
        return index

    def put(
        self,
        index: int,
        events: Iterable[Event],
        unlinked: Collection[str] = (),
    ) -> None:
        """Store and link *events* as those of entry *index*."""
        for position, event in enumerate(events):
            self.events[index, position] = event
            try:
                reading = read_event(event.body, event.counts, baseline())
            except MalformedError:
                # What a ledger refuses is logged here all the same.
                reading = None
            for item, leaves in event.own_leaves.items():
                if item in unlinked:
                    continue
                code = CODES[event.items[leaves[0] - 1].relation]
                link = Link(
                    index,
                    position,
                    0 if reading is None else reading.time,
                    0 if reading is None else reading.kinds(code),
                    leaves,
                    event.id,
                )
                self.trails.setdefault(item, []).append(link)

    def put_version(self, index: int, digest: Hash) -> None:
        """Link entry *index* to the trail of trust versions."""
        self.trails.setdefault(TRUST_ITEM, []).append(
            Link(index, 0, 0, 0, (), digest)
        )

    def event(
        self,
        kind: str,
        *items: Item,
        fields: Iterable[Field] = (),
        **body: Any,
    ) -> Event:
        """Return an event, its time a minute after the one before.

        It has an id of its own, unless the body says `eventID=None`; and where
        it warns of a whole product it is about that, too, as whatever draws up
        events makes it.
        """
        self.now += MINUTE
        self._named += 1
        time = datetime.fromtimestamp(self.now / 1000, UTC).isoformat()
        name = uuid.UUID(bytes=sha256(b"event %d" % self._named)[:16])
        parts = {
            "type": kind,
            "eventTime": time,
            "eventID": f"urn:uuid:{name}",
            **body,
        }
        if parts["eventID"] is None:
            del parts["eventID"]
        if not all(has_trail(item.id, item.relation) for item in items):
            items = items_named(parts, items, baseline())
        return make_event(parts, items, fields, secret=self.secret())

    def made(self, *units: str, lot: str | None = None, **body: Any) -> Event:
        if lot is not None:
            body["ilmd"] = {"cbvmda:lotNumber": lot}
        return self.event(
            "ObjectEvent",
            *(Item("epcList", unit) for unit in units if "/10/" not in unit),
            *(
                Item("quantityList", unit, 100, None)
                for unit in units
                if "/10/" in unit
            ),
            **{"action": "ADD", "bizStep": "commissioning", **body},
        )

    def seen(self, *units: str, step: str = "inspecting", **body: Any) -> Event:
        return self.event(
            "ObjectEvent",
            *(Item("epcList", unit) for unit in units),
            **{"action": "OBSERVE", "bizStep": step, **body},
        )

    def packed(
        self, parent: str, *units: str, action: str = "ADD", **body: Any
    ) -> Event:
        return self.event(
            str(body.pop("type", "AggregationEvent")),
            Item("parentID", parent),
            *(Item("childEPCs", unit) for unit in units),
            **{
                "action": action,
                "bizStep": "loading" if action == "ADD" else "unloading",
                **body,
            },
        )

    def unpacked(self, parent: str, *units: str, **body: Any) -> Event:
        return self.packed(parent, *units, action="DELETE", **body)

    def turned(
        self, inputs: Iterable[str], outputs: Iterable[str], **body: Any
    ) -> Event:
        return self.event(
            "TransformationEvent",
            *(Item("inputEPCList", item) for item in inputs),
            *(Item("outputEPCList", item) for item in outputs),
            **body,
        )

    # Actors.

    def as_error(self, event: Event, **declaration: Any) -> Event:
        """Return *event* said again, as an error."""
        return make_event(
            {**event.body, "errorDeclaration": declaration},
            event.items,
            secret=self.secret(),
        )

    def enrol(self, name: str, *grants: Grant, by: str = OWNER) -> str:
        """Enrol an actor and grant it roles, in one statement each."""
        actor = f"did:web:{name}.example"
        self.signers[actor] = signer_of(name)
        self.say(by, self.enrolled(actor, name=name))
        for given in grants:
            self.grant(dataclasses.replace(given, actor=actor), by=by)
        return actor

    def enrolled(self, actor: str, *, name: str) -> Event:
        return actors.enrol(
            actor,
            name=name,
            signer=self.signers[actor],
            origin=ORIGIN,
            secret=self.secret(),
        )

    def grant(self, given: Grant, *, by: str = OWNER) -> Event:
        event = actors.grant(given, secret=self.secret())
        self.say(by, event)
        return event

    # Checkpoints.

    def commit(self, **changes: Any) -> int:
        """Log the map commitment; return its index."""
        commitment = Commitment(
            covered=len(self.entries),
            map_root=patricia.map_root(self.pairs()),
            item_count=len(self.trails),
            time=self.now,
        )
        changed = dataclasses.replace(commitment, **changes)
        return self.log(changed.to_bytes())

    def pairs(self) -> list[tuple[bytes, bytes]]:
        return [
            (
                map_key(item),
                head_of(
                    zip(links, chain_hashes(item, links), strict=True)
                ).value,
            )
            for item, links in self.trails.items()
        ]

    def sign(self) -> SignedCheckpoint:
        size = len(self.entries)
        checkpoint = Checkpoint(
            ORIGIN, size, merkle.root_hash(size, self.nodes)
        )
        signed = sign_checkpoint(checkpoint, self.log_signer)
        if self.post_quantum is not None:
            signed = signed.with_cosignatures(
                self.post_quantum.sign(checkpoint, time=self.now // 1000)
            )
        return signed.with_cosignatures(
            *(
                witness.sign(
                    checkpoint,
                    time=(self.now + self.clocks.get(witness.name, 0)) // 1000,
                )
                for witness in self.witnesses
            )
        )

    # Proving.

    def logged(self, index: int) -> LoggedEntry:
        return LoggedEntry(index, self.entries[index])

    def prove_log(
        self, indexes: Collection[int], *, size: int | None = None
    ) -> tuple[Hash, ...]:
        """Return the proof of these entries, by default in the whole log."""
        return merkle.prove_many(
            sorted(set(indexes)), size or len(self.entries), self.nodes
        )

    def prove_map(self, items: Iterable[str]) -> patricia.MapMultiproof:
        pairs = self.pairs()
        keys = list(map(map_key, items))
        return patricia.merge({k: patricia.prove(k, pairs) for k in keys})

    def whole_trail(
        self, item: str, shown: Collection[Position] = ()
    ) -> ProvenTrail:
        """Return all of a trail, as links where no event of it is *shown*."""
        links = self.trails.get(item, [])
        return ProvenTrail(
            item,
            len(links),
            (Range(0, len(links)),) if links else (),
            tuple(link for link in links if link.place not in shown),
        )

    def trace(self, item: str, wants: Collection[Why] = ALL) -> Trace:
        return trace(
            item,
            trust_item=TRUST_ITEM,
            bounds=BOUNDS,
            read_trail=self.read_trail,
            read_event=self.read_event,
            wants=wants,
        )

    def read_trail(self, item: str) -> SparseTrail:
        return MemoryTrail(item, self.trails.get(item, [])).whole()

    def read_event(self, index: int, position: int, _: str) -> SeenEvent:
        event = self.events[index, position]
        header = parse_entry(self.entries[index]).header
        try:
            reading = read_event(event.body, event.counts, baseline())
        except MalformedError:
            reading = REGISTRY
        return SeenEvent(
            event.body,
            event.counts,
            dict(enumerate(event.items, start=1)),
            header.issuer,
            reading,
            header.issued_at,
        )

    def show(self, at: Position, leaves: Collection[int]) -> ShownEvent:
        return show_event(self.events[at], position=at[1], leaves=leaves)

    def bundle(
        self,
        item: str,
        *,
        times: Iterable[int] = (),
        wants: Collection[Why] = ALL,
        reveal: Collection[str] = (),
        besides: Collection[int] = (),
        commit: bool = True,
    ) -> Bundle:
        """Return the bundle of *item* at a fresh checkpoint."""
        if commit:
            self.commit()
        story = show_story(
            item,
            self,
            times={i: parse_commitment(self.entries[i]).time for i in times},
            reveal=reveal,
            besides=besides,
            wants=wants,
        )
        return self.packed_up(item, story)

    def packed_up(
        self, item: str, story: ShownStory, *, times: Iterable[int] = ()
    ) -> Bundle:
        """Return the bundle that shows *story*, with its proofs."""
        last = len(self.entries) - 1
        commitment = parse_commitment(self.entries[last])
        commitments = [
            (index, parse_commitment(self.entries[index]))
            for index in sorted({*story.commitments, *times})
        ]
        return Bundle(
            checkpoint=format_note(self.sign().note),
            committed=Committed(
                commitment.item_count, commitment.time, commitment.map_root
            ),
            statements=story.statements,
            commitments=tuple(
                ShownCommitment(index, c.item_count, c.time, c.map_root)
                for index, c in commitments
            ),
            entries=story.entries,
            log_hashes=self.prove_log(
                [
                    last,
                    *(index for index, _ in commitments),
                    *(statement.log_index for statement in story.statements),
                    *(logged.log_index for logged in story.entries),
                ]
            ),
            subject=item,
            trails=story.trails,
            map_proof=self.prove_map(trail.item for trail in story.trails),
        )

    # What a `Story` reads.

    def trail(self, item: str) -> MemoryTrail | None:
        links = self.trails.get(item)
        return MemoryTrail(item, links) if links else None

    def event_at(self, log_index: int, position: int) -> MemoryEvent:
        return MemoryEvent(self.events[log_index, position])

    def event_nodes(self, log_index: int) -> merkle.ReadNodes:
        return nodes_over(
            [
                merkle.leaf_hash(self.events[at].id)
                for at in sorted(self.events)
                if at[0] == log_index
            ]
        )

    def entry(self, log_index: int) -> bytes:
        return self.entries[log_index]

    def commitment_before(self, log_index: int) -> tuple[int, int] | None:
        for index in range(log_index - 1, -1, -1):
            if entry_kind(self.entries[index]) == COMMITMENT:
                return index, parse_commitment(self.entries[index]).time
        return None

    def prepare(self, places: Sequence[Position]) -> None:
        """All is at hand at any time."""

    # Verifying.

    def trust(self, **changes: Any) -> Trust:
        logs = [Log(self.log_signer.verifier)]
        if self.post_quantum is not None:
            logs.append(Log(self.post_quantum.verifier))
        names = tuple(w.name.removesuffix(".example") for w in self.witnesses)
        groups = [Group("most", len(names) // 2 + 1, names)] if names else []
        trust = Trust(
            origin=ORIGIN,
            policy=Policy(
                tuple(logs),
                tuple(
                    PolicyWitness(name, witness.verifier)
                    for name, witness in zip(names, self.witnesses, strict=True)
                ),
                tuple(groups),
                "most" if names else None,
            ),
            authorities=(
                Authority(
                    OWNER, "Operator", (self.signers[OWNER].verifier.data,)
                ),
            ),
        )
        return dataclasses.replace(trust, **changes)

    def examine(
        self, bundle: Bundle | bytes, *, item: str | None = None, **changes: Any
    ) -> Verdict:
        data = bundle if isinstance(bundle, bytes) else bundle.to_bytes()
        verdict = examine_bundle(
            data, trust=self.trust(**changes), now=self.now, item=item
        )
        # Whatever a verdict says can be explained and written as JSON.
        codes = {step.code for step in verdict.steps}
        codes |= {notice.code for notice in verdict.notices}
        assert codes <= set(REGISTERED)
        assert json.dumps(verdict.to_json())
        return verdict

    def check(self, item: str) -> Verdict:
        """Prove and verify *item*, which must come out VERIFIED."""
        verdict = self.examine(self.bundle(item), item=item)
        assert verdict.outcome is Outcome.VERIFIED, faults(verdict)
        return verdict


def faults(verdict: Verdict) -> list[str]:
    """Return the codes of the steps that ran and did not pass."""
    return [
        step.code
        for step in verdict.steps
        if step.outcome is not Outcome.VERIFIED and step.code != "PRV-0001"
    ]


def story() -> World:
    """Return a world with a can that was made, packed, shipped and inspected.

    Entries: 0-6 enrolments and grants, then the events, one statement each.
    """
    world = World()
    maker = world.enrol("maker", Grant("", "producer", prefixes=("9506000",)))
    customs = world.enrol("customs", Grant("", "customs"))
    carrier = world.enrol("carrier", Grant("", "carrier"))
    world.say(maker, world.made(LOT))
    world.say(maker, world.made(can(1), can(2), can(3), lot="L7"))
    world.say(maker, world.packed(sscc(1), can(1), can(2), can(3)))
    world.say(maker, world.packed(sscc(2), sscc(1)))
    world.say(carrier, world.seen(sscc(2), step="departing"))
    world.say(customs, world.seen(sscc(2)))
    world.say(carrier, world.unpacked(sscc(2), sscc(1)))
    return world
