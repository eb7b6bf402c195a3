// @ts-check
// The path of a GS1 Digital Link: what it identifies. Mirrors
// provenance/gs1/linkpath.py.
//
//     https://brand.example/shop/01/09506000134352/21/00042?17=271231#top
//     ^scheme ^domain       ^stem    ^key           ^qualifier ^query
//
// A stem may look like anything, a key too, so the key is searched from the
// right end of the path. A qualifier must stand in the path: in the query it
// would be lost to whoever reads the path alone.

import { quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { GTIN, Identifier, KEYS, ORDERS, QUALIFIERS } from "./identifier.js";

const LINK = new RegExp(
  "^(?:https?|HTTPS?)://" +
    "(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(?::[0-9]+)?" +
    "(?<path>/[^?#]*)(?:\\?(?<query>[^#]*))?(?:#.*)?$",
);
const ILLEGAL = /[^!-~]|[<>{}|\\^`"]/u;
const SHORT_GTINS = [8, 12, 13];

/**
 * Return the identifier that `uri` holds, on whatever domain.
 *
 * A GTIN of 8, 12 or 13 digits is filled up with zeros to 14. What follows
 * `?` and `#` is left out.
 * @param {string} uri
 * @throws {MalformedError} It is no Digital Link, or not a valid one.
 */
export function parseLinkPath(uri) {
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
  const segments = link.path.split("/");
  // A trailing slash adds nothing, and must not hide a thing from itself.
  if (segments[segments.length - 1] === "") segments.pop();
  const parts = segments.slice(findKey(segments)).map(decoded);
  const [key, given, ...rest] = parts;
  const isShort = key === GTIN && SHORT_GTINS.includes(given.length);
  const value = isShort ? given.padStart(14, "0") : given;
  /** @type {import("./identifier.js").Qualifiers} */
  const qualifiers = [];
  for (let i = 0; i < rest.length; i += 2) {
    qualifiers.push([rest[i], rest[i + 1]]);
  }
  const identifier = new Identifier(key, value, qualifiers);
  refuseQualifiersIn(link.query ?? "", key);
  return identifier;
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
  return segment.replace(/%([0-9A-Fa-f]{2})?/g, (_, hex) => {
    if (hex === undefined) {
      throw new MalformedError(
        `a lone % in ${quoted(segment.slice(0, 80))}: write it %25`,
      );
    }
    return String.fromCharCode(parseInt(hex, 16));
  });
}

/**
 * @param {string} query
 * @param {string} key
 */
function refuseQualifiersIn(query, key) {
  for (const parameter of query.split("&")) {
    const [ai] = parameter.split("=", 1);
    if (ORDERS.get(key)?.some((order) => order.includes(ai))) {
      throw new MalformedError(
        `the ${QUALIFIERS.get(ai)?.name} (${ai}) belongs into the path, after` +
          ` (${key}), not into the query: move it there`,
      );
    }
  }
}
