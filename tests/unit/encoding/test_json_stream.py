"""A document read in parts is taken exactly if it is taken as a whole."""

import io
import json
import tracemalloc
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from provenance.encoding.json_stream import JsonStream
from provenance.encoding.strict_json import JSON, parse_json
from provenance.errors import MalformedError
from tests.support.long_stream import LongStream
from tests.support.vectors_of import shared

PATHS = (("body", "list"), ("body", "answer", "list"))


def streamed(data: bytes, chunk: int = 7, max_part: int = 10**6) -> JSON:
    """Return what *data* says, read in parts and put together again."""
    parts = JsonStream(io.BytesIO(data), PATHS, chunk=chunk, max_part=max_part)
    elements = [value for value, _ in parts.elements()]
    assert len(elements) == parts.count
    if parts.path is None:
        assert not elements
        return parts.frame
    inner: Any = parts.frame
    for step in parts.path:
        inner = inner[step]
    assert inner == []
    inner += elements
    return parts.frame


def refused(data: bytes, chunk: int = 7, max_part: int = 10**6) -> str:
    with pytest.raises(MalformedError) as caught:
        streamed(data, chunk, max_part)
    return str(caught.value)


def whole(data: bytes) -> object:
    try:
        return parse_json(data)
    except MalformedError as error:
        return error


def check_alike(data: bytes, chunk: int) -> None:
    expected = whole(data)
    try:
        value = streamed(data, chunk)
    except MalformedError:
        assert isinstance(expected, MalformedError), data
    else:
        assert repr(value) == repr(expected)


# The same as read at once.

texts = st.text('a"\\/{}[],:é産\U0001f36f\n', max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | st.just(0.5) | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            texts | st.sampled_from(["body", "list"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A document with a list, or something like one."""
    elements = draw(st.lists(values, max_size=4) | values)
    body: Any = {draw(st.sampled_from(["list", "lisp"])): elements}
    if draw(st.booleans()):
        body = {"answer": body, **draw(st.sampled_from([{}, {"list": 1}]))}
    if draw(st.booleans()):
        body = {**draw(st.dictionaries(texts, values, max_size=2)), **body}
    members: list[tuple[str, Any]] = list(
        draw(st.dictionaries(texts, values, max_size=2)).items()
    )
    members.insert(draw(st.integers(0, len(members))), ("body", body))
    text = json.dumps(
        dict(members),
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, 1])),
        separators=draw(st.sampled_from([None, (",", ":"), (" , ", " : ")])),
    )
    if draw(st.booleans()):
        text = text.replace('"list"', '"\\u006cist"')
    return text.encode()


chunks = st.sampled_from([1, 2, 3, 5, 16, 64, 10**6])


@given(documents(), chunks)
def test_a_document_says_the_same_in_parts(data: bytes, chunk: int) -> None:
    assert streamed(data, chunk) == parse_json(data)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A document after something happened to it."""
    data = draw(documents())
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 9)))
        put = draw(
            st.sampled_from(
                [b"", b"[", b"]", b"{", b"}", b",", b":", b'"', b"\\", b" ",
                 b"\xff", b"\xef\xbb\xbf", b"NaN", b'\\"', b"\\u", b"1",
                 b'"list":[]', b'"body":{}', b"\\ud83c", data[start:end] * 2]
            )
            | st.binary(max_size=2)
        )  # fmt: skip
        data = data[:start] + put + data[end:]
    return data


@settings(max_examples=400)
@given(mutated(), chunks)
@example(b'{"body":{"list":[1,2],"list":[3]}}', 1)
@example(b'{"body":{"list":[1]},"body":{"list":[]}}', 1)
@example(b'{"body":{"list":[1}}', 1)
@example(b'{"body":{"list":[{]}]}}', 1)
@example(b'{"body":{"list":[1]}}}', 1)
@example(b'{"body":{"list":[\\"],"]}}', 1)
@example(b'{"body":{"list":[\\', 1)
@example(b'{"body":["list":[]]}', 1)
@example(b'"list":[1]}', 1)
@example(b"}{", 3)
def test_a_damaged_document_gets_the_same_verdict_in_parts(
    data: bytes, chunk: int
) -> None:
    check_alike(data, chunk)


@pytest.mark.parametrize("chunk", [1, 3, 4096])
@pytest.mark.parametrize(
    "around", [b'{"body":{"list":[1,%s]}}', b'{"a":%s,"body":{"list":[%s]}}']
)
def test_every_text_of_the_suite_gets_its_verdict_in_parts(
    chunk: int, around: bytes
) -> None:
    count = 0
    for path in (shared("JSONTestSuite") / "test_parsing").glob("*.json"):
        data = path.read_bytes()
        # Two of the suite are deep nests of 100 kB.
        if len(data) < 5000 or chunk > 3:
            check_alike(around.replace(b"%s", data), chunk)
            count += 1
    assert count == (318 if chunk > 3 else 316)


@pytest.mark.parametrize("deeper", [0, 1])
def test_an_element_nests_no_deeper_than_its_document_may(deeper: int) -> None:
    nested = b"[" * (61 + deeper) + b"]" * (61 + deeper)
    data = b'{"body": {"list": [1, ' + nested + b"]}}"
    check_alike(data, 1)
    if deeper:
        assert refused(data) == (
            "$.body.list[1] is nested 65 deep: at most 64, so flatten what"
            " starts at line 1, column 84"
        )


def test_a_list_without_elements_has_none() -> None:
    for data in (b'{"body":{"list":[]}}', b'{"body":{"list":[ \n\t\r]}}'):
        assert streamed(data) == {"body": {"list": []}}


def test_what_stands_after_the_list_is_known_before_its_elements() -> None:
    parts = JsonStream(
        io.BytesIO(b'{"body": {"list": [{"a": 1}, 2]}, "after": "it"}'), PATHS
    )
    assert parts.frame == {"body": {"list": []}, "after": "it"}
    assert parts.path == ("body", "list")
    assert parts.count == 2


def test_a_document_without_a_list_is_all_frame() -> None:
    for data in (
        b'{"list": [1], "body": 2}',
        b'[{"body": {"list": [1]}}]',
        b'{"body": {"list": {"0": 1}}}',
        b'{"a": {"body": {"list": [1]}}}',
        b'{"body": {"a": {"list": [1]}}}',
        b'"body"',
    ):
        parts = JsonStream(io.BytesIO(data), PATHS)
        assert parts.frame == parse_json(data)
        assert (parts.path, parts.count) == (None, 0)
        assert list(parts.elements()) == []


def test_only_the_first_of_two_lists_is_read_in_parts() -> None:
    data = b'{"body": {"answer": {"list": [1]}, "list": [2, 3]}}'
    parts = JsonStream(io.BytesIO(data), PATHS)
    assert parts.path == ("body", "answer", "list")
    assert parts.frame == {"body": {"answer": {"list": []}, "list": [2, 3]}}


def test_a_document_is_read_from_where_its_stream_stands() -> None:
    stream = io.BytesIO(b'skipped\n{"body": {"list": [1,\n-]}}')
    stream.seek(8)
    parts = JsonStream(stream, PATHS)
    with pytest.raises(MalformedError, match="line 2, column 1: expecting"):
        list(parts.elements())


def test_others_may_read_the_stream_in_between() -> None:
    data = json.dumps({"body": {"list": list(range(50))}}).encode()
    stream = io.BytesIO(data)
    parts = JsonStream(stream, PATHS, chunk=3)
    first, second = parts.elements(), parts.elements()
    for number in range(50):
        assert next(first)[0] == next(second)[0] == number
        stream.seek(0)


def test_a_stream_may_give_less_than_was_asked_for() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(2, cast("int", size)))

    data = b'{"body": {"list": [{"a": "bc"}, 12]}, "d": "e"}'
    parts = JsonStream(cast("BinaryIO", Slow(data)), PATHS)
    assert [value for value, _ in parts.elements()] == [{"a": "bc"}, 12]


# What is wrong, and where.


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not JSON at line 1, column 1: expecting value"),
        (
            b'{"body": {"list": [{"a": 1},\n {"b": 2, "b": 3}]}}',
            '$.body.list[1]: the key "b" appears twice',
        ),
        (
            b'{"body": {"answer": {"list": [0, {"x": [NaN]}]}}}',
            "$.body.answer.list[1].x[0]: NaN is not a JSON number",
        ),
        (
            b'{"body": {"list": [1], "list": [2]}}',
            '$.body: the key "list" appears twice',
        ),
        (
            b'{"body": {"list": [1]}, "body": {"list": [2]}}',
            '$: the key "body" appears twice',
        ),
        (
            '{"body": {"list": [\n"é産",\n"é産", -]}}'.encode(),
            "not JSON at line 3, column 7: expecting value",
        ),
        (
            b'{"body": {"list": [1, ]}}',
            "not JSON at line 1, column 23: expecting value",
        ),
        (
            b'{"body": {"list": [1 2]}}',
            "not JSON at line 1, column 22: extra data",
        ),
        (
            b'{"body": {"list": [\n1,\n2]},\n"a" 3}',
            "not JSON at line 4, column 5: expecting ':' delimiter",
        ),
        (
            b'{"body" {"list": [1]}}',
            "not JSON at line 1, column 9: expecting ':' delimiter",
        ),
        (
            b'{"body": {"list": [1, 2',
            "not JSON at line 1, column 24: expecting value",
        ),
        (
            b'{"body": {"list": [1]}}\n{}',
            "not JSON at line 2, column 1: extra data",
        ),
        (
            b'{"body": {"list": [1}}}',
            "not JSON at line 1, column 21: expecting value",
        ),
        (
            b'\xef\xbb\xbf{"body": {"list": [1]}}',
            "the JSON starts with a byte order mark",
        ),
        (
            b'{"body": {"list": [1, \xef\xbb\xbf2]}}',
            "not JSON at line 1, column 23: expecting value",
        ),
        (
            b'{"body": {"list": [1, "\xff"]}}',
            "$.body.list[1] is not UTF-8 at byte 23",
        ),
        (
            b'{"body": {"list": [1, 2]}, "\xff": 1}',
            "the JSON is not UTF-8 at byte 28",
        ),
        (
            b'{"\xff": 1, "body": {"list": [1, 2]}}',
            "the JSON is not UTF-8 at byte 2",
        ),
        (
            b'{"body": {"list": ["\\ud83c!"]}}',
            "$.body.list[0]: the text holds half of a surrogate pair",
        ),
    ],
)
@pytest.mark.parametrize("chunk", [1, 4, 1000])
def test_a_refusal_says_where_in_the_document(
    data: bytes, says: str, chunk: int
) -> None:
    assert refused(data, chunk).startswith(says)
    assert isinstance(whole(data), MalformedError)


def test_the_frame_is_refused_before_an_element_is_read() -> None:
    with pytest.raises(MalformedError, match="line 1, column 24: expecting"):
        JsonStream(io.BytesIO(b'{"body": {"list": [1, -'), PATHS)


def test_the_place_of_a_value_is_told() -> None:
    parts = JsonStream(io.BytesIO(b'{"body": {"list": [1, {"a": 2}]}}'), PATHS)
    places = [place.path(["a", 0]) for _, place in parts.elements()]
    assert places == ["$.body.list[0].a[0]", "$.body.list[1].a[0]"]


@pytest.mark.parametrize("chunk", [1, 5, 1000])
def test_an_element_that_is_too_large_is_refused_with_its_place(
    chunk: int,
) -> None:
    for large in (b'"' + b"x" * 28 + b'"', b"[" + b"1," * 14 + b"1]"):
        data = b'{"body": {"list": [1,' + large + b",2]}}"
        size = len(large)
        assert streamed(data, chunk, size) == parse_json(data)
        assert refused(data, chunk, size - 1) == (
            f"$.body.list[1]: this has more than {size - 1} bytes: send it in"
            " parts"
        )
        unfinished = data[: data.index(large) + size - 1]
        assert refused(unfinished, chunk, size - 2).startswith("$.body.list[1]")


@pytest.mark.parametrize("chunk", [1, 5, 1000])
@pytest.mark.parametrize(
    "data",
    [
        b'{"body": {"list": [1, 2]}, "a": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}',
        b'{"a": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "body": {"list": [1, 2]}}',
        b'{"a": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "body": {"lisp": []} }    ',
    ],
)
def test_a_frame_that_is_too_large_is_refused(data: bytes, chunk: int) -> None:
    size = len(data.replace(b"1, 2", b""))
    assert streamed(data, chunk, size) == parse_json(data)
    for cut_off in (data, data[:-1], data[:40]):
        limit = size - 1 if cut_off is data else 30
        assert refused(cut_off, chunk, limit) == (
            f"the document has more than {limit} bytes outside of"
            " body.answer.list and body.list: send it in parts"
        )


def test_a_stream_that_changes_while_it_is_read_is_refused() -> None:
    data = b'{"body": {"list": [1, 2]}, "after": 1}'
    for changed in (
        data.replace(b"after", b"other"),
        data.replace(b"1, 2", b"1   "),
        data.replace(b"{", b" {", 1),
        b"",
    ):
        stream = io.BytesIO(data)
        parts = JsonStream(stream, PATHS)
        stream.seek(0)
        stream.write(changed)
        stream.truncate()
        with pytest.raises(MalformedError, match="changed while it was read"):
            list(parts.elements())


# Large and hostile.


def test_memory_holds_one_element_and_one_chunk() -> None:
    stream = LongStream(
        b'{"body": {"list": [0',
        b', {"text": "' + b"x" * 976 + b'"} ',
        20_000,
        b'], "a": 1}}',
    )
    tracemalloc.start()
    try:
        parts = JsonStream(cast("BinaryIO", stream), PATHS)
        assert sum(1 for _ in parts.elements()) == 20_001
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert parts.count == 20_001
    assert parts.frame == {"body": {"list": [], "a": 1}}
    assert peak < 8 * 2**20


@pytest.mark.parametrize(
    "element",
    [
        b"[" * 200_000,
        b'["' * 100_000,
        b'{"a":' * 100_000,
        b'"' + b'\\"' * 400_000 + b'"',
        b"\\" * 400_001,
        b'"' * 400_001,
        b"]" * 200_000,
        b"," * 100_000,
        b"[],{}" * 50_000,
    ],
    ids=lambda e: repr(e[:5]),
)
def test_no_text_takes_quadratic_time(element: bytes) -> None:
    data = b'{"body": {"list": [' + element + b"]}}"
    check_alike(data, 4096)
    check_alike(b'{"a": ' + element + b"}", 4096)
