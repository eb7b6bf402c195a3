// @ts-check
// Item ids from whatever people have: a link, a URN, a scan, digits. Mirrors
// provenance/gs1/reading.py and scan.py.
//
//     https://brand.example/01/09506000134352/21/00042   ┐
//     urn:epc:id:sgtin:9506000.013435.00042              │ all become one id
//     (01)09506000134352(21)00042                        │
//     ]d201095060001343522100042                         ┘
//
// A scanner can be set to put three characters before the content, which tell
// the kind of code (AIM symbology identifiers, ISO/IEC 15424). Without them
// the content has to tell: digits alone are a GTIN if they are 8, 12, 13 or
// 14; what starts with `(`, a digit or FNC1 else is an element string.
//
// Unlike Python, this refuses compressed links: nothing here unpacks them, and
// as an address of its own such a link would name a thing that no one knows.

import { head, quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { CANONICAL_STEM, GTIN } from "./identifier.js";
import { canonicalItem } from "./item.js";
import { isCompressed } from "./compressed.js";
import {
  chooseIdentifier,
  gather,
  parseElementString,
  parseRaw,
} from "./elementstring.js";

/** The kinds of code that hold an element string. */
const ELEMENT_STRINGS = ["]C1", "]J1", "]Q3", "]d2", "]e0"];

/**
 * The kinds that hold a GTIN, with how many digits each may have.
 * @type {Map<string, number[]>}
 */
const GTINS = new Map([
  ["]E0", [12, 13]],
  ["]E4", [8]],
  ["]I1", [14]],
]);

/** What a scanner or a keyboard adds. */
const AROUND = " \t\r\n";

/** The kinds that may hold a Digital Link. */
const TEXTS = ["]J0", "]Q1", "]d1"];

/**
 * Return the item id of what `text` names: one that `canonicalItem` gives.
 *
 * White space around it is left out. A GTIN is filled up to 14 digits.
 * @param {string} text
 * @returns {string}
 * @throws {MalformedError} It names nothing, or not validly, or is a
 *     compressed Digital Link.
 */
export function readCode(text) {
  const code = trim(text);
  // No scheme of a URI starts with one of these; \x1d is FNC1.
  if (!/^[(\]0-9\x1d]/.test(code)) return readUri(code);
  if (TEXTS.includes(code.slice(0, 3))) return readUri(code.slice(3));
  let identifier;
  try {
    identifier = chooseIdentifier(parseScan(code));
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new MalformedError(`${quoted(head(code, 200))}: ${error.message}`);
  }
  if (!identifier) {
    throw new MalformedError(
      `${quoted(head(code, 200))} names no thing: it has no GS1 key, such as` +
        " (01) or (00)",
    );
  }
  return identifier.identity.link;
}

/**
 * Return `text` without the white space around it, in one pass each way.
 * @param {string} text
 */
function trim(text) {
  let [start, end] = [0, text.length];
  while (start < end && AROUND.includes(text[start])) start += 1;
  while (start < end && AROUND.includes(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

/** @param {string} uri */
function readUri(uri) {
  // A serial number may look compressed; what is a link already is none.
  if (isCompressed(uri) && !isLink(uri)) {
    throw new MalformedError(
      `${quoted(head(uri, 200))} is a compressed Digital Link, which is not` +
        " read here: type the number that is printed beside the code",
    );
  }
  return canonicalItem(uri);
}

/** @param {string} uri */
function isLink(uri) {
  try {
    return isGs1(canonicalItem(uri));
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return false;
  }
}

/**
 * Whether `item`, an item id, is that of a GS1 key.
 * @param {string} item
 */
export function isGs1(item) {
  return item.startsWith(`${CANONICAL_STEM}/`);
}

/** @param {string} code */
function parseScan(code) {
  if (!code.startsWith("]")) {
    return /^(?:[0-9]{8}|[0-9]{12,14})$/.test(code)
      ? gather([[GTIN, code.padStart(14, "0")]])
      : parseElementString(code);
  }
  const kind = head(code, 3);
  const content = code.slice(kind.length);
  if (ELEMENT_STRINGS.includes(kind)) return parseRaw(content);
  const sizes = GTINS.get(kind);
  if (!sizes) {
    const known = [...ELEMENT_STRINGS, ...GTINS.keys(), ...TEXTS].sort();
    throw new MalformedError(
      `${quoted(kind)} is no kind of code that holds GS1 identifiers; those` +
        ` are ${known.join(", ")}`,
    );
  }
  if (!sizes.includes(content.length) || !/^[0-9]*$/.test(content)) {
    throw new MalformedError(
      `a GTIN of this kind of code has ${sizes.join(" or ")} digits, unlike` +
        ` ${quoted(head(content, 80))}`,
    );
  }
  return gather([[GTIN, content.padStart(14, "0")]]);
}

/**
 * Return `item` as labels print it, with brackets around its AIs; as it is if
 * it is no GS1 key.
 *
 *     https://id.gs1.org/01/09506000134352/21/00042
 *     (01) 09506000134352 (21) 00042
 *
 * @param {string} item what `readCode` gave
 */
export function bracketed(item) {
  if (!isGs1(item)) return item;
  return item
    .slice(CANONICAL_STEM.length + 1)
    .split("/")
    .map((part, i) => (i % 2 ? decodeURIComponent(part) : `(${part})`))
    .join(" ");
}
