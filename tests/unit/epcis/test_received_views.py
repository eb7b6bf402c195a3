"""Ids are given out in a spelling as far as they go, and never break a view."""

from typing import Any

import pytest

from provenance.claims.event import Item
from provenance.encoding.strict_json import JSON
from provenance.epcis.mending.menders import master_data
from provenance.epcis.mending.notes import Notes
from provenance.epcis.received import (
    AS_LINKS,
    AS_URNS,
    prefix_lengths,
    spell,
)

LINK = "https://id.gs1.org/01/09521001960014/21/K7"
URN = "urn:epc:id:sgtin:9521001.096001.K7"
PLACE = "urn:epc:id:sgln:9521001.00001.0"
NO_KEY = "urn:epc:id:sgln:text"


@pytest.mark.parametrize(
    ("given", "lengths", "shown"),
    [
        ([LINK], [7], [URN]),
        ([LINK], [0], [LINK]),
        ([LINK], [1], [LINK]),
        ([7], [7], [7]),
        (["urn:x:1"], [7], ["urn:x:1"]),
        ({"epcClass": 7}, [7], {"epcClass": 7}),
    ],
)
def test_an_item_is_a_urn_as_far_as_one_is_known(
    given: JSON, lengths: list[int], shown: JSON
) -> None:
    said = spell({"epcList": given}, AS_URNS, {"epcList": lengths})
    assert said == {"epcList": shown}


def test_a_place_is_a_link_if_it_names_a_key_of_gs1() -> None:
    event: dict[str, JSON] = {
        "readPoint": {"id": PLACE},
        "bizLocation": "text",
        "sourceList": [{"source": NO_KEY}, {"other": PLACE}, 7],
        "destinationList": "text",
    }
    said: Any = spell(event, AS_LINKS, {})
    link = "https://id.gs1.org/414/9521001000017"
    assert said["readPoint"] == {"id": link}
    assert spell(said, AS_LINKS, {}) == said
    assert {name: said[name] for name in event if name != "readPoint"} == {
        name: event[name] for name in event if name != "readPoint"
    }


def test_a_spelling_of_what_is_not_there_changes_nothing() -> None:
    assert spell({"a": 1}, AS_URNS, {"epcList": [7]}) == {"a": 1}


@pytest.mark.parametrize(
    "received",
    [
        "text",
        {"urn": "text"},
        {"urn": {"epcList": "text"}},
        {"urn": {"epcList": [[7]]}},
        {"urn": {"epcList": [[-1, 1]]}},
        {"urn": {"epcList": [[7, 1], [0, 2]]}},
    ],
)
def test_lengths_that_do_not_fit_are_none(received: Any) -> None:
    item = Item("epcList", LINK)
    assert prefix_lengths({"received": received}, [item]) == {}


def test_master_data_of_another_shape_is_left_to_the_reader() -> None:
    notes = Notes(lambda _: "$")
    assert master_data("text", (), notes) == "text"
    said = master_data({"cbvmda:lotNumber": " L7\n", "x:y": " z "}, (), notes)
    assert said == {"cbvmda:lotNumber": "L7", "x:y": " z "}
