// @ts-check
// Ed25519 verification (RFC 8032) in plain arithmetic, for browsers without it.
//
// [S]B = R + [k]A is computed as it stands, without the cofactor. Nothing here
// is secret, so nothing takes care to run in constant time.

import { sha512 } from "./sha2.js";

export const P = 2n ** 255n - 19n;
/** The order of the group. */
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;

/** @param {bigint} a */
function mod(a) {
  const rest = a % P;
  return rest < 0n ? rest + P : rest;
}

/**
 * @param {bigint} base
 * @param {bigint} exponent
 */
function power(base, exponent) {
  let result = 1n;
  for (; exponent; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % P;
    base = (base * base) % P;
  }
  return result;
}

const D = mod(-121665n * power(121666n, P - 2n));
const ROOT_OF_MINUS_1 = power(2n, (P - 1n) / 4n);

/**
 * A point as X, Y, Z and T: x = X/Z, y = Y/Z, xy = T/Z (RFC 8032, 5.1.4).
 * @typedef {[bigint, bigint, bigint, bigint]} Point
 */

/** @type {Point} */
const ZERO = [0n, 1n, 1n, 0n];
const BASE = /** @type {Point} */ (pointOf(mod(4n * power(5n, P - 2n)), 0n));

/**
 * Return the point with that y and sign of x; null if there is none.
 * @param {bigint} y
 * @param {bigint} sign
 * @returns {Point | null}
 */
function pointOf(y, sign) {
  const u = mod(y * y - 1n);
  const v = mod(D * y * y + 1n);
  // x is a square root of u/v, found without dividing (5.1.3).
  const v3 = mod(v * v * v);
  let x = mod(u * v3 * power(mod(u * v3 * v3 * v), (P - 5n) / 8n));
  const square = mod(v * x * x);
  if (square === mod(-u)) x = mod(x * ROOT_OF_MINUS_1);
  else if (square !== u) return null;
  if ((x & 1n) !== sign) x = mod(-x);
  return [x, y, 1n, mod(x * y)];
}

/**
 * @param {Point} p
 * @param {Point} q
 * @returns {Point}
 */
function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * D * t1 * t2);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

/**
 * @param {Point} p
 * @returns {Point}
 */
function double([x, y, z]) {
  const a = mod(x * x);
  const b = mod(y * y);
  const h = a + b;
  const e = h - mod((x + y) * (x + y));
  const g = a - b;
  const f = mod(2n * z * z) + g;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

/** @param {Uint8Array} data */
export function littleEndian(data) {
  let value = 0n;
  for (let i = data.length - 1; i >= 0; i--) {
    value = (value << 8n) | BigInt(data[i]);
  }
  return value;
}

const Y_BITS = 2n ** 255n - 1n;

/**
 * Whether [S]B = R + [k]A holds for signature R ‖ S (64 bytes) of public key
 * A (32 bytes). R must be spelled canonically and not be of small order.
 * @param {Uint8Array} key
 * @param {Uint8Array} signature
 * @param {Uint8Array} message
 */
export function equationHolds(key, signature, message) {
  const encoded = littleEndian(key);
  const a = pointOf(encoded & Y_BITS, encoded >> 255n);
  if (a === null) return false;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  const k = littleEndian(sha512(r, key, message)) % L;

  // R must be [S]B + [k](-A), the two multiplied in one go, bit by bit.
  /** @type {Point} */
  const minusA = [mod(-a[0]), a[1], 1n, mod(-a[3])];
  const sums = [ZERO, BASE, minusA, add(BASE, minusA)];
  let point = ZERO;
  for (let bit = 252n; bit >= 0n; bit--) {
    point = double(point);
    const which = Number((s >> bit) & 1n) + 2 * Number((k >> bit) & 1n);
    if (which) point = add(point, sums[which]);
  }
  const inverse = power(point[2], P - 2n);
  const x = mod(point[0] * inverse);
  const y = mod(point[1] * inverse);
  return littleEndian(r) === (y | ((x & 1n) << 255n));
}
