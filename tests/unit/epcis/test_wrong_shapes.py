"""Whatever stands where something else is due: a refusal with its place.

In valid documents each value in turn, whatever it is in, is replaced by values
of every other shape, and the whole is read strictly and leniently. It is taken
or refused as malformed, and never anything else.
"""

import copy
import io
import json
import re
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.epcis.draft import check_event
from provenance.epcis.event_hash import event_hash
from provenance.epcis.mending.mend import Mend
from provenance.epcis.source import read_events
from provenance.errors import MalformedError
from tests.unit.epcis.test_document import (
    ADDED,
    AGGREGATION,
    ASSOCIATION,
    FULL,
    OBJECT,
    TRANSACTION,
    TRANSFORMATION,
    document,
    json_values,
    query_document,
)

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
    {
        "@version": 1.1,
        "ext": {"@id": "https://ext.example/", "@prefix": True},
        "ext:a": {"@type": "@id", "@container": ["@set"]},
    },
]
DOCUMENTS = [
    *(
        document(event, **{"@context": CONTEXT})
        for event in (
            ADDED, AGGREGATION, ASSOCIATION, FULL, TRANSACTION, TRANSFORMATION,
        )
    ),
    query_document(OBJECT),
    {**OBJECT, "@context": CONTEXT},
]  # fmt: skip
SHAPES: list[Any] = [
    None, True, 0, -1.5, 1e308, "", "x", "é:y", [], ["x"], [None], [[]],
    [["x", "x"], ["x", "x"]], [{}], [{}, {}], {}, {"x": 1}, {"a:b": {}},
    {"type": []}, {"id": {}}, {"@id": []},
]  # fmt: skip
PLACE = re.compile(r"(?:line [0-9]+: )?\$")


def ways(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield way
    if isinstance(value, list):
        for index, element in enumerate(value):
            yield from ways(element, (*way, index))
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from ways(member, (*way, name))


def put(value: Any, way: tuple[Any, ...], shape: Any) -> Any:
    if not way:
        return shape
    changed = copy.deepcopy(value)
    inner = changed
    for step in way[:-1]:
        inner = inner[step]
    inner[way[-1]] = shape
    return changed


def judge(value: Any) -> None:
    """Check that *value* is taken or refused, with its place, both ways."""
    data = json.dumps(value).encode()
    for is_lenient in (False, True):
        mends: list[Mend] | None = [] if is_lenient else None
        try:
            for raw in read_events(io.BytesIO(data), mends=mends):
                check_event(raw)
                event_hash(cast("Any", raw.value), raw.prefixes)
        except MalformedError as error:
            assert PLACE.match(str(error))  # noqa: PT017  # it need not fail


@pytest.mark.parametrize("index", range(len(DOCUMENTS)))
def test_a_value_of_a_wrong_shape_is_refused_with_its_place(index: int) -> None:
    valid = DOCUMENTS[index]
    judge(valid)
    for way in ways(valid):
        for shape in SHAPES:
            judge(put(valid, way, shape))


@given(st.data())
def test_any_value_anywhere_is_taken_or_refused(data: st.DataObject) -> None:
    valid = data.draw(st.sampled_from(DOCUMENTS))
    way = data.draw(st.sampled_from(list(ways(valid))))
    judge(put(valid, way, data.draw(json_values)))
