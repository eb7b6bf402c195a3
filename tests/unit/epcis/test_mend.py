"""What is clearly meant is mended, and each mend is told; nothing is guessed."""

import copy
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.path import json_path
from provenance.epcis.draft import RawEvent, check_event
from provenance.epcis.mending.mend import (
    ABSENT,
    RULES,
    Mend,
    mend_envelope,
    mend_event,
)
from provenance.epcis.prefixes import EPCIS_CONTEXT
from provenance.epcis.vocabulary import (
    BIZ_STEP,
    BIZ_TRANSACTION_TYPE,
    COMPONENT,
    DISPOSITION,
    ERROR_REASON,
    MEASUREMENT,
    SENSOR_ALERT,
    SOURCE_DEST_TYPE,
)
from provenance.errors import MalformedError
from tests.unit.epcis.test_document import (
    ADDED,
    AGGREGATION,
    ASSOCIATION,
    EXTENDED,
    FULL,
    LOT,
    OBJECT,
    ORDER,
    OTHER_UNIT,
    PLACE,
    SENSED,
    TRANSACTION,
    TRANSFORMATION,
    UNIT,
    document,
    json_values,
    query_document,
    without,
)

ELSEWHERE = "https://elsewhere.example/context.jsonld"
VALID = [
    OBJECT,
    ADDED,
    AGGREGATION,
    ASSOCIATION,
    TRANSACTION,
    TRANSFORMATION,
    FULL,
]


def raw(value: Any) -> RawEvent:
    return RawEvent(value, EXTENDED, json_path)


def mended(event: Any, **how: bool) -> tuple[Any, list[Mend]]:
    """Return *event* mended; it stays as it was, and is mended once."""
    before = copy.deepcopy(event)
    found, mends = mend_event(raw(event), **how)
    assert event == before
    assert mend_event(found, **how) == (found, [])
    for mend in mends:
        assert mend.rule in RULES
        assert mend.says.startswith(f"{mend.place}: {RULES[mend.rule]}: ")
    return found.value, mends


def changed(event: dict[str, Any], **members: Any) -> list[tuple[Any, ...]]:
    """Return what was mended in *event*, which is valid but for *members*."""
    found, mends = mended({**event, **members})
    check_event(raw(found))
    assert {
        name: value
        for name, value in found.items()
        if name not in members and value != event.get(name)
    } == {}
    return [(m.place, m.rule, m.before, m.after) for m in mends]


def unmended(event: Any, says: str) -> None:
    """Check that *event* is not mended, but refused because of *says*."""
    with pytest.raises(MalformedError, match=says):
        check_event(raw(event))
    found, mends = mend_event(raw(event))
    assert mends == []
    assert found.value is event


# What is valid stays.


@pytest.mark.parametrize("event", VALID)
def test_a_valid_event_comes_back_as_the_same_object(
    event: dict[str, Any],
) -> None:
    given_event = raw(event)
    assert mend_event(given_event) == (given_event, [])
    assert mend_event(given_event)[0] is given_event


@pytest.mark.parametrize("event", [None, 1, "x", [OBJECT], [], True])
def test_what_is_no_event_is_left_to_be_refused(event: object) -> None:
    unmended(event, "must be an object")


@given(st.sampled_from([*VALID, {}]), st.data())
def test_no_valid_event_is_mended_and_twice_is_once(
    event: dict[str, Any], data: st.DataObject
) -> None:
    name = data.draw(
        st.sampled_from(sorted({*FULL, *AGGREGATION, *TRANSFORMATION, "ext:x"}))
    )
    value = {**event, name: data.draw(json_values)}
    try:
        found, mends = mended(value)
    except MalformedError:
        return
    try:
        check_event(raw(value))
    except MalformedError:
        return
    assert mends == []
    assert found is value


# Words.


@pytest.mark.parametrize(
    ("vocabulary", "urn", "kind", "member"),
    [
        (BIZ_STEP, "bizstep", "BizStep", "bizStep"),
        (DISPOSITION, "disp", "Disp", "disposition"),
    ],
)
def test_every_word_of_the_standard_is_written_bare(
    vocabulary: Any, urn: str, kind: str, member: str
) -> None:
    for word in sorted(vocabulary.words):
        for rule, spelling in (
            ("cbv-urn", f"urn:epcglobal:cbv:{urn}:{word}"),
            ("cbv-link", f"https://ns.gs1.org/cbv/{kind}-{word}"),
            ("cbv-link", f"http://ns.gs1.org/cbv/{kind}-{word}"),
        ):
            assert changed(OBJECT, **{member: spelling}) == [
                (f"$.{member}", rule, spelling, word)
            ]


def test_a_word_is_mended_wherever_it_stands() -> None:
    event = {
        **ADDED,
        "persistentDisposition": {
            "set": ["urn:epcglobal:cbv:disp:active"],
            "unset": ["http://ns.gs1.org/cbv/Disp-inactive"],
        },
        "bizTransactionList": [
            {**ORDER, "type": "urn:epcglobal:cbv:btt:po"},
        ],
        "sourceList": [
            {
                "type": "urn:epcglobal:cbv:sdt:owning_party",
                "source": "urn:epc:id:pgln:9421902.96000",
            }
        ],
        "destinationList": [
            {
                "type": "https://ns.gs1.org/cbv/SDT-location",
                "destination": "urn:epc:id:sgln:9421902.96000.0",
            }
        ],
        "errorDeclaration": {
            "declarationTime": "2026-03-02T08:59:00Z",
            "reason": "urn:epcglobal:cbv:er:incorrect_data",
        },
        "sensorElementList": [
            {
                "sensorReport": [
                    {
                        "type": "http://gs1.org/voc/Temperature",
                        "component": "https://ns.gs1.org/cbv/Comp-x",
                        "exception": "https://www.gs1.org/voc/ALARM_CONDITION",
                    }
                ]
            }
        ],
    }
    found, mends = mended(event)
    check_event(raw(found))
    assert [(m.place, m.after) for m in mends] == [
        ("$.persistentDisposition.set[0]", "active"),
        ("$.persistentDisposition.unset[0]", "inactive"),
        ("$.bizTransactionList[0].type", "po"),
        ("$.sourceList[0].type", "owning_party"),
        ("$.destinationList[0].type", "location"),
        ("$.errorDeclaration.reason", "incorrect_data"),
        ("$.sensorElementList[0].sensorReport[0].type", "Temperature"),
        ("$.sensorElementList[0].sensorReport[0].component", "x"),
        ("$.sensorElementList[0].sensorReport[0].exception", "ALARM_CONDITION"),
    ]
    assert {m.rule for m in mends} == {"cbv-urn", "cbv-link"}


@pytest.mark.parametrize(
    ("vocabulary", "spelling"),
    [
        (BIZ_TRANSACTION_TYPE, "urn:epcglobal:cbv:btt:"),
        (SOURCE_DEST_TYPE, "urn:epcglobal:cbv:sdt:"),
        (ERROR_REASON, "urn:epcglobal:cbv:er:"),
        (COMPONENT, "urn:epcglobal:cbv:comp:"),
        (MEASUREMENT, "https://gs1.org/voc/"),
        (SENSOR_ALERT, "https://gs1.org/voc/"),
    ],
)
def test_what_is_mended_is_what_is_refused(
    vocabulary: Any, spelling: str
) -> None:
    for word in vocabulary.words:
        with pytest.raises(MalformedError):
            vocabulary.read(spelling + word, {})


@pytest.mark.parametrize(
    "step",
    [
        "sold",
        "Shipping",
        "urn:epcglobal:cbv:bizstep:sold",
        "urn:epcglobal:cbv:bizstep:Shipping",
        "urn:epcglobal:cbv:disp:active",
        "urn:epcglobal:cbv:bizstep:",
        "urn:epcglobal:cbv:shipping",
        "https://ns.gs1.org/cbv/Disp-active",
        "https://ns.gs1.org/cbv/BizStep-sold",
        "https://gs1.org/voc/shipping2 ",
        "zz:shipping",
        7,
        ["urn:epcglobal:cbv:bizstep:shipping"],
    ],
)
def test_an_invented_word_is_left_to_be_refused(step: object) -> None:
    unmended({**OBJECT, "bizStep": step}, r"^\$\.bizStep: ")


# Numbers.


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("25", 25),
        ("0.5", 0.5),
        ("12.50", 12.5),
        ("25.0", 25.0),
        ("2e3", 2000.0),
        ("9007199254740991", 2**53 - 1),
        ("1E-7", 1e-7),
        ("1e300", 1e300),
    ],
)
def test_a_number_in_quotes_is_a_number(text: str, number: float) -> None:
    amounts = [{"epcClass": LOT, "quantity": text}]
    assert changed(OBJECT, quantityList=amounts) == [
        ("$.quantityList[0].quantity", "number-as-text", text, number)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "many",
        "NaN",
        "Infinity",
        "1,5",
        "1 000",
        " 1",
        "+1",
        "01",
        ".5",
        "5.",
        "0x10",
        "1_000",
        "٣",
        "9007199254740992",
        "0.10000000000000000001",
        "1e999",
        "1e-999",
        "9" * 41,
    ],
)
def test_text_that_is_no_number_or_not_exactly_one_is_not_mended(
    text: str,
) -> None:
    unmended(
        {**OBJECT, "quantityList": [{"epcClass": LOT, "quantity": text}]},
        r"^\$\.quantityList\[0\]\.quantity: this must be a number",
    )


@pytest.mark.parametrize("text", ["0", "-1", "-0"])
def test_a_number_that_is_no_quantity_is_still_refused(text: str) -> None:
    event = {**OBJECT, "quantityList": [{"epcClass": LOT, "quantity": text}]}
    found, _ = mend_event(raw(event))
    with pytest.raises(MalformedError, match="a quantity is more than 0"):
        check_event(found)


@pytest.mark.parametrize(
    "name",
    ["value", "minValue", "maxValue", "meanValue", "sDev", "percRank",
     "percValue"],
)  # fmt: skip
def test_what_a_sensor_measured_is_a_number(name: str) -> None:
    report = {"type": "Temperature", name: "-4.5"}
    assert changed(OBJECT, sensorElementList=[{"sensorReport": [report]}]) == [
        (
            f"$.sensorElementList[0].sensorReport[0].{name}",
            "number-as-text",
            "-4.5",
            -4.5,
        )
    ]


def test_text_that_may_be_text_stays_text() -> None:
    report = {"type": "Temperature", "stringValue": "4", "ext:x": "5"}
    event = {
        **ADDED,
        "sensorElementList": [{"sensorReport": [report]}],
        "ilmd": {"cbvmda:lotNumber": "7"},
        "ext:x": "8",
    }
    assert mended(event) == (event, [])


# Comments and nulls.


@pytest.mark.parametrize(
    "name",
    ["_comment", "_comment_architecture", "_comment2", "$comment", "comment",
     "_notes", "_scenario"],
)  # fmt: skip
def test_a_comment_is_left_out_of_all_that_epcis_defines(name: str) -> None:
    said: dict[str, Any] = {name: ["any", "thing"]}
    event = {
        **said,
        **FULL,
        "quantityList": [{"epcClass": LOT, **said}],
        "readPoint": {**PLACE, **said},
        "bizLocation": {**PLACE, **said},
        "persistentDisposition": {"set": ["active"], **said},
        "bizTransactionList": [{**ORDER, **said}],
        "ilmd": {"cbvmda:lotNumber": "L7", **said},
        "sensorElementList": [
            {
                **said,
                "sensorMetadata": said,
                "sensorReport": [{"type": "Angle", **said}],
            }
        ],
        "errorDeclaration": {
            "declarationTime": "2026-03-02T08:59:00Z",
            **said,
        },
    }
    found, mends = mended(event)
    check_event(raw(found))
    assert f'"{name}"' not in json.dumps(found)
    assert len(mends) == 11
    assert {(m.rule, m.after) for m in mends} == {("comment", ABSENT)}
    assert mends[0] == Mend(json_path([name]), "comment", said[name], ABSENT)


def test_what_stands_in_an_extension_is_no_comment() -> None:
    event = {**OBJECT, "ext:x": {"comment": "part of it", "_comment": 1}}
    assert mended(event) == (event, [])


@pytest.mark.parametrize(
    "name", ["bizStep", "ilmd", "eventID", "childEPCs", "readPoint"]
)
def test_a_member_that_is_null_is_not_there(name: str) -> None:
    assert changed(OBJECT, **{name: None}) == [
        (f"$.{name}", "null-member", None, ABSENT)
    ]


def test_a_null_further_in_is_not_there_either() -> None:
    found, mends = mended(
        {
            **OBJECT,
            "quantityList": [{"epcClass": LOT, "quantity": None}],
            "sensorElementList": [{**SENSED, "sensorMetadata": None}],
        }
    )
    check_event(raw(found))
    assert [m.place for m in mends] == [
        "$.quantityList[0].quantity",
        "$.sensorElementList[0].sensorMetadata",
    ]


def test_a_null_that_says_something_stays() -> None:
    event = {**OBJECT, "ext:x": None}
    assert mended(event) == (event, [])
    unmended({**OBJECT, "colour": None}, "no member is named 'colour'")


def test_a_required_member_that_is_null_is_missing() -> None:
    found, mends = mended({**OBJECT, "action": None})
    assert len(mends) == 1
    with pytest.raises(MalformedError, match="action is missing"):
        check_event(raw(found))


# Actions.


@pytest.mark.parametrize("action", ["add", "Add", "observe", "dElEtE", " ADD"])
def test_an_action_is_written_in_capitals(action: str) -> None:
    meant = action.strip().upper()
    assert changed(OBJECT, action=action) == [
        ("$.action", "action-case", action, meant)
    ]


@pytest.mark.parametrize("action", ["", "INSERT", "adding", 1, ["ADD"]])
def test_another_action_is_left_to_be_refused(action: object) -> None:
    unmended({**OBJECT, "action": action}, r"^\$\.action: ")


@pytest.mark.parametrize("action", ["ADD", "OBSERVE"])
def test_a_transformation_has_no_action(action: str) -> None:
    assert changed(TRANSFORMATION, action=action) == [
        ("$.action", "action-on-transformation", action, ABSENT)
    ]
    found, mends = mended({**TRANSFORMATION, "action": action.lower()})
    assert found == TRANSFORMATION
    assert len(mends) == 2


@pytest.mark.parametrize("action", ["DELETE", "MIX", 1, {}])
def test_a_transformation_that_deletes_is_left_to_be_refused(
    action: object,
) -> None:
    unmended(
        {**TRANSFORMATION, "action": action},
        "action is no member of TransformationEvent",
    )


# Lists and places.


@pytest.mark.parametrize(
    ("event", "name", "value"),
    [
        (OBJECT, "epcList", UNIT),
        (AGGREGATION, "childEPCs", UNIT),
        (TRANSFORMATION, "inputEPCList", UNIT),
        (TRANSFORMATION, "outputEPCList", OTHER_UNIT),
        (OBJECT, "quantityList", {"epcClass": LOT}),
        (AGGREGATION, "childQuantityList", {"epcClass": LOT}),
        (TRANSFORMATION, "inputQuantityList", {"epcClass": LOT}),
        (TRANSFORMATION, "outputQuantityList", {"epcClass": LOT}),
        (TRANSACTION, "bizTransactionList", ORDER),
        (
            OBJECT,
            "sourceList",
            {"type": "location", "source": "https://a.example"},
        ),
        (
            OBJECT,
            "destinationList",
            {"type": "location", "destination": "https://a.example"},
        ),
        (OBJECT, "sensorElementList", SENSED),
    ],
)
def test_one_element_is_written_as_a_list_of_one(
    event: dict[str, Any], name: str, value: object
) -> None:
    assert changed(event, **{name: value}) == [
        (f"$.{name}", "single-in-list", value, [value])
    ]


def test_one_element_further_in_is_written_as_a_list_of_one() -> None:
    report = {"type": "Temperature", "value": 1}
    found, mends = mended(
        {
            **OBJECT,
            "sensorElementList": {"sensorReport": report},
            "persistentDisposition": {"set": "active"},
            "errorDeclaration": {
                "declarationTime": "2026-03-02T08:59:00Z",
                "correctiveEventIDs": "urn:uuid:1",
            },
        }
    )
    check_event(raw(found))
    assert found["sensorElementList"] == [{"sensorReport": [report]}]
    assert [m.place for m in mends] == [
        "$.sensorElementList",
        "$.sensorElementList.sensorReport",
        "$.persistentDisposition.set",
        "$.errorDeclaration.correctiveEventIDs",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epcList", {"id": UNIT}),
        ("epcList", 1),
        ("quantityList", LOT),
        ("bizTransactionList", ORDER["bizTransaction"]),
        ("sensorElementList", [{"sensorReport": "hot"}]),
    ],
)
def test_what_is_no_element_does_not_become_a_list(
    name: str, value: object
) -> None:
    unmended({**OBJECT, name: value}, "this must be")


def test_a_certification_may_stand_alone() -> None:
    event = {**OBJECT, "certificationInfo": "https://a.example/1"}
    assert mended(event) == (event, [])


@pytest.mark.parametrize("name", ["readPoint", "bizLocation"])
def test_a_place_is_an_object_with_an_id(name: str) -> None:
    assert changed(OBJECT, **{name: PLACE["id"]}) == [
        (f"$.{name}", "place-as-text", PLACE["id"], PLACE)
    ]
    unmended({**OBJECT, name: [PLACE]}, "must be an object")


@pytest.mark.parametrize(
    ("name", "elements", "place"),
    [
        ("epcList", [UNIT, OTHER_UNIT, UNIT], "[2]"),
        ("bizTransactionList", [ORDER, dict(reversed(ORDER.items()))], "[1]"),
        ("certificationInfo", ["https://a.example"] * 2, "[1]"),
    ],
)
def test_what_is_said_twice_is_said_once(
    name: str, elements: list[object], place: str
) -> None:
    assert changed(OBJECT, **{name: elements}) == [
        (f"$.{name}{place}", "duplicate", elements[-1], ABSENT)
    ]


def test_two_spellings_that_become_one_are_said_once() -> None:
    found, mends = mended(
        {
            **OBJECT,
            "bizTransactionList": [
                ORDER,
                {**ORDER, "type": "urn:epcglobal:cbv:btt:po"},
            ],
        }
    )
    assert found["bizTransactionList"] == [ORDER]
    assert [m.rule for m in mends] == ["cbv-urn", "duplicate"]


def test_two_equal_amounts_are_left_to_be_refused() -> None:
    amount = {"epcClass": LOT, "quantity": 5}
    unmended({**OBJECT, "quantityList": [amount] * 2}, "in the list twice")


def test_two_equal_measurements_stay_two() -> None:
    event = {**OBJECT, "sensorElementList": [SENSED, SENSED]}
    assert mended(event) == (event, [])


@pytest.mark.parametrize("element", [None, 1, [UNIT], {"a": []}])
def test_elements_of_another_kind_are_left_to_be_refused(
    element: object,
) -> None:
    unmended({**OBJECT, "epcList": [UNIT, element, element]}, "must be text")


# Times.


@pytest.mark.parametrize("offset", ["+13:00", "-03:30", "+00:00"])
def test_a_time_tells_its_own_offset(offset: str) -> None:
    event = {
        **without(OBJECT, "eventTimeZoneOffset"),
        "eventTime": "2026-03-01T08:59:00.5" + offset,
    }
    found, mends = mended(event)
    check_event(raw(found))
    assert found["eventTimeZoneOffset"] == offset
    assert mends == [
        Mend("$.eventTimeZoneOffset", "offset-from-time", ABSENT, offset)
    ]


@pytest.mark.parametrize("zone", ["Z", "-00:00"])
def test_an_offset_that_nobody_tells_is_not_invented(zone: str) -> None:
    unmended(
        {
            **without(OBJECT, "eventTimeZoneOffset"),
            "eventTime": "2026-03-01T08:59:00" + zone,
        },
        "eventTimeZoneOffset is missing",
    )


def test_an_offset_tells_the_zone_of_a_time_without_one() -> None:
    local = "2026-03-01T08:59:00.123"
    assert changed(OBJECT, eventTime=local) == [
        ("$.eventTime", "zone-from-offset", local, local + "+13:00")
    ]


@pytest.mark.parametrize(
    "members",
    [
        {"eventTime": "2026-03-01T08:59:00"},
        {"eventTime": "2026-03-01", "eventTimeZoneOffset": "+13:00"},
        {"eventTime": "2026-03-01T08:59:00", "eventTimeZoneOffset": "+1"},
        {"eventTime": "2026-03-01T08:59:00", "eventTimeZoneOffset": 13},
        {"eventTimeZoneOffset": "+13:00"},
        {"eventTime": 1772308740},
        {},
    ],
)
def test_a_zone_that_nobody_tells_is_not_invented(
    members: dict[str, Any],
) -> None:
    unmended(
        {**without(OBJECT, "eventTime", "eventTimeZoneOffset"), **members},
        "eventTime",
    )


def test_a_time_and_an_offset_that_differ_both_stay() -> None:
    event = {**OBJECT, "eventTimeZoneOffset": "+01:00"}
    assert mended(event) == (event, [])


# Contexts.


@pytest.mark.parametrize(
    ("context", "left", "place"),
    [
        (ELSEWHERE, [], "$.@context"),
        ([EPCIS_CONTEXT, ELSEWHERE], [EPCIS_CONTEXT], "$.@context[1]"),
        ([ELSEWHERE, EXTENDED], [EXTENDED], "$.@context[0]"),
    ],
)
def test_a_context_that_nothing_needs_is_left_out(
    context: object, left: object, place: str
) -> None:
    event = {**OBJECT, "@context": context, "ext:x": {"plain": "a: b c:d"}}
    found, mends = mended(event)
    check_event(raw(found))
    assert found["@context"] == left
    assert mends == [Mend(place, "context-dropped", ELSEWHERE, ABSENT)]


@pytest.mark.parametrize(
    ("member", "value", "place"),
    [
        ("zz:x", 1, "$"),
        ("bizStep", "zz:step", "$.bizStep"),
        ("epcList", ["zz:unit"], "$.epcList[0]"),
        ("ext:x", [{"id": "zz:Thing"}], "$.ext:x[0].id"),
        ("ext:x", {"a": {"zz:y": 1}}, "$.ext:x.a"),
    ],
)
def test_a_context_that_may_be_needed_is_not_left_out(
    member: str, value: object, place: str
) -> None:
    event = {**OBJECT, member: value}
    for lost in (
        {**event, "@context": [EPCIS_CONTEXT, ELSEWHERE]},
        event,
    ):
        with pytest.raises(MalformedError) as refused:
            mend_event(raw(lost), is_context_dropped=True)
        assert str(refused.value).startswith(
            f"{place}: nobody defines the prefix of 'zz:"
        )
        assert str(refused.value).endswith("since a context is not fetched")
    with pytest.raises(MalformedError, match="nobody defines"):
        mend_event(raw({**event, "@context": ELSEWHERE}))
    defined = {
        **event,
        "@context": [ELSEWHERE, {"zz": "https://zz.example/"}],
    }
    found, mends = mended(defined)
    check_event(raw(found))
    assert len(mends) == 1


def test_a_context_that_defines_wrongly_is_left_to_be_refused() -> None:
    event = {**OBJECT, "@context": [ELSEWHERE, {"urn": "https://a.example/"}]}
    found, mends = mended(event)
    assert len(mends) == 1
    with pytest.raises(MalformedError, match="may not define 'urn'"):
        check_event(raw(found))
    unmended({**OBJECT, "@context": 7}, "an @context is")


# Places in the source, after mending.


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"epcList": "K0000"}, "$.epcList"),
        ({"epcList": [UNIT, UNIT, "K0000"]}, "$.epcList[2]"),
        ({"epcList": [UNIT, UNIT, UNIT, "K"]}, "$.epcList[3]"),
        ({"readPoint": "door 1"}, "$.readPoint"),
        (
            {"sensorElementList": {"sensorReport": {"type": "Warmth"}}},
            "$.sensorElementList.sensorReport.type",
        ),
        (
            {"bizTransactionList": [ORDER, ORDER, {**ORDER, "ext:x": 1}]},
            "$.bizTransactionList[2]",
        ),
        (
            {"bizTransactionList": {**ORDER, "type": "order"}},
            "$.bizTransactionList.type",
        ),
        ({"@context": [ELSEWHERE, {"a b": "c"}]}, '$.@context[1]["a b"]'),
        ({"_comment": 1, "colour": 2}, "$"),
    ],
)
def test_what_is_still_wrong_is_told_with_its_place_in_the_source(
    members: dict[str, Any], place: str
) -> None:
    found, mends = mend_event(raw({**OBJECT, **members}))
    assert mends
    with pytest.raises(MalformedError) as refused:
        check_event(found)
    assert str(refused.value).startswith(f"{place}: ")


def test_a_source_may_have_places_of_its_own() -> None:
    def locate(steps: Sequence[str | int]) -> str:
        return f"row 7, {'/'.join(map(str, steps))}"

    event = {**OBJECT, "sourceList": {"type": "x"}, "action": "add"}
    found, mends = mend_event(RawEvent(event, {}, locate))
    assert {m.place for m in mends} == {"row 7, action", "row 7, sourceList"}
    with pytest.raises(MalformedError, match=r"^row 7, sourceList: source is"):
        check_event(found)


# Sentences.


def test_every_rule_is_told_in_a_sentence() -> None:
    _, mends = mended(
        {
            **TRANSFORMATION,
            "bizStep": "urn:epcglobal:cbv:bizstep:repairing",
            "_comment": "x" * 200,
            "action": "ADD",
        }
    )
    assert [mend.says for mend in mends] == [
        (
            "$.bizStep: EPCIS 2.0 writes a standard word bare, not as a URN:"
            ' "urn:epcglobal:cbv:bizstep:repairing" became "repairing"'
        ),
        (
            "$._comment: a comment is no part of an event:"
            f' "{"x" * 99}... was left out'
        ),
        '$.action: a TransformationEvent has no action: "ADD" was left out',
    ]
    inserted = Mend("$.a", "offset-from-time", ABSENT, "+13:00")
    assert inserted.says.endswith(': "+13:00" was put in')


# The envelope.


def envelope(value: dict[str, Any]) -> tuple[Any, list[Mend]]:
    before = copy.deepcopy(value)
    found, notes = mend_envelope(value, json_path)
    assert value == before
    again, nothing = mend_envelope(found, json_path)
    assert (again, nothing.mends) == (found, [])
    assert notes.has_dropped_context == any(
        mend.rule == "context-dropped" for mend in notes.mends
    )
    return found, notes.mends


@pytest.mark.parametrize(
    "whole", [document(OBJECT), query_document(OBJECT), OBJECT, {"type": 1}]
)
def test_a_valid_envelope_stays(whole: dict[str, Any]) -> None:
    assert envelope(whole) == (whole, [])


@pytest.mark.parametrize(
    ("version", "text"), [(2.0, "2.0"), (2, "2"), (1.2, "1.2")]
)
def test_a_version_is_text(version: float, text: str) -> None:
    assert envelope(document(schemaVersion=version)) == (
        document(schemaVersion=text),
        [Mend("$.schemaVersion", "version-as-number", version, text)],
    )


@pytest.mark.parametrize("version", [True, ["2.0"]])
def test_what_is_no_version_stays(version: object) -> None:
    whole = document(schemaVersion=version)
    assert envelope(whole) == (whole, [])


def test_an_envelope_is_mended_on_every_level() -> None:
    body = {
        "$comment": 2,
        "queryResults": {
            "comment": 3,
            "subscriptionID": None,
            "queryName": "SimpleEventQuery",
            "resultsBody": {"_comment4": 4, "eventList": []},
        },
    }
    whole = {**query_document(), "_comment": 1, "sender": None}
    found, mends = envelope({**whole, "epcisBody": body})
    assert found == query_document()
    assert [m.place for m in mends] == [
        '$.epcisBody["$comment"]',
        "$.epcisBody.queryResults.comment",
        "$.epcisBody.queryResults.subscriptionID",
        "$.epcisBody.queryResults.resultsBody._comment4",
        "$._comment",
        "$.sender",
    ]


def test_one_event_is_a_list_of_one() -> None:
    whole = document(epcisBody={"eventList": OBJECT})
    found, notes = mend_envelope(whole, json_path)
    assert found == document(OBJECT)
    assert [m.rule for m in notes.mends] == ["single-in-list"]
    assert (
        notes.locate(("epcisBody", "eventList", 0, "action"))
        == "$.epcisBody.eventList.action"
    )


def test_an_envelope_loses_a_context_that_is_not_fetched() -> None:
    whole = document(**{"@context": [EPCIS_CONTEXT, ELSEWHERE, EXTENDED]})
    found, mends = envelope(whole)
    assert found == document()
    assert mends == [
        Mend("$.@context[1]", "context-dropped", ELSEWHERE, ABSENT)
    ]
