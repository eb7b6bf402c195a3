"""Queries: which events somebody asks for, and in which order.

EPCIS has one query, SimpleEventQuery, with a hundred parameters
(`provenance.epcis.query_parameters`). Whatever they are called, each becomes
a *term*, and a term is one of two:

    EQ_bizStep=shipping|receiving    any of the facts bizStep = shipping and
                                     bizStep = receiving
    GE_quantity_KGM=5                a fact quantity_KGM of 5 or more
    MATCH_epc=urn:epc:id:sscc:…      an item of that name, in epcList or
                                     childEPCs

An event is found if all terms hold of it. Terms do not know of each other, as
the standard has it: GE_quantity=5 and LT_quantity=10 find an event with two
quantities, 3 and 20.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from provenance.claims.event import Item
from provenance.encoding.canonical import Value, encode
from provenance.encoding.digest import Hash, sha256
from provenance.epcis.facts import AS_TIME, Facts, read_facts
from provenance.epcis.pattern import Pattern

PER_PAGE = 30
"""How many events a page has by default."""

MAX_PER_PAGE = 1000

EVENT_TIME = "eventTime"
RECORD_TIME = "recordTime"
EVENT_HASH = "eventHash"
TRAIT = "trait"
CLASS = "class"
"""Paths of facts that have a meaning of their own. The last two are for
looking up alone: what items of an event have in common with others
(`provenance.epcis.pattern`), and which classes without a trail it names."""

WHOLE_EVENT = "*"
"""Stands for all members where facts are made of the event as a whole."""

_CONTEXT = "provenance/query/v1"


class Subject(NamedTuple):
    """An event as a query looks at it: what it says, and which items."""

    facts: Facts
    items: tuple[Item, ...]


class TextEquals(NamedTuple):
    """That a fact of *path* is just this *text*."""

    path: str
    text: str

    def is_among(self, facts: Facts) -> bool:
        """Return whether it is so."""
        return (self.path, self.text) in facts.texts


class Between(NamedTuple):
    """That a fact of *path* is a number from *low* to *high*.

    Attributes:
        path: Of the fact.
        low: The lowest; None for any.
        high: The highest; None for any.
        is_open: Whether the bounds themselves are too low or too high.
    """

    path: str
    low: int | float | None
    high: int | float | None
    is_open: bool = False

    def is_among(self, facts: Facts) -> bool:
        """Return whether it is so."""
        return any(
            path == self.path and self.includes(number)
            for path, number in facts.numbers
        )

    def includes(self, number: float) -> bool:
        """Return whether *number* is within the bounds."""
        if self.is_open and number in {self.low, self.high}:
            return False
        return (self.low is None or self.low <= number) and (
            self.high is None or number <= self.high
        )


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds if one of *choices* is among an event's facts.

    Attributes:
        member: The member of the event that the facts are read from; ":" for
            extensions, "" where nothing can be concealed.
        choices: At least one.
    """

    member: str
    choices: tuple[TextEquals | Between, ...]

    def holds_of(self, subject: Subject) -> bool:
        """Return whether it does."""
        return any(choice.is_among(subject.facts) for choice in self.choices)

    def to_plain(self) -> Value:
        """Return the same for every way to say it."""
        said: list[Value] = [list(choice) for choice in self.choices]
        return [self.member, sorted(said, key=encode)]


@dataclass(frozen=True, slots=True)
class Names:
    """Holds if an event names one of some items.

    Attributes:
        relations: In which of its lists.
        items: The canonical ids, each of which will do.
        patterns: What will do as well.
    """

    relations: frozenset[str]
    items: frozenset[str]
    patterns: tuple[Pattern, ...] = ()

    member = ""

    def holds_of(self, subject: Subject) -> bool:
        """Return whether it does."""
        return any(
            item.relation in self.relations
            and (
                item.id in self.items
                or any(pattern.includes(item.id) for pattern in self.patterns)
            )
            for item in subject.items
        )

    def to_plain(self) -> Value:
        """Return the same for every way to say it."""
        patterns: list[Value] = [
            [pattern.shape, pattern.start, pattern.owner]
            for pattern in self.patterns
        ]
        return [
            list[Value](sorted(self.relations)),
            list[Value](sorted(self.items)),
            sorted(patterns, key=encode),
        ]


Term = AnyOf | Names

OrderKey = tuple[int, int | float | str]
"""What events are sorted by: a rank, and what is compared within it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the events of an answer are sorted by.

    Attributes:
        path: `eventTime`, `recordTime`, or the path of an extension.
        is_descending: Whether the latest, or the largest, comes first.
    """

    path: str = EVENT_TIME
    is_descending: bool = True

    def key_of(self, facts: Facts) -> OrderKey:
        """Return what an event with these facts is sorted by.

        Numbers are less than times, and these less than texts, which compare
        as their UTF-8 bytes do. Of several the one counts that comes first.
        An event without the field comes last.
        """
        times = self.path if self.is_of_time else self.path + AS_TIME
        found: list[OrderKey] = [
            (1 if path == times else 0, number)
            for path, number in facts.numbers
            if path in {times, self.path}
        ]
        # A text that says a time counts as that time alone.
        if not any(rank == 1 for rank, _ in found):
            found += [
                (2, text) for path, text in facts.texts if path == self.path
            ]
        if not found:
            return (-1, 0) if self.is_descending else (3, 0)
        return max(found) if self.is_descending else min(found)

    @property
    def is_of_time(self) -> bool:
        """Whether events are sorted by one of the times that each has."""
        return self.path in {EVENT_TIME, RECORD_TIME}


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody asks for. Made by `query_parameters`.

    Attributes:
        terms: All of them must hold.
        order: Of the events found.
        limit: How many events all pages have together (`eventCountLimit`).
        at_most: More events than these are an error (`maxEventCount`).
        per_page: How many events a page has.
        page_token: Where an earlier page ended; None for the first page.
    """

    terms: tuple[Term, ...] = ()
    order: Order = Order()
    limit: int | None = None
    at_most: int | None = None
    per_page: int = PER_PAGE
    page_token: str | None = None

    def matches(self, subject: Subject) -> bool:
        """Return whether *subject* is one of the events asked for."""
        return all(term.holds_of(subject) for term in self.terms)

    @property
    def asks_for_hash(self) -> bool:
        """Whether an event's hash id matters."""
        return any(term.member == WHOLE_EVENT for term in self.terms)

    @property
    def digest(self) -> Hash:
        """What all pages of one query have in common, and no other query."""
        terms = sorted(encode(term.to_plain()) for term in self.terms)
        order = [self.order.path, self.order.is_descending]
        return sha256(
            encode([_CONTEXT, terms, order, self.limit, self.at_most])
        )


def subject_of(
    body: Mapping[str, Value],
    items: Iterable[Item],
    *,
    record_time: int,
    event_hash: str | None = None,
) -> Subject:
    """Return an event as a query looks at it.

    Args:
        body: What the reader may see of it.
        items: The items it names.
        record_time: When it was logged, in ms since 1970.
        event_hash: Its hash id, if that matters.
    """
    items = tuple(items)
    facts = read_facts(body, items)
    facts.numbers.add((RECORD_TIME, record_time * 1000))
    if event_hash is not None:
        facts.texts.add((EVENT_HASH, event_hash))
    return Subject(facts, items)
