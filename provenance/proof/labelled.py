"""What a label says beside its key, held against what was logged.

    (01)09506000134352(21)42(17)281231                the label
    "ilmd": {"gs1:expirationDate": "2027-12-31"}      the record of its making

A changed expiry date is what relabelling is for, so a label that differs from
the record fails. GS1's names for that are `No_match_GTIN_Serial_Lot`,
`No_match_GTIN_Serial_Expiry` and `No_match_GTIN_Serial_Lot_Expiry`
(Lightweight Verification Messaging). What the record does not say is no fault
of the label, and is told.

In full: `FORMATS.md`, section 14.
"""

import re
from collections.abc import Iterator, Mapping

from provenance.claims.event import CODES
from provenance.encoding.canonical import Value
from provenance.epcis.prefixes import full_id, prefixes_of
from provenance.errors import MalformedError
from provenance.gs1.label import Said
from provenance.proof.evidence import Evidence, ProvenEvent
from provenance.proof.report import Report
from provenance.proof.trace import Trace

_LOT, _EXPIRY = "10", "17"
_EXPIRY_TIME = "7003"

_NAMES: Mapping[str, str] = {
    _LOT: "lot",
    "11": "production date",
    "13": "packaging date",
    "15": "best-before date",
    "16": "sell-by date",
    _EXPIRY: "expiry date",
}
"""AI → what people call it, of those that a record has."""

_MEMBERS: Mapping[str, str] = {
    "lotNumber": _LOT,
    "hasBatchLotNumber": _LOT,
    "productionDate": "11",
    "packagingDate": "13",
    "bestBeforeDate": "15",
    "sellByDate": "16",
    "itemExpirationDate": _EXPIRY,
    "expirationDate": _EXPIRY,
}
"""Name in a vocabulary of GS1 → the AI that says the same."""

_VOCABULARY = re.compile(
    r"(?:urn:epcglobal:cbv:mda:|https?://(?:www\.|ref\.)?gs1\.org/voc/)"
    r"([A-Za-z]+)"
)
_DATE = re.compile(
    r"[0-9]{2}([0-9]{2})-([0-9]{2})-([0-9]{2})(?:[T+Z-].*)?", re.DOTALL
)
_UNIT = re.compile(r"https://id\.gs1\.org/01/[0-9]{14}/21/")
_ILMD = "/ilmd/"


def check_label(
    report: Report, walk: Trace, evidence: Evidence, item: str, said: Said
) -> None:
    """Check that what a label says of *item* is what was logged of it."""
    said = tuple(_comparable(ai, value) for ai, value in said)
    recorded: dict[str, list[str]] = {}
    for event in _makings(walk, evidence, item):
        for ai, value in _recorded(event):
            recorded.setdefault(ai, []).append(value)
    differing = {
        ai
        for ai, value in said
        if not all(_agrees(ai, value, each) for each in recorded.get(ai, ()))
    }
    name = _gs1_name(item, differing)
    for ai, value in said:
        what = f"({ai}) {_NAMES.get(ai, 'of the label')} {value!r}"
        found = recorded.get(ai)
        if found is None:
            report.notice(
                "PRV-0206",
                f"not on record: the label says {what}, and no event that is"
                " shown as the item's making does",
                item,
            )
        elif ai in differing:
            values = " and ".join(f"{each!r}" for each in found)
            report.found(
                "PRV-0205",
                f"{name}the label says {what}, and the record {values}",
                item,
            )
        else:
            report.notice(
                "PRV-0204", f"agrees: label and record say {what}", item
            )


def _comparable(ai: str, value: str) -> tuple[str, str]:
    """Return an AI and its value; for a date with its hour, the date alone."""
    return (_EXPIRY, value[:6]) if ai == _EXPIRY_TIME else (ai, value)


def _gs1_name(item: str, differing: set[str]) -> str:
    """Return GS1's name for what differs, before what is said of it; or ""."""
    parts = [
        part
        for ai, part in ((_LOT, "_Lot"), (_EXPIRY, "_Expiry"))
        if ai in differing
    ]
    if not parts or _UNIT.match(item) is None:
        return ""
    return f"No_match_GTIN_Serial{''.join(parts)}: "


def _makings(
    walk: Trace, evidence: Evidence, item: str
) -> Iterator[ProvenEvent]:
    """Yield the events that say that *item* was made, and stand."""
    trail = evidence.trails.get(item)
    for link in () if trail is None else trail.links:
        event = evidence.events.get(link.place)
        own = event and event.shown.get(min(link.leaves, default=0))
        if (
            event
            and own
            and event.reading.makes(CODES[own.relation])
            and not event.reading.declares_error
            and (event.at, item) not in walk.void
        ):
            yield event


def _recorded(event: ProvenEvent) -> Iterator[tuple[str, str]]:
    """Yield the AI and value of each member of `ilmd` that has one, shown."""
    try:
        prefixes = prefixes_of(event.body)
    except MalformedError:
        return
    ilmd = event.body.get("ilmd")
    members: list[tuple[str, Value]] = []
    if isinstance(ilmd, dict):
        members += ilmd.items()
    for pointer, value in event.fields.items():
        if pointer.startswith(_ILMD):
            name = pointer.removeprefix(_ILMD)
            members.append((name.replace("~1", "/").replace("~0", "~"), value))
    for name, value in members:
        found = _VOCABULARY.fullmatch(full_id(name, prefixes))
        ai = _MEMBERS.get(found[1]) if found else None
        if ai is not None and isinstance(value, str):
            yield ai, value.strip(" \t\r\n")


def _agrees(ai: str, label: str, record: str) -> bool:
    """Return whether a label's value says what the record's does.

    Dates of a label have two digits for the year; day 00 is the whole month.
    """
    date = None if ai == _LOT else _DATE.fullmatch(record)
    if date is None:
        return label == record
    year, month, day = date.groups()
    return label in {year + month + day, year + month + "00"}
