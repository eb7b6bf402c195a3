// @ts-check
// What a label says: the thing, and what else is beside its key. Mirrors
// provenance/gs1/label.py.
//
//     https://brand.example/01/09506000134352/10/L7/21/42?17=271231
//     (01)09506000134352(21)42(10)L7(17)271231
//
// Both name https://id.gs1.org/01/09506000134352/21/42, and say that its lot
// is L7 and that it expires on 31 December 2027. Those are no part of what it
// is, but can be held against what was logged of it (proof/labelled.js).
//
// Of a link's query every number with a value is taken, valid or not: what is
// wrong there does not agree with anything, and is not to pass for unsaid.

import { CANONICAL_STEM, Identifier, ORDERS } from "./identifier.js";
import { isEpcUrn } from "./epcurn.js";
import { canonicalItem } from "./item.js";
import { tidy } from "./keyboard.js";
import { parameters, splitLink, unescaped } from "./linkpath.js";

/**
 * What a label says: the id of what it names, and the AIs and values that it
 * says besides, each once.
 * @typedef {{item: string, said: [string, string][]}} Label
 */

/**
 * Return what `text` says, an item in any of its spellings.
 * @param {string} text
 * @returns {Promise<Label>}
 * @throws {MalformedError} It names nothing, or not validly.
 */
export async function readLabel(text) {
  const plain = tidy(text);
  /** @type {string} */
  let item;
  /** @type {Iterable<[string, string]>} */
  let elements = [];
  if (/^[A-Za-z]\S*$/.test(plain)) {
    item = canonicalItem(plain);
    elements = elementsOf(plain, item);
  } else {
    // The table of AIs is read for who scans, not for who verifies.
    const { contentOf, parseScan, readCode } = await import("./reading.js");
    item = readCode(text);
    const uri = contentOf(plain);
    elements = uri === null ? parseScan(plain) : elementsOf(uri, item);
  }
  if (!item.startsWith(`${CANONICAL_STEM}/`)) return { item, said: [] };
  const own = new Map(splitLink(item).elements);
  /** @type {Map<string, [string, string]>} */
  const said = new Map();
  for (const [ai, value] of elements) {
    const isNothing = ai === "254" && value === "0";
    if (own.get(ai) === value || isNothing) continue;
    said.set(`${ai} ${value}`, [ai, value]);
  }
  return { item, said: [...said.values()] };
}

/**
 * Return the Digital Link that says what a label does.
 * @param {Label} label of a GS1 key
 */
export function linkOf({ item, said }) {
  if (!said.length) return item;
  const { key, value, qualifiers } = splitLink(item).identifier;
  const order =
    ORDERS.get(key)?.find((each) =>
      qualifiers.every(([ai]) => each.includes(ai)),
    ) ?? [];
  const inPath = said.filter(([ai]) => order.includes(ai));
  const all = [...inPath, ...qualifiers].sort(
    ([a], [b]) => order.indexOf(a) - order.indexOf(b),
  );
  const query = said
    .filter(([ai]) => !order.includes(ai))
    .map(([ai, text]) => `${ai}=${encodeURIComponent(text)}`);
  const { link } = new Identifier(key, value, all);
  return query.length ? `${link}?${query.join("&")}` : link;
}

/**
 * Return all that a URI says, which names `item`.
 * @param {string} uri
 * @param {string} item
 * @returns {[string, string][]}
 */
function elementsOf(uri, item) {
  if (isEpcUrn(uri) || !item.startsWith(`${CANONICAL_STEM}/`)) return [];
  const { elements, query } = splitLink(uri);
  for (const [ai, value] of parameters(query)) {
    if (/^[0-9]{2,4}$/.test(ai) && value) {
      elements.push([ai, unescaped(value.replaceAll("+", " "))]);
    }
  }
  return elements;
}
