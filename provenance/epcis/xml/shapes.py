"""What stands where in the XML of an event: one table for reading and writing.

    <quantityList>                         "quantityList": [
      <quantityElement>                      {
        <epcClass>urn:epc:…</epcClass>         "epcClass": "urn:epc:…",
        <quantity>25.0</quantity>              "quantity": 25.0,
        <uom>KGM</uom>                         "uom": "KGM"
      </quantityElement>                     }
    </quantityList>                        ]

The order of members is that of the published schema of EPCIS 2.0
(`EPCglobal-epcis-2_0.xsd`), which writing keeps and reading does not ask for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from provenance.epcis.shapes import MEMBERS, QUANTITY_EVENT
from provenance.epcis.vocabulary import (
    BIZ_STEP,
    BIZ_TRANSACTION_TYPE,
    COMPONENT,
    DISPOSITION,
    ERROR_REASON,
    MEASUREMENT,
    SENSOR_ALERT,
    SOURCE_DEST_TYPE,
    Vocabulary,
)
from provenance.epcis.xml.values import (
    BOOLEAN,
    Id,
    Number,
    Scalar,
    TextType,
    Word,
)


@dataclass(frozen=True, slots=True)
class Many:
    """An element around elements *each*, every one of them a shape *of*.

    JSON has a list for it.
    """

    each: str
    of: "Shape"


@dataclass(frozen=True, slots=True)
class Again:
    """An element that comes any number of times, without one around them.

    JSON has a list for it, or, if it *may_be_single*, the one element itself.
    """

    of: "Shape"
    may_be_single: bool = False


@dataclass(frozen=True, slots=True)
class TypedElement:
    """An element with text, and a `type` beside it.

    JSON has an object whose member *name* is the text.
    """

    name: str
    value: Scalar
    type: Scalar


@dataclass(frozen=True, slots=True)
class Attributes:
    """An element without content: JSON's members are its attributes."""

    values: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Parts:
    """An element around others by name, in order.

    Attributes:
        fields: Name → shape.
        is_open: Whether extensions may stand among them.
        may_be_nil: The members that `xsi:nil` may call unspecified.
    """

    fields: Mapping[str, "Shape"]
    is_open: bool = True
    may_be_nil: frozenset[str] = frozenset()


Shape: TypeAlias = "Scalar | Many | Again | TypedElement | Attributes | Parts"


def _cbv(vocabulary: Vocabulary, urn: str) -> Word:
    short = vocabulary.stem.replace("https://ref.gs1.org/cbv/", "cbv:")
    return Word(
        vocabulary,
        (f"urn:epcglobal:cbv:{urn}:", short, vocabulary.stem),
    )


_TEXT = TextType()
_ID = Id()
_DISPOSITION = _cbv(DISPOSITION, "disp")
_SOURCE_DEST_TYPE = _cbv(SOURCE_DEST_TYPE, "sdt")
_NUMBER = Number(has_exponent=True)

_epcs = Many("epc", _ID)
_quantities = Many(
    "quantityElement",
    Parts(
        {
            "epcClass": _ID,
            "quantity": Number(has_exponent=False),
            "uom": _TEXT,
        },
        is_open=False,
        may_be_nil=frozenset({"quantity"}),
    ),
)
_place = Parts({"id": _ID})
_measured_by: Mapping[str, Scalar] = {
    "time": _TEXT,
    "deviceID": _ID,
    "deviceMetadata": _TEXT,
    "rawData": _TEXT,
    "dataProcessingMethod": _TEXT,
    "bizRules": _TEXT,
}
_sensor_report = Attributes(
    {
        **_measured_by,
        "type": Word(MEASUREMENT, ("gs1:", MEASUREMENT.stem)),
        "exception": Word(SENSOR_ALERT, (SENSOR_ALERT.stem,)),
        "microorganism": _TEXT,
        "chemicalSubstance": _TEXT,
        "coordinateReferenceSystem": _TEXT,
        "component": Word(COMPONENT, (COMPONENT.stem,)),
        "value": _NUMBER,
        "stringValue": TextType(keeps_space=True),
        "booleanValue": BOOLEAN,
        "hexBinaryValue": _TEXT,
        "uriValue": _TEXT,
        "minValue": _NUMBER,
        "maxValue": _NUMBER,
        "meanValue": _NUMBER,
        "sDev": _NUMBER,
        "percRank": _NUMBER,
        "percValue": _NUMBER,
        "uom": TextType(keeps_space=True),
    }
)

FIELDS: Mapping[str, Shape] = {
    "eventTime": _TEXT,
    "recordTime": _TEXT,
    "eventTimeZoneOffset": _TEXT,
    "eventID": _TEXT,
    "errorDeclaration": Parts(
        {
            "declarationTime": _TEXT,
            "reason": _cbv(ERROR_REASON, "er"),
            "correctiveEventIDs": Many("correctiveEventID", _TEXT),
        }
    ),
    "certificationInfo": Again(_TEXT, may_be_single=True),
    "parentID": _ID,
    "epcList": _epcs,
    "childEPCs": _epcs,
    "inputEPCList": _epcs,
    "inputQuantityList": _quantities,
    "outputEPCList": _epcs,
    "outputQuantityList": _quantities,
    "transformationID": _ID,
    "action": _TEXT,
    "bizStep": _cbv(BIZ_STEP, "bizstep"),
    "disposition": _DISPOSITION,
    "readPoint": _place,
    "bizLocation": _place,
    "bizTransactionList": Many(
        "bizTransaction",
        TypedElement("bizTransaction", _ID, _cbv(BIZ_TRANSACTION_TYPE, "btt")),
    ),
    "quantityList": _quantities,
    "childQuantityList": _quantities,
    "sourceList": Many(
        "source", TypedElement("source", _ID, _SOURCE_DEST_TYPE)
    ),
    "destinationList": Many(
        "destination", TypedElement("destination", _ID, _SOURCE_DEST_TYPE)
    ),
    "sensorElementList": Many(
        "sensorElement",
        Parts(
            {
                "sensorMetadata": Attributes(
                    {**_measured_by, "startTime": _TEXT, "endTime": _TEXT}
                ),
                "sensorReport": Again(_sensor_report),
            }
        ),
    ),
    "persistentDisposition": Parts(
        {"unset": Again(_DISPOSITION), "set": Again(_DISPOSITION)},
        is_open=False,
    ),
    "ilmd": Parts({}),
}
"""Member of an event → its shape, in the order that events are written in."""

_EVENT = Parts(FIELDS)
# What EPCIS 1 had in place of an ObjectEvent's quantityList; it is no event of
# EPCIS 2, and is read only to be mended or refused.
_QUANTITY_EVENT = Parts(
    {**FIELDS, "epcClass": _ID, "quantity": Number(has_exponent=False)}
)

EVENTS: Mapping[str, Parts] = {
    **dict.fromkeys(MEMBERS, _EVENT),
    QUANTITY_EVENT: _QUANTITY_EVENT,
}
"""Type of event → its shape, for the types that are EPCIS's own."""


def shape_of(kind: str) -> Parts:
    """Return the shape of events of type *kind*, whoever defines it."""
    return EVENTS.get(kind, _EVENT)


# Where a type of event differs from that order.
_FIRST: Mapping[str, tuple[str, ...]] = {
    "TransactionEvent": ("bizTransactionList", "parentID", "epcList"),
    "AssociationEvent": ("parentID", "childEPCs", "childQuantityList"),
}
_HEAD = 6


def order_of(kind: str) -> tuple[str, ...]:
    """Return the members of events of type *kind*, in the schema's order."""
    first = _FIRST.get(kind, ())
    names = tuple(FIELDS)
    rest = tuple(name for name in names[_HEAD:] if name not in first)
    return names[:_HEAD] + first + rest
