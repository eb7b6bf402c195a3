// @ts-check
// The timeline: the item's story as people read it, in log order. Mirrors
// provenance/proof/timeline.py.

import {
  ENROLLED,
  GRANTED,
  GRANT_REVOKED,
  KEY_ADDED,
  KEY_REVOKED,
  KEY_ROTATED,
  isRegistryEvent,
} from "../claims/actor.js";
import {
  declaresError,
  readDeclaration,
  textOrNone,
} from "../epcis/corrections.js";
import { inZone } from "../epcis/moment.js";
import { STEPS } from "../epcis/vocabulary.js";
import { UnknownActorError } from "../errors.js";
import { reportedAt } from "./evidence.js";
import { ACTOR, sightingKey } from "./trace.js";
import { comparePlaces, placeKey } from "./trails.js";
import { mapAsJson } from "./verdict.js";

/** @typedef {import("./authority.js").Entitlement} Entitlement */
/** @typedef {import("./evidence.js").Events} Events */
/** @typedef {import("./evidence.js").Evidence} Evidence */
/** @typedef {import("./evidence.js").ProvenEvent} ProvenEvent */
/** @typedef {import("./trace.js").Sighting} Sighting */
/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./verdict.js").ErrorNote} ErrorNote */
/** @typedef {import("./verdict.js").Moment} Moment */

/** @type {Map<string, {english: string, chinese: string}>} */
const REGISTRY_LABELS = new Map([
  [ENROLLED, { english: "Enrolled", chinese: "参与方登记" }],
  [GRANTED, { english: "Role granted", chinese: "授予角色" }],
  [GRANT_REVOKED, { english: "Role withdrawn", chinese: "撤销角色" }],
  [KEY_ADDED, { english: "Key added", chinese: "新增密钥" }],
  [KEY_ROTATED, { english: "Key replaced", chinese: "更换密钥" }],
  [KEY_REVOKED, { english: "Key revoked", chinese: "撤销密钥" }],
]);

/**
 * How many corrections of one declaration are told: it may take back thousands
 * of events, and each is told with it.
 */
const MAX_CORRECTIONS = 64;

/**
 * Return each event of the story once, in log order.
 *
 * The trails of those who signed are left out: they say who was entitled, not
 * what happened to the item.
 * @param {Trace} walk
 * @param {Evidence} evidence
 * @param {Entitlement} entitlement
 * @param {number} lateAfter from how many ms on a report is told to be late
 */
export function makeTimeline(walk, evidence, entitlement, lateAfter) {
  const { events } = evidence;
  /** @type {Map<string, Sighting>} */
  const first = new Map();
  for (const sighting of walk.sightings) {
    const key = placeKey(sighting.at);
    if (sighting.why !== ACTOR && !first.has(key)) first.set(key, sighting);
  }
  const shown = new Set();
  for (const [key, { at, item }] of first) {
    const event = eventUnder(events, key);
    const isVoid = walk.voids.has(sightingKey(at, item));
    if (!declaresError(event.body) && !isVoid) shown.add(nameOf(event));
  }
  return [...first.values()]
    .sort((a, b) => comparePlaces(a.at, b.at))
    .map((sighting) => {
      const { at, item } = sighting;
      const event = eventUnder(events, placeKey(at));
      const declared = walk.voids.get(sightingKey(at, item)) ?? at;
      const error = errorNote(eventUnder(events, placeKey(declared)), shown);
      const delay = reportedAt(evidence, at) - event.reading.time;
      return {
        ...momentOf(sighting, event, entitlement, error),
        late_seconds:
          delay > lateAfter && !isRegistryEvent(event.body)
            ? Math.floor(delay / 1000)
            : 0,
      };
    });
}

/**
 * @param {Events} events
 * @param {string} key
 */
function eventUnder(events, key) {
  return /** @type {ProvenEvent} */ (events.get(key));
}

/**
 * Return what names an event for its signer; nobody else can correct it.
 * @param {ProvenEvent} event
 */
function nameOf({ issuer, body }) {
  return JSON.stringify([issuer, textOrNone(body.get("eventID"))]);
}

/**
 * @param {ProvenEvent} event
 * @param {Set<string>} shown
 * @returns {ErrorNote | null}
 */
function errorNote({ at: [entry, event], body, issuer }, shown) {
  const declaration = readDeclaration(body);
  if (declaration === null) return null;
  const corrections = declaration.corrections.slice(0, MAX_CORRECTIONS);
  return {
    entry,
    event,
    time: declaration.time,
    reason: declaration.reason,
    corrections: [...new Set(corrections)].map((id) => ({
      event_id: id,
      is_shown: shown.has(JSON.stringify([issuer, id])),
    })),
  };
}

/**
 * @param {Sighting} sighting
 * @param {ProvenEvent} event
 * @param {Entitlement} entitlement
 * @param {ErrorNote | null} error
 * @returns {Omit<Moment, "late_seconds">}
 */
function momentOf({ at, item, why }, event, entitlement, error) {
  const key = placeKey(at);
  const act = entitlement.acts.get(key);
  const step = stepOf(event);
  const known = STEPS.get(step) ?? REGISTRY_LABELS.get(step);
  return {
    entry: at[0],
    event: at[1],
    time: inZone(
      event.body.get("eventTime"),
      event.body.get("eventTimeZoneOffset"),
    ),
    step,
    labels: { en: known?.english ?? step, zh: known?.chinese ?? step },
    place: act?.places[0] ?? "",
    issuer: event.issuer,
    issuer_name: actorName(event.issuer, entitlement),
    issuer_named_by: entitlement.registry.namedBy(event.issuer),
    roles: entitlement.roles.get(key) ?? [],
    item,
    why,
    fields: mapAsJson(event.fields),
    event_id: textOrNone(event.body.get("eventID")),
    is_void: error !== null,
    error,
  };
}

/**
 * Return the step that the event names, else what its form implies.
 * @param {ProvenEvent} event
 */
function stepOf({ body, reading }) {
  if (isRegistryEvent(body)) return textOrNone(body.get("type"));
  return reading.called.replace(/^step:/, "");
}

/**
 * @param {string} actor
 * @param {Entitlement} entitlement
 */
function actorName(actor, { registry }) {
  try {
    return registry.actor(actor).name;
  } catch (error) {
    if (error instanceof UnknownActorError) return "";
    throw error;
  }
}
