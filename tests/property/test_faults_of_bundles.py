"""What is found of a bundle that was changed, part by part."""

import dataclasses
import random
from typing import Any

import pytest

from provenance.claims import actor as actors
from provenance.claims.actor import Grant
from provenance.claims.event import Field, Item, make_event
from provenance.decode import decode_file
from provenance.encoding.canonical import encode
from provenance.encoding.difference import MAX_SHOWN, Differing, differences
from provenance.encoding.digest import Hash
from provenance.encoding.tree import leaf_hash
from provenance.errors import MalformedError
from provenance.proof.bundle import (
    Bundle,
    LoggedEntry,
    Range,
    ShownEvent,
    ShownField,
    parse_bundle,
)
from provenance.proof.copies import BundleCopy
from provenance.proof.faults import Fault, entry_faults, find_faults
from provenance.proof.readings import entry_reading, leaf_reading
from provenance.proof.verdict import Outcome
from provenance.proof.verify import examine_bundle
from provenance.tlog.note import NoteSigner
from tests.world import GTIN, ORIGIN, OWNER, World, can, signer_of

PRODUCER, CUSTOMS = "did:web:producer.example", "did:web:customs.example"
LOT = f"{GTIN}/10/L7"


def a_world() -> World:
    world = World()
    world.enrol("producer", Grant("", "producer", prefixes=("9506000",)))
    world.enrol("customs", Grant("", "customs"))
    world.say(PRODUCER, world.made(can(0), can(1)), world.made(can(2)))
    for _ in range(2):
        world.say(CUSTOMS, world.seen(can(0)))
    # What is no part of the story leaves hashes in the proofs.
    world.say(PRODUCER, world.made(can(5)))
    return world


WORLD = a_world()
SOUND = WORLD.bundle(can(0))
TRUST = WORLD.trust()
LAST = len(SOUND.statements) - 1
INDEX = SOUND.statements[LAST].log_index


def look(bundle: Bundle, sound: Bundle = SOUND) -> tuple[Fault, ...]:
    copy = BundleCopy(sound, name="copy")
    return find_faults(bundle.to_bytes(), trust=TRUST, copy=copy)


def alone(bundle: Bundle) -> tuple[Fault, ...]:
    return find_faults(bundle.to_bytes(), trust=TRUST)


def statement_with(bundle: Bundle, number: int, **changes: Any) -> Bundle:
    statements = list(bundle.statements)
    statements[number] = dataclasses.replace(statements[number], **changes)
    return dataclasses.replace(bundle, statements=tuple(statements))


def event_with(bundle: Bundle, number: int, **changes: Any) -> Bundle:
    (event,) = bundle.statements[number].events
    changed = dataclasses.replace(event, **changes)
    return statement_with(bundle, number, events=(changed,))


def test_a_sound_bundle_has_no_faults() -> None:
    assert look(SOUND) == ()
    assert alone(SOUND) == ()


def test_an_event_that_was_not_signed_like_this_names_its_statement() -> None:
    (event,) = SOUND.statements[LAST].events
    body = event.body.replace(b"inspecting", b"consigning")
    (fault,) = alone(event_with(SOUND, LAST, body=body))
    assert fault.where == f"entry {INDEX}"
    assert fault.what == "what is shown of it is not what was signed"
    assert (fault.issuer, fault.issuer_name) == (CUSTOMS, "customs")
    # With a second copy it is told which field of which event.
    (fault,) = look(event_with(SOUND, LAST, body=body))
    assert fault.where == f"event 0 of entry {INDEX}"
    assert (fault.log_index, fault.position) == (INDEX, 0)
    assert (fault.pointer, fault.here, fault.there) == (
        "/bizStep", '"consigning"', '"inspecting"',
    )  # fmt: skip


def test_a_changed_header_or_signature_is_told() -> None:
    signature = bytes(64)
    (fault,) = look(statement_with(SOUND, LAST, signature=signature))
    assert (fault.where, fault.pointer) == (f"entry {INDEX}", "/signature")
    issued_at = SOUND.statements[LAST].issued_at
    (fault,) = look(statement_with(SOUND, LAST, issued_at=7))
    assert (fault.pointer, fault.here, fault.there) == (
        "/issued_at", "7", str(issued_at),
    )  # fmt: skip
    # The salt of a leaf is shown nowhere.
    (event,) = SOUND.statements[LAST].events
    items = (dataclasses.replace(event.items[0], salt=bytes(16)),)
    faults = look(event_with(SOUND, LAST, items=items))
    assert [f.pointer for f in faults] == ["/events_root"]


def test_a_place_that_was_changed_is_told_from_a_changed_statement() -> None:
    moved = statement_with(SOUND, LAST, log_index=INDEX + 1)
    fault, trails = alone(moved)
    assert (fault.where, trails.where) == ("entries", "trails")
    assert "each statement is as it was signed" in fault.what
    proof = dataclasses.replace(SOUND, log_hashes=(Hash(bytes(32)),))
    assert [fault.where for fault in alone(proof)] == ["entries"]
    shorter = dataclasses.replace(SOUND, log_hashes=SOUND.log_hashes[1:])
    assert [fault.where for fault in alone(shorter)] == ["entries"]


def test_another_commitment_is_told() -> None:
    world = a_world()
    early = world.commit()
    world.now += 1
    sound = world.bundle(can(0), times=[early])
    (row,) = sound.commitments
    changed = dataclasses.replace(
        sound, commitments=(dataclasses.replace(row, time=7),)
    )
    (fault,) = look(changed, sound)
    assert (fault.where, fault.pointer, fault.here) == (
        f"entry {early}", "/time", "7",
    )  # fmt: skip
    committed = dataclasses.replace(sound.committed, item_count=7)
    (fault,) = look(dataclasses.replace(sound, committed=committed), sound)
    assert (fault.pointer, fault.here) == ("/items", "7")
    assert entry_faults(10_000, b"x", BundleCopy(sound, name="copy")) == ()


def test_a_bundle_that_cannot_be_read_says_from_where_on() -> None:
    data = SOUND.to_bytes()
    for bad in (b"", data[:-1], data + b"x", b"\xc1" + data[1:]):
        (fault,) = find_faults(bad, trust=TRUST)
        assert fault.where == "bundle"
        assert fault.what


def test_an_event_that_is_none_is_told() -> None:
    (event,) = SOUND.statements[LAST].events
    two = event_with(SOUND, LAST, counts=((5, 2),))
    (fault,) = alone(two)
    assert fault.where == f"event 0 of entry {INDEX}"
    assert "2 items as parentID" in fault.what
    faults = look(two)
    assert "/(counts)/0/0" in {fault.pointer for fault in faults}
    pointers = event_with(SOUND, LAST, pointers=("/bizStep",))
    faults = look(pointers)
    assert {fault.pointer for fault in faults} == {"/(pointers)/0"}
    other = event_with(SOUND, LAST, items=(
        dataclasses.replace(event.items[0], amount=(7, None)),
    ))  # fmt: skip
    assert [f.pointer for f in look(other)] == [""]


@pytest.mark.parametrize("code", [0, 14, 255])
def test_an_event_of_unknown_relations_is_told(code: int) -> None:
    event = SOUND.statements[LAST].events[0]
    statement = dataclasses.replace(
        SOUND.statements[LAST],
        events=(dataclasses.replace(event, counts=((code, 1),)),),
    )
    bad = dataclasses.replace(
        SOUND, statements=(*SOUND.statements[:LAST], statement)
    )
    for found in (alone(bad), look(bad)):
        assert (
            f"relation {code} of an event's items is unknown" in found[0].what
        )
    with pytest.raises(MalformedError, match="leaf 1 of the event is not an"):
        decode_file(bad.to_bytes())


def test_no_field_is_decoded_by_the_pointer_of_another() -> None:
    event = SOUND.statements[LAST].events[0]
    # Leaf 1 is an item's, and leaf 2 is the one field's.
    leaf = encode(["field", bytes(16), "hidden"])
    for number, shown in ((1, {}), (2, {"/note": "hidden"}), (3, {})):
        changed = dataclasses.replace(
            event, pointers=("/note",), fields=(ShownField(number, leaf),)
        )
        statement = dataclasses.replace(
            SOUND.statements[LAST], events=(changed,)
        )
        bundle = dataclasses.replace(
            SOUND, statements=(*SOUND.statements[:LAST], statement)
        )
        content: Any = decode_file(bundle.to_bytes()).content
        assert content["events"][-1]["concealed"] == shown


def test_a_link_that_was_left_out_is_shown() -> None:
    number = [t.item for t in SOUND.trails].index(can(0))
    trails = list(SOUND.trails)
    trails[number] = dataclasses.replace(
        trails[number], count=2, ranges=(Range(0, 2),)
    )
    shorter = dataclasses.replace(
        SOUND,
        trails=tuple(trails),
        statements=SOUND.statements[:LAST],
    )
    faults = look(shorter)
    (fault,) = [f for f in faults if f.where == f"the trail of {can(0)}"]
    assert fault.here is None
    assert fault.there is not None
    assert fault.there.startswith(f"event 0 of entry {INDEX}, ")
    assert (fault.log_index, fault.issuer) == (INDEX, CUSTOMS)
    # The copy has that entry, and the bundle does not.
    assert [f.where for f in alone(shorter)] == ["entries", "trails"]


def test_a_trail_that_does_not_fit_is_named() -> None:
    trails = [
        dataclasses.replace(trail, ranges=()) if trail.item == can(0) else trail
        for trail in SOUND.trails
    ]
    (fault,) = alone(dataclasses.replace(SOUND, trails=tuple(trails)))
    assert fault.where == f"the trail of {can(0)}"
    assert fault.what == "3 links shown, where 0 should be"
    proof = dataclasses.replace(SOUND.map_proof, steps=())
    (fault,) = alone(dataclasses.replace(SOUND, map_proof=proof))
    assert (fault.where, "ends too early" in fault.what) == ("trails", True)


def test_a_checkpoint_that_was_changed_is_held_against_the_copys() -> None:
    note = SOUND.checkpoint.replace("\n", "\n", 1)
    start, _, signature = SOUND.checkpoint.rpartition(" ")
    forged = f"{start} {'A' * (len(signature) - 2)}=\n"
    assert note != forged
    faults = look(dataclasses.replace(SOUND, checkpoint=forged))
    assert [f.where for f in faults] == ["checkpoint"]
    assert faults[0].pointer == "/lines/4"
    alone_faults = alone(dataclasses.replace(SOUND, checkpoint="x"))
    assert alone_faults[0].where == "checkpoint"


def test_who_signed_is_told_of_a_step_that_failed_though_nothing_changed() -> (
    None
):
    world = a_world()
    key = signer_of("customs").verifier.key_id
    revoked = actors.revoke_key(
        CUSTOMS, old=key, reason="stolen", secret=world.secret()
    )
    world.say(OWNER, revoked)
    index = world.say(CUSTOMS, world.seen(can(0)))
    data = world.bundle(can(0)).to_bytes()
    steps = examine_bundle(data, trust=TRUST, now=world.now).steps
    (fault,) = find_faults(data, trust=TRUST, steps=steps)
    assert (fault.log_index, fault.issuer) == (index, CUSTOMS)


def test_differences_are_pointers_with_both_values() -> None:
    here = {"a": [1, {"b/c": b"\x01"}], "same": 1, "t": True}
    there = {"a": [1, {"b/c": b"\x02"}, 3], "same": 1, "t": 1}
    assert list(differences(here, there)) == [
        Differing("/a/1/b~1c", '"01"', '"02"'),
        Differing("/a/2", None, "3"),
        Differing("/t", "true", "1"),
    ]
    assert list(differences(here, here)) == []
    (whole,) = differences({"deep": b"\x01"}, 7)
    assert (whole.here, whole.there) == ('{"deep": "01"}', "7")
    (cut,) = differences("x" * 10_000, "")
    assert cut.here is not None
    assert len(cut.here) < MAX_SHOWN + 50


def test_a_copy_is_asked_for_nothing_that_it_does_not_have() -> None:
    other = WORLD.bundle(can(2), commit=False)
    (event,) = SOUND.statements[LAST].events
    bad = event_with(
        SOUND, LAST, body=event.body.replace(b"inspecting", b"consigning")
    )
    (fault,) = look(bad, other)
    assert "copy does not have it" in fault.what


@pytest.mark.parametrize("seed", range(4))
def test_whatever_becomes_of_a_bundle_a_failure_is_placed(seed: int) -> None:
    data = SOUND.to_bytes()
    chance = random.Random(seed)
    copies = (None, BundleCopy(SOUND, name="copy"))
    for _ in range(100):
        bad = bytearray(data)
        at, start = (chance.randrange(len(bad)) for _ in range(2))
        if chance.random() < 0.8:
            bad[at] = chance.randrange(256)
        elif chance.random() < 0.5:
            del bad[at : at + chance.randrange(1, 60)]
        else:
            bad[at:at] = bad[start : start + chance.randrange(1, 60)]
        steps = examine_bundle(bytes(bad), trust=TRUST, now=WORLD.now).steps
        faults = find_faults(
            bytes(bad), trust=TRUST, copy=chance.choice(copies), steps=steps
        )
        has_failed = any(step.outcome is Outcome.FAILED for step in steps)
        assert faults or not has_failed, bytes(bad).hex()


class OtherCopy(BundleCopy):
    """A copy that says other things than the bundle."""

    def public_key(self, key_id: bytes) -> bytes | None:
        del key_id
        return signer_of("somebody else").verifier.data

    def leaf(  # of a withheld leaf the hash
        self, log_index: int, position: int, number: int
    ) -> Hash | None:
        leaf = super().leaf(log_index, position, number)
        if leaf is None:
            return None
        return leaf_hash(leaf if number else b"other")


def test_a_signature_by_another_key_than_it_names_is_told() -> None:
    copy = OtherCopy(SOUND, name="copy")
    faults = find_faults(SOUND.to_bytes(), trust=TRUST, copy=copy)
    assert {fault.what for fault in faults} == {
        "its signature is not by the key that it names"
    }
    # Of a withheld leaf the hashes are shown, which is all that there is.
    hashes = [fault for fault in faults if fault.pointer == "/(hash)"]
    assert {len(str(fault.here)) for fault in hashes} == {66}


def test_a_copy_whose_entry_was_changed_is_found_out() -> None:
    copy = BundleCopy(
        statement_with(SOUND, LAST, signature=bytes(64)), name="copy"
    )
    (fault,) = find_faults(SOUND.to_bytes(), trust=TRUST, copy=copy)
    assert fault.what == "it is as it was signed, and copy differs"
    assert fault.pointer == "/signature"
    entry = BundleCopy(SOUND, name="").entry(INDEX)
    assert entry is not None
    (again,) = entry_faults(INDEX, entry, copy)
    assert (again.pointer, again.issuer) == ("/signature", CUSTOMS)
    assert entry_faults(10_000, entry, copy) == ()


def test_a_changed_field_is_shown_where_it_stands_in_the_event() -> None:
    world = a_world()
    pointer = "/example:sale/a~1b"
    made = world.made(can(7), LOT)
    event = make_event(
        made.body,
        [*made.items[:1], Item("quantityList", LOT, 5, "KGM")],
        [Field(pointer, {"price": 7})],
        secret=world.secret(),
    )
    index = world.say(PRODUCER, event)
    sound = world.bundle(LOT, reveal=[pointer])
    number = [s.log_index for s in sound.statements].index(index)
    (shown,) = sound.statements[number].events
    assert [item.number for item in shown.items] == [2]
    assert [field.number for field in shown.fields] == [3]
    changed = dataclasses.replace(
        shown.fields[0],
        leaf=shown.fields[0].leaf.replace(b"price\x07", b"price\x08"),
    )
    (fault,) = look(event_with(sound, number, fields=(changed,)), sound)
    assert fault.what == "what is shown of it is not what was signed"
    assert (fault.pointer, fault.here, fault.there) == (
        f"{pointer}/price", "8", "7",
    )  # fmt: skip
    more = dataclasses.replace(shown.items[0], amount=(6, "KGM"))
    (fault,) = look(event_with(sound, number, items=(more,)), sound)
    assert (fault.pointer, fault.here) == ("/quantityList/quantity", "6")
    assert parse_bundle(sound.to_bytes()) == sound


@pytest.mark.parametrize(("leaf", "number", "said"), [
    (b"\xc1", 0, {"(bytes)": b"\xc1"}),
    (b"\xc1", 1, {"(bytes)": b"\xc1"}),
    (b"\xc1", 2, {"(bytes)": b"\xc1"}),
    (b"\xc1", 3, {"(bytes)": b"\xc1"}),
    (b"\x93\xa4item\xc4\x10" + bytes(16) + b"\xa5a:b:c", 1, {"epcList": {"id": "a:b:c"}}),
])  # fmt: skip
def test_a_leaf_that_cannot_be_read_is_its_bytes(
    leaf: bytes, number: int, said: object
) -> None:
    reading = leaf_reading(
        leaf, number=number, counts=((3, 1),), pointers=("/a",)
    )
    assert reading == said


def test_a_seal_is_read_with_its_item() -> None:
    item = Item("epcList", can(1), seal=bytes(32))
    event = make_event({"type": "x"}, [item], secret=bytes(32))
    reading = leaf_reading(
        event.leaves[1] or b"", number=1, counts=event.counts, pointers=()
    )
    assert reading == {"epcList": {"id": can(1), "seal": bytes(32)}}


def test_of_a_long_trail_what_the_bundle_skips_is_no_fault() -> None:
    world = a_world()
    world.say(CUSTOMS, *(world.seen(can(0)) for _ in range(400)))
    world.trails[can(0)][-1] = dataclasses.replace(
        world.trails[can(0)][-1], time=7
    )
    bundle = world.bundle(can(0))
    whole = world.bundle(can(0), besides=range(403), commit=False)
    copy = BundleCopy(bundle, name="copy")
    # Of what it does not have all of, a copy does not say that it is all.
    assert copy.trail(can(0), 1) is None
    faults = find_faults(
        bundle.to_bytes(), trust=TRUST, copy=BundleCopy(whole, name="copy")
    )
    assert [fault.where for fault in faults] == ["trails"]


def test_what_no_known_key_signed_reads_the_same_in_a_copy() -> None:
    world = World()
    world.log_signer = NoteSigner(ORIGIN, signer_of("another"))
    faults = find_faults(
        SOUND.to_bytes(),
        trust=world.trust(),
        copy=BundleCopy(SOUND, name="copy"),
    )
    assert "it reads the same in copy" in faults[0].what
    assert faults[0].to_json()["where"] == "checkpoint"


def test_an_entry_that_cannot_be_read_is_its_bytes() -> None:
    assert entry_reading(b"x") == {"bytes": b"x"}


def test_a_statement_of_which_events_and_time_were_changed_says_both() -> None:
    (event,) = SOUND.statements[LAST].events
    body = event.body.replace(b"inspecting", b"consigning")
    changed = statement_with(
        event_with(SOUND, LAST, body=body), LAST, issued_at=7
    )
    assert [f.pointer for f in look(changed)] == ["/bizStep", "/issued_at"]


class LeavesOnly(BundleCopy):
    """A copy that has no entries."""

    def entry(self, log_index: int) -> bytes | None:
        del log_index
        return None


def test_a_copy_without_the_entry_tells_what_it_has_of_the_event() -> None:
    (event,) = SOUND.statements[LAST].events
    body = event.body.replace(b"inspecting", b"consigning")
    faults = find_faults(
        event_with(SOUND, LAST, body=body).to_bytes(),
        trust=TRUST,
        copy=LeavesOnly(SOUND, name="copy"),
    )
    assert [fault.pointer for fault in faults] == ["/bizStep"]


def test_a_copy_knows_what_its_own_bundle_shows() -> None:
    copy = BundleCopy(SOUND, name="copy")
    links = WORLD.trails[can(0)]
    assert copy.name == "copy"
    assert copy.trail(can(0), 10**6) is None
    assert copy.trail(can(9), 1) is None
    assert copy.trail(can(0), INDEX) == links[:-1]
    assert copy.header(INDEX, 0) == (((3, 1),), ())
    assert copy.header(INDEX, 1) is None
    assert copy.leaf(INDEX, 0, 0) == SOUND.statements[LAST].events[0].body
    assert copy.actor_name(CUSTOMS) == "customs"
    assert copy.public_key(bytes(32)) is None
    none = ShownEvent(0, (), (), b"", (), (), ())
    broken = dataclasses.replace(
        statement_with(SOUND, LAST, events=(none,)),
        checkpoint="x",
        entries=(LoggedEntry(3, b"entry"),),
    )
    copy = BundleCopy(broken, name="broken")
    assert (copy.entry(3), copy.entry(INDEX)) == (b"entry", None)
    assert copy.checkpoint(7) is None
    assert (INDEX, 0) in copy.errors
