// @ts-check
// The Natural Earth projection, and lines on the globe.
//
// Neither shapes nor areas are kept, both are nearly right (Šavrič, Jenny,
// Patterson, Petrovič, Hurni: A Polynomial Equation for the Natural Earth
// Projection, 2011). Angles are in degrees, what is projected in radians of
// the equator; north is up, so y grows downwards.

/** @typedef {[number, number]} Point east and north, or x and y */

const RADIANS = Math.PI / 180;

/** How far the globe's edge is from its middle, at the equator and the pole. */
export const HALF_WIDTH = project([180, 0])[0];
export const HALF_HEIGHT = project([0, -90])[1];

/**
 * @param {Point} place east of the map's middle, and north
 * @returns {Point}
 */
export function project([longitude, latitude]) {
  const p = latitude * RADIANS;
  const p2 = p * p;
  const p4 = p2 * p2;
  const x =
    0.8707 -
    0.131979 * p2 +
    p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4));
  const y =
    1.007226 +
    p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4));
  return [longitude * RADIANS * x, -p * y];
}

/**
 * Return the longitude as seen from `middle`, from -180 up to 180.
 * @param {number} longitude
 * @param {number} middle
 */
export function turned(longitude, middle) {
  return ((((longitude - middle + 180) % 360) + 360) % 360) - 180;
}

/**
 * Return the middle of the shortest arc that holds all `longitudes`.
 * @param {number[]} longitudes at least one
 */
export function middleOf(longitudes) {
  const sorted = longitudes
    .map((each) => turned(each, 0))
    .sort((a, b) => a - b);
  let [widest, start] = [-1, 0];
  sorted.forEach((each, i) => {
    const next = sorted[i + 1] ?? sorted[0] + 360;
    if (next - each > widest) [widest, start] = [next - each, next];
  });
  // The arc is all but the widest gap, and starts behind it.
  return turned(start + (360 - widest) / 2, 0);
}

/**
 * Return the shortest way on the globe, as points at most two degrees apart.
 * @param {Point} from
 * @param {Point} to
 * @returns {Point[]}
 */
export function greatCircle(from, to) {
  const [a, b] = [vector(from), vector(to)];
  const dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const angle = Math.acos(Math.max(-1, Math.min(1, dot)));
  const count = Math.max(1, Math.ceil(angle / RADIANS / 2));
  // Opposite ends of the globe have no shortest way: any will do, and it is
  // the straight line through the middle that has no direction.
  if (Math.sin(angle) < 1e-6) return [from, to];
  /** @type {Point[]} */
  const points = [];
  for (let i = 0; i <= count; i++) {
    const [s, t] = [1 - i / count, i / count].map(
      (part) => Math.sin(part * angle) / Math.sin(angle),
    );
    const [x, y, z] = a.map((each, axis) => s * each + t * b[axis]);
    points.push([
      Math.atan2(y, x) / RADIANS,
      Math.atan2(z, Math.hypot(x, y)) / RADIANS,
    ]);
  }
  return points;
}

/** @param {Point} place */
function vector([longitude, latitude]) {
  const [l, p] = [longitude * RADIANS, latitude * RADIANS];
  return [Math.cos(p) * Math.cos(l), Math.cos(p) * Math.sin(l), Math.sin(p)];
}
