"""Bundles of logs that break a ledger's rules; rule books; clocks."""

from collections.abc import Mapping

from tests.vectors import reference, words
from tests.vectors.case import Case
from tests.vectors.ledger import Parts
from tests.vectors.makers.judged import (
    ALONE,
    OPERATOR,
    RECALL,
    RELEASE,
    WITNESSED,
    changed,
    judged,
    pinned_case,
)
from tests.vectors.makers.play import (
    PRODUCER,
    Play,
    iso,
    nested,
    pinned,
    short,
    tiny,
)
from tests.vectors.makers.trust import OTHER_BOOK, OWNERS
from tests.vectors.names import (
    CARRIER,
    CUSTOMS,
    DAY,
    LOT,
    MAKER,
    MINUTE,
    OWNER,
    can,
    signer_of,
    sscc,
)
from tests.vectors.reference import mp

HOUR = 60 * MINUTE
HOLD = "urn:provenance:step:customs_held"
TASTED = "urn:provenance:step:tasted"
ONCE, BOTH, MEANING, EARLY = "PRV-1601", "PRV-1602", "PRV-1603", "PRV-1604"


def cases() -> list[Case]:
    return [
        *_once(),
        *_parties(),
        *_meanings(),
        *_not_yet(),
        *_books(),
        *_words_on_whom(),
        *_freshness(),
        *_dates(),
        *_anchored(),
        *_voices(),
        *_passed_on(),
    ]


# 16: what an honest ledger never logs.


def _once() -> list[Case]:
    released = tiny()
    freed = released.seen(can(1), step=RELEASE)
    released.say(CUSTOMS, freed)
    released.say(CUSTOMS, released.seen(can(1), step=HOLD))
    released.say(CUSTOMS, freed)
    released.commit()
    standing = tiny()
    recall = standing.seen(can(1), step=RECALL)
    standing.say(MAKER, recall)
    standing.say(MAKER, standing.as_error(recall))
    standing.say(MAKER, recall)
    twice = tiny()
    twice.say_again(1)
    revived = short()
    ended = revived.about({
        "type": "GrantRevoked",
        "actor": MAKER,
        "grant": revived.events[0, 1].id,
        "reason": "fraud",
    })  # fmt: skip
    revived.say(OWNER, ended)
    revived.say(OWNER, revived.events[0, 1])
    elsewhere = nested()
    elsewhere.say(MAKER, elsewhere.events[2, 0])
    held = ("PRV-1410", can(1))
    return [
        pinned_case("failed-released-again", "customs released the can, held it, and the old release is logged again", released, released.bundle(can(1), commit=False), ONCE, ONCE, MEANING, notices=[*ALONE, held]),
        pinned_case("failed-released-again-in-a-row", "a release that is logged again, of which only the link is shown", released, released.bundle(can(1), commit=False, hidden=[(4, 0)]), ONCE, "PRV-1001", notices=[*ALONE, held]),
        pinned_case("failed-recall-standing-again", "a recall that was withdrawn is logged again", standing, standing.bundle(can(1)), ONCE, ONCE, ONCE, MEANING, "PRV-1401", notices=[*ALONE, ("PRV-1403", can(1)), ("PRV-1402", can(1)), ("PRV-1401", can(1))]),
        pinned_case("failed-statement-twice", "a statement logged twice", twice, twice.bundle(can(1)), ONCE, ONCE, ONCE, MEANING),
        pinned_case("failed-packed-again", "a packing that is logged again", elsewhere, elsewhere.bundle(can(1), LOT, sscc(1), sscc(2)), ONCE, ONCE, ONCE, MEANING),
        judged("failed-grant-revived", "a grant that was revoked is logged again", revived, revived.bundle(can(1)), ONCE, ONCE, "PRV-1104"),
    ]  # fmt: skip


def _parties() -> list[Case]:
    thing = short()
    thing.say(MAKER, thing.seen(can(1), MAKER))
    known = tiny()
    known.say(MAKER, known.seen(can(1), MAKER))
    enrolled = short()
    pallet = sscc(1)
    enrolled.signers[pallet] = signer_of("pallet")
    enrolled.say(OWNER, enrolled.enrolled(pallet, name="pallet"))
    return [
        judged("failed-actor-as-a-thing", "an actor among the units of an event", thing, thing.bundle(can(1)), BOTH),
        pinned_case("failed-pinned-as-a-thing", "an actor of the trust file among the units of an event", known, known.bundle(can(1), MAKER), BOTH),
        judged("failed-thing-as-an-actor", "a pallet enrolled as an actor", enrolled, enrolled.bundle(pallet), "PRV-0801", item=pallet),
    ]  # fmt: skip


def _meanings() -> list[Case]:
    two = tiny()
    two.say(MAKER, two.seen(can(1), eventID="urn:x:one"))
    two.say(MAKER, two.seen(can(1), eventID="urn:x:one", step="storing"))
    again = tiny()
    said = again.seen(can(1))
    again.say(MAKER, said)
    again.say(MAKER, again.event(said.body, *said.items))
    errors = tiny()
    wrong = errors.seen(can(1))
    errors.say(MAKER, wrong)
    for _ in range(2):
        errors.say(MAKER, errors.as_error(wrong))
    unnamed = tiny()
    recall = unnamed.seen(can(1), step=RECALL, eventID=None)
    unnamed.say(MAKER, recall)
    unnamed.say(MAKER, unnamed.as_error(recall))
    stranger = tiny()
    stranger.say(MAKER, stranger.seen(can(1), eventID="urn:x:one"))
    stranger.say(CUSTOMS, stranger.seen(can(1), eventID="urn:x:one"))
    other = tiny()
    packed = other.seen(can(1), can(2))
    other.say(MAKER, packed)
    body = {**packed.body, "errorDeclaration": {}}
    other.say(MAKER, other.event(body, ("epcList", can(1))))
    return [
        pinned_case("failed-event-id-of-two", "one eventID of two events", two, two.bundle(can(1)), MEANING),
        pinned_case("failed-event-said-anew", "an event said once more with other salts", again, again.bundle(can(1)), MEANING),
        pinned_case("failed-error-twice", "an event declared an error twice", errors, errors.bundle(can(1)), MEANING, notices=None),
        pinned_case("failed-error-of-fewer", "an error declared of an event of fewer items", other, other.bundle(can(1)), MEANING, notices=[*ALONE, ("PRV-1402", can(1))]),
        pinned_case("incomplete-error-of-no-event-id", "a recall without an eventID is declared an error without one: it stands", unnamed, unnamed.bundle(can(1)), "PRV-1401", notices=None),
        pinned_case("verified-event-id-of-two-signers", "one eventID of two signers", stranger, stranger.bundle(can(1))),
    ]  # fmt: skip


def _not_yet() -> list[Case]:
    def ahead(by: int) -> tuple[Play, Parts]:
        play = tiny()
        told = play.seen(can(1), eventTime=iso(play.now + MINUTE + by))
        play.say(MAKER, told)
        return play, play.bundle(can(1))

    early, of_early = ahead(5 * MINUTE + 1)
    edge, of_edge = ahead(5 * MINUTE)
    signed = tiny()
    told = signed.seen(can(1))
    signed.now += 6 * MINUTE
    signed.say(MAKER, told)
    signed.now -= 6 * MINUTE
    between = tiny()
    told = between.seen(can(1), eventTime=iso(between.now + 10 * MINUTE))
    between.say(MAKER, told)
    nearest = between.commit()
    between.now += HOUR
    between.commit()
    return [
        pinned_case("failed-event-later-than-the-log", "an event five minutes and a millisecond after the log's clock", early, of_early, EARLY),
        pinned_case("verified-event-five-minutes-ahead", "an event five minutes after the log's clock", edge, of_edge),
        pinned_case("failed-signed-later-than-the-log", "a statement signed six minutes after the log's clock", signed, signed.bundle(can(1)), EARLY),
        pinned_case("failed-event-later-than-its-commitment", "an event later than the commitment after it", between, between.bundle(can(1), commit=False, commitments=[nearest]), EARLY),
        pinned_case("verified-event-of-an-unknown-hour", "the commitment after it is not shown", between, between.bundle(can(1), commit=False)),
    ]  # fmt: skip


# 15: rule books.


def _books() -> list[Case]:
    small = tiny()
    bundle = small.bundle(can(1))
    play = pinned()
    play.signers[CARRIER] = signer_of("carrier")
    play.say(MAKER, play.made(can(1)))
    book = play.log(reference.book_entry(OTHER_BOOK))
    play.say(CARRIER, play.seen(can(1), step=TASTED))
    play.commit()
    shown = play.bundle(can(1), commit=False, entries=[book])
    hidden = play.bundle(can(1), commit=False)
    early = pinned()
    early.say(MAKER, early.made(can(1)))
    early.say(MAKER, early.seen(can(1), step=TASTED))
    late = early.log(reference.book_entry(OTHER_BOOK))
    of_early = early.bundle(can(1), entries=[late])
    later = tiny()
    unread = mp({"format": "provenance/evidence-book/v2", "steps": []})
    newer = later.log(reference.book_entry(unread))
    nothing = later.bundle(can(1), entries=[newer])
    empty = tiny()
    no_book = empty.log(reference.book_entry(mp({"name": "a book"})))
    told = empty.bundle(can(1), entries=[no_book])
    strict = pinned()
    strict.book = words.SHIPPED
    strict.say(MAKER, strict.made(can(1)))
    first = strict.log(reference.book_entry(OTHER_BOOK))
    good = strict.bundle(can(1), entries=[first])
    typed, bare, none, acted = tiny(), tiny(), tiny(), tiny()
    typed.say(MAKER, typed.told("Nonsense", ("epcList", can(1))))
    bare.say(MAKER, bare.seen(can(1), step="customs_held"))
    none.say(MAKER, none.seen(can(1), step="dancing!"))
    acted.say(MAKER, acted.seen(can(1), action="MAYBE"))
    rows = [(0, 0, "commissioning", "subject")]
    return [
        judged("verified-baseline-named", "a trust file that names the book that everybody has", short(), short().bundle(can(1)), trust="baseline"),
        judged("unknown-book", "a trust file that names a book that nobody has", small, bundle, "PRV-1501", trust="other-book"),
        judged("unknown-book-from-later", "a book that counts from beyond the log, and nobody has", small, bundle, "PRV-1501", trust="other-book-from-5"),
        judged("verified-book-of-the-ledger", "a step and a role that a book of the ledger brings", play, shown, trust="taster", timeline=[*rows, (2, 0, "tasted", "subject")]),
        judged("unknown-book-not-shown", "a book of the ledger that the bundle does not show", play, hidden, "PRV-1501", trust="taster"),
        judged("unknown-step-before-its-book", "a step logged before the book that brings it counts", early, of_early, "PRV-0803", trust="other-book-later"),
        judged("verified-older-ledger", "a verifier of a newer book, before an event of the older words", strict, good, trust="other-book", timeline=rows),
        pinned_case("unknown-word-of-a-newer-ledger", "a verifier of the older book, before an event of a newer word: the newer book is not shown", play, hidden, "PRV-0803"),
        pinned_case("unknown-type", "a type that the book does not have", typed, typed.bundle(can(1)), "PRV-0803"),
        pinned_case("failed-bare-word-of-ours", "a step of our own as a bare word, which no book could have", bare, bare.bundle(can(1)), "PRV-0801"),
        pinned_case("failed-word-that-is-none", "a step that is no word", none, none.bundle(can(1)), "PRV-0801"),
        pinned_case("failed-action-of-no-row", "an action that is none, of a type that the book has", acted, acted.bundle(can(1)), "PRV-0801"),
        pinned_case("unknown-newer-ledger", "a verifier of the older book, before a ledger with a newer one", play, shown, "PRV-1501"),
        pinned_case("unknown-newer-format", "a ledger with a book of a format that nobody knows yet", later, nothing, "PRV-1501"),
        judged("unknown-format-named", "a trust file that names a book of a format that nobody knows yet", later, nothing, "PRV-1501", trust="later-format"),
        pinned_case("verified-book-of-no-format", "a book of the ledger that is no evidence book", empty, told),
    ]  # fmt: skip


# 10: on whose word.


def _words_on_whom() -> list[Case]:
    watched = short("auditor")
    both = short("w1", "w2", "w3")
    return [
        judged("verified-audited", "an auditor cosigned, who replays the map", watched, watched.bundle(can(1)), trust="watched", notices=[]),
        judged("verified-for-nobody", "witnesses cosigned whom the trust file does not ask", both, both.bundle(can(1)), trust="witnessed-for-nobody"),
    ]  # fmt: skip


# 4 and 5: clocks.


def _cosigned(play: Play, bundle: Parts, times: Mapping[str, int]) -> Parts:
    """Return *bundle*, cosigned at these times."""
    play.witnesses = tuple(times)
    return changed(bundle, "checkpoint", to=play.sign(times=times).text)


def _freshness() -> list[Case]:
    play = short()
    play.commit()
    bundle = play.bundle(can(1), commit=False)
    now = play.now
    rows: list[tuple[str, str, dict[str, int], tuple[str, ...]]] = [
        ("incomplete-stale-quorum", "one of three witnesses cosigned just now, the others eight days ago", {"w1": 8 * DAY, "w2": 0, "w3": 0}, ("PRV-0501",)),
        ("verified-fresh-quorum", "two of three witnesses cosigned just now, the third eight days ago", {"w1": 8 * DAY, "w2": 8 * DAY, "w3": 0}, ()),
        ("verified-quorum-of-a-week", "the second newest cosignature is a week old", {"w1": 8 * DAY, "w2": DAY, "w3": 0}, ()),
        ("verified-one-ahead", "one of three witnesses is an hour ahead, two are right", {"w1": 8 * DAY + HOUR, "w2": 8 * DAY, "w3": 8 * DAY}, ()),
        ("unknown-two-ahead", "two of three witnesses are an hour ahead", {"w1": 8 * DAY + HOUR, "w2": 8 * DAY + HOUR, "w3": 8 * DAY}, ("PRV-0504",)),
        ("verified-two-ahead-of-the-second", "two of three witnesses are five minutes ahead", {"w1": 8 * DAY + 5 * MINUTE, "w2": 8 * DAY + 5 * MINUTE}, ()),
        ("incomplete-one-cosigned-ahead", "one of three witnesses cosigned, an hour ahead", {"w1": 8 * DAY + HOUR}, ("PRV-0401", "PRV-0501")),
    ]  # fmt: skip
    made = []
    for name, desc, times, codes in rows:
        at = {who: now + after for who, after in times.items()}
        notices = [OPERATOR if "PRV-0401" in codes else WITNESSED]
        made.append(judged(name, desc, play, _cosigned(play, bundle, at), *codes, trust="witnessed", notices=notices, now=now + 8 * DAY))  # fmt: skip
    jumped = short("w1")
    jumped.commit(ahead=400 * DAY)
    leap = jumped.bundle(can(1), commit=False)
    unmet = short()
    unmet.commit(ahead=HOUR)
    alone = unmet.bundle(can(1), commit=False)
    slow = short("w1")
    behind = slow.bundle(can(1))
    return [
        *made,
        judged("verified-clock-jumped", "the log's clock jumped 400 days ahead, and its witness says when it was", jumped, leap, trust="one-witness", notices=[("PRV-0506", ""), WITNESSED]),
        judged("unknown-clock-jumped", "the log's clock jumped 400 days ahead, and nobody else says when it was", jumped, leap, "PRV-0504"),
        judged("incomplete-clock-ahead-without-a-quorum", "too few witnesses, and a clock an hour ahead", unmet, alone, "PRV-0401", "PRV-0504", trust="witnessed", notices=[OPERATOR]),
        judged("unknown-phone-three-days-slow", "whoever verifies has a clock three days slow", slow, behind, "PRV-0504", trust="one-witness", notices=[WITNESSED], now=slow.now - 3 * DAY),
    ]  # fmt: skip


def _dated(
    dates: Mapping[str, int], *, shown: bool = True
) -> tuple[Play, Parts]:
    """Return a story logged between the hours 10 and 20 of a dated grant.

    *dates* are in hours, too.
    """
    play = Play()
    start = play.now
    at = {name: start + hours * HOUR for name, hours in dates.items()}
    play.join("maker", PRODUCER | at)
    play.now = start + 10 * HOUR
    before = play.commit()
    play.say(MAKER, play.made(can(1)))
    play.now = start + 20 * HOUR
    after = play.commit()
    play.now = start + 90 * HOUR
    times = [before, after] if shown else []
    return play, play.bundle(can(1), commitments=times)


def _dates() -> list[Case]:
    """Grants with dates where no quorum is asked for: the log's own times."""
    made = []
    for name, desc, code, dates in (
        ("verified-until-after", "the grant ended after the commitment behind it", "", {"until": 21}),
        ("verified-until-within-the-bound", "the grant ended an hour before the commitment behind it", "", {"until": 19}),
        ("incomplete-until-between", "the grant ended between the two commitments around it", "PRV-1202", {"until": 15}),
        ("incomplete-until-an-hour-before", "the grant ended an hour before the commitment before it", "PRV-1202", {"until": 9}),
        ("failed-until-two-hours-before", "the grant ended two hours before the commitment before it", "PRV-1201", {"until": 8}),
        ("verified-from-before", "the grant began with the commitment before it", "", {"from": 10}),
        ("verified-from-within-the-bound", "the grant began an hour after the commitment before it", "", {"from": 11}),
        ("incomplete-from-between", "the grant began between the two commitments around it", "PRV-1202", {"from": 15}),
        ("incomplete-from-an-hour-after", "the grant began an hour after the commitment behind it", "PRV-1202", {"from": 21}),
        ("failed-from-two-hours-after", "the grant began two hours after the commitment behind it", "PRV-1201", {"from": 22}),
        ("failed-from-good-until-bad", "a grant that began in time and ended too early", "PRV-1201", {"from": 0, "until": 8}),
    ):  # fmt: skip
        play, bundle = _dated(dates)
        codes = [code] if code else []
        made.append(judged(name, desc, play, bundle, *codes))
    vague, unclear = _dated({"until": 40}, shown=False)
    narrow, held = _dated({"until": 19})
    return [
        *made,
        judged("incomplete-dates-not-shown", "when it was logged is not shown", vague, unclear, "PRV-1202"),
        judged("incomplete-until-beyond-a-narrow-bound", "the grant ended an hour before, where five minutes are allowed", narrow, held, "PRV-1202", trust="narrow-clock"),
        judged("verified-until-within-a-wide-bound", "the grant ended between the commitments, where a day is allowed", *_dated({"until": 5}), trust="wide-clock"),
    ]  # fmt: skip


def _anchored() -> list[Case]:
    """Grants with dates where a witness bounds the log's clock."""

    def told(
        *, clock: int, seen: int, last: int, until: int, anchored: bool = True
    ) -> tuple[Play, Parts]:
        """Return a story: the log says *clock*, its witness *seen* hours."""
        play = Play(("w1",))
        start = play.now
        play.join("maker", PRODUCER | {"until": start + until * HOUR})
        play.commit()
        made = play.made(can(1))
        play.now = start + clock * HOUR
        before = play.commit()
        entry = play.say(MAKER, made)
        after = play.commit()
        note = play.sign(times={"w1": start + seen * HOUR})
        play.now = start + max(clock, last) * HOUR
        play.commit()
        play.now = start + last * HOUR
        anchors = [(note, [entry])] if anchored else []
        bundle = play.bundle(
            can(1), commit=False, commitments=[before, after], anchors=anchors
        )
        return play, bundle

    made = []
    for name, desc, codes, given in (
        ("verified-anchored", "a witness saw the entry while the grant held", (), told(clock=10, seen=11, last=90, until=20)),
        ("incomplete-frozen-clock", "the log's clock stands still before the grant's end, and no witness saw the entry then", ("PRV-1202",), told(clock=10, seen=80, last=90, until=20)),
        ("incomplete-frozen-clock-without-anchors", "no anchor, and the checkpoint is of later than the grant's end", ("PRV-1202",), told(clock=10, seen=11, last=90, until=20, anchored=False)),
        ("failed-anchored-too-late", "the log itself says that the grant had ended", ("PRV-1201",), told(clock=30, seen=31, last=90, until=20)),
        ("incomplete-clock-ahead-of-its-witness", "the log's clock is ten hours ahead of its witness", ("PRV-1206",), told(clock=20, seen=10, last=90, until=40)),
    ):  # fmt: skip
        play, bundle = given
        made.append(judged(name, desc, play, bundle, *codes, trust="one-witness", notices=[WITNESSED]))  # fmt: skip
    return made


# 11: authorities and delegates.


def _voices() -> list[Case]:
    def story(*, first: int, second: int) -> tuple[Play, Parts]:
        """Return a story of two voices, so many days after the beginning."""
        play = Play()
        play.signers |= {owner: signer_of(owner) for owner in OWNERS}
        play.signers[MAKER] = signer_of("maker")
        start = play.now
        times = [play.commit()]
        play.now = start + first * DAY
        times.append(play.commit())
        play.say(OWNERS[0], play.enrolled(MAKER, name="maker"))
        play.now = start + second * DAY
        times.append(play.commit())
        play.say(OWNERS[2], play.enrolled(MAKER, name="maker"))
        times.append(play.commit())
        for owner in (OWNERS[2], OWNERS[0]):
            play.say(owner, play.granted(MAKER, PRODUCER))
        play.say(MAKER, play.made(can(1)))
        return play, play.bundle(can(1), commitments=times)

    good, bundle = story(first=1, second=31)
    late, lapsed = story(first=1, second=32)
    undated = good.bundle(can(1), commit=False)
    return [
        judged("verified-voices-of-30-days", "the second authority spoke 30 days after the first", good, bundle, trust="two-authorities"),
        judged("failed-voices-lapsed", "the second authority spoke 31 days after the first", late, lapsed, "PRV-1104", "PRV-1104", "PRV-1102", "PRV-1201", trust="two-authorities"),
        judged("incomplete-voices-undated", "when the first authority spoke is not shown", good, undated, "PRV-1106", "PRV-1106", trust="two-authorities"),
    ]  # fmt: skip


def _passed_on() -> list[Case]:
    def story(until: int, *, shown: bool = True) -> tuple[Play, Parts]:
        """Return a delegate's enrolment between the hours 10 and 20."""
        play = Play()
        start = play.now
        agent = play.join(
            "agent",
            PRODUCER | {"may_grant": True, "until": start + until * HOUR},
        )
        play.now = start + 10 * HOUR
        before = play.commit()
        limited = PRODUCER | {"until": start + min(until, 5) * HOUR}
        play.join("maker", limited, by=agent)
        play.now = start + 20 * HOUR
        times = [before, play.commit()]
        return play, play.bundle(MAKER, commitments=times if shown else [])

    good, of_good = story(21)
    expired, of_expired = story(5)
    unclear, of_unclear = story(15)
    return [
        judged("verified-passed-on-in-time", "a delegate passes on a grant that it holds", good, of_good, item=MAKER),
        judged("failed-passed-on-expired", "a delegate whose grant has ended enrols and grants", expired, of_expired, "PRV-1201", item=MAKER),
        judged("incomplete-passed-on-between", "a delegate whose grant ended about then enrols and grants", unclear, of_unclear, "PRV-1202", item=MAKER),
    ]  # fmt: skip
