// @ts-check
// Canonical msgpack: one value, one spelling, in Python and in the browser.
// Mirrors provenance/encoding/canonical.py.
//
//     nil bool int float64 str bin array map      nothing else, no ext types
//     {"b": 1, "a": [12.5, null]}     82 a1 61 92 cb 40 29 00 … c0 a1 62 01
//
// - integers and length prefixes take their shortest form;
// - a number is an int when it is integral and within ±(2**53 - 1), otherwise
//   a finite float64: 12.0 is written 0c, and neither -0.0 nor NaN exists;
// - map keys are str, unique, in the order of their UTF-8 bytes;
// - at most 32 arrays and maps stand inside one another, no byte follows.
//
// One byte may be a value that takes seventy in memory: an empty array. So what
// announces more values than there is `Room` for is refused before any of
// them is read.
//
// So a number that is a safe integer is an int, and any other is a float64:
// JavaScript's one type of number loses nothing. Maps are read as `Map`,
// because a key may be any text, "__proto__" too.
//
// Over 500 lines: it reads and writes, and counts as it reads, which Python's
// library does.

import { MalformedError } from "../errors.js";
import { compareText, findHalf, quoted, textOf, utf8 } from "./text.js";

/**
 * What canonical bytes stand for.
 * @typedef {null | boolean | number | string | Uint8Array | any[]
 *     | Map<string, any>} Value
 */

/** How many arrays and maps may stand inside one another. */
export const MAX_DEPTH = 32;

/** How many values are read of what has no `Room` of its own. */
export const MAX_VALUES = 65_536;

/**
 * How many values may still be read, of all that has this room. Who decodes
 * many parts of one input gives them one room, so that the memory that they
 * take together is bounded.
 */
export class Room {
  /** @param {number} values */
  constructor(values) {
    this.values = values;
  }
}

/**
 * Return the value that `data` is the canonical spelling of.
 * @param {Uint8Array} data
 * @param {Room} [room] how many values it may have. One with at most 32 arrays
 *     and maps, and fewer bytes than that, takes none of it: its memory is in
 *     proportion to its bytes.
 * @returns {Value}
 * @throws {MalformedError} No value is spelled like this, or it is too large.
 */
export function decode(data, room = new Room(MAX_VALUES)) {
  const takes = data.length > room.values || countOpeners(data) > MAX_DEPTH;
  const reader = new Reader(data, takes ? room.values : Infinity);
  const value = reader.value(MAX_DEPTH);
  if (reader.at !== data.length) {
    throw new MalformedError("bytes follow the canonical value");
  }
  if (takes) room.values -= reader.announced;
  return value;
}

/**
 * Return how many bytes look like the first of an array or a map.
 * @param {Uint8Array} data
 */
function countOpeners(data) {
  let count = 0;
  for (const byte of data) {
    if ((byte >= 0x80 && byte <= 0x9f) || (byte >= 0xdc && byte <= 0xdf)) {
      count++;
    }
  }
  return count;
}

/**
 * Return the array that `data` spells, if its values are of just these types:
 * "int", "str" or "bin". Null for anything else, of which nothing is kept.
 * @param {Uint8Array} data
 * @param {string[]} types
 * @returns {any[] | null}
 */
export function decodeFlat(data, types) {
  const reader = new Reader(data, 1 + types.length);
  try {
    const first = data[reader.take(1)];
    if (first !== 0x90 + types.length) return null;
    const values = types.map((type) => {
      const value = reader.value(0);
      return TYPES[type](value) ? value : undefined;
    });
    const isAll = reader.at === data.length && !values.includes(undefined);
    return isAll ? values : null;
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}

/**
 * Whether `value` is an array that starts with values of these types: "int",
 * "str", "bin", "array" or "map".
 * @param {Value} value
 * @param {string[]} types
 * @returns {value is any[]}
 */
export function hasTypes(value, types) {
  return (
    Array.isArray(value) &&
    value.length >= types.length &&
    types.every((type, i) => TYPES[type](value[i]))
  );
}

/** @type {Record<string, (value: Value) => boolean>} */
const TYPES = {
  int: isInt,
  str: (value) => typeof value === "string",
  bin: (value) => value instanceof Uint8Array,
  array: Array.isArray,
  map: (value) => value instanceof Map,
};

/**
 * Whether a value that was decoded is an int, and no float64.
 * @param {Value} value
 * @returns {value is number}
 */
export function isInt(value) {
  return Number.isSafeInteger(value);
}

class Reader {
  /**
   * @param {Uint8Array} data
   * @param {number} most how many values it may announce
   */
  constructor(data, most) {
    this.most = most;
    this.announced = 1;
    this.data = data;
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.at = 0;
  }

  /**
   * Return where `count` bytes start, and move on behind them.
   * @param {number} count
   */
  take(count) {
    const start = this.at;
    if (count > this.data.length - start) {
      throw new MalformedError("not canonical msgpack: incomplete input");
    }
    this.at += count;
    return start;
  }

  /**
   * Return the number of `size` bytes, which must be too great for a shorter
   * form: `least` or more.
   * @param {number} size
   * @param {number} least
   */
  count(size, least) {
    const start = this.take(size);
    const count =
      size === 1
        ? this.view.getUint8(start)
        : size === 2
          ? this.view.getUint16(start)
          : this.view.getUint32(start);
    if (count < least) throw notShortest();
    return count;
  }

  /**
   * @param {number} room how many arrays and maps may still be opened
   * @returns {Value}
   */
  value(room) {
    const first = this.data[this.take(1)];
    if (first <= 0x7f) return first;
    if (first <= 0x8f) return this.map(first - 0x80, room);
    if (first <= 0x9f) return this.array(first - 0x90, room);
    if (first <= 0xbf) return this.text(first - 0xa0);
    if (first >= 0xe0) return first - 0x100;
    switch (first) {
      case 0xc0:
        return null;
      case 0xc1:
        throw new MalformedError("the byte 0xc1 begins no msgpack value");
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.bytes(this.count(1, 0));
      case 0xc5:
        return this.bytes(this.count(2, 0x100));
      case 0xc6:
        return this.bytes(this.count(4, 0x10000));
      case 0xcb:
        return this.float();
      case 0xcc:
        return this.count(1, 0x80);
      case 0xcd:
        return this.count(2, 0x100);
      case 0xce:
        return this.count(4, 0x10000);
      case 0xcf:
        return this.wide(this.view.getBigUint64(this.take(8)));
      case 0xd0:
        return this.negative(this.view.getInt8(this.take(1)), -0x20);
      case 0xd1:
        return this.negative(this.view.getInt16(this.take(2)), -0x80);
      case 0xd2:
        return this.negative(this.view.getInt32(this.take(4)), -0x8000);
      case 0xd3:
        return this.wide(this.view.getBigInt64(this.take(8)));
      case 0xd9:
        return this.text(this.count(1, 0x20));
      case 0xda:
        return this.text(this.count(2, 0x100));
      case 0xdb:
        return this.text(this.count(4, 0x10000));
      case 0xdc:
        return this.array(this.count(2, 0x10), room);
      case 0xdd:
        return this.array(this.count(4, 0x10000), room);
      case 0xde:
        return this.map(this.count(2, 0x10), room);
      case 0xdf:
        return this.map(this.count(4, 0x10000), room);
      case 0xca:
        throw notShortest();
      default:
        throw new MalformedError("an extension type is not canonical");
    }
  }

  /**
   * @param {number} value
   * @param {number} most the least number that a shorter form could hold
   */
  negative(value, most) {
    if (value >= most) throw notShortest();
    return value;
  }

  /** @param {bigint} value */
  wide(value) {
    if (-0x80000000n <= value && value <= 0xffffffffn) throw notShortest();
    const number = Number(value);
    if (!Number.isSafeInteger(number)) {
      throw new MalformedError(`${value} is outside ±(2**53 - 1)`);
    }
    // A positive number is written as unsigned.
    if (value > 0n && this.data[this.at - 9] === 0xd3) throw notShortest();
    return number;
  }

  float() {
    const value = this.view.getFloat64(this.take(8));
    if (!Number.isFinite(value)) {
      throw new MalformedError(`${value} is not a finite number`);
    }
    if (Number.isSafeInteger(value)) {
      throw new MalformedError(`${value} is spelled as an int`);
    }
    return value;
  }

  /** @param {number} size */
  bytes(size) {
    const start = this.take(size);
    return this.data.subarray(start, start + size);
  }

  /** @param {number} size */
  text(size) {
    const text = textOf(this.bytes(size));
    if (text === null) {
      throw new MalformedError("not canonical msgpack: text is not UTF-8");
    }
    return text;
  }

  /**
   * @param {number} count
   * @param {number} room
   */
  array(count, room) {
    this.open(count, room);
    /** @type {Value[]} */
    const values = [];
    for (let i = 0; i < count; i++) values.push(this.value(room - 1));
    return values;
  }

  /**
   * @param {number} count
   * @param {number} room
   */
  map(count, room) {
    this.open(2 * count, room);
    /** @type {Map<string, Value>} */
    const values = new Map();
    let before = "";
    for (let i = 0; i < count; i++) {
      const key = this.value(room - 1);
      if (typeof key !== "string") {
        throw new MalformedError("a map's keys are str");
      }
      if (i && compareText(before, key) >= 0) {
        throw new MalformedError(
          "a map's keys are not in the order of their bytes",
        );
      }
      values.set(key, this.value(room - 1));
      before = key;
    }
    return values;
  }

  /**
   * Refuse what nests too deep, or announces more than can follow.
   * @param {number} count
   * @param {number} room
   */
  open(count, room) {
    if (!room) throw new MalformedError(`nested deeper than ${MAX_DEPTH}`);
    const left = this.data.length - this.at;
    if (count > left) {
      throw new MalformedError(
        `${count} more values are announced, ${left} bytes are left`,
      );
    }
    this.announced += count;
    if (this.announced > this.most) {
      throw new MalformedError(
        `${this.announced} values or more are announced, and there is room for` +
          ` ${this.most}`,
      );
    }
  }
}

function notShortest() {
  return new MalformedError(
    "a value is not in its shortest form, or a map's key repeats",
  );
}

/**
 * Return the one canonical spelling of `value`; the keys of maps are sorted.
 * @param {Value} value
 * @throws {MalformedError} The value has no canonical spelling.
 */
export function encode(value) {
  const writer = new Writer();
  writer.value(value, MAX_DEPTH);
  return writer.data.slice(0, writer.size);
}

class Writer {
  constructor() {
    this.data = new Uint8Array(256);
    this.view = new DataView(this.data.buffer);
    this.size = 0;
  }

  /**
   * Return where `count` more bytes are to be written.
   * @param {number} count
   */
  grow(count) {
    const start = this.size;
    this.size += count;
    if (this.size > this.data.length) {
      const data = new Uint8Array(2 * this.size);
      data.set(this.data);
      this.data = data;
      this.view = new DataView(data.buffer);
    }
    return start;
  }

  // Growing may put other bytes in the place of these: first grow, then write.

  /** @param {number} byte */
  byte(byte) {
    const start = this.grow(1);
    this.data[start] = byte;
  }

  /** @param {Uint8Array} data */
  bytes(data) {
    const start = this.grow(data.length);
    this.data.set(data, start);
  }

  /**
   * Write a first byte and a number behind it: the first of 8, 16 and 32
   * bits that can hold it.
   * @param {number} count
   * @param {number} first the byte that means 8 bits, or -1 for none
   * @param {number} wider the byte that means 16; the next one means 32
   */
  count(count, first, wider) {
    if (count <= 0xff && first >= 0) {
      this.byte(first);
      this.byte(count);
    } else if (count <= 0xffff) {
      this.byte(wider);
      const start = this.grow(2);
      this.view.setUint16(start, count);
    } else {
      this.byte(wider + 1);
      const start = this.grow(4);
      this.view.setUint32(start, count);
    }
  }

  /**
   * @param {Value} value
   * @param {number} room
   */
  value(value, room) {
    if (value === null) this.byte(0xc0);
    else if (typeof value === "boolean") this.byte(value ? 0xc3 : 0xc2);
    else if (typeof value === "number") this.number(value);
    else if (typeof value === "string") this.text(value);
    else if (value instanceof Uint8Array) {
      this.count(value.length, 0xc4, 0xc5);
      this.bytes(value);
    } else if (Array.isArray(value)) {
      this.open(value.length, room, 0x90, 0xdc);
      for (const child of value) this.value(child, room - 1);
    } else if (value instanceof Map) {
      this.open(value.size, room, 0x80, 0xde);
      for (const key of [...value.keys()].sort(compareText)) {
        this.text(key);
        this.value(/** @type {Value} */ (value.get(key)), room - 1);
      }
    } else {
      throw new MalformedError(`a ${typeof value} has no canonical spelling`);
    }
  }

  /**
   * @param {number} count
   * @param {number} room
   * @param {number} short the byte for up to 15 values
   * @param {number} wider the byte for up to 65,535
   */
  open(count, room, short, wider) {
    if (!room) throw new MalformedError(`nested deeper than ${MAX_DEPTH}`);
    if (count <= 15) this.byte(short + count);
    else this.count(count, -1, wider);
  }

  /** @param {string} text */
  text(text) {
    if (findHalf(text) >= 0) {
      throw new MalformedError(
        `the text ${quoted(text)} holds half of a surrogate pair`,
      );
    }
    const data = utf8(text);
    if (data.length <= 31) this.byte(0xa0 + data.length);
    else this.count(data.length, 0xd9, 0xda);
    this.bytes(data);
  }

  /** @param {number} value */
  number(value) {
    if (!Number.isFinite(value)) {
      throw new MalformedError(`${value} is not a finite number`);
    }
    if (!Number.isSafeInteger(value)) {
      this.byte(0xcb);
      const start = this.grow(8);
      this.view.setFloat64(start, value);
    } else if (value < -0x80000000 || value > 0xffffffff) {
      this.byte(value < 0 ? 0xd3 : 0xcf);
      const start = this.grow(8);
      this.view.setBigInt64(start, BigInt(value));
    } else if (value > 0x7f) {
      this.count(value, 0xcc, 0xcd);
    } else if (value >= -0x20) {
      this.byte(value & 0xff);
    } else if (value >= -0x80) {
      this.byte(0xd0);
      this.byte(value & 0xff);
    } else if (value >= -0x8000) {
      this.byte(0xd1);
      const start = this.grow(2);
      this.view.setInt16(start, value);
    } else {
      this.byte(0xd2);
      const start = this.grow(4);
      this.view.setInt32(start, value);
    }
  }
}
