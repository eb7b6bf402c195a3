// @ts-check
// Byte strings, as far as Uint8Array does not do it itself.

/**
 * Return the bytes in hexadecimal, lower case.
 * @param {Uint8Array} data
 */
export function toHex(data) {
  let text = "";
  for (const byte of data) text += PAIRS[byte];
  return text;
}

const PAIRS = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

/**
 * Return the bytes that `text`, pairs of hexadecimal digits, stands for.
 * @param {string} text
 */
export function fromHex(text) {
  const pairs = text.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
}

/**
 * Whether two byte strings are the same.
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
export function equalBytes(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Order by bytes, for sorting.
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
export function compareBytes(a, b) {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

/**
 * Return the parts, one after the other.
 * @param {...Uint8Array} parts
 */
export function joinBytes(...parts) {
  const data = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return data;
}

/**
 * Return an integer, 0 or more, as `size` bytes, the highest first.
 * @param {number | bigint} value
 * @param {number} size
 */
export function bigEndian(value, size) {
  const data = new Uint8Array(size);
  let rest = BigInt(value);
  for (let i = size - 1; i >= 0; i--) {
    data[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return data;
}

/**
 * Return the integer whose highest byte comes first.
 * @param {Uint8Array} data
 */
export function fromBigEndian(data) {
  let value = 0n;
  for (const byte of data) value = (value << 8n) | BigInt(byte);
  return value;
}
