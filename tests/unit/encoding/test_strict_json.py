"""Strict JSON reads what all readers agree about, and nothing else."""

import json
import pathlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.strict_json import (
    JSON,
    MAX_DEPTH,
    MAX_SMALL,
    parse_json,
)
from provenance.errors import MalformedError
from tests.support.bombs import peak_of
from tests.support.vectors_of import shared

# Where the suite leaves the choice: numbers that a float rounds, or an int holds.
CHOSEN = {
    "i_number_double_huge_neg_exp.json",
    "i_number_real_underflow.json",
    "i_number_too_big_neg_int.json",
    "i_number_too_big_pos_int.json",
    "i_number_very_big_negative_int.json",
}


def accepts(data: bytes) -> bool:
    try:
        parse_json(data)
    except MalformedError:
        return False
    return True


def suite() -> list[pathlib.Path]:
    return sorted((shared("JSONTestSuite") / "test_parsing").glob("*.json"))


def test_every_text_of_the_suite_gets_the_verdict_it_asks_for() -> None:
    verdicts = {path.name: accepts(path.read_bytes()) for path in suite()}

    assert len(verdicts) == 318
    must, must_not = (
        {name for name in verdicts if name.startswith(kind)}
        for kind in ("y_", "n_")
    )
    assert (len(must), len(must_not)) == (95, 188)
    accepted = {name for name, verdict in verdicts.items() if verdict}
    # Two texts with a key twice are JSON to the suite, but not one document.
    twice = {
        "y_object_duplicated_key.json",
        "y_object_duplicated_key_and_value.json",
    }
    assert must - accepted == twice
    assert accepted & must_not == set()
    assert accepted - must == CHOSEN


def test_what_is_read_is_what_the_standard_library_reads() -> None:
    for path in suite():
        data = path.read_bytes()
        if accepts(data):
            assert parse_json(data) == json.loads(data)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values, st.booleans())
def test_what_is_written_is_read_as_it_was(
    value: JSON, ascii_only: bool
) -> None:
    assert (
        parse_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value
    )


@given(
    st.binary()
    | st.text(alphabet='[]{}":,\\u0dDcC1-.eE \n', max_size=40).map(str.encode)
)
def test_hostile_bytes_raise_only_malformed_error(data: bytes) -> None:
    accepts(data)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # Newer Pythons point at the comma, older ones behind it.
        (b'{"a": [1,\n  2,]}', "not JSON at line 2, column "),
        (b"", "not JSON at line 1, column 1: expecting value"),
        (b"1 2", "not JSON at line 1, column 3: extra data"),
        (b'{"a": {"b": 1, "c": 2, "b": 3}}', '$.a: the key "b" appears twice'),
        (b'{"a": {"b": 1, "b": 3}, "a": 2}', '$: the key "a" appears twice'),
        (b'[0, {"x y": NaN}]', '$[1]["x y"]: NaN is not a JSON number'),
        (b"[-Infinity]", "$[0]: -Infinity is not a JSON number"),
        (b"-1e999", "$: the number is too large for a float"),
        (b'["a", "\\ud83c!"]', "$[1]: the text holds half of a surrogate pair"),
        (
            b'{"a": {"\\udc00": 1}}',
            '$.a: the key "\\udc00" is half a surrogate pair',
        ),
        (b'\xef\xbb\xbf"a"', "the JSON starts with a byte order mark"),
        (b'"\xed\xa0\x80"', "the JSON is not UTF-8 at byte 1"),
        (b'["a", "\xff"]', "the JSON is not UTF-8 at byte 7"),
        (
            b"\n" + b"[\n" * 65,
            "the JSON is nested 65 deep: at most 64, so flatten what starts at line 66, column 1",
        ),
        (
            '["字[\\\\", '.encode() + b"[" * 65,
            "the JSON is nested 66 deep: at most 64, so flatten what starts at line 1, column 73",
        ),
        (
            b'\\"' + b"[" * 65,
            "the JSON is nested 65 deep: at most 64, so flatten what starts at line 1, column 1",
        ),
        (
            b"[0, " + b"9" * 4301 + b"]",
            "$[1]: an integer of 4301 digits is too long",
        ),
    ],
)
def test_a_refusal_says_what_and_where(text: bytes, said: str) -> None:
    with pytest.raises(MalformedError) as refused:
        parse_json(text)
    assert str(refused.value).startswith(said)


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert parse_json(
        b'{"\\ud83c\\udf6f": ["\\ud83c\\udf6f", 1, {"a": null}]}'
    ) == {"\U0001f36f": ["\U0001f36f", 1, {"a": None}]}


def test_an_escaped_backslash_before_u_is_no_surrogate() -> None:
    assert parse_json(b'["\\\\ud800"]') == ["\\ud800"]


def test_64_may_nest_and_no_more() -> None:
    assert accepts(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert accepts(b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH)
    assert not accepts(
        b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1)
    )
    assert not accepts(b"[" * 1_000_000)


@pytest.mark.parametrize("part", ["[]", "{}", '{"a":1}', "[[[]]]"])
def test_more_arrays_and_objects_than_are_plausible_cost_no_memory(
    part: str,
) -> None:
    text = f"[{','.join([part] * 400_000)}]".encode()

    def read() -> None:
        with pytest.raises(MalformedError, match="arrays and objects in"):
            parse_json(text)

    assert peak_of(read) < 5 * len(text)


def test_small_arrays_and_objects_are_read_up_to_a_bound() -> None:
    text = json.dumps([[], {}] * (MAX_SMALL // 2)).encode()
    assert parse_json(text) == json.loads(text)
    # In a string they are none.
    within = ["[]" * n for n in (MAX_SMALL, 1, 0, MAX_SMALL)]
    assert parse_json(json.dumps(within).encode()) == within


def test_brackets_that_do_not_nest_are_not_counted() -> None:
    assert parse_json(b"[" + b"[]," * 1000 + b"{}]") == [*([[]] * 1000), {}]
    assert parse_json(json.dumps(["[" * 1000, '"[{\\' * 1000]).encode()) == [
        "[" * 1000,
        '"[{\\' * 1000,
    ]


def test_an_unclosed_string_of_escapes_takes_no_quadratic_time() -> None:
    assert not accepts(b"[" * 65 + b'\\"' * 500_000)
    assert not accepts(b"[" * 60 + b'"' + b'\\"' * 500_000 + b"[" * 10)


def test_a_large_object_with_one_key_twice_takes_no_quadratic_time() -> None:
    pairs = [f'"{number}":1' for number in range(100_000)]
    assert not accepts(("{" + ",".join([*pairs, pairs[-1]]) + "}").encode())


def test_integers_stay_exact_up_to_4300_digits() -> None:
    assert parse_json(b"9007199254740993") == 9007199254740993
    assert parse_json(b"-" + b"9" * 4300) == 1 - 10**4300
    assert parse_json(b"-0") == 0


def test_an_interpreter_that_reads_fewer_digits_refuses_in_our_words() -> None:
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        with pytest.raises(MalformedError, match="an integer of 641 digits"):
            parse_json(b"1" * 641)
    finally:
        sys.set_int_max_str_digits(limit)
