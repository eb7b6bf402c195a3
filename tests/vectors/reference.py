"""The formats once more, slow and obvious, straight from their description.

The vectors' bytes and hashes come from here and not from the library, so that
the two are held against each other. Nothing is checked and nothing is fast:

    H     SHA-256            mp    canonical msgpack
    MTH   RFC 6962, section 2.1, as it is defined there

What an event's words mean (its time, what warns) is in `words.py`, and what a
ledger makes of all this in `ledger.py`.
"""

import hmac
import struct
from base64 import b64encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from provenance.keys import Signer

SAFE = 2**53 - 1


def H(data: bytes) -> bytes:  # noqa: N802  # its name in the description
    return sha256(data).digest()


def u16(number: int) -> bytes:
    return number.to_bytes(2, "big")


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


def multiproof(
    known: Collection[int], leaves: Sequence[bytes], start: int = 0
) -> list[bytes]:
    """Return what is to be added to the leaves *known* to get to the root.

    The leaves are those from *start* on, and *known* are indexes in the
    whole tree.
    """
    if not any(start <= index < start + len(leaves) for index in known):
        return [mth(leaves)] if leaves else []
    if len(leaves) == 1:
        return []
    k = _largest_power_below(len(leaves))
    return [
        *multiproof(known, leaves[:k], start),
        *multiproof(known, leaves[k:], start + k),
    ]


def edge(leaves: Sequence[bytes]) -> list[bytes]:
    """Return the roots of the complete trees side by side, largest first."""
    if not leaves:
        return []
    k = _largest_power_below(len(leaves) + 1)
    return [mth(leaves[:k]), *edge(leaves[k:])]


# Events.

RELATIONS = {
    "actor": 1,
    "about": 2,
    "epcList": 3,
    "quantityList": 4,
    "parentID": 5,
    "childEPCs": 6,
    "childQuantityList": 7,
    "inputEPCList": 8,
    "inputQuantityList": 9,
    "outputEPCList": 10,
    "outputQuantityList": 11,
    "transformationID": 12,
    "place": 13,
}

Row = (
    tuple[str, str]
    | tuple[str, str, Mapping[str, object]]
    | tuple[str, str, int | float | None, str | None]
    | tuple[str, str, int | float | None, str | None, Mapping[str, object]]
)
"""(relation, id) or (relation, class, quantity, uom), and perhaps extras."""

Counts = Sequence[tuple[int, int]]
Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Event:
    """An event with all that there is of it.

    Attributes:
        body: What everybody sees.
        items: The items, in the order of their leaves.
        counts: How many leaves each relation has.
        pointers: Where the concealed fields belong.
        leaves: The bytes of each leaf.
    """

    body: Body
    items: tuple[Row, ...]
    counts: tuple[tuple[int, int], ...]
    pointers: tuple[str, ...]
    leaves: tuple[bytes, ...]

    @property
    def id(self) -> bytes:
        return event_id(self.counts, self.pointers, mth(self.leaves))

    @property
    def data(self) -> bytes:
        return event_data(self.counts, self.pointers, self.leaves)

    def withheld(self, numbers: Collection[int]) -> bytes:
        """Return the event data without the leaves of those numbers."""
        parts = [
            [leaf_hash(leaf)] if number in numbers else leaf
            for number, leaf in enumerate(self.leaves)
        ]
        return event_data(self.counts, self.pointers, parts)

    def own(self, item: str) -> tuple[int, ...]:
        """Return the numbers of the leaves that name *item*."""
        return tuple(n for n, row in enumerate(self.items, 1) if row[1] == item)


def event(
    body: Body,
    items: Iterable[Row],
    fields: Iterable[tuple[str, object]] = (),
    *,
    secret: bytes,
) -> Event:
    def salt(number: int) -> bytes:
        return hmac.digest(secret, u32(number), "sha256")[:16]

    rows = sorted(items, key=lambda row: RELATIONS[row[0]])
    hidden = sorted(fields, key=lambda field: field[0].encode())
    leaves = [mp(["body", dict(body)])]
    for row in rows:
        leaves.append(mp(["item", salt(len(leaves)), *row[1:]]))
    for _, value in hidden:
        leaves.append(mp(["field", salt(len(leaves)), value]))
    codes = [RELATIONS[row[0]] for row in rows]
    return Event(
        body,
        tuple(rows),
        tuple((code, codes.count(code)) for code in sorted(set(codes))),
        tuple(pointer for pointer, _ in hidden),
        tuple(leaves),
    )


def event_data(
    counts: Counts, pointers: Sequence[str], parts: Sequence[object]
) -> bytes:
    return mp([counts, pointers, parts])


def event_id(counts: Counts, pointers: Sequence[str], root: bytes) -> bytes:
    return H(mp(["provenance/event/v2", counts, pointers, root]))


# Statements and other entries.


def header(
    *,
    origin: str,
    issuer: str,
    key_id: bytes,
    issued_at: int,
    event_ids: Sequence[bytes],
) -> bytes:
    return mp([
        "provenance/statement/v2", origin, issuer, key_id, issued_at,
        len(event_ids), mth(event_ids),
    ])  # fmt: skip


def entry(header_bytes: bytes, signature: bytes) -> bytes:
    return mp([1, header_bytes, signature])


def submission(entry_bytes: bytes, events: Sequence[bytes]) -> bytes:
    return mp(["provenance/submission/v2", entry_bytes, list(events)])


def possession(origin: str, actor: str, key: bytes) -> bytes:
    return mp(["provenance/key/v1", origin, actor, key])


def commitment(*, covered: int, root: bytes, items: int, time: int) -> bytes:
    return mp([2, covered, root, items, time])


def version_message(origin: str, number: int, version: bytes) -> bytes:
    """Return what a root key signs of a trust version."""
    return mp(["provenance/trust-signature/v1", origin, number, H(version)])


def version_entry(
    version: bytes, signatures: Sequence[tuple[bytes, bytes]]
) -> bytes:
    """Return the entry of a version and its (root key id, signature)s."""
    return mp([3, version, sorted(signatures)])


def book_entry(book: bytes) -> bytes:
    return mp([4, book])


# What may stand beside an item, and what is compared without being shown.


def hkdf(secret: bytes, *, salt: bytes, info: bytes) -> bytes:
    """Return 32 bytes of HKDF-SHA256 (RFC 5869): one block."""
    key = hmac.digest(salt, secret, "sha256")
    return hmac.digest(key, info + b"\x01", "sha256")


def seal_seed(code: bytes, item: str) -> bytes:
    """Return the Ed25519 seed that a code under a unit's seal stands for."""
    salt = H(item.encode())
    return hkdf(code, salt=salt, info=b"provenance/seal/v1")


def opened(origin: str, item: str, nonce: bytes, hour: int) -> bytes:
    """Return what the key under a seal signs."""
    return mp(["provenance/opened/v1", origin, item, nonce, hour])


def class_key(secret: bytes, kind: str) -> bytes:
    info = b"provenance/compare/v1\x00" + kind.encode()
    return hkdf(secret, salt=bytes(32), info=info)


def tag(key: bytes, kind: str, normal: str) -> bytes:
    return hmac.digest(key, mp([kind, normal]), "sha256")


# Trails.


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says, beside the one before it."""

    log_index: int
    position: int
    time: int
    kinds: int
    leaves: tuple[int, ...]
    event_id: bytes

    @property
    def row(self) -> list[object]:
        return [
            self.log_index, self.position, self.time, self.kinds,
            list(self.leaves), self.event_id,
        ]  # fmt: skip


def map_key(item: str) -> bytes:
    return H(b"provenance/item/v2\x00" + item.encode())


def chain(item: str, links: Sequence[Link]) -> list[bytes]:
    """Return the hash of each link."""
    hashes = [map_key(item)]
    for link in links:
        hashes.append(
            H(
                b"provenance/link/v2\x00"
                + hashes[-1]
                + u64(link.log_index)
                + u32(link.position)
                + u64(link.time)
                + bytes([link.kinds])
                + u16(len(link.leaves))
                + b"".join(u32(number) for number in link.leaves)
                + link.event_id
            )
        )
    return hashes[1:]


def warnings(item: str, links: Sequence[Link]) -> list[bytes]:
    """Return the hashes of those links that warn."""
    hashes = chain(item, links)
    return [h for h, link in zip(hashes, links, strict=True) if link.kinds & 8]


def map_value(item: str, links: Sequence[Link]) -> bytes:
    warning = warnings(item, links)
    return (
        u64(len(links))
        + mth(chain(item, links))
        + u64(len(warning))
        + mth(warning)
    )


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


def map_multiproof(
    queries: Collection[bytes], pairs: Pairs, start: int = 0
) -> tuple[list[int], list[tuple[bytes, bytes]], list[bytes]]:
    """Return what proves which of *queries* are there: steps, others, hashes.

    The keys of *pairs* part at bit *start* or later, and there is a query.
    """
    if not pairs:
        return [], [], []
    if len(pairs) == 1:
        ((key, value),) = pairs.items()
        return [0], [] if key in queries else [(key, value)], []
    bit, *sides = _sides(pairs, start)
    steps, others, hashes = [bit + 1], [], []
    for turn, side in enumerate(sides):
        below = [query for query in queries if bit_of(query, bit) == turn]
        if below:
            parts = map_multiproof(below, side, bit + 1)
            steps += parts[0]
            others += parts[1]
            hashes += parts[2]
        else:
            hashes.append(map_root(side, bit + 1))
    return steps, others, hashes


def _sides(pairs: Pairs, start: int) -> tuple[int, Pairs, Pairs]:
    bit = start
    while len({bit_of(key, bit) for key in pairs}) == 1:
        bit += 1
    left = {k: v for k, v in pairs.items() if not bit_of(k, bit)}
    right = {k: v for k, v in pairs.items() if bit_of(k, bit)}
    return bit, left, right


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
