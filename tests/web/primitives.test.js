// SHA-2 and SHAKE agree with Node's own, and ML-DSA-44 with `cryptography`.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import test from "node:test";

import {
  InvalidSignatureError,
  MalformedError,
} from "../../node/provenance_node/web/verify/errors.js";
import { MLDSAVerifier } from "../../node/provenance_node/web/verify/keys.js";
import { Shake } from "../../node/provenance_node/web/verify/primitives/keccak.js";
import { verifyMLDSA44 } from "../../node/provenance_node/web/verify/primitives/mldsa44.js";
import { sha256, sha512 } from "../../node/provenance_node/web/verify/primitives/sha2.js";
import { fromBase64 } from "./vectors.js";

const hex = (data) => Buffer.from(data).toString("hex");

test("SHA-256 and SHA-512 of every length around their blocks", () => {
  for (let length = 0; length < 300; length++) {
    const data = new Uint8Array(randomBytes(length));
    const [a, b] = [data.subarray(0, length >> 1), data.subarray(length >> 1)];
    for (const [name, digest] of Object.entries({ sha256, sha512 })) {
      const wanted = createHash(name).update(data).digest("hex");
      assert.equal(hex(digest(data)), wanted);
      assert.equal(hex(digest(a, b)), wanted);
    }
  }
});

test("SHA-256 of a long message", () => {
  const data = new Uint8Array(1 << 20).fill(0x61);
  const wanted = createHash("sha256").update(data).digest("hex");
  assert.equal(hex(sha256(data)), wanted);
});

test("SHAKE128 and SHAKE256 of every length around their blocks", () => {
  for (let length = 0; length < 350; length++) {
    const data = new Uint8Array(randomBytes(length));
    for (const strength of [128, 256]) {
      const shake = new Shake(strength, data);
      const found = [shake.read(1), shake.read(167), shake.read(232)];
      const wanted = createHash(`shake${strength}`, { outputLength: 400 });
      assert.equal(found.map(hex).join(""), wanted.update(data).digest("hex"));
    }
  }
});

// Made by this project with `cryptography`: a key of its own and a signature.
const made = JSON.parse(
  readFileSync(new URL("mldsa44.json", import.meta.url), "utf8"),
);
const [key, signature, message] = [made.key, made.signature, made.message].map(
  fromBase64,
);

test("an ML-DSA-44 signature verifies", async () => {
  assert(verifyMLDSA44(key, signature, message));
  await new MLDSAVerifier(key).verify(signature, message);
});

test("an ML-DSA-44 signature with any bit flipped is refused", async () => {
  for (const [name, part] of Object.entries({ key, signature, message })) {
    for (let i = 0; i < 40; i++) {
      // The last bytes of a signature spell its hints, in one way only.
      const at = i < 20 ? part.length - 1 - 4 * i : 7 * i;
      const place = Math.max(0, at) % part.length;
      part[place] ^= 1 << (i % 8);
      assert(!verifyMLDSA44(key, signature, message), `${name} ${place}`);
      part[place] ^= 1 << (i % 8);
    }
  }
  await assert.rejects(
    new MLDSAVerifier(key).verify(signature, signature),
    InvalidSignatureError,
  );
});

test("an ML-DSA-44 key or signature of another length is refused", () => {
  assert.throws(() => new MLDSAVerifier(key.subarray(1)), MalformedError);
  for (const size of [0, 2419, 2421]) {
    assert(!verifyMLDSA44(key, new Uint8Array(size), message));
  }
  assert(!verifyMLDSA44(key.subarray(1), signature, message));
});

test("hints out of order, twice, or with a tail are refused", () => {
  const hints = signature.subarray(signature.length - 84);
  const before = Uint8Array.from(hints);
  const changes = [
    () => ([hints[0], hints[1]] = [hints[1], hints[0]]),
    () => (hints[1] = hints[0]),
    () => (hints[80] = 81),
    () => (hints[83] = hints[82] - 1),
    () => (hints[hints[83]] = 1),
    () => (hints[83] += 1),
  ];
  for (const change of changes) {
    change();
    assert(!verifyMLDSA44(key, signature, message), String(change));
    hints.set(before);
  }
  assert(verifyMLDSA44(key, signature, message));
});
