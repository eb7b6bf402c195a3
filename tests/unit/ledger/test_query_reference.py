"""Any events, any queries: the index, the matcher and the reference agree."""

import pathlib
import tempfile
from typing import Any
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.epcis.draft import RawEvent, check_event
from provenance.errors import MalformedError
from provenance.intake.prepare import prepare_event
from provenance.store import index_scan
from tests.ledger_world import START
from tests.support import query_reference as reference
from tests.support.query_world import PREFIXES, QueryWorld

TIMES = [
    "2026-01-01T10:00:00Z",
    "2026-01-01T10:00:00.000001Z",
    "2026-01-01T23:00:00+13:00",
    "2026-01-01T09:00:00.5Z",
    "2026-01-02T00:00:00-05:00",
    "2026-01-05T00:00:00Z",
]
RECORD_TIMES = [
    f"2026-02-02T02:40:{second:02}{fraction}Z"
    for second in range(4)
    for fraction in ("", ".000001")
]
STEPS = ["shipping", "cbv:BizStep-shipping", "packing", "receiving"]
STEPS += ["https://ref.gs1.org/cbv/BizStep-packing"]
DISPOSITIONS = ["in_transit", "cbv:Disp-in_transit", "active"]
UNITS = [
    "urn:epc:id:sgtin:9506000.013435.1",
    "https://id.gs1.org/01/09506000134352/21/1",
    "https://shop.example/01/09506000134352/21/1",
    "urn:epc:id:sgtin:9506000.013435.02",
    "urn:epc:id:sgtin:9506000.113435.1",
]
CARTONS = [
    "urn:epc:id:sscc:9506000.0000000001",
    "https://id.gs1.org/00/095060000000000015",
    "https://id.gs1.org/00/095060000000000022",
]
PATTERNS = [
    "urn:epc:idpat:sgtin:9506000.013435.*",
    "https://id.gs1.org/01/09506000134352",
    "urn:epc:idpat:sscc:9506000.*",
]
CLASSES = [
    "urn:epc:class:lgtin:9506000.013435.L7",
    "https://id.gs1.org/01/09506000134352/10/L7",
    "https://id.gs1.org/01/09506000134352",
    "urn:epc:idpat:sgtin:9506000.013435.*",
]
PLACES = [
    "urn:epc:id:sgln:9506000.00001.0",
    "https://id.gs1.org/414/9506000000015",
    "urn:epc:id:sgln:9506000.00001.a",
    "https://id.gs1.org/414/9506000000022",
]
ORDERS = ["urn:po:1", "urn:po:2"]
VALUES: list[Any] = [
    "a", "b", "7", "007", "12.5", 7, 12.5, -1, True, ["a", 7], ["12.5"],
    "2026-01-01T10:00:00Z", "2026-01-01T11:00:00+01:00", {"ex:inner": "a"},
    {"ex:inner": {"ex:note": 7}}, [{"ex:note": "a"}], {}, [], "",
]  # fmt: skip
ASKED: list[Any] = ["a", "b", "007", 7, 12.5, 0, "2026-01-01T10:00:00Z"]
COMPARED: list[Any] = [7, 12.5, 0, "2026-01-01T10:30:00Z"]
CONCEALABLE = [
    "/bizLocation", "/sourceList", "/readPoint", "/ex:size", "/ilmd/ex:size",
]  # fmt: skip

one = st.sampled_from


def some(values: list[Any], *, at_least: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(
        one(values),
        min_size=at_least,
        max_size=3,
        unique_by=lambda value: str(reference.same(value)),
    )


def quantities() -> st.SearchStrategy[Any]:
    element = st.fixed_dictionaries(
        {"epcClass": one(CLASSES[:3])},
        optional={"quantity": one([1, 5, 7.5])},
    )
    weighed = st.fixed_dictionaries(
        {"epcClass": one(CLASSES[:3]), "quantity": one([1, 5, 7.5])},
        optional={"uom": one(["KGM", "LTR"])},
    )
    return st.lists(
        element | weighed,
        min_size=1,
        max_size=2,
        unique_by=lambda e: (reference.same(e["epcClass"]), e.get("uom")),
    )


COMMON = {
    "bizStep": one(STEPS),
    "disposition": one(DISPOSITIONS),
    "readPoint": st.fixed_dictionaries({"id": one(PLACES)}),
    "bizLocation": st.fixed_dictionaries({"id": one(PLACES)}),
    "bizTransactionList": st.lists(
        st.fixed_dictionaries(
            {"bizTransaction": one(ORDERS)},
            optional={"type": one(["po", "cbv:BTT-po", "inv"])},
        ),
        max_size=1,
    ),
    "sourceList": st.lists(
        st.fixed_dictionaries(
            {
                "source": one(PLACES),
                "type": one(["location", "cbv:SDT-location", "owning_party"]),
            }
        ),
        max_size=1,
    ),
    "sensorElementList": st.lists(
        st.fixed_dictionaries(
            {
                "sensorReport": st.lists(
                    st.fixed_dictionaries(
                        {
                            "type": st.just("Temperature"),
                            "value": one([3, 7.5]),
                            "uom": one(["CEL", "FAH"]),
                        }
                    ),
                    min_size=1,
                    max_size=2,
                )
            }
        ),
        max_size=1,
    ),
    "errorDeclaration": st.just({"declarationTime": TIMES[0]}),
    "ex:size": one(VALUES),
    "ex:note": one(VALUES),
}


def made(
    kind: str, needed: dict[str, Any], optional: dict[str, Any] | None = None
) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "type": st.just(kind),
            "eventTime": one(TIMES),
            "eventTimeZoneOffset": st.just("+00:00"),
            **needed,
        },
        optional=COMMON | (optional or {}),
    )


def is_of_its_form(event: dict[str, Any]) -> bool:
    """Return whether no item stands in two lists of *event*."""
    try:
        prepare_event(check_event(RawEvent(event, PREFIXES, str)))
    except MalformedError:
        return False
    return True


EVENTS = st.one_of(
    made(
        "ObjectEvent",
        {"action": one(["OBSERVE", "DELETE"]), "epcList": some(UNITS, at_least=1)},
        {"quantityList": quantities()},
    ),
    made(
        "ObjectEvent",
        {"action": st.just("ADD"), "epcList": some(UNITS, at_least=1)},
        {
            "ilmd": st.fixed_dictionaries(
                {"cbvmda:lotNumber": one(["a", "007"])},
                optional={"ex:size": one(VALUES)},
            ),
            "persistentDisposition": st.just({"set": ["in_transit"]}),
        },
    ),
    made(
        "AggregationEvent",
        {
            "action": one(["ADD", "DELETE"]),
            "parentID": one(CARTONS),
            "childEPCs": some(UNITS + CARTONS[2:], at_least=1),
        },
        {"childQuantityList": quantities()},
    ),
    made(
        "TransformationEvent",
        {"inputEPCList": some(UNITS, at_least=1), "outputQuantityList": quantities()},
        {"outputEPCList": some(UNITS, at_least=1), "inputQuantityList": quantities()},
    ),
).filter(is_of_its_form)  # fmt: skip

GROUPS: list[dict[str, st.SearchStrategy[Any]]] = [
    {
        "eventType": some(["ObjectEvent", "AggregationEvent"], at_least=1),
        "EQ_action": some(["ADD", "OBSERVE", "DELETE"], at_least=1),
        "EQ_bizStep": some(STEPS, at_least=1),
        "EQ_disposition": some(DISPOSITIONS, at_least=1),
        "EQ_persistentDisposition_set": some(DISPOSITIONS, at_least=1),
        "EXISTS_errorDeclaration": st.just(True),
    },
    {
        f"{operator}_{field}": some(PLACES, at_least=1)
        for operator in ("EQ", "WD")
        for field in ("readPoint", "bizLocation")
    },
    {f"{op}_eventTime": one(TIMES) for op in ("GE", "LT")},
    {f"{op}_recordTime": one(RECORD_TIMES) for op in ("GE", "LT")},
    {
        name: some(UNITS + CARTONS + PATTERNS, at_least=1)
        for name in reference.ITEM_LISTS
    },
    {name: some(CLASSES, at_least=1) for name in reference.CLASS_LISTS},
    {
        f"{op}_quantity{uom}": one([1, 5, 7.5])
        for op in ("EQ", "GT", "GE", "LT", "LE")
        for uom in ("", "_KGM")
    },
    {
        "EQ_bizTransaction_po": some(ORDERS, at_least=1),
        "EQ_bizTransaction_": some(ORDERS, at_least=1),
        "EQ_source_location": some(PLACES, at_least=1),
        "GE_value_CEL": one([3, 5, 8]),
        "EQ_value_FAH": one([3, 5]),
    },
    {
        f"{op}_{area}{name}": one(ASKED if op == "EQ" else COMPARED)
        for op in ("EQ", "GT", "GE", "LT", "LE")
        for area, name in (
            ("", "ex:size"), ("", "same:size"), ("ILMD_", "ex:size"),
            ("ILMD_", "cbvmda:lotNumber"), ("INNER_", "ex:inner"),
            ("INNER_", "ex:note"),
        )
    },
    {
        f"EXISTS_{area}": st.none()
        for area in ("ex:size", "ILMD_ex:size", "INNER_ex:inner")
    },
]  # fmt: skip
CONTROLS = {
    "orderBy": one(["eventTime", "recordTime", "ex:size", "same:size"]),
    "orderDirection": one(["ASC", "DESC"]),
    "perPage": st.integers(1, 4),
    "eventCountLimit": st.integers(1, 6),
}


@st.composite
def queries(draw: st.DrawFn) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    for group in draw(st.lists(one(GROUPS), max_size=2)):
        name = draw(one(sorted(group)))
        asked[name] = draw(group[name])
    for name in draw(st.lists(one(sorted(CONTROLS)), max_size=4, unique=True)):
        asked[name] = draw(CONTROLS[name])
    if "orderBy" not in asked:
        asked.pop("eventCountLimit", None)
    return asked


def visible(
    event: dict[str, Any], concealed: list[str], revealed: list[str]
) -> dict[str, Any]:
    rest = dict(event)
    for pointer in set(concealed) - set(revealed):
        name, _, deeper = pointer[1:].partition("/")
        if deeper and name in rest:
            rest[name] = {k: v for k, v in rest[name].items() if k != deeper}
        elif not deeper:
            rest.pop(name, None)
    return rest


LIMITS: dict[str, dict[str, Any]] = {
    "looked up": {"_FEW": 5_000},
    "in order": {
        "_FEW": 0, "_BOUNDS": (0, 2), "_FIRST_CHUNK": 1, "_LARGEST_CHUNK": 2,
    },
}  # fmt: skip
"""Which ways the index takes: all of them have to come to the same."""


@settings(max_examples=50)
@given(
    batches=st.lists(
        st.tuples(
            st.lists(EVENTS, min_size=1, max_size=5),
            st.lists(one(CONCEALABLE), max_size=2, unique=True),
        ),
        max_size=5,
    ),
    asked=st.lists(queries(), min_size=10, max_size=20),
    revealed=st.lists(one(CONCEALABLE), max_size=2, unique=True),
    limits=one(sorted(LIMITS)),
)
def test_every_answer_is_that_of_the_reference(
    batches: list[tuple[list[dict[str, Any]], list[str]]],
    asked: list[dict[str, Any]],
    revealed: list[str],
    limits: str,
) -> None:
    with (
        tempfile.TemporaryDirectory() as name,
        mock.patch.multiple(index_scan, **LIMITS[limits]),
    ):
        world = QueryWorld(pathlib.Path(name))
        shown: list[dict[str, Any]] = []
        seen: list[dict[str, Any]] = []
        for said, concealed in batches:
            # No query is about this; without it some would be said twice.
            numbers = range(len(shown), len(shown) + len(said))
            events = [
                {**event, "ex:number": number}
                for event, number in zip(said, numbers, strict=True)
            ]
            world.log(*events, conceal=concealed)
            shown += [visible(event, concealed, []) for event in events]
            seen += [visible(event, concealed, revealed) for event in events]
        with world.queries() as queries:
            for parameters in asked:
                for events, reveal in ((shown, []), (seen, revealed)):
                    assert world.ask_all(
                        queries, parameters, reveal
                    ) == reference.answer(events, world.recorded, parameters)
        world.ledger.close()


def test_the_reference_knows_when_things_are_recorded() -> None:
    # RECORD_TIMES are about these.
    assert reference.when(RECORD_TIMES[0]).timestamp() * 1000 == START
