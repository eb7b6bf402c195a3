"""Stories told at random, and proven: so that changed events are signed ones.

What is changed in a bundle's bytes is refused by its proofs, and whoever reads
events, grants and corrections is never asked. Here the ledger in memory
(`tests.world`) logs random and often wrong events of random signers, so that
a bundle's proofs hold and its meaning is what is judged.
"""

import dataclasses
import random
from collections.abc import Callable, Collection
from typing import Any

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.event import (
    RELATIONS,
    Event,
    Field,
    Item,
    make_event,
)
from provenance.claims.registry import Authority
from provenance.claims.trail import chain_hashes, map_key
from provenance.encoding.canonical import encode
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.instant import written
from provenance.epcis.vocabulary import STEPS
from provenance.errors import ProvenanceError
from provenance.proof.bundle import Bundle, Range, ShownStatement
from provenance.proof.pack import ShownStory
from provenance.proof.trace import Trace, Why
from provenance.proof.trust import Trust, format_trust
from provenance.rules.act import read_act
from provenance.rules.book import assessment, baseline
from provenance.rules.books import BASELINE, BookRef
from provenance.rules.form import check_whole
from provenance.tlog.commitment import parse_commitment
from tests.web.mutations import INTERESTING_TEXTS, change_value
from tests.world import (
    GTIN,
    LOT,
    MINUTE,
    ORIGIN,
    OWNER,
    START,
    World,
    can,
    show_story,
    signer_of,
    sscc,
)

NAMES = ("maker", "carrier", "customs", "shop")
ACTORS = tuple(f"did:web:{name}.example" for name in NAMES)
MILK = "urn:x:milk"
PLACE = "https://id.gs1.org/414/9506000134376"
ITEMS = (can(1), can(2), can(3), LOT, sscc(1), sscc(2), sscc(3), MILK, GTIN)

STEPS_SAID = (
    *STEPS, "urn:provenance:step:recalled", "urn:provenance:step:nothing",
    "urn:provenance:step:customs_released", "cbv:BizStep-shipping",
    "https://ref.gs1.org/cbv/BizStep-inspecting", "cbv:BizStep-nothing",
    "urn:epcglobal:cbv:bizstep:shipping", "https://example.com/step/x",
    "ext:step", "nothing", "", 7, None,
)  # fmt: skip
PLACES_SAID = (
    PLACE, "urn:epc:id:sgln:9506000.13437.0", "urn:epc:id:sgln:9506000.13437.a",
    "urn:epc:id:sgtin:9506000.113435.1", "urn:epc:id:sgtin:9506000.1.1",
    "https://brand.example/414/9506000134376/254/12?x=1", "geo:1,2",
    "https://id.gs1.org/414/9506000134377", "https://example.com/414/1",
    "HTTPS://ID.GS1.ORG/414/9506000134376/254/0", "nowhere", "ext:dock", "",
    "https://id.gs1.org/414/9506000134376/254/%C3%A9", "ext:", "a b", "é:x",
)  # fmt: skip
CONTEXTS: tuple[Any, ...] = (
    "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
    ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
     {"ext": "https://ns.example.com/", "m": "urn:epcglobal:cbv:mda:"}],
    [{"ext": "ext2:x"}], {"urn": "https://x.example/"}, "https://other.example/",
    {"__proto__": "https://x.example/"}, [], {}, 7, [[]], None,
    [{"ext": "https://ref.gs1.org/cbv/"}], {"ext": 1}, {"K": "urn:x:"},
)  # fmt: skip
MASTER_DATA: tuple[Any, ...] = (
    {"cbvmda:lotNumber": "L7"}, {"cbvmda:lotNumber": "L8"}, {"m:lotNumber": "L7"},
    {"urn:epcglobal:cbv:mda:lotNumber": "L7", "cbvmda:lotNumber": "L7"},
    {"cbvmda:lotNumber": 7}, {"cbvmda:lotNumber": ""}, {"lotNumber": "L7"},
    {"cbvmda:lotNumber": "L 7"}, {"cbvmda:lotNumber": "L/7"}, {}, [], "L7",
    {"cbvmda:lotNumber": "é" * 30}, None,
)  # fmt: skip
DISPOSITIONS = (
    "recalled", "cbv:Disp-recalled", "https://ref.gs1.org/cbv/Disp-recalled",
    "active", "urn:epcglobal:cbv:disp:recalled", "ext:Disp-recalled",
    "ext:recalled", 7, "recalledness", "damaged",
)  # fmt: skip
DECLARATIONS: tuple[Any, ...] = (
    {"reason": "incorrect_data", "declarationTime": "2026-03-02T08:00:00Z"},
    {"reason": "cbv:ER-did_not_occur", "correctiveEventIDs": ["urn:uuid:1", "urn:uuid:1", 7]},
    {"reason": "ext:x", "correctiveEventIDs": "urn:uuid:1"}, {"reason": "what"},
    {}, None, "wrong", {"reason": 7, "correctiveEventIDs": ["urn:uuid:2"]},
)  # fmt: skip
POINTERS = (
    "/ext:a", "/__proto__", "/bizLocation", "/readPoint", "/note", "/ilmd",
    "/ilmd/cbvmda:lotNumber", "/ilmd/m:lotNumber", "/ilmd/x", "/eventID",
    "/after/0", "/@context", "/a~1b", "/a~2b", "a", "/readPoint/id", "/é𠮷",
    "/ilmd/cbvmda:lotNumber/0", "/bizStep", "/persistentDisposition/set",
)  # fmt: skip
CONCERNS: tuple[Any, ...] = (
    [None, None], ["2025-06-15T15:00:00Z", None], [None, "2025-06-15T15:30:00Z"],
    ["2025-06-15T15:10:00Z", "2025-06-15T15:12:00Z"], ["x", None], [], 7,
)  # fmt: skip
DELAYS = (3, 10, 60, 1_500, 50_000, 600_000)
"""How many minutes after it happened something is said."""
PRODUCER = Grant("", "producer", prefixes=("9506000",))
EVERY_ROLE = (
    Grant("", "producer", prefixes=("*",)), Grant("", "carrier"),
    Grant("", "customs"), Grant("", "retailer"), Grant("", "inspector"),
    Grant("", "warehouse"),
)  # fmt: skip
GRANTS = (
    PRODUCER, Grant("", "producer"),
    Grant("", "producer", prefixes=("*",), may_grant=True),
    Grant("", "producer", prefixes=("urn:x:", "950")), Grant("", "carrier"),
    Grant("", "customs", places=(PLACE,)), Grant("", "retailer"),
    Grant("", "carrier", start=START + 300_000, until=START + 1_500_000),
    Grant("", "inspector", until=START + 600_000), Grant("", "no such role"),
    Grant("", "producer", prefixes=("9506000",), places=(PLACE,), may_grant=True),
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Told:
    """A story's bundle, and what it is held against."""

    bundle: bytes
    trust: str
    now: int
    item: str | None


def tell(rng: random.Random) -> Told:
    """Return a story made up by *rng*, something of it hurt, perhaps."""
    play, bundle, told = play_out(rng)
    while rng.random() < 0.3:
        bundle = hurt(rng, play, bundle)
    return dataclasses.replace(told, bundle=bundle.to_bytes())


def play_out(rng: random.Random) -> tuple["Play", Bundle, Told]:
    """Return a story made up by *rng*, as its ledger proves it.

    What is told of it may be wrong all the same.
    """
    teller = _Teller(rng)
    for _ in range(rng.randrange(2, 14)):
        teller.say_something()
    play = teller.play
    item = rng.choice(teller.known())
    wants = frozenset(
        why for why in Why if why is Why.ACTOR or rng.random() < 0.9
    )
    times = [i for i in teller.commits if rng.random() < 0.6]
    play.commit()
    bundle = play.prove(rng, item, times=times, wants=wants)
    trust = _trust(rng, play)
    told = Told(
        bundle.to_bytes(),
        format_trust(trust),
        play.now
        + rng.choice((0, 0, 0, 60_000, 10**6, 10**9, -(10**6), -60_000)),
        rng.choice((item, item, None)),
    )
    return play, bundle, told


class Play(World):
    """A world whose actors join in one statement each."""

    def join(self, name: str, *grants: Grant, by: str = OWNER) -> str:
        actor = f"did:web:{name}.example"
        self.signers[actor] = signer_of(name)
        self.say(
            by,
            self.enrolled(actor, name=name),
            *(
                actors.grant(
                    dataclasses.replace(given, actor=actor),
                    secret=self.secret(),
                )
                for given in grants
            ),
        )
        return actor

    def prove(
        self,
        rng: random.Random,
        item: str,
        *,
        times: Collection[int],
        wants: Collection[Why],
    ) -> Bundle:
        """Return the bundle of *item* as the log stands."""
        count = len(self.trails.get(item, ()))
        story = show_story(
            item,
            self,
            times={i: parse_commitment(self.entries[i]).time for i in times},
            reveal=[p for p in POINTERS if rng.random() < 0.5],
            besides=rng.sample(range(count), min(count, rng.randrange(3))),
            wants=wants,
        )
        return self.packed_up(item, story, times=times)


class _Teller:
    """Tells one story, most of which could be true."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.play = Play(
            witnesses=rng.choice(((), (), ("w1", "w2", "w3"))),
            post_quantum=rng.random() < 0.05,
        )
        self.commits: list[int] = []
        # One event that is not of its form, and nothing else is judged; one
        # that was not its signer's to say, and nothing else matters.
        self.is_neat = rng.random() < 0.85
        self.is_true = self.is_neat and rng.random() < 0.5
        self.play.signers.update(
            {f"did:web:{name}.example": signer_of(name) for name in NAMES}
        )
        if self.is_true:
            for name in NAMES:
                self.play.join(name, *EVERY_ROLE)
            return
        if rng.random() < 0.8:
            self.play.join("maker", PRODUCER)
        for name in NAMES:
            if rng.random() < 0.4:
                by = rng.choice((OWNER, OWNER, OWNER, *ACTORS))
                grants = rng.sample(GRANTS, rng.randrange(3))
                self.play.join(name, *grants, by=by)

    def known(self) -> list[str]:
        """Return the items of the story, the likeliest ones first."""
        return [can(1)] * 6 + [*self.play.trails] + [can(9)]

    def say_something(self) -> None:
        rng, play = self.rng, self.play
        owner = () if self.is_true else (OWNER,)
        issuer = rng.choice((ACTORS[0],) * 5 + ACTORS + owner)
        events = [self.event() for _ in range(rng.choice((1, 1, 1, 2, 3)))]
        chance = 0.0 if self.is_true else 1.0
        signer = (
            signer_of(rng.choice(NAMES))
            if rng.random() < 0.05 * chance
            else None
        )
        unlinked = [can(1)] if rng.random() < 0.02 * chance else []
        origin = "other.example/log" if rng.random() < 0.01 * chance else ORIGIN
        play.say(
            issuer, *events, signer=signer, unlinked=unlinked, origin=origin
        )
        if rng.random() < 0.02:
            # More than anybody looks at one and all.
            unit, count = rng.choice((can(1), sscc(1))), rng.randrange(250, 400)
            play.say(issuer, *(self.short(unit) for _ in range(count)))
        if rng.random() < 0.25:
            self.commits.append(play.commit())

    def short(self, unit: str) -> Event:
        body: dict[str, Any] = {}
        if self.rng.random() < 0.01:
            body["disposition"] = self.rng.choice(DISPOSITIONS)
        return self.play.seen(unit, **body)

    def event(self) -> Event:
        makers: list[tuple[int, Callable[[], Event]]] = [
            (6, self.made), (6, self.seen), (6, self.packed), (3, self.turned),
            (4, self.repeated), (4, self.registered), (1, self.anything),
        ]  # fmt: skip
        if self.is_true:
            makers = makers[:-2]
        weights = [weight for weight, _ in makers]
        for _ in range(20):
            (_, make) = self.rng.choices(makers, weights)[0]
            try:
                event = make()
                if self.is_neat:
                    reading = check_whole(event, baseline())
                    if self.is_true:
                        read_act(event.body, event.items, reading, baseline())
            except ProvenanceError:
                continue
            return event
        # Not every choice can be written; this one always can.
        return self.play.seen(can(1))

    def body(self, **members: Any) -> dict[str, Any]:
        rng = self.rng
        extras: dict[str, tuple[Any, ...]] = {
            "bizStep": STEPS_SAID,
            "readPoint": tuple({"id": place} for place in PLACES_SAID),
            "bizLocation": ({"id": PLACE}, {"id": 7}, "x", {}, None),
            "@context": CONTEXTS,
            "ilmd": MASTER_DATA,
            "disposition": DISPOSITIONS,
            "persistentDisposition": ({"set": ["active", "recalled"]}, {"set": "x"}, []),
            "eventID": ("urn:uuid:1", "urn:uuid:2", 7),
            "errorDeclaration": DECLARATIONS,
            "eventTime": ("2026-01-01T00:00:00Z", 7, None),
            "action": ("ADD", "OBSERVE", "DELETE", 7),
            "__proto__": ("x", {"type": "y"}),
            "note": INTERESTING_TEXTS,
            "concerns": CONCERNS,
        }  # fmt: skip
        for name, values in extras.items():
            likely = (
                0.25 if name in {"bizStep", "readPoint", "@context"} else 0.08
            )
            if self.is_true and name in {"bizStep", "action", "eventID"}:
                continue
            if rng.random() < likely:
                members[name] = rng.choice(values)
        if rng.random() < 0.2:
            members["eventTime"] = written(
                self.play.now - rng.choice(DELAYS) * MINUTE
            )
        if rng.random() < 0.15:
            members["after"] = [self.demand()]
        return members

    def demand(self) -> list[Any]:
        rng = self.rng
        item = rng.choice(self.known())
        chain = chain_hashes(item, self.play.trails.get(item, []))
        right = chain[-1] if chain else map_key(item)
        if self.is_true:
            return [item, right]
        return [
            item,
            rng.choice((right, right, right, map_key(item), bytes(32))),
        ]

    def units(self) -> list[str]:
        return [
            i for i in ITEMS if i.startswith(GTIN) and self.rng.random() < 0.5
        ] or [can(1)]

    def made(self) -> Event:
        lot = self.rng.choice((None, "L7", "L7", "L8"))
        return self.play.made(*self.units(), lot=lot, **self.body())

    def seen(self) -> Event:
        rng = self.rng
        items = rng.sample(ITEMS, rng.randrange(1, 3))
        values: tuple[Any, ...] = (
            1.5, "x", b"\x00\xff", {"__proto__": [b""]}, 2**53 - 1,
        )  # fmt: skip
        fields = []
        if rng.random() < 0.25:
            some = 2 if rng.random() < 0.8 else len(POINTERS)
            fields = [
                Field(pointer, rng.choice(values))
                for pointer in rng.sample(POINTERS[:some], rng.randrange(1, 3))
            ]
        seal = sha256(b"seal") if rng.random() < 0.1 else None
        return self.play.event(
            rng.choice(("ObjectEvent", "ObjectEvent", "TransactionEvent")),
            *(Item("epcList", item, seal=seal) for item in items),
            fields=fields,
            **{"action": "OBSERVE", **self.body()},
        )

    def packed(self) -> Event:
        rng = self.rng
        parent, *units = rng.sample(ITEMS[:7], rng.randrange(1, 4))
        if "/00/" not in parent:
            parent = rng.choice((sscc(1), sscc(2), PLACE))
        kind = rng.choice(("AggregationEvent",) * 3 + ("AssociationEvent",))
        action = rng.choice(("ADD", "ADD", "ADD", "DELETE", "OBSERVE"))
        members = {"type": kind, "action": action, **self.body()}
        if rng.random() < 0.1:
            loose = Item("childQuantityList", LOT, 5, None)
            members.setdefault("bizStep", "loading")
            kind = str(members.pop("type"))
            return self.play.event(
                kind, Item("parentID", parent), loose, **members
            )
        return self.play.packed(parent, *units, **members)

    def turned(self) -> Event:
        rng = self.rng
        inputs = rng.sample(ITEMS, rng.randrange(3))
        outputs = rng.sample(ITEMS[:4], rng.randrange(1, 3))
        body = self.body()
        joins = [Item("transformationID", "urn:x:t")] * (rng.random() < 0.2)
        if joins or rng.random() < 0.05:
            body["transformationID"] = rng.choice(("urn:x:t",) * 4 + ("x", 7))
        return self.play.event(
            "TransformationEvent",
            *(Item("inputEPCList", item) for item in inputs),
            *(Item("outputEPCList", item) for item in outputs),
            *joins,
            **body,
        )

    def repeated(self) -> Event:
        rng, play = self.rng, self.play
        said = [e for e in play.events.values() if not e.fields]
        if not said:
            return self.made()
        event = rng.choice(said)
        declared = rng.choice(DECLARATIONS)
        body = {**event.body, "errorDeclaration": declared}
        if rng.random() < 0.15:
            body["recordTime"] = "2026-01-01T00:00:00Z"
        items = event.items
        if rng.random() < 0.1:
            items = (*items, Item("epcList", can(2)))
        return make_event(body, items, secret=play.secret())

    def registered(self) -> Event:
        rng, play = self.rng, self.play
        actor = rng.choice((*ACTORS, OWNER, "did:web:new.example"))
        name = rng.choice((*NAMES, "new", OWNER))
        ids = [event.id for event in play.events.values()] or [Hash(bytes(32))]
        secret = play.secret()
        keys: dict[str, Any] = {
            "signer": signer_of(name),
            "origin": ORIGIN,
            "secret": secret,
        }
        old = signer_of(rng.choice(NAMES)).verifier.key_id
        given = dataclasses.replace(rng.choice(GRANTS), actor=actor)
        makers: list[Callable[[], Event]] = [
            lambda: actors.enrol(actor, name=name, **keys),
            lambda: actors.grant(given, secret=secret),
            lambda: actors.grant(given, secret=secret),
            lambda: actors.revoke_grant(
                actor, granted_by=rng.choice(ids), reason="why", secret=secret
            ),
            lambda: actors.add_key(actor, **keys),
            lambda: actors.rotate_key(actor, old=old, **keys),
            lambda: actors.revoke_key(
                actor, old=old, reason="é", secret=secret
            ),
            self.nearly_registered,
        ]
        return rng.choice(makers)()

    def nearly_registered(self) -> Event:
        """Return a registry event with something wrong in it."""
        rng, play = self.rng, self.play
        event = self.registered()
        body = change_value(rng, dict(event.body), {"prefixes": ["x"], "z": 1})
        if not isinstance(body, dict):
            body = {**event.body, "more": 1}
        return make_event(body, event.items, secret=play.secret())

    def anything(self) -> Event:
        """Return an event whose body is any text and number."""
        rng = self.rng
        body: dict[str, Any] = {
            rng.choice(INTERESTING_TEXTS): rng.choice((1, 0.5, "x", None, []))
            for _ in range(rng.randrange(20))
        }
        kind = rng.choice(("https://example.com/x", "ObjectEvent", "é"))
        parts = {**body, **self.body(), "type": kind, "long": "x" * 300}
        relation = rng.choice((*RELATIONS, "x"))
        items = [Item(relation, rng.choice((*ITEMS, PLACE)))]
        if relation == "place":
            parts["readPoint"] = {"id": rng.choice((PLACE, *PLACES_SAID))}
        if rng.random() < 0.5:
            amount = rng.choice((1, 0.25, 1e300, -7, None))
            items.append(Item("quantityList", LOT, amount, "KGM"))
        return make_event(parts, items, secret=self.play.secret())


def without(rows: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    return rows[:number] + rows[number + 1 :]


def put(rows: tuple[Any, ...], number: int, row: Any) -> tuple[Any, ...]:
    return (*rows[:number], row, *rows[number + 1 :])


def hurt(rng: random.Random, play: Play, bundle: Bundle) -> Bundle:
    """Return *bundle* with something left out of it, or put in."""
    numbers = range(len(bundle.statements))
    number = rng.choice(numbers) if numbers else 0
    match rng.randrange(8):
        case 0 if numbers:
            # Everything that was proven is proven again.
            statements = without(bundle.statements, number)
            return _again(play, bundle, statements=statements)
        case 1 if len(bundle.trails) > 1:
            trails = without(bundle.trails, rng.randrange(len(bundle.trails)))
            return _again(play, bundle, trails=trails)
        case 2 if numbers:
            statement = _less(rng, play, bundle.statements[number])
            statements = put(bundle.statements, number, statement)
            return _again(play, bundle, statements=statements)
        case 3:
            others = sorted({*play.trails, *ITEMS} - _named(bundle))
            trails = tuple(
                sorted(
                    (*bundle.trails, *map(play.whole_trail, others[:1])),
                    key=lambda trail: trail.item,
                )
            )
            return _again(play, bundle, trails=trails)
        case 4:
            return dataclasses.replace(
                bundle, subject=rng.choice(sorted(_named(bundle)))
            )
        case 5 if bundle.commitments:
            return _again(play, bundle, commitments=bundle.commitments[1:])
        case 6:
            trails = tuple(
                _shorter(rng, play, trail.item) or trail
                for trail in bundle.trails
            )
            return _again(play, bundle, trails=trails)
        case _:
            pass
    entry = encode(
        [rng.choice((0, 1, 3, 4, 5, 99)), rng.choice((b"book", b"", 7, "x"))]
    )
    index = play.log(entry)
    play.commit()
    entries = (*bundle.entries, play.logged(index))
    return _again(play, bundle, entries=entries)


def _named(bundle: Bundle) -> set[str]:
    return {trail.item for trail in bundle.trails}


_NO_WALK = Trace({}, {}, (), (), {}, (), ())


def _again(play: Play, bundle: Bundle, **parts: Any) -> Bundle:
    """Return *bundle* with other parts, and the proofs of log and map anew."""
    changed = dataclasses.replace(bundle, **parts)
    shown = {
        (statement.log_index, event.position)
        for statement in changed.statements
        for event in statement.events
    }
    fresh = play.packed_up(
        bundle.subject,
        ShownStory(
            _NO_WALK, changed.statements, changed.entries, changed.trails, {}
        ),
        times=[row.log_index for row in changed.commitments],
    )
    trails = tuple(
        dataclasses.replace(
            trail, rows=play.whole_trail(trail.item, shown).rows
        )
        if trail.ranges == (Range(0, trail.count),)
        else trail
        for trail in fresh.trails
    )
    return dataclasses.replace(fresh, trails=trails)


def _less(
    rng: random.Random, play: Play, statement: ShownStatement
) -> ShownStatement:
    """Return *statement* with less of one of its events, or more."""
    number = rng.randrange(len(statement.events))
    position = statement.events[number].position
    event = play.events[statement.log_index, position]
    leaves = {
        leaf for leaf in range(1, len(event.leaves)) if rng.random() < 0.6
    }
    shown = play.show((statement.log_index, position), {0, *leaves})
    return dataclasses.replace(
        statement, events=put(statement.events, number, shown)
    )


def _shorter(rng: random.Random, play: Play, item: str) -> Any:
    """Return the end of a long trail alone; None for a short one."""
    if item not in play.trails or len(play.trails[item]) < 20:
        return None
    start = rng.randrange(1, 10)
    links = play.trails[item]
    previous = chain_hashes(item, links)[start - 1]
    whole = play.whole_trail(item)
    return dataclasses.replace(
        whole,
        ranges=(Range(start, len(links) - start, previous),),
        rows=tuple(whole.rows[start:]),
    )


def _trust(rng: random.Random, play: Play) -> Trust:
    trust = play.trust()
    if rng.random() < 0.2:
        asked = frozenset(rng.sample(sorted(trust.trails), rng.randrange(3)))
        trust = dataclasses.replace(trust, trails=asked)
    if rng.random() < 0.1:
        trust = dataclasses.replace(
            trust, max_age_seconds=rng.choice((1, None))
        )
    if rng.random() < 0.15:
        pinned = tuple(
            Authority(
                actor,
                f'"{name}"\\é',
                (signer_of(name).verifier.data,),
                (Grant(actor, "producer", prefixes=("*",)),),
                is_pinned=True,
            )
            for name, actor in zip(NAMES, ACTORS, strict=True)
            if rng.random() < 0.5
        )
        trust = dataclasses.replace(trust, actors=pinned)
    if rng.random() < 0.05:
        books = rng.choice(
            (
                (BookRef(sha256(b"nobody has it"), 3),),
                (*BASELINE, BookRef(assessment().id, 2)),
            )
        )
        trust = dataclasses.replace(trust, books=books)
    if rng.random() < 0.1:
        bound = rng.choice((300, 86_400))
        trust = dataclasses.replace(trust, clock_bound_seconds=bound)
    return trust
