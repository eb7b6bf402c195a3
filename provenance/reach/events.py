"""Pages of events that were asked for, of a ledger's folder or of a node."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from provenance.encoding.canonical import Value
from provenance.encoding.strict_json import JSON
from provenance.epcis.moment import in_zone
from provenance.epcis.query import Query
from provenance.epcis.shapes import EPC_LISTS, QUANTITY_LISTS
from provenance.errors import MalformedError
from provenance.ledger.query import Queries

if TYPE_CHECKING:
    from provenance.client import Client


class ListedEvent(Protocol):
    """An event that was found."""

    @property
    def log_index(self) -> int:
        """The entry of its statement."""

    @property
    def position(self) -> int:
        """Its number in the statement."""

    @property
    def issuer(self) -> str:
        """The actor that signed it."""

    @property
    def event(self) -> Mapping[str, JSON]:
        """The event as EPCIS 2.0 JSON, with its `recordTime`."""

    def to_json(self) -> Mapping[str, object]:
        """Return it as a JSON object."""


class ResultPage(NamedTuple):
    """One page.

    Attributes:
        events: In the order that was asked for.
        size: The size of the log that the answer stands on.
        next_page_token: What the next page is asked for with, if there is one.
    """

    events: Sequence[ListedEvent]
    size: int
    next_page_token: str | None


class Pages(Protocol):
    """The pages of one answer."""

    def after(self, token: str | None) -> ResultPage:
        """Return the page that *token* asks for; None for the first."""


class FolderPages:
    """The pages of an answer from a ledger's folder."""

    def __init__(
        self,
        queries: Queries,
        query: Query,
        *,
        reveal: Collection[str],
        spelling: str,
        progress: Callable[[int, int], None],
    ) -> None:
        self._spelling = spelling
        self._progress = progress
        self._queries = queries
        self._query = query
        self._reveal = reveal

    def after(self, token: str | None) -> ResultPage:
        """Return the page that *token* asks for; None for the first."""
        query = self._query
        if token is not None:
            query = replace(query, page_token=token)
        page = self._queries.run(
            query, reveal=self._reveal, progress=self._progress
        )
        events = [event.spelled(self._spelling) for event in page.events]
        return ResultPage(events, page.size, page.next_page_token)


class NodePages:
    """The pages of an answer from a node, whose word they are."""

    def __init__(self, client: "Client", parameters: Mapping[str, str]) -> None:
        self._client = client
        self._parameters = parameters

    def after(self, token: str | None) -> ResultPage:
        """Return the page that *token* asks for; None for the first."""
        asked = dict(self._parameters)
        if token is not None:
            asked["nextPageToken"] = token
        page = self._client.events_page(asked)
        rows = [_read(row) for row in page.events]
        return ResultPage(rows, page.size, page.next_page_token)


class Answer:
    """The events of an answer, as they are asked for, one after the other.

    Attributes:
        count: How many there were.
        next_page_token: What the next page is asked for with, if there is
            one and not all pages were wanted.
        size: The size of the log that the answer stands on; 0 before.
    """

    def __init__(self, pages: Pages, *, is_all: bool) -> None:
        self._pages = pages
        self._is_all = is_all
        self.count = 0
        self.size = 0
        self.next_page_token: str | None = None

    def __iter__(self) -> Iterator[ListedEvent]:
        token = None
        while True:
            events, self.size, token = self._pages.after(token)
            for found in events:
                self.count += 1
                yield found
            if token is None or not self._is_all:
                self.next_page_token = token
                return


@dataclass(frozen=True, slots=True)
class _Row:
    """An event as a node tells it; see `ListedEvent`."""

    log_index: int
    position: int
    issuer: str
    event: Mapping[str, JSON]
    said: Mapping[str, JSON]

    def to_json(self) -> Mapping[str, JSON]:
        return self.said


def _read(row: dict[str, JSON]) -> _Row:
    event = row.get("event")
    match row:
        case {
            "log_index": int(log_index),
            "position": int(position),
            "issuer": str(issuer),
            "event": {"recordTime": str()},
        } if isinstance(event, dict):
            return _Row(log_index, position, issuer, event, row)
        case _:
            raise MalformedError("the node tells of an event that is none")


def time_of(event: Mapping[str, JSON]) -> str:
    """Return when *event* happened, at its own offset."""
    time, offset = event.get("eventTime"), event.get("eventTimeZoneOffset")
    return in_zone(cast("Value", time), cast("Value", offset))


def items_of(event: Mapping[str, JSON]) -> Iterator[str]:
    """Yield the ids of the items that *event* names."""
    if isinstance(parent := event.get("parentID"), str):
        yield parent
    for name in sorted(EPC_LISTS) + sorted(QUANTITY_LISTS):
        elements = event.get(name)
        for element in elements if isinstance(elements, list) else ():
            if isinstance(element, dict):
                yield str(element.get("epcClass"))
            else:
                yield str(element)
