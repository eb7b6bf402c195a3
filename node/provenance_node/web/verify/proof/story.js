// @ts-check
// The story: is it whole, in the order that was demanded, and still good?
// Mirrors provenance/proof/story.py.
//
// Over 500 lines: its Python twin, with the types in comments.

import { isRegistryEvent } from "../claims/actor.js";
import { CODES, hasTrail, readAfter } from "../claims/event.js";
import { equalBytes, toHex } from "../encoding/bytes.js";
import { sha256 } from "../encoding/digest.js";
import { assertion } from "../epcis/corrections.js";
import { reportedAt } from "./evidence.js";
import { counted } from "./report.js";
import { ACTOR, SUBJECT, TRUST, sightingKey, trace } from "./trace.js";
import { NotShownError, comparePlaces, placeKey, placeOf } from "./trails.js";

/** @typedef {import("../claims/event.js").Item} Item */
/** @typedef {import("../rules/books.js").Books} Books */
/** @typedef {import("./bundle.js").Bundle} Bundle */
/** @typedef {import("./evidence.js").Events} Events */
/** @typedef {import("./evidence.js").Evidence} Evidence */
/** @typedef {import("./evidence.js").ProvenEvent} ProvenEvent */
/** @typedef {import("./report.js").Report} Report */
/** @typedef {import("./trace.js").Sighting} Sighting */
/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./trace.js").Warned} Warned */
/** @typedef {import("./trails.js").Position} Position */

/** What nobody puts into being. */
const NOT_MADE = /^https:\/\/id\.gs1\.org\/(?:414\/|01\/\d{14}\/10\/)/;

/**
 * Return the walk through what the bundle shows.
 * @param {Bundle} bundle
 * @param {Evidence} evidence
 * @param {object} known
 * @param {string} known.trusted the item whose trail has the ledger's trust
 *     versions
 * @param {Books} known.books
 */
export function traceBundle(bundle, evidence, { trusted, books }) {
  const { events, trails } = evidence;
  const last = trails.get(bundle.subject)?.links.at(-1);
  return trace(bundle.subject, {
    trustItem: trusted,
    readTrail: (item) => trails.get(item) ?? null,
    readEvent: (at) => events.get(placeKey(at)) ?? null,
    reportedAt: (at) => reportedAt(evidence, at),
    book: books.at(last?.logIndex ?? 0),
    // What is shown of the item itself is part of its story, wherever.
    besides: shownLinks(evidence, bundle.subject),
  });
}

/**
 * Check that the story is whole, and that nothing else is there.
 * @param {Report} report
 * @param {Bundle} bundle what is there
 * @param {Trace} walk what should be
 * @param {Evidence} evidence what was proven of it
 * @param {object} demanded
 * @param {ReadonlySet<string>} demanded.asked the related trails that must be
 *     there
 * @param {ReadonlySet<string>} demanded.pinned the actors that the trust file
 *     pins: their trails may be missing, for they lead to nothing
 * @param {string} demanded.trusted the item whose trail has the ledger's trust
 *     versions
 */
export function checkCompleteness(
  report,
  bundle,
  walk,
  evidence,
  { asked, pinned, trusted },
) {
  const { subject } = bundle;
  const isWhole = walk.missing.every(
    ({ why, item }) => why === ACTOR && pinned.has(item),
  );
  checkSurplus(report, bundle, walk, evidence, isWhole);
  for (const { why, item, reason } of walk.missing) {
    if (why === ACTOR) continue;
    if (why === SUBJECT || why === TRUST || asked.has(why)) {
      report.found("PRV-1001", reason, item);
    } else {
      const detail = `${reason}; the trust file does not ask for it`;
      report.notice("PRV-1004", detail, item);
    }
  }
  const versions = bundle.trails.find(({ item }) => item === trusted);
  // Whoever hid one would hide what it says of all the rest.
  for (const { logIndex } of versions?.rows ?? []) {
    const detail = `the trust version of entry ${logIndex} is not shown`;
    report.found("PRV-1001", detail, trusted);
  }
  for (const { item, start, stop } of walk.skipped) {
    report.notice(
      "PRV-1006",
      `events ${start + 1} to ${stop} of ${walk.trails.get(item)?.count} of` +
        ` ${item} were skipped; none of them warns of it`,
      item,
    );
  }
  const own = evidence.trails.get(subject);
  if (own && own.count === 0) {
    const detail = `the ledger holds nothing about ${subject}`;
    report.stop("PRV-1003", detail, subject);
  }
  const related = [...walk.trails].filter(
    ([item, { count }]) => count > 0 && item !== subject,
  );
  const shown =
    `${counted(own?.links.length ?? 0, "event")} of the item and` +
    ` ${counted(related.length, "related trail")} shown`;
  if (!isWhole) {
    const detail = `${shown}, which is what the trust file asks for, and not all`;
    report.passed("PRV-1005", detail);
  }
  if (walk.skipped.length) {
    const detail = `${shown}, which is all but what was skipped`;
    report.passed("PRV-1000", detail);
  }
  report.passed("PRV-1000", `${shown}, which is all`);
}

/**
 * Check that each event follows the links that it demanded to follow.
 * @param {Report} report
 * @param {Evidence} evidence
 */
export function checkDemands(report, evidence) {
  let held = 0;
  let unseen = 0;
  for (const event of evidence.events.values()) {
    for (const [item, link] of readAfter(event.body)) {
      const which = `event ${event.at[1]} of entry ${event.at[0]}`;
      const trail = evidence.trails.get(item);
      if (!trail) {
        unseen++;
        report.notice(
          "PRV-1304",
          `${which} was to follow link ${toHex(link).slice(0, 16)} of ${item},` +
            " whose trail is not shown",
          item,
        );
        continue;
      }
      held++;
      /** @type {Uint8Array} */
      let found;
      try {
        // What the signer saw was the head before the whole statement.
        found = trail.hashBefore(trail.firstAt([event.at[0], 0]));
      } catch (error) {
        if (!(error instanceof NotShownError)) throw error;
        const detail = `what ${which} follows: ${error.message}`;
        report.found("PRV-1303", detail, item);
        continue;
      }
      if (!equalBytes(found, link)) {
        report.found(
          "PRV-1301",
          `${which} was to follow link ${toHex(link).slice(0, 16)} of ${item},` +
            ` but follows ${toHex(found).slice(0, 16)}`,
          item,
        );
      }
    }
  }
  if (!held) {
    report.passed(
      "PRV-1302",
      unseen
        ? `${counted(unseen, "demand")} to follow a link of a trail that is not` +
            " shown, and none of one that is"
        : "no event demands to follow one",
    );
  }
  report.passed("PRV-1300", `${counted(held, "demand")} to follow a link held`);
}

/**
 * Check that nothing in the story recalls the item. A recall by somebody who
 * may not call it back is no news to be shown above the verdict.
 * @param {Report} report
 * @param {Trace} walk
 * @param {Events} events
 * @param {ReadonlyMap<string, unknown>} entitled by `placeKey`, the events
 *     whose signers may say so
 */
export function checkRecalls(report, walk, events, entitled) {
  const asserted = new Asserted(walk, events);
  for (const sighting of walk.sightings) {
    const { at, item, why } = sighting;
    if (why === ACTOR) continue;
    const event = eventAt(events, at);
    if (event.reading.declaresError) {
      noteDeclaration(report, asserted, event, sighting);
    } else if (event.reading.recalls && walk.voids.has(sightingKey(at, item))) {
      report.notice(
        "PRV-1403",
        `the recall of ${item} by ${told(event)} was withdrawn as an error`,
        item,
      );
    }
  }
  for (const warned of walk.warned) {
    const isEntitled = entitled.has(placeKey(warned.at));
    noteWarning(report, eventAt(events, warned.at), warned, isEntitled);
  }
  report.passed("PRV-1400", "nothing that is shown recalls it");
}

/**
 * Tell of a warning that stands.
 * @param {Report} report
 * @param {ProvenEvent} event
 * @param {Warned} warned
 * @param {boolean} isEntitled
 */
function noteWarning(report, event, { item, grade }, isEntitled) {
  const who = told(event);
  const isRecall = event.reading.recalls;
  if (!isRecall && grade === "alarm") {
    report.notice("PRV-1410", `${who} warned of ${item}`, item);
  } else if (isRecall && grade === "alarm") {
    const detail = `${item} was recalled by ${who}`;
    report.found("PRV-1401", detail, item);
    if (isEntitled) report.notice("PRV-1401", detail, item);
  } else if (isRecall && grade === "doubt") {
    report.found(
      "PRV-1409",
      `${item} was recalled by ${who}, at another time than the item is said` +
        " to have been in it: whether that is meant as well is not said",
      item,
    );
  } else {
    const did = isRecall ? "recalled" : "warned of";
    report.notice(
      "PRV-1408",
      `${who} ${did} ${item} at another time than the story looks at`,
      item,
    );
  }
}

/**
 * Return who said an event, and where it stands.
 * @param {ProvenEvent} event
 */
function told({ at, issuer }) {
  return `${issuer} (event ${at[1]} of entry ${at[0]})`;
}

/**
 * Note each serial number that was put into being more than once.
 * @param {Report} report
 * @param {Trace} walk
 * @param {Events} events
 */
export function checkCreations(report, walk, events) {
  /** @type {Map<string, Set<ProvenEvent>>} */
  const made = new Map();
  // What is seen from a thousand trails is looked through once.
  /** @type {Map<string, Set<string>>} */
  const units = new Map();
  for (const [key, event] of events) {
    if (!event.reading.declaresError) units.set(key, unitsMade(event));
  }
  for (const { at, item, why } of walk.sightings) {
    if (
      units.get(placeKey(at))?.has(item) &&
      why !== ACTOR &&
      !walk.voids.has(sightingKey(at, item))
    ) {
      // Each once, for a trail may have been seen for two reasons.
      made.set(item, (made.get(item) ?? new Set()).add(eventAt(events, at)));
    }
  }
  for (const [item, found] of made) {
    if (found.size < 2) continue;
    const makers = [...found].sort((a, b) => comparePlaces(a.at, b.at));
    const [first, second] = makers.map(told);
    report.notice(
      "PRV-1407",
      `${item} was put into being ${makers.length} times, first by ${first},` +
        ` then by ${second}`,
      item,
    );
  }
}

const UNITS = ["epcList", "outputEPCList"];

/**
 * Return what an event says was made, of single things that it shows.
 * @param {ProvenEvent} event
 */
function unitsMade({ items, reading }) {
  return new Set(
    items.flatMap(({ id, relation }) =>
      UNITS.includes(relation) && reading.effect(codeOf(relation)) === "made"
        ? [id]
        : [],
    ),
  );
}

/** @param {string} relation */
function codeOf(relation) {
  return /** @type {number} */ (CODES.get(relation));
}

/**
 * Note that nothing says that the item was made, where all is shown. Not of
 * what nobody puts into being: a product, a lot, a place, an actor, a
 * transformation.
 * @param {Report} report
 * @param {Bundle} bundle
 * @param {Trace} walk
 * @param {Evidence} evidence
 */
export function checkMaking(report, { subject }, walk, { events, trails }) {
  const { count = 0, links = [] } = trails.get(subject) ?? {};
  if (!count || links.length !== count) return;
  if (NOT_MADE.test(subject) || !hasTrail(subject, "")) return;
  for (const link of links) {
    const event = events.get(placeKey(placeOf(link)));
    if (!event || isRegistryEvent(event.body)) return;
    const own = event.shown.get(link.leaves[0]);
    // The link is a row, and its leaf is not there: it is missing.
    if (!own) return;
    const { relation } = own;
    if (relation === "transformationID") return;
    const isVoid =
      event.reading.declaresError ||
      walk.voids.has(sightingKey(event.at, subject));
    if (!isVoid && event.reading.makes(codeOf(relation))) return;
  }
  const detail = `no event that is shown says that ${subject} was made`;
  report.notice("PRV-1411", detail, subject);
}

/**
 * Check that something said of the item still stands.
 * @param {Report} report
 * @param {Bundle} bundle
 * @param {Trace} walk
 * @param {Evidence} evidence
 */
export function checkStanding(report, { subject }, walk, evidence) {
  const own = evidence.trails.get(subject);
  if (!own || own.count === 0) return;
  const places = own.links.map(placeOf);
  const isVoid = places.every(
    (at) =>
      walk.voids.has(sightingKey(at, subject)) ||
      evidence.events.get(placeKey(at))?.reading.declaresError,
  );
  // Of what is not shown, something may stand.
  if (places.length === own.count && isVoid) {
    report.found(
      "PRV-1406",
      "all that was ever said of the item was declared an error",
      subject,
    );
  }
}

/** Who asserted what of which item, each event looked at once. */
class Asserted {
  #events;
  /** @type {Map<string, string>} */
  #said = new Map();
  /** @type {Map<string, Map<string, Position>>} */
  #first = new Map();
  /** @type {Map<string, [string, Position][]>} */
  #order = new Map();

  /**
   * @param {Trace} walk
   * @param {Events} events
   */
  constructor(walk, events) {
    this.#events = events;
    const all = [...events.values()];
    if (!all.some(({ reading }) => reading.declaresError)) return;
    for (const sighting of walk.sightings) {
      const { at } = sighting;
      const { reading, issuer } = eventAt(events, at);
      if (reading.declaresError) continue;
      const key = this.#key(sighting);
      const first = this.#first.get(key) ?? new Map();
      this.#first.set(key, first);
      const known = first.get(issuer);
      if (!known || comparePlaces(at, known) < 0) first.set(issuer, at);
    }
  }

  /** @param {Sighting} sighting */
  #key({ at, item }) {
    const place = placeKey(at);
    let said = this.#said.get(place);
    if (said === undefined) {
      said = toHex(sha256(assertion(eventAt(this.#events, at).body)));
      this.#said.set(place, said);
    }
    return `${item} ${said}`;
  }

  /**
   * Whether an issuer asserted before what a declaration says.
   * @param {Sighting} sighting
   * @param {string} issuer
   */
  isOwn(sighting, issuer) {
    const at = this.#first.get(this.#key(sighting))?.get(issuer);
    return at !== undefined && comparePlaces(at, sighting.at) < 0;
  }

  /**
   * Return who else did, the first few of them.
   * @param {Sighting} sighting
   */
  others(sighting) {
    const key = this.#key(sighting);
    let order = this.#order.get(key);
    if (!order) {
      order = [...(this.#first.get(key) ?? [])]
        .sort((a, b) => comparePlaces(a[1], b[1]))
        .slice(0, TOLD);
      this.#order.set(key, order);
    }
    return order
      .filter(([, at]) => comparePlaces(at, sighting.at) < 0)
      .map(([issuer]) => issuer);
  }
}

/** How many signers of a disputed event are named. */
const TOLD = 3;

/**
 * Tell whose event is declared an error: one's own, or another's.
 * @param {Report} report
 * @param {Asserted} asserted
 * @param {ProvenEvent} declared
 * @param {Sighting} sighting
 */
function noteDeclaration(report, asserted, declared, sighting) {
  const { at, item } = sighting;
  const by = `event ${at[1]} of entry ${at[0]} by ${declared.issuer}`;
  const others = asserted.others(sighting);
  if (typeof declared.body.get("eventID") !== "string") {
    const detail = `${by} declares an event an error without its eventID`;
    report.notice("PRV-1405", `${detail}, and takes nothing back`, item);
  } else if (asserted.isOwn(sighting, declared.issuer)) {
    report.notice("PRV-1402", `${by} declares an event an error`, item);
  } else if (others.length) {
    const whose = others.join(", ");
    const detail = `${by} disputes an event of ${whose}, which stands`;
    report.notice("PRV-1404", detail, item);
  } else {
    const detail = `${by} declares an event an error that is not on the trail`;
    report.notice("PRV-1405", detail, item);
  }
}

/**
 * @param {Report} report
 * @param {Bundle} bundle
 * @param {Trace} walk
 * @param {Evidence} evidence
 * @param {boolean} isWhole
 */
function checkSurplus(report, bundle, walk, evidence, isWhole) {
  for (const { item } of bundle.trails) {
    // Where something is missing, what it leads to is no surplus.
    if (!walk.trails.has(item) && isWhole) {
      const detail = `the trail of ${item} is no part of the story`;
      report.found("PRV-1002", detail, item);
    }
  }
  const places = new Set();
  for (const { stretches } of evidence.trails.values()) {
    for (const { links } of stretches) {
      for (const link of links) places.add(placeKey(placeOf(link)));
    }
  }
  for (const [key, { at }] of evidence.events) {
    if (!places.has(key)) {
      const subject = `event ${at[1]} of entry ${at[0]}`;
      const detail = `${subject} is on no trail here`;
      report.found("PRV-1002", detail, subject);
    }
  }
}

/**
 * Return the numbers of the item's links whose events are shown.
 * @param {Evidence} evidence
 * @param {string} item
 */
function shownLinks({ events, trails }, item) {
  const numbers = [];
  for (const { start, links } of trails.get(item)?.stretches ?? []) {
    for (const [i, link] of links.entries()) {
      if (events.has(placeKey(placeOf(link)))) numbers.push(start + i);
    }
  }
  return numbers;
}

/**
 * Return an event that was seen, and so is there.
 * @param {Events} events
 * @param {Position} at
 */
function eventAt(events, at) {
  return /** @type {ProvenEvent} */ (events.get(placeKey(at)));
}
