"""Quotas: how much one actor may have logged about one item in a day.

Whoever carries a lot may observe it, and what it says is in every proof of
the lot and of its units for ever. So an actor has a number of events, which
the evidence book sets, an item and UTC day of the log's clock. Exempt is who

- holds a grant whose prefixes cover the item: its own goods, or
- was the last to take the item over (`custody_accepted`, `receiving`,
  `accepting`), or does so; but for warnings, which every proof shows one and
  all: by its own word alone anybody holds what it likes;
- of an actor, it itself and the authorities.

Of actors a delegate's quota is shared by all that it enrolled, and that these
enrolled: or it would enrol as many as it likes to speak for it.

What was said is counted on the item's trail, from its end back to the first
entry of the day: so the count is the same after the ledger was opened again.
A trail that is shorter than the quota is never looked at. How far back who
took over is looked for is bounded, too: further back it is nobody.

A quota is for admission alone: no audit and no verifier asks it.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from provenance.claims.registry import TrustRegistry
from provenance.claims.stored import read_stored
from provenance.claims.trail import WARNS
from provenance.errors import DamagedError, MalformedError, QuotaError
from provenance.gs1 import owner_key
from provenance.ledger.admit import Called, LogPosition
from provenance.ledger.check import (
    REGISTRY_ACT,
    CheckedEvent,
    CheckedStatement,
)
from provenance.ledger.trails import (
    Trails,
    TrailState,
    commitment_before,
    commitment_from,
)
from provenance.rules.book import EvidenceBook
from provenance.rules.reading import read_event
from provenance.store.protocol import NO_LINK

DAY = 86_400_000
"""In ms."""

TAKING_OVER = frozenset({"accepting", "custody_accepted", "receiving"})
"""The steps by which an actor takes an item over."""

LOOK_BACK = 4_096
"""How many links back who took an item over is looked for."""

KEPT = 1_024
"""Of how many items with long trails what was counted is kept."""


@dataclass(slots=True)
class _Counted:
    """What was counted of one item's trail.

    Attributes:
        day: Of which day.
        upto: The number of the latest link that was counted.
        said: Actor → how many events of that day.
        warned: Actor → how many of them warn of the item.
        holder: Who took the item over last; None where nobody is known to.
        held_at: How many links the trail had with the one that says so.
        looked_upto: The number of the latest link that was looked at for it.
    """

    day: int = -1
    upto: int = NO_LINK
    said: Counter[str] = field(default_factory=Counter)
    warned: Counter[str] = field(default_factory=Counter)
    holder: str | None = None
    held_at: int = 0
    looked_upto: int = NO_LINK


class Quotas:
    """Counts what actors say of items, as far as that is needed."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, _Counted] = OrderedDict()
        self._day = -1
        self._first = 0

    def require(  # noqa: PLR0913  # each by its name
        self,
        statement: CheckedStatement,
        trails: Trails,
        *,
        registry: TrustRegistry,
        book: EvidenceBook,
        now: int,
        called: Called,
        earlier: Callable[[bytes], int] | None = None,
    ) -> None:
        """Check that *statement* is within its signer's quotas.

        Args:
            statement: What is to be logged.
            trails: The trails as they are before it.
            registry: Who is exempt.
            book: The evidence book in force.
            now: The log's time, in ms since 1970.
            called: How the event at a position is called in messages.
            earlier: Returns how many events its signer has said of the item
                with a map key that no trail shows: what was rehearsed. None
                if there are none.

        Raises:
            QuotaError: It is not.
            StoreError: What is stored is damaged.
        """
        quota = book.events_a_day
        more: Counter[bytes] = Counter()
        warnings: Counter[bytes] = Counter()
        for position, event in enumerate(statement.events):
            for number, key in enumerate(event.keys):
                warns = bool(event.kinds[number] & WARNS)
                warnings[key] += warns
                more[key] += 1
                new = more[key]
                if earlier is not None:
                    new += earlier(key)
                trail = trails.find(key)
                if new + (0 if trail is None else trail.length) <= quota:
                    continue
                item = event.items[number]
                if _is_exempt(statement.issuer, event, item, registry):
                    continue
                said = 0
                is_held = _takes_over(event.data, book)
                if trail is not None:
                    counted = self._counted(key, trail, trails, book, now)
                    is_held |= self._holder(counted, trail) == statement.issuer
                    said = _said_by(statement.issuer, event, counted, registry)
                    if is_held:
                        said = counted.warned[statement.issuer]
                if is_held:
                    new = warnings[key] if warns else 0
                if said + new > quota and (warns or not is_held):
                    raise QuotaError(
                        f"{called(position)} is one more than the"
                        f" {quota} events that {statement.issuer!r} may have"
                        f" logged of {item!r} in a day: it neither owns the"
                        " item's prefix nor has taken the item over, and who"
                        " has warns of it as often at most"
                    ).under("ledger.quota")

    def _counted(
        self,
        key: bytes,
        trail: TrailState,
        trails: Trails,
        book: EvidenceBook,
        now: int,
    ) -> _Counted:
        """Return what is counted of that trail, up to its end."""
        counted = self._kept.get(key)
        if counted is None:
            counted = self._kept[key] = _Counted()
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        self._count(counted, trail, trails, now // DAY)
        self._look_for_holder(counted, trail, trails, book)
        return counted

    def _count(
        self, counted: _Counted, trail: TrailState, trails: Trails, day: int
    ) -> None:
        if day != self._day:
            self._day = day
            self._first = _first_of_day(trails, day * DAY)
        if counted.day != day:
            counted.day = day
            counted.said, counted.warned = Counter(), Counter()
            counted.upto = NO_LINK
        for number, link in trails.back(trail):
            if number <= counted.upto or link.log_index < self._first:
                break
            issuer = trails.issuer(link.log_index)
            counted.said[issuer] += 1
            counted.warned[issuer] += bool(link.kinds & WARNS)
        counted.upto = trail.last

    def _look_for_holder(
        self,
        counted: _Counted,
        trail: TrailState,
        trails: Trails,
        book: EvidenceBook,
    ) -> None:
        for passed, (number, link) in enumerate(trails.back(trail)):
            if number <= counted.looked_upto or passed == LOOK_BACK:
                break
            place = LogPosition(link.log_index, link.position)
            if _takes_over(trails.event(place), book):
                counted.holder = trails.issuer(link.log_index)
                counted.held_at = trail.length - passed
                break
        counted.looked_upto = trail.last

    def _holder(self, counted: _Counted, trail: TrailState) -> str | None:
        # As if it had been looked for from here.
        if trail.length - counted.held_at >= LOOK_BACK:
            return None
        return counted.holder


def _is_exempt(
    issuer: str, event: CheckedEvent, item: str, registry: TrustRegistry
) -> bool:
    if event.act is REGISTRY_ACT:
        return issuer == item or registry.actor(issuer).is_authority
    owner = owner_key(item) or item
    return any(
        held.grant.lets_create(owner) for held in registry.live_grants(issuer)
    )


def _said_by(
    issuer: str,
    event: CheckedEvent,
    counted: _Counted,
    registry: TrustRegistry,
) -> int:
    """Return how many events of the day count for *issuer*."""
    if event.act is not REGISTRY_ACT:
        return counted.said[issuer]
    sponsor = registry.sponsor(issuer)
    return sum(
        said
        for actor, said in counted.said.items()
        if registry.sponsor(actor) == sponsor
    )


def _takes_over(data: bytes, book: EvidenceBook) -> bool:
    stored = read_stored(data)
    counts = tuple([(code, count) for code, count in stored.counts])
    try:
        reading = read_event(stored.body, counts, book)
    except MalformedError:
        # It was logged under another book.
        return False
    return reading.step in TAKING_OVER


def _first_of_day(trails: Trails, start: int) -> int:
    """Return the first entry whose commitment is not before *start*, in ms.

    Those that are being added are of the day.
    """
    reader = trails.reader
    low, high = 0, reader.size()
    # The entries before `low` are of earlier days, those from `high` on not.
    while low < high:
        middle = (low + high) // 2
        found = commitment_from(reader, middle)
        if found is None:
            raise DamagedError("the log does not end in a map commitment")
        if found[1] < start:
            low = found[0] + 1
        else:
            before = commitment_before(reader, middle)
            high = 0 if before is None else before[0] + 1
            if before is not None and before[1] < start:
                return high
    return low
