// @ts-check
// A bundle: all that one item's story needs, as one canonical byte string.
// Mirrors provenance/proof/bundle.py, as far as it reads.
//
//     ["provenance/bundle/v2",
//      checkpoint     the signed note with its cosignatures
//      committed      [item count, time, map root], as its last leaf says them
//      ids            [item or actor id, …]
//      keys           [[id number, key id], …]
//      statements     [[log index, key number, issued at, event count,
//                       signature, events, hashes], …]
//        event        [position, counts, pointers, body leaf, items, fields,
//                      hashes]
//          item       [leaf number, salt, id number], or
//                     [leaf number, salt, id number, quantity, unit]; either
//                     may end in one member more, a seal
//          field      [leaf number, leaf]
//      commitments    [[log index, item count, time, map root], …]
//      entries        [[log index, entry], …]
//      log hashes     of the log's tree
//      subject        id number
//      trails         [[id number, count, ranges, rows, hashes], …]
//        range        [start, length], or [start, length, previous link] where
//                     start is not 0
//        row          [log index, position, time, kinds, [leaf number, …],
//                      event id]
//      map            [steps, [[other key, other value], …], hashes]
//      anchors        [[note, [log index, …], hashes], …]]
//
// Everything else a reader derives: event ids, event roots, the statements'
// headers, the links of the events shown, heads, map values. Each *hashes* is
// a multiproof, its hashes joined; no hash is there that could be derived.
//
// Whatever `parseBundle` returns has these shapes within the bounds below, its
// rows are in order and none is there twice, and its tables hold nothing
// unused. It reads once, front to back, and knows what must come before it
// sets memory aside for it. Nothing was proven yet.
//
// Over 500 lines: one format, as in its Python twin.

import { MAX_ENTRY_SIZE } from "../claims/entry.js";
import {
  MAX_ITEM_LENGTH,
  MAX_LEAVES,
  MAX_OWN_LEAVES,
  MAX_POINTER_LENGTH,
  MAX_UOM_LENGTH,
  RELATIONS,
  SALT_SIZE,
  SEAL_SIZE,
  roomFor,
} from "../claims/event.js";
import { MAX_EVENTS, SIGNATURE_SIZE } from "../claims/statement.js";
import { MAX_KINDS, VALUE_SIZE } from "../claims/trail.js";
import { compareBytes } from "../encoding/bytes.js";
import { HASH_SIZE } from "../encoding/digest.js";
import { Reader } from "../encoding/reader.js";
import { compareText, head, quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";

/** @typedef {import("../claims/event.js").Counts} Counts */
/** @typedef {import("../claims/trail.js").Link} Link */
/** @typedef {import("../tlog/patricia.js").MapMultiproof} MapMultiproof */

export const FORMAT = "provenance/bundle/v2";

/** The most bytes of a bundle that are read. */
export const MAX_BUNDLE_SIZE = 64 * 2 ** 20;

/**
 * The most of each kind that a whole bundle has: ids, keys, statements,
 * events, commitments, entries, ranges, rows, steps.
 */
export const MAX_ROWS = 262_144;

/** The most trails of a bundle: more than any walk follows. */
export const MAX_TRAILS = 8_192;

/**
 * The most anchors of a bundle: each is a note whose signatures are checked,
 * and old checkpoints are there for whoever wants to add them.
 */
export const MAX_ANCHORS = 1_024;

/**
 * The most of each of these that a whole bundle has: leaves shown, pointers,
 * leaf numbers in rows, entries that anchors hold.
 */
export const MAX_PARTS = 2 ** 20;

const MAX_CHECKPOINT_SIZE = 2 ** 18;
/** The highest number that is read as a relation's code. */
const MAX_CODE = 255;
const MAX_HASHES = MAX_BUNDLE_SIZE / HASH_SIZE;

/**
 * What the log's last leaf under the checkpoint commits to.
 * @typedef {object} Committed
 * @property {number} itemCount how many items have a trail
 * @property {number} time the log's time, in ms since 1970
 * @property {Uint8Array} mapRoot the root of the map of all trails
 */

/**
 * An item leaf of an event, as it is shown.
 * @typedef {object} ShownItem
 * @property {number} number the leaf's number, from 1
 * @property {Uint8Array} salt 16 bytes
 * @property {string} id
 * @property {[number | null, string | null] | null} amount quantity and unit,
 *     each null where it is unspecified; null for a leaf that is not of a
 *     quantity list
 * @property {Uint8Array | null} seal the public key of the unit's seal; null
 *     where there is none
 */

/**
 * A concealed field that is revealed: the leaf's number and its bytes.
 * @typedef {{number: number, leaf: Uint8Array}} ShownField
 */

/**
 * An event as far as it is shown.
 * @typedef {object} ShownEvent
 * @property {number} position its number in the statement
 * @property {Counts} counts how many items, of each group of items
 * @property {string[]} pointers where its concealed fields belong
 * @property {Uint8Array} body leaf 0
 * @property {ShownItem[]} items the item leaves shown, by number
 * @property {ShownField[]} fields the concealed fields shown, by number
 * @property {Uint8Array} hashes the multiproof of the leaves shown in the
 *     event's tree
 */

/**
 * A signed statement, and those of its events that are shown.
 * @typedef {object} ShownStatement
 * @property {number} logIndex where it stands in the log
 * @property {string} issuer who says it
 * @property {Uint8Array} keyId the id of the key that signed it
 * @property {number} issuedAt the issuer's clock, in ms since 1970
 * @property {number} eventCount how many events it signs
 * @property {Uint8Array} signature 64 bytes
 * @property {ShownEvent[]} events those shown, by position; one at least
 * @property {Uint8Array} hashes the multiproof of their ids in its tree
 */

/**
 * An earlier map commitment, which tells the log's time at its place.
 * @typedef {Committed & {logIndex: number}} ShownCommitment
 */

/**
 * An entry of another kind: where it stands in the log, and its data.
 * @typedef {{logIndex: number, entry: Uint8Array}} LoggedEntry
 */

/**
 * Links of a trail that follow each other.
 * @typedef {object} Range
 * @property {number} start the number of the first
 * @property {number} length how many they are, one at least
 * @property {Uint8Array | null} previous the hash of the link before the
 *     first; null at the trail's beginning
 */

/**
 * What is shown of one item's trail, with the proof of it.
 * @typedef {object} ProvenTrail
 * @property {string} item
 * @property {number} count how many links the trail has; 0 for an item
 *     without one
 * @property {Range[]} ranges which links are shown, lowest first, with gaps
 *     between
 * @property {Link[]} rows those links of them whose event is not shown, oldest
 *     first
 * @property {Uint8Array} hashes the multiproof of the links in its tree
 */

/**
 * An older cosigned checkpoint, which bounds the time of some entries.
 * @typedef {object} Anchor
 * @property {string} note the signed note
 * @property {number[]} logIndexes of which entries, in order; one at least
 * @property {Uint8Array} hashes the multiproof of those entries in its tree
 */

/**
 * The parts of a bundle, each in the order that the format asks for.
 * @typedef {object} Bundle
 * @property {string} checkpoint the signed note
 * @property {Committed} committed what its last leaf commits to
 * @property {ShownStatement[]} statements by log index
 * @property {ShownCommitment[]} commitments earlier ones, by log index
 * @property {LoggedEntry[]} entries of other kinds, by log index
 * @property {Uint8Array} logHashes the multiproof of all of these and the last
 *     leaf
 * @property {string} subject the item whose story it is
 * @property {ProvenTrail[]} trails by item
 * @property {MapMultiproof} mapProof what the map has for them
 * @property {Anchor[]} anchors older checkpoints, by size
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
  return new Parser(data).bundle();
}

/**
 * Yield each event shown, with its statement, in log order.
 * @param {Bundle} bundle
 * @returns {Generator<[ShownStatement, ShownEvent]>}
 */
export function* eventsOf({ statements }) {
  for (const statement of statements) {
    for (const event of statement.events) yield [statement, event];
  }
}

/**
 * Return room for what all of the leaves shown say together.
 * @param {Bundle} bundle
 */
export function leafRoom(bundle) {
  let size = 0;
  for (const [, { body, fields }] of eventsOf(bundle)) {
    size += body.length;
    for (const { leaf } of fields) size += leaf.length;
  }
  return roomFor(size);
}

/** Reads one bundle, and keeps count of what it may still have. */
class Parser {
  #read;
  /** @type {Map<string, number>} */
  #left = new Map();
  /** @type {string[]} */
  #ids = [];
  #used = new Set();
  /** @type {[number, Uint8Array][]} */
  #keys = [];
  #usedKeys = new Set();

  /** @param {Uint8Array} data */
  constructor(data) {
    this.#read = new Reader(data);
  }

  /** @returns {Bundle} */
  bundle() {
    const read = this.#read;
    read.row(13);
    const name = read.text(MAX_ITEM_LENGTH);
    if (name !== FORMAT) {
      throw new MalformedError(
        `this is not a bundle of the format ${FORMAT}, but of` +
          ` ${quoted(head(name, 80))}`,
      );
    }
    const checkpoint = read.text(MAX_CHECKPOINT_SIZE);
    const committed = this.#committed();
    this.#ids = this.#rows("ids", () => read.text(MAX_ITEM_LENGTH));
    requireRising("ids", this.#ids, compareText);
    this.#keys = this.#rows("keys", () => this.#key());
    requireRising(
      "keys",
      this.#keys,
      (a, b) => a[0] - b[0] || compareBytes(a[1], b[1]),
    );
    const statements = this.#rows("statements", () => this.#statement());
    requireRising("statements", statements, byIndex);
    if (this.#usedKeys.size !== this.#keys.length) {
      throw new MalformedError("the bundle has a key that signed nothing");
    }
    const commitments = this.#rows("commitments", () => this.#commitment());
    requireRising("commitments", commitments, byIndex);
    const entries = this.#rows("entries", () => this.#entry());
    requireRising("entries", entries, byIndex);
    const logHashes = read.hashes(MAX_HASHES);
    const subject = this.#id();
    const trails = this.#rows("trails", () => this.#trail(), MAX_TRAILS);
    requireRising("trails", trails, (a, b) => compareText(a.item, b.item));
    const mapProof = this.#map();
    const anchors = this.#rows("anchors", () => this.#anchor(), MAX_ANCHORS);
    read.end();
    if (this.#used.size !== this.#ids.length) {
      throw new MalformedError("the bundle has an id that nothing names");
    }
    return {
      checkpoint,
      committed,
      statements,
      commitments,
      entries,
      logHashes,
      subject,
      trails,
      mapProof,
      anchors,
    };
  }

  // What the checkpoint and the tables say.

  /** @returns {Committed} */
  #committed() {
    const read = this.#read;
    read.row(3);
    return { itemCount: read.uint(), time: read.uint(), mapRoot: read.hash() };
  }

  /** @returns {[number, Uint8Array]} */
  #key() {
    this.#read.row(2);
    const number = this.#read.uint(MAX_ROWS);
    this.#named(number);
    return [number, this.#read.hash()];
  }

  #id() {
    return this.#named(this.#read.uint());
  }

  /** @param {number} number */
  #named(number) {
    if (number >= this.#ids.length) {
      throw new MalformedError(`the bundle has no id number ${number}`);
    }
    this.#used.add(number);
    return this.#ids[number];
  }

  // Statements and their events.

  /** @returns {ShownStatement} */
  #statement() {
    const read = this.#read;
    read.row(7);
    const logIndex = read.uint();
    const number = read.uint(MAX_ROWS);
    if (number >= this.#keys.length) {
      throw new MalformedError(`the bundle has no key number ${number}`);
    }
    this.#usedKeys.add(number);
    const [issuer, keyId] = this.#keys[number];
    const issuedAt = read.uint();
    const eventCount = read.uint(MAX_EVENTS);
    const signature = read.exactly(SIGNATURE_SIZE);
    const events = this.#rows("events", () => this.#event(), MAX_ROWS, 1);
    requireRising("events", events, (a, b) => a.position - b.position);
    return {
      logIndex,
      issuer: this.#ids[issuer],
      keyId,
      issuedAt,
      eventCount,
      signature,
      events,
      hashes: read.hashes(MAX_HASHES),
    };
  }

  /** @returns {ShownEvent} */
  #event() {
    const read = this.#read;
    read.row(7);
    const position = read.uint(MAX_EVENTS - 1);
    /** @type {Counts} */
    const counts = [];
    for (let left = read.array(RELATIONS.length); left; left--) {
      read.row(2);
      counts.push([read.uint(MAX_CODE), read.uint(MAX_LEAVES)]);
    }
    const pointers = this.#rows(
      "pointers",
      () => read.text(MAX_POINTER_LENGTH),
      MAX_PARTS,
    );
    const body = read.binary(MAX_BUNDLE_SIZE);
    const items = this.#rows("item leaves", () => this.#item(), MAX_PARTS);
    requireRising("item leaves", items, byNumber);
    const fields = this.#rows("field leaves", () => this.#field(), MAX_PARTS);
    requireRising("field leaves", fields, byNumber);
    return {
      position,
      counts,
      pointers,
      body,
      items,
      fields,
      hashes: read.hashes(MAX_HASHES),
    };
  }

  /** @returns {ShownItem} */
  #item() {
    const read = this.#read;
    const length = read.array(6, 3);
    const number = read.uint(MAX_LEAVES);
    const salt = read.exactly(SALT_SIZE);
    const id = this.#id();
    /** @type {[number | null, string | null] | null} */
    let amount = null;
    if (length > 4) {
      const quantity = read.nil() ? null : read.number();
      amount = [quantity, read.nil() ? null : read.text(MAX_UOM_LENGTH)];
    }
    // Only with a seal are they 4 or 6.
    const seal = length % 2 ? null : read.exactly(SEAL_SIZE);
    return { number, salt, id, amount, seal };
  }

  /** @returns {ShownField} */
  #field() {
    const read = this.#read;
    read.row(2);
    return {
      number: read.uint(MAX_LEAVES),
      leaf: read.binary(MAX_BUNDLE_SIZE),
    };
  }

  // Other entries.

  /** @returns {ShownCommitment} */
  #commitment() {
    const read = this.#read;
    read.row(4);
    return {
      logIndex: read.uint(),
      itemCount: read.uint(),
      time: read.uint(),
      mapRoot: read.hash(),
    };
  }

  /** @returns {LoggedEntry} */
  #entry() {
    const read = this.#read;
    read.row(2);
    return { logIndex: read.uint(), entry: read.binary(MAX_ENTRY_SIZE) };
  }

  // Trails and the map.

  /** @returns {ProvenTrail} */
  #trail() {
    const read = this.#read;
    read.row(5);
    const item = this.#id();
    const count = read.uint();
    const ranges = this.#rows("ranges", () => this.#range());
    let stop = -1;
    for (const { start, length } of ranges) {
      if (start <= stop) {
        throw new MalformedError("ranges of a trail touch each other");
      }
      stop = start + length;
    }
    if (stop > count) {
      throw new MalformedError(`the trail has ${count} links, not ${stop}`);
    }
    const rows = this.#rows("rows", () => this.#row());
    requireRising(
      "rows",
      rows,
      (a, b) => a.logIndex - b.logIndex || a.position - b.position,
    );
    return { item, count, ranges, rows, hashes: read.hashes(MAX_HASHES) };
  }

  /** @returns {Range} */
  #range() {
    const read = this.#read;
    const size = read.array(3, 2);
    const start = read.uint();
    const length = read.uint();
    if (length === 0 || (size === 3) !== start > 0) {
      throw read.fault(
        "a range has a link, and tells the one before its first",
      );
    }
    return { start, length, previous: start ? read.hash() : null };
  }

  /** @returns {Link} */
  #row() {
    const read = this.#read;
    read.row(6);
    return {
      logIndex: read.uint(),
      position: read.uint(MAX_EVENTS - 1),
      time: read.uint(),
      kinds: read.uint(MAX_KINDS),
      leaves: this.#leaves(),
      eventId: read.hash(),
    };
  }

  #leaves() {
    const leaves = this.#rows(
      "leaf numbers",
      () => this.#read.uint(MAX_LEAVES),
      MAX_PARTS,
    );
    requireRising("leaf numbers", leaves, (a, b) => a - b);
    if (leaves.length > MAX_OWN_LEAVES) {
      throw new MalformedError(`a link has at most ${MAX_OWN_LEAVES} leaves`);
    }
    return leaves;
  }

  /** @returns {MapMultiproof} */
  #map() {
    const read = this.#read;
    read.row(3);
    const steps = this.#rows("steps", () => read.uint(8 * HASH_SIZE));
    const others = this.#rows("others", () => this.#other(), MAX_TRAILS);
    requireRising("others", others, (a, b) => compareBytes(a[0], b[0]));
    return { steps, others, hashes: read.hashes(MAX_HASHES) };
  }

  /** @returns {[Uint8Array, Uint8Array]} */
  #other() {
    this.#read.row(2);
    return [this.#read.hash(), this.#read.exactly(VALUE_SIZE)];
  }

  /** @returns {Anchor} */
  #anchor() {
    const read = this.#read;
    read.row(3);
    const note = read.text(MAX_CHECKPOINT_SIZE);
    const logIndexes = this.#rows(
      "anchored entries",
      () => read.uint(),
      MAX_PARTS,
      1,
    );
    requireRising("anchored entries", logIndexes, (a, b) => a - b);
    return { note, logIndexes, hashes: read.hashes(MAX_HASHES) };
  }

  /**
   * Read a list of rows: of these, `most` in the whole bundle.
   * @template Row
   * @param {string} name
   * @param {() => Row} row
   */
  #rows(name, row, most = MAX_ROWS, least = 0) {
    const left = this.#left.get(name) ?? most;
    const count = this.#read.array(left, least);
    this.#left.set(name, left - count);
    /** @type {Row[]} */
    const rows = [];
    for (let i = 0; i < count; i++) rows.push(row());
    return rows;
  }
}

/**
 * @param {{logIndex: number}} a
 * @param {{logIndex: number}} b
 */
function byIndex(a, b) {
  return a.logIndex - b.logIndex;
}

/**
 * @param {{number: number}} a
 * @param {{number: number}} b
 */
function byNumber(a, b) {
  return a.number - b.number;
}

/**
 * @template Row
 * @param {string} name
 * @param {Row[]} rows
 * @param {(a: Row, b: Row) => number} compare
 */
function requireRising(name, rows, compare) {
  for (let i = 1; i < rows.length; i++) {
    if (compare(rows[i - 1], rows[i]) >= 0) {
      throw new MalformedError(
        `${name} of the bundle are out of order, or twice`,
      );
    }
  }
}
