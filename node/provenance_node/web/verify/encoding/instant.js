// @ts-check
// Instants: times in ms since 1970, and how people read them. Mirrors
// provenance/encoding/instant.py, as far as a verifier writes them.

/** The last that a calendar of four digits has. */
const LAST = 253_402_300_799_999;

/**
 * Return a time, in ms since 1970, as people read it: in UTC, to the ms. One
 * after the year 9999 is given as a number.
 * @param {number} time
 */
export function written(time) {
  return time > LAST ? `${time} ms after 1970` : new Date(time).toISOString();
}
