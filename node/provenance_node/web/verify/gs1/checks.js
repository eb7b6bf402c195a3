// @ts-check
// Checks of what a part of a GS1 value says, beside its length and alphabet.
// Mirrors provenance/gs1/checks.py and coupon.py, but for what is wrong.
//
//     N6:day0       271200    December 2027, day unknown
//     N3:country    076       Brazil
//
// There is no clock here: a two-digit year is a leap year if four divides it,
// which holds from 1904 to 2096.

import { checkPair, hasCheckDigit } from "./checkdigit.js";
import {
  COUNTRY_LETTERS,
  COUNTRY_NUMBERS,
  CURRENCIES,
  MEDIA,
  PACKAGES,
} from "./codes.js";

/** @typedef {(text: string) => boolean} Check takes a part of its alphabet */

/**
 * Whether `text` passes the check of that name.
 * @param {string} check
 * @param {string} text
 */
export function passes(check, text) {
  const wanted = CHECKS[check];
  return wanted instanceof RegExp ? wanted.test(text) : wanted(text);
}

/** @type {Check} */
function isDate(text) {
  const [year, month, day] = [
    Number(text.slice(0, 4)),
    Number(text.slice(4, 6)),
    Number(text.slice(6)),
  ];
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (days[month - 1] ?? 0);
}

/** @type {Check} */
function isDay(text) {
  // What is true of these years from 1904 to 2096 is true of the year 2000.
  return isDate(`20${text}`);
}

/** @type {Check} */
function isIban(text) {
  const isFormed = /^[A-Z]{2}[A-Z0-9]{3,32}$/.test(text);
  if (!isFormed || !COUNTRY_LETTERS.has(text.slice(0, 2))) return false;
  // ISO 13616: letters count from 10, the first four characters come last.
  let rest = 0;
  for (const each of text.slice(4) + text.slice(0, 4)) {
    const value = parseInt(each, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** @type {Check} */
function isPiece(text) {
  const half = text.length / 2;
  const piece = Number(text.slice(0, half));
  return piece > 0 && piece <= Number(text.slice(half));
}

/** @type {Check} */
function isPlace(text) {
  return /^[1-9]\/[1-9]$/.test(text) && text[0] <= text[2];
}

// North American coupons are digits, and most numbers in them are led by
// their own length; six is added to that of a company prefix (GS1 US: North
// American Coupon Application Guideline, and AI (8112) Coupon Data
// Specification).

/**
 * Return the pattern of a number that is led by its own length.
 * @param {number} first
 * @param {number} last
 */
function led(first, last, plus = 0) {
  const choices = [];
  for (let n = first; n <= last; n++) choices.push(`${n}\\d{${n + plus}}`);
  return `(?:${choices.join("|")})`;
}

const PREFIX = led(0, 6, 6);
const PURCHASE = `${led(1, 5)}[0-49]\\d{3}`;
const MORE = `${PURCHASE}(?:9|${PREFIX})`;
const SERIAL = led(0, 9, 6);

const COUPON = new RegExp(
  `^${PREFIX}\\d{6}${led(1, 5)}${PURCHASE}(?:1[0-3]${MORE})?(?:2${MORE})?` +
    `(?:3(?<last>\\d{6}))?(?:4(?<first>\\d{6}))?(?:5${SERIAL})?` +
    `(?:6${led(1, 7, 6)})?(?:9[01256][0-2]\\d[01])?$`,
);

/** @type {Check} */
function isCoupon(text) {
  const days = COUPON.exec(text)?.groups;
  if (!days) return false;
  const { first, last } = days;
  const areDays = [first, last].every((day) => !day || isDay(day));
  return areDays && !(first && last && first > last);
}

/**
 * Name → check, for each that the table uses.
 * @type {Record<string, Check | RegExp>}
 */
const CHECKS = {
  clock: /^([01]\d|2[0-3])[0-5]\d$/,
  country: (text) => COUNTRY_NUMBERS.has(text),
  country2: (text) => COUNTRY_LETTERS.has(text),
  country9: (text) => text === "999" || COUNTRY_NUMBERS.has(text),
  coupon: isCoupon,
  currency: (text) => CURRENCIES.has(text),
  date: isDate,
  day: isDay,
  day0: (text) => isDay(text.replace(/00$/, "01")),
  digit: hasCheckDigit,
  flag: /^[01]$/,
  hour: /^([01]\d|2[0-3])$/,
  hyphen: /^-$/,
  iban: isIban,
  importer: /^[\w-]$/,
  latitude: (text) => Number(text) <= 1_800_000_000,
  letter: /\D/,
  longitude: (text) => Number(text) <= 3_600_000_000,
  medium: (text) => MEDIA.has(text),
  minute: /^[0-5]/,
  nonzero: /[1-9]/,
  offer: new RegExp(`^[01]${PREFIX}\\d{6}${SERIAL}$`),
  owner0: /^\d{4}/,
  owner1: /^.\d{4}/,
  package: (text) => PACKAGES.has(text),
  // It comes after a company prefix, which has four digits or more.
  pair: (text) =>
    text.length > 5 && checkPair(text.slice(0, -2)) === text.slice(-2),
  percent: /^(?:[^%]|%[0-9A-Fa-f]{2})*$/,
  piece: isPiece,
  second: /^[0-5]/,
  sequence: isPlace,
  sex: /^[0129]$/,
  unpadded: /^[1-9]/,
  winding: /^[019]$/,
  zero: /^0+$/,
};
