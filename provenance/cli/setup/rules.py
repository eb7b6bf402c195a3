"""`provenance rules`: the rule books, to read, compare, check and log."""

import json
from pathlib import Path
from typing import Any

import click

from provenance.claims.versions import book_entry
from provenance.cli.arguments import ledger_option
from provenance.cli.inputs import read_input
from provenance.cli.program import Commands
from provenance.cli.screen import Screen
from provenance.encoding.canonical import decode, encode
from provenance.encoding.difference import differences
from provenance.encoding.digest import sha256
from provenance.encoding.strict_json import parse_json
from provenance.errors import NotFoundError, within
from provenance.folder import open_ledger
from provenance.outputs import write_output
from provenance.rules.book import (
    MAX_BOOK_SIZE,
    EvidenceBook,
    parse_book,
    shipped,
)
from provenance.rules.kinds import require_known_kinds

_MAX_FILE = 4 * MAX_BOOK_SIZE


@click.group(cls=Commands)
def rules() -> None:
    """Show, compare, check and log rule books.

    A BOOK is a file, in JSON or in its canonical bytes, or the first digits
    of the id of one that comes with this program.
    """


@rules.command()
@click.argument("book", required=False)
def show(screen: Screen, book: str | None) -> int:
    """Print a BOOK as JSON, or list those that come with this program."""
    if book is None:
        rows = {
            digest.hex(): str(_value(data)["format"])
            for digest, data in shipped().items()
        }
        for digest, form in rows.items():
            screen.line(f"{digest}  {form}")
        return screen.result("rules show", 0, {"books": rows})
    data = _read(book)
    value = _value(data)
    screen.line(f"id  {sha256(data).hex()}")
    screen.line(json.dumps(value, indent=1, ensure_ascii=False))
    return screen.result(
        "rules show", 0, {"id": sha256(data).hex(), "book": value}
    )


@rules.command()
@click.argument("old")
@click.argument("new")
def diff(screen: Screen, old: str, new: str) -> int:
    """Say what the NEW book says otherwise than the OLD one."""
    found = [
        place._asdict()
        for place in differences(_value(_read(old)), _value(_read(new)))
    ]
    for place in found:
        screen.line(place["pointer"] or "/")
        screen.line(f"  {old}  {place['here'] or 'not there'}")
        screen.line(f"  {new}  {place['there'] or 'not there'}")
    if not found:
        screen.line("they say the same")
    return screen.result("rules diff", 0, {"differences": found})


@rules.command()
@click.argument("file")
@click.option(
    "--output", "-o", help="Where to write the book's canonical bytes."
)
def check(screen: Screen, file: str, output: str | None) -> int:
    """Check that FILE is a rule book, and print its id.

    Every kind that a role may sign, or that a form asks for, must be a step
    of the book, one that a form implies, or somebody's own URI.
    """
    data = _read(file)
    book = parse_book(data)
    if isinstance(book, EvidenceBook):
        with within(file):
            require_known_kinds(book)
    if output is not None:
        write_output(output, data)
    digest = sha256(data).hex()
    screen.line(f"{digest}  {file}")
    screen.say("a ledger goes by it from the entry on that its trust names:")
    screen.say(f'[[books]]\nid = "{digest}"\nfrom = …')
    return screen.result("rules check", 0, {"id": digest, "file": file})


@rules.command("log")
@click.argument("book")
@ledger_option
def log_book(screen: Screen, book: str, folder: Path) -> int:
    """Log a BOOK in a ledger, so that its bundles can carry it."""
    data = _read(book)
    parse_book(data)
    with open_ledger(folder) as ledger:
        index = ledger.log_document(book_entry(data))
    digest = sha256(data).hex()
    screen.line(f"{digest}  entry {index}")
    return screen.result("rules log", 0, {"id": digest, "entry": index})


def _read(book: str) -> bytes:
    """Return the bytes of the book that is called so.

    Raises:
        NotFoundError: It is neither a file nor the id of one that is shipped.
        MalformedError: It is no rule book.
    """
    named = [
        data
        for digest, data in shipped().items()
        if len(book) >= 4 and digest.hex().startswith(book.lower())
    ]
    if len(named) == 1 and not Path(book).exists():
        return named[0]
    try:
        data = read_input(book, limit=_MAX_FILE)
    except FileNotFoundError:
        raise NotFoundError(
            f"{book!r} is neither a file nor the id of a book that comes with"
            " this program: `provenance rules show` lists them"
        ) from None
    with within(book):
        if data.lstrip()[:1] == b"{":
            data = encode(parse_json(data))
        parse_book(data)
    return data


def _value(data: bytes) -> dict[str, Any]:
    value: Any = decode(data)
    assert isinstance(value, dict), "it was read as a book"
    return value
