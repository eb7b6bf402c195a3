"""Two checkpoints of one log: grown, the same, or a fork that is proved."""

import pytest

from provenance.encoding.digest import sha256
from provenance.encoding.tree import leaf_hash, root_of
from provenance.errors import EquivocationError, InvalidProofError
from provenance.keys import Signer
from provenance.tlog.checkpoint import (
    Checkpoint,
    SignedCheckpoint,
    sign_checkpoint,
)
from provenance.tlog.growth import require_growth
from provenance.tlog.merkle import ReadNodes, TreeNode, verify_consistency
from provenance.tlog.note import NoteSigner, format_note

ORIGIN = "ledger.example/growth"
SIGNER = NoteSigner(ORIGIN, Signer.from_seed(bytes(32)))
MOST = 20


def leaves(size: int, *, history: bytes = b"") -> list[bytes]:
    return [leaf_hash(history + bytes([n])) for n in range(size)]


def signed(size: int, *, history: bytes = b"") -> SignedCheckpoint:
    root = root_of(leaves(size, history=history))
    return sign_checkpoint(Checkpoint(ORIGIN, size, root), SIGNER)


def nodes(size: int, *, history: bytes = b"") -> ReadNodes:
    all_leaves = leaves(size, history=history)

    def read(wanted: object) -> list[bytes]:
        assert isinstance(wanted, list | tuple)
        return [
            root_of(all_leaves[n.index << n.level : (n.index + 1) << n.level])
            for n in wanted
            if isinstance(n, TreeNode)
        ]

    return read  # type: ignore[return-value]  # hashes are bytes


@pytest.mark.parametrize("new", range(MOST))
def test_a_log_that_only_grew_proves_it(new: int) -> None:
    for old in range(new + 1):
        proof = require_growth(signed(old), signed(new), nodes(new))
        assert bool(proof) == (0 < old < new)


@pytest.mark.parametrize("new", range(1, MOST))
def test_a_log_that_signed_another_history_is_a_fork_with_its_proof(
    new: int,
) -> None:
    for old in range(1, new + 1):
        first, second = signed(old, history=b"other"), signed(new)
        with pytest.raises(EquivocationError) as found:
            require_growth(first, second, nodes(new))
        error = found.value
        assert error.first == format_note(first.note)
        assert error.second == format_note(second.note)
        if old < new:
            # Whoever has the notes and the proof needs no tiles.
            verify_consistency(
                error.proof,  # type: ignore[arg-type]  # hashes
                old_size=old,
                new_size=new,
                old_root=root_of(leaves(old)),
                new_root=second.checkpoint.root,
            )


@pytest.mark.parametrize("new", range(2, MOST))
def test_nodes_of_another_log_are_no_fork(new: int) -> None:
    for old in range(1, new):
        with pytest.raises(InvalidProofError):
            require_growth(signed(old), signed(new), nodes(new, history=b"x"))


def test_the_smaller_one_is_the_older() -> None:
    with pytest.raises(ValueError, match="smaller"):
        require_growth(signed(3), signed(2), nodes(3))


def test_an_empty_log_is_the_beginning_of_every_one() -> None:
    def read(_: object) -> list[bytes]:
        raise AssertionError("nothing is to be read")

    assert require_growth(signed(0), signed(5), read) == ()  # type: ignore[arg-type]
    assert sha256(b"") == signed(0).checkpoint.root
