// The modules are what they promise: pure, unbundled, and file for file.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import test from "node:test";

const ROOT = new URL("../../node/provenance_node/web/verify/", import.meta.url);
const PYTHON = new URL("../../provenance/", import.meta.url);
const MODULES = readdirSync(ROOT, { recursive: true }).filter((name) =>
  name.endsWith(".js"),
);
const sourceOf = (name) => readFileSync(new URL(name, ROOT), "utf8");

/** Modules without a Python twin, and what they stand in for. */
const OWN = {
  "index.js": "provenance/__init__.py",
  "encoding/bytes.js": "bytes",
  "encoding/search.js": "bisect",
  "encoding/toml.js": "tomllib",
  "primitives/ed25519.js": "cryptography",
  "primitives/keccak.js": "hashlib",
  "primitives/mldsa44.js": "cryptography",
  "primitives/sha2.js": "hashlib",
  "rules/assessment_1.js": "provenance/rules/assessment-1.json",
  "rules/evidence_1.js": "provenance/rules/evidence-1.json",
  "proof/explanations.js": "provenance/proof/codes.json",
};

test("every module has a twin in Python, or stands in for one's library", () => {
  assert(MODULES.length > 40);
  for (const name of MODULES) {
    const twin = new URL(name.replace(/js$/, "py"), PYTHON);
    assert.equal(existsSync(twin), !(name in OWN), name);
  }
});

test("every module is checked as TypeScript would, and says what it is", () => {
  for (const name of MODULES) {
    const [first, second] = sourceOf(name).split("\n");
    assert.equal(first, "// @ts-check", name);
    assert.match(second, /^\/\/ \S/, name);
  }
});

test("modules import one another, and nothing else", () => {
  for (const name of MODULES) {
    const imports = sourceOf(name).matchAll(
      /\bfrom "([^"]*)"|import\("([^"]*)"\)/g,
    );
    for (const [, plain, typed] of imports) {
      const path = plain ?? typed;
      assert.match(path, /^\.\.?\/[a-z0-9_/.]+\.js$/, name);
      const target = new URL(path, new URL(name, ROOT));
      assert(target.href.startsWith(ROOT.href), `${name}: ${path}`);
      assert(existsSync(target), `${name}: ${path}`);
    }
  }
});

test("modules know no network, clock, page, storage or chance", () => {
  // prettier-ignore
  const forbidden =
    /(?<![.\w])(fetch|XMLHttpRequest|WebSocket|navigator|document|window|localStorage|sessionStorage|indexedDB|process|require|setTimeout|setInterval|eval|Function|console)\s*[.(\[]|\bDate\.now\b|new Date\(\)|Math\.random|getRandomValues|\bfor \(.* in /;
  for (const name of MODULES) {
    const code = sourceOf(name).replace(/^\s*(\/\/|\*|\/\*\*).*$/gm, "");
    assert.equal(forbidden.exec(code)?.[0], undefined, name);
  }
});

test("the door exports what a page needs", async () => {
  const door = await import("../../node/provenance_node/web/verify/index.js");
  for (const name of [
    "examineBundle",
    "verifyBundle",
    "parseTrust",
    "verifyReceipt",
    "canonicalItem",
    "MalformedError",
    "STEPS",
  ]) {
    assert(name in door, name);
  }
});
