// @ts-check
// Entries: which kind of leaf of the log some bytes are. Mirrors
// provenance/claims/entry.py.
//
//     mp([1, header, signature])                          a signed statement
//     mp([2, size covered, map root, item count, time])   a map commitment
//     mp([3, version, [[root key id, signature], …]])     a trust version
//     mp([4, book])                                       a rule book

import { Reader } from "../encoding/reader.js";
import { UnknownKindError } from "../errors.js";

export const STATEMENT = 1;
export const COMMITMENT = 2;
export const TRUST_VERSION = 3;
export const RULE_BOOK = 4;

/** The most bytes of one log leaf. */
export const MAX_ENTRY_SIZE = 65_535;

/**
 * Return the kind of the entry that `data` holds: 1 to 4. Its rest is not
 * read.
 * @param {Uint8Array} data
 * @throws {MalformedError} It is no array that starts with a number.
 * @throws {UnknownKindError} It is of a kind that this program does not know.
 */
export function entryKind(data) {
  const reader = new Reader(data);
  reader.array(Number.MAX_SAFE_INTEGER, 1);
  const kind = reader.uint();
  if (kind < STATEMENT || kind > RULE_BOOK) {
    throw new UnknownKindError(
      `an entry of kind ${kind}, which this version does not know`,
    );
  }
  return kind;
}
