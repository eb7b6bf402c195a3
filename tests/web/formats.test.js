// A published ledger of four entries: every part of it is read as it is.
//
// An independent implementation of the formats made `provenance-formats`.

import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import test from "node:test";

import { parseEvent } from "../../node/provenance_node/web/verify/claims/event.js";
import { parseEntry } from "../../node/provenance_node/web/verify/claims/statement.js";
import {
  chainHashes,
  headValue,
  mapKey,
} from "../../node/provenance_node/web/verify/claims/trail.js";
import { encodeBase64 } from "../../node/provenance_node/web/verify/encoding/base64.js";
import { encode } from "../../node/provenance_node/web/verify/encoding/canonical.js";
import { sha256 } from "../../node/provenance_node/web/verify/encoding/digest.js";
import { leafHash, rootOf } from "../../node/provenance_node/web/verify/encoding/tree.js";
import { MalformedError } from "../../node/provenance_node/web/verify/errors.js";
import { Verifier } from "../../node/provenance_node/web/verify/keys.js";
import { parseTrust } from "../../node/provenance_node/web/verify/proof/trust.js";
import { verifyBundle } from "../../node/provenance_node/web/verify/proof/verify.js";
import { openCheckpoint } from "../../node/provenance_node/web/verify/tlog/checkpoint.js";
import { parseCommitment } from "../../node/provenance_node/web/verify/tlog/commitment.js";
import { NoteVerifier } from "../../node/provenance_node/web/verify/tlog/note.js";
import {
  mapRoot,
  verifyPresence,
} from "../../node/provenance_node/web/verify/tlog/patricia.js";
import { parsePolicy } from "../../node/provenance_node/web/verify/tlog/policy.js";
import {
  parseProof,
  verifyProof,
} from "../../node/provenance_node/web/verify/tlog/proof_file.js";
import { goldenText, plain, raw, readJson, shared } from "./vectors.js";

const FOLDER = "provenance-formats";
const ITEM = "https://id.gs1.org/01/09421902960019/21/K0000";
const PRODUCER = "https://id.gs1.org/417/9421902960019";
const CUSTOMS = "did:web:customs.example";

/** Return the public key of a seed. */
function keyOf(seed) {
  const start = Buffer.from("302e020100300506032b657004220420", "hex");
  const key = Buffer.concat([start, Buffer.from(seed, "hex")]);
  const privateKey = createPrivateKey({ key, format: "der", type: "pkcs8" });
  const der = createPublicKey(privateKey).export({
    type: "spki",
    format: "der",
  });
  return new Uint8Array(der.subarray(-32));
}

test("the published events have the ids that their leaves give", (t) => {
  const folder = shared(t, FOLDER);
  if (!folder) return;
  for (const v of readJson(folder, "events.json")) {
    const event = parseEvent(encode([v.items.length, v.leaves.map(raw)]));
    assert.equal(plain(event.id), v.event_id);
    assert.equal(plain(rootOf(event.hashes)), v.root);
    assert.deepEqual(
      event.items.map(({ relation, id }) => [relation, id]),
      v.items,
    );
  }
});

test("the published entries are read, and their signatures verify", async (t) => {
  const folder = shared(t, FOLDER);
  if (!folder) return;
  const { seeds } = readJson(folder, "log.json");
  const keys = Object.values(seeds).map((seed) => new Verifier(keyOf(seed)));
  let read = 0;
  for (const v of readJson(folder, "entries.json")) {
    const data = raw(v.entry);
    assert.equal(plain(leafHash(data)), v.leaf_hash);
    if (v.header === undefined) {
      assert.throws(() => parseEntry(data), MalformedError);
      assert.equal(plain(parseCommitment(data).mapRoot), v.map_root);
      continue;
    }
    const { header, headerBytes, signature } = parseEntry(data);
    assert.equal(plain(headerBytes), v.header);
    assert.equal(plain(sha256(headerBytes)), v.statement_id);
    const wanted = plain(header.keyId);
    const key = keys.find((one) => plain(one.keyId) === wanted);
    await key.verify(signature, headerBytes);
    read++;
  }
  assert.equal(read, 2);
});

test("the published trails end where the map says", (t) => {
  const folder = shared(t, FOLDER);
  if (!folder) return;
  const root = raw(readJson(folder, "entries.json").at(-1).map_root);
  for (const v of readJson(folder, "trails.json")) {
    const key = mapKey(v.item);
    assert.equal(plain(key), v.map_key);
    const links = v.links.map(([logIndex, position, id]) => ({
      logIndex,
      position,
      eventId: raw(id),
    }));
    const chain = chainHashes(v.item, links);
    assert.deepEqual([chain.length, plain(chain.at(-1))], [v.count, v.head]);
    const path = v.map_proof.map(([bit, sibling]) => [bit, raw(sibling)]);
    const value = headValue(v.count, raw(v.head));
    verifyPresence(path, { key, value, root });
  }
});

test("the published maps have the roots that are said", (t) => {
  const folder = shared(t, FOLDER);
  if (!folder) return;
  for (const v of readJson(folder, "map.json")) {
    const pairs = v.pairs.map((pair) => pair.map(raw));
    assert.equal(plain(mapRoot(pairs)), v.root);
    const [, value] = v.pairs.find(([key]) => key === v.key);
    verifyPresence(
      v.proof.map(([bit, sibling]) => [bit, raw(sibling)]),
      { key: raw(v.key), value: raw(value), root: raw(v.root) },
    );
  }
});

test("the published checkpoints and bundle verify", async (t) => {
  const folder = shared(t, FOLDER);
  if (!folder) return;
  const log = readJson(folder, "log.json");
  const key = new NoteVerifier(
    log.origin,
    new Verifier(raw(log.log_public_key)),
  );
  for (const note of log.checkpoints) await openCheckpoint(note, [key]);

  const actor = (id, name, seed, grant) => `
[[actors]]
id = "${id}"
name = "${name}"
keys = ["${encodeBase64(keyOf(seed))}"]

[[actors.grants]]
${grant}
`;
  const trust = parseTrust(`
origin = "${log.origin}"
log_keys = ["${key.vkey}"]
trails = ["containers"]
${actor(PRODUCER, "Producer", log.seeds.producer, 'role = "producer"\nprefixes = ["9421902"]')}
${actor(CUSTOMS, "Customs", log.seeds.customs, 'role = "customs"')}
`);
  const data = readFileSync(new URL("can.provenance", folder));
  const verdict = await verifyBundle(new Uint8Array(data), {
    trust,
    now: 1_503_000_120_000,
    item: ITEM,
  });
  assert.equal(verdict.outcome, "VERIFIED");
  assert.equal(verdict.log?.size, 4);
  assert.equal(verdict.timeline.length, 3);
  assert.equal(verdict.timeline.at(-1)?.issuer_name, "Customs");
});

test("our own proof file leads to the checkpoint that our policy asks for", async () => {
  const policy = parsePolicy(Buffer.from(goldenText("tlog/demo.policy")));
  const proof = parseProof(goldenText("tlog/demo.tlog-proof"));
  assert.equal(proof.checkpoint, goldenText("tlog/demo.checkpoint"));
  const wrong = { leaf: leafHash(new Uint8Array()), policy };
  await assert.rejects(verifyProof(proof, wrong), {
    name: "InvalidProofError",
  });
  // tests/vectors/tlog/make.py says what the entries are.
  const leaf = leafHash(new TextEncoder().encode("entry 1"));
  assert((await verifyProof(proof, { leaf, policy })).length > 0);
});
