// @ts-check
// SHA-256 and SHA-512 (FIPS 180-4), synchronous: hashing a node of a tree is
// done long before WebCrypto's promise would be kept.
//
// The constants are no numbers picked by hand: they are the first bits behind
// the point of the cube roots (for each round) and square roots (at the
// start) of the first primes. SHA-256 takes 32 of the bits, SHA-512 takes 64.

const MASK = (1n << 64n) - 1n;

/** The first 80 primes, of which SHA-256 uses 64. @type {bigint[]} */
const PRIMES = [];
for (let n = 2n; PRIMES.length < 80; n += 1n) {
  if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);
}

/**
 * Return the first 64 bits behind the point of a root of `n`, by Newton.
 * @param {bigint} n
 * @param {bigint} degree
 */
function rootBits(n, degree) {
  const scaled = n << (64n * degree);
  for (let x = 1n << 70n; ;) {
    const next = ((degree - 1n) * x + scaled / x ** (degree - 1n)) / degree;
    if (next >= x) return x & MASK;
    x = next;
  }
}

const ROUNDS_512 = PRIMES.map((prime) => rootBits(prime, 3n));
const START_512 = PRIMES.slice(0, 8).map((prime) => rootBits(prime, 2n));
const ROUNDS_256 = Int32Array.from(ROUNDS_512.slice(0, 64), high);
const START_256 = Int32Array.from(START_512, high);

/** @param {bigint} bits */
function high(bits) {
  return Number(bits >> 32n) | 0;
}

/**
 * Return the parts as one message: a 1 bit, zeros and the length in bits
 * after it, in whole blocks.
 * @param {Uint8Array[]} parts
 * @param {number} block
 */
function padded(parts, block) {
  let length = 0;
  for (const part of parts) length += part.length;
  // The length is written in an eighth of a block.
  const size = Math.ceil((length + 1 + block / 8) / block) * block;
  const message = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    message.set(part, at);
    at += part.length;
  }
  message[at] = 0x80;
  const view = new DataView(message.buffer);
  view.setUint32(size - 8, Math.floor(length / 2 ** 29));
  view.setUint32(size - 4, length << 3);
  return view;
}

const W = new Int32Array(64);

/**
 * Return the SHA-256 digest of the parts, one after the other: 32 bytes.
 * @param {...Uint8Array} parts
 */
export function sha256(...parts) {
  const message = padded(parts, 64);
  const state = Int32Array.from(START_256);
  for (let start = 0; start < message.byteLength; start += 64) {
    for (let i = 0; i < 16; i++) W[i] = message.getInt32(start + 4 * i);
    for (let i = 16; i < 64; i++) {
      const x = W[i - 15];
      const y = W[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 =
        ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
    }
    // Hashed a thousand times for one bundle: nothing is made in here.
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let i = 0; i < 64; i++) {
      const s1 =
        ((e >>> 6) | (e << 26)) ^
        ((e >>> 11) | (e << 21)) ^
        ((e >>> 25) | (e << 7));
      const choice = (e & f) ^ (~e & g);
      const t1 = (h + s1 + choice + ROUNDS_256[i] + W[i]) | 0;
      const s0 =
        ((a >>> 2) | (a << 30)) ^
        ((a >>> 13) | (a << 19)) ^
        ((a >>> 22) | (a << 10));
      const majority = (a & b) ^ (a & c) ^ (b & c);
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + s0 + majority) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
  const digest = new DataView(new ArrayBuffer(32));
  for (let i = 0; i < 8; i++) digest.setInt32(4 * i, state[i]);
  return new Uint8Array(digest.buffer);
}

/**
 * Return the bits of a 64-bit word, turned round to the right.
 * @param {bigint} word
 * @param {bigint} count
 */
function turned(word, count) {
  return (word >> count) | ((word << (64n - count)) & MASK);
}

/**
 * Return the SHA-512 digest of the parts, one after the other: 64 bytes.
 *
 * Needed only where the browser has no Ed25519, and so short before fast.
 * @param {...Uint8Array} parts
 */
export function sha512(...parts) {
  const message = padded(parts, 128);
  const state = [...START_512];
  for (let start = 0; start < message.byteLength; start += 128) {
    /** @type {bigint[]} */
    const w = [];
    for (let i = 0; i < 80; i++) {
      if (i < 16) {
        w.push(message.getBigUint64(start + 8 * i));
        continue;
      }
      const x = w[i - 15];
      const y = w[i - 2];
      const s0 = turned(x, 1n) ^ turned(x, 8n) ^ (x >> 7n);
      const s1 = turned(y, 19n) ^ turned(y, 61n) ^ (y >> 6n);
      w.push((w[i - 16] + s0 + w[i - 7] + s1) & MASK);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 80; i++) {
      const s1 = turned(e, 14n) ^ turned(e, 18n) ^ turned(e, 41n);
      const choice = (e & f) ^ (~e & MASK & g);
      const t1 = h + s1 + choice + ROUNDS_512[i] + w[i];
      const s0 = turned(a, 28n) ^ turned(a, 34n) ^ turned(a, 39n);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      [h, g, f, e] = [g, f, e, (d + t1) & MASK];
      [d, c, b, a] = [c, b, a, (t1 + s0 + majority) & MASK];
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) {
      state[i] = (state[i] + word) & MASK;
    }
  }
  const digest = new DataView(new ArrayBuffer(64));
  for (let i = 0; i < 8; i++) digest.setBigUint64(8 * i, state[i]);
  return new Uint8Array(digest.buffer);
}
