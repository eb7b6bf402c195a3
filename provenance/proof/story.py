"""The story: is it whole, in the order that was demanded, and still good?

In full: `FORMATS.md`, section 14.
"""

import re
from collections.abc import Collection, Mapping

from provenance.claims.actor import is_registry_event
from provenance.claims.event import CODES, has_trail, read_after
from provenance.epcis.corrections import assertion
from provenance.proof.bundle import Bundle
from provenance.proof.evidence import Evidence, ProvenEvent
from provenance.proof.report import Report, counted
from provenance.proof.seen import SeenEvent
from provenance.proof.stays import Grade
from provenance.proof.trace import (
    Sighting,
    Trace,
    Why,
    trace,
)
from provenance.proof.trails import NotShownError, Position, event_at
from provenance.rules.books import Books


def trace_bundle(
    bundle: Bundle, evidence: Evidence, books: Books, *, trusted: str
) -> Trace:
    """Return the walk through what the bundle shows.

    Args:
        bundle: What is there.
        evidence: What was proven of it.
        books: By which each entry is judged; the walk goes by that of the
            last event of the item that is shown.
        trusted: The item whose trail has the ledger's trust versions.
    """
    events, trails = evidence.events, evidence.trails
    own = trails.get(bundle.subject)
    last = own.stretches[-1].links[-1].log_index if own and own.stretches else 0

    def read(log_index: int, position: int, _: str) -> SeenEvent | None:
        event = events.get((log_index, position))
        if event is None:
            return None
        return SeenEvent(
            event.body,
            event.counts,
            event.shown,
            event.issuer,
            event.reading,
            evidence.reported(log_index),
        )

    return trace(
        bundle.subject,
        trust_item=trusted,
        bounds=books.at(last).bounds,
        read_trail=trails.get,
        read_event=read,
        # What is shown of the item itself is part of its story, wherever.
        besides=_shown_links(evidence, bundle.subject),
    )


def check_completeness(  # noqa: PLR0913  # each by name
    report: Report,
    bundle: Bundle,
    walk: Trace,
    evidence: Evidence,
    *,
    asked: Collection[str],
    pinned: Collection[str],
    trusted: str,
) -> None:
    """Check that the story is whole, and that nothing else is there.

    Args:
        report: Where faults are noted.
        bundle: What is there.
        walk: What should be.
        evidence: What was proven of it.
        asked: The kinds of related trails that must be there.
        pinned: The actors that the trust file pins: their trails may be
            missing, for they lead to nothing.
        trusted: The item whose trail has the ledger's trust versions.
    """
    is_whole = all(
        missing.why is Why.ACTOR and missing.item in pinned
        for missing in walk.missing
    )
    _check_surplus(report, bundle, walk, evidence, is_whole=is_whole)
    must = {Why.SUBJECT.value, Why.TRUST.value, *asked}
    for missing in walk.missing:
        if missing.why is Why.ACTOR:
            continue
        if missing.why.value in must:
            report.found("PRV-1001", missing.reason, missing.item)
        else:
            report.notice(
                "PRV-1004",
                f"{missing.reason}; the trust file does not ask for it",
                missing.item,
            )
    versions = bundle.trail(trusted)
    # Whoever hid one would hide what it says of all the rest.
    for link in () if versions is None else versions.rows:
        report.found(
            "PRV-1001",
            f"the trust version of entry {link.log_index} is not shown",
            trusted,
        )
    for skipped in walk.skipped:
        report.notice(
            "PRV-1006",
            f"events {skipped.start + 1} to {skipped.stop} of"
            f" {walk.trails[skipped.item].count} of {skipped.item} were"
            " skipped; none of them warns of it",
            skipped.item,
        )
    own = evidence.trails.get(bundle.subject)
    if own is not None and own.count == 0:
        report.stop(
            "PRV-1003",
            f"the ledger holds nothing about {bundle.subject}",
            bundle.subject,
        )
    related = sum(
        trail.count > 0
        for item, trail in walk.trails.items()
        if item != bundle.subject
    )
    shown = (
        f"{counted(0 if own is None else len(own.links), 'event')} of the item"
        f" and {counted(related, 'related trail')} shown"
    )
    if not is_whole:
        detail = f"{shown}, which is what the trust file asks for, and not all"
        report.passed("PRV-1005", detail)
    if walk.skipped:
        report.passed("PRV-1000", f"{shown}, which is all but what was skipped")
    report.passed("PRV-1000", f"{shown}, which is all")


def check_demands(report: Report, evidence: Evidence) -> None:
    """Check that each event follows the links that it demanded to follow."""
    held = unseen = 0
    for event in evidence.events.values():
        for item, link in read_after(event.body):
            trail = evidence.trails.get(item)
            which = event_at(event.at)
            if trail is None:
                unseen += 1
                report.notice(
                    "PRV-1304",
                    f"{which} was to follow link {link.hex()[:16]} of {item},"
                    " whose trail is not shown",
                    item,
                )
                continue
            held += 1
            try:
                # What the signer saw was the head before the whole statement.
                found = trail.hash_before(trail.first_at((event.at[0], 0)))
            except NotShownError as error:
                report.found("PRV-1303", f"what {which} follows: {error}", item)
                continue
            if found != link:
                report.found(
                    "PRV-1301",
                    f"{which} was to follow link {link.hex()[:16]} of {item},"
                    f" but follows {found.hex()[:16]}",
                    item,
                )
    if not held:
        report.passed(
            "PRV-1302",
            f"{counted(unseen, 'demand')} to follow a link of a trail that is"
            " not shown, and none of one that is"
            if unseen
            else "no event demands to follow one",
        )
    report.passed(
        "PRV-1300", f"{counted(held, 'demand')} to follow a link held"
    )


def check_recalls(
    report: Report,
    walk: Trace,
    events: Mapping[Position, ProvenEvent],
    entitled: Collection[Position],
) -> None:
    """Check that nothing in the story recalls the item.

    A recall by somebody who may not call it back is no news to be shown above
    the verdict: so that holds of events at *entitled* places alone.
    """
    asserted = _Asserted(walk, events)
    for sighting in walk.sightings:
        at, item = sighting.at, sighting.item
        event = events[at]
        if sighting.why is Why.ACTOR:
            continue
        if event.reading.declares_error:
            _note_declaration(report, asserted, events, sighting)
        elif event.reading.recalls and (at, item) in walk.void:
            report.notice(
                "PRV-1403",
                f"the recall of {item} by {_told(event)} was withdrawn as an"
                " error",
                item,
            )
    for warned in walk.warned:
        event, item = events[warned.at], warned.item
        is_recall = event.reading.recalls
        if not is_recall and warned.grade is Grade.ALARM:
            report.notice("PRV-1410", f"{_told(event)} warned of {item}", item)
        elif is_recall and warned.grade is Grade.ALARM:
            detail = f"{item} was recalled by {_told(event)}"
            report.found("PRV-1401", detail, item)
            if warned.at in entitled:
                report.notice("PRV-1401", detail, item)
        elif is_recall and warned.grade is Grade.DOUBT:
            report.found(
                "PRV-1409",
                f"{item} was recalled by {_told(event)}, at another time than"
                " the item is said to have been in it: whether that is meant"
                " as well is not said",
                item,
            )
        else:
            did = "recalled" if is_recall else "warned of"
            report.notice(
                "PRV-1408",
                f"{_told(event)} {did} {item} at another time than the story"
                " looks at",
                item,
            )
    report.passed("PRV-1400", "nothing that is shown recalls it")


def check_creations(
    report: Report, walk: Trace, events: Mapping[Position, ProvenEvent]
) -> None:
    """Note each serial number that was put into being more than once."""
    # By place, for a trail may have been seen for two reasons.
    made: dict[str, dict[Position, ProvenEvent]] = {}
    # What is seen from a thousand trails is looked through once.
    units = {
        at: _units_made(event)
        for at, event in events.items()
        if not event.reading.declares_error
    }
    for sighting in walk.sightings:
        at, item = sighting.at, sighting.item
        if (
            item in units.get(at, ())
            and sighting.why is not Why.ACTOR
            and (at, item) not in walk.void
        ):
            made.setdefault(item, {})[at] = events[at]
    for item, found in made.items():
        if len(found) > 1:
            first, second, *_ = (found[at] for at in sorted(found))
            report.notice(
                "PRV-1407",
                f"{item} was put into being {len(found)} times, first by"
                f" {_told(first)}, then by {_told(second)}",
                item,
            )


def check_making(
    report: Report, walk: Trace, evidence: Evidence, item: str
) -> None:
    """Note that nothing says that the item was made, where all is shown.

    Not of what nobody puts into being: a product, a lot, a place, an actor, a
    transformation.
    """
    trail = evidence.trails.get(item)
    if trail is None or not 0 < trail.count == len(trail.links):
        return
    if not has_trail(item, "epcList") or _NOT_MADE.match(item) is not None:
        return
    for link in trail.links:
        event = evidence.events.get(link.place)
        if event is None or is_registry_event(event.body):
            return
        own = event.shown.get(min(link.leaves, default=0))
        if own is None:
            # The link is a row, and its leaf is not there: it is missing.
            return
        relation = own.relation
        if relation == "transformationID" or (
            event.reading.makes(CODES[relation])
            and not event.reading.declares_error
            and (event.at, item) not in walk.void
        ):
            return
    report.notice(
        "PRV-1411", f"no event that is shown says that {item} was made", item
    )


_NOT_MADE = re.compile(r"https://id\.gs1\.org/(?:414/|01/\d{14}/10/)")

_UNITS = frozenset({"epcList", "outputEPCList"})


def _units_made(event: ProvenEvent) -> frozenset[str]:
    """Return what *event* says was made, of single things that it shows."""
    return frozenset(
        named.id
        for named in event.items
        if named.relation in _UNITS
        and event.reading.effect(CODES[named.relation]) == "made"
    )


def _told(event: ProvenEvent) -> str:
    return f"{event.issuer} ({event_at(event.at)})"


def check_standing(
    report: Report, bundle: Bundle, walk: Trace, evidence: Evidence
) -> None:
    """Check that something said of the item still stands."""
    own = evidence.trails.get(bundle.subject)
    if own is None or own.count == 0:
        return
    places = [link.place for link in own.links]
    # Of what is not shown, something may stand.
    if len(places) == own.count and all(
        (at, bundle.subject) in walk.void
        or (
            at in evidence.events and evidence.events[at].reading.declares_error
        )
        for at in places
    ):
        report.found(
            "PRV-1406",
            "all that was ever said of the item was declared an error",
            bundle.subject,
        )


class _Asserted:
    """Who asserted what of which item, each event looked at once."""

    def __init__(
        self, walk: Trace, events: Mapping[Position, ProvenEvent]
    ) -> None:
        self._events = events
        self._said: dict[Position, bytes] = {}
        self._first: dict[tuple[str, bytes], dict[str, Position]] = {}
        self._order: dict[tuple[str, bytes], list[str]] = {}
        if not any(event.reading.declares_error for event in events.values()):
            return
        for sighting in walk.sightings:
            event = events[sighting.at]
            if not event.reading.declares_error:
                first = self._first.setdefault(self._key(sighting), {})
                earliest = first.get(event.issuer, sighting.at)
                first[event.issuer] = min(earliest, sighting.at)

    def _key(self, sighting: Sighting) -> tuple[str, bytes]:
        said = self._said.get(sighting.at)
        if said is None:
            said = assertion(self._events[sighting.at].body)
            self._said[sighting.at] = said
        return sighting.item, said

    def is_own(self, sighting: Sighting, issuer: str) -> bool:
        """Return whether *issuer* asserted before what a declaration says."""
        at = self._first.get(self._key(sighting), {}).get(issuer)
        return at is not None and at < sighting.at

    def others(self, sighting: Sighting) -> list[str]:
        """Return who else did, the first few of them."""
        key = self._key(sighting)
        if key not in self._order:
            first = self._first.get(key, {})
            self._order[key] = sorted(first, key=first.__getitem__)[:_TOLD]
        first = self._first.get(key, {})
        return [who for who in self._order[key] if first[who] < sighting.at]


_TOLD = 3
"""How many signers of a disputed event are named."""


def _note_declaration(
    report: Report,
    asserted: _Asserted,
    events: Mapping[Position, ProvenEvent],
    sighting: Sighting,
) -> None:
    """Tell whose event is declared an error: one's own, or another's."""
    at, item = sighting.at, sighting.item
    declared = events[at]
    by = f"{event_at(at)} by {declared.issuer}"
    if not isinstance(declared.body.get("eventID"), str):
        report.notice(
            "PRV-1405",
            f"{by} declares an event an error without its eventID, and takes"
            " nothing back",
            item,
        )
    elif asserted.is_own(sighting, declared.issuer):
        report.notice("PRV-1402", f"{by} declares an event an error", item)
    elif others := asserted.others(sighting):
        report.notice(
            "PRV-1404",
            f"{by} disputes an event of {', '.join(others)}, which stands",
            item,
        )
    else:
        report.notice(
            "PRV-1405",
            f"{by} declares an event an error that is not on the trail",
            item,
        )


def _check_surplus(
    report: Report,
    bundle: Bundle,
    walk: Trace,
    evidence: Evidence,
    *,
    is_whole: bool,
) -> None:
    for trail in bundle.trails:
        # Where something is missing, what it leads to is no surplus.
        if trail.item not in walk.trails and is_whole:
            report.found(
                "PRV-1002",
                f"the trail of {trail.item} is no part of the story",
                trail.item,
            )
    places = {
        link.place for trail in evidence.trails.values() for link in trail.links
    }
    for at in evidence.events:
        if at not in places:
            subject = event_at(at)
            report.found("PRV-1002", f"{subject} is on no trail here", subject)


def _shown_links(evidence: Evidence, item: str) -> list[int]:
    """Return the numbers of the item's links whose events are shown."""
    trail = evidence.trails.get(item)
    return [
        number
        for stretch in (() if trail is None else trail.stretches)
        for number, link in enumerate(stretch.links, stretch.start)
        if link.place in evidence.events
    ]
