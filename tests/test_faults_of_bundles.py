"""What is found of a bundle that was changed, part by part."""

import dataclasses
import pathlib
import random
from collections.abc import Callable

import msgpack
import pytest

from provenance.claims.event import Field, Item, make_event
from provenance.encoding.difference import MAX_SHOWN, Differing, differences
from provenance.encoding.digest import Hash
from provenance.encoding.tree import leaf_hash
from provenance.proof.bundle import (
    MAX_BUNDLE_SIZE,
    Bundle,
    ShownEvent,
    parse_bundle,
)
from provenance.proof.copies import BundleCopy
from provenance.proof.faults import Fault, entry_faults, find_faults
from provenance.proof.salvage import MOST_CONTAINERS, salvage_bundle
from provenance.proof.verdict import Outcome
from provenance.proof.verify import examine_bundle
from tests.ledger_world import (
    CUSTOMS,
    PRODUCER,
    LedgerWorld,
    body,
    can,
    signer_of,
)

LOT = "https://id.gs1.org/01/09506000134352"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> LedgerWorld:
    world = LedgerWorld(tmp_path_factory.mktemp("faults") / "ledger")
    world.enrol_everyone()
    world.ledger.append(
        [world.made(can(0), can(1)), world.made(can(2))],
        signer=signer_of(PRODUCER),
        issuer=PRODUCER,
    )
    for _ in range(2):
        world.ledger.append(
            [world.event(can(0))], signer=signer_of(CUSTOMS), issuer=CUSTOMS
        )
    return world


@pytest.fixture(scope="module")
def sound(world: LedgerWorld) -> Bundle:
    return parse_bundle(world.ledger.prove_item(can(0)))


def look(
    world: LedgerWorld, bundle: Bundle, sound: Bundle
) -> tuple[Fault, ...]:
    copy = BundleCopy(sound, name="copy")
    return find_faults(bundle.to_bytes(), trust=world.trust, copy=copy)


def with_event(
    bundle: Bundle, log_index: int, change: Callable[[ShownEvent], ShownEvent]
) -> Bundle:
    return dataclasses.replace(
        bundle,
        events=tuple(
            change(event) if event.log_index == log_index else event
            for event in bundle.events
        ),
    )


def last_of(bundle: Bundle) -> int:
    return bundle.items[0].links[-1].log_index


def test_a_sound_bundle_has_no_faults(
    world: LedgerWorld, sound: Bundle
) -> None:
    assert look(world, sound, sound) == ()
    assert find_faults(sound.to_bytes(), trust=world.trust) == ()


def test_a_leaf_of_another_event_is_told_from_those_beside_it(
    world: LedgerWorld, sound: Bundle
) -> None:
    first, last = [
        next(e for e in sound.events if e.log_index == link.log_index)
        for link in sound.items[0].links[-2:]
    ]
    swapped = with_event(
        sound,
        last.log_index,
        lambda event: dataclasses.replace(
            event,
            leaves=(
                dataclasses.replace(event.leaves[0], leaf=first.leaves[1].leaf),
                *event.leaves[1:],
            ),
        ),
    )
    faults = look(world, swapped, sound)
    assert {fault.what for fault in faults} == {
        "the body is not what its statement signed"
    }
    assert {(f.log_index, f.position) for f in faults} == {(last.log_index, 0)}
    assert {fault.issuer for fault in faults} == {CUSTOMS}
    assert "/bizStep" in {fault.pointer for fault in faults}


def test_a_changed_entry_is_told_from_a_changed_proof(
    world: LedgerWorld, sound: Bundle
) -> None:
    index = last_of(sound)

    def change(**members: object) -> Bundle:
        return dataclasses.replace(
            sound,
            statements=tuple(
                dataclasses.replace(logged, **members)  # type: ignore[arg-type]  # either
                if logged.log_index == index
                else logged
                for logged in sound.statements
            ),
        )

    entry = next(s for s in sound.statements if s.log_index == index)
    forged = entry.entry[:-1] + bytes([entry.entry[-1] ^ 1])
    faults = look(world, change(entry=forged), sound)
    assert (faults[0].where, faults[0].pointer) == (
        f"entry {index}", "/signature",
    )  # fmt: skip
    assert "neither as it was logged nor as it was signed" in faults[0].what
    proof = (entry.proof[1], entry.proof[0], *entry.proof[2:])
    (fault,) = look(world, change(proof=proof), sound)
    assert "as it was signed, but its place or its proof" in fault.what
    assert "reads the same in copy" in fault.what


def test_a_link_that_was_left_out_is_shown(
    world: LedgerWorld, sound: Bundle
) -> None:
    subject = sound.items[0]
    shorter = dataclasses.replace(subject, links=subject.links[:-1])
    bundle = dataclasses.replace(sound, items=(shorter, *sound.items[1:]))
    (fault,) = look(world, bundle, sound)
    assert "a link is missing" in fault.what
    assert fault.log_index == last_of(sound)
    assert fault.issuer == CUSTOMS


def test_who_signed_is_told_of_a_step_that_failed_though_nothing_changed(
    world: LedgerWorld, sound: Bundle
) -> None:
    # This reader's trust file lets customs observe, and nothing else.
    roles = {**world.trust.roles, "customs": frozenset({"observing"})}
    trust = dataclasses.replace(world.trust, roles=roles)
    data = sound.to_bytes()
    steps = examine_bundle(data, trust=trust, now=world.now).steps
    faults = find_faults(data, trust=trust, steps=steps)
    assert [(fault.log_index, fault.issuer) for fault in faults] == [
        (link.log_index, CUSTOMS) for link in sound.items[0].links[1:]
    ]
    assert {fault.position for fault in faults} == {0}


def test_every_part_that_can_be_read_is_though_one_cannot(
    sound: Bundle,
) -> None:
    parts = msgpack.unpackb(sound.to_bytes())
    parts["events"][0] = ["nonsense"]
    parts["commitment"] = ["nonsense"]
    parts["checkpont"] = parts.pop("checkpoint")
    bundle, losses = salvage_bundle(msgpack.packb(parts))
    assert bundle is not None
    assert bundle.items == sound.items
    assert len(bundle.events) == len(sound.events) - 1
    wheres = [where for where, _ in losses]
    assert "events, row 0" in wheres
    assert "commitment, row 0" in wheres
    assert any("no part 'checkpoint'" in what for _, what in losses)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xc1", b"\x81\x90\x01", b"\x93\x01\x02\x03", b"\xff" * 100,
     b"\x91" * 5_000, b"\xde\xff\xff", b"\xdd\xff\xff\xff\xff"],
)  # fmt: skip
def test_what_is_no_bundle_at_all_is_said_to_be_none(data: bytes) -> None:
    bundle, losses = salvage_bundle(data)
    assert bundle is None
    assert losses


def test_a_bomb_of_empty_arrays_is_not_unpacked() -> None:
    count = MOST_CONTAINERS + 1
    data = b"\xdd" + count.to_bytes(4, "big") + b"\x90" * count + b"\x01"
    bundle, losses = salvage_bundle(data)
    assert bundle is None
    assert "too many parts" in losses[-1][1]


def test_differences_are_pointers_with_both_values() -> None:
    here = {"a": [1, {"b/c": b"\x01"}], "same": 1, "t": True}
    there = {"a": [1, {"b/c": b"\x02"}, 3], "same": 1, "t": 1}
    assert list(differences(here, there)) == [
        Differing("/a/1/b~1c", '"01"', '"02"'),
        Differing("/a/2", None, "3"),
        Differing("/t", "true", "1"),
    ]
    assert list(differences(here, here)) == []
    (cut,) = differences("x" * 10_000, "")
    assert cut.here is not None
    assert len(cut.here) < MAX_SHOWN + 50


def test_a_copy_is_asked_for_nothing_that_it_does_not_have(
    world: LedgerWorld, sound: Bundle
) -> None:
    other = parse_bundle(world.ledger.prove_item(can(2)))
    index = last_of(sound)
    bad = with_event(
        sound,
        index,
        lambda event: dataclasses.replace(event, proof=(), position=0,
                                          concealed_count=5),
    )  # fmt: skip
    faults = look(world, bad, other)
    assert faults
    assert all("copy does not have it" in fault.what for fault in faults)


def test_whatever_becomes_of_a_bundle_a_failure_is_placed(
    world: LedgerWorld, sound: Bundle
) -> None:
    data = sound.to_bytes()
    chance = random.Random(4)
    copies = (None, BundleCopy(sound, name="copy"))
    for _ in range(400):
        bad = bytearray(data)
        at, start = (chance.randrange(len(bad)) for _ in range(2))
        if chance.random() < 0.6:
            bad[at] = chance.randrange(256)
        elif chance.random() < 0.5:
            del bad[at : at + chance.randrange(1, 60)]
        else:
            bad[at:at] = bad[start : start + chance.randrange(1, 60)]
        steps = examine_bundle(
            bytes(bad), trust=world.trust, now=world.now
        ).steps
        faults = find_faults(
            bytes(bad), trust=world.trust, copy=chance.choice(copies),
            steps=steps,
        )  # fmt: skip
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


def test_a_signature_by_another_key_than_it_names_is_told(
    world: LedgerWorld, sound: Bundle
) -> None:
    copy = OtherCopy(sound, name="copy")
    faults = find_faults(sound.to_bytes(), trust=world.trust, copy=copy)
    whats = {fault.what for fault in faults}
    assert any("not by the key that it names" in what for what in whats)
    # Of a withheld leaf the hashes are shown, which is all that there is.
    hashes = [fault for fault in faults if fault.pointer == "/(hash)"]
    assert {len(str(fault.here)) for fault in hashes} == {66}
    assert all(
        "is as it was signed, and copy differs" in f.what for f in hashes
    )


def test_a_copy_whose_entry_was_changed_is_found_out(
    world: LedgerWorld, sound: Bundle
) -> None:
    index = last_of(sound)
    other = dataclasses.replace(
        sound,
        statements=tuple(
            dataclasses.replace(logged, entry=logged.entry[:-1] + b"!")
            if logged.log_index == index
            else logged
            for logged in sound.statements
        ),
    )
    copy = BundleCopy(other, name="copy")
    (fault,) = find_faults(sound.to_bytes(), trust=world.trust, copy=copy)
    assert fault.what == "it is as the log has it, and copy differs"
    assert fault.pointer == "/signature"
    entry = next(s for s in sound.statements if s.log_index == index).entry
    (again,) = entry_faults(index, entry, copy)
    assert (again.pointer, again.issuer) == ("/signature", CUSTOMS)
    assert entry_faults(10_000, entry, copy) == ()


def test_a_proof_of_the_wrong_length_is_told(
    world: LedgerWorld, sound: Bundle
) -> None:
    index = last_of(sound)
    bad = dataclasses.replace(
        sound,
        statements=tuple(
            dataclasses.replace(logged, proof=logged.proof[:-1])
            if logged.log_index == index
            else logged
            for logged in sound.statements
        ),
    )
    (fault,) = find_faults(bad.to_bytes(), trust=world.trust)
    assert "its proof does not fit its place" in fault.what


def test_a_changed_field_is_shown_where_it_stands_in_the_event(
    tmp_path: pathlib.Path,
) -> None:
    world = LedgerWorld(tmp_path / "ledger")
    world.enrol_everyone()
    pointer, lot = "/example:sale/a~1b", f"{LOT}/10/L7"
    event = make_event(
        body(action="ADD", bizStep="commissioning"),
        [Item("epcList", can(0)),
         Item("quantityList", lot, 5, "KGM")],
        [Field(pointer, {"price": 7})],
        secret=world.secret(),
    )  # fmt: skip
    world.ledger.append([event], signer=signer_of(PRODUCER), issuer=PRODUCER)
    sound = parse_bundle(world.ledger.prove_item(lot, reveal=[pointer]))
    shown = next(e for e in sound.events if e.concealed_count)
    assert [leaf.number for leaf in shown.leaves] == [0, 2, 3]

    def changed(old: bytes, new: bytes) -> Bundle:
        return with_event(
            sound,
            shown.log_index,
            lambda event: dataclasses.replace(
                event,
                leaves=tuple(
                    dataclasses.replace(leaf, leaf=leaf.leaf.replace(old, new))
                    for leaf in event.leaves
                ),
            ),
        )

    (fault,) = look(world, changed(b"price\x07", b"price\x08"), sound)
    assert "concealed field 1 is not what" in fault.what
    assert (fault.pointer, fault.here, fault.there) == (
        f"{pointer}/price", "8", "7",
    )  # fmt: skip
    (fault,) = look(world, changed(b"\x05\xa3KGM", b"\x06\xa3KGM"), sound)
    assert (fault.pointer, fault.here) == ("/quantityList/quantity", "6")
    faults = look(world, changed(b"\xa4item", b"\xa4itom"), sound)
    assert {fault.pointer for fault in faults} >= {"/(bytes)"}


def test_what_is_larger_than_any_bundle_is_not_looked_into() -> None:
    bundle, losses = salvage_bundle(bytes(MAX_BUNDLE_SIZE + 1))
    assert bundle is None
    assert "too large" in losses[-1][1]
