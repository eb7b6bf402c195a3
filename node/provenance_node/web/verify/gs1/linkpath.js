// @ts-check
// The path of a GS1 Digital Link: what it identifies. Mirrors
// provenance/gs1/linkpath.py.
//
//     https://brand.example/shop/01/09506000134352/21/00042?17=271231#top
//     ^scheme ^domain       ^stem    ^key           ^qualifier ^query
//
// A stem may look like anything, so the key is searched from the right end of
// the path. But a stem that holds a key with its value, or an address within
// the address, is another link that this one was glued to, and would be lost:
// both are refused. What could qualify the thing further must stand in the
// path: in the query it would be lost to whoever reads the path alone.

import { quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { GTIN, Identifier, KEYS, ORDERS, QUALIFIERS } from "./identifier.js";

const LINK = new RegExp(
  "^(?:https?|HTTPS?)://" +
    "(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(?::[0-9]+)?" +
    "(?<path>/[^?#]*)(?:\\?(?<query>[^#]*))?(?:#.*)?$",
);
const ILLEGAL = /[^!-~]|[<>{}|\\^`"]/u;
// Another address or URN in the same text; after `=` it is a parameter's value.
const SECOND = /[^=](?:https?:\/|urn:epc:)/i;
const PATH = /^https?:\/\/[^/?#]*(\/[^?#]*)/i;
const LIKE_A_NUMBER = /^(?:[0-9]{8,}|[0-9]{13}[^]*)$/;
const LIKE_AN_AI = /^[0-9]{2,4}$/;
const SEVERAL =
  "a Digital Link has one key and names one thing, and this text holds more" +
  " than one: give each on its own";
const SHORT_GTINS = [8, 12, 13];

/**
 * Return the identifier that `uri` holds, on whatever domain.
 * @param {string} uri
 * @throws {MalformedError} It is no Digital Link, or not a valid one.
 */
export function parseLinkPath(uri) {
  return splitLink(uri).identifier;
}

/**
 * Return the parts of `uri`: what its path identifies, the AIs and values of
 * that, and what follows `?`, as it is written.
 *
 * A GTIN of 8, 12 or 13 digits is filled up with zeros to 14. What follows
 * `#` is left out.
 * @param {string} uri
 * @throws {MalformedError} It is no Digital Link, or not a valid one.
 */
export function splitLink(uri) {
  const illegal = ILLEGAL.exec(uri);
  if (illegal) {
    throw new MalformedError(
      `a Digital Link holds no ${quoted(illegal[0])}: write it %-encoded`,
    );
  }
  const link = LINK.exec(uri)?.groups;
  if (!link) {
    throw new MalformedError(
      "a Digital Link is an http or https address: write one, such as" +
        " https://id.gs1.org/01/09506000134352",
    );
  }
  if (link.path.includes("://") || SECOND.test(uri)) {
    throw new MalformedError(SEVERAL);
  }
  const segments = link.path.split("/");
  // A trailing slash adds nothing, and must not hide a thing from itself.
  if (segments[segments.length - 1] === "") segments.pop();
  const start = findKey(segments);
  if (segments.some((_, i) => i < start && isKeyAt(segments, i))) {
    throw new MalformedError(SEVERAL);
  }
  const parts = segments.slice(start).map(decoded);
  const [key, given, ...rest] = parts;
  const isShort = key === GTIN && SHORT_GTINS.includes(given.length);
  const value = isShort ? given.padStart(14, "0") : given;
  /** @type {import("./identifier.js").Qualifiers} */
  const qualifiers = [];
  for (let i = 0; i < rest.length; i += 2) {
    qualifiers.push([rest[i], rest[i + 1]]);
  }
  const identifier = new Identifier(key, value, qualifiers);
  const query = link.query ?? "";
  refuseQualifiersIn(query, identifier);
  /** @type {import("./identifier.js").Qualifiers} */
  const elements = [[key, value], ...qualifiers];
  return { identifier, elements, query };
}

/**
 * Whether the path of `uri` holds a GS1 key and its value: whoever writes that,
 * on whatever domain, means a Digital Link, even if it is not a valid one.
 * @param {string} uri
 */
export function isMeantAsLink(uri) {
  const path = PATH.exec(uri);
  if (!path) return false;
  const segments = path[1].replace(/\/+$/, "").split("/");
  return segments.slice(0, -1).some((_, place) => isKeyAt(segments, place));
}

/**
 * Whether a key and what is meant as its value stand at `place`.
 *
 * A number need not be right in order to be meant. Where a value may be nearly
 * anything, what follows it has to look like AIs.
 * @param {string[]} segments
 * @param {number} place
 */
function isKeyAt(segments, place) {
  const form = KEYS.get(segments[place]);
  if (!form) return false;
  const value = unescaped(segments[place + 1]);
  if (form.checked) return LIKE_A_NUMBER.test(value);
  const rest = segments.slice(place + 2).filter((_, i) => i % 2 === 0);
  return form.pattern.test(value) && rest.every((ai) => LIKE_AN_AI.test(ai));
}

/**
 * Return where the rightmost key stands, pair by pair from the right.
 * @param {string[]} segments
 */
function findKey(segments) {
  for (let start = segments.length - 2; start >= 0; start -= 2) {
    if (KEYS.has(segments[start])) return start;
    if (!QUALIFIERS.has(segments[start])) break;
  }
  throw new MalformedError(
    "a Digital Link's path ends in a GS1 key, its value and qualifiers: write" +
      " one such as /01/09506000134352/21/00042",
  );
}

/** @param {string} segment */
function decoded(segment) {
  if (/%(?![0-9A-Fa-f]{2})/.test(segment)) {
    throw new MalformedError(
      `a lone % in ${quoted(segment.slice(0, 80))}: write it %25`,
    );
  }
  return unescaped(segment);
}

/**
 * Return `text` with each escape made the character of that number.
 * @param {string} text
 */
export function unescaped(text) {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
}

/**
 * Return each name of a query, read out, with its value as it is written. A `;`
 * stands between parameters as well as `&`: whoever reads on at only one of them
 * would take a part of one value for another's.
 * @param {string} query
 * @returns {[string, string][]}
 */
export function parameters(query) {
  return query.split(/[&;]/).map((parameter) => {
    const [name, ...rest] = parameter.split("=");
    return [unescaped(name), rest.join("=")];
  });
}

/**
 * @param {string} query
 * @param {Identifier} identifier
 * @throws {MalformedError} A part of it could stand in the path as well.
 */
function refuseQualifiersIn(query, { key, qualifiers }) {
  for (const [ai] of parameters(query)) {
    const fits = ORDERS.get(key)?.some(
      (order) =>
        order.includes(ai) && qualifiers.every(([each]) => order.includes(each)),
    );
    if (fits) {
      throw new MalformedError(
        `the ${QUALIFIERS.get(ai)?.name} (${ai}) belongs into the path, after` +
          ` (${key}), not into the query: move it there`,
      );
    }
  }
}
