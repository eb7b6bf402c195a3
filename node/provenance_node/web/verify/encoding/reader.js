// @ts-check
// Reading canonical msgpack by what must come next, never by what is there.
// Mirrors provenance/encoding/reader.py.
//
// `canonical.decode` makes values of any bytes and leaves their shape to its
// caller. A bundle has one shape: so its parser asks for each part in turn,
// by type and with a bound, and nothing is set aside before both fit.
//
//     const reader = new Reader(data);        93 07 a2 61 62 c4 01 ff
//     reader.row(3)                           93
//     reader.uint()               7              07
//     reader.text(9)              "ab"              a2 61 62
//     reader.binary(9)            one byte, 255              c4 01 ff
//     reader.end()
//
// It is one pass over the bytes, and takes the shortest form of each value
// alone (`canonical`): so whoever reads all of an input like this, has read
// its one spelling. An array is never longer than the bytes that are left,
// one at least for each of its values: memory is in proportion to the input.

import { MalformedError } from "../errors.js";
import { HASH_SIZE } from "./digest.js";
import { textOf } from "./text.js";

/**
 * First byte → how many bytes of length follow, and the least length that may
 * be written so: one below fits a shorter form.
 * @typedef {Map<number, [number, number]>} Forms
 */

/** @type {Forms} */
const BINARIES = new Map([
  [0xc4, [1, 0]],
  [0xc5, [2, 0x100]],
  [0xc6, [4, 0x10000]],
]);
/** @type {Forms} */
const TEXTS = new Map([
  [0xd9, [1, 0x20]],
  [0xda, [2, 0x100]],
  [0xdb, [4, 0x10000]],
]);
/** @type {Forms} */
const ARRAYS = new Map([
  [0xdc, [2, 0x10]],
  [0xdd, [4, 0x10000]],
]);
/** @type {Forms} */
const UINTS = new Map([
  [0xcc, [1, 0x80]],
  [0xcd, [2, 0x100]],
  [0xce, [4, 0x10000]],
  [0xcf, [8, 0x1_0000_0000]],
]);
/**
 * First byte → how many bytes follow, and the least and the greatest integer
 * that may be written so.
 * @type {Map<number, [number, number, number]>}
 */
const INTS = new Map([
  [0xd0, [1, -0x80, -0x21]],
  [0xd1, [2, -0x8000, -0x81]],
  [0xd2, [4, -0x80000000, -0x8001]],
  [0xd3, [8, Number.MIN_SAFE_INTEGER, -0x80000001]],
]);

/**
 * A place in canonical bytes, which moves on with each value read.
 *
 * Whatever is read: MalformedError, with the byte at which it starts, if
 * something else stands there, more than the bound, or not in its shortest
 * form. The place is then of no more use.
 */
export class Reader {
  #data;
  #view;

  /** @param {Uint8Array} data */
  constructor(data) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    /** The number of the byte that is read next. */
    this.at = 0;
  }

  /**
   * Return how many values follow as an array's, `least` to `most`.
   * @param {number} most
   * @param {number} [least]
   */
  array(most, least = 0) {
    const at = this.at;
    const first = this.#first("an array");
    let count = first & 0x0f;
    if ((first & 0xf0) === 0x90) this.at = at + 1;
    else count = this.#length(ARRAYS, "an array");
    // Each value has a byte at least: who makes room for them all makes no
    // more of it than the input has.
    if (count < least || count > most || count > this.#data.length - this.at) {
      throw this.fault(`${count} values in an array of ${least} to ${most}`, at);
    }
    return count;
  }

  /**
   * Read the start of an array of just `size` values, 15 at most.
   * @param {number} size
   */
  row(size) {
    if (this.#data[this.at] !== (0x90 | size)) {
      throw this.fault(`no array of ${size} values`);
    }
    this.at++;
  }

  /**
   * Return an integer from 0 to `most`.
   * @param {number} [most]
   */
  uint(most = Number.MAX_SAFE_INTEGER) {
    const at = this.at;
    const first = this.#first("an integer");
    let number = first;
    if (first < 0x80) this.at = at + 1;
    else number = this.#length(UINTS, "an integer from 0 on");
    if (number > most) throw this.fault(`${number} is more than ${most}`, at);
    return number;
  }

  /** Return an integer within ±(2**53 - 1), or a finite other number. */
  number() {
    const at = this.at;
    const first = this.#first("a number");
    if (first === 0xcb) {
      const start = this.#take(at + 1, 8);
      const number = this.#view.getFloat64(start);
      if (!Number.isFinite(number) || Number.isSafeInteger(number)) {
        throw this.fault(`${number} is no number that is not whole`, at);
      }
      return number;
    }
    if (first >= 0xe0) {
      this.at = at + 1;
      return first - 0x100;
    }
    const form = INTS.get(first);
    if (!form) return this.uint();
    const [width, low, high] = form;
    const start = this.#take(at + 1, width);
    // A greater one is rounded, and still out of range.
    const negative =
      width === 8
        ? Number(this.#view.getBigInt64(start))
        : width === 4
          ? this.#view.getInt32(start)
          : width === 2
            ? this.#view.getInt16(start)
            : this.#view.getInt8(start);
    if (negative < low || negative > high) {
      throw this.fault("an integer out of range, or too long", at);
    }
    return negative;
  }

  /**
   * Return text of at most `most` bytes of UTF-8.
   * @param {number} most
   */
  text(most) {
    const at = this.at;
    const first = this.#first("text");
    let size = first & 0x1f;
    if ((first & 0xe0) === 0xa0) this.at = at + 1;
    else size = this.#length(TEXTS, "text");
    const text = textOf(this.#bounded(at, size, most));
    if (text === null) throw this.fault("text that is no UTF-8", at);
    return text;
  }

  /**
   * Return at most `most` bytes.
   * @param {number} most
   */
  binary(most) {
    const at = this.at;
    return this.#bounded(at, this.#length(BINARIES, "bytes"), most);
  }

  /**
   * Return just `size` bytes.
   * @param {number} size
   */
  exactly(size) {
    const at = this.at;
    const data = this.binary(size);
    if (data.length !== size) {
      throw this.fault(`${data.length} bytes, not ${size}`, at);
    }
    return data;
  }

  /** Return a hash: 32 bytes. */
  hash() {
    return this.exactly(HASH_SIZE);
  }

  /**
   * Return at most `most` hashes, which are joined in one value: as they
   * stand, for a proof takes each when it comes to it.
   * @param {number} most
   */
  hashes(most) {
    const at = this.at;
    const joined = this.binary(HASH_SIZE * most);
    if (joined.length % HASH_SIZE) {
      throw this.fault("bytes that are not joined hashes", at);
    }
    return joined;
  }

  /** Return whether nil comes next; if so, it has been read. */
  nil() {
    if (this.#first("a value") !== 0xc0) return false;
    this.at++;
    return true;
  }

  /** Refuse that anything follows. */
  end() {
    if (this.at !== this.#data.length) {
      throw this.fault("bytes follow the value");
    }
  }

  /**
   * Return the error that `what` stands at byte `at`, or at this one.
   * @param {string} what
   */
  fault(what, at = this.at) {
    return new MalformedError(`byte ${at}: ${what}`);
  }

  /** @param {string} due */
  #first(due) {
    if (this.at >= this.#data.length) {
      throw this.fault(`the input ends where ${due} must be`);
    }
    return this.#data[this.at];
  }

  /**
   * Return the number that a head of one of `forms` tells.
   * @param {Forms} forms
   * @param {string} due
   */
  #length(forms, due) {
    const at = this.at;
    const first = this.#first(due);
    const form = forms.get(first);
    if (!form) {
      const shown = first.toString(16).padStart(2, "0");
      throw this.fault(`0x${shown} begins something else than ${due}`);
    }
    const [width, least] = form;
    const start = this.#take(at + 1, width);
    let length = 0;
    // One beyond 2**53 is rounded, and still beyond.
    for (let i = start; i < start + width; i++) {
      length = length * 256 + this.#data[i];
    }
    if (length < least) {
      throw this.fault(`${due}, not in the shortest form`, at);
    }
    return length;
  }

  /**
   * @param {number} at
   * @param {number} size
   * @param {number} most
   */
  #bounded(at, size, most) {
    if (size > most) throw this.fault(`${size} bytes, more than ${most}`, at);
    const start = this.#take(this.at, size);
    return this.#data.subarray(start, start + size);
  }

  /**
   * Return `start`, and move on behind so many bytes from there.
   * @param {number} start
   * @param {number} size
   */
  #take(start, size) {
    if (size > this.#data.length - start) {
      throw this.fault("the input ends inside of a value");
    }
    this.at = start + size;
    return start;
  }
}
