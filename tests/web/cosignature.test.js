// Checkpoints that Ed25519 and ML-DSA-44 keys sign, and when.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import {
  decodeBase64,
  encodeBase64,
} from "../../node/provenance_node/web/verify/encoding/base64.js";
import {
  InvalidSignatureError,
  MalformedError,
  QuorumNotMetError,
} from "../../node/provenance_node/web/verify/errors.js";
import { openTrusted } from "../../node/provenance_node/web/verify/proof/opening.js";
import { parseTrust } from "../../node/provenance_node/web/verify/proof/trust.js";
import {
  MLDSACosignatureVerifier,
  parseCosigner,
  parseLogKey,
} from "../../node/provenance_node/web/verify/tlog/cosignature.js";

const { note, trust: text } = JSON.parse(
  readFileSync(new URL("postquantum.json", import.meta.url), "utf8"),
);
const trust = parseTrust(text);
const lines = note.split("\n");
const [ed25519, mldsa, witness] = lines.slice(4);

/** Return the note with a line's signature changed. */
function changed(line, change) {
  const [dash, name, encoded] = line.split(" ");
  const data = decodeBase64(encoded);
  change(data);
  return note.replace(line, `${dash} ${name} ${encodeBase64(data)}`);
}

test("both keys of the log signed, and so did the witness", async () => {
  const signed = await openTrusted(note, trust);
  const counted = await trust.policy.check(signed);
  assert.deepEqual(
    counted.map(({ name, time }) => [name, time]),
    [["w1.example", 1750000000n]],
  );
});

test("a line less is a signature less", async () => {
  for (const line of [ed25519, mldsa]) {
    const less = note.replace(`${line}\n`, "");
    await assert.rejects(openTrusted(less, trust), InvalidSignatureError);
  }
  const signed = await openTrusted(note.replace(`${witness}\n`, ""), trust);
  await assert.rejects(trust.policy.check(signed), QuorumNotMetError);
});

test("a time or signature that was changed spoils the note", async () => {
  for (const line of [mldsa, witness]) {
    // After 4 bytes of key id stand 8 of time, then the signature.
    for (const at of [
      4,
      11,
      12,
      40,
      decodeBase64(line.split(" ")[2]).length - 1,
    ]) {
      const spoilt = changed(line, (data) => (data[at] ^= 0x80));
      const opening = openTrusted(spoilt, trust);
      if (line === mldsa) await assert.rejects(opening, InvalidSignatureError);
      else {
        const signed = await opening;
        await assert.rejects(trust.policy.check(signed), InvalidSignatureError);
      }
    }
  }
});

test("no time is no cosignature, nor one from 2**63 on", async () => {
  for (const time of [new Array(8).fill(0), [0x80, 0, 0, 0, 0, 0, 0, 0]]) {
    const spoilt = changed(witness, (data) => data.set(time, 4));
    const signed = await openTrusted(spoilt, trust);
    await assert.rejects(trust.policy.check(signed), /has no time/);
  }
});

test("the latest of a witness's cosignatures counts", async () => {
  const signed = await openTrusted(
    note.replace(witness, `${witness}\n${witness}`),
    trust,
  );
  assert.equal((await trust.policy.check(signed)).length, 1);
});

test("a key signs in its own role only", () => {
  const [log, postQuantum] = trust.policy.logs.map(({ key }) => key.vkey);
  const [{ key }] = trust.policy.witnesses;
  assert.throws(() => parseCosigner(log), MalformedError);
  assert.throws(() => parseLogKey(key.vkey), MalformedError);
  assert(parseCosigner(postQuantum) instanceof MLDSACosignatureVerifier);
  assert.throws(
    () =>
      new MLDSACosignatureVerifier(
        "é".repeat(128),
        parseLogKey(postQuantum).key,
      ),
    MalformedError,
  );
});
