// @ts-check
// What the entries of a verified bundle say, beyond the verdict's timeline.
//
// The verdict names each event's time, step and signer. The rest of what was
// signed (readings, papers, certificates, who enrolled whom) is read here from
// the same bytes, and only once the verdict says that they were proven: where
// one of the steps up to `trails` did not pass, nothing is returned.

import { ENROLLED } from "../verify/claims/actor.js";
import { itemCount } from "../verify/claims/event.js";
import { sha256 } from "../verify/encoding/digest.js";
import { toHex } from "../verify/encoding/bytes.js";
import { parseBundle } from "../verify/proof/bundle.js";
import {
  booksOfBundle,
  linksOf,
  readStatements,
  verifyTrail,
} from "../verify/proof/evidence.js";
import { Report } from "../verify/proof/report.js";
import { mapAsJson } from "../verify/proof/verdict.js";
import { parseCheckpoint } from "../verify/tlog/checkpoint.js";
import { parseNote } from "../verify/tlog/note.js";

/** @typedef {import("../verify/proof/evidence.js").ProvenEvent} ProvenEvent */
/** @typedef {import("../verify/proof/trust.js").Trust} Trust */
/** @typedef {import("../verify/proof/verdict.js").Verdict} Verdict */
/** @typedef {Record<string, unknown>} Json */

/**
 * One event, as far as it is shown.
 * @typedef {object} Fact
 * @property {Json} body as JSON
 * @property {{relation: string, id: string, quantity: number | null, uom: string | null}[]} items
 * @property {number} hiddenFields how many concealed fields are not shown
 * @property {number} hiddenItems how many of its items are not shown
 */

/**
 * What is read of a bundle for people.
 * @typedef {object} Story
 * @property {Map<string, Fact>} facts by `factKey`
 * @property {Map<string, string[]>} enrolments actor → who enrolled it
 * @property {Map<string, string>} names actor → its name in its enrolment
 * @property {string} checkpoint the signed note
 * @property {string} root in hexadecimal
 * @property {{index: number, hash: string}[]} entries
 * @property {{item: string, count: number, head: string}[]} trails
 */

/** The steps that prove what the log holds. */
const PROVING = [
  "format",
  "origin",
  "log-signature",
  "book",
  "commitment",
  "inclusion",
  "events",
  "trails",
];

/**
 * Return what names an event among the facts.
 * @param {number} entry
 * @param {number} event
 */
export function factKey(entry, event) {
  return `${entry} ${event}`;
}

/**
 * Return what the bytes of a bundle say, null if they prove nothing.
 * @param {Uint8Array} bytes the ones that the verdict is about
 * @param {Verdict} verdict
 * @param {Trust} trust the one that it was held against
 * @returns {Story | null}
 */
export function readStory(bytes, verdict, trust) {
  const isProven = PROVING.every((step) =>
    verdict.checks
      .filter((check) => check.id === step)
      .every((check) => check.outcome === "VERIFIED"),
  );
  if (!isProven) return null;
  const bundle = parseBundle(bytes);
  const { origin, root } = parseCheckpoint(parseNote(bundle.checkpoint).text);
  const books = booksOfBundle(bundle, trust);
  const { statements, events } = readStatements(
    new Report(),
    bundle,
    origin,
    books,
  );
  /** @type {Map<string, Fact>} */
  const facts = new Map();
  /** @type {Map<string, string[]>} */
  const enrolments = new Map();
  /** @type {Map<string, string>} */
  const names = new Map();
  for (const event of events.values()) {
    const fact = readFact(event);
    facts.set(factKey(...event.at), fact);
    const { type, actor, name } = fact.body;
    if (type !== ENROLLED || typeof actor !== "string") continue;
    if (typeof name === "string") names.set(actor, name);
    const known = enrolments.get(actor) ?? [];
    if (!known.includes(event.issuer)) {
      enrolments.set(actor, [...known, event.issuer]);
    }
  }
  const links = linksOf(bundle, events, origin);
  return {
    facts,
    enrolments,
    names,
    checkpoint: bundle.checkpoint,
    root: toHex(root),
    entries: [...statements].map(([index, { data }]) => ({
      index,
      hash: toHex(sha256(data)),
    })),
    trails: bundle.trails.map((shown) => {
      const { item, count } = shown;
      const { value } = verifyTrail(shown, links.get(item) ?? []);
      return { item, count, head: value ? toHex(value.subarray(8, 40)) : "" };
    }),
  };
}

/**
 * @param {ProvenEvent} event
 * @returns {Fact}
 */
function readFact({ body, items, counts, pointers, fields }) {
  return {
    body: mapAsJson(body),
    items: items.map(({ relation, id, quantity, uom }) => ({
      relation,
      id,
      quantity,
      uom,
    })),
    hiddenFields: pointers.length - fields.size,
    hiddenItems: itemCount(counts) - items.length,
  };
}
