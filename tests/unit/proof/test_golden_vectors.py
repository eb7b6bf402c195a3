"""Every golden vector says what comes of it, and that is what comes of it.

The cases lie in `tests/vectors/`, one JSON file each; its README explains
their shapes. A reader here takes what is given and returns what the library
makes of it; the reader of another language does the same.
"""

import json
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from provenance import errors
from provenance.claims.act import Act, Need
from provenance.claims.entry import entry_kind
from provenance.claims.event import (
    Field,
    Item,
    event_id,
    has_trail,
    make_event,
    parse_body,
    parse_event,
    parse_field,
    parse_item,
    relation_of,
    room_for,
)
from provenance.claims.registry import Authority, Occasion, TrustRegistry
from provenance.claims.statement import parse_entry, parse_submission
from provenance.claims.trail import Link, chain_hashes, head_of, map_key
from provenance.claims.versions import (
    book_entry,
    parse_book_entry,
    parse_version_entry,
    signed_by_roots,
    version_entry,
    version_hash,
)
from provenance.encoding.base64 import decode_base64
from provenance.encoding.canonical import Value, decode, encode
from provenance.encoding.digest import Hash, sha256
from provenance.encoding.edge import push, root
from provenance.encoding.multiproof import root_from
from provenance.encoding.tree import Tree, leaf_hash
from provenance.errors import InvalidProofError, ProvenanceError
from provenance.gs1 import canonical_item, lot_item, owner_key
from provenance.keys import Verifier
from provenance.ledger.admit import Admission, Past
from provenance.ledger.check import check_submission
from provenance.proof.bundle import parse_bundle
from provenance.proof.opening import open_trusted
from provenance.proof.receipt import verify_receipt
from provenance.proof.trust import Trust, format_trust, parse_trust
from provenance.proof.verdict import NOT_CHECKED, Outcome
from provenance.proof.verify import examine_bundle
from provenance.rules.book import baseline
from provenance.rules.books import Books
from provenance.rules.form import check_whole
from provenance.rules.reading import read_event as read_words
from provenance.tlog import patricia
from provenance.tlog.commitment import parse_commitment
from provenance.tlog.merkle import TreeNode
from provenance.tlog.tile import (
    node_in_tile,
    parse_entries,
    parse_entries_path,
    parse_tile_path,
    tiles_of,
)
from tests.vectors import make
from tests.vectors.case import OK, plain, tagged, untagged

Given = Mapping[str, Any]
Reader = Callable[[Given], Mapping[str, object] | None]

FOLDER = make.FOLDER
CASES = sorted(make.stored())
VERDICTS = {outcome.value for outcome in Outcome}


def raw(text: str) -> bytes:
    return bytes.fromhex(text)


def hashes(texts: list[str]) -> list[Hash]:
    return [Hash(raw(text)) for text in texts]


def trust_of(name: str) -> Trust:
    case = json.loads((FOLDER / "trust" / f"good-{name}.json").read_bytes())
    return parse_trust(case["given"]["text"])


# One reader for each format.


def read_canonical(given: Given) -> Mapping[str, object]:
    if "hex" not in given:
        return {"hex": encode(untagged(given["value"]))}
    value = decode(raw(given["hex"]))
    assert encode(value) == raw(given["hex"])
    return {"value": tagged(value)}


def read_item(given: Given) -> Mapping[str, object]:
    if "lot" in given:
        return {"item": lot_item(given["item"], given["lot"])}
    item = canonical_item(given["uri"])
    assert canonical_item(item) == item
    return {
        "item": item,
        "map_key": map_key(item),
        "owner": owner_key(item),
        "has_trail": has_trail(item, "epcList"),
    }


def shown_part(part: object) -> object:
    match part:
        case Item(relation, item, quantity, uom, seal):
            amount = [quantity, uom, part.is_quantity]
            return [relation, item, *amount, seal]
        case Field(pointer, value):
            return [pointer, tagged(value)]
        case _:
            return tagged(part)


def item_of(row: list[Any]) -> Item:
    relation, item, quantity, uom, is_quantity, seal = row
    made = Item(relation, item, quantity, uom, seal and raw(seal))
    assert made.is_quantity == is_quantity
    return made


def field_of(row: list[Any]) -> Field:
    value: Any = untagged(row[1])
    return Field(row[0], value)


def body_of(given: Given) -> Mapping[str, Value]:
    body: Any = untagged(given["body"])
    return dict(body)


def read_event(given: Given) -> Mapping[str, object]:
    if "shown" in given:
        return read_shown_leaves(given)
    event = parse_event(raw(given["data"]))
    if "secret" in given:
        again = make_event(
            event.body,
            [item_of(row) for row in given["source_items"]],
            [field_of(row) for row in given["source_fields"]],
            secret=raw(given["secret"]),
        )
        assert again == event
    return {
        "id": event.id,
        "counts": event.counts,
        "pointers": event.pointers,
        "body": tagged(event.body),
        "items": [shown_part(item) for item in event.items],
        "fields": [shown_part(field) for field in event.fields],
        "leaf_hashes": event.hashes,
    }


def read_shown_leaves(given: Given) -> Mapping[str, object]:
    counts = tuple((code, count) for code, count in given["counts"])
    pointers = tuple(given["pointers"])
    shown = [(number, raw(leaf)) for number, leaf in given["shown"]]
    items = sum(count for _, count in counts)
    root = root_from(
        1 + items + len(pointers),
        [(number, leaf_hash(leaf)) for number, leaf in shown],
        hashes(given["hashes"]),
    )
    if event_id(counts, pointers, root) != raw(given["id"]):
        raise InvalidProofError("the leaves are not those of that event")
    room = room_for(0)
    parts: list[object] = []
    for number, leaf in shown:
        if number == 0:
            parts.append(parse_body(leaf, room=room))
        elif number <= items:
            relation = relation_of(counts, number)
            parts.append(parse_item(leaf, relation=relation, room=room))
        else:
            pointer = pointers[number - items - 1]
            parts.append(parse_field(leaf, pointer=pointer, room=room))
    return {"parts": [shown_part(part) for part in parts]}


def read_form(given: Given) -> None:
    check_whole(parse_event(raw(given["data"])), baseline())


def read_reading(given: Given) -> Mapping[str, object]:
    counts = tuple((code, count) for code, count in given["counts"])
    reading = read_words(body_of(given), counts, baseline())
    return {
        "time": reading.time,
        "kinds": [[code, reading.kinds(code)] for code, _ in counts],
    }


def read_entry(given: Given) -> Mapping[str, object]:
    return {"kind": entry_kind(raw(given["entry"]))}


def read_tree(given: Given) -> None:
    size, proof = given["size"], hashes(given["hashes"])
    known = [(number, raw(leaf)) for number, leaf in given["known"]]
    if root_from(size, known, proof) != raw(given["root"]):
        raise InvalidProofError("the leaves do not lead to that root")
    tree = Tree([leaf_hash(b"%d" % number) for number in range(size)])
    assert list(tree.multiproof([n for n, _ in known])) == proof


def read_statement(given: Given) -> Mapping[str, object]:
    if "submission" in given:
        return read_submission(given)
    entry = parse_entry(raw(given["entry"]))
    Verifier(raw(given["public_key"])).verify(
        entry.signature, entry.header_bytes
    )
    header = entry.header
    return {
        "origin": header.origin,
        "issuer": header.issuer,
        "key_id": header.key_id,
        "issued_at": header.issued_at,
        "event_count": header.event_count,
        "events_root": header.events_root,
        "header": entry.header_bytes,
        "signature": entry.signature,
        "statement_id": entry.statement_id,
        "leaf_hash": leaf_hash(entry.data),
    }


def read_submission(given: Given) -> Mapping[str, object]:
    trust = trust_of(given["trust"])
    books = Books.resolve(trust.books)
    admission = Admission(
        trust.registry(),
        origin=trust.origin,
        books=books,
        clock_bound=1000 * trust.clock_bound_seconds,
    )
    heads = {map_key(item): raw(link) for item, link in given["heads"]}
    submission = parse_submission(raw(given["submission"]))
    checked = check_submission(
        submission.entry,
        submission.events,
        find_key=admission.registry.public_key,
        book=books.at(7),
    )
    admission.admit(
        checked,
        past=Past(lambda key: heads.get(Hash(key)), lambda _: ()),
        log_index=7,
        since=given["since"],
        now=given["now"],
    )
    assert submission.to_bytes() == raw(given["submission"])
    return {"event_ids": [event.id for event in checked.events]}


def read_version(given: Given) -> Mapping[str, object]:
    if "book_entry" in given:
        entry = raw(given["book_entry"])
        book = parse_book_entry(entry)
        assert book_entry(book) == entry
        return {"book": book, "id": sha256(book)}
    signed = parse_version_entry(raw(given["entry"]))
    version = signed.version
    message = signed_by_roots(version)
    signatures = dict(signed.signatures)
    for root_key in map(Verifier, hashes(given["roots"])):
        root_key.verify(signatures.pop(root_key.key_id), message)
    assert not signatures
    again = version_entry(version.data, signed.signatures)
    assert again == raw(given["entry"])
    return {
        "version": version.data,
        "hash": version_hash(version.data),
        "origin": version.origin,
        "number": version.number,
        "previous": version.previous,
        "message": message,
    }


def held_by(registry: TrustRegistry) -> list[object]:
    """Return all that the registry holds, as the vectors write it."""
    return [
        [
            actor.id,
            actor.name,
            actor.enrolled_by,
            [
                [key_id, key.added, key.revoked, key.reason]
                for key_id, key in actor.keys.items()
            ],
            [
                # What the trust file itself grants has no event.
                [
                    None if held.added < 0 else held.id,
                    held.grant.role,
                    held.added,
                    held.revoked,
                ]
                for held in actor.grants.values()
            ],
        ]
        for actor in registry.actors()
    ]


def is_granted(registry: TrustRegistry, asked: list[Any]) -> bool:
    issuer, needs, places, time, _ = asked
    wanted = [Need(frozenset(kinds), tuple(keys)) for kinds, keys in needs]
    try:
        registry.require_act(
            issuer,
            Act(tuple(wanted), tuple(places)),
            book=baseline(),
            holds=lambda grant: grant.covers(time, time),
        )
    except errors.RejectedError:
        return False
    return True


def read_registry(given: Given) -> Mapping[str, object]:
    registry = trust_of(given["trust"]).registry()
    statements = list(given["statements"])
    for number, (log_index, issuer, key_id, time, events) in enumerate(
        statements, start=1
    ):
        before = held_by(registry)
        parsed = [parse_event(raw(data)) for data in events]
        occasion = Occasion(
            issuer, Hash(raw(key_id)), log_index, baseline(), (time, time)
        )
        try:
            registry.apply_all(parsed, occasion)
        except ProvenanceError:
            assert number == len(statements), "only the last may be refused"
            assert held_by(registry) == before, "then nothing has changed"
            raise
    asked = given.get("asks", [])
    return {
        "actors": held_by(registry),
        "asks": [[*ask[:-1], is_granted(registry, ask)] for ask in asked],
    }


def edge_of(leaves: list[Hash]) -> bytes:
    edge = b""
    for count, leaf in enumerate(leaves):
        edge = push(edge, count, leaf_hash(leaf))
    return edge


def read_trail(given: Given) -> Mapping[str, object]:
    item = given["item"]
    links = [
        Link(index, position, time, kinds, tuple(leaves), Hash(raw(identity)))
        for index, position, time, kinds, leaves, identity in given["rows"]
    ]
    chain = chain_hashes(item, links)
    warnings = [
        digest for link, digest in zip(links, chain, strict=True) if link.warns
    ]
    head = head_of(zip(links, chain, strict=True))
    edge, warned_edge = edge_of(chain), edge_of(warnings)
    assert (head.root, head.warnings_root) == (root(edge), root(warned_edge))
    return {
        "map_key": map_key(item),
        "links": chain,
        "head": head.root,
        "edge": [edge[n : n + 32] for n in range(0, len(edge), 32)],
        "warnings": warnings,
        "warnings_head": head.warnings_root,
        "warnings_edge": [
            warned_edge[n : n + 32] for n in range(0, len(warned_edge), 32)
        ],
        "map_value": head.value,
    }


def read_map(given: Given) -> Mapping[str, object] | None:
    if "pairs" in given:
        pairs = [(raw(key), raw(value)) for key, value in given["pairs"]]
        return {"root": patricia.map_root(pairs)}
    asked = [
        (raw(key), value and raw(value)) for key, value in given["queries"]
    ]
    proof = patricia.MapMultiproof(
        tuple(given["steps"]),
        tuple((raw(key), raw(value)) for key, value in given["others"]),
        tuple(hashes(given["hashes"])),
    )
    held = {key: value for key, value in asked if value is not None}
    found = patricia.root_from_many(held, [key for key, _ in asked], proof)
    if found != raw(given["root"]):
        raise InvalidProofError("the map is another one")
    return None


def read_commitment(given: Given) -> Mapping[str, object]:
    commitment = parse_commitment(raw(given["entry"]))
    assert commitment.to_bytes() == raw(given["entry"])
    return {
        "covered": commitment.covered,
        "map_root": commitment.map_root,
        "item_count": commitment.item_count,
        "time": commitment.time,
    }


def read_checkpoint(given: Given) -> Mapping[str, object]:
    trust = trust_of(given["trust"])
    signed = open_trusted(given["note"], trust)
    cosignatures = trust.policy.check(signed)
    return {
        "origin": signed.checkpoint.origin,
        "size": signed.checkpoint.size,
        "root": signed.checkpoint.root,
        "cosigned": [[line.name, line.time] for line in cosignatures],
    }


def read_tile(given: Given) -> Mapping[str, object]:
    match given:
        case {"path": str(path)}:
            is_entries = path.startswith("tile/entries")
            tile = (parse_entries_path if is_entries else parse_tile_path)(path)
            assert path == (tile.entries_path if is_entries else tile.path)
            return {
                "level": None if is_entries else tile.level,
                "number": tile.number,
                "width": tile.width,
            }
        case {"size": int(size)}:
            tiles = list(tiles_of(size))
            partial = [tile.path for tile in tiles if tile.width < 256]
            return {"count": len(tiles), "partial": partial}
        case {"tile": str(text), "level": int(level), "index": int(index)}:
            node = TreeNode(level, index)
            return {"hash": node_in_tile(decode_base64(text), node)}
        case _:
            data = raw(given["bundle"])
            return {"entries": parse_entries(data, width=given["width"])}


def read_receipt(given: Given) -> Mapping[str, object]:
    index = verify_receipt(
        given["text"],
        entry=raw(given["entry"]),
        trust=trust_of(given["trust"]),
        now=given["now"],
    )
    return {"log_index": index}


def read_bundle(given: Given) -> Mapping[str, object]:
    """Return what an examination finds; the outcome is among it."""
    data = decode_base64(given["bundle"])
    verdict = examine_bundle(
        data,
        trust=trust_of(given["trust"]),
        now=given["now"],
        item=given["item"],
    )
    if verdict.outcome is Outcome.VERIFIED:
        assert parse_bundle(data).to_bytes() == data
    return {
        "outcome": verdict.outcome.value,
        "codes": [
            step.code
            for step in verdict.steps
            if step.outcome is not Outcome.VERIFIED and step.code != NOT_CHECKED
        ],
        "notices": [[n.code, n.subject] for n in verdict.notices],
        "timeline": [
            [moment.log_index, moment.position, moment.step, moment.why]
            for moment in verdict.timeline
        ],
    }


def read_trust(given: Given) -> Mapping[str, object]:
    trust = parse_trust(given["text"])
    assert parse_trust(format_trust(trust)) == trust
    return {
        "origin": trust.origin,
        "log_keys": [log.key.vkey for log in trust.policy.logs],
        "quorum": trust.quorum,
        "witnesses": [
            {"name": w.name, "key": w.key.vkey, "url": w.url}
            for w in trust.policy.witnesses
        ],
        "auditors": trust.auditors,
        "groups": [
            [group.name, group.threshold, group.members]
            for group in trust.policy.groups
        ],
        "max_age_seconds": trust.max_age_seconds,
        "trails": sorted(trust.trails),
        "threshold": trust.threshold,
        "authorities": [person(actor) for actor in trust.authorities],
        "actors": [person(actor) for actor in trust.actors],
        "clock_bound_seconds": trust.clock_bound_seconds,
        "books": trust.books,
    }


def person(actor: Authority) -> Mapping[str, object]:
    return {
        "id": actor.id,
        "name": actor.name,
        "keys": actor.keys,
        "grants": [
            {
                "role": grant.role,
                "prefixes": grant.prefixes,
                "places": grant.places,
                "from": grant.start,
                "until": grant.until,
                "may_grant": grant.may_grant,
            }
            for grant in actor.grants
        ],
    }


READERS: Mapping[str, Reader] = {
    "bundle": read_bundle,
    "canonical": read_canonical,
    "checkpoint": read_checkpoint,
    "commitment": read_commitment,
    "entry": read_entry,
    "event": read_event,
    "form": read_form,
    "item": read_item,
    "map": read_map,
    "reading": read_reading,
    "receipt": read_receipt,
    "registry": read_registry,
    "statement": read_statement,
    "tile": read_tile,
    "trail": read_trail,
    "tree": read_tree,
    "trust": read_trust,
    "version": read_version,
}


# The tests.


@pytest.mark.parametrize("path", CASES)
def test_it_comes_out_as_the_vector_says(path: str) -> None:
    case = json.loads((FOLDER / path).read_bytes())
    read = READERS[path.partition("/")[0]]
    wanted = case.get("gives", {})
    # A question to the registry is in what is given as well.
    given = {**case["given"], "asks": wanted.get("asks", [])}
    if case["outcome"] not in VERDICTS | {OK}:
        error = getattr(errors, case["outcome"])
        with pytest.raises(ProvenanceError) as caught:
            read(given)
        assert caught.type is error
        return
    found = plain(read(given) or {})
    assert isinstance(found, dict)
    assert found.get("outcome", OK) == case["outcome"], found
    assert {name: found[name] for name in wanted} == wanted


def test_the_vectors_are_what_their_script_makes() -> None:
    made, stored = make.files(), make.stored()
    assert stored.keys() == made.keys()
    for path, data in made.items():
        assert stored[path] == data, f"{path}: python -m tests.vectors.make"


def test_the_vectors_are_made_again_byte_for_byte() -> None:
    assert make.files() == make.files()


def test_every_format_has_a_reader_and_every_file_is_a_case() -> None:
    assert READERS.keys() == make.FORMATS.keys()
    for name in READERS:
        others = [
            path.name
            for path in pathlib.Path(FOLDER / name).iterdir()
            if path.suffix != ".json"
        ]
        assert others == []


def test_every_case_says_what_it_is_about_in_members_that_others_can_read() -> (
    None
):
    for path in CASES:
        data = (FOLDER / path).read_bytes()
        case = json.loads(data)
        assert data.isascii(), path
        assert case.keys() - {"gives"} == {"desc", "given", "outcome"}, path
        assert case["desc"].strip().rstrip(".") == case["desc"] != "", path
        assert case["outcome"] in VERDICTS | {OK} | set(vars(errors)), path


def test_the_name_of_a_bundle_says_its_outcome() -> None:
    bundles = [path for path in CASES if path.startswith("bundle/")]
    assert len(bundles) > 100
    for path in bundles:
        case = json.loads((FOLDER / path).read_bytes())
        name = path.removeprefix("bundle/")
        assert name.startswith(case["outcome"].lower() + "-")


def test_the_vectors_stay_small_enough_to_be_carried_along() -> None:
    assert sum(map(len, make.stored().values())) < 7 * 2**19
