// @ts-check
// The one walk that decides what a story needs. Mirrors
// provenance/proof/trace.py; what to show is a prover's question, and left out.
//
// It starts at one item, the subject, and follows what its events lead to:
//
//     subject      its whole trail
//     containers   what it travelled in: an AggregationEvent (or
//                  AssociationEvent) ADD that has an item among its children
//                  opens a window on the parent's trail; a DELETE of that
//                  item from that parent closes it, as does a DELETE in the
//                  parent's trail that names no child (all of them left)
//     lots         the lot that the commissioning of a unit names
//     inputs       what it was made from: each input of a TransformationEvent
//                  that has the item as an output, up to that event
//     actors       who signed each of these events: the actor's whole trail
//                  of keys and grants, and the actors that signed those
//     trust        the trail of the ledger's trust versions, whole
//
// What the walk does not find is missing: nobody can leave something out and
// not be noticed. Of a window of more than `WHOLE` links the first and the
// last `EDGE` are looked at, and what lies between is skipped, and said to be.
// Links that warn never are: each of them, on any trail of goods that the
// story follows, is looked at, in its window as any event, outside of every
// window aside. An event that its signer later declares an error is void, and
// so is the event that declares it: both are shown, and lead nowhere.

import { isRegistryEvent } from "../claims/actor.js";
import { CODES, hasTrail, readAfter } from "../claims/event.js";
import { COMES_OUT, DECLARES_ERROR, GOES_IN } from "../claims/trail.js";
import { toHex } from "../encoding/bytes.js";
import { sha256 } from "../encoding/digest.js";
import { countBefore } from "../encoding/search.js";
import { Lots } from "../epcis/acts.js";
import { assertion } from "../epcis/corrections.js";
import { MalformedError } from "../errors.js";
import {
  FIRST,
  LAST,
  NotShownError,
  comparePlaces,
  placeKey,
  placeOf,
} from "./trails.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../claims/event.js").Counts} Counts */
/** @typedef {import("../claims/event.js").Item} Item */
/** @typedef {import("../claims/trail.js").Link} Link */
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
/** The most windows on trails that one walk looks through. */
const MAX_VISITS = 16_384;
/** The most events that it looks at, each time in each window counting. */
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
 * An event as far as the walker can see it.
 * @typedef {object} SeenEvent
 * @property {Body} body leaf 0
 * @property {Counts} counts how many items it names, by relation
 * @property {Map<number, Item>} shown leaf number (from 1) → item
 * @property {string} issuer the actor that signed it
 */

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
 * Links [start, stop) of an item's trail that nobody looked at.
 * @typedef {{item: string, start: number, stop: number}} Skipped
 */

/**
 * What a story needs.
 * @typedef {object} Trace
 * @property {Map<string, SparseTrail>} trails item → its trail, in order of
 *     discovery, the subject first, the trust item last
 * @property {Sighting[]} sightings which event was seen on which trail
 * @property {Sighting[]} aside the warnings on these trails that lie in no
 *     window
 * @property {Map<string, Position>} voids for each event that is declared an
 *     error, seen from an item (`sightingKey`): where that is declared
 * @property {Skipped[]} skipped what no window looked at
 * @property {Missing[]} missing what was not found
 */

/**
 * One trail to be read, from `start` to `stop`, both included. For a
 * container, `again` are the places after `start` where the item was put into
 * it once more: had it been emptied before, the window opens anew.
 * @typedef {object} Visit
 * @property {string} item
 * @property {Why} why
 * @property {Position} start
 * @property {Position} stop
 * @property {Opening | null} again
 */

/**
 * A place where a window may open, and those after it.
 * @typedef {object} Opening
 * @property {number} number of the list that begins with it
 * @property {Position} at
 * @property {Opening | null} rest
 */

/** @type {[string, string]} */
const ALL = ["actor", "place"];
/** @type {[string, string]} */
const PARENTS = ["parentID", "parentID"];
/** @type {[string, string]} */
const INPUTS = ["inputEPCList", "inputQuantityList"];

const CHILD = ["childEPCs", "childQuantityList"];
const PARENT = ["parentID"];
const OUTPUTS = ["outputEPCList", "outputQuantityList"];
const MADE_AS_UNIT = ["epcList", "outputEPCList"];
const PLACE = "https://id.gs1.org/414/";

/** @type {Why[]} */
const HAS_CONTAINERS = [SUBJECT, CONTAINER];
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
 * @param {number[]} [from.besides] numbers of links of the subject's trail, to
 *     look at even where they would be skipped
 * @returns {Trace}
 */
export function trace(
  subject,
  { trustItem, readTrail, readEvent, besides = [] },
) {
  const walk = new Walk(
    trustItem,
    readTrail,
    readEvent,
    [...new Set(besides)].sort((a, b) => a - b),
  );
  walk.follow(visit(subject, SUBJECT));
  walk.run();
  walk.readTrust();
  walk.holdDemands();
  return {
    trails: walk.trails,
    sightings: [...walk.sightings.values()],
    aside: walk.aside,
    voids: walk.voids,
    skipped: walk.skipped(),
    missing: [...walk.missing.values()],
  };
}

/**
 * @param {string} item
 * @param {Why} why
 * @param {Position} [start]
 * @param {Position} [stop]
 * @param {Opening | null} [again]
 * @returns {Visit}
 */
function visit(item, why, start = FIRST, stop = LAST, again = null) {
  return { item, why, start, stop, again };
}

/** An event, gone through once for all the trails that it is on. */
class Met {
  /** @type {string | null} */
  #asserts = null;

  /** @param {SeenEvent} event */
  constructor(event) {
    this.event = event;
    this.lots = new Lots(event.body);
  }

  /** The hash of what the event asserts, apart from its being an error. */
  get asserts() {
    this.#asserts ??= toHex(sha256(assertion(this.event.body)));
    return this.#asserts;
  }
}

/**
 * One event on one trail, and the link that leads to it. However often it is
 * met, its own leaves, which may be many, are gone through once.
 */
class Seen {
  /** @type {string | null} */
  #said = null;

  /**
   * @param {Link} link
   * @param {Met} met
   * @param {Map<string, string>} sayings
   */
  constructor(link, met, sayings) {
    this.link = link;
    this.sayings = sayings;
    this.met = met;
    this.at = placeOf(link);
    this.event = met.event;
  }

  /** Whether it says of an earlier event that it was an error. */
  get declaresError() {
    return (this.link.kinds & DECLARES_ERROR) !== 0;
  }

  /**
   * Whether the item stands in one of these lists.
   * @param {string[]} relations
   */
  namesItIn(relations) {
    // An event names an item in one list alone.
    const item = this.event.shown.get(this.link.leaves[0]);
    return item !== undefined && relations.includes(item.relation);
  }

  /**
   * What the event says and who says it, as far as anyone can see. A verifier
   * sees the item's own leaves of the event, and how many others there are: so
   * this is all that a prover may go by.
   */
  get said() {
    if (this.#said !== null) return this.#said;
    const { event, link, met } = this;
    const own = link.leaves.map((number) => {
      const item = /** @type {Item} */ (event.shown.get(number));
      const { relation, id, quantity, uom, seal } = item;
      return JSON.stringify([relation, id, quantity, uom, seal && toHex(seal)]);
    });
    const parts = [
      event.issuer,
      event.counts,
      [...new Set(own)].sort(),
      met.asserts,
    ];
    const said = JSON.stringify(parts);
    // Who says the same has the same: to compare them in each of a thousand
    // windows costs nothing then, whatever they name.
    this.#said = this.sayings.get(said) ?? said;
    this.sayings.set(this.#said, this.#said);
    return this.#said;
  }
}

/**
 * The windows on one trail that were looked through. Kept are those that none
 * of the others covers, by where they start: then they are in the order in
 * which they stop as well.
 */
class Windows {
  /** @type {{start: Position, stop: Position}[]} */
  #kept = [];

  /**
   * Whether one of them has all from `start` to `stop`.
   * @param {Position} start
   * @param {Position} stop
   */
  covers(start, stop) {
    const before = countBefore(
      this.#kept,
      (one) => comparePlaces(one.start, start) <= 0,
    );
    return before > 0 && comparePlaces(this.#kept[before - 1].stop, stop) >= 0;
  }

  /**
   * Add a window, in place of those that it covers.
   * @param {Position} start
   * @param {Position} stop
   */
  add(start, stop) {
    if (this.covers(start, stop)) return;
    const first = countBefore(
      this.#kept,
      (one) => comparePlaces(one.start, start) < 0,
    );
    const last = countBefore(
      this.#kept,
      (one) => comparePlaces(one.stop, stop) <= 0,
    );
    this.#kept.splice(first, last - first, { start, stop });
  }
}

class Walk {
  /** @type {Map<string, SparseTrail>} */
  trails = new Map();
  /** @type {Map<string, Sighting>} */
  sightings = new Map();
  /** @type {Sighting[]} */
  aside = [];
  /** @type {Map<string, Position>} */
  voids = new Map();
  /** @type {Map<string, Missing>} */
  missing = new Map();

  /** Item → why its trail is not to be had. @type {Map<string, string>} */
  #lacking = new Map();
  /** @type {Visit[]} */
  #queue = [];
  #planned = new Set();
  /** @type {Map<string, Opening>} */
  #openings = new Map();
  /** @type {Map<string, Windows>} */
  #made = new Map();
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
  /** Trail → why it was first followed. @type {Map<string, Why>} */
  #goods = new Map();
  /** The numbers of the links looked at. @type {Map<string, Set<number>>} */
  #looked = new Map();
  /** What windows skipped. @type {Map<string, [number, number][]>} */
  #passed = new Map();
  #looks = 0;

  /**
   * @param {string} trustItem
   * @param {(item: string) => SparseTrail | null} readTrail
   * @param {(at: Position) => SeenEvent | null} readEvent
   * @param {number[]} besides
   */
  constructor(trustItem, readTrail, readEvent, besides) {
    this.trustItem = trustItem;
    this.readTrail = readTrail;
    this.readEvent = readEvent;
    this.besides = besides;
  }

  /** Visit until nothing new turns up, warnings late, actors last. */
  run() {
    this.#drain();
    for (const [item, why] of this.#goods) this.#heed(visit(item, why));
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
    const { item, why, start, stop, again } = plan;
    const key = JSON.stringify([item, why, start, stop, again?.number]);
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
        const plan = visit(item, this.#goods.get(item) ?? ACTOR);
        // What the signer saw was the trail before the statement.
        this.#orMiss(plan, [logIndex, position], () =>
          trail.firstAt([logIndex, 0]),
        );
      }
    }
  }

  /** Return what windows passed over and no other window looked at. */
  skipped() {
    /** @type {Skipped[]} */
    const skipped = [];
    for (const item of this.trails.keys()) {
      const looked = [...(this.#looked.get(item) ?? [])].sort((a, b) => a - b);
      for (const [first, stop] of joined(this.#passed.get(item) ?? [])) {
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
    const key = `${plan.why} ${plan.item}`;
    const made = this.#made.get(key) ?? new Windows();
    this.#made.set(key, made);
    // A cycle of containers only ever narrows its window, and ends here.
    if (made.covers(plan.start, plan.stop)) return;
    const trail = this.#trail(plan);
    // Versions of trust happen to nothing: they are read by themselves.
    if (trail === null || plan.item === this.trustItem) return;
    if (plan.why !== ACTOR && !this.#goods.has(plan.item)) {
      this.#goods.set(plan.item, plan.why);
    }
    if (HAS_CONTAINERS.includes(plan.why)) {
      made.add(plan.start, this.#ride(plan, trail));
      return;
    }
    made.add(plan.start, plan.stop);
    this.#stand(plan, [...this.#events(plan, trail)]);
  }

  /**
   * Read a trail of which the parents matter too; return where it ends: where
   * the visit stops, or where a container was emptied.
   * @param {Visit} plan
   * @param {SparseTrail} trail
   */
  #ride(plan, trail) {
    /** @type {Map<string, Position[]>} */
    const opened = new Map();
    const windows = [];
    const { events, stop } = this.#untilEmptied(plan, trail);
    for (const seen of this.#stand(plan, events)) {
      const parent = this.#parentOf(plan, seen);
      if (parent === null) continue;
      const added = opened.get(parent);
      if (seen.link.kinds & GOES_IN) {
        if (added) added.push(seen.at);
        else opened.set(parent, [seen.at]);
      } else if (added) {
        windows.push(windowOn(parent, this.#list(added), seen.at));
        opened.delete(parent);
      }
    }
    for (const [parent, added] of opened) {
      windows.push(windowOn(parent, this.#list(added), stop));
    }
    let later = plan.again;
    while (later && comparePlaces(later.at, stop) <= 0) later = later.rest;
    if (later) windows.push(windowOn(plan.item, later, plan.stop));
    for (const window of windows) this.follow(window);
    return stop;
  }

  /**
   * Return the one list of some places, which rise: so lists are equal if they
   * are one, and what is left of one after a place is a part of it, no copy.
   * @param {Position[]} places one at least
   */
  #list(places) {
    /** @type {Opening | null} */
    let first = null;
    for (let i = places.length - 1; i >= 0; i--) {
      const key = `${placeKey(places[i])} ${first?.number}`;
      /** @type {Opening} */
      const made = this.#openings.get(key) ?? {
        number: this.#openings.size,
        at: places[i],
        rest: first,
      };
      this.#openings.set(key, made);
      first = made;
    }
    return /** @type {Opening} */ (first);
  }

  /**
   * Return the visit's events, and where the visit stops.
   * @param {Visit} plan
   * @param {SparseTrail} trail
   */
  #untilEmptied(plan, trail) {
    const events = [];
    for (const seen of this.#events(plan, trail)) {
      events.push(seen);
      if (plan.why === CONTAINER && isEmptied(seen)) {
        return { events, stop: seen.at };
      }
    }
    return { events, stop: plan.stop };
  }

  /**
   * Look at each event; return those that nobody declares an error.
   * @param {Visit} plan
   * @param {Seen[]} events
   */
  #stand(plan, events) {
    const voids = findVoid(events);
    const standing = [];
    for (const seen of events) {
      const { at } = seen;
      const { item, why } = plan;
      const key = sightingKey(at, item);
      if (!this.sightings.has(`${key} ${why}`)) {
        this.sightings.set(`${key} ${why}`, { at, item, why });
      }
      const declared = voids.get(seen);
      if (declared) {
        this.voids.set(key, declared);
      } else if (!seen.declaresError) {
        standing.push(seen);
        this.#look(plan, seen);
      }
    }
    return standing;
  }

  /**
   * Look at the warnings of a trail, those in no window aside.
   * @param {Visit} plan
   */
  #heed(plan) {
    const { item, why } = plan;
    const looked = this.#lookedAt(item);
    const trail = /** @type {SparseTrail} */ (this.trails.get(item));
    const events = [];
    for (const [number, link] of trail.warnings) {
      if (!this.#mayLook(plan)) break;
      const seen = this.#see(plan, number, link);
      if (seen === null) continue;
      events.push(seen);
      if (!looked.has(number)) {
        looked.add(number);
        this.aside.push({ at: seen.at, item, why });
      }
    }
    for (const [{ at }, declared] of findVoid(events)) {
      const key = sightingKey(at, item);
      if (!this.voids.has(key)) this.voids.set(key, declared);
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
   * Yield the events in the visit's window that can be seen.
   * @param {Visit} plan
   * @param {SparseTrail} trail
   * @returns {Generator<Seen>}
   */
  *#events(plan, trail) {
    const looked = this.#lookedAt(plan.item);
    let last = -1;
    try {
      for (const [number, link] of this.#linksIn(plan, trail)) {
        if (!this.#mayLook(plan)) return;
        if (last >= 0 && last + 1 < number) {
          const passed = this.#passed.get(plan.item) ?? [];
          this.#passed.set(plan.item, passed);
          passed.push([last + 1, number]);
        }
        last = number;
        looked.add(number);
        const seen = this.#see(plan, number, link);
        if (seen !== null) yield seen;
      }
    } catch (error) {
      if (!(error instanceof NotShownError)) throw error;
      this.#miss(plan, null, error.message);
    }
  }

  /**
   * Yield the links that a visit looks at, with their numbers.
   * @param {Visit} plan
   * @param {SparseTrail} trail
   * @returns {Generator<[number, Link]>}
   * @throws {NotShownError} What comes next is not shown.
   */
  *#linksIn(plan, trail) {
    const isAtStart = comparePlaces(plan.start, FIRST) === 0;
    const start = isAtStart ? 0 : trail.firstAt(plan.start);
    let stop = comparePlaces(plan.stop, LAST) === 0 ? trail.count : null;
    for (let number = start; ; number++) {
      if (number === start + EDGE && plan.why !== ACTOR) {
        stop ??= trail.firstAt([plan.stop[0], plan.stop[1] + 1]);
        if (stop - start > WHOLE) break;
      }
      if (number === (stop ?? trail.count)) return;
      const [link] = trail.slice(number, number + 1);
      if (comparePlaces(placeOf(link), plan.stop) > 0) return;
      yield [number, link];
    }
    const end = /** @type {number} */ (stop);
    yield* this.#between(plan, trail, start + EDGE, end - EDGE);
    const links = trail.slice(end - EDGE, end);
    for (const [i, link] of links.entries()) yield [end - EDGE + i, link];
  }

  /**
   * Return what a visit looks at of what it skips.
   * @param {Visit} plan
   * @param {SparseTrail} trail
   * @param {number} start
   * @param {number} stop
   * @returns {[number, Link][]}
   */
  #between(plan, trail, start, stop) {
    const { warnings } = trail;
    const first = countBefore(warnings, ([number]) => number < start);
    const last = countBefore(warnings, ([number]) => number < stop);
    const found = new Map(warnings.slice(first, last));
    if (plan.why === SUBJECT) {
      for (const number of this.besides) {
        if (number < start || number >= stop) continue;
        found.set(number, trail.slice(number, number + 1)[0]);
      }
    }
    return [...found].sort((a, b) => a[0] - b[0]);
  }

  /** @param {Visit} plan */
  #mayLook(plan) {
    this.#looks++;
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
      seen = met && isNamed ? new Seen(link, met, this.#sayings) : null;
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
    const { event } = seen;
    if (isRegistryEvent(event.body)) {
      this.#requireAll(plan, seen, leavesOf(event, ...ALL));
      return;
    }
    if (HAS_LOT.includes(plan.why) && seen.namesItIn(MADE_AS_UNIT)) {
      this.#followLot(plan, seen);
    }
    if (
      HAS_INPUTS.includes(plan.why) &&
      event.body.get("type") === "TransformationEvent" &&
      seen.namesItIn(OUTPUTS)
    ) {
      this.#followInputs(visit(plan.item, INPUT), seen);
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
    if (lot !== null) this.follow(visit(lot, LOT, FIRST, plan.stop));
  }

  /**
   * @param {Visit} plan
   * @param {Seen} seen
   */
  #followInputs(plan, seen) {
    // They are the same from whichever of its outputs it is seen.
    const key = placeKey(seen.at);
    if (this.#turned.has(key)) return;
    this.#turned.add(key);
    const inputs = leavesOf(seen.event, ...INPUTS);
    if (!this.#requireAll(plan, seen, inputs)) return;
    for (let number = inputs.start; number < inputs.stop; number++) {
      const item = seen.event.shown.get(number);
      if (item && hasTrail(item.id, item.relation)) {
        this.follow(visit(item.id, INPUT, FIRST, seen.at));
      }
    }
  }

  /**
   * Return the container that the item went into or out of, if any.
   * @param {Visit} plan
   * @param {Seen} seen
   */
  #parentOf(plan, seen) {
    if (!(seen.link.kinds & (GOES_IN | COMES_OUT)) || !seen.namesItIn(CHILD)) {
      return null;
    }
    // One at most; none names no container, and the counts say so.
    const parents = leavesOf(seen.event, ...PARENTS);
    const wanted = visit(plan.item, CONTAINER);
    if (!this.#requireAll(wanted, seen, parents)) return null;
    const id = seen.event.shown.get(parents.start)?.id;
    if (parents.start === parents.stop || id === undefined) return null;
    // A place has no inside: what else happens there is none of the item's
    // story.
    return id.startsWith(PLACE) ? null : id;
  }

  /**
   * Ask for some item leaves of an event; return if they are not too many.
   * @param {Visit} plan
   * @param {Seen} seen
   * @param {{start: number, stop: number}} leaves
   */
  #requireAll(plan, { at, event }, { start, stop }) {
    const where = `event ${at[1]} of entry ${at[0]}`;
    if (stop - start > MAX_ITEMS) {
      this.#miss(
        plan,
        at,
        `${where} names ${stop - start} items: a story shows ${MAX_ITEMS} of` +
          " one event at most",
      );
      return false;
    }
    for (let number = start; number < stop; number++) {
      if (!event.shown.has(number)) {
        this.#miss(plan, at, `leaf ${number} of ${where} is not shown`);
        break;
      }
    }
    return true;
  }

  /** @param {string} item */
  #lookedAt(item) {
    const looked = this.#looked.get(item) ?? new Set();
    this.#looked.set(item, looked);
    return looked;
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
 * Return the numbers of the leaves in these lists and between.
 * @param {SeenEvent} event
 * @param {string} first
 * @param {string} last
 */
function leavesOf({ counts }, first, last) {
  let start = 1;
  let stop = 1;
  for (const [code, count] of counts) {
    if (code < /** @type {number} */ (CODES.get(first))) start += count;
    if (code <= /** @type {number} */ (CODES.get(last))) stop += count;
  }
  return { start, stop };
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

/**
 * @param {string} parent
 * @param {Opening} added
 * @param {Position} stop
 */
function windowOn(parent, added, stop) {
  return visit(parent, CONTAINER, added.at, stop, added.rest);
}

/**
 * Return which of the events the same signer later declares an error.
 * @param {Seen[]} events
 */
function findVoid(events) {
  /** @type {Map<string, Position>} */
  const declared = new Map();
  /** @type {Map<Seen, Position>} */
  const voids = new Map();
  for (const seen of events) {
    if (seen.declaresError) declared.set(seen.said, seen.at);
  }
  if (!declared.size) return voids;
  for (const seen of events) {
    if (seen.declaresError) continue;
    const at = declared.get(seen.said);
    if (at && comparePlaces(at, seen.at) > 0) voids.set(seen, at);
  }
  return voids;
}

/**
 * Whether this is a parent's DELETE that names no child.
 * @param {Seen} seen
 */
function isEmptied(seen) {
  return (
    (seen.link.kinds & COMES_OUT) !== 0 &&
    !seen.declaresError &&
    seen.namesItIn(PARENT)
  );
}
