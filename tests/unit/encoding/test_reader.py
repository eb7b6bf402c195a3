"""The typed reader: the same verdict as `canonical.decode`, by type."""

import random
import struct
from collections.abc import Callable

import msgpack
import pytest

from provenance.encoding.canonical import MAX_INT, decode, encode
from provenance.encoding.digest import Hash
from provenance.encoding.reader import ByteReader
from provenance.errors import MalformedError

MOST = 1 << 40

READS: list[tuple[Callable[[ByteReader], object], Callable[[object], bool]]] = [
    (
        lambda reader: reader.uint(),
        lambda value: type(value) is int and value >= 0,
    ),
    (lambda reader: reader.number(), lambda value: type(value) in {int, float}),
    (lambda reader: reader.text(MOST), lambda value: type(value) is str),
    (lambda reader: reader.binary(MOST), lambda value: type(value) is bytes),
]


def outcome(read: Callable[[], object]) -> tuple[object, ...]:
    try:
        value = read()
    except MalformedError:
        return ()
    return (type(value), value)


def read_whole(data: bytes, read: Callable[[ByteReader], object]) -> object:
    reader = ByteReader(data)
    value = read(reader)
    reader.end()
    return value


def assert_same_verdict(data: bytes) -> None:
    """What is of the type asked for is read as `decode` reads it."""
    expected = outcome(lambda: decode(data))
    for read, is_asked_for in READS:
        found = outcome(lambda: read_whole(data, read))  # noqa: B023
        if expected and is_asked_for(expected[1]):
            assert found == expected, data.hex()
        else:
            assert found == (), data.hex()


def test_all_short_inputs_get_the_verdict_of_the_decoder() -> None:
    assert_same_verdict(b"")
    for first in range(256):
        assert_same_verdict(bytes([first]))
        for second in range(256):
            assert_same_verdict(bytes([first, second]))


def test_numbers_at_each_border_get_the_verdict_of_the_decoder() -> None:
    formats = ["B", "H", "I", "Q", "b", "h", "i", "q"]
    borders = [0, *(sign << bits for bits in range(65) for sign in (1, -1))]
    for opener, form in enumerate(formats, 0xCC):
        for border in borders:
            for number in (border - 1, border, border + 1):
                try:
                    data = struct.pack(f">B{form}", opener, number)
                except struct.error:
                    continue
                assert_same_verdict(data)
    for real in (0.0, -0.0, 1.5, -1.5, 12.0, 2.0**53, 2.0**60, 1e300):
        assert_same_verdict(struct.pack(">Bd", 0xCB, real))
    for real in (float("nan"), float("inf"), float("-inf"), 5e-324):
        assert_same_verdict(struct.pack(">Bd", 0xCB, real))
    assert_same_verdict(struct.pack(">Bf", 0xCA, 1.5))


def test_texts_and_bytes_at_each_border_get_the_decoders_verdict() -> None:
    heads = {0xC4: ">BB", 0xC5: ">BH", 0xC6: ">BI"}
    heads |= {0xD9: ">BB", 0xDA: ">BH", 0xDB: ">BI"}
    for opener, form in heads.items():
        for size in (0, 1, 31, 32, 33, 255, 256, 257, 65535, 65536, 65537):
            try:
                head = struct.pack(form, opener, size)
            except struct.error:
                continue
            for length in (size - 1, size, size + 1):
                if length >= 0:
                    assert_same_verdict(head + b"a" * length)
    for size in range(32):
        assert_same_verdict(bytes([0xA0 + size]) + b"a" * size)
    for text in (b"\xff", b"\xed\xa0\x80", b"\xc0\x80", "ä€😀".encode()):
        assert_same_verdict(bytes([0xA0 + len(text)]) + text)


def test_random_changes_of_values_get_the_verdict_of_the_decoder() -> None:
    seed = 20261130
    print(f"seed {seed}")
    chance = random.Random(seed)
    values: list[object] = [0, 127, 128, 65536, MAX_INT, -1, -33, 1.5, "ab"]
    values += ["a" * 40, b"", b"a" * 32, b"a" * 256, "ä" * 200]
    for _ in range(20_000):
        data = bytearray(encode(chance.choice(values)))
        for _ in range(chance.randint(0, 2)):
            data[chance.randrange(min(len(data), 10))] = chance.randrange(256)
        assert_same_verdict(bytes(data))


def read_sample(data: bytes) -> list[object]:
    """Read [text, [[number, salt], …], [] or nil, hashes, number]."""
    reader = ByteReader(data)
    reader.row(5)
    parts: list[object] = [reader.text(20)]
    for _ in range(reader.array(40, least=1)):
        reader.row(2)
        parts += [reader.uint(1000), reader.exactly(16)]
    if not reader.nil():
        parts.append([reader.uint() for _ in range(reader.array(3))])
    parts += [reader.hashes(2), reader.number()]
    reader.end()
    return parts


SAMPLE = encode(
    [
        "provenance/sample",
        [[number, bytes(16)] for number in (0, 200, 1000)],
        [],
        b"\1" * 64,
        2.5,
    ]
)


def test_parts_are_read_in_turn() -> None:
    rows: list[object] = [0, bytes(16), 200, bytes(16), 1000, bytes(16)]
    hashes = (Hash(b"\1" * 32), Hash(b"\1" * 32))
    assert read_sample(SAMPLE) == ["provenance/sample", *rows, [], hashes, 2.5]


def test_each_truncation_is_refused() -> None:
    for length in range(len(SAMPLE)):
        with pytest.raises(MalformedError, match="byte"):
            read_sample(SAMPLE[:length])


def test_each_flipped_bit_is_refused_or_another_value_in_one_spelling() -> None:
    whole = read_sample(SAMPLE)
    for bit in range(8 * len(SAMPLE)):
        data = bytearray(SAMPLE)
        data[bit // 8] ^= 1 << bit % 8
        try:
            parts = read_sample(bytes(data))
        except MalformedError:
            continue
        # What is read is spelled in no other way, so what differs, says so.
        decode(bytes(data))
        assert parts != whole


def test_a_byte_more_is_refused() -> None:
    with pytest.raises(MalformedError, match="bytes follow"):
        read_sample(SAMPLE + b"\x00")


def test_an_array_of_another_length_is_refused() -> None:
    with pytest.raises(MalformedError, match="3 values in an array"):
        ByteReader(encode([1, 2, 3])).array(2)
    with pytest.raises(MalformedError, match="3 values in an array"):
        ByteReader(encode([1, 2, 3])).array(9, least=4)
    with pytest.raises(MalformedError, match="no array of 2"):
        ByteReader(encode([1, 2, 3])).row(2)


def test_an_array_never_announces_more_than_the_bytes_that_are_left() -> None:
    for head in (b"\x93\0\0", b"\xdc\xff\xff\0", b"\xdd\xff\xff\xff\xff\0"):
        with pytest.raises(MalformedError, match=r"byte 0: .* in an array"):
            ByteReader(head).array(MOST)


@pytest.mark.parametrize(
    "data", [b"\xdc\0\x0f" + b"\0" * 15, b"\xdd\0\0\xff\xff" + b"\0" * 65535]
)
def test_a_long_head_of_a_short_array_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError, match="shortest"):
        ByteReader(data).array(MOST)


def test_long_arrays_are_read_by_their_shortest_head() -> None:
    for size in (0, 15, 16, 65535, 65536):
        data = msgpack.packb([0] * size)
        reader = ByteReader(data)
        assert reader.array(65536) == size
        assert reader.at == len(data) - size


BEYOND: list[tuple[object, Callable[[ByteReader], object]]] = [
    (8, lambda reader: reader.uint(7)),
    ("ä" * 4, lambda reader: reader.text(7)),
    (b"a" * 8, lambda reader: reader.binary(7)),
    (b"a" * 8, lambda reader: reader.exactly(9)),
    (b"a" * 31, lambda reader: reader.hash()),
    (b"a" * 96, lambda reader: reader.hashes(2)),
    (b"a" * 63, lambda reader: reader.hashes(2)),
    ({"a": 1}, lambda reader: reader.array(9)),
    (None, lambda reader: reader.uint()),
    (True, lambda reader: reader.number()),
    (b"a", lambda reader: reader.text(9)),
    ("a", lambda reader: reader.binary(9)),
]


def test_what_is_beyond_its_bound_or_of_another_type_is_refused() -> None:
    for value, read in BEYOND:
        with pytest.raises(MalformedError, match=r"^byte 0: "):
            read(ByteReader(encode(value)))


def test_nil_is_read_where_it_stands_and_nothing_else_is() -> None:
    reader = ByteReader(b"\xc0\x05")
    assert reader.nil()
    assert not reader.nil()
    assert reader.uint() == 5
    with pytest.raises(MalformedError, match="ends"):
        reader.nil()


def test_a_hash_has_32_bytes() -> None:
    assert ByteReader(encode(b"a" * 32)).hash() == Hash(b"a" * 32)
    assert ByteReader(encode(b"")).hashes(0) == ()
