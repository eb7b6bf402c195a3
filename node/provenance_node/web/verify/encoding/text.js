// @ts-check
// Text as Python counts, orders and quotes it, so that both say the same.
//
// JavaScript's strings are UTF-16: "𠮷" has the length 2 there and sorts below
// "ﬀ", though its code point is the greater one. Formats count bytes of UTF-8
// or code points, and sort by either, which is the same order.

const encoder = new TextEncoder();
// A byte order mark is a character like any other.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Controls, and what turns the direction in which a line is read. */
export const HIDDEN =
  /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

// Whole pairs are one character here, and in no such category.
const HALF = /\p{Cs}/u;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}]/u;

/**
 * Return `text` as UTF-8. Half of a surrogate pair must not be in it.
 * @param {string} text
 */
export function utf8(text) {
  return encoder.encode(text);
}

/**
 * Return the text that `data` spells in UTF-8; null if it spells none.
 * @param {Uint8Array} data
 */
export function textOf(data) {
  try {
    return decoder.decode(data);
  } catch {
    return null;
  }
}

/**
 * Return where half of a surrogate pair stands in `text`, or -1.
 * @param {string} text
 */
export function findHalf(text) {
  return text.search(HALF);
}

/**
 * Order by code points, for sorting.
 * @param {string} a
 * @param {string} b
 */
export function compareText(a, b) {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/**
 * Surrogates stand for code points above all that stand for themselves.
 * @param {number} unit
 */
function rank(unit) {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/**
 * Return how many code points `text` has.
 * @param {string} text
 */
export function countCharacters(text) {
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    if (isPair(text, i)) count--;
  }
  return count;
}

/**
 * Return the first `count` code points of `text`.
 * @param {string} text
 * @param {number} count
 */
export function head(text, count) {
  let end = 0;
  while (count-- > 0 && end < text.length) end += isPair(text, end + 1) ? 2 : 1;
  return text.slice(0, end);
}

/**
 * Return `text` in quotes for a message, as Python's repr does.
 * @param {string} text
 */
export function quoted(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let shown = quote;
  for (const character of text) {
    if (character === quote || character === "\\") shown += "\\" + character;
    else if (character === "\n") shown += "\\n";
    else if (character === "\r") shown += "\\r";
    else if (character === "\t") shown += "\\t";
    else if (character !== " " && UNPRINTABLE.test(character)) {
      shown += escaped(/** @type {number} */ (character.codePointAt(0)));
    } else shown += character;
  }
  return shown + quote;
}

/** @param {number} code */
function escaped(code) {
  const hex = code.toString(16);
  if (code < 0x100) return "\\x" + hex.padStart(2, "0");
  if (code < 0x10000) return "\\u" + hex.padStart(4, "0");
  return "\\U" + hex.padStart(8, "0");
}

/**
 * Whether the unit at `i` is the second half of a pair.
 * @param {string} text
 * @param {number} i
 */
function isPair(text, i) {
  const low = text.charCodeAt(i);
  if (!(low >= 0xdc00 && low <= 0xdfff)) return false;
  const high = text.charCodeAt(i - 1);
  return high >= 0xd800 && high <= 0xdbff;
}
