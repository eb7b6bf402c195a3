"""Showing an event: the leaves that a reader may see, each with its proof."""

from collections.abc import Collection, Sequence

from provenance.claims.event import Event
from provenance.encoding.digest import Hash
from provenance.encoding.tree import Tree, leaf_hash
from provenance.proof.bundle import ShownEvent, ShownLeaf


class SignedEvents:
    """The events that one statement signed, by their ids.

    Make it once for a statement, however many of its events are shown: it
    hashes all of their ids.
    """

    def __init__(self, event_ids: Sequence[bytes]) -> None:
        """Take the ids of all events of the statement, in order."""
        self._ids = event_ids
        self._tree = Tree([leaf_hash(event_id) for event_id in event_ids])

    def prove(self, event_id: bytes, *, position: int) -> tuple[Hash, ...]:
        """Return the proof of the event at *position*, lowest hash first.

        Raises:
            ValueError: Another event is at that position, or none.
        """
        path = self._tree.path_to(position)
        if self._ids[position] != event_id:
            raise ValueError(
                f"event {position} of the statement is another one"
            )
        return path


def show_event(
    event: Event,
    *,
    log_index: int,
    position: int,
    signed: SignedEvents,
    leaves: Collection[int],
) -> ShownEvent:
    """Return *event* with just these *leaves*, proven into its statement.

    Args:
        event: The event, with the bytes of those leaves.
        log_index: The index of its statement's entry.
        position: Its number in the statement.
        signed: All events of the statement.
        leaves: The numbers of the leaves to show; 0, the body, always is.

    Raises:
        ValueError: A leaf to be shown is not at hand, or there is no event
            at that position.
    """
    proof = signed.prove(event.id, position=position)
    numbers = sorted({0, *leaves})
    hidden = [n for n in numbers if event.leaves[n] is None]
    if hidden:
        raise ValueError(f"of leaf {hidden[0]} only the hash is known")
    tree = Tree(event.hashes)
    return ShownEvent(
        log_index=log_index,
        position=position,
        proof=proof,
        item_count=len(event.items),
        concealed_count=len(event.fields),
        leaves=tuple(
            ShownLeaf(number, leaf, tree.path_to(number))
            for number in numbers
            if (leaf := event.leaves[number]) is not None
        ),
    )
