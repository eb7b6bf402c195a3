"""`provenance statements`: what an actor or a key signed, and what of."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import click

from provenance.claims.registry import ActorKey
from provenance.cli.actor_lines import SHORT, span_of
from provenance.cli.arguments import TIME
from provenance.cli.inputs import STANDARD
from provenance.cli.program import Command
from provenance.cli.progress import Progress
from provenance.cli.rows import (
    CSV,
    LINES,
    TABLE,
    csv_line,
    deliver,
    json_line,
    require_place,
)
from provenance.cli.screen import Screen
from provenance.cli.where import Where, where_options
from provenance.encoding.digest import Hash
from provenance.encoding.instant import utc
from provenance.folder import open_reader
from provenance.ledger.signed import (
    SignedEvent,
    Signers,
    events_of,
    find_signers,
    statements_of,
)
from provenance.problems import NOT_FOUND, OK
from provenance.store.item_counts import count_items

if TYPE_CHECKING:
    from provenance.client import Client

_MOST_IN_CELL = 50
"""How many items a CSV cell names: a spreadsheet's cell has an end."""

_COLUMNS = (
    "entry", "event", "logged", "signed", "issuer", "key", "type", "step",
    "event time", "items", "first items",
)  # fmt: skip
_ITEM_COLUMNS = ("item", "events", "first entry", "last entry")


@click.command(cls=Command)
@click.option("--issuer", metavar="ACTOR", help="Who signed.")
@click.option(
    "--key",
    "key",
    metavar="ID",
    help="With which key: how its id begins, 8 digits at least; key show and"
    " actor list show ids. Alone, it finds whose key it is.",
)
@click.option(
    "--from",
    "since",
    type=TIME,
    help="Only what was logged from this time on, by the log's own clock.",
)
@click.option(
    "--to", "until", type=TIME, help="Only what was logged before this time."
)
@click.option(
    "--after-index",
    type=click.IntRange(min=-1),
    metavar="N",
    help="Only entries after this one.",
)
@click.option(
    "--before-index",
    type=click.IntRange(min=0),
    metavar="N",
    help="Only entries before this one.",
)
@click.option(
    "--items",
    "is_of_items",
    is_flag=True,
    help="Tell the items that were touched, each once, instead of the events.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([TABLE, CSV, LINES]),
    default=TABLE,
    show_default=True,
    help="For people, as a table for spreadsheets, or one JSON object a line.",
)
@click.option(
    "--output",
    "-o",
    default=STANDARD,
    help="The file to write; - for standard output, which is the default.",
)
@where_options
def statements(  # noqa: PLR0913, PLR0917  # click's way
    screen: Screen,
    issuer: str | None,
    key: str | None,
    since: int | None,
    until: int | None,
    after_index: int | None,
    before_index: int | None,
    is_of_items: bool,
    form: str,
    output: str,
    where: Where,
) -> int:
    """Tell what an actor, or one of its keys, has signed.

    The log is read once, in order, and told as it is read; a node tells it
    to whoever has a token for it. It ends with 4 if there is nothing.
    """
    if issuer is None and key is None:
        raise click.UsageError("say whose: give --issuer, --key, or both")
    require_place(screen, form, output)
    progress = Progress()
    asked = _Asked(issuer, key, since, until, after_index, before_index)
    with _open(where, asked, progress) as (signers, events):
        found = _Counted(events)
        try:
            if form == TABLE:
                _tell_signers(screen, signers)
                rows = _tell(screen, found, is_of_items=is_of_items)
            else:
                rows = []
                _deliver(screen, found, form, output, is_of_items=is_of_items)
        finally:
            progress.clear()
    if not found.count:
        screen.say("nothing was signed there")
    return screen.result(
        "statements",
        OK if found.count else NOT_FOUND,
        {
            "issuer": signers.actor.id,
            "name": signers.actor.name,
            "keys": [_key_json(*each) for each in signers.keys.items()],
            "statements": found.count,
            "events": found.events,
            "items" if is_of_items else "rows": rows,
            "file": None if output == STANDARD else output,
        },
    )


class _Asked(NamedTuple):
    """What is asked for."""

    issuer: str | None
    key: str | None
    since: int | None
    until: int | None
    after_index: int | None
    before_index: int | None

    @property
    def start(self) -> int:
        """The first entry that is looked at."""
        return 0 if self.after_index is None else self.after_index + 1


@contextmanager
def _open(
    where: Where, asked: _Asked, progress: Progress
) -> Iterator[tuple[Signers, Iterator[SignedEvent]]]:
    """Give whose statements they are, and what those say, as it is read."""
    if where.url is not None:
        with where.open_client() as client:
            yield _of_node(client, asked)
        return
    with open_reader(where.folder) as reader, reader.moment() as moment:
        signers = find_signers(
            reader.registry(), issuer=asked.issuer, key=asked.key
        )
        found = statements_of(
            moment,
            signers,
            since=asked.since,
            until=asked.until,
            start=asked.start,
            stop=asked.before_index,
            progress=progress.show,
        )
        yield signers, (event for each in found for event in events_of(each))


def _of_node(
    client: "Client", asked: _Asked
) -> tuple[Signers, Iterator[SignedEvent]]:
    pages = client.statements(
        issuer=asked.issuer,
        key=asked.key,
        since=asked.since,
        until=asked.until,
        start=asked.start,
        stop=asked.before_index,
    )
    first = next(pages)
    actor = client.actor(first.issuer)
    keys = {each: actor.keys[each] for each in first.keys if each in actor.keys}
    return Signers(actor, keys), (
        event for page in chain([first], pages) for event in page.events
    )


class _Counted:
    """The events that were signed, counted as they go by.

    Attributes:
        count: How many statements they are of, so far.
        events: How many there were.
    """

    def __init__(self, events: Iterator[SignedEvent]) -> None:
        self._events = events
        self.count = 0
        self.events = 0

    def __iter__(self) -> Iterator[SignedEvent]:
        entry = -1
        for event in self._events:
            self.count += event.entry != entry
            self.events += 1
            entry = event.entry
            yield event


# What is told.


def _tell_signers(screen: Screen, signers: Signers) -> None:
    actor = signers.actor
    screen.line((actor.id, "strong"), f"  {actor.name}")
    for key_id, key in signers.keys.items():
        until = ", not revoked" if key.revoked is None else ""
        screen.line(f"  key {key_id.hex()[:SHORT]}  {span_of(key)}{until}")


def _tell(
    screen: Screen, found: _Counted, *, is_of_items: bool
) -> list[dict[str, object]]:
    """Print the table; return its rows for JSON, if that is wanted."""
    rows: list[dict[str, object]] = []
    if is_of_items:
        for row in _items(found):
            if screen.is_json:
                rows.append(row)
            screen.line(
                "  {item}  {events} events, entries {first_entry} to"
                " {last_entry}".format_map(row)
            )
        return rows
    entry = -1
    for event in found:
        if screen.is_json:
            rows.append(_event_row(event))
        if event.entry != entry:
            entry = event.entry
            screen.line(
                (f"entry {entry}", "strong"),
                f"  logged {utc(event.logged_at)}, signed"
                f" {utc(event.signed_at)} by key {event.key[:SHORT]}",
            )
        words = "  ".join(
            word for word in (event.step, event.action, event.type) if word
        )
        screen.line(f"    {words}  {_first(event.items)}")
    if found.count and not screen.is_json:
        screen.line(f"{found.count} statements, {found.events} events")
    return rows


def _first(items: Sequence[str]) -> str:
    more = f" and {len(items) - 1} more" if len(items) > 1 else ""
    return f"{items[0] if items else ''}{more}"


def _event_row(event: SignedEvent) -> dict[str, object]:
    return {
        "entry": event.entry,
        "event": event.event,
        "logged": utc(event.logged_at),
        "signed": utc(event.signed_at),
        "issuer": event.issuer,
        "key": event.key,
        "type": event.type,
        "step": event.step,
        "event_time": event.event_time,
        "items": event.items,
    }


# Files.


def _deliver(
    screen: Screen,
    found: _Counted,
    form: str,
    output: str,
    *,
    is_of_items: bool,
) -> None:
    rows: Iterator[dict[str, object]] = (
        _items(found) if is_of_items else map(_event_row, found)
    )
    pieces = (
        (json_line("signed", row) for row in rows)
        if form == LINES
        else _csv_lines(rows, is_of_items=is_of_items)
    )
    size = deliver(screen, pieces, output)
    if size is not None:
        screen.line(
            f"{output}: {found.count} statements, {found.events} events, {size}"
            " bytes"
        )


def _csv_lines(
    rows: Iterator[dict[str, object]], *, is_of_items: bool
) -> Iterator[bytes]:
    yield csv_line(_ITEM_COLUMNS if is_of_items else _COLUMNS)
    for row in rows:
        cells = list(row.values())
        items = cells[-1]
        if isinstance(items, list):
            cells[-1:] = [len(items), " ".join(items[:_MOST_IN_CELL])]
        yield csv_line(cells)


# Items, each once.


def _items(found: _Counted) -> Iterator[dict[str, object]]:
    for item in count_items((event.entry, event.items) for event in found):
        yield item._asdict()


def _key_json(key_id: Hash, key: ActorKey) -> dict[str, object]:
    return {
        "id": key_id.hex(),
        "added": key.added,
        "revoked": key.revoked,
        "reason": key.reason,
    }
