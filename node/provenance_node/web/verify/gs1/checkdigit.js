// @ts-check
// Check digits and check characters: what catches a mistyped identifier.
// Mirrors provenance/gs1/checkdigit.py.
//
// A GS1 number ends in a digit computed from the others: weighted 3, 1, 3, 1 …
// from the right, the sum is filled up to a multiple of ten. A Global Model
// Number ends in a pair of characters instead: the sum of each character's
// place in the alphabet times a prime, modulo 1021, as two digits to base 32.

/** The characters of a GS1 value, in the order of their weights. */
export const CSET_82 =
  "!\"%&'()*+,-./0123456789:;<=>?" +
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

const PRIMES = [
  2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71,
  73, 79, 83,
];
const BASE_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/**
 * Return the digit that completes ASCII digits.
 * @param {string} digits
 */
export function checkDigit(digits) {
  let sum = 0;
  let weight = 3;
  for (let i = digits.length - 1; i >= 0; i--) {
    sum += weight * Number(digits[i]);
    weight = 4 - weight;
  }
  return String((10 - (sum % 10)) % 10);
}

/**
 * Whether the last of ASCII digits is the check digit of the others.
 * @param {string} digits
 */
export function hasCheckDigit(digits) {
  return checkDigit(digits.slice(0, -1)) === digits.slice(-1);
}

/**
 * Return the pair that completes 1 to 23 characters of CSET 82.
 * @param {string} text
 */
export function checkPair(text) {
  let total = 0;
  for (let i = 0; i < text.length; i++) {
    total += CSET_82.indexOf(text[text.length - 1 - i]) * PRIMES[i];
  }
  total %= 1021;
  return BASE_32[Math.floor(total / 32)] + BASE_32[total % 32];
}
