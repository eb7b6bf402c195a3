"""Bundles of goods that travel: which stories belong to which by time.

All by actors that the trust file pins. Events are told a minute after one
another, unless a story says when one happened: `at` is in minutes.
"""

from collections.abc import Sequence

from tests.vectors import words
from tests.vectors.case import Case
from tests.vectors.makers.judged import (
    ALONE,
    RECALL,
    REFUSAL,
    Moment,
    judged,
    pinned_case,
)
from tests.vectors.makers.play import PRODUCER, Play, iso, pinned
from tests.vectors.names import (
    CUSTOMS,
    DAY,
    GTIN,
    LOT,
    MAKER,
    MINUTE,
    can,
    sscc,
)

BOX, PALLET, SHIP = sscc(1), sscc(2), sscc(3)
MILK, BATCH = f"{GTIN}/21/MILK", "urn:x:batch"
GRAI = "https://id.gs1.org/8003/09506000134352T1"
LATE, REUSE = (words.SHIPPED["bounds"][name] for name in ("late", "reuse"))

ALARM = ("PRV-1401",)
DOUBT = ("PRV-1409",)
UNMADE = ("PRV-1411", can(1))


def cases() -> list[Case]:
    return [
        *_orders(),
        *_late(),
        *_recalls(),
        *_emptied(),
        *_amounts(),
        *_lives(),
        *_deep(),
        *_ingredients(),
        *_products(),
    ]


def _start() -> Play:
    """A can is made: entry 0."""
    play = pinned()
    play.say(MAKER, play.made(can(1)))
    return play


_MADE: Moment = (0, 0, "commissioning", "subject")


def _orders() -> list[Case]:
    """Reported in any order, and belonging by when it was."""
    loaded = _start()
    loaded.say(MAKER, loaded.packed(PALLET, BOX))
    loaded.say(MAKER, loaded.packed(BOX, can(1)))
    loaded.say(MAKER, loaded.seen(PALLET))
    turned = _start()
    boxed = turned.packed(BOX, can(1))
    turned.say(MAKER, turned.seen(BOX))
    turned.say(MAKER, boxed)
    tardy = _start()
    tardy.say(MAKER, tardy.packed(BOX, can(1)))
    moved = tardy.seen(BOX)
    tardy.say(MAKER, tardy.unpacked(BOX, can(1)))
    tardy.say(MAKER, tardy.seen(BOX))
    tardy.say(MAKER, moved)
    alone = _start()
    alone.say(MAKER, alone.seen(BOX))
    alone.say(MAKER, alone.unpacked(BOX, can(1)))
    alone.say(MAKER, alone.seen(BOX))
    watched = _start()
    watched.say(MAKER, watched.packed(BOX, can(1), action="OBSERVE"))
    watched.say(MAKER, watched.seen(BOX))
    other = _start()
    other.say(MAKER, other.packed(BOX, can(1)))
    other.say(MAKER, other.packed(PALLET, can(1)))
    other.say(MAKER, other.seen(BOX))
    other.say(MAKER, other.seen(PALLET))
    ended = _start()
    ended.say(MAKER, ended.packed(BOX, can(1)))
    ended.say(MAKER, ended.seen(BOX))
    ended.say(MAKER, ended.ended(can(1)))
    ended.say(MAKER, ended.seen(BOX))
    placed = _start()
    placed.say(MAKER, placed.packed(f"{HERE}", can(1)))
    return [
        pinned_case(
            "verified-carton-loaded-before-the-can",
            "the carton was on the pallet before the can was put into it",
            loaded,
            loaded.bundle(can(1), BOX, PALLET),
            timeline=[
                _MADE,
                (2, 0, "loading", "subject"),
                (3, 0, "inspecting", "containers"),
            ],
        ),
        pinned_case(
            "verified-reported-in-another-order",
            "what the carton did is logged before the packing, which was first",
            turned,
            turned.bundle(can(1), BOX),
            timeline=[
                _MADE,
                (1, 0, "inspecting", "containers"),
                (2, 0, "loading", "subject"),
            ],
        ),
        pinned_case(
            "verified-reported-after-unpacking",
            "what the carton did with the can in it is logged after the can was out, beside what it did then",
            tardy,
            tardy.bundle(can(1), BOX),
            timeline=[
                _MADE,
                (1, 0, "loading", "subject"),
                (2, 0, "unloading", "subject"),
                (4, 0, "inspecting", "containers"),
            ],
        ),
        pinned_case(
            "verified-unpacked-alone",
            "nobody reported the packing: all that the carton did before the can came out belongs",
            alone,
            alone.bundle(can(1), BOX),
            timeline=[
                _MADE,
                (1, 0, "inspecting", "containers"),
                (2, 0, "unloading", "subject"),
            ],
        ),
        pinned_case(
            "verified-seen-inside",
            "somebody only saw that the can was in the carton",
            watched,
            watched.bundle(can(1), BOX),
            timeline=[
                _MADE,
                (1, 0, "storing", "subject"),
                (2, 0, "inspecting", "containers"),
            ],
        ),
        pinned_case(
            "verified-packed-elsewhere",
            "the can went into a second box, and so it was out of the first",
            other,
            other.bundle(can(1), BOX, PALLET),
            timeline=[
                _MADE,
                (1, 0, "loading", "subject"),
                (2, 0, "loading", "subject"),
                (4, 0, "inspecting", "containers"),
            ],
        ),
        pinned_case(
            "verified-destroyed-inside",
            "the can was destroyed, and so it was out of the carton",
            ended,
            ended.bundle(can(1), BOX),
            timeline=[
                _MADE,
                (1, 0, "loading", "subject"),
                (2, 0, "inspecting", "containers"),
                (3, 0, "decommissioning", "subject"),
            ],
        ),
        pinned_case(
            "verified-packed-into-a-place",
            "a place has no inside",
            placed,
            placed.bundle(can(1), leaves={(1, 0): {1, 2}}),
            timeline=[_MADE, (1, 0, "loading", "subject")],
        ),
        pinned_case(
            "incomplete-container-of-a-container-left-out",
            "what the carton was loaded on before the can is not shown",
            loaded,
            loaded.bundle(can(1), BOX, commit=False, leaves={(1, 0): {1, 2}, (2, 0): {1, 2}}),
            "PRV-1001",
        ),
    ]  # fmt: skip


HERE = "https://id.gs1.org/414/9506000134376"


def _late() -> list[Case]:
    """Reported more than 30 days after it is said to have been."""

    def reported(after: int) -> tuple[Play, int]:
        """Return a story of a report so many ms after the carton moved."""
        play = _start()
        play.say(MAKER, play.packed(BOX, can(1)))
        moved = play.seen(BOX)
        moment = play.now
        play.say(MAKER, play.unpacked(BOX, can(1)))
        closed = play.now
        play.now = closed + after
        play.say(MAKER, moved)
        return play, moment

    good, _ = reported(LATE)
    bad, _ = reported(LATE + 1)
    backdated = _start()
    backdated.say(MAKER, backdated.packed(BOX, can(1)))
    since = backdated.now
    backdated.say(MAKER, backdated.seen(BOX))
    backdated.now += 40 * DAY
    away = backdated.packed(PALLET, can(1), eventTime=iso(since + 1))
    backdated.say(MAKER, away)
    out = _start()
    out.say(MAKER, out.packed(BOX, can(1)))
    since = out.now
    out.say(MAKER, out.seen(BOX))
    out.now += 40 * DAY
    out.say(MAKER, out.unpacked(BOX, can(1), eventTime=iso(since + 1)))
    packed = ((1, 0, "loading", "subject"), (2, 0, "unloading", "subject"))
    return [
        pinned_case(
            "verified-reported-30-days-after-unpacking",
            "what the carton did is reported 30 days after the can was out",
            good,
            good.bundle(can(1), BOX),
            timeline=[_MADE, *packed, (3, 0, "inspecting", "containers")],
        ),
        pinned_case(
            "verified-reported-too-late",
            "what the carton did is reported a millisecond more than 30 days after the can was out",
            bad,
            bad.bundle(can(1), BOX),
            timeline=[_MADE, *packed],
        ),
        pinned_case(
            "verified-packed-elsewhere-backdated",
            "a packing elsewhere that is reported 40 days late closes no stay of then",
            backdated,
            backdated.bundle(can(1), BOX, PALLET),
            timeline=[
                _MADE,
                (1, 0, "loading", "subject"),
                (2, 0, "inspecting", "containers"),
                (3, 0, "loading", "subject"),
            ],
        ),
        pinned_case(
            "verified-unpacked-backdated",
            "an unpacking that is reported 40 days late closes nothing",
            out,
            out.bundle(can(1), BOX),
            timeline=[
                _MADE,
                (1, 0, "loading", "subject"),
                (2, 0, "inspecting", "containers"),
                (3, 0, "unloading", "subject"),
            ],
        ),
    ]  # fmt: skip


def _stay() -> tuple[Play, int, int]:
    """Return a story of a can in a carton, with when it went in and out."""
    play = _start()
    play.say(MAKER, play.packed(BOX, can(1)))
    since = play.now
    play.now += 9 * MINUTE
    play.say(MAKER, play.unpacked(BOX, can(1)))
    return play, since, play.now


def _recalls() -> list[Case]:
    """What is said of a carton, and whether it meets the can's time in it."""
    made = []
    stated: list[tuple[str, str, tuple[str, ...], object]] = [
        ("incomplete-recalled-then", "the carton is recalled for a time when the can was in it", ALARM, [1, 2]),
        ("incomplete-recalled-since", "the carton is recalled from a time on", ALARM, [2, None]),
        ("incomplete-recalled-until", "the carton is recalled up to a time", ALARM, [None, 2]),
        ("incomplete-recalled-always", "the carton is recalled for all time", ALARM, [None, None]),
        ("incomplete-recalled-for-no-time", "the carton is recalled for a time that is none", ALARM, "yesterday"),
        ("incomplete-recalled-before", "the carton is recalled for a time before the can went in", DOUBT, [-3, -2]),
        ("incomplete-recalled-after", "the carton is recalled for a time after the can was out", DOUBT, [20, 30]),
    ]  # fmt: skip
    for name, desc, codes, concerns in stated:
        play, since, _ = _stay()
        told = [
            None if after is None else iso(since + after * MINUTE)
            for after in concerns
        ] if isinstance(concerns, list) else concerns  # fmt: skip
        play.say(MAKER, play.seen(BOX, step=RECALL, concerns=told))
        notices = [*ALONE, ("PRV-1401", BOX)] if codes == ALARM else ALONE
        made.append(pinned_case(name, desc, play, play.bundle(can(1), BOX), *codes, notices=notices))  # fmt: skip
    backdated, since, _ = _stay()
    backdated.say(MAKER, backdated.seen(BOX, step=RECALL, eventTime=iso(since + MINUTE)))  # fmt: skip
    ancient, _, _ = _stay()
    ancient.now += 400 * DAY
    ancient.say(MAKER, ancient.seen(BOX, step=RECALL))
    refused, since, _ = _stay()
    refused.say(CUSTOMS, refused.seen(BOX, step=REFUSAL, concerns=[iso(since), None]))  # fmt: skip
    basket = _start()
    basket.say(MAKER, basket.packed(GRAI, can(1)))
    basket.say(MAKER, basket.unpacked(GRAI, can(1)))
    basket.now += 40 * DAY
    basket.say(MAKER, basket.seen(GRAI, step=RECALL))
    soon = _start()
    soon.say(MAKER, soon.packed(GRAI, can(1)))
    soon.say(MAKER, soon.unpacked(GRAI, can(1)))
    soon.now += 20 * DAY
    soon.say(MAKER, soon.seen(GRAI, step=RECALL))
    hidden, _, _ = _stay()
    hidden.say(MAKER, hidden.seen(BOX, step=RECALL))
    return [
        *made,
        pinned_case("incomplete-recall-reported-after-unpacking", "a recall of when the can was in the carton, logged when it was out", backdated, backdated.bundle(can(1), BOX), *ALARM, notices=[*ALONE, ("PRV-1401", BOX)]),
        pinned_case("verified-recalled-in-another-life", "the carton is recalled more than a year later", ancient, ancient.bundle(can(1), BOX), notices=[*ALONE, ("PRV-1408", BOX)]),
        pinned_case("verified-refused-then", "customs refuses the carton for when the can was in it", refused, refused.bundle(can(1), BOX), notices=[*ALONE, ("PRV-1410", BOX)]),
        pinned_case("verified-returnable-recalled-later", "a returnable basket is recalled 40 days after", basket, basket.bundle(can(1), GRAI), notices=[*ALONE, ("PRV-1408", GRAI)]),
        pinned_case("incomplete-returnable-recalled-soon", "a returnable basket is recalled 20 days after", soon, soon.bundle(can(1), GRAI), *DOUBT),
        pinned_case("failed-recall-after-unpacking-hidden", "the recall of the carton is not shown", hidden, hidden.bundle(can(1), BOX, ranges={BOX: [(0, 2)]}), "PRV-0901"),
    ]  # fmt: skip


def _emptied() -> list[Case]:
    forged = Play()
    forged.join("maker", PRODUCER)
    shop = forged.join("shop", {"role": "platform"})
    forged.say(MAKER, forged.made(can(1)))
    forged.say(MAKER, forged.packed(BOX, can(1)))
    forged.say(shop, forged.unpacked(BOX, bizStep=None))
    forged.say(MAKER, forged.seen(BOX))
    lied = _start()
    lied.say(MAKER, lied.packed(BOX, can(1)))
    lied.say(MAKER, lied.unpacked(BOX))
    lied.say(MAKER, lied.seen(BOX))
    lied.say(MAKER, lied.seen(BOX, step=RECALL))
    again = _start()
    again.say(MAKER, again.packed(BOX, can(1)))
    again.say(MAKER, again.unpacked(BOX))
    again.say(MAKER, again.seen(BOX))
    again.say(MAKER, again.packed(BOX, can(1)))
    again.say(MAKER, again.seen(BOX))
    error = _start()
    error.say(MAKER, error.packed(BOX, can(1)))
    wrong = error.unpacked(BOX)
    error.say(MAKER, wrong)
    error.say(MAKER, error.as_error(wrong))
    error.say(MAKER, error.seen(BOX))
    return [
        judged("failed-emptied-by-anybody", "a platform says that the carton was emptied, which its role does not let it", forged, forged.bundle(can(1), BOX), "PRV-1201"),
        pinned_case("incomplete-emptied-and-recalled", "the carton was said to be emptied, and is recalled then: moves are lost so, and no recalls", lied, lied.bundle(can(1), BOX), *DOUBT, timeline=[_MADE, (1, 0, "loading", "subject"), (2, 0, "unloading", "containers")]),
        pinned_case("verified-packed-again", "the carton was emptied, and the can packed into it once more", again, again.bundle(can(1), BOX), timeline=[_MADE, (1, 0, "loading", "subject"), (2, 0, "unloading", "containers"), (4, 0, "loading", "subject"), (5, 0, "inspecting", "containers")]),
        pinned_case("verified-emptied-in-error", "that the carton was emptied was an error", error, error.bundle(can(1), BOX), notices=[*ALONE, ("PRV-1402", BOX)], timeline=[_MADE, (1, 0, "loading", "subject"), (2, 0, "unloading", "containers"), (3, 0, "unloading", "containers"), (4, 0, "inspecting", "containers")]),
    ]  # fmt: skip


def _amounts() -> list[Case]:
    play = pinned()
    play.say(MAKER, play.made(LOT))
    play.say(MAKER, play.packed(BOX, LOT))
    play.say(MAKER, play.packed(PALLET, LOT))
    play.say(MAKER, play.seen(BOX))
    play.say(MAKER, play.unpacked(BOX, LOT))
    play.say(MAKER, play.seen(BOX))
    rows: Sequence[Moment] = [
        (2, 0, "loading", "subject"),
        (3, 0, "inspecting", "containers"),
    ]
    unit = pinned()
    unit.say(MAKER, unit.made(LOT))
    unit.say(MAKER, unit.packed(BOX, LOT))
    unit.say(MAKER, unit.made(can(1), lot="L7"))
    unit.say(MAKER, unit.seen(BOX, step=RECALL))
    return [
        pinned_case(
            "verified-packed-by-amounts",
            "some of a lot in a carton, some on a pallet: what came out of the carton was not all",
            play,
            play.bundle(LOT, BOX, PALLET),
            item=LOT,
            timeline=[
                (0, 0, "commissioning", "subject"),
                (1, 0, "loading", "subject"),
                *rows,
                (4, 0, "unloading", "subject"),
                (5, 0, "inspecting", "containers"),
            ],
        ),
        pinned_case(
            "incomplete-recalled-with-its-lot",
            "a carton that some of the can's lot is in is recalled",
            unit,
            unit.bundle(can(1), LOT, BOX),
            *ALARM,
            notices=[*ALONE, ("PRV-1401", BOX)],
        ),
    ]  # fmt: skip


def _lives() -> list[Case]:
    silent = _start()
    silent.say(MAKER, silent.packed(BOX, can(1)))
    silent.say(MAKER, silent.seen(BOX))
    silent.now += REUSE + MINUTE
    silent.say(MAKER, silent.seen(BOX))
    labelled = _start()
    labelled.say(MAKER, labelled.packed(BOX, can(1)))
    labelled.say(MAKER, labelled.made(BOX))
    labelled.say(MAKER, labelled.seen(BOX))
    anew = _start()
    anew.say(MAKER, anew.made(BOX))
    anew.say(MAKER, anew.packed(BOX, can(1)))
    anew.say(MAKER, anew.made(BOX))
    anew.say(MAKER, anew.seen(BOX))
    gone = _start()
    gone.say(MAKER, gone.packed(BOX, can(1)))
    gone.say(MAKER, gone.ended(BOX))
    gone.say(MAKER, gone.seen(BOX))
    before = pinned()
    before.say(MAKER, before.made(can(1)))
    before.say(MAKER, before.packed(BOX, can(2)))
    before.say(MAKER, before.seen(BOX, step=RECALL))
    before.say(MAKER, before.unpacked(BOX))
    before.say(MAKER, before.packed(BOX, can(1)))
    packed: Moment = (1, 0, "loading", "subject")
    return [
        pinned_case("verified-silent-for-a-year", "a carton of which nothing was heard for a year, and then of another one of its number", silent, silent.bundle(can(1), BOX), timeline=[_MADE, packed, (2, 0, "inspecting", "containers")]),
        pinned_case("verified-labelled-after-packing", "a carton whose label is made after the packing is the same carton", labelled, labelled.bundle(can(1), BOX), timeline=[_MADE, packed, (2, 0, "commissioning", "containers"), (3, 0, "inspecting", "containers")]),
        pinned_case("verified-made-anew", "a carton that is made once more is another one", anew, anew.bundle(can(1), BOX), timeline=[_MADE, (2, 0, "loading", "subject"), (3, 0, "commissioning", "containers")]),
        pinned_case("verified-carton-destroyed", "a carton that was destroyed, and then seen again", gone, gone.bundle(can(1), BOX), timeline=[_MADE, packed, (2, 0, "decommissioning", "containers")]),
        pinned_case("verified-recalled-in-an-earlier-life", "the carton was recalled, emptied and packed anew", before, before.bundle(can(1), BOX), notices=[*ALONE, ("PRV-1408", BOX)]),
    ]  # fmt: skip


def _deep() -> list[Case]:
    def nested(levels: int) -> Play:
        play = _start()
        inner = can(1)
        for level in range(1, levels + 1):
            play.say(MAKER, play.packed(sscc(level), inner))
            inner = sscc(level)
        play.say(MAKER, play.seen(inner, step=RECALL))
        return play

    deep = nested(8)
    deeper = nested(9)
    boxes = [sscc(n) for n in range(1, 10)]
    many = _start()
    others = [sscc(n) for n in range(1, 67)]
    many.say(MAKER, *(many.packed(box, can(1)) for box in others))
    return [
        pinned_case("incomplete-eight-deep", "the eighth container around the can is recalled", deep, deep.bundle(can(1), *boxes[:8]), *ALARM, notices=[*ALONE, ("PRV-1401", boxes[7])]),
        pinned_case("incomplete-nine-deep", "the ninth container around the can is recalled: its warnings are read all the same", deeper, deeper.bundle(can(1), *boxes), *ALARM, notices=[*ALONE, ("PRV-1006", boxes[8]), ("PRV-1401", boxes[8])]),
        pinned_case("verified-66-cartons", "a can that went through 66 cartons: two are skipped", many, many.bundle(can(1), *others), notices=[*ALONE, ("PRV-1006", others[64]), ("PRV-1006", others[65])]),
    ]  # fmt: skip


def _ingredients() -> list[Case]:
    after = pinned()
    after.say(MAKER, after.made(MILK))
    after.say(MAKER, after.turned([MILK], [can(1)]))
    after.say(MAKER, after.seen(MILK, step=RECALL))
    moved = pinned()
    moved.say(MAKER, moved.made(MILK))
    moved.say(MAKER, moved.turned([MILK], [can(1)]))
    moved.say(MAKER, moved.seen(MILK))

    def joined(by: str = MAKER) -> Play:
        """Return a story of what went in and what came out, in two events."""
        play = pinned()
        play.say(MAKER, play.made(MILK))
        for who, items in (
            (by, ("inputEPCList", MILK)),
            (MAKER, ("outputEPCList", can(1))),
        ):
            turned = play.told(
                "TransformationEvent",
                items,
                ("transformationID", BATCH),
                transformationID=BATCH,
            )
            play.say(who, turned)
        return play

    own = joined()
    spoilt = joined()
    spoilt.say(MAKER, spoilt.seen(MILK, step=RECALL))
    strangers = joined(by=CUSTOMS)
    hidden = own.bundle(can(1), BATCH)
    unjoined = own.bundle(can(1), commit=False, leaves={(2, 0): {1}})
    rows = [(0, 0, "commissioning", "inputs"), (1, 0, "transforming", "inputs"), (2, 0, "transforming", "subject")]  # fmt: skip
    return [
        pinned_case("incomplete-ingredient-recalled", "what the can was made of is recalled after", after, after.bundle(can(1), MILK), *ALARM, notices=[*ALONE, ("PRV-1401", MILK)]),
        pinned_case("verified-ingredient-seen-after", "what an ingredient did after is none of the can's story", moved, moved.bundle(can(1), MILK), timeline=[(0, 0, "commissioning", "inputs"), (1, 0, "transforming", "subject")]),
        pinned_case("verified-joined", "a transformation in two events, joined by its id", own, own.bundle(can(1), BATCH, MILK, commit=False), timeline=rows),
        pinned_case("incomplete-joined-ingredient-recalled", "an ingredient of a joined transformation is recalled", spoilt, spoilt.bundle(can(1), BATCH, MILK), *ALARM, notices=[*ALONE, ("PRV-1401", MILK)]),
        pinned_case("incomplete-joined-ingredient-left-out", "the trail of an ingredient of a joined transformation is not there", own, hidden, "PRV-1001"),
        pinned_case("incomplete-joined-not-shown", "which transformation the can came out of is not shown", own, unjoined, "PRV-1001"),
        pinned_case("failed-joined-by-another", "somebody else's event of the same transformation, which its role does not let it", strangers, strangers.bundle(can(1), BATCH), "PRV-1201"),
    ]  # fmt: skip


def _products() -> list[Case]:
    product = _start()
    product.say(
        MAKER,
        product.told(
            "ObjectEvent",
            ("about", GTIN),
            action="OBSERVE",
            bizStep=RECALL,
        ),
    )
    amounts = _start()
    amounts.say(
        MAKER,
        amounts.told(
            "ObjectEvent",
            ("about", GTIN),
            ("quantityList", GTIN, 100, None),
            action="OBSERVE",
            bizStep=RECALL,
        ),
    )
    lots = pinned()
    lots.say(MAKER, lots.made(LOT))
    lots.say(
        MAKER,
        lots.told("ObjectEvent", ("about", GTIN), action="OBSERVE", bizStep=RECALL),
    )  # fmt: skip
    quiet = _start()
    quiet.say(
        MAKER,
        quiet.told("ObjectEvent", ("about", GTIN), action="OBSERVE"),
    )
    found = pinned()
    found.say(MAKER, found.seen(can(1)))
    told = [*ALONE, ("PRV-1401", GTIN)]
    return [
        pinned_case("incomplete-product-recalled", "the whole product is recalled", product, product.bundle(can(1)), *ALARM, notices=told),
        pinned_case("incomplete-product-recalled-by-amounts", "an amount of the whole product is recalled", amounts, amounts.bundle(can(1)), *ALARM, notices=told),
        pinned_case("incomplete-product-of-a-lot-recalled", "the product of a lot is recalled", lots, lots.bundle(LOT), *ALARM, item=LOT, notices=told),
        pinned_case("incomplete-product-left-out", "the trail of the product is not there", product, product.bundle(can(1), commit=False, omitted=[GTIN]), "PRV-1001"),
        pinned_case("failed-product-recall-hidden", "the recall of the product is not shown", product, product.bundle(can(1), commit=False, ranges={GTIN: []}), "PRV-0901"),
        pinned_case("verified-product-spoken-of", "what is said of a product, and warns of nothing, need not be shown", quiet, quiet.bundle(can(1), ranges={GTIN: [(0, 1)]}, hidden=[(1, 0)])),
        pinned_case("verified-not-made", "no event says that the can was made", found, found.bundle(can(1)), notices=[*ALONE, UNMADE]),
    ]  # fmt: skip
