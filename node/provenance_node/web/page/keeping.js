// @ts-check
// The trust file that this browser keeps: whom it believes.
//
// The first one that the node gives is kept, with its hash and when that was.
// If the node later gives another, the kept one goes on being used until the
// user says otherwise: whoever takes over a ledger's server cannot replace the
// keys that earlier visitors hold. A file of the user's own comes before both.

import { toHex } from "../verify/encoding/bytes.js";
import { sha256 } from "../verify/encoding/digest.js";
import { utf8 } from "../verify/encoding/text.js";
import { MalformedError } from "../verify/errors.js";
import { parseTrust } from "../verify/proof/trust.js";

const KEY = "provenance.trust";

/**
 * A trust file that is kept.
 * @typedef {object} Kept
 * @property {string} text
 * @property {string} sha256 in hexadecimal
 * @property {number} since when it was first seen here, in ms
 * @property {string} name the file's, if the user chose it; else ""
 */

/**
 * What is used, and what the node gave instead.
 * @typedef {object} Believed
 * @property {Kept | null} kept
 * @property {Kept | null} other what the node gives, if it is another
 */

/**
 * Return a trust file as it is kept.
 * @param {string} text
 * @param {number} now
 * @returns {Kept}
 * @throws {MalformedError} It is none.
 */
export function toKeep(text, now, name = "") {
  parseTrust(text);
  return { text, sha256: toHex(sha256(utf8(text))), since: now, name };
}

/**
 * Return which trust file counts, given what is kept and what the node gives.
 * @param {Kept | null} kept
 * @param {Kept | null} given null if it could not be had
 * @returns {Believed}
 */
export function choose(kept, given) {
  if (!kept) return { kept: given, other: null };
  const isOther = given !== null && given.sha256 !== kept.sha256;
  return { kept, other: isOther ? given : null };
}

/**
 * Return the lines that two files do not share, in order: those only in the
 * first with −, those only in the second with +.
 * @param {string} first
 * @param {string} second
 */
export function differences(first, second) {
  const [a, b] = [first.split("\n"), second.split("\n")];
  const [inA, inB] = [new Set(a), new Set(b)];
  return [
    ...a.filter((line) => line && !inB.has(line)).map((line) => `− ${line}`),
    ...b.filter((line) => line && !inA.has(line)).map((line) => `+ ${line}`),
  ];
}

/**
 * Return what is kept, null if nothing is or it cannot be read.
 * @param {Storage | null} storage
 * @returns {Kept | null}
 */
export function load(storage) {
  const text = storage?.getItem(KEY);
  if (!text) return null;
  try {
    const { text: file, since, name } = JSON.parse(text);
    if (typeof since !== "number" || typeof name !== "string") return null;
    return toKeep(file, since, name);
  } catch (error) {
    // What was kept by another version, or spoilt: it is fetched again.
    if (
      error instanceof SyntaxError ||
      error instanceof MalformedError ||
      error instanceof TypeError
    ) {
      return null;
    }
    throw error;
  }
}

/**
 * Keep a trust file; without room or permission it is used this once.
 * @param {Storage | null} storage
 * @param {Kept | null} kept null to forget
 */
export function save(storage, kept) {
  try {
    if (kept) storage?.setItem(KEY, JSON.stringify(kept));
    else storage?.removeItem(KEY);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

/** Return the browser's storage, null where it is switched off. */
export function openStorage() {
  try {
    return globalThis.localStorage ?? null;
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
