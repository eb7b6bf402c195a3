// @ts-check
// GS1 element strings: AIs and values in one line, as codes carry them.
// Mirrors provenance/gs1/elementstring.py and elements.py, as far as naming a
// thing needs them.
//
//     (01)09506000134352(21)A\(1)(17)271231      bracketed, for people
//     010950600013435221A(1)␝17271231              raw, ␝ is FNC1 (ASCII 29)
//
// Raw, a value ends where its AI's length is predefined, else at FNC1 or at
// the end (GS1 General Specifications, section 7.8). Bracketed, a value ends
// at the next `(`; one that belongs to the value is written `\(`.

import { head, quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { Identifier, KEYS, ORDERS } from "./identifier.js";
import { findAI, findAIAt } from "./ai.js";

/** The ASCII group separator, as which a scanner delivers FNC1. */
export const FNC1 = "\x1d";

/** The most characters of a code's content: a QR code holds 7,089 digits. */
export const MAX_CODE_LENGTH = 8192;

/** @typedef {[string, string]} Element an AI's digits and its value */

/**
 * Return what `text` says, bracketed if it starts with `(`, else raw.
 * @param {string} text
 * @returns {Map<string, string>} AI → value, in order
 * @throws {MalformedError} It is no element string, or says what is not valid.
 */
export function parseElementString(text) {
  checkLength(text);
  return text.startsWith("(") ? gather(readBracketed(text)) : parseRaw(text);
}

/**
 * Return what `text` says, the content of a code.
 * @param {string} text
 * @returns {Map<string, string>} AI → value, in order
 * @throws {MalformedError} It is no element string, or says what is not valid.
 */
export function parseRaw(text) {
  checkLength(text);
  return gather(readRaw(text));
}

/** @param {string} text */
function checkLength(text) {
  if (text.length > MAX_CODE_LENGTH) {
    throw new MalformedError(
      `a code holds at most ${MAX_CODE_LENGTH} characters, not ${text.length}`,
    );
  }
}

/**
 * Return `elements` by their AIs, each once.
 *
 * A label may say the same thing twice, in two symbols; never two things.
 * @param {Iterable<Element>} elements
 * @throws {MalformedError} There is none, a value is not of its AI, one AI has
 *     two values, or one bars another.
 */
export function gather(elements) {
  const all = [...elements];
  /** @type {Map<string, string>} */
  const values = new Map();
  for (const [code, value] of all) {
    findAI(code).check(value);
    const other = values.get(code) ?? value;
    if (other !== value) {
      throw new MalformedError(
        `(${code}) has two values, ${quoted(other)} and ${quoted(value)}`,
      );
    }
    values.set(code, value);
  }
  if (!values.size) {
    throw new MalformedError("there is no element, such as (01)09506000134352");
  }
  for (const code of values.keys()) {
    for (const bar of findAI(code).bars) {
      const pattern = new RegExp(`^${bar.replaceAll("n", "[0-9]")}$`);
      for (const other of values.keys()) {
        if (other !== code && pattern.test(other)) {
          throw new MalformedError(`(${code}) cannot stand beside (${other})`);
        }
      }
    }
  }
  return values;
}

/**
 * Return the key among `values` with its qualifiers, null without one.
 *
 * Of several keys it is the one that leaves the fewest elements behind that
 * can be no attributes; of those, the first that is given. Of several orders
 * of qualifiers it is the one that takes in the most.
 * @param {Map<string, string>} values
 * @throws {MalformedError} A key's value is not of its form.
 */
export function chooseIdentifier(values) {
  /** @type {Identifier | null} */
  let best = null;
  let fewest = Infinity;
  for (const [key, value] of values) {
    if (!KEYS.has(key)) continue;
    const qualifiers = chooseQualifiers(key, values);
    // A payee alone is no key: it needs the reference of a payment.
    if (!qualifiers.length && key === "415") continue;
    const each = new Identifier(key, value, qualifiers);
    const taken = new Set([key, ...qualifiers.map(([ai]) => ai)]);
    let left = 0;
    for (const ai of values.keys()) {
      if (!taken.has(ai) && !findAI(ai).isAttribute) left++;
    }
    if (left < fewest) [best, fewest] = [each, left];
  }
  return best;
}

/**
 * @param {string} key
 * @param {Map<string, string>} values
 * @returns {Element[]}
 */
function chooseQualifiers(key, values) {
  /** @type {Element[]} */
  let best = [];
  for (const order of ORDERS.get(key) ?? []) {
    /** @type {Element[]} */
    const found = [];
    for (const ai of order) {
      const value = values.get(ai);
      if (value !== undefined) found.push([ai, value]);
    }
    if (found.length > best.length) best = found;
  }
  return best;
}

/**
 * @param {string} text
 * @returns {Generator<Element>}
 */
function* readBracketed(text) {
  const form = /\(([0-9]{2,4})\)((?:[^(\\]|\\\()*)/y;
  while (form.lastIndex < text.length) {
    const position = form.lastIndex;
    const found = form.exec(text);
    if (!found) {
      throw new MalformedError(
        `${quoted(head(text.slice(position), 20))} at position ${position} is` +
          " neither an AI in brackets nor part of a value: ( in a value is" +
          " written \\(, and nothing else with a backslash",
      );
    }
    const value = found[2].replaceAll("\\(", "(");
    yield checkedAt(position, found[1], value);
  }
}

/**
 * @param {string} text
 * @returns {Generator<Element>}
 */
function* readRaw(text) {
  let position = text.startsWith(FNC1) ? 1 : 0;
  while (position < text.length) {
    const ai = findAIAt(text, position);
    const start = position + ai.code.length;
    let end = text.indexOf(FNC1, start);
    if (end === -1) end = text.length;
    if (ai.isPredefined) end = Math.min(end, start + ai.longest);
    yield checkedAt(position, ai.code, text.slice(start, end));
    position = text.startsWith(FNC1, end) ? end + 1 : end;
  }
}

/**
 * @param {number} position
 * @param {string} code
 * @param {string} value
 * @returns {Element}
 */
function checkedAt(position, code, value) {
  try {
    findAI(code).check(value);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new MalformedError(`at position ${position}: ${error.message}`);
  }
  return [code, value];
}
