"""Bundles of long trails: what may be skipped, and what never is.

A window of more than 256 links is looked at in its first and last 64; every
link that warns is looked at wherever it is.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from tests.vectors.case import Case
from tests.vectors.ledger import Parts, joined, shown_event
from tests.vectors.makers.judged import (
    ALONE,
    RECALL,
    pinned_case,
)
from tests.vectors.makers.play import Play, pinned
from tests.vectors.names import MAKER, can, sscc
from tests.vectors.reference import chain, multiproof

SKIPPED = ("PRV-1006", can(1))


def cases() -> list[Case]:
    return [*_subjects(), *_warnings(), *_demands(), *_windows()]


@lru_cache
def _long(
    count: int, *, damaged: int | None = None, recalled: int | None = None
) -> Play:
    """A can is seen *count* times by one statement, perhaps damaged once."""
    play = pinned()
    events = []
    for number in range(count):
        # As short as events can be, for there are many.
        body: dict[str, object] = {
            "type": "ObjectEvent",
            "action": "OBSERVE",
            "eventTime": f"2025-06-15T{number // 60:02}:{number % 60:02}:00Z",
        }
        if number == recalled:
            body["bizStep"] = RECALL
        elif number == damaged:
            body["disposition"] = "damaged"
        events.append(play.event(body, ("epcList", can(1))))
    play.say(MAKER, *events)
    play.commit()
    return play


def _denied() -> Case:
    """The log itself linked a recall as if it warned of nothing."""
    play = _long(257, recalled=150)
    links = play.trails[can(1)]
    crooked = [replace(link, kinds=0) for link in links]
    told = Play(
        entries=play.entries[:-1],
        statements=play.statements,
        events=play.events,
        trails={can(1): crooked},
        now=play.now,
    )
    told.commit()
    return pinned_case(
        "verified-warning-denied-by-the-log",
        "a recall that the log linked as no warning, amid what is skipped:"
        " whoever has the whole log can tell, and a bundle cannot",
        told,
        _told(told, (0, 64), (193, 64)),
        notices=[*ALONE, SKIPPED],
    )


def _told(play: Play, *ranges: tuple[int, int]) -> Parts:
    return play.bundle(can(1), commit=False, ranges={can(1): ranges})


def _subjects() -> list[Case]:
    play = _long(257)
    least = _long(256)
    ends = [(0, 64), (193, 64)]
    skipped = [*ALONE, SKIPPED]
    return [
        pinned_case("verified-skipped", "257 events: the first 64 and the last 64 are shown", play, _told(play, *ends), notices=skipped),
        pinned_case("verified-skipped-but-a-stretch", "events that somebody asked for, in what may be skipped", play, _told(play, (0, 64), (100, 3), (193, 64)), notices=[*skipped, SKIPPED]),
        pinned_case("incomplete-first-event-of-64", "63 events at the beginning", play, _told(play, (0, 63), (193, 64)), "PRV-1001", notices=None),
        pinned_case("incomplete-last-event-of-64", "63 events at the end", play, _told(play, (0, 64), (194, 63)), "PRV-1001", notices=None),
        pinned_case("incomplete-last-event-of-all", "all but the last event", play, _told(play, (0, 64), (192, 64)), "PRV-1001", notices=None),
        pinned_case("incomplete-skipped-too-early", "256 events must all be shown", least, _told(least, (0, 64), (192, 64)), "PRV-1001", notices=None),
    ]  # fmt: skip


def _warnings() -> list[Case]:
    damaged = _long(257, damaged=150)
    recalled = _long(257, recalled=64)
    ends = [(0, 64), (193, 64)]
    return [
        pinned_case("verified-warning-in-what-is-skipped", "an event of damage amid what is skipped is shown", damaged, _told(damaged, ends[0], (150, 1), ends[1]), notices=[*ALONE, SKIPPED, SKIPPED, ("PRV-1410", can(1))]),
        pinned_case("failed-warning-skipped", "an event of damage amid what is skipped is not shown", damaged, _told(damaged, *ends), "PRV-0901"),
        pinned_case("incomplete-recall-in-what-is-skipped", "a recall, the first event that could be skipped", recalled, _told(recalled, (0, 65), ends[1]), "PRV-1401", notices=[*ALONE, SKIPPED, ("PRV-1401", can(1))]),
        _denied(),
        pinned_case("failed-recall-skipped", "a recall that is not shown", recalled, _told(recalled, *ends), "PRV-0901"),
    ]  # fmt: skip


def _demands() -> list[Case]:
    """The event that made a demand is the first of those at the end."""
    play = pinned()
    body = {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventTime": "2025-06-15T00:00:00Z",
    }

    def say(count: int, **more: object) -> None:
        events = [
            play.event({**body, **more}, ("epcList", can(1)))
            for _ in range(count)
        ]
        play.say(MAKER, *events)

    say(193)
    head = chain(can(1), play.trails[can(1)])[-1]
    say(1, after=[[can(1), head]])
    say(63)
    play.commit()
    skipped = [*ALONE, SKIPPED]
    return [
        pinned_case("verified-demand-beside-what-is-skipped", "the link before the event that demanded it is shown", play, _told(play, (0, 64), (192, 65)), notices=skipped),
        pinned_case("incomplete-demand-beside-what-is-skipped", "the link before the event that demanded it is not shown", play, _told(play, (0, 64), (193, 64)), "PRV-1001", "PRV-1303", notices=skipped),
    ]  # fmt: skip


def _carton(*, warned: int | None = None, withdrawn: int | None = None) -> Play:
    """A can is in a carton from its event 5 to 9 of 12, all by one statement.

    The carton itself may be damaged at one number, and that be withdrawn.
    """
    play = pinned()
    play.say(MAKER, play.made(can(1)))
    events = []
    for number in range(12):
        if number == 5:
            events.append(play.packed(sscc(1), can(1)))
        elif number == 9:
            events.append(play.unpacked(sscc(1), can(1)))
        elif number == warned:
            events.append(play.seen(sscc(1), disposition="damaged"))
        elif warned is not None and number == withdrawn:
            events.append(play.as_error(events[warned]))
        else:
            events.append(play.seen(sscc(1)))
    play.say(MAKER, *events)
    play.commit()
    return play


def _rode(
    play: Play, *ranges: tuple[int, int], hidden: Sequence[int] = ()
) -> Parts:
    return play.bundle(
        can(1),
        sscc(1),
        commit=False,
        ranges={sscc(1): ranges},
        hidden=[(1, position) for position in hidden],
    )


def _windows() -> list[Case]:
    play = _carton()
    before, after = _carton(warned=2), _carton(warned=11)
    inside = _carton(warned=7)
    told = [*ALONE, ("PRV-1408", sscc(1))]
    timeline = [
        (0, 0, "commissioning", "subject"),
        (1, 5, "loading", "subject"),
        *((1, n, "inspecting", "containers") for n in (6, 7, 8)),
        (1, 9, "unloading", "subject"),
    ]
    off = _rode(play, (4, 7), hidden=(4, 10))
    row = shown_event(play.events[1, 2], 2, off.ids, {0, 1})
    off.statements[1][5].insert(0, row)
    shown = [row[0] for row in off.statements[1][5]]
    off.statements[1][6] = joined(multiproof(shown, play.statements[1].ids))
    withdrawn = _carton(warned=1, withdrawn=2)
    return [
        pinned_case("failed-window-leaf-outside", "an event of the carton is shown that no range has", play, off, "PRV-0901"),
        pinned_case("verified-window", "what a carton did while the can was in it", play, _rode(play, (0, 12)), timeline=timeline),
        pinned_case("incomplete-window-before", "what the carton did before the can is not shown", play, _rode(play, (4, 8)), "PRV-1001"),
        pinned_case("incomplete-window-after", "what the carton did after the can is not shown", play, _rode(play, (0, 10)), "PRV-1001"),
        pinned_case("incomplete-window-inside", "an event of the carton with the can in it is not shown", play, _rode(play, (0, 12), hidden=[7]), "PRV-1001"),
        pinned_case("incomplete-window-not-whole", "links of the carton with the can in it are not shown", play, _rode(play, (0, 6), (8, 4)), "PRV-1001"),
        pinned_case("verified-warned-before", "the carton was damaged before the can went in", before, _rode(before, (0, 12)), notices=told, timeline=timeline),
        pinned_case("verified-warned-inside", "the carton was damaged with the can in it", inside, _rode(inside, (0, 12)), notices=[*ALONE, ("PRV-1410", sscc(1))], timeline=timeline),
        pinned_case("verified-warned-after", "the carton was damaged when the can was out", after, _rode(after, (0, 12)), notices=told, timeline=timeline),
        pinned_case("verified-warned-in-error", "the carton was damaged before, which its signer withdrew", withdrawn, _rode(withdrawn, (0, 12)), timeline=timeline),
        pinned_case("failed-withdrawal-hidden", "the carton was damaged before, and that it was withdrawn is not shown", withdrawn, _rode(withdrawn, (0, 2), (3, 9)), "PRV-0901"),
        pinned_case("incomplete-warning-a-row", "the carton was damaged, of which only the link is shown", before, _rode(before, (0, 12), hidden=[2]), "PRV-1001"),
        pinned_case("failed-warned-before-hidden", "the carton was damaged before, which is not shown", before, _rode(before, (0, 2), (3, 9)), "PRV-0901"),
        pinned_case("failed-warned-inside-hidden", "the carton was damaged with the can in it, which is not shown", inside, _rode(inside, (0, 7), (8, 4)), "PRV-0901"),
    ]  # fmt: skip
