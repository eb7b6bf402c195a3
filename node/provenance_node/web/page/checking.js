// @ts-check
// One check, from a code or a file to all that the page shows of it.

import { hasTrail } from "../verify/claims/event.js";
import { otherCases } from "../verify/gs1/item.js";
import { readLabel } from "../verify/gs1/label.js";
import { MalformedError } from "../verify/errors.js";
import { backend } from "../verify/keys.js";
import { parseTrust } from "../verify/proof/trust.js";
import { examineBundle } from "../verify/proof/verify.js";
import { getBundle, getStretch, getTrust, keepBundle } from "./fetching.js";
import { choose, load, save, toKeep } from "./keeping.js";
import { readStory } from "./story.js";
import { addStretch } from "./stretches.js";

/** @typedef {import("./keeping.js").Kept} Kept */
/** @typedef {import("./story.js").Story} Story */
/** @typedef {import("../verify/proof/trust.js").Trust} Trust */
/** @typedef {import("../verify/proof/verdict.js").Verdict} Verdict */

/**
 * Evidence that was checked.
 * @typedef {object} Checked
 * @property {"checked"} kind
 * @property {Verdict} verdict
 * @property {Story | null} story
 * @property {Uint8Array} bytes the ones that the verdict is about
 * @property {string | null} asked the item that was asked for
 * @property {string | null} label the same, with what its label says besides
 * @property {Trust} trust
 * @property {Kept} kept the trust file that was used
 * @property {Kept | null} other another one that the node gives
 * @property {"webcrypto" | "pure"} backend what checked the signatures
 * @property {number} now when it was checked, in ms
 * @property {number | null} keptAt when the bundle was kept, if offline
 */

/**
 * Why there was nothing to check.
 * @typedef {object} Unchecked
 * @property {"missing" | "unreachable" | "refused" | "large" | "strange"
 *   | "badItem" | "noTrust" | "badTrust"} kind
 * @property {string} [reason]
 * @property {number} [status]
 * @property {string | null} asked
 * @property {Kept | null} [other]
 * @property {Kept | null} [kept]
 * @property {string | null} [similar] an item that is there, and differs in
 *     capitals and small letters alone
 * @property {boolean} [isProduct] whether it is no single thing
 */

/**
 * Get an item's bundle and check it.
 * @param {string} code the item's label: its id in any spelling, with what is
 *     said of it besides
 * @param {Storage | null} storage
 * @returns {Promise<Checked | Unchecked>}
 */
export async function checkItem(code, storage) {
  /** @type {string} */
  let item;
  try {
    item = (await readLabel(code)).item;
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { kind: "badItem", reason: error.message, asked: code };
  }
  const [believed, got] = await Promise.all([
    findTrust(storage),
    getBundle(item),
  ]);
  const { kept, other, fault } = believed;
  if (got.kind === "missing") {
    const similar = await findSimilar(item);
    const isProduct = !hasTrail(item, "epcList");
    return { ...got, asked: item, kept, other, similar, isProduct };
  }
  if (got.kind !== "found") return { ...got, asked: item, kept, other };
  if (!kept) return { ...fault, asked: item };
  const found = await judge(got.bytes, { kept, item, label: code });
  if (["VERIFIED", "INCOMPLETE"].includes(found.verdict.outcome)) {
    if (got.keptAt === null) await keepBundle(item, got.bytes, found.now);
  }
  return { ...found, other, keptAt: got.keptAt };
}

/**
 * Return the item that the ledger has and that differs from `item` in capitals
 * and small letters alone; null if there is none.
 * @param {string} item
 */
async function findSimilar(item) {
  for (const other of otherCases(item)) {
    const { kind } = await getBundle(other);
    if (kind === "found") return other;
  }
  return null;
}

/**
 * Get a stretch that a story skipped, check it, and add it to what is shown.
 * @param {Checked} checked
 * @param {import("./stretches.js").Stretch} stretch
 * @returns {Promise<Checked | "unreachable" | "bad">} what was checked and all
 *     that is shown now; or why nothing was added
 */
export async function openStretch(checked, { item, first }) {
  const got = await getStretch(item, first - 1);
  if (got.kind !== "found") return "unreachable";
  const label = item === checked.verdict.subject ? checked.label : item;
  const found = await judge(got.bytes, { kept: checked.kept, item, label });
  return ["VERIFIED", "INCOMPLETE"].includes(found.verdict.outcome)
    ? addStretch(checked, found)
    : "bad";
}

/**
 * Keep the node's trust file, unless one is kept already: then a file can be
 * checked later without a network.
 * @param {Storage | null} storage
 */
export async function rememberTrust(storage) {
  const kept = load(storage);
  return kept ? { kept, fault: null } : findTrust(storage);
}

/**
 * Check a file that the user opened. No network is used, but where no trust
 * file is kept yet.
 * @param {Uint8Array} bytes
 * @param {Storage | null} storage
 * @returns {Promise<Checked | Unchecked>}
 */
export async function checkFile(bytes, storage) {
  const { kept, fault } = await rememberTrust(storage);
  if (!kept) {
    const isBad = fault?.kind === "badTrust";
    return { ...(isBad ? fault : { kind: "noTrust" }), asked: null };
  }
  return { ...(await judge(bytes, { kept, item: null, label: null })), keptAt: null };
}

/**
 * @param {Uint8Array} bytes
 * @param {{kept: Kept, item: string | null, label: string | null}} by
 * @returns {Promise<Checked>}
 */
async function judge(bytes, { kept, item, label }) {
  const trust = parseTrust(kept.text);
  const now = Date.now();
  const verdict = await examineBundle(bytes, { trust, now, item: label });
  return {
    kind: "checked",
    verdict,
    story: readStory(bytes, verdict, trust),
    bytes,
    asked: item,
    label,
    trust,
    kept,
    other: null,
    backend: await backend(),
    now,
    keptAt: null,
  };
}

/**
 * Return which trust file counts, kept from now on; and if there is none, why.
 * @param {Storage | null} storage
 * @returns {Promise<import("./keeping.js").Believed &
 *     {fault: Pick<Unchecked, "kind" | "reason" | "status">}>}
 */
async function findTrust(storage) {
  const got = await getTrust();
  // Read once the node has answered: what the user chose meanwhile stays.
  const kept = load(storage);
  if (got.kind !== "found") {
    const kind = got.kind === "missing" ? "unreachable" : got.kind;
    const status = got.kind === "refused" ? got.status : undefined;
    return { kept, other: null, fault: { kind, status } };
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(got.bytes);
    const believed = choose(kept, toKeep(text, Date.now()));
    if (!kept) save(storage, believed.kept);
    return { ...believed, fault: { kind: "unreachable" } };
  } catch (error) {
    // Decoding throws a TypeError where it is not UTF-8.
    if (!(error instanceof MalformedError || error instanceof TypeError)) {
      throw error;
    }
    const fault = {
      kind: /** @type {const} */ ("badTrust"),
      reason: error.message,
    };
    return { kept, other: null, fault };
  }
}
