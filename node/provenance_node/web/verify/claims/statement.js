// @ts-check
// A statement: the events that one actor signs, and the entry that logs it.
// Mirrors provenance/claims/statement.py, as far as it reads.
//
//     header        mp(["provenance/statement/v2", origin, issuer, key id,
//                       issued at (ms), event count, MTH(event ids)])
//     signature     Ed25519 by the issuer's key over the header bytes
//     entry         mp([1, header, signature])     at most 65,535 bytes

import { Room, decode, decodeFlat, encode } from "../encoding/canonical.js";
import { checkHash } from "../encoding/digest.js";
import { utf8 } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { MAX_ENTRY_SIZE, STATEMENT } from "./entry.js";
import { checkItemId } from "./event.js";

export const MAX_EVENTS = 65_536;

const MAX_ORIGIN_LENGTH = 255;
export const SIGNATURE_SIZE = 64;
const CONTEXT = "provenance/statement/v2";

const ENTRY = ["int", "bin", "bin"];
const HEADER = ["str", "str", "str", "bin", "int", "int", "bin"];

/**
 * What a statement's signature covers.
 * @typedef {object} Header
 * @property {string} origin the ledger it is meant for
 * @property {string} issuer the actor's id
 * @property {Uint8Array} keyId SHA-256 of the public key that signed
 * @property {number} issuedAt the issuer's clock, in ms; proves nothing
 * @property {number} eventCount 1 to 65,536
 * @property {Uint8Array} eventsRoot the root of the tree of their ids
 */

/**
 * A signed statement as one log leaf; the signature is not yet checked.
 * @typedef {object} Entry
 * @property {Uint8Array} data the leaf's bytes, as received
 * @property {Uint8Array} headerBytes what was signed, as received
 * @property {Uint8Array} signature 64 bytes
 * @property {Header} header
 */

/**
 * Return the entry of a statement, as it stands in the log.
 * @param {Header} header
 * @param {Uint8Array} signature
 * @returns {Entry}
 * @throws {MalformedError} The header is none that an entry can have.
 */
export function makeEntry(header, signature) {
  const headerBytes = encode([
    CONTEXT,
    header.origin,
    header.issuer,
    header.keyId,
    header.issuedAt,
    header.eventCount,
    header.eventsRoot,
  ]);
  return parseEntry(encode([STATEMENT, headerBytes, signature]));
}

/**
 * Return the entry that `data` holds.
 * @param {Uint8Array} data
 * @returns {Entry}
 * @throws {MalformedError} It is no signed statement, or too large.
 */
export function parseEntry(data) {
  if (data.length > MAX_ENTRY_SIZE) {
    throw new MalformedError(
      `an entry has at most ${MAX_ENTRY_SIZE} bytes, not ${data.length}`,
    );
  }
  const wrong = "the entry is no signed statement";
  const [kind, headerBytes, signature] = readFields(data, ENTRY, wrong);
  if (kind !== STATEMENT) throw new MalformedError(wrong);
  if (signature.length !== SIGNATURE_SIZE) {
    throw new MalformedError(
      `a signature has ${SIGNATURE_SIZE} bytes, not ${signature.length}`,
    );
  }
  return { data, headerBytes, signature, header: parseHeader(headerBytes) };
}

/**
 * Return the header that `data` holds.
 * @param {Uint8Array} data
 * @returns {Header}
 * @throws {MalformedError} It is none, or a value is out of bounds.
 */
export function parseHeader(data) {
  const wrong = "the header is no statement of this format";
  const [context, origin, issuer, keyId, issuedAt, eventCount, eventsRoot] =
    readFields(data, HEADER, wrong);
  if (context !== CONTEXT) throw new MalformedError(wrong);
  const length = utf8(origin).length;
  if (!(1 <= length && length <= MAX_ORIGIN_LENGTH)) {
    throw new MalformedError("an origin has 1 to 255 bytes");
  }
  if (issuedAt < 0) {
    throw new MalformedError("a statement's time is ms since 1970");
  }
  if (!(1 <= eventCount && eventCount <= MAX_EVENTS)) {
    throw new MalformedError(
      `a statement has 1 to ${MAX_EVENTS} events, not ${eventCount}`,
    );
  }
  return {
    origin,
    issuer: checkItemId(issuer),
    keyId: checkHash(keyId),
    issuedAt,
    eventCount,
    eventsRoot: checkHash(eventsRoot),
  };
}

/**
 * Return the array of just these types that `data` spells.
 * @param {Uint8Array} data
 * @param {string[]} types
 * @param {string} wrong
 */
function readFields(data, types, wrong) {
  const fields = decodeFlat(data, types);
  if (fields === null) {
    // Says what is wrong with the bytes if they are no value.
    decode(data, new Room(1 + types.length));
    throw new MalformedError(wrong);
  }
  return fields;
}
