// @ts-check
// One proof for many leaves of one tree, with no hash in it twice. Mirrors
// provenance/encoding/multiproof.py, as far as it is verified.
//
// A multiproof of the known leaves has the hashes of the largest subtrees that
// hold none of them, from left to right:
//
//     eight leaves, 1 and 6 known            root
//                                         /        \
//     the proof: 0, [2,4), [4,6), 7      ·          ·
//                                      /   \      /   \
//                                     ·  [2,4) [4,6)   ·
//                                    / \              / \
//                                   0  (1)          (6)  7
//
// The tree of n leaves is that of RFC 6962: [0, n) splits at the largest power
// of two below n, and so does each part. The proof is read by walking down
// from the root, left before right: a part without a known leaf is the next
// hash, a leaf is known, and any other part is SHA-256(0x01 ‖ left ‖ right).
// So size and known leaves say how many hashes there must be and what each is
// the hash of: there is one proof and no other. Its hashes are joined.

import { HASH_SIZE } from "./digest.js";
import { EMPTY_ROOT, nodeHash } from "./tree.js";
import { InvalidProofError } from "../errors.js";

/** @typedef {[number, Uint8Array]} KnownLeaf its number and its hash */

/**
 * Return the root that `known` leaves and the proof `hashes` lead to.
 *
 * A proof does not vouch for `size`: it must come from what vouches for the
 * root, too.
 * @param {number} size how many leaves the tree has
 * @param {KnownLeaf[]} known numbers rising. None are known of the empty tree
 *     alone, whose root is SHA-256("").
 * @param {Uint8Array} hashes of the parts without a known leaf, 32 bytes each,
 *     from left to right
 * @returns {Uint8Array}
 * @throws {InvalidProofError} Numbers do not rise or are not leaves of that
 *     tree, no leaf is known, or there are too few hashes or too many.
 */
export function rootFrom(size, known, hashes) {
  const indexes = known.map(([index]) => index);
  check(size, indexes);
  if (!known.length) {
    if (size || hashes.length) {
      throw new InvalidProofError("a proof about no leaf proves nothing");
    }
    return EMPTY_ROOT;
  }
  const count = hashes.length / HASH_SIZE;
  let used = 0;
  /**
   * Return the hash of [start, stop), which holds known leaves [low, high).
   * @param {number} start
   * @param {number} stop
   * @param {number} half where it is parted
   * @param {number} low
   * @param {number} high
   * @returns {Uint8Array}
   */
  const walk = (start, stop, half, low, high) => {
    if (low === high) {
      if (used === count) {
        throw new InvalidProofError(`the proof has only ${count} hashes`);
      }
      const at = HASH_SIZE * used++;
      return hashes.subarray(at, at + HASH_SIZE);
    }
    if (stop - start === 1) return known[low][1];
    const middle = start + half;
    const cut = countBelow(indexes, middle, low, high);
    // The left part is complete, the right one ends where the whole does.
    let right = half;
    while (right >= stop - middle) right /= 2;
    return nodeHash(
      walk(start, middle, half / 2, low, cut),
      walk(middle, stop, right, cut, high),
    );
  };
  const root = walk(0, size, halfOf(size), 0, known.length);
  if (used !== count) {
    throw new InvalidProofError(`the proof has ${count} hashes, not ${used}`);
  }
  return root;
}

/**
 * Return the greatest power of two below `length`; a half for 1. Not shifted:
 * that would lose what is above 32 bits.
 * @param {number} length
 */
function halfOf(length) {
  let half = 0.5;
  while (2 * half < length) half *= 2;
  return half;
}

/**
 * Return where the numbers from `least` on start in [low, high).
 * @param {number[]} indexes rising
 * @param {number} least
 * @param {number} low
 * @param {number} high
 */
function countBelow(indexes, least, low, high) {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (indexes[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * @param {number} size
 * @param {number[]} indexes
 */
function check(size, indexes) {
  if (!(Number.isSafeInteger(size) && size >= 0)) {
    throw new InvalidProofError(`no tree has ${size} leaves`);
  }
  let previous = -1;
  for (const index of indexes) {
    if (!(previous < index && index < size)) {
      throw new InvalidProofError(
        `leaf ${index} is not one after ${previous} in a tree of ${size}`,
      );
    }
    previous = index;
  }
}
