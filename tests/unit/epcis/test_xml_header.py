"""What stands in a header of XML goes to JSON and comes back, whatever it is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.strict_json import JSON
from provenance.epcis.xml.header import lift, lift_list, lower, lower_list

S = "sbdh"
BUSINESS = f"{S}:StandardBusinessDocumentHeader"
SENDER = f"{S}:Sender"
IDENTIFIER = f"{S}:Identifier"
ATTRIBUTE: JSON = {"@id": "urn:x:a", "value": "1"}


def vocabulary(*elements: JSON, kind: JSON = "urn:x:kind") -> dict[str, JSON]:
    listed: JSON = elements[0] if len(elements) == 1 else [*elements]
    return {
        "@type": kind,
        "VocabularyElementList": {"VocabularyElement": listed},
    }


def data(*vocabularies: JSON) -> dict[str, JSON]:
    listed: JSON = (
        vocabularies[0] if len(vocabularies) == 1 else [*vocabularies]
    )
    return {"VocabularyList": {"Vocabulary": listed}}


ELEMENTS: list[JSON] = [
    {"@id": "urn:x:1"},
    {"@id": "urn:x:1", "attribute": ATTRIBUTE},
    {"@id": "urn:x:1", "attribute": [ATTRIBUTE, {"@id": "urn:x:b"}]},
    {"@id": "urn:x:1", "attribute": {"@id": "urn:x:a", "x:deep": {"y": "1"}}},
    {"@id": "urn:x:1", "children": {"id": ["urn:x:2", "urn:x:3"]}},
    {"@id": "urn:x:1", "children": {"id": "urn:x:2"}},
]
NO_ELEMENTS: list[JSON] = [
    "text",
    {"@id": "urn:x:1", "attribute": "text"},
    {"@id": "urn:x:1", "attribute": ["text", ATTRIBUTE]},
    {"@id": "urn:x:1", "children": "text"},
    {"@id": "urn:x:1", "x:more": "1"},
]
MASTER: list[JSON] = [
    *(data(vocabulary(each)) for each in ELEMENTS),
    data(vocabulary(*ELEMENTS), vocabulary(ELEMENTS[0])),
]
NO_MASTER: list[JSON] = [
    "text",
    {},
    {"VocabularyList": "text"},
    {"VocabularyList": {}},
    data("text"),
    data({"@type": "urn:x:kind"}),
    data({**vocabulary(ELEMENTS[0]), "x:more": "1"}),
    *(data(vocabulary(each)) for each in NO_ELEMENTS),
]
HEADERS: list[Any] = [
    {},
    {"x:more": "1"},
    {BUSINESS: "text"},
    {BUSINESS: {}},
    {BUSINESS: {SENDER: "text"}},
    {BUSINESS: {SENDER: {IDENTIFIER: "urn:x:s"}}},
    {BUSINESS: {SENDER: {IDENTIFIER: {"@Authority": "A", "value": "urn:x:s"}}}},
    {BUSINESS: {SENDER: {IDENTIFIER: {"@Authority": "A"}}}},
    {BUSINESS: {SENDER: {IDENTIFIER: ["urn:x:s", "urn:x:t"]}}},
    {BUSINESS: {SENDER: {"x:c": "1", IDENTIFIER: "urn:x:s"}, "x:d": "2"}},
    {"extension": "text"},
    *({"extension": {"EPCISMasterData": each}} for each in MASTER),
    *({"extension": {"EPCISMasterData": each}} for each in NO_MASTER),
    {"extension": {"EPCISMasterData": MASTER[0], "x:more": "1"}},
]


@pytest.mark.parametrize("header", HEADERS)
def test_what_is_lifted_is_lowered_again(header: JSON) -> None:
    assert lower(lift(header, S), S) == header


@pytest.mark.parametrize("master", MASTER)
def test_master_data_have_the_form_of_json(master: JSON) -> None:
    lifted: Any = lift({"extension": {"EPCISMasterData": master}}, S)
    said = lifted["epcisHeader"]
    assert said.keys() == {"epcisMasterData"}
    for each in said["epcisMasterData"]["vocabularyList"]:
        assert each.keys() == {"type", "vocabularyElementList"}


@pytest.mark.parametrize("master", NO_MASTER)
def test_what_are_no_master_data_stays_as_it_is(master: JSON) -> None:
    header: Any = {"extension": {"EPCISMasterData": master}}
    assert lift(header, S) == {"epcisHeader": header}


@pytest.mark.parametrize("master", [*MASTER, *NO_MASTER])
def test_the_list_of_a_document_of_master_data_comes_back(master: Any) -> None:
    if not isinstance(master, dict):
        return
    vocabularies = master.get("VocabularyList")
    lifted = lift_list(vocabularies)
    assert lower_list(lifted["epcisBody"]) == vocabularies


def test_a_header_that_is_a_text_is_kept_as_one() -> None:
    assert lift("text", S) == {"epcisHeader": "text"}
    assert lower({"epcisHeader": "text"}, S) == {}


@pytest.mark.parametrize(
    ("members", "lowered"),
    [
        (
            {"sender": "urn:x:s"},
            {BUSINESS: {SENDER: {IDENTIFIER: "urn:x:s"}}},
        ),
        (
            {"sender": "urn:x:s", "epcisHeader": {BUSINESS: "text"}},
            {BUSINESS: "text"},
        ),
        (
            {"sender": "urn:x:s", "epcisHeader": {BUSINESS: {SENDER: "text"}}},
            {BUSINESS: {SENDER: "text"}},
        ),
        (
            {"epcisHeader": {"epcisMasterData": "text"}},
            {"epcisMasterData": "text"},
        ),
        (
            {"epcisHeader": {"epcisMasterData": {"vocabularyList": ["text"]}}},
            {"epcisMasterData": {"vocabularyList": ["text"]}},
        ),
        (
            {
                "epcisHeader": {
                    "epcisMasterData": {"vocabularyList": [{"type": "a"}]}
                }
            },
            {"epcisMasterData": {"vocabularyList": [{"type": "a"}]}},
        ),
        (
            {
                "epcisHeader": {
                    "epcisMasterData": {"vocabularyList": []},
                    "extension": "text",
                }
            },
            {"extension": "text"},
        ),
    ],
)
def test_what_never_was_xml_is_written_as_far_as_it_goes(
    members: dict[str, JSON], lowered: JSON
) -> None:
    assert lower(members, S) == lowered


def test_elements_of_another_form_are_no_master_data_of_xml() -> None:
    others: tuple[Any, ...] = (
        "text",
        {"id": "urn:x:1", "x:more": "1"},
        {"id": "urn:x:1", "attributes": ["text"]},
        {"id": "urn:x:1", "attributes": [{"id": "urn:x:a"}]},
    )
    for element in others:
        listed: JSON = {"type": "urn:x:k", "vocabularyElementList": [element]}
        said: JSON = {"vocabularyList": [listed]}
        assert lower({"epcisHeader": {"epcisMasterData": said}}, S) == {
            "epcisMasterData": said
        }


def test_a_body_without_a_list_has_none() -> None:
    assert lower_list("text") is None
    assert lower_list({"x:more": "1"}) is None


NAMES = st.sampled_from(
    [
        BUSINESS, SENDER, IDENTIFIER, "extension", "EPCISMasterData", "@id",
        "VocabularyList", "Vocabulary", "VocabularyElementList", "attribute",
        "VocabularyElement", "children", "id", "value", "@type", "x:more",
    ]
)  # fmt: skip
SHAPES = st.recursive(
    st.sampled_from(["", "text"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4)
    ),
    max_leaves=20,
)


@given(header=st.dictionaries(NAMES, SHAPES, max_size=4))
def test_whatever_is_lifted_loses_nothing(header: dict[str, JSON]) -> None:
    assert lower(lift(header, S), S) == header
