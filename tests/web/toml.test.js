// The reader of trust files takes what they are written in, and names the rest.

import assert from "node:assert/strict";
import test from "node:test";

import {
  parseToml,
  Time,
} from "../../node/provenance_node/web/verify/encoding/toml.js";
import { MalformedError } from "../../node/provenance_node/web/verify/errors.js";
import { parseTrust } from "../../node/provenance_node/web/verify/proof/trust.js";
import { casesOf, golden } from "./vectors.js";

/** Return the one value that is written so. */
const valueOf = (text) => parseToml(`x = ${text}\n`).get("x");

test("values are read", () => {
  const cases = {
    '"a # \\"b\\" \\u00e9\\U0001F600\\t"': 'a # "b" é😀\t',
    "'C:\\dir'": "C:\\dir",
    '""': "",
    0: 0,
    "-0": 0,
    "+17": 17,
    "1_000": 1000,
    true: true,
    false: false,
    "[]": [],
    '[1, [2, ["x"]], 3, ]': [1, [2, ["x"]], 3],
    '[ # one\n "a", # two\r\n\n "b"\n]': ["a", "b"],
  };
  for (const [text, value] of Object.entries(cases)) {
    assert.deepEqual(valueOf(text), value, text);
  }
});

test("times are read to the millisecond", () => {
  const cases = {
    "1970-01-01T00:00:00Z": 0,
    "2027-01-01 00:00:00.5+01:00": Date.UTC(2026, 11, 31, 23, 0, 0, 500),
    "2024-02-29t12:00:00.9999999z": Date.UTC(2024, 1, 29, 12, 0, 0, 999),
    "1969-12-31T23:59:59.9995Z": -1,
    "0001-01-01T00:00:00-00:30": -62135596800000 + 1_800_000,
  };
  for (const [text, time] of Object.entries(cases)) {
    assert.deepEqual(valueOf(text), new Time(time), text);
  }
});

test("tables are read", () => {
  const file = parseToml(
    [
      "a = 1 # first",
      "[[b]]",
      "c = 2",
      "[[ b . d ]]",
      "e = 3",
      "[[b]]",
      "",
      '[f."g h"]',
      "'i j' = 4",
      "[f]",
      "k-1_ = 5",
    ].join("\r\n"),
  );
  const plain = (value) =>
    value instanceof Map
      ? Object.fromEntries([...value].map(([k, v]) => [k, plain(v)]))
      : Array.isArray(value)
        ? value.map(plain)
        : value;
  assert.deepEqual(plain(file), {
    a: 1,
    b: [{ c: 2, d: [{ e: 3 }] }, {}],
    f: { "g h": { "i j": 4 }, "k-1_": 5 },
  });
});

test("what is no TOML is refused", () => {
  for (const text of [
    "x",
    "x =",
    "= 1",
    "x = 1 2",
    "x = 1 y = 2",
    'x = "a',
    "x = 'a",
    'x = "a\nb"',
    'x = "\\q"',
    'x = "\\ud800"',
    'x = "\\U00110000"',
    'x = "\x00"',
    "x = '\x1f'",
    "# \x07",
    "x = 1\ry = 2",
    "x = 01",
    "x = 1__0",
    "x = _1",
    "x = tru",
    "x = [1 2]",
    "x = [1",
    "x = [,]",
    "x = 1\nx = 1",
    "[a]\n[a]",
    "[[a]]\n[a]",
    "[a]\n[[a]]",
    "a = []\n[[a]]",
    "a = 1\n[a.b]",
    "a = [1]\n[a.b]",
    "[a]\nb = 1\n[a.b]",
    "[a",
    "[a]]",
    "[[a]",
    "[]",
    "[a.]",
    "[a] b = 1",
    "x = 2023-02-29T00:00:00Z",
    "x = 2023-00-01T00:00:00Z",
    "x = 0000-01-01T00:00:00Z",
    "x = 2023-01-01T24:00:00Z",
    "x = 2023-01-01T00:00:60Z",
    "\ufeffx = 1",
    "x = '\ud800'",
  ]) {
    assert.throws(() => parseToml(text), MalformedError, JSON.stringify(text));
  }
});

test("a whole number beyond 2**53 is for its member to refuse", () => {
  for (const text of [
    "9007199254740993",
    "-9007199254740993",
    "9".repeat(5000),
  ]) {
    const value = parseToml(`x = ${text}`).get("x");
    assert.equal(typeof value, "number");
    assert(!Number.isSafeInteger(value));
  }
});

test("what TOML has and trust files do not is refused by its name", () => {
  const cases = {
    "x = 1.5": /1\.5.*read here/,
    "x = 1e3": /read here/,
    "x = inf": /read here/,
    "x = 0x10": /read here/,
    "x = 2023-01-01": /zone/,
    "x = 2023-01-01T00:00:00": /zone/,
    "x = 00:00:00": /zone/,
    'x = """a"""': /several lines/,
    "x = '''a'''": /several lines/,
    "x = {a = 1}": /inline tables/,
    "x.y = 1": /dotted keys/,
  };
  for (const [text, reason] of Object.entries(cases)) {
    assert.throws(
      () => parseToml(`\n${text}`),
      (error) => {
        assert(error instanceof MalformedError);
        assert.match(error.message, /^line 2: /);
        assert.match(error.message, reason);
        return true;
      },
    );
  }
});

test("arrays inside one another come to an end", () => {
  assert.throws(() => valueOf("[".repeat(100_000)), MalformedError);
});

test("keys are no members of objects", () => {
  const file = parseToml('["__proto__"]\nx = 1\n[constructor]\ny = 2\n');
  assert.deepEqual([...file.keys()], ["__proto__", "constructor"]);
  assert.equal({}.x, undefined);
  assert.throws(
    () => parseToml("[constructor]\n[constructor]"),
    MalformedError,
  );
});

test("a member of a trust file that nobody knows is named", () => {
  const { text } = golden("trust/good-plain").given;
  assert.throws(
    () => parseTrust(`colour = "red"\n${text}`),
    /no member colour/,
  );
  assert.throws(() => parseTrust(`${text}[[authorities.grants]]\n`), /role/);
});

test("every good trust file starts a registry", () => {
  const good = casesOf("trust").filter((name) => name.startsWith("good-"));
  assert(good.length > 10);
  for (const name of good) {
    const trust = parseTrust(golden(`trust/${name}`).given.text);
    const known = trust.authorities.length + trust.actors.length;
    assert.equal(trust.registry().actors().length, known, name);
  }
});
