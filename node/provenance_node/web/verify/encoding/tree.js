// @ts-check
// A Merkle tree small enough to hold in memory: one event, one statement.
// Mirrors provenance/encoding/tree.py. The hashes are those of RFC 6962:
//
//     leaf = SHA-256(0x00 ‖ data)      node = SHA-256(0x01 ‖ left ‖ right)

import { InvalidProofError } from "../errors.js";
import { sha256 } from "./digest.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The root of the tree with no leaves. */
export const EMPTY_ROOT = sha256();

/**
 * Return the hash of the leaf that holds `data`.
 * @param {Uint8Array} data
 */
export function leafHash(data) {
  // The 0x00 keeps an interior node from being passed off as a leaf.
  return sha256(LEAF, data);
}

/**
 * Return the hash of the node above `left` and `right`.
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 */
export function nodeHash(left, right) {
  return sha256(NODE, left, right);
}

/**
 * Return the root above leaf hashes in order. Nodes are joined level by
 * level, an odd last one moving up unchanged.
 * @param {Uint8Array[]} leaves
 */
export function rootOf(leaves) {
  if (!leaves.length) return EMPTY_ROOT;
  let level = leaves;
  while (level.length > 1) {
    const joined = [];
    for (let i = 0; i + 1 < level.length; i += 2) {
      joined.push(nodeHash(level[i], level[i + 1]));
    }
    if (level.length % 2) joined.push(level[level.length - 1]);
    level = joined;
  }
  return level[0];
}

/**
 * Return the root that `path` leads to from leaf number `index` of `size`.
 * @param {Uint8Array} leaf
 * @param {Uint8Array[]} path
 * @param {{index: number, size: number}} place
 * @throws {InvalidProofError} There is no such leaf, or the path has more or
 *     fewer hashes than that leaf's place in the tree asks for.
 */
export function rootFromPath(leaf, path, { index, size }) {
  if (!(Number.isSafeInteger(index) && 0 <= index && index < size)) {
    throw new InvalidProofError(`no leaf ${index} in a tree of size ${size}`);
  }
  let digest = leaf;
  let used = 0;
  // Not shifted: that would lose what is above 32 bits.
  for (let i = index, last = size - 1; last;) {
    if (i % 2 || i < last) {
      if (used === path.length) {
        throw new InvalidProofError(`the proof has only ${path.length} hashes`);
      }
      const sibling = path[used++];
      digest = i % 2 ? nodeHash(sibling, digest) : nodeHash(digest, sibling);
    }
    i = Math.floor(i / 2);
    last = Math.floor(last / 2);
  }
  if (used !== path.length) {
    throw new InvalidProofError(
      `the proof has ${path.length} hashes, not ${used}`,
    );
  }
  return digest;
}
