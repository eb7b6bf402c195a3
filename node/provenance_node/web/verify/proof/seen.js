// @ts-check
// An event as the walk through a story sees it: from one of its items. Mirrors
// provenance/proof/seen.py.

import { CODES } from "../claims/event.js";
import { DECLARES_ERROR, WARNS } from "../claims/trail.js";
import { toHex } from "../encoding/bytes.js";
import { sha256 } from "../encoding/digest.js";
import { assertion } from "../epcis/corrections.js";
import { Lots } from "../epcis/lots.js";
import { comparePlaces, placeOf } from "./trails.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../claims/event.js").Counts} Counts */
/** @typedef {import("../claims/event.js").Item} Item */
/** @typedef {import("../claims/trail.js").Link} Link */
/** @typedef {import("../rules/reading.js").EventReading} EventReading */
/** @typedef {import("./trails.js").Position} Position */

/**
 * An event as far as the walker can see it.
 * @typedef {object} SeenEvent
 * @property {Body} body leaf 0
 * @property {Counts} counts how many items it names, by relation
 * @property {Map<number, Item>} shown leaf number (from 1) → item
 * @property {string} issuer the actor that signed it
 * @property {EventReading} reading what its body says of time and items
 */

/** An event, gone through once for all the trails that it is on. */
export class Met {
  /** @type {string | null} */
  #asserts = null;

  /** @param {SeenEvent} event */
  constructor(event) {
    this.event = event;
    this.lots = new Lots(event.body);
  }

  /** The hash of what the event asserts, apart from its being an error. */
  get asserts() {
    this.#asserts ??= toHex(sha256(assertion(this.event.body)));
    return this.#asserts;
  }
}

/**
 * One event on one trail, and the link that leads to it. However often it is
 * met, its own leaves, which may be many, are gone through once.
 */
export class Seen {
  /** @type {string | null} */
  #said = null;

  /**
   * @param {Link} link
   * @param {Met} met
   * @param {number} reported
   * @param {Map<string, string>} sayings
   */
  constructor(link, met, reported, sayings) {
    this.link = link;
    this.sayings = sayings;
    this.met = met;
    this.at = placeOf(link);
    this.event = met.event;
    this.time = link.time;
    this.reported = reported;
    // An event names an item in one list alone.
    const item = /** @type {Item} */ (met.event.shown.get(link.leaves[0]));
    this.relation = item.relation;
    const code = /** @type {number} */ (CODES.get(item.relation));
    this.effect = met.event.reading.effect(code);
    this.makes = met.event.reading.makes(code);
  }

  /** Whether it says of an earlier event that it was an error. */
  get declaresError() {
    return (this.link.kinds & DECLARES_ERROR) !== 0;
  }

  /** Whether it warns of the item. */
  get warns() {
    return (this.link.kinds & WARNS) !== 0;
  }

  /** Whether it says of a container that all are out. */
  get empties() {
    return this.effect === "emptied";
  }

  /**
   * What the event says and who says it, as far as anyone can see. A verifier
   * sees the item's own leaves of the event, and how many others there are: so
   * this is all that a prover may go by.
   */
  get said() {
    if (this.#said !== null) return this.#said;
    const { event, link, met } = this;
    const own = link.leaves.map((number) => {
      const item = /** @type {Item} */ (event.shown.get(number));
      const { relation, id, quantity, uom, seal } = item;
      return JSON.stringify([relation, id, quantity, uom, seal && toHex(seal)]);
    });
    const parts = [
      event.issuer,
      event.counts,
      [...new Set(own)].sort(),
      met.asserts,
    ];
    const said = JSON.stringify(parts);
    // Who says the same has the same: to compare them in each of a thousand
    // windows costs nothing then, whatever they name.
    this.#said = this.sayings.get(said) ?? said;
    this.sayings.set(this.#said, this.#said);
    return this.#said;
  }
}

/**
 * Return the ranges of leaves in the lists that are asked for.
 * @param {SeenEvent} event
 * @param {(code: number) => boolean} isAskedFor
 * @returns {[number, number][]}
 */
export function leavesOf({ counts }, isAskedFor) {
  /** @type {[number, number][]} */
  const ranges = [];
  let start = 1;
  for (const [code, count] of counts) {
    if (isAskedFor(code)) ranges.push([start, start + count]);
    start += count;
  }
  return ranges;
}

/**
 * Return how many numbers there are in some ranges.
 * @param {[number, number][]} ranges
 */
export function sizeOf(ranges) {
  return ranges.reduce((sum, [start, stop]) => sum + stop - start, 0);
}

/**
 * Yield the numbers in some ranges.
 * @param {[number, number][]} ranges
 */
export function* numbersOf(ranges) {
  for (const [start, stop] of ranges) {
    for (let number = start; number < stop; number++) yield number;
  }
}

/**
 * Return those of the events that assert something.
 * @param {Seen[]} events
 * @param {Map<Seen, Position>} voids
 */
export function stand(events, voids) {
  return events.filter((seen) => !voids.has(seen) && !seen.declaresError);
}

/**
 * Return which of the events the same signer later declares an error: an event
 * is declared by its `eventID`, and in the words that it was said in.
 * @param {Seen[]} events
 */
export function findVoid(events) {
  /** @type {Map<string, Position>} */
  const declared = new Map();
  /** @type {Map<Seen, Position>} */
  const voids = new Map();
  for (const seen of events) {
    const id = seen.event.body.get("eventID");
    if (seen.declaresError && typeof id === "string") {
      declared.set(seen.said, seen.at);
    }
  }
  if (!declared.size) return voids;
  for (const seen of events) {
    if (seen.declaresError) continue;
    const at = declared.get(seen.said);
    if (at && comparePlaces(at, seen.at) > 0) voids.set(seen, at);
  }
  return voids;
}
