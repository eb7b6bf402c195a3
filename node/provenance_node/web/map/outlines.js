// @ts-check
// Reading world.js: outlines of land, places of countries.

const BASE64 =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map([...BASE64].map((digit, value) => [digit, value]));

/** @typedef {import("./projection.js").Point} Point */

/**
 * Return the rings that `land` spells, in degrees. Longitudes may go on past
 * 180, so that no ring jumps.
 * @param {string} land
 * @param {number} steps how many a degree has
 * @returns {Point[][]}
 */
export function readLand(land, steps) {
  return land.split(" ").map((text) => {
    /** @type {Point[]} */
    const ring = [];
    let [x, y] = [0, 0];
    const numbers = readNumbers(text);
    for (let i = 0; i < numbers.length; i += 2) {
      x += numbers[i];
      y += numbers[i + 1];
      ring.push([x / steps, y / steps]);
    }
    return ring;
  });
}

/** @param {string} text */
function readNumbers(text) {
  const numbers = [];
  let [number, shift] = [0, 0];
  for (const digit of text) {
    const value = /** @type {number} */ (VALUES.get(digit));
    number |= (value & 31) << shift;
    shift += 5;
    if (value & 32) continue;
    numbers.push(number & 1 ? -(number >> 1) : number >> 1);
    [number, shift] = [0, 0];
  }
  return numbers;
}

/**
 * Return the place of each country by its two letters.
 * @param {string} countries
 * @returns {Map<string, Point>}
 */
export function readCountries(countries) {
  return new Map(
    countries.split(" ").map((text) => {
      const [x, y] = text.slice(2).split(",");
      return [text.slice(0, 2), [Number(x) / 10, Number(y) / 10]];
    }),
  );
}
