// @ts-check
// Getting the evidence: bundle and trust file, from the page's own node.
//
// The node is asked for nothing but bytes. A download ends at its limit of
// bytes and of time, whatever its headers promise; what cannot be had is told
// apart: no such item, a node that fails, no network, or one that answers in the
// node's place, as where visitors have to sign in.

import { FORMAT } from "../verify/proof/bundle.js";

/** That of a bundle: a msgpack array of 13. */
const FIRST_BYTE = 0x9d;

/** The most bytes of a bundle that are downloaded, or opened as a file. */
export const MAX_BYTES = 8 * 2 ** 20;

const MAX_TRUST_BYTES = 2 ** 20;
const TIMEOUT_MS = 20_000;
const BUNDLE = "application/vnd.provenance.bundle+msgpack";
const KEPT = "provenance-bundles";
const KEPT_AT = "x-kept-at";

/** The most bundles that are kept for when there is no network. */
const MOST_KEPT = 30;

/**
 * What came of asking.
 * @typedef {{kind: "found", bytes: Uint8Array, keptAt: number | null}
 *   | {kind: "missing"}
 *   | {kind: "refused", status: number}
 *   | {kind: "large"}
 *   | {kind: "strange"}
 *   | {kind: "unreachable"}} Got
 */

/** More came than may. */
class TooLargeError extends Error {}

/**
 * Return the bundle of an item: the ledger's, or without a network the last
 * good one that this browser kept.
 * @param {string} item
 * @returns {Promise<Got>}
 */
export async function getBundle(item) {
  let got = await get(bundlePath(item), BUNDLE, MAX_BYTES);
  if (got.kind === "found" && !looksLikeBundle(got.bytes)) {
    got = { kind: "strange" };
  }
  if (!["unreachable", "refused", "strange"].includes(got.kind)) return got;
  return (await getKept(item)) ?? got;
}

/**
 * Return the bundle of an item that shows a stretch of its story as well,
 * where it would be skipped: from the event of that number on.
 * @param {string} item
 * @param {number} from counted from 0
 * @returns {Promise<Got>}
 */
export async function getStretch(item, from) {
  const got = await get(`${bundlePath(item)}?from=${from}`, BUNDLE, MAX_BYTES);
  return got.kind === "found" && !looksLikeBundle(got.bytes)
    ? { kind: "strange" }
    : got;
}

/** Return the node's trust file. */
export function getTrust() {
  return get("/v1/trust", "application/toml", MAX_TRUST_BYTES);
}

/**
 * Keep a bundle that was verified, for when there is no network.
 * @param {string} item
 * @param {Uint8Array} bytes
 * @param {number} now
 */
export async function keepBundle(item, bytes, now) {
  const cache = await openKept();
  if (!cache) return;
  const headers = { "content-type": BUNDLE, [KEPT_AT]: `${now}` };
  const copy = new Uint8Array(bytes);
  try {
    // Put last again, the one that was used last is the last to go.
    await cache.delete(bundlePath(item));
    await cache.put(bundlePath(item), new Response(copy, { headers }));
    const keys = await cache.keys();
    for (const key of keys.slice(0, -MOST_KEPT)) await cache.delete(key);
  } catch (error) {
    // No room: then nothing is kept, and all else works.
    if (!(error instanceof DOMException)) throw error;
  }
}

/**
 * Return a file that was opened or dropped, or why it is no bundle.
 * @param {File} file
 * @returns {Promise<{kind: "found", bytes: Uint8Array} | {kind: "large" | "json"}>}
 */
export async function readFile(file) {
  if (file.size > MAX_BYTES) return { kind: "large" };
  const bytes = new Uint8Array(await file.arrayBuffer());
  return looksLikeJson(bytes) ? { kind: "json" } : { kind: "found", bytes };
}

/**
 * Whether bytes are JSON, such as the view of a bundle that people read. A
 * bundle starts with a msgpack array, which is no character of JSON.
 * @param {Uint8Array} bytes
 */
export function looksLikeJson(bytes) {
  const start = new TextDecoder().decode(bytes.subarray(0, 256)).trimStart();
  return /^[{[]/.test(start) || start.includes(`"${FORMAT}"`);
}

/**
 * Whether bytes start as a bundle does, with a msgpack array of its parts, which
 * is no character of HTML or JSON. What starts so may still be damaged.
 * @param {Uint8Array} bytes
 */
export function looksLikeBundle(bytes) {
  return bytes[0] === FIRST_BYTE;
}

/** @param {string} item */
function bundlePath(item) {
  return `/v1/items/${encodeURIComponent(item)}/bundle`;
}

/**
 * @param {string} path
 * @param {string} accept
 * @param {number} limit
 * @returns {Promise<Got>}
 */
async function get(path, accept, limit) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(path, {
      headers: { accept },
      cache: "no-cache",
      credentials: "omit",
      // The evidence comes from here or not at all.
      redirect: "error",
      signal: control.signal,
    });
    if (response.status === 404) return { kind: "missing" };
    if (!response.ok) return { kind: "refused", status: response.status };
    const bytes = await readAtMost(response, limit);
    return { kind: "found", bytes, keptAt: null };
  } catch (error) {
    if (error instanceof TooLargeError) return { kind: "large" };
    // Without a network `fetch` throws a TypeError; out of time, it aborts.
    if (error instanceof TypeError || error instanceof DOMException) {
      return { kind: "unreachable" };
    }
    throw error;
  } finally {
    clearTimeout(timer);
    control.abort();
  }
}

/**
 * Return the body of a response, read up to its limit and no further.
 * @param {Response} response
 * @param {number} limit
 * @throws {TooLargeError} There is more.
 */
export async function readAtMost(response, limit) {
  const reader = response.body?.getReader();
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || !value) break;
    size += value.length;
    if (size > limit) {
      await reader?.cancel();
      throw new TooLargeError(`more than ${limit} bytes came`);
    }
    parts.push(value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * @param {string} item
 * @returns {Promise<Got | null>}
 */
async function getKept(item) {
  const response = await (await openKept())?.match(bundlePath(item));
  if (!response) return null;
  const keptAt = Number(response.headers.get(KEPT_AT));
  return {
    kind: "found",
    bytes: new Uint8Array(await response.arrayBuffer()),
    keptAt,
  };
}

/** Return what keeps bundles, null where the browser has no such thing. */
async function openKept() {
  if (!("caches" in globalThis)) return null;
  try {
    return await caches.open(KEPT);
  } catch (error) {
    // A private window may refuse to keep anything.
    if (error instanceof DOMException) return null;
    throw error;
  }
}
