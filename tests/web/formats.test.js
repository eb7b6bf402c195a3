// Published bytes of every format, made by an implementation of the formats'
// page that shares no code with the project (`provenance-formats-v2`).

import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import test from "node:test";

import {
  classKey,
  tag,
} from "../../node/provenance_node/web/verify/claims/comparison.js";
import { entryKind } from "../../node/provenance_node/web/verify/claims/entry.js";
import {
  CODES,
  parseEvent,
} from "../../node/provenance_node/web/verify/claims/event.js";
import {
  openedMessage,
  sealSeed,
} from "../../node/provenance_node/web/verify/claims/seal.js";
import { parseEntry } from "../../node/provenance_node/web/verify/claims/statement.js";
import {
  WARNS,
  headValue,
  mapKey,
  nextLink,
} from "../../node/provenance_node/web/verify/claims/trail.js";
import {
  parseVersionEntry,
  signedByRoots,
  versionHash,
} from "../../node/provenance_node/web/verify/claims/versions.js";
import { joinBytes } from "../../node/provenance_node/web/verify/encoding/bytes.js";
import { sha256 } from "../../node/provenance_node/web/verify/encoding/digest.js";
import {
  leafHash,
  rootOf,
} from "../../node/provenance_node/web/verify/encoding/tree.js";
import { baseline } from "../../node/provenance_node/web/verify/rules/book.js";
import { readEvent } from "../../node/provenance_node/web/verify/rules/reading.js";
import {
  Verifier,
  signatureIsValid,
} from "../../node/provenance_node/web/verify/keys.js";
import {
  mapRoot,
  rootFromMany,
} from "../../node/provenance_node/web/verify/tlog/patricia.js";
import { parsePolicy } from "../../node/provenance_node/web/verify/tlog/policy.js";
import {
  parseProof,
  verifyProof,
} from "../../node/provenance_node/web/verify/tlog/proof_file.js";
import { goldenText, plain, raw, readJson, shared } from "./vectors.js";

const FOLDER = "provenance-formats-v2";

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

test("the published relations have the codes that ours have", (t) => {
  const folder = shared(t, FOLDER);
  if (!folder) return;
  const codes = readJson(folder, "relations.json");
  assert.deepEqual(Object.fromEntries(CODES), codes);
});

test("the published events have the ids that their leaves give", (t) => {
  const folder = shared(t, FOLDER);
  if (!folder) return;
  for (const v of readJson(folder, "events.json")) {
    for (const data of [v.data, v.data_with_all_fields_withheld]) {
      const event = parseEvent(raw(data));
      assert.equal(plain(event.id), v.event_id, v.why);
      assert.equal(plain(rootOf(event.hashes)), v.root);
      assert.deepEqual(event.counts, v.counts);
      assert.deepEqual(event.pointers, v.pointers);
    }
    const { items } = parseEvent(raw(v.data));
    assert.deepEqual(
      items.map(({ relation, id }) => [relation, id]).sort(),
      v.items.map(([relation, id]) => [relation, id]).sort(),
    );
    const sealed = items.filter(({ seal }) => seal !== null);
    assert.equal(sealed.length, v.item_extras.length);
  }
});

test("the published statements are read, and their signatures verify", async (t) => {
  const folder = shared(t, FOLDER);
  if (!folder) return;
  for (const v of readJson(folder, "statements.json")) {
    const { header, headerBytes, signature } = parseEntry(raw(v.entry));
    assert.equal(entryKind(raw(v.entry)), 1);
    assert.equal(header.issuer, v.issuer);
    assert.equal(plain(headerBytes), v.header);
    assert.equal(plain(signature), v.signature);
    assert.equal(plain(sha256(headerBytes)), v.statement_id);
    const key = new Verifier(keyOf(v.seed));
    assert.deepEqual(key.keyId, header.keyId);
    await key.verify(signature, headerBytes);
  }
});

test("the published trails end where the map says", (t) => {
  const folder = shared(t, FOLDER);
  if (!folder) return;
  const events = new Map(
    readJson(folder, "events.json").map((v) => [v.event_id, raw(v.data)]),
  );
  const pairs = [];
  let shown = 0;
  for (const v of readJson(folder, "trails.json")) {
    let last = mapKey(v.item);
    assert.equal(plain(last), v.map_key);
    const links = [];
    const warnings = [];
    for (const [logIndex, position, time, kinds, leaves, id] of v.rows) {
      const eventId = raw(id);
      last = nextLink(last, {
        logIndex,
        position,
        time,
        kinds,
        leaves,
        eventId,
      });
      links.push(last);
      if (kinds & WARNS) warnings.push(last);
      if (!events.has(id)) continue;
      const { body, counts, items } = parseEvent(events.get(id));
      const reading = readEvent(body, counts, baseline());
      const { relation } = items[leaves[0] - 1];
      assert.equal(reading.time, time);
      assert.equal(reading.kinds(CODES.get(relation)), kinds);
      for (const leaf of leaves) assert.equal(items[leaf - 1].id, v.item);
      shown++;
    }
    assert.deepEqual(links.map(plain), v.links);
    assert.deepEqual(warnings.map(plain), v.warnings);
    const value = headValue({
      count: links.length,
      root: rootOf(links.map(leafHash)),
      warnings: warnings.length,
      warningsRoot: rootOf(warnings.map(leafHash)),
    });
    assert.equal(plain(value), v.map_value);
    pairs.push([raw(v.map_key), value]);
  }
  assert(shown > 5);
  const { root, proofs } = readJson(folder, "map.json");
  assert.equal(plain(mapRoot(pairs)), root);
  for (const [key, value] of pairs) {
    const proof = manyOf(proofs[plain(key)], key);
    assert.equal(plain(rootFromMany([[key, value]], proof)), root);
  }
});

/** Return a path from a leaf up, as the proof of many keys of that one. */
function manyOf(path, key) {
  const left = [];
  const right = [];
  for (const [bit, sibling] of path) {
    const isRight = (key[bit >> 3] >> (7 - (bit & 7))) & 1;
    if (isRight) left.unshift(raw(sibling));
    else right.push(raw(sibling));
  }
  const steps = [...path.map(([bit]) => bit + 1).reverse(), 0];
  return { steps, others: [], hashes: joinBytes(...left, ...right) };
}

test("the published versions of the trust are read, and follow each other", async (t) => {
  const folder = shared(t, FOLDER);
  if (!folder) return;
  /** @type {Uint8Array | null} */
  let before = null;
  for (const v of readJson(folder, "trust.json")) {
    const { version, signatures } = parseVersionEntry(raw(v.entry));
    assert.equal(plain(version.data), v.version);
    assert.equal(plain(versionHash(version.data)), v.hash);
    assert.deepEqual(version.previous, before);
    before = raw(v.hash);
    const { keys } = Object.fromEntries(version.members.get("roots"));
    for (const [id, signature] of signatures) {
      const key = keys.find((one) => plain(sha256(one)) === plain(id));
      assert(await signatureIsValid(key, signature, signedByRoots(version)));
    }
  }
});

test("a published seal has the key of its code, which signs an opening", async (t) => {
  const folder = shared(t, FOLDER);
  if (!folder) return;
  const v = readJson(folder, "seals.json");
  const key = keyOf(plain(sealSeed(raw(v.code), v.unit)));
  assert.equal(plain(key), v.public_key);
  const message = openedMessage(v.origin, v.unit, raw(v.nonce), v.hour);
  const signature = raw(v.opened_signature);
  assert(await signatureIsValid(key, signature, message));
  assert.throws(() => sealSeed(raw(v.code).subarray(1), v.unit), {
    name: "MalformedError",
  });
  assert.throws(() => openedMessage(v.origin, v.unit, raw(v.nonce), -1), {
    name: "MalformedError",
  });
});

test("equal values of one order have the published tags", (t) => {
  const folder = shared(t, FOLDER);
  if (!folder) return;
  for (const v of readJson(folder, "compare.json")) {
    const key = classKey(raw(v.order_secret), v.class);
    assert.equal(plain(key), v.class_key);
    assert.equal(plain(tag(key, v.class, v.normal_form)), v.tag);
  }
  assert.throws(() => classKey(new Uint8Array(31), "phone"), {
    name: "MalformedError",
  });
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
