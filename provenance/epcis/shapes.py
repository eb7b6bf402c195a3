"""The types of EPCIS events: which members each has, and which it needs.

    ObjectEvent          items were put into being, seen, or retired
    AggregationEvent     items went into a container, or came out of it
    AssociationEvent     the same, for parts that stay: a sensor, a wheel
    TransactionEvent     items were tied to an order or another document
    TransformationEvent  inputs were used up and outputs came into being

A type of somebody's own may have any member, and needs none of them.
"""

from collections.abc import Callable, Mapping

from provenance.encoding.strict_json import JSON
from provenance.epcis.readers import ValueFault, require_members

EPC_LISTS = frozenset({"epcList", "childEPCs", "inputEPCList", "outputEPCList"})
QUANTITY_LISTS = frozenset(
    {"quantityList", "childQuantityList", "inputQuantityList",
     "outputQuantityList"}
)  # fmt: skip
ITEM_MEMBERS = EPC_LISTS | QUANTITY_LISTS | {"parentID"}
"""The members of an event that name items."""

_EVERY = frozenset(
    {"type", "eventTime", "eventTimeZoneOffset", "eventID",
     "certificationInfo", "errorDeclaration", "recordTime", "@context"}
)  # fmt: skip
_WHY_AND_WHERE = frozenset(
    {"bizStep", "disposition", "readPoint", "bizLocation",
     "bizTransactionList", "sourceList", "destinationList",
     "sensorElementList"}
)  # fmt: skip
_CONTAINER = frozenset({"action", "parentID", "childEPCs", "childQuantityList"})

MEMBERS: Mapping[str, frozenset[str]] = {
    kind: own | _EVERY | _WHY_AND_WHERE
    for kind, own in {
        "ObjectEvent": frozenset(
            {"action", "epcList", "quantityList", "persistentDisposition",
             "ilmd"}
        ),
        "AggregationEvent": _CONTAINER,
        "AssociationEvent": _CONTAINER,
        "TransactionEvent": frozenset(
            {"action", "parentID", "epcList", "quantityList"}
        ),
        "TransformationEvent": frozenset(
            {"inputEPCList", "inputQuantityList", "outputEPCList",
             "outputQuantityList", "transformationID",
             "persistentDisposition", "ilmd"}
        ),
    }.items()
}  # fmt: skip
"""Type of event → the members it may have, besides extensions."""

QUANTITY_EVENT = "QuantityEvent"
"""The type of event that EPCIS 2 no longer has."""

ALL_MEMBERS = frozenset().union(*MEMBERS.values())


def _count(event: Mapping[str, JSON], *names: str) -> int:
    """Return how many elements the lists *names* have together."""
    return sum(
        len(found) for n in names if isinstance(found := event.get(n), list)
    )


def _require_object(event: Mapping[str, JSON]) -> None:
    require_members(event, ("action",))
    senses = _count(event, "sensorElementList") and "readPoint" in event
    if not ("epcList" in event or _count(event, "quantityList") or senses):
        raise ValueFault(
            "an ObjectEvent has an epcList, a quantityList, or sensor data"
            " with a readPoint: add one of these"
        )
    if "ilmd" in event and event["action"] != "ADD":
        raise ValueFault(
            "only an ObjectEvent with action ADD has ilmd: leave it out, or"
            " say it in the event that put the items into being"
        )


def _require_container(event: Mapping[str, JSON]) -> None:
    require_members(event, ("action",))
    kind, does = event["type"], event["action"]
    if does != "DELETE" and not _count(event, "childEPCs", "childQuantityList"):
        raise ValueFault(
            f"an {kind} that is no DELETE has childEPCs or a"
            " childQuantityList: name at least one child"
        )
    if "parentID" not in event and (
        does != "OBSERVE" or kind == "AssociationEvent"
    ):
        raise ValueFault(
            f"an {kind} with action {does} has a parentID: name the container"
        )


def _require_transaction(event: Mapping[str, JSON]) -> None:
    require_members(event, ("action", "bizTransactionList"))
    if not _count(event, "bizTransactionList"):
        raise ValueFault(
            "a TransactionEvent names a business transaction: add one to"
            " bizTransactionList"
        )
    if (
        event["action"] != "DELETE"
        and "epcList" not in event
        and not _count(event, "quantityList")
    ):
        raise ValueFault(
            "a TransactionEvent that is no DELETE has an epcList or a"
            " quantityList: add one of these"
        )


def _require_transformation(event: Mapping[str, JSON]) -> None:
    inputs = _count(event, "inputEPCList", "inputQuantityList")
    outputs = _count(event, "outputEPCList", "outputQuantityList")
    whole = bool(inputs and outputs)
    if not (whole or ("transformationID" in event and inputs + outputs)):
        raise ValueFault(
            "a TransformationEvent has inputs and outputs, or one of them and"
            " a transformationID: add what is missing"
        )


RULES: Mapping[str, Callable[[Mapping[str, JSON]], None]] = {
    "ObjectEvent": _require_object,
    "AggregationEvent": _require_container,
    "AssociationEvent": _require_container,
    "TransactionEvent": _require_transaction,
    "TransformationEvent": _require_transformation,
}
"""Type of event → the check of what it needs beyond its single members."""
