"""The walk once more, slow and obvious, over a ledger that hides nothing.

From section 12 of `FORMATS.md` alone: which trails a story leads to, which of
their events it tells, and which warnings come how near. No link is looked up
twice as fast as once, and nothing is missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.vectors import words
from tests.vectors.ledger import Ledger, Place, own_leaves, product_of
from tests.vectors.names import TRUST
from tests.vectors.reference import RELATIONS, Event, Link, mp

FIRST, LAST = (0, 0), (2**53, 0)
EVER = float("inf")
SSCC, PLACES = "https://id.gs1.org/00/", "https://id.gs1.org/414/"
CHILDREN = {"childEPCs", "childQuantityList"}
AMOUNTS = {
    "quantityList", "childQuantityList", "inputQuantityList",
    "outputQuantityList",
}  # fmt: skip


class Window(NamedTuple):
    """A part of a trail, by time and by place; open ends are infinite."""

    since: float = -EVER
    until: float = EVER
    start: Place = FIRST
    stop: Place = LAST
    grace: float = EVER

    def common(self, other: "Window") -> "Window":
        grace = min(
            w.grace
            for w in (self, other)
            if w.until == min(self.until, other.until)
        )
        return Window(
            max(self.since, other.since),
            min(self.until, other.until),
            max(self.start, other.start),
            min(self.stop, other.stop),
            grace,
        )

    @property
    def is_empty(self) -> bool:
        return self.since > self.until and self.start > self.stop


class Visit(NamedTuple):
    """A trail to be looked at, and why."""

    item: str
    why: str
    window: Window = Window()
    depth: int = 0
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """An event, seen from one item's trail."""

    item: str
    link: Link
    event: Event
    issuer: str
    reported: int

    @property
    def at(self) -> Place:
        return self.link.log_index, self.link.position

    @property
    def when(self) -> tuple[int, Place]:
        return self.link.time, self.at

    @property
    def relation(self) -> str:
        return self.event.items[self.link.leaves[0] - 1][0]

    @property
    def is_loose(self) -> bool:
        return self.relation in AMOUNTS

    @property
    def declares(self) -> bool:
        return "errorDeclaration" in self.event.body

    @property
    def said(self) -> tuple[object, ...]:
        left = {"errorDeclaration", "recordTime", "after", "received"}
        body = {k: v for k, v in self.event.body.items() if k not in left}
        own = [self.event.items[n - 1] for n in self.link.leaves]
        return self.issuer, self.event.counts, sorted(map(str, own)), mp(body)

    def effect(self, relation: str) -> str:
        named = {code for code, _ in self.event.counts}
        does = words.effect(self.event.body, RELATIONS[relation])
        # Where children are named, their parent is not emptied.
        return "seen" if does == "emptied" and named & {6, 7} else does

    @property
    def own_effect(self) -> str:
        return self.effect(self.relation)

    def items_with(self, *effects: str) -> list[str]:
        return [
            str(row[1])
            for row in self.event.items
            if self.effect(row[0]) in effects
        ]


@dataclass(slots=True)
class Walk:
    """One walk, and what it found.

    Attributes:
        trails: The trails that were read, the subject's first.
        sightings: (place, item, reason).
        warned: (place, item, reason, grade).
        void: (place, item) of what its signer declared an error.
        passed: Item → the numbers of the links that were passed over.
    """

    play: Ledger
    bounds: Mapping[str, int] = field(
        default_factory=lambda: words.SHIPPED["bounds"]
    )
    trails: list[str] = field(default_factory=list)
    sightings: set[tuple[Place, str, str]] = field(default_factory=set)
    warned: list[tuple[Place, str, str, str]] = field(default_factory=list)
    void: set[tuple[Place, str]] = field(default_factory=set)
    passed: dict[str, set[int]] = field(default_factory=dict)
    _subject: str = ""
    _queue: list[Visit] = field(default_factory=list)
    _goods: dict[str, list[str]] = field(default_factory=dict)
    _windows: dict[str, list[Window]] = field(default_factory=dict)
    _far: dict[str, Window] = field(default_factory=dict)
    _looked: dict[str, dict[int, Seen]] = field(default_factory=dict)
    _signers: list[str] = field(default_factory=list)
    _stays: int = 0

    def run(self, subject: str) -> "Walk":
        self._subject = subject
        self._plan(Visit(subject, "subject"))
        done = 0
        while done < len(self._queue):
            self._visit(self._queue[done])
            done += 1
        for item in self._goods:
            self._heed(item)
        heard = 0
        while heard < len(self._signers):
            self._plan(Visit(self._signers[heard], "actors"))
            while done < len(self._queue):
                self._visit(self._queue[done])
                done += 1
            heard += 1
        self._read(TRUST)
        return self

    def skipped(self) -> Iterator[tuple[str, int]]:
        """Yield the (item, number) of what was passed over, and not seen."""
        for item, numbers in self.passed.items():
            looked = self._looked.get(item, {})
            yield from ((item, n) for n in numbers if n not in looked)

    def _plan(self, visit: Visit) -> None:
        if visit not in self._queue:
            self._queue.append(visit)

    def _read(self, item: str) -> list[Link]:
        if item not in self.trails:
            self.trails.append(item)
        return self.play.trails.get(item, [])

    def _visit(self, visit: Visit) -> None:
        is_far = False
        if visit.why == "containers":
            self._stays += 1
            too_deep = visit.depth > self.bounds["depth"]
            is_far = too_deep or self._stays > self.bounds["stays"]
        links = self._read(visit.item)
        if visit.item == TRUST:
            return
        if visit.why != "actors":
            self._goods.setdefault(visit.item, []).append(visit.why)
        if is_far:
            every = set(range(len(links)))
            self.passed.setdefault(visit.item, set()).update(every)
            far = self._far.get(visit.item, visit.window)
            self._far[visit.item] = Window(
                min(far.since, visit.window.since),
                max(far.until, visit.window.until),
                min(far.start, visit.window.start),
                max(far.stop, visit.window.stop),
                max(far.grace, visit.window.grace),
            )
            return
        product = product_of(visit.item)
        if product and visit.why in {"subject", "lots", "inputs"}:
            self._read(product)
            self._goods.setdefault(product, []).append("lots")
        seen = [
            self._see(visit.item, number, links[number])
            for number in self._numbers(visit, links)
        ]
        standing = self._standing(visit.item, seen)
        window = visit.window
        if visit.why == "containers":
            window = self._cut(visit, standing)
            self._windows.setdefault(visit.item, []).append(window)
        for each in seen:
            if visit.why == "actors" or self._belongs(each, window):
                self.sightings.add((each.at, visit.item, visit.why))
                if each in standing:
                    self._lead_on(visit, each)
        if visit.why in {"subject", "containers", "lots"}:
            for parent, stay in self._stays_of(standing):
                common = stay.common(window)
                if not common.is_empty:
                    depth = visit.depth + 1
                    self._plan(Visit(parent, "containers", common, depth))

    def _numbers(self, visit: Visit, links: Sequence[Link]) -> list[int]:
        count = len(links)
        if visit.why == "actors" or count <= 256:
            return list(range(count))
        places = [(link.log_index, link.position) for link in links]
        start, stop = visit.window.start, visit.window.stop
        ends = (
            sum(place < start for place in places),
            sum(place <= stop for place in places),
        )
        first, last = max(0, min(ends) - 64), min(count, max(ends) + 64)
        every = list(range(first, last))
        if len(every) <= 256:
            return every
        middle = [n for n in every[64:-64] if links[n].kinds & 8]
        chosen = every[:64] + middle + every[-64:]
        left = {*every} - {*chosen}
        self.passed.setdefault(visit.item, set()).update(left)
        return chosen

    def _see(self, item: str, number: int, link: Link) -> Seen:
        at = link.log_index, link.position
        said = self.play.statements[link.log_index]
        if said.issuer not in self._signers:
            self._signers.append(said.issuer)
        found = Seen(
            item, link, self.play.events[at], said.issuer, said.issued_at
        )
        self._looked.setdefault(item, {})[number] = found
        return found

    def _standing(self, item: str, seen: Sequence[Seen]) -> list[Seen]:
        standing = []
        for each in seen:
            if each.declares:
                continue
            if any(
                other.declares
                and other.at > each.at
                and other.said == each.said
                for other in seen
            ):
                self.void.add((each.at, item))
            else:
                standing.append(each)
        return standing

    def _is_late(self, seen: Seen) -> bool:
        return seen.reported - seen.link.time > self.bounds["late"]

    def _belongs(self, seen: Seen, window: Window) -> bool:
        is_told = seen.reported <= window.grace + self.bounds["late"]
        return window.start <= seen.at <= window.stop or (
            window.since <= seen.link.time <= window.until and is_told
        )

    def _cut(self, visit: Visit, standing: Sequence[Seen]) -> Window:
        window = visit.window
        if window.since == -EVER:
            return window
        events = sorted(standing, key=lambda each: each.when)
        for number, each in enumerate(events):
            if each.when <= (window.since, window.start):
                continue
            before = events[:number]
            if before and visit.item.startswith(SSCC):
                last = before[-1]
                if each.link.time - last.link.time > self.bounds["reuse"]:
                    time = max(last.link.time, window.since)
                    return window.common(
                        Window(
                            until=time + self.bounds["reuse"],
                            stop=max(last.at, window.start),
                            grace=last.reported,
                        )
                    )
            is_anew = each.own_effect == "made" and any(
                other.own_effect == "made" for other in before
            )
            if not self._is_late(each) and (
                is_anew or each.own_effect in {"emptied", "ended"}
            ):
                return window.common(closing(each))
        return window

    def _lead_on(self, visit: Visit, seen: Seen) -> None:
        body = seen.event.body
        if body["type"] in words.REGISTRY:
            return
        if visit.issuer:
            if visit.issuer == seen.issuer and seen.own_effect == "joined":
                for item in self._tracked(seen, seen.items_with("used")):
                    self._plan(Visit(item, "inputs"))
            return
        lot = lot_of(visit.item, body)
        made = seen.own_effect == "made"
        if made and lot and visit.why in {"subject", "inputs"}:
            self._plan(Visit(lot, "lots"))
        is_turned = body["type"] == "TransformationEvent"
        if made and is_turned and visit.why in {"subject", "lots", "inputs"}:
            for item in self._tracked(seen, seen.items_with("used")):
                self._plan(Visit(item, "inputs", closing(seen)))
            for item in seen.items_with("joined"):
                self._plan(Visit(item, "inputs", issuer=seen.issuer))

    def _tracked(self, seen: Seen, items: Sequence[str]) -> list[str]:
        return [item for item in items if own_leaves(seen.event, item)]

    def _stays_of(
        self, standing: Sequence[Seen]
    ) -> Sequence[tuple[str, Window]]:
        stays: list[_Stay] = []
        for each in sorted(standing, key=lambda seen: seen.when):
            effect, is_late = each.own_effect, self._is_late(each)
            if effect == "ended":
                if not each.is_loose and not is_late:
                    firm = firm_in(stays)
                    close(stays, closing(each), lambda s, f=firm: s.parent in f)
                continue
            parents = [
                str(row[1])
                for row in each.event.items
                if row[0] == "parentID" and not row[1].startswith(PLACES)
            ]
            if each.relation not in CHILDREN or not parents:
                continue
            (parent,) = parents
            is_open = any(s.is_open and s.parent == parent for s in stays)
            time = max(each.link.time, each.reported - self.bounds["late"])
            opening = Window(since=time, start=each.at)
            if effect == "in":
                if not each.is_loose:
                    others = firm_in(stays) - {parent}
                    close(
                        stays,
                        closing(each)._replace(until=time),
                        lambda s, f=others: s.parent in f,
                    )
                stays.append(_Stay(parent, each.is_loose, opening))
            elif effect == "inside" and not is_open:
                stays.append(_Stay(parent, each.is_loose, opening))
            elif effect == "out" and not is_late and each.is_loose:
                if not is_open:
                    stays.append(_Stay(parent, True, Window()))
            elif effect == "out" and not is_late:
                if not is_open:
                    stays.append(_Stay(parent, False, Window()))
                close(
                    stays,
                    closing(each),
                    lambda stay, p=parent: stay.parent == p,
                )
        found = sorted(
            stays,
            key=lambda stay: (
                stay.window.since,
                stay.window.start,
                stay.window.until,
                stay.window.stop,
            ),
        )
        return [(stay.parent, stay.window) for stay in found]

    def _heed(self, item: str) -> None:
        links = self.play.trails.get(item, [])
        looked = self._looked.setdefault(item, {})
        for number, link in enumerate(links):
            if link.kinds & 8 and number not in looked:
                self._see(item, number, link)
        seen = [looked[number] for number in sorted(looked)]
        standing = self._standing(item, seen)
        self.void.update(
            (each.at, item)
            for each in seen
            if each not in standing and not each.declares
        )
        for each in standing:
            if each.link.kinds & 8:
                why = self._goods[item][0]
                grade = self._grade(item, each, standing)
                self.warned.append((each.at, item, why, grade))

    def _grade(self, item: str, seen: Seen, standing: Sequence[Seen]) -> str:
        if {*self._goods[item]} != {"containers"}:
            return "alarm"
        windows = [*self._windows.get(item, [])]
        if item in self._far:
            windows.append(self._far[item])
        concerns = list(_concerns(seen.event.body))
        for window in windows:
            if self._belongs(seen, window) or any(
                since <= window.until and window.since <= until
                for since, until in concerns
            ):
                return "alarm"
        after = self.bounds["reuse" if item.startswith(SSCC) else "late"]
        for window in windows:
            start = self._life(window, standing)
            if start <= seen.link.time <= window.until + after:
                return "doubt"
        return "counted"

    def _life(self, window: Window, standing: Sequence[Seen]) -> float:
        found, has_ended = -EVER, False
        for each in sorted(standing, key=lambda seen: seen.when):
            if each.link.time > window.since:
                continue
            effect = each.own_effect
            if effect == "made" or (has_ended and effect == "holds"):
                found, has_ended = each.link.time, False
            elif effect in {"ended", "emptied"} and not self._is_late(each):
                has_ended = True
        return found


@dataclass(slots=True)
class _Stay:
    parent: str
    is_loose: bool
    window: Window
    is_open: bool = True


def closing(seen: Seen) -> Window:
    """Return the window up to an event."""
    return Window(until=seen.link.time, stop=seen.at, grace=seen.reported)


def firm_in(stays: Sequence[_Stay]) -> set[str]:
    """Return the containers with an open stay that is not loose."""
    return {s.parent for s in stays if s.is_open and not s.is_loose}


def close(stays: Sequence[_Stay], at: Window, which: Any) -> None:
    """Close those of the open stays."""
    for stay in stays:
        if stay.is_open and which(stay):
            stay.is_open = False
            stay.window = stay.window._replace(
                until=at.until, stop=at.stop, grace=at.grace
            )


def lot_of(item: str, body: Mapping[str, Any]) -> str | None:
    """Return the lot of a unit, as the vectors write lots."""
    number = body.get("ilmd", {}).get("cbvmda:lotNumber")
    product = product_of(item)
    if number is None or product is None or "/10/" in item:
        return None
    return f"{product}/10/{number}"


def _concerns(body: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    if "concerns" not in body:
        return
    said = body["concerns"]
    try:
        since, until = (None if t is None else words.ms_of(t) for t in said)
    except (TypeError, ValueError):
        since, until = None, None
    yield (
        -EVER if since is None else since,
        EVER if until is None else until,
    )
