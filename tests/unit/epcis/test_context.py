"""A context may say whatever leaves each name as it is, and nothing else."""

from typing import Any

import pytest

from provenance.epcis.document import parse_document
from provenance.epcis.event_hash import event_hash
from provenance.epcis.prefixes import EPCIS_CONTEXT
from provenance.epcis.query_parameters import parse_query
from provenance.errors import MalformedError
from tests.unit.epcis.test_document import OBJECT, document

RAIL = "https://rail.example/ns/"
GRADED = {**OBJECT, "rail:vehicle": "urn:epc:id:giai:9521001.112"}


def read(*parts: object) -> Any:
    (draft,) = parse_document(document(GRADED, **{"@context": [*parts]}))
    return draft.body


@pytest.mark.parametrize(
    "definition",
    [
        {"rail": RAIL},
        {"@version": 1.1, "rail": RAIL},
        {"@version": 1.1, "@protected": True, "rail": RAIL},
        {"rail": {"@id": RAIL, "@prefix": True}},
        {"rail": {"@id": RAIL, "@prefix": True, "@protected": False}},
        {"rail:vehicle": {"@type": "@id"}, "rail": RAIL},
        {"rail": RAIL, "rail:vehicle": {"@type": "@id", "@container": "@set"}},
        {"rail": RAIL, "rail:vehicle": {"@id": "rail:vehicle"}},
        {"rail": RAIL, "rail:vehicle": {"@id": f"{RAIL}vehicle"}},
        {"rail": RAIL, f"{RAIL}vehicle": {"@container": ["@list"]}},
        {"rail": RAIL, "rail:vehicle": f"{RAIL}vehicle"},
    ],
)
def test_a_context_that_changes_no_name_is_taken(
    definition: dict[str, Any],
) -> None:
    body = read(EPCIS_CONTEXT, definition)
    assert body["@context"] == {"rail": RAIL}
    assert body["rail:vehicle"] == GRADED["rail:vehicle"]


def test_a_term_may_have_a_prefix_that_stands_further_on() -> None:
    body = read({"rail:vehicle": {"@type": "@id"}}, {"rail": RAIL})
    assert body["@context"] == {"rail": RAIL}


@pytest.mark.parametrize(
    ("definition", "place", "says"),
    [
        ({"bizStep": f"{RAIL}step"}, ".bizStep", "EPCIS defines 'bizStep'"),
        (
            {"epcList": {"@id": f"{RAIL}list", "@prefix": True}},
            ".epcList",
            "EPCIS defines 'epcList'",
        ),
        ({"uom": {"@type": "@id"}}, ".uom", "EPCIS defines 'uom'"),
        ({"type": "@type"}, ".type", "EPCIS defines 'type'"),
        ({"@vocab": RAIL}, ".@vocab", "may not say '@vocab'"),
        ({"@base": RAIL}, ".@base", "may not say '@base'"),
        ({"@language": "en"}, ".@language", "may not say '@language'"),
        ({"@import": RAIL}, ".@import", "may not say '@import'"),
        ({"@version": "1.1"}, ".@version", "no value of @version"),
        ({"@version": True}, ".@version", "no value of @version"),
        ({"@protected": 1}, ".@protected", "no value of @protected"),
        ({"grade": {"@id": f"{RAIL}grade"}}, ".grade", "without a prefix"),
        ({"grade": None}, ".grade", "a URI in full"),
        (
            {"x": {"@id": ["https://a.example/"], "@prefix": True}},
            ".x.@id",
            "no value of @id",
        ),
        ({"x": {"@prefix": True}}, ".x", "a URI in full"),
        (
            {"x": {"@id": RAIL, "@prefix": True, "@context": {}}},
            ".x.@context",
            "may not say '@context'",
        ),
        (
            {"cbv:grade": f"{RAIL}grade"},
            ".cbv:grade",
            "another name for something else",
        ),
        (
            {"cbv:grade": {"@id": None}},
            ".cbv:grade",
            "another name for something else",
        ),
        ({"zz:grade": {"@type": "@id"}}, ".zz:grade", "nobody defines"),
        (
            {"cbv:grade": {"@container": "@index"}},
            ".cbv:grade.@container",
            "no value of @container",
        ),
        (
            {"cbv:grade": {"@container": {}}},
            ".cbv:grade.@container",
            "no value of @container",
        ),
        (
            {"cbv:grade": {"@reverse": "cbv:of"}},
            ".cbv:grade.@reverse",
            "may not say '@reverse'",
        ),
        ({"cbv:grade": {"@type": 1}}, ".cbv:grade.@type", "no value of @type"),
    ],
)
def test_a_context_that_could_change_a_name_is_refused_with_its_place(
    definition: dict[str, Any], place: str, says: str
) -> None:
    with pytest.raises(MalformedError) as refused:
        read(EPCIS_CONTEXT, {"rail": RAIL}, definition)
    assert str(refused.value).startswith(f"$.@context[2]{place}: ")
    assert says in str(refused.value)
    with pytest.raises(MalformedError) as refused:
        parse_query({"@context": definition})
    assert str(refused.value).startswith(f"@context: ${place}: ")


def test_a_prefix_at_length_is_one_in_the_hash_of_an_event_as_well() -> None:
    plain = {**GRADED, "@context": [EPCIS_CONTEXT, {"rail": RAIL}]}
    long = {
        **GRADED,
        "@context": {"rail": {"@id": RAIL, "@prefix": True}},
    }
    assert event_hash(plain) == event_hash(long)
    no_prefix = {**GRADED, "@context": {"rail": {"@id": RAIL}}}
    assert event_hash(plain) != event_hash(no_prefix)
