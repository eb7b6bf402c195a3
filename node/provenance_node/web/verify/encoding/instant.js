// @ts-check
// Instants: times in ms since 1970, for people. Mirrors
// provenance/encoding/instant.py, as far as a verifier asks.

/**
 * Return a time, in ms since 1970, as people read it: in UTC, to the ms. One
 * that no calendar has, after the year 9999, is given as a number.
 * @param {number} time
 */
export function written(time) {
  if (time >= 253_402_300_800_000) return `${time} ms after 1970`;
  return new Date(time).toISOString();
}
