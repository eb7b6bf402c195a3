"""A verdict: what was checked of a bundle, step by step, and what came out.

    VERIFIED    every check that the trust file asks for passed
    FAILED      the evidence contradicts the claim
    INCOMPLETE  valid so far, but the trust file's demands are not met: a
                trail, a grant or a cosignature is missing, the checkpoint is
                stale, or the item was recalled
    UNKNOWN     it could not be checked, or there is nothing to check

The gravest step decides: FAILED, then INCOMPLETE, UNKNOWN, VERIFIED. A step
that did not run is UNKNOWN, so nothing is verified by being skipped. The
outcome is about the record: whether the label is on the right thing, and
whether those who signed told the truth, no bundle can show.

In full: `FORMATS.md`, section 14.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from provenance.encoding.base64 import encode_base64
from provenance.encoding.canonical import Value
from provenance.proof.codes import CHECKS, CODES, NOT_CHECKED, STEPS, Outcome

__all__ = [
    "NOT_CHECKED",
    "SCHEMA",
    "STEPS",
    "ErrorNote",
    "Notice",
    "Outcome",
    "Step",
    "Summary",
    "TimelineEntry",
    "Verdict",
    "as_json",
    "fill_up",
    "step_of",
]

SCHEMA = "provenance.verdict/1"


@dataclass(frozen=True, slots=True)
class Step:
    """One check, or one fault that a check found.

    Attributes:
        number: The check's number (`codes.CHECKS`), which is not its place
            in the run; 0 for what only a command finds.
        name: Its id.
        outcome: What it came to.
        code: PRV-nnmm: check nn, reason mm. 00 when it passed; another one
            where it passed because nothing was asked for, or was there.
        detail: What was found, as a sentence without a full stop.
        subject: What that is about: an item, an entry, an actor; may be "".
    """

    number: int
    name: str
    outcome: Outcome
    code: str
    detail: str
    subject: str = ""

    def __bool__(self) -> bool:
        """Refuse to be asked whether it is true: a failed step would be."""
        raise TypeError(
            "a step is neither true nor false: ask `step.outcome is"
            " Outcome.VERIFIED`"
        )

    def to_json(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            "id": self.name,
            "outcome": self.outcome.value,
            "code": self.code,
            "detail": self.detail,
            "subject": self.subject,
        }


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the reader should see above the verdict."""

    code: str
    detail: str
    subject: str = ""

    def to_json(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            "code": self.code,
            "detail": self.detail,
            "subject": self.subject,
        }


@dataclass(frozen=True, slots=True)
class ErrorNote:
    """That an event is declared an error, and what is to replace it.

    Attributes:
        log_index: The entry that declares it.
        position: The number of the declaring event in that entry.
        time: When that was found, as its signer wrote it.
        reason: `did_not_occur`, `incorrect_data`, another URI, or "".
        corrections: Event id → whether that event is shown here; what is
            announced and not shown may come later, or never.
    """

    log_index: int
    position: int
    time: str
    reason: str
    corrections: Mapping[str, bool]

    def to_json(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            "entry": self.log_index,
            "event": self.position,
            "time": self.time,
            "reason": self.reason,
            "corrections": [
                {"event_id": event_id, "is_shown": is_shown}
                for event_id, is_shown in self.corrections.items()
            ],
        }


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the item's story.

    Attributes:
        log_index: The entry that says it.
        position: The number of the event in that entry.
        time: The event's time, at the offset that its signer gave for the
            place; "" in a registry event.
        step: What was done: a business step's word, or the kind that the
            event's form implies.
        labels: Language ("en", "zh") → the step in that language.
        place: Where, a canonical URI, or "".
        issuer: Who signed it.
        issuer_name: What the registry calls that actor, or "".
        roles: In which roles it may; empty when that was not established.
        item: Of which item it was said: the subject, or what it was in, or
            was made from.
        why: What that item is to the subject: subject, containers, lots,
            inputs.
        fields: JSON Pointer → value of each concealed field that is shown.
        event_id: The `eventID` that its signer gave it, or "".
        is_void: Whether it asserts nothing: a later event of the same signer
            declares it an error, or it is such a declaration.
        error: That declaration.
        late_seconds: How long after its time it was reported, 0 if that is
            not told as late.
        issuer_named_by: The actor that enrolled the signer, and so chose that
            name, if that was no authority; else "".
    """

    log_index: int
    position: int
    time: str
    step: str
    labels: Mapping[str, str]
    place: str
    issuer: str
    issuer_name: str
    roles: tuple[str, ...]
    item: str
    why: str
    fields: Mapping[str, Value]
    event_id: str = ""
    is_void: bool = False
    error: ErrorNote | None = None
    late_seconds: int = 0
    issuer_named_by: str = ""

    def to_json(self) -> dict[str, object]:
        """Return it as JSON; bytes in shown fields become base64."""
        return {
            "entry": self.log_index,
            "event": self.position,
            "time": self.time,
            "step": self.step,
            "labels": dict(self.labels),
            "place": self.place,
            "issuer": self.issuer,
            "issuer_name": self.issuer_name,
            "roles": list(self.roles),
            "item": self.item,
            "why": self.why,
            "fields": {k: as_json(v) for k, v in self.fields.items()},
            "event_id": self.event_id,
            "is_void": self.is_void,
            "error": None if self.error is None else self.error.to_json(),
            "late_seconds": self.late_seconds,
            "issuer_named_by": self.issuer_named_by,
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """What the evidence rests on, once the checkpoint was verified.

    Attributes:
        origin: The log.
        size: How many entries the checkpoint covers.
        time: The log's time of the checkpoint, in ms since 1970.
        witnesses: The names of the cosigners that counted.
        trusted_witnesses: How many cosigners the trust file names.
        event_count: How many events are shown.
        issuers: Who signed them.
        completeness: On whose word it rests that nothing was left out of the
            ledger's map: "auditors" that replayed it, "witnesses" that saw
            that all are shown the same one, or the "operator".
    """

    origin: str
    size: int
    time: int
    witnesses: tuple[str, ...]
    trusted_witnesses: int
    event_count: int
    issuers: tuple[str, ...]
    completeness: str

    def to_json(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            "origin": self.origin,
            "size": self.size,
            "time": self.time,
            "witnesses": list(self.witnesses),
            "trusted_witnesses": self.trusted_witnesses,
            "events": self.event_count,
            "issuers": list(self.issuers),
            "completeness": self.completeness,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an examination found.

    Attributes:
        subject: The item that the bundle is about; "" if it cannot be read.
        steps: Every step at least once, in the order in which they run.
        notices: What to show above the verdict.
        summary: What it rests on; None when the checkpoint did not verify.
        timeline: The item's story in log order, as far as it is shown.
    """

    subject: str
    steps: tuple[Step, ...]
    notices: tuple[Notice, ...] = ()
    summary: Summary | None = None
    timeline: tuple[TimelineEntry, ...] = ()

    def __bool__(self) -> bool:
        """Refuse to be asked whether it is true: a failed one would be."""
        raise TypeError(
            "a verdict is neither true nor false: ask `verdict.outcome is"
            " Outcome.VERIFIED`, or have verify_bundle raise what is wrong"
        )

    @property
    def outcome(self) -> Outcome:
        """What it all comes to: the gravest of the steps.

        A step that is not among them was not checked, and is UNKNOWN.
        """
        outcomes = [step.outcome for step in self.steps]
        if {step.name for step in self.steps} != set(STEPS):
            outcomes.append(Outcome.UNKNOWN)
        return max(outcomes, key=lambda outcome: outcome.gravity)

    def to_json(self) -> dict[str, object]:
        """Return it as JSON, schema `provenance.verdict/1`.

        The exit code that a command line adds is not the library's to know.
        """
        return {
            "schema": SCHEMA,
            "outcome": self.outcome.value,
            "subject": self.subject,
            "checks": [step.to_json() for step in self.steps],
            "notices": [notice.to_json() for notice in self.notices],
            "log": None if self.summary is None else self.summary.to_json(),
            "timeline": [moment.to_json() for moment in self.timeline],
        }


def step_of(code: str, detail: str, subject: str = "") -> Step:
    """Return what *code* says of its check, with its *detail*."""
    said = CODES[code]
    assert said.outcome is not None, f"{code} is a notice alone"
    number = CHECKS[said.check].number
    return Step(number, said.check, said.outcome, code, detail, subject)


def fill_up(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return *steps* in order of the run, with those not run as UNKNOWN."""
    found: dict[str, list[Step]] = {name: [] for name in STEPS}
    for step in steps:
        found[step.name].append(step)
    return tuple(
        step
        for name, its in found.items()
        for step in its or [_not_checked(name)]
    )


def _not_checked(name: str) -> Step:
    return Step(
        CHECKS[name].number,
        name,
        Outcome.UNKNOWN,
        NOT_CHECKED,
        "not checked, because an earlier step did not pass",
    )


def as_json(value: Value) -> object:
    """Return *value* as JSON: bytes become base64."""
    if isinstance(value, bytes):
        return encode_base64(value)
    if isinstance(value, list):
        return [as_json(element) for element in value]
    if isinstance(value, dict):
        return {key: as_json(element) for key, element in value.items()}
    return value
