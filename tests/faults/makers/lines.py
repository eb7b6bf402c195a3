"""Faults in lines of JSON, each of which is a document or an event."""

from tests.faults.case import Fault, in_bytes, swap


def faults() -> list[Fault]:
    return [
        in_bytes(
            "lines-action-unknown", "an action that EPCIS does not know, in the event of a line",
            "lines", swap('"action": "OBSERVE", "bizStep": "shipping"', '"action": "SEND", "bizStep": "shipping"'),
            place="line 3: $.action",
            reason="'SEND' is not ADD, OBSERVE or DELETE: write one of these",
            media="ndjson",
        ),
        in_bytes(
            "lines-second-event-of-a-document", "a time without a zone, in the second event of a line's document",
            "lines", swap('"eventTime": "2025-03-21T15:00:00+08:00"', '"eventTime": "2025-03-21T15:00:00"'),
            place="line 1: $.epcisBody.eventList[1].eventTime",
            reason="'2025-03-21T15:00:00' is no time with its zone: write one such as 2026-03-01T09:00:00+13:00",
            media="ndjson",
        ),
        in_bytes(
            "lines-context-missing", "an event without an @context, as if that of the line before held",
            "lines", lambda data: _without_context(data, 2),
            place="line 3: $", reason="@context is missing: add it",
            media="ndjson",
        ),
        in_bytes(
            "lines-key-twice", "two events ids in one line",
            "lines", swap('"parentID": ', '"eventID": "urn:uuid:1", "parentID": '),
            place="line 2: $", reason='the key "eventID" appears twice: leave one of them out',
            media="ndjson",
        ),
        in_bytes(
            "lines-not-json", "a line with a comma too many",
            "lines", swap('"bizStep": "packing", ', '"bizStep": "packing",, '),
            place="line 2, column 699", reason="not JSON",
            media="ndjson",
        ),
        in_bytes(
            "lines-list", "a line that is a list of events",
            "lines", lambda data: _listed(data, 1),
            place="line 2: $",
            reason="this must be an object, not a list: write each of its members under its name",
            media="ndjson",
        ),
        in_bytes(
            "lines-cut-off", "a last line that was cut off on its way",
            "lines", lambda data: data[:-200],
            place="line 3, column", reason="not JSON",
            media="ndjson",
        ),
        in_bytes(
            "lines-words-between", "a line of words between events",
            "lines", lambda data: data.replace(b"\n", b"\nand then\n", 1),
            place="line 2, column 1", reason="not JSON",
            media="ndjson",
        ),
        in_bytes(
            "lines-not-utf-8", "a line in Latin-1",
            "lines", swap("teahouse.example/origin", b"th\xe9.example/origin"),
            place="line 3 is not UTF-8 at byte", reason="save it as UTF-8",
            media="ndjson",
        ),
        in_bytes(
            "lines-nest-100-deep", "a line nested deeper than a reader takes",
            "lines", swap('"bizStep": "packing", ', f'"bizStep": "packing", "tea:x": {"[" * 100}{"]" * 100}, '),
            place="line 2 is nested 101 deep", reason="at most 64, so flatten what starts at line 2, column",
            media="ndjson",
        ),
    ]  # fmt: skip


def _without_context(data: bytes, line: int) -> bytes:
    lines = data.split(b"\n")
    before, _, after = lines[line].partition(b'"@context": [')
    lines[line] = before + after.partition(b"], ")[2]
    return b"\n".join(lines)


def _listed(data: bytes, line: int) -> bytes:
    lines = data.split(b"\n")
    lines[line] = b"[" + lines[line] + b"]"
    return b"\n".join(lines)
