// @ts-check
// What the entries of a verified bundle say, beyond the verdict's timeline.
//
// The verdict names each event's time, step and signer. The rest of what was
// signed (readings, papers, certificates, who enrolled whom) is read here from
// the same bytes, and only once the verdict says that they were proven: where
// one of the steps up to `trails` did not pass, nothing is returned.

import { ENROLLED } from "../verify/claims/actor.js";
import { Field, Item, parseLeaf } from "../verify/claims/event.js";
import { parseEntry } from "../verify/claims/statement.js";
import { sha256 } from "../verify/encoding/digest.js";
import { toHex } from "../verify/encoding/bytes.js";
import { leafRoom, parseBundle } from "../verify/proof/bundle.js";
import { asJson } from "../verify/proof/verdict.js";
import { parseCheckpoint } from "../verify/tlog/checkpoint.js";
import { parseNote } from "../verify/tlog/note.js";

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
 * @returns {Story | null}
 */
export function readStory(bytes, verdict) {
  const isProven = PROVING.every((step) =>
    verdict.checks
      .filter((check) => check.id === step)
      .every((check) => check.outcome === "VERIFIED"),
  );
  if (!isProven) return null;
  const bundle = parseBundle(bytes);
  const checkpoint = parseCheckpoint(parseNote(bundle.checkpoint).text);
  const issuers = new Map(
    bundle.statements.map(({ logIndex, entry }) => [
      logIndex,
      parseEntry(entry).header.issuer,
    ]),
  );
  /** @type {Map<string, Fact>} */
  const facts = new Map();
  /** @type {Map<string, string[]>} */
  const enrolments = new Map();
  const room = leafRoom(bundle);
  for (const shown of bundle.events) {
    const fact = readFact(shown, room);
    facts.set(factKey(shown.logIndex, shown.position), fact);
    const issuer = issuers.get(shown.logIndex);
    const { type, actor } = fact.body;
    if (type !== ENROLLED || typeof actor !== "string" || !issuer) continue;
    const known = enrolments.get(actor) ?? [];
    if (!known.includes(issuer)) enrolments.set(actor, [...known, issuer]);
  }
  return {
    facts,
    enrolments,
    checkpoint: bundle.checkpoint,
    root: toHex(checkpoint.root),
    entries: bundle.statements.map(({ logIndex, entry }) => ({
      index: logIndex,
      hash: toHex(sha256(entry)),
    })),
    trails: bundle.items.map(({ item, links, head }) => ({
      item,
      count: links.length,
      head: head ? toHex(head) : "",
    })),
  };
}

/**
 * @param {import("../verify/proof/bundle.js").ShownEvent} shown
 * @param {import("../verify/encoding/canonical.js").Room} room
 * @returns {Fact}
 */
function readFact({ leaves, itemCount, concealedCount }, room) {
  /** @type {Fact} */
  const fact = {
    body: {},
    items: [],
    hiddenFields: concealedCount,
    hiddenItems: itemCount,
  };
  for (const { leaf, number } of leaves) {
    const part = parseLeaf(leaf, { number, itemCount, room });
    if (part instanceof Item) {
      const { relation, id, quantity, uom } = part;
      fact.items.push({ relation, id, quantity, uom });
      fact.hiddenItems--;
    } else if (part instanceof Field) fact.hiddenFields--;
    else fact.body = /** @type {Json} */ (asJson(part));
  }
  return fact;
}
