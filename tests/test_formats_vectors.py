"""A published ledger of four entries, made again from what its actors said.

An independent implementation of the formats made `provenance-formats`. The
parts are tested where their code is: canonical msgpack, events, entries,
trails, map proofs, notes, checkpoints and the bundle's verdict. Here all of
them come together: from the events and keys alone the same bytes come out,
up to the last one of the bundle.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from provenance.claims.event import Event, Field, Item, make_event
from provenance.claims.statement import parse_entry, sign_statement
from provenance.claims.trail import Head, Link, chain_hashes, map_key
from provenance.errors import InvalidProofError
from provenance.keys import Signer
from provenance.proof.bundle import (
    Bundle,
    LoggedEntry,
    ProvenTrail,
    parse_bundle,
)
from provenance.proof.show import SignedEvents, show_event
from provenance.tlog import merkle, patricia
from provenance.tlog.checkpoint import (
    Checkpoint,
    open_checkpoint,
    sign_checkpoint,
)
from provenance.tlog.commitment import Commitment, parse_commitment
from provenance.tlog.note import NoteSigner, format_note
from tests.vectors_of import shared
from tests.world import MemoryNodes

ITEM = "https://id.gs1.org/01/09421902960019/21/K0000"
PALLET = "https://id.gs1.org/00/094219029600000017"


@dataclass(frozen=True, slots=True)
class Published:
    """The published files, and the ledger made again from them."""

    log: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]]
    trails: Mapping[str, Mapping[str, Any]]
    events: Mapping[tuple[int, int], Event]
    bundle: bytes
    nodes: MemoryNodes

    @property
    def signer(self) -> NoteSigner:
        seed = bytes.fromhex(self.log["log_private_seed"])
        return NoteSigner(self.log["origin"], Signer.from_seed(seed))

    def entry(self, index: int) -> bytes:
        return bytes.fromhex(self.entries[index]["entry"])

    def said(self, index: int) -> list[Event]:
        return [e for at, e in sorted(self.events.items()) if at[0] == index]

    def links(self, item: str, size: int) -> tuple[Link, ...]:
        """Return *item*'s links among the first *size* entries."""
        return tuple(
            Link(*at, event.id)
            for at, event in sorted(self.events.items())
            if at[0] < size and item in event.trailed_items
        )

    def pairs(self, size: int) -> list[tuple[bytes, bytes]]:
        """Return what the map holds after the first *size* entries."""
        return [
            (map_key(item), Head(len(chain), chain[-1]).value)
            for item in self.trails
            if (chain := chain_hashes(item, self.links(item, size)))
        ]

    def logged(self, index: int) -> LoggedEntry:
        proof = merkle.prove_inclusion(index, self.nodes.size, self.nodes)
        return LoggedEntry(index, self.entry(index), proof)


@pytest.fixture(scope="module")
def published() -> Published:
    folder = shared("provenance-formats")

    def read(name: str) -> Any:
        return json.loads((folder / name).read_bytes())

    entries = read("entries.json")
    nodes = MemoryNodes()
    for entry in entries:
        nodes.append(bytes.fromhex(entry["entry"]))
    return Published(
        log=read("log.json"),
        entries=entries,
        trails={trail["item"]: trail for trail in read("trails.json")},
        events={
            (v["log_index"], v["position"]): make_event(
                v["body"],
                [Item(relation, item) for relation, item in v["items"]],
                [Field(pointer, value) for pointer, value in v["concealed"]],
                secret=bytes.fromhex(v["secret"]),
            )
            for v in read("events.json")
        },
        bundle=(folder / "can.provenance").read_bytes(),
        nodes=nodes,
    )


def test_the_statements_are_signed_again_to_the_same_bytes(
    published: Published,
) -> None:
    by_key = {
        signer.verifier.key_id: signer
        for seed in published.log["seeds"].values()
        for signer in [Signer.from_seed(bytes.fromhex(seed))]
    }
    for index in (0, 2):
        header = parse_entry(published.entry(index)).header
        again = sign_statement(
            published.said(index),
            signer=by_key[header.key_id],
            issuer=header.issuer,
            origin=published.log["origin"],
            now=header.issued_at,
        )
        assert again.entry == published.entry(index)


def test_the_commitments_are_made_again_to_the_same_bytes(
    published: Published,
) -> None:
    for index in (1, 3):
        v = published.entries[index]
        pairs = published.pairs(index)
        commitment = Commitment(
            covered=index,
            map_root=patricia.map_root(pairs),
            item_count=len(pairs),
            time=v["time_ms"],
        )
        assert commitment.to_bytes() == published.entry(index)
        assert parse_commitment(published.entry(index)) == commitment
        assert (commitment.covered, commitment.item_count) == (
            v["covered"],
            v["items"],
        )
        assert commitment.map_root.hex() == v["map_root"]


def test_the_checkpoints_are_signed_again_to_the_same_bytes(
    published: Published,
) -> None:
    for note, size in zip(published.log["checkpoints"], (2, 4), strict=True):
        root = merkle.root_hash(size, published.nodes)
        checkpoint = Checkpoint(published.log["origin"], size, root)
        signed = sign_checkpoint(checkpoint, published.signer)
        assert format_note(signed.note) == note


def test_every_entry_is_under_the_checkpoints_and_one_extends_the_other(
    published: Published,
) -> None:
    opened = [
        open_checkpoint(note, [published.signer.verifier]).checkpoint
        for note in published.log["checkpoints"]
    ]
    for checkpoint in opened:
        for index in range(checkpoint.size):
            proof = merkle.prove_inclusion(
                index, checkpoint.size, published.nodes
            )
            leaf = merkle.leaf_hash(published.entry(index))
            merkle.verify_inclusion(
                proof,
                index=index,
                size=checkpoint.size,
                leaf=leaf,
                root=checkpoint.root,
            )
            with pytest.raises(InvalidProofError):
                merkle.verify_inclusion(
                    proof,
                    index=index ^ 1,
                    size=checkpoint.size,
                    leaf=leaf,
                    root=checkpoint.root,
                )
    old, new = opened
    merkle.verify_consistency(
        merkle.prove_consistency(old.size, new.size, published.nodes),
        old_size=old.size,
        new_size=new.size,
        old_root=old.root,
        new_root=new.root,
    )


def test_the_trails_are_those_that_the_events_lead_to(
    published: Published,
) -> None:
    named = {i for e in published.events.values() for i in e.trailed_items}
    assert named == set(published.trails)
    for item, v in published.trails.items():
        links = published.links(item, 4)
        assert [
            [link.log_index, link.position, link.event_id.hex()]
            for link in links
        ] == v["links"]
        proof = patricia.prove(map_key(item), published.pairs(3))
        assert [[bit, h.hex()] for bit, h in proof.path] == v["map_proof"]


def test_the_bundle_is_made_again_to_the_same_bytes(
    published: Published,
) -> None:
    def trail(item: str) -> ProvenTrail:
        links = published.links(item, 4)
        proof = patricia.prove(map_key(item), published.pairs(3))
        head = chain_hashes(item, links)[-1]
        return ProvenTrail(item, links, head, proof.path)

    # The can is leaf 1 of its commissioning and leaf 2 of the packing, where
    # the pallet is leaf 1; customs inspected the pallet.
    shown = {(0, 0): {1}, (0, 1): {1, 2}, (2, 0): {1}}
    bundle = Bundle(
        checkpoint=published.log["checkpoints"][-1],
        commitment=published.logged(3),
        items=(trail(ITEM), trail(PALLET)),
        statements=(published.logged(0), published.logged(2)),
        events=tuple(
            show_event(
                published.events[at],
                log_index=at[0],
                position=at[1],
                signed=SignedEvents(
                    [event.id for event in published.said(at[0])]
                ),
                leaves=leaves,
            )
            for at, leaves in shown.items()
        ),
    )
    assert parse_bundle(published.bundle) == bundle
    assert bundle.to_bytes() == published.bundle
