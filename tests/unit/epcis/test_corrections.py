"""Corrections: events that are said again, as errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.canonical import Value
from provenance.epcis.corrections import (
    Declaration,
    assertion,
    declares_error,
    read_declaration,
)

BODY: dict[str, Value] = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "eventID": "urn:uuid:1",
}


def test_an_event_that_stands_declares_nothing() -> None:
    assert not declares_error(BODY)
    assert read_declaration(BODY) is None


def test_a_declaration_says_when_why_and_what_is_right() -> None:
    body: dict[str, Value] = {
        **BODY,
        "errorDeclaration": {
            "declarationTime": "2026-03-02T08:00:00+13:00",
            "reason": "https://ref.gs1.org/cbv/ER-incorrect_data",
            "correctiveEventIDs": ["urn:uuid:2"],
        },
    }
    assert declares_error(body)
    assert read_declaration(body) == Declaration(
        "2026-03-02T08:00:00+13:00", "incorrect_data", ("urn:uuid:2",)
    )


def test_a_reason_of_somebodys_own_stays_as_it_is() -> None:
    context: Value = {"ext": "https://ext.example/"}
    body: dict[str, Value] = {
        **BODY,
        "@context": context,
        "errorDeclaration": {"reason": "ext:typo"},
    }
    found = read_declaration(body)
    assert found is not None
    assert found.reason == "https://ext.example/typo"


def test_a_reason_that_is_no_word_is_shown_as_it_was_written() -> None:
    found = read_declaration({**BODY, "errorDeclaration": {"reason": "oops"}})
    assert found == Declaration("", "oops", ())


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["declarationTime", "reason", "correctiveEventIDs", "x"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=6,
))  # fmt: skip
def test_any_declaration_can_be_read(declared: Value) -> None:
    body = {**BODY, "errorDeclaration": declared}
    assert isinstance(read_declaration(body), Declaration)


@pytest.mark.parametrize("name", ["errorDeclaration", "recordTime", "after"])
def test_what_is_no_assertion_is_not_compared(name: str) -> None:
    assert assertion({**BODY, name: "x"}) == assertion(BODY)


def test_every_other_difference_is_compared() -> None:
    assert assertion({**BODY, "disposition": "active"}) != assertion(BODY)
