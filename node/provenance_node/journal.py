"""The journal: one JSON object a line on stderr, without personal data.

    {"time": "2026-11-23T01:02:03.456Z", "level": "info", "event": "request",
     "request": "9b1c0a…", "method": "GET", "route": "/v1/items/{item}/bundle",
     "status": 200, "bytes": 18233, "ms": 4.2}

A request with a `traceparent` (W3C Trace Context) has its ids too, as `trace`
and `span`; one that is not exactly of that form is none.

What the library says (`provenance.logs`) is there from a warning on:

    {"time": …, "level": "warning", "event": "library",
     "logger": "provenance.ledger", "says": "signed entries 12 to 14 of …"}

No address of a client, no query, no header and nothing of a body is written,
and of a path only its pattern: serial numbers say who bought what.
"""

import asyncio
import json
import logging
import sys
from datetime import UTC, datetime

JOURNAL = logging.getLogger("provenance.node")


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = datetime.fromtimestamp(record.created, UTC)
        members: dict[str, object] = {
            "time": moment.isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            **_members(record),
        }
        if record.exc_info:
            members["trace"] = self.formatException(record.exc_info)
        return json.dumps(members)


def _members(record: logging.LogRecord) -> dict[str, object]:
    text = record.getMessage()
    if record.name.startswith("provenance.") and record.name != JOURNAL.name:
        return {"event": "library", "logger": record.name, "says": text}
    return {"event": text, **getattr(record, "members", {})}


def note(event: str, *, level: int = logging.INFO, **members: object) -> None:
    """Write a line, if lines of that *level* are written at all."""
    if JOURNAL.isEnabledFor(level):
        JOURNAL.log(level, event, extra={"members": members})


def note_bug(error: BaseException, **members: object) -> None:
    """Write down a fault of the program, with where it happened."""
    JOURNAL.error("bug", exc_info=error, extra={"members": members})


def note_end(task: asyncio.Task[None]) -> None:
    """Write down the fault of the program that ended *task*, if one did."""
    if not task.cancelled() and (error := task.exception()) is not None:
        note_bug(error, task=task.get_name())


def write_journal() -> None:
    """Write the journal, the server's own lines too, to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    library = logging.getLogger("provenance")
    for logger in (library, JOURNAL, logging.getLogger("uvicorn")):
        logger.handlers = [handler]
        logger.propagate = False
    library.setLevel(logging.WARNING)
    JOURNAL.setLevel(logging.INFO)
    # What it says of each connection is ours to say.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
