// @ts-check
// The one walk that decides what a story needs. Mirrors
// provenance/proof/trace.py; what to show is a prover's question, and left out.
//
// It starts at one item, the subject, and follows what its events lead to:
//
//     subject      its whole trail
//     containers   what it travelled in, for as long as it did (`stays`)
//     lots         the lot that the making of a unit names, and of its product
//                  the warnings
//     inputs       what it was made from: what a transformation used up that
//                  has the item as an output, up to that event; and whatever
//                  the same signer put into it under its id
//     actors       who signed each of these events: the actor's whole trail
//                  of keys and grants, and the actors that signed those
//     trust        the trail of the ledger's trust versions, whole
//
// What the walk does not find is missing: nobody can leave something out and
// not be noticed. Of a stretch of more than `WHOLE` links the first and the
// last `EDGE` are looked at, and what lies between is passed over, and said to
// be; so are the links beyond what the rule book lets one story look at. Links
// that warn never are: each of them, on any trail of goods that the story
// follows, is looked at and graded. An event that its signer later declares an
// error is void, and so is the event that declares it: both are shown, and
// lead nowhere.
//
// Over 500 lines: the walk is one recursion, as in its Python twin.

import { isRegistryEvent } from "../claims/actor.js";
import { CODES, hasTrail, readAfter } from "../claims/event.js";
import { countBefore } from "../encoding/search.js";
import { MalformedError } from "../errors.js";
import { gtinOf } from "../gs1/item.js";
import {
  Met,
  Seen,
  findVoid,
  leavesOf,
  numbersOf,
  sizeOf,
  stand,
} from "./seen.js";
import {
  ALWAYS,
  around,
  belongs,
  common,
  compareTimes,
  cut,
  gradeOf,
  staysOf,
  upTo,
} from "./stays.js";
import {
  FIRST,
  LAST,
  NotShownError,
  comparePlaces,
  placeKey,
  placeOf,
} from "./trails.js";

/** @typedef {import("../claims/trail.js").Link} Link */
/** @typedef {import("../rules/book.js").EvidenceBook} EvidenceBook */
/** @typedef {import("./seen.js").SeenEvent} SeenEvent */
/** @typedef {import("./stays.js").Grade} Grade */
/** @typedef {import("./stays.js").Window} Window */
/** @typedef {import("./trails.js").Position} Position */
/** @typedef {import("./trails.js").SparseTrail} SparseTrail */

/** The most links of a window that are looked at one and all. */
export const WHOLE = 256;
/** How many links are looked at on either side of what is skipped. */
export const EDGE = 64;
/** The most trails that one walk follows. */
const MAX_TRAILS = 4_096;
/** The most items of one event that a story shows all of. */
const MAX_ITEMS = 1_024;
/** The most visits to trails that one walk makes. */
const MAX_VISITS = 16_384;
/** The most events that it looks at, each time at each visit counting. */
const MAX_LOOKS = 2 ** 20;

/**
 * Why a trail belongs to the story; the values are a trust file's words.
 * @typedef {"subject" | "containers" | "lots" | "inputs" | "actors" | "trust"}
 *     Why
 */

export const SUBJECT = "subject";
export const ACTOR = "actors";
export const TRUST = "trust";
const CONTAINER = "containers";
const LOT = "lots";
const INPUT = "inputs";

/**
 * An event of the story, and the item and reason that brought it in.
 * @typedef {{at: Position, item: string, why: Why}} Sighting
 */

/**
 * Something the story needs that the walk did not find, of that item's trail.
 * @typedef {{why: Why, item: string, at: Position | null, reason: string}}
 *     Missing
 */

/**
 * A warning that stands, and how much it has to do with the subject.
 * @typedef {Sighting & {grade: Grade}} Warned
 */

/**
 * Links [start, stop) of an item's trail that nobody looked at.
 * @typedef {{item: string, start: number, stop: number}} Skipped
 */

/**
 * What a story needs.
 * @typedef {object} Trace
 * @property {Map<string, SparseTrail>} trails item → its trail, in order of
 *     discovery, the subject first, the trust item last
 * @property {Sighting[]} sightings which event belongs to the story, by the
 *     trail that it is on
 * @property {Warned[]} warned every warning on trails of goods that stands
 * @property {Map<string, Position>} voids for each event that is declared an
 *     error, seen from an item (`sightingKey`): where that is declared
 * @property {Skipped[]} skipped what was passed over
 * @property {Missing[]} missing what was not found
 */

/**
 * One trail to be read.
 * @typedef {object} Visit
 * @property {string} item
 * @property {Why} why
 * @property {Window} window what of it belongs to the story
 * @property {number} depth how many containers lie around the item that the
 *     walk came from
 * @property {string} issuer on the trail of a transformation: whose events
 *     lead on; else ""
 */

const CHILD = ["childEPCs", "childQuantityList"];
const PLACE = "https://id.gs1.org/414/";
const LOGISTIC_UNIT = "https://id.gs1.org/00/";
const PARENT = /** @type {number} */ (CODES.get("parentID"));
const JOINED = /** @type {number} */ (CODES.get("transformationID"));
const IN_AND_OUT = ["in", "out", "inside"];

/** @type {Why[]} */
const HAS_CONTAINERS = [SUBJECT, CONTAINER, LOT];
/** @type {Why[]} */
const HAS_LOT = [SUBJECT, INPUT];
/** @type {Why[]} */
const HAS_INPUTS = [SUBJECT, LOT, INPUT];

/**
 * Return an event as seen from an item as a key.
 * @param {Position} at
 * @param {string} item
 */
export function sightingKey(at, item) {
  return `${placeKey(at)} ${item}`;
}

/**
 * Return what the story of an item needs.
 * @param {string} subject the item's id
 * @param {object} from
 * @param {string} from.trustItem the id whose trail has the ledger's trust
 *     versions
 * @param {(item: string) => SparseTrail | null} from.readTrail returns an
 *     item's trail; one of no links if it has none for certain, null if that
 *     is not known
 * @param {(at: Position) => SeenEvent | null} from.readEvent returns the event
 *     there, null if it is not at hand
 * @param {(at: Position) => number} from.reportedAt returns when an entry was
 *     reported at the earliest, in ms since 1970
 * @param {EvidenceBook} from.book the one in force, whose bounds hold
 * @param {number[]} [from.besides] numbers of links of the subject's trail, to
 *     look at even where they would be passed over
 * @returns {Trace}
 */
export function trace(subject, { besides = [], ...from }) {
  const walk = new Walk(subject, {
    ...from,
    besides: [...new Set(besides)].sort((a, b) => a - b),
  });
  walk.follow(visit(subject, SUBJECT));
  walk.run();
  walk.readTrust();
  walk.holdDemands();
  return {
    trails: walk.trails,
    sightings: [...walk.sightings.values()],
    warned: walk.warned,
    voids: walk.voids,
    skipped: walk.skipped(),
    missing: [...walk.missing.values()],
  };
}

/**
 * @param {string} item
 * @param {Why} why
 * @param {Window} [window]
 * @returns {Visit}
 */
function visit(item, why, window = ALWAYS, depth = 0, issuer = "") {
  return { item, why, window, depth, issuer };
}

/**
 * Return the id of the product that an item is one or some of; null if it has
 * no GTIN or is a product itself.
 * @param {string} item
 */
export function productOf(item) {
  const gtin = gtinOf(item);
  if (gtin === null || !hasTrail(item, "")) return null;
  return `https://id.gs1.org/01/${gtin}`;
}

/** What is done to a trail of goods, apart from what each visit does. */
class Goods {
  /** The numbers of the links looked at. @type {Set<number>} */
  looked = new Set();
  /** Of those, or to be, which count against the book's bound. */
  counted = new Set();
  /** What visits passed over. @type {[number, number][]} */
  passed = [];
  /** As a container: when it held what the story follows. @type {Window[]} */
  windows = [];
  /** Around those of which the moves are too many. @type {Window | null} */
  rest = null;

  /** @param {Why} why it was first read */
  constructor(why) {
    this.why = why;
    this.isHolderOnly = true;
  }
}

class Walk {
  /** @type {Map<string, SparseTrail>} */
  trails = new Map();
  /** @type {Map<string, Sighting>} */
  sightings = new Map();
  /** @type {Warned[]} */
  warned = [];
  /** @type {Map<string, Position>} */
  voids = new Map();
  /** @type {Map<string, Missing>} */
  missing = new Map();

  /** Item → why its trail is not to be had. @type {Map<string, string>} */
  #lacking = new Map();
  /** @type {Visit[]} */
  #queue = [];
  #planned = new Set();
  /** @type {Map<string, Seen | null>} */
  #seen = new Map();
  /** The events that are shown. @type {Map<string, Met | null>} */
  #met = new Map();
  /** The places of those of which the story shows something. */
  #shown = new Set();
  /** What events say. @type {Map<string, string>} */
  #sayings = new Map();
  /** The transformations whose inputs were followed. */
  #turned = new Set();
  #issuers = new Set();
  /** Those of whom no trail was planned yet. @type {string[]} */
  #unheard = [];
  /** In order of first reading. @type {Map<string, Goods>} */
  #goods = new Map();
  #looks = 0;
  #stays = 0;
  #events = 0;

  /**
   * @param {string} subject
   * @param {object} from as for `trace`
   * @param {string} from.trustItem
   * @param {(item: string) => SparseTrail | null} from.readTrail
   * @param {(at: Position) => SeenEvent | null} from.readEvent
   * @param {(at: Position) => number} from.reportedAt
   * @param {EvidenceBook} from.book
   * @param {number[]} from.besides
   */
  constructor(
    subject,
    { trustItem, readTrail, readEvent, reportedAt, book, besides },
  ) {
    this.subject = subject;
    this.trustItem = trustItem;
    this.readTrail = readTrail;
    this.readEvent = readEvent;
    this.reportedAt = reportedAt;
    this.bounds = book.bounds;
    this.besides = besides;
  }

  /** Visit until nothing new turns up, warnings late, actors last. */
  run() {
    this.#drain();
    for (const [item, goods] of this.#goods) this.#heed(item, goods);
    while (this.#unheard.length) {
      const issuers = this.#unheard;
      this.#unheard = [];
      for (const issuer of issuers) this.follow(visit(issuer, ACTOR));
      this.#drain();
    }
  }

  /**
   * Plan a visit.
   * @param {Visit} plan
   */
  follow(plan) {
    const { item, why, window, depth, issuer } = plan;
    const { since, until, start, stop, grace } = window;
    const bounds = [since, until, start, stop, grace].join(" ");
    const key = JSON.stringify([item, why, bounds, depth, issuer]);
    if (this.#planned.has(key)) return;
    if (this.#planned.size >= MAX_VISITS) {
      this.#miss(plan, null, "the story is too long to be followed");
      return;
    }
    this.#planned.add(key);
    this.#queue.push(plan);
  }

  /** Read the whole trail of the ledger's trust versions. */
  readTrust() {
    const item = this.trustItem;
    const plan = visit(item, TRUST);
    const trail = this.trails.get(item) ?? this.readTrail(item);
    if (trail === null) {
      this.#miss(plan, null, `the trail of ${item} is not there`);
      return;
    }
    this.trails.set(item, trail);
    this.#orMiss(plan, null, () => trail.slice(0, trail.count));
  }

  /** Ask what each event shown was to follow, and did. */
  holdDemands() {
    for (const key of this.#shown) {
      const { event } = /** @type {Met} */ (this.#met.get(key));
      const [logIndex, position] = key.split("/").map(Number);
      for (const [item] of readAfter(event.body)) {
        const trail = this.trails.get(item);
        if (!trail) continue;
        const plan = visit(item, this.#goods.get(item)?.why ?? ACTOR);
        // What the signer saw was the trail before the statement.
        this.#orMiss(plan, [logIndex, position], () =>
          trail.firstAt([logIndex, 0]),
        );
      }
    }
  }

  /** Return what visits passed over and no other visit looked at. */
  skipped() {
    /** @type {Skipped[]} */
    const skipped = [];
    for (const item of this.trails.keys()) {
      const goods = this.#goods.get(item);
      if (!goods) continue;
      const looked = [...goods.looked].sort((a, b) => a - b);
      for (const [first, stop] of joined(goods.passed)) {
        let start = first;
        let at = countBefore(looked, (number) => number < start);
        for (; start < stop; at++) {
          const number = Math.min(looked[at] ?? stop, stop);
          if (start < number) skipped.push({ item, start, stop: number });
          start = number + 1;
        }
      }
    }
    return skipped;
  }

  #drain() {
    // Visiting makes the queue longer, and the loop sees that.
    for (const next of this.#queue) this.#visit(next);
    this.#queue = [];
  }

  /** @param {Visit} plan */
  #visit(plan) {
    const { item, why, window } = plan;
    const isTooMuch = why === CONTAINER && !this.#mayStay(plan);
    const trail = this.#trail(plan);
    // Versions of trust happen to nothing: they are read by themselves.
    if (trail === null || item === this.trustItem) return;
    if (why === ACTOR) {
      this.#stand(plan, this.#eventsOf(plan, trail));
      return;
    }
    const goods = this.#goods.get(item) ?? new Goods(why);
    this.#goods.set(item, goods);
    if (why !== CONTAINER) goods.isHolderOnly = false;
    if (isTooMuch) {
      goods.rest = goods.rest ? around(goods.rest, window) : window;
      goods.passed.push([0, trail.count]);
      return;
    }
    if (HAS_INPUTS.includes(why)) this.#readProduct(item);
    this.#ride(plan, goods, this.#eventsOf(plan, trail));
  }

  /**
   * Read the trail of an item's product, of which its warnings alone matter.
   * @param {string} item
   */
  #readProduct(item) {
    const product = productOf(item);
    if (product === null || !this.#trail(visit(product, LOT))) return;
    const goods = this.#goods.get(product) ?? new Goods(LOT);
    goods.isHolderOnly = false;
    this.#goods.set(product, goods);
  }

  /**
   * Whether a container's moves are still looked at.
   * @param {Visit} plan
   */
  #mayStay({ depth }) {
    const { depth: deepest, stays } = this.bounds;
    this.#stays++;
    return depth <= deepest && this.#stays <= stays;
  }

  /**
   * Follow what events of goods lead to.
   * @param {Visit} plan
   * @param {Goods} goods
   * @param {Seen[]} events
   */
  #ride(plan, goods, events) {
    const { item, why } = plan;
    const standing = stand(events, findVoid(events));
    let { window } = plan;
    if (why === CONTAINER) {
      const inOrder = [...standing].sort(compareTimes);
      window = cut(window, inOrder, this.#boundsOf(item));
      goods.windows.push(window);
    }
    this.#stand({ ...plan, window }, events);
    if (!HAS_CONTAINERS.includes(why)) return;
    const rows = standing.flatMap((told) => {
      const parent = this.#parentOf(plan, told);
      return parent === null ? [] : [{ told, parent }];
    });
    for (const stay of staysOf(rows, this.bounds.late)) {
      const within = common(window, stay.window);
      if (within === null) continue;
      const depth = plan.depth + 1;
      this.follow(visit(stay.parent, CONTAINER, within, depth));
    }
  }

  /** @param {string} item */
  #boundsOf(item) {
    const { late, reuse } = this.bounds;
    return { late, reuse: item.startsWith(LOGISTIC_UNIT) ? reuse : Infinity };
  }

  /**
   * Note which events belong to the visit's window, and follow what those lead
   * to that nobody declares an error, their parents apart.
   * @param {Visit} plan
   * @param {Seen[]} events
   */
  #stand(plan, events) {
    const { item, why, window } = plan;
    const voids = findVoid(events);
    this.#noteVoid(item, voids);
    for (const seen of events) {
      if (!belongs(seen, window, this.bounds.late)) continue;
      const { at } = seen;
      const key = `${sightingKey(at, item)} ${why}`;
      if (!this.sightings.has(key)) this.sightings.set(key, { at, item, why });
      if (!voids.has(seen) && !seen.declaresError) this.#look(plan, seen);
    }
  }

  /**
   * @param {string} item
   * @param {Map<Seen, Position>} voids
   */
  #noteVoid(item, voids) {
    for (const [{ at }, declared] of voids) {
      const key = sightingKey(at, item);
      if (!this.voids.has(key)) this.voids.set(key, declared);
    }
  }

  /**
   * Look at the warnings of a trail, and grade those that stand.
   * @param {string} item
   * @param {Goods} goods
   */
  #heed(item, goods) {
    const { why, looked, rest, isHolderOnly } = goods;
    const windows = rest ? [...goods.windows, rest] : goods.windows;
    const plan = visit(item, why);
    const trail = /** @type {SparseTrail} */ (this.trails.get(item));
    for (const [number, link] of trail.warnings) {
      if (looked.has(number)) continue;
      if (!this.#mayLook(plan, 1)) return;
      this.#see(plan, number, link);
      looked.add(number);
    }
    const numbers = [...looked].sort((a, b) => a - b);
    const events = numbers
      .flatMap((number) => trail.slice(number, number + 1))
      .map((link) => this.#seen.get(sightingKey(placeOf(link), item)) ?? null)
      .filter((seen) => seen !== null);
    const voids = findVoid(events);
    this.#noteVoid(item, voids);
    const standing = stand(events, voids);
    const inOrder = [...standing].sort(compareTimes);
    const bounds = this.#boundsOf(item);
    for (const seen of standing) {
      if (!seen.warns) continue;
      const { at, event } = seen;
      const grade = isHolderOnly
        ? gradeOf(seen, event.body, windows, inOrder, bounds)
        : "alarm";
      this.warned.push({ at, item, why, grade });
    }
  }

  /** @param {Visit} plan */
  #trail(plan) {
    const { item } = plan;
    const known = this.trails.get(item);
    if (known) return known;
    let reason = this.#lacking.get(item);
    if (reason === undefined) {
      reason = `the story has over ${MAX_TRAILS} trails`;
      if (this.trails.size < MAX_TRAILS) {
        const trail = this.readTrail(item);
        if (trail !== null) {
          this.trails.set(item, trail);
          return trail;
        }
        reason = `the trail of ${item} is not there`;
      }
      this.#lacking.set(item, reason);
    }
    // Whatever else it was missed for: who cares for one reason alone must
    // hear of that.
    this.#miss(plan, null, reason);
    return null;
  }

  /**
   * Return the events that a visit looks at, as far as they can be seen.
   * @param {Visit} plan
   * @param {SparseTrail} trail
   */
  #eventsOf(plan, trail) {
    const looked = this.#goods.get(plan.item)?.looked;
    /** @type {Seen[]} */
    const events = [];
    this.#orMiss(plan, null, () => {
      const ranges = this.#rangesOf(plan, trail);
      if (!this.#mayLook(plan, sizeOf(ranges))) return;
      for (const number of numbersOf(ranges)) {
        const [link] = trail.slice(number, number + 1);
        if (plan.why !== ACTOR) looked?.add(number);
        const seen = this.#see(plan, number, link);
        if (seen !== null) events.push(seen);
      }
    });
    return events;
  }

  /**
   * Return the numbers of the links that a visit looks at, as ranges, rising.
   * @param {Visit} plan
   * @param {SparseTrail} trail
   * @returns {[number, number][]}
   * @throws {NotShownError} Where its window begins or ends is not shown.
   */
  #rangesOf(plan, trail) {
    const { item, why, window } = plan;
    const { count } = trail;
    const goods = this.#goods.get(item);
    if (why === ACTOR || !goods) return [[0, count]];
    let [first, last] = [0, count];
    if (count > WHOLE) {
      const { start, stop } = window;
      const isAtStart = comparePlaces(start, FIRST) === 0;
      const isAtEnd = comparePlaces(stop, LAST) === 0;
      const a = isAtStart ? 0 : trail.firstAt(start);
      const b = isAtEnd ? count : trail.firstAt([stop[0], stop[1] + 1]);
      first = Math.max(0, Math.min(a, b) - EDGE);
      last = Math.min(count, Math.max(a, b) + EDGE);
    }
    let numbers =
      last - first > WHOLE
        ? [
            ...numbersOf([[first, first + EDGE]]),
            ...this.#between(why, trail, first + EDGE, last - EDGE),
            ...numbersOf([[last - EDGE, last]]),
          ]
        : [...numbersOf([[first, last]])];
    if (item !== this.subject) {
      const warnings = new Set(trail.warnings.map(([number]) => number));
      numbers = numbers.filter(
        (number) => warnings.has(number) || this.#spend(goods, number),
      );
    }
    let after = first;
    for (const number of [...numbers, last]) {
      if (after < number) goods.passed.push([after, number]);
      after = number + 1;
    }
    return numbers.map((number) => [number, number + 1]);
  }

  /**
   * Count a link among those that one story looks at; return if it may.
   * @param {Goods} goods
   * @param {number} number
   */
  #spend({ counted }, number) {
    if (counted.has(number)) return true;
    if (this.#events >= this.bounds.events) return false;
    this.#events++;
    counted.add(number);
    return true;
  }

  /**
   * Return what a visit looks at of what it passes over.
   * @param {Why} why
   * @param {SparseTrail} trail
   * @param {number} start
   * @param {number} stop
   */
  #between(why, trail, start, stop) {
    const besides = why === SUBJECT ? this.besides : [];
    const numbers = [...trail.warnings.map(([number]) => number), ...besides];
    return [...new Set(numbers)]
      .filter((number) => start <= number && number < stop)
      .sort((a, b) => a - b);
  }

  /**
   * @param {Visit} plan
   * @param {number} count
   */
  #mayLook(plan, count) {
    this.#looks += count;
    if (this.#looks <= MAX_LOOKS) return true;
    this.#miss(plan, null, "the story is too long to be followed");
    return false;
  }

  /**
   * Return the event that a link leads to; null if it cannot be seen.
   * @param {Visit} plan
   * @param {number} number
   * @param {Link} link
   * @returns {Seen | null}
   */
  #see(plan, number, link) {
    const { item } = plan;
    const at = placeOf(link);
    const key = sightingKey(at, item);
    let seen = this.#seen.get(key);
    if (seen === undefined) {
      const met = this.#meet(at);
      if (met) this.#shown.add(placeKey(at));
      const isNamed =
        link.leaves.length > 0 &&
        link.leaves.every((leaf) => met?.event.shown.has(leaf));
      seen =
        met && isNamed
          ? new Seen(link, met, this.reportedAt(at), this.#sayings)
          : null;
      this.#seen.set(key, seen);
    }
    if (!seen) {
      // For each reason, as a trail that is missing.
      const { count } = /** @type {SparseTrail} */ (this.trails.get(item));
      const isMet = this.#met.get(placeKey(at));
      const fault = isMet ? "does not show that it names it" : "is not shown";
      this.#miss(
        plan,
        at,
        `event ${number + 1} of ${count} of the trail of ${item} (entry` +
          ` ${at[0]}, event ${at[1]}) ${fault}`,
      );
    }
    return seen;
  }

  /** @param {Position} at */
  #meet(at) {
    const key = placeKey(at);
    let met = this.#met.get(key);
    if (met === undefined) {
      const event = this.readEvent(at);
      met = event && new Met(event);
      this.#met.set(key, met);
      if (event && !this.#issuers.has(event.issuer)) {
        this.#issuers.add(event.issuer);
        this.#unheard.push(event.issuer);
      }
    }
    return met;
  }

  /**
   * Follow what one event leads to, its parents apart.
   * @param {Visit} plan
   * @param {Seen} seen
   */
  #look(plan, seen) {
    const { event, effect } = seen;
    if (isRegistryEvent(event.body)) {
      this.#requireAll(
        plan,
        seen,
        leavesOf(event, () => true),
      );
      return;
    }
    const { why, item, issuer } = plan;
    if (issuer) {
      // It is a transformation, and joins what one actor says of it.
      if (issuer === event.issuer && effect === "joined") {
        this.#followUsed(plan, seen, ALWAYS);
      }
      return;
    }
    if (HAS_LOT.includes(why) && seen.makes) this.#followLot(plan, seen);
    if (HAS_INPUTS.includes(why) && effect === "made" && isFrom(event)) {
      this.#followUsed(visit(item, INPUT), seen, upTo(seen));
    }
  }

  /**
   * @param {Visit} plan
   * @param {Seen} seen
   */
  #followLot(plan, seen) {
    let lot = null;
    try {
      lot = seen.met.lots.of(plan.item);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.#miss(
        visit(plan.item, LOT),
        seen.at,
        `the lot of ${plan.item} cannot be read: ${error.message}`,
      );
    }
    if (lot !== null) this.follow(visit(lot, LOT));
  }

  /**
   * Follow what a transformation used up, and the id that joins it to others.
   * @param {Visit} plan
   * @param {Seen} seen
   * @param {Window} window on the trails of what was used up
   */
  #followUsed(plan, seen, window) {
    // They are the same from whichever of its outputs it is seen.
    const key = `${placeKey(seen.at)} ${window === ALWAYS}`;
    if (this.#turned.has(key)) return;
    this.#turned.add(key);
    const { event } = seen;
    const used = leavesOf(
      event,
      (code) => event.reading.effect(code) === "used",
    );
    if (this.#requireAll(plan, seen, used)) {
      for (const number of numbersOf(used)) {
        const item = event.shown.get(number);
        if (item && hasTrail(item.id, item.relation)) {
          this.follow(visit(item.id, INPUT, window));
        }
      }
    }
    const joining = leavesOf(event, (code) => code === JOINED);
    if (plan.issuer || !this.#requireAll(plan, seen, joining)) return;
    for (const number of numbersOf(joining)) {
      const item = event.shown.get(number);
      if (item) this.follow(visit(item.id, INPUT, ALWAYS, 0, event.issuer));
    }
  }

  /**
   * Return the container that the item went into, out of or was seen in; "" if
   * the item ended; null if neither.
   * @param {Visit} plan
   * @param {Seen} seen
   */
  #parentOf(plan, seen) {
    const { effect, relation, event } = seen;
    if (effect === "ended") return "";
    if (!CHILD.includes(relation) || !IN_AND_OUT.includes(effect)) return null;
    // One at most; none names no container, and the counts say so.
    const parents = leavesOf(event, (code) => code === PARENT);
    const wanted = visit(plan.item, CONTAINER);
    if (!this.#requireAll(wanted, seen, parents)) return null;
    const [number] = numbersOf(parents);
    const id = event.shown.get(number)?.id;
    // A place has no inside: what else happens there is none of the item's
    // story.
    return id === undefined || id.startsWith(PLACE) ? null : id;
  }

  /**
   * Ask for some item leaves of an event; return if they are not too many.
   * @param {Visit} plan
   * @param {Seen} seen
   * @param {[number, number][]} leaves
   */
  #requireAll(plan, { at, event }, leaves) {
    const where = `event ${at[1]} of entry ${at[0]}`;
    const count = sizeOf(leaves);
    if (count > MAX_ITEMS) {
      this.#miss(
        plan,
        at,
        `${where} names ${count} items: a story shows ${MAX_ITEMS} of one` +
          " event at most",
      );
      return false;
    }
    for (const number of numbersOf(leaves)) {
      if (!event.shown.has(number)) {
        this.#miss(plan, at, `leaf ${number} of ${where} is not shown`);
        break;
      }
    }
    return true;
  }

  /**
   * Ask a trail something; note what is not shown of it.
   * @param {Visit} plan
   * @param {Position | null} at
   * @param {() => unknown} ask
   */
  #orMiss(plan, at, ask) {
    try {
      ask();
    } catch (error) {
      if (!(error instanceof NotShownError)) throw error;
      this.#miss(plan, at, error.message);
    }
  }

  /**
   * @param {Visit} plan
   * @param {Position | null} at
   * @param {string} reason
   */
  #miss({ why, item }, at, reason) {
    const missing = { why, item, at, reason };
    const key = JSON.stringify(missing);
    if (!this.missing.has(key)) this.missing.set(key, missing);
  }
}

/**
 * Whether an event says what its outputs were made from.
 * @param {SeenEvent} event
 */
function isFrom({ reading }) {
  const effects = [...reading.effects.values()];
  return effects.includes("used") || effects.includes("joined");
}

/**
 * Return what stretches cover together, lowest first.
 * @param {[number, number][]} stretches
 */
function joined(stretches) {
  /** @type {[number, number][]} */
  const found = [];
  for (const [start, stop] of [...stretches].sort((a, b) => a[0] - b[0])) {
    const last = found[found.length - 1];
    if (last && start <= last[1]) last[1] = Math.max(last[1], stop);
    else found.push([start, stop]);
  }
  return found;
}
