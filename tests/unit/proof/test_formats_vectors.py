"""Published bytes of every format, made again twice.

An implementation that shares no code with this project made the files of
`provenance-formats-v2`. The library makes each of them again, byte for byte,
and so does the second implementation that makes this project's own vectors.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from provenance.claims import comparison
from provenance.claims.event import (
    CODES,
    Event,
    Field,
    Item,
    make_event,
    parse_event,
    withhold,
)
from provenance.claims.seal import opened_message, seal_signer
from provenance.claims.statement import parse_entry, sign_statement
from provenance.claims.trail import Link, chain_hashes, head_of, map_key
from provenance.claims.versions import (
    parse_version_entry,
    signed_by_roots,
    version_entry,
    version_hash,
)
from provenance.encoding.canonical import decode
from provenance.encoding.digest import Hash
from provenance.encoding.tree import root_of
from provenance.keys import Signer, Verifier
from provenance.rules.book import baseline
from provenance.rules.reading import read_event
from provenance.tlog import patricia
from tests.support.vectors_of import shared
from tests.vectors import reference, words

FOLDER = shared("provenance-formats-v2")
ORIGIN = "ledger.example/vectors"

Vector = Mapping[str, Any]


def read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_bytes())


def raw(text: str) -> bytes:
    return bytes.fromhex(text)


EVENTS: Sequence[Vector] = read("events")
STATEMENTS: Sequence[Vector] = read("statements")
TRAILS: Sequence[Vector] = read("trails")
VERSIONS: Sequence[Vector] = read("trust")


def test_every_published_file_is_read_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {
        "compare", "events", "map", "relations", "seals", "statements",
        "trails", "trust",
    }  # fmt: skip


def test_relations_have_the_published_codes() -> None:
    assert read("relations") == CODES == reference.RELATIONS


# Events and statements.


def fields_of(v: Vector) -> list[tuple[str, Any]]:
    """Return the concealed fields, whose values stand in the leaves alone."""
    leaves: list[Any] = [decode(raw(leaf)) for leaf in v["leaves"]]
    shown = leaves[len(leaves) - len(v["pointers"]) :]
    return [
        (pointer, leaf[2])
        for pointer, leaf in zip(v["pointers"], shown, strict=True)
    ]


def item_of(row: Sequence[Any]) -> Item:
    relation, item, *rest = row
    match rest:
        case [quantity, uom]:
            return Item(relation, item, quantity, uom)
        case [seal]:
            return Item(relation, item, seal=raw(seal))
        case _:
            return Item(relation, item)


def row_of(row: Sequence[Any]) -> Any:
    relation, item, *rest = row
    extras = [{"seal": raw(rest[0])}] if len(rest) == 1 else rest
    return (relation, item, *extras)


def event_of(v: Vector) -> Event:
    return make_event(
        v["body"],
        [item_of(row) for row in v["items"]],
        [Field(pointer, value) for pointer, value in fields_of(v)],
        secret=raw(v["secret"]),
    )


def other_event_of(v: Vector) -> reference.Event:
    rows = [row_of(row) for row in v["items"]]
    return reference.event(
        v["body"], rows, fields_of(v), secret=raw(v["secret"])
    )


@pytest.mark.parametrize("v", EVENTS, ids=lambda v: v["why"])
def test_events_are_made_again_to_the_same_bytes(v: Vector) -> None:
    event = event_of(v)
    assert [leaf and leaf.hex() for leaf in event.leaves] == v["leaves"]
    assert [list(count) for count in event.counts] == v["counts"]
    assert list(event.pointers) == v["pointers"]
    assert root_of(event.hashes).hex() == v["root"]
    assert event.id.hex() == v["event_id"]
    assert event.data.hex() == v["data"]
    assert parse_event(event.data) == event
    withheld = withhold(event, event.pointers)
    assert withheld.data.hex() == v["data_with_all_fields_withheld"]
    assert withheld.id == event.id
    # Items come in the order of the source, too, and stand where they must.
    turned = [item_of(row) for row in v["items"]]
    turned.sort(key=lambda item: -CODES[item.relation])
    again = make_event(
        v["body"],
        turned,
        [Field(*field) for field in fields_of(v)[::-1]],
        secret=raw(v["secret"]),
    )
    assert again == event


@pytest.mark.parametrize("v", EVENTS, ids=lambda v: v["why"])
def test_the_second_implementation_makes_the_same_events(v: Vector) -> None:
    event = other_event_of(v)
    assert [leaf.hex() for leaf in event.leaves] == v["leaves"]
    assert [list(count) for count in event.counts] == v["counts"]
    assert list(event.pointers) == v["pointers"]
    assert reference.mth(event.leaves).hex() == v["root"]
    assert event.id.hex() == v["event_id"]
    assert event.data.hex() == v["data"]
    fields = range(1 + len(event.items), len(event.leaves))
    withheld = event.withheld(fields).hex()
    assert withheld == v["data_with_all_fields_withheld"]


def signed_events(v: Vector) -> list[Vector]:
    """Return the events that a published statement signs."""
    ids = {event["event_id"]: event for event in EVENTS}
    places = sorted(
        {
            (row[0], row[1], row[5])
            for trail in TRAILS
            for row in trail["rows"]
            if row[0] == v["log_index"]
        }
    )
    return [ids[identity] for _, _, identity in places if identity in ids]


@pytest.mark.parametrize("v", STATEMENTS, ids=lambda v: v["issuer"])
def test_statements_are_signed_again_to_the_same_bytes(v: Vector) -> None:
    signer = Signer.from_seed(raw(v["seed"]))
    entry = parse_entry(raw(v["entry"]))
    header = entry.header
    assert (header.origin, header.issuer) == (ORIGIN, v["issuer"])
    assert header.key_id == signer.verifier.key_id
    assert entry.header_bytes.hex() == v["header"]
    assert entry.statement_id.hex() == v["statement_id"]
    assert signer.sign(entry.header_bytes).hex() == v["signature"]
    again = reference.entry(raw(v["header"]), raw(v["signature"]))
    assert again.hex() == v["entry"]
    assert reference.H(raw(v["header"])).hex() == v["statement_id"]
    events = signed_events(v)
    assert len(events) == header.event_count
    submission = sign_statement(
        [event_of(event) for event in events],
        signer=signer,
        issuer=v["issuer"],
        origin=ORIGIN,
        now=header.issued_at,
    )
    assert submission.entry.hex() == v["entry"]
    other = reference.header(
        origin=ORIGIN,
        issuer=v["issuer"],
        key_id=bytes(signer.verifier.key_id),
        issued_at=header.issued_at,
        event_ids=[other_event_of(event).id for event in events],
    )
    assert other.hex() == v["header"]


# Trails and the map.


def links_of(v: Vector) -> list[Link]:
    return [
        Link(index, position, time, kinds, tuple(leaves), Hash(raw(event)))
        for index, position, time, kinds, leaves, event in v["rows"]
    ]


def other_links_of(v: Vector) -> list[reference.Link]:
    return [
        reference.Link(
            index, position, time, kinds, tuple(leaves), raw(event)
        )
        for index, position, time, kinds, leaves, event in v["rows"]
    ]  # fmt: skip


@pytest.mark.parametrize("v", TRAILS, ids=lambda v: v["item"])
def test_trails_lead_to_the_same_links_and_heads(v: Vector) -> None:
    links = links_of(v)
    hashes = chain_hashes(v["item"], links)
    head = head_of(zip(links, hashes, strict=True))
    assert map_key(v["item"]).hex() == v["map_key"]
    assert [digest.hex() for digest in hashes] == v["links"]
    assert head.root.hex() == v["head"]
    assert head.warnings == len(v["warnings"])
    assert head.warnings_root.hex() == v["warnings_head"]
    assert head.value.hex() == v["map_value"]


@pytest.mark.parametrize("v", TRAILS, ids=lambda v: v["item"])
def test_the_second_implementation_makes_the_same_trails(v: Vector) -> None:
    item, links = v["item"], other_links_of(v)
    warnings = reference.warnings(item, links)
    assert reference.map_key(item).hex() == v["map_key"]
    assert [h.hex() for h in reference.chain(item, links)] == v["links"]
    assert reference.mth(reference.chain(item, links)).hex() == v["head"]
    assert [digest.hex() for digest in warnings] == v["warnings"]
    assert reference.mth(warnings).hex() == v["warnings_head"]
    assert reference.map_value(item, links).hex() == v["map_value"]


def test_links_say_of_the_published_events_what_both_readers_read() -> None:
    events = {event["event_id"]: event for event in EVENTS}
    read_once = 0
    for trail in TRAILS:
        for _, _, time, kinds, leaves, identity in trail["rows"]:
            if identity not in events:
                continue
            v = events[identity]
            event, other = event_of(v), other_event_of(v)
            relation = event.items[leaves[0] - 1].relation
            code = CODES[relation]
            reading = read_event(event.body, event.counts, baseline())
            assert (reading.time, reading.kinds(code)) == (time, kinds)
            assert words.time_of(other.body) == time
            assert words.kinds(other.body, other.counts, code) == kinds
            assert event.own_leaves[trail["item"]] == tuple(leaves)
            assert other.own(trail["item"]) == tuple(leaves)
            read_once += 1
    assert read_once > len(TRAILS)


def test_the_map_has_the_published_root_and_proofs() -> None:
    published = read("map")
    pairs = {raw(v["map_key"]): raw(v["map_value"]) for v in TRAILS}
    assert patricia.map_root(pairs.items()).hex() == published["root"]
    assert reference.map_root(pairs).hex() == published["root"]
    assert {key.hex() for key in pairs} == set(published["proofs"])
    answers = {}
    for key, value in pairs.items():
        proof = answers[key] = patricia.prove(key, pairs.items())
        steps = [[bit, digest.hex()] for bit, digest in proof.path]
        assert proof.leaf == (key, value)
        assert steps == published["proofs"][key.hex()]
        assert_one_proof(pairs, {key: proof})
    assert_one_proof(pairs, answers)


def assert_one_proof(
    pairs: Mapping[bytes, bytes], answers: Mapping[bytes, patricia.MapProof]
) -> None:
    """Assert that both make one proof of these paths, which leads up."""
    merged = patricia.merge(answers)
    steps, others, hashes = reference.map_multiproof(answers, pairs)
    assert list(merged.steps) == steps
    assert list(merged.others) == others
    assert list(merged.hashes) == hashes
    held = {key: pairs[key] for key in answers}
    root = patricia.root_from_many(held, answers, merged)
    assert root == reference.map_root(pairs)


# Trust versions, seals and tags.


@pytest.mark.parametrize("v", VERSIONS, ids=lambda v: v["hash"][:8])
def test_trust_versions_are_read_and_written_again(v: Vector) -> None:
    signed = parse_version_entry(raw(v["entry"]))
    version = signed.version
    assert version.data.hex() == v["version"]
    assert version_hash(version.data).hex() == v["hash"]
    again = version_entry(version.data, signed.signatures)
    assert again.hex() == v["entry"]
    other = reference.version_entry(
        raw(v["version"]),
        [(bytes(key_id), sig) for key_id, sig in signed.signatures],
    )
    assert other.hex() == v["entry"]
    message = signed_by_roots(version)
    assert message == reference.version_message(
        ORIGIN, version.number, raw(v["version"])
    )
    # The roots sign, as many of them as it takes.
    members: Any = decode(raw(v["version"]))
    roots = {
        verifier.key_id: verifier
        for verifier in map(Verifier, members["roots"]["keys"])
    }
    assert len(signed.signatures) >= members["roots"]["threshold"]
    for key_id, signature in signed.signatures:
        roots[key_id].verify(signature, message)


def test_one_trust_version_follows_the_other() -> None:
    first, second = (
        parse_version_entry(raw(v["entry"])).version for v in VERSIONS
    )
    assert (first.number, first.previous) == (1, None)
    assert (second.number, second.previous) == (2, version_hash(first.data))


def test_a_seals_key_is_the_one_of_its_code() -> None:
    v = read("seals")
    signer = seal_signer(raw(v["code"]), v["unit"])
    assert signer.verifier.data.hex() == v["public_key"]
    seed = reference.seal_seed(raw(v["code"]), v["unit"])
    assert Signer.from_seed(seed).verifier.data == signer.verifier.data
    said = (v["origin"], v["unit"], raw(v["nonce"]), v["hour"])
    message = opened_message(*said)
    assert message == reference.opened(*said)
    assert signer.sign(message).hex() == v["opened_signature"]
    # It is the seal of the first published event.
    sealed = event_of(EVENTS[0]).items[0]
    assert (sealed.id, sealed.seal) == (v["unit"], raw(v["public_key"]))


@pytest.mark.parametrize("v", read("compare"), ids=lambda v: v["class"])
def test_equal_values_have_equal_tags(v: Vector) -> None:
    for second in (comparison, reference):
        key = second.class_key(raw(v["order_secret"]), v["class"])
        assert key.hex() == v["class_key"]
        tag = second.tag(key, v["class"], v["normal_form"])
        assert tag.hex() == v["tag"]
