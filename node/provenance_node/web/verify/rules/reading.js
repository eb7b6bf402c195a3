// @ts-check
// What the links of an event's items say of it: when it was, and what kind.
// Mirrors provenance/epcis/reading.py.
//
//     kinds    1  a child goes into a container      AggregationEvent and
//              2  it comes out; or of a parent that   AssociationEvent, ADD or
//                 names no child: it is emptied       DELETE
//              4  it is made or ends                  ObjectEvent ADD, DELETE;
//                                                     all of a transformation
//              8  the event warns of it               by its step or disposition
//             16  the event declares an error
//
// A link may have several of them: the recall that is taken back has 8 and 16.
// Registry events happen in the log alone: time 0, no kinds.

import { isRegistryEvent } from "../claims/actor.js";
import {
  COMES_OUT,
  DECLARES_ERROR,
  GOES_IN,
  MADE_OR_ENDS,
  WARNS,
} from "../claims/trail.js";
import { head, quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { prefixesOf } from "./acts.js";
import { declaresError } from "./corrections.js";
import { DISPOSITION, readStep } from "./vocabulary.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../claims/event.js").Counts} Counts */
/** @typedef {import("../encoding/canonical.js").Value} Value */

/** The steps that warn of what they name. */
export const WARNING_STEPS = new Set([
  "customs_held",
  "customs_refused",
  "recalled",
]);
/** The dispositions that do. */
export const WARNING_DISPOSITIONS = new Set([
  "damaged",
  "destroyed",
  "disposed",
  "expired",
  "mismatch_class",
  "mismatch_instance",
  "mismatch_quantity",
  "needs_replacement",
  "no_pedigree_match",
  "non_conformant",
  "recalled",
  "stolen",
]);

const TIME =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$/;
const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MAX_OFFSET = 14 * 60;

const HAS_PARENT = ["AggregationEvent", "AssociationEvent"];
const CHILDREN = [6, 7];
const PARENT = 5;
const NAMED = [3, 4];
const TURNED = [8, 9, 10, 11];

/** What one event says. */
export class EventReading {
  /**
   * @param {number} time in ms since 1970
   * @param {boolean} warns whether it warns of every item that it names
   * @param {boolean} declaresError whether it declares an error
   * @param {ReadonlyMap<number, number>} moves relation code → what it does
   *     to the items of that group
   */
  constructor(time, warns, declaresError, moves) {
    this.time = time;
    this.warns = warns;
    this.declaresError = declaresError;
    this.moves = moves;
  }

  /**
   * Return the kinds of the link of an item in that group.
   * @param {number} code
   */
  kinds(code) {
    return (
      (this.moves.get(code) ?? 0) |
      (this.warns ? WARNS : 0) |
      (this.declaresError ? DECLARES_ERROR : 0)
    );
  }
}

/**
 * Return what an event says.
 * @param {Body} body
 * @param {Counts} counts
 * @throws {MalformedError} It does not say when it was, or its prefixes are
 *     none.
 */
export function readEvent(body, counts) {
  if (isRegistryEvent(body))
    return new EventReading(0, false, false, new Map());
  return new EventReading(
    readTime(body.get("eventTime")),
    isWarning(body),
    declaresError(body),
    movesOf(body, counts),
  );
}

/**
 * Return the moment that `text` names, in ms since 1970, rounded down: a day
 * of the calendar, whole seconds up to 59 and one to nine digits of their
 * fraction, and the offset from UTC, 14 hours at most.
 * @param {Value | undefined} text
 * @throws {MalformedError} It is no time with its zone, or before 1970.
 */
export function readTime(text) {
  const found = typeof text === "string" ? TIME.exec(text) : null;
  const ms = found && momentOf(found);
  if (ms === null || ms < 0) {
    const shown = typeof text === "string" ? text : String(text ?? "None");
    throw new MalformedError(
      "eventTime is a time from 1970 on with its zone, such as" +
        ` 2026-03-01T09:00:00+13:00, not ${quoted(head(shown, 40))}`,
    );
  }
  return ms;
}

/**
 * Return the moment of a time, null if there is none like it.
 * @param {RegExpExecArray} found
 */
function momentOf(found) {
  const [year, month, day, hour, minute, second] = found
    .slice(1, 7)
    .map(Number);
  const offset = 60 * Number(found[9] ?? 0) + Number(found[10] ?? 0);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const length = month === 2 && isLeap ? 29 : MONTHS[month - 1];
  if (
    length === undefined ||
    day < 1 ||
    day > length ||
    hour > 23 ||
    minute > 59 ||
    second > 59 ||
    Number(found[10] ?? 0) > 59 ||
    offset > MAX_OFFSET
  ) {
    return null;
  }
  const minutes = 60 * (24 * daysSince1970(year, month, day) + hour) + minute;
  const local = found[8] === "-" ? minutes + offset : minutes - offset;
  const ms = Number((found[7] ?? "").padEnd(3, "0").slice(0, 3));
  return 1000 * (60 * local + second) + ms;
}

/**
 * Return how many days after 1970-01-01 a day of the Gregorian calendar is.
 * @param {number} year
 * @param {number} month
 * @param {number} day
 */
function daysSince1970(year, month, day) {
  // Years that start in March, so that a leap day is the last of its year.
  const y = month <= 2 ? year - 1 : year;
  const inYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return 365 * y + leaps + inYear - 719_468;
}

/**
 * Whether a step or disposition that can be read is a warning.
 * @param {Body} body
 */
function isWarning(body) {
  const prefixes = prefixesOf(body);
  const step = wordOf(body.get("bizStep"), (text) => readStep(text, prefixes));
  if (WARNING_STEPS.has(step)) return true;
  return dispositions(body).some((word) => WARNING_DISPOSITIONS.has(word));
}

/**
 * Return what an event says of its items' state, for now or for good: bare
 * words, or URIs of somebody's own. What cannot be read is left out.
 * @param {Body} body
 * @throws {MalformedError} Its prefixes are none.
 */
export function dispositions(body) {
  const prefixes = prefixesOf(body);
  const persistent = body.get("persistentDisposition");
  const set = persistent instanceof Map ? persistent.get("set") : null;
  return [body.get("disposition")]
    .concat(Array.isArray(set) ? set : [])
    .map((word) =>
      typeof word === "string" ? DISPOSITION.find(word, prefixes) : null,
    )
    .filter((word) => word !== null);
}

/**
 * Return the bare word that a value spells, "" if it cannot be read.
 * @param {Value | undefined} word
 * @param {(text: string) => string} read
 */
function wordOf(word, read) {
  if (typeof word !== "string") return "";
  try {
    return read(word);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    // Not a word of the vocabulary, and so not one that warns.
    return "";
  }
}

/**
 * @param {Body} body
 * @param {Counts} counts
 */
function movesOf(body, counts) {
  const kind = /** @type {string} */ (body.get("type"));
  const action = body.get("action");
  const named = counts.map(([code]) => code);
  /** @type {number[]} */
  let codes = [];
  let move = 0;
  if (HAS_PARENT.includes(kind) && action === "ADD") {
    [codes, move] = [CHILDREN, GOES_IN];
  } else if (HAS_PARENT.includes(kind) && action === "DELETE") {
    const isEmptied = !CHILDREN.some((code) => named.includes(code));
    [codes, move] = [isEmptied ? [PARENT] : CHILDREN, COMES_OUT];
  } else if (
    kind === "ObjectEvent" &&
    (action === "ADD" || action === "DELETE")
  ) {
    [codes, move] = [NAMED, MADE_OR_ENDS];
  } else if (kind === "TransformationEvent") {
    [codes, move] = [TURNED, MADE_OR_ENDS];
  }
  return new Map(codes.map((code) => [code, move]));
}
