"""`provenance statements`: what an actor or a key signed, and what of."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import apsw
import click

from provenance.claims.registry import ActorKey
from provenance.cli.actor_lines import SHORT, span_of
from provenance.cli.arguments import TIME, ledger_option
from provenance.cli.inputs import STANDARD
from provenance.cli.problems import NOT_FOUND, OK
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
from provenance.cli.times import utc
from provenance.encoding.digest import Hash
from provenance.folder import open_reader
from provenance.ledger.signed import (
    SignedStatement,
    Signers,
    find_signers,
    statements_of,
)

_MOST_IN_CELL = 50
"""How many items a CSV cell names: a spreadsheet's cell has an end."""

_COLUMNS = (
    "entry", "event", "logged", "signed", "issuer", "key", "type", "step",
    "event time", "items", "first items",
)  # fmt: skip
_ITEM_COLUMNS = ("item", "events", "first entry", "last entry")

_ITEM_TABLE = """
CREATE TABLE items (
    item  TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL
) WITHOUT ROWID
"""
_ADD_ITEM = """
INSERT INTO items VALUES (?1, 1, ?2, ?2)
ON CONFLICT DO UPDATE SET count = count + 1, last = ?2
"""

Item = tuple[str, int, int, int]
"""An item, how many events of it, and the first and last entry with one."""


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
@ledger_option
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
    folder: Path,
) -> int:
    """Tell what an actor, or one of its keys, has signed.

    The log is read once, in order, and told as it is read. It ends with 4 if
    there is nothing.
    """
    if issuer is None and key is None:
        raise click.UsageError("say whose: give --issuer, --key, or both")
    require_place(screen, form, output)
    progress = Progress()
    with open_reader(folder) as reader, reader.moment() as moment:
        signers = find_signers(reader.registry(), issuer=issuer, key=key)
        found = _Counted(
            statements_of(
                moment,
                signers,
                since=since,
                until=until,
                start=0 if after_index is None else after_index + 1,
                stop=before_index,
                progress=progress.show,
            )
        )
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


class _Counted:
    """The statements, counted as they go by.

    Attributes:
        count: How many there were so far.
        events: How many events they have.
    """

    def __init__(self, statements: Iterator[SignedStatement]) -> None:
        self._statements = statements
        self.count = 0
        self.events = 0

    def __iter__(self) -> Iterator[SignedStatement]:
        for statement in self._statements:
            self.count += 1
            self.events += len(statement.events)
            yield statement


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
        for item in _items(found):
            if screen.is_json:
                rows.append(_item_json(item))
            screen.line(
                f"  {item[0]}  {item[1]} events, entries {item[2]} to {item[3]}"
            )
        return rows
    for statement in found:
        if screen.is_json:
            rows += _event_rows(statement)
        header = statement.entry.header
        screen.line(
            (f"entry {statement.log_index}", "strong"),
            f"  logged {utc(statement.logged_at)}, signed"
            f" {utc(header.issued_at)} by key {header.key_id.hex()[:SHORT]}",
        )
        for event in statement.events:
            body = event.body
            said = [body.get(name) for name in ("bizStep", "action", "type")]
            words = "  ".join(word for word in said if isinstance(word, str))
            screen.line(f"    {words}  {_first(event.items())}")
    if found.count and not screen.is_json:
        screen.line(f"{found.count} statements, {found.events} events")
    return rows


def _first(items: Iterable[object]) -> str:
    ids = [str(getattr(item, "id", "")) for item in items]
    more = f" and {len(ids) - 1} more" if len(ids) > 1 else ""
    return f"{ids[0] if ids else ''}{more}"


def _event_rows(statement: SignedStatement) -> Iterator[dict[str, object]]:
    header = statement.entry.header
    for position, event in enumerate(statement.events):
        body = event.body
        yield {
            "entry": statement.log_index,
            "event": position,
            "logged": utc(statement.logged_at),
            "signed": utc(header.issued_at),
            "issuer": header.issuer,
            "key": header.key_id.hex(),
            "type": str(body.get("type", "")),
            "step": str(body.get("bizStep", "")),
            "event_time": str(body.get("eventTime", "")),
            "items": [item.id for item in event.items()],
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
        map(_item_json, _items(found))
        if is_of_items
        else (row for statement in found for row in _event_rows(statement))
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


def _items(found: _Counted) -> Iterator[Item]:
    """Yield each item of all events once, by its id.

    They are gathered in a nameless file, not in memory.
    """
    with closing(apsw.Connection("")) as table:
        table.execute(_ITEM_TABLE)
        with table:
            for statement in found:
                table.executemany(
                    _ADD_ITEM,
                    (
                        (item.id, statement.log_index)
                        for event in statement.events
                        for item in event.items()
                    ),
                )
        yield from table.execute("SELECT * FROM items ORDER BY item")


def _item_json(item: Item) -> dict[str, object]:
    names = ("item", "events", "first_entry", "last_entry")
    return dict(zip(names, item, strict=True))


def _key_json(key_id: Hash, key: ActorKey) -> dict[str, object]:
    return {
        "id": key_id.hex(),
        "added": key.added,
        "revoked": key.revoked,
        "reason": key.reason,
    }
