// @ts-check
// A bundle: all that one item's story needs, as one canonical byte string.
// Mirrors provenance/proof/bundle.py, as far as it reads.
//
//     {
//       format       "provenance/bundle/v1"
//       checkpoint   the signed note with its cosignatures
//       commitment   [log index, entry, inclusion proof]
//       items        [{id, count, head, links: [[log index, position, event
//                      id], …], proof: [[bit, hash], …]}, …]
//       statements   [[log index, entry, inclusion proof], …]
//       events       [[log index, position, proof in the statement, item
//                      count, concealed count, [[number, leaf, proof], …]], …]
//       times        [[log index, commitment entry, inclusion proof], …]
//     }
//
// The subject is the first of the items. An item that has no trail stands
// there with count 0 and one member more, `other`: [map key, map value] of the
// leaf that the map has in its place, or [] for an empty map. `times` is left
// out when there are none. Whatever `parseBundle` returns has these shapes,
// its rows are in order and none is there twice. No proof was checked yet.

import { MAX_LEAVES, checkItemId, roomFor } from "../claims/event.js";
import { MAX_ENTRY_SIZE, MAX_EVENTS } from "../claims/statement.js";
import { Room, decode, hasTypes, isInt } from "../encoding/canonical.js";
import { checkHash } from "../encoding/digest.js";
import { countCharacters } from "../encoding/text.js";
import { MalformedError } from "../errors.js";

/** @typedef {import("../encoding/canonical.js").Value} Value */
/** @typedef {import("../claims/trail.js").Link} Link */
/** @typedef {import("../tlog/patricia.js").MapStep} MapStep */

export const FORMAT = "provenance/bundle/v1";

/** The most bytes of a bundle that are read. */
export const MAX_BUNDLE_SIZE = 64 * 2 ** 20;

const MAX_ROWS = 262_144;
const MAX_CHECKPOINT_SIZE = 2 ** 18;
const MAX_INDEX = Number.MAX_SAFE_INTEGER;
const MAX_PROOF = 64;
const MAP_BITS = 256;
const MEMBERS = "format checkpoint commitment items statements events".split(
  " ",
);
const TRAIL_MEMBERS = ["id", "count", "head", "links", "proof"];
const TRAIL_TYPES = ["str", "int", "bin", "array", "array"];

/**
 * A log leaf, with the proof that the checkpoint's tree holds it.
 * @typedef {{logIndex: number, entry: Uint8Array, proof: Uint8Array[]}}
 *     LoggedEntry
 */

/**
 * One item's whole trail, with the proof that the map ends it there. For an
 * item without a trail `head` is null, and `other` the leaf that stands in
 * its place; null in an empty map.
 * @typedef {object} ProvenTrail
 * @property {string} item
 * @property {Link[]} links oldest first
 * @property {Uint8Array | null} head the last link's hash
 * @property {MapStep[]} proof leaf to root
 * @property {[Uint8Array, Uint8Array] | null} other
 */

/**
 * One leaf of an event, with its proof in the event.
 * @typedef {{number: number, leaf: Uint8Array, proof: Uint8Array[]}} ShownLeaf
 */

/**
 * An event as far as it is shown; the first leaf is number 0, the body.
 * @typedef {object} ShownEvent
 * @property {number} logIndex the index of its statement's entry
 * @property {number} position its number in the statement
 * @property {Uint8Array[]} proof of its id in the statement, lowest first
 * @property {number} itemCount
 * @property {number} concealedCount
 * @property {ShownLeaf[]} leaves by number
 */

/**
 * The parts of a bundle, each in the order that the format asks for.
 * @typedef {object} Bundle
 * @property {string} checkpoint the signed note
 * @property {LoggedEntry} commitment the map commitment, the log's last leaf
 * @property {ProvenTrail[]} items the subject's first
 * @property {LoggedEntry[]} statements by log index
 * @property {ShownEvent[]} events by log index and position
 * @property {LoggedEntry[]} times earlier map commitments, by log index
 */

/**
 * Return the bundle that `data` holds, its shapes checked.
 * @param {Uint8Array} data
 * @returns {Bundle}
 * @throws {MalformedError} It is none, or larger than any bundle may be.
 */
export function parseBundle(data) {
  if (data.length > MAX_BUNDLE_SIZE) {
    throw new MalformedError(
      `a bundle has at most ${MAX_BUNDLE_SIZE} bytes, not ${data.length}`,
    );
  }
  const parts = readParts(data);
  const checkpoint = parts.get("checkpoint");
  const names = [...parts.keys()].filter((name) => name !== "times");
  if (
    names.length !== MEMBERS.length ||
    !names.every((name) => MEMBERS.includes(name)) ||
    typeof checkpoint !== "string" ||
    countCharacters(checkpoint) > MAX_CHECKPOINT_SIZE
  ) {
    throw new MalformedError("the bundle lacks a part, or has one too many");
  }
  /** @type {Bundle} */
  const bundle = {
    checkpoint,
    commitment: readEntry(parts.get("commitment")),
    items: rowsOf(parts, "items").map(readTrail),
    statements: rowsOf(parts, "statements").map(readEntry),
    events: rowsOf(parts, "events").map(readEvent),
    times: parts.has("times") ? rowsOf(parts, "times").map(readEntry) : [],
  };
  if (!bundle.items.length) {
    throw new MalformedError("the bundle is about no item");
  }
  if (parts.has("times") && !bundle.times.length) {
    throw new MalformedError("a bundle without times leaves them out");
  }
  requireDistinct(bundle.items.map((trail) => trail.item));
  requireRising(bundle.statements);
  requireRising(bundle.times);
  requireRising(bundle.events);
  return bundle;
}

/**
 * Return room for what all of the leaves shown say together.
 * @param {Bundle} bundle
 */
export function leafRoom({ events }) {
  let size = 0;
  for (const { leaves } of events) {
    for (const { leaf } of leaves) size += leaf.length;
  }
  return roomFor(size);
}

/** @param {Uint8Array} data */
function readParts(data) {
  /** @type {Value} */
  let parts;
  try {
    // Its values are hashes for the most part, and have ten bytes and more.
    parts = decode(data, new Room(64 + Math.floor(data.length / 8)));
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new MalformedError(`this is no bundle: ${error.message}`);
  }
  if (!(parts instanceof Map) || parts.get("format") !== FORMAT) {
    throw new MalformedError(`this is not a bundle of the format ${FORMAT}`);
  }
  return parts;
}

/**
 * @param {Value | undefined} row
 * @returns {LoggedEntry}
 */
function readEntry(row) {
  if (isRow(row, ["int", "bin", "array"])) {
    const [logIndex, entry, proof] = row;
    if (isCount(logIndex) && entry.length <= MAX_ENTRY_SIZE) {
      return { logIndex, entry, proof: hashesOf(proof) };
    }
  }
  throw new MalformedError("a log leaf is [log index, entry, inclusion proof]");
}

/**
 * @param {Value} row
 * @returns {ProvenTrail}
 */
function readTrail(row) {
  /** @type {Map<string, any>} */
  const rest = new Map(row instanceof Map ? row : []);
  const parts = TRAIL_MEMBERS.map((name) => rest.get(name));
  const [id, count, head, links, proof] = parts;
  if (
    !hasTypes(parts, TRAIL_TYPES) ||
    count !== links.length ||
    count > MAX_ROWS
  ) {
    throw new MalformedError(
      "a trail is {id, count, head, links, proof}, with as many links as it" +
        " counts",
    );
  }
  for (const name of TRAIL_MEMBERS) rest.delete(name);
  /** @type {MapStep[]} */
  const steps = proof.map(readStep);
  if (steps.length > MAP_BITS) {
    throw new MalformedError("a map proof has at most 256 steps");
  }
  const item = checkItemId(id);
  if (count && !rest.size) {
    const read = links.map(readLink);
    requireRising(read);
    return {
      item,
      links: read,
      head: checkHash(head),
      proof: steps,
      other: null,
    };
  }
  const other = rest.get("other");
  if (!count && !head.length && rest.size === 1 && Array.isArray(other)) {
    const none = { item, links: [], head: null, proof: steps };
    if (!other.length) return { ...none, other: null };
    if (isRow(other, ["bin", "bin"])) {
      const [key, value] = other;
      if (key.length === 32 && value.length === 40) {
        return { ...none, other: [key, value] };
      }
    }
  }
  throw new MalformedError(
    `the trail of ${item} has a member too many, or is empty without saying` +
      " which leaf the map has in its place",
  );
}

/**
 * @param {Value} row
 * @returns {Link}
 */
function readLink(row) {
  if (isRow(row, ["int", "int", "bin"])) {
    const [logIndex, position, eventId] = row;
    if (isCount(logIndex) && isCount(position, MAX_EVENTS)) {
      return { logIndex, position, eventId: checkHash(eventId) };
    }
  }
  throw new MalformedError("a link is [log index, position, event id]");
}

/**
 * @param {Value} row
 * @returns {MapStep}
 */
function readStep(row) {
  if (isRow(row, ["int", "bin"]) && isCount(row[0], MAP_BITS)) {
    return [row[0], checkHash(row[1])];
  }
  throw new MalformedError("a step of a map proof is [bit, hash]");
}

/**
 * @param {Value} row
 * @returns {ShownEvent}
 */
function readEvent(row) {
  const types = ["int", "int", "array", "int", "int", "array"];
  const [logIndex, position, proof, itemCount, concealedCount, rows] = isRow(
    row,
    types,
  )
    ? row
    : [];
  if (
    !isCount(logIndex) ||
    !isCount(position, MAX_EVENTS) ||
    !isCount(itemCount, MAX_LEAVES) ||
    !isCount(concealedCount, MAX_LEAVES)
  ) {
    throw new MalformedError(
      "an event is [log index, position, proof, item count, concealed count," +
        " shown leaves]",
    );
  }
  /** @type {ShownLeaf[]} */
  const leaves = rows.map(readLeaf);
  if (leaves.some((leaf, i) => i && leaves[i - 1].number >= leaf.number)) {
    throw outOfOrder();
  }
  if (!leaves.length || leaves[0].number !== 0 || itemCount < 1) {
    throw new MalformedError("an event names items and is shown with its body");
  }
  return {
    logIndex,
    position,
    proof: hashesOf(proof),
    itemCount,
    concealedCount,
    leaves,
  };
}

/**
 * @param {Value} row
 * @returns {ShownLeaf}
 */
function readLeaf(row) {
  if (isRow(row, ["int", "bin", "array"]) && isCount(row[0], MAX_LEAVES)) {
    return { number: row[0], leaf: row[1], proof: hashesOf(row[2]) };
  }
  throw new MalformedError("a shown leaf is [number, leaf, proof]");
}

/**
 * @param {Map<string, Value>} parts
 * @param {string} name
 */
function rowsOf(parts, name) {
  const rows = parts.get(name);
  if (!Array.isArray(rows) || rows.length > MAX_ROWS) {
    throw new MalformedError(`${name} is a list of at most ${MAX_ROWS}`);
  }
  return rows;
}

/** @param {Value[]} values */
function hashesOf(values) {
  if (values.length > MAX_PROOF) {
    throw new MalformedError(`a proof has at most ${MAX_PROOF} hashes`);
  }
  const hashes = values
    .filter((value) => value instanceof Uint8Array)
    .map(checkHash);
  if (hashes.length !== values.length) {
    throw new MalformedError("a proof is a list of hashes");
  }
  return hashes;
}

/**
 * Whether `row` is an array of just these types.
 * @param {Value | undefined} row
 * @param {string[]} types
 * @returns {row is any[]}
 */
function isRow(row, types) {
  const given = row ?? null;
  return hasTypes(given, types) && given.length === types.length;
}

/** @param {any} value */
function isCount(value, stop = MAX_INDEX) {
  return isInt(value) && 0 <= value && value < stop;
}

/** @param {{logIndex: number, position?: number}[]} rows */
function requireRising(rows) {
  for (let i = 1; i < rows.length; i++) {
    const [a, b] = [rows[i - 1], rows[i]];
    const isRising =
      a.logIndex < b.logIndex ||
      (a.logIndex === b.logIndex && (a.position ?? 0) < (b.position ?? 0));
    if (!isRising) throw outOfOrder();
  }
}

function outOfOrder() {
  return new MalformedError("rows of the bundle are out of order, or twice");
}

/** @param {string[]} items */
function requireDistinct(items) {
  const seen = new Set();
  for (const item of items) {
    if (seen.has(item)) {
      throw new MalformedError(`the trail of ${item} is there twice`);
    }
    seen.add(item);
  }
}
