"""Canonical msgpack has one spelling for each value, and reads no other."""

import collections
import json
import math
import struct
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.encoding.canonical import (
    MAX_DEPTH,
    MAX_INT,
    MAX_VALUES,
    Room,
    Value,
    decode,
    decode_flat,
    encode,
)
from provenance.errors import MalformedError
from tests.support.bombs import VALUES, peak_of
from tests.support.vectors_of import shared

numbers = st.integers(-MAX_INT, MAX_INT) | st.floats(
    allow_nan=False, allow_infinity=False
)
scalars = st.none() | st.booleans() | numbers | st.text() | st.binary()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=25,
)


# The profile once more, slow and obvious: msgpack's table as the rules allow it.


class RefusedError(Exception):
    pass


def need(condition: bool) -> None:
    if not condition:
        raise RefusedError


def spelled(data: bytes, at: int = 0, depth: int = 0) -> tuple[Value, int]:
    """Return the value that starts at *at* and where it ends, by the rules."""

    def take(start: int, count: int) -> bytes:
        need(start + count <= len(data))
        return data[start : start + count]

    def uint(start: int, width: int, least: int) -> int:
        number = int.from_bytes(take(start, width), "big")
        need(number >= least)
        return number

    def text(start: int, count: int) -> tuple[Value, int]:
        try:
            return take(start, count).decode(), start + count
        except UnicodeDecodeError:
            raise RefusedError from None

    def array(start: int, count: int) -> tuple[Value, int]:
        need(depth < MAX_DEPTH)
        need(count <= len(data) - start)
        parts: list[Value] = []
        for _ in range(count):
            part, start = spelled(data, start, depth + 1)
            parts.append(part)
        return parts, start

    def mapping(start: int, count: int) -> tuple[Value, int]:
        need(depth < MAX_DEPTH)
        need(count <= len(data) - start)
        pairs: dict[str, Value] = {}
        previous: bytes | None = None
        for _ in range(count):
            key, start = spelled(data, start, depth + 1)
            if not isinstance(key, str):
                raise RefusedError
            need(previous is None or previous < key.encode())
            previous = key.encode()
            pairs[key], start = spelled(data, start, depth + 1)
        return pairs, start

    first = take(at, 1)[0]
    at += 1
    match first:
        case _ if first < 0x80:
            return first, at
        case _ if first < 0x90:
            return mapping(at, first - 0x80)
        case _ if first < 0xA0:
            return array(at, first - 0x90)
        case _ if first < 0xC0:
            return text(at, first - 0xA0)
        case 0xC0 | 0xC2 | 0xC3:
            return {0xC0: None, 0xC2: False, 0xC3: True}[first], at
        case 0xC4 | 0xC5 | 0xC6:
            width, least = {0xC4: (1, 0), 0xC5: (2, 256), 0xC6: (4, 65536)}[
                first
            ]
            count = uint(at, width, least)
            return take(at + width, count), at + width + count
        case 0xCB:
            (number,) = struct.unpack(">d", take(at, 8))
            need(math.isfinite(number))
            need(number != int(number) or abs(number) > MAX_INT)
            return number, at + 8
        case 0xCC | 0xCD | 0xCE | 0xCF:
            width, least = {
                0xCC: (1, 128),
                0xCD: (2, 256),
                0xCE: (4, 65536),
                0xCF: (8, 2**32),
            }[first]
            count = uint(at, width, least)
            need(count <= MAX_INT)
            return count, at + width
        case 0xD0 | 0xD1 | 0xD2 | 0xD3:
            width, below = {
                0xD0: (1, -32),
                0xD1: (2, -(2**7)),
                0xD2: (4, -(2**15)),
                0xD3: (8, -(2**31)),
            }[first]
            count = int.from_bytes(take(at, width), "big", signed=True)
            need(-MAX_INT <= count < below)
            return count, at + width
        case 0xD9 | 0xDA | 0xDB:
            width, least = {0xD9: (1, 32), 0xDA: (2, 256), 0xDB: (4, 65536)}[
                first
            ]
            return text(at + width, uint(at, width, least))
        case 0xDC | 0xDD:
            width, least = {0xDC: (2, 16), 0xDD: (4, 65536)}[first]
            return array(at + width, uint(at, width, least))
        case 0xDE | 0xDF:
            width, least = {0xDE: (2, 16), 0xDF: (4, 65536)}[first]
            return mapping(at + width, uint(at, width, least))
        case _ if first >= 0xE0:
            return first - 0x100, at
        case _:
            raise RefusedError


def same(a: object, b: object) -> bool:
    """Return whether *a* equals *b* in type as well: 1 is not True."""
    return a == b and repr(a) == repr(b)


def assert_same_verdict(data: bytes) -> None:
    try:
        expected, end = spelled(data)
        need(end == len(data))
    except RefusedError:
        with pytest.raises(MalformedError):
            decode(data)
    else:
        assert same(decode(data), expected)


def test_54_of_the_233_encodings_of_the_msgpack_test_suite_are_canonical() -> (
    None
):
    suite = json.loads(
        (
            shared("msgpack-test-suite") / "dist" / "msgpack-test-suite.json"
        ).read_bytes()
    )
    values_ = [value for file in suite.values() for value in file]
    assert len(values_) == 85
    accepted = []
    for value in values_:
        spellings = [
            bytes.fromhex(text.replace("-", "")) for text in value["msgpack"]
        ]
        for spelling in spellings:
            assert_same_verdict(spelling)
        accepted.append(sum(is_canonical(spelling) for spelling in spellings))
    assert sum(len(value["msgpack"]) for value in values_) == 233
    assert collections.Counter(accepted) == {1: 54, 0: 31}


def is_canonical(data: bytes) -> bool:
    try:
        decode(data)
    except MalformedError:
        return False
    return True


@given(values)
def test_what_is_encoded_is_decoded_as_it_was(value: Value) -> None:
    data = encode(value)

    assert decode(data) == value
    assert encode(decode(data)) == data
    assert_same_verdict(data)


@given(values, st.data())
def test_one_flipped_byte_is_another_value_or_refused(
    value: Value, draw: st.DataObject
) -> None:
    data = encode(value)
    at = draw.draw(st.integers(0, len(data) - 1))
    changed = bytearray(data)
    changed[at] ^= draw.draw(st.integers(1, 255))

    assert_same_verdict(bytes(changed))
    if is_canonical(bytes(changed)):
        assert not same(decode(bytes(changed)), decode(data))


@given(st.binary(max_size=60))
@settings(max_examples=400)
def test_hostile_bytes_raise_only_malformed_error(data: bytes) -> None:
    assert_same_verdict(data)


openers = st.sampled_from(
    [
        0x81,
        0x91,
        0x92,
        0x9F,
        0x8F,
        0xC1,
        0xCA,
        0xC7,
        0xD4,
        0xDC,
        0xDD,
        0xDE,
        0xDF,
        0xA1,
        0xC4,
        0xC6,
        0xDB,
        0xD9,
        0x00,
    ]
)


@given(st.lists(openers | st.integers(0, 255), min_size=30, max_size=200))
@settings(max_examples=400)
def test_bytes_that_open_much_raise_only_malformed_error(
    data: list[int],
) -> None:
    assert_same_verdict(bytes(data))


@given(st.lists(values, max_size=40), st.data())
def test_a_long_value_with_one_byte_changed_is_judged_by_the_rules(
    parts: list[Value], draw: st.DataObject
) -> None:
    heads: list[Value] = [b"\x91" * 40, "王" * 40]
    data = bytearray(encode([*heads, *parts]))
    data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(
        st.integers(0, 255)
    )

    assert_same_verdict(bytes(data))


@pytest.mark.parametrize("first", range(256))
def test_every_first_byte_is_judged_by_the_rules(first: int) -> None:
    for rest in (
        b"",
        b"\x00",
        b"\x01a",
        b"\x00" * 8,
        b"\x00\x80" + b"a" * 128,
        b"\x01" * 9,
        b"\xff" * 8,
        b"a" * 300,
    ):
        assert_same_verdict(bytes([first]) + rest)
        assert_same_verdict(
            b"\x92\xc4\x28" + b"\x80" * 40 + bytes([first]) + rest
        )


def test_many_threads_may_decode_at_once() -> None:
    parts = [
        encode([{f"k{n}": "é" * size} for n in range(99)]) for size in range(8)
    ]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            read = list(threads.map(decode, parts * 100))
    finally:
        sys.setswitchinterval(interval)
    assert [encode(value) for value in read] == parts * 100


def test_numbers_are_looked_at_wherever_they_stand() -> None:
    value = {"a": [0.5, 2**40, "text", b"bytes", None, True], "b": 1e300}
    assert decode(encode(value)) == value
    data = b"\x92\xa4text\x81\xa1a\x91\xcb" + struct.pack(">d", 3.0)
    with pytest.raises(MalformedError, match=r"3\.0 is spelled as an int"):
        decode(data)


def test_numbers_are_spelled_by_what_they_are() -> None:
    assert encode(12.0) == b"\x0c"
    assert encode(-0.0) == b"\x00"
    assert encode(float(MAX_INT)) == encode(MAX_INT)
    assert encode(True) == b"\xc3"
    assert encode(2.0**53) == b"\xcb" + struct.pack(">d", 2.0**53)
    assert decode(encode(2.0**53)) == 2.0**53


@pytest.mark.parametrize(
    "number",
    [MAX_INT + 1, -MAX_INT - 1, 10**400, math.nan, math.inf, -math.inf],
)
def test_a_number_outside_the_range_is_refused_never_rounded(
    number: float,
) -> None:
    with pytest.raises(MalformedError, match=r"^\$\.a\[1\]: "):
        encode({"a": [0, number]})


def test_keys_are_sorted_by_their_bytes_not_by_utf_16() -> None:
    # U+FFFD sorts after U+1F36F in UTF-16, and before it in UTF-8.
    data = encode({"\U0001f36f": 1, "\ufffd": 2, "b": 3, "aa": 4, "": 5})
    value = decode(data)
    assert isinstance(value, dict)
    assert list(value) == ["", "aa", "b", "\ufffd", "\U0001f36f"]
    with pytest.raises(MalformedError, match="not in the order"):
        decode(b"\x82\xa4\xf0\x9f\x8d\xaf\x01\xa3\xef\xbf\xbd\x02")


def test_any_mapping_and_any_sequence_are_spelled_alike() -> None:
    layers: collections.ChainMap[str, object] = collections.ChainMap(
        {"b": (1, 2)}, {"a": ()}
    )
    assert encode(layers) == encode({"a": [], "b": [1, 2]})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (
            {"a": [{"b c": {1}}]},
            '$.a[0]["b c"]: a set has no canonical spelling',
        ),
        ([bytearray(b"a")], "$[0]: a bytearray has no canonical spelling"),
        ({"a": {1: 2}}, "$.a: a map's key is a str, not a int"),
        ({b"a": 1}, "$: a map's key is a str, not a bytes"),
        ("\ud800", 'the text "\\ud800" holds half of a surrogate pair'),
        ({"\udc00": 1}, 'the text "\\udc00" holds half of a surrogate pair'),
        ([MAX_INT + 1], "$[0]: the integer is outside ±(2**53 - 1)"),
        (
            {"k" * 99: math.nan},
            '$["' + "k" * 64 + '..."]: nan is not a finite number',
        ),
    ],
)
def test_a_value_without_spelling_is_refused_with_its_place(
    value: object, said: str
) -> None:
    with pytest.raises(MalformedError) as refused:
        encode(value)
    assert str(refused.value) == said


def nested(
    depth: int, *, opener: bytes = b"\x91", core: bytes = b"\xc0"
) -> bytes:
    return opener * depth + core


def test_32_arrays_and_maps_may_nest_and_no_more() -> None:
    deepest = nested(MAX_DEPTH)
    value = decode(deepest)
    assert encode(value) == deepest
    assert decode(nested(MAX_DEPTH, opener=b"\x81\xa1a"))
    assert decode(nested(MAX_DEPTH - 1, core=b"\x90"))

    for too_deep in (
        nested(MAX_DEPTH + 1),
        nested(MAX_DEPTH + 1, opener=b"\x81\xa1a"),
        nested(MAX_DEPTH, core=b"\x90"),
        nested(MAX_DEPTH, core=b"\x80"),
    ):
        with pytest.raises(MalformedError, match="nested deeper than 32"):
            decode(too_deep)
    for too_deep_value in ([value], {"a": value}, [{"a": value}]):
        with pytest.raises(MalformedError, match="nested deeper than 32"):
            encode(too_deep_value)


def test_a_value_that_holds_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(MalformedError, match="nested deeper than 32"):
        encode(loop)
    ring: dict[str, object] = {}
    ring["a"] = ring
    with pytest.raises(MalformedError, match="nested deeper than 32"):
        encode(ring)


@pytest.mark.parametrize(
    "opener",
    [
        b"\x91",
        b"\x81\xa1a",
        b"\xdc\x00\x10",
        b"\x92\xc0",
        b"\xdd\xff\xff\xff\xff",
    ],
)
def test_a_hundred_thousand_openers_are_refused_not_a_crash(
    opener: bytes,
) -> None:
    with pytest.raises(MalformedError):
        decode(opener * 100_000)


def test_lengths_that_lie_cost_no_memory() -> None:
    # Each array announces as many values as there are bytes in all.
    size = 300_000
    lie = (b"\xdd" + size.to_bytes(4, "big")) * 1000
    data = lie + bytes(size)
    tracemalloc.start()
    try:
        with pytest.raises(MalformedError):
            decode(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100 * len(data)


def test_a_value_of_many_parts_is_read_where_there_is_room() -> None:
    wide = [[number, {"a": b"\x91"}] for number in range(70_000)]
    count = 1 + 5 * 70_000
    room = Room(count)
    assert decode(encode(wide), room=room) == wide
    assert room.values == 0
    for values in (count - 1, MAX_VALUES, 0):
        with pytest.raises(MalformedError, match=f"there is room for {values}"):
            decode(encode(wide), room=Room(values))
    with pytest.raises(MalformedError, match="there is room for 65536"):
        decode(encode(wide))
    assert decode_flat(encode(wide), [int]) is None


def test_parts_of_one_input_share_its_room() -> None:
    part = encode([[]] * 40)
    room = Room(100)
    for _ in range(2):
        decode(part, room=room)
    assert room.values == 100 - 2 * 41
    with pytest.raises(MalformedError, match="there is room for 18"):
        decode(part, room=room)


def test_what_is_small_takes_no_room() -> None:
    room = Room(100)
    for value in (7, "text", [1, [2, {"a": [3]}]], {"a": b"\x90" * 20}):
        assert decode(encode(value), room=room) == value
    assert room.values == 100


@pytest.mark.parametrize("bomb", VALUES.values(), ids=VALUES.keys())
def test_more_values_than_there_is_room_for_cost_no_memory(
    bomb: bytes,
) -> None:
    def read() -> None:
        with pytest.raises(MalformedError, match="there is room for"):
            decode(bomb, room=Room(len(bomb) // 8))

    assert peak_of(read) < len(bomb)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not canonical msgpack"),
        ("c1", "the byte 0xc1 begins no msgpack value"),
        ("0000", "bytes follow the canonical value"),
        ("d40100", "the extension type 1 is not canonical"),
        ("d6ff00000000", "not canonical msgpack"),
        ("d7ffffffffffffffffff", "not canonical msgpack"),
        ("c70cff000000007fffffffffffffff", "not canonical msgpack"),
        ("81c4016101", "a map's keys are str, not bin"),
        ("82a16101c4016101", "not canonical msgpack"),
        ("82a16201a16101", "a map's keys are not in the order of their bytes"),
        (
            "82a16101a16101",
            "a value is not in its shortest form, or a map's key repeats",
        ),
        ("cc05", "a value is not in its shortest form, or a map's key repeats"),
        ("cf0020000000000000", "9007199254740992 is outside"),
        ("cb8000000000000000", "-0.0 is spelled as an int"),
        ("cb7ff0000000000000", "inf is not a finite number"),
        (
            "dc0030" + "c0" * 5 + "90" * 33,
            "48 more values are announced, 38 bytes are left",
        ),
        (
            "dc0028" + "90" * 38 + "dbffffffff00",
            "1 more values are announced, 0 bytes are left",
        ),
        (
            "dc0030" + "90" * 40 + "c1" + "90" * 40,
            "the byte 0xc1 begins no value",
        ),
    ],
)
def test_wrong_bytes_are_refused_with_what_is_wrong(
    text: str, said: str
) -> None:
    with pytest.raises(MalformedError) as refused:
        decode(bytes.fromhex(text))
    assert str(refused.value).startswith(said)


def test_the_quick_way_to_a_flat_array_agrees_with_the_whole_one() -> None:
    row = ["a", b"b", 1, 2**53 - 1]
    types = [str, bytes, int, int]
    data = encode(row)
    assert decode_flat(data, types) == decode(data) == row
    for other in ([str, bytes, int], [str, bytes, int, bytes], []):
        assert decode_flat(data, other) is None
    hostile = [
        b"",
        b"\x81\xa1a\x01",  # a map
        data + b"\x00",
        data[:-1],
        b"\x94\xd9\x01a\xc4\x01b\x01\x02",  # a length that is not shortest
        b"\x94\xa1a\xc4\x01b\x01\xcf\x00\x20" + bytes(6),  # 2**53
        b"\x94\xa1a\xc4\x01b\xc3\x02",  # True is no 1
        b"\x91" * 200,
    ]
    for bad in hostile:
        assert decode_flat(bad, types) is None


@given(
    st.binary(max_size=60),
    st.lists(st.sampled_from([str, bytes, int]), max_size=4),
)
def test_the_quick_way_never_takes_what_the_whole_one_refuses(
    data: bytes, types: list[type]
) -> None:
    found = decode_flat(data, types)
    if found is not None:
        assert decode(data) == found
