"""What is told of a history that went wrong: a script of it, made short."""

from collections.abc import Callable, Iterator, Sequence

from provenance.claims.event import Event
from provenance.claims.statement import parse_entry
from tests.histories.history import History, retold
from tests.histories.judged import Told


def shortest(history: History, fails: Callable[[History], bool]) -> History:
    """Return the history with all left out without which it still *fails*.

    Args:
        history: One that fails, perhaps for the truth that it is held
            against, which is not known of a shorter one: then all of it is
            returned.
        fails: Whether a history does.
    """
    told = list(history.world.told)
    if not fails(short := retold(told, history)):
        return history
    size = len(told) // 2
    while size:
        start = 0
        while start < len(told):
            fewer = told[:start] + told[start + size :]
            other = retold(fewer, history)
            if fails(other):
                told, short = fewer, other
            else:
                start += size
        size //= 2
    return short


def script(history: History) -> Iterator[str]:
    """Yield a line for each thing that was logged."""
    world = history.world
    for index in range(len(world.entries)):
        if index in world.commits:
            yield f"{index}: commitment"
            continue
        header = parse_entry(world.entries[index]).header
        for at in sorted(at for at in world.events if at[0] == index):
            line = f"{index}.{at[1]} {header.issued_at} {header.issuer}: "
            line += _said(world.events[at])
            if at in world.refused:
                why = world.refused[at].why
                line += f"  REFUSED: {why} [{why.rule}]"
            yield line
    yield f"asked for: {', '.join(history.items)}"


def _said(event: Event) -> str:
    body = {
        name: value.hex()[:12] if isinstance(value, bytes) else value
        for name, value in event.body.items()
    }
    items = [
        f"{item.relation}={item.id}"
        + ("" if item.quantity is None else f"*{item.quantity}")
        for item in event.items
    ]
    fields = [
        f"{pointer}: {field and field.value!r}"
        for pointer, field in zip(event.pointers, event.fields, strict=True)
    ]
    return " ".join((str(body), *items, *fields))


__all__: Sequence[str] = ("Told", "script", "shortest")
