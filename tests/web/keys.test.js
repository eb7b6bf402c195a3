// Signatures: one strict verdict, whatever computes it.

import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import test from "node:test";

import {
  InvalidSignatureError,
  MalformedError,
} from "../../node/provenance_node/web/verify/errors.js";
import {
  Verifier,
  backend,
  selectBackend,
  signatureIsValid,
} from "../../node/provenance_node/web/verify/keys.js";
import { golden, raw, readJson, shared } from "./vectors.js";

const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const BACKENDS = ["webcrypto", "pure"];

const utf8 = (text) => new TextEncoder().encode(text);
const newKey = () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const der = publicKey.export({ type: "spki", format: "der" });
  return { key: new Uint8Array(der.subarray(-32)), privateKey };
};
const signed = ({ privateKey }, message) =>
  new Uint8Array(sign(null, message, privateKey));

test("left alone, it is WebCrypto where that can be relied on", async () => {
  assert.equal(await backend(), "webcrypto");
  await assert.rejects(selectBackend("other"), RangeError);
});

for (const name of BACKENDS) {
  test(`wycheproof: 88 of 151 are accepted (${name})`, async (t) => {
    const folder = shared(t, "wycheproof");
    if (!folder) return;
    await selectBackend(name);
    const suite = readJson(folder, "testvectors_v1/ed25519_test.json");
    const verdicts = [];
    for (const { publicKey, tests } of suite.testGroups) {
      for (const { sig, msg, result, comment } of tests) {
        const key = raw(publicKey.pk);
        const valid = await signatureIsValid(key, raw(sig), raw(msg));
        assert.equal(valid, result === "valid", comment);
        verdicts.push(valid);
      }
    }
    assert.deepEqual(counts(verdicts), [151, 88]);
  });

  test(`cctv: 43 of 914 edge cases are accepted (${name})`, async (t) => {
    const folder = shared(t, "cctv");
    if (!folder) return;
    await selectBackend(name);
    const cases = readJson(folder, "ed25519/ed25519vectors.json");
    const verdicts = [];
    for (const { key, sig, msg } of cases) {
      verdicts.push(await signatureIsValid(raw(key), raw(sig), utf8(msg)));
    }
    assert.deepEqual(counts(verdicts), [914, 43]);
    // The very ones that Python accepts.
    const accepted = [...verdicts.keys()].filter((i) => verdicts[i]);
    const digest = createHash("sha256").update(accepted.join(","));
    assert.equal(digest.digest("hex").slice(0, 16), "36521713b91ca5d2");
  });

  test(`speccheck: only case 3 of 12 is accepted (${name})`, async (t) => {
    const folder = shared(t, "ed25519-speccheck");
    if (!folder) return;
    await selectBackend(name);
    const verdicts = [];
    for (const one of readJson(folder, "cases.json")) {
      const parts = [one.pub_key, one.signature, one.message].map(raw);
      verdicts.push(await signatureIsValid(...parts));
    }
    assert.deepEqual(counts(verdicts), [12, 1]);
    assert(verdicts[3]);
  });

  test(`a signature verifies and any flipped bit is refused (${name})`, async () => {
    await selectBackend(name);
    for (let length = 0; length < 200; length += 33) {
      const message = crypto.getRandomValues(new Uint8Array(length));
      const pair = newKey();
      const signature = signed(pair, message);
      assert(await signatureIsValid(pair.key, signature, message));
      for (const part of [pair.key, signature, message]) {
        if (!part.length) continue;
        const bit = Math.floor(Math.random() * 8 * part.length);
        part[bit >> 3] ^= 1 << (bit & 7);
        assert(!(await signatureIsValid(pair.key, signature, message)));
        part[bit >> 3] ^= 1 << (bit & 7);
      }
    }
  });

  test(`an S beyond the order is refused (${name})`, async () => {
    await selectBackend(name);
    const pair = newKey();
    const message = utf8("once");
    const signature = signed(pair, message);
    let s = L;
    for (let i = 63; i >= 32; i--)
      s += BigInt(signature[i]) << BigInt(8 * (i - 32));
    for (let i = 32; i < 64; i++)
      signature[i] = Number((s >> BigInt(8 * (i - 32))) & 255n);
    assert(!(await signatureIsValid(pair.key, signature, message)));
  });

  test(`other lengths are refused (${name})`, async () => {
    await selectBackend(name);
    const pair = newKey();
    const signature = signed(pair, new Uint8Array());
    const message = new Uint8Array();
    for (const size of [0, 31, 33, 64]) {
      const key = new Uint8Array(size).fill(9);
      assert(!(await signatureIsValid(key, signature, message)));
      assert.throws(() => new Verifier(key), MalformedError);
    }
    for (const size of [0, 32, 63, 65]) {
      const other = new Uint8Array(size);
      assert(!(await signatureIsValid(pair.key, other, message)));
    }
  });

  test(`a key that is no point of the curve is refused (${name})`, async () => {
    await selectBackend(name);
    let refused = 0;
    for (let y = 2; y < 40; y++) {
      const key = new Uint8Array(32);
      key[0] = y;
      const signature = new Uint8Array(64).fill(3, 0, 31);
      refused += (await signatureIsValid(key, signature, key)) ? 0 : 1;
    }
    assert.equal(refused, 38);
  });
}

test("both doors of both backends agree about golden statements", async () => {
  const { given } = golden("statement/good-entry-one-event");
  const verifier = new Verifier(raw(given.public_key));
  for (const name of BACKENDS) {
    await selectBackend(name);
    await assert.rejects(
      verifier.verify(new Uint8Array(64), utf8("x")),
      InvalidSignatureError,
    );
  }
});

test("without WebCrypto, or with one that is wrong, it is the pure one", async (t) => {
  const { subtle } = globalThis.crypto;
  const engines = {
    none: undefined,
    "no Ed25519": {
      importKey: async () => {
        throw new Error("NotSupportedError");
      },
    },
    "all accepting": { importKey: async () => ({}), verify: async () => true },
    "all refusing": { importKey: async () => ({}), verify: async () => false },
  };
  for (const [name, engine] of Object.entries(engines)) {
    t.mock.getter(globalThis, "crypto", () => ({ subtle: engine }));
    // A module of its own has not chosen yet.
    const keys = await import(`../../node/provenance_node/web/verify/keys.js?${name}`);
    assert.equal(await keys.backend(), "pure", name);
    await assert.rejects(keys.selectBackend("webcrypto"), RangeError);
    t.mock.reset();
  }
  assert.equal(globalThis.crypto.subtle, subtle);
});

test("what an engine refuses to import is judged without it", async (t) => {
  const { subtle } = globalThis.crypto;
  const keys = await import("../../node/provenance_node/web/verify/keys.js?picky");
  assert.equal(await keys.backend(), "webcrypto");
  const pair = newKey();
  const signature = signed(pair, pair.key);
  const picky = {
    importKey: async () => {
      throw new Error("DataError");
    },
    verify: subtle.verify.bind(subtle),
  };
  t.mock.getter(globalThis, "crypto", () => ({ subtle: picky }));
  assert(await keys.signatureIsValid(pair.key, signature, pair.key));
  assert(!(await keys.signatureIsValid(pair.key, signature, signature)));
});

function counts(verdicts) {
  return [verdicts.length, verdicts.filter(Boolean).length];
}
