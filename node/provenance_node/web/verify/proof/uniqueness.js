// @ts-check
// What an honest ledger never logs, looked for in all that is shown. Mirrors
// provenance/proof/uniqueness.py.
//
// A bundle can be made so that each event in it is in order, and yet the log
// holds what no honest ledger admits: an old release logged again after the
// hold, a grant that comes back after its revocation, an actor under the id of
// a can. So beside what each event may say it is asked, over everything shown:
//
//     1601  each event is logged once, and so is each statement
//     1602  a trail is that of an actor or that of goods
//     1603  an eventID means one event of its issuer, and comes again only in
//           the declaration that this was an error
//     1604  nothing happened, or was signed, after it was logged

import { isRegistryEvent } from "../claims/actor.js";
import { hasTrail } from "../claims/event.js";
import { toHex } from "../encoding/bytes.js";
import { sha256 } from "../encoding/digest.js";
import { assertion, declaresError } from "../epcis/corrections.js";

/** @typedef {import("../rules/books.js").Books} Books */
/** @typedef {import("./evidence.js").Evidence} Evidence */
/** @typedef {import("./evidence.js").ProvenEvent} ProvenEvent */
/** @typedef {import("./report.js").Report} Report */

/**
 * Check that nothing shown is what a ledger refuses whatever it holds besides.
 * @param {Report} report
 * @param {Evidence} evidence
 * @param {object} given
 * @param {Books} given.books by which each entry is judged
 * @param {Iterable<string>} given.actors the ids of those that the trust file
 *     names
 * @param {string} given.trusted the item whose trail has the versions of the
 *     trust, which are no events
 */
export function checkLedgerRules(report, evidence, { books, actors, trusted }) {
  checkOnce(report, evidence, trusted);
  checkKindsOfTrail(report, evidence, new Set(actors));
  checkNames(report, evidence);
  checkTimes(report, evidence, books);
  report.passed("PRV-1600", "nothing shown is what no honest ledger logs");
}

/**
 * Each event and each statement is logged once.
 * @param {Report} report
 * @param {Evidence} evidence
 * @param {string} trusted
 */
function checkOnce(report, { statements, events, trails }, trusted) {
  for (const [item, trail] of trails) {
    if (item === trusted) continue;
    const seen = new Set();
    for (const link of trail.links) {
      const id = toHex(link.eventId);
      if (seen.has(id)) {
        const detail = `the trail of ${item} has the event ${id.slice(0, 16)} twice`;
        report.found("PRV-1601", detail, item);
      }
      seen.add(id);
    }
  }
  /** @type {Map<string, string>} */
  const places = new Map();
  for (const { id, at } of events.values()) {
    const subject = `event ${at[1]} of entry ${at[0]}`;
    const first = places.get(toHex(id));
    if (first === undefined) places.set(toHex(id), subject);
    else {
      const detail = `${subject} is ${first}, logged again`;
      report.found("PRV-1601", detail, subject);
    }
  }
  for (const [index, { headerBytes }] of statements) {
    const key = toHex(sha256(headerBytes));
    const subject = `entry ${index}`;
    const first = places.get(key);
    if (first === undefined) places.set(key, subject);
    else {
      const detail = `${subject} is the statement of ${first}, logged again`;
      report.found("PRV-1601", detail, subject);
    }
  }
}

/**
 * A trail is that of an actor or of a thing.
 * @param {Report} report
 * @param {Evidence} evidence
 * @param {Set<string>} actors
 */
function checkKindsOfTrail(report, { events }, actors) {
  const known = new Set(actors);
  for (const { body, items } of events.values()) {
    if (isRegistryEvent(body)) items.forEach(({ id }) => known.add(id));
  }
  for (const { at, body, items } of events.values()) {
    if (isRegistryEvent(body)) continue;
    for (const { id, relation } of items) {
      if (!hasTrail(id, relation) || !known.delete(id)) continue;
      report.found(
        "PRV-1602",
        `${id} is an actor, and event ${at[1]} of entry ${at[0]} names it as an` +
          " item",
        id,
      );
    }
  }
}

/**
 * Who uses an `eventID` again, does so to take the event back, once.
 * @param {Report} report
 * @param {Evidence} evidence
 */
function checkNames(report, { events }) {
  /** @type {Map<string, {said: string, declared: Set<boolean>}>} */
  const names = new Map();
  for (const { at, body, counts, pointers, issuer } of events.values()) {
    const name = body.get("eventID");
    if (isRegistryEvent(body) || typeof name !== "string") continue;
    const said = JSON.stringify([
      toHex(sha256(assertion(body))),
      counts,
      pointers,
    ]);
    const key = JSON.stringify([issuer, name]);
    const first = names.get(key) ?? { said, declared: new Set() };
    names.set(key, first);
    const isDeclared = declaresError(body);
    const subject = `event ${at[1]} of entry ${at[0]}`;
    if (said !== first.said) {
      report.found(
        "PRV-1603",
        `${subject} has an eventID that its issuer used for an event that says` +
          " something else",
        subject,
      );
    } else if (first.declared.has(isDeclared)) {
      const what = isDeclared ? "declares an error again" : "comes again";
      report.found(
        "PRV-1603",
        `${subject} ${what} under an eventID that its issuer used before`,
        subject,
      );
    }
    first.declared.add(isDeclared);
  }
}

/**
 * Nothing happened, or was signed, after it was logged.
 * @param {Report} report
 * @param {Evidence} evidence
 * @param {Books} books
 */
function checkTimes(report, { statements, events, times }, books) {
  /** @param {number} index */
  const latest = (index) =>
    times.bounds(index).latest + books.at(index).bounds.ahead;
  for (const { at, reading } of events.values()) {
    if (reading.time <= latest(at[0])) continue;
    const subject = `event ${at[1]} of entry ${at[0]}`;
    const detail = `${subject} says that it happened after it was logged`;
    report.found("PRV-1604", detail, subject);
  }
  for (const [index, { header }] of statements) {
    if (header.issuedAt <= latest(index)) continue;
    const subject = `entry ${index}`;
    const detail = `${subject} says that it was signed after it was logged`;
    report.found("PRV-1604", detail, subject);
  }
}
