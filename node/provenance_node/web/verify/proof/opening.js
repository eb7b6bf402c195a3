// @ts-check
// Opening a checkpoint with nothing but a trust file's keys. Mirrors
// provenance/proof/opening.py.

import { toHex } from "../encoding/bytes.js";
import { InvalidSignatureError, VerificationError } from "../errors.js";
import { openCheckpoint } from "../tlog/checkpoint.js";
import { placeOf } from "../tlog/note.js";

/** How far ahead of the verifier's clock, in ms, a time may be. */
const CLOCK_TOLERANCE = 5 * 60 * 1000;

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
 * Return the newest time of the cosignatures in ms since 1970, 0 if none.
 * @param {import("../tlog/cosignature.js").Cosignature[]} cosignatures
 * @param {number} now
 * @throws {VerificationError} One is later than now.
 */
export function newest(cosignatures, now) {
  let latest = 0n;
  for (const { time } of cosignatures) {
    if (time * 1000n > latest) latest = time * 1000n;
  }
  requirePast(latest, now);
  return Number(latest);
}

/**
 * Check that `time` is not later than `now`, both in ms since 1970.
 * @param {number | bigint} time
 * @param {number} now
 * @throws {VerificationError} It is, by more than clocks may differ.
 */
export function requirePast(time, now) {
  const ahead = BigInt(time) - BigInt(now);
  if (ahead > CLOCK_TOLERANCE) {
    throw new VerificationError(
      `the checkpoint's time ${time} is ${ahead / 1000n} s ahead of this` +
        " machine's clock",
    );
  }
}
