// @ts-check
// Application Identifiers: what a number before a value says it is. Mirrors
// provenance/gs1/ai.py, but for titles.
//
//     (17) 271231      the value is a date: use by 31 December 2027
//     (3103) 001250    the value is a weight: 1.250 kg
//
// AIs are two to four digits long, and none is the start of another.

import { head, quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { CSET_82, checkDigit } from "./checkdigit.js";
import { MEASURES, TABLE } from "./ai_table.js";
import { passes } from "./checks.js";

/** @type {Record<string, [RegExp, string]>} */
const ALPHABETS = {
  N: [/^[0-9]*$/, "digits"],
  X: [new RegExp(`^[${CSET_82.replace(/[-\]\\^]/g, "\\$&")}]*$`), "characters"],
  Y: [/^[A-Z0-9#/-]*$/, "of A-Z, 0-9, #, - and /"],
  Z: [/^[A-Za-z0-9_-]+={0,2}$/, "of base64url"],
};

/**
 * One part of an AI's value: its alphabet, the fewest and the most characters
 * it has, whether the value may end before it, and the names of its checks.
 * @typedef {{
 *   alphabet: string, least: number, most: number, isOptional: boolean,
 *   checks: string[],
 * }} Part
 */

/** One Application Identifier. */
export class AI {
  /**
   * @param {string} code its two to four digits
   * @param {Part[]} parts what its value is made of, in order
   * @param {boolean} isPredefined whether no FNC1 has to end it
   * @param {boolean} isAttribute whether a link's query may hold it
   * @param {string[]} bars what must not stand beside it
   */
  constructor(code, parts, isPredefined, isAttribute, bars) {
    this.code = code;
    this.parts = parts;
    this.isPredefined = isPredefined;
    this.isAttribute = isAttribute;
    this.bars = bars;
    /** The most characters that its value can have. */
    this.longest = parts.reduce((sum, part) => sum + part.most, 0);
  }

  /**
   * Check `value`, which is decoded and without its AI.
   * @param {string} value
   * @throws {MalformedError} It is no value of this AI.
   */
  check(value) {
    if (value.length > this.longest) throw this.#unlike(value);
    let start = 0;
    for (const part of this.parts) {
      const text = value.slice(start, start + part.most);
      if (part.isOptional && !text) break;
      const [alphabet] = ALPHABETS[part.alphabet];
      if (text.length < part.least || !alphabet.test(text)) {
        throw this.#unlike(value);
      }
      for (const check of part.checks) {
        if (!passes(check, text)) throw this.#wrong(check, text);
      }
      start += text.length;
    }
  }

  /**
   * @param {string} check
   * @param {string} text
   */
  #wrong(check, text) {
    const says =
      check === "digit"
        ? `has a wrong check digit: its other digits give` +
          ` ${checkDigit(text.slice(0, -1))}`
        : `does not pass its check, ${check}`;
    return new MalformedError(`(${this.code}): ${quoted(text)} ${says}`);
  }

  /** @param {string} value */
  #unlike(value) {
    const says = this.parts.map((part) => {
      const { least, most } = part;
      const size = least === most ? `${most}` : `${least} to ${most}`;
      const maybe = part.isOptional ? "maybe " : "";
      return `${maybe}${size} ${ALPHABETS[part.alphabet][1]}`;
    });
    // A stray character is said, for what stands behind it may be another AI:
    // some scanners write one in the place of FNC1.
    const known = this.parts[0].alphabet === "Y" ? `${CSET_82}#` : CSET_82;
    const strange = [...value].find((each) => !known.includes(each));
    const no = strange === undefined ? "" : ` and no ${quoted(strange)}`;
    return new MalformedError(
      `(${this.code}) has ${says.join(", then ")}${no}, unlike` +
        ` ${quoted(head(value, 100))}`,
    );
  }
}

/** Every AI by its digits. */
export const ALL_AIS = new Map([...readTable()].map((ai) => [ai.code, ai]));

/**
 * Return the AI that is written `code`.
 * @param {string} code
 * @throws {MalformedError} There is none.
 */
export function findAI(code) {
  const ai = ALL_AIS.get(code);
  if (ai) return ai;
  throw new MalformedError(`(${code}) is no application identifier`);
}

/**
 * Return the AI that `text` has at `start`, which no bracket ends.
 * @param {string} text
 * @param {number} start
 * @throws {MalformedError} There is none.
 */
export function findAIAt(text, start) {
  for (const size of [2, 3, 4]) {
    const ai = ALL_AIS.get(text.slice(start, start + size));
    if (ai) return ai;
  }
  throw new MalformedError(
    `no application identifier starts at position ${start}, with` +
      ` ${quoted(head(text.slice(start), 4))}`,
  );
}

function* readTable() {
  for (const row of TABLE.trim()
    .replace(/\n {2}/g, " ")
    .split("\n")) {
    const [left, codes] = row.split(" : ");
    const [value, bars] = left.split(" ! ");
    const parts = value.split(" ").flatMap(readParts);
    for (const code of codes.split(" ").flatMap(countUp)) {
      yield new AI(
        code.replace(/[=-]+$/, ""),
        parts,
        code.includes("="),
        !code.includes("-"),
        bars?.split(" ") ?? [],
      );
    }
  }
  const parts = readParts("N6");
  for (const [first, count] of MEASURES) {
    for (let start = first; start < first + count; start++) {
      for (const decimals of "012345") {
        yield new AI(start + decimals, parts, true, true, [`${start}n`]);
      }
    }
  }
}

/**
 * Return the AIs that `code` stands for: `394[0-3]` are four.
 * @param {string} code
 */
function countUp(code) {
  const range = /^([0-9]+)\[([0-9])-([0-9])\]$/.exec(code);
  if (!range) return [code];
  const [, start, first, last] = range;
  const ends = [..."0123456789"].slice(Number(first), Number(last) + 1);
  return ends.map((end) => start + end);
}

/**
 * @param {string} text
 * @returns {Part[]}
 */
function readParts(text) {
  const form = /^([0-9]?)(\??)([NXYZ])(?:([0-9]+)-)?([0-9]+)((?::[a-z0-9]+)*)$/;
  const found = /** @type {RegExpExecArray} */ (form.exec(text));
  const [, times, optional, alphabet, lower, upper, checks] = found;
  const least = Number(lower ?? upper);
  const part = {
    alphabet,
    // "0-12" is none, or 1 to 12: an empty part is no part.
    least: Math.max(least, 1),
    most: Number(upper),
    isOptional: optional === "?" || least === 0,
    checks: checks.split(":").slice(1),
  };
  return Array(Number(times || 1)).fill(part);
}
