// @ts-check
// The report of an examination while it is being made. Mirrors
// provenance/proof/report.py.
//
// Each check either passes, or notes its faults and goes on, or stops the
// examination because nothing is left for the later checks to work on.

import { STEPS } from "./verdict.js";

/** @typedef {import("./verdict.js").Check} Check */
/** @typedef {import("./verdict.js").Notice} Notice */
/** @typedef {import("./verdict.js").Outcome} Outcome */

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
   * Note that a step passed, unless something was noted of it. A `reason` other
   * than 0 says that it passed with less to check than its name promises:
   * nothing was asked for, or nothing was there.
   * @param {string} name
   * @param {string} detail
   */
  passed(name, detail, reason = 0) {
    if (this.checks.every((check) => check.id !== name)) {
      this.#add(name, "VERIFIED", reason, detail);
    }
  }

  /**
   * Note that the evidence contradicts the claim.
   * @param {string} name
   * @param {number} reason
   * @param {string} detail
   */
  failed(name, reason, detail, subject = "") {
    this.#add(name, "FAILED", reason, detail, subject);
  }

  /**
   * Note that something the trust file demands is not there.
   * @param {string} name
   * @param {number} reason
   * @param {string} detail
   */
  lacking(name, reason, detail, subject = "") {
    this.#add(name, "INCOMPLETE", reason, detail, subject);
  }

  /**
   * Note a fault after which nothing more can be checked; always throws.
   * @param {string} name
   * @param {number} reason
   * @param {string} detail
   * @param {string} [subject]
   * @param {Outcome} [outcome]
   * @returns {never}
   */
  stop(name, reason, detail, subject = "", outcome = "FAILED") {
    this.#add(name, outcome, reason, detail, subject);
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

  /**
   * @param {string} id
   * @param {Outcome} outcome
   * @param {number} reason
   * @param {string} detail
   */
  #add(id, outcome, reason, detail, subject = "") {
    const number = STEPS.indexOf(id) + 1;
    const [step, fault] = [number, reason].map((n) => `${n}`.padStart(2, "0"));
    const code = `PRV-${step}${fault}`;
    const check = { id, outcome, code, detail, subject };
    const key = JSON.stringify(check);
    if (!this.#checks.has(key) && this.#hasRoom(id, outcome)) {
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
