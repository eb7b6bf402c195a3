// @ts-check
// Entries that say what is trusted: versions of the trust, and rule books.
// Mirrors provenance/claims/versions.py, as far as it reads.
//
//     version     mp({format: "provenance/trust/v1", origin, version: n,
//                   previous: H(version n−1) or nil,
//                   roots: {keys, threshold}, authorities: {actors, threshold},
//                   epochs: [{from, origin, log_keys, policy, auditors,
//                             books: [[id, from], …], clock_bound, max_age,
//                             ended: nil or {size, root, time, why}}, …],
//                   critical: [member, …], renew_by})
//     signature   Ed25519 by a root key over
//                 mp(["provenance/trust-signature/v1", origin, n, H(version)])
//     entry       mp([3, version, [[root key id, signature], …]])
//     rule book   mp([4, book])
//
// The signatures stand in the order of their key ids. A version is a link of
// the trail of one item, "provenance:trust:" ‖ origin: so a bundle shows that
// it has them all. A rule book is named by the hash of its bytes.
//
// Here stand the bytes: what is a version, and who is said to have signed it.
// Whether the signatures are good and enough is not looked at.

import { compareBytes } from "../encoding/bytes.js";
import { decode, encode, isInt } from "../encoding/canonical.js";
import { HASH_SIZE, sha256 } from "../encoding/digest.js";
import { Reader } from "../encoding/reader.js";
import { utf8 } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { MAX_ENTRY_SIZE, RULE_BOOK, TRUST_VERSION } from "./entry.js";

/** @typedef {import("../encoding/canonical.js").Value} Value */
/** @typedef {import("./trail.js").Link} Link */
/** @typedef {(value: Value | undefined) => boolean} Check */

const FORMAT = "provenance/trust/v1";
const CONTEXT = "provenance/trust-signature/v1";
/** What the id of a trust item starts with. */
export const TRUST_ITEM = "provenance:trust:";

const MAX_ORIGIN_LENGTH = 255;
const SIGNATURE_SIZE = 64;

/**
 * What one version of the trust says.
 * @typedef {object} TrustVersion
 * @property {Uint8Array} data its bytes, as signed
 * @property {string} origin the first origin of the log that it is about
 * @property {number} number 1 of the first version, then one more each
 * @property {Uint8Array | null} previous the hash of the version before it;
 *     null of the first
 * @property {Map<string, Value>} members all that it says, by name
 */

/**
 * A version of the trust as a log entry. Signatures are not checked.
 * @typedef {object} SignedVersion
 * @property {TrustVersion} version
 * @property {[Uint8Array, Uint8Array][]} signatures root key id and 64 bytes,
 *     key ids rising
 */

/**
 * Return the item whose trail has the versions for the log of that origin.
 * @param {string} origin
 */
export function trustItem(origin) {
  return TRUST_ITEM + origin;
}

/**
 * Return the link that the entry at `logIndex` adds to that trail.
 * @param {number} logIndex
 * @param {Uint8Array} version
 * @returns {Link}
 */
export function versionLink(logIndex, version) {
  return {
    logIndex,
    position: 0,
    time: 0,
    kinds: 0,
    leaves: [],
    eventId: versionHash(version),
  };
}

/**
 * Return the hash by which a version is signed, followed and linked.
 * @param {Uint8Array} version
 */
export function versionHash(version) {
  return sha256(version);
}

/**
 * Return the bytes that a root key signs for a version.
 * @param {TrustVersion} version
 */
export function signedByRoots({ origin, number, data }) {
  return encode([CONTEXT, origin, number, versionHash(data)]);
}

/**
 * Return the version of the trust that an entry holds.
 * @param {Uint8Array} data
 * @returns {SignedVersion}
 * @throws {MalformedError} It is none, or larger than a log leaf may be.
 */
export function parseVersionEntry(data) {
  const reader = readerOf(data, TRUST_VERSION, 3);
  const version = reader.binary(MAX_ENTRY_SIZE);
  /** @type {[Uint8Array, Uint8Array][]} */
  const signatures = [];
  for (let left = reader.array(MAX_ENTRY_SIZE); left; left--) {
    reader.row(2);
    const keyId = reader.hash();
    const before = signatures[signatures.length - 1];
    if (before && compareBytes(before[0], keyId) >= 0) {
      throw reader.fault("the root keys' ids do not rise");
    }
    signatures.push([keyId, reader.exactly(SIGNATURE_SIZE)]);
  }
  reader.end();
  return { version: parseVersion(version), signatures };
}

/**
 * Return the rule book that an entry holds, which is not read.
 * @param {Uint8Array} data
 * @throws {MalformedError} It is none, or larger than a log leaf may be.
 */
export function parseBookEntry(data) {
  const reader = readerOf(data, RULE_BOOK, 2);
  const book = reader.binary(MAX_ENTRY_SIZE);
  if (!book.length) throw reader.fault("a rule book has bytes");
  reader.end();
  return book;
}

/**
 * Return the version of the trust that `data` holds. It may have members
 * beside those of the format.
 * @param {Uint8Array} data
 * @returns {TrustVersion}
 * @throws {MalformedError} It is none.
 */
export function parseVersion(data) {
  const members = decode(data);
  if (!(members instanceof Map) || members.get("format") !== FORMAT) {
    throw new MalformedError("this is not a version of the trust");
  }
  for (const [name, isRight] of VERSION) {
    if (!members.has(name) || !isRight(members.get(name))) {
      throw new MalformedError(
        `$.${name}: a version of the trust has another form`,
      );
    }
  }
  const [origin, number, previous] = ["origin", "version", "previous"].map(
    (name) => members.get(name),
  );
  if ((previous === null) !== (number === 1)) {
    throw new MalformedError(
      "a version of the trust names the one before it, the first none:" +
        ` version ${number}`,
    );
  }
  return { data, origin, number, previous, members };
}

/**
 * Return a reader of an entry, after its kind.
 * @param {Uint8Array} data
 * @param {number} kind
 * @param {number} size
 */
function readerOf(data, kind, size) {
  if (data.length > MAX_ENTRY_SIZE) {
    throw new MalformedError(
      `an entry has at most ${MAX_ENTRY_SIZE} bytes, not ${data.length}`,
    );
  }
  const reader = new Reader(data);
  reader.row(size);
  if (reader.uint() !== kind) {
    throw reader.fault(`the entry is not of kind ${kind}`, 1);
  }
  return reader;
}

/** @type {Check} */
const isHash = (value) =>
  value instanceof Uint8Array && value.length === HASH_SIZE;

/** @type {Check} */
const isCount = (value) => isInt(value ?? null) && Number(value) >= 0;

/** @type {Check} */
const isPositive = (value) => isInt(value ?? null) && Number(value) >= 1;

/** @type {Check} */
const isText = (value) => typeof value === "string";

/** @type {Check} */
const isOrigin = (value) =>
  typeof value === "string" &&
  value !== "" &&
  utf8(value).length <= MAX_ORIGIN_LENGTH;

/** @type {Check} */
const isBook = (value) =>
  Array.isArray(value) &&
  value.length === 2 &&
  isHash(value[0]) &&
  isCount(value[1]);

/** @type {Check} */
const isEnd = (value) => value === "planned" || value === "stolen";

/**
 * @param {Check} check
 * @returns {Check}
 */
function listOf(check, least = 0) {
  return (value) =>
    Array.isArray(value) && value.length >= least && value.every(check);
}

/**
 * @param {Check} check
 * @returns {Check}
 */
function orNil(check) {
  return (value) => value === null || check(value);
}

/**
 * @param {Record<string, Check>} members
 * @returns {Check}
 */
function mapOf(members) {
  return (value) =>
    value instanceof Map &&
    Object.entries(members).every(
      ([name, check]) => value.has(name) && check(value.get(name)),
    );
}

const isPolicy = mapOf({
  witnesses: listOf(mapOf({ name: isText, key: isText })),
  groups: listOf(mapOf({ name: isText })),
  quorum: orNil(isText),
});

const isActor = mapOf({ id: isText, name: isText, keys: listOf(isHash, 1) });

const isEpoch = mapOf({
  from: isCount,
  origin: isOrigin,
  log_keys: listOf(isHash, 1),
  policy: isPolicy,
  auditors: isPolicy,
  books: listOf(isBook),
  clock_bound: isCount,
  max_age: isCount,
  ended: orNil(
    mapOf({ size: isCount, root: isHash, time: isCount, why: isEnd }),
  ),
});

/** Member → whether a value may be its. @type {[string, Check][]} */
const VERSION = [
  ["origin", isOrigin],
  ["version", isPositive],
  ["previous", orNil(isHash)],
  ["roots", mapOf({ keys: listOf(isHash, 1), threshold: isPositive })],
  ["authorities", mapOf({ actors: listOf(isActor), threshold: isPositive })],
  ["epochs", listOf(isEpoch, 1)],
  ["critical", listOf(isText)],
  ["renew_by", isCount],
];
