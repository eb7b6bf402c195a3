// @ts-check
// What the proofs of a bundle prove: entries, events and trails. Mirrors
// provenance/proof/evidence.py.
//
// Here every byte that the bundle shows is led back to the signed checkpoint.
// Nothing is said yet about who may say what: from here on the parts are
// known to be what the log holds, whole and in their places.

import { Field, Item, eventId, hasTrail, parseLeaf } from "../claims/event.js";
import { parseEntry } from "../claims/statement.js";
import { chainHashes, headValue, mapKey } from "../claims/trail.js";
import { equalBytes } from "../encoding/bytes.js";
import { countBefore } from "../encoding/search.js";
import { quoted } from "../encoding/text.js";
import { leafHash, rootFromPath } from "../encoding/tree.js";
import {
  InvalidProofError,
  MalformedError,
  VerificationError,
} from "../errors.js";
import { parseCommitment } from "../tlog/commitment.js";
import { verifyInclusion } from "../tlog/merkle.js";
import { verifyAbsence, verifyPresence } from "../tlog/patricia.js";
import { leafRoom } from "./bundle.js";
import { counted } from "./report.js";
import { placeKey } from "./trace.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../claims/statement.js").Entry} Entry */
/** @typedef {import("../encoding/canonical.js").Room} Room */
/** @typedef {import("../encoding/canonical.js").Value} Value */
/** @typedef {import("../tlog/checkpoint.js").Checkpoint} Checkpoint */
/** @typedef {import("../tlog/commitment.js").Commitment} Commitment */
/** @typedef {import("./bundle.js").Bundle} Bundle */
/** @typedef {import("./bundle.js").LoggedEntry} LoggedEntry */
/** @typedef {import("./bundle.js").ProvenTrail} ProvenTrail */
/** @typedef {import("./bundle.js").ShownEvent} ShownEvent */
/** @typedef {import("./report.js").Report} Report */
/** @typedef {import("./trace.js").Position} Position */

/**
 * An event of the log, as far as it is shown.
 * @typedef {object} ProvenEvent
 * @property {Position} at its place in the log
 * @property {Uint8Array} id
 * @property {Body} body leaf 0
 * @property {Map<number, Item>} shown leaf number → item
 * @property {Map<string, Value>} fields JSON Pointer → value
 * @property {number} itemCount how many items it names
 * @property {string} issuer the actor that its statement names as signer
 * @property {Item[]} items the items shown, in leaf order
 */

/** @typedef {Map<string, ProvenEvent>} Events by `placeKey` */

/**
 * All that a bundle proves the log to hold.
 * @typedef {object} Evidence
 * @property {Map<number, Entry>} statements by log index, the signatures
 *     unchecked
 * @property {LogTimes} times when entries were logged
 * @property {Events} events
 * @property {Map<string, Uint8Array[]>} chains item → the hash of each link
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
 * Check that the checkpoint's last leaf commits to the map.
 * @param {Report} report
 * @param {Bundle} bundle
 * @param {Checkpoint} checkpoint
 */
export function checkCommitment(report, bundle, checkpoint) {
  const logged = bundle.commitment;
  const name = "commitment";
  const last = checkpoint.size - 1;
  if (logged.logIndex !== last) {
    report.stop(
      name,
      1,
      `the map commitment is entry ${logged.logIndex}, not the last of` +
        ` ${checkpoint.size}`,
    );
  }
  /** @type {Commitment} */
  let commitment;
  try {
    verifyEntry(logged, checkpoint);
    commitment = parseCommitment(logged.entry);
  } catch (error) {
    report.stop(name, 1, `entry ${last}: ${reasonOf(error)}`);
  }
  if (commitment.covered !== last) {
    report.stop(
      name,
      1,
      `entry ${last} commits to the map after ${commitment.covered} entries,` +
        " not to the latest",
    );
  }
  report.passed(
    name,
    `entry ${last} commits to the trails of` +
      ` ${counted(commitment.itemCount, "item")}`,
  );
  return commitment;
}

/**
 * Check that every entry is in the log, and is what it should be.
 * @param {Report} report
 * @param {Bundle} bundle
 * @param {Checkpoint} checkpoint
 * @param {Commitment} commitment
 */
export function checkInclusion(report, bundle, checkpoint, commitment) {
  const name = "inclusion";
  for (const logged of [...bundle.statements, ...bundle.times]) {
    const subject = `entry ${logged.logIndex}`;
    try {
      verifyEntry(logged, checkpoint);
    } catch (error) {
      report.stop(
        name,
        1,
        `${subject} is not in the log: ${reasonOf(error)}`,
        subject,
      );
    }
  }
  const statements = new Map(
    bundle.statements.map((logged) => [
      logged.logIndex,
      readStatement(report, logged, checkpoint.origin),
    ]),
  );
  const times = readTimes(report, bundle, commitment);
  report.passed(
    name,
    `${counted(statements.size, "statement")} found in the log of` +
      ` ${counted(checkpoint.size, "entry", "entries")}`,
  );
  return { statements, times };
}

/**
 * Check that what is shown of each event is what its statement signed.
 * @param {Report} report
 * @param {Bundle} bundle
 * @param {Map<number, Entry>} statements
 */
export function checkEvents(report, bundle, statements) {
  /** @type {Events} */
  const events = new Map();
  const room = leafRoom(bundle);
  for (const shown of bundle.events) {
    const subject = `event ${shown.position} of entry ${shown.logIndex}`;
    const entry = statements.get(shown.logIndex);
    if (!entry) {
      const detail = `the statement of ${subject} is not there`;
      report.stop("events", 1, detail, subject);
    }
    try {
      const event = readEvent(shown, entry, room);
      events.set(placeKey(event.at), event);
    } catch (error) {
      report.stop("events", 1, `${subject}: ${reasonOf(error)}`, subject);
    }
  }
  if (!events.size) report.passed("events", "no event is shown", 2);
  report.passed("events", `${counted(events.size, "event")} shown as signed`);
  return events;
}

/**
 * Check that each trail is whole; return the hashes of its chain.
 * @param {Report} report
 * @param {Bundle} bundle
 * @param {Events} events
 * @param {Uint8Array} mapRoot
 */
export function checkTrails(report, bundle, events, mapRoot) {
  /** @type {Map<string, Uint8Array[]>} */
  const chains = new Map();
  for (const trail of bundle.items) {
    try {
      chains.set(trail.item, verifyTrail(trail, mapRoot));
    } catch (error) {
      const detail = `the trail of ${trail.item}: ${reasonOf(error)}`;
      report.stop("trails", 1, detail, trail.item);
    }
  }
  checkLinks(report, bundle, events);
  const whole = [...chains.values()].filter((chain) => chain.length).length;
  if (!whole) {
    const { item } = bundle.items[0];
    report.passed("trails", `the map proves that ${item} has no trail`, 3);
  }
  report.passed(
    "trails",
    `${counted(whole, "trail")} whole up to where the map says`,
  );
  return chains;
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

/**
 * @param {LoggedEntry} logged
 * @param {Checkpoint} checkpoint
 */
function verifyEntry(logged, checkpoint) {
  verifyInclusion(logged.proof, {
    index: logged.logIndex,
    size: checkpoint.size,
    leaf: leafHash(logged.entry),
    root: checkpoint.root,
  });
}

/**
 * @param {Report} report
 * @param {LoggedEntry} logged
 * @param {string} origin
 */
function readStatement(report, logged, origin) {
  const subject = `entry ${logged.logIndex}`;
  /** @type {Entry} */
  let entry;
  try {
    entry = parseEntry(logged.entry);
  } catch (error) {
    report.stop("inclusion", 2, `${subject}: ${reasonOf(error)}`, subject);
  }
  if (entry.header.origin !== origin) {
    const ledger = quoted(entry.header.origin);
    const detail = `${subject} was signed for the ledger ${ledger}`;
    report.stop("inclusion", 2, detail, subject);
  }
  return entry;
}

/**
 * @param {Report} report
 * @param {Bundle} bundle
 * @param {Commitment} commitment
 */
function readTimes(report, bundle, commitment) {
  /** @type {[number, number][]} */
  const read = [];
  for (const logged of bundle.times) {
    const subject = `entry ${logged.logIndex}`;
    /** @type {Commitment} */
    let earlier;
    try {
      earlier = parseCommitment(logged.entry);
    } catch (error) {
      report.stop("inclusion", 2, `${subject}: ${reasonOf(error)}`, subject);
    }
    if (earlier.covered !== logged.logIndex) {
      report.stop(
        "inclusion",
        2,
        `${subject} commits to the map after ${earlier.covered} entries,` +
          " which is not its place",
        subject,
      );
    }
    read.push([logged.logIndex, earlier.time]);
  }
  const last = bundle.commitment.logIndex;
  if (read[read.length - 1]?.[0] !== last) read.push([last, commitment.time]);
  if (read.some(([, time], i) => i && read[i - 1][1] > time)) {
    report.stop("inclusion", 2, "the log's time runs backwards");
  }
  return new LogTimes(read);
}

/**
 * Return the event, once every leaf shown was led to the statement.
 * @param {ShownEvent} shown
 * @param {Entry} entry
 * @param {Room} room
 * @returns {ProvenEvent}
 */
function readEvent(shown, entry, room) {
  const { itemCount, concealedCount } = shown;
  const size = 1 + itemCount + concealedCount;
  const [first, ...others] = shown.leaves.map(({ leaf, proof, number }) =>
    rootFromPath(leafHash(leaf), proof, { index: number, size }),
  );
  if (!others.every((root) => equalBytes(root, first))) {
    throw new InvalidProofError("its leaves are not of one event");
  }
  const id = eventId(itemCount, concealedCount, first);
  const root = rootFromPath(leafHash(id), shown.proof, {
    index: shown.position,
    size: entry.header.eventCount,
  });
  if (!equalBytes(root, entry.header.eventsRoot)) {
    throw new InvalidProofError("its statement did not sign it");
  }
  /** @type {ProvenEvent} */
  const event = {
    at: [shown.logIndex, shown.position],
    id,
    body: new Map(),
    shown: new Map(),
    fields: new Map(),
    itemCount,
    issuer: entry.header.issuer,
    items: [],
  };
  for (const { leaf, number } of shown.leaves) {
    const part = parseLeaf(leaf, { number, itemCount, room });
    if (part instanceof Item) event.shown.set(number, part);
    else if (part instanceof Field) event.fields.set(part.pointer, part.value);
    else event.body = part;
  }
  event.items = [...event.shown.values()];
  return event;
}

/**
 * @param {ProvenTrail} trail
 * @param {Uint8Array} mapRoot
 */
function verifyTrail({ item, links, head, proof, other }, mapRoot) {
  const key = mapKey(item);
  if (head === null) {
    verifyAbsence(proof, { key, other, root: mapRoot });
    return [];
  }
  const hashes = chainHashes(item, links);
  if (!equalBytes(hashes[hashes.length - 1], head)) {
    throw new InvalidProofError("its links do not lead to its head");
  }
  const value = headValue(hashes.length, head);
  verifyPresence(proof, { key, value, root: mapRoot });
  return hashes;
}

/**
 * Check that trails and events agree on who was where.
 * @param {Report} report
 * @param {Bundle} bundle
 * @param {Events} events
 */
function checkLinks(report, bundle, events) {
  /** @type {Map<string, Set<string>>} */
  const places = new Map();
  for (const { item, links } of bundle.items) {
    const here = new Set();
    places.set(item, here);
    for (const { logIndex, position, eventId: id } of links) {
      const at = placeKey([logIndex, position]);
      here.add(at);
      const event = events.get(at);
      if (event && !equalBytes(event.id, id)) {
        report.stop(
          "trails",
          1,
          `event ${position} of entry ${logIndex} is not the one that the` +
            ` trail of ${item} has there`,
          item,
        );
      }
    }
  }
  for (const [at, event] of events) {
    for (const { id } of event.items) {
      const here = places.get(id);
      if (here && !here.has(at) && hasTrail(id)) {
        report.stop(
          "trails",
          2,
          `event ${event.at[1]} of entry ${event.at[0]} names ${id}, whose` +
            " trail does not have it",
          id,
        );
      }
    }
  }
}
