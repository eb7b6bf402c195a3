"""Bundles that do not show what the log holds: the steps 6 to 9.

Some are changed on their way; of others the log itself is crooked, and all
proofs fit.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.ledger import Note, Parts, joined, map_row
from tests.vectors.makers.judged import (
    REFUSAL,
    WITNESSED,
    changed,
    judged,
    pinned_case,
)
from tests.vectors.makers.play import PRODUCER, Play, pinned, short, tiny
from tests.vectors.makers.trust import PLACE
from tests.vectors.makers.version import signed, version
from tests.vectors.names import (
    CUSTOMS,
    DAY,
    LOT,
    MAKER,
    TRUST,
    can,
    signer_of,
    sscc,
)
from tests.vectors.reference import Event, H, Link, Row, map_key, mp

INCLUSION, EVENTS, TRAILS = "PRV-0701", "PRV-0801", "PRV-0901"


def _split(proof: bytes) -> list[bytes]:
    return [proof[n : n + 32] for n in range(0, len(proof), 32)]


def cases() -> list[Case]:
    return [
        *_commitments(),
        *_inclusion(),
        *_kinds(),
        *_anchors(),
        *_events(),
        *_amounts(),
        *_forms(),
        *_trails(),
        *_links(),
        *_maps(),
    ]


# 6 and 7: what the log holds.


def _commitments() -> list[Case]:
    play = tiny()
    older = play.commit()
    play.say(MAKER, play.seen(can(1)))
    bundle = play.bundle(can(1))
    stale = changed(bundle, "committed", to=list(play.commitments[older]))
    more = changed(bundle, "committed", 0, to=lambda count: count + 1)
    later = changed(bundle, "committed", 1, to=lambda time: time + 1)
    void = tiny()
    void.commit()
    void.say(MAKER, void.seen(can(1)))
    behind = tiny()
    behind.commit(covered=len(behind.entries) - 1)
    desert = Play()
    empty = desert.bundle(can(1), commit=False)
    return [
        pinned_case("failed-older-map", "an older map for a newer log", play, stale, INCLUSION),
        pinned_case("failed-committed-count", "another number of trails than was committed to", play, more, INCLUSION),
        pinned_case("failed-committed-time", "another time than was committed to", play, later, INCLUSION),
        pinned_case("failed-void-checkpoint", "a checkpoint that ends in a statement", void, void.bundle(can(1), commit=False), INCLUSION),
        pinned_case("failed-commitment-behind", "the last entry commits to an older size", behind, behind.bundle(can(1), commit=False), INCLUSION),
        judged("failed-empty-log", "a checkpoint of no entries", desert, empty, "PRV-0601"),
    ]  # fmt: skip


def _inclusion() -> list[Case]:
    play = tiny()
    bundle = play.bundle(can(1))
    wide = short()
    for number in range(2, 9):
        wide.say(MAKER, wide.made(can(number)))
    part = wide.bundle(can(1))
    proof = _split(part.log_hashes)
    assert len(proof) > 1, "a hash for what is not shown"

    def proven(to: list[bytes]) -> Parts:
        return changed(part, "log_hashes", to=joined(to))

    elsewhere = tiny()
    elsewhere.say(MAKER, elsewhere.seen(can(1)), origin="other.example")
    backwards = tiny()
    late = backwards.commit(ahead=DAY)
    misplaced = tiny()
    wrong = misplaced.commit(covered=0)
    twice = tiny()
    clash = twice.commit()
    timeless = twice.bundle(can(1), commitments=[clash])
    at_a_statement = changed(timeless, "commitments", 0, 0, to=1)
    again = twice.bundle(can(1), commit=False)
    last = len(twice.entries) - 1
    doubled = changed(again, "commitments", to=[[last, *again.committed]])
    beyond = changed(bundle, "statements", 1, 0, to=9)
    forged = signer_of("maker").sign(b"another header")
    nobody = tiny()
    nobody.signers["maker"] = signer_of("maker")
    nobody.say("maker", nobody.seen(can(1)))
    return [
        pinned_case("failed-never-logged", "a statement under another signature than was logged", play, changed(bundle, "statements", 1, 4, to=forged), INCLUSION),
        pinned_case("failed-issued-at", "a statement of another time", play, changed(bundle, "statements", 1, 2, to=lambda time: time + 1), INCLUSION),
        pinned_case("failed-key-swapped", "a statement under another key id", play, changed(bundle, "keys", 0, 1, to=H(b"another")), INCLUSION),
        pinned_case("failed-issuer-swapped", "a statement in somebody else's name", play, changed(bundle, "ids", 0, to="did:web:a.example"), INCLUSION),
        pinned_case("failed-entry-moved", "a statement in the place of the last leaf", play, changed(bundle, "statements", 1, 0, to=2), INCLUSION),
        pinned_case("failed-entry-beyond", "a statement that the log has no place for", play, beyond, INCLUSION),
        judged("failed-log-hash-less", "the log's proof without its last hash", wide, proven(proof[:-1]), INCLUSION),
        judged("failed-log-hash-more", "a hash more than the log's proof needs", wide, proven([*proof, bytes(32)]), INCLUSION),
        judged("failed-log-hash-changed", "another hash in the log's proof", wide, proven([H(b"x"), *proof[1:]]), INCLUSION),
        judged("failed-log-hashes-turned-round", "the log's proof from right to left", wide, proven(proof[::-1]), INCLUSION),
        pinned_case("failed-other-origin", "a statement for another ledger, logged in this one", elsewhere, elsewhere.bundle(can(1)), INCLUSION),
        pinned_case("failed-issuer-not-a-uri", "a statement of an issuer that is no URI, logged", nobody, nobody.bundle(can(1)), EVENTS),
        pinned_case("failed-time-backwards", "a commitment later than the one after it", backwards, backwards.bundle(can(1), commitments=[late]), "PRV-0702"),
        pinned_case("failed-time-misplaced", "a commitment that is not where it says", misplaced, misplaced.bundle(can(1), commitments=[wrong]), INCLUSION),
        pinned_case("failed-time-of-a-statement", "a commitment in the place of a statement", twice, at_a_statement, INCLUSION),
        pinned_case("failed-last-leaf-twice", "the last commitment among the earlier ones", twice, doubled, INCLUSION),
        pinned_case("failed-time-changed", "another time of an earlier commitment", twice, changed(timeless, "commitments", 0, 2, to=lambda time: time - 1), INCLUSION),
    ]  # fmt: skip


def _kinds() -> list[Case]:
    """Entries of other kinds, and of those that nobody knows yet."""
    play = tiny()
    strange = play.log(mp([7, {"what": "ever"}]))
    bundle = play.bundle(can(1), entries=[strange])
    untold = play.bundle(can(1), commit=False)
    changed_entry = changed(bundle, "entries", 0, 1, to=mp([7, {}]))
    told = tiny()
    other = told.say(MAKER, told.made(can(7)))
    older = told.commit()
    statement = told.bundle(can(1), entries=[other])
    commitment = told.bundle(can(1), commit=False, entries=[older])
    broken = tiny()
    rubbish = broken.publish_trust(b"rubbish", mp([3, b"rubbish", []]))
    unread = tiny()
    no_entry = unread.log(b"rubbish")
    hidden = tiny()
    hidden.publish_trust(*signed(version()))
    off_trail = hidden.bundle(can(1))
    trail = off_trail.trails.index(off_trail.trail(TRUST))
    cut = changed(
        off_trail, "trails", trail, to=[off_trail.number(TRUST), 0, [], [], b""]
    )
    second = tiny()
    second.publish_trust(*signed(version()))
    second.trails.pop(TRUST)
    return [
        pinned_case("unknown-kind", "an entry of a kind that nobody knows yet", play, bundle, "PRV-0703"),
        pinned_case("unknown-kind-of-a-statement", "a statement among the entries of other kinds", told, statement, "PRV-0703"),
        pinned_case("unknown-kind-of-a-commitment", "a commitment among the entries of other kinds", told, commitment, "PRV-0703"),
        pinned_case("verified-kind-not-shown", "an entry of an unknown kind that the bundle does not show", play, untold),
        pinned_case("failed-kind-changed", "an entry of an unknown kind that was changed", play, changed_entry, INCLUSION),
        pinned_case("failed-version-malformed", "a trust version of no form, logged and linked", broken, broken.bundle(can(1), entries=[rubbish]), "PRV-0702"),
        pinned_case("failed-entry-malformed", "an entry that is none, logged", unread, unread.bundle(can(1), entries=[no_entry]), "PRV-0702"),
        pinned_case("failed-version-off-its-trail", "the log linked no version, and one is shown", second, second.bundle(can(1), entries=[2]), TRAILS),
        pinned_case("failed-trust-trail-denied", "a trust version, and a trail said to be empty", hidden, cut, TRAILS),
    ]  # fmt: skip


def _anchors() -> list[Case]:
    names = ("w1", "w2", "w3")
    play = short(*names)
    first = play.commit()
    old = play.sign()
    play.say(MAKER, play.seen(can(1)))
    second = play.commit()
    newer = play.sign()
    play.commit()

    def anchored(*anchors: tuple[Note, Sequence[int]]) -> Parts:
        return play.bundle(
            can(1),
            commit=False,
            commitments=[first, second],
            anchors=anchors,
        )

    good = anchored((old, [0, 1, first]), (newer, [1, 2, second]))
    hashes = _split(good.anchors[0][2])
    assert hashes, "a hash for what the anchor is not of"
    alone = old.text.partition("w2.example")[0].rpartition("— ")[0]
    thief = short(*names)
    forged = thief.sign(holder="thief")

    def case(name: str, desc: str, bundle: Parts) -> Case:
        good = name.startswith("verified")
        codes = () if good else (INCLUSION,)
        notices = [WITNESSED] if good else []
        return judged(
            name, desc, play, bundle, *codes, trust="witnessed", notices=notices
        )

    def put(number: int, part: int, to: Any) -> Parts:
        return changed(good, "anchors", number, part, to=to)

    return [
        case("verified-anchors", "two older checkpoints that a quorum cosigned", good),
        case("failed-anchor-quorum", "an anchor that one witness of three cosigned", put(0, 0, alone)),
        case("failed-anchor-thief", "an anchor that another key signed", put(0, 0, forged.text)),
        case("failed-anchor-no-note", "an anchor that is no note", put(0, 0, "hello\n")),
        case("failed-anchor-hash-less", "an anchor's proof without its last hash", put(0, 2, joined(hashes[:-1]))),
        case("failed-anchor-hash-more", "a hash more than an anchor's proof needs", put(0, 2, joined([*hashes, bytes(32)]))),
        case("failed-anchor-hash-changed", "another hash in an anchor's proof", put(0, 2, joined([H(b"x"), *hashes[1:]]))),
        case("failed-anchor-entry", "an anchor of an entry that is not shown", put(0, 1, [0, 1, 2, first + 5])),
        case("failed-anchor-too-small", "an anchor of an entry that came later", put(0, 1, [0, 1, second])),
        case("failed-anchors-turned-round", "the newer anchor first", changed(good, "anchors", to=lambda rows: rows[::-1])),
        case("failed-anchor-twice", "an anchor twice", changed(good, "anchors", to=lambda rows: [rows[0], *rows])),
    ]  # fmt: skip


# 8: what is shown of events.


def _events() -> list[Case]:
    """What was changed on the way: it leads to another root, or to none."""
    play = tiny()
    play.say(MAKER, play.seen(can(2), can(1), can(3)), play.seen(can(4)))
    bundle = play.bundle(can(1))
    event = ("statements", 2, 5, 0)
    seen = bundle.statements[2][5][0]
    lie = mp(["body", {**play.events[2, 0].body, "bizStep": "shipping"}])
    other = bundle.statements[1][5][0]
    proof = _split(seen[6])
    assert len(proof) > 1, "hashes of the leaves before and after"
    signed_ids = _split(bundle.statements[2][6])
    assert len(signed_ids) == 1, "the other event's"
    row = seen[4][0]

    def case(name: str, desc: str, *steps: Any, to: Any, code: str) -> Case:
        bad = changed(bundle, *event, *steps, to=to)
        return pinned_case(name, desc, play, bad, code)

    last = changed(bundle, *event, to=lambda row: [2, *row[1:]])
    widened = [seen[0], [[3, 4]], *seen[2:6], seen[6] + bytes(32)]
    hiding = [*seen[:2], ["/example:x"], *seen[3:6], seen[6] + bytes(32)]
    return [
        case("failed-body-changed", "another step than was signed", 3, to=lie, code=INCLUSION),
        case("failed-item-changed", "another item than was signed", 4, 0, 2, to=bundle.number(MAKER), code=INCLUSION),
        case("failed-salt-changed", "another salt than was signed", 4, 0, 1, to=bytes(16), code=INCLUSION),
        case("failed-leaf-moved", "an item leaf under another's number", 4, 0, 0, to=3, code=INCLUSION),
        case("failed-relation-changed", "an item in another list than was signed", 1, to=[[2, 3]], code=INCLUSION),
        case("failed-relation-of-no-row", "an item in a list that such an event does not have", 1, to=[[6, 3]], code=EVENTS),
        case("failed-relations-changed", "an item in one of two lists", 1, to=[[2, 1], [3, 2]], code=INCLUSION),
        case("failed-item-count", "an item more than was signed", 1, to=[[3, 4]], code=EVENTS),
        case("failed-item-count-proven", "an item more than was signed, and a hash for it", to=widened, code=INCLUSION),
        case("failed-pointer-added", "a field more than was signed", 2, to=["/example:x"], code=EVENTS),
        case("failed-pointer-proven", "a field more than was signed, and a hash for it", to=hiding, code=INCLUSION),
        case("failed-leaves-of-another", "the body of another event", 3, to=other[3], code=INCLUSION),
        case("failed-event-hash-less", "an event's proof without its last hash", 6, to=joined(proof[:-1]), code=EVENTS),
        case("failed-event-hash-more", "a hash more than an event's proof needs", 6, to=joined([*proof, bytes(32)]), code=EVENTS),
        case("failed-event-hash-changed", "another hash in an event's proof", 6, to=joined([H(b"x"), *proof[1:]]), code=INCLUSION),
        case("failed-leaf-more", "a leaf for which there is a hash as well", 4, to=[[1, bytes(16), row[2]], row], code=EVENTS),
        case("failed-leaf-beyond", "an item leaf that the event does not have", 4, 0, 0, to=4, code=EVENTS),
        case("failed-body-as-an-item", "an item leaf in the body's place", 4, 0, 0, to=0, code=EVENTS),
        case("failed-position", "an event at another position", 0, to=1, code=INCLUSION),
        pinned_case("failed-position-beyond", "an event at a position that the statement does not have", play, last, EVENTS),
        pinned_case("failed-statement-hash-less", "a statement's proof without its hash", play, changed(bundle, "statements", 2, 6, to=b""), EVENTS),
        pinned_case("failed-statement-hash-more", "a hash more than a statement's proof needs", play, changed(bundle, "statements", 2, 6, to=lambda proof: proof + bytes(32)), EVENTS),
        pinned_case("failed-statement-hash-changed", "another hash in a statement's proof", play, changed(bundle, "statements", 2, 6, to=bytes(32)), INCLUSION),
        pinned_case("failed-event-count", "a statement of more events", play, changed(bundle, "statements", 2, 3, to=3), EVENTS),
        pinned_case("failed-no-events", "a statement of no events", play, changed(bundle, "statements", 2, 3, to=0), EVENTS),
    ]  # fmt: skip


def _amounts() -> list[Case]:
    play = pinned()
    made = play.told(
        "ObjectEvent",
        ("epcList", can(1), {"seal": signer_of("seal").verifier.data}),
        ("quantityList", LOT, 12.5, "KGM"),
        action="ADD",
        bizStep="commissioning",
        ilmd={"cbvmda:lotNumber": "L7"},
    )
    play.say(MAKER, made)
    bundle = play.bundle(can(1), LOT)
    items = ("statements", 0, 5, 0, 4)

    def case(name: str, desc: str, *steps: Any, to: Any, code: str) -> Case:
        bad = changed(bundle, *items, *steps, to=to)
        return pinned_case(f"failed-{name}", desc, play, bad, code)

    return [
        pinned_case("verified-seal-and-amount", "a can with a seal, and an amount of its lot", play, bundle),
        case("seal-changed", "another seal than was signed", 0, 3, to=bytes(32), code=INCLUSION),
        case("seal-left-out", "a seal left out of its leaf", 0, to=lambda row: row[:3], code=INCLUSION),
        case("amount-changed", "another amount than was signed", 1, 3, to=12, code=INCLUSION),
        case("amount-left-out", "an amount said to be not said", 1, 3, to=None, code=INCLUSION),
        case("unit-changed", "another unit than was signed", 1, 4, to="LBR", code=INCLUSION),
        case("amount-dropped", "a leaf of an amount without it", 1, to=lambda row: row[:3], code=EVENTS),
        case("seal-of-an-amount", "a seal of an amount", 1, to=lambda row: [*row, bytes(32)], code=EVENTS),
    ]  # fmt: skip


def _forms() -> list[Case]:
    """Events that no ledger may admit, signed, logged and linked all the same.

    The bundle is what the log holds, and its own shapes are good.
    """
    unit: Row = ("epcList", can(1))
    secrets = [("/example:a", 1), ("/example:b", 2)]
    play = pinned()

    def seen(*items: Row, **body: Any) -> Event:
        parts = {"action": "OBSERVE", "bizStep": "inspecting", **body}
        return play.told("ObjectEvent", *(items or (unit,)), **parts)

    def packed(*items: Row) -> Event:
        return play.told(
            "AggregationEvent", *items, action="ADD", bizStep="loading"
        )

    def hiding(*pointers: str, **body: Any) -> Event:
        fields = [(pointer, 1) for pointer in pointers]
        return play.told(
            "ObjectEvent", unit, fields=fields, action="OBSERVE", **body
        )

    two = hiding(*(pointer for pointer, _ in secrets))
    parent: Row = ("parentID", sscc(1))
    child: Row = ("childEPCs", can(1))
    turned = {"outputEPCList": can(1), "transformationID": "urn:x:t"}
    untimed = reference.event(
        {"type": "ObjectEvent", "action": "OBSERVE"}, [unit], secret=bytes(32)
    )
    rows: list[tuple[str, str, Event]] = [
        ("two-parents", "an event with two parents", packed(parent, ("parentID", sscc(2)), child)),
        ("two-relations", "the can in two relations", packed(parent, child, ("epcList", can(1)))),
        ("parent-of-itself", "the can as its own container", packed(("parentID", can(1)), child)),
        ("unknown-relation", "a relation that nobody knows", replace(seen(), counts=((14, 1),))),
        ("relation-0", "a relation below the first", replace(seen(), counts=((0, 1),))),
        ("relations-descend", "children before their parent", replace(packed(parent, child), counts=((6, 1), (5, 1)))),
        ("relation-twice", "one relation in two groups", replace(seen(unit, ("epcList", can(2))), counts=((3, 1), (3, 1)))),
        ("empty-relation", "a relation of no items", replace(seen(), counts=((3, 1), (6, 0)))),
        ("doubled-pointer", "two fields for one place", hiding("/example:a", "/example:a")),
        ("pointers-descend", "fields in another order", replace(two, pointers=two.pointers[::-1])),
        ("pointer-without-slash", "a pointer that is none", hiding("example:a")),
        ("pointer-empty", "a pointer to the whole event", hiding("")),
        ("pointer-bad-escape", "a pointer with an escape that is none", hiding("/example:a~2")),
        ("hidden-step", "the step is concealed", hiding("/bizStep")),
        ("hidden-disposition", "a disposition that lasts is concealed", hiding("/persistentDisposition/set/0")),
        ("hidden-declaration", "that it is an error is concealed", hiding("/errorDeclaration")),
        ("hidden-lot", "the lot is concealed", hiding("/ilmd/cbvmda:lotNumber")),
        ("hidden-lot-in-full", "the lot is concealed under its full name", hiding("/ilmd/urn:epcglobal:cbv:mda:lotNumber")),
        ("hidden-ilmd", "all master data are concealed", hiding("/ilmd")),
        ("hidden-and-said", "a field is concealed and said", hiding("/example:a", **{"example:a": 2})),
        ("amount-of-a-unit", "an amount in a list of units", seen(("epcList", can(1), 5, None))),
        ("unit-as-an-amount", "a unit in a list of amounts", seen(("quantityList", can(1)))),
        ("seal-of-a-child", "a seal of what is only packed", packed(parent, (*child, {"seal": bytes(32)}))),
        ("item-not-a-uri", "an item that is no URI", seen(unit, ("epcList", "K1"))),
        ("ids-beyond-ascii", "items whose order by UTF-16 is another", seen(unit, ("epcList", "\uffff"), ("epcList", "\U00010000"))),
        ("item-after-a-byte-order-mark", "an item that a byte order mark precedes", seen(unit, ("epcList", "\ufeffurn:x:y"))),
        ("item-spelled", "an item that is not in canonical form", seen(unit, ("epcList", "urn:epc:id:sgtin:9506000.013435.1"))),
        ("trust-item", "an event that names the item of the trust versions", seen(unit, ("epcList", TRUST))),
        ("actor-beside-items", "an actor beside items", seen(unit, ("actor", MAKER))),
        ("hidden-inside-another", "a field inside another one", hiding("/example:a", "/example:a/b")),
        ("place-beside-items", "a place beside items", seen(unit, ("place", PLACE), readPoint={"id": PLACE})),
        ("place-without-items", "a place without items that is not the read point", seen(("place", can(1)), readPoint={"id": PLACE})),
        ("transformation-unsaid", "a transformation id that the body does not say", play.told("TransformationEvent", *turned.items())),
        ("transformation-unnamed", "a transformation id that is no item", play.told("TransformationEvent", ("outputEPCList", can(1)), transformationID="urn:x:t")),
        ("transformation-another", "another transformation id among the items", play.told("TransformationEvent", *turned.items(), transformationID="urn:x:u")),
        ("empty-type", "a body whose type is empty", seen(type="")),
        ("no-time", "an event without a time", untimed),
        ("time-of-no-zone", "a time without its zone", seen(eventTime="2026-02-01T09:00:00")),
        ("leap-second", "a time that is none", seen(eventTime="2016-12-31T23:59:60Z")),
        ("after-malformed", "a demand that is none", seen(after=[[can(1), bytes(31)]])),
        ("registry-conceals", "a registry event that conceals something", _concealing(play)),
    ]  # fmt: skip
    made = []
    for name, desc, event in rows:
        bad = tiny()
        index = bad.say(MAKER, event)
        item = MAKER if name.startswith("registry") else can(1)
        every = set(range(1, len(event.items) + 1))
        bundle = bad.bundle(item, leaves={(index, 0): every})
        made.append(
            pinned_case(
                f"failed-form-{name}", desc, bad, bundle, EVENTS, item=item
            )
        )
    return made


def _concealing(play: Play) -> Event:
    body = {
        "type": "RoleGranted", "actor": MAKER, "may_grant": False, **PRODUCER
    }  # fmt: skip
    return play.event(body, ("actor", MAKER), fields=[("/example:a", 1)])


# 9: trails.


def _story() -> Play:
    """A can is made, inspected and refused by customs: entries 0 to 3."""
    play = tiny()
    play.say(MAKER, play.seen(can(2)))
    play.say(CUSTOMS, play.seen(can(1), step=REFUSAL))
    return play


def _without(*links: int) -> tuple[Play, Parts]:
    """Return a bundle as if the can's trail lacked these links."""
    play = _story()
    play.commit()
    kept = [
        link
        for number, link in enumerate(play.trails[can(1)])
        if number not in links
    ]
    play.trails[can(1)] = kept
    return play, play.bundle(can(1), commit=False)


def _trails() -> list[Case]:
    play = _story()
    bundle = play.bundle(can(1))
    sparse = play.bundle(
        can(1), commit=False, ranges={can(1): [(0, 1), (2, 1)]}
    )
    rowed = play.bundle(can(1), commit=False, hidden=[(1, 0)])
    number = bundle.trails.index(bundle.trail(can(1)))
    t = ("trails", number)
    row = rowed.trail(can(1))[3][0]
    shown = changed(bundle, *t, 3, to=[row])
    doubled = changed(shown, *t, 1, to=4)
    doubled = changed(doubled, *t, 2, to=[[0, 4]])
    first = play.bundle(can(1), commit=False, ranges={can(1): [(0, 1)]})
    hashes = _split(first.trail(can(1))[4])
    assert len(hashes) == 2, "of the two links that are not shown"
    previous = sparse.trail(can(1))[2][1][2]

    def ranged(*ranges: object) -> Parts:
        return changed(sparse, *t, 2, to=list(ranges))

    hidden = tiny()
    hidden.say(MAKER, hidden.packed(sscc(5), can(1)), unlinked={sscc(5)})
    hidden.say(MAKER, hidden.seen(sscc(5)))
    hidden_bundle = hidden.bundle(can(1), sscc(5), leaves={(2, 0): {1, 2}})
    twice = tiny()
    twice.say(MAKER, twice.seen(can(1), can(2), can(1)))
    # The link has both leaves, and one of them is shown.
    one_of_two = twice.bundle(can(1), leaves={(2, 0): {1}})
    dropped: list[tuple[str, str, tuple[int, ...]]] = [
        ("last", "customs' refusal, the last event, left out", (2,)),
        ("first", "the first event left out", (0,)),
        ("middle", "an event in the middle left out", (1,)),
        ("all", "an item with a trail, said to have none", (0, 1, 2)),
    ]
    made = []
    for name, desc, links in dropped:
        bad, parts = _without(*links)
        made.append(
            pinned_case(f"failed-{name}-dropped", desc, bad, parts, TRAILS)
        )
    renamed = changed(bundle, "ids", bundle.number(can(1)), to=can(0))
    cut = changed(bundle, *t, 4, to=H(b"x"))

    def case(name: str, desc: str, bundle: Parts) -> Case:
        return pinned_case(f"failed-{name}", desc, play, bundle, TRAILS)

    return [
        *made,
        case("trail-count-more", "a trail said to be longer", changed(bundle, *t, 1, to=4)),
        case("trail-hash-more", "a hash in the proof of a whole trail", cut),
        case("trail-hash-less", "a trail's proof without its last hash", changed(first, *t, 4, to=joined(hashes[:-1]))),
        case("trail-hash-changed", "another hash in a trail's proof", changed(first, *t, 4, to=joined([hashes[0], H(b"x")]))),
        case("trail-hash-of-more", "a trail of more links, and a hash for them", changed(changed(bundle, *t, 1, to=4), *t, 4, to=bytes(32))),
        case("previous-link", "another link before a range", ranged([0, 1], [2, 1, H(b"x")])),
        case("range-moved", "a range that starts where it does not", changed(changed(sparse, *t, 1, to=4), *t, 2, to=[[0, 1], [3, 1, previous]])),
        case("range-too-long", "a range of more links than are shown", changed(changed(sparse, *t, 1, to=4), *t, 2, to=[[0, 1], [2, 2, previous]])),
        case("ranges-missing", "links of a trail of which no range is shown", changed(bundle, *t, 2, to=[])),
        case("row-of-a-shown-event", "a row beside the event that it is of", doubled),
        case("row-instead", "a row for an event that is shown, in its place", shown),
        case("row-time", "a row with another time", changed(rowed, *t, 3, 0, 2, to=lambda time: time + 1)),
        case("row-kinds", "a row with another kind", changed(rowed, *t, 3, 0, 3, to=8)),
        case("row-leaves", "a row with another leaf", changed(rowed, *t, 3, 0, 4, to=[2])),
        case("row-without-leaves", "a row without leaves", changed(rowed, *t, 3, 0, 4, to=[])),
        case("row-event", "a row with another event", changed(rowed, *t, 3, 0, 5, to=H(b"x"))),
        case("row-moved", "a row at another place of the log", changed(rowed, *t, 3, 0, 1, to=1)),
        pinned_case("failed-renamed", "one item's trail under another's name", play, renamed, INCLUSION, item=can(0)),
        pinned_case("failed-off-its-trail", "an event names a carton whose trail does not have it", hidden, hidden_bundle, TRAILS),
        pinned_case("failed-one-leaf-of-two", "of two leaves that name the can one is shown", twice, one_of_two, TRAILS),
    ]  # fmt: skip


def _links() -> list[Case]:
    """The log itself linked what it should not have."""
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("other-leaves", "a link that names other leaves", {"leaves": (2,)}),
        ("more-leaves", "a link that names a leaf more", {"leaves": (1, 2)}),
        ("no-leaves", "a link that names no leaf", {"leaves": ()}),
        ("kinds", "a link of other kinds", {"kinds": 4}),
        ("no-warning", "a warning that was not linked as one", {"kinds": 0}),
        ("time", "a link of another time", {"time": 1}),
        ("event", "a link to another event", {"event_id": H(b"another")}),
        ("place", "a link to another place", {"position": 1}),
    ]
    made = []
    for name, desc, changes in rows:
        play = _story()
        honest = play.trails[can(1)]
        crooked = [*honest[:-1], replace(honest[-1], **changes)]
        play.trails[can(1)] = crooked
        play.commit()
        # The bundle shows the event, and so another link than was committed.
        bundle = _shown(play, honest)
        made.append(
            pinned_case(f"failed-linked-{name}", desc, play, bundle, TRAILS)
        )
    out = _story()
    out.trails[can(1)] = out.trails[can(1)][::-1]
    out.commit()
    backwards = out.bundle(can(1), commit=False)
    return [
        *made,
        pinned_case("failed-linked-backwards", "links in another order than the log's", out, backwards, TRAILS),
    ]  # fmt: skip


def _shown(play: Play, honest: list[Link]) -> Parts:
    """Return the bundle of the can as if its trail was *honest*.

    What the map has of the can is the log's; all else is the can's own.
    """
    crooked = play.trails[can(1)]
    proof = play.bundle(can(1), commit=False).map
    play.trails[can(1)] = honest
    bundle = play.bundle(can(1), commit=False)
    play.trails[can(1)] = crooked
    return changed(bundle, "map", to=proof)


def _maps() -> list[Case]:
    play = _story()
    for number in range(2, 8):
        play.say(MAKER, play.seen(can(number)))
    bundle = play.bundle(can(1))
    steps, others, proof = bundle.map
    hashes = _split(proof)
    assert others, "what stands in the place of the maker's trail"
    assert len(hashes) > 1, "what is beside the can"
    other = others[0]
    pairs = play.pairs()
    queries = {map_key(bundle.ids[row[0]]) for row in bundle.trails}
    stray = next(key for key in sorted(pairs) if key not in queries)
    wider = reference.map_multiproof([*queries, stray], pairs)
    surplus = sorted({*map(tuple, others), *wider[1], (stray, pairs[stray])})
    denied = play.bundle(can(1), commit=False)
    number = denied.trails.index(denied.trail(can(1)))
    gone = play.pairs()
    value = gone.pop(map_key(can(1)))
    assert value, "it was there"
    lie = reference.map_multiproof(queries, gone)

    def case(name: str, desc: str, *to: Any) -> Case:
        bad = changed(bundle, "map", to=map_row(*to))
        return pinned_case(f"failed-map-{name}", desc, play, bad, TRAILS)

    absent = changed(denied, "map", to=map_row(*lie))
    absent = changed(absent, "statements", to=[])
    absent = changed(absent, "keys", to=[])
    absent = changed(
        absent, "trails", number, to=[denied.number(can(1)), 0, [], [], b""]
    )
    issuers = [n for n, i in enumerate(absent.ids) if i.startswith("did:")]
    assert all(any(row[0] == n for row in absent.trails) for n in issuers)
    return [
        case("hash-less", "the map's proof without its last hash", steps, others, hashes[:-1]),
        case("hash-more", "a hash more than the map's proof needs", steps, others, [*hashes, bytes(32)]),
        case("hash-changed", "another hash in the map's proof", steps, others, [H(b"x"), *hashes[1:]]),
        case("step-less", "the map's proof without its last step", steps[:-1], others, hashes),
        case("step-more", "a step more than the map's proof needs", [*steps, 0], others, hashes),
        case("step-changed", "a node at another bit", [steps[0] + 1, *steps[1:]], others, hashes),
        case("other-less", "an absent trail with nothing in its place", steps, others[1:], hashes),
        case("other-changed", "an absent trail with another value in its place", steps, [[other[0], bytes(80)], *others[1:]], hashes),
        case("other-wrong", "an absent trail with another leaf in its place", steps, sorted([[H(b"x"), other[1]], *others[1:]]), hashes),
        case("other-for-nothing", "a leaf that no absent trail leads to", wider[0], [list(row) for row in surplus], wider[2]),
        case("empty", "a map said to be empty", [], [], []),
        pinned_case("failed-map-denied", "the log's story of the can is hidden behind another map", play, changed(absent, "log_hashes", to=joined(reference.multiproof([len(play.entries) - 1], play.entries))), TRAILS),
    ]  # fmt: skip
