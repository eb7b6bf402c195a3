// @ts-check
// Where the numbers and the names go, so that none hides another.

/** @typedef {import("./projection.js").Point} Point */

/**
 * A stop, and where it is in the picture.
 * @typedef {{
 *   number: number, label: string, isIndicative: boolean, point: Point,
 * }} Placed
 *
 * One or several stops that are too near to one another for circles of their
 * own; x and y are its middle.
 * @typedef {{
 *   text: string, title: string, label: string, isIndicative: boolean,
 *   x: number, y: number, wide: number, high: number,
 * }} Marker
 */

const HIGH = 26;
const DIGIT = 7.5;

/** How wide a letter of a name is, and its height, in pixels. */
const LETTER = 7.2;
const LINE = 15;

const LONGEST_NAME = 28;

/**
 * Return the markers of `stops`, those that would overlap put together.
 * @param {Placed[]} stops
 * @returns {Marker[]}
 */
export function arrange(stops) {
  /** @type {Placed[][]} */
  const groups = [];
  for (const stop of stops) {
    const near = groups.find(([{ point }]) => {
      const [x, y] = [point[0] - stop.point[0], point[1] - stop.point[1]];
      return Math.hypot(x, y) < HIGH + 2;
    });
    if (near) near.push(stop);
    else groups.push([stop]);
  }
  return groups.map((group) => {
    const text = numbersOf(group.map(({ number }) => number));
    const labels = [...new Set(group.map(({ label }) => label))];
    return {
      text,
      title: group.map((stop) => `${stop.number}. ${stop.label}`).join("\n"),
      label: labels.join(" · "),
      isIndicative: group.every((stop) => stop.isIndicative),
      x: group[0].point[0],
      y: group[0].point[1],
      wide: Math.max(HIGH, text.length * DIGIT + 13),
      high: HIGH,
    };
  });
}

/**
 * Return `numbers`, which rise, with those that follow one another as a range.
 * @param {number[]} numbers
 */
export function numbersOf(numbers) {
  /** @type {number[][]} */
  const runs = [];
  for (const number of numbers) {
    const run = runs[runs.length - 1];
    if (run && run[run.length - 1] === number - 1) run.push(number);
    else runs.push([number]);
  }
  return runs
    .map((run) => {
      if (run.length === 1) return `${run[0]}`;
      return `${run[0]}${run.length === 2 ? ", " : "–"}${run[run.length - 1]}`;
    })
    .join(", ");
}

/**
 * Return the names that have room, beside their markers; the others are in the
 * page's own list.
 * @param {Marker[]} markers
 * @param {number} width
 * @param {number} height
 */
export function labelled(markers, width, height) {
  /** @type {number[][]} left, top, right and bottom of what is there */
  const taken = markers.map(({ x, y, wide, high }) => [
    x - wide / 2,
    y - high / 2,
    x + wide / 2,
    y + high / 2,
  ]);
  const names = [];
  for (const { label, x, y, wide, high } of markers) {
    if (!label || [...label].length > LONGEST_NAME) continue;
    const long = lengthOf(label);
    const side = wide / 2 + 6;
    const far = high / 2 + 4;
    // Beside it, above it or below it.
    for (const [left, middle, anchor, at] of /** @type {const} */ ([
      [x + side, y, "start", x + side],
      [x - side - long, y, "end", x - side],
      [x - long / 2, y - far - LINE / 2, "middle", x],
      [x - long / 2, y + far + LINE / 2, "middle", x],
    ])) {
      const box = [left, middle - LINE / 2, left + long, middle + LINE / 2];
      const isInside =
        box[0] > 4 && box[1] > 4 && box[2] < width - 4 && box[3] < height - 4;
      if (!isInside || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      names.push({ label, x: at, y: middle + LINE * 0.32, anchor });
      break;
    }
  }
  return names;
}

/** @param {string} label */
function lengthOf(label) {
  let length = 0;
  // Chinese characters are about twice as wide as letters.
  for (const each of label) length += each > "\u2e80" ? 2 * LETTER : LETTER;
  return length;
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
