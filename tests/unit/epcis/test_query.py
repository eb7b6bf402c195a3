import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.encoding.strict_json import JSON
from provenance.epcis.event_hash import event_hash
from provenance.epcis.query import (
    EVENT_HASH,
    Between,
    Order,
    Subject,
    subject_of,
)
from provenance.epcis.query_parameters import (
    _CONTROLS,
    _EXACT,
    parse_query,
    parse_query_text,
)
from provenance.epcis.query_values import MAX_VALUES
from provenance.errors import MalformedError
from tests.support.query_cases import CASES, EVENTS, PREFIXES, Case, draft

CAN_WITH_WRONG_DIGIT = "https://id.gs1.org/01/09506000134353/21/1"
RECORDED = 1_770_000_000_000
"""2026-02-02T02:40:00Z, in ms since 1970."""


def subject(name: str) -> Subject:
    event = draft(name)
    return subject_of(
        event.body,
        event.items,
        record_time=RECORDED,
        event_hash=event_hash(EVENTS[name]),
    )


def found(parameters: dict[str, JSON]) -> list[str]:
    """Return the names of the events that match, in the order of the cases."""
    query = parse_query(parameters, prefixes=PREFIXES)
    return [name for name in EVENTS if query.matches(subject(name))]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_query_finds_just_the_events_that_the_standard_says(
    case: Case,
) -> None:
    parameters, names = case
    assert found(parameters) == names.split()


def test_every_parameter_with_a_name_of_its_own_has_a_case() -> None:
    asked = {name for parameters, _ in CASES for name in parameters}
    left = _EXACT.keys() - asked - {"GE_recordTime", "LT_recordTime"}
    assert not left


def test_every_family_of_parameters_has_a_case() -> None:
    asked = {name for parameters, _ in CASES for name in parameters}
    for family in (
        r"(EQ|GT|GE|LT|LE)_quantity(_[A-Z]+)?",
        r"EQ_(bizTransaction|source|destination)_.*",
        r"(EQ|GT|GE|LT|LE|EXISTS)_ex:.*",
        r"(EQ|GE|EXISTS)_ILMD_.*",
        r"(EQ|EXISTS)_INNER_(ex|ILMD|ERROR_DECLARATION|SENSOR\w+).*",
        r"(EQ|EXISTS)_ERROR_DECLARATION_.*",
        r"\w+_(SENSORELEMENT|SENSORMETADATA|SENSORREPORT)_.*",
    ):
        assert any(re.fullmatch(family, name) for name in asked), family


def test_record_times_are_those_of_the_ledger() -> None:
    everything = list(EVENTS)
    assert found({"GE_recordTime": "2026-02-02T02:40:00Z"}) == everything
    assert found({"LT_recordTime": "2026-02-02T02:40:00Z"}) == []
    assert found({"LT_recordTime": "2026-02-02T02:40:00.000001Z"}) == everything
    assert found({"GE_recordTime": "2026-02-02T02:40:00.000001Z"}) == []


def test_an_event_is_found_by_its_hash_however_that_is_typed() -> None:
    hash_id = event_hash(EVENTS["sent"])
    for typed in (
        hash_id,
        hash_id.removesuffix("?ver=CBV2.0"),
        hash_id.upper(),
    ):
        assert found({"EQ_eventHash": typed}) == ["sent"]
        assert found({"EQ_eventID": typed}) == ["sent"]
    assert parse_query({"EQ_eventID": hash_id}).asks_for_hash
    assert not parse_query({"EQ_eventID": "urn:uuid:1"}).asks_for_hash


def test_text_separates_values_by_a_bar() -> None:
    asked = parse_query_text(
        [("EQ_bizStep", "shipping|cbv:BizStep-packing"), ("perPage", "7")]
    )
    assert asked.per_page == 7
    assert [n for n in EVENTS if asked.matches(subject(n))] == [
        "packed",
        "sent",
    ]


def test_text_may_name_a_parameter_once_only() -> None:
    with pytest.raises(MalformedError, match=r"^EQ_action: it is there twice"):
        parse_query_text([("EQ_action", "ADD"), ("EQ_action", "DELETE")])


def test_prefixes_may_stand_in_the_query_itself() -> None:
    asked = parse_query({"@context": {"x": PREFIXES["ex"]}, "EQ_x:grade": "A"})
    assert asked.matches(subject("sent"))


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"EQ_bizstep": "shipping"}, "EQ_bizstep: .* did you mean EQ_bizStep"),
        ({"EQ_quantty": 1}, "EQ_quantty: .* did you mean EQ_quantity"),
        ({"bizStep": "x"}, "bizStep: .* did you mean EQ_bizStep"),
        ({"EQ_sourc_x": "x"}, "EQ_sourc_x: .* did you mean EQ_source_TYPE"),
        ({"Nonsense": 1}, "Nonsense: there is no such parameter"),
        ({"EQ_foo": 1}, "EQ_foo: there is no such parameter"),
        ({"EQ_ILMD_lot": "1"}, "EQ_ILMD_lot: there is no such parameter"),
        ({"EXISTS_bizStep": None}, "EXISTS_bizStep: there is no such"),
        ({"EQ_foo:bar": "1"}, "EQ_foo:bar: nobody defines the prefix"),
        ({"HASATTR_ex:a": "b"}, "HASATTR_ex:a: .* master data"),
        ({"EQATTR_ex:a_b": "b"}, "EQATTR_ex:a_b: .* master data"),
        ({"EQ_bizStep": "shiping"}, "EQ_bizStep: 'shiping' is no standard"),
        ({"EQ_bizStep": []}, "EQ_bizStep: write at least one value"),
        ({"EQ_bizStep": [""]}, "EQ_bizStep: each value is a text"),
        ({"EQ_bizStep": 5}, "EQ_bizStep: each value is a text"),
        ({"EQ_bizStep": {"a": 1}}, "EQ_bizStep: each value is a text"),
        ({"EQ_action": "Add"}, "EQ_action: 'Add' is not ADD"),
        ({"EQ_eventHash": "sha-256"}, "EQ_eventHash: 'sha-256' is no event"),
        ({"EQ_bizTransaction_xx": "urn:a:b"}, "EQ_bizTransaction_xx: 'xx' is"),
        ({"EQ_source_po": "urn:a:b"}, "EQ_source_po: 'po' is no standard"),
        ({"EQ_readPoint": "PO-1"}, "EQ_readPoint: 'PO-1' is no absolute URI"),
        ({"MATCH_epc": CAN_WITH_WRONG_DIGIT}, "MATCH_epc: .*check digit"),
        ({"GE_eventTime": "2026-01-01"}, "GE_eventTime: .* no time with its"),
        ({"GE_eventTime": "2026-02-30T00:00:00Z"}, "GE_eventTime: .* no time"),
        ({"GE_eventTime": 5}, 'GE_eventTime: "5" is no time'),
        ({"GE_eventTime": ["a", "b"]}, "GE_eventTime: write one value, not 2"),
        ({"GE_quantity": "x"}, 'GE_quantity: "x" is no number'),
        ({"GE_quantity": True}, "GE_quantity: .* is no number"),
        ({"GE_quantity": [1, 2]}, "GE_quantity: write one value"),
        ({"GE_quantity": 10**400}, "GE_quantity: the number is too large"),
        ({"EQ_quantity": "9" * 42}, "EQ_quantity: .* is no number"),
        ({"EQ_quantity": "1e999"}, "EQ_quantity: .* is no number"),
        ({"GT_ex:a": "abc"}, 'GT_ex:a: "abc" is no number and no time'),
        ({"EQ_ex:a": [{}]}, "EQ_ex:a: write a text, a number"),
        ({"EXISTS_ex:a": "maybe"}, "EXISTS_ex:a: write true"),
        ({"EQ_booleanValue": "yes"}, 'EQ_booleanValue: "yes" is not true'),
        ({"EQ_booleanValue": {}}, "EQ_booleanValue: .* is not true"),
        ({"orderBy": "foo"}, "orderBy: 'foo' is no field"),
        ({"orderBy": "zz:foo"}, "orderBy: nobody defines the prefix"),
        ({"orderDirection": "UP"}, "orderDirection: 'UP' is not ASC or DESC"),
        ({"perPage": 0}, "perPage: write a whole number from 1 to 1000"),
        ({"perPage": "1001"}, "perPage: write a whole number"),
        ({"perPage": "9" * 30}, "perPage: write a whole number"),
        ({"perPage": True}, "perPage: write a whole number"),
        ({"perPage": "²"}, "perPage: write a whole number"),
        ({"maxEventCount": -1}, "maxEventCount: write a whole number"),
        ({"nextPageToken": 5}, "nextPageToken: each value is a text"),
        ({"eventCountLimit": 5}, "eventCountLimit: it needs orderBy"),
        (
            {"orderBy": "eventTime", "eventCountLimit": 5, "maxEventCount": 5},
            "eventCountLimit: it cannot stand beside maxEventCount",
        ),
        ({"@context": "https://evil.example/"}, "@context: the context"),
        (
            {"EQ_eventID": ["urn:a:b"] * (MAX_VALUES + 1)},
            "EQ_eventID: it has 10001 values",
        ),
        ({"a\x1b[2Jb": 1}, r"a\\u001b\[2Jb: there is no such"),
    ],
    ids=str,
)  # fmt: skip
def test_a_query_that_cannot_be_meant_is_refused_by_name(
    parameters: dict[str, JSON], says: str
) -> None:
    with pytest.raises(MalformedError, match=rf"^{says}"):
        parse_query(parameters, prefixes=PREFIXES)


def test_controls_are_kept() -> None:
    asked = parse_query(
        {
            "orderBy": "recordTime",
            "orderDirection": "ASC",
            "eventCountLimit": "12",
            "perPage": [5],
            "nextPageToken": "abc",
        }
    )
    assert asked.order == Order("recordTime", is_descending=False)
    assert (asked.limit, asked.at_most) == (12, None)
    assert (asked.per_page, asked.page_token) == (5, "abc")
    assert parse_query({"maxEventCount": 3}).at_most == 3
    assert _CONTROLS.keys() >= {"perPage", "nextPageToken"}


def test_a_digest_tells_queries_apart_and_not_their_spellings() -> None:
    one = parse_query_text(
        [("EQ_bizStep", "shipping|packing"), ("GE_quantity", "5")]
    )
    other = parse_query(
        {"GE_quantity": 5.0, "EQ_bizStep": ["cbv:BizStep-packing", "shipping"]}
    )
    assert one.digest == other.digest
    paged = parse_query_text([("perPage", "7"), ("nextPageToken", "x")])
    assert paged.digest == parse_query({}).digest
    different: list[dict[str, JSON]] = [
        {},
        {"EQ_bizStep": "packing"},
        {"EQ_disposition": "active"},
        {"GE_quantity": 5},
        {"GT_quantity": 5},
        {"MATCH_epc": "urn:epc:idpat:sscc:9506000.*"},
        {"MATCH_parentID": "urn:epc:idpat:sscc:9506000.*"},
        {"MATCH_parentID": "urn:a:b"},
        {"orderBy": "recordTime"},
        {"orderDirection": "ASC"},
        {"orderBy": "eventTime", "eventCountLimit": 3},
        {"maxEventCount": 3},
    ]
    digests = {parse_query(parameters).digest for parameters in different}
    assert len(digests) == len(different)


def test_numbers_beyond_what_signed_bytes_hold_are_compared() -> None:
    assert found({"LT_quantity": 10**30}) == ["made", "packed", "turned"]
    assert found({"GT_quantity": -(10**30)}) == ["made", "packed", "turned"]


@given(
    st.integers(-5, 5) | st.none(),
    st.integers(-5, 5) | st.none(),
    st.booleans(),
    st.integers(-6, 6),
)
def test_bounds_are_those_of_arithmetic(
    low: int | None, high: int | None, is_open: bool, number: int
) -> None:
    includes = Between("x", low, high, is_open).includes(number)
    if is_open:
        assert includes == (
            (low is None or low < number) and (high is None or number < high)
        )
    else:
        assert includes == (
            (low is None or low <= number) and (high is None or number <= high)
        )


@pytest.mark.parametrize(
    ("name", "path", "descending", "ascending"),
    [
        ("sent", "eventTime", (1, 1767434400000000), (1, 1767434400000000)),
        ("sent", "recordTime", (1, RECORDED * 1000), (1, RECORDED * 1000)),
        ("sent", "https://ns.example/epcis/grade", (2, "A"), (2, "A")),
        ("sent", "https://ns.example/epcis/weight", (0, 12.5), (0, 12.5)),
        ("sent", "https://ns.example/epcis/due", (1, 1769857200000000), (1, 1769857200000000)),
        ("sent", "https://ns.example/epcis/tags", (2, "cold"), (2, "7")),
        ("made", "https://ns.example/epcis/grade", (-1, 0), (3, 0)),
    ],
)  # fmt: skip
def test_events_are_sorted_by_any_field_and_last_without_it(
    name: str, path: str, descending: object, ascending: object
) -> None:
    facts = subject(name).facts
    assert Order(path).key_of(facts) == descending
    assert Order(path, is_descending=False).key_of(facts) == ascending


def test_a_subject_without_its_hash_is_found_by_anything_else() -> None:
    event = draft("sent")
    plain = subject_of(event.body, event.items, record_time=RECORDED)
    assert not any(path == EVENT_HASH for path, _ in plain.facts.texts)
    assert parse_query({"EQ_bizStep": "shipping"}).matches(plain)


@pytest.mark.parametrize(
    ("name", "bare", "spellings"),
    [
        (
            "EQ_bizStep",
            "shipping",
            [
                "urn:epcglobal:cbv:bizstep:shipping",
                "cbv:BizStep-shipping",
                "https://ref.gs1.org/cbv/BizStep-shipping",
                "https://ns.gs1.org/cbv/BizStep-shipping",
            ],
        ),
        (
            "EQ_disposition",
            "in_transit",
            [
                "urn:epcglobal:cbv:disp:in_transit",
                "https://ref.gs1.org/cbv/Disp-in_transit",
            ],
        ),
        (
            "EQ_persistentDisposition_set",
            "expired",
            ["urn:epcglobal:cbv:disp:expired"],
        ),
        (
            "EQ_errorReason",
            "did_not_occur",
            ["urn:epcglobal:cbv:er:did_not_occur"],
        ),
        (
            "EQ_type",
            "Temperature",
            ["gs1:Temperature", "https://gs1.org/voc/Temperature"],
        ),
    ],
)
def test_a_word_may_be_asked_for_in_every_spelling_of_gs1(
    name: str, bare: str, spellings: list[str]
) -> None:
    for spelling in spellings:
        assert parse_query({name: spelling}) == parse_query({name: bare})
    with pytest.raises(MalformedError, match=name):
        parse_query({name: f"cbv {bare}"})


def test_the_type_in_a_parameter_may_be_a_urn_as_well() -> None:
    ids = "urn:epcglobal:cbv:bt:9506000000002:1"
    for kind, word, urn in (
        ("bizTransaction", "po", "urn:epcglobal:cbv:btt:po"),
        ("source", "owning_party", "urn:epcglobal:cbv:sdt:owning_party"),
        ("destination", "location", "https://ref.gs1.org/cbv/SDT-location"),
    ):
        assert parse_query({f"EQ_{kind}_{urn}": ids}) == parse_query(
            {f"EQ_{kind}_{word}": ids}
        )
