"""Two implementations make the same of one story, up to its bundles' bytes.

The second one (`tests/vectors`) is slow and shares nothing with the library.
It tells random stories to a ledger of its own; the library reads their
entries and events, links them, commits to them and proves every item. Shown
the same choice of events, leaves and links, the second one makes the same
bytes.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from provenance.claims.event import parse_event
from provenance.claims.statement import parse_entry
from provenance.claims.trail import chain_hashes, map_key
from provenance.encoding.digest import sha256
from provenance.encoding.edge import push, root
from provenance.encoding.tree import Tree, leaf_hash, root_of
from provenance.proof.bundle import Bundle, parse_bundle
from provenance.proof.trust import parse_trust
from provenance.proof.verdict import Outcome, Verdict
from provenance.proof.verify import examine_bundle
from provenance.tlog import merkle, patricia
from tests.vectors import reference
from tests.vectors.ledger import Ledger
from tests.vectors.makers.judged import RECALL, RELEASE
from tests.vectors.makers.play import Play, iso, nested, pinned, tiny
from tests.vectors.makers.trust import TEXTS
from tests.vectors.makers.version import BOOK, signed, version
from tests.vectors.names import CUSTOMS, DAY, GTIN, LOT, MAKER, can, sscc
from tests.vectors.reference import Event
from tests.vectors.walk import Walk
from tests.world import World

TRUST = parse_trust(TEXTS["pinned"])
HOLD = "urn:provenance:step:customs_held"


def told(seed: int) -> Play:
    """Return a random story of a few cans, cartons, pallets and lots.

    Some of it is reported late, and some for another time than it happened.
    """
    chance = random.Random(seed)
    play = pinned()
    cans = [can(number) for number in range(4)]
    boxes = [sscc(number) for number in range(3)]
    lots = [LOT, f"{GTIN}/10/L8"]
    said: list[Event] = []

    def some(things: Sequence[str]) -> list[str]:
        return chance.sample(things, chance.randint(1, len(things)))

    def secrets() -> list[tuple[str, object]]:
        names = ["/example:b", "/example:a", "/example:\uffff", "/\U00010000"]
        return [(name, seed) for name in names if chance.random() < 0.3]

    def ago() -> str:
        return iso(
            play.now - chance.choice([0, 3, 7, DAY, 40 * DAY, 400 * DAY])
        )

    def when() -> dict[str, Any]:
        return {"eventTime": ago()} if chance.random() < 0.3 else {}

    def seen(*steps: str) -> Event:
        things, step = some(cans + boxes), chance.choice(steps)
        body = when()
        if chance.random() < 0.2:
            body["concerns"] = [chance.choice([None, ago()]) for _ in range(2)]
        return play.seen(*things, step=step, fields=secrets(), **body)

    def withdrawn() -> Event:
        # An error is declared once.
        if not said:
            return play.made(LOT)
        return play.as_error(said.pop(chance.randrange(len(said))))

    def joined() -> Event:
        """What went into a transformation, or what came out of it."""
        batch = chance.choice(["urn:x:one", "urn:x:two"])
        relation = chance.choice(["inputEPCList", "outputEPCList"])
        return play.told(
            "TransformationEvent",
            *((relation, item) for item in some(cans)),
            ("transformationID", batch),
            transformationID=batch,
            **when(),
        )

    def product() -> Event:
        return play.told(
            "ObjectEvent",
            ("about", GTIN),
            action="OBSERVE",
            bizStep=chance.choice(["inspecting", RECALL]),
        )

    by_maker: list[Callable[[], Event]] = [
        lambda: play.made(*some(cans), lot=chance.choice(["L7", "L8"])),
        lambda: play.made(*some(lots)),
        lambda: play.packed(chance.choice(boxes), *some(cans), **when()),
        lambda: play.packed(boxes[2], *some(boxes[:2]), **when()),
        lambda: play.unpacked(chance.choice(boxes), *some(cans), **when()),
        lambda: play.unpacked(chance.choice(boxes), **when()),
        lambda: play.turned(some(cans[:2]), some(cans[2:]), **when()),
        lambda: play.made(*some(boxes), **when()),
        lambda: play.ended(*some(boxes), **when()),
        joined,
        lambda: seen("inspecting", "storing", "inspecting", RECALL),
        withdrawn,
        lambda: play.packed(chance.choice(boxes), *some(lots), **when()),
        lambda: play.unpacked(chance.choice(boxes), *some(lots), **when()),
        lambda: play.packed(
            chance.choice(boxes), *some(cans), action="OBSERVE", **when()
        ),
        lambda: play.ended(*some(cans)),
        product,
    ]
    by_customs: list[Callable[[], Event]] = [
        lambda: seen("inspecting", HOLD, RELEASE)
    ]
    for _ in range(chance.randint(1, 9)):
        if chance.random() < 0.2:
            play.now += chance.choice([DAY, 35 * DAY, 400 * DAY])
        is_customs = chance.random() < 0.2
        tellings = by_customs if is_customs else by_maker
        events = [
            chance.choice(tellings)() for _ in range(chance.randint(1, 5))
        ]
        if not is_customs:
            said += [e for e in events if "errorDeclaration" not in e.body]
        play.say(CUSTOMS if is_customs else MAKER, *events)
        if chance.random() < 0.2:
            play.commit()
    return play


def world_of(play: Ledger) -> World:
    """Return what the library makes of the entries and events."""
    world = World()
    world.now = play.now
    versions = {
        link.log_index: link for link in play.trails.get(TRUST_ITEM, [])
    }
    for index, entry in enumerate(play.entries):
        world.log(entry)
        statement = play.statements.get(index)
        if index in versions:
            world.put_version(index, sha256(signed_bytes(entry)))
        if statement is None:
            continue
        events = [parse_event(event.data) for event in statement.events]
        header = parse_entry(entry).header
        ids = [leaf_hash(event.id) for event in events]
        assert header.events_root == root_of(ids)
        world.put(index, events)
    return world


TRUST_ITEM = f"provenance:trust:{TRUST.origin}"


def signed_bytes(entry: bytes) -> bytes:
    """Return the version in one of the entries that `versioned` logs."""
    return next(data for data, logged in VERSIONS if logged == entry)


_FIRST = signed(version())
VERSIONS = [
    _FIRST,
    signed(version(version=2, previous=reference.H(_FIRST[0]))),
]


def versioned() -> Play:
    """Return a story in which the trust and the rules change."""
    play = tiny()
    for data, entry in VERSIONS:
        play.publish_trust(data, entry)
        play.say(MAKER, play.seen(can(1)))
    play.log(reference.book_entry(BOOK))
    return play


def long() -> Play:
    """Return a story of a can that much happened to, in a carton for long."""
    play = pinned()
    seen = [play.seen(can(1), sscc(1)) for _ in range(300)]
    seen[150] = play.seen(can(1), sscc(1), disposition="damaged")
    play.say(MAKER, play.made(can(1), can(2)))
    play.say(MAKER, *seen[:100])
    play.say(MAKER, play.packed(sscc(1), can(2)))
    play.say(MAKER, *seen[100:])
    play.say(MAKER, play.unpacked(sscc(1), can(2)))
    return play


def crowded() -> Play:
    """Return a story of a can in ten boxes one in another, and in 70 others."""
    play = pinned()
    play.say(MAKER, play.made(can(1)))
    inside = can(1)
    for number in range(10):
        play.say(MAKER, play.packed(sscc(number), inside))
        inside = sscc(number)
    play.say(MAKER, play.seen(inside, step=RECALL))
    play.say(MAKER, *(play.packed(sscc(n), can(1)) for n in range(20, 90)))
    play.say(MAKER, *(play.seen(sscc(n), step=RECALL) for n in range(18, 90)))
    return play


STORIES: dict[str, Callable[[], Play]] = {
    "crowded": crowded,
    "nested": nested,
    "versioned": versioned,
    "long": long,
    **{
        f"seed-{seed}": lambda seed=seed: told(seed)  # type: ignore[misc]  # one each
        for seed in range(25)
    },
}


@pytest.fixture(params=STORIES)
def play(request: pytest.FixtureRequest) -> Play:
    return STORIES[request.param]()


def again(play: Play, bundle: Bundle) -> bytes:
    """Return what the second implementation makes of the same choice."""
    leaves = {}
    for statement, event in bundle.events:
        shown = [item.number for item in event.items]
        shown += [field.number for field in event.fields]
        leaves[statement.log_index, event.position] = shown
    rows = [row for trail in bundle.trails for row in trail.rows]
    names = [trail.item for trail in bundle.trails]
    parts = play.bundle(
        bundle.subject,
        *names,
        commit=False,
        hidden=[(row.log_index, row.position) for row in rows],
        leaves=leaves,
        ranges={
            trail.item: [(each.start, each.length) for each in trail.ranges]
            for trail in bundle.trails
        },
        entries=[logged.log_index for logged in bundle.entries],
    )
    return parts.to_bytes()


def test_both_link_the_same_events_and_commit_to_the_same_map(
    play: Play,
) -> None:
    world = world_of(play)
    assert list(world.trails) == list(play.trails)
    for item, links in play.trails.items():
        found = world.trails[item]
        assert [
            [*link.place, link.time, link.kinds, [*link.leaves], link.event_id]
            for link in found
        ] == [link.row for link in links]
        assert chain_hashes(item, found) == reference.chain(item, links)
        assert map_key(item) == reference.map_key(item)
    assert dict(world.pairs()) == play.pairs()
    assert patricia.map_root(world.pairs()) == reference.map_root(play.pairs())
    assert merkle.root_hash(len(world.entries), world.nodes) == play.root


def test_both_walk_to_the_same_story(play: Play) -> None:
    world = world_of(play)
    for item in play.trails:
        found = world.trace(item)
        walk = Walk(play).run(item)
        assert not found.missing
        assert [*found.trails] == walk.trails
        assert {
            (sighting.at, sighting.item, sighting.why.value)
            for sighting in found.sightings
        } == walk.sightings
        assert [
            (warned.at, warned.item, warned.why.value, warned.grade.value)
            for warned in found.warned
        ] == walk.warned
        assert {*found.void} == walk.void
        assert {
            (skipped.item, number)
            for skipped in found.skipped
            for number in range(skipped.start, skipped.stop)
        } == {(item, number) for item, number in walk.skipped()}


def test_the_libraries_bundles_are_made_again_to_the_same_bytes(
    play: Play,
) -> None:
    play.commit()
    world = world_of(play)
    for item in (*play.trails, can(99)):
        bundle = world.bundle(item, commit=False)
        data = bundle.to_bytes()
        assert parse_bundle(data) == bundle
        assert again(play, bundle) == data, item


def test_the_libraries_bundles_are_never_found_to_be_false(play: Play) -> None:
    play.commit()
    world = world_of(play)
    for item in play.trails:
        data = world.bundle(item, commit=False).to_bytes()
        verdict = examine_bundle(data, trust=TRUST, now=play.now, item=item)
        faults = [
            step
            for step in verdict.steps
            if step.outcome is not Outcome.VERIFIED
        ]
        # Something may be recalled; all of it is there, and nothing is false.
        assert {step.name for step in faults} <= {"recalls"}, faults


def less(play: Play, bundle: Bundle, chance: random.Random) -> bytes:
    """Return a bundle that shows less than *bundle*, its proofs all good."""
    names = [trail.item for trail in bundle.trails]
    rows = [row.place for trail in bundle.trails for row in trail.rows]
    places = [(s.log_index, event.position) for s, event in bundle.events]
    ranges = {
        trail.item: [(each.start, each.length) for each in trail.ranges]
        for trail in bundle.trails
    }
    hidden: list[tuple[int, int]] = []
    omitted: list[str] = []
    match chance.randrange(4):
        case 0:
            hidden = chance.sample(places, min(len(places), 2))
        case 1:
            omitted = [chance.choice(names)]
        case 2:
            omitted = [chance.choice(names)]
            hidden = [chance.choice(places)]
        case _:
            item = chance.choice([name for name in names if ranges[name]])
            start, length = chance.choice(ranges[item])
            cut = chance.randrange(length)
            parts = [(start, cut), (start + cut + 1, length - cut - 1)]
            others = [each for each in ranges[item] if each[0] != start]
            ranges[item] = sorted(
                [*others, *(part for part in parts if part[1])]
            )
    parts_of = play.bundle(
        bundle.subject,
        *(name for name in names if name not in omitted),
        commit=False,
        hidden=[*rows, *hidden],
        omitted=[name for name in omitted if name != bundle.subject],
        ranges=ranges,
    )
    return parts_of.to_bytes()


@pytest.mark.parametrize("seed", range(25))
def test_no_choice_of_what_to_show_makes_a_story_look_better(
    seed: int,
) -> None:
    chance = random.Random(seed)
    play = told(seed)
    play.commit()
    world = world_of(play)

    def found(data: bytes, item: str) -> Verdict:
        return examine_bundle(data, trust=TRUST, now=play.now, item=item)

    for item in play.trails:
        bundle = world.bundle(item, commit=False)
        whole = found(bundle.to_bytes(), item)
        for _ in range(4):
            part = found(less(play, bundle, chance), item)
            if part.outcome is Outcome.VERIFIED:
                assert whole.outcome is Outcome.VERIFIED
                assert part.timeline == whole.timeline
                assert set(part.notices) >= set(whole.notices)


def test_one_proof_of_many_leaves_is_the_same_by_its_definition() -> None:
    chance = random.Random(7)
    for size in (*range(1, 20), 33, 64, 100):
        leaves = [b"%d" % number for number in range(size)]
        tree = Tree([leaf_hash(leaf) for leaf in leaves])
        for _ in range(20):
            known = sorted(chance.sample(range(size), chance.randint(1, size)))
            assert list(tree.multiproof(known)) == reference.multiproof(
                known, leaves
            ), (size, known)


def test_one_proof_of_many_keys_is_the_same_by_its_definition() -> None:
    chance = random.Random(8)
    for count in (0, 1, 2, 3, 10, 40):
        pairs = {
            chance.randbytes(32): chance.randbytes(80) for _ in range(count)
        }
        for _ in range(10):
            keys = chance.sample(sorted(pairs), chance.randint(0, count))
            keys += [chance.randbytes(32) for _ in range(chance.randint(1, 4))]
            near = bytearray(keys[0])
            near[chance.randrange(32)] ^= 1 << chance.randrange(8)
            keys.append(bytes(near))
            merged = patricia.merge(
                {key: patricia.prove(key, pairs.items()) for key in keys}
            )
            steps, others, hashes = reference.map_multiproof(keys, pairs)
            assert list(merged.steps) == steps
            assert list(merged.others) == others
            assert list(merged.hashes) == hashes
            held = {key: pairs[key] for key in keys if key in pairs}
            assert patricia.root_from_many(
                held, keys, merged
            ) == reference.map_root(pairs)


def test_an_edge_is_the_same_by_its_definition() -> None:
    edge = b""
    leaves: list[bytes] = []
    for count in range(70):
        assert edge == b"".join(reference.edge(leaves))
        assert root(edge) == reference.mth(leaves)
        leaves.append(b"%d" % count)
        edge = push(edge, count, leaf_hash(leaves[-1]))
