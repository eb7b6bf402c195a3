// Whatever somebody hands over, a verdict comes back, and nothing else breaks.

import assert from "node:assert/strict";
import test from "node:test";

import { Item } from "../../node/provenance_node/web/verify/claims/event.js";
import { encodeBase64 } from "../../node/provenance_node/web/verify/encoding/base64.js";
import {
  decode,
  encode,
} from "../../node/provenance_node/web/verify/encoding/canonical.js";
import { readAct } from "../../node/provenance_node/web/verify/rules/act.js";
import { readDeclaration } from "../../node/provenance_node/web/verify/epcis/corrections.js";
import { baseline } from "../../node/provenance_node/web/verify/rules/book.js";
import { readEvent } from "../../node/provenance_node/web/verify/rules/reading.js";
import { readContext } from "../../node/provenance_node/web/verify/epcis/prefixes.js";
import * as errors from "../../node/provenance_node/web/verify/errors.js";
import { canonicalItem } from "../../node/provenance_node/web/verify/gs1/item.js";
import { Report } from "../../node/provenance_node/web/verify/proof/report.js";
import {
  NOT_CHECKED,
  STEPS,
  mapAsJson,
} from "../../node/provenance_node/web/verify/proof/verdict.js";
import {
  examineBundle,
  verifyBundle,
} from "../../node/provenance_node/web/verify/proof/verify.js";
import { parseCheckpoint } from "../../node/provenance_node/web/verify/tlog/checkpoint.js";
import {
  parseNote,
  parseVkey,
} from "../../node/provenance_node/web/verify/tlog/note.js";
import { parsePolicy } from "../../node/provenance_node/web/verify/tlog/policy.js";
import { casesOf, fromBase64, golden, goldenText, trustOf } from "./vectors.js";

const { MalformedError } = errors;
const SMALL = golden("bundle/verified-short").given;
const BYTES = fromBase64(SMALL.bundle);
const TIME = "2026-02-01T09:00:00Z";
const bodyOf = (members) => new Map(Object.entries(members));
const ASKED = { trust: trustOf(SMALL.trust), now: SMALL.now, item: SMALL.item };

test("a bundle that is cut off anywhere is unknown", async () => {
  for (let size = 0; size < BYTES.length; size += 3) {
    const verdict = await examineBundle(BYTES.subarray(0, size), ASKED);
    assert.equal(verdict.outcome, "UNKNOWN");
    assert.equal(verdict.checks[0].code, "PRV-0101");
  }
});

test("no flipped bit of a bundle leaves it verified", async () => {
  const { outcome } = await examineBundle(BYTES, ASKED);
  assert.equal(outcome, "VERIFIED");
  for (let at = 0; at < BYTES.length; at += 3) {
    const bytes = Uint8Array.from(BYTES);
    bytes[at] ^= 1 << (at % 8);
    const verdict = await examineBundle(bytes, ASKED);
    assert.notEqual(verdict.outcome, "VERIFIED", `byte ${at}`);
    assert.deepEqual([...new Set(verdict.checks.map((c) => c.id))], STEPS);
  }
});

test("an array of millions costs nothing wherever it stands", async () => {
  const size = 2 ** 22;
  const bomb = new Uint8Array(5 + size).fill(0x90);
  bomb.set([0xdd, 0, 0x40, 0, 0]);
  // Where it is to stand: bytes that are nowhere else.
  const mark = new Uint8Array(20).fill(0xc1);
  let tried = 0;
  const put = async (parts) => {
    const data = Buffer.from(encode(parts));
    const at = data.indexOf(Buffer.from([0xc4, 20, ...mark]));
    const bytes = Buffer.concat([
      data.subarray(0, at),
      bomb,
      data.subarray(at + 22),
    ]);
    const before = process.memoryUsage().heapUsed;
    const verdict = await examineBundle(bytes, ASKED);
    const grown = process.memoryUsage().heapUsed - before;
    assert.equal(verdict.checks[0].code, "PRV-0101");
    assert(grown < size, `${grown} bytes`);
    tried++;
  };
  const walk = async (value, change) => {
    if (!Array.isArray(value)) return;
    await put(change(mark));
    for (const i of value.keys()) {
      await walk(value[i], (child) => change(value.with(i, child)));
    }
  };
  const parts = decode(BYTES);
  for (const i of parts.keys()) {
    await put(parts.with(i, mark));
    await walk(parts[i], (child) => parts.with(i, child));
  }
  assert(tried > 50);
});

test("what is no byte string, or no time, is a wrong call", async () => {
  for (const data of ["", [], null, BYTES.buffer, encodeBase64(BYTES)]) {
    await assert.rejects(examineBundle(data, ASKED), TypeError);
  }
  for (const now of [NaN, 1.5, Infinity, "0", undefined, 1n, new Date()]) {
    await assert.rejects(examineBundle(BYTES, { ...ASKED, now }), RangeError);
  }
});

test("the item in hand may be written as people have it", async () => {
  for (const item of [
    "urn:epc:id:sgtin:9506000.013435.K0001",
    "https://shop.example/01/09506000134352/21/K0001",
    "(01)09506000134352(21)K0001",
    "]d2010950600013435221K0001",
    " https://id.gs1.org/01/09506000134352/21/K0001\n",
  ]) {
    const { outcome } = await examineBundle(BYTES, { ...ASKED, item });
    assert.equal(outcome, "VERIFIED", item);
  }
  for (const item of ["", "milk", "(01)09506000134353(21)K0001"]) {
    const asked = { ...ASKED, item };
    await assert.rejects(examineBundle(BYTES, asked), MalformedError, item);
  }
});

test("bytes inside a greater buffer are read where they are", async () => {
  const wide = new Uint8Array(BYTES.length + 20).fill(0xc1);
  wide.set(BYTES, 7);
  const inside = wide.subarray(7, 7 + BYTES.length);
  assert.equal((await examineBundle(inside, ASKED)).outcome, "VERIFIED");
});

test("verifying throws the error of the first step that did not pass", async () => {
  const kinds = {
    format: "MalformedError",
    "log-signature": "InvalidSignatureError",
    quorum: "QuorumNotMetError",
    commitment: "InvalidProofError",
    inclusion: "InvalidProofError",
    events: "InvalidProofError",
    trails: "InvalidProofError",
  };
  for (const name of casesOf("bundle")) {
    const { given, outcome } = golden(`bundle/${name}`);
    const { bundle, trust, now, item } = given;
    const asked = { trust: trustOf(trust), now, item };
    const verdict = await examineBundle(fromBase64(bundle), asked);
    const verifying = verifyBundle(fromBase64(bundle), asked);
    if (outcome === "VERIFIED") {
      assert.deepEqual(await verifying, verdict);
      continue;
    }
    const first = verdict.checks.find(
      (c) => c.outcome !== "VERIFIED" && c.code !== NOT_CHECKED,
    );
    await assert.rejects(verifying, (error) => {
      assert.equal(error.name, kinds[first.id] ?? "VerificationError", name);
      assert(error instanceof errors[error.name]);
      return error.message === `${first.code}: ${first.detail}`;
    });
  }
});

test("a verdict is JSON, and its members are its own", async () => {
  const { given } = golden("bundle/verified-field-shown");
  const { bundle, trust, now } = given;
  const asked = { trust: trustOf(trust), now };
  const verdict = await examineBundle(fromBase64(bundle), asked);
  assert.deepEqual(JSON.parse(JSON.stringify(verdict)), verdict);
  const fields = verdict.timeline.at(-1).fields;
  assert.equal(fields["/example:price"] ?? 12.5, 12.5);
  const json = mapAsJson(
    new Map([["__proto__", new Map([["x", [Uint8Array.of(255)]]])]]),
  );
  assert.deepEqual(Object.keys(json), ["__proto__"]);
  assert.equal(JSON.stringify(json), '{"__proto__":{"x":["/w=="]}}');
  assert.equal({}.x, undefined);
});

test("bytes that change while they are checked change nothing", async () => {
  const bytes = Uint8Array.from(BYTES);
  const examining = examineBundle(bytes, ASKED);
  bytes.fill(0);
  assert.equal((await examining).outcome, "VERIFIED");
});

test("two examinations at once do not mix", async () => {
  const names = casesOf("bundle").slice(0, 60);
  const verdictOf = (name) => {
    const { bundle, trust, now, item } = golden(`bundle/${name}`).given;
    return examineBundle(fromBase64(bundle), {
      trust: trustOf(trust),
      now,
      item,
    });
  };
  const together = await Promise.all(names.map(verdictOf));
  for (const [i, name] of names.entries()) {
    assert.deepEqual(together[i], await verdictOf(name));
  }
});

test("a trust file that was used is as good as new", async () => {
  const { given } = golden("bundle/verified-rotated-key");
  const asked = { trust: trustOf(given.trust), now: given.now };
  const first = await examineBundle(fromBase64(given.bundle), asked);
  const again = await examineBundle(fromBase64(given.bundle), asked);
  assert.equal(first.outcome, "VERIFIED");
  assert.deepEqual(again, first);
});

test("words that objects inherit mean nothing", () => {
  const item = new Item("epcList", "urn:x:1");
  for (const word of [
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
  ]) {
    for (const members of [
      { type: "ObjectEvent", action: "OBSERVE", bizStep: word },
      { type: word },
      { type: word, action: word },
      { type: "ObjectEvent", action: word },
    ]) {
      const body = bodyOf({ ...members, eventTime: TIME });
      assert.throws(() => readEvent(body, [], baseline()), MalformedError);
    }
    const seen = bodyOf({
      type: "ObjectEvent",
      action: "OBSERVE",
      disposition: word,
      eventTime: TIME,
    });
    const reading = readEvent(seen, [[3, 1]], baseline());
    assert.equal(reading.warns, false);
    assert.deepEqual(readAct(seen, [item], reading, baseline()).needs, [
      { kinds: new Set(["observing"]), keys: [] },
    ]);
    assert.throws(
      () => canonicalItem(`https://id.gs1.org/${word}/1`),
      MalformedError,
    );
    assert.throws(() => canonicalItem(`urn:epc:${word}:x:1`), MalformedError);
    assert.throws(() => canonicalItem(`urn:epc:id:${word}:1`), MalformedError);
    const declared = bodyOf({ errorDeclaration: new Map([["reason", word]]) });
    assert.equal(readDeclaration(declared)?.reason, word);
  }
  const context = readContext(new Map([["constructor", "urn:y:"]]));
  assert.deepEqual([...context], [["constructor", "urn:y:"]]);
});

test("notes, vkeys, checkpoints and policies that are none are refused", () => {
  const note = goldenText("tlog/demo.checkpoint");
  const halves = [note.replace("demo", "\ud800"), note.replace("demo", "\x00")];
  for (const text of ["", "\n", "\n\n", "a\n\n", "a\n\n— b\n", ...halves]) {
    assert.throws(() => parseNote(text), MalformedError);
  }
  assert.throws(() => parseNote(Uint8Array.of(0xff)), MalformedError);
  assert.throws(() => parseNote("x".repeat(2 ** 20 + 1)), MalformedError);
  for (const text of ["", "a", "a+b", "a+00000000+AQ==", "a b+0+AQID"]) {
    assert.throws(() => parseVkey(text), MalformedError);
  }
  const root = "l5nzB1F+9RfCIF35tndivzR1ayAJn7ffzOdrzr0nOy4=";
  const sizes = ["-1", "01", "1.0", "1e3", "", "9007199254740992", "１", "0x1"];
  for (const size of sizes) {
    assert.throws(
      () => parseCheckpoint(`a\n${size}\n${root}\n`),
      MalformedError,
    );
  }
  const long = "é".repeat(128);
  assert.throws(() => parseCheckpoint(`${long}\n1\n${root}\n`), MalformedError);

  const policy = goldenText("tlog/demo.policy");
  const lines = policy.split("\n");
  const others = [
    policy.slice(0, -1),
    policy.replace("quorum", "quorom"),
    policy.replace("two-of-three 2", "two-of-three 4"),
    policy.replace("two-of-three 2", "two-of-three 02"),
    policy.replace("harbour union", "harbour harbour"),
    policy.replace("harbour union", "nobody union"),
    policy.replace("witness union", "witness harbour"),
    policy.replace("witness union", "witness none"),
    [lines[0], ...lines].join("\n"),
    `${policy}quorum none\n`,
    lines.slice(0, -2).join("\n") + "\n",
    policy.replace("log ", "log\x07"),
    "",
  ];
  for (const text of others) {
    assert.throws(() => parsePolicy(Buffer.from(text)), MalformedError, text);
  }
  assert.throws(() => parsePolicy(Uint8Array.of(0xff, 0x0a)), MalformedError);
  const spaced = policy
    .replaceAll(" ", " \t ")
    .replace("group", "\n# x\ngroup");
  assert.equal(parsePolicy(Buffer.from(spaced)).quorum, "two-of-three");
  const lax = policy.replace("two-of-three 2", "two-of-three any");
  assert.equal(parsePolicy(Buffer.from(lax)).groups[0].threshold, 1);
});

test("a report keeps a hundred faults of a kind, each once", () => {
  const report = new Report();
  for (let i = 0; i < 150; i++) {
    report.found("PRV-0901", `fault ${i % 120}`, "x");
    report.found("PRV-1401", `lack ${i}`, "x");
    report.notice("PRV-1402", `notice ${i}`);
  }
  assert.equal(report.checks.length, 200);
  assert.equal(report.notices.length, 100);
  report.passed("PRV-0900", "all is well");
  assert.equal(report.checks.length, 200);
});

test("a body survives being written and read", () => {
  const body = bodyOf({ type: "x", __proto__: 1, z: [null, -1, 0.5] });
  assert.deepEqual(decode(encode(body)), new Map([...body].sort()));
});
