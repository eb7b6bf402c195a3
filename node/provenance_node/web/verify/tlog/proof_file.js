// @ts-check
// The proof file: one entry's proof, and the checkpoint it leads to
// (c2sp.org/tlog-proof). Mirrors provenance/tlog/proof_file.py.
//
//     c2sp.org/tlog-proof@v1
//     extra aGVsbG8=                                   may be left out
//     index 1
//     dziFphNIniTOLPdhmdakI/BC5LvxLX7s7pEu8nbGVwE=     leaf's sibling first
//     3b3oD8zesxmO9puOHwk0+84pbGur+3OFdKT2KXImZ5M=     root's child last
//
//     ledger.example/demo                              a signed checkpoint
//     4
//     …
//
// The extra data is authenticated by nothing. The file does not hold the
// entry, nor any key: whoever verifies brings both.

import { decodeBase64 } from "../encoding/base64.js";
import { checkHash } from "../encoding/digest.js";
import { textOf } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { openCheckpoint, parseDecimal } from "./checkpoint.js";
import { MAX_SIZE, verifyInclusion } from "./merkle.js";
import { MAX_NOTE_SIZE, cut } from "./note.js";

const MAX_HASHES = 63;
const MAX_EXTRA_SIZE = 1 << 20;
const FIRST_LINE = "c2sp.org/tlog-proof@v1";
const EXTRA = "extra ";
const INDEX = "index ";
const MAX_FILE_SIZE =
  MAX_NOTE_SIZE + Math.floor(MAX_EXTRA_SIZE / 3) * 4 + 64 * MAX_HASHES;

/**
 * The proof that one entry is in a log, not verified yet.
 * @typedef {object} ProofFile
 * @property {number} index the entry's place in the log, from 0
 * @property {Uint8Array[]} hashes its inclusion proof, lowest first
 * @property {string} checkpoint a signed note, as it was signed
 * @property {Uint8Array | null} extra unauthenticated data
 */

/**
 * Return the proof that `data` spells, with nothing verified.
 * @param {string | Uint8Array} data
 * @returns {ProofFile}
 * @throws {MalformedError} It is no proof file. The checkpoint in it is only
 *     read when it is verified.
 */
export function parseProof(data) {
  if (data.length > MAX_FILE_SIZE) {
    throw new MalformedError(
      `a proof file has up to ${MAX_FILE_SIZE} bytes, not ${data.length}`,
    );
  }
  const text = typeof data === "string" ? data : textOf(data);
  if (text === null) throw new MalformedError("the proof is not UTF-8");
  const [top, checkpoint] = cut(text, "\n\n");
  const lines = top.split("\n");
  if (checkpoint === undefined || lines.shift() !== FIRST_LINE) {
    throw new MalformedError(
      `a proof file starts with ${FIRST_LINE} and has an empty line before` +
        " its checkpoint",
    );
  }
  const extra = lines[0]?.startsWith(EXTRA)
    ? decodeBase64(/** @type {string} */ (lines.shift()).slice(EXTRA.length))
    : null;
  if (!lines[0]?.startsWith(INDEX)) {
    throw new MalformedError("the proof file has no index line in its place");
  }
  const index = parseDecimal(
    /** @type {string} */ (lines.shift()).slice(INDEX.length),
  );
  if (lines.length > MAX_HASHES) {
    throw new MalformedError(
      `a proof has up to ${MAX_HASHES} hashes, not ${lines.length}`,
    );
  }
  const hashes = lines.map((line) => checkHash(decodeBase64(line)));
  if (!(Number.isSafeInteger(index) && index < MAX_SIZE)) {
    throw new MalformedError(`no log has an entry ${index}`);
  }
  if (extra && extra.length > MAX_EXTRA_SIZE) {
    throw new MalformedError(
      `a proof has up to ${MAX_EXTRA_SIZE} bytes of extra data, not` +
        ` ${extra.length}`,
    );
  }
  return { index, hashes, checkpoint, extra };
}

/**
 * Return the cosignatures by which `proof` shows `leaf` to be logged. Their
 * times say how old the checkpoint is; what is too old is the caller's to say.
 * @param {ProofFile} proof
 * @param {{leaf: Uint8Array, policy: import("./policy.js").Policy}} from
 * @throws {MalformedError} The checkpoint is not one.
 * @throws {InvalidSignatureError} No log of the policy signed it, or a
 *     signature by a known key does not verify.
 * @throws {QuorumNotMetError} Too few witnesses cosigned it.
 * @throws {InvalidProofError} The log does not hold `leaf` there.
 */
export async function verifyProof(proof, { leaf, policy }) {
  const signed = await openCheckpoint(proof.checkpoint, policy.logKeys);
  const cosignatures = await policy.check(signed);
  const { size, root } = signed.checkpoint;
  verifyInclusion(proof.hashes, { index: proof.index, size, leaf, root });
  return cosignatures;
}
