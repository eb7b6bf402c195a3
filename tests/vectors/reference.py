"""The formats once more, slow and obvious, straight from their description.

The vectors' bytes and hashes come from here and not from the library, so that
the two are held against each other. Nothing is checked and nothing is fast:

    H     SHA-256            mp    canonical msgpack
    MTH   RFC 6962, section 2.1, as it is defined there
"""

import hmac
import struct
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256

from provenance.keys import Signer

SAFE = 2**53 - 1


def H(data: bytes) -> bytes:  # noqa: N802  # its name in the description
    return sha256(data).digest()


def u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


def u64(number: int) -> bytes:
    return number.to_bytes(8, "big")


# Canonical msgpack.


def mp(value: object) -> bytes:
    match value:
        case None:
            return b"\xc0"
        case bool():
            return b"\xc3" if value else b"\xc2"
        case float() if not (value.is_integer() and abs(value) <= SAFE):
            return b"\xcb" + struct.pack(">d", value)
        case int() | float():
            return _int(int(value))
        case str():
            data = value.encode()
            if len(data) < 32:
                return bytes([0xA0 | len(data)]) + data
            return _sized((0xD9, 0xDA, 0xDB), len(data)) + data
        case bytes():
            return _sized((0xC4, 0xC5, 0xC6), len(value)) + value
        case list() | tuple():
            head = (
                bytes([0x90 | len(value)])
                if len(value) < 16
                else _sized((None, 0xDC, 0xDD), len(value))
            )
            return head + b"".join(mp(child) for child in value)
        case dict():
            head = (
                bytes([0x80 | len(value)])
                if len(value) < 16
                else _sized((None, 0xDE, 0xDF), len(value))
            )
            keys = sorted(value, key=lambda key: key.encode())
            return head + b"".join(mp(key) + mp(value[key]) for key in keys)
        case _:
            raise TypeError(type(value))


def _int(number: int) -> bytes:
    if 0 <= number < 128:
        return bytes([number])
    if -32 <= number < 0:
        return bytes([256 + number])
    if number > 0:
        for size, first in ((1, 0xCC), (2, 0xCD), (4, 0xCE), (8, 0xCF)):
            if number < 1 << 8 * size:
                return bytes([first]) + number.to_bytes(size, "big")
    for size, first in ((1, 0xD0), (2, 0xD1), (4, 0xD2), (8, 0xD3)):
        if number >= -(1 << 8 * size - 1):
            return bytes([first]) + number.to_bytes(size, "big", signed=True)
    raise OverflowError(number)


def _sized(firsts: Sequence[int | None], length: int) -> bytes:
    for size, first in zip((1, 2, 4), firsts, strict=True):
        if first is not None and length < 1 << 8 * size:
            return bytes([first]) + length.to_bytes(size, "big")
    raise OverflowError(length)


# Trees.


def leaf_hash(data: bytes) -> bytes:
    return H(b"\x00" + data)


def mth(leaves: Sequence[bytes]) -> bytes:
    """Return MTH of what *leaves* hold."""
    if not leaves:
        return H(b"")
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    k = _largest_power_below(len(leaves))
    return H(b"\x01" + mth(leaves[:k]) + mth(leaves[k:]))


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return PATH(index, leaves): the inclusion proof, lowest first."""
    if len(leaves) == 1:
        return []
    k = _largest_power_below(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), mth(leaves[k:])]
    return [*path(index - k, leaves[k:]), mth(leaves[:k])]


def _largest_power_below(number: int) -> int:
    power = 1
    while 2 * power < number:
        power *= 2
    return power


# Events, statements, trails.

Row = tuple[str, str] | tuple[str, str, int | float | None, str | None]
"""(relation, id), or (relation, class, quantity, uom)."""


def event_leaves(
    body: Mapping[str, object],
    items: Sequence[Row],
    fields: Sequence[tuple[str, object]] = (),
    *,
    secret: bytes,
) -> list[bytes]:
    def salt(number: int) -> bytes:
        return hmac.digest(secret, u32(number), "sha256")[:16]

    leaves = [mp(["body", dict(body)])]
    for item in items:
        leaves.append(mp(["item", salt(len(leaves)), *item]))
    for field in fields:
        leaves.append(mp(["field", salt(len(leaves)), *field]))
    return leaves


def event_data(item_count: int, parts: Sequence[object]) -> bytes:
    return mp([item_count, list(parts)])


def event_id(item_count: int, concealed: int, root: bytes) -> bytes:
    return H(mp(["provenance/event/v1", item_count, concealed, root]))


def header(
    *,
    origin: str,
    issuer: str,
    key_id: bytes,
    issued_at: int,
    event_ids: Sequence[bytes],
) -> bytes:
    return mp([
        "provenance/statement/v1", origin, issuer, key_id, issued_at,
        len(event_ids), mth(event_ids),
    ])  # fmt: skip


def entry(header_bytes: bytes, signature: bytes) -> bytes:
    return mp([1, header_bytes, signature])


def submission(entry_bytes: bytes, events: Sequence[bytes]) -> bytes:
    return mp(["provenance/submission/v1", entry_bytes, list(events)])


def possession(origin: str, actor: str, key: bytes) -> bytes:
    return mp(["provenance/key/v1", origin, actor, key])


def map_key(item: str) -> bytes:
    return H(b"provenance/item/v1\x00" + item.encode())


def chain(item: str, links: Sequence[tuple[int, int, bytes]]) -> list[bytes]:
    """Return the hash of each of the (log index, position, event id)."""
    hashes = [map_key(item)]
    for log_index, position, event in links:
        hashes.append(
            H(
                b"provenance/link/v1\x00"
                + hashes[-1]
                + u64(log_index)
                + u32(position)
                + event
            )
        )
    return hashes[1:]


def map_value(count: int, link: bytes) -> bytes:
    return u64(count) + link


# The map.

Pairs = Mapping[bytes, bytes]


def varint(number: int) -> bytes:
    if number < 128:
        return bytes([number])
    return bytes([number % 128 + 128]) + varint(number // 128)


def bit_of(key: bytes, bit: int) -> int:
    return key[bit // 8] >> 7 - bit % 8 & 1


def map_root(pairs: Pairs, start: int = 0) -> bytes:
    """Return the root of *pairs*, whose keys part at bit *start* or later."""
    if not pairs:
        return H(b"")
    if len(pairs) == 1:
        ((key, value),) = pairs.items()
        return H(b"\x00" + varint(len(key)) + key + varint(len(value)) + value)
    bit, left, right = _sides(pairs, start)
    return H(
        b"\x01"
        + varint(bit)
        + map_root(left, bit + 1)
        + map_root(right, bit + 1)
    )


def map_path(
    key: bytes, pairs: Pairs, start: int = 0
) -> tuple[tuple[bytes, bytes], list[tuple[int, bytes]]]:
    """Return the leaf that *key* leads to, and the path from it to the root."""
    if len(pairs) == 1:
        return next(iter(pairs.items())), []
    bit, left, right = _sides(pairs, start)
    here, other = (right, left) if bit_of(key, bit) else (left, right)
    leaf, below = map_path(key, here, bit + 1)
    return leaf, [*below, (bit, map_root(other, bit + 1))]


def _sides(pairs: Pairs, start: int) -> tuple[int, Pairs, Pairs]:
    bit = start
    while len({bit_of(key, bit) for key in pairs}) == 1:
        bit += 1
    left = {k: v for k, v in pairs.items() if not bit_of(k, bit)}
    right = {k: v for k, v in pairs.items() if bit_of(k, bit)}
    return bit, left, right


def commitment(*, covered: int, root: bytes, items: int, time: int) -> bytes:
    return mp([2, covered, root, items, time])


# Notes.


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return H(name.encode() + b"\n" + bytes([kind]) + public)[:4]


def vkey(name: str, kind: int, public: bytes) -> str:
    identity = key_id(name, kind, public).hex()
    return f"{name}+{identity}+{b64(bytes([kind]) + public)}"


def note_line(name: str, signer: Signer, text: str) -> str:
    """Return the line by which a log signs."""
    identity = key_id(name, 1, signer.verifier.data)
    return f"— {name} {b64(identity + signer.sign(text.encode()))}\n"


def cosignature_line(name: str, signer: Signer, text: str, *, time: int) -> str:
    identity = key_id(name, 4, signer.verifier.data)
    signature = signer.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    return f"— {name} {b64(identity + u64(time) + signature)}\n"


def checkpoint(origin: str, size: int, root: bytes) -> str:
    return f"{origin}\n{size}\n{b64(root)}\n"
