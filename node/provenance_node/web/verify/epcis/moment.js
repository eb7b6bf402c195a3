// @ts-check
// The moment an EPCIS time names, in ms since 1970. Mirrors
// provenance/epcis/moment.py.

import { head, quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";

/** @typedef {import("../encoding/canonical.js").Value} Value */

const TIME =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$/;
const OFFSET = /^([+-])(0[0-9]|1[0-4]):([0-5][0-9])$/;
const SECONDS = "2026-03-01T09:00:00".length;
const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MAX_OFFSET = 14 * 60;

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
 * Return the time `text` as clocks showed it where the event happened:
 * `2026-03-01T09:00:00+02:00` at `-08:00` is `2026-02-28T23:00:00-08:00`.
 *
 * A system may write all times in one zone; `offset` is where they were. What
 * is in that zone already, or is no time or no offset, is returned as it is;
 * "" if it is no text.
 * @param {Value | undefined} text
 * @param {Value | undefined} offset
 */
export function inZone(text, offset) {
  if (typeof text !== "string") return "";
  const found = TIME.exec(text);
  const wanted = typeof offset === "string" ? OFFSET.exec(offset) : null;
  if (found === null || wanted === null || momentOf(found) === null) {
    return text;
  }
  const [sign, hours, minutes] = found.slice(8);
  const shift =
    minutesOf(wanted.slice(1)) -
    minutesOf([sign ?? "+", hours ?? "0", minutes ?? "0"]);
  const local = Date.parse(`${text.slice(0, SECONDS)}Z`);
  const there = new Date(local + 60_000 * shift);
  const year = there.getUTCFullYear();
  if (shift === 0 || Number.isNaN(local) || year < 1 || year > 9999) {
    return text;
  }
  const fraction = found[7] === undefined ? "" : `.${found[7]}`;
  return `${there.toISOString().slice(0, SECONDS)}${fraction}${offset}`;
}

/** @param {string[]} parts a sign, hours and minutes */
function minutesOf([sign, hours, minutes]) {
  const found = 60 * Number(hours) + Number(minutes);
  return sign === "-" ? -found : found;
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
