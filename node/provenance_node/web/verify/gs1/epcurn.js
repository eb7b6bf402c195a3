// @ts-check
// EPC URNs: the older spelling of GS1 identifiers, as EPCIS 1 wrote them.
// Mirrors provenance/gs1/epcurn.py.
//
//     urn:epc:id:sgtin:4012345.011111.987      one unit
//     urn:epc:class:lgtin:4012345.011111.L7    a lot
//     urn:epc:idpat:sgtin:4012345.011111.*     all units of a product
//
// A URN shows where the company prefix ends, and leaves check digits out.

import { compareText, head, quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { checkDigit } from "./checkdigit.js";
import { GTIN, Identifier, LOT, SERIAL } from "./identifier.js";

/** The EPC schemes that are no GS1 keys, and so have no Digital Link. */
const UNLINKED = new Set(["adi", "bic", "gid", "imovn", "usdod"]);

// As many as an item's id may have, which is made of it.
const LONGEST = 2048;

const START = "urn:epc:";
const PREFIX = /^[0-9]{6,12}$/;
const DIGITS = /^[0-9]*$/;
// These characters are escaped in a URN, always, and no others. The %23 is
// for the # of a component id.
const TEXT = /^(?:[A-Za-z0-9!'()*+,\-.:;=_]|%2[2356Ff]|%3[CcEeFf])*$/;

/**
 * Whether `uri` is in the namespace of EPC URNs.
 * @param {string} uri
 */
export function isEpcUrn(uri) {
  return uri.slice(0, START.length).toLowerCase() === START;
}

/**
 * Return the identifier that `urn` spells; null for schemes without links.
 * @param {string} urn
 * @throws {MalformedError} It is no EPC URN of one thing or one class, or not
 *     a valid one. Tag and raw URNs are none: they would be second names.
 */
export function parseEpcUrn(urn) {
  if (urn.length > LONGEST) {
    throw new MalformedError(
      `a URN of a thing has at most ${LONGEST} characters, not ${urn.length}`,
    );
  }
  const [kind, scheme, text] = splitUrn(urn.slice(START.length));
  const known = SCHEMES.get(kind);
  if (!known) {
    throw new MalformedError(
      `'urn:epc:${head(kind, 20)}' names no thing or class: write it as` +
        " urn:epc:id, urn:epc:class or urn:epc:idpat",
    );
  }
  if (kind === "id" && UNLINKED.has(scheme)) return null;
  const found = known.get(scheme);
  if (!found) {
    const names = [...known.keys()].sort(compareText).join(", ");
    throw new MalformedError(
      `urn:epc:${kind} has no scheme ${quoted(head(scheme, 20))}; it has` +
        ` ${names}: write one of these`,
    );
  }
  if (!TEXT.test(text)) {
    throw new MalformedError(
      'a URN escapes " % & / < > ? and no other character, unlike' +
        ` ${quoted(head(text, 80))}: write it so`,
    );
  }
  const [count, build] = found;
  const parts = splitParts(text, count).map(unescaped);
  if (parts.length !== count) {
    throw new MalformedError(
      `a ${scheme} has ${count} parts with dots between, not` +
        ` ${parts.length}: write them all`,
    );
  }
  if (kind === "idpat") {
    const star = parts.pop();
    if (star !== "*" || parts.includes("*")) {
      throw new MalformedError(
        "a pattern names a class only if * is its last part alone: write it so",
      );
    }
  }
  return build(...parts);
}

/** @param {string} rest what follows `urn:epc:` */
function splitUrn(rest) {
  const [kind, scheme = "", ...text] = rest.split(":");
  return [kind, scheme, text.join(":")];
}

/**
 * Return the parts between dots, all that is left in the last of `count`.
 * @param {string} text
 * @param {number} count
 */
function splitParts(text, count) {
  const parts = text.split(".");
  if (parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(".")];
}

/** @param {string} text */
function unescaped(text) {
  return text.replace(/%(..)/g, (_, hex) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
}

/**
 * Return both digit strings as one, of `length` digits in all.
 * @param {string} prefix
 * @param {string} reference
 * @param {number} length
 */
function join(prefix, reference, length) {
  if (!PREFIX.test(prefix)) {
    throw new MalformedError(
      "a company prefix has 6 to 12 digits, unlike" +
        ` ${quoted(head(prefix, 80))}: look it up again`,
    );
  }
  const digits = prefix + reference;
  if (!DIGITS.test(reference) || digits.length !== length) {
    throw new MalformedError(
      `${prefix} and ${quoted(head(reference, 80))} are not ${length} digits` +
        " together: write leading zeros too",
    );
  }
  return digits;
}

/**
 * Return the number of `length` digits, and its check digit.
 * @param {string} prefix
 * @param {string} reference
 * @param {number} length
 */
function numbered(prefix, reference, length) {
  const digits = join(prefix, reference, length);
  return digits + checkDigit(digits);
}

/**
 * Return the same, with the reference's first digit before the prefix.
 * @param {string} prefix
 * @param {string} reference
 */
function moved(prefix, reference, length = 13) {
  join(prefix, reference, length);
  const digits = reference[0] + prefix + reference.slice(1);
  return digits + checkDigit(digits);
}

/**
 * Return the prefix and a reference that may be any text but none.
 * @param {string} prefix
 * @param {string} reference
 */
function open(prefix, reference) {
  join(prefix, "", prefix.length);
  if (!reference) {
    throw new MalformedError(`there is no reference behind ${prefix}: add it`);
  }
  return prefix + reference;
}

/**
 * Return the qualifier that a serial number is, if there is one.
 * @param {string} ai
 * @param {string | undefined} serial
 * @returns {[string, string][]}
 */
function qualified(ai, serial) {
  return serial === undefined ? [] : [[ai, serial]];
}

/**
 * Return the serial number that is a part of its key.
 * @param {string | undefined} serial
 */
function tail(serial) {
  if (serial === "")
    throw new MalformedError("the serial number is empty: add it");
  return serial ?? "";
}

/**
 * How many parts a scheme has, and what is made of them.
 * @typedef {[number, (...parts: string[]) => Identifier]} Scheme
 */

/**
 * Scheme → its parts; without the last, a serial number, it is a class.
 * @type {[string, Scheme][]}
 */
const CLASSES = [
  [
    "cpi",
    [3, (p, r, s) => new Identifier("8010", open(p, r), qualified("8011", s))],
  ],
  [
    "gdti",
    [3, (p, r, s) => new Identifier("253", numbered(p, r, 12) + tail(s))],
  ],
  [
    "grai",
    [
      3,
      (p, r, s) => new Identifier("8003", `0${numbered(p, r, 12)}${tail(s)}`),
    ],
  ],
  [
    "itip",
    [
      5,
      (p, r, piece, total, s) =>
        new Identifier(
          "8006",
          moved(p, r) + piece + total,
          qualified(SERIAL, s),
        ),
    ],
  ],
  [
    "sgcn",
    [3, (p, r, s) => new Identifier("255", numbered(p, r, 12) + tail(s))],
  ],
  [
    "sgtin",
    [3, (p, r, s) => new Identifier(GTIN, moved(p, r), qualified(SERIAL, s))],
  ],
  [
    "upui",
    [3, (p, r, s) => new Identifier(GTIN, moved(p, r), qualified("235", s))],
  ],
];

/** @type {[string, Scheme][]} */
const THINGS = [
  ["giai", [2, (p, r) => new Identifier("8004", open(p, r))]],
  ["ginc", [2, (p, r) => new Identifier("401", open(p, r))]],
  ["gsin", [2, (p, r) => new Identifier("402", numbered(p, r, 16))]],
  ["gsrn", [2, (p, r) => new Identifier("8018", numbered(p, r, 17))]],
  ["gsrnp", [2, (p, r) => new Identifier("8017", numbered(p, r, 17))]],
  ["pgln", [2, (p, r) => new Identifier("417", numbered(p, r, 12))]],
  [
    "sgln",
    [
      3,
      (p, r, extension) =>
        new Identifier(
          "414",
          numbered(p, r, 12),
          extension === "0" ? [] : [["254", extension]],
        ),
    ],
  ],
  ["sscc", [2, (p, r) => new Identifier("00", moved(p, r, 17))]],
];

/** @type {[string, Scheme][]} */
const LOTS = [
  [
    "lgtin",
    [3, (p, r, lot) => new Identifier(GTIN, moved(p, r), [[LOT, lot]])],
  ],
];

const SCHEMES = new Map([
  ["id", new Map([...CLASSES, ...THINGS])],
  ["class", new Map(LOTS)],
  ["idpat", new Map(CLASSES)],
]);
