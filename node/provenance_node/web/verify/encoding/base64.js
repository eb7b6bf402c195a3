// @ts-check
// Base64 with one spelling for every byte string (RFC 4648, section 4).
// Mirrors provenance/encoding/base64.py.
//
//     00 ff  <->  "AP8="
//
// The padding is there, nothing else is, and the bits that encode nothing are
// zero: "AP9=" stands for the same two bytes and is refused. `atob` would
// take it, and blanks too.

import { MalformedError } from "../errors.js";
import { countCharacters } from "./text.js";

const ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/**
 * Return `data` in the standard alphabet, padded.
 * @param {Uint8Array} data
 */
export function encodeBase64(data) {
  let text = "";
  for (let i = 0; i < data.length; i += 3) {
    const [a, b = 0, c = 0] = data.subarray(i, i + 3);
    text +=
      ALPHABET[a >> 2] +
      ALPHABET[((a & 3) << 4) | (b >> 4)] +
      (i + 1 < data.length ? ALPHABET[((b & 15) << 2) | (c >> 6)] : "=") +
      (i + 2 < data.length ? ALPHABET[c & 63] : "=");
  }
  return text;
}

/**
 * Return the bytes that `text` is the one spelling of.
 * @param {string} text
 * @throws {MalformedError} It is not base64, or a second spelling.
 */
export function decodeBase64(text) {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const end = text.length - padding;
  const left = end % 4;
  // Padding after whole groups is a second spelling; Python says so, too.
  if (left ? left + padding !== 4 : padding && !end) throw notBase64(text);
  const data = new Uint8Array(Math.floor((end * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? VALUES[code] : -1;
    if (value < 0) throw notBase64(text);
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) data[at++] = held >> (bits -= 8);
  }
  if (text.length % 4 || held & ((1 << bits) - 1)) {
    throw new MalformedError(
      "base64 that is not the one spelling of its bytes",
    );
  }
  return data;
}

/** @param {string} text */
function notBase64(text) {
  return new MalformedError(
    `${countCharacters(text)} characters that are not padded base64`,
  );
}
