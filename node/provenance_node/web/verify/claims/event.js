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
//
// Over 500 lines: one format, both ways, as in its Python twin.

import {
  MAX_VALUES,
  Room,
  decode,
  encode,
  hasTypes,
} from "../encoding/canonical.js";
import { checkHash, sha256 } from "../encoding/digest.js";
import { Reader } from "../encoding/reader.js";
import { compareText, head, quoted, utf8 } from "../encoding/text.js";
import { leafHash, rootOf } from "../encoding/tree.js";
import { MalformedError } from "../errors.js";

/** @typedef {import("../encoding/canonical.js").Value} Value */
/** @typedef {Map<string, Value>} Body what everybody may see of an event */
/** @typedef {[number, number][]} Counts relation code and how many items */

/** The most leaves of one event. */
export const MAX_LEAVES = 262_144;

/** The most leaves of one event that name the same item: a link counts them. */
export const MAX_OWN_LEAVES = 65_535;

/** What an item can be in an event: the first one's code is 1. */
export const RELATIONS = [
  "actor",
  "about",
  "epcList",
  "quantityList",
  "parentID",
  "childEPCs",
  "childQuantityList",
  "inputEPCList",
  "inputQuantityList",
  "outputEPCList",
  "outputQuantityList",
  "transformationID",
  "place",
];

/** Relation → its code. @type {ReadonlyMap<string, number>} */
export const CODES = new Map(RELATIONS.map((name, index) => [name, index + 1]));

/** The relations whose leaves are a class and how much of it. */
export const QUANTITY_LISTS = new Set(
  RELATIONS.filter((name) => name.toLowerCase().endsWith("quantitylist")),
);
/** The relations under which a unit can begin, and so get its seal. */
const SEALED = new Set(["epcList", "outputEPCList"]);
/** The relations of one item at most. */
const SINGLE = new Set(["parentID", "transformationID", "place"]);

export const SALT_SIZE = 16;
export const SEAL_SIZE = 32;
export const MAX_ITEM_LENGTH = 2048;
export const MAX_POINTER_LENGTH = 2048;
export const MAX_UOM_LENGTH = 255;
const CONTEXT = "provenance/event/v2";

const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$/;
const BARE_CLASS = /^https:\/\/id\.gs1\.org\/01\/\d{14}(?:\/22\/[^/]+)?$/;
// RFC 6901, section 3: "~" stands before 0 or 1 alone.
const WRONG_ESCAPE = /~(?![01])/;
// A body's members stand in a map in an array, and 32 of them nest at most.
const MAX_STEPS = 32;

/** One item that an event names. */
export class Item {
  /**
   * @param {string} relation the EPCIS list it stood in, or another of
   *     `RELATIONS`
   * @param {string} id its canonical URI
   * @param {number | null} quantity how much of the class; null for an
   *     unspecified amount, and always outside quantity lists
   * @param {string | null} uom the unit, null for a count
   * @param {Uint8Array | null} seal the public key of the unit's seal, where
   *     the event gives it one
   */
  constructor(relation, id, quantity = null, uom = null, seal = null) {
    this.relation = relation;
    this.id = id;
    this.quantity = quantity;
    this.uom = uom;
    this.seal = seal;
  }

  /** Whether it is an element of a quantity list. */
  get isQuantity() {
    return QUANTITY_LISTS.has(this.relation);
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
  const reader = new Reader(data);
  reader.row(3);
  const { counts, pointers } = readHeader(reader);
  const items = itemCount(counts);
  const total = 1 + items + pointers.length;
  reader.array(total, total);
  const room = roomFor(data.length);
  const first = reader.binary(data.length);
  /** @type {Event} */
  const event = {
    counts,
    pointers,
    body: parseBody(first, room),
    items: [],
    fields: [],
    hashes: [leafHash(first)],
    id: new Uint8Array(),
  };
  for (const [code, count] of counts) {
    const relation = RELATIONS[code - 1];
    for (let left = count; left; left--) {
      const leaf = reader.binary(data.length);
      event.hashes.push(leafHash(leaf));
      event.items.push(parseItem(leaf, relation, room));
    }
  }
  checkDistinct(event.items, counts);
  for (const pointer of pointers) {
    if (data[reader.at] === WITHHELD) {
      reader.row(1);
      event.hashes.push(reader.hash());
      event.fields.push(null);
    } else {
      const leaf = reader.binary(data.length);
      event.hashes.push(leafHash(leaf));
      event.fields.push(parseField(leaf, pointer, room));
    }
  }
  reader.end();
  event.id = eventId(counts, pointers, rootOf(event.hashes));
  return event;
}

/** The array of one that stands for a leaf: its hash. */
const WITHHELD = 0x91;

/**
 * Return counts and pointers, the two values that `reader` has next.
 * @param {Reader} reader
 * @throws {MalformedError} They are not those of an event.
 */
function readHeader(reader) {
  /** @type {Counts} */
  const counts = [];
  for (let left = reader.array(RELATIONS.length); left; left--) {
    reader.row(2);
    counts.push([reader.uint(), reader.uint()]);
  }
  const pointers = [];
  for (let left = reader.array(MAX_LEAVES); left; left--) {
    pointers.push(reader.text(MAX_POINTER_LENGTH));
  }
  checkHeader(counts, pointers);
  return { counts, pointers };
}

/**
 * Check that an event may have that many items, and fields there.
 * @param {Counts} counts
 * @param {string[]} pointers
 * @throws {MalformedError} A relation is unknown, out of order or has no item
 *     or one too many; there are no items at all, or too many leaves; or a
 *     pointer is none, or not after the one before it.
 */
export function checkHeader(counts, pointers) {
  let above = 0;
  for (const [code, count] of counts) {
    if (!(above < code && code <= RELATIONS.length)) {
      throw new MalformedError(
        `relation ${code} of an event's items is unknown, or not in order` +
          ` after ${above}`,
      );
    }
    above = code;
    const relation = RELATIONS[code - 1];
    if (count < 1 || (count > 1 && SINGLE.has(relation))) {
      throw new MalformedError(
        `an event cannot have ${count} items as ${relation}`,
      );
    }
  }
  const leaves = 1 + itemCount(counts) + pointers.length;
  if (!counts.length || leaves > MAX_LEAVES) {
    throw new MalformedError(
      `an event has a body and 1 to ${MAX_LEAVES - 1} items and fields, one` +
        ` item at least: ${leaves} leaves`,
    );
  }
  let previous = "";
  for (const pointer of pointers) {
    if (
      !pointer.startsWith("/") ||
      WRONG_ESCAPE.test(pointer) ||
      pointer.split("/").length > 1 + MAX_STEPS ||
      utf8(pointer).length > MAX_POINTER_LENGTH
    ) {
      throw new MalformedError(
        `a field's pointer is a JSON Pointer of 1 to ${MAX_STEPS} steps and at` +
          ` most ${MAX_POINTER_LENGTH} bytes, not ${quoted(head(pointer, 80))}`,
      );
    }
    if (compareText(pointer, previous) <= 0) {
      throw new MalformedError(
        `the pointer ${quoted(head(pointer, 80))} repeats, or is out of order`,
      );
    }
    previous = pointer;
  }
}

/**
 * Return how many items an event names.
 * @param {Counts} counts
 */
export function itemCount(counts) {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

/**
 * Return the relation under which item leaf `number` stands.
 * @param {Counts} counts
 * @param {number} number
 * @throws {MalformedError} No leaf with that number is an item's.
 */
export function relationOf(counts, number) {
  let last = 0;
  for (const [code, count] of counts) {
    last += count;
    if (1 <= number && number <= last) return RELATIONS[code - 1];
  }
  throw new MalformedError(`leaf ${number} of the event is not an item's`);
}

/**
 * Return the id of the event with this header and these leaves' root.
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
 * Return the bytes of the leaf that names `item`.
 * @param {Item} item
 * @param {Uint8Array} salt
 */
export function itemLeaf(item, salt) {
  /** @type {Value[]} */
  const row = ["item", salt, item.id];
  if (item.isQuantity) row.push(item.quantity, item.uom);
  if (item.seal) row.push(new Map([["seal", item.seal]]));
  return encode(row);
}

/**
 * Return what `leaf`, the first of an event, says.
 * @param {Uint8Array} leaf
 * @param {Room} room shared with the other leaves that are read of the same
 *     input
 * @returns {Body}
 * @throws {MalformedError} It is not of that form.
 */
export function parseBody(leaf, room) {
  const parts = decode(leaf, room);
  if (
    !hasTypes(parts, ["str", "map"]) ||
    parts.length !== 2 ||
    parts[0] !== "body"
  ) {
    throw new MalformedError("leaf 0 of an event is not its body");
  }
  /** @type {Body} */
  const body = parts[1];
  const kind = body.get("type");
  if (typeof kind !== "string" || !kind) {
    throw new MalformedError("an event's body has a type");
  }
  readAfter(body);
  return body;
}

/**
 * Return the item that `leaf` names, which stands under `relation`.
 * @param {Uint8Array} leaf
 * @param {string} relation one of `RELATIONS`
 * @param {Room} room
 * @throws {MalformedError} It is not of the form that this relation asks for.
 */
export function parseItem(leaf, relation, room) {
  const parts = decode(leaf, room);
  if (
    !hasTypes(parts, ["str", "bin", "str"]) ||
    parts[0] !== "item" ||
    parts[1].length !== SALT_SIZE
  ) {
    throw new MalformedError(`no leaf of an item under ${relation}`);
  }
  const rest = parts.slice(3);
  let quantity = null;
  let uom = null;
  let seal = null;
  if (QUANTITY_LISTS.has(relation)) {
    if (rest.length < 2) {
      throw new MalformedError(`an item without quantity under ${relation}`);
    }
    [quantity, uom] = rest.splice(0, 2);
  }
  if (rest.length) {
    const [extras] = rest;
    // An extra that is not known could change what the rest means.
    if (
      rest.length > 1 ||
      !(extras instanceof Map) ||
      extras.size !== 1 ||
      !extras.has("seal")
    ) {
      throw new MalformedError(`no leaf of an item under ${relation}`);
    }
    seal = extras.get("seal");
    if (seal === null) throw new MalformedError("a seal is 32 bytes, not nil");
  }
  return checkItem(new Item(relation, parts[2], quantity, uom, seal));
}

/**
 * Return `item` if a leaf under its relation can say it.
 * @param {Item} item
 * @throws {MalformedError} Its id is none, or it has what that relation has
 *     not.
 */
export function checkItem(item) {
  checkItemId(item.id);
  const { relation, quantity, uom, seal } = item;
  if (quantity !== null && typeof quantity !== "number") {
    throw new MalformedError("a quantity is a number or nil");
  }
  if (
    uom !== null &&
    (typeof uom !== "string" || utf8(uom).length > MAX_UOM_LENGTH)
  ) {
    throw new MalformedError(
      `a unit of measure is text of at most ${MAX_UOM_LENGTH} bytes, or nil`,
    );
  }
  if (!item.isQuantity && (quantity !== null || uom !== null)) {
    throw new MalformedError(`an item with a quantity under ${relation}`);
  }
  if (
    seal !== null &&
    (!SEALED.has(relation) ||
      !(seal instanceof Uint8Array) ||
      seal.length !== SEAL_SIZE)
  ) {
    throw new MalformedError(
      `a seal is ${SEAL_SIZE} bytes, of a unit that can begin with the event:` +
        ` not under ${relation}`,
    );
  }
  return item;
}

/**
 * Return the concealed field at `pointer`, as `leaf` says it.
 * @param {Uint8Array} leaf
 * @param {string} pointer where it belongs, as the header says
 * @param {Room} room
 * @throws {MalformedError} It is not of that form.
 */
export function parseField(leaf, pointer, room) {
  const parts = decode(leaf, room);
  if (
    !hasTypes(parts, ["str", "bin"]) ||
    parts.length !== 3 ||
    parts[0] !== "field" ||
    parts[1].length !== SALT_SIZE
  ) {
    throw new MalformedError(
      `no leaf of a concealed field, at ${quoted(pointer)}`,
    );
  }
  return new Field(pointer, parts[2]);
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
 * Whether an event that names an item so is part of its trail.
 *
 * "Some of GTIN 09506000134352" is no thing that could be followed; a serial,
 * a lot, a carton is. What is said *about* the whole class has a trail,
 * though: a description, a notice.
 * @param {string} item
 * @param {string} relation
 */
export function hasTrail(item, relation) {
  return relation === "about" || !BARE_CLASS.test(item);
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
 * Refuse an id under two relations, or with more leaves than fit a link.
 *
 * What has no trail under one of them, a product class that an event is about
 * or that was repacked, has one link to fit at most and may.
 * @param {Item[]} items
 * @param {Counts} counts
 * @throws {MalformedError} There is one.
 */
export function checkDistinct(items, counts) {
  if (counts.length < 2 && items.length <= MAX_OWN_LEAVES) return;
  /** @type {Map<string, string>} */
  const relations = new Map();
  /** @type {Map<string, number>} */
  const own = new Map();
  for (const { id, relation } of items) {
    const first = relations.get(id) ?? relation;
    if (first !== relation && hasTrail(id, relation) && hasTrail(id, first)) {
      throw new MalformedError(
        `${quoted(head(id, 80))} stands under two relations of one event:` +
          " leave it out of one list",
      );
    }
    relations.set(id, first);
    const count = (own.get(id) ?? 0) + 1;
    own.set(id, count);
    if (count > MAX_OWN_LEAVES) {
      throw new MalformedError(
        `an event names ${quoted(head(id, 80))} ${count} times, more than` +
          ` ${MAX_OWN_LEAVES}`,
      );
    }
  }
}
