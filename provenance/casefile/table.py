"""A case file's findings as a table, a line for each."""

from collections.abc import Iterator

from provenance.examine.judge import Examined

COLUMNS = (
    "file", "sha256", "kind", "outcome", "subject", "row", "name", "result",
    "code", "detail", "entry", "event", "issuer", "field", "here", "there",
)  # fmt: skip


def rows_of(found: Examined) -> Iterator[tuple[object, ...]]:
    """Yield the lines of the table: a check, notice, difference or event."""
    start = (
        found.source, found.digest, found.kind, found.outcome.value,
        found.subject,
    )  # fmt: skip
    for step in found.steps:
        yield (
            *start, "check", step.name, step.outcome.value, step.code,
            step.detail, "", "", "", "", "", "",
        )  # fmt: skip
    for fault in found.faults:
        yield (
            *start, "difference", fault.where, "", "", fault.what,
            _or_empty(fault.log_index), _or_empty(fault.position),
            fault.issuer, fault.pointer, _or_empty(fault.here),
            _or_empty(fault.there),
        )  # fmt: skip
    if found.verdict is None:
        return
    for notice in found.verdict.notices:
        yield (
            *start, "notice", notice.subject, "", notice.code, notice.detail,
            "", "", "", "", "", "",
        )  # fmt: skip
    for moment in found.verdict.timeline:
        yield (
            *start, "event", moment.step, "void" if moment.is_void else "", "",
            f"{moment.time} {moment.place}".strip(), moment.log_index,
            moment.position, moment.issuer, "", "", "",
        )  # fmt: skip


def _or_empty(value: object | None) -> object:
    return "" if value is None else value
