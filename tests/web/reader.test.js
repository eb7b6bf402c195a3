// Reading by what must come next: one spelling, bounds first, and trails of
// which a part is shown.

import assert from "node:assert/strict";
import test from "node:test";

import { mapKey } from "../../node/provenance_node/web/verify/claims/trail.js";
import { encode } from "../../node/provenance_node/web/verify/encoding/canonical.js";
import { Reader } from "../../node/provenance_node/web/verify/encoding/reader.js";
import { MalformedError } from "../../node/provenance_node/web/verify/errors.js";
import {
  LAST,
  NotShownError,
  SparseTrail,
} from "../../node/provenance_node/web/verify/proof/trails.js";
import { raw } from "./vectors.js";

const MOST = Number.MAX_SAFE_INTEGER;

test("what is written is read, by its type", () => {
  for (const value of [0, 127, 128, 255, 256, 65_536, 2 ** 32, MOST]) {
    assert.equal(new Reader(encode(value)).uint(), value);
    assert.equal(new Reader(encode(value)).number(), value);
  }
  for (const value of [-1, -32, -33, -128, -129, -32_769, -(2 ** 31) - 1]) {
    assert.equal(new Reader(encode(value)).number(), value);
    assert.throws(() => new Reader(encode(value)).uint(), MalformedError);
  }
  for (const value of [0.5, -1e300, 2 ** 53]) {
    assert.equal(new Reader(encode(value)).number(), value);
  }
  for (const size of [0, 31, 32, 255, 256, 65_535, 65_536]) {
    const text = "x".repeat(size);
    assert.equal(new Reader(encode(text)).text(size), text);
    const bytes = new Uint8Array(size).fill(7);
    assert.deepEqual(new Reader(encode(bytes)).binary(size), bytes);
    const rows = new Array(size).fill(0);
    assert.equal(new Reader(encode(rows)).array(size), size);
    if (!size) continue;
    for (const [value, read] of [
      [text, (reader) => reader.text(size - 1)],
      [bytes, (reader) => reader.binary(size - 1)],
      [rows, (reader) => reader.array(size - 1)],
      [rows, (reader) => reader.array(MOST, size + 1)],
    ]) {
      assert.throws(() => read(new Reader(encode(value))), MalformedError);
    }
  }
  const reader = new Reader(encode([null, new Uint8Array(64)]));
  reader.row(2);
  assert.equal(reader.nil(), true);
  assert.equal(reader.hashes(2).length, 64);
  reader.end();
});

test("no other spelling is read, and nothing beyond the end", () => {
  const readers = {
    uint: "cc7f cd00ff ce0000ffff cf00000000ffffffff cf0020000000000000 cfffffffffffffffff c3 ff ca00000000",
    number:
      "cc7f d0e0 d1ff80 d2ffff8000 d3ffffffff80000000 d37fffffffffffffff d3ffe0000000000000 cb7ff0000000000000 cb3ff0000000000000 cb8000000000000000 c0",
    text: "d900 da00ff db0000ffff a1ff a161ff c400 a2ed a3eda080",
    binary: "c500ff c60000ffff a0 c402ff c4",
    array: "dc000f dd0000ffff 91 80 c0 dcffff ddffffffff",
    hashes: "c41f c402ffff",
    hash: "c41f",
    nil: "",
  };
  for (const [name, texts] of Object.entries(readers)) {
    for (const text of [...texts.split(" "), ""]) {
      const read = () => {
        const reader = new Reader(raw(text));
        reader[name](MOST);
        reader.end();
      };
      assert.throws(read, MalformedError, `${name} ${text}`);
    }
  }
});

test("of a trail with gaps it is told what is shown, and nothing guessed", () => {
  const linkAt = (logIndex, kinds = 0) => ({
    logIndex,
    position: 0,
    time: 0,
    kinds,
    leaves: [1],
    eventId: new Uint8Array(32),
  });
  const hash = (number) => new Uint8Array(32).fill(number);
  // Links 0 and 1, 4, and 7 to 9, the last, at ten times their numbers.
  const trail = new SparseTrail("urn:x:1", 10, [
    { start: 0, links: [linkAt(0), linkAt(10)], hashes: [hash(0), hash(1)] },
    { start: 4, links: [linkAt(40, 8)], hashes: [hash(4)] },
    {
      start: 7,
      links: [linkAt(70), linkAt(80), linkAt(90)],
      hashes: [hash(7), hash(8), hash(9)],
    },
  ]);
  const numbers = trail.warnings.map(([number]) => number);
  assert.deepEqual(numbers, [4]);
  assert.equal(trail.links.length, 6);
  assert.equal(trail.firstAt([0, 0]), 0);
  assert.equal(trail.firstAt([5, 0]), 1);
  assert.equal(trail.firstAt([10, 0]), 1);
  assert.equal(trail.firstAt([80, 0]), 8);
  assert.equal(trail.firstAt([90, 1]), 10);
  assert.equal(trail.firstAt(LAST), 10);
  for (const at of [11, 40, 41, 70]) {
    assert.throws(() => trail.firstAt([at, 0]), NotShownError, `${at}`);
  }
  assert.deepEqual(trail.slice(3, 3), []);
  assert.equal(trail.slice(7, 10).length, 3);
  for (const [start, stop] of [
    [0, 3],
    [2, 3],
    [3, 5],
    [9, 11],
  ]) {
    assert.throws(() => trail.slice(start, stop), NotShownError);
  }
  assert.deepEqual(trail.hashBefore(0), mapKey("urn:x:1"));
  assert.deepEqual(trail.hashBefore(5), hash(4));
  assert.throws(() => trail.hashBefore(4), NotShownError);
  const none = new SparseTrail("urn:x:1", 0, []);
  assert.equal(none.firstAt(LAST), 0);
});
