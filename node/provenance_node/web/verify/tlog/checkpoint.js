// @ts-check
// A checkpoint: the size and root of a log, signed by the log
// (c2sp.org/tlog-checkpoint). Mirrors provenance/tlog/checkpoint.py, as far as
// it opens them.
//
//     ledger.example/demo                                 origin
//     4                                                   size
//     l5nzB1F+9RfCIF35tndivzR1ayAJn7ffzOdrzr0nOy4=        base64 of the root
//
// The origin names the log for ever and is the name of its key. There are no
// further lines: not every signature would cover them, so any are refused.

import { decodeBase64 } from "../encoding/base64.js";
import { equalBytes } from "../encoding/bytes.js";
import { checkHash } from "../encoding/digest.js";
import { head, quoted, utf8 } from "../encoding/text.js";
import { EMPTY_ROOT } from "../encoding/tree.js";
import {
  InvalidProofError,
  InvalidSignatureError,
  MalformedError,
} from "../errors.js";
import { checkKeyName, openNote, parseNote } from "./note.js";

/** In bytes: what an ML-DSA cosignature can name. */
export const MAX_ORIGIN_SIZE = 255;

// One number, one spelling. 19 digits are enough for 2**63.
const DECIMAL = /^(?:0|[1-9][0-9]{0,18})$/;

/**
 * What a log says of itself: `size` entries under `root`.
 * @typedef {{origin: string, size: number, root: Uint8Array}} Checkpoint
 */

/**
 * A checkpoint that its log signed.
 * @typedef {{checkpoint: Checkpoint, note: import("./note.js").Note}}
 *     SignedCheckpoint
 */

/**
 * Return the checkpoint that a note's text spells, unverified.
 * @param {string} text
 * @returns {Checkpoint}
 * @throws {MalformedError} It is none, or has extension lines.
 */
export function parseCheckpoint(text) {
  const lines = text.split("\n");
  if (lines[lines.length - 1]) {
    throw new MalformedError("the checkpoint does not end in a newline");
  }
  if (lines.length !== 4) {
    throw new MalformedError(
      `a checkpoint has 3 lines, not ${lines.length - 1}`,
    );
  }
  const size = parseDecimal(lines[1]);
  const root = checkHash(decodeBase64(lines[2]));
  return checkCheckpoint({ origin: lines[0], size, root });
}

/**
 * Return `checkpoint` if a log could have it.
 * @param {Checkpoint} checkpoint
 * @throws {MalformedError} None could.
 */
export function checkCheckpoint(checkpoint) {
  const { origin, size } = checkpoint;
  checkKeyName(origin);
  const length = utf8(origin).length;
  if (length > MAX_ORIGIN_SIZE) {
    throw new MalformedError(
      `an origin has up to ${MAX_ORIGIN_SIZE} bytes, not ${length}`,
    );
  }
  if (!(Number.isSafeInteger(size) && size >= 0)) {
    throw new MalformedError(`no log has the size ${size}`);
  }
  return checkpoint;
}

/**
 * Return the checkpoint in `data`, if a key of its log signed it.
 * @param {string | Uint8Array} data
 * @param {import("./note.js").KnownKey[]} logKeys those of the logs that the
 *     caller knows; a log's keys have its origin as their name
 * @returns {Promise<SignedCheckpoint>}
 * @throws {MalformedError} It is not a checkpoint.
 * @throws {InvalidSignatureError} The log's key is not known or did not sign,
 *     or a signature by a known key does not verify.
 * @throws {InvalidProofError} It says that an empty log has entries.
 */
export async function openCheckpoint(data, logKeys) {
  const checkpoint = parseCheckpoint(parseNote(data).text);
  const { note, verified } = await openNote(data, logKeys);
  if (!verified.some((line) => line.name === checkpoint.origin)) {
    throw new InvalidSignatureError(
      `no key of the log ${checkpoint.origin} signed its checkpoint`,
    );
  }
  if (checkpoint.size === 0 && !equalBytes(checkpoint.root, EMPTY_ROOT)) {
    throw new InvalidProofError("an empty log has only the empty root");
  }
  return { checkpoint, note };
}

/**
 * Return the number that `text` spells: digits without leading zeros. One
 * beyond 2**53 comes out as a BigInt, which is no safe integer and so no size
 * or index, but can be shown.
 * @param {string} text
 * @returns {number}
 * @throws {MalformedError} It is no such number, or has over 19 digits.
 */
export function parseDecimal(text) {
  if (!DECIMAL.test(text)) {
    throw new MalformedError(
      `${quoted(head(text, 40))} is not a decimal number`,
    );
  }
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  return /** @type {any} */ (BigInt(text));
}
