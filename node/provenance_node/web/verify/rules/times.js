// @ts-check
// Three times, never mixed: who says each, and what it decides. Mirrors
// provenance/rules/times.py.
//
//     time         whose word                         what it decides
//     log index    the log's, fixed by its tree       order, keys, grants
//     log time     the operator's; bounded above by   dates of grants,
//                  what witnesses saw                 freshness
//     event time   the signer's claim                 the story alone
//
// An entry was logged between the log's times of the commitments around it, as
// far as they are shown. Witnesses bound that from above: a quorum of them saw
// the entry at some time, so it was not logged later. Nobody can prove that an
// entry is not *older* than the log says. Clocks differ, so every comparison
// with a date takes the *clock bound* of the trust file into account.

/** @typedef {import("../claims/actor.js").Grant} Grant */

/** How far ahead of the verifier's clock, in ms, a time may be. */
export const AHEAD = 300_000;

/** What can be said of a grant's dates; a greater one fares better. */
export const FAILS = 0;
export const UNCLEAR = 1;
export const HOLDS = 2;

/** When an entry was logged, as far as it is shown; all in ms since 1970. */
export class LogTime {
  /**
   * @param {object} known
   * @param {number} known.earliest the log's time before it; 0 if none is shown
   * @param {number} known.latest the log's time after it
   * @param {number} known.seen the earliest time at which a quorum is known to
   *     have seen it; Infinity if none is. Where no quorum is asked for,
   *     `latest`
   * @param {number} known.bound by how much clocks may differ
   */
  constructor({ earliest, latest, seen, bound }) {
    this.earliest = earliest;
    this.latest = latest;
    this.seen = seen;
    this.bound = bound;
  }

  /**
   * Whether the log's clock ran ahead of its witnesses': it says that the entry
   * was logged after a time that is later than what those who saw it afterwards
   * had on their clocks.
   */
  get isAhead() {
    return this.earliest > this.seen + this.bound;
  }

  /**
   * Return whether the entry was logged within the dates of a grant.
   * @param {Grant} grant
   */
  judge({ start, until }) {
    if (start === null && until === null) return HOLDS;
    if (this.isAhead) return UNCLEAR;
    return Math.min(this.#judgeUntil(until), this.#judgeFrom(start));
  }

  /** @param {number | null} until */
  #judgeUntil(until) {
    if (until === null) return HOLDS;
    if (this.earliest > until + this.bound) return FAILS;
    return this.seen <= until + this.bound ? HOLDS : UNCLEAR;
  }

  /** @param {number | null} start */
  #judgeFrom(start) {
    if (start === null) return HOLDS;
    if (this.latest < start - this.bound) return FAILS;
    return this.earliest >= start - this.bound ? HOLDS : UNCLEAR;
  }
}
