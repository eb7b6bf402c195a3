"""Bundles: honest stories, and who may say what, up to recalls.

The bytes come from the second implementation, whose ledger logs whatever it
is told; outcomes, codes, notices and timelines were written by hand.
"""

from collections.abc import Callable, Sequence

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.ledger import Parts, map_row
from tests.vectors.makers import (
    bundle_bytes,
    bundle_log,
    bundle_long,
    bundle_rules,
    bundle_stays,
)
from tests.vectors.makers.judged import (
    ALONE,
    OPERATOR,
    RECALL,
    REFUSAL,
    RELEASE,
    WITNESSED,
    Moment,
    changed,
    judged,
    pinned_case,
)
from tests.vectors.makers.play import (
    PRODUCER,
    Play,
    long,
    nested,
    pinned,
    short,
    tiny,
)
from tests.vectors.makers.registry import proven, revoked
from tests.vectors.makers.trust import OWNERS, PLACE
from tests.vectors.makers.version import BOOK, signed, version
from tests.vectors.names import (
    CARRIER,
    CUSTOMS,
    DAY,
    GTIN,
    LOT,
    MAKER,
    MINUTE,
    OWNER,
    TRUST,
    can,
    signer_of,
    sscc,
)
from tests.vectors.reference import H, b64, map_key

BOXES = (LOT, sscc(1), sscc(2))
_JOINED = (
    (0, 0, "ActorEnrolled", "subject"),
    (0, 1, "RoleGranted", "subject"),
)


def cases() -> list[Case]:
    return [
        *_stories(),
        *bundle_bytes.cases(),
        *_checkpoints(),
        *bundle_log.cases(),
        *bundle_long.cases(),
        *bundle_rules.cases(),
        *bundle_stays.cases(),
        *_completeness(),
        *_signatures(),
        *_roles(),
        *_demands(),
        *_recalls(),
        *_corrections(),
    ]


# Honest stories.

_LONG: Sequence[Moment] = (
    (3, 0, "commissioning", "lots"),
    (4, 0, "commissioning", "subject"),
    (5, 0, "loading", "subject"),
    (6, 0, "loading", "containers"),
    (7, 0, "departing", "containers"),
    (8, 0, "customs_released", "containers"),
    (9, 0, "unloading", "containers"),
)
_NESTED: Sequence[Moment] = (
    (0, 0, "commissioning", "lots"),
    (1, 0, "commissioning", "subject"),
    (2, 0, "loading", "subject"),
    (3, 0, "loading", "containers"),
    (4, 0, "customs_released", "containers"),
    (5, 0, "unloading", "containers"),
)
_TINY: Sequence[Moment] = (
    (0, 0, "commissioning", "subject"),
    (1, 0, "inspecting", "subject"),
)
_SHORT: Sequence[Moment] = (
    (1, 0, "commissioning", "subject"),
    (2, 0, "inspecting", "subject"),
)


def _stories() -> list[Case]:
    play = long()
    full = play.bundle(can(1), *BOXES)
    small = tiny()
    boxes = nested()
    return [
        judged("verified-can", "a can, its lot, its carton and its pallet", play, full, timeline=_LONG),
        judged("verified-lot", "a lot's own story", play, play.bundle(LOT, commit=False), item=LOT, timeline=[(3, 0, "commissioning", "subject")]),
        judged("verified-actor", "an actor's own trail", play, play.bundle(MAKER, commit=False), item=MAKER, timeline=_JOINED),
        pinned_case("verified-whatever-item", "whoever asks does not know the item beforehand", small, small.bundle(can(1)), item=None, timeline=_TINY),
        pinned_case(
            "verified-pallet",
            "a pallet's own story",
            boxes,
            boxes.bundle(sscc(2)),
            item=sscc(2),
            notices=[*ALONE, ("PRV-1411", sscc(2))],
            timeline=[
                (3, 0, "loading", "subject"),
                (4, 0, "customs_released", "subject"),
                (5, 0, "unloading", "subject"),
            ],
        ),
        *(tell() for tell in _TALES),
        *_versions(),
        _trust_told(),
    ]  # fmt: skip


def _short_story() -> Case:
    play = short()
    return judged("verified-short", "two events of one can", play, play.bundle(can(1)), timeline=_SHORT)  # fmt: skip


def _gs1_trail() -> Case:
    play = pinned()
    play.say(MAKER, play.made(can(1)))
    return pinned_case(
        "verified-pinned",
        "the trust file itself knows who signed",
        play,
        play.bundle(can(1)),
        timeline=[(0, 0, "commissioning", "subject")],
    )


def _many() -> Case:
    play = Play()
    play.join("maker", PRODUCER)
    events = [play.made(*(can(10 * n + k) for k in range(5))) for n in range(7)]
    play.say(MAKER, *events)
    return judged(
        "verified-one-of-many",
        "the fourth unit of the sixth event of a statement of seven",
        play,
        play.bundle(can(53)),
        item=can(53),
        timeline=[(1, 5, "commissioning", "subject")],
    )


def _concealed(*, shown: bool) -> Case:
    play = short()
    much = {"b": [1, b"\x00\xff", None], "a": {"é": -0.5}}
    secrets = [("/example:price", 12.5), ("/example:much", much)]
    event = play.told(
        "ObjectEvent", ("epcList", can(1)), fields=secrets, action="OBSERVE"
    )
    index = play.say(MAKER, event)
    # The pointers are sorted: leaf 2 is the map, leaf 3 the price.
    leaves = {(index, 0): {1, 2}} if shown else {}
    return judged(
        f"verified-field-{'shown' if shown else 'concealed'}",
        "a concealed field is shown, another is not"
        if shown
        else "concealed fields that are not shown",
        play,
        play.bundle(can(1), leaves=leaves),
        timeline=[*_SHORT, (3, 0, "observing", "subject")],
    )


def _inputs() -> Case:
    play = Play()
    play.join("maker", PRODUCER)
    milk = "urn:x:milk"
    play.join("farm", {"role": "producer", "prefixes": ["urn:x:"]})
    play.say("did:web:farm.example", play.made(milk))
    play.say(MAKER, play.turned([milk], [can(1), can(2)]))
    return judged(
        "verified-made-from",
        "a can, and the milk that it was made from",
        play,
        play.bundle(can(1), milk),
        timeline=[
            (2, 0, "commissioning", "inputs"),
            (3, 0, "transforming", "subject"),
        ],
    )


def _two_authorities() -> Case:
    play = Play()
    play.signers |= {owner: signer_of(owner) for owner in OWNERS}
    play.signers[MAKER] = signer_of("maker")
    first = play.commit()
    for owner in (OWNERS[0], OWNERS[2]):
        play.say(owner, play.enrolled(MAKER, name="maker"))
    for owner in (OWNERS[1], OWNERS[0]):
        play.say(owner, play.granted(MAKER, PRODUCER))
    play.say(MAKER, play.made(can(1)))
    return judged(
        "verified-two-authorities",
        "two of three authorities enrolled the maker, and two granted",
        play,
        play.bundle(can(1), commitments=[first]),
        trust="two-authorities",
        timeline=[(5, 0, "commissioning", "subject")],
    )


def _passed_on() -> Case:
    play = Play()
    agent = play.join("agent", PRODUCER | {"may_grant": True})
    play.join("maker", PRODUCER, by=agent)
    play.say(MAKER, play.made(can(1)))
    return judged(
        "verified-passed-on",
        "a delegate enrolled the maker and passed its grant on",
        play,
        play.bundle(can(1)),
        timeline=[(2, 0, "commissioning", "subject")],
    )


def _rotated() -> Case:
    play = short()
    rotation: dict[str, object] = {
        "type": "KeyRotated",
        "actor": MAKER,
        "old": bytes(signer_of("maker").verifier.key_id),
        **proven(MAKER, signer_of("new")),
    }
    play.say(MAKER, play.about(rotation))
    play.say(MAKER, play.seen(can(1)), signer=signer_of("new"))
    return judged(
        "verified-rotated-key",
        "a new key takes over; what the old one signed before still counts",
        play,
        play.bundle(can(1)),
        timeline=[*_SHORT, (4, 0, "inspecting", "subject")],
    )


def _repacked() -> Case:
    play = Play()
    play.join("maker", PRODUCER)
    play.say(MAKER, play.made(can(1)))
    play.say(MAKER, play.packed(sscc(1), can(1)))
    play.say(MAKER, play.unpacked(sscc(1)))
    play.say(MAKER, play.seen(sscc(1), step=RECALL))
    play.say(MAKER, play.packed(sscc(2), can(1)))
    return judged(
        "incomplete-left-its-carton",
        "all came out of a carton, which was recalled when it was empty:"
        " whether it was the carton's fault is not said",
        play,
        play.bundle(can(1), sscc(1), sscc(2)),
        "PRV-1409",
        timeline=[
            (1, 0, "commissioning", "subject"),
            (2, 0, "loading", "subject"),
            (3, 0, "unloading", "containers"),
            (5, 0, "loading", "subject"),
        ],
    )


def _cycle() -> Case:
    play = Play()
    play.join("maker", PRODUCER)
    play.say(MAKER, play.packed(sscc(1), can(1)))
    play.say(MAKER, play.packed(sscc(2), sscc(1)))
    play.say(MAKER, play.packed(sscc(1), sscc(2)))
    return judged(
        "verified-cartons-in-a-circle",
        "two cartons, each said to be in the other: the walk ends",
        play,
        play.bundle(can(1), sscc(1), sscc(2)),
        notices=[*ALONE, ("PRV-1411", can(1))],
        timeline=[
            (1, 0, "loading", "subject"),
            (2, 0, "loading", "containers"),
            (3, 0, "loading", "containers"),
        ],
    )


def _sealed() -> Case:
    play = pinned()
    sealed = play.told(
        "ObjectEvent",
        ("epcList", can(1), {"seal": signer_of("seal").verifier.data}),
        ("epcList", can(2)),
        action="ADD",
        bizStep="commissioning",
    )
    play.say(MAKER, sealed)
    return pinned_case(
        "verified-sealed",
        "a can with a seal",
        play,
        play.bundle(can(1)),
        timeline=[(0, 0, "commissioning", "subject")],
    )


AMOUNTS: Sequence[tuple[int | float | None, str | None]] = (
    (12.5, "KGM"),
    (None, None),
    (None, "KGM"),
    (0, ""),
    (-0.1, "é"),
    (2**53 - 1, None),
    (-(2**53) + 1, None),
    (2**32, None),
    (-(2**31), None),
    (-129, None),
    (-33, None),
    (2.0**53, None),
    (1e300, None),
    (5e-324, None),
)


def _amounts() -> Case:
    play = pinned()
    made = play.told(
        "ObjectEvent",
        ("epcList", can(1)),
        *(("quantityList", LOT, amount, unit) for amount, unit in AMOUNTS),
        action="ADD",
        bizStep="commissioning",
    )
    play.say(MAKER, made)
    return pinned_case(
        "verified-amounts",
        "amounts of a lot beside a can: of every size, and not said",
        play,
        play.bundle(LOT),
        item=LOT,
        timeline=[(0, 0, "commissioning", "subject")],
    )


def _twice_named() -> Case:
    play = tiny()
    play.say(MAKER, play.seen(can(2), can(1), can(3), can(1)))
    return pinned_case(
        "verified-named-twice",
        "an event names the can twice in one list",
        play,
        play.bundle(can(1)),
        timeline=[*_TINY, (2, 0, "inspecting", "subject")],
    )


def _place() -> Case:
    play = pinned()
    report = play.told(
        "ObjectEvent",
        ("place", PLACE),
        action="OBSERVE",
        bizStep="sensor_reporting",
        readPoint={"id": PLACE},
    )
    play.say(MAKER, report)
    return pinned_case(
        "verified-place",
        "a report of a place, without items",
        play,
        play.bundle(PLACE),
        item=PLACE,
        timeline=[(0, 0, "sensor_reporting", "subject")],
    )


def _class() -> Case:
    play = pinned()
    told = play.told(
        "ObjectEvent", ("about", GTIN), action="OBSERVE", bizStep="inspecting"
    )
    play.say(MAKER, told)
    # A list that names the class is no link of its trail.
    play.say(
        MAKER,
        play.told(
            "ObjectEvent",
            ("quantityList", GTIN, 3, None),
            ("epcList", can(1)),
            action="OBSERVE",
            bizStep="inspecting",
        ),
    )
    return pinned_case(
        "verified-about-a-class",
        "what is said about a product has a trail, an amount of it has none",
        play,
        play.bundle(GTIN),
        item=GTIN,
        timeline=[(0, 0, "inspecting", "subject")],
    )


def _joined_transformation() -> Case:
    play = pinned()
    milk = f"{GTIN}/21/MILK"
    play.say(MAKER, play.made(milk))
    turned = play.told(
        "TransformationEvent",
        ("inputEPCList", milk),
        ("outputEPCList", can(1)),
        ("transformationID", "urn:x:batch"),
        transformationID="urn:x:batch",
    )
    play.say(MAKER, turned)
    return pinned_case(
        "verified-transformation",
        "a transformation with an id",
        play,
        play.bundle(can(1), milk, "urn:x:batch"),
        timeline=[
            (0, 0, "commissioning", "inputs"),
            (1, 0, "transforming", "subject"),
        ],
    )


def _versions() -> list[Case]:
    play = tiny()
    first, entry = signed(version())
    play.publish_trust(first, entry)
    play.say(MAKER, play.seen(can(1)))
    second = version(version=2, previous=H(first))
    play.publish_trust(*signed(second))
    book = play.log(reference.book_entry(BOOK))
    play.commit()
    versions = [2, 4]
    timeline = [*_TINY, (3, 0, "inspecting", "subject")]
    whole = play.bundle(can(1), commit=False)
    with_book = play.bundle(can(1), commit=False, entries=[*versions, book])
    one = play.bundle(can(1), commit=False, entries=[4])
    return [
        pinned_case("verified-trust-versions", "two trust versions, each shown", play, whole, timeline=timeline),
        pinned_case("verified-rule-book", "a rule book beside the trust versions", play, with_book, timeline=timeline),
        pinned_case("incomplete-trust-version", "a trust version of which only the link is shown", play, one, "PRV-1001"),
    ]  # fmt: skip


def _trust_told() -> Case:
    play = tiny()
    play.publish_trust(*signed(version()))
    return pinned_case(
        "verified-trust-trail",
        "the story of the trust versions themselves: no events",
        play,
        play.bundle(TRUST),
        item=TRUST,
        timeline=[],
    )


_TALES: Sequence[Callable[[], Case]] = (
    _short_story,
    _gs1_trail,
    _many,
    lambda: _concealed(shown=True),
    lambda: _concealed(shown=False),
    _inputs,
    _two_authorities,
    _passed_on,
    _rotated,
    _repacked,
    _cycle,
    _sealed,
    _amounts,
    _twice_named,
    _place,
    _class,
    _joined_transformation,
)


# 2 to 5: item, ledger, signatures, quorum and time.


def _checkpoints() -> list[Case]:
    small = tiny()
    play = short()
    bundle = play.bundle(can(1))
    signed_note = play.sign()
    root = play.root
    lied = root[:-1] + bytes([root[-1] ^ 1])
    note = bundle.checkpoint
    text = note.partition("\n\n")[0] + "\n"
    line = reference.note_line("stranger.example", signer_of("stranger"), text)
    stolen = play.sign(holder="thief").text
    now = play.now

    # Whoever decodes text must not drop what marks the order of bytes.
    marked = "\ufeff" + note

    def noted(text: str) -> Parts:
        return changed(bundle, "checkpoint", to=text)

    return [
        pinned_case("failed-other-item", "the story of another can", small, small.bundle(can(1)), "PRV-0202", item=can(2), notices=()),
        judged("unknown-ledger", "a ledger that the trust file does not name", small, small.bundle(can(1), commit=False), "PRV-0201", trust="other-ledger", notices=()),
        judged("verified-stranger", "a signature line by a key that nobody knows", play, noted(signed_note.text + line), timeline=_SHORT),
        judged("unknown-byte-order-mark", "a checkpoint that a byte order mark precedes", play, noted(marked), "PRV-0201", notices=()),
        judged("failed-thief", "another key under the log's name", play, noted(stolen), "PRV-0301", notices=()),
        judged("failed-root-changed", "another root under the log's signature", play, noted(note.replace(b64(root), b64(lied))), "PRV-0301", notices=()),
        judged("failed-second-log-key", "one of the log's two keys did not sign", play, bundle, "PRV-0301", trust="second-log-key", notices=()),
        judged("failed-post-quantum-key", "the log's ML-DSA-44 key did not sign", play, bundle, "PRV-0301", trust="post-quantum", notices=()),
        judged("verified-week-old", "a checkpoint of a week ago", play, bundle, now=now + 7 * DAY, timeline=_SHORT),
        judged("incomplete-stale", "a checkpoint of a week and a second ago", play, bundle, "PRV-0501", now=now + 7 * DAY + 1000),
        judged("incomplete-stale-by-an-hour", "an hour old is too old for this trust file", play, bundle, "PRV-0501", trust="an-hour", now=now + 3_601_000),
        judged("verified-years-old", "however old, by this trust file", play, bundle, trust="any-age", now=now + 3650 * DAY, timeline=_SHORT),
        judged("verified-clock-behind", "a clock that is five minutes behind", play, bundle, now=now - 5 * MINUTE, timeline=_SHORT),
        judged("unknown-future", "a checkpoint from the future", play, bundle, "PRV-0504", now=now - 5 * MINUTE - 1),
        *_witnessed(),
    ]  # fmt: skip


def _witnessed() -> list[Case]:
    names = ("w1", "w2", "w3")
    play = short(*names)
    play.commit()
    made = []
    for name, desc, codes, count in (
        ("verified-witnessed", "all three witnesses cosigned", (), 3),
        ("verified-quorum", "two of three witnesses cosigned", (), 2),
        (
            "incomplete-quorum",
            "one of three witnesses cosigned",
            ("PRV-0401",),
            1,
        ),
    ):
        play.witnesses = names[:count]
        bundle = play.bundle(can(1), commit=False)
        made.append(judged(name, desc, play, bundle, *codes, trust="witnessed", notices=[OPERATOR if codes else WITNESSED], timeline=None if codes else _SHORT))  # fmt: skip
    play.witnesses = names[:2]
    good = play.bundle(can(1), commit=False)
    text = good.checkpoint.partition("\n\n")[0] + "\n"
    forged = reference.cosignature_line(
        "w3.example", signer_of("w3"), text + "x", time=play.now // 1000
    )
    spoilt = changed(good, "checkpoint", to=good.checkpoint + forged)
    quiet = short("w1")
    quiet.commit()
    quiet.now += 60 * MINUTE
    fresh = quiet.bundle(can(1), commit=False)
    return [
        *made,
        judged("failed-forged-cosignature", "two good cosignatures and a forged one", play, spoilt, "PRV-0402", trust="witnessed", notices=()),
        judged("verified-quiet-log", "an old checkpoint that was cosigned just now", quiet, fresh, trust="one-witness", notices=[WITNESSED], timeline=_SHORT),
        judged("unknown-cosigned-in-the-future", "a cosignature of in an hour", quiet, fresh, "PRV-0504", trust="one-witness", notices=[WITNESSED], now=quiet.now - 60 * MINUTE),
    ]  # fmt: skip


# 10: whole, and nothing more.


def _completeness() -> list[Case]:
    play = nested()
    play.commit()

    def without(*trails: str, **options: object) -> Parts:
        names = [item for item in BOXES if item not in trails]
        return play.bundle(can(1), *names, commit=False, **options)  # type: ignore[arg-type]  # any of them

    wider = nested()
    extra = wider.say(MAKER, wider.made(can(7)))
    surplus_trail = wider.bundle(can(1), *BOXES, can(7))
    surplus_event = wider.bundle(
        can(1), *BOXES, commit=False, leaves={(extra, 0): {1}}
    )
    nothing = tiny()
    desert = Play()
    small = tiny()
    headless = small.bundle(sscc(1))
    number = headless.ids.index(sscc(1))
    # The id stays in its place, and is now the can's.
    headless.ids[number] = can(1)
    headless.trails = [row for row in headless.trails if row[0] != number]
    queries = {map_key(headless.ids[row[0]]) for row in headless.trails}
    proof = reference.map_multiproof(queries, small.pairs())
    headless.map = map_row(*proof)
    return [
        pinned_case("incomplete-event-left-out", "an event of the can is not shown", play, without(hidden=[(2, 0)], leaves={}), "PRV-1001"),
        pinned_case("incomplete-event-of-the-pallet-left-out", "the pallet's release is not shown", play, without(hidden=[(4, 0)]), "PRV-1001"),
        pinned_case("incomplete-lot-left-out", "the lot's trail is not there", play, without(LOT), "PRV-1001"),
        pinned_case("incomplete-carton-left-out", "the carton's trail is not there, and so not the pallet's need", play, without(sscc(1), leaves={(2, 0): {1, 2}}), "PRV-1001"),
        pinned_case("incomplete-pallet-left-out", "the pallet's trail is not there", play, without(sscc(2), leaves={(3, 0): {1, 2}, (5, 0): {1, 2}}), "PRV-1001"),
        pinned_case("incomplete-parent-not-shown", "an event does not show into what the can went", play, without(sscc(1), sscc(2)), "PRV-1001"),
        pinned_case("incomplete-no-trust-trail", "nothing is said of the trust versions", play, without(omitted=[TRUST]), "PRV-1001"),
        *_unasked(),
        *_inputs_left_out(),
        pinned_case("incomplete-subject-left-out", "the trail of the can itself is not there", small, headless, "PRV-1001"),
        pinned_case("failed-surplus-trail", "the trail of another can", wider, surplus_trail, "PRV-1002"),
        pinned_case("failed-surplus-event", "an event of another can", wider, surplus_event, "PRV-1002"),
        pinned_case("unknown-item", "the log holds nothing about it", nothing, nothing.bundle(can(9)), "PRV-1003", item=can(9)),
        judged("unknown-item-in-an-empty-ledger", "the log holds nothing at all", desert, desert.bundle(can(1)), "PRV-1003"),
    ]  # fmt: skip


def _inputs_left_out() -> list[Case]:
    play = pinned()
    milk = f"{GTIN}/21/MILK"
    play.say(MAKER, play.made(milk))
    play.say(MAKER, play.turned([milk], [can(1)]))
    play.commit()
    unseen = play.bundle(can(1), commit=False, leaves={(1, 0): {2}})
    untold = play.bundle(can(1), commit=False)
    return [
        pinned_case("incomplete-input-not-shown", "an event does not show of what the can was made", play, unseen, "PRV-1001"),
        pinned_case("incomplete-input-left-out", "the trail of what the can was made of is not there", play, untold, "PRV-1001"),
    ]  # fmt: skip


def _unasked() -> list[Case]:
    play = Play()
    play.join("maker", PRODUCER)
    play.say(MAKER, play.made(LOT))
    play.say(MAKER, play.made(can(1), lot="L7"))
    with_lot = play.bundle(can(1), LOT)
    without_lot = play.bundle(can(1), commit=False)
    made: Moment = (2, 0, "commissioning", "subject")
    return [
        judged(
            "verified-lot-not-asked-for",
            "a trail that this trust file does not ask for",
            play,
            without_lot,
            trust="containers-only",
            notices=[*ALONE, ("PRV-1004", LOT)],
            timeline=[made],
        ),
        judged(
            "verified-more-than-asked-for",
            "a trail that nobody asked for and that belongs there",
            play,
            with_lot,
            trust="containers-only",
            timeline=[(1, 0, "commissioning", "lots"), made],
        ),
    ]


# 11: who signed.


def _signatures() -> list[Case]:
    stolen = short()
    stolen.say(MAKER, stolen.seen(can(1)), signature=bytes(64))
    foreign = short()
    foreign.join("customs", {"role": "customs"})
    foreign.say(CUSTOMS, foreign.seen(can(1)), signer=signer_of("maker"))
    nobody = short()
    nobody.signers["did:web:nobody.example"] = signer_of("nobody")
    nobody.say("did:web:nobody.example", nobody.seen(can(1)))
    early = Play()
    early.signers[MAKER] = signer_of("maker")
    early.say(MAKER, early.made(can(1)))
    early.join("maker", PRODUCER)
    taken = short()
    before = taken.now
    taken.say(OWNER, taken.about(revoked(MAKER, "maker", "stolen")))
    clean = taken.bundle(can(1))
    clean_now = taken.now
    taken.now = before - 10 * MINUTE
    taken.say(MAKER, taken.seen(can(1)))
    taken.now = before + 10 * MINUTE
    friends = short()
    friends.join("accomplice", {"role": "customs"}, by=MAKER)
    friends.say("did:web:accomplice.example", friends.seen(can(1)))
    alone = Play()
    alone.signers |= {owner: signer_of(owner) for owner in OWNERS}
    alone.signers[MAKER] = signer_of("maker")
    alone.say(OWNERS[0], alone.enrolled(MAKER, name="maker"))
    alone.say(MAKER, alone.made(can(1)))
    honest = short()
    honest.commit()
    keyless = honest.bundle(can(1), commit=False, hidden=[(0, 0)])
    grantless = honest.bundle(can(1), commit=False, hidden=[(0, 1)])
    cut = honest.bundle(can(1), commit=False, ranges={MAKER: [(0, 1)]})
    return [
        judged("incomplete-signers-enrolment", "the signer's enrolment is not shown", honest, keyless, "PRV-1103", "PRV-1103", "PRV-1103", "PRV-1103", "PRV-1204", "PRV-1204"),
        judged("incomplete-signers-grant", "the signer's grant is not shown", honest, grantless, "PRV-1103", "PRV-1204", "PRV-1204"),
        judged("incomplete-signers-trail-cut", "the signer's trail is shown in part", honest, cut, "PRV-1103", "PRV-1204", "PRV-1204"),
        judged("failed-signature", "a statement whose signature is none", stolen, stolen.bundle(can(1)), "PRV-1101"),
        judged("failed-anothers-key", "customs' statement under the maker's key", foreign, foreign.bundle(can(1)), "PRV-1102"),
        judged("failed-nobody", "an actor that nobody enrolled", nobody, nobody.bundle(can(1)), "PRV-1102", "PRV-1201"),
        judged("failed-too-early", "a statement logged before its signer was enrolled", early, early.bundle(can(1)), "PRV-1102", "PRV-1201"),
        judged("verified-before-revocation", "what a key signed before it was revoked", taken, clean, now=clean_now, timeline=_SHORT),
        judged("failed-revoked-key", "a revoked key, and a time from before", taken, taken.bundle(can(1)), "PRV-1102"),
        judged("failed-not-its-to-enrol", "a maker enrolled an accomplice as customs", friends, friends.bundle(can(1)), "PRV-1104", "PRV-1102", "PRV-1201"),
        judged("failed-one-authority", "one authority of the two that it takes", alone, alone.bundle(can(1)), "PRV-1102", "PRV-1201", trust="two-authorities"),
        judged("incomplete-signers-trail", "the signer's trail is not there", honest, honest.bundle(can(1), commit=False, omitted=[MAKER]), "PRV-1103", "PRV-1103", "PRV-1103", "PRV-1204", "PRV-1204"),
    ]  # fmt: skip


# 12: who may.


def _roles() -> list[Case]:
    carrier = short()
    carrier.join("carrier", {"role": "carrier"})
    carrier.say(CARRIER, carrier.seen(can(1), step=RELEASE))
    rival = Play()
    rival.join("rival", {"role": "producer", "prefixes": ["421"]})
    rival.say("did:web:rival.example", rival.made(can(1)))
    placed = Play()
    placed.join("maker", PRODUCER | {"places": [PLACE]})
    placed.say(MAKER, placed.made(can(1), readPoint={"id": PLACE}))
    here = placed.bundle(can(1))
    here_now = placed.now
    placed.say(MAKER, placed.seen(can(1), bizLocation={"id": "urn:x:y"}))
    taken = short()
    ended: dict[str, object] = {
        "type": "GrantRevoked",
        "actor": MAKER,
        "grant": taken.events[0, 1].id,
        "reason": "fraud",
    }
    taken.say(OWNER, taken.about(ended))
    taken.say(MAKER, taken.seen(can(1)))
    again = Play()
    agent = again.join("agent", PRODUCER | {"may_grant": True})
    again.say(agent, again.events[0, 1])
    again.say(agent, again.made(can(1)))
    strange = short()
    strange.say(MAKER, strange.seen(can(1), step="dancing"))
    own = short()
    own.say(
        MAKER, own.seen(can(1), step="https://maker.example/steps/labelling")
    )
    return [
        judged("failed-role", "a carrier releases from customs", carrier, carrier.bundle(can(1)), "PRV-1201"),
        judged("failed-prefix", "a rival makes what is another's", rival, rival.bundle(can(1)), "PRV-1201"),
        judged("verified-granted-place", "a grant for the place where it happened", placed, here, now=here_now, timeline=[(1, 0, "commissioning", "subject")]),
        judged("failed-place", "a grant for another place", placed, placed.bundle(can(1)), "PRV-1201"),
        judged("failed-revoked-grant", "a grant that was revoked before", taken, taken.bundle(can(1)), "PRV-1201"),
        judged("failed-grant-said-again", "a delegate says its own grant again, which would come from itself", again, again.bundle(can(1)), "PRV-1601", "PRV-1601", "PRV-1104"),
        judged("failed-own-step", "a step of one's own that no role names", own, own.bundle(can(1)), "PRV-1201"),
        judged("unknown-step", "a step that the book does not have", strange, strange.bundle(can(1)), "PRV-0803"),
    ]  # fmt: skip


# 13 and 14: demands and recalls.


def _demands() -> list[Case]:
    play = tiny()
    head = reference.chain(can(1), play.trails[can(1)])[-1]
    play.say(
        MAKER,
        play.seen(can(1), can(2), after=[[can(1), head], [can(2), bytes(32)]]),
        play.seen(can(1), after=[[can(1), head]]),
    )
    made = []
    for name, desc, number in (
        ("failed-demand-of-the-first", "an event was to be the first", 0),
        ("failed-demand", "an event was to follow an older link", 1),
    ):
        bad = tiny()
        chain = [map_key(can(1)), *reference.chain(can(1), bad.trails[can(1)])]
        bad.say(MAKER, bad.seen(can(1), after=[[can(1), chain[number]]]))
        made.append(
            pinned_case(name, desc, bad, bad.bundle(can(1)), "PRV-1301")
        )
    return [
        pinned_case(
            "verified-demand",
            "two events of one statement follow the link that they demanded,"
            " and one another that is not shown",
            play,
            play.bundle(can(1)),
            notices=[*ALONE, ("PRV-1304", can(2))],
            timeline=[
                *_TINY,
                (2, 0, "inspecting", "subject"),
                (2, 1, "inspecting", "subject"),
            ],
        ),
        *made,
    ]


def _recalls() -> list[Case]:
    made = []
    for name, item in (("item", can(1)), ("lot", LOT), ("carton", sscc(1))):
        play = nested()
        play.say(MAKER, play.seen(item, step=RECALL))
        made.append(
            pinned_case(
                f"incomplete-recalled-{name}",
                f"the {name} was recalled",
                play,
                play.bundle(can(1), *BOXES),
                "PRV-1401",
                notices=[*ALONE, ("PRV-1401", item)],
            )
        )
    left = nested()
    left.say(MAKER, left.seen(sscc(2), step=RECALL))
    refused = nested()
    refused.say(CUSTOMS, refused.seen(can(1), step=REFUSAL))
    disposed = tiny()
    disposed.say(MAKER, disposed.seen(can(1), disposition="recalled"))
    return [
        *made,
        pinned_case(
            "incomplete-recalled-pallet-left",
            "the pallet was recalled when the carton had left it",
            left,
            left.bundle(can(1), *BOXES),
            "PRV-1409",
            timeline=_NESTED,
        ),
        pinned_case(
            "verified-refused",
            "customs refused it, which is told and is no recall",
            refused,
            refused.bundle(can(1), *BOXES),
            notices=[*ALONE, ("PRV-1410", can(1))],
            timeline=[*_NESTED, (6, 0, "customs_refused", "subject")],
        ),
        pinned_case(
            "incomplete-disposition-recalled",
            "a disposition recalls as a step does",
            disposed,
            disposed.bundle(can(1)),
            "PRV-1401",
            notices=[*ALONE, ("PRV-1401", can(1))],
        ),
        *_withdrawn(),
    ]


def _withdrawn() -> list[Case]:
    made = []
    for who in ("signer", "another"):
        play = short()
        play.join("carrier", PRODUCER)
        recall = play.seen(can(1), step=RECALL)
        play.say(MAKER, recall)
        declared = play.as_error(recall, reason="incorrect_data")
        play.say(MAKER if who == "signer" else CARRIER, declared)
        bundle = play.bundle(can(1))
        if who == "signer":
            made.append(
                judged(
                    "verified-recall-withdrawn",
                    "whoever recalled it declares that an error",
                    play,
                    bundle,
                    notices=[
                        *ALONE,
                        ("PRV-1403", can(1)),
                        ("PRV-1402", can(1)),
                    ],
                    timeline=[
                        *_SHORT,
                        (4, 0, "recalled", "subject"),
                        (5, 0, "recalled", "subject"),
                    ],
                )
            )
        else:
            made.append(
                judged(
                    "incomplete-recall-not-withdrawn",
                    "somebody else declares the recall an error",
                    play,
                    bundle,
                    "PRV-1401",
                    notices=[
                        *ALONE,
                        ("PRV-1404", can(1)),
                        ("PRV-1401", can(1)),
                    ],
                )
            )
    return made


def _corrections() -> list[Case]:
    packed = pinned()
    packed.say(MAKER, packed.made(can(1)))
    wrong = packed.packed(sscc(1), can(1))
    packed.say(MAKER, wrong)
    packed.say(MAKER, packed.seen(sscc(1), step=RECALL))
    packed.say(MAKER, packed.as_error(wrong, reason="did_not_occur"))

    unpacked = pinned()
    unpacked.say(MAKER, unpacked.packed(sscc(1), can(1)))
    left = unpacked.unpacked(sscc(1), can(1))
    unpacked.say(MAKER, left)
    unpacked.say(MAKER, unpacked.seen(sscc(1), step=RECALL))
    unpacked.say(MAKER, unpacked.as_error(left))

    renamed = pinned()
    lost = renamed.made(can(1), lot="L7")
    renamed.say(MAKER, lost)
    renamed.say(MAKER, renamed.as_error(lost, reason="incorrect_data"))
    renamed.say(MAKER, renamed.made(can(1), lot="L8"))
    renamed.say(MAKER, renamed.made(f"{GTIN}/10/L8"))

    nothing = pinned()
    made = nothing.made(can(1))
    nothing.say(MAKER, made)
    nothing.say(MAKER, nothing.as_error(made))

    twice = pinned()
    for _ in range(2):
        twice.say(MAKER, twice.made(can(1)))
    once = pinned()
    again = once.made(can(1))
    once.say(MAKER, once.made(can(1)))
    once.say(MAKER, again)
    once.say(MAKER, once.as_error(again))

    unseen = tiny()
    unseen.say(MAKER, unseen.as_error(unseen.seen(can(1), step="packing")))

    error = ("PRV-1402", can(1))
    unmade = ("PRV-1411", can(1))
    return [
        pinned_case(
            "verified-made-twice",
            "two things were given one number",
            twice,
            twice.bundle(can(1)),
            notices=[*ALONE, ("PRV-1407", can(1))],
        ),
        pinned_case(
            "verified-made-twice-in-error",
            "a thing was given its number twice, once by mistake",
            once,
            once.bundle(can(1)),
            notices=[*ALONE, error],
        ),
        pinned_case(
            "verified-packed-in-error",
            "the can never was in the carton that was recalled",
            packed,
            packed.bundle(can(1)),
            notices=[*ALONE, error],
            timeline=[
                (0, 0, "commissioning", "subject"),
                (1, 0, "loading", "subject"),
                (3, 0, "loading", "subject"),
            ],
        ),
        pinned_case(
            "incomplete-unpacked-in-error",
            "the can was still in the carton when that was recalled",
            unpacked,
            unpacked.bundle(can(1), sscc(1)),
            "PRV-1401",
            # The carton's trail has the declaration as well.
            notices=[
                *ALONE,
                unmade,
                error,
                ("PRV-1402", sscc(1)),
                ("PRV-1401", sscc(1)),
            ],
        ),
        pinned_case(
            "verified-lot-in-error",
            "the lot first named is none of the story",
            renamed,
            renamed.bundle(can(1), f"{GTIN}/10/L8"),
            notices=[*ALONE, error],
            timeline=[
                (0, 0, "commissioning", "subject"),
                (1, 0, "commissioning", "subject"),
                (2, 0, "commissioning", "subject"),
                (3, 0, "commissioning", "lots"),
            ],
        ),
        pinned_case(
            "incomplete-nothing-stands",
            "all that was said of the can was an error",
            nothing,
            nothing.bundle(can(1)),
            "PRV-1406",
            notices=[*ALONE, unmade, error],
        ),
        pinned_case(
            "verified-error-of-nothing",
            "an event that is not on the trail is declared an error",
            unseen,
            unseen.bundle(can(1)),
            notices=[*ALONE, ("PRV-1405", can(1))],
        ),
    ]
