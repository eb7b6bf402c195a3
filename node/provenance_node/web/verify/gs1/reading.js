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
import { canonicalItem, swapCase } from "./item.js";
import { restore, tidy } from "./keyboard.js";
import { isCompressed } from "./compressed.js";
import {
  chooseIdentifier,
  gather,
  parseElementString,
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
  ["]I0", [14]],
  ["]I1", [14]],
]);

/** The kinds that may hold anything. */
const TEXTS = ["]C0", "]J0", "]Q0", "]Q1", "]Q2", "]d0", "]d1", "]d4"];

// No scheme of a URI starts with one of these; \x1d is FNC1.
const SCANNED = /^[(\]0-9\x1d]/;

/**
 * Return the item id of what `text` names: one that `canonicalItem` gives.
 *
 * What scanners and keyboards add is left out. A GTIN is filled up to 14
 * digits.
 * @param {string} text
 * @returns {string}
 * @throws {MalformedError} It names nothing, or not validly, or is a
 *     compressed Digital Link.
 */
export function readCode(text) {
  const code = tidy(text);
  const uri = contentOf(code);
  if (uri !== null) return readUri(uri);
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
 * Return the URI that `text`, which is tidy, is meant as; null if none is. It
 * may follow the kind of a code that holds any text.
 * @param {string} text
 */
export function contentOf(text) {
  if (!SCANNED.test(text)) return text;
  return TEXTS.includes(text.slice(0, 3)) && !SCANNED.test(text.slice(3))
    ? tidy(text.slice(3))
    : null;
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

/**
 * Return what `code` says, an element string or the digits of a GTIN, with or
 * without the kind of code before it.
 * @param {string} code which is tidy
 */
export function parseScan(code) {
  if (!code.startsWith("]")) return readContent(code);
  const kind = head(code, 3);
  const content = code.slice(kind.length);
  if (ELEMENT_STRINGS.includes(kind)) {
    return parseElementString(restore(content));
  }
  if (TEXTS.includes(kind)) return readContent(content);
  const sizes = GTINS.get(kind);
  if (!sizes) {
    const known = [...ELEMENT_STRINGS, ...GTINS.keys(), ...TEXTS].sort();
    const swapped = swapCase(kind);
    if (known.includes(swapped)) {
      throw new MalformedError(
        `${quoted(kind)} is ${quoted(swapped)} typed with caps lock on, which` +
          " changes the letters of serial numbers, too: switch it off and" +
          " scan again",
      );
    }
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

/** @param {string} content */
function readContent(content) {
  const digits = content.replaceAll(" ", "");
  return /^(?:[0-9]{8}|[0-9]{12,14})$/.test(digits)
    ? gather([[GTIN, digits.padStart(14, "0")]])
    : parseElementString(restore(content));
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
