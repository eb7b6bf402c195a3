"""Showing an event: the leaves that a reader may see, each with its proof."""

from collections.abc import Collection, Sequence

from provenance.claims.event import Event
from provenance.encoding.digest import Hash
from provenance.encoding.tree import leaf_hash, node_hash
from provenance.proof.bundle import ShownEvent, ShownLeaf


def show_event(
    event: Event,
    *,
    log_index: int,
    position: int,
    event_ids: Sequence[bytes],
    leaves: Collection[int],
) -> ShownEvent:
    """Return *event* with just these *leaves*, proven into its statement.

    Args:
        event: The event, with the bytes of those leaves.
        log_index: The index of its statement's entry.
        position: Its number in the statement.
        event_ids: The ids of all events of the statement, in order.
        leaves: The numbers of the leaves to show; 0, the body, always is.

    Raises:
        ValueError: A leaf to be shown is not at hand, or there is no event
            at that position.
    """
    if event_ids[position] != event.id:
        raise ValueError(f"event {position} of the statement is another one")
    numbers = sorted({0, *leaves})
    hidden = [n for n in numbers if event.leaves[n] is None]
    if hidden:
        raise ValueError(f"of leaf {hidden[0]} only the hash is known")
    proofs = prove_leaves(numbers, event.hashes)
    (proof,) = prove_leaves([position], [leaf_hash(i) for i in event_ids])
    return ShownEvent(
        log_index=log_index,
        position=position,
        proof=proof,
        item_count=len(event.items),
        concealed_count=len(event.fields),
        leaves=tuple(
            ShownLeaf(number, leaf, path)
            for number, path in zip(numbers, proofs, strict=True)
            if (leaf := event.leaves[number]) is not None
        ),
    )


def prove_leaves(
    numbers: Sequence[int], leaves: Sequence[Hash]
) -> list[tuple[Hash, ...]]:
    """Return the inclusion proof of each of *numbers*, lowest hash first.

    The tree above *leaves* is made once, however many are proven.
    """
    levels = [list(leaves)]
    while len(level := levels[-1]) > 1:
        joined = [
            node_hash(level[i], level[i + 1])
            for i in range(0, len(level) - 1, 2)
        ]
        levels.append(joined + level[len(level) - len(level) % 2 :])
    return [
        tuple(
            level[sibling]
            for height, level in enumerate(levels[:-1])
            if (sibling := (number >> height) ^ 1) < len(level)
        )
        for number in numbers
    ]
