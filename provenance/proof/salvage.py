"""A broken bundle, read for what is left of it.

A bundle in which one byte was changed may be no bundle any more: its text is
not UTF-8, a row is not of its shape, a part has another name. It stays
UNKNOWN or FAILED, whatever is found here. This is for whoever then asks where
it was changed: each row that can be read is, and each that cannot is named.
"""

from collections.abc import Callable
from typing import TypeVar

import msgpack

from provenance.errors import MalformedError
from provenance.proof.bundle import (
    FORMAT,
    MAX_BUNDLE_SIZE,
    Bundle,
    LoggedEntry,
    parse_bundle,
    read_entry,
    read_event,
    read_trail,
)

MOST_CONTAINERS = 2**20
"""How many arrays and maps a broken bundle may seem to have.

Each takes memory before anything is known of it.
"""

_NO_OPENER = bytes({*range(256)} - {*range(0x80, 0xA0), *range(0xDC, 0xE0)})
_PARTS = ("checkpoint", "commitment", "items", "statements", "events")
_NOTHING = LoggedEntry(-1, b"", ())

_Row = TypeVar("_Row")

Losses = list[tuple[str, str]]
"""(where, what is wrong there) of each part that cannot be read."""


def salvage_bundle(data: bytes) -> tuple[Bundle | None, Losses]:
    """Return what can be read of the bundle *data*, and what cannot.

    Of a sound bundle that is all, and nothing. What is lacking stands there
    as if there had been none: an empty checkpoint, a commitment without
    bytes at index -1.
    """
    try:
        return parse_bundle(data), []
    except MalformedError as error:
        losses = [("bundle", str(error))]
    try:
        parts = _unpack(data)
    except MalformedError as error:
        losses.append(("bundle", str(error)))
        return None, losses
    if parts.get("format") != FORMAT:
        losses.append(
            ("bundle", f"its format is {parts.get('format')!r}, not {FORMAT}")
        )
    losses += [
        ("bundle", f"it has no part {name!r}")
        for name in _PARTS
        if name not in parts
    ]
    checkpoint = parts.get("checkpoint")
    told = [parts["commitment"]] if "commitment" in parts else []
    commitments = _rows(told, "commitment", read_entry, losses)
    bundle = Bundle(
        checkpoint=checkpoint if isinstance(checkpoint, str) else "",
        commitment=commitments[0] if commitments else _NOTHING,
        items=_rows(parts.get("items"), "items", read_trail, losses),
        statements=_rows(
            parts.get("statements"), "statements", read_entry, losses
        ),
        events=_rows(parts.get("events"), "events", read_event, losses),
        times=_rows(parts.get("times", []), "times", read_entry, losses),
    )
    return bundle, losses


def _unpack(data: bytes) -> dict[str, object]:
    if len(data) > MAX_BUNDLE_SIZE:
        raise MalformedError("it is too large to be looked into")
    if len(data.translate(None, _NO_OPENER)) > MOST_CONTAINERS:
        raise MalformedError("it has too many parts to be looked into")
    unpacker = msgpack.Unpacker(
        strict_map_key=False,
        unicode_errors="backslashreplace",
        max_buffer_size=len(data) or 1,
    )
    unpacker.feed(data)
    try:
        value = unpacker.unpack()
    except (
        ValueError,
        TypeError,
        RecursionError,
        msgpack.UnpackException,
    ) as error:
        raise MalformedError(
            f"it cannot be read on from its byte {unpacker.tell()}:"
            f" {error or type(error).__name__}"
        ) from error
    if not isinstance(value, dict):
        raise MalformedError("it is no map of parts")
    return value


def _rows(
    value: object, name: str, read: Callable[..., _Row], losses: Losses
) -> tuple[_Row, ...]:
    rows = []
    for number, row in enumerate(value if isinstance(value, list) else ()):
        try:
            rows.append(read(row))
        except (MalformedError, TypeError, ValueError) as error:
            losses.append((f"{name}, row {number}", str(error)))
    return tuple(rows)
