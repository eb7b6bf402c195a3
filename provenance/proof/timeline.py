"""The timeline: the item's story as people read it, in log order."""

from collections.abc import Mapping

from provenance.claims.actor import (
    ENROLLED,
    GRANT_REVOKED,
    GRANTED,
    KEY_ADDED,
    KEY_REVOKED,
    KEY_ROTATED,
    is_registry_event,
)
from provenance.claims.registry import Act
from provenance.epcis.vocabulary import STEPS
from provenance.errors import UnknownActorError
from provenance.proof.authority import Entitlement
from provenance.proof.evidence import ProvenEvent
from provenance.proof.trace import Position, Sighting, Trace, Why
from provenance.proof.verdict import Moment

_REGISTRY_LABELS: Mapping[str, tuple[str, str]] = {
    ENROLLED: ("Enrolled", "参与方登记"),
    GRANTED: ("Role granted", "授予角色"),
    GRANT_REVOKED: ("Role withdrawn", "撤销角色"),
    KEY_ADDED: ("Key added", "新增密钥"),
    KEY_ROTATED: ("Key replaced", "更换密钥"),
    KEY_REVOKED: ("Key revoked", "撤销密钥"),
}

_IMPLIED = ("commissioning", "decommissioning", "transforming")


def make_timeline(
    walk: Trace,
    events: Mapping[Position, ProvenEvent],
    entitlement: Entitlement,
    void: frozenset[tuple[Position, str]],
) -> tuple[Moment, ...]:
    """Return each event of the story once, in log order.

    The trails of those who signed are left out: they say who was entitled,
    not what happened to the item.
    """
    first: dict[Position, Sighting] = {}
    for sighting in walk.sightings:
        if sighting.why is not Why.ACTOR:
            first.setdefault(sighting.at, sighting)
    return tuple(
        _moment(
            first[at],
            events[at],
            entitlement,
            is_void=(at, first[at].item) in void,
        )
        for at in sorted(first)
    )


def _moment(
    sighting: Sighting,
    event: ProvenEvent,
    entitlement: Entitlement,
    *,
    is_void: bool,
) -> Moment:
    at = sighting.at
    act = entitlement.acts.get(at)
    step = _step_of(event, act)
    time = event.body.get("eventTime")
    return Moment(
        log_index=at[0],
        position=at[1],
        time=time if isinstance(time, str) else "",
        step=step,
        labels=_labels_of(step),
        place=act.places[0] if act is not None and act.places else "",
        issuer=event.issuer,
        issuer_name=_name_of(event.issuer, entitlement),
        roles=entitlement.roles.get(at, ()),
        item=sighting.item,
        why=sighting.why.value,
        fields=event.fields,
        is_void=is_void or "errorDeclaration" in event.body,
    )


def _step_of(event: ProvenEvent, act: Act | None) -> str:
    """Return the step that the event names, else what its form implies."""
    if is_registry_event(event.body) or act is None:
        return str(event.body["type"])
    stated = sorted(act.kinds.difference(_IMPLIED)) or sorted(act.kinds)
    implied = [kind for kind in _IMPLIED if kind in act.kinds]
    if stated == ["observing"] and implied:
        return implied[0]
    return stated[0]


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
