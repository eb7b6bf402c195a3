// @ts-check
// The map commitment: the log leaf that commits to what the map holds.
// Mirrors provenance/tlog/commitment.py.
//
//     mp([2, size covered, map root, item count, time (ms)])
//
// It is the last leaf of every checkpoint: at size n, leaf n - 1 commits the
// map after entries [0, n - 1).

import { decodeFlat, encode } from "../encoding/canonical.js";
import { checkHash } from "../encoding/digest.js";
import { MalformedError } from "../errors.js";

/**
 * @typedef {object} Commitment
 * @property {number} covered the size of the log that the map is the map of
 * @property {Uint8Array} mapRoot
 * @property {number} itemCount how many items have a trail
 * @property {number} time the log's time, in ms since 1970
 */

/**
 * Return the entry of a commitment.
 * @param {Commitment} commitment
 */
export function writeCommitment({ covered, mapRoot, itemCount, time }) {
  return encode([2, covered, mapRoot, itemCount, time]);
}

/**
 * Return the commitment that `data` holds.
 * @param {Uint8Array} data
 * @returns {Commitment}
 * @throws {MalformedError} It is none.
 */
export function parseCommitment(data) {
  const fields = decodeFlat(data, ["int", "int", "bin", "int", "int"]);
  if (fields === null || fields[0] !== 2) {
    throw new MalformedError("the entry is no map commitment");
  }
  const [, covered, mapRoot, itemCount, time] = fields;
  if (Math.min(covered, itemCount, time) < 0) {
    throw new MalformedError("a map commitment counts nothing below 0");
  }
  return { covered, mapRoot: checkHash(mapRoot), itemCount, time };
}
