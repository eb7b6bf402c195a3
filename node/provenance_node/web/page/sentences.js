// @ts-check
// A verdict in sentences: its one line, why it is not better, and each check.

import { NOT_CHECKED, STEPS } from "../verify/proof/verdict.js";

/** @typedef {import("./language.js").Speaker} Speaker */
/** @typedef {import("../verify/proof/verdict.js").Verdict} Verdict */
/** @typedef {import("../verify/proof/verdict.js").Check} Check */
/** @typedef {import("../verify/proof/verdict.js").Notice} Notice */

/** The notice that calls the item back. */
export const RECALLED = "PRV-1401";

/** What the label says is on record. */
export const AGREES = "PRV-0204";
/** The label says something else than the record. */
const DIFFERS = "PRV-0205";
/** A recall that may concern the item. */
export const DOUBT = "PRV-1409";
/** Clocks that differ. */
export const CLOCKS = "PRV-0504";
/** A rule book that is not at hand. */
export const NO_BOOK = "PRV-1501";

const STALE = "PRV-0501";
const NEVER_REGISTERED = "PRV-1003";

/** On whose word completeness rests → the word that says so. */
const WHOSE = {
  auditors: "whose.auditors",
  operator: "PRV-1007",
  witnesses: "PRV-1008",
};
/** The notices that are told as part of the verdict. */
const IN_VERDICT = [WHOSE.operator, WHOSE.witnesses];

/** The most findings of one step that are listed. */
const MOST = 5;

/**
 * Return which sentence sums up a verdict, and the check that decided it.
 * @param {Verdict} verdict
 * @returns {{key: string, reason: Check | null}}
 */
export function sumUp({ outcome, checks }) {
  const deciding = checks.filter(
    (check) => check.outcome === outcome && check.code !== NOT_CHECKED,
  );
  const [reason = null] = deciding;
  const has = (/** @type {string} */ code) =>
    deciding.find((check) => check.code === code);
  if (outcome === "INCOMPLETE") {
    const recall = has(RECALLED);
    if (recall) return { key: "verdict.recalled", reason: recall };
    const doubt = has(DOUBT);
    if (doubt) return { key: "verdict.doubt", reason: doubt };
    if (deciding.length === 1 && has(STALE)) {
      return { key: "verdict.stale", reason };
    }
  }
  if (outcome === "FAILED" && deciding.every((c) => c.code === DIFFERS)) {
    return { key: "verdict.label", reason };
  }
  if (outcome === "UNKNOWN" && has(NEVER_REGISTERED)) {
    return { key: "verdict.nothing", reason };
  }
  if (outcome === "UNKNOWN") {
    const book = has(NO_BOOK);
    if (book) return { key: "verdict.book", reason: book };
    const clocks = has(CLOCKS);
    if (clocks) return { key: "verdict.clocks", reason: clocks };
  }
  const isGood = outcome === "VERIFIED";
  return { key: `verdict.${outcome}`, reason: isGood ? null : reason };
}

/**
 * Return what a check found, in one sentence.
 * @param {Check} check
 * @param {Verdict} verdict
 * @param {Speaker} speaker
 */
export function sentenceOf(check, verdict, speaker) {
  if (check.code === NOT_CHECKED) return whySkipped(verdict, speaker);
  const known = speaker.has(check.code);
  return speaker.say(known ? check.code : `step.${check.outcome}`);
}

/**
 * @param {Verdict} verdict
 * @param {Speaker} speaker
 */
function whySkipped({ checks }, speaker) {
  const stop = checks.find(
    ({ outcome, code }) => outcome !== "VERIFIED" && code !== NOT_CHECKED,
  );
  if (!stop) return speaker.say(NOT_CHECKED);
  return speaker.say("skipped", { step: speaker.say(`step.${stop.id}`) });
}

/**
 * Return the checks to list, with how many more of its kind each stands for.
 * @param {Check[]} checks
 */
export function listed(checks) {
  return STEPS.flatMap((step) => {
    const found = checks.filter((check) => check.id === step);
    return found.slice(0, MOST).map((check, i) => ({
      check,
      more: i === MOST - 1 ? found.length - MOST : 0,
    }));
  });
}

/**
 * Return how many steps passed, and of how many.
 * @param {Check[]} checks
 */
export function countPassed(checks) {
  const failed = new Set(
    checks.filter((c) => c.outcome !== "VERIFIED").map((c) => c.id),
  );
  return { passed: STEPS.length - failed.size, count: STEPS.length };
}

/**
 * Return what is told above the verdict: recalls first, then those that may
 * concern the item, then the notices.
 * @param {Verdict} verdict
 * @returns {Notice[]}
 */
export function orderNotices({ checks, notices }) {
  const isRecall = (/** @type {Notice} */ { code }) => code === RECALLED;
  return [
    ...notices.filter(isRecall),
    ...checks.filter(({ code }) => code === DOUBT),
    ...notices.filter(
      (one) => !isRecall(one) && !IN_VERDICT.includes(one.code),
    ),
  ];
}

/**
 * Return on whose word it rests that nothing is left out, in one sentence.
 * @param {Verdict} verdict
 * @param {Speaker} speaker
 */
export function whoseWord({ log }, speaker) {
  return log ? speaker.say(WHOSE[log.completeness]) : "";
}

/**
 * Return the times of the record's clock and of this device's, in ms, where
 * they differ too much; null where they do not.
 * @param {Check | null} reason
 */
export function clocksOf(reason) {
  if (reason?.code !== CLOCKS) return null;
  const found = /time is (\S+Z), .* clock, (\S+Z):/.exec(reason.detail);
  if (!found) return null;
  const [record, device] = found.slice(1).map(Date.parse);
  return { record, device };
}
