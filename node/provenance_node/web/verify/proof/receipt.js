// @ts-check
// A receipt: the proof that one statement is in the log. Mirrors
// provenance/proof/receipt.py, as far as it verifies.
//
// It is a C2SP `.tlog-proof` file. It holds neither the statement nor a key:
// whoever verifies it brings the entry, and a trust file of their own.

import { entryKind } from "../claims/entry.js";
import { parseEntry } from "../claims/statement.js";
import { quoted } from "../encoding/text.js";
import { leafHash } from "../encoding/tree.js";
import { VerificationError } from "../errors.js";
import { verifyInclusion } from "../tlog/merkle.js";
import { parseProof } from "../tlog/proof_file.js";
import { openTrusted, requireQuorum } from "./opening.js";

/**
 * Return the log index at which `text` proves `entry` to be logged.
 *
 * A log only grows, so a receipt does not age: it shows that the statement
 * was logged, not what was said later. Who may have signed the statement is
 * not looked at either.
 * @param {string | Uint8Array} text the `.tlog-proof` file
 * @param {object} from
 * @param {Uint8Array} from.entry the signed statement, as it was submitted
 * @param {import("./trust.js").Trust} from.trust whose keys count
 * @param {number} from.now the time, in ms since 1970
 * @throws {UnknownKindError} The entry is of a kind that only a later version
 *     knows.
 * @throws {MalformedError} The receipt or the entry is not in its format.
 * @throws {InvalidSignatureError} The log did not sign the checkpoint.
 * @throws {QuorumNotMetError} Too few witnesses cosigned it.
 * @throws {InvalidProofError} The log does not hold the entry there.
 * @throws {VerificationError} The entry was signed for another ledger, or its
 *     quorum is met only with cosignatures from the future.
 */
export async function verifyReceipt(text, { entry, trust, now }) {
  const leaf = leafHash(entry);
  entryKind(entry);
  const { header } = parseEntry(entry);
  if (header.origin !== trust.origin) {
    throw new VerificationError(
      `the statement was signed for the ledger ${quoted(header.origin)}, not` +
        ` for ${quoted(trust.origin)}`,
    );
  }
  const proof = parseProof(text);
  const signed = await openTrusted(proof.checkpoint, trust);
  await requireQuorum(signed, trust, now);
  verifyInclusion(proof.hashes, {
    index: proof.index,
    size: signed.checkpoint.size,
    leaf,
    root: signed.checkpoint.root,
  });
  return proof.index;
}
