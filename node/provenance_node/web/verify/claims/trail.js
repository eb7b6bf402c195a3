// @ts-check
// A trail: the hash chain of one item's events, and the tree over it. Mirrors
// provenance/claims/trail.py, as far as it verifies.
//
//     first link's previous   map key of the item
//     link     H("provenance/link/v2" ‖ 0x00 ‖ previous link ‖ u64 log index
//                ‖ u32 event position ‖ u64 event time (ms) ‖ u8 kinds
//                ‖ u16 m ‖ m × u32 leaf number ‖ event id)
//     map key  H("provenance/item/v2" ‖ 0x00 ‖ item id)
//     value    u64 count ‖ MTH(links) ‖ u64 warnings ‖ MTH(warnings)
//                                                   80 bytes

import { bigEndian, joinBytes } from "../encoding/bytes.js";
import { sha256 } from "../encoding/digest.js";
import { utf8 } from "../encoding/text.js";

const LINK = utf8("provenance/link/v2\0");
const ITEM = utf8("provenance/item/v2\0");

/** It goes into a container. */
export const GOES_IN = 1;
/** It comes out of one, or is emptied. */
export const COMES_OUT = 2;
/** It is made, or ends. */
export const MADE_OR_ENDS = 4;
/** The event warns of it. */
export const WARNS = 8;
/** The event declares an error. */
export const DECLARES_ERROR = 16;

export const MAX_KINDS = 31;

export const VALUE_SIZE = 80;

/**
 * One step of a trail: event `position` of the entry at `logIndex`.
 * @typedef {object} Link
 * @property {number} logIndex
 * @property {number} position
 * @property {number} time the event's, in ms since 1970
 * @property {number} kinds
 * @property {number[]} leaves the numbers of the item's leaves, rising
 * @property {Uint8Array} eventId
 */

/**
 * Where a trail ends.
 * @typedef {object} Head
 * @property {number} count how many links
 * @property {Uint8Array} root of the tree of its links
 * @property {number} warnings how many of them warn
 * @property {Uint8Array} warningsRoot of the tree of those
 */

/**
 * Return the 80 bytes that the map holds for an item whose trail ends there.
 * @param {Head} head
 */
export function headValue({ count, root, warnings, warningsRoot }) {
  return joinBytes(
    bigEndian(count, 8),
    root,
    bigEndian(warnings, 8),
    warningsRoot,
  );
}

/**
 * Return the key under which the map holds the item's head.
 * @param {string} item
 */
export function mapKey(item) {
  return sha256(ITEM, utf8(item));
}

/**
 * Return the link that follows `previous` (at first: the map key).
 * @param {Uint8Array} previous
 * @param {Link} link
 */
export function nextLink(previous, link) {
  const { logIndex, position, time, kinds, leaves, eventId } = link;
  const data = new Uint8Array(23 + 4 * leaves.length);
  const view = new DataView(data.buffer);
  view.setBigUint64(0, BigInt(logIndex));
  view.setUint32(8, position);
  view.setBigUint64(12, BigInt(time));
  view.setUint8(20, kinds);
  view.setUint16(21, leaves.length);
  for (const [i, leaf] of leaves.entries()) view.setUint32(23 + 4 * i, leaf);
  return sha256(LINK, previous, data, eventId);
}
