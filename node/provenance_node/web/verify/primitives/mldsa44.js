// @ts-check
// ML-DSA-44 verification (FIPS 204), pure, with an empty context.
//
// Polynomials have 256 coefficients modulo q. Products of two of them stay
// below 2**46, which a double holds exactly.

import { Shake, shake256 } from "./keccak.js";

const PUBLIC_KEY_SIZE = 1312;
export const SIGNATURE_SIZE = 2420;

const Q = 8380417;
const DROPPED_BITS = 13;
const ROWS = 4;
const COLUMNS = 4;
const TAU = 39;
const BETA = 78;
const GAMMA_1 = 2 ** 17;
const GAMMA_2 = (Q - 1) / 88;
const OMEGA = 80;
const CHALLENGE_SIZE = 32;

/** The powers of 1753, in the order of the transform (section 7.5). */
const ZETAS = new Int32Array(256);
for (let i = 0, zeta = 1; i < 256; i++) {
  let turned = 0;
  for (let bit = 0; bit < 8; bit++) turned |= ((i >> bit) & 1) << (7 - bit);
  ZETAS[turned] = zeta;
  zeta = (zeta * 1753) % Q;
}

/** @param {number} a */
function mod(a) {
  const rest = a % Q;
  return rest < 0 ? rest + Q : rest;
}

/**
 * Number theoretic transform, in place (algorithm 41).
 * @param {Float64Array} w
 */
function transform(w) {
  let m = 0;
  for (let length = 128; length >= 1; length /= 2) {
    for (let start = 0; start < 256; start += 2 * length) {
      const zeta = ZETAS[++m];
      for (let j = start; j < start + length; j++) {
        const t = (zeta * w[j + length]) % Q;
        w[j + length] = mod(w[j] - t);
        w[j] = mod(w[j] + t);
      }
    }
  }
  return w;
}

/**
 * The way back, in place (algorithm 42).
 * @param {Float64Array} w
 */
function restore(w) {
  let m = 256;
  for (let length = 1; length < 256; length *= 2) {
    for (let start = 0; start < 256; start += 2 * length) {
      const zeta = Q - ZETAS[--m];
      for (let j = start; j < start + length; j++) {
        const t = w[j];
        w[j] = mod(t + w[j + length]);
        w[j + length] = mod(zeta * mod(t - w[j + length]));
      }
    }
  }
  // 256 times this is 1.
  for (let j = 0; j < 256; j++) w[j] = (w[j] * 8347681) % Q;
  return w;
}

/**
 * Return 256 numbers of `size` bits, the lowest bit first.
 * @param {Uint8Array} data
 * @param {number} size
 */
function unpack(data, size) {
  const numbers = new Float64Array(256);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < 256; i++) {
    while (bits < size) {
      held |= data[at++] << bits;
      bits += 8;
    }
    numbers[i] = held & ((1 << size) - 1);
    held >>>= size;
    bits -= size;
  }
  return numbers;
}

/**
 * Return one polynomial of the matrix that `rho` determines (algorithm 30).
 * @param {Uint8Array} rho
 * @param {number} row
 * @param {number} column
 */
function sampleMatrix(rho, row, column) {
  const stream = new Shake(128, rho, Uint8Array.of(column, row));
  const w = new Float64Array(256);
  for (let i = 0; i < 256;) {
    const [a, b, c] = stream.read(3);
    const number = a | (b << 8) | ((c & 0x7f) << 16);
    if (number < Q) w[i++] = number;
  }
  return w;
}

/**
 * Return the polynomial of 39 coefficients ±1 that the challenge stands for
 * (algorithm 29).
 * @param {Uint8Array} challenge
 */
function sampleBall(challenge) {
  const stream = new Shake(256, challenge);
  const signs = stream.read(8);
  const c = new Float64Array(256);
  for (let i = 256 - TAU, k = 0; i < 256; i++, k++) {
    let [j] = stream.read(1);
    while (j > i) [j] = stream.read(1);
    c[i] = c[j];
    c[j] = (signs[k >> 3] >> (k & 7)) & 1 ? Q - 1 : 1;
  }
  return c;
}

/**
 * Return where each row has its hints; null if they are not spelled in their
 * one form (algorithm 21).
 * @param {Uint8Array} data
 */
function unpackHints(data) {
  const hints = [];
  let at = 0;
  for (let row = 0; row < ROWS; row++) {
    const end = data[OMEGA + row];
    if (end < at || end > OMEGA) return null;
    const places = data.subarray(at, end);
    for (let i = 1; i < places.length; i++) {
      if (places[i - 1] >= places[i]) return null;
    }
    hints.push(new Set(places));
    at = end;
  }
  return data.subarray(at, OMEGA).some(Boolean) ? null : hints;
}

/**
 * Return the high bits of `r`, moved by one where a hint says so
 * (algorithms 36 and 40).
 * @param {number} r
 * @param {boolean} isHinted
 */
function highBits(r, isHinted) {
  let low = r % (2 * GAMMA_2);
  if (low > GAMMA_2) low -= 2 * GAMMA_2;
  let high = (r - low) / (2 * GAMMA_2);
  if (r - low === Q - 1) {
    high = 0;
    low -= 1;
  }
  if (!isHinted) return high;
  return (high + (low > 0 ? 1 : 43)) % 44;
}

/**
 * Whether `signature` is by `key` over `message` (algorithms 3 and 8).
 * @param {Uint8Array} key
 * @param {Uint8Array} signature
 * @param {Uint8Array} message
 */
export function verifyMLDSA44(key, signature, message) {
  if (key.length !== PUBLIC_KEY_SIZE || signature.length !== SIGNATURE_SIZE) {
    return false;
  }
  const challenge = signature.subarray(0, CHALLENGE_SIZE);
  const hints = unpackHints(signature.subarray(CHALLENGE_SIZE + 576 * COLUMNS));
  if (hints === null) return false;
  const z = [];
  for (let i = 0; i < COLUMNS; i++) {
    const start = CHALLENGE_SIZE + 576 * i;
    const packed = unpack(signature.subarray(start, start + 576), 18);
    const w = packed.map((number) => GAMMA_1 - number);
    if (w.some((number) => Math.abs(number) >= GAMMA_1 - BETA)) return false;
    z.push(transform(w.map(mod)));
  }

  // The empty context is two zero bytes before the message.
  const rho = key.subarray(0, 32);
  const mu = shake256(64, shake256(64, key), new Uint8Array(2), message);
  const c = transform(sampleBall(challenge));
  const packed = new Uint8Array(192 * ROWS);
  for (let row = 0; row < ROWS; row++) {
    const t = unpack(key.subarray(32 + 320 * row, 352 + 320 * row), 10);
    const w = transform(t.map((number) => number * 2 ** DROPPED_BITS));
    for (let j = 0; j < 256; j++) w[j] = mod(-c[j] * w[j]);
    for (let column = 0; column < COLUMNS; column++) {
      const a = sampleMatrix(rho, row, column);
      for (let j = 0; j < 256; j++) w[j] = (w[j] + a[j] * z[column][j]) % Q;
    }
    restore(w);
    for (let j = 0; j < 256; j++) {
      const high = highBits(w[j], hints[row].has(j));
      // Six bits each, the lowest first.
      const bit = 6 * (256 * row + j);
      packed[bit >> 3] |= high << (bit & 7);
      packed[(bit >> 3) + 1] |= high >> (8 - (bit & 7));
    }
  }
  const again = shake256(CHALLENGE_SIZE, mu, packed);
  return again.every((byte, i) => byte === challenge[i]);
}
