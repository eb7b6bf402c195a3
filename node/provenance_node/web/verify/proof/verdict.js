// @ts-check
// A verdict: what was checked of a bundle, step by step, and what came out.
// Mirrors provenance/proof/verdict.py. Here a verdict is plain data, the JSON
// of the schema provenance.verdict/1 that Python's `Verdict.to_json` writes.
//
//     VERIFIED    every check that the trust file asks for passed
//     FAILED      the evidence contradicts the claim
//     INCOMPLETE  valid so far, but the trust file's demands are not met
//     UNKNOWN     it could not be checked, or there is nothing to check
//
// The gravest step decides: FAILED, then INCOMPLETE, UNKNOWN, VERIFIED. A step
// that did not run is UNKNOWN, so nothing is verified by being skipped. The
// outcome is about the record: whether the label is on the right thing, and
// whether those who signed told the truth, no bundle can show.

import { encodeBase64 } from "../encoding/base64.js";
import { CHECKS, CODES } from "./codes.js";

/** @typedef {import("../encoding/canonical.js").Value} Value */
/** @typedef {"VERIFIED" | "UNKNOWN" | "INCOMPLETE" | "FAILED"} Outcome */

export const SCHEMA = "provenance.verdict/1";

/** The ids of the checks, in the order in which they run. */
export const STEPS = [...CHECKS.keys()];

/** The code of a check that did not run. */
export const NOT_CHECKED = "PRV-0001";

/** From the least grave to the gravest. @type {Outcome[]} */
const GRAVITY = ["VERIFIED", "UNKNOWN", "INCOMPLETE", "FAILED"];

/**
 * One check, or one fault that a check found. `code` is PRV-nnmm: step nn,
 * reason mm; 00 when it passed.
 * @typedef {object} Check
 * @property {string} id the step's name
 * @property {Outcome} outcome
 * @property {string} code
 * @property {string} detail what was found, a sentence without a full stop
 * @property {string} subject an item, an entry, an actor; may be ""
 */

/**
 * Something that the reader should see above the verdict.
 * @typedef {{code: string, detail: string, subject: string}} Notice
 */

/**
 * That an event is declared an error, and what is to replace it. What is
 * announced and not shown may come later, or never.
 * @typedef {object} ErrorNote
 * @property {number} entry
 * @property {number} event
 * @property {string} time as its signer wrote it
 * @property {string} reason
 * @property {{event_id: string, is_shown: boolean}[]} corrections
 */

/**
 * One line of the item's story.
 * @typedef {object} Moment
 * @property {number} entry the entry that says it
 * @property {number} event the number of the event in that entry
 * @property {string} time the event's, as its signer wrote it, or ""
 * @property {string} step what was done
 * @property {{en: string, zh: string}} labels the step, for people
 * @property {string} place a canonical URI, or ""
 * @property {string} issuer who signed it
 * @property {string} issuer_name what the registry calls that actor, or ""
 * @property {string} issuer_named_by the delegate that gave it this name,
 *     "" if an authority or the trust file did
 * @property {string[]} roles in which it may; empty when not established
 * @property {string} item of which item it was said
 * @property {string} why subject, containers, lots or inputs
 * @property {Record<string, unknown>} fields JSON Pointer → value of each
 *     concealed field that is shown
 * @property {string} event_id the `eventID` that its signer gave it, or ""
 * @property {boolean} is_void whether it asserts nothing
 * @property {ErrorNote | null} error the declaration that makes it void
 * @property {number} late_seconds how long after its time it was reported; 0
 *     if that is no longer than the assessment book lets pass
 */

/**
 * What the evidence rests on, once the checkpoint was verified.
 * @typedef {object} Summary
 * @property {string} origin
 * @property {number} size how many entries the checkpoint covers
 * @property {number} time the log's time of the checkpoint, in ms since 1970
 * @property {string[]} witnesses the names of the cosigners that counted
 * @property {number} trusted_witnesses
 * @property {"auditors" | "witnesses" | "operator"} completeness on whose word
 *     it rests that nothing is left out
 * @property {number} events how many are shown
 * @property {string[]} issuers who signed them
 */

/**
 * What an examination found. `subject` is the item that the bundle is about,
 * "" if it cannot be read; `log` is null when the checkpoint did not verify.
 * @typedef {object} Verdict
 * @property {string} schema
 * @property {Outcome} outcome
 * @property {string} subject
 * @property {Check[]} checks every step at least once, in order
 * @property {Notice[]} notices
 * @property {Summary | null} log
 * @property {Moment[]} timeline in log order, as far as it is shown
 */

/**
 * Return the gravest outcome of checks that cover every step.
 * @param {Check[]} checks
 */
export function outcomeOf(checks) {
  return checks
    .map((check) => check.outcome)
    .reduce((a, b) => (GRAVITY.indexOf(b) > GRAVITY.indexOf(a) ? b : a));
}

/**
 * Return `checks` by step, with those that did not run as UNKNOWN.
 * @param {Check[]} checks
 */
export function fillUp(checks) {
  return STEPS.flatMap((id) => {
    const found = checks.filter((check) => check.id === id);
    return found.length ? found : [notChecked(id)];
  });
}

/**
 * Return what a code says of its check, with its detail.
 * @param {string} code
 * @param {string} detail
 * @returns {Check}
 */
export function checkOf(code, detail, subject = "") {
  const said = CODES.get(code);
  if (!said?.outcome) throw new Error(`${code} is the code of no check`);
  const { check: id, outcome } = said;
  return { id, outcome, code, detail, subject };
}

/**
 * @param {string} id
 * @returns {Check}
 */
function notChecked(id) {
  return {
    id,
    outcome: "UNKNOWN",
    code: NOT_CHECKED,
    detail: "not checked, because an earlier step did not pass",
    subject: "",
  };
}

/**
 * Return a value as JSON has it; bytes become base64.
 * @param {Value} value
 * @returns {unknown}
 */
export function asJson(value) {
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (Array.isArray(value)) return value.map(asJson);
  if (value instanceof Map) return mapAsJson(value);
  return value;
}

/**
 * Return a map as an object. A key such as "__proto__" becomes a member like
 * any other, for members are made here and not assigned.
 * @param {ReadonlyMap<string, Value>} map
 */
export function mapAsJson(map) {
  return Object.fromEntries(
    [...map].map(([key, value]) => [key, asJson(value)]),
  );
}
