"""Bundles: honest ones, and each attack with what it comes to.

The bytes come from `tests.world`, which logs whatever it is told; outcomes,
codes, notices and timelines were written by hand.
"""

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.event import Event, Field, Item, make_event
from provenance.claims.statement import sign_statement
from provenance.claims.trail import chain_hashes, map_key
from provenance.encoding.canonical import decode
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.tree import leaf_hash, node_hash
from provenance.proof.bundle import Bundle, LoggedEntry, ProvenTrail
from provenance.proof.trace import ALL, Why
from provenance.tlog.checkpoint import sign_checkpoint
from provenance.tlog.note import NoteSigner, format_note
from tests.vectors import reference
from tests.vectors.case import Case
from tests.vectors.makers.play import (
    CARRIER,
    CUSTOMS,
    MAKER,
    PRODUCER,
    Play,
    changed,
    dropped,
    long,
    nested,
    pinned,
    put,
    short,
    tiny,
    without,
)
from tests.vectors.makers.trust import OWNERS, PLACE
from tests.vectors.reference import b64, mp
from tests.world import (
    GTIN,
    LOT,
    MINUTE,
    ORIGIN,
    OWNER,
    can,
    signer_of,
    sscc,
)

RECALL = "urn:provenance:step:recalled"
RELEASE = "urn:provenance:step:customs_released"
NO_WITNESSES = ("PRV-0403", "")
"""The notice that the trust file asks for no cosignatures."""

DAY = 24 * 60 * MINUTE
_JOINED = (
    (0, 0, "ActorEnrolled", "subject"),
    (0, 1, "RoleGranted", "subject"),
)

Row = tuple[int, int, str, str]


def cases() -> list[Case]:
    return [
        *_stories(),
        *_formats(),
        *_checkpoints(),
        *_commitments(),
        *_inclusion(),
        *_events(),
        *_trails(),
        *_completeness(),
        *_signatures(),
        *_roles(),
        *_demands(),
        *_recalls(),
        *_corrections(),
    ]


def _case(
    name: str,
    desc: str,
    play: Play,
    bundle: Bundle | bytes,
    *codes: str,
    trust: str = "plain",
    item: str | None = can(1),
    now: int | None = None,
    notices: Sequence[tuple[str, str]] = (NO_WITNESSES,),
    timeline: Sequence[Row] | None = None,
) -> Case:
    """Return a case; its name starts with its outcome."""
    data = bundle if isinstance(bundle, bytes) else bundle.to_bytes()
    gives: dict[str, object] = {"codes": list(codes), "notices": list(notices)}
    if timeline is not None:
        gives["timeline"] = list(timeline)
    return Case(
        name,
        desc,
        {
            "bundle": b64(data),
            "trust": trust,
            "now": play.now if now is None else now,
            "item": item,
        },
        outcome=name.split("-", maxsplit=1)[0].upper(),
        gives=gives,
    )


_pinned_case = partial(_case, trust="pinned")


def _replaced(bundle: Bundle, **changes: Any) -> Bundle:
    return dataclasses.replace(bundle, **changes)


# Honest stories.

_LONG: Sequence[Row] = (
    (3, 0, "commissioning", "lots"),
    (4, 0, "commissioning", "subject"),
    (5, 0, "loading", "subject"),
    (6, 0, "loading", "containers"),
    (7, 0, "departing", "containers"),
    (8, 0, "customs_released", "containers"),
    (9, 0, "unloading", "containers"),
)
_NESTED: Sequence[Row] = (
    (0, 0, "commissioning", "lots"),
    (1, 0, "commissioning", "subject"),
    (2, 0, "loading", "subject"),
    (3, 0, "loading", "containers"),
    (4, 0, "customs_released", "containers"),
    (5, 0, "unloading", "containers"),
)
_TINY: Sequence[Row] = (
    (0, 0, "commissioning", "subject"),
    (1, 0, "inspecting", "subject"),
)
_SHORT: Sequence[Row] = (
    (1, 0, "commissioning", "subject"),
    (2, 0, "inspecting", "subject"),
)


def _stories() -> list[Case]:
    play = long()
    full = play.bundle(can(1))
    small = tiny()
    boxes = nested()
    return [
        _case("verified-can", "a can, its lot, its carton and its pallet", play, full, timeline=_LONG),
        _case("verified-lot", "a lot's own story", play, play.bundle(LOT, commit=False), item=LOT, timeline=[(3, 0, "commissioning", "subject")]),
        _case("verified-actor", "an actor's own trail", play, play.bundle(MAKER, commit=False), item=MAKER, timeline=_JOINED),
        _pinned_case("verified-whatever-item", "whoever asks does not know the item beforehand", small, small.bundle(can(1)), item=None, timeline=_TINY),
        _pinned_case(
            "verified-pallet",
            "a pallet's own story",
            boxes,
            boxes.bundle(sscc(2)),
            item=sscc(2),
            timeline=[
                (3, 0, "loading", "subject"),
                (4, 0, "customs_released", "subject"),
                (5, 0, "unloading", "subject"),
            ],
        ),
        *(tell() for tell in _TALES),
    ]  # fmt: skip


def _short_story() -> Case:
    play = short()
    return _case("verified-short", "two events of one can", play, play.bundle(can(1)), timeline=_SHORT)  # fmt: skip


def _gs1_trail() -> Case:
    play = pinned()
    play.say(MAKER, play.made(can(1)))
    return _case(
        "verified-pinned",
        "the trust file itself knows who signed",
        play,
        play.bundle(can(1)),
        trust="pinned",
        timeline=[(0, 0, "commissioning", "subject")],
    )


def _many() -> Case:
    play = Play()
    play.join("maker", PRODUCER)
    events = [play.made(*(can(10 * n + k) for k in range(5))) for n in range(7)]
    play.say(MAKER, *events)
    return _case(
        "verified-one-of-many",
        "the fourth unit of the sixth event of a statement of seven",
        play,
        play.bundle(can(53)),
        item=can(53),
        timeline=[(1, 5, "commissioning", "subject")],
    )


def _concealed(*, shown: bool) -> Case:
    play = short()
    event = play.event(
        "ObjectEvent",
        Item("epcList", can(1)),
        fields=[Field("/example:price", 12.5), Field("/example:buyer", "x")],
        action="OBSERVE",
    )
    index = play.say(MAKER, event)
    bundle = play.bundle(can(1))
    if shown:
        place = [e.log_index for e in bundle.events].index(index)
        open_event = play.show((index, 0), {0, 1, 2})
        bundle = _replaced(bundle, events=put(bundle.events, place, open_event))
    return _case(
        f"verified-field-{'shown' if shown else 'concealed'}",
        "a concealed field is shown, another is not"
        if shown
        else "concealed fields that are not shown",
        play,
        bundle,
        timeline=[*_SHORT, (3, 0, "observing", "subject")],
    )


def _inputs() -> Case:
    play = Play()
    play.join("maker", PRODUCER)
    milk = "urn:x:milk"
    play.join("farm", Grant("", "producer", prefixes=("urn:x:",)))
    play.say("did:web:farm.example", play.made(milk))
    play.say(MAKER, play.turned([milk], [can(1), can(2)]))
    return _case(
        "verified-made-from",
        "a can, and the milk that it was made from",
        play,
        play.bundle(can(1)),
        timeline=[
            (2, 0, "commissioning", "inputs"),
            (3, 0, "transforming", "subject"),
        ],
    )


def _two_authorities() -> Case:
    play = Play()
    play.signers.update({owner: signer_of(owner) for owner in OWNERS})
    play.signers[MAKER] = signer_of("maker")
    given = dataclasses.replace(PRODUCER, actor=MAKER)
    for owner in (OWNERS[0], OWNERS[2]):
        play.say(owner, play.enrolled(MAKER, name="maker"))
    for owner in (OWNERS[1], OWNERS[0]):
        play.say(owner, actors.grant(given, secret=play.secret()))
    play.say(MAKER, play.made(can(1)))
    return _case(
        "verified-two-authorities",
        "two of three authorities enrolled the maker, and two granted",
        play,
        play.bundle(can(1)),
        trust="two-authorities",
        timeline=[(4, 0, "commissioning", "subject")],
    )


def _passed_on() -> Case:
    play = Play()
    delegate = dataclasses.replace(PRODUCER, may_grant=True)
    agent = play.join("agent", delegate)
    play.join("maker", PRODUCER, by=agent)
    play.say(MAKER, play.made(can(1)))
    return _case(
        "verified-passed-on",
        "a delegate enrolled the maker and passed its grant on",
        play,
        play.bundle(can(1)),
        timeline=[(2, 0, "commissioning", "subject")],
    )


def _rotated() -> Case:
    play = short()
    rotation = actors.rotate_key(
        MAKER,
        old=signer_of("maker").verifier.key_id,
        signer=signer_of("new"),
        origin=ORIGIN,
        secret=play.secret(),
    )
    play.say(MAKER, rotation)
    play.say(MAKER, play.seen(can(1)), signer=signer_of("new"))
    return _case(
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
    return _case(
        "verified-left-its-carton",
        "all came out of a carton, which was recalled when it was empty",
        play,
        play.bundle(can(1)),
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
    return _case(
        "verified-cartons-in-a-circle",
        "two cartons, each said to be in the other: the walk ends",
        play,
        play.bundle(can(1)),
        timeline=[
            (1, 0, "loading", "subject"),
            (2, 0, "loading", "containers"),
            (3, 0, "loading", "containers"),
        ],
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
)


# 1 and 2: the format, the item and the ledger.


def _formats() -> list[Case]:
    play = tiny()
    bundle = play.bundle(can(1))
    data = bundle.to_bytes()
    parts: Any = decode(data)
    other_map = dict(parts, times=[])
    links = parts["items"][0]["links"]
    shuffled = dict(parts["items"][0], links=links[::-1])
    short_count = dict(parts["items"][0], count=len(links) - 1)
    event = parts["events"][0]
    unsorted = b"\x86" + b"".join(
        mp(name) + mp(parts[name]) for name in sorted(parts, reverse=True)
    )
    rows: list[tuple[str, str, bytes]] = [
        ("empty", "no bytes", b""),
        ("json", "an empty JSON object", b"{}"),
        ("empty-map", "a map of nothing", mp({})),
        ("cut-off", "the first 1000 bytes", data[:1000]),
        ("and-a-byte", "a byte after a bundle", data + b"\x00"),
        ("twice", "a bundle after a bundle", data + data),
        ("unsorted", "its parts in another order", unsorted),
        ("not-shortest", "the number of its parts in two bytes", b"\xde\x00\x06" + data[1:]),
        ("other-format", "another format's name", mp(dict(parts, format="provenance/bundle/v2"))),
        ("no-format", "no format's name", mp({k: v for k, v in parts.items() if k != "format"})),
        ("part-missing", "no statements", mp({k: v for k, v in parts.items() if k != "statements"})),
        ("part-more", "a part that nobody knows", mp(dict(parts, note="hello"))),
        ("empty-times", "times, and none in it", mp(other_map)),
        ("no-items", "a story about nothing", mp(dict(parts, items=[]))),
        ("item-twice", "the same trail twice", mp(dict(parts, items=[*parts["items"], parts["items"][0]]))),
        ("item-not-a-uri", "an item that is no URI", mp(dict(parts, items=[dict(parts["items"][0], id="K1"), *parts["items"][1:]]))),
        ("count", "a trail that counts one link less", mp(dict(parts, items=[short_count, *parts["items"][1:]]))),
        ("links-out-of-order", "a trail's links turned round", mp(dict(parts, items=[shuffled, *parts["items"][1:]]))),
        ("statements-out-of-order", "statements turned round", mp(dict(parts, statements=parts["statements"][::-1]))),
        ("event-twice", "the same event twice", mp(dict(parts, events=[event, *parts["events"]]))),
        ("event-without-body", "an event without leaf 0", mp(dict(parts, events=[[*event[:5], event[5][1:]], *parts["events"][1:]]))),
        ("position-is-false", "a position that is false", mp(dict(parts, events=[[event[0], False, *event[2:]], *parts["events"][1:]]))),
        ("index-negative", "an index below zero", mp(dict(parts, commitment=[-1, *parts["commitment"][1:]]))),
        ("hash-of-31-bytes", "a proof with a hash too short", mp(dict(parts, commitment=[*parts["commitment"][:2], [bytes(31)]]))),
        ("head-of-31-bytes", "a head too short", mp(dict(parts, items=[dict(parts["items"][0], head=bytes(31)), *parts["items"][1:]]))),
        ("checkpoint-is-bytes", "a checkpoint that is no text", mp(dict(parts, checkpoint=parts["checkpoint"].encode()))),
        ("checkpoint-is-no-note", "a checkpoint that is none", mp(dict(parts, checkpoint="hello\n"))),
        ("extension-line", "a checkpoint with a line more", mp(dict(parts, checkpoint=parts["checkpoint"].replace("\n\n", "\nmore\n\n")))),
    ]  # fmt: skip
    made = [
        _case(
            f"unknown-{name}",
            desc,
            play,
            bad,
            "PRV-0101",
            trust="pinned",
            notices=(),
        )
        for name, desc, bad in rows
    ]
    return [
        *made,
        _case("failed-other-item", "the story of another can", play, bundle, "PRV-0202", trust="pinned", item=can(2), notices=()),
        _case("unknown-ledger", "a ledger that the trust file does not name", play, bundle, "PRV-0201", trust="other-ledger", notices=()),
    ]  # fmt: skip


# 3, 4 and 5: signatures, quorum and time.


def _checkpoints() -> list[Case]:
    play = short()
    bundle = play.bundle(can(1))
    signed = play.sign()
    lied = signed.checkpoint.root[:-1] + bytes([signed.checkpoint.root[-1] ^ 1])
    note = bundle.checkpoint
    stranger = NoteSigner("stranger.example", signer_of("stranger"))
    line = stranger.sign(signed.note.text)
    friendly = format_note(signed.note.with_signatures(line))
    thief = NoteSigner(ORIGIN, signer_of("thief"))
    stolen = format_note(sign_checkpoint(signed.checkpoint, thief).note)
    now = play.now
    return [
        _case("verified-stranger", "a signature line by a key that nobody knows", play, _replaced(bundle, checkpoint=friendly), timeline=_SHORT),
        _case("failed-thief", "another key under the log's name", play, _replaced(bundle, checkpoint=stolen), "PRV-0301", notices=()),
        _case("failed-root-changed", "another root under the log's signature", play, _replaced(bundle, checkpoint=note.replace(b64(signed.checkpoint.root), b64(lied))), "PRV-0301", notices=()),
        _case("failed-second-log-key", "one of the log's two keys did not sign", play, bundle, "PRV-0301", trust="second-log-key", notices=()),
        _case("failed-post-quantum-key", "the log's ML-DSA-44 key did not sign", play, bundle, "PRV-0301", trust="post-quantum", notices=()),
        _case("verified-week-old", "a checkpoint of a week ago", play, bundle, now=now + 7 * DAY, timeline=_SHORT),
        _case("incomplete-stale", "a checkpoint of a week and a second ago", play, bundle, "PRV-0501", now=now + 7 * DAY + 1000),
        _case("incomplete-stale-by-an-hour", "an hour old is too old for this trust file", play, bundle, "PRV-0501", trust="an-hour", now=now + 3_601_000),
        _case("verified-years-old", "however old, by this trust file", play, bundle, trust="any-age", now=now + 3650 * DAY, timeline=_SHORT),
        _case("verified-clock-behind", "a clock that is five minutes behind", play, bundle, now=now - 5 * MINUTE, timeline=_SHORT),
        _case("failed-future", "a checkpoint from the future", play, bundle, "PRV-0502", now=now - 5 * MINUTE - 1),
        *_witnessed(),
    ]  # fmt: skip


def _witnessed() -> list[Case]:
    play = short(witnesses=("w1", "w2", "w3"))
    play.commit()
    witnesses = play.witnesses
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
        play.witnesses = witnesses[:count]
        bundle = play.bundle(can(1), commit=False)
        made.append(_case(name, desc, play, bundle, *codes, trust="witnessed", notices=(), timeline=None if codes else _SHORT))  # fmt: skip
    play.witnesses = witnesses
    signed = play.sign()
    last = signed.note.signatures[-1]
    forged = dataclasses.replace(last, signature=last.signature[:8] + bytes(64))
    spoilt = format_note(signed.note.with_signatures(forged))
    made.append(
        _case(
            "failed-forged-cosignature",
            "two good cosignatures and a forged one",
            play,
            _replaced(play.bundle(can(1), commit=False), checkpoint=spoilt),
            "PRV-0402",
            trust="witnessed",
            notices=(),
        )
    )
    quiet = short(witnesses=("w1",))
    quiet.commit()
    quiet.now += 60 * MINUTE
    fresh = quiet.bundle(can(1), commit=False)
    return [
        *made,
        _case("verified-quiet-log", "an old checkpoint that was cosigned just now", quiet, fresh, trust="one-witness", notices=(), timeline=_SHORT),
        _case("failed-cosigned-in-the-future", "a cosignature of in an hour", quiet, fresh, "PRV-0502", trust="one-witness", notices=(), now=quiet.now - 60 * MINUTE),
    ]  # fmt: skip


# 6 and 7: what the log holds.


def _commitments() -> list[Case]:
    play = tiny()
    older = play.commit()
    play.say(MAKER, play.seen(can(1)))
    bundle = play.bundle(can(1))
    stale = _replaced(bundle, commitment=play.logged(older))
    other = LoggedEntry(
        bundle.commitment.log_index, b"other", bundle.commitment.proof
    )
    void = tiny()
    index = void.say(MAKER, void.seen(can(1)))
    behind = tiny()
    behind.commit(covered=len(behind.entries) - 1)
    # To Python, True is 1, the size that the commitment is to cover.
    truthful = pinned()
    truthful.say(MAKER, truthful.made(can(1)))
    truthful.commit(covered=True)
    return [
        _pinned_case("failed-older-map", "an older map for a newer log", play, stale, "PRV-0601"),
        _pinned_case("failed-commitment-not-logged", "a commitment that is not in the log", play, _replaced(bundle, commitment=other), "PRV-0601"),
        _pinned_case("failed-void-checkpoint", "a checkpoint that ends in a statement", void, _replaced(void.bundle(can(1), commit=False), commitment=void.logged(index)), "PRV-0601"),
        _pinned_case("failed-commitment-behind", "the last entry commits to an older size", behind, behind.bundle(can(1), commit=False), "PRV-0601"),
        _pinned_case("failed-commitment-to-true", "a commitment to the size true", truthful, truthful.bundle(can(1), commit=False), "PRV-0601"),
    ]  # fmt: skip


def _inclusion() -> list[Case]:
    play = tiny()
    bundle = play.bundle(can(1))
    forged = sign_statement(
        [play.seen(can(1))],
        signer=signer_of("maker"),
        issuer=MAKER,
        origin=ORIGIN,
        now=play.now,
    )
    moved = changed(bundle, "statements", 1, log_index=2)
    last = bundle.statements[1]
    elsewhere = tiny()
    elsewhere.say(MAKER, elsewhere.seen(can(1)), origin="other.example")
    rubbish = tiny()
    index = rubbish.log(b"rubbish")
    with_rubbish = rubbish.bundle(can(1))
    statements = (*with_rubbish.statements, rubbish.logged(index))
    backwards = tiny()
    late = backwards.commit(time=backwards.now + DAY)
    misplaced = tiny()
    wrong = misplaced.commit(covered=0)
    timeless = tiny()
    return [
        _pinned_case("failed-never-logged", "a statement that was never logged", play, changed(bundle, "statements", 1, entry=forged.entry), "PRV-0701"),
        _pinned_case("failed-entry-moved", "an entry at another index", play, moved, "PRV-0701"),
        _pinned_case("failed-entry-byte", "one bit of an entry", play, changed(bundle, "statements", 1, entry=last.entry[:-1] + bytes([last.entry[-1] ^ 1])), "PRV-0701"),
        _pinned_case("failed-proof-cut", "an entry's proof without its last hash", play, changed(bundle, "statements", 1, proof=last.proof[:-1]), "PRV-0701"),
        _pinned_case("failed-other-origin", "a statement for another ledger, logged in this one", elsewhere, elsewhere.bundle(can(1)), "PRV-0702"),
        _pinned_case("failed-rubbish-logged", "an entry that is no statement", rubbish, _replaced(with_rubbish, statements=statements), "PRV-0702"),
        _pinned_case("failed-time-backwards", "a commitment later than the one after it", backwards, backwards.bundle(can(1), times=[late]), "PRV-0702"),
        _pinned_case("failed-time-misplaced", "a commitment that is not where it says", misplaced, misplaced.bundle(can(1), times=[wrong]), "PRV-0702"),
        _pinned_case("failed-time-of-a-statement", "a statement among the times", timeless, timeless.bundle(can(1), times=[0]), "PRV-0702"),
    ]  # fmt: skip


# 8 and 9: events and trails.


def _events() -> list[Case]:
    play = tiny()
    bundle = play.bundle(can(1))
    last = len(bundle.events) - 1
    event = bundle.events[last]
    body, item = event.leaves
    lie = mp(["body", dict(_body_of(body.leaf), bizStep="shipping")])
    parts: Any = decode(item.leaf)
    renamed = mp([*parts[:3], can(2)])
    broken = _with_leaf(play.seen(can(1)), mp(["body", {"type": ""}]))
    mal = tiny()
    mal.say(MAKER, broken)
    return [
        _pinned_case("failed-body-changed", "another step than was signed", play, changed(bundle, "events", last, leaves=(dataclasses.replace(body, leaf=lie), item)), "PRV-0801"),
        _pinned_case("failed-item-changed", "another item than was signed", play, changed(bundle, "events", last, leaves=(body, dataclasses.replace(item, leaf=renamed))), "PRV-0801"),
        _pinned_case("failed-leaves-of-another", "the leaves of another event", play, changed(bundle, "events", last, leaves=bundle.events[last - 1].leaves), "PRV-0801"),
        _pinned_case("failed-item-count", "an item more than was signed", play, changed(bundle, "events", last, item_count=2), "PRV-0801"),
        _pinned_case("failed-concealed-count", "a field more than was signed", play, changed(bundle, "events", last, concealed_count=1), "PRV-0801"),
        _pinned_case("failed-position", "an event at another position", play, changed(bundle, "events", last, position=1), "PRV-0801"),
        _pinned_case("failed-event-proof", "a proof longer than the statement's tree", play, changed(bundle, "events", last, proof=(Hash(bytes(32)),)), "PRV-0801"),
        _pinned_case("failed-no-statement", "an event without its statement", play, _replaced(bundle, statements=bundle.statements[:-1]), "PRV-0801"),
        _pinned_case("failed-signed-leaf-malformed", "a leaf of no form, signed and logged", mal, mal.bundle(can(1)), "PRV-0801"),
    ]  # fmt: skip


def _body_of(leaf: bytes) -> dict[str, object]:
    parts: Any = decode(leaf)
    return dict(parts[1])


def _with_leaf(event: Event, body: bytes) -> Event:
    """Return *event* as if its body were those bytes."""
    _, item = event.leaves
    assert item is not None, "it was made here, with all its leaves"
    hashes = (leaf_hash(body), leaf_hash(item))
    identity = reference.event_id(1, 0, node_hash(*hashes))
    return dataclasses.replace(
        event, leaves=(body, item), hashes=hashes, id=Hash(identity)
    )


def _cut(bundle: Bundle, kept: Sequence[int]) -> Bundle:
    """Return *bundle* as if its subject's trail had only these links."""
    links = tuple(bundle.items[0].links[number] for number in kept)
    places = {(link.log_index, link.position) for link in links}
    events = tuple(
        event
        for event in bundle.events
        if (event.log_index, event.position) in places
    )
    said = {event.log_index for event in events}
    return _replaced(
        changed(
            bundle,
            "items",
            0,
            links=links,
            head=chain_hashes(can(1), links)[-1] if links else None,
        ),
        events=events,
        statements=tuple(s for s in bundle.statements if s.log_index in said),
    )


def _trails() -> list[Case]:
    play = tiny()
    play.say(MAKER, play.seen(can(2)))
    play.say(
        CUSTOMS, play.seen(can(1), step="urn:provenance:step:customs_refused")
    )
    bundle = play.bundle(can(1))
    absent = play.trail(can(9))
    lie = ProvenTrail(can(1), (), None, absent.proof, absent.other)
    links = bundle.items[0].links
    other = dataclasses.replace(links[-1], event_id=sha256(b"another"))
    renamed = changed(bundle, "items", 0, item=can(2))
    swapped = _replaced(bundle, items=put(bundle.items, 0, play.trail(can(2))))
    hidden = tiny()
    hidden.say(MAKER, hidden.packed(sscc(5), can(1)), unlinked={sscc(5)})
    hidden.say(MAKER, hidden.seen(sscc(5)))
    crooked = tiny()
    crooked.trails[can(1)][0] = dataclasses.replace(
        crooked.trails[can(1)][0], event_id=sha256(b"another")
    )
    return [
        _pinned_case("failed-last-event-dropped", "customs' refusal, the last event, left out", play, _cut(bundle, [0, 1]), "PRV-0901"),
        _pinned_case("failed-first-event-dropped", "the first event left out", play, _cut(bundle, [1, 2]), "PRV-0901"),
        _pinned_case("failed-middle-event-dropped", "an event in the middle left out", play, _cut(bundle, [0, 2]), "PRV-0901"),
        _pinned_case("failed-all-events-dropped", "an item with a trail, said to have none", play, _replaced(bundle, items=put(bundle.items, 0, lie)), "PRV-0901"),
        _pinned_case("failed-head-changed", "a head that the links do not lead to", play, changed(bundle, "items", 0, head=sha256(b"x")), "PRV-0901"),
        _pinned_case("failed-link-changed", "a link to another event", play, changed(bundle, "items", 0, links=(*links[:-1], other)), "PRV-0901"),
        _pinned_case("failed-renamed", "one item's trail under another's name", play, renamed, "PRV-0901", item=can(2)),
        _pinned_case("failed-map-proof", "a map proof without a step", play, changed(bundle, "items", 0, proof=bundle.items[0].proof[1:]), "PRV-0901"),
        _pinned_case("failed-map-proof-of-another", "another item's map proof", play, changed(bundle, "items", 0, proof=play.trail(can(2)).proof), "PRV-0901"),
        _pinned_case("failed-swapped-subject", "another item in the first place", play, swapped, "PRV-0202", notices=()),
        _pinned_case("failed-log-links-another-event", "the log linked another event than it logged", crooked, crooked.bundle(can(1)), "PRV-0901"),
        _pinned_case("failed-log-left-a-link-out", "the log linked a carton to one event of two", hidden, hidden.bundle(can(1)), "PRV-0902"),
    ]  # fmt: skip


# 10: whole, and nothing more.


def _completeness() -> list[Case]:
    play = nested()
    bundle = play.bundle(can(1))
    names = [trail.item for trail in bundle.items]
    places = [event.log_index for event in bundle.events]

    def no_trail(item: str) -> Bundle:
        return _replaced(bundle, items=without(bundle.items, names.index(item)))

    bare = play.show((1, 0), {0})
    unnamed = _replaced(
        bundle, events=put(bundle.events, places.index(1), bare)
    )
    no_parent = play.show((2, 0), {0, 2})
    parentless = _replaced(
        bundle, events=put(bundle.events, places.index(2), no_parent)
    )
    only = play.bundle(can(1), wants=ALL - {Why.LOT}, commit=False)
    extra = play.say(MAKER, play.made(can(7)))
    wider = play.bundle(can(1))
    surplus_event = _replaced(
        wider,
        events=(*wider.events, play.show((extra, 0), {0, 1})),
        statements=(*wider.statements, play.logged(extra)),
    )
    surplus_statement = _replaced(
        wider, statements=(*wider.statements, play.logged(extra))
    )
    surplus_trail = _replaced(wider, items=(*wider.items, play.trail(can(7))))
    nothing = play.bundle(can(9), commit=False)
    desert = Play()
    return [
        _case("incomplete-event-left-out", "an event of the can is not shown", play, dropped(bundle, places.index(2)), "PRV-1001", trust="pinned"),
        _case("incomplete-event-of-the-pallet-left-out", "the pallet's release is not shown", play, dropped(bundle, places.index(4)), "PRV-1001", trust="pinned"),
        _case("incomplete-lot-left-out", "the lot's trail is not there", play, _without_trail(bundle, LOT), "PRV-1001", trust="pinned"),
        _case("incomplete-carton-left-out", "the carton's trail is not there, and so not the pallet's need", play, no_trail(sscc(1)), "PRV-1001", trust="pinned"),
        _case("incomplete-item-not-shown", "an event does not show that it names the can", play, unnamed, "PRV-1001", trust="pinned"),
        _case("incomplete-parent-not-shown", "an event does not show into what the can went", play, parentless, "PRV-1001", trust="pinned"),
        _case("incomplete-lot-not-asked-by-all", "a trail that this trust file asks for", play, only, "PRV-1001", trust="pinned"),
        *_unasked(),
        _case("failed-surplus-trail", "the trail of another can", play, surplus_trail, "PRV-1002", trust="pinned"),
        _case("failed-surplus-event", "an event of another can", play, surplus_event, "PRV-1002", trust="pinned"),
        _case("failed-surplus-statement", "a statement of which no event is shown", play, surplus_statement, "PRV-1002", trust="pinned"),
        _case("unknown-item", "the log holds nothing about it", play, nothing, "PRV-1003", trust="pinned", item=can(9)),
        _case("unknown-item-in-an-empty-ledger", "the log holds nothing at all", desert, desert.bundle(can(1)), "PRV-1003"),
    ]  # fmt: skip


def _unasked() -> list[Case]:
    play = Play()
    play.join("maker", PRODUCER)
    play.say(MAKER, play.made(LOT))
    play.say(MAKER, play.made(can(1), lot="L7"))
    with_lot = play.bundle(can(1))
    without_lot = play.bundle(can(1), wants=ALL - {Why.LOT}, commit=False)
    made: Row = (2, 0, "commissioning", "subject")
    return [
        _case(
            "verified-lot-not-asked-for",
            "a trail that this trust file does not ask for",
            play,
            without_lot,
            trust="containers-only",
            notices=[NO_WITNESSES, ("PRV-1004", LOT)],
            timeline=[made],
        ),
        _case(
            "verified-more-than-asked-for",
            "a trail that nobody asked for and that belongs there",
            play,
            with_lot,
            trust="containers-only",
            timeline=[(1, 0, "commissioning", "lots"), made],
        ),
    ]


def _without_trail(bundle: Bundle, item: str) -> Bundle:
    """Return *bundle* without an item's trail and what is only on it."""
    number = [trail.item for trail in bundle.items].index(item)
    items = without(bundle.items, number)
    places = {
        (link.log_index, link.position)
        for trail in items
        for link in trail.links
    }
    events = tuple(
        event
        for event in bundle.events
        if (event.log_index, event.position) in places
    )
    said = {event.log_index for event in events}
    return _replaced(
        bundle,
        items=items,
        events=events,
        statements=tuple(s for s in bundle.statements if s.log_index in said),
    )


# 11: who signed.


def _signatures() -> list[Case]:
    play = short()
    event = play.seen(can(1))
    index = play.say(MAKER, event)
    stolen = short()
    good = play.entries[index]
    stolen.put(stolen.log(good[:-64] + bytes(64)), [event])
    foreign = short()
    foreign.join("customs", Grant("", "customs"))
    foreign.say(CUSTOMS, foreign.seen(can(1)), signer=signer_of("maker"))
    nobody = short()
    nobody.signers["did:web:nobody.example"] = signer_of("nobody")
    nobody.say("did:web:nobody.example", nobody.seen(can(1)))
    early = Play()
    early.signers[MAKER] = signer_of("maker")
    early.say(MAKER, early.made(can(1)))
    early.join("maker", PRODUCER)
    revoked = short()
    before = revoked.now
    revoked.say(
        OWNER,
        actors.revoke_key(
            MAKER,
            old=signer_of("maker").verifier.key_id,
            reason="stolen",
            secret=revoked.secret(),
        ),
    )
    clean = revoked.bundle(can(1))
    clean_now = revoked.now
    revoked.now = before - 10 * MINUTE
    revoked.say(MAKER, revoked.seen(can(1)))
    revoked.now = before + 10 * MINUTE
    friends = short()
    friends.join("accomplice", Grant("", "customs"), by=MAKER)
    friends.say("did:web:accomplice.example", friends.seen(can(1)))
    alone = Play()
    alone.signers.update({owner: signer_of(owner) for owner in OWNERS})
    alone.signers[MAKER] = signer_of("maker")
    alone.say(OWNERS[0], alone.enrolled(MAKER, name="maker"))
    alone.say(MAKER, alone.made(can(1)))
    honest = short()
    lacking = _without_trail(honest.bundle(can(1)), MAKER)
    return [
        _case("failed-signature", "a statement whose signature is none", stolen, stolen.bundle(can(1)), "PRV-1101"),
        _case("failed-anothers-key", "customs' statement under the maker's key", foreign, foreign.bundle(can(1)), "PRV-1102"),
        _case("failed-nobody", "an actor that nobody enrolled", nobody, nobody.bundle(can(1)), "PRV-1102", "PRV-1201"),
        _case("failed-too-early", "a statement logged before its signer was enrolled", early, early.bundle(can(1)), "PRV-1102", "PRV-1201"),
        _case("verified-before-revocation", "what a key signed before it was revoked", revoked, clean, now=clean_now, timeline=_SHORT),
        _case("failed-revoked-key", "a revoked key, and a time from before", revoked, revoked.bundle(can(1)), "PRV-1102"),
        _case("failed-not-its-to-enrol", "a maker enrolled an accomplice as customs", friends, friends.bundle(can(1)), "PRV-1104", "PRV-1102", "PRV-1201"),
        _case("failed-one-authority", "one authority of the two that it takes", alone, alone.bundle(can(1)), "PRV-1102", "PRV-1201", trust="two-authorities"),
        _case("incomplete-signers-trail", "the signer's trail is not there", honest, lacking, "PRV-1103", "PRV-1103", "PRV-1103", "PRV-1204", "PRV-1204"),
    ]  # fmt: skip


# 12: who may.


def _dated(*, until: int, shown: str) -> tuple[Play, Bundle]:
    """Return a story logged between minutes 10 and 20 of a dated grant."""
    play = Play()
    start = play.now
    dated = dataclasses.replace(PRODUCER, until=start + until * MINUTE)
    play.join("maker", dated)
    play.now = start + 10 * MINUTE
    before = play.commit()
    play.say(MAKER, play.made(can(1)))
    play.now = start + 20 * MINUTE
    after = play.commit()
    play.now = start + 90 * MINUTE
    times = {"both": [before, after], "none": []}[shown]
    return play, play.bundle(can(1), times=times)


def _roles() -> list[Case]:
    carrier = short()
    carrier.join("carrier", Grant("", "carrier"))
    carrier.say(CARRIER, carrier.seen(can(1), step=RELEASE))
    rival = Play()
    rival.join("rival", Grant("", "producer", prefixes=("421",)))
    rival.say("did:web:rival.example", rival.made(can(1)))
    placed = Play()
    placed.join("maker", dataclasses.replace(PRODUCER, places=(PLACE,)))
    placed.say(MAKER, placed.made(can(1), readPoint={"id": PLACE}))
    here = placed.bundle(can(1))
    here_now = placed.now
    placed.say(MAKER, placed.seen(can(1), bizLocation={"id": "urn:x:y"}))
    revoked = short()
    given = revoked.events[0, 1]
    revoked.say(
        OWNER,
        actors.revoke_grant(
            MAKER,
            granted_by=given.id,
            reason="fraud",
            secret=revoked.secret(),
        ),
    )
    revoked.say(MAKER, revoked.seen(can(1)))
    again = Play()
    agent = again.join("agent", dataclasses.replace(PRODUCER, may_grant=True))
    again.say(agent, again.events[0, 1])
    again.say(agent, again.made(can(1)))
    strange = short()
    strange.say(MAKER, strange.seen(can(1), step="dancing"))
    own = short()
    own.say(
        MAKER, own.seen(can(1), step="https://maker.example/steps/labelling")
    )
    within, fit = _dated(until=20, shown="both")
    expired, late = _dated(until=9, shown="both")
    vague, unclear = _dated(until=20, shown="none")
    return [
        _case("failed-role", "a carrier releases from customs", carrier, carrier.bundle(can(1)), "PRV-1201"),
        _case("failed-prefix", "a rival makes what is another's", rival, rival.bundle(can(1)), "PRV-1201"),
        _case("verified-place", "a grant for the place where it happened", placed, here, now=here_now, timeline=[(1, 0, "commissioning", "subject")]),
        _case("failed-place", "a grant for another place", placed, placed.bundle(can(1)), "PRV-1201"),
        _case("failed-revoked-grant", "a grant that was revoked before", revoked, revoked.bundle(can(1)), "PRV-1201"),
        _case("failed-grant-said-again", "a delegate says its own grant again, which would come from itself", again, again.bundle(can(1)), "PRV-1104"),
        _case("failed-own-step", "a step of one's own that no role names", own, own.bundle(can(1)), "PRV-1201"),
        _case("failed-step", "a step that is none", strange, strange.bundle(can(1)), "PRV-1203"),
        _case("verified-dated-grant", "the log's time shows that the grant held", within, fit, timeline=[(2, 0, "commissioning", "subject")]),
        _case("failed-expired-grant", "the log's time shows that the grant had ended", expired, late, "PRV-1201"),
        _case("incomplete-dated-grant", "when it was logged is not shown", vague, unclear, "PRV-1202"),
    ]  # fmt: skip


# 13 and 14: demands and recalls.


def _demands() -> list[Case]:
    play = tiny()
    head = chain_hashes(can(1), play.trails[can(1)])[-1]
    play.say(
        MAKER,
        play.seen(can(1), after=[[can(1), head], [can(2), bytes(32)]]),
        play.seen(can(1), after=[[can(1), head]]),
    )
    made = []
    for name, desc, number in (
        ("failed-demand-of-the-first", "an event was to be the first", 0),
        ("failed-demand", "an event was to follow an older link", 1),
    ):
        bad = tiny()
        chain = [map_key(can(1)), *chain_hashes(can(1), bad.trails[can(1)])]
        bad.say(MAKER, bad.seen(can(1), after=[[can(1), chain[number]]]))
        made.append(
            _pinned_case(name, desc, bad, bad.bundle(can(1)), "PRV-1301")
        )
    return [
        _pinned_case(
            "verified-demand",
            "two events of one statement follow the link that they demanded",
            play,
            play.bundle(can(1)),
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
    for name, item, index in (
        ("item", can(1), 6),
        ("lot", LOT, 6),
        ("carton", sscc(1), 6),
    ):
        play = nested()
        assert play.say(MAKER, play.seen(item, step=RECALL)) == index
        made.append(
            _case(
                f"incomplete-recalled-{name}",
                f"the {name} was recalled",
                play,
                play.bundle(can(1)),
                "PRV-1401",
                trust="pinned",
                notices=[NO_WITNESSES, ("PRV-1401", item)],
            )
        )
    left = nested()
    left.say(MAKER, left.seen(sscc(2), step=RECALL))
    made.append(
        _case(
            "verified-recalled-pallet-left",
            "the pallet was recalled when the carton had left it",
            left,
            left.bundle(can(1)),
            trust="pinned",
            timeline=_NESTED,
        )
    )
    disposed = tiny()
    disposed.say(MAKER, disposed.seen(can(1), disposition="recalled"))
    made.append(
        _case(
            "incomplete-disposition-recalled",
            "a disposition recalls as a step does",
            disposed,
            disposed.bundle(can(1)),
            "PRV-1401",
            trust="pinned",
            notices=[NO_WITNESSES, ("PRV-1401", can(1))],
        )
    )
    return [*made, *_withdrawn()]


def _withdrawn() -> list[Case]:
    made = []
    for who in ("signer", "another"):
        play = short()
        play.join("carrier", dataclasses.replace(PRODUCER))
        recall = play.seen(can(1), step=RECALL)
        play.say(MAKER, recall)
        declared = make_event(
            {**recall.body, "errorDeclaration": {"reason": "incorrect_data"}},
            recall.items,
            secret=play.secret(),
        )
        play.say(MAKER if who == "signer" else CARRIER, declared)
        if who == "signer":
            made.append(
                _case(
                    "verified-recall-withdrawn",
                    "whoever recalled it declares that an error",
                    play,
                    play.bundle(can(1)),
                    notices=[
                        NO_WITNESSES,
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
                _case(
                    "incomplete-recall-not-withdrawn",
                    "somebody else declares the recall an error",
                    play,
                    play.bundle(can(1)),
                    "PRV-1401",
                    notices=[
                        NO_WITNESSES,
                        ("PRV-1401", can(1)),
                        ("PRV-1404", can(1)),
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
    return [
        _pinned_case(
            "verified-made-twice",
            "two things were given one number",
            twice,
            twice.bundle(can(1)),
            notices=[NO_WITNESSES, ("PRV-1407", can(1))],
        ),
        _pinned_case(
            "verified-made-twice-in-error",
            "a thing was given its number twice, once by mistake",
            once,
            once.bundle(can(1)),
            notices=[NO_WITNESSES, error],
        ),
        _pinned_case(
            "verified-packed-in-error",
            "the can never was in the carton that was recalled",
            packed,
            packed.bundle(can(1)),
            notices=[NO_WITNESSES, error],
            timeline=[
                (0, 0, "commissioning", "subject"),
                (1, 0, "loading", "subject"),
                (3, 0, "loading", "subject"),
            ],
        ),
        _pinned_case(
            "incomplete-unpacked-in-error",
            "the can was still in the carton when that was recalled",
            unpacked,
            unpacked.bundle(can(1)),
            "PRV-1401",
            # The carton's trail has the declaration as well.
            notices=[
                NO_WITNESSES,
                error,
                ("PRV-1401", sscc(1)),
                ("PRV-1402", sscc(1)),
            ],
        ),
        _pinned_case(
            "verified-lot-in-error",
            "the lot first named is none of the story",
            renamed,
            renamed.bundle(can(1)),
            notices=[NO_WITNESSES, error],
            timeline=[
                (0, 0, "commissioning", "subject"),
                (1, 0, "commissioning", "subject"),
                (2, 0, "commissioning", "subject"),
                (3, 0, "commissioning", "lots"),
            ],
        ),
        _pinned_case(
            "incomplete-nothing-stands",
            "all that was said of the can was an error",
            nothing,
            nothing.bundle(can(1)),
            "PRV-1406",
            notices=[NO_WITNESSES, error],
        ),
        _pinned_case(
            "verified-error-of-nothing",
            "an event that is not on the trail is declared an error",
            unseen,
            unseen.bundle(can(1)),
            notices=[NO_WITNESSES, ("PRV-1405", can(1))],
        ),
    ]
