// @ts-check
// SHA-256, and the 32 bytes that every hash has. Mirrors
// provenance/encoding/digest.py; here no type can hold the length, so
// `checkHash` stands wherever a hash comes in.

import { MalformedError } from "../errors.js";

export { sha256 } from "../primitives/sha2.js";

export const HASH_SIZE = 32;

/**
 * Return `data` if it can be a hash.
 * @param {Uint8Array} data
 * @throws {MalformedError} It has another length.
 */
export function checkHash(data) {
  if (data.length !== HASH_SIZE) {
    throw new MalformedError(`a hash has 32 bytes, not ${data.length}`);
  }
  return data;
}
