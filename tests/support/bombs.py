"""Bytes that take many times as much memory once they are read."""

import tracemalloc
from collections.abc import Callable

SIZE = 2**20


def _array(children: bytes, count: int) -> bytes:
    return b"\xdd" + count.to_bytes(4, "big") + children


VALUES = {
    "empty arrays": _array(b"\x90" * SIZE, SIZE),
    "empty maps": _array(b"\x80" * SIZE, SIZE),
    "nothing": _array(b"\xc0" * SIZE, SIZE),
    "short texts": _array(b"\xa2ab" * (SIZE // 3), SIZE // 3),
    "arrays of arrays": _array(
        (b"\x9f" + b"\x90" * 15) * (SIZE // 16), SIZE // 16
    ),
    "maps of maps": _array(b"\x81\xa0\x80" * (SIZE // 3), SIZE // 3),
    "arrays beside text": _array(
        b"\x90" * (SIZE // 2) + b"\xdb" + (SIZE // 2).to_bytes(4, "big")
        + b"a" * (SIZE // 2),
        SIZE // 2 + 1,
    ),
}  # fmt: skip
"""Canonical msgpack of some 1 MiB; what each is made of → its bytes."""


def peak_of(call: Callable[[], object]) -> int:
    """Return the most bytes that *call* had set aside at one time."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
