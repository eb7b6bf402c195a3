"""Searchers: children that answer queries and keep the index of them.

What comes from the log into the index (`provenance.ledger.catch_up`) comes
there in steps, each a question of its own: between two of them a searcher is
free for queries. It writes to the index's file alone, and reads the ledger's
for a moment at a time, so it hinders no commit; nor does a long query hinder
proofs, which have readers of their own.

    question   ["catch_up", whether hash ids are wanted]
    answer     [entries indexed, entries whose hash ids are]

    question   ["find", form, asked, prefixes, size, seconds, spelling,
               scope or None]
    answer     [events, size, token or None, body, ""]
               or [0, 0, None, "", why the form cannot hold the events]
               or None: it took too long

    question   ["values", field, parameters, after, count, size, seconds,
               scope or None]
    answer     [values, the one to go on behind or None, size]
               or None: it took too long

A query that is cut off leaves connections in an unknown state, so they are
opened anew.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import cast

from provenance.encoding.strict_json import JSON
from provenance.epcis.query import Names, Query, Term
from provenance.epcis.query_parameters import parse_query, parse_query_text
from provenance.errors import MalformedError, StoreError
from provenance.folder import open_reader
from provenance.ledger.query import EventPage, Queries
from provenance.ledger.scope import Scope
from provenance.store import open_index
from provenance.store.candidates import IndexDamagedError
from provenance_node.children import answer_questions
from provenance_node.epcis.documents import FORMS

_STEP_SECONDS = 0.5
"""About how long a step of the index takes."""

_NICENESS = 5

Pairs = Sequence[tuple[str, str]]


class _CutOffError(Exception):
    """The time of a query is over."""


class _EnoughError(Exception):
    """A step is done."""


class Searcher:
    """What a searcher answers."""

    def __init__(self, folder: Path) -> None:
        """Open the ledger in *folder*, and its index of queries."""
        self._folder = folder
        self._open()

    def _open(self) -> None:
        ledger = open_reader(self._folder)
        self._index = open_index(self._folder, origin=ledger.origin)
        self._queries = Queries(ledger, self._index)

    def close(self) -> None:
        """Give both back."""
        self._queries.close()

    def catch_up(self, hashes: bool) -> tuple[int, int]:
        """Index what comes next; return how far the index has come."""
        end = time.monotonic() + _STEP_SECONDS

        def stop_in_time(done: int, total: int) -> None:
            del done, total
            if time.monotonic() > end:
                raise _EnoughError

        with _mendable():
            # What was added is stored, and the next step goes on there.
            with suppress(_EnoughError):
                self._queries.catch_up(stop_in_time, hashes=hashes)
            with self._index.view() as view:
                state = view.state()
        return state.size, state.hashed

    def find(  # noqa: PLR0913, PLR0917  # a pipe has no names
        self,
        form: str,
        asked: tuple[str, Pairs, Mapping[str, JSON]],
        prefixes: Mapping[str, str],
        size: int,
        seconds: float,
        spelling: str,
        scope: Sequence[Sequence[str]] | None,
    ) -> tuple[int, int, str | None, bytes, str] | None:
        """Return a page of the answer to what is *asked*; None if cut off."""
        query = read_query(asked, prefixes)
        try:
            with _mendable(), _time_limit(seconds):
                page = self._queries.run(
                    query,
                    indexed=size,
                    scope=None if scope is None else Scope.from_plain(scope),
                )
                try:
                    body = _body(form, page, spelling)
                except MalformedError as error:
                    return 0, 0, None, b"", str(error)
        except _CutOffError:
            self.close()
            self._open()
            return None
        token = page.next_page_token
        return len(page.events), page.size, token, body, ""

    def values(  # noqa: PLR0913, PLR0917  # a pipe has no names
        self,
        field: str,
        parameters: Sequence[str],
        after: str,
        count: int,
        size: int,
        seconds: float,
        scope: Sequence[Sequence[str]] | None,
    ) -> tuple[tuple[str, ...], str | None, int] | None:
        """Return the next values that events have in *field*.

        Args:
            field: See `Queries.values`, as the others.
            parameters: Those by which the events of a value are found; where
                there are two, either will do.
            after: The value before.
            count: How many at most.
            size: How many entries are to be covered.
            seconds: The time that it may take.
            scope: What belongs to who asks.
        """

        def query_of(text: str) -> Query:
            kind = "text" if len(parameters) == 1 else "item"
            return read_query((kind, (), {n: [text] for n in parameters}), {})

        try:
            with _mendable(), _time_limit(seconds):
                return self._queries.values(
                    field,
                    after=after,
                    count=count,
                    query_of=query_of,
                    indexed=size,
                    scope=None if scope is None else Scope.from_plain(scope),
                )
        except _CutOffError:
            self.close()
            self._open()
            return None


def read_query(
    asked: tuple[str, Pairs, Mapping[str, JSON]], prefixes: Mapping[str, str]
) -> Query:
    """Return the query that is *asked*.

    Args:
        asked: ("text", pairs, more): what an address asks for with *pairs*,
            of which *more* must hold as well. ("item", pairs, more): the
            same, but of *more*, which names items, any will do. ("named",
            pairs, stored): what is *stored* under a name, with *pairs* that
            say which page.
        prefixes: What prefixes stand for that the parameters use.

    Raises:
        MalformedError: There is no such query.
    """
    kind, pairs, members = asked
    members = _as_lists(members)
    if kind == "named":
        page: dict[str, JSON] = dict(pairs)
        return parse_query({**members, **page}, prefixes=prefixes)
    query = parse_query_text(pairs, prefixes=prefixes)
    more = parse_query(members, prefixes=prefixes).terms
    if kind == "item":
        more = (_any_of(more),)
    return replace(query, terms=(*query.terms, *more))


def _any_of(terms: Sequence[Term]) -> Names:
    """Return what holds where one of *terms* does, which all name items."""
    names = [term for term in terms if isinstance(term, Names)]
    return Names(
        frozenset().union(*(each.relations for each in names)),
        frozenset().union(*(each.items for each in names)),
        tuple(pattern for each in names for pattern in each.patterns),
    )


def _as_lists(members: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return *members* as JSON has them; a pipe makes lists tuples."""
    return cast("dict[str, JSON]", json.loads(json.dumps(members)))


def _body(form: str, page: EventPage, spelling: str) -> bytes:
    events = [event.spelled(spelling) for event in page.events]
    return b"".join(FORMS[form](events, page))


@contextmanager
def _mendable() -> Iterator[None]:
    """Let damage that mending did not end be the storage's."""
    try:
        yield
    except IndexDamagedError as error:
        raise StoreError(str(error)) from error


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Cut off what takes longer than *seconds*."""

    def cut_off(*_: object) -> None:
        raise _CutOffError

    signal.signal(signal.SIGALRM, cut_off)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _main() -> None:
    # Commits and proofs come first where processors are scarce.
    os.nice(_NICENESS)
    searcher = Searcher(Path(sys.argv[1]))
    answer_questions(
        {
            "catch_up": searcher.catch_up,
            "find": searcher.find,
            "values": searcher.values,
        }
    )


if __name__ == "__main__":
    _main()
