"""Honest histories, made of what truly happened: who did what to what, when.

A voyage is first played in a true world, where a thing is in one place and in
one container at a time. Each thing done is then reported by whoever did it,
some at once and some days later, in statements that may hold several reports;
so the log has them in another order than they happened in. What a container
held at each moment is known here without any report: the oracle of recalls.
"""

import dataclasses
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.event import Event, Item, make_event
from provenance.encoding.digest import Hash
from tests.world import GTIN, OWNER, START, can, signer_of, sscc

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

RECALLED = "urn:provenance:step:recalled"
OWN = "urn:provenance:step:"
PLACES = ("https://id.gs1.org/414/9506000134376",)
CONTAINER = "https://id.gs1.org/8004/9506000BOX"
FLOUR = "https://id.gs1.org/01/09506000134369/10/F1"
MILK = "https://id.gs1.org/01/09506000134376/10/M1"

ROLES: dict[str, Grant] = {
    "maker": Grant("", "producer", prefixes=("9506000",)),
    "carrier": Grant("", "carrier"),
    "warehouse": Grant("", "warehouse"),
    "customs": Grant("", "customs"),
    "lab": Grant("", "inspector"),
    "importer": Grant("", "importer"),
    "shop": Grant("", "retailer"),
}
"""Name → what the authorities let it do."""


@dataclasses.dataclass(frozen=True)
class Report:
    """What somebody says, and when it reaches the log.

    Attributes:
        issuer: Who.
        logged: When, in ms since 1970.
        events: What.
    """

    issuer: str
    logged: int
    events: tuple[Event, ...]


@dataclasses.dataclass
class Recall:
    """That something was recalled.

    Attributes:
        item: What.
        time: When.
        span: Which time the recall concerns, where it says so.
    """

    item: str
    time: int
    span: tuple[int, int] | None = None


@dataclasses.dataclass
class Truth:
    """What truly happened.

    Attributes:
        inside: (container, from, until) of each thing that was in one.
        lot: The lot of each unit that has one.
        inputs: What each thing was made of.
        recalls: All that was recalled, without those that were taken back.
        is_late: Whether a report came more than 30 days late: then the
            stays that the log tells may be others than the true ones.
    """

    inside: dict[str, list[tuple[str, int, int | None]]]
    lot: dict[str, str]
    inputs: dict[str, set[str]]
    recalls: list[Recall]
    is_late: bool = False

    def lots_of(self, item: str) -> set[str]:
        """Return what a recall of reaches *item* at whatever time."""
        found = {item}
        todo = [item]
        while todo:
            thing = todo.pop()
            more = {*self.inputs.get(thing, ())}
            if thing in self.lot:
                more.add(self.lot[thing])
            if "/21/" in thing or "/10/" in thing:
                more.add(thing.partition("/21/")[0].partition("/10/")[0])
            todo += more - found
            found |= more
        return found

    def spans_in(
        self, item: str, since: int = 0, until: int | None = None
    ) -> list[tuple[str, int, int | None]]:
        """Return (container, from, until) of all that *item* was inside of."""
        found = []
        for container, start, stop in self.inside.get(item, ()):
            first = max(since, start)
            last = min(
                (t for t in (until, stop) if t is not None), default=None
            )
            if last is None or first < last:
                found.append((container, first, last))
                found += self.spans_in(container, first, last)
        return found

    def expects(self, item: str) -> tuple[bool, bool]:
        """Return whether a recall must alarm *item*, and whether one may."""
        always = self.lots_of(item)
        holders = {item} | {
            lot for lot in always if "/10/" in lot and lot == self.lot.get(item)
        }
        spans = [s for holder in holders for s in self.spans_in(holder)]
        must = False
        for recall in self.recalls:
            if recall.item in always:
                must = True
                continue
            start, stop = recall.span or (recall.time, recall.time)
            must = must or any(
                container == recall.item
                and since <= stop
                and (until is None or start <= until)
                for container, since, until in spans
            )
        ever = self.ever_above(holders)
        may = any(recall.item in ever for recall in self.recalls)
        return must, may or must

    def ever_above(self, things: Iterable[str]) -> set[str]:
        """Return what these were in, and what that was in, at any time.

        Of a container's other stays a verifier may be in doubt.
        """
        found = set[str]()
        todo = [*things]
        while todo:
            above = {box for box, _, _ in self.inside.get(todo.pop(), ())}
            todo += above - found
            found |= above
        return found


def iso(time: int) -> str:
    """Return *time* as an event says it."""
    return datetime.fromtimestamp(time / 1000, UTC).isoformat(
        timespec="milliseconds"
    )


class Voyage:
    """One voyage: its reports, in the order in which they are logged."""

    def __init__(
        self,
        rng: random.Random,
        secret: Callable[[], bytes],
        *,
        warns: bool,
    ) -> None:
        """Play a voyage.

        Args:
            rng: Decides all.
            secret: Returns salts.
            warns: Whether anything is recalled.
        """
        self.rng = rng
        self.secret = secret
        self.time = START + 40 * DAY
        self.truth = Truth({}, {}, {}, [])
        self.reports: list[Report] = []
        self.parent: dict[str, str] = {}
        self.kids: dict[str, list[str]] = {}
        self.units = [can(n) for n in range(1, rng.randrange(2, 5))]
        self.boxes = [sscc(n) for n in range(1, rng.randrange(3, 6))]
        if rng.random() < 0.3:
            self.boxes.append(CONTAINER)
        self.slow = rng.choice((0.0, 0.3, 0.6))
        self.very_late = 0.04 if rng.random() < 0.2 else 0.0
        self.warns = warns
        self._said = 0
        self.begin()
        for _ in range(rng.randrange(2, 14)):
            self.step()
        self.reports.sort(key=lambda report: report.logged)
        if rng.random() < 0.4:
            self.reports = list(self._joined())

    # Saying.

    def tick(self) -> int:
        """Let some time go by; return the time."""
        rng = self.rng
        self.time += rng.choice((MINUTE, HOUR, 5 * HOUR, DAY, 6 * DAY))
        self.time += rng.randrange(1, 50_000)
        return self.time

    def say(
        self,
        name: str,
        kind: str,
        *items: Item,
        time: int | None = None,
        delay: int | None = None,
        **body: Any,
    ) -> Event:
        """Report an event that happened at *time*, by default now."""
        rng = self.rng
        happened = self.time if time is None else time
        event = make_event(
            {"type": kind, "eventTime": iso(happened), **body},
            items,
            secret=self.secret(),
        )
        if delay is None:
            delay = rng.randrange(2000)
            if rng.random() < self.slow:
                delay = rng.choice((HOUR, 9 * HOUR, 3 * DAY, 20 * DAY))
            if rng.random() < self.very_late:
                delay = 45 * DAY
                self.truth.is_late = True
        self.reports.append(Report(self.id(name), happened + delay, (event,)))
        return event

    @staticmethod
    def id(name: str) -> str:
        return f"did:web:{name}.example"

    def _joined(self) -> Iterable[Report]:
        """Yield the reports, some of them together in one statement."""
        waiting: dict[str, list[Report]] = {}
        for report in self.reports:
            mine = waiting.setdefault(report.issuer, [])
            if mine and report.logged - mine[0].logged > HOUR:
                yield _together(mine)
                mine.clear()
            mine.append(report)
        rest = [_together(mine) for mine in waiting.values() if mine]
        yield from sorted(rest, key=lambda report: report.logged)

    # Doing.

    def begin(self) -> None:
        """Make the units, of a lot, of something, or just so."""
        rng = self.rng
        lot = rng.choice((None, "L7", "L7"))
        lot_id = f"{GTIN}/10/{lot}"
        self.tick()
        if lot and rng.random() < 0.5:
            self.say(
                "maker", "ObjectEvent",
                Item("quantityList", lot_id, len(self.units), None),
                action="ADD", bizStep="commissioning",
            )  # fmt: skip
            self.tick()
        body: dict[str, Any] = {}
        if lot:
            body["ilmd"] = {"cbvmda:lotNumber": lot}
            self.truth.lot = dict.fromkeys(self.units, lot_id)
        if rng.random() < 0.25:
            self.transform(body)
        else:
            self.say(
                "maker", "ObjectEvent",
                *(Item("epcList", unit) for unit in self.units),
                action="ADD",
                bizStep=rng.choice(("commissioning", "cbv:BizStep-commissioning")),
                **body,
            )  # fmt: skip
        if rng.random() < 0.3:
            for box in self.boxes:
                self.tick()
                self.say(
                    "maker", "ObjectEvent", Item("epcList", box),
                    action="ADD", bizStep="commissioning",
                )  # fmt: skip

    def transform(self, body: dict[str, Any]) -> None:
        """Make the units of flour and milk, in one event or in two."""
        rng = self.rng
        inputs = [Item("inputQuantityList", FLOUR, 10, "KGM")]
        if rng.random() < 0.5:
            inputs.append(Item("inputQuantityList", MILK, 5.5, "LTR"))
        outputs = [Item("outputEPCList", unit) for unit in self.units]
        for item in inputs:
            self.say(
                "maker", "ObjectEvent",
                Item("quantityList", item.id, 100, item.uom),
                action="ADD", bizStep="commissioning",
            )  # fmt: skip
            self.tick()
        for unit in self.units:
            self.truth.inputs[unit] = {item.id for item in inputs}
        if rng.random() < 0.5:
            self.say("maker", "TransformationEvent", *inputs, *outputs, **body)
            return
        joint = "urn:uuid:7d2fd0a1-0001-4000-8000-000000000001"
        joined = Item("transformationID", joint)
        self.say(
            "maker", "TransformationEvent", *inputs, joined,
            transformationID=joint,
        )  # fmt: skip
        self.tick()
        self.say(
            "maker", "TransformationEvent", *outputs, joined,
            transformationID=joint, **body,
        )  # fmt: skip

    def step(self) -> None:
        """Do something that can be done now."""
        self.tick()
        weighted: list[tuple[int, Callable[[], None]]] = [
            (5, self.pack), (3, self.unpack), (5, self.move), (2, self.inspect),
            (1, self.look_inside), (2, self.correct), (1, self.sell),
            (1, self.refine),
        ]  # fmt: skip
        if self.warns:
            weighted += [(2, self.recall), (1, self.hold), (1, self.take_back)]
        weights = [weight for weight, _ in weighted]
        (_, do) = self.rng.choices(weighted, weights)[0]
        do()

    def loose(self) -> list[str]:
        """Return what is in nothing."""
        return [t for t in (*self.units, *self.boxes) if t not in self.parent]

    def pack(self) -> None:
        rng, loose = self.rng, self.loose()
        boxes = [b for b in self.boxes if b in loose]
        if not boxes:
            return
        box = rng.choice(boxes)
        things = [t for t in loose if t != box and box not in self.above(t)]
        if not things:
            return
        some = rng.sample(things, rng.randrange(1, len(things) + 1))
        box, some = self._in_order(box, some)
        if not some:
            return
        for thing in some:
            self.put(thing, box)
        who, step = rng.choice(
            (("maker", "packing"), ("warehouse", "packing"), ("carrier", "loading"))
        )  # fmt: skip
        kind = "AssociationEvent" if box == CONTAINER else "AggregationEvent"
        body: dict[str, Any] = {}
        if rng.random() < 0.8:
            body["bizStep"] = step
        if not body and who == "carrier":
            body = {"bizStep": step}
        if rng.random() < 0.3:
            body["eventID"] = self.uuid()
        self.say(
            who, kind, Item("parentID", box),
            *(Item("childEPCs", thing) for thing in some),
            action="ADD", **body,
        )  # fmt: skip

    def _in_order(self, box: str, some: list[str]) -> tuple[str, list[str]]:
        """Keep a container out of what is in it."""
        below = {box}
        while more := {k for b in below for k in self.kids.get(b, ())} - below:
            below |= more
        return box, [thing for thing in some if thing not in below]

    def above(self, thing: str) -> set[str]:
        found = set()
        while thing in self.parent:
            thing = self.parent[thing]
            found.add(thing)
        return found

    def put(self, thing: str, box: str) -> None:
        self.parent[thing] = box
        self.kids.setdefault(box, []).append(thing)
        self.truth.inside.setdefault(thing, []).append((box, self.time, None))

    def take_out(self, thing: str) -> None:
        box = self.parent.pop(thing)
        self.kids[box].remove(thing)
        (_, since, _) = self.truth.inside[thing].pop()
        self.truth.inside[thing].append((box, since, self.time))

    def unpack(self) -> None:
        rng = self.rng
        full = [box for box in self.boxes if self.kids.get(box)]
        if not full:
            return
        box = rng.choice(full)
        kids = self.kids[box]
        some = rng.sample(kids, rng.randrange(1, len(kids) + 1))
        items = [Item("childEPCs", thing) for thing in some]
        if len(some) == len(kids) and rng.random() < 0.5:
            items = []
        for thing in some:
            self.take_out(thing)
        who, step = rng.choice(
            (("shop", "unpacking"), ("warehouse", "unpacking"), ("carrier", "unloading"))
        )  # fmt: skip
        kind = "AssociationEvent" if box == CONTAINER else "AggregationEvent"
        self.say(
            who, kind, Item("parentID", box), *items,
            action="DELETE", bizStep=step,
        )  # fmt: skip

    def anything(self) -> str:
        return self.rng.choice((*self.units * 2, *self.boxes))

    def move(self) -> None:
        rng = self.rng
        who, step = rng.choice(
            (
                ("carrier", "departing"), ("carrier", "arriving"),
                ("warehouse", "storing"), ("importer", "receiving"),
                ("shop", "receiving"), ("carrier", OWN + "custody_accepted"),
            )
        )  # fmt: skip
        body: dict[str, Any] = {}
        if rng.random() < 0.3:
            body["readPoint"] = {"id": rng.choice(PLACES)}
        if rng.random() < 0.2:
            body["eventID"] = self.uuid()
        self.observe(who, self.anything(), bizStep=step, **body)

    def inspect(self) -> None:
        who, step = self.rng.choice(
            (
                ("customs", OWN + "customs_released"), ("customs", "inspecting"),
                ("lab", OWN + "test_reported"), ("lab", "sampling"),
            )
        )  # fmt: skip
        self.observe(who, self.anything(), bizStep=step)

    def observe(self, who: str, *things: str, **body: Any) -> Event:
        return self.say(
            who, "ObjectEvent",
            *(Item("epcList", thing) for thing in things),
            action="OBSERVE", **body,
        )  # fmt: skip

    def look_inside(self) -> None:
        full = [box for box in self.boxes if self.kids.get(box)]
        if full:
            box = self.rng.choice(full)
            self.say(
                "warehouse", "AggregationEvent", Item("parentID", box),
                *(Item("childEPCs", thing) for thing in self.kids[box]),
                action="OBSERVE", bizStep="storing",
            )  # fmt: skip

    def correct(self) -> None:
        """Say something wrong, take it back, and say what is right."""
        who, wrong = self.rng.choice(
            (("carrier", "arriving"), ("warehouse", "storing"))
        )
        # Of a thing of which all was an error nothing would stand.
        thing, other = self.rng.choice(self.units), self.anything()
        name, right = self.uuid(), self.uuid()
        happened = self.time
        said = self.observe(who, thing, bizStep=wrong, eventID=name)
        last = self.reports[-1].logged
        self.tick()
        declaration = {
            "reason": "incorrect_data",
            "declarationTime": iso(self.time),
            "correctiveEventIDs": [right],
        }
        event = make_event(
            {**said.body, "errorDeclaration": declaration},
            said.items,
            secret=self.secret(),
        )
        self.reports.append(
            Report(self.id(who), max(self.time, last + 1000), (event,))
        )
        self.say(
            who, "ObjectEvent", Item("epcList", other), time=happened,
            delay=max(self.time, last + 2000) - happened, action="OBSERVE",
            bizStep=wrong, eventID=right,
        )  # fmt: skip

    def sell(self) -> None:
        thing = self.rng.choice(self.units)
        self.observe("shop", thing, bizStep="retail_selling")
        if self.rng.random() < 0.5:
            self.tick()
            self.observe(
                "shop", thing, bizStep="receiving", disposition="returned"
            )

    def refine(self) -> None:
        """Say something under a book's own words, and nothing of weight."""
        self.observe(
            "lab", self.anything(), bizStep="inspecting",
            disposition=self.rng.choice(("conformant", "in_progress", "active")),
        )  # fmt: skip

    def recall(self) -> None:
        rng = self.rng
        lots = {*self.truth.lot.values()}
        made_of = {i for found in self.truth.inputs.values() for i in found}
        thing = rng.choice(
            (*self.units, *self.boxes * 2, *lots, *made_of, sscc(9))
        )
        list_name = "quantityList" if "/10/" in thing else "epcList"
        body: dict[str, Any] = {}
        span = None
        if rng.random() < 0.3 and "/10/" not in thing:
            start = self.time - rng.randrange(1, 20 * DAY)
            span = start, start + rng.randrange(1, 20 * DAY)
            span = span[0], min(span[1], self.time)
            body["concerns"] = [iso(time) for time in span]
        if rng.random() < 0.5:
            body["bizStep"] = RECALLED
        else:
            body |= {"bizStep": "inspecting", "disposition": "recalled"}
        item = Item(list_name, thing)
        if list_name == "quantityList":
            item = Item(list_name, thing, 1, None)
        self.say("maker", "ObjectEvent", item, action="OBSERVE", **body)
        self.truth.recalls.append(Recall(thing, self.time, span))

    def hold(self) -> None:
        step, disposition = self.rng.choice(
            ((OWN + "customs_held", None), ("inspecting", "damaged"))
        )
        body = {} if disposition is None else {"disposition": disposition}
        self.observe("customs", self.anything(), bizStep=step, **body)

    def take_back(self) -> None:
        """Recall something, and take that back."""
        name, thing = self.uuid(), self.rng.choice(self.units)
        said = self.observe("maker", thing, bizStep=RECALLED, eventID=name)
        last = self.reports[-1].logged
        self.tick()
        declaration = {
            "reason": "did_not_occur",
            "declarationTime": iso(self.time),
        }
        event = make_event(
            {**said.body, "errorDeclaration": declaration},
            said.items,
            secret=self.secret(),
        )
        self.reports.append(
            Report(self.id("maker"), max(self.time, last + 1000), (event,))
        )

    def uuid(self) -> str:
        self._said += 1
        return f"urn:uuid:7d2fd0a1-0002-4000-8000-{self._said:012}"


def _together(reports: Sequence[Report]) -> Report:
    last = reports[-1]
    events = tuple(event for each in reports for event in each.events)
    return Report(last.issuer, last.logged, events)


def revocation(actor: str, granted: Event, secret: bytes) -> Event:
    """Return the event that ends the grant that *granted* gave."""
    return actors.revoke_grant(
        actor, granted_by=Hash(granted.id), reason="done", secret=secret
    )


__all__ = ["OWNER", "Recall", "Report", "Truth", "Voyage", "iso", "signer_of"]
