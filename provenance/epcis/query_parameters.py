"""The parameters of SimpleEventQuery, made into a query (EPCIS 2.0, 8.2.7.1).

    {"EQ_bizStep": ["shipping"], "GE_eventTime": "2026-03-01T00:00:00Z",
     "MATCH_epc": ["urn:epc:id:sgtin:9506000.013435.*"], "perPage": 50}

    EQ_bizStep=shipping|receiving                as text, as in an address

All parameters must hold; of the values of one, any. Names that the standard's
own files write in two ways are taken in both. Words, identifiers and times
may have any spelling that events may have.

    eventType  EQ_action  EQ_bizStep  EQ_disposition  EQ_eventID  EQ_eventHash
    EQ_persistentDisposition_set  EQ_persistentDisposition_unset
    GE_ LT_ eventTime recordTime
    EQ_ WD_ readPoint bizLocation        WD_: and the places within
    EQ_transformationID
    MATCH_ epc parentID inputEPC outputEPC anyEPC
    MATCH_ epcClass inputEPCClass outputEPCClass anyEPCClass
    EQ_ GT_ GE_ LT_ LE_ quantity[_UOM]   of any class, with that unit
    EQ_bizTransaction_TYPE  EQ_source_TYPE  EQ_destination_TYPE
    EXISTS_errorDeclaration  GE_ LT_ errorDeclarationTime
    EQ_errorReason  EQ_correctiveEventID
    EXISTS_sensorElementList  GE_ LT_ time startTime endTime
    EQ_ type deviceID dataProcessingMethod microorganism chemicalSubstance
        bizRules stringValue booleanValue hexBinaryValue uriValue
    EQ_ GT_ GE_ LT_ LE_ value minValue maxValue meanValue sDev percRank
        percValue, each with _UOM or without
    EQ_ GT_ GE_ LT_ LE_ EXISTS_ [INNER_] [AREA_] NAME    an extension
        AREA: ILMD ERROR_DECLARATION SENSORELEMENT SENSORMETADATA
        SENSORREPORT readPoint bizLocation
    orderBy  orderDirection  eventCountLimit  maxEventCount
    perPage  nextPageToken

Without `orderBy` the latest event comes first, by its own time. Units are
not converted. A ledger holds no master data: the places within a place are
those with the same GLN and an extension, and what asks for attributes of
master data (HASATTR, EQATTR) is refused.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

from provenance.encoding.path import quoted
from provenance.encoding.strict_json import JSON
from provenance.epcis.context import context_of
from provenance.epcis.facts import (
    SENSOR_NUMBERS,
    SENSOR_TEXTS,
    as_written,
    biz_step,
    disposition,
    error_reason,
    event_type,
    identifier,
)
from provenance.epcis.prefixes import expand
from provenance.epcis.query import (
    EVENT_TIME,
    MAX_PER_PAGE,
    PER_PAGE,
    RECORD_TIME,
    Order,
    Query,
    Term,
)
from provenance.epcis.query_terms import (
    ReadTerm,
    action,
    booleans,
    classes,
    event_hashes,
    event_ids,
    exists,
    extension,
    numeric,
    time,
    typed,
    units,
    words,
)
from provenance.epcis.query_values import (
    read_count,
    read_direction,
    read_text,
)
from provenance.epcis.readers import Prefixes
from provenance.epcis.shapes import QUANTITY_LISTS
from provenance.errors import MalformedError

_T = TypeVar("_T")

_NUMERIC = re.compile(
    rf"(EQ|GT|GE|LT|LE)_(quantity|{'|'.join(SENSOR_NUMBERS)})"
    r"(?:_([A-Z0-9]{2,4}))?"
)
_TYPED = re.compile(r"EQ_(bizTransaction|source|destination)_(.*)")
_AREAS: Mapping[str, str] = {
    "": ":",
    "ILMD_": "ilmd",
    "ERROR_DECLARATION_": "errorDeclaration",
    "SENSORELEMENT_": "sensorElementList",
    "SENSORMETADATA_": "sensorElementList",
    "SENSORREPORT_": "sensorElementList",
    "readPoint_": "readPoint",
    "bizLocation_": "bizLocation",
}
"""Where extensions stand → the member of the event that this is."""

_EXTENSION = re.compile(
    r"(EQ|GT|GE|LT|LE|EXISTS)_"
    rf"((?:INNER_)?)((?:{'|'.join(filter(None, _AREAS))})?)([^:]+:.+)"
)
_MASTER_DATA = re.compile(r"(?:HASATTR|EQATTR|EQ_ATTR)_.*")


def parse_query(
    parameters: Mapping[str, JSON], *, prefixes: Prefixes | None = None
) -> Query:
    """Return the query that *parameters* ask for.

    Args:
        parameters: Name → value, or list of values. `@context` may define
            prefixes for the names of extensions.
        prefixes: Prefix → namespace, where they are defined elsewhere.

    Raises:
        MalformedError: There is no such parameter, or it cannot have that
            value. The message starts with its name.
    """
    prefixes = dict(prefixes or {})
    if "@context" in parameters:
        prefixes |= _within(
            "@context", partial(context_of, parameters["@context"])
        )
    terms = []
    for name, value in parameters.items():
        if name != "@context" and name not in _CONTROLS:
            term = _within(name, partial(_term, name, value, prefixes))
            if term is not None:
                terms.append(term)
    return _controlled(tuple(terms), parameters, prefixes)


def parse_query_text(
    pairs: Iterable[tuple[str, str]], *, prefixes: Prefixes | None = None
) -> Query:
    """Return the query that pairs of name and text ask for.

    Several values stand in one text, with `|` between.

    Raises:
        MalformedError: As `parse_query` does; or a name stands there twice.
    """
    parameters: dict[str, JSON] = {}
    for name, text in pairs:
        if name in parameters:
            raise MalformedError(
                f"{name[:80]}: it is there twice; write its values once, with"
                " | between them"
            )
        parameters[name] = list[JSON](text.split("|"))
    return parse_query(parameters, prefixes=prefixes)


def _controlled(
    terms: tuple[Term, ...], parameters: Mapping[str, JSON], prefixes: Prefixes
) -> Query:
    """Return the query of *terms* with what the other parameters say."""
    said = {
        name: _within(name, partial(read, parameters[name]))
        for name, read in _CONTROLS.items()
        if name in parameters
    }
    limit, at_most = said.get("eventCountLimit"), said.get("maxEventCount")
    if limit is not None and at_most is not None:
        raise MalformedError(
            "eventCountLimit: it cannot stand beside maxEventCount; the one"
            " cuts an answer short, the other refuses a long one"
        )
    if limit is not None and "orderBy" not in parameters:
        raise MalformedError(
            "eventCountLimit: it needs orderBy, which says which events come"
            " first, such as orderBy=eventTime"
        )
    path = str(said.get("orderBy", EVENT_TIME))
    if path not in {EVENT_TIME, RECORD_TIME}:
        path = _within("orderBy", partial(_field_name, path, prefixes))
    return Query(
        terms=terms,
        order=Order(path, said.get("orderDirection", "DESC") == "DESC"),
        limit=limit,
        at_most=at_most,
        per_page=said.get("perPage", PER_PAGE),
        page_token=said.get("nextPageToken"),
    )


def _term(name: str, value: JSON, prefixes: Prefixes) -> Term | None:
    return _reader(name, prefixes)(value, prefixes)


def _reader(name: str, prefixes: Prefixes) -> ReadTerm:
    """Return what reads the value of parameter *name*."""
    if name in _EXACT:
        return _EXACT[name]
    if found := _NUMERIC.fullmatch(name):
        operator, field, uom = found.groups()
        member = "" if field == "quantity" else "sensorElementList"
        return numeric(operator, f"{field}_{uom}" if uom else field, member)
    if found := _TYPED.fullmatch(name):
        return typed(found[1], found[2])
    if _MASTER_DATA.fullmatch(name):
        raise MalformedError(
            "it asks for attributes of master data, and a ledger holds none:"
            " leave it out"
        )
    if found := _EXTENSION.fullmatch(name):
        operator, inner, area, field = found.groups()
        path = f"{inner}{area}{_field_name(field, prefixes)}"
        return extension(operator, path, _AREAS[area])
    raise MalformedError(f"there is no such parameter{_instead(name)}")


def _instead(name: str) -> str:
    """Return what to write in place of an unknown *name*."""
    known = {
        known.lower(): known for known in (*_EXACT, *_CONTROLS, *_COMPOSED)
    }
    close = difflib.get_close_matches(name.lower(), known, n=1)
    if close:
        return f": did you mean {known[close[0]]}?"
    return "; the name of an extension has a prefix, such as EQ_example:grade"


def _field_name(name: str, prefixes: Prefixes) -> str:
    """Return the full name of the extension *name*."""
    if ":" not in name:
        raise MalformedError(
            f"{name[:80]!r} is no field to ask for: write eventTime, recordTime"
            " or the name of an extension with its prefix"
        )
    return expand(name, prefixes)


def _within(name: str, make: Callable[[], _T]) -> _T:
    """Return what *make* makes; say for which parameter it cannot."""
    try:
        return make()
    except MalformedError as error:
        raise MalformedError.at(quoted(name)[1:-1], str(error)) from error


_COMPOSED = (
    *(
        f"{operator}_{field}"
        for operator in ("EQ", "GT", "GE", "LT", "LE")
        for field in ("quantity", *SENSOR_NUMBERS)
    ),
    *(
        f"EQ_{kind}_TYPE"
        for kind in ("bizTransaction", "source", "destination")
    ),
)
"""How the parameters are written that are put together from parts."""

_CONTROLS: Mapping[str, Callable[[JSON], Any]] = {
    "orderBy": read_text,
    "orderDirection": read_direction,
    "eventCountLimit": read_count,
    "maxEventCount": read_count,
    "perPage": partial(read_count, most=MAX_PER_PAGE),
    "nextPageToken": read_text,
}
"""The parameters that say nothing about events, but about the answer."""

_EXACT: Mapping[str, ReadTerm] = {
    "eventType": words("eventType", "type", event_type),
    "EQ_action": words("action", "action", action),
    "EQ_bizStep": words("bizStep", "bizStep", biz_step),
    "EQ_disposition": words("disposition", "disposition", disposition),
    **{
        f"EQ_persistentDisposition_{name}": words(
            f"persistentDisposition_{name}",
            "persistentDisposition",
            disposition,
        )
        for name in ("set", "unset")
    },
    **{
        f"{operator}_{path}": time(path, operator, member)
        for operator in ("GE", "LT")
        for path, member in (
            (EVENT_TIME, "eventTime"),
            (RECORD_TIME, ""),
            ("errorDeclarationTime", "errorDeclaration"),
            ("time", "sensorElementList"),
            ("startTime", "sensorElementList"),
            ("endTime", "sensorElementList"),
        )
    },
    **{
        # What the schema calls errorDeclarationTime.
        f"{operator}_errorDeclaration_Time": time(
            "errorDeclarationTime", operator, "errorDeclaration"
        )
        for operator in ("GE", "LT")
    },
    **{
        f"{operator}_{name}": words(name, name, identifier, *also)
        for name in ("readPoint", "bizLocation")
        for operator, also in (("EQ", ()), ("WD", (f"WD_{name}",)))
    },
    "EQ_transformationID": words(
        "transformationID", "transformationID", identifier
    ),
    "EQ_eventID": event_ids,
    "EQ_eventHash": event_hashes,
    "MATCH_epc": units("epcList", "childEPCs"),
    "MATCH_parentID": units("parentID"),
    "MATCH_inputEPC": units("inputEPCList"),
    "MATCH_outputEPC": units("outputEPCList"),
    "MATCH_anyEPC": units(
        "epcList", "childEPCs", "parentID", "inputEPCList", "outputEPCList"
    ),
    "MATCH_epcClass": classes("quantityList", "childQuantityList"),
    "MATCH_inputEPCClass": classes("inputQuantityList"),
    "MATCH_outputEPCClass": classes("outputQuantityList"),
    "MATCH_anyEPCClass": classes(*QUANTITY_LISTS),
    "EXISTS_errorDeclaration": exists("errorDeclaration", "errorDeclaration"),
    "EQ_errorReason": words("errorReason", "errorDeclaration", error_reason),
    "EQ_correctiveEventID": words(
        "correctiveEventID", "errorDeclaration", as_written
    ),
    "EXISTS_sensorElementList": exists(
        "sensorElementList", "sensorElementList"
    ),
    **{
        f"EQ_{name}": words(name, "sensorElementList", normal)
        for name, normal in SENSOR_TEXTS.items()
    },
    "EQ_booleanValue": booleans("booleanValue", "sensorElementList"),
}
"""The parameters with names of their own."""
