"""What SimpleEventQuery means, said again: slow, obvious, over all events.

It works on EPCIS JSON as it was written, before any of it was logged, and
shares no line with the library: what two spellings mean the same is a table
of the few that the tests use.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

Event = Mapping[str, Any]

NAMESPACE = "https://ns.example/epcis/"
LOT_NUMBER = "urn:epcglobal:cbv:mda:lotNumber"

SAME = {
    "cbv:BizStep-shipping": "shipping",
    "https://ref.gs1.org/cbv/BizStep-shipping": "shipping",
    "https://ref.gs1.org/cbv/BizStep-packing": "packing",
    "cbv:Disp-in_transit": "in_transit",
    "urn:epc:id:sgtin:9506000.013435.1": "https://id.gs1.org/01/09506000134352/21/1",
    "urn:epc:id:sgtin:9506000.013435.02": "https://id.gs1.org/01/09506000134352/21/02",
    "https://shop.example/01/09506000134352/21/1": "https://id.gs1.org/01/09506000134352/21/1",
    "urn:epc:id:sgtin:9506000.113435.1": "https://id.gs1.org/01/19506000134359/21/1",
    "urn:epc:id:sscc:9506000.0000000001": "https://id.gs1.org/00/095060000000000015",
    "urn:epc:class:lgtin:9506000.013435.L7": "https://id.gs1.org/01/09506000134352/10/L7",
    "urn:epc:idpat:sgtin:9506000.013435.*": "https://id.gs1.org/01/09506000134352",
    "urn:epc:id:sgln:9506000.00001.0": "https://id.gs1.org/414/9506000000015",
    "urn:epc:id:sgln:9506000.00001.a": "https://id.gs1.org/414/9506000000015/254/a",
    "cbv:BTT-po": "po",
    "cbv:SDT-location": "location",
    "ex:size": NAMESPACE + "size",
    "same:size": NAMESPACE + "size",
    "ex:inner": NAMESPACE + "inner",
    "ex:note": NAMESPACE + "note",
    "cbvmda:lotNumber": LOT_NUMBER,
}
"""Spelling → the one that stands for all."""

ITEM_LISTS = {
    "MATCH_epc": ["epcList", "childEPCs"],
    "MATCH_parentID": ["parentID"],
    "MATCH_inputEPC": ["inputEPCList"],
    "MATCH_outputEPC": ["outputEPCList"],
    "MATCH_anyEPC": [
        "epcList", "childEPCs", "parentID", "inputEPCList", "outputEPCList",
    ],
}  # fmt: skip
CLASS_LISTS = {
    "MATCH_epcClass": ["quantityList", "childQuantityList"],
    "MATCH_inputEPCClass": ["inputQuantityList"],
    "MATCH_outputEPCClass": ["outputQuantityList"],
    "MATCH_anyEPCClass": [
        "quantityList", "childQuantityList", "inputQuantityList",
        "outputQuantityList",
    ],
}  # fmt: skip
COMPARE = {
    "EQ": lambda a, b: a == b,
    "GT": lambda a, b: a > b,
    "GE": lambda a, b: a >= b,
    "LT": lambda a, b: a < b,
    "LE": lambda a, b: a <= b,
}


def same(text: Any) -> Any:
    return SAME.get(text, text) if isinstance(text, str) else text


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def members(value: Mapping[str, Any]) -> dict[str, Any]:
    return {same(name): member for name, member in value.items()}


def inner_members(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the members at any depth of an extension's value."""
    if isinstance(value, list):
        for element in value:
            yield from inner_members(element)
    if isinstance(value, dict):
        for name, member in value.items():
            yield same(name), member
            yield from inner_members(member)


def each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def fits(unit: str, wanted: str) -> bool:
    """Return whether a unit is the one wanted, or one of its product."""
    unit, wanted = same(unit), same(wanted)
    if wanted.startswith("urn:epc:idpat:sscc:9506000."):
        return unit.startswith("https://id.gs1.org/00/09506000")
    if wanted.count("/") == 4 and "/01/" in wanted:
        return unit.startswith(wanted + "/21/")
    return unit == wanted


def compares(operator: str, value: Any, wanted: Any) -> bool:
    """Return whether an extension's value compares so with what is wanted."""
    if isinstance(value, list):
        return any(compares(operator, element, wanted) for element in value)
    if operator == "EXISTS":
        return value not in (None, "", [], {})
    if is_number(value) and is_number(wanted):
        return bool(COMPARE[operator](value, wanted))
    if isinstance(value, str) and is_number(wanted):
        # The texts that the tests use spell a number, or none at all.
        spelled = value.replace(".", "", 1).isdecimal() and value[0] != "0"
        return spelled and bool(COMPARE[operator](float(value), wanted))
    if isinstance(value, str) and isinstance(wanted, str):
        if operator == "EQ" and value == wanted:
            return True
        if "T" in value and "T" in wanted:
            return bool(COMPARE[operator](when(value), when(wanted)))
    return False


def holds(event: Event, recorded: datetime, name: str, wanted: Any) -> bool:
    """Return whether one parameter with one of its values holds."""
    said = members(event)
    operator, _, field = name.partition("_")
    if name == "eventType":
        return bool(event["type"] == wanted)
    if field == "eventTime":
        return bool(COMPARE[operator](when(event["eventTime"]), when(wanted)))
    if field == "recordTime":
        return bool(COMPARE[operator](recorded, when(wanted)))
    if field in {"action", "bizStep", "disposition", "eventID"}:
        return field in event and same(event[field]) == same(wanted)
    if field in {"readPoint", "bizLocation"}:
        if field not in event:
            return False
        place, wanted = same(event[field]["id"]), same(wanted)
        return place == wanted or (
            operator == "WD" and place.startswith(wanted + "/254/")
        )
    if name in ITEM_LISTS:
        return any(
            fits(unit, wanted)
            for list_name in ITEM_LISTS[name]
            if list_name in event
            for unit in each(event[list_name])
        )
    if name in CLASS_LISTS:
        return any(
            same(element["epcClass"]) == same(wanted)
            for list_name in CLASS_LISTS[name]
            for element in event.get(list_name, [])
        )
    if field.startswith("quantity"):
        uom = field.partition("_")[2]
        return any(
            COMPARE[operator](element["quantity"], wanted)
            for list_name in CLASS_LISTS["MATCH_anyEPCClass"]
            for element in event.get(list_name, [])
            if "quantity" in element and uom in {"", element.get("uom")}
        )
    if field == "errorDeclaration":
        return field in event
    if field.startswith(("bizTransaction_", "source_", "destination_")):
        key, _, kind = field.partition("_")
        return any(
            same(element.get("type", "")) == same(kind)
            and same(element[key]) == same(wanted)
            for element in event.get(f"{key}List", [])
        )
    if field == "persistentDisposition_set":
        given = event.get("persistentDisposition", {}).get("set", [])
        return same(wanted) in map(same, given)
    if field.startswith("value_"):
        return any(
            report["uom"] == field.partition("_")[2]
            and COMPARE[operator](report["value"], wanted)
            for element in event.get("sensorElementList", [])
            for report in element["sensorReport"]
        )
    if field.startswith("ILMD_"):
        ilmd = members(event.get("ilmd", {}))
        full = same(field.removeprefix("ILMD_"))
        return full in ilmd and compares(operator, ilmd[full], wanted)
    if field.startswith("INNER_"):
        full = same(field.removeprefix("INNER_"))
        return any(
            inner == full and compares(operator, value, wanted)
            for member, outer in said.items()
            if ":" in member
            for inner, value in inner_members(outer)
        )
    assert ":" in field, f"the reference knows no {name}"
    full = same(field)
    return full in said and compares(operator, said[full], wanted)


def sort_key(
    event: Event, recorded: datetime, by: str, *, is_descending: bool
) -> tuple[int, Any]:
    if by == "eventTime":
        return 0, when(event["eventTime"])
    if by == "recordTime":
        return 0, recorded
    keys: list[tuple[int, Any]] = []
    for value in each(members(event).get(same(by), [])):
        if is_number(value):
            keys.append((1, value))
        elif isinstance(value, str) and "T" in value:
            keys.append((2, when(value)))
        elif isinstance(value, bool):
            keys.append((3, str(value).lower()))
        elif isinstance(value, str) and value:
            keys.append((3, value))
    # A time counts as such alone; of several values the first one counts.
    times = [key for key in keys if key[0] == 2]
    keys = [key for key in keys if key[0] != 3] if times else keys
    if not keys:
        return (0, 0) if is_descending else (9, 0)
    return max(keys) if is_descending else min(keys)


def answer(
    events: Sequence[Event],
    recorded: Sequence[int],
    parameters: Mapping[str, Any],
) -> list[int]:
    """Return which of *events* are found, in order.

    Args:
        events: In the order of the log.
        recorded: When each was logged, in ms since 1970.
        parameters: Of the query; values in lists.
    """
    moments = [
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment)
        for moment in recorded
    ]
    controls = {"orderBy", "orderDirection", "eventCountLimit", "perPage"}
    found = [
        number
        for number, event in enumerate(events)
        if all(
            any(
                holds(event, moments[number], name, wanted)
                for wanted in each(values)
            )
            for name, values in parameters.items()
            if name not in controls
        )
    ]
    by = parameters.get("orderBy", "eventTime")
    is_descending = parameters.get("orderDirection", "DESC") == "DESC"
    found.sort(
        key=lambda number: (
            sort_key(
                events[number],
                moments[number],
                by,
                is_descending=is_descending,
            ),
            number,
        ),
        reverse=is_descending,
    )
    return found[: parameters.get("eventCountLimit")]
