// @ts-check
// What the parts of an event may be beside each other. Mirrors
// provenance/rules/form.py, as far as a verifier asks.
//
// `claims/event.js` sees to each leaf by itself; here it is what its type, its
// words and its lists must agree in:
//
// - type and action are those of a form of the evidence book, which says which
//   lists there may be, how many items in each, and which must not be empty;
// - steps are words that the book knows, or URIs of somebody's own; no text of
//   the body hides control characters;
// - what a rule reads is not concealed: the book says which members;
// - a concealed field stands where the body has nothing, and not inside
//   another;
// - a `transformationID` is an item of the event, too, and the one that the
//   body names; an event without any other item that could have a trail, some
//   of a class alone, has its place for one, or is about the class;
// - an event that warns of a whole product names it as what it is `about`, too;
// - a registry event has its actor for its one item, conceals nothing, and no
//   other event names an actor so;
// - an item's id is in canonical form, and not that of the trust item; who is
//   enrolled has the id of a party, not of a thing.
//
// Of an event of which a part alone is shown these can be asked with
// `checkForm` and `checkNamed`; `checkItems` takes all of its items.

import { ACTOR_RELATION, ENROLLED, isRegistryEvent } from "../claims/actor.js";
import {
  CODES,
  QUANTITY_LISTS,
  RELATIONS,
  hasTrail,
  readAfter,
} from "../claims/event.js";
import { TRUST_ITEM } from "../claims/versions.js";
import { HIDDEN, head, quoted } from "../encoding/text.js";
import { fullId, prefixesOf } from "../epcis/prefixes.js";
import { MalformedError } from "../errors.js";
import { canonicalItem, gtinOf } from "../gs1/item.js";
import { checkActorId } from "./identity.js";
import { formOf, readEvent } from "./reading.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../claims/event.js").Counts} Counts */
/** @typedef {import("../claims/event.js").Item} Item */
/** @typedef {import("../encoding/canonical.js").Value} Value */
/** @typedef {import("../epcis/prefixes.js").Prefixes} Prefixes */
/** @typedef {import("./book.js").EvidenceBook} EvidenceBook */
/** @typedef {import("./book.js").Form} Form */
/** @typedef {import("./reading.js").EventReading} EventReading */

const ILMD = "ilmd";
const TRANSFORMATION_ID = "transformationID";
const PLACE_RELATION = "place";
const ABOUT = codeOf("about");
const ACTOR = codeOf(ACTOR_RELATION);
const TRANSFORMATION = codeOf(TRANSFORMATION_ID);
const PLACE = codeOf(PLACE_RELATION);
const PLACES = ["readPoint", "bizLocation"];
const AMOUNTS = new Set([...QUANTITY_LISTS].map(codeOf));
/** What gives a trail to an event of some of a class alone, in every form. */
const STANDS_IN = new Set([PLACE, ABOUT]);

/** @param {string} relation */
function codeOf(relation) {
  return /** @type {number} */ (CODES.get(relation));
}

/**
 * Check that `body` and the header of one event agree; return what it says.
 * @param {Body} body
 * @param {Counts} counts
 * @param {string[]} pointers
 * @param {EvidenceBook} book the one in force
 * @throws {MalformedError} They do not.
 */
export function checkForm(body, counts, pointers, book) {
  const codes = new Set(counts.map(([code]) => code));
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
    return readEvent(body, counts, book);
  }
  checkTexts(body);
  const reading = readEvent(body, counts, book);
  if (codes.has(ACTOR)) {
    throw new MalformedError("only registry events name actors as items");
  }
  if (codes.has(TRANSFORMATION) !== body.has(TRANSFORMATION_ID)) {
    throw new MalformedError(
      "a transformationID stands in the body and among the items",
    );
  }
  if (
    codes.has(PLACE) &&
    [...codes].some((code) => code !== PLACE && !AMOUNTS.has(code))
  ) {
    throw placeBeside();
  }
  const fault = listsFault(formOf(body, book), counts);
  if (fault) {
    const named = `${body.get("type")} ${body.get("action") ?? ""}`;
    throw new MalformedError(named.trimEnd() + fault);
  }
  if (pointers.length) checkPointers(body, pointers, book);
  return reading;
}

/**
 * Check what takes all items of one event.
 * @param {Body} body
 * @param {Item[]} items
 * @param {EventReading} reading what `checkForm` returned
 * @param {EvidenceBook} book
 * @throws {MalformedError} They do not agree.
 */
export function checkItems(body, items, { warns, recalls }, book) {
  const named = new Set(items.map(({ id }) => id));
  for (const [id] of readAfter(body)) {
    if (!named.has(id)) {
      throw new MalformedError(
        `\`after\` asks for the trail of ${quoted(head(id, 80))}, which is no` +
          " item of the event",
      );
    }
  }
  const others = items.filter(({ relation }) => relation !== PLACE_RELATION);
  if (
    others.length < items.length &&
    others.some(({ id, relation }) => hasTrail(id, relation))
  ) {
    throw placeBeside();
  }
  const missing = warns ? productOf(items) : undefined;
  if (missing === undefined) return;
  if (formOf(body, book).lists.has(ABOUT)) {
    throw new MalformedError(
      `a warning of the whole product ${quoted(missing)} names it as what it` +
        " is about, too",
    );
  }
  if (recalls) {
    throw new MalformedError(
      `a recall of the whole product ${quoted(missing)} is an ObjectEvent` +
        " that is about it: this type of event is on no product's trail",
    );
  }
}

function placeBeside() {
  return new MalformedError(
    "a place is an item of an event that has no other with a trail",
  );
}

/**
 * Return a product that `items` name whole, and are not about.
 *
 * A variant of a product (AI 22) is in nobody's story but the product is, for
 * no id of a unit says which variant it is.
 * @param {Item[]} items
 */
function productOf(items) {
  const about = new Set(
    items.filter((item) => item.relation === "about").map(({ id }) => id),
  );
  return items
    .filter(
      ({ id, relation }) =>
        (QUANTITY_LISTS.has(relation) || relation === "about") &&
        // A class has no trail where some of it is named.
        !hasTrail(id, "quantityList"),
    )
    .map(({ id }) => `https://id.gs1.org/01/${gtinOf(id)}`)
    .find((product) => !about.has(product));
}

/**
 * Return what is wrong with lists of these sizes, "" if nothing is.
 * @param {Form} form
 * @param {Counts} counts
 */
function listsFault({ lists, some }, counts) {
  const found = new Map(counts);
  const others = [...found.keys()].filter((code) => !STANDS_IN.has(code));
  const isLoose = others.length > 0 && others.every((c) => AMOUNTS.has(c));
  for (const code of found.keys()) {
    if (isLoose && STANDS_IN.has(code)) continue;
    if (!lists.has(code)) return ` has no ${RELATIONS[code - 1]}`;
  }
  for (const [code, { least, most }] of lists) {
    const number = found.get(code) ?? 0;
    if (number < least || (most && number > most)) {
      const wanted = number < least ? least : most;
      return ` has ${wanted} ${RELATIONS[code - 1]}, and this one has ${number}`;
    }
  }
  const empty = some.find((codes) => ![...codes].some((c) => found.has(c)));
  if (!empty) return "";
  const names = [...empty].sort((a, b) => a - b).map((c) => RELATIONS[c - 1]);
  return ` names an item in ${names.join(" or ")}, and this one none`;
}

/** @param {Body} body */
function checkTexts(body) {
  for (const [name, value] of body) {
    if (typeof value === "string" && HIDDEN.test(value)) {
      throw new MalformedError(
        `${head(name, 80)} holds a character that cannot be seen:` +
          ` ${quoted(head(value, 80))}`,
      );
    }
  }
}

/**
 * Check that `item` is one that the event of this body may name.
 * @param {Body} body
 * @param {Item} item
 * @throws {MalformedError} Its id is not in canonical form, or the body names
 *     another transformation or place.
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
  if (relation === ACTOR_RELATION) {
    if (body.get("type") === ENROLLED) checkActorId(id);
    return;
  }
  const canonical = canonicalItem(id);
  if (canonical !== id) {
    throw new MalformedError(
      `item ${quoted(id)} is not in canonical form: write ${quoted(canonical)}`,
    );
  }
  let named = id;
  if (relation === TRANSFORMATION_ID) named = transformationOf(body);
  else if (relation === PLACE_RELATION) named = placeOf(body);
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

/**
 * Return the id of where it was read, else of where things are since.
 * @param {Body} body
 */
function placeOf(body) {
  const points = PLACES.map((name) => body.get(name) ?? null);
  const point = points.find((each) => each !== null);
  const place = point instanceof Map ? point.get("id") : null;
  if (typeof place !== "string") {
    throw new MalformedError(
      "the event names neither an item nor a place",
    );
  }
  return canonicalItem(fullId(place, prefixesOf(body)));
}

/**
 * @param {Body} body
 * @param {string[]} pointers
 * @param {EvidenceBook} book
 */
function checkPointers(body, pointers, book) {
  const there = new Set(pointers);
  const prefixes = prefixesOf(body);
  for (const pointer of pointers) {
    const steps = splitPointer(pointer);
    const shown = quoted(head(pointer, 80));
    if (!mayBeConcealed(steps, prefixes, book)) {
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
 * @param {EvidenceBook} book
 */
function mayBeConcealed([first, ...deeper], prefixes, book) {
  if (first !== ILMD) return !book.openMembers.has(first);
  // Of the master data as a whole the lot and the expiry are a part.
  return deeper.length > 0 && !book.openIlmd.has(fullId(deeper[0], prefixes));
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
