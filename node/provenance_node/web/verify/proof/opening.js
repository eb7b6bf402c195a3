// @ts-check
// Opening a checkpoint with nothing but a trust file's keys. Mirrors
// provenance/proof/opening.py.

import { toHex } from "../encoding/bytes.js";
import { written } from "../encoding/instant.js";
import { InvalidSignatureError, VerificationError } from "../errors.js";
import { openCheckpoint } from "../tlog/checkpoint.js";
import { AHEAD } from "../rules/times.js";
import { placeOf } from "../tlog/note.js";

/**
 * Return the checkpoint in `note`, which all keys of the log signed.
 * @param {string} note
 * @param {import("./trust.js").Trust} trust
 * @throws {MalformedError} It is not a checkpoint.
 * @throws {InvalidSignatureError} A log key of the trust file did not sign it,
 *     or a signature by one does not verify.
 * @throws {InvalidProofError} It says that an empty log has entries.
 */
export async function openTrusted(note, trust) {
  const keys = trust.policy.logKeys;
  const signed = await openCheckpoint(note, keys);
  const places = new Set(signed.note.signatures.map(placeOf));
  for (const key of keys) {
    // One key of two would do for the note's rules, not for ours: the second
    // is there against the day on which the first one falls.
    if (!places.has(key.place)) {
      throw new InvalidSignatureError(
        `key ${toHex(key.keyId)} of the log ${key.name} did not sign the` +
          " checkpoint",
      );
    }
  }
  return signed;
}

/**
 * Check that a checkpoint meets the quorum.
 * @param {import("../tlog/checkpoint.js").SignedCheckpoint} signed
 * @param {import("./trust.js").Trust} trust
 * @param {number} now in ms since 1970
 * @throws {QuorumNotMetError} Too few witnesses cosigned it.
 * @throws {InvalidSignatureError} A cosignature by a witness does not verify.
 * @throws {VerificationError} It is met only with cosignatures that are later
 *     than now.
 */
export async function requireQuorum(signed, trust, now) {
  const met = await trust.policy.examine(signed, now + AHEAD);
  if (met.time === null && met.claimed !== null) {
    throw new VerificationError(clocksDiffer(met.claimed, now));
  }
}

/**
 * Return the sentence that names both clocks.
 * @param {number} time that of the checkpoint, in ms since 1970
 * @param {number} now that of this machine
 */
export function clocksDiffer(time, now) {
  const ahead = Math.floor((time - now) / 1000);
  return (
    `the checkpoint's time is ${written(time)}, which is ${ahead} s ahead of` +
    ` this machine's clock, ${written(now)}: one of the two is wrong`
  );
}
