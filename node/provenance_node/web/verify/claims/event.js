// @ts-check
// An event: what happened to which items, as a small Merkle tree of leaves.
// Mirrors provenance/claims/event.py, as far as it reads.
//
//     leaf 0          mp(["body", {EPCIS field names → values}])
//     leaf 1 … n      mp(["item", salt, relation, id])
//                     mp(["item", salt, relation, class, quantity, uom])
//     leaf n+1 …      mp(["field", salt, pointer, value])
//     event id        H(mp(["provenance/event/v1", n, concealed, MTH(leaves)]))
//
// Event data is how an event travels: its leaves as they were made, and for a
// concealed field that the reader may not have its hash alone:
//
//     mp([n, [leaf 0, leaf 1, …, leaf or [hash], …]])

import {
  MAX_VALUES,
  Room,
  decode,
  encode,
  hasTypes,
} from "../encoding/canonical.js";
import { checkHash, sha256 } from "../encoding/digest.js";
import { head, quoted } from "../encoding/text.js";
import { leafHash, rootOf } from "../encoding/tree.js";
import { MalformedError } from "../errors.js";

/** @typedef {import("../encoding/canonical.js").Value} Value */
/** @typedef {Map<string, Value>} Body what everybody may see of an event */

/** The most leaves of one event. */
export const MAX_LEAVES = 262_144;

const SALT_SIZE = 16;
const MAX_ITEM_LENGTH = 2048;

const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$/;
const BARE_CLASS = /^https:\/\/id\.gs1\.org\/01\/\d{14}(?:\/22\/[^/]+)?$/;

/** One item that an event names. */
export class Item {
  /**
   * @param {string} relation the EPCIS list it stood in, or `actor`
   * @param {string} id its canonical URI
   * @param {number | null} quantity how much of the class; null for an
   *     unspecified amount, and always outside quantity lists
   * @param {string | null} uom the unit, null for a count
   * @param {boolean} isQuantity whether it is an element of a quantity list
   */
  constructor(relation, id, quantity = null, uom = null, isQuantity = false) {
    this.relation = relation;
    this.id = id;
    this.quantity = quantity;
    this.uom = uom;
    this.isQuantity = isQuantity;
  }
}

/** A concealed field: shown only to whom its holder shows it. */
export class Field {
  /**
   * @param {string} pointer where it belongs in the event (RFC 6901)
   * @param {Value} value
   */
  constructor(pointer, value) {
    this.pointer = pointer;
    this.value = value;
  }
}

/**
 * An event with all of its leaves; fields of which only the hash is known are
 * null.
 * @typedef {object} Event
 * @property {Body} body
 * @property {Item[]} items in leaf order
 * @property {(Field | null)[]} fields
 * @property {Uint8Array[]} hashes each leaf's
 * @property {Uint8Array} id
 */

/**
 * Return the event that `data` holds, its id computed from its leaves.
 * @param {Uint8Array} data
 * @returns {Event}
 * @throws {MalformedError} The data is not well formed.
 */
export function parseEvent(data) {
  // A leaf has 15 bytes and more, a concealed one's hash 35.
  const outer = decode(data, new Room(8 + Math.floor(data.length / 8)));
  if (!hasTypes(outer, ["int", "array"]) || outer.length !== 2) {
    throw new MalformedError("event data is [item count, leaves]");
  }
  /** @type {[number, Value[]]} */
  const [itemCount, parts] = /** @type {any} */ (outer);
  const size = parts.length;
  if (!(1 <= itemCount && itemCount < size && size <= MAX_LEAVES)) {
    throw new MalformedError(
      `an event has a body and 1 to ${MAX_LEAVES - 1} items and fields, not` +
        ` ${itemCount} items in ${size} leaves`,
    );
  }
  /** @type {Event} */
  const event = {
    body: new Map(),
    items: [],
    fields: [],
    hashes: [],
    id: new Uint8Array(),
  };
  const room = roomFor(data.length);
  for (const [number, part] of parts.entries()) {
    if (part instanceof Uint8Array) {
      event.hashes.push(leafHash(part));
      const shown = parseLeaf(part, { number, itemCount, room });
      if (shown instanceof Item) event.items.push(shown);
      else if (shown instanceof Field) event.fields.push(shown);
      else event.body = shown;
    } else {
      event.hashes.push(withheld(part, number, itemCount));
      event.fields.push(null);
    }
  }
  const pointers = event.fields.flatMap((f) => (f ? [f.pointer] : []));
  if (new Set(pointers).size !== pointers.length) {
    throw new MalformedError("two concealed fields have the same pointer");
  }
  event.id = eventId(itemCount, size - 1 - itemCount, rootOf(event.hashes));
  return event;
}

/**
 * Return the id of the event with that many leaves of each kind.
 * @param {number} items
 * @param {number} concealed
 * @param {Uint8Array} root
 */
export function eventId(items, concealed, root) {
  return sha256(encode(["provenance/event/v1", items, concealed, root]));
}

/**
 * Return room for what leaves of `size` bytes say together. What people write
 * has one value in four bytes at most. Long lists of small numbers have more,
 * and `MAX_VALUES` of them at least are taken.
 * @param {number} size
 */
export function roomFor(size) {
  return new Room(MAX_VALUES + Math.floor(size / 4));
}

/**
 * Return what leaf `number` of an event with `itemCount` items says.
 * @param {Uint8Array} leaf
 * @param {{number: number, itemCount: number, room: Room}} place the room is
 *     shared with the other leaves that are read of the same input
 * @returns {Body | Item | Field}
 * @throws {MalformedError} It is not a leaf that may stand at that number.
 */
export function parseLeaf(leaf, { number, itemCount, room }) {
  const parts = decode(leaf, room);
  if (number === 0) {
    if (hasTypes(parts, ["str", "map"]) && parts.length === 2) {
      if (parts[0] === "body") return checkBody(parts[1]);
    }
  } else if (
    hasTypes(parts, ["str", "bin", "str", "str"]) &&
    parts[0] === "item" &&
    number <= itemCount
  ) {
    requireSalt(parts[1]);
    const item = checkItemId(parts[3]);
    if (parts.length === 4) return new Item(parts[2], item);
    if (parts.length === 6) {
      return quantityOf(parts[2], item, parts[4], parts[5]);
    }
  } else if (
    hasTypes(parts, ["str", "bin", "str"]) &&
    parts[0] === "field" &&
    number > itemCount
  ) {
    requireSalt(parts[1]);
    if (parts.length === 4) return fieldOf(parts[2], parts[3]);
  }
  throw new MalformedError(`leaf ${number} of the event is not of its form`);
}

/**
 * Return `item` if it can be an item id: an absolute ASCII URI.
 * @param {string} item
 * @throws {MalformedError} It is not, or has more than 2,048 bytes.
 */
export function checkItemId(item) {
  if (item.length > MAX_ITEM_LENGTH || !URI.test(item)) {
    throw new MalformedError(
      `an item id is an absolute ASCII URI of at most ${MAX_ITEM_LENGTH}` +
        ` bytes, not ${quoted(head(item, 80))}`,
    );
  }
  return item;
}

/**
 * Whether an item has a trail: all do but a bare product class. "Some of
 * GTIN 09506000134352" is no thing that could be followed.
 * @param {string} item
 */
export function hasTrail(item) {
  return !BARE_CLASS.test(item);
}

/**
 * Return the heads that `body` demands under `after`.
 * @param {Body} body
 * @returns {[string, Uint8Array][]}
 * @throws {MalformedError} `after` is not [[item id, link], …].
 */
export function readAfter(body) {
  if (!body.has("after")) return [];
  const rows = body.get("after");
  const form = "after is a list of [item id, link]";
  if (!Array.isArray(rows)) throw new MalformedError(form);
  return rows.map((row) => {
    if (!hasTypes(row, ["str", "bin"]) || row.length !== 2) {
      throw new MalformedError(form);
    }
    return [checkItemId(row[0]), checkHash(row[1])];
  });
}

/**
 * @param {Value} part
 * @param {number} number
 * @param {number} items
 */
function withheld(part, number, items) {
  if (hasTypes(part, ["bin"]) && part.length === 1 && number > items) {
    return checkHash(part[0]);
  }
  throw new MalformedError(
    `leaf ${number} is neither bytes nor the hash of a concealed field`,
  );
}

/** @param {Body} body */
function checkBody(body) {
  const kind = body.get("type");
  if (typeof kind !== "string" || !kind) {
    throw new MalformedError("an event's body has a type");
  }
  readAfter(body);
  return body;
}

/**
 * @param {string} pointer
 * @param {Value} value
 */
function fieldOf(pointer, value) {
  if (!pointer.startsWith("/")) {
    throw new MalformedError(
      `a field's pointer starts with '/': ${quoted(head(pointer, 80))}`,
    );
  }
  return new Field(pointer, value);
}

/** @param {Uint8Array} salt */
function requireSalt(salt) {
  if (salt.length !== SALT_SIZE) {
    throw new MalformedError(
      `a salt has ${SALT_SIZE} bytes, not ${salt.length}`,
    );
  }
}

/**
 * @param {string} relation
 * @param {string} item
 * @param {Value} amount
 * @param {Value} uom
 */
function quantityOf(relation, item, amount, uom) {
  if (typeof amount !== "number" && amount !== null) {
    throw new MalformedError("a quantity is a number or nil");
  }
  if (typeof uom !== "string" && uom !== null) {
    throw new MalformedError("a unit of measure is text or nil");
  }
  return new Item(relation, item, amount, uom, true);
}
