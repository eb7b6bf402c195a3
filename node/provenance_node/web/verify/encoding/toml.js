// @ts-check
// TOML 1.0, as much of it as trust files are written in.
//
//     origin = "ledger.example/demo"        texts, in "…" or '…'
//     threshold = 1                         whole numbers, true and false
//     trails = ["containers", "lots"]       arrays, over several lines too
//     until = 2027-01-01T00:00:00Z          times with their zone
//     [name]                                tables
//     [[authorities]]                       arrays of tables
//     [[authorities.grants]]                … in the last table of another
//
// All else that TOML has (floats, texts over several lines, inline tables,
// dotted keys, times without a zone, numbers to another base) is refused by
// its name, and so is whatever is no TOML. Tables are read as `Map`, because a
// key may be any text.

import { MalformedError } from "../errors.js";
import { findHalf, quoted } from "./text.js";

/** @typedef {Map<string, any>} Table */
/** @typedef {string | number | boolean | Time | any[] | Table} TomlValue */

/** A moment, in ms since 1970. */
export class Time {
  /** @param {number} milliseconds */
  constructor(milliseconds) {
    this.milliseconds = milliseconds;
  }
}

const MAX_DEPTH = 32;
const BARE_KEY = /[A-Za-z0-9_-]+/y;
const BLANK = /[ \t]*/y;
const COMMENT = /#[^\x00-\x08\x0a-\x1f\x7f]*/y;
const LINE_END = /\r?\n|$/y;
const LITERAL = /'([^'\x00-\x08\x0a-\x1f\x7f]*)'/y;
// What neither starts an escape nor ends the text.
const PLAIN = /[^"\\\x00-\x08\x0a-\x1f\x7f]*/y;
const ESCAPE = /\\(?:([btnfr"\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/y;
const WORD = /[0-9A-Za-z_+.:-]+/y;
const INTEGER = /^[+-]?(?:0|[1-9](?:_?[0-9])*)$/;
const TIME = new RegExp(
  "^([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]" +
    "([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\\.([0-9]{1,6})[0-9]*)?" +
    "(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))$",
);
const ESCAPES = new Map(
  Object.entries({
    b: "\b",
    t: "\t",
    n: "\n",
    f: "\f",
    r: "\r",
    '"': '"',
    "\\": "\\",
  }),
);

/**
 * Return the table that `text` spells.
 * @param {string} text
 * @throws {MalformedError} It is no TOML, or uses what is not read here; the
 *     message names the line.
 */
export function parseToml(text) {
  return new Reader(text).file();
}

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
    /** @type {Table} */
    this.root = new Map();
    /** The tables that a header named. @type {Set<Table>} */
    this.defined = new Set();
    /** The arrays that headers add tables to. @type {Set<TomlValue>} */
    this.growing = new Set();
  }

  file() {
    if (findHalf(this.text) >= 0) throw this.fault("half a surrogate pair");
    let table = this.root;
    while (this.at < this.text.length) {
      this.take(BLANK);
      if (this.next("[[")) table = this.header(2);
      else if (this.next("[")) table = this.header(1);
      else if (!this.isLineEnd()) this.pair(table);
      this.endLine();
    }
    return this.root;
  }

  /**
   * Return what `pattern` finds here, and move on behind it; null if nothing.
   * @param {RegExp} pattern
   */
  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  /** @param {string} mark */
  next(mark) {
    return this.text.startsWith(mark, this.at);
  }

  /** @param {string} mark */
  skip(mark) {
    if (!this.next(mark)) throw this.fault(`no ${quoted(mark)}`);
    this.at += mark.length;
  }

  isLineEnd() {
    return /[#\r\n]/.test(this.text[this.at] ?? "\n");
  }

  endLine() {
    this.take(BLANK);
    this.take(COMMENT);
    if (!this.take(LINE_END)) throw this.fault("something after the value");
  }

  /** @param {string} reason */
  fault(reason) {
    const line = this.text.slice(0, this.at).split("\n").length;
    return new MalformedError(`line ${line}: ${reason}`);
  }

  /**
   * Return the table that a header opens.
   * @param {number} brackets 1 for a table, 2 for one more of an array
   */
  header(brackets) {
    this.at += brackets;
    const keys = [this.headerKey()];
    while (this.next(".")) {
      this.at++;
      keys.push(this.headerKey());
    }
    this.skip("]".repeat(brackets));
    const last = /** @type {string} */ (keys.pop());
    const outer = keys.reduce(
      (table, key) => this.enter(table, key),
      this.root,
    );
    const found = outer.get(last);
    const shown = quoted([...keys, last].join("."));
    if (brackets === 1) {
      /** @type {Table} */
      const table = found instanceof Map ? found : new Map();
      if ((found !== undefined && found !== table) || this.defined.has(table)) {
        throw this.fault(`${shown} is there twice`);
      }
      this.defined.add(table);
      outer.set(last, table);
      return table;
    }
    /** @type {TomlValue[]} */
    const tables = Array.isArray(found) ? found : [];
    if (found !== undefined && !this.growing.has(tables)) {
      throw this.fault(`${shown} is there twice`);
    }
    this.growing.add(tables);
    outer.set(last, tables);
    const table = new Map();
    this.defined.add(table);
    tables.push(table);
    return table;
  }

  headerKey() {
    this.take(BLANK);
    const key = this.key();
    this.take(BLANK);
    return key;
  }

  /**
   * Return the table under `key`, or the last one of the array there.
   * @param {Table} table
   * @param {string} key
   * @returns {Table}
   */
  enter(table, key) {
    const found = table.get(key);
    const inner =
      Array.isArray(found) && this.growing.has(found)
        ? found[found.length - 1]
        : found;
    if (inner instanceof Map) return inner;
    if (inner !== undefined) throw this.fault(`${quoted(key)} is no table`);
    const made = new Map();
    table.set(key, made);
    return made;
  }

  /** @param {Table} table */
  pair(table) {
    const key = this.key();
    this.take(BLANK);
    if (this.next(".")) throw this.fault("dotted keys are not read here");
    this.skip("=");
    this.take(BLANK);
    const value = this.value(MAX_DEPTH);
    if (table.has(key)) throw this.fault(`${quoted(key)} is there twice`);
    table.set(key, value);
  }

  key() {
    if (this.next('"')) return this.basic();
    if (this.next("'")) return this.literal();
    const found = this.take(BARE_KEY);
    if (!found) throw this.fault("no key where one must be");
    return found[0];
  }

  /**
   * @param {number} room how many arrays may still be opened
   * @returns {TomlValue}
   */
  value(room) {
    if (this.next('"')) return this.basic();
    if (this.next("'")) return this.literal();
    if (this.next("[")) return this.array(room);
    if (this.next("{")) throw this.fault("inline tables are not read here");
    const found = this.take(WORD);
    if (!found) throw this.fault("no value where one must be");
    // A blank may stand in the place of the T of a time.
    return this.word(found[0] + (this.take(/ (?=[0-9]{2}:)/y) ? "T" : ""));
  }

  /** @param {string} word */
  word(word) {
    const text = word.endsWith("T") ? word + this.take(WORD)?.[0] : word;
    if (text === "true") return true;
    if (text === "false") return false;
    if (INTEGER.test(text)) {
      // One beyond 2**53 is rounded, and still beyond: for its member to refuse.
      return Number(text.replace(/_/g, "")) + 0;
    }
    const time = TIME.exec(text);
    if (time) return this.time(time);
    throw this.fault(
      `${quoted(text)} is no value that is read here: write a text in quotes,` +
        " a whole number, true, false, or a time with its zone",
    );
  }

  /** @param {RegExpExecArray} found */
  time(found) {
    const [year, month, day, hour, minute, second] = found
      .slice(1, 7)
      .map(Number);
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    date.setUTCHours(hour, minute, second);
    if (year < 1 || date.getUTCDate() !== day) {
      throw this.fault(`${found[0]} is no day of the calendar`);
    }
    const microseconds = Number((found[7] ?? "").padEnd(6, "0"));
    const offset = 60 * Number(found[9] ?? 0) + Number(found[10] ?? 0);
    return new Time(
      date.getTime() +
        Math.floor(microseconds / 1000) -
        (found[8] === "-" ? -1 : 1) * offset * 60_000,
    );
  }

  basic() {
    if (this.next('"""')) throw this.severalLines();
    this.skip('"');
    let text = "";
    for (;;) {
      text += this.take(PLAIN)?.[0];
      if (this.next('"')) break;
      const escape = this.take(ESCAPE);
      if (!escape) throw this.fault("a text that does not end, or no escape");
      const [, letter, short, long] = escape;
      const code = parseInt(short ?? long, 16);
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        throw this.fault(`${escape[0]} is no character`);
      }
      text += ESCAPES.get(letter) ?? String.fromCodePoint(code);
    }
    this.at++;
    return text;
  }

  literal() {
    if (this.next("'''")) throw this.severalLines();
    const found = this.take(LITERAL);
    if (!found) throw this.fault("a text that does not end");
    return found[1];
  }

  severalLines() {
    return this.fault("texts over several lines are not read here");
  }

  /** @param {number} room */
  array(room) {
    if (!room) throw this.fault(`nested deeper than ${MAX_DEPTH}`);
    this.skip("[");
    /** @type {TomlValue[]} */
    const values = [];
    for (;;) {
      this.skipLines();
      if (this.next("]")) break;
      values.push(this.value(room - 1));
      this.skipLines();
      if (!this.next(",")) break;
      this.at++;
    }
    this.skip("]");
    return values;
  }

  /** Skip blanks, comments and ends of lines inside an array. */
  skipLines() {
    for (let start = -1; start !== this.at;) {
      start = this.at;
      this.take(BLANK);
      this.take(COMMENT);
      this.take(/\r?\n/y);
    }
  }
}
