"""`provenance reveal`: what an item's events conceal, from the ledger."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from shlex import quote

import click

from provenance.cli.arguments import ITEM, POINTER
from provenance.cli.program import PROGRAM, Command
from provenance.cli.screen import Screen
from provenance.cli.story import print_fields
from provenance.cli.where import where_options
from provenance.encoding.instant import utc
from provenance.errors import NotFoundError
from provenance.folder import open_reader
from provenance.ledger.reveal import Revealed
from provenance.proof.faults import name_of
from provenance.reach.where import Where
from provenance.words.moments import called

_Found = tuple[Sequence[Revealed], Callable[[str], str]]
"""The fields, and what gives an actor's name."""


@click.command(cls=Command)
@click.argument("item", type=ITEM)
@click.option(
    "--field",
    "pointers",
    type=POINTER,
    multiple=True,
    metavar="POINTER",
    help="A JSON Pointer to a concealed field; without it, all. Can be"
    " repeated.",
)
@where_options
def reveal(
    screen: Screen, item: str, pointers: tuple[str, ...], where: Where
) -> int:
    """Print what the events of ITEM conceal.

    It is read from the ledger in a folder, by whoever may read its files; or
    told by a node to whoever has a token for it. To prove a value to
    somebody, give them a bundle that shows it: bundle --reveal.
    """
    with _open(where, item, pointers) as (fields, name):
        names = {field.issuer: name(field.issuer) for field in fields}
    for field in fields:
        who = called(names[field.issuer], field.issuer)
        screen.line(
            (f"entry {field.log_index}, event {field.position}", "strong"),
            f"  signed by {who}, {utc(field.issued_at)}",
        )
        print_fields(screen, {field.pointer: field.value})
    if where.url is None:
        screen.say(
            "to show one of them to somebody: "
            f"{PROGRAM} bundle {quote(item)} -o FILE --reveal"
            f" {quote(fields[0].pointer)}"
        )
    return screen.result(
        "revealed",
        0,
        {
            "item": item,
            "fields": [field.to_json(names[field.issuer]) for field in fields],
        },
    )


@contextmanager
def _open(
    where: Where, item: str, pointers: tuple[str, ...]
) -> Iterator[_Found]:
    """Give what is concealed, at least one field.

    Raises:
        NotFoundError: There is none.
    """
    if where.url is None:
        with open_reader(where.folder) as reader:
            registry = reader.registry()
            fields = reader.reveal(item, pointers)
            yield fields, lambda actor: name_of(actor, registry)
        return
    with where.open_client() as client:
        fields = list(client.concealed(item, fields=pointers))
        if not fields:
            raise NotFoundError(f"{item} has no such concealed field")
        yield fields, lru_cache(lambda actor: client.actor(actor).name)
