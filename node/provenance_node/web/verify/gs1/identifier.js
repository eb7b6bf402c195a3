// @ts-check
// A GS1 key with its qualifiers, and the table of those that exist. Mirrors
// provenance/gs1/identifier.py.
//
// An Application Identifier (AI) says what a number names: 01 is a GTIN, 10 a
// lot, 21 a serial number. A key is one of a few AIs; qualifiers narrow it
// down, and may only follow it in one order:
//
//     Identifier("01", "09506000134352", [["10", "L7"], ["21", "00042"]])
//     https://id.gs1.org/01/09506000134352/10/L7/21/00042
//
// Leading zeros and case are kept, for they tell one serial number from
// another.

import { head, quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { CSET_82, checkDigit, checkPair, hasCheckDigit } from "./checkdigit.js";

/** The stem of a canonical Digital Link. */
export const CANONICAL_STEM = "https://id.gs1.org";

export const GTIN = "01";
export const LOT = "10";
export const SERIAL = "21";

const X = `[${CSET_82.replace(/[-\]\\^]/g, "\\$&")}]`;
const Y = "[A-Z0-9#/-]";
// What no value of an AI holds.
const STRANGE = new RegExp(`[^#${X.slice(1)}`, "u");

/**
 * The form of one AI's value: what the whole of it must match, how many
 * leading digits end in a check digit, and the form in words.
 * @typedef {{name: string, pattern: RegExp, checked: number, says: string}} Form
 */

/**
 * @param {string} name
 * @param {string} pattern
 * @param {string} says
 * @returns {Form}
 */
function form(name, pattern, says, checked = 0) {
  return { name, pattern: new RegExp(`^(?:${pattern})$`), checked, says };
}

/** AI → form, for each AI that can be the key of a Digital Link. */
export const KEYS = new Map([
  ["00", form("SSCC", "\\d{18}", "18 digits", 18)],
  ["01", form("GTIN", "\\d{14}", "14 digits", 14)],
  ["253", form("GDTI", `\\d{13}${X}{0,17}`, "13 digits and a serial", 13)],
  ["255", form("GCN", "\\d{13,25}", "13 to 25 digits", 13)],
  ["401", form("GINC", `\\d{4}${X}{0,26}`, "4 digits and up to 26 more")],
  ["402", form("GSIN", "\\d{17}", "17 digits", 17)],
  ["414", form("GLN of a place", "\\d{13}", "13 digits", 13)],
  ["415", form("GLN of a payee", "\\d{13}", "13 digits", 13)],
  ["417", form("GLN of a party", "\\d{13}", "13 digits", 13)],
  [
    "8003",
    form("GRAI", `0\\d{13}${X}{0,16}`, "a 0, 13 digits and a serial", 14),
  ],
  ["8004", form("GIAI", `\\d{4}${X}{0,26}`, "4 digits and up to 26 more")],
  ["8006", form("ITIP", "\\d{18}", "14 digits, piece and total", 14)],
  ["8010", form("CPID", `\\d{4}${Y}{0,26}`, "4 digits and up to 26 more")],
  ["8013", form("GMN", `\\d{4}${X}{2,21}`, "4 digits and up to 21 more")],
  ["8017", form("GSRN of a provider", "\\d{18}", "18 digits", 18)],
  ["8018", form("GSRN of a recipient", "\\d{18}", "18 digits", 18)],
]);

/** AI → form, for each AI that can qualify a key. */
export const QUALIFIERS = new Map([
  ["10", form("lot", `${X}{1,20}`, "1 to 20 characters")],
  ["21", form("serial number", `${X}{1,20}`, "1 to 20 characters")],
  ["22", form("product variant", `${X}{1,20}`, "1 to 20 characters")],
  [
    "235",
    form("third-party serial number", `${X}{1,28}`, "1 to 28 characters"),
  ],
  ["254", form("place extension", `${X}{1,20}`, "1 to 20 characters")],
  [
    "7040",
    form(
      "unique identification code",
      `\\d${X}{2}[A-Za-z0-9_-]`,
      "a digit and 3 characters",
    ),
  ],
  [
    "8011",
    form(
      "component serial number",
      "[1-9]\\d{0,11}",
      "1 to 12 digits that do not start with 0",
    ),
  ],
  ["8019", form("service relation instance", "\\d{1,10}", "1 to 10 digits")],
  ["8020", form("payment reference", `${X}{1,25}`, "1 to 25 characters")],
]);

/**
 * Key → the orders its qualifiers may have; gaps are allowed.
 * @type {Map<string, string[][]>}
 */
export const ORDERS = new Map([
  ["01", [["22", "10", "21"], ["235"]]],
  ["414", [["254"], ["7040"]]],
  ["415", [["8020"]]],
  ["417", [["7040"]]],
  ["8004", [["7040"]]],
  ["8006", [["22", "10", "21"]]],
  ["8010", [["8011"]]],
  ["8017", [["8019"]]],
  ["8018", [["8019"]]],
]);

/** @typedef {[string, string][]} Qualifiers pairs of AI and value */

/** A GS1 key with its qualifiers, all values decoded. */
export class Identifier {
  /**
   * @param {string} key the AI of the key
   * @param {string} value
   * @param {Qualifiers} qualifiers what narrows it down, in order
   * @throws {MalformedError} No such key, a value is not of its AI's form, a
   *     check digit is wrong, or the qualifiers cannot stand in this order.
   */
  constructor(key, value, qualifiers = []) {
    const known = KEYS.get(key);
    if (!known) throw new MalformedError(`(${key}) is the AI of no GS1 key`);
    requireForm(key, known, value);
    requireChecks(key, known, value);
    requireOrder(key, qualifiers);
    for (const [ai, text] of qualifiers) {
      requireForm(ai, /** @type {Form} */ (QUALIFIERS.get(ai)), text);
    }
    this.key = key;
    this.value = value;
    this.qualifiers = qualifiers;
  }

  /** The canonical Digital Link of all of it. */
  get link() {
    const parts = [CANONICAL_STEM, this.key, escaped(this.value)];
    for (const [ai, value] of this.qualifiers) parts.push(ai, escaped(value));
    return parts.join("/");
  }

  /**
   * The identifier that this thing has one trail under: a unit is its GTIN
   * and serial number, a lot its GTIN and lot number. `254` with the value 0
   * means no extension.
   */
  get identity() {
    const kept = this.qualifiers.filter(
      ([ai, value]) => !(ai === "254" && value === "0"),
    );
    // The orders put what tells most last: 22, 10, 21.
    return new Identifier(this.key, this.value, kept.slice(-1));
  }
}

/**
 * Return `value` for the path of a link: all but `A-Za-z0-9-._~` encoded.
 * @param {string} value characters of CSET 82 and `#`
 */
export function escaped(value) {
  return value.replace(
    /[^A-Za-z0-9._-]/g,
    (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0"),
  );
}

/**
 * @param {string} ai
 * @param {Form} known
 * @param {string} value
 */
function requireForm(ai, known, value) {
  if (!known.pattern.test(value)) {
    const strange = STRANGE.exec(value);
    const and = strange ? ` and no ${quoted(strange[0])}` : "";
    throw new MalformedError(
      `the ${known.name} (${ai}) has ${known.says}${and}, unlike` +
        ` ${quoted(head(value, 80))}: look it up again`,
    );
  }
}

/**
 * @param {string} ai
 * @param {Form} known
 * @param {string} value
 */
function requireChecks(ai, known, value) {
  const number = value.slice(0, known.checked);
  if (number && !hasCheckDigit(number)) {
    throw new MalformedError(
      `the ${known.name} (${ai}) ${quoted(number)} has a wrong check digit:` +
        ` its other digits give ${checkDigit(number.slice(0, -1))}; look it up` +
        " again",
    );
  }
  const stem = value.slice(0, -2);
  if (ai === "8013" && checkPair(stem) !== value.slice(-2)) {
    throw new MalformedError(
      `the ${known.name} (${ai}) ${quoted(value)} has wrong check characters:` +
        ` the others give ${checkPair(stem)}; look it up again`,
    );
  }
  const piece = value.slice(14, 16);
  const total = value.slice(16);
  if (ai === "8006" && !("00" < piece && piece <= total)) {
    throw new MalformedError(
      `the ${known.name} (${ai}) ${quoted(value)} is piece ${piece} of` +
        ` ${total}: a piece is 1 up to the total; look it up again`,
    );
  }
}

/**
 * @param {string} key
 * @param {Qualifiers} qualifiers
 */
function requireOrder(key, qualifiers) {
  const given = qualifiers.map(([ai]) => ai);
  const orders = ORDERS.get(key) ?? [];
  const fits =
    // A payee alone is no key: it needs the reference of a payment.
    (!given.length && key !== "415") ||
    orders.some((order) => given.length > 0 && isPartOf(given, order));
  if (fits) return;
  const allowed = orders.map((order) => order.join(" then ")).join(" or ");
  throw new MalformedError(
    `(${key}) takes ${allowed || "no qualifiers"}, not` +
      ` ${given.join(", ") || "none"}:` +
      ` ${allowed ? "write these, in this order" : "leave it out"}`,
  );
}

/**
 * Whether `given` is `order` with gaps.
 * @param {string[]} given
 * @param {string[]} order
 */
function isPartOf(given, order) {
  const places = given.map((ai) => order.indexOf(ai));
  return places.every((place, i) => place > (i ? places[i - 1] : -1));
}
