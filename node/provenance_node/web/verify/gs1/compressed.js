// @ts-check
// Telling a compressed GS1 Digital Link from other addresses.
//
//     https://brand.example/CxFKk4XBoI1XgkZCCgAq
//     https://brand.example/01/09506000134352/EEarwSMXQjfyEFABU
//
// Compressed, AIs and values are bits in base64url (GS1 Digital Link:
// Compression; provenance/gs1/compressed.py reads them). Here it is enough to
// see one: its first AI is a key, written as two hexadecimal digits or one of
// the pairs that start with a key, and the digits of that key follow with a
// check digit that is right. Or a key and its value, plain, come before it.

import { hasCheckDigit } from "./checkdigit.js";
import { KEYS } from "./identifier.js";

const ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// How two hexadecimal digits that stand for a GTIN first look: AI 01 alone,
// or together with another.
const GTIN_FIRST = /^(?:01|0[A-F]|1[A-F]|2[A-F]|3[A-F]|A[0-9])$/;

/**
 * Whether `uri` is, as far as can be seen, a compressed Digital Link.
 * @param {string} uri
 */
export function isCompressed(uri) {
  const link = /^https?:\/\/[^/?#]+\/([^?#]*)/i.exec(uri);
  if (!link) return false;
  const segments = link[1].replace(/\/$/, "").split("/");
  const last = segments[segments.length - 1];
  if (!/^[A-Za-z0-9_-]{5,1024}$/.test(last)) return false;
  const [key, value] = segments.slice(-3);
  if (segments.length >= 3 && KEYS.get(key)?.pattern.test(value)) {
    // `/01/09506000134352/reviews` is a page of a shop: words are not bits.
    return !/^[a-z]+(?:[-_][a-z]+)*$/.test(last);
  }
  return startsWithKey(last);
}

/** @param {string} text */
function startsWithKey(text) {
  let bits = "";
  for (const character of text.slice(0, 14)) {
    bits += ALPHABET.indexOf(character).toString(2).padStart(6, "0");
  }
  const first = parseInt(bits.slice(0, 8), 2).toString(16).toUpperCase();
  const code = first.padStart(2, "0");
  // An N14 has 47 bits, an N18 has 60.
  if (GTIN_FIRST.test(code)) return isNumber(bits.slice(8, 55), 47, 14);
  return code === "00" && isNumber(bits.slice(8, 68), 60, 18);
}

/**
 * Whether `bits` are so many, and a number of `size` digits with a check digit.
 * @param {string} bits
 * @param {number} count
 * @param {number} size
 */
function isNumber(bits, count, size) {
  if (bits.length !== count) return false;
  const digits = BigInt(`0b${bits}`).toString().padStart(size, "0");
  return digits.length === size && hasCheckDigit(digits);
}
