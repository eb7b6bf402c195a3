"""`provenance statements`: what an actor or a key signed, and what of."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

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
from provenance.cli.where import where_options
from provenance.encoding.instant import utc
from provenance.ledger.signed import (
    Signers,
)
from provenance.problems import NOT_FOUND, OK
from provenance.reach.signed import (
    Asked,
    Counted,
    event_row,
    items,
    key_json,
    open_signed,
)
from provenance.reach.where import Where
from provenance.words.actors import SHORT, span_of

if TYPE_CHECKING:
    pass

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
    asked = Asked(issuer, key, since, until, after_index, before_index)
    with open_signed(where, asked, progress.show) as (signers, events):
        found = Counted(events)
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
            "keys": [key_json(*each) for each in signers.keys.items()],
            "statements": found.count,
            "events": found.events,
            "items" if is_of_items else "rows": rows,
            "file": None if output == STANDARD else output,
        },
    )


# What is told.


def _tell_signers(screen: Screen, signers: Signers) -> None:
    actor = signers.actor
    screen.line((actor.id, "strong"), f"  {actor.name}")
    for key_id, key in signers.keys.items():
        until = ", not revoked" if key.revoked is None else ""
        screen.line(f"  key {key_id.hex()[:SHORT]}  {span_of(key)}{until}")


def _tell(
    screen: Screen, found: Counted, *, is_of_items: bool
) -> list[dict[str, object]]:
    """Print the table; return its rows for JSON, if that is wanted."""
    rows: list[dict[str, object]] = []
    if is_of_items:
        for row in items(found):
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
            rows.append(event_row(event))
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


# Files.


def _deliver(
    screen: Screen,
    found: Counted,
    form: str,
    output: str,
    *,
    is_of_items: bool,
) -> None:
    rows: Iterator[dict[str, object]] = (
        items(found) if is_of_items else map(event_row, found)
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
