// @ts-check
// Opening a checkpoint with nothing but a trust file's keys. Mirrors
// provenance/proof/opening.py.

import { toHex } from "../encoding/bytes.js";
import { InvalidSignatureError, VerificationError } from "../errors.js";
import { openCheckpoint } from "../tlog/checkpoint.js";
import { TOLERANCE } from "../rules/times.js";
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
 * Check that none of the cosignatures is later than now.
 * @param {import("../tlog/cosignature.js").Cosignature[]} cosignatures
 * @param {number} now in ms since 1970
 * @throws {VerificationError} One is, by more than clocks may differ.
 */
export function requirePast(cosignatures, now) {
  for (const { time } of cosignatures) {
    const ahead = time * 1000n - BigInt(now);
    if (ahead > TOLERANCE) {
      throw new VerificationError(
        `the checkpoint's time ${time * 1000n} is ${ahead / 1000n} s ahead of` +
          " this machine's clock",
      );
    }
  }
}
