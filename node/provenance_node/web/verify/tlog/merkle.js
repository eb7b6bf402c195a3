// @ts-check
// The Merkle tree of RFC 6962, as far as it is verified. Mirrors
// provenance/tlog/merkle.py.
//
// A tree of size n has leaves 0 to n - 1. A subtree [start, stop) is a part
// of it that is a tree of its own: start is a multiple of the least power of
// two that is not below its length. Sizes reach 2**53 - 1, so nothing here is
// shifted: JavaScript shifts 32 bits.

import { equalBytes } from "../encoding/bytes.js";
import { checkHash } from "../encoding/digest.js";
import { EMPTY_ROOT, nodeHash, rootFromPath } from "../encoding/tree.js";
import { InvalidProofError } from "../errors.js";

/** The most leaves a tree may have: what JavaScript can count exactly. */
export const MAX_SIZE = Number.MAX_SAFE_INTEGER;

/** @typedef {{start: number, stop: number}} Range leaves [start, stop) */

/**
 * Whether [start, stop) is a subtree of some tree, or empty.
 * @param {number} start
 * @param {number} stop
 */
export function isSubtree(start, stop) {
  if (!(Number.isSafeInteger(start) && Number.isSafeInteger(stop))) {
    return false;
  }
  if (!(0 <= start && start <= stop)) return false;
  return start === stop || start % (2 * halfOf(stop - start)) === 0;
}

/**
 * Check that `leaf` is number `index` of the `size` leaves under `root`.
 *
 * A proof does not vouch for `size`: take size and root from a checkpoint
 * that was verified, never from where the proof came from.
 * @param {Uint8Array[]} proof lowest first
 * @param {{index: number, size: number, leaf: Uint8Array,
 *     root: Uint8Array}} claim
 * @throws {InvalidProofError} It is not, or the proof does not show it.
 */
export function verifyInclusion(proof, { index, size, leaf, root }) {
  verifySubtreeInclusion(proof, {
    index,
    start: 0,
    stop: size,
    leaf,
    subtreeRoot: root,
  });
}

/**
 * Check that `leaf` is number `index` of the log, in [start, stop).
 * @param {Uint8Array[]} proof
 * @param {{index: number, start: number, stop: number, leaf: Uint8Array,
 *     subtreeRoot: Uint8Array}} claim
 * @throws {InvalidProofError} It is not, or the proof does not show it.
 */
export function verifySubtreeInclusion(
  proof,
  { index, start, stop, leaf, subtreeRoot },
) {
  if (!(isSubtree(start, stop) && start <= index && index < stop)) {
    throw new InvalidProofError(
      `no leaf ${index} in the subtree [${start}, ${stop})`,
    );
  }
  const place = { index: index - start, size: stop - start };
  if (!equalBytes(rootFromPath(leaf, proof, place), subtreeRoot)) {
    throw new InvalidProofError("the inclusion proof leads to another root");
  }
}

/**
 * Check that the tree of `oldRoot` is a prefix of the tree of `newRoot`.
 *
 * The empty tree is a prefix of every tree, so a proof from size 0 would
 * prove nothing, and is refused.
 * @param {Uint8Array[]} proof
 * @param {{oldSize: number, newSize: number, oldRoot: Uint8Array,
 *     newRoot: Uint8Array}} claim
 * @throws {InvalidProofError} It is not, or the proof does not show it.
 */
export function verifyConsistency(
  proof,
  { oldSize, newSize, oldRoot, newRoot },
) {
  if (!(1 <= oldSize && oldSize <= newSize)) {
    throw new InvalidProofError(`no tree of size ${oldSize} before ${newSize}`);
  }
  verifySubtreeConsistency(proof, {
    start: 0,
    stop: oldSize,
    size: newSize,
    subtreeRoot: oldRoot,
    root: newRoot,
  });
}

/**
 * Check that [start, stop) under `subtreeRoot` is part of the tree.
 *
 * An empty subtree is part of every tree: its root must be EMPTY_ROOT, the
 * proof empty, and `root` is not looked at.
 * @param {Uint8Array[]} proof
 * @param {{start: number, stop: number, size: number,
 *     subtreeRoot: Uint8Array, root: Uint8Array}} claim
 * @throws {InvalidProofError} It is not, or the proof does not show it.
 */
export function verifySubtreeConsistency(
  proof,
  { start, stop, size, subtreeRoot, root },
) {
  if (!(isSubtree(start, stop) && Number.isSafeInteger(size) && stop <= size)) {
    throw new InvalidProofError(
      `[${start}, ${stop}) is no subtree in a tree of size ${size}`,
    );
  }
  if (start === stop) {
    requireLength(proof, 0);
    if (!equalBytes(subtreeRoot, EMPTY_ROOT)) {
      throw new InvalidProofError("an empty subtree has another root");
    }
    return;
  }
  const { siblings, end } = walk(size, { start, stop });
  // When the walk ends on the whole subtree, its root is the first hash.
  const isKnown = end.start === start;
  requireLength(proof, siblings.length + (isKnown ? 0 : 1));
  if (!siblings.length) {
    if (!equalBytes(subtreeRoot, root)) {
      throw new InvalidProofError("one tree has two roots");
    }
    return;
  }
  const hashes = isKnown ? proof : proof.slice(1);
  let oldDigest = isKnown ? checkHash(subtreeRoot) : proof[0];
  let newDigest = oldDigest;
  for (const [i, sibling] of siblings.entries()) {
    if (sibling.start >= stop) {
      newDigest = nodeHash(newDigest, hashes[i]);
    } else {
      newDigest = nodeHash(hashes[i], newDigest);
      if (sibling.start >= start) oldDigest = nodeHash(hashes[i], oldDigest);
    }
  }
  if (!(equalBytes(oldDigest, subtreeRoot) && equalBytes(newDigest, root))) {
    throw new InvalidProofError("the consistency proof leads to other roots");
  }
}

/**
 * Walk from the root of the tree of `size` down to the right end of `target`.
 * Returns the siblings of the path, lowest first, and the subtree where the
 * walk ended: the first on the way that lies inside `target`.
 * @param {number} size
 * @param {Range} target
 */
function walk(size, target) {
  /** @type {Range[]} */
  const siblings = [];
  let { start, stop } = { start: 0, stop: size };
  while (start < target.start || stop > target.stop) {
    // The left side is the largest complete subtree that leaves a right.
    const middle = start + halfOf(stop - start);
    if (target.stop <= middle) {
      siblings.push({ start: middle, stop });
      stop = middle;
    } else {
      // The left is outside the target, or, being complete, all inside.
      siblings.push({ start, stop: middle });
      start = middle;
    }
  }
  return { siblings: siblings.reverse(), end: { start, stop } };
}

/**
 * Return the greatest power of two below `length`; a half for 1.
 * @param {number} length
 */
function halfOf(length) {
  let half = 0.5;
  while (2 * half < length) half *= 2;
  return half;
}

/**
 * @param {Uint8Array[]} proof
 * @param {number} length
 */
function requireLength(proof, length) {
  if (proof.length !== length) {
    throw new InvalidProofError(
      `the proof has ${proof.length} hashes, not ${length}`,
    );
  }
}
