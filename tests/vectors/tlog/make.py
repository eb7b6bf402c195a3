"""Makes the files beside it, with keys that anyone can make again.

    python -m tests.vectors.tlog.make

The log has four entries, b"entry 0" to b"entry 3"; the proof is of entry 1.
Each key's seed is the SHA-256 of its holder's name. A log and three witnesses
sign with Ed25519, so every byte is determined.
"""

import pathlib
from hashlib import sha256

from provenance.encoding.tree import Tree, leaf_hash, root_of
from provenance.keys import Signer
from provenance.tlog.checkpoint import Checkpoint, sign_checkpoint
from provenance.tlog.cosignature import CosignatureSigner
from provenance.tlog.note import NoteSigner, format_note
from provenance.tlog.policy import (
    Group,
    Log,
    Policy,
    PolicyWitness,
    format_policy,
)
from provenance.tlog.proof_file import ProofFile, format_proof

FOLDER = pathlib.Path(__file__).parent


def signer_of(holder: str) -> Signer:
    return Signer.from_seed(sha256(holder.encode()).digest())


LOG = NoteSigner("ledger.example/demo", signer_of("log"))
WITNESSES = {
    name: CosignatureSigner(key_name, signer_of(key_name))
    for name, key_name in (
        ("harbour", "witness.example/harbour"),
        ("union", "union.example/w1"),
        ("press", "press.example/w7"),
    )
}
LEAVES = [leaf_hash(b"entry %d" % i) for i in range(4)]


def files() -> dict[str, bytes]:
    checkpoint = Checkpoint(LOG.name, len(LEAVES), root_of(LEAVES))
    signed = sign_checkpoint(checkpoint, LOG).with_cosignatures(
        *(
            witness.sign(checkpoint, time=1679315147 + i)
            for i, witness in enumerate(WITNESSES.values())
        )
    )
    note = format_note(signed.note)
    policy = Policy(
        logs=(Log(LOG.verifier),),
        witnesses=tuple(
            PolicyWitness(name, w.verifier) for name, w in WITNESSES.items()
        ),
        groups=(Group("two-of-three", 2, tuple(WITNESSES)),),
        quorum="two-of-three",
    )
    proof = ProofFile(1, Tree(LEAVES).path_to(1), note, extra=b"hello")
    return {
        "demo.checkpoint": note.encode(),
        "demo.policy": format_policy(policy),
        "demo.tlog-proof": format_proof(proof).encode(),
    }


if __name__ == "__main__":
    for name, data in files().items():
        (FOLDER / name).write_bytes(data)
