"""`provenance query`: the events that somebody asks for."""

# click hands a command each of its options as an argument.
# ruff: noqa: PLR0913, PLR0917

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from provenance.cli.arguments import FILE, POINTER
from provenance.cli.inputs import STANDARD
from provenance.cli.program import Command
from provenance.cli.progress import Progress
from provenance.cli.rows import (
    LINES,
    TABLE,
    deliver,
    identifiers_option,
    json_line,
    require_place,
)
from provenance.cli.screen import Screen
from provenance.cli.times import now
from provenance.cli.where import where_options
from provenance.epcis.prefixes import read_context
from provenance.epcis.query_parameters import parse_query_text
from provenance.epcis.received import AS_SIGNED
from provenance.epcis.render import render_query_document
from provenance.epcis.xml.write import write_xml
from provenance.errors import MalformedError
from provenance.folder import open_queries
from provenance.ledger.search import written_time
from provenance.problems import NOT_FOUND, OK
from provenance.reach.events import (
    Answer,
    FolderPages,
    ListedEvent,
    NodePages,
    Pages,
    items_of,
    time_of,
)
from provenance.reach.where import Where
from provenance.words.moments import as_written

_DOCUMENTS: Mapping[str, Callable[..., Iterator[bytes]]] = {
    "epcis-json": render_query_document,
    "epcis-xml": write_xml,
}
_TOKEN = "nextPageToken"  # noqa: S105  # a parameter's name

_HELP = """Find the events that match all PARAMETERs.

A PARAMETER is NAME=VALUE, as EPCIS 2.0 names those of its SimpleEventQuery.
Of several values with | between, one must match. Words, identifiers and times
may have any spelling that events may have.

\b
  provenance query MATCH_anyEPC=urn:epc:id:sgtin:9421902.096001.K0000
  provenance query 'EQ_bizStep=shipping|receiving' \\
      GE_eventTime=2026-03-01T00:00:00Z LT_eventTime=2026-04-01T00:00:00Z
  provenance query EQ_ILMD_cbvmda:lotNumber=L7 --all --format epcis-json
  provenance query EQ_readPoint=urn:epc:id:sgln:9421902.00000.0 \\
      orderBy=recordTime orderDirection=ASC perPage=100

Without orderBy the latest event comes first, and a page has 30. The index in
which queries look things up is made from the log and catches up with it
first; for a million events this takes some two minutes, once. With --node a
running node is asked, whose word the answer is: verify the items that it names.
It may want a token (--token), and shows what that is for.

It ends with 4 if nothing was found.

\b
What can be asked for:
  eventType                     ObjectEvent, AggregationEvent, ...
  GE_ LT_                       eventTime, recordTime: from, and before
  EQ_                           action, bizStep, disposition, eventID,
                                transformationID
  EQ_ WD_                       readPoint, bizLocation: there, or within
  MATCH_                        epc, parentID, inputEPC, outputEPC, anyEPC;
                                a pattern such as urn:epc:idpat:sscc:9421902.*
  MATCH_                        epcClass, inputEPCClass, outputEPCClass,
                                anyEPCClass
  EQ_ GT_ GE_ LT_ LE_           quantity or quantity_KGM, in that unit
  EQ_                           bizTransaction_TYPE, source_TYPE,
                                destination_TYPE
  EXISTS_errorDeclaration       and EQ_errorReason, EQ_correctiveEventID
  EQ_ type, deviceID, ...       of sensors; GE_value_CEL and the like
  EQ_ GT_ GE_ LT_ LE_ EXISTS_   PREFIX:NAME of an extension; before it may
                                stand INNER_, ILMD_, ERROR_DECLARATION_,
                                SENSORELEMENT_, SENSORREPORT_, readPoint_
  orderBy, orderDirection       eventTime, recordTime or an extension; ASC
  perPage, eventCountLimit, maxEventCount
"""


@click.command(cls=Command, help=_HELP)
@click.argument("parameters", metavar="PARAMETER...", nargs=-1)
@click.option(
    "--prefix",
    "prefixes",
    multiple=True,
    metavar="NAME=URI",
    help="What a prefix in the name of an extension stands for, such as"
    " example=https://ns.example/. Can be repeated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([TABLE, LINES, *_DOCUMENTS]),
    default=TABLE,
    show_default=True,
    help="For people, as one JSON object a line, or as an EPCIS 2.0 document.",
)
@identifiers_option
@click.option(
    "--output",
    "-o",
    default=STANDARD,
    help="The file to write; - for standard output, which is the default.",
)
@click.option(
    "--all", "is_all", is_flag=True, help="Give all pages, one after the other."
)
@click.option(
    "--page-token",
    metavar="TOKEN",
    help="Go on where the page ended that this came with.",
)
@click.option(
    "--reveal",
    type=POINTER,
    multiple=True,
    metavar="POINTER",
    help="A JSON Pointer to a concealed field to look at and show. Can be"
    " repeated.",
)
@click.option(
    "--index",
    "index_file",
    type=FILE,
    help="The file of the index; by default one in the ledger's folder, or"
    " where that cannot be written one that is made for this query alone.",
)
@where_options
def query(
    screen: Screen,
    parameters: tuple[str, ...],
    prefixes: tuple[str, ...],
    form: str,
    spelling: str,
    output: str,
    is_all: bool,
    page_token: str | None,
    reveal: tuple[str, ...],
    index_file: Path | None,
    where: Where,
) -> int:
    # The help is above, where its examples can stand as they are typed.
    pairs = list(_pairs(parameters, "EQ_bizStep=shipping"))
    if page_token is not None:
        pairs = [pair for pair in pairs if pair[0] != _TOKEN]
        pairs.append((_TOKEN, page_token))
    require_place(screen, form, output)
    with _open_pages(
        where,
        pairs,
        prefixes=prefixes,
        reveal=reveal,
        spelling=spelling,
        index_file=index_file,
    ) as pages:
        answer = Answer(pages, is_all=is_all)
        if form == TABLE:
            return _show(screen, answer)
        pieces = (
            (json_line("found-event", found.to_json()) for found in answer)
            if form == LINES
            else _DOCUMENTS[form](
                (found.event for found in answer), created=written_time(now())
            )
        )
        return _deliver(screen, answer, pieces, output)


@contextmanager
def _open_pages(
    where: Where,
    pairs: list[tuple[str, str]],
    *,
    prefixes: tuple[str, ...],
    reveal: tuple[str, ...],
    spelling: str,
    index_file: Path | None,
) -> Iterator[Pages]:
    if where.url is not None and (prefixes or reveal or index_file):
        raise click.UsageError(
            "--prefix, --reveal and --index are for the ledger's folder: a"
            " node looks in its own index, and tells what is concealed by"
            " `reveal` alone. The name of an extension can be written out, as"
            " in"
            " EQ_https://ns.example/grade"
        )
    if where.url is not None and spelling != AS_SIGNED:
        raise click.UsageError(
            "--identifiers is for the ledger's folder: ask a node for its"
            " /epcis/events, with the header GS1-EPC-Format"
        )
    try:
        defined = read_context(
            dict(_pairs(prefixes, "example=https://ns.example/"))
        )
        query = parse_query_text(pairs, prefixes=defined)
    except MalformedError as error:
        raise click.UsageError(str(error)) from error
    if where.url is None:
        with (
            open_queries(where.folder, index=index_file) as queries,
            Progress() as progress,
        ):
            yield FolderPages(
                queries,
                query,
                reveal=reveal,
                spelling=spelling,
                progress=progress.show,
            )
        return
    with where.open_client() as client:
        yield NodePages(client, dict(pairs))


def _exit_code(answer: Answer) -> int:
    """Return how the command ends once all of *answer* was given."""
    return OK if answer.count else NOT_FOUND


def _pairs(texts: Iterable[str], example: str) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(
                f"{text[:80]!r} has no value: write NAME=VALUE, such as"
                f" {example}"
            )
        pairs.append((name, value))
    return pairs


def _show(screen: Screen, answer: Answer) -> int:
    """Print the events for people, or as one JSON object."""
    events = []
    for found in answer:
        if screen.is_json:
            events.append(found.to_json())
        else:
            _print_event(screen, found)
    if not answer.count:
        screen.line("no event matches")
    _say_more(screen, answer)
    return screen.result(
        "query",
        _exit_code(answer),
        {
            "count": answer.count,
            "size": answer.size,
            "next_page_token": answer.next_page_token,
            "events": events,
        },
    )


def _deliver(
    screen: Screen, answer: Answer, pieces: Iterable[bytes], output: str
) -> int:
    """Write *pieces* to the output, as they come."""
    size = deliver(screen, pieces, output)
    if size is not None:
        events = "1 event" if answer.count == 1 else f"{answer.count} events"
        screen.line(f"{output}: {events}, {size} bytes")
    _say_more(screen, answer)
    return screen.result(
        "query",
        _exit_code(answer),
        {
            "file": output,
            "count": answer.count,
            "size": answer.size,
            "next_page_token": answer.next_page_token,
        },
    )


def _print_event(screen: Screen, found: ListedEvent) -> None:
    event = found.event
    what = [event.get("bizStep"), event.get("action"), event.get("type")]
    words = [word for word in what if isinstance(word, str)]
    screen.line(
        f"{as_written(time_of(event))}  ",
        ("".join(words[:1]), "strong"),
        "".join(f"  {word}" for word in words[1:]),
    )
    items = list(items_of(event))
    if items:
        more = f" and {len(items) - 1} more" if len(items) > 1 else ""
        screen.line(f"    {items[0]}{more}")
    place = event.get("readPoint") or event.get("bizLocation")
    if isinstance(place, dict):
        screen.line(f"    at {place.get('id')}")
    screen.line(
        f"    by {found.issuer}, event {found.position} of entry"
        f" {found.log_index}, recorded {event['recordTime']}"
    )


def _say_more(screen: Screen, answer: Answer) -> None:
    if answer.next_page_token is not None:
        screen.say(
            "more events follow: add --all, or --page-token"
            f" {answer.next_page_token}"
        )
