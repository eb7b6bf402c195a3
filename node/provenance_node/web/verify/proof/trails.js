// @ts-check
// A trail as a bundle shows it, and as the walk through a story asks for it.
// Mirrors provenance/proof/trails.py.
//
// A verifier has the stretches of a trail that a bundle proves, and the
// warnings. What was not proven is `NotShownError`, never a guess.

import { WARNS, mapKey } from "../claims/trail.js";
import { countBefore } from "../encoding/search.js";

/** @typedef {import("../claims/trail.js").Link} Link */
/** @typedef {[number, number]} Position index of an entry, number of an event */

/** @type {Position} */
export const FIRST = [0, 0];
/** @type {Position} */
export const LAST = [2 ** 53, 0];

/** A question about a trail that what is shown of it does not answer. */
export class NotShownError extends Error {}

/**
 * Some links of a trail that follow each other.
 * @typedef {object} Stretch
 * @property {number} start the number of the first
 * @property {Link[]} links one at least
 * @property {Uint8Array[]} hashes the hash of each
 */

/**
 * Return where in the log a link stands.
 * @param {Link} link
 * @returns {Position}
 */
export function placeOf({ logIndex, position }) {
  return [logIndex, position];
}

/**
 * Return a place in the log as a key.
 * @param {Position} at
 */
export function placeKey(at) {
  return at.join("/");
}

/**
 * @param {Position} a
 * @param {Position} b
 */
export function comparePlaces(a, b) {
  return a[0] - b[0] || a[1] - b[1];
}

/** The trail of an item as far as a bundle proves it. */
export class SparseTrail {
  /** Every link that warns, with its number. @type {[number, Link][]} */
  warnings = [];

  /**
   * @param {string} item whose trail it is
   * @param {number} count how many links it has
   * @param {Stretch[]} stretches what is shown of it, lowest first, with gaps
   *     between; every link that warns is among them
   */
  constructor(item, count, stretches) {
    this.item = item;
    this.count = count;
    this.stretches = stretches;
    for (const { start, links } of stretches) {
      for (const [i, link] of links.entries()) {
        if (link.kinds & WARNS) this.warnings.push([start + i, link]);
      }
    }
  }

  /**
   * Return the number of the first link at or after a place; `count` if there
   * is none. The answer rests on that link and on the one before it.
   * @param {Position} place
   * @throws {NotShownError} One of the two is not shown.
   */
  firstAt(place) {
    const isBefore = (/** @type {Link} */ link) =>
      comparePlaces(placeOf(link), place) < 0;
    // The last stretch that begins before the place has the answer inside it,
    // or the one after it begins with it.
    const next = countBefore(this.stretches, ({ links }) => isBefore(links[0]));
    let number = 0;
    if (next) {
      const { start, links } = this.stretches[next - 1];
      const inside = countBefore(links, isBefore);
      number = start + inside;
      if (inside < links.length) return number;
    }
    const isLast = next === this.stretches.length;
    if (number !== (isLast ? this.count : this.stretches[next].start)) {
      throw new NotShownError(
        `the trail of ${this.item} is not shown at entry ${place[0]}`,
      );
    }
    return number;
  }

  /**
   * Return the links from number `start` up to `stop`, that excluded.
   * @param {number} start
   * @param {number} stop
   * @throws {NotShownError} One of them is not shown.
   */
  slice(start, stop) {
    if (start >= stop) return [];
    const stretch = this.#stretchOf(start);
    const shown = stretch ? stretch.start + stretch.links.length : start;
    if (!stretch || stop > shown) {
      throw new NotShownError(
        `link ${shown + 1} of ${this.count} of the trail of ${this.item} is` +
          " not shown",
      );
    }
    return stretch.links.slice(start - stretch.start, stop - stretch.start);
  }

  /**
   * Return the hash of the link before `number`; at 0 the map key.
   * @param {number} number
   * @throws {NotShownError} That link is not shown.
   */
  hashBefore(number) {
    if (number === 0) return mapKey(this.item);
    const stretch = this.#stretchOf(number - 1);
    if (!stretch) {
      throw new NotShownError(
        `link ${number} of ${this.count} of the trail of ${this.item} is not` +
          " shown",
      );
    }
    return stretch.hashes[number - 1 - stretch.start];
  }

  /** Every link that is shown, oldest first. */
  get links() {
    return this.stretches.flatMap(({ links }) => links);
  }

  /** @param {number} number */
  #stretchOf(number) {
    const which = countBefore(this.stretches, ({ start }) => start <= number);
    const stretch = which ? this.stretches[which - 1] : null;
    return stretch && number < stretch.start + stretch.links.length
      ? stretch
      : null;
  }
}
