// @ts-check
// Prefixes: how EPCIS JSON shortens the names of extensions. Mirrors
// provenance/epcis/prefixes.py.
//
// A document's `@context` gives prefixes their namespaces, and a CURIE such as
// `ext:grade` stands for the namespace and the rest. A name must mean one
// thing to every reader, now and in ten years. So nothing is fetched: GS1's
// own context is known here, others are refused, and so is a prefix that
// nobody defines or that would change the meaning of plain URIs.

import { head, quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {ReadonlyMap<string, string>} Prefixes prefix → namespace */

const EPCIS_CONTEXT =
  "https://ref.gs1.org/standards/epcis/epcis-context.jsonld";

/** Prefix → namespace, as GS1's context defines them. */
export const STANDARD_PREFIXES = new Map([
  ["cbv", "https://ref.gs1.org/cbv/"],
  ["cbvmda", "urn:epcglobal:cbv:mda:"],
  ["dcterms", "http://purl.org/dc/terms/"],
  ["epcis", "https://ref.gs1.org/epcis/"],
  ["gs1", "https://gs1.org/voc/"],
  ["owl", "http://www.w3.org/2002/07/owl#"],
  ["rdfs", "http://www.w3.org/2000/01/rdf-schema#"],
  ["xsd", "http://www.w3.org/2001/XMLSchema#"],
]);

const GS1_CONTEXT = new RegExp(
  "^(?:https://ref\\.gs1\\.org/standards/epcis/(2\\.[0-9]+\\.[0-9]+/)?" +
    "epcis-context\\.jsonld" +
    "|https://gs1\\.github\\.io/EPCIS/epcis-context\\.jsonld)$",
);
const PREFIX = /^[A-Za-z][A-Za-z0-9._-]*$/;
// The schemes that URIs in events have, which no prefix may stand in for. The
// `example` of RFC 7595 is one as long as it is not defined as a prefix.
const SCHEMES = new Set(
  (
    "data did file ftp http https info mailto ni oid tag tel urn uuid ws" +
    " wss"
  ).split(" "),
);
const EXAMPLE = "example";
const URI_TEXT = /^[!-~]{1,2048}$/;

/** @type {Prefixes} */
const NO_PREFIXES = new Map();

/**
 * Return the prefixes that an `@context` defines, with their namespaces.
 * @param {unknown} context
 * @returns {Prefixes}
 * @throws {MalformedError} It does something else, or names a context that is
 *     not GS1's.
 */
export function readContext(context) {
  /** @type {Map<string, string>} */
  const prefixes = new Map();
  for (const part of Array.isArray(context) ? context : [context]) {
    if (part instanceof Map) {
      for (const [prefix, namespace] of part) {
        prefixes.set(prefix, checkPrefix(prefix, namespace));
      }
    } else if (typeof part !== "string") {
      throw new MalformedError(
        "an @context is the address of GS1's context, prefixes, or a list of" +
          ` these: write ${quoted(EPCIS_CONTEXT)}`,
      );
    } else if (!GS1_CONTEXT.test(part)) {
      throw new MalformedError(
        `the context ${quoted(head(part, 200))} is not GS1's, and nothing is` +
          " fetched: define its prefixes in the document",
      );
    }
  }
  return prefixes;
}

/**
 * Return the prefixes that an event's own `@context` defines.
 * @param {Body} body
 * @throws {MalformedError} It does something else.
 */
export function prefixesOf(body) {
  const context = body.get("@context") ?? null;
  return context === null ? NO_PREFIXES : readContext(context);
}

/**
 * Return the URI that `text`, a CURIE or a URI, stands for.
 * @param {string} text
 * @param {Prefixes} prefixes those that the document defines; the standard
 *     ones need not be among them
 * @throws {MalformedError} It is neither, or nobody defines its prefix.
 */
export function expand(text, prefixes) {
  const { prefix, rest } = split(text);
  if (!rest || !URI_TEXT.test(text)) {
    throw new MalformedError(
      `${quoted(head(text, 80))} is neither a URI nor prefix:name: write one` +
        " of these",
    );
  }
  if (rest.startsWith("//") || SCHEMES.has(prefix.toLowerCase())) return text;
  const namespace = prefixes.get(prefix) || STANDARD_PREFIXES.get(prefix);
  if (namespace !== undefined) return namespace + rest;
  if (prefix === EXAMPLE) return text;
  throw new MalformedError(
    `nobody defines the prefix of ${quoted(head(text, 80))}: define it in` +
      " @context, or with xmlns in XML",
  );
}

/**
 * Return the id `text` with its prefix written out, if it has one.
 *
 * Unlike a word, an id may have any scheme, so an unknown prefix is one.
 * @param {string} text
 * @param {Prefixes} prefixes
 */
export function fullId(text, prefixes) {
  const { prefix, rest } = split(text);
  if (rest.startsWith("//")) return text;
  const namespace = prefixes.get(prefix) || STANDARD_PREFIXES.get(prefix);
  return namespace === undefined ? text : namespace + rest;
}

/** @param {string} text */
function split(text) {
  const colon = text.indexOf(":");
  if (colon < 0) return { prefix: text, rest: "" };
  return { prefix: text.slice(0, colon), rest: text.slice(colon + 1) };
}

/**
 * @param {string} prefix
 * @param {unknown} namespace
 */
function checkPrefix(prefix, namespace) {
  if (!PREFIX.test(prefix) || SCHEMES.has(prefix.toLowerCase())) {
    throw new MalformedError(
      `an @context may not define ${quoted(head(prefix, 80))}: a prefix is a` +
        " word, and no scheme of URIs; choose another",
    );
  }
  if (typeof namespace !== "string" || !isInFull(namespace)) {
    throw new MalformedError(
      `the namespace of prefix ${quoted(prefix)} is a URI in full, unlike` +
        ` ${quoted(head(String(namespace), 80))}: write it out`,
    );
  }
  return namespace;
}

/** @param {string} uri */
function isInFull(uri) {
  try {
    return expand(uri, NO_PREFIXES) === uri;
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return false;
  }
}
