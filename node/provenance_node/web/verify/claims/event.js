// @ts-check
// An event: what happened to which items, as a small Merkle tree of leaves.
// Mirrors provenance/claims/event.py, as far as it reads.
//
//     leaf 0          mp(["body", {EPCIS field names → values}])
//     leaf 1 … n      mp(["item", salt, id])
//                     mp(["item", salt, class, quantity, unit])
//                     each may end in a map of extras: {"seal": public key}
//     leaf n+1 …      mp(["field", salt, value])
//     event id        H(mp(["provenance/event/v2", [[relation, count], …],
//                           [pointer, …], MTH(leaves)]))
//
// Item leaves stand in groups, by the code of the list in which they stood;
// which groups there are, how many leaves each has, and where the concealed
// fields belong is part of the id: so what is hidden cannot be anything else.
// Event data is how an event travels: its leaves as they were made, and for a
// concealed field that the reader may not have its hash alone:
//
//     mp([[[relation, count], …], [pointer, …], [leaf, …, leaf or [hash], …]])

import {
  MAX_VALUES,
  Room,
  decode,
  encode,
  hasTypes,
  isInt,
} from "../encoding/canonical.js";
import { checkHash, sha256 } from "../encoding/digest.js";
import { compareText, head, quoted } from "../encoding/text.js";
import { leafHash, rootOf } from "../encoding/tree.js";
import { MalformedError } from "../errors.js";

/** @typedef {import("../encoding/canonical.js").Value} Value */
/** @typedef {Map<string, Value>} Body what everybody may see of an event */
/** @typedef {[number, number][]} Counts relation code and how many items */

/** The most leaves of one event. */
export const MAX_LEAVES = 262_144;

/** The lists in which an event names items, by code. */
export const RELATIONS = new Map([
  [1, "actor"],
  [2, "about"],
  [3, "epcList"],
  [4, "quantityList"],
  [5, "parentID"],
  [6, "childEPCs"],
  [7, "childQuantityList"],
  [8, "inputEPCList"],
  [9, "inputQuantityList"],
  [10, "outputEPCList"],
  [11, "outputQuantityList"],
  [12, "transformationID"],
  [13, "place"],
]);

/** @type {ReadonlyMap<string, number>} */
export const CODES = new Map([...RELATIONS].map(([code, name]) => [name, code]));

/** The groups whose leaves say how much of a class. */
const QUANTITY_CODES = new Set([4, 7, 9, 11]);
/** The groups of one leaf at most. */
const SINGLE_CODES = new Set([5, 12, 13]);
/** The groups in which a unit may have a seal. */
const SEALED_CODES = new Set([3, 10]);

export const SALT_SIZE = 16;
export const SEAL_SIZE = 32;
const MAX_ITEM_LENGTH = 2048;
const ABOUT = "about";
const CONTEXT = "provenance/event/v2";

const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$/;
const BARE_CLASS = /^https:\/\/id\.gs1\.org\/01\/\d{14}(?:\/22\/[^/]+)?$/;
// RFC 6901, section 3: "~" stands before 0 or 1 alone.
const WRONG_ESCAPE = /~(?![01])/;

/** One item that an event names. */
export class Item {
  /**
   * @param {string} relation the EPCIS list it stood in, or `actor`
   * @param {string} id its canonical URI
   * @param {number | null} quantity how much of the class; null for an
   *     unspecified amount, and always outside quantity lists
   * @param {string | null} uom the unit, null for a count
   * @param {boolean} isQuantity whether it is an element of a quantity list
   * @param {Uint8Array | null} seal the public key of the unit's seal, if any
   */
  constructor(
    relation,
    id,
    quantity = null,
    uom = null,
    isQuantity = false,
    seal = null,
  ) {
    this.relation = relation;
    this.id = id;
    this.quantity = quantity;
    this.uom = uom;
    this.isQuantity = isQuantity;
    this.seal = seal;
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
 * An event with all of its leaves.
 * @typedef {object} Event
 * @property {Counts} counts
 * @property {string[]} pointers
 * @property {Body} body
 * @property {Item[]} items in leaf order
 * @property {(Field | null)[]} fields one for each pointer; null where only
 *     the hash is known
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
  const outer = decode(data, new Room(64 + Math.floor(data.length / 8)));
  if (!hasTypes(outer, ["array", "array", "array"]) || outer.length !== 3) {
    throw new MalformedError("event data is [counts, pointers, leaves]");
  }
  const [counts, pointers, parts] = outer;
  checkHeader(counts, pointers);
  const size = leafCount(counts, pointers);
  if (parts.length !== size) {
    throw new MalformedError(
      `the event has ${parts.length} leaves, and its head names ${size}`,
    );
  }
  /** @type {Event} */
  const event = {
    counts,
    pointers,
    body: new Map(),
    items: [],
    fields: [],
    hashes: [],
    id: new Uint8Array(),
  };
  const room = roomFor(data.length);
  const firstField = size - pointers.length;
  for (const [number, part] of parts.entries()) {
    if (part instanceof Uint8Array) {
      event.hashes.push(leafHash(part));
      const shown = parseLeaf(part, { number, counts, pointers, room });
      if (shown instanceof Item) event.items.push(shown);
      else if (shown instanceof Field) event.fields.push(shown);
      else event.body = shown;
    } else {
      event.hashes.push(withheld(part, number, firstField));
      event.fields.push(null);
    }
  }
  event.id = eventId(counts, pointers, rootOf(event.hashes));
  return event;
}

/**
 * Check the head of an event: what groups of items it has, and where its
 * concealed fields belong.
 * @param {Value[]} counts
 * @param {Value[]} pointers
 * @throws {MalformedError} They are not in order, or not of their form.
 */
export function checkHeader(counts, pointers) {
  let before = 0;
  let leaves = 1 + pointers.length;
  for (const row of counts) {
    if (!Array.isArray(row) || row.length !== 2 || !row.every(isInt)) {
      throw new MalformedError("a count is [relation, how many items]");
    }
    const [code, count] = row;
    if (!RELATIONS.has(code)) {
      throw new MalformedError(`there is no relation ${code}`);
    }
    if (code <= before) {
      throw new MalformedError("the groups of items are out of order");
    }
    if (count < 1) throw new MalformedError("a group has one item at least");
    if (count > 1 && SINGLE_CODES.has(code)) {
      throw new MalformedError(
        `an event has one ${RELATIONS.get(code)} at most, not ${count}`,
      );
    }
    leaves += count;
    before = code;
  }
  if (!counts.length) throw new MalformedError("an event names an item");
  if (leaves > MAX_LEAVES) {
    throw new MalformedError(
      `an event has at most ${MAX_LEAVES} leaves, not ${leaves}`,
    );
  }
  let last = "";
  for (const pointer of pointers) {
    if (
      typeof pointer !== "string" ||
      !pointer.startsWith("/") ||
      WRONG_ESCAPE.test(pointer)
    ) {
      throw new MalformedError(
        `a concealed field has a JSON Pointer, not ${quoted(head(String(pointer), 80))}`,
      );
    }
    if (last && compareText(last, pointer) >= 0) {
      throw new MalformedError(
        "the pointers of concealed fields are out of order, or twice",
      );
    }
    last = pointer;
  }
}

/**
 * Return how many leaves an event has, its head checked.
 * @param {Counts} counts
 * @param {string[]} pointers
 */
export function leafCount(counts, pointers) {
  return 1 + itemCount(counts) + pointers.length;
}

/**
 * Return how many items an event names.
 * @param {Counts} counts
 */
export function itemCount(counts) {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

/**
 * Return the code of the group in which item leaf `number` stands, 0 if none.
 * @param {Counts} counts
 * @param {number} number from 1
 */
export function codeAt(counts, number) {
  let last = 0;
  for (const [code, count] of counts) {
    last += count;
    if (number <= last) return number > 0 ? code : 0;
  }
  return 0;
}

/**
 * Return the name of the group in which item leaf `number` stands, "" if none.
 * @param {Counts} counts
 * @param {number} number from 1
 */
export function relationAt(counts, number) {
  return RELATIONS.get(codeAt(counts, number)) ?? "";
}

/**
 * Return the id of the event of that head.
 * @param {Counts} counts
 * @param {string[]} pointers
 * @param {Uint8Array} root
 */
export function eventId(counts, pointers, root) {
  return sha256(encode([CONTEXT, counts, pointers, root]));
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
 * Return the leaf of an item with that salt.
 * @param {Item} item
 * @param {Uint8Array} salt
 */
export function itemLeaf({ id, quantity, uom, isQuantity, seal }, salt) {
  /** @type {Value[]} */
  const parts = ["item", salt, id];
  if (isQuantity) parts.push(quantity, uom);
  if (seal) parts.push(new Map([["seal", seal]]));
  return encode(parts);
}

/**
 * Return what leaf `number` of an event says, its head checked.
 * @param {Uint8Array} leaf
 * @param {object} place
 * @param {number} place.number
 * @param {Counts} place.counts
 * @param {string[]} place.pointers
 * @param {Room} place.room shared with the other leaves that are read of the
 *     same input
 * @returns {Body | Item | Field}
 * @throws {MalformedError} It is not a leaf that may stand at that number.
 */
export function parseLeaf(leaf, { number, counts, pointers, room }) {
  const parts = decode(leaf, room);
  const items = itemCount(counts);
  if (number === 0) {
    if (hasTypes(parts, ["str", "map"]) && parts.length === 2) {
      if (parts[0] === "body") return checkBody(parts[1]);
    }
  } else if (number <= items) {
    if (hasTypes(parts, ["str", "bin", "str"]) && parts[0] === "item") {
      const [, salt, id, ...more] = parts;
      requireSalt(salt);
      const item = readItem(id, more, codeAt(counts, number));
      if (item) return item;
    }
  } else if (
    hasTypes(parts, ["str", "bin"]) &&
    parts[0] === "field" &&
    parts.length === 3
  ) {
    requireSalt(parts[1]);
    return new Field(pointers[number - items - 1], parts[2]);
  }
  throw new MalformedError(`leaf ${number} of the event is not of its form`);
}

/**
 * Check that an item may stand in the group of that code.
 * @param {Item} item
 * @param {number} code
 * @throws {MalformedError} It may not.
 */
export function checkItem(item, code) {
  checkItemId(item.id);
  const relation = RELATIONS.get(code);
  if (item.isQuantity !== QUANTITY_CODES.has(code)) {
    throw new MalformedError(
      item.isQuantity
        ? `an item of ${relation} has no quantity`
        : `an item of ${relation} has a quantity and a unit`,
    );
  }
  if (item.seal !== null && !SEALED_CODES.has(code)) {
    throw new MalformedError(`an item of ${relation} has no seal`);
  }
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
 * Whether an item has a trail that events have it on by that relation: all do
 * but a bare product class, which has one of what is said about it alone.
 * "Some of GTIN 09506000134352" is no thing that could be followed.
 * @param {string} item
 * @param {string} relation
 */
export function hasTrail(item, relation) {
  return relation === ABOUT || !BARE_CLASS.test(item);
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
 * @param {number} firstField
 */
function withheld(part, number, firstField) {
  if (hasTypes(part, ["bin"]) && part.length === 1 && number >= firstField) {
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

/** @param {Uint8Array} salt */
function requireSalt(salt) {
  if (salt.length !== SALT_SIZE) {
    throw new MalformedError(
      `a salt has ${SALT_SIZE} bytes, not ${salt.length}`,
    );
  }
}

/**
 * Return the item of a leaf with these parts behind the id; null if they are
 * not of its form.
 * @param {string} id
 * @param {Value[]} more
 * @param {number} code
 */
function readItem(id, more, code) {
  const extras = more.length % 2 ? more.pop() : null;
  if (extras !== null && !(extras instanceof Map)) return null;
  if (more.length > 2) return null;
  const [quantity = null, uom = null] = more;
  if (typeof quantity !== "number" && quantity !== null) {
    throw new MalformedError("a quantity is a number or nil");
  }
  if (typeof uom !== "string" && uom !== null) {
    throw new MalformedError("a unit of measure is text or nil");
  }
  const item = new Item(
    /** @type {string} */ (RELATIONS.get(code)),
    id,
    quantity,
    uom,
    more.length > 0,
    extras && readSeal(extras),
  );
  checkItem(item, code);
  return item;
}

/** @param {Map<string, Value>} extras */
function readSeal(extras) {
  const seal = extras.get("seal");
  if (
    extras.size === 1 &&
    seal instanceof Uint8Array &&
    seal.length === SEAL_SIZE
  ) {
    return seal;
  }
  throw new MalformedError(
    "what an item's leaf may add is its seal, of 32 bytes, and nothing else",
  );
}
