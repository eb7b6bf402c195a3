// @ts-check
// Keys from secrets: HKDF-SHA256 (RFC 5869), of 32 bytes and so one block.
// Mirrors provenance/encoding/hkdf.py.

import { joinBytes } from "./bytes.js";
import { sha256 } from "./digest.js";

const BLOCK = 64;

/**
 * Return HMAC-SHA256 (RFC 2104).
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 */
export function hmac(key, message) {
  const padded = new Uint8Array(BLOCK);
  padded.set(key.length > BLOCK ? sha256(key) : key);
  const inner = joinBytes(padded.map((byte) => byte ^ 0x36), message);
  return sha256(joinBytes(padded.map((byte) => byte ^ 0x5c), sha256(inner)));
}

/**
 * Return the 32 bytes that `secret` gives for the purpose `info`.
 * @param {Uint8Array} secret
 * @param {{salt: Uint8Array, info: Uint8Array}} options
 */
export function derive(secret, { salt, info }) {
  const drawn = hmac(salt, secret);
  return hmac(drawn, joinBytes(info, Uint8Array.of(1)));
}
