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
import { compareText } from "../encoding/text.js";
import {
  declaresError,
  readDeclaration,
  textOrNone,
} from "../epcis/corrections.js";
import { STEPS } from "../epcis/vocabulary.js";
import { UnknownActorError } from "../errors.js";
import { ACTOR, sightingKey } from "./trace.js";
import { comparePlaces, placeKey } from "./trails.js";
import { mapAsJson } from "./verdict.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../claims/registry.js").Act} Act */
/** @typedef {import("./authority.js").Entitlement} Entitlement */
/** @typedef {import("./evidence.js").Events} Events */
/** @typedef {import("./evidence.js").ProvenEvent} ProvenEvent */
/** @typedef {import("./trace.js").Sighting} Sighting */
/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./trails.js").Position} Position */
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

const IMPLIED = ["commissioning", "decommissioning", "transforming"];

/**
 * Return each event of the story once, in log order.
 *
 * The trails of those who signed are left out: they say who was entitled, not
 * what happened to the item.
 * @param {Trace} walk
 * @param {Events} events
 * @param {Entitlement} entitlement
 */
export function makeTimeline(walk, events, entitlement) {
  /** @type {Map<string, Sighting>} */
  const first = new Map();
  for (const sighting of walk.sightings) {
    const key = placeKey(sighting.at);
    if (sighting.why !== ACTOR && !first.has(key)) first.set(key, sighting);
  }
  const shown = new Set();
  for (const [key, { at, item }] of first) {
    const { body } = eventUnder(events, key);
    if (!declaresError(body) && !walk.voids.has(sightingKey(at, item))) {
      shown.add(textOrNone(body.get("eventID")));
    }
  }
  return [...first.values()]
    .sort((a, b) => comparePlaces(a.at, b.at))
    .map((sighting) => {
      const { at, item } = sighting;
      const declared = walk.voids.get(sightingKey(at, item)) ?? at;
      const { body } = eventUnder(events, placeKey(declared));
      const error = errorNote(declared, body, shown);
      const event = eventUnder(events, placeKey(at));
      return momentOf(sighting, event, entitlement, error);
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
 * @param {Position} at
 * @param {Body} body
 * @param {Set<string>} shown
 * @returns {ErrorNote | null}
 */
function errorNote([entry, event], body, shown) {
  const declaration = readDeclaration(body);
  if (declaration === null) return null;
  return {
    entry,
    event,
    time: declaration.time,
    reason: declaration.reason,
    corrections: [...new Set(declaration.corrections)].map((id) => ({
      event_id: id,
      is_shown: shown.has(id),
    })),
  };
}

/**
 * @param {Sighting} sighting
 * @param {ProvenEvent} event
 * @param {Entitlement} entitlement
 * @param {ErrorNote | null} error
 * @returns {Moment}
 */
function momentOf({ at, item, why }, event, entitlement, error) {
  const key = placeKey(at);
  const act = entitlement.acts.get(key);
  const step = stepOf(event, act);
  const known = STEPS.get(step) ?? REGISTRY_LABELS.get(step);
  return {
    entry: at[0],
    event: at[1],
    time: textOrNone(event.body.get("eventTime")),
    step,
    labels: { en: known?.english ?? step, zh: known?.chinese ?? step },
    place: act?.places[0] ?? "",
    issuer: event.issuer,
    issuer_name: nameOf(event.issuer, entitlement),
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
 * @param {Act | undefined} act
 */
function stepOf({ body }, act) {
  if (isRegistryEvent(body) || !act) return textOrNone(body.get("type"));
  const kinds = [...act.kinds].sort(compareText);
  const [stated = kinds[0]] = kinds.filter((kind) => !IMPLIED.includes(kind));
  const implied = IMPLIED.find((kind) => act.kinds.has(kind));
  const isAlone = kinds.every((k) => k === "observing" || IMPLIED.includes(k));
  return stated === "observing" && isAlone && implied ? implied : stated;
}

/**
 * @param {string} actor
 * @param {Entitlement} entitlement
 */
function nameOf(actor, { registry }) {
  try {
    return registry.actor(actor).name;
  } catch (error) {
    if (error instanceof UnknownActorError) return "";
    throw error;
  }
}
