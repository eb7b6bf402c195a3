// @ts-check
// What the proofs of a bundle prove: entries, events and trails. Mirrors
// provenance/proof/evidence.py.
//
// A bundle says nothing twice, so most of what is looked at here is first made
// again: leaves give event ids, those the root that a statement signed, header
// and signature the entry, and all entries together the root that the log
// signed. The same events give the links of the trails, those their heads, and
// all heads together the root of the map. So there are two comparisons, and
// whatever was changed makes one of them fail.
//
// Nothing is said yet about who may say what: from here on the parts are known
// to be what the log holds, whole and in their places.
//
// Over 500 lines: one pass, as in its Python twin.

import { RULE_BOOK, TRUST_VERSION, entryKind } from "../claims/entry.js";
import {
  CODES,
  Item,
  QUANTITY_LISTS,
  checkDistinct,
  checkHeader,
  checkItem,
  eventId,
  hasTrail,
  itemCount,
  itemLeaf,
  parseBody,
  parseField,
  relationOf,
  roomFor,
} from "../claims/event.js";
import { makeEntry } from "../claims/statement.js";
import { WARNS, headValue, mapKey, nextLink } from "../claims/trail.js";
import {
  parseBookEntry,
  parseVersionEntry,
  trustItem,
  versionLink,
} from "../claims/versions.js";
import { equalBytes, toHex } from "../encoding/bytes.js";
import { sha256 } from "../encoding/digest.js";
import { rootFrom } from "../encoding/multiproof.js";
import { countBefore } from "../encoding/search.js";
import { head, quoted } from "../encoding/text.js";
import { leafHash, rootOf } from "../encoding/tree.js";
import {
  InvalidProofError,
  MalformedError,
  ProvenanceError,
  UnknownBookError,
  UnknownKindError,
  VerificationError,
} from "../errors.js";
import { baseline, isEvidence } from "../rules/book.js";
import { Books } from "../rules/books.js";
import { checkForm, checkItems, checkNamed } from "../rules/form.js";
import { unknownWord } from "../rules/reading.js";
import { AHEAD } from "../rules/times.js";
import { writeCommitment } from "../tlog/commitment.js";
import { rootFromMany } from "../tlog/patricia.js";
import { leafRoom } from "./bundle.js";
import { openTrusted } from "./opening.js";
import { counted } from "./report.js";
import { SparseTrail, comparePlaces, placeKey, placeOf } from "./trails.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../claims/event.js").Counts} Counts */
/** @typedef {import("../claims/statement.js").Entry} Entry */
/** @typedef {import("../claims/trail.js").Link} Link */
/** @typedef {import("../encoding/canonical.js").Room} Room */
/** @typedef {import("../encoding/canonical.js").Value} Value */
/** @typedef {import("../encoding/multiproof.js").KnownLeaf} KnownLeaf */
/** @typedef {import("../rules/book.js").EvidenceBook} EvidenceBook */
/** @typedef {import("../rules/reading.js").EventReading} EventReading */
/** @typedef {import("../tlog/checkpoint.js").Checkpoint} Checkpoint */
/** @typedef {import("../tlog/commitment.js").Commitment} Commitment */
/** @typedef {import("./bundle.js").Anchor} Anchor */
/** @typedef {import("./bundle.js").Bundle} Bundle */
/** @typedef {import("./bundle.js").ProvenTrail} ProvenTrail */
/** @typedef {import("./bundle.js").ShownEvent} ShownEvent */
/** @typedef {import("./bundle.js").ShownItem} ShownItem */
/** @typedef {import("./bundle.js").ShownStatement} ShownStatement */
/** @typedef {import("./report.js").Report} Report */
/** @typedef {import("./trails.js").Position} Position */
/** @typedef {import("./trails.js").Stretch} Stretch */
/** @typedef {import("./trust.js").Trust} Trust */

/**
 * An event of the log, as far as it is shown.
 * @typedef {object} ProvenEvent
 * @property {Position} at its place in the log
 * @property {Uint8Array} id
 * @property {Counts} counts how many items of each group of items
 * @property {string[]} pointers where its concealed fields belong, shown or not
 * @property {Body} body leaf 0
 * @property {EventReading} reading what its body says of time and kinds
 * @property {Map<number, Item>} shown leaf number → item
 * @property {Map<string, Value>} fields JSON Pointer → value
 * @property {string} issuer the actor that its statement names as signer
 * @property {Item[]} items the items shown, in leaf order
 */

/** @typedef {Map<string, ProvenEvent>} Events by `placeKey`, in log order */

/**
 * All that a bundle proves the log to hold.
 * @typedef {object} Evidence
 * @property {Map<number, Entry>} statements by log index, the signatures
 *     unchecked
 * @property {LogTimes} times when entries were logged
 * @property {(logIndex: number) => number} witnessed by when an entry was
 *     logged at the latest, in ms since 1970, by the word of the quorum; of
 *     the operator where no quorum is asked for; Infinity if nobody says
 * @property {Events} events
 * @property {Map<string, SparseTrail>} trails item → its trail, as far as it
 *     is shown
 */

/** The log's time at some of its places, by the map commitments shown. */
export class LogTimes {
  /** @param {[number, number][]} known pairs of log index and time, rising */
  constructor(known) {
    this.known = known;
  }

  /**
   * Return the earliest and latest time at which an entry was logged, in ms
   * since 1970; 0 is the earliest when nothing before it is shown. The last
   * leaf of the log is a commitment, so there is a latest.
   * @param {number} logIndex
   */
  bounds(logIndex) {
    const before = countBefore(this.known, ([index]) => index < logIndex);
    const after = countBefore(this.known, ([index]) => index <= logIndex);
    const earliest = before ? this.known[before - 1][1] : 0;
    return { earliest, latest: this.known[after][1] };
  }
}

/**
 * Return when an entry was reported at the earliest, in ms since 1970: as its
 * signer says, but not before what the log was known to hold before it.
 * @param {Evidence} evidence
 * @param {Position} at
 */
export function reportedAt({ statements, times }, [logIndex]) {
  const issuedAt = statements.get(logIndex)?.header.issuedAt ?? 0;
  return Math.max(issuedAt, times.bounds(logIndex).earliest);
}

/**
 * Make the statements again that the events shown must stand in. Each event is
 * looked at for its form; whether it was signed and logged like this is for
 * `checkLog`.
 * @param {Report} report
 * @param {Bundle} bundle
 * @param {string} origin
 * @param {Books} books by which each is judged
 */
export function readStatements(report, bundle, origin, books) {
  /** @type {Map<number, Entry>} */
  const statements = new Map();
  /** @type {Events} */
  const events = new Map();
  const room = leafRoom(bundle);
  for (const shown of bundle.statements) {
    /** @type {KnownLeaf[]} */
    const ids = [];
    for (const event of shown.events) {
      /** @type {Position} */
      const at = [shown.logIndex, event.position];
      try {
        const book = books.at(shown.logIndex);
        const proven = readShown(event, at, shown.issuer, { room, book });
        events.set(placeKey(at), proven);
        ids.push([event.position, leafHash(proven.id)]);
      } catch (error) {
        const subject = `event ${at[1]} of entry ${at[0]}`;
        const book = books.at(shown.logIndex);
        const word = unknownWordOf(event, book);
        if (word !== null) {
          report.stop(
            "PRV-0803",
            `${subject} says ${quoted(head(word, 80))}, which the rule book` +
              ` ${toHex(book.id)} that counts there does not have: a newer one` +
              " may, and the ledger's trust file of today names it",
            subject,
          );
        }
        report.stop("PRV-0801", `${subject}: ${reasonOf(error)}`, subject);
      }
    }
    try {
      statements.set(shown.logIndex, entryOf(shown, ids, origin));
    } catch (error) {
      const subject = `entry ${shown.logIndex}`;
      report.stop("PRV-0801", `${subject}: ${reasonOf(error)}`, subject);
    }
  }
  if (!events.size) report.passed("PRV-0802", "no event is shown");
  report.passed(
    "PRV-0800",
    `${counted(events.size, "event")} shown, each of its form`,
  );
  return { statements, events };
}

/**
 * Return the word of an event that the book lacks, if there is one.
 * @param {ShownEvent} event
 * @param {EvidenceBook} book
 */
function unknownWordOf(event, book) {
  try {
    const body = parseBody(event.body, roomFor(event.body.length));
    return unknownWord(body, book);
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}

/**
 * Check that the log holds every entry, and ends in the commitment. Return
 * that commitment, when entries were logged, and the hash of each.
 * @param {Report} report
 * @param {Bundle} bundle
 * @param {Checkpoint} checkpoint
 * @param {Map<number, Entry>} statements
 */
export function checkLog(report, bundle, checkpoint, statements) {
  const last = checkpoint.size - 1;
  if (last < 0) {
    const detail = "the log is empty, and so commits to no map";
    report.stop("PRV-0601", detail);
  }
  /** @type {Commitment} */
  const commitment = { covered: last, ...bundle.committed };
  /** @type {Map<number, Uint8Array>} */
  const leaves = new Map();
  for (const [index, data] of entriesOf(bundle, statements, commitment)) {
    if (leaves.has(index)) {
      const subject = `entry ${index}`;
      report.stop("PRV-0701", `${subject} is there twice`, subject);
    }
    leaves.set(index, leafHash(data));
  }
  const known = [...leaves].sort((a, b) => a[0] - b[0]);
  /** @type {Uint8Array} */
  let root;
  try {
    root = rootFrom(checkpoint.size, known, bundle.logHashes);
  } catch (error) {
    const detail = `the proof in the log's tree: ${reasonOf(error)}`;
    report.stop("PRV-0701", detail);
  }
  if (!equalBytes(root, checkpoint.root)) {
    report.stop(
      "PRV-0701",
      "the entries shown do not lead to the root that the log signed:" +
        " something in the bundle is not as it was logged",
    );
  }
  report.passed(
    // How many there are, it says too, and nothing that is shown bears out.
    "PRV-0600",
    `entry ${last} commits to the trails of all items`,
  );
  const times = readTimes(report, bundle, commitment);
  checkKinds(report, bundle);
  return { commitment, times, leaves };
}

/**
 * An older checkpoint: entries that it holds, and the time of its quorum in ms
 * since 1970; null where none is asked for, or its clocks run ahead.
 * @typedef {{logIndexes: number[], time: number | null}} Anchored
 */

/**
 * Check that older checkpoints hold what they are said to hold.
 * @param {Report} report
 * @param {Bundle} bundle
 * @param {object} known
 * @param {Checkpoint} known.checkpoint
 * @param {Map<number, Uint8Array>} known.leaves
 * @param {Trust} known.trust
 * @param {number} known.now in ms since 1970
 * @returns {Promise<Anchored[]>}
 */
export async function checkAnchors(
  report,
  bundle,
  { checkpoint, leaves, trust, now },
) {
  let size = 0;
  const found = [];
  for (const [i, anchor] of bundle.anchors.entries()) {
    try {
      const { older, time } = await checkAnchor(anchor, leaves, trust, now);
      if (!(size < older.size && older.size <= checkpoint.size)) {
        throw new InvalidProofError(
          `its size ${older.size} is not between ${size} and` +
            ` ${checkpoint.size}`,
        );
      }
      size = older.size;
      found.push({ logIndexes: anchor.logIndexes, time });
    } catch (error) {
      if (!(error instanceof ProvenanceError)) throw error;
      report.stop("PRV-0701", `anchor ${i + 1}: ${error.message}`);
    }
  }
  report.passed(
    "PRV-0700",
    `${counted(bundle.statements.length, "statement")} found in the log of` +
      ` ${counted(checkpoint.size, "entry", "entries")}`,
  );
  return found;
}

/**
 * Return by when entries were logged at the latest (`Evidence.witnessed`).
 * @param {Anchored[]} anchors
 * @param {number | null} time of the quorum, of the last checkpoint
 */
export function witnessedBy(anchors, time) {
  /** @type {Map<number, number>} */
  const earliest = new Map();
  for (const anchor of anchors) {
    if (anchor.time === null) continue;
    for (const index of anchor.logIndexes) {
      const known = earliest.get(index) ?? Infinity;
      earliest.set(index, Math.min(known, anchor.time));
    }
  }
  const last = time ?? Infinity;
  return (/** @type {number} */ index) =>
    Math.min(earliest.get(index) ?? Infinity, last);
}

/**
 * Check each trail's links against the map; return the trails.
 * @param {Report} report
 * @param {Bundle} bundle
 * @param {Events} events
 * @param {{origin: string, mapRoot: Uint8Array}} log
 */
export function checkTrails(report, bundle, events, { origin, mapRoot }) {
  const links = linksOf(bundle, events, origin);
  /** @type {Map<string, SparseTrail>} */
  const trails = new Map();
  /** @type {[Uint8Array, Uint8Array | null][]} */
  const values = [];
  for (const shown of bundle.trails) {
    const { item } = shown;
    try {
      const { trail, value } = verifyTrail(shown, links.get(item) ?? []);
      trails.set(item, trail);
      values.push([mapKey(item), value]);
    } catch (error) {
      const detail = `the trail of ${item}: ${reasonOf(error)}`;
      report.stop("PRV-0901", detail, item);
    }
  }
  /** @type {Uint8Array} */
  let root;
  try {
    root = rootFromMany(values, bundle.mapProof);
  } catch (error) {
    const detail = `the proof in the ledger's map: ${reasonOf(error)}`;
    report.stop("PRV-0901", detail);
  }
  if (!equalBytes(root, mapRoot)) {
    report.stop(
      "PRV-0901",
      "the trails shown do not lead to the root of the ledger's map: one of" +
        " them is not as the ledger has it",
    );
  }
  const whole = [...trails.values()].filter(({ count }) => count > 0).length;
  if (!whole) {
    const detail = `the map proves that ${bundle.subject} has no trail`;
    report.passed("PRV-0903", detail);
  }
  report.passed(
    "PRV-0900",
    `${counted(whole, "trail")} as the map says they are`,
  );
  return trails;
}

/**
 * Return why something is no evidence; what is no such error goes on.
 * @param {unknown} error
 */
function reasonOf(error) {
  if (error instanceof VerificationError || error instanceof MalformedError) {
    return error.message;
  }
  throw error;
}

// Events and statements.

/**
 * Return the event that these leaves are of.
 * @param {ShownEvent} shown
 * @param {Position} at
 * @param {string} issuer
 * @param {{room: Room, book: EvidenceBook}} by
 * @returns {ProvenEvent}
 * @throws {MalformedError} It is not of its form.
 * @throws {InvalidProofError} Its proof has too few hashes, or too many.
 */
function readShown(shown, at, issuer, { room, book }) {
  const { counts, pointers } = shown;
  checkHeader(counts, pointers);
  const body = parseBody(shown.body, room);
  /** @type {KnownLeaf[]} */
  const leaves = [[0, leafHash(shown.body)]];
  /** @type {Map<number, Item>} */
  const items = new Map();
  for (const each of shown.items) {
    const item = itemOf(each, relationOf(counts, each.number));
    leaves.push([each.number, leafHash(itemLeaf(item, each.salt))]);
    items.set(each.number, item);
  }
  const named = [...items.values()];
  checkDistinct(named, counts);
  const first = 1 + itemCount(counts);
  /** @type {Map<string, Value>} */
  const fields = new Map();
  for (const { number, leaf } of shown.fields) {
    const pointer = number < first ? undefined : pointers[number - first];
    if (pointer === undefined) {
      throw new MalformedError(`leaf ${number} is no concealed field's`);
    }
    fields.set(pointer, parseField(leaf, pointer, room).value);
    leaves.push([number, leafHash(leaf)]);
  }
  const reading = checkForm(body, counts, pointers, book);
  for (const item of named) checkNamed(body, item);
  // What a part of them cannot show is for whoever has them all.
  if (named.length === itemCount(counts))
    checkItems(body, named, reading, book);
  const root = rootFrom(first + pointers.length, leaves, shown.hashes);
  return {
    at,
    id: eventId(counts, pointers, root),
    counts,
    pointers,
    body,
    reading,
    shown: items,
    fields,
    issuer,
    items: named,
  };
}

/**
 * @param {ShownItem} shown
 * @param {string} relation
 */
function itemOf({ number, id, amount, seal }, relation) {
  if ((amount !== null) !== QUANTITY_LISTS.has(relation)) {
    throw new MalformedError(
      `leaf ${number} is not of the form that ${relation} asks for`,
    );
  }
  const [quantity, uom] = amount ?? [null, null];
  return checkItem(new Item(relation, id, quantity, uom, seal));
}

/**
 * @param {ShownStatement} shown
 * @param {KnownLeaf[]} ids
 * @param {string} origin
 */
function entryOf(shown, ids, origin) {
  const { issuer, keyId, issuedAt, eventCount, signature, hashes } = shown;
  const eventsRoot = rootFrom(eventCount, ids, hashes);
  return makeEntry(
    { origin, issuer, keyId, issuedAt, eventCount, eventsRoot },
    signature,
  );
}

// Entries.

/**
 * Return the books that a trust file names: shipped, or in the bundle.
 * @param {Bundle} bundle
 * @param {Trust} trust
 * @throws {UnknownBookError} One is neither; or the ledger has a book by which
 *     entries are judged and of which the trust file does not know, so that it
 *     is older than the ledger's rules.
 * @throws {MalformedError} One is no book.
 */
export function booksOfBundle({ entries }, { books: named }) {
  const found = entries.flatMap(({ entry }) => {
    try {
      return entryKind(entry) === RULE_BOOK ? [parseBookEntry(entry)] : [];
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      return [];
    }
  });
  const known = new Set(
    [baseline().id, ...named.map(({ id }) => id)].map(toHex),
  );
  for (const book of found) {
    const id = sha256(book);
    if (isEvidence(book) && !known.has(toHex(id))) {
      throw new UnknownBookError(
        `the ledger has the rule book ${toHex(id)}, which the trust file does` +
          " not name: ask for the ledger's trust file as it is now",
        id,
      );
    }
  }
  return Books.resolve(named, found);
}

/**
 * Yield each entry that the bundle shows: its index and its data.
 * @param {Bundle} bundle
 * @param {Map<number, Entry>} statements
 * @param {Commitment} commitment
 * @returns {Generator<[number, Uint8Array]>}
 */
function* entriesOf(bundle, statements, commitment) {
  for (const [index, { data }] of statements) yield [index, data];
  for (const { logIndex, ...said } of bundle.commitments) {
    yield [logIndex, writeCommitment({ covered: logIndex, ...said })];
  }
  for (const { logIndex, entry } of bundle.entries) yield [logIndex, entry];
  yield [commitment.covered, writeCommitment(commitment)];
}

/**
 * @param {Report} report
 * @param {Bundle} bundle
 * @param {Commitment} commitment
 */
function readTimes(report, { commitments }, commitment) {
  /** @type {[number, number][]} */
  const rows = commitments.map(({ logIndex, time }) => [logIndex, time]);
  rows.push([commitment.covered, commitment.time]);
  if (rows.some(([, time], i) => i && rows[i - 1][1] > time)) {
    report.stop("PRV-0702", "the log's time runs backwards");
  }
  return new LogTimes(rows);
}

/**
 * Check that each entry of another kind is of one that is known.
 * @param {Report} report
 * @param {Bundle} bundle
 */
function checkKinds(report, { entries }) {
  for (const { logIndex, entry } of entries) {
    const subject = `entry ${logIndex}`;
    try {
      const kind = entryKind(entry);
      if (kind === TRUST_VERSION) parseVersionEntry(entry);
      else if (kind === RULE_BOOK) parseBookEntry(entry);
      else {
        // Statements and commitments have places of their own.
        throw new UnknownKindError(`an entry of kind ${kind} among others`);
      }
    } catch (error) {
      const detail = `${subject}: ${reasonOf(error)}`;
      if (error instanceof UnknownKindError) {
        report.stop("PRV-0703", detail, subject);
      }
      report.stop("PRV-0702", detail, subject);
    }
  }
}

/**
 * Return the checkpoint of an anchor that holds what it says it holds, and the
 * time of its quorum.
 * @param {Anchor} anchor
 * @param {Map<number, Uint8Array>} leaves
 * @param {Trust} trust
 * @param {number} now
 */
async function checkAnchor({ note, logIndexes, hashes }, leaves, trust, now) {
  const signed = await openTrusted(note, trust);
  const { time } = await trust.policy.examine(signed, now + AHEAD);
  const { checkpoint } = signed;
  /** @type {KnownLeaf[]} */
  const known = logIndexes.map((index) => {
    const leaf = leaves.get(index);
    if (!leaf) throw new InvalidProofError(`entry ${index} is not shown`);
    return [index, leaf];
  });
  if (!equalBytes(rootFrom(checkpoint.size, known, hashes), checkpoint.root)) {
    throw new InvalidProofError("its entries lead to another root");
  }
  return { older: checkpoint, time };
}

// Trails.

/**
 * Return the links that what is shown gives the trails shown. Whatever an
 * event names is looked for: so nothing that is shown of an item can be off
 * its trail.
 * @param {Bundle} bundle
 * @param {Events} events
 * @param {string} origin
 */
export function linksOf(bundle, events, origin) {
  /** @type {Map<string, Link[]>} */
  const links = new Map(bundle.trails.map(({ item }) => [item, []]));
  for (const event of events.values()) {
    for (const [id, leaves] of ownLeaves(event, links)) {
      const item = /** @type {Item} */ (event.shown.get(leaves[0]));
      const code = /** @type {number} */ (CODES.get(item.relation));
      links.get(id)?.push({
        logIndex: event.at[0],
        position: event.at[1],
        time: event.reading.time,
        kinds: event.reading.kinds(code),
        leaves,
        eventId: event.id,
      });
    }
  }
  const versions = links.get(trustItem(origin));
  for (const { logIndex, entry } of bundle.entries) {
    if (!versions || entryKind(entry) !== TRUST_VERSION) continue;
    const { version } = parseVersionEntry(entry);
    versions.push(versionLink(logIndex, version.data));
  }
  return links;
}

/**
 * Return the numbers of the leaves shown of each item that has a trail here.
 * @param {ProvenEvent} event
 * @param {Map<string, Link[]>} links
 */
function ownLeaves({ shown }, links) {
  /** @type {Map<string, number[]>} */
  const own = new Map();
  for (const [number, { id, relation }] of shown) {
    if (!links.has(id) || !hasTrail(id, relation)) continue;
    const numbers = own.get(id);
    if (numbers) numbers.push(number);
    else own.set(id, [number]);
  }
  return own;
}

/**
 * Return a trail, and the value that the map must have for it; null for one
 * without links.
 * @param {ProvenTrail} shown what a bundle says of it
 * @param {Link[]} links those of its links whose events are shown
 * @throws {InvalidProofError} Links, ranges and hashes do not fit each other.
 */
export function verifyTrail({ item, count, ranges, rows, hashes }, links) {
  const every = [...links, ...rows].sort((a, b) =>
    comparePlaces(placeOf(a), placeOf(b)),
  );
  for (const [i, link] of every.entries()) {
    if (i && comparePlaces(placeOf(every[i - 1]), placeOf(link)) === 0) {
      throw new InvalidProofError(
        `it has event ${link.position} of entry ${link.logIndex} twice`,
      );
    }
  }
  const length = ranges.reduce((sum, range) => sum + range.length, 0);
  if (length !== every.length) {
    throw new InvalidProofError(
      `${counted(every.length, "link")} shown, where ${length} should be`,
    );
  }
  if (count === 0) {
    if (hashes.length) {
      throw new InvalidProofError("a trail without links has no proof");
    }
    return { trail: new SparseTrail(item, 0, []), value: null };
  }
  /** @type {Stretch[]} */
  const stretches = [];
  /** @type {KnownLeaf[]} */
  const known = [];
  const warnings = [];
  let taken = 0;
  for (const range of ranges) {
    const { start, previous } = range;
    const here = every.slice(taken, taken + range.length);
    taken += range.length;
    if (previous) known.push([start - 1, leafHash(previous)]);
    let hash = previous ?? mapKey(item);
    const chain = [];
    for (const [i, link] of here.entries()) {
      hash = nextLink(hash, link);
      chain.push(hash);
      const leaf = leafHash(hash);
      known.push([start + i, leaf]);
      if (link.kinds & WARNS) warnings.push(leaf);
    }
    stretches.push({ start, links: here, hashes: chain });
  }
  const value = headValue({
    count,
    root: rootFrom(count, known, hashes),
    warnings: warnings.length,
    warningsRoot: rootOf(warnings),
  });
  return { trail: new SparseTrail(item, count, stretches), value };
}
