// @ts-check
// What an event does, as far as permission to do it is concerned. Mirrors
// provenance/rules/act.py.
//
// What takes a grant: the step; what the form implies, whatever the step; and
// dispositions that mean as much as a step. Whatever first gives an id its
// meaning asks for the prefix that the id starts with, and so does a recall.
//
//     {"type": "ObjectEvent", "action": "ADD", "bizStep": "commissioning",
//      "readPoint": {"id": "https://id.gs1.org/414/9506000134376"}, …}
//
// puts units into being at a place, which takes the kind `commissioning`, the
// company prefix of the units and a grant for the place.

import { CODES } from "../claims/event.js";
import { fullId, prefixesOf } from "../epcis/prefixes.js";
import { MalformedError } from "../errors.js";
import { canonicalItem, ownerKey } from "../gs1/item.js";
import { dispositions, formOf, isDocument } from "./reading.js";

/** @typedef {import("../claims/act.js").Act} Act */
/** @typedef {import("../claims/act.js").Need} Need */
/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../claims/event.js").Item} Item */
/** @typedef {import("../epcis/prefixes.js").Prefixes} Prefixes */
/** @typedef {import("./book.js").EvidenceBook} EvidenceBook */
/** @typedef {import("./reading.js").EventReading} EventReading */

const NO_GOODS = ["place", "transformationID"];
const PLACES = ["readPoint", "bizLocation"];

/**
 * Return what the event does, as far as permission to do it goes.
 * @param {Body} body
 * @param {Item[]} items those that are shown
 * @param {EventReading} reading what `readEvent` made of it
 * @param {EvidenceBook} book
 * @param {string[]} pointers where its concealed fields belong
 * @returns {Act}
 * @throws {MalformedError} A field that matters here is not of its form.
 */
export function readAct(body, items, reading, book, pointers = []) {
  const form = formOf(body, book);
  if (isDocument(form)) {
    // Whoever is enrolled may keep what its own documents say.
    return { needs: [], places: [], recalls: false, hidesPlace: false };
  }
  const prefixes = prefixesOf(body);
  const { step } = reading;
  const isMaking = [...form.lists.values()].some((l) => l.effect === "made");
  const made = ownersOf(
    items.filter(({ relation }) =>
      reading.makes(/** @type {number} */ (CODES.get(relation))),
    ),
  );
  const every = ownersOf(items.filter((i) => !NO_GOODS.includes(i.relation)));
  const keys = (/** @type {string} */ kind) =>
    book.owned.has(kind) ? every : book.makes.has(kind) ? made : [];
  const implied = dispositions(body, prefixes, book).flatMap((word) => {
    const kind = book.implies.get(word);
    return kind === undefined ? [] : [kind];
  });
  return {
    needs: [
      { kinds: new Set([step]), keys: keys(step) },
      ...form.needs.map((kinds) => ({ kinds, keys: isMaking ? made : [] })),
      ...implied.map((kind) => ({ kinds: new Set([kind]), keys: keys(kind) })),
      // Who takes something out names it.
      ...([...reading.effects.values()].includes("emptied")
        ? [{ kinds: book.empties, keys: [] }]
        : []),
    ],
    places: placesOf(body, prefixes),
    recalls: reading.recalls,
    hidesPlace: pointers.some((p) => PLACES.includes(p.split("/")[1])),
  };
}

/** @param {Item[]} items */
function ownersOf(items) {
  return [...new Set(items.map(({ id }) => ownerKey(id) ?? id))];
}

/**
 * @param {Body} body
 * @param {Prefixes} prefixes
 */
function placesOf(body, prefixes) {
  /** @type {Set<string>} */
  const found = new Set();
  for (const name of PLACES) {
    const place = body.get(name) ?? null;
    if (place === null) continue;
    const given = place instanceof Map ? place.get("id") : null;
    if (typeof given !== "string") {
      throw new MalformedError(`${name} has an id`);
    }
    found.add(canonicalItem(fullId(given, prefixes)));
  }
  return [...found];
}
