// @ts-check
// The form of an event: what may not be concealed, and what must agree.
// Mirrors provenance/epcis/form.py.

import { isRegistryEvent } from "../claims/actor.js";
import { CODES } from "../claims/event.js";
import { quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { canonicalItem } from "../gs1/item.js";
import { prefixesOf } from "./acts.js";
import { STANDARD_PREFIXES, fullId } from "./prefixes.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../claims/event.js").Counts} Counts */
/** @typedef {import("../claims/event.js").Item} Item */
/** @typedef {import("../encoding/canonical.js").Value} Value */

/** What every reader must see, and so no pointer may name. */
const OPEN = new Set([
  "type",
  "action",
  "bizStep",
  "disposition",
  "persistentDisposition",
  "eventTime",
  "eventTimeZoneOffset",
  "eventID",
  "errorDeclaration",
  "after",
  "@context",
  "transformationID",
  "parentID",
]);
const MASTER_DATA = "ilmd";
const MDA = STANDARD_PREFIXES.get("cbvmda");
/** What of the master data every reader must see. */
const OPEN_MASTER_DATA = new Set([
  `${MDA}lotNumber`,
  `${MDA}itemExpirationDate`,
]);

const TRANSFORMATION = /** @type {number} */ (CODES.get("transformationID"));
const PLACE = /** @type {number} */ (CODES.get("place"));

/**
 * Check that the parts of an event go together.
 * @param {Body} body
 * @param {Counts} counts
 * @param {string[]} pointers
 * @param {Item[]} items those at hand
 * @throws {MalformedError} They do not.
 */
export function checkForm(body, counts, pointers, items) {
  if (isRegistryEvent(body)) {
    if (pointers.length) {
      throw new MalformedError("a registry event conceals nothing");
    }
    return;
  }
  for (const pointer of pointers) checkPointer(body, pointer);
  checkTransformation(body, counts, items);
  checkPlace(body, counts, items);
}

/**
 * @param {Body} body
 * @param {string} pointer
 */
function checkPointer(body, pointer) {
  const [first, second, ...more] = pointer
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const isOpen =
    OPEN.has(first) ||
    (first === MASTER_DATA &&
      (second === undefined ||
        OPEN_MASTER_DATA.has(fullId(second, prefixesOf(body)))));
  if (isOpen) {
    throw new MalformedError(`${quoted(pointer)} may not be concealed`);
  }
  /** @type {Value | undefined} */
  let value = body;
  const parts = second === undefined ? [first] : [first, second, ...more];
  for (const part of parts) {
    if (value instanceof Map) value = value.get(part);
    else if (Array.isArray(value) && /^(?:0|[1-9][0-9]*)$/.test(part)) {
      value = value[Number(part)];
    } else return;
    if (value === undefined) return;
  }
  throw new MalformedError(
    `the body says what is at ${quoted(pointer)}, which is to be concealed`,
  );
}

/**
 * @param {Body} body
 * @param {Counts} counts
 * @param {Item[]} items
 */
function checkTransformation(body, counts, items) {
  const said = body.get("transformationID") ?? null;
  const isNamed = counts.some(([code]) => code === TRANSFORMATION);
  if (said === null && !isNamed) return;
  if (!isNamed || typeof said !== "string") {
    throw new MalformedError(
      "the body and a leaf name a transformation, or neither does",
    );
  }
  const id = canonicalItem(fullId(said, prefixesOf(body)));
  if (items.some((i) => i.relation === "transformationID" && i.id !== id)) {
    throw new MalformedError("the leaf names another transformation");
  }
}

/**
 * @param {Body} body
 * @param {Counts} counts
 * @param {Item[]} items
 */
function checkPlace(body, counts, items) {
  if (!counts.some(([code]) => code === PLACE)) return;
  const place = body.get("readPoint");
  const said = place instanceof Map ? place.get("id") : null;
  if (counts.length > 1 || typeof said !== "string") {
    throw new MalformedError("a place stands for an event without items");
  }
  const id = canonicalItem(fullId(said, prefixesOf(body)));
  if (items.some((i) => i.relation === "place" && i.id !== id)) {
    throw new MalformedError("the leaf names another place");
  }
}
