// Reads golden vectors of this project, and finds the published ones.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { parseTrust } from "../../node/provenance_node/web/verify/index.js";

const GOLDEN = new URL("../vectors/", import.meta.url);
const SHARED = new URL("../../../shared/vectors/", import.meta.url);

/** Return the bytes that hexadecimal digits stand for. */
export function raw(text) {
  return new Uint8Array(Buffer.from(text, "hex"));
}

/** Return the bytes that base64 stands for. */
export function fromBase64(text) {
  return new Uint8Array(Buffer.from(text, "base64"));
}

/** Return the formats that have golden vectors. */
export function formats() {
  return readdirSync(GOLDEN, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => casesOf(name).length);
}

/** Return the names of a format's cases. */
export function casesOf(format) {
  return readdirSync(new URL(`${format}/`, GOLDEN))
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length));
}

/** Return a golden case: desc, given, outcome and perhaps gives. */
export function golden(path) {
  return JSON.parse(readFileSync(new URL(`${path}.json`, GOLDEN), "utf8"));
}

/** Return a file beside the golden cases, as text. */
export function goldenText(path) {
  return readFileSync(new URL(path, GOLDEN), "utf8");
}

/** Return the trust file that golden cases name so. */
export function trustOf(name) {
  return parseTrust(golden(`trust/good-${name}`).given.text);
}

/**
 * Return the folder of published vectors, or skip the test and return null.
 * They are not part of this project.
 */
export function shared(test, name) {
  const folder = new URL(`${name}/`, SHARED);
  if (existsSync(folder)) return folder;
  const reason =
    `published vectors missing: put ${name} under ../shared/vectors beside` +
    ` the project (${fileURLToPath(SHARED)})`;
  if (process.env.PROVENANCE_REQUIRE_ALL === "1") assert.fail(reason);
  test.skip(reason);
  return null;
}

/** Return a published file as JSON. */
export function readJson(folder, path) {
  return JSON.parse(readFileSync(new URL(path, folder), "utf8"));
}

/** Return a value as the vectors write it: bytes as hex, no undefined. */
export function plain(value) {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Set) return [...value].map(plain);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [key, plain(child)]),
    );
  }
  return value;
}

/** Return a msgpack value as JSON: bytes as {"$bytes": hex}. */
export function tagged(value) {
  if (value instanceof Uint8Array) return { $bytes: plain(value) };
  if (Array.isArray(value)) return value.map(tagged);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([k, v]) => [k, tagged(v)]));
  }
  return value;
}

/** Return the msgpack value that a tagged one stands for. */
export function untagged(value) {
  if (Array.isArray(value)) return value.map(untagged);
  if (value === null || typeof value !== "object") return value;
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0] === "$bytes") return raw(value.$bytes);
  return new Map(keys.map((key) => [key, untagged(value[key])]));
}
