// @ts-check
// The known word that somebody may have meant: 'comissioning'.
// Mirrors provenance/encoding/nearest.py.

import { compareText, quoted } from "./text.js";

const MOST = 3;
const LONGEST = 64;

/**
 * Return a question that ends a message; "" if no word is near `said`.
 * @param {string} said
 * @param {Iterable<string>} known
 */
export function suggestion(said, known) {
  const word = nearest(said, known);
  return word === null ? "" : `: did you mean ${quoted(word)}?`;
}

/**
 * Return the word of `known` that `said` is nearly, if there is one.
 * @param {string} said
 * @param {Iterable<string>} known
 * @returns {string | null}
 */
export function nearest(said, known) {
  const letters = [...said.toLowerCase()];
  if (letters.length > LONGEST) return null;
  const most = Math.min(MOST, Math.max(1, Math.floor(letters.length / 4)));
  let least = most + 1;
  /** @type {string | null} */
  let found = null;
  for (const word of [...known].sort(compareText)) {
    const other = [...word.toLowerCase()];
    if (Math.abs(other.length - letters.length) > most) continue;
    const wrong = distance(letters, other);
    if (wrong < least) [least, found] = [wrong, word];
  }
  return found;
}

/**
 * Return how many letters of `left` must change to make it `right`.
 * @param {string[]} left
 * @param {string[]} right
 */
function distance(left, right) {
  /** @type {number[]} */
  let before = [];
  let row = Array.from({ length: right.length + 1 }, (_, j) => j);
  for (let i = 1; i <= left.length; i++) {
    const last = before;
    before = row;
    row = [i];
    for (let j = 1; j <= right.length; j++) {
      const [a, b] = [left[i - 1], right[j - 1]];
      let least = Math.min(
        before[j] + 1,
        row[j - 1] + 1,
        before[j - 1] + (a === b ? 0 : 1),
      );
      const isSwapped = i > 1 && j > 1 && a === right[j - 2];
      if (isSwapped && left[i - 2] === b) {
        least = Math.min(least, last[j - 2] + 1);
      }
      row.push(least);
    }
  }
  return row[right.length];
}
