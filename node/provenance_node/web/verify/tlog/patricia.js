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
// v(n) is an unsigned LEB128 number in its shortest form.
//
// A multiproof answers for many keys at once, with no hash in it twice. It is
// the map walked down from its root along all of these keys together: its
// steps are b + 1 for an inner node at bit b and 0 for a leaf, each node
// before its left side and that before its right; its hashes are those of the
// sides that none of the keys leads to, in the order met. Leaves that are
// reached by keys that are not in the map alone are its others.

import { compareBytes, toHex } from "../encoding/bytes.js";
import { HASH_SIZE, sha256 } from "../encoding/digest.js";
import { EMPTY_ROOT } from "../encoding/tree.js";
import { InvalidProofError } from "../errors.js";

const KEY_SIZE = 32;
const VALUE_SIZE = 80;
const BITS = 8 * KEY_SIZE;

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
 * What a map holds for each of some keys, in one proof.
 * @typedef {object} MapMultiproof
 * @property {number[]} steps the nodes on the way, each before its left side
 *     and that before its right: b + 1 for an inner node at bit b, 0 for a
 *     leaf. None if the map is empty.
 * @property {[Uint8Array, Uint8Array][]} others key and value of the leaves
 *     reached that are none of these keys: keys rise
 * @property {Uint8Array} hashes of the sides that are not entered, joined, in
 *     the order met
 */

/** @typedef {{key: Uint8Array, value: Uint8Array | null, isAsked: boolean}} MapKey */

/**
 * Return the root of the maps that a proof is true of: they hold these values,
 * and nothing for the keys whose value is null.
 * @param {[Uint8Array, Uint8Array | null][]} queries each key once; one at
 *     least
 * @param {MapMultiproof} proof
 * @returns {Uint8Array}
 * @throws {InvalidProofError} No map holds that and is proved by this: a step
 *     is missing or does not go down, a node is reached by no key or a leaf by
 *     another's, or a part of the proof is not used.
 */
export function rootFromMany(queries, { steps, others, hashes }) {
  checkKeys(queries, others);
  /** @type {MapKey[]} */
  const keys = [
    ...queries.map(([key, value]) => ({ key, value, isAsked: true })),
    ...others.map(([key, value]) => ({ key, value, isAsked: false })),
  ];
  const isEmpty = keys.every(({ value }) => value === null);
  if (isEmpty && !steps.length && !hashes.length) return EMPTY_ROOT;
  let taken = 0;
  let used = 0;
  /**
   * Return the hash of the part where these keys lead.
   * @param {MapKey[]} here
   * @param {number} lowest the first bit at which they may part
   * @returns {Uint8Array}
   */
  const walk = (here, lowest) => {
    if (!here.length) {
      if (used === hashes.length) throw endsEarly();
      used += HASH_SIZE;
      return hashes.subarray(used - HASH_SIZE, used);
    }
    if (taken === steps.length) throw endsEarly();
    const step = steps[taken++];
    if (step === 0) return reached(here);
    const bit = step - 1;
    if (!(lowest <= bit && bit < BITS)) {
      throw new InvalidProofError(
        `the map proof has bit ${bit} where one from ${lowest} must be`,
      );
    }
    const left = here.filter(({ key }) => !bitOf(key, bit));
    const right = here.filter(({ key }) => bitOf(key, bit));
    return innerHash(bit, walk(left, bit + 1), walk(right, bit + 1));
  };
  const root = walk(keys, 0);
  if (taken !== steps.length || used !== hashes.length) {
    throw new InvalidProofError("a part of the map proof is not used");
  }
  return root;
}

function endsEarly() {
  return new InvalidProofError("the map proof ends too early");
}

/**
 * @param {[Uint8Array, Uint8Array | null][]} queries
 * @param {[Uint8Array, Uint8Array][]} others
 */
function checkKeys(queries, others) {
  if (!queries.length) {
    throw new InvalidProofError("a map proof about no key proves nothing");
  }
  const asked = new Set(queries.map(([key]) => toHex(key)));
  for (const [i, [key]] of others.entries()) {
    if (
      (i && compareBytes(others[i - 1][0], key) >= 0) ||
      asked.has(toHex(key))
    ) {
      throw new InvalidProofError(
        "the map proof's other leaves are not in order, or are asked for",
      );
    }
  }
  for (const [key, value] of [...queries, ...others]) requireSizes(key, value);
}

/**
 * Return the hash of the one leaf that all of these keys lead to.
 * @param {MapKey[]} keys
 */
function reached(keys) {
  const here = keys.filter(({ value }) => value !== null);
  const [{ key, value, isAsked } = keys[0]] = here;
  if (here.length !== 1 || value === null) {
    throw new InvalidProofError(
      `${here.length} of the map's leaves are where one must be`,
    );
  }
  if (!isAsked && keys.length === 1) {
    throw new InvalidProofError("the map proof shows a leaf without need");
  }
  return leafHash(key, value);
}

/**
 * @param {Uint8Array} key
 * @param {Uint8Array | null} value
 */
function requireSizes(key, value) {
  if (key.length !== KEY_SIZE) {
    throw new InvalidProofError(`a map key has 32 bytes, not ${key.length}`);
  }
  if (value !== null && value.length !== VALUE_SIZE) {
    throw new InvalidProofError(
      `a map value has 80 bytes, not ${value.length}`,
    );
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
