// @ts-check
// A trail: the hash chain of one item's events, and the head it ends in.
// Mirrors provenance/claims/trail.py.
//
//     first link's previous   map key of the item
//     link     H("provenance/link/v1" ‖ 0x00 ‖ previous link ‖ u64 log index
//                ‖ u32 event position ‖ event id)
//     map key  H("provenance/item/v1" ‖ 0x00 ‖ item id)
//     value    u64 count ‖ latest link              40 bytes

import { bigEndian, joinBytes } from "../encoding/bytes.js";
import { sha256 } from "../encoding/digest.js";
import { utf8 } from "../encoding/text.js";

const LINK = utf8("provenance/link/v1\0");
const ITEM = utf8("provenance/item/v1\0");

/**
 * One step of a trail: event `position` of the entry at `logIndex`.
 * @typedef {{logIndex: number, position: number, eventId: Uint8Array}} Link
 */

/**
 * Return the 40 bytes that the map holds for an item whose trail has `count`
 * links and ends in `link`.
 * @param {number} count
 * @param {Uint8Array} link
 */
export function headValue(count, link) {
  return joinBytes(bigEndian(count, 8), link);
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
export function nextLink(previous, { logIndex, position, eventId }) {
  return sha256(
    LINK,
    previous,
    bigEndian(logIndex, 8),
    bigEndian(position, 4),
    eventId,
  );
}

/**
 * Return the hash of each of the item's links, oldest first.
 * @param {string} item
 * @param {Link[]} links
 */
export function chainHashes(item, links) {
  let digest = mapKey(item);
  return links.map((link) => (digest = nextLink(digest, link)));
}
