// @ts-check
// Trust versions and rule books as entries of the log. Mirrors
// provenance/claims/versions.py, as far as it reads.

import { sha256 } from "../encoding/digest.js";

/**
 * Return the item on whose trail a ledger's trust versions stand.
 * @param {string} origin
 */
export function trustItem(origin) {
  return `provenance:trust:${origin}`;
}

/**
 * Return the hash by which a version is named.
 * @param {Uint8Array} version
 */
export function versionHash(version) {
  return sha256(version);
}
