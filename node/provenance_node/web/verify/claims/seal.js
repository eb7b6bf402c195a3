// @ts-check
// A seal under the lid: what its code stands for, and what its key signs.
// Mirrors provenance/claims/seal.py.

import { encode } from "../encoding/canonical.js";
import { sha256 } from "../encoding/digest.js";
import { derive } from "../encoding/hkdf.js";
import { utf8 } from "../encoding/text.js";
import { MalformedError } from "../errors.js";

const MIN_CODE_SIZE = 10;
const NONCE_SIZE = 16;

/**
 * Return the Ed25519 seed that the `code` under the seal of `unit` stands for.
 * @param {Uint8Array} code
 * @param {string} unit
 * @throws {MalformedError} The code has fewer than 10 bytes.
 */
export function sealSeed(code, unit) {
  if (code.length < MIN_CODE_SIZE) {
    throw new MalformedError(
      `a seal's code has ${MIN_CODE_SIZE} bytes or more, not ${code.length}`,
    );
  }
  const salt = sha256(utf8(unit));
  return derive(code, { salt, info: utf8("provenance/seal/v1") });
}

/**
 * Return what the key under the seal signs when `unit` was opened.
 * @param {string} origin
 * @param {string} unit
 * @param {Uint8Array} nonce 16 random bytes.
 * @param {number} hour Hours since 1970.
 * @throws {MalformedError} The nonce has another length, or the hour is
 *     negative.
 */
export function openedMessage(origin, unit, nonce, hour) {
  if (nonce.length !== NONCE_SIZE || hour < 0) {
    throw new MalformedError(
      `an opening has ${NONCE_SIZE} random bytes and an hour since 1970`,
    );
  }
  return encode(["provenance/opened/v1", origin, unit, nonce, hour]);
}
