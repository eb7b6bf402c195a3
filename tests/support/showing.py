"""Showing events of which all leaves are at hand, and what proves them."""

from collections.abc import Collection, Sequence

from provenance.claims.event import Event
from provenance.claims.statement import Entry
from provenance.encoding.tree import Tree, leaf_hash
from provenance.proof.bundle import ShownEvent, ShownField, ShownStatement
from provenance.proof.show import show_item


def show_event(
    event: Event, *, position: int, leaves: Collection[int]
) -> ShownEvent:
    """Return *event* with just these *leaves*, proven into its id.

    Args:
        event: The event, with the bytes of those leaves.
        position: Its number in its statement.
        leaves: The numbers of the leaves to show; 0, the body, always is.

    Raises:
        ValueError: There is no such leaf, or only its hash is at hand.
    """
    numbers = sorted({0, *leaves})
    if numbers[-1] >= len(event.leaves):
        raise ValueError(f"the event has no leaf {numbers[-1]}")
    items, fields = [], []
    for number in numbers[1:]:
        leaf = event.leaves[number]
        if leaf is None:
            raise ValueError(f"of leaf {number} only the hash is known")
        if number <= len(event.items):
            items.append(show_item(event.items[number - 1], leaf, number))
        else:
            fields.append(ShownField(number, leaf))
    body = event.leaves[0]
    assert body is not None, "no body is withheld"
    return ShownEvent(
        position=position,
        counts=event.counts,
        pointers=event.pointers,
        body=body,
        items=tuple(items),
        fields=tuple(fields),
        hashes=Tree(event.hashes).multiproof(numbers),
    )


def show_statement(
    entry: Entry,
    *,
    log_index: int,
    event_ids: Sequence[bytes],
    events: Collection[ShownEvent],
) -> ShownStatement:
    """Return the statement *entry* with just these of its *events*.

    Args:
        entry: The statement.
        log_index: Where it stands in the log.
        event_ids: The ids of all of its events, in order.
        events: What to show, by position; one at least.
    """
    header = entry.header
    tree = Tree([leaf_hash(event_id) for event_id in event_ids])
    return ShownStatement(
        log_index=log_index,
        issuer=header.issuer,
        key_id=header.key_id,
        issued_at=header.issued_at,
        event_count=header.event_count,
        signature=entry.signature,
        events=tuple(events),
        hashes=tree.multiproof([event.position for event in events]),
    )
