// @ts-check
// The report of an examination while it is being made. Mirrors
// provenance/proof/report.py.
//
// Each check either passes, or notes its faults and goes on, or stops the
// examination because nothing is left for the later checks to work on. Which
// check a code is of, and what it comes to, the registry says (codes.js).

import { CODES } from "./codes.js";
import { checkOf } from "./verdict.js";

/** @typedef {import("./verdict.js").Check} Check */
/** @typedef {import("./verdict.js").Notice} Notice */

/**
 * How many faults of one step and outcome, or notices of one code, are kept.
 * A trail of 100,000 events may lack all of them, and one would be enough.
 */
const MAX_FINDINGS = 100;

/**
 * Return a number with its noun: "no events", "1 event", "2 events".
 * @param {number} number
 * @param {string} noun
 */
export function counted(number, noun, nouns = `${noun}s`) {
  return `${number || "no"} ${number === 1 ? noun : nouns}`;
}

/** The examination cannot go on; its report says why. */
export class StoppedError extends Error {}

/** Collects the checks and notices of one examination, each once. */
export class Report {
  /** @type {Map<string, Check>} */
  #checks = new Map();
  /** @type {Map<string, Notice>} */
  #notices = new Map();
  /** @type {Map<string, number>} */
  #kept = new Map();

  /** What was found so far, in the order in which it was. */
  get checks() {
    return [...this.#checks.values()];
  }

  /** What is to be shown above the verdict. */
  get notices() {
    return [...this.#notices.values()];
  }

  /**
   * Note that a check passed, unless something was noted of it. A code that
   * does not end in 00 says that it passed with less to check than its name
   * promises: nothing was asked for, or was there.
   * @param {string} code
   * @param {string} detail
   */
  passed(code, detail) {
    const id = CODES.get(code)?.check;
    if (this.checks.every((check) => check.id !== id)) {
      this.#add(checkOf(code, detail));
    }
  }

  /**
   * Note a fault, or a lack, and go on.
   * @param {string} code
   * @param {string} detail
   */
  found(code, detail, subject = "") {
    this.#add(checkOf(code, detail, subject));
  }

  /**
   * Note a fault after which nothing more can be checked; always throws.
   * @param {string} code
   * @param {string} detail
   * @param {string} [subject]
   * @returns {never}
   */
  stop(code, detail, subject) {
    this.found(code, detail, subject);
    throw new StoppedError();
  }

  /**
   * Note something to be shown above the verdict.
   * @param {string} code
   * @param {string} detail
   */
  notice(code, detail, subject = "") {
    const notice = { code, detail, subject };
    const key = JSON.stringify(notice);
    if (!this.#notices.has(key) && this.#hasRoom("notice", code)) {
      this.#notices.set(key, notice);
    }
  }

  /** @param {Check} check */
  #add(check) {
    const key = JSON.stringify(check);
    if (!this.#checks.has(key) && this.#hasRoom(check.id, check.outcome)) {
      this.#checks.set(key, check);
    }
  }

  /**
   * @param {string} kind
   * @param {string} of
   */
  #hasRoom(kind, of) {
    const key = `${kind} ${of}`;
    const kept = (this.#kept.get(key) ?? 0) + 1;
    this.#kept.set(key, kept);
    return kept <= MAX_FINDINGS;
  }
}
