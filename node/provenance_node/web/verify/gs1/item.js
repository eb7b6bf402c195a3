// @ts-check
// Item ids: one name for each thing, however it was written. Mirrors
// provenance/gs1/item.py.
//
//     urn:epc:id:sgtin:9506000.113435.00042          ┐
//     https://brand.example/01/9506000134352/21/00042 ├ all become
//     HTTPS://ID.GS1.ORG/01/09506000134352/21/00042   ┘
//     https://id.gs1.org/01/09506000134352/21/00042

import { countCharacters, head, quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { isEpcUrn, parseEpcUrn } from "./epcurn.js";
import {
  CANONICAL_STEM,
  GTIN,
  Identifier,
  LOT,
  escaped,
} from "./identifier.js";
import { isMeantAsLink, parseLinkPath, unescaped } from "./linkpath.js";

/** The longest item id, in characters, all of them ASCII. */
const MAX_LENGTH = 2048;

// An absolute URI (RFC 3986, appendix A), square brackets as in an IP address.
const ABSOLUTE = new RegExp(
  "^[A-Za-z][A-Za-z0-9+.-]*:" +
    "(?://(?:[A-Za-z0-9._~!$&'()*+,;=:%-]*@)?\\[[0-9A-Fa-f:.]+\\])?" +
    "(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*" +
    "(?:#(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?$",
);
const STRANGE = /[^A-Za-z0-9._~:/?#@!$&'()*+,;=%[\]-]|%(?![0-9A-Fa-f]{2})/u;
const HOST = /^https?:\/\/(?:[^/?#]*@)?([^/?#:]+)/i;
const GS1_HOST = CANONICAL_STEM.slice("https://".length);
const WEB = /^https?:/i;

// One id, what lists are written with, plain or escaped, and another id; a URN
// of an EPC needs nothing before it to be seen.
const SEVERAL = new RegExp(
  "(?:[,;+]|%(?:2C|3B|7C|20|0[9AD]))(?:https?|urn|did)(?::|%3A)" +
    "|^urn:epc:.*urn:epc:",
  "i",
);

// Where the company prefix starts: after the indicator or extension digit of
// a GTIN, SSCC or ITIP, after the leading zero of a GRAI, else at once.
const OWNER = new RegExp(
  "^https://id\\.gs1\\.org/(?:" +
    "(?:01|8003|8006)/[0-9]([0-9]{13})" +
    "|00/[0-9]([0-9]{17})" +
    "|(?:253|255|41[457])/([0-9]{13})" +
    "|402/([0-9]{17})" +
    "|801[78]/([0-9]{18})" +
    "|(?:401|8004|8010|8013)/([0-9]+))",
);
const GTIN_LINK = /^https:\/\/id\.gs1\.org\/01\/([0-9]{14})(?![0-9])/;

/**
 * Return the one id of what `uri` names.
 *
 * A Digital Link on another domain becomes one at id.gs1.org; what has no GS1
 * key in its path stands as it is. A unit keeps its GTIN and serial number
 * only, a lot its GTIN and lot number.
 * @param {string} uri
 * @returns {string}
 * @throws {MalformedError} It is no absolute ASCII URI of at most 2,048
 *     characters, holds several ids, or is an EPC URN or Digital Link that is
 *     not valid.
 */
export function canonicalItem(uri) {
  const length = countCharacters(uri);
  if (length > MAX_LENGTH) {
    throw new MalformedError(
      `an item id has at most ${MAX_LENGTH} characters, not ${length}: choose` +
        " a shorter one",
    );
  }
  const shown = quoted(head(uri, 200));
  // A scheme alone is an absolute URI by its grammar, but no name of a thing.
  if (!ABSOLUTE.test(uri) || uri.indexOf(":") === uri.length - 1) {
    const strange = uri.includes(":") ? STRANGE.exec(uri) : null;
    if (strange) {
      throw new MalformedError(
        `${shown} is no absolute URI, for it holds ${quoted(strange[0])}: write` +
          " that %-encoded",
      );
    }
    throw new MalformedError(
      `${shown} is no absolute URI: write a GS1 Digital Link, an EPC URN or` +
        " another URI, in ASCII",
    );
  }
  if (SEVERAL.test(uri)) {
    throw new MalformedError(
      `${shown} names more than one thing: give each id on its own`,
    );
  }
  try {
    return parse(uri)?.identity.link ?? uri;
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new MalformedError(`${shown}: ${error.message}`);
  }
}

/**
 * Return the digits of `item` that start with its owner's company prefix.
 * Null for any id but a canonical GS1 link.
 * @param {string} item
 */
export function ownerKey(item) {
  const found = OWNER.exec(item);
  return found?.slice(1).find((digits) => digits !== undefined) ?? null;
}

/**
 * Return the 14 digits of the product that `item` is one or some of. Null for
 * any id but a canonical link with a GTIN.
 * @param {string} item
 */
export function gtinOf(item) {
  return GTIN_LINK.exec(item)?.[1] ?? null;
}

/**
 * Return the item id of a lot of the product of `gtinItem`.
 * @param {string} gtinItem
 * @param {string} lot
 * @throws {MalformedError} `gtinItem` is no canonical link with a GTIN, or the
 *     lot number is none.
 */
export function lotItem(gtinItem, lot) {
  const gtin = gtinOf(gtinItem);
  if (gtin === null) {
    throw new MalformedError(
      `a lot has a GTIN, unlike ${quoted(head(gtinItem, 80))}`,
    );
  }
  return new Identifier(GTIN, gtin, [[LOT, lot]]).link;
}

/**
 * Return the ids that a typist may have meant by `item`, other than it: those
 * that differ in capitals and small letters of its last value alone. None for
 * any id but a canonical GS1 link.
 * @param {string} item
 */
export function otherCases(item) {
  if (!item.startsWith(`${CANONICAL_STEM}/`)) return [];
  const start = item.slice(0, item.lastIndexOf("/") + 1);
  const value = unescaped(item.slice(start.length));
  const others = [value.toUpperCase(), value.toLowerCase(), swapCase(value)];
  return [...new Set(others)]
    .filter((each) => each !== value)
    .map((each) => start + escaped(each));
}

/**
 * Return `text` with capitals for small letters, and the other way round.
 * @param {string} text
 */
export function swapCase(text) {
  const small = text.toLowerCase();
  return [...text]
    .map((each, i) => (each === small[i] ? each.toUpperCase() : small[i]))
    .join("");
}

/**
 * Return the GS1 identifier that `uri` spells, null for any other URI.
 * @param {string} uri
 */
function parse(uri) {
  if (isEpcUrn(uri)) return parseEpcUrn(uri);
  if (!WEB.test(uri)) return null;
  const host = HOST.exec(uri);
  if (!host) {
    throw new MalformedError(
      "a web address has // and a host after its scheme: if it went through a" +
        " proxy that merges slashes, encode them as %2F",
    );
  }
  try {
    return parseLinkPath(uri);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    // On its own domain anyone may use any address but a Digital Link that is
    // wrong: as a name of its own, no one would find the thing by it.
    const isGs1 = host[1].replace(/\.+$/, "").toLowerCase() === GS1_HOST;
    if (isGs1 || isMeantAsLink(uri)) throw error;
    return null;
  }
}
