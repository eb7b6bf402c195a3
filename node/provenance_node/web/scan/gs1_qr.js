// @ts-check
// GS1 QR codes: those whose data start with FNC1, and are an element string
// (ISO/IEC 18004, 7.4.9; GS1 General Specifications, 5.6). The vendored
// decoder refuses that mode.
//
//     0101            FNC1 in first position
//     0001 count …    digits, three in ten bits
//     0010 count …    45 characters, two in eleven bits; % is FNC1, %% is %
//     0100 count …    bytes; ASCII 29 is FNC1
//     0000            the end

const CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/** Mode → how many bits its count has, up to version 9, 26 and 40. */
const COUNT_BITS = new Map([
  [1, [10, 12, 14]],
  [2, [9, 11, 13]],
  [4, [8, 16, 16]],
]);

/**
 * Return the element string in `data`, after `]Q3` and with ASCII 29 for FNC1;
 * null if it is none.
 * @param {Uint8Array} data
 * @param {number} count how many of its bytes are data
 * @param {number} version 1 to 40
 * @returns {string | null}
 */
export function readGs1(data, count, version) {
  let position = 0;
  /** @param {number} size */
  const take = (size) => {
    let value = 0;
    for (; size; size--, position++) {
      // Past the end come zeros, which are the mode that ends all.
      const byte = position < 8 * count ? data[position >> 3] : 0;
      value = (value << 1) | ((byte >> (7 - (position & 7))) & 1);
    }
    return value;
  };
  if (take(4) !== 5) return null;
  let text = "]Q3";
  for (let mode = take(4); mode; mode = take(4)) {
    const sizes = COUNT_BITS.get(mode);
    if (!sizes) return null;
    let left = take(sizes[version < 10 ? 0 : version < 27 ? 1 : 2]);
    if (left > 8 * count) return null;
    let part = "";
    while (left > 0) {
      if (mode === 1) {
        const size = Math.min(left, 3);
        const digits = String(take(3 * size + 1)).padStart(size, "0");
        if (digits.length > size) return null;
        part += digits;
        left -= size;
      } else if (mode === 2) {
        const size = Math.min(left, 2);
        const value = take(5 * size + 1);
        if (value >= 45 ** size) return null;
        if (size === 2) part += CHARACTERS[Math.floor(value / 45)];
        part += CHARACTERS[value % 45];
        left -= size;
      } else {
        part += String.fromCharCode(take(8));
        left--;
      }
    }
    if (position > 8 * count) return null;
    if (mode === 2) part = part.replace(/%%?/g, (found) => found[1] ?? "\x1d");
    text += part;
  }
  return text;
}
