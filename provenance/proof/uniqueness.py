"""What an honest ledger never logs, looked for in all that is shown.

A bundle can be made so that each event in it is in order, and yet the log
holds what no honest ledger admits: an old release logged again after the hold,
a grant that comes back after its revocation, an actor under the id of a can.
So beside what each event may say it is asked, over everything shown:

    1601  each event is logged once, and so is each statement
    1602  a trail is that of an actor or that of goods
    1603  an eventID means one event of its issuer, and comes again only in
          the declaration that this was an error
    1604  nothing happened, or was signed, after it was logged

In full: `FORMATS.md`, section 14.
"""

from collections.abc import Collection, Iterator

from provenance.claims.actor import is_registry_event
from provenance.claims.event import has_trail
from provenance.encoding.canonical import encode
from provenance.encoding.digest import Hash, sha256
from provenance.epcis.corrections import assertion, declares_error
from provenance.proof.evidence import Evidence, ProvenEvent
from provenance.proof.report import Report
from provenance.proof.trails import Position, event_at
from provenance.rules.books import Books


def check_ledger_rules(
    report: Report,
    evidence: Evidence,
    *,
    books: Books,
    actors: Collection[str],
    trusted: str,
) -> None:
    """Check that the log holds what an honest ledger lets in.

    Args:
        report: Where faults are noted.
        evidence: What the log holds.
        books: By which each entry is judged.
        actors: The ids of the actors that the trust file names.
        trusted: The trust item, whose trail holds versions and no events; a
            version may be logged again.
    """
    _check_once(report, evidence, trusted)
    _check_trails(report, evidence, actors)
    _check_event_ids(report, evidence)
    _check_times(report, evidence, books)
    report.passed("PRV-1600", "nothing shown is what no honest ledger logs")


def _check_once(report: Report, evidence: Evidence, trusted: str) -> None:
    for item, trail in evidence.trails.items():
        if item == trusted:
            continue
        seen: set[Hash] = set()
        for stretch in trail.stretches:
            for link in stretch.links:
                if link.event_id in seen:
                    report.found(
                        "PRV-1601",
                        f"the trail of {item} has the event"
                        f" {link.event_id.hex()[:16]} twice",
                        item,
                    )
                seen.add(link.event_id)
    places: dict[Hash, Position] = {}
    for at, event in evidence.events.items():
        first = places.setdefault(event.id, at)
        if first != at:
            report.found(
                "PRV-1601",
                f"{event_at(at)} is {event_at(first)}, logged again",
                event_at(at),
            )
    entries: dict[Hash, int] = {}
    for log_index, entry in evidence.statements.items():
        first_index = entries.setdefault(sha256(entry.header_bytes), log_index)
        if first_index != log_index:
            report.found(
                "PRV-1601",
                f"entry {log_index} is the statement of entry {first_index},"
                " logged again",
                f"entry {log_index}",
            )


def _check_trails(
    report: Report, evidence: Evidence, actors: Collection[str]
) -> None:
    spoken_of = {*actors}
    for event in evidence.events.values():
        if is_registry_event(event.body):
            spoken_of.update(item.id for item in event.items)
    found: set[str] = set()
    for event in evidence.events.values():
        if is_registry_event(event.body):
            continue
        for item in event.items:
            if (
                item.id in spoken_of
                and item.id not in found
                and has_trail(item.id, item.relation)
            ):
                found.add(item.id)
                report.found(
                    "PRV-1602",
                    f"{item.id} is an actor, and {event_at(event.at)} names it"
                    " as an item",
                    item.id,
                )


def _check_event_ids(report: Report, evidence: Evidence) -> None:
    first: dict[tuple[str, str], bytes] = {}
    seen: set[tuple[str, str, bool]] = set()
    for at, event, event_id in _named(evidence):
        name = event.issuer, event_id
        declared = declares_error(event.body)
        said = said_of(event)
        if first.setdefault(name, said) != said:
            report.found(
                "PRV-1603",
                f"{event_at(at)} has an eventID that its issuer used for an"
                " event that says something else",
                event_at(at),
            )
        elif (*name, declared) in seen:
            what = "declares an error again" if declared else "comes again"
            report.found(
                "PRV-1603",
                f"{event_at(at)} {what} under an eventID that its issuer used"
                " before",
                event_at(at),
            )
        seen.add((*name, declared))


def _named(evidence: Evidence) -> Iterator[tuple[Position, ProvenEvent, str]]:
    for at, event in evidence.events.items():
        event_id = event.body.get("eventID")
        if isinstance(event_id, str) and not is_registry_event(event.body):
            yield at, event, event_id


def said_of(event: ProvenEvent) -> bytes:
    """Return what an event says, apart from its being an error, as a hash.

    That is its body, how many items it has under each relation, and what it
    conceals: all that every bundle shows of it.
    """
    return sha256(
        b"".join(
            [
                assertion(event.body),
                encode([[*map(list, event.counts)], [*event.pointers]]),
            ]
        )
    )


def _check_times(report: Report, evidence: Evidence, books: Books) -> None:
    times = evidence.times
    for at, event in evidence.events.items():
        latest = times.bounds(at[0])[1] + books.at(at[0]).bounds.ahead
        if event.reading.time > latest:
            report.found(
                "PRV-1604",
                f"{event_at(at)} says that it happened after it was logged",
                event_at(at),
            )
    for log_index, entry in evidence.statements.items():
        latest = times.bounds(log_index)[1] + books.at(log_index).bounds.ahead
        if entry.header.issued_at > latest:
            report.found(
                "PRV-1604",
                f"entry {log_index} says that it was signed after it was"
                " logged",
                f"entry {log_index}",
            )
