// @ts-check
// Tags: concealed values of one order, compared and not shown. Mirrors
// provenance/claims/comparison.py.

import { encode } from "../encoding/canonical.js";
import { HASH_SIZE } from "../encoding/digest.js";
import { derive, hmac } from "../encoding/hkdf.js";
import { utf8 } from "../encoding/text.js";
import { MalformedError } from "../errors.js";

/**
 * Return the key of the values of class `kind` in one order: 32 bytes.
 * @param {Uint8Array} orderSecret
 * @param {string} kind
 * @throws {MalformedError} The secret does not have 32 bytes.
 */
export function classKey(orderSecret, kind) {
  if (orderSecret.length !== HASH_SIZE) {
    throw new MalformedError(
      `an order's secret has ${HASH_SIZE} bytes, not ${orderSecret.length}`,
    );
  }
  const info = utf8(`provenance/compare/v1\0${kind}`);
  return derive(orderSecret, { salt: new Uint8Array(HASH_SIZE), info });
}

/**
 * Return the tag of a value of class `kind`, under that class's `key`.
 * @param {Uint8Array} key
 * @param {string} kind
 * @param {string} normalForm
 */
export function tag(key, kind, normalForm) {
  return hmac(key, encode([kind, normalForm]));
}
