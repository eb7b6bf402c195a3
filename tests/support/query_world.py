"""A ledger that EPCIS events are logged in and asked for."""

import pathlib
from collections.abc import Collection, Iterable
from typing import Any

from provenance.encoding.strict_json import JSON
from provenance.epcis.draft import RawEvent, check_event
from provenance.epcis.query_parameters import parse_query
from provenance.errors import ProvenanceError
from provenance.folder import open_queries
from provenance.intake.prepare import prepare_event
from provenance.ledger.query import EventPage, Queries
from provenance.ledger.search import FoundEvent
from tests.ledger_world import PREFIX, PRODUCER, LedgerWorld

PREFIXES = {
    "ex": "https://ns.example/epcis/",
    "same": "https://ns.example/epcis/",
}
Places = list[tuple[int, int]]


class QueryWorld(LedgerWorld):
    """A ledger, its one producer, and somebody who asks."""

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__(folder / "ledger")
        self.enrol(PRODUCER, "producer", prefixes=(PREFIX,))
        self.places: Places = []
        self.recorded: list[int] = []

    @property
    def index(self) -> pathlib.Path:
        return self.folder / "index.sqlite"

    def log(
        self,
        *events: JSON,
        conceal: Collection[str] = (),
    ) -> None:
        """Log *events*, in one statement and one batch of its own."""
        self.now += 1_000
        drafts = [check_event(RawEvent(e, PREFIXES, str)) for e in events]
        made = [prepare_event(draft, conceal=conceal) for draft in drafts]
        (receipt,) = self.ledger.submit([self.sign(PRODUCER, *made)])
        if isinstance(receipt, ProvenanceError):
            raise receipt
        self.places += [(receipt.log_index, at) for at in range(len(events))]
        self.recorded += [self.now] * len(events)

    def queries(self) -> Queries:
        return open_queries(self.folder)

    def numbers(self, found: Iterable[FoundEvent]) -> list[int]:
        """Return which of the logged events these are, in their order."""
        return [self.places.index((f.log_index, f.position)) for f in found]

    def ask(
        self,
        queries: Queries,
        parameters: dict[str, Any],
        reveal: Collection[str] = (),
    ) -> EventPage:
        query = parse_query(parameters, prefixes=PREFIXES)
        return queries.run(query, reveal=reveal)

    def ask_all(
        self,
        queries: Queries,
        parameters: dict[str, Any],
        reveal: Collection[str] = (),
    ) -> list[int]:
        """Return which events are found, page by page."""
        found: list[int] = []
        token = None
        while True:
            page = self.ask(
                queries,
                parameters | ({"nextPageToken": token} if token else {}),
                reveal,
            )
            assert len(page.events) <= parameters.get("perPage", 30)
            found += self.numbers(page.events)
            token = page.next_page_token
            if token is None:
                return found
            assert page.events, "a page that others follow has events"
