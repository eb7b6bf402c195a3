// @ts-check
// When a statement was logged, as far as clocks tell, and whether a grant's
// dates admit that. Mirrors provenance/rules/times.py.
//
//     before, after   the times of the nearest commitments shown on either side
//                     of the entry: the operator's clock
//     witnessed       the time by which others had seen it; Infinity for never
//     bound           how far the log's clock and others' may differ
//
//     the first that fits                        the grant
//     before > witnessed + bound                 cannot be told: the log's clock
//     until U   before > U + bound               does not hold
//               witnessed ≤ U + bound            holds
//               else                             cannot be told
//     from F    after < F − bound                does not hold
//               before ≥ F − bound               holds
//               else                             cannot be told

/** @typedef {import("../claims/actor.js").Grant} Grant */

/** How far ahead of the verifier's clock, in ms, a time may be. */
export const TOLERANCE = 300_000;

/**
 * What is known of when an entry was logged; all in ms.
 * @typedef {object} Logged
 * @property {number} before 0 if no commitment before it is shown
 * @property {number} after
 * @property {number} witnessed
 * @property {number} bound
 */

/**
 * Whether the log's clock was ahead of what others saw.
 * @param {Logged} logged
 */
export function isAhead({ before, witnessed, bound }) {
  return before > witnessed + bound;
}

/**
 * Whether a grant holds for certain.
 * @param {Grant} grant
 * @param {Logged} logged
 */
export function holds({ start, until }, logged) {
  if (start === null && until === null) return true;
  const { before, witnessed, bound } = logged;
  return (
    !isAhead(logged) &&
    (until === null ||
      (before <= until + bound && witnessed <= until + bound)) &&
    (start === null || before >= start - bound)
  );
}

/**
 * Whether a grant may hold: nothing shows that it does not.
 * @param {Grant} grant
 * @param {Logged} logged
 */
export function mayHold({ start, until }, logged) {
  const { before, after, bound } = logged;
  return (
    isAhead(logged) ||
    ((until === null || before <= until + bound) &&
      (start === null || after >= start - bound))
  );
}
