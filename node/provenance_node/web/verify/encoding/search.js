// @ts-check
// Binary search: Python's bisect, for rows that stand in order.

/**
 * Return how many of the rows, which come first, `isBefore` is true of.
 * @template T
 * @param {T[]} rows
 * @param {(row: T) => boolean} isBefore
 */
export function countBefore(rows, isBefore) {
  let start = 0;
  let stop = rows.length;
  while (start < stop) {
    const middle = (start + stop) >> 1;
    if (isBefore(rows[middle])) start = middle + 1;
    else stop = middle;
  }
  return start;
}
