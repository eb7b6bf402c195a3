// @ts-check
// The map: one hash that commits to a value for every key, and to no others.
// Mirrors provenance/tlog/patricia.py, as far as it is verified.
//
// A leaf is a key and its value. An inner node stands wherever some keys part:
// they share all bits before `bit`, and those with a 0 there are on the left.
// Bit 0 is the most significant bit of the first byte.
//
//     empty   SHA-256("")
//     leaf    SHA-256(0x00 ‖ v(length) ‖ key ‖ v(length) ‖ value)
//     inner   SHA-256(0x01 ‖ v(bit) ‖ left ‖ right)
//
// v(n) is an unsigned LEB128 number in its shortest form. A path is the list
// of [bit, sibling] from a leaf up to the root, bits falling; as bytes, v(bit)
// and 32 bytes for each step.
//
// One proof for many keys: a multiproof. Leaves at hand are those of the keys
// that are asked for and there, and `others`, which stand where keys lead that
// are not there. Walked down from the root, each step is 0 for a leaf at hand
// or 1 + the bit of an inner node; of the side of a node on which nothing that
// is asked for lies, there is the hash.

import { compareBytes, equalBytes, toHex } from "../encoding/bytes.js";
import { HASH_SIZE, sha256 } from "../encoding/digest.js";
import { EMPTY_ROOT } from "../encoding/tree.js";
import { InvalidProofError } from "../errors.js";

const KEY_SIZE = 32;
const VALUE_SIZE = 80;
const BITS = 8 * KEY_SIZE;

/** @typedef {[number, Uint8Array]} MapStep a bit, and the side not taken */

/**
 * Return the root of the map of these [key, value] pairs, in any order; no
 * key stands there twice. By the definition: for small maps.
 * @param {[Uint8Array, Uint8Array][]} pairs
 * @param {number} [bit] the first that may differ
 * @returns {Uint8Array}
 */
export function mapRoot(pairs, bit = 0) {
  if (!pairs.length) return EMPTY_ROOT;
  if (pairs.length === 1) return leafHash(...pairs[0]);
  const left = pairs.filter(([key]) => !bitOf(key, bit));
  const right = pairs.filter(([key]) => bitOf(key, bit));
  if (!left.length || !right.length) return mapRoot(pairs, bit + 1);
  return innerHash(bit, mapRoot(left, bit + 1), mapRoot(right, bit + 1));
}

/**
 * Check that the map under `root` holds `value` for `key`.
 * @param {MapStep[]} path
 * @param {{key: Uint8Array, value: Uint8Array, root: Uint8Array}} claim
 * @throws {InvalidProofError} It does not, or the path does not show it.
 */
export function verifyPresence(path, { key, value, root }) {
  if (key.length !== KEY_SIZE) {
    throw new InvalidProofError(`a map key has 32 bytes, not ${key.length}`);
  }
  if (value.length !== VALUE_SIZE) {
    throw new InvalidProofError(
      `a map value has ${VALUE_SIZE} bytes, not ${value.length}`,
    );
  }
  requireFalling(path);
  let digest = leafHash(key, value);
  for (const [bit, sibling] of path) {
    digest = bitOf(key, bit)
      ? innerHash(bit, sibling, digest)
      : innerHash(bit, digest, sibling);
  }
  if (!equalBytes(digest, root)) {
    throw new InvalidProofError("the map proof leads to another root");
  }
}

/**
 * Check that the map under `root` holds nothing for `key`.
 *
 * `other` is the [key, value] that looking the key up reaches; null, and the
 * path empty, if the map is empty.
 * @param {MapStep[]} path
 * @param {{key: Uint8Array, other: [Uint8Array, Uint8Array] | null,
 *     root: Uint8Array}} claim
 * @throws {InvalidProofError} It does, or the path does not show it.
 */
export function verifyAbsence(path, { key, other, root }) {
  if (key.length !== KEY_SIZE) {
    throw new InvalidProofError(`a map key has 32 bytes, not ${key.length}`);
  }
  if (other === null) {
    if (path.length || !equalBytes(root, EMPTY_ROOT)) {
      throw new InvalidProofError("the map is not empty");
    }
    return;
  }
  const [otherKey, otherValue] = other;
  verifyPresence(path, { key: otherKey, value: otherValue, root });
  if (equalBytes(key, otherKey)) {
    throw new InvalidProofError("the map holds the key said to be absent");
  }
  for (const [bit] of path) {
    if (bitOf(key, bit) !== bitOf(otherKey, bit)) {
      throw new InvalidProofError(
        `the leaf shown is not where the key leads: bit ${bit} differs`,
      );
    }
  }
}

/**
 * What a multiproof of the map has, beside what is asked for.
 * @typedef {object} MapMultiproof
 * @property {number[]} steps 0 for a leaf, 1 + bit for an inner node, each
 *     node before what is under it, left before right
 * @property {[Uint8Array, Uint8Array][]} others leaves that stand where keys
 *     lead that are not there, keys ascending
 * @property {Uint8Array} hashes of the sides not taken, joined, in the order
 *     in which they are met
 */

/**
 * Return the root of the map that holds these values, and nothing for the
 * keys whose value is null.
 * @param {[Uint8Array, Uint8Array | null][]} queries each key once
 * @param {MapMultiproof} proof
 * @returns {Uint8Array}
 * @throws {InvalidProofError} The proof shows it of no map.
 */
export function mapRootFrom(queries, { steps, others, hashes }) {
  const asked = new Set(queries.map(([key]) => toHex(key)));
  for (const [i, [key]] of others.entries()) {
    if (
      (i && compareBytes(others[i - 1][0], key) >= 0) ||
      asked.has(toHex(key))
    ) {
      throw new InvalidProofError(
        "the other leaves of the map are out of order, or asked for",
      );
    }
  }
  /** @type {MapKey[]} */
  const keys = [
    ...queries.map(([key, value]) => ({ key, value, isAsked: true })),
    ...others.map(([key, value]) => ({ key, value, isAsked: false })),
  ];
  const count = hashes.length / HASH_SIZE;
  let taken = 0;
  let used = 0;
  /**
   * @param {MapKey[]} here
   * @param {number} least the first bit at which it may part
   * @returns {Uint8Array}
   */
  const walk = (here, least) => {
    if (!here.length) {
      if (used === count) {
        throw new InvalidProofError(`the map proof has only ${count} hashes`);
      }
      const at = HASH_SIZE * used++;
      return hashes.subarray(at, at + HASH_SIZE);
    }
    if (taken === steps.length) {
      throw new InvalidProofError(`the map proof has only ${taken} steps`);
    }
    const step = steps[taken++];
    if (step === 0) return leafOf(here);
    const bit = step - 1;
    if (!(least <= bit && bit < BITS)) {
      throw new InvalidProofError(
        `the map proof has bit ${bit} where one from ${least} on must be`,
      );
    }
    const left = here.filter(({ key }) => !bitOf(key, bit));
    const right = here.filter(({ key }) => bitOf(key, bit));
    return innerHash(bit, walk(left, bit + 1), walk(right, bit + 1));
  };
  const isEmpty = !steps.length && keys.every(({ value }) => value === null);
  const root = isEmpty ? EMPTY_ROOT : walk(keys, 0);
  if (taken !== steps.length || used !== count) {
    throw new InvalidProofError(
      `the map proof has ${steps.length} steps and ${count} hashes, not` +
        ` ${taken} and ${used}`,
    );
  }
  return root;
}

/** @typedef {{key: Uint8Array, value: Uint8Array | null, isAsked: boolean}} MapKey */

/**
 * Return the hash of the one leaf among the keys that lead to it.
 * @param {MapKey[]} here
 */
function leafOf(here) {
  const [leaf, ...more] = here.filter(({ value }) => value !== null);
  if (!leaf || !leaf.value || more.length) {
    throw new InvalidProofError(
      `the map proof has one leaf for ${more.length + (leaf ? 1 : 0)} keys`,
    );
  }
  if (!leaf.isAsked && here.length === 1) {
    throw new InvalidProofError("the map proof has a leaf that nobody asked for");
  }
  return leafHash(leaf.key, leaf.value);
}

/**
 * Return the path that `data` spells.
 * @param {Uint8Array} data
 * @throws {InvalidProofError} It is no path: a number is not in its shortest
 *     form or too big, bits do not fall, or bytes are missing.
 */
export function parsePath(data) {
  /** @type {MapStep[]} */
  const steps = [];
  for (let at = 0; at < data.length;) {
    let bit = data[at++];
    // 128 to 255 take a second byte, 1. Any other is too big, or not the
    // shortest form, which would give one proof two spellings.
    if (bit >= 0x80 && data[at++] !== 1) {
      throw new InvalidProofError(`no number from 0 to 255 at byte ${at - 2}`);
    }
    if (at + HASH_SIZE > data.length) {
      throw new InvalidProofError(
        `the map proof ends inside the field at byte ${at}`,
      );
    }
    steps.push([bit, data.slice(at, at + HASH_SIZE)]);
    at += HASH_SIZE;
  }
  requireFalling(steps);
  return steps;
}

/** @param {MapStep[]} path */
function requireFalling(path) {
  let limit = BITS;
  for (const [bit] of path) {
    if (!(0 <= bit && bit < limit)) {
      throw new InvalidProofError(
        `the map proof has bit ${bit} where one below ${limit} must be`,
      );
    }
    limit = bit;
  }
}

/**
 * @param {Uint8Array} key
 * @param {Uint8Array} value
 */
function leafHash(key, value) {
  const zero = Uint8Array.of(0);
  return sha256(zero, varint(key.length), key, varint(value.length), value);
}

/**
 * @param {number} bit
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 */
function innerHash(bit, left, right) {
  return sha256(Uint8Array.of(1), varint(bit), left, right);
}

/** @param {number} number 0 to 255 */
function varint(number) {
  return number <= 0x7f ? Uint8Array.of(number) : Uint8Array.of(number, 1);
}

/**
 * @param {Uint8Array} key
 * @param {number} bit
 */
function bitOf(key, bit) {
  return (key[bit >> 3] >> (7 - (bit & 7))) & 1;
}
