// @ts-check
// SHAKE128 and SHAKE256 (FIPS 202): as many bytes as one asks for.
//
// The state is 25 words of 64 bits, each here as a low and a high half. What
// the standard prints as tables is computed: the constants of the rounds by
// its shift register, turns and places by its walk through the words.

const ROUNDS = 24;
const ROUND_LOW = new Int32Array(ROUNDS);
const ROUND_HIGH = new Int32Array(ROUNDS);
/** The order of the walk: which word comes next, and how far it is turned. */
const PLACES = new Uint8Array(24);
const TURNS = new Uint8Array(24);

let register = 1;
for (let round = 0; round < ROUNDS; round++) {
  for (let j = 0; j < 7; j++) {
    const bit = (1 << j) - 1;
    if (register & 1) {
      if (bit < 32) ROUND_LOW[round] |= 1 << bit;
      else ROUND_HIGH[round] |= 1 << (bit - 32);
    }
    register = (register << 1) ^ (register >> 7 ? 0x171 : 0);
  }
}
for (let t = 0, x = 1, y = 0; t < 24; t++) {
  TURNS[t] = (((t + 1) * (t + 2)) / 2) % 64;
  [x, y] = [y, (2 * x + 3 * y) % 5];
  PLACES[t] = x + 5 * y;
}

const column = new Int32Array(10);
const row = new Int32Array(10);

/**
 * Keccak-f[1600], in place.
 * @param {Int32Array} s
 */
function permute(s) {
  for (let round = 0; round < ROUNDS; round++) {
    // Theta: each word is mixed with the columns beside its own.
    for (let x = 0; x < 10; x++) {
      column[x] = s[x] ^ s[x + 10] ^ s[x + 20] ^ s[x + 30] ^ s[x + 40];
    }
    for (let x = 0; x < 10; x += 2) {
      const left = (x + 8) % 10;
      const right = (x + 2) % 10;
      const low = column[right];
      const top = column[right + 1];
      const mixLow = column[left] ^ ((low << 1) | (top >>> 31));
      const mixHigh = column[left + 1] ^ ((top << 1) | (low >>> 31));
      for (let y = 0; y < 50; y += 10) {
        s[x + y] ^= mixLow;
        s[x + y + 1] ^= mixHigh;
      }
    }
    // Rho and pi: words are turned, and change places along the walk.
    let low = s[2];
    let top = s[3];
    for (let t = 0; t < 24; t++) {
      const place = 2 * PLACES[t];
      const turn = TURNS[t];
      const wordLow = turn < 32 ? low : top;
      const wordHigh = turn < 32 ? top : low;
      const count = turn % 32;
      low = s[place];
      top = s[place + 1];
      // A shift by 32 would be a shift by 0.
      s[place] = count
        ? (wordLow << count) | (wordHigh >>> (32 - count))
        : wordLow;
      s[place + 1] = count
        ? (wordHigh << count) | (wordLow >>> (32 - count))
        : wordHigh;
    }
    // Chi: the only step that is not linear.
    for (let y = 0; y < 50; y += 10) {
      for (let x = 0; x < 10; x++) row[x] = s[y + x];
      for (let x = 0; x < 10; x++) {
        s[y + x] ^= ~row[(x + 2) % 10] & row[(x + 4) % 10];
      }
    }
    // Iota.
    s[0] ^= ROUND_LOW[round];
    s[1] ^= ROUND_HIGH[round];
  }
}

/** A sponge that has taken its message in; `read` squeezes it. */
export class Shake {
  /**
   * @param {128 | 256} strength
   * @param {...Uint8Array} parts the message
   */
  constructor(strength, ...parts) {
    this.rate = 200 - strength / 4;
    this.words = new Int32Array(50);
    this.at = 0;
    for (const part of parts) {
      for (const byte of part) {
        if (this.at === this.rate) this.turn();
        this.mix(this.at++, byte);
      }
    }
    if (this.at === this.rate) this.turn();
    this.mix(this.at, 0x1f);
    this.mix(this.rate - 1, 0x80);
    this.turn();
  }

  /** @param {number} count */
  read(count) {
    const data = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      if (this.at === this.rate) this.turn();
      data[i] = this.words[this.at >> 2] >>> (8 * (this.at & 3));
      this.at++;
    }
    return data;
  }

  /** @private */
  turn() {
    permute(this.words);
    this.at = 0;
  }

  /**
   * @private
   * @param {number} place
   * @param {number} byte
   */
  mix(place, byte) {
    this.words[place >> 2] ^= byte << (8 * (place & 3));
  }
}

/**
 * Return `count` bytes of SHAKE256 over the parts.
 * @param {number} count
 * @param {...Uint8Array} parts
 */
export function shake256(count, ...parts) {
  return new Shake(256, ...parts).read(count);
}
