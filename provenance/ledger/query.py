"""Queries over a ledger: which events, newest first, page by page.

What is asked for is looked up in an index, which is derived from the log and
catches up with it first; every event that it names is loaded from the ledger
and looked at again. So an index may be late, damaged or gone: that costs
time, and never a wrong event.

An event is found once it is under a published checkpoint. All pages of an
answer stand on the log as it was at the first of them. An event's
`recordTime` is the time of the map commitment that followed it, by the
ledger's clock.
"""

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import NamedTuple, Self, TypeVar

from provenance.encoding.canonical import Value, encode
from provenance.encoding.digest import Hash, sha256
from provenance.epcis.page_token import PageEnd, format_token, parse_token
from provenance.epcis.query import Query
from provenance.errors import (
    ConflictError,
    MalformedError,
    QueryTooLargeError,
)
from provenance.ledger.catch_up import (
    EPC,
    Progress,
    catch_up,
    catch_up_hashes,
    is_index_of,
)
from provenance.ledger.read import LedgerReader
from provenance.ledger.scope import Scope
from provenance.ledger.search import FoundEvent, Match, Search
from provenance.store.candidates import (
    EventIndex,
    IndexDamagedError,
    IndexView,
)

_MOST_MENDINGS = 2
"""So often an index is made again before its damage is given up on."""

MOST_PAGE_BYTES = 8 * 2**20
"""So many bytes of the ledger make a page, or one event that has more."""

_PAUSE = 0.02
"""Seconds until the next look at an index that another process makes."""

_VALUES_AT_ONCE = 1_000

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class EventPage:
    """A part of an answer.

    Attributes:
        events: In the order that was asked for; none if nothing was found.
            They may be fewer than `per_page`, although more follow.
        size: The size of the log that all pages of the answer stand on.
        next_page_token: What to ask for the next page with; None if this is
            the last.
    """

    events: tuple[FoundEvent, ...]
    size: int
    next_page_token: str | None


class Values(NamedTuple):
    """A part of a list of values.

    Attributes:
        values: In the order of their code points.
        after: The value behind which to go on; None if this is the last part.
        size: How many entries of the log they are from.
    """

    values: tuple[str, ...]
    after: str | None
    size: int


class Queries:
    """Answers queries over one ledger. Any thread may ask.

    `find` yields all events that match, one after another, and is what most
    programs need. `run` returns one page of them, with the token of the next,
    for programs that show pages or hand them on themselves:

        with open_queries(folder) as queries:
            query = parse_query({"EQ_bizStep": "shipping", "perPage": 100})
            for found in queries.find(query):
                ...
            page = queries.run(query)
            page.events, page.next_page_token
    """

    def __init__(self, ledger: LedgerReader, index: EventIndex) -> None:
        """Take over *ledger* and *index*, which `close` gives back."""
        self._ledger = ledger
        self._index = index

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give ledger and index back."""
        self._index.close()
        self._ledger.close()

    def run(
        self,
        query: Query,
        *,
        reveal: Collection[str] = (),
        progress: Progress | None = None,
        indexed: int | None = None,
        scope: Scope | None = None,
    ) -> EventPage:
        """Return one page of the answer to *query*; `find` gives all of them.

        Args:
            query: What is asked for; with a token, the page after that one.
            reveal: JSON Pointers to the concealed fields that the reader may
                see. Others are neither shown nor looked at.
            progress: Told how many entries of how many are indexed, while
                the index catches up with the log.
            indexed: The size of the log that the answer must stand on at
                least, by an index that somebody else keeps up: it is not
                caught up with here. None for the latest checkpoint.
            scope: What belongs to the reader, to whom nothing else is shown
                or matches; None for a reader who may see all.

        Raises:
            MalformedError: The token is not one of this query.
            ConflictError: The index has not come as far as *indexed*.
            QueryTooLargeError: More events match than it allows for.
            StoreError: The index cannot be read or written, or the ledger is
                damaged.
        """
        shown = frozenset(reveal)
        return self._mending(
            lambda: self._run(query, shown, progress, indexed, scope)
        )

    def find(
        self,
        query: Query,
        *,
        reveal: Collection[str] = (),
        progress: Progress | None = None,
    ) -> Iterator[FoundEvent]:
        """Yield all events of the answer to *query*, page after page.

        They stand on the log as it was at the first page; `run` returns the
        pages themselves.

        Raises as `run` does.
        """
        while True:
            page = self.run(query, reveal=reveal, progress=progress)
            yield from page.events
            if page.next_page_token is None:
                return
            query = replace(query, page_token=page.next_page_token)

    def values(  # noqa: PLR0913  # named at the call
        self,
        field: str,
        *,
        after: str,
        count: int,
        query_of: Callable[[str], Query],
        indexed: int,
        scope: Scope | None = None,
    ) -> Values:
        """Return the next values that events have in *field*.

        Args:
            field: `epc` or one of `catch_up.LISTED`.
            after: The value before; "" for the start.
            count: How many at most, at least one.
            query_of: Returns what asks for the events that have a value.
            indexed: How many entries the index covers at least.
            scope: What belongs to the reader; None if all is shown.

        Raises:
            ConflictError: The index has not come as far as *indexed*.
            StoreError: The index cannot be read, or the ledger is damaged.
        """
        return self._mending(
            lambda: self._values(field, after, count, query_of, indexed, scope)
        )

    def _values(  # noqa: PLR0913, PLR0917  # the same, in order
        self,
        field: str,
        after: str,
        count: int,
        query_of: Callable[[str], Query],
        indexed: int,
        scope: Scope | None,
    ) -> Values:
        with self._index.view() as view, self._ledger.moment() as moment:
            state = view.state()
            if state.size < indexed or not is_index_of(state, moment):
                raise ConflictError(
                    f"the index of queries covers {state.size} of {indexed}"
                    " entries: ask again when it has caught up"
                )

            def is_shown(text: str) -> bool:
                if scope is None or (field == EPC and scope.has(text)):
                    return True
                # What stays in another's event, as its container, is nobody's
                # to list; but all that an actor signed is its own.
                if field == EPC and not scope.actors:
                    return False
                search = Search(
                    query_of(text),
                    reveal=frozenset(),
                    view=view,
                    reader=moment.reader,
                    scope=scope,
                )
                return any(search.matches(size=state.size, after=None))

            # The place to go on is a value that is shown: nobody learns from
            # it of another.
            found = filter(is_shown, _each_value(view, field, after))
            shown = tuple(islice(found, count + 1))
            following = shown[count - 1] if len(shown) > count else None
            return Values(shown[:count], following, state.size)

    def catch_up(
        self, progress: Progress | None = None, *, hashes: bool = False
    ) -> None:
        """Bring the index up to the latest checkpoint.

        If another process is at it, wait until that one has finished.

        Args:
            progress: Told how many entries of how many are done.
            hashes: Whether the events' hash ids are wanted as well.

        Raises:
            StoreError: The index cannot be written, or the ledger is damaged.
        """
        self._mending(lambda: self._catch_up(progress, hashes))

    def _mending(self, work: Callable[[], _T]) -> _T:
        """Return what *work* gives, on an index made anew if need be."""
        for _ in range(_MOST_MENDINGS):
            try:
                return work()
            except IndexDamagedError:
                self._mend()
        return work()

    def _mend(self) -> None:
        """Clear the index, or wait while somebody else is at it."""
        has_waited = False
        while True:
            with self._index.turn() as is_ours:
                if is_ours:
                    if not has_waited:
                        self._index.clear()
                    return
            has_waited = True
            time.sleep(_PAUSE)

    def _catch_up(self, progress: Progress | None, hashes: bool) -> None:
        while True:
            with self._index.turn() as is_ours:
                if is_ours:
                    catch_up(self._ledger, self._index, progress=progress)
                    if hashes:
                        catch_up_hashes(
                            self._ledger, self._index, progress=progress
                        )
                    return
            if progress is not None:
                with self._index.view() as view:
                    progress(view.state().size, self._ledger.size)
            time.sleep(_PAUSE)

    def _run(
        self,
        query: Query,
        reveal: frozenset[str],
        progress: Progress | None,
        indexed: int | None,
        scope: Scope | None,
    ) -> EventPage:
        asked = _digest(query, reveal, scope)
        end = None
        if query.page_token is not None:
            end = parse_token(
                query.page_token, query=asked, origin=self._ledger.origin
            )
        needed = indexed if end is None else end.size
        while True:
            with self._index.view() as view, self._ledger.moment() as moment:
                state = view.state()
                needed = moment.size if needed is None else needed
                if needed > moment.size:
                    raise MalformedError(
                        f"nextPageToken: it is of a log of {needed} entries,"
                        f" and this one has {moment.size}: ask for the first"
                        " page again"
                    )
                known = state.hashed if query.asks_for_hash else state.size
                if known >= needed and is_index_of(state, moment):
                    search = Search(
                        query,
                        reveal=reveal,
                        view=view,
                        reader=moment.reader,
                        scope=scope,
                    )
                    end = end or PageEnd(known, given=0, number=0)
                    return self._page(search, query, end, asked)
            if indexed is not None:
                raise ConflictError(
                    f"the index of queries covers {known} of {needed} entries:"
                    " ask again when it has caught up"
                )
            # A log that grows faster than this reads it is not chased.
            self._catch_up(progress, query.asks_for_hash)

    def _page(
        self, search: Search, query: Query, end: PageEnd, asked: Hash
    ) -> EventPage:
        """Return the page that follows *end*."""
        count = query.per_page
        if query.limit is not None:
            count = min(count, query.limit - end.given)
        matches = search.matches(
            size=end.size, after=end.number if end.given else None
        )
        shown, following = _fill(matches, count)
        if query.at_most is not None and not end.given:
            rest = chain(following, matches)
            _require_at_most(query.at_most, len(shown), rest)
        given, token = end.given + len(shown), None
        if following and given != query.limit:
            token = format_token(
                PageEnd(end.size, given, shown[-1].candidate.number),
                query=asked,
                origin=self._ledger.origin,
            )
        return EventPage(tuple(search.show(shown)), end.size, token)


def _each_value(view: IndexView, field: str, after: str) -> Iterator[str]:
    """Yield the values of *field* that come after *after*, in order."""
    while found := view.values(field, after=after, count=_VALUES_AT_ONCE):
        yield from found
        after = found[-1]


def _fill(
    matches: Iterator[Match], count: int
) -> tuple[list[Match], list[Match]]:
    """Return at most *count* of *matches*, and the one that follows, if any.

    There are fewer where more would be larger than a page may be.
    """
    shown: list[Match] = []
    weight = 0
    for match in matches:
        weight += match.weight
        if len(shown) == count or (shown and weight > MOST_PAGE_BYTES):
            return shown, [match]
        shown.append(match)
    return shown, []


def _require_at_most(at_most: int, count: int, rest: Iterator[Match]) -> None:
    """Check that *count* events and the *rest* are no more than *at_most*."""
    count += sum(1 for _ in islice(rest, max(at_most + 1 - count, 0)))
    if count > at_most:
        raise QueryTooLargeError(
            f"more than {at_most} events match: ask for less, or raise"
            " maxEventCount"
        )


def _digest(query: Query, reveal: frozenset[str], scope: Scope | None) -> Hash:
    """Return what tells this query from others, and readers from others."""
    said: list[Value] = [query.digest, list[Value](sorted(reveal))]
    if scope is not None:
        said.append(scope.to_plain())
    return sha256(encode(said))
