// Canonical msgpack: one value, one spelling, and nothing else is read.

import assert from "node:assert/strict";
import test from "node:test";

import {
  decodeBase64,
  encodeBase64,
} from "../../node/provenance_node/web/verify/encoding/base64.js";
import {
  MAX_DEPTH,
  Room,
  decode,
  decodeFlat,
  encode,
  isInt,
} from "../../node/provenance_node/web/verify/encoding/canonical.js";
import { MalformedError } from "../../node/provenance_node/web/verify/errors.js";
import { parseBundle } from "../../node/provenance_node/web/verify/proof/bundle.js";
import { raw, readJson, shared, untagged } from "./vectors.js";

const utf8 = (text) => new TextEncoder().encode(text);

function isCanonical(data) {
  try {
    assert.deepEqual(encode(decode(data)), data);
    return true;
  } catch (error) {
    assert(error instanceof MalformedError, error);
    return false;
  }
}

test("54 of the 233 encodings of the msgpack test suite are canonical", (t) => {
  const folder = shared(t, "msgpack-test-suite");
  if (!folder) return;
  const suite = readJson(folder, "dist/msgpack-test-suite.json");
  const values = Object.values(suite).flat();
  assert.equal(values.length, 85);
  const spellings = values.map(({ msgpack }) =>
    msgpack.map((text) => raw(text.replaceAll("-", ""))),
  );
  assert.equal(spellings.flat().length, 233);
  const accepted = spellings.map((all) => all.filter(isCanonical).length);
  assert.equal(accepted.filter((count) => count === 1).length, 54);
  assert.equal(accepted.filter((count) => count === 0).length, 31);
});

test("every published spelling is written, and every wrong one refused", (t) => {
  const folder = shared(t, "provenance-formats");
  if (!folder) return;
  const good = readJson(folder, "canonical-msgpack.json");
  assert.equal(good.length, 31);
  for (const { json, hex } of good) {
    assert.deepEqual(encode(untagged(json)), raw(hex));
    assert.deepEqual(decode(raw(hex)), untagged(json));
  }
  const bad = readJson(folder, "canonical-msgpack-bad.json");
  assert.equal(bad.length, 17);
  for (const { hex } of bad) {
    assert.throws(() => decode(raw(hex)), MalformedError, hex);
  }
});

test("integers around every border take their shortest form", () => {
  const borders = [0, 31, 32, 127, 128, 255, 256, 65535, 65536, 2 ** 31];
  for (const border of [...borders, 2 ** 32, Number.MAX_SAFE_INTEGER - 1]) {
    for (const value of [border - 1, border, border + 1]) {
      for (const number of [value, -value]) {
        assert.equal(decode(encode(number)), number + 0);
      }
    }
  }
});

test("numbers that are none, or too great, are refused", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    assert.throws(() => encode(value), MalformedError);
  }
  for (const hex of [
    "cf0020000000000000", // 2**53 as an int
    "d3ffe0000000000000",
    "cb7ff0000000000000",
    "cb7ff8000000000000",
    "cb8000000000000000", // -0.0
    "cb4028000000000000", // 12.0
    "ca41480000", // a float32
    "d30000000100000000", // an int64 that is positive
    "d6ff00000000", // a timestamp
    "c1",
  ]) {
    assert(!isCanonical(raw(hex)), hex);
  }
  assert.equal(decode(raw("cb4340000000000000")), 2 ** 53);
  assert.deepEqual(encode(2 ** 53), raw("cb4340000000000000"));
  assert.deepEqual(encode(-0), raw("00"));
  assert(!isInt(2 ** 53) && isInt(2 ** 53 - 1) && !isInt(0.5) && !isInt("1"));
});

test("keys are ordered by their UTF-8, not by their UTF-16", () => {
  const [low, high] = ["\uff5e", "\u{1f600}"];
  assert(high < low, "UTF-16 has it the other way round");
  const data = encode(
    new Map([
      [high, 2],
      [low, 1],
    ]),
  );
  assert.deepEqual([...decode(data).keys()], [low, high]);
  const swapped = Uint8Array.of(
    0x82,
    0xa4,
    ...utf8(high),
    2,
    0xa3,
    ...utf8(low),
    1,
  );
  assert(!isCanonical(swapped));
});

test("a key may be any text, __proto__ too, and is there once", () => {
  const keys = ["__proto__", "constructor", "toString", ""];
  const map = new Map(keys.sort().map((key) => [key, new Map([["x", key]])]));
  const again = decode(encode(map));
  assert.deepEqual([...again], [...map]);
  assert.equal({}.x, undefined);
  assert(!isCanonical(raw("82a16101a16102")));
  assert(!isCanonical(raw("810102")), "an int is no key");
  assert(!isCanonical(raw("81c4016102")), "a byte string is no key");
});

test("a byte order mark is text, and no half of a pair is", () => {
  assert.equal(decode(raw("a3efbbbf")), "\ufeff");
  assert(!isCanonical(raw("a3eda080")));
  assert(!isCanonical(raw("a2c080")), "an overlong zero");
  assert.throws(() => encode("\ud800"), MalformedError);
  assert.throws(() => encode(new Map([["\udc00", 1]])), MalformedError);
});

test("32 arrays stand inside one another, and not one more", () => {
  const nested = (depth) =>
    Uint8Array.from({ length: depth }, (_, i) => (i < depth - 1 ? 0x91 : 0x90));
  assert(isCanonical(nested(MAX_DEPTH)));
  assert(!isCanonical(nested(MAX_DEPTH + 1)));
  assert(!isCanonical(nested(1_000_000)));
});

test("what is announced and cannot follow is refused at once", () => {
  for (const hex of ["ddffffffff", "dfffffffff", "c6ffffffff", "dbffffffff"]) {
    assert(!isCanonical(raw(hex)), hex);
  }
});

test("values that msgpack has no form for are refused", () => {
  for (const value of [undefined, 1n, {}, new Set(), () => 1, Symbol("x")]) {
    assert.throws(() => encode([value]), MalformedError);
  }
});

test("long values are written and read back", () => {
  const value = [
    "é".repeat(70_000),
    new Uint8Array(70_000).fill(7),
    Array.from({ length: 70_000 }, (_, i) => i - 35_000),
    new Map(Array.from({ length: 300 }, (_, i) => [`k${i}`, i])),
  ];
  const data = encode(value);
  const count = 1 + 4 + 70_000 + 600;
  const again = decode(data, new Room(count));
  assert.throws(() => decode(data, new Room(count - 1)), /there is room for/);
  assert.throws(() => decode(data), /there is room for 65536/);
  assert.deepEqual(again.slice(0, 3), value.slice(0, 3));
  assert.deepEqual(new Map(again[3]), new Map([...value[3]].sort()));
});

test("parts of one input share its room, small ones take none", () => {
  const part = encode(Array.from({ length: 40 }, () => []));
  const room = new Room(100);
  for (let i = 0; i < 2; i++) decode(part, room);
  assert.equal(room.values, 100 - 2 * 41);
  assert.throws(() => decode(part, room), /there is room for 18/);
  assert.deepEqual(decode(encode([1, [2]]), room), [1, [2]]);
  assert.equal(room.values, 100 - 2 * 41);
});

test("more small values than there is room for are refused at once", () => {
  for (const child of [0x90, 0x80, 0xc0]) {
    const size = 2 ** 23;
    const bomb = new Uint8Array(5 + size).fill(child);
    bomb.set([0xdd, 0, 0x80, 0, 0]);
    const before = process.memoryUsage().heapUsed;
    assert.throws(() => decode(bomb), /there is room for/);
    assert(process.memoryUsage().heapUsed - before < size);
  }
});

test("a flat array is read only if its types are asked for", () => {
  const data = encode([1, "x", new Uint8Array(2)]);
  assert.deepEqual(decodeFlat(data, ["int", "str", "bin"])?.[0], 1);
  assert.equal(decodeFlat(data, ["int", "str"]), null);
  assert.equal(decodeFlat(data, ["int", "str", "bin", "int"]), null);
  assert.equal(decodeFlat(data, ["int", "str", "str"]), null);
  assert.equal(decodeFlat(encode([true]), ["int"]), null);
  assert.equal(decodeFlat(encode([2 ** 60]), ["int"]), null);
  assert.equal(decodeFlat(raw("93"), ["int"]), null);
});

test("base64 has one spelling for every byte string", () => {
  for (let length = 0; length < 70; length++) {
    const data = crypto.getRandomValues(new Uint8Array(length));
    const text = encodeBase64(data);
    assert.equal(text, Buffer.from(data).toString("base64"));
    assert.deepEqual(decodeBase64(text), data);
  }
  for (const text of [
    "A",
    "AA",
    "AAA",
    "AA=",
    "A===",
    "=",
    "==",
    "====",
    "AAAA=",
    "AAAA==",
    "AB==",
    "AAB=",
    "AA==\n",
    " AA==",
    "AA==AA==",
    "AP9_",
    "é===",
    "ＡＡ==",
  ]) {
    assert.throws(() => decodeBase64(text), MalformedError, text);
  }
});
