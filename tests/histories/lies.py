"""Lies: what a crooked actor says, or a crooked operator logs, amid a voyage."""

import dataclasses
import random
from collections.abc import Callable
from typing import Any

from provenance.claims import actor as actors
from provenance.claims.actor import Grant, is_registry_event
from provenance.claims.event import RELATIONS, Event, Field, Item, make_event
from provenance.encoding.digest import Hash
from provenance.errors import ProvenanceError
from tests.histories.judged import JudgedWorld
from tests.histories.voyage import DAY, ROLES, iso
from tests.web import tales
from tests.world import GTIN, LOT, ORIGIN, OWNER, can, signer_of, sscc

TYPES = (
    "ObjectEvent", "AggregationEvent", "AssociationEvent", "TransactionEvent",
    "TransformationEvent", "Nonsense", "objectEvent", "", "urn:x:Event",
    "ActorEnrolled",
)  # fmt: skip
ACTIONS = ("ADD", "OBSERVE", "DELETE", "MAYBE", "add", "", None, 7)
STEPS = (
    "commissioning", "decommissioning", "packing", "unpacking", "loading",
    "creating_class_instance", "encoding", "inspecting", "nothing", None,
    "urn:provenance:step:recalled", "urn:provenance:step:customs_released",
    "urn:provenance:step:customs_held", "urn:provenance:step:nothing",
    "recalled", "https://example.com/step/x", "cbv:BizStep-commissioning",
)  # fmt: skip
DISPOSITIONS = (
    "recalled", "cbv:Disp-recalled", "active", "stolen", "unheard_of",
    "https://ref.gs1.org/cbv/Disp-recalled", "urn:epcglobal:cbv:disp:recalled",
)  # fmt: skip
CONCEALED = (
    "/bizStep", "/disposition", "/ilmd", "/ilmd/cbvmda:lotNumber", "/eventID",
    "/action", "/persistentDisposition/set", "/note", "/ext:price", "/after/0",
    "/concerns", "/errorDeclaration", "/readPoint", "/bizLocation/id",
)  # fmt: skip
FOREIGN = "https://id.gs1.org/01/00614141000036/21/F1"
SPELLINGS = (
    can(1).replace("https://id.gs1.org", "HTTPS://ID.GS1.ORG"),
    can(1).replace("id.gs1.org", "brand.example"),
    "urn:epc:id:sgtin:9506000.013435.K0001",
    can(1) + "?17=271231",
    sscc(1).replace("/00/", "/00/") + "/",
)  # fmt: skip


class Liar:
    """Tells lies into a world."""

    def __init__(self, rng: random.Random, world: JudgedWorld) -> None:
        self.rng = rng
        self.world = world
        self.names = [*ROLES, "boss", "stranger"]

    def lie(self) -> None:
        """Tell one, of any kind."""
        rng = self.rng
        lies: list[tuple[int, Callable[[], None]]] = [
            (6, self.changed), (3, self.other_issuer), (2, self.replayed),
            (2, self.said_again), (3, self.registered), (2, self.declared),
            (2, self.concealed), (1, self.named_twice), (2, self.strange),
            (1, self.other_key), (1, self.timed), (1, self.demanded),
            (2, self.foreign), (1, self.as_an_actor),
        ]  # fmt: skip
        weights = [weight for weight, _ in lies]
        for _ in range(5):
            (_, tell) = rng.choices(lies, weights)[0]
            try:
                tell()
            except ProvenanceError:
                # Not every lie can be written down.
                continue
            return

    # What is said.

    def some(self) -> tuple[str, Event] | None:
        """Return an event of the goods, and who said it."""
        said = [
            (told.issuer, event)
            for told in self.world.told
            for event in told.events
            if not is_registry_event(event.body)
        ]
        return self.rng.choice(said) if said else None

    def actor(self) -> str:
        known = [
            f"did:web:{name}.example"
            for name in self.names
            if f"did:web:{name}.example" in self.world.signers
        ]
        return self.rng.choice(known)

    def say(self, issuer: str, body: Any, items: Any, *fields: Field) -> None:
        event = make_event(body, items, fields, secret=self.world.secret())
        self.world.say(issuer, event)

    def fresh(self, event: Event) -> dict[str, Any]:
        """Return its body, as of now."""
        body: dict[str, Any] = dict(event.body)
        body["eventTime"] = iso(self.world.now - self.rng.randrange(DAY))
        body.pop("eventID", None)
        body.pop("errorDeclaration", None)
        return body

    # Lies.

    def changed(self) -> None:
        """Say what somebody said, in another form."""
        rng = self.rng
        found = self.some()
        if found is None:
            return
        issuer, event = found
        body, items = self.fresh(event), list(event.items)
        for _ in range(rng.choice((1, 1, 2))):
            match rng.randrange(8):
                case 0:
                    body["type"] = rng.choice(TYPES)
                case 1:
                    body["action"] = rng.choice(ACTIONS)
                case 2:
                    body["bizStep"] = rng.choice(STEPS)
                case 3:
                    body["disposition"] = rng.choice(DISPOSITIONS)
                case 4 if items:
                    at = rng.randrange(len(items))
                    items[at] = self.under(items[at].id)
                case 5:
                    items.append(
                        self.under(rng.choice((*SPELLINGS, *self.things())))
                    )
                case 6 if len(items) > 1:
                    del items[rng.randrange(len(items))]
                case _:
                    name = rng.choice((*body, "note"))
                    sign = rng.choice("\x00\x1f\x7f\u0085\u200e\u202e\u2066a")
                    body[name] = f"{body.get(name)}{sign}"
        body = {
            name: value for name, value in body.items() if value is not None
        }
        self.say(rng.choice((issuer, issuer, self.actor())), body, items)

    def things(self) -> list[str]:
        return [can(1), can(2), sscc(1), sscc(2), LOT, GTIN, FOREIGN]

    def under(self, item: str) -> Item:
        relation = self.rng.choice(RELATIONS[1:])
        if relation.lower().endswith("quantitylist"):
            return Item(relation, item, self.rng.choice((1, None)), None)
        return Item(relation, item)

    def other_issuer(self) -> None:
        found = self.some()
        if found is not None:
            self.say(self.actor(), self.fresh(found[1]), found[1].items)

    def replayed(self) -> None:
        indexes = {index for index, _ in self.world.events}
        if indexes:
            self.world.replay(self.rng.choice(sorted(indexes)))

    def said_again(self) -> None:
        """Say the very event again, in a statement of one's own."""
        said = [
            (told.issuer, event)
            for told in self.world.told
            for event in told.events
        ]
        issuer, event = self.rng.choice(said)
        self.world.say(self.rng.choice((issuer, self.actor())), event)

    def declared(self) -> None:
        """Declare an error: somebody else's, of other things, or nameless."""
        rng = self.rng
        found = self.some()
        if found is None:
            return
        issuer, event = found
        body, items = dict(event.body), list(event.items)
        declarations: tuple[Any, ...] = (
            {"reason": "did_not_occur"}, {}, "x", None,
            {"correctiveEventIDs": ["urn:x:1"]},
        )  # fmt: skip
        body["errorDeclaration"] = rng.choice(declarations)
        if rng.random() < 0.5:
            issuer = self.actor()
        if rng.random() < 0.3:
            items = [*items[:-1], self.under(rng.choice(self.things()))]
        if rng.random() < 0.3:
            body["eventID"] = "urn:uuid:7d2fd0a1-0002-4000-8000-000000000001"
        self.say(issuer, body, items)

    def concealed(self) -> None:
        rng = self.rng
        found = self.some()
        if found is None:
            return
        issuer, event = found
        body = self.fresh(event)
        pointer = rng.choice(CONCEALED)
        if rng.random() < 0.7:
            body.pop(pointer.split("/")[1], None)
        value = rng.choice(
            ("recalled", "urn:provenance:step:recalled", "L7", 7)
        )
        self.say(issuer, body, event.items, Field(pointer, value))

    def named_twice(self) -> None:
        """Use an `eventID` for two events."""
        rng = self.rng
        found = self.some()
        if found is None:
            return
        issuer, event = found
        body = self.fresh(event)
        body["eventID"] = "urn:uuid:7d2fd0a1-0002-4000-8000-000000000001"
        self.say(issuer, body, event.items)
        if rng.random() < 0.5:
            items = [self.under(rng.choice(self.things()))]
            self.say(issuer, {**body, "bizStep": "inspecting"}, items)

    def strange(self) -> None:
        """Say something that nobody would."""
        teller = object.__new__(tales._Teller)
        teller.rng = self.rng
        teller.play = self.world  # type: ignore[assignment]  # of it what is asked is there
        teller.is_neat = self.rng.random() < 0.5
        teller.is_true = False
        self.world.say(self.actor(), teller.event())

    def other_key(self) -> None:
        """Sign with a key of somebody else, or with an old one of one's own."""
        found = self.some()
        if found is None:
            return
        issuer, event = found
        body = self.fresh(event)
        event = make_event(body, event.items, secret=self.world.secret())
        name = issuer.removeprefix("did:web:").removesuffix(".example")
        key = self.rng.choice((name, self.rng.choice(self.names)))
        self.world.say(issuer, event, signer=signer_of(key))

    def timed(self) -> None:
        """Say that something happened when it did not yet."""
        found = self.some()
        if found is None:
            return
        issuer, event = found
        ahead = self.rng.choice((10 * DAY, 4 * 60_000, 400 * DAY))
        body = self.fresh(event)
        body["eventTime"] = iso(self.world.now + ahead)
        self.say(issuer, body, event.items)

    def demanded(self) -> None:
        found = self.some()
        if found is None:
            return
        issuer, event = found
        body = self.fresh(event)
        item = self.rng.choice((event.items[0].id, can(1)))
        body["after"] = [[item, self.rng.choice((bytes(32), b"x" * 32))]]
        self.say(issuer, body, event.items)

    def foreign(self) -> None:
        """Give an id of a foreign prefix its meaning, by whatever word."""
        rng = self.rng
        thing = rng.choice((FOREIGN, f"{GTIN}/21/FAKE{rng.randrange(9)}"))
        kind, action, relation = rng.choice(
            (
                ("ObjectEvent", "ADD", "epcList"),
                ("ObjectEvent", "OBSERVE", "epcList"),
                ("ObjectEvent", "OBSERVE", "about"),
                ("TransformationEvent", None, "outputEPCList"),
                ("AggregationEvent", "ADD", "childEPCs"),
                ("AggregationEvent", "OBSERVE", "childEPCs"),
            )
        )  # fmt: skip
        body = {
            "type": kind,
            "eventTime": iso(self.world.now - rng.randrange(DAY)),
            "bizStep": rng.choice(
                (
                    "commissioning",
                    "encoding",
                    "creating_class_instance",
                    "packing",
                )
            ),
        }
        if action:
            body["action"] = action
        items = [Item(relation, thing)]
        if rng.random() < 0.6:
            items.append(Item(relation, can(1)))
        if kind == "AggregationEvent":
            items.append(Item("parentID", rng.choice((sscc(1), sscc(7)))))
        if kind == "TransformationEvent":
            items.append(Item("inputQuantityList", LOT, 1, None))
        self.say(self.actor(), body, items)

    def as_an_actor(self) -> None:
        """Name an actor as an item, or enrol an item as an actor."""
        rng = self.rng
        if rng.random() < 0.5:
            body = {
                "type": "ObjectEvent", "action": "OBSERVE",
                "eventTime": iso(self.world.now),
            }  # fmt: skip
            items = [Item("epcList", i) for i in (self.actor(), can(1))]
            self.say(self.actor(), body, items)
            return
        thing = rng.choice(
            (can(1), sscc(1), LOT, "https://id.gs1.org/414/9506000134376")
        )
        self.world.signers.setdefault(thing, signer_of(thing))
        by = rng.choice((OWNER, self.actor()))
        self.world.say(by, self.world.enrolled(thing, name="thing"))

    def registered(self) -> None:
        """Abuse the registry."""
        rng, world = self.rng, self.world
        actor, by = (
            self.actor(),
            rng.choice((OWNER, self.actor(), self.actor())),
        )
        given = rng.choice((*ROLES.values(), Grant("", "auditor")))
        given = dataclasses.replace(
            given, actor=actor, may_grant=rng.random() < 0.3
        )
        grants = [
            (told.issuer, event)
            for told in world.told
            for event in told.events
            if event.body.get("type") == "RoleGranted"
        ]
        new = f"did:web:new{rng.randrange(3)}.example"
        world.signers.setdefault(new, signer_of(new))
        name = rng.choice(("new", "maker", "MAKER", "  ", "a\u202eb"))
        secret = world.secret()
        match rng.randrange(6):
            case 0:
                event = actors.grant(given, secret=secret)
            case 1 if grants:
                # The very same grant, said by another.
                event = rng.choice(grants)[1]
            case 2 if grants:
                event = rng.choice(grants)[1]
                event = actors.revoke_grant(
                    str(event.body["actor"]), granted_by=Hash(event.id),
                    reason="competitor", secret=secret,
                )  # fmt: skip
            case 3:
                event = world.enrolled(new, name=name)
            case 4:
                old = world.signers[actor].verifier.key_id
                event = actors.revoke_key(
                    actor, old=old, reason="stolen", secret=secret
                )
            case _:
                event = actors.add_key(
                    actor, signer=signer_of(rng.choice(self.names)),
                    origin=ORIGIN, secret=secret,
                )  # fmt: skip
        world.say(by, event)
