"""The timeline: the item's story as people read it, in log order."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from provenance.claims.actor import (
    ENROLLED,
    GRANT_REVOKED,
    GRANTED,
    KEY_ADDED,
    KEY_REVOKED,
    KEY_ROTATED,
    is_registry_event,
)
from provenance.encoding.canonical import Value
from provenance.epcis.corrections import declares_error, read_declaration
from provenance.epcis.moment import in_zone
from provenance.epcis.vocabulary import STEPS
from provenance.errors import UnknownActorError
from provenance.proof.authority import Entitlement
from provenance.proof.evidence import Evidence, ProvenEvent
from provenance.proof.trace import Sighting, Trace, Why
from provenance.proof.trails import Position
from provenance.proof.verdict import ErrorNote, TimelineEntry

_REGISTRY_LABELS: Mapping[str, tuple[str, str]] = {
    ENROLLED: ("Enrolled", "参与方登记"),
    GRANTED: ("Role granted", "授予角色"),
    GRANT_REVOKED: ("Role withdrawn", "撤销角色"),
    KEY_ADDED: ("Key added", "新增密钥"),
    KEY_ROTATED: ("Key replaced", "更换密钥"),
    KEY_REVOKED: ("Key revoked", "撤销密钥"),
}

MAX_CORRECTIONS = 64
"""How many corrections of one event are told.

One declaration may take back thousands of events, and each is told with it.
"""


def make_timeline(
    walk: Trace,
    evidence: Evidence,
    entitlement: Entitlement,
    *,
    late_after: int,
) -> tuple[TimelineEntry, ...]:
    """Return each event of the story once, in log order.

    The trails of those who signed are left out: they say who was entitled,
    not what happened to the item.

    Args:
        walk: The story.
        evidence: What was proven of it.
        entitlement: Who may say what.
        late_after: From how many ms between an event and its report on that
            is told.
    """
    events = evidence.events
    first: dict[Position, Sighting] = {}
    for sighting in walk.sightings:
        if sighting.why is not Why.ACTOR:
            first.setdefault(sighting.at, sighting)
    # An id is its issuer's own: nobody corrects for another.
    shown = {
        (events[at].issuer, _text(events[at].body.get("eventID")))
        for at in first
        if not declares_error(events[at].body)
        and (at, first[at].item) not in walk.void
    }
    moments = []
    notes: dict[Position, ErrorNote | None] = {}
    for at in sorted(first):
        declared = walk.void.get((at, first[at].item), at)
        if declared not in notes:
            notes[declared] = _error_note(events[declared], shown)
        moment = _moment(first[at], events[at], entitlement, notes[declared])
        delay = evidence.reported(at[0]) - events[at].reading.time
        if delay > late_after and not is_registry_event(events[at].body):
            moment = replace(moment, late_seconds=delay // 1000)
        moments.append(moment)
    return tuple(moments)


def _error_note(
    declared: ProvenEvent, shown: Collection[tuple[str, str]]
) -> ErrorNote | None:
    declaration = read_declaration(declared.body)
    if declaration is None:
        return None
    return ErrorNote(
        *declared.at,
        time=declaration.time,
        reason=declaration.reason,
        corrections={
            event_id: (declared.issuer, event_id) in shown
            for event_id in declaration.corrections[:MAX_CORRECTIONS]
        },
    )


def _moment(
    sighting: Sighting,
    event: ProvenEvent,
    entitlement: Entitlement,
    error: ErrorNote | None,
) -> TimelineEntry:
    at = sighting.at
    act = entitlement.acts.get(at)
    step = _step_of(event)
    return TimelineEntry(
        log_index=at[0],
        position=at[1],
        time=in_zone(
            event.body.get("eventTime"), event.body.get("eventTimeZoneOffset")
        ),
        step=step,
        labels=_labels_of(step),
        place=act.places[0] if act is not None and act.places else "",
        issuer=event.issuer,
        issuer_name=_name_of(event.issuer, entitlement),
        issuer_named_by=entitlement.registry.named_by(event.issuer),
        roles=entitlement.roles.get(at, ()),
        item=sighting.item,
        why=sighting.why.value,
        fields=event.fields,
        event_id=_text(event.body.get("eventID")),
        is_void=error is not None,
        error=error,
    )


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _step_of(event: ProvenEvent) -> str:
    """Return the step that the event names, else what its form implies."""
    if is_registry_event(event.body):
        return str(event.body["type"])
    return event.reading.called.removeprefix("step:")


def _labels_of(step: str) -> Mapping[str, str]:
    if step in STEPS:
        known = STEPS[step]
        return {"en": known.english, "zh": known.chinese}
    english, chinese = _REGISTRY_LABELS.get(step, (step, step))
    return {"en": english, "zh": chinese}


def _name_of(actor: str, entitlement: Entitlement) -> str:
    try:
        return entitlement.registry.actor(actor).name
    except UnknownActorError:
        return ""
