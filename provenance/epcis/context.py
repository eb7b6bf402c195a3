"""The `@context` of a document as it comes in: the prefixes that it defines.

    "@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
                 {"@version": 1.1,
                  "ext": {"@id": "https://ns.example.com/", "@prefix": true},
                  "ext:grade": {"@type": "xsd:string"}}]
    → {"ext": "https://ns.example.com/"}

JSON-LD lets a context do much more than that. Taken is what leaves each name
and each nesting as it is: the version, definitions that must not change, a
prefix written out at length, and how the values of an extension are to be
read, which is for those who read them and is not kept. Refused, with its
place, is what would make a member mean something else: another definition of
a term of EPCIS, a name that stands for an extension without its prefix, a
vocabulary or base for all the rest.

What stands in a signed event is narrower: plain prefixes (`prefixes`).
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from provenance.encoding.strict_json import JSON
from provenance.epcis.prefixes import expand, read_context
from provenance.epcis.readers import Prefixes, ValueFault, at, read_object
from provenance.errors import MalformedError

_T = TypeVar("_T")
_Holds = Callable[[JSON], bool]

_VERSION = 1.1
_CONTAINERS = ("@list", "@set")
"""The containers that change nothing of a list: others make names of keys."""

_TERMS = frozenset(
    {"EPCISDocument", "EPCISQueryDocument", "EPCISMasterDataDocument",
     "ObjectEvent", "AggregationEvent", "AssociationEvent",
     "TransactionEvent", "TransformationEvent", "id", "type", "action",
     "baseUnit", "bizLocation", "bizRules", "bizStep", "bizTransaction",
     "bizTransactionList", "booleanValue", "certificationInfo",
     "chemicalSubstance", "childEPCs", "childQuantityList", "component",
     "coordinateReferenceSystem", "correctiveEventIDs", "creationDate",
     "dataProcessingMethod", "declarationTime", "destination",
     "destinationList", "deviceID", "deviceMetadata", "disposition",
     "endTime", "epcClass", "epcList", "epcisBody", "epcisHeader",
     "errorDeclaration", "eventID", "eventList", "eventTime",
     "eventTimeZoneOffset", "exception", "hexBinaryValue", "ilmd",
     "inputEPCList", "inputQuantityList", "instanceIdentifier",
     "maxValue", "meanValue", "microorganism", "minValue",
     "outputEPCList", "outputQuantityList", "parentID", "percRank",
     "percValue", "persistentDisposition", "quantity", "quantityList",
     "queryName", "queryResults", "rawData", "readPoint", "reason",
     "receiver", "recordTime", "resultsBody", "schemaVersion", "sDev",
     "sender", "sensorElementList", "sensorMetadata", "sensorReport",
     "set", "source", "sourceList", "startTime", "stringValue",
     "subscriptionID", "time", "transformationID", "unset", "uom",
     "uriValue", "value", "vocabularyList"}
)  # fmt: skip
"""The terms that GS1's context defines for documents and events."""


def context(value: JSON, _: Prefixes) -> dict[str, str]:
    """Read the prefixes that an `@context` defines, with their namespaces."""
    parts = value if isinstance(value, list) else [value]
    prefixes: dict[str, str] = {}
    for index, part in enumerate(parts):
        read = _prefixes if isinstance(part, dict) else _address
        prefixes |= _at_part(index, value, read, part)
    # A term may be written with a prefix that stands further on.
    for index, part in enumerate(parts):
        if isinstance(part, dict):
            _at_part(index, value, partial(_terms, prefixes), part)
    return prefixes


def context_of(value: JSON) -> dict[str, str]:
    """Return the same for a context that stands in no document.

    Raises:
        MalformedError: It is none, or does something else as well.
    """
    try:
        return context(value, {})
    except ValueFault as fault:
        raise MalformedError.at(fault.path, fault.message) from fault


def _at_part(
    index: int, value: JSON, read: Callable[[JSON, Prefixes], _T], part: JSON
) -> _T:
    """Return what *read* makes of one *part* of the context *value*."""
    if isinstance(value, list):
        return at(index, read, part, {})
    return read(part, {})


def _address(part: JSON, _: Prefixes) -> dict[str, str]:
    """Check that *part* names GS1's context, which defines nothing new."""
    return read_context(part)


def _prefixes(part: JSON, _: Prefixes) -> dict[str, str]:
    """Return the prefixes that the map *part* defines."""
    return {
        name: at(name, partial(_namespace, name), meaning, {})
        for name, meaning in read_object(part).items()
        if not name.startswith("@") and ":" not in name
    }


def _namespace(name: str, meaning: JSON, _: Prefixes) -> str:
    """Return what the prefix *name* stands for, if it is one."""
    if name in _TERMS:
        raise ValueFault(
            f"EPCIS defines {name!r}, and a document may not define it anew:"
            " leave it out, or give the extension a prefix"
        )
    if isinstance(meaning, dict):
        if meaning.get("@prefix") is not True:
            raise ValueFault(
                f"{name[:80]!r} would name something without a prefix: add"
                ' "@prefix": true, or name the extension with a prefix'
            )
        for keyword, said in meaning.items():
            at(keyword, partial(_keyword, keyword, _OF_PREFIXES), said, {})
        meaning = meaning.get("@id")
    return read_context({name: meaning})[name]


def _terms(prefixes: Prefixes, part: JSON, _: Prefixes) -> None:
    """Check what the map *part* says beside the prefixes that it defines."""
    for name, meaning in read_object(part).items():
        if name.startswith("@"):
            at(name, partial(_keyword, name, _OF_CONTEXTS), meaning, {})
        elif ":" in name:
            at(name, partial(_term, name, prefixes), meaning, {})


def _term(name: str, prefixes: Prefixes, meaning: JSON, _: Prefixes) -> None:
    """Check that what *meaning* says of an extension leaves its name alone."""
    uri = expand(name, prefixes)
    said = meaning if isinstance(meaning, dict) else {"@id": meaning}
    for keyword, value in said.items():
        if keyword != "@id":
            at(keyword, partial(_keyword, keyword, _OF_TERMS), value, {})
        elif not isinstance(value, str) or expand(value, prefixes) != uri:
            raise ValueFault(
                f"{name[:80]!r} would be another name for something else:"
                " name the extension by its own"
            )


def _keyword(
    keyword: str, known: Mapping[str, _Holds], value: JSON, _: Prefixes
) -> None:
    """Check that *keyword* is one of those *known*, and its value is right."""
    holds = known.get(keyword)
    if holds is None:
        raise ValueFault(
            f"an @context may not say {keyword[:80]!r} here: it could give"
            " names another meaning; leave it out"
        )
    if not holds(value):
        raise ValueFault(f"this is no value of {keyword}: write another")


def _is_version(value: JSON) -> bool:
    return value == _VERSION and not isinstance(value, bool)


def _is_boolean(value: JSON) -> bool:
    return isinstance(value, bool)


def _is_text(value: JSON) -> bool:
    return isinstance(value, str)


def _is_container(value: JSON) -> bool:
    found = value if isinstance(value, list) else [value]
    return all(one in _CONTAINERS for one in found)


_OF_CONTEXTS: Mapping[str, _Holds] = {
    "@version": _is_version,
    "@protected": _is_boolean,
}
_OF_PREFIXES: Mapping[str, _Holds] = {
    "@id": _is_text,
    "@prefix": _is_boolean,
    "@protected": _is_boolean,
}
_OF_TERMS: Mapping[str, _Holds] = {
    "@type": _is_text,
    "@container": _is_container,
    "@protected": _is_boolean,
}
"""What a definition may say → whether a value will do, for each kind of it."""
