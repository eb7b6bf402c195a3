// @ts-check
// What the parts of an event may be beside each other. Mirrors
// provenance/epcis/form.py, as far as a verifier asks.
//
// `claims/event.js` sees to each leaf by itself; here it is what the body says
// that an item or a concealed field must agree with:
//
// - what a rule reads is not concealed: type, action, step, dispositions, time,
//   id, the declaration of an error, `after`, the prefixes, whatever names
//   items, and in `ilmd` lot and expiry, in each spelling of their names;
// - a concealed field stands where the body has nothing, and not inside
//   another;
// - a `transformationID` is an item of the event, too, and the one that the
//   body names; an event without any other item has its read point for one;
// - a registry event has its actor for its one item, conceals nothing, and no
//   other event names an actor so;
// - an item's id is in canonical form, and not that of the trust item.

import { ACTOR_RELATION, isRegistryEvent } from "../claims/actor.js";
import { CODES } from "../claims/event.js";
import { TRUST_ITEM } from "../claims/versions.js";
import { head, quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { canonicalItem } from "../gs1/item.js";
import { prefixesOf } from "./acts.js";
import { STANDARD_PREFIXES, fullId } from "./prefixes.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../claims/event.js").Counts} Counts */
/** @typedef {import("../claims/event.js").Item} Item */
/** @typedef {import("../encoding/canonical.js").Value} Value */
/** @typedef {import("./prefixes.js").Prefixes} Prefixes */

const MDA = STANDARD_PREFIXES.get("cbvmda");
/** The full names of lot number and expiry among master data (`ilmd`). */
const OPEN_MASTER_DATA = [`${MDA}lotNumber`, `${MDA}itemExpirationDate`];

/** The members that everybody sees, whole; in `ilmd` there are two more. */
export const NEVER_CONCEALED = new Set([
  "childEPCs",
  "childQuantityList",
  "epcList",
  "inputEPCList",
  "inputQuantityList",
  "outputEPCList",
  "outputQuantityList",
  "parentID",
  "quantityList",
  "@context",
  "action",
  "after",
  "bizStep",
  "disposition",
  "errorDeclaration",
  "eventID",
  "eventTime",
  "eventTimeZoneOffset",
  "persistentDisposition",
  "transformationID",
  "type",
]);

const ILMD = "ilmd";
const TRANSFORMATION_ID = "transformationID";
const PLACE_RELATION = "place";
const ACTOR = CODES.get(ACTOR_RELATION);
const TRANSFORMATION = CODES.get(TRANSFORMATION_ID);
const PLACE = CODES.get(PLACE_RELATION);

/**
 * Check that `body` and the header of one event agree.
 * @param {Body} body
 * @param {Counts} counts
 * @param {string[]} pointers
 * @throws {MalformedError} They do not.
 */
export function checkForm(body, counts, pointers) {
  const codes = counts.map(([code]) => code);
  if (isRegistryEvent(body)) {
    const [[code, count]] = counts;
    if (
      counts.length !== 1 ||
      code !== ACTOR ||
      count !== 1 ||
      pointers.length
    ) {
      throw new MalformedError(
        "a registry event has its actor for its one item, and conceals" +
          " nothing",
      );
    }
    return;
  }
  if (codes.some((code) => code === ACTOR)) {
    throw new MalformedError("only registry events name actors as items");
  }
  if (
    codes.some((code) => code === TRANSFORMATION) !==
    body.has(TRANSFORMATION_ID)
  ) {
    throw new MalformedError(
      "a transformationID stands in the body and among the items",
    );
  }
  if (codes.length > 1 && codes.some((code) => code === PLACE)) {
    throw new MalformedError(
      "a place is an item of an event that has no other",
    );
  }
  if (pointers.length) checkPointers(body, pointers);
}

/**
 * Check that `item` is one that the event of this body may name.
 * @param {Body} body
 * @param {Item} item
 * @throws {MalformedError} Its id is not in canonical form, or the body names
 *     another transformation or read point.
 */
export function checkNamed(body, { relation, id }) {
  // An event there would stand among the versions of the trust.
  if (id.startsWith(TRUST_ITEM)) {
    throw new MalformedError(
      `${quoted(head(id, 80))} has the log's own entries for a trail, and no` +
        " event may name it",
    );
  }
  // An actor is whom its registry knows by just these characters.
  if (relation === ACTOR_RELATION) return;
  const canonical = canonicalItem(id);
  if (canonical !== id) {
    throw new MalformedError(
      `item ${quoted(id)} is not in canonical form: write ${quoted(canonical)}`,
    );
  }
  let named = id;
  if (relation === TRANSFORMATION_ID) named = transformationOf(body);
  else if (relation === PLACE_RELATION) named = readPointOf(body);
  if (named !== id) {
    throw new MalformedError(
      `the body names ${quoted(named)} as ${relation}, not ${quoted(id)}`,
    );
  }
}

/** @param {Body} body */
function transformationOf(body) {
  const given = body.get(TRANSFORMATION_ID);
  if (typeof given !== "string") {
    throw new MalformedError("a transformationID is a URI");
  }
  return canonicalItem(fullId(given, prefixesOf(body)));
}

/** @param {Body} body */
function readPointOf(body) {
  const point = body.get("readPoint");
  const place = point instanceof Map ? point.get("id") : null;
  if (typeof place !== "string") {
    throw new MalformedError(
      "the event names neither an item nor a read point",
    );
  }
  return canonicalItem(fullId(place, prefixesOf(body)));
}

/**
 * @param {Body} body
 * @param {string[]} pointers
 */
function checkPointers(body, pointers) {
  const there = new Set(pointers);
  const prefixes = prefixesOf(body);
  for (const pointer of pointers) {
    const steps = splitPointer(pointer);
    const shown = quoted(head(pointer, 80));
    if (!mayBeConcealed(steps, prefixes)) {
      throw new MalformedError(
        `${shown} may not be concealed: whoever judges the event reads it, or` +
          " a part of it",
      );
    }
    let above = pointer.slice(0, pointer.lastIndexOf("/"));
    for (; above; above = above.slice(0, above.lastIndexOf("/"))) {
      if (there.has(above)) {
        throw new MalformedError(
          `the concealed field ${shown} stands in another`,
        );
      }
    }
    checkVacant(body, steps, pointer);
  }
}

/**
 * Return the steps of a JSON Pointer (RFC 6901), outermost first.
 * @param {string} pointer
 */
function splitPointer(pointer) {
  return pointer
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/**
 * Whether what these steps lead to may be a concealed field.
 * @param {string[]} steps
 * @param {Prefixes} prefixes those that the event defines
 */
function mayBeConcealed([first, ...deeper], prefixes) {
  if (first !== ILMD) return !NEVER_CONCEALED.has(first);
  // Of the master data as a whole the lot and the expiry are a part.
  return (
    deeper.length > 0 && !OPEN_MASTER_DATA.includes(fullId(deeper[0], prefixes))
  );
}

/**
 * Refuse a concealed field where, or inside of what, the body says.
 * @param {Body} body
 * @param {string[]} steps
 * @param {string} pointer
 */
function checkVacant(body, steps, pointer) {
  /** @type {Value} */
  let value = body;
  for (const step of steps) {
    if (!(value instanceof Map)) break;
    if (!value.has(step)) return;
    value = value.get(step) ?? null;
  }
  throw new MalformedError(
    `the body has a value where the field ${quoted(head(pointer, 80))} is` +
      " concealed",
  );
}
