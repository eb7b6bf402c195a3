"""Canonical msgpack: every spelling here was written by hand."""

from tests.vectors.case import Case

_DIGITS = "".join(f"a1{ord(f'{n:x}'):02x}{n:02x}" for n in range(16))
"""The pairs "0": 0 to "f": 15, in hex."""


def _digits(count: int) -> dict[str, int]:
    return {f"{n:x}": n for n in range(count)}


def _nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth - 1):
        value = [value]
    return value


_GOOD: list[tuple[str, object, str]] = [
    ("nil", None, "c0"),
    ("false", False, "c2"),
    ("true", True, "c3"),
    ("int-0", 0, "00"),
    ("int-127", 127, "7f"),
    ("int-128", 128, "cc80"),
    ("int-255", 255, "ccff"),
    ("int-256", 256, "cd0100"),
    ("int-65535", 65_535, "cdffff"),
    ("int-65536", 65_536, "ce00010000"),
    ("int-4294967295", 2**32 - 1, "ceffffffff"),
    ("int-4294967296", 2**32, "cf0000000100000000"),
    ("int-greatest", 2**53 - 1, "cf001fffffffffffff"),
    ("int-minus-1", -1, "ff"),
    ("int-minus-32", -32, "e0"),
    ("int-minus-33", -33, "d0df"),
    ("int-minus-128", -128, "d080"),
    ("int-minus-129", -129, "d1ff7f"),
    ("int-minus-32768", -(2**15), "d18000"),
    ("int-minus-32769", -(2**15) - 1, "d2ffff7fff"),
    ("int-minus-2147483648", -(2**31), "d280000000"),
    ("int-minus-2147483649", -(2**31) - 1, "d3ffffffff7fffffff"),
    ("int-least", -(2**53) + 1, "d3ffe0000000000001"),
    ("float-12.5", 12.5, "cb4029000000000000"),
    ("float-minus-0.1", -0.1, "cbbfb999999999999a"),
    ("float-smallest", 5e-324, "cb0000000000000001"),
    ("float-greatest", 1.7976931348623157e308, "cb7fefffffffffffff"),
    ("float-integral-out-of-range", 2.0**53, "cb4340000000000000"),
    ("float-1e300", 1e300, "cb7e37e43c8800759c"),
    ("str-empty", "", "a0"),
    ("str-31", "a" * 31, "bf" + "61" * 31),
    ("str-32", "a" * 32, "d920" + "61" * 32),
    ("str-255", "a" * 255, "d9ff" + "61" * 255),
    ("str-256", "a" * 256, "da0100" + "61" * 256),
    ("str-nul", "a\0b", "a3610062"),
    ("str-chinese", "新西兰", "a9e696b0e8a5bfe585b0"),
    ("str-beyond-the-bmp", "\U0001f40f", "a4f09f908f"),
    ("str-byte-order-mark", "\ufeffa", "a4efbbbf61"),
    ("bin-empty", {"$bytes": ""}, "c400"),
    ("bin-one", {"$bytes": "61"}, "c40161"),
    ("bin-255", {"$bytes": "00" * 255}, "c4ff" + "00" * 255),
    ("bin-256", {"$bytes": "00" * 256}, "c50100" + "00" * 256),
    ("array-empty", [], "90"),
    ("array-15", [7] * 15, "9f" + "07" * 15),
    ("array-16", [7] * 16, "dc0010" + "07" * 16),
    ("array-nested-32", _nested(32), "91" * 31 + "90"),
    ("map-empty", {}, "80"),
    ("map-15", _digits(15), "8f" + _DIGITS[: 15 * 6]),
    ("map-16", _digits(16), "de0010" + _DIGITS),
    ("map-shorter-key-first", {"": 0, "a": 1, "aa": 2}, "83a000a16101a2616102"),
    # UTF-16, by which JavaScript sorts, has these two the other way round.
    (
        "map-keys-in-the-order-of-utf-8",
        {"\ufffd": 1, "\U00010000": 2},
        "82a3efbfbd01a4f090808002",
    ),
    # One letter to the eye, two keys by their bytes: nothing is normalised.
    (
        "map-keys-are-not-normalised",
        {"e\u0301": 1, "\u00e9": 2},
        "82a365cc8101a2c3a902",
    ),
    ("map-of-all", {
        "a": None, "b": [True, {"c": {"$bytes": "00ff"}}], "d": -0.5,
    }, "83a161c0a16292c381a163c40200ffa164cbbfe0000000000000"),
]  # fmt: skip

_BAD: list[tuple[str, str, str]] = [
    ("empty", "no bytes", ""),
    ("reserved", "the byte that begins no value", "c1"),
    ("trailing-byte", "a second value follows", "0000"),
    ("trailing-nil", "a nil follows a map", "80c0"),
    ("float-integral", "a float that is integral and in range", "cb4028000000000000"),
    ("float-zero", "zero as a float", "cb0000000000000000"),
    ("float-greatest-int", "2**53 - 1 as a float", "cb433fffffffffffff"),
    ("float-minus-zero", "minus zero", "cb8000000000000000"),
    ("float-nan", "not a number", "cb7ff8000000000000"),
    ("float-nan-payload", "not a number, another one", "cbfff8000000000001"),
    ("float-infinite", "infinity", "cb7ff0000000000000"),
    ("float-minus-infinite", "minus infinity", "cbfff0000000000000"),
    ("float32", "a float of 32 bits", "ca41480000"),
    ("int-too-great", "2**53", "cf0020000000000000"),
    ("int-greatest-uint64", "2**64 - 1", "cfffffffffffffffff"),
    ("int-too-small", "-2**53", "d3ffe0000000000000"),
    ("int-least-int64", "-2**63", "d38000000000000000"),
    ("uint8-not-shortest", "5 in two bytes", "cc05"),
    ("uint16-not-shortest", "255 in three bytes", "cd00ff"),
    ("uint32-not-shortest", "65535 in five bytes", "ce0000ffff"),
    ("uint64-not-shortest", "2**32 - 1 in nine bytes", "cf00000000ffffffff"),
    ("int8-not-shortest", "-32 in two bytes", "d0e0"),
    ("int16-not-shortest", "-128 in three bytes", "d1ff80"),
    ("int32-not-shortest", "-32768 in five bytes", "d2ffff8000"),
    ("int64-not-shortest", "-2**31 in nine bytes", "d3ffffffff80000000"),
    ("int8-positive", "5 as a signed number", "d005"),
    ("int16-positive", "256 as a signed number", "d10100"),
    ("int64-positive", "2**32 as a signed number", "d30000000100000000"),
    ("str8-not-shortest", "a text of one byte, length in one byte", "d90161"),
    ("str16-not-shortest", "a text of one byte, length in two bytes", "da000161"),
    ("str32-not-shortest", "a text of one byte, length in four bytes", "db0000000161"),
    ("bin16-not-shortest", "one byte, length in two bytes", "c5000161"),
    ("bin32-not-shortest", "one byte, length in four bytes", "c60000000161"),
    ("array16-not-shortest", "an array of one, length in two bytes", "dc000100"),
    ("array32-not-shortest", "an array of one, length in four bytes", "dd0000000100"),
    ("map16-not-shortest", "a map of one, length in two bytes", "de0001a16100"),
    ("map32-not-shortest", "a map of one, length in four bytes", "df00000001a16100"),
    ("map-unsorted", "the keys b, a", "82a16201a16101"),
    ("map-sorted-by-utf-16", "keys in the order of UTF-16", "82a4f090808001a3efbfbd02"),
    ("map-sorted-by-length", "the keys b, aa", "82a16201a2616102"),
    ("map-key-twice", "the key a twice", "82a16101a16101"),
    ("map-int-key", "a key that is a number", "810101"),
    ("map-bin-key", "a key that is bytes", "81c4016101"),
    ("map-nil-key", "a key that is nil", "81c001"),
    ("map-array-key", "a key that is an array", "819001"),
    ("map-unsorted-inside", "a map in an array, its keys b, a", "9182a16201a16101"),
    ("ext", "an extension type", "d40100"),
    ("ext-of-no-bytes", "an extension type without data", "c70001"),
    ("timestamp32", "a timestamp of 4 bytes", "d6ff00000000"),
    ("timestamp64", "a timestamp of 8 bytes", "d7ff0000000000000000"),
    ("timestamp96", "a timestamp of 12 bytes", "c70cff000000000000000000000000"),
    ("cut-off-array", "an array of two, with none", "92"),
    ("cut-off-map", "a map of one, with a key only", "81a161"),
    ("cut-off-str", "a text of two bytes, with one", "a261"),
    ("cut-off-bin", "two bytes, with one", "c40261"),
    ("cut-off-int", "a number of four bytes, with three", "ce000100"),
    ("cut-off-length", "a length of two bytes, with one", "da01"),
    ("utf-8-stray-byte", "a text that is not UTF-8", "a1ff"),
    ("utf-8-overlong", "NUL in two bytes", "a2c080"),
    ("utf-8-surrogate", "half of a surrogate pair", "a3eda080"),
    ("utf-8-surrogate-pair", "a surrogate pair in six bytes", "a6eda0bdedb090"),
    ("utf-8-too-great", "a character above U+10FFFF", "a4f4908080"),
    ("utf-8-cut-off", "two bytes of a character of three", "a2e282"),
    ("utf-8-key", "a key that is not UTF-8", "81a1ff00"),
    ("nested-33", "33 arrays inside one another", "91" * 32 + "90"),
    ("nested-33-maps", "33 maps inside one another", "81a161" * 32 + "80"),
    ("nested-1000", "1000 arrays inside one another", "91" * 999 + "90"),
    ("array-of-billions", "2**32 - 1 values announced, none there", "ddffffffff"),
    ("map-of-billions", "2**32 - 1 pairs announced, none there", "dfffffffff"),
    ("str-of-billions", "2**32 - 1 bytes announced, none there", "dbffffffff"),
]  # fmt: skip


def cases() -> list[Case]:
    made = []
    for name, value, text in _GOOD:
        made.append(
            Case(
                f"good-{name}",
                f"{name.replace('-', ' ')} has this one spelling",
                {"hex": text},
                gives={"value": value},
            )
        )
    for name, value, text in (
        ("integral-float", 12.0, "0c"),
        ("minus-zero", -0.0, "00"),
        ("unsorted-map", {"b": 1, "a": 2}, "82a16102a16201"),
    ):
        made.append(
            Case(
                f"write-{name}",
                f"{name.replace('-', ' ')}: this value is written like this",
                {"value": value},
                gives={"hex": text},
            )
        )
    for name, desc, text in _BAD:
        made.append(Case(f"bad-{name}", desc, {"hex": text}, "MalformedError"))
    for name, desc, bad in (
        ("half-a-surrogate-pair", "half of a surrogate pair", "\ud83d"),
        (
            "half-a-surrogate-key",
            "a key with half a surrogate pair",
            {"\udc00": 1},
        ),
        ("nested-33", "33 arrays inside one another", _nested(33)),
    ):
        made.append(
            Case(f"bad-write-{name}", desc, {"value": bad}, "MalformedError")
        )
    return made
