"""Stories told at random, and proven: so that changed events are signed ones.

What is changed in a bundle's bytes is refused by its proofs, and whoever reads
events, grants and corrections is never asked. Here the ledger in memory
(`tests.world`) logs random and often wrong events of random signers, so that
a bundle's proofs hold and its meaning is what is judged.
"""

import dataclasses
import random
from collections.abc import Callable
from typing import Any

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.event import Event, Field, Item, make_event
from provenance.claims.registry import Authority
from provenance.claims.trail import chain_hashes, map_key
from provenance.encoding.digest import Hash
from provenance.epcis.vocabulary import STEPS
from provenance.errors import ProvenanceError
from provenance.proof.bundle import Bundle
from provenance.proof.trace import Why
from provenance.proof.trust import Trust, format_trust
from tests.vectors.makers.play import PRODUCER, Play, without
from tests.vectors.makers.trust import PLACE
from tests.web.mutations import INTERESTING_TEXTS, change_value
from tests.world import GTIN, LOT, ORIGIN, OWNER, START, can, signer_of, sscc

NAMES = ("maker", "carrier", "customs", "shop")
ACTORS = tuple(f"did:web:{name}.example" for name in NAMES)
MILK = "urn:x:milk"
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
    "ext:recalled", 7, "recalledness",
)  # fmt: skip
DECLARATIONS: tuple[Any, ...] = (
    {"reason": "incorrect_data", "declarationTime": "2026-03-02T08:00:00Z"},
    {"reason": "cbv:ER-did_not_occur", "correctiveEventIDs": ["urn:uuid:1", "urn:uuid:1", 7]},
    {"reason": "ext:x", "correctiveEventIDs": "urn:uuid:1"}, {"reason": "what"},
    {}, None, "wrong", {"reason": 7, "correctiveEventIDs": ["urn:uuid:2"]},
)  # fmt: skip
GRANTS = (
    Grant("", "producer", prefixes=("9506000",)), Grant("", "producer"),
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
    """Return a story made up by *rng*."""
    teller = _Teller(rng)
    for _ in range(rng.randrange(2, 14)):
        teller.say_something()
    play = teller.play
    item = rng.choice(teller.known())
    wants = frozenset(
        why for why in Why if why is Why.ACTOR or rng.random() < 0.9
    )
    times = [i for i in teller.commits if rng.random() < 0.6]
    bundle = play.bundle(item, times=times, wants=wants)
    while rng.random() < 0.3:
        bundle = _hurt(rng, play, bundle)
    trust = _trust(rng, play)
    return Told(
        bundle.to_bytes(),
        format_trust(trust),
        play.now
        + rng.choice((0, 0, 0, 60_000, 10**6, 10**9, -(10**6), -60_000)),
        rng.choice((item, item, None)),
    )


class _Teller:
    """Tells one story, most of which could be true."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.play = Play(
            witnesses=rng.choice(((), (), ("w1", "w2", "w3"))),
            post_quantum=rng.random() < 0.05,
        )
        self.commits: list[int] = []
        self.play.signers.update(
            {f"did:web:{name}.example": signer_of(name) for name in NAMES}
        )
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
        issuer = rng.choice((ACTORS[0],) * 5 + ACTORS + (OWNER,))
        events = [self.event() for _ in range(rng.choice((1, 1, 1, 2, 3)))]
        signer = signer_of(rng.choice(NAMES)) if rng.random() < 0.05 else None
        unlinked = [can(1)] if rng.random() < 0.02 else []
        origin = "other.example/log" if rng.random() < 0.01 else ORIGIN
        play.say(
            issuer, *events, signer=signer, unlinked=unlinked, origin=origin
        )
        if rng.random() < 0.25:
            self.commits.append(play.commit())

    def event(self) -> Event:
        makers: list[tuple[int, Callable[[], Event]]] = [
            (6, self.made), (6, self.seen), (6, self.packed), (3, self.turned),
            (4, self.repeated), (4, self.registered), (1, self.anything),
        ]  # fmt: skip
        weights = [weight for weight, _ in makers]
        (_, make) = self.rng.choices(makers, weights)[0]
        try:
            return make()
        except ProvenanceError:
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
        }  # fmt: skip
        for name, values in extras.items():
            likely = (
                0.25 if name in {"bizStep", "readPoint", "@context"} else 0.08
            )
            if rng.random() < likely:
                members[name] = rng.choice(values)
        if rng.random() < 0.15:
            members["after"] = [self.demand()]
        return members

    def demand(self) -> list[Any]:
        rng = self.rng
        item = rng.choice(self.known())
        chain = chain_hashes(item, self.play.trails.get(item, []))
        right = chain[-1] if chain else map_key(item)
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
        values: tuple[Any, ...] = (1.5, "x", b"\x00\xff", {"__proto__": [b""]})
        fields = [
            Field("/ext:a", rng.choice(values)),
            Field("/__proto__", 2**53 - 1),
        ]
        shown = fields[: rng.randrange(3)] if rng.random() < 0.2 else []
        return self.play.event(
            rng.choice(("ObjectEvent", "ObjectEvent", "TransactionEvent")),
            *(Item("epcList", item) for item in items),
            fields=shown,
            **{"action": "OBSERVE", **self.body()},
        )

    def packed(self) -> Event:
        rng = self.rng
        parent, *units = rng.sample(ITEMS[:7], rng.randrange(1, 4))
        if "/00/" not in parent:
            parent = rng.choice((sscc(1), sscc(2), PLACE))
        kind = rng.choice(("AggregationEvent",) * 3 + ("AssociationEvent",))
        action = rng.choice(("ADD", "ADD", "ADD", "DELETE", "OBSERVE"))
        return self.play.packed(
            parent, *units, **{"type": kind, "action": action, **self.body()}
        )

    def turned(self) -> Event:
        rng = self.rng
        inputs = rng.sample(ITEMS, rng.randrange(3))
        outputs = rng.sample(ITEMS[:4], rng.randrange(1, 3))
        return self.play.turned(inputs, outputs, **self.body())

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
        relation = rng.choice(("epcList", "parentID", "childEPCs", "x", ""))
        items = [Item(relation, rng.choice(ITEMS))]
        if rng.random() < 0.5:
            amount = rng.choice((1, 0.25, 1e300, -7, None))
            items.append(Item("quantityList", LOT, amount, "KGM", True))
        return make_event(parts, items, secret=self.play.secret())


def _hurt(rng: random.Random, play: Play, bundle: Bundle) -> Bundle:
    """Return *bundle* with something left out of it, or put in."""
    match rng.randrange(5):
        case 0 if len(bundle.events) > 1:
            events = without(bundle.events, rng.randrange(len(bundle.events)))
            said = {event.log_index for event in events}
            kept = [s for s in bundle.statements if s.log_index in said]
            return dataclasses.replace(
                bundle, events=events, statements=tuple(kept)
            )
        case 1 if len(bundle.items) > 1:
            number = rng.randrange(1, len(bundle.items))
            return dataclasses.replace(
                bundle, items=without(bundle.items, number)
            )
        case 2 if bundle.events:
            number = rng.randrange(len(bundle.events))
            event = bundle.events[number]
            leaves = tuple(
                leaf
                for leaf in event.leaves
                if leaf.number == 0 or rng.random() < 0.6
            )
            changed = dataclasses.replace(event, leaves=leaves)
            events = (*bundle.events[:number], changed)
            return dataclasses.replace(
                bundle, events=events + bundle.events[number + 1 :]
            )
        case 3:
            index = rng.randrange(len(play.entries) - 1)
            indexes = {s.log_index for s in bundle.statements}
            logged = [*bundle.statements]
            if index not in indexes:
                logged.append(play.logged(index))
            logged.sort(key=lambda entry: entry.log_index)
            return dataclasses.replace(bundle, statements=tuple(logged))
        case _:
            pass
    others = [
        item
        for item in play.trails
        if item not in {trail.item for trail in bundle.items}
    ]
    extra = tuple(play.trail(item) for item in others[:1])
    return dataclasses.replace(bundle, items=bundle.items + extra)


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
    if rng.random() < 0.1:
        roles = {
            **trust.roles,
            "customs": frozenset({"*"}),
            "a b": frozenset({"x"}),
        }
        roles.pop("carrier")
        trust = dataclasses.replace(trust, roles=roles)
    return trust
