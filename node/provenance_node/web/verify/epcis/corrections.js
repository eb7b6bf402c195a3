// @ts-check
// Corrections: events that are said again, as errors. Mirrors
// provenance/epcis/corrections.py, as far as a verifier asks.
//
// What is in the log stays. To take an event back its signer says it again,
// equal in every member, and adds why (EPCIS 2.0, error declaration):
//
//     "errorDeclaration": {"declarationTime": "2026-03-02T08:00:00+13:00",
//                          "reason": "incorrect_data",
//                          "correctiveEventIDs": ["urn:uuid:8d01…"]}
//
// From then on both assert nothing; the corrective events say what is right.

import { encode } from "../encoding/canonical.js";
import { MalformedError } from "../errors.js";
import { readContext } from "./prefixes.js";
import { ERROR_REASON } from "./vocabulary.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../encoding/canonical.js").Value} Value */

// A repository sets the time, one statement makes the demand, and how an event
// was written is no part of what it says.
const NOT_ASSERTED = new Set([
  "errorDeclaration",
  "recordTime",
  "after",
  "received",
]);

/**
 * That an event is an error, and what is to replace it.
 * @typedef {object} Declaration
 * @property {string} time when that was found, as its signer wrote it
 * @property {string} reason `did_not_occur`, `incorrect_data`, somebody
 *     else's URI, or ""
 * @property {string[]} corrections the ids of the events that say what is
 *     right
 */

/**
 * Whether an event says that it is an error.
 * @param {Body} body
 */
export function declaresError(body) {
  return body.has("errorDeclaration");
}

/**
 * Return why an event says that it is an error, null if it does not. Any body
 * is read, whoever made it; what is not of its form is left out.
 * @param {Body} body
 * @returns {Declaration | null}
 */
export function readDeclaration(body) {
  if (!declaresError(body)) return null;
  const declared = body.get("errorDeclaration");
  /** @type {Map<string, Value>} */
  const said = declared instanceof Map ? declared : new Map();
  const corrections = said.get("correctiveEventIDs");
  return {
    time: textOrNone(said.get("declarationTime")),
    reason: readReason(textOrNone(said.get("reason")), body),
    corrections: Array.isArray(corrections) ? corrections.map(textOrNone) : [],
  };
}

/**
 * Return what `body` asserts, apart from its being an error, as bytes.
 * @param {Body} body
 */
export function assertion(body) {
  return encode(new Map([...body].filter(([key]) => !NOT_ASSERTED.has(key))));
}

/** @param {Value | undefined} value */
export function textOrNone(value) {
  return typeof value === "string" ? value : "";
}

/**
 * @param {string} text
 * @param {Body} body
 */
function readReason(text, body) {
  try {
    const context = body.has("@context") ? body.get("@context") : [];
    return text && ERROR_REASON.read(text, readContext(context));
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    // Not a word of the vocabulary: shown as it was written.
    return text;
  }
}
