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
//
// What the walk does not find is missing: nobody can leave something out and
// not be noticed. An event that its signer later declares an error is void,
// and so is the event that declares it: both are shown, and lead nowhere.

import { isRegistryEvent } from "../claims/actor.js";
import { hasTrail } from "../claims/event.js";
import { toHex } from "../encoding/bytes.js";
import { countBefore } from "../encoding/search.js";
import { lotOf } from "../epcis/acts.js";
import { assertion, declaresError } from "../epcis/corrections.js";
import { MalformedError } from "../errors.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../claims/event.js").Item} Item */
/** @typedef {import("../claims/trail.js").Link} Link */

/** The most trails that one walk follows. */
const MAX_TRAILS = 4_096;
/** The most items of one event that a story shows all of. */
const MAX_ITEMS = 1_024;
/** The most windows on trails that one walk looks through. */
const MAX_VISITS = 16_384;
/** The most events that it looks at, each time in each window counting. */
const MAX_LOOKS = 2 ** 20;

/** @typedef {[number, number]} Position index of an entry, number of an event */

/** @type {Position} */
const FIRST = [0, 0];
/** @type {Position} */
const LAST = [2 ** 53, 0];

/**
 * Why a trail belongs to the story; the values are a trust file's words.
 * @typedef {"subject" | "containers" | "lots" | "inputs" | "actors"} Why
 */

export const SUBJECT = "subject";
export const ACTOR = "actors";
const CONTAINER = "containers";
const LOT = "lots";
const INPUT = "inputs";

/**
 * An event as far as the walker can see it.
 * @typedef {object} SeenEvent
 * @property {Body} body leaf 0
 * @property {Map<number, Item>} shown leaf number (from 1) → item
 * @property {number} itemCount how many items the event names
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
 * What a story needs.
 * @typedef {object} Trace
 * @property {Map<string, Link[]>} trails item → its whole trail, in order of
 *     discovery
 * @property {Sighting[]} sightings which event was seen on which trail
 * @property {Map<string, Position>} voids for each event that is declared an
 *     error, seen from an item (`sightingKey`): where that is declared
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
 * @property {Position[]} again
 */

/**
 * One event on one trail, with the item's own leaves of it.
 * @typedef {{at: Position, event: SeenEvent, parts: Parts, own: Item[]}} Seen
 */

const FORMS_WITH_PARENT = ["AggregationEvent", "AssociationEvent"];
const CHILD = ["childEPCs", "childQuantityList"];
const PARENT = ["parentID"];
const INPUTS = ["inputEPCList", "inputQuantityList"];
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
 * Return a place in the log as a key.
 * @param {Position} at
 */
export function placeKey(at) {
  return at.join("/");
}

/**
 * Return an event as seen from an item as a key.
 * @param {Position} at
 * @param {string} item
 */
export function sightingKey(at, item) {
  return `${placeKey(at)} ${item}`;
}

/**
 * @param {Position} a
 * @param {Position} b
 */
export function comparePlaces(a, b) {
  return a[0] - b[0] || a[1] - b[1];
}

/**
 * Return what the story of an item needs.
 * @param {string} subject the item's id
 * @param {(item: string) => Link[] | null} readTrail returns an item's whole
 *     trail, oldest first; empty if it has none for certain, null if that is
 *     not known
 * @param {(at: Position) => SeenEvent | null} readEvent returns the event
 *     there, null if it is not at hand
 * @returns {Trace}
 */
export function trace(subject, readTrail, readEvent) {
  const walk = new Walk(readTrail, readEvent);
  walk.follow(visit(subject, SUBJECT));
  walk.run();
  return {
    trails: walk.trails,
    sightings: [...walk.sightings.values()],
    voids: walk.voids,
    missing: [...walk.missing.values()],
  };
}

/**
 * @param {string} item
 * @param {Why} why
 * @param {Position} [start]
 * @param {Position} [stop]
 * @param {Position[]} [again]
 * @returns {Visit}
 */
function visit(item, why, start = FIRST, stop = LAST, again = []) {
  return { item, why, start, stop, again };
}

/** An event, gone through once for all the trails that it is on. */
class Parts {
  /** Item → its leaves at hand. @type {Map<string, Item[]>} */
  leaves = new Map();
  /** The first item at hand that is a parent. @type {Item | null} */
  parent = null;
  /** The number of the first item leaf that is not at hand; 0 for none. */
  lacks = 0;
  #event;
  /** @type {string | null} */
  #asserts = null;

  /** @param {SeenEvent} event */
  constructor(event) {
    const { shown, itemCount } = event;
    this.#event = event;
    for (const item of shown.values()) {
      const own = this.leaves.get(item.id);
      if (own) own.push(item);
      else this.leaves.set(item.id, [item]);
      if (PARENT.includes(item.relation)) this.parent ??= item;
    }
    for (let number = 1; number <= itemCount && !this.lacks; number++) {
      if (!shown.has(number)) this.lacks = number;
    }
  }

  /** What the event asserts, apart from its being an error. */
  get asserts() {
    this.#asserts ??= toHex(assertion(this.#event.body));
    return this.#asserts;
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
  /** @type {Map<string, Link[]>} */
  trails = new Map();
  /** @type {Map<string, Sighting>} */
  sightings = new Map();
  /** @type {Map<string, Position>} */
  voids = new Map();
  /** @type {Map<string, Missing>} */
  missing = new Map();

  /** The items whose trails are not to be had. */
  #lacking = new Set();
  /** @type {Visit[]} */
  #queue = [];
  #planned = new Set();
  /** @type {Map<string, Windows>} */
  #made = new Map();
  /** @type {Map<string, Seen | null>} */
  #seen = new Map();
  /** @type {Map<string, {event: SeenEvent, parts: Parts} | null>} */
  #parts = new Map();
  /** The transformations whose inputs were followed. */
  #turned = new Set();
  #issuers = new Set();
  /** Those of whom no trail was planned yet. @type {string[]} */
  #unheard = [];
  #looks = 0;

  /**
   * @param {(item: string) => Link[] | null} readTrail
   * @param {(at: Position) => SeenEvent | null} readEvent
   */
  constructor(readTrail, readEvent) {
    this.readTrail = readTrail;
    this.readEvent = readEvent;
  }

  /** Visit until nothing new turns up, the actors last. */
  run() {
    while (this.#queue.length) {
      // Visiting makes the queue longer, and the loop sees that.
      for (const next of this.#queue) this.#visit(next);
      this.#queue = [];
      const issuers = this.#unheard;
      this.#unheard = [];
      for (const issuer of issuers) this.follow(visit(issuer, ACTOR));
    }
  }

  /**
   * Plan a visit.
   * @param {Visit} plan
   */
  follow(plan) {
    const key = JSON.stringify(plan);
    if (this.#planned.has(key)) return;
    if (this.#planned.size >= MAX_VISITS) {
      this.#miss(plan, null, "the story is too long to be followed");
      return;
    }
    this.#planned.add(key);
    this.#queue.push(plan);
  }

  /** @param {Visit} plan */
  #visit(plan) {
    const key = `${plan.why} ${plan.item}`;
    const made = this.#made.get(key) ?? new Windows();
    this.#made.set(key, made);
    // A cycle of containers only ever narrows its window, and ends here.
    if (made.covers(plan.start, plan.stop)) return;
    const links = this.#links(plan);
    if (links === null) return;
    if (HAS_CONTAINERS.includes(plan.why)) {
      made.add(plan.start, this.#ride(plan, links));
      return;
    }
    made.add(plan.start, plan.stop);
    this.#stand(plan, [...this.#events(plan, links)]);
  }

  /**
   * Read a trail of which the parents matter too; return where it ends: where
   * the visit stops, or where a container was emptied.
   * @param {Visit} plan
   * @param {Link[]} links
   */
  #ride(plan, links) {
    /** @type {Map<string, Position[]>} */
    const opened = new Map();
    const windows = [];
    const { events, stop } = this.#untilEmptied(plan, links);
    for (const seen of this.#stand(plan, events)) {
      const parent = this.#parentOf(plan, seen);
      if (parent === null) continue;
      const added = opened.get(parent);
      if (says(seen.event, "ADD")) {
        if (added) added.push(seen.at);
        else opened.set(parent, [seen.at]);
      } else if (added) {
        windows.push(windowOn(parent, added, seen.at));
        opened.delete(parent);
      }
    }
    for (const [parent, added] of opened) {
      windows.push(windowOn(parent, added, stop));
    }
    const later = plan.again.filter((at) => comparePlaces(at, stop) > 0);
    if (later.length) windows.push(windowOn(plan.item, later, plan.stop));
    for (const window of windows) this.follow(window);
    return stop;
  }

  /**
   * Return the visit's events, and where the visit stops.
   * @param {Visit} plan
   * @param {Link[]} links
   */
  #untilEmptied(plan, links) {
    const events = [];
    for (const seen of this.#events(plan, links)) {
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
      } else if (!declaresError(seen.event.body)) {
        standing.push(seen);
        this.#look(plan, seen);
      }
    }
    return standing;
  }

  /** @param {Visit} plan */
  #links(plan) {
    const { item } = plan;
    const known = this.trails.get(item);
    if (known) return known;
    if (this.#lacking.has(item)) return null;
    this.#lacking.add(item);
    if (this.trails.size >= MAX_TRAILS) {
      this.#miss(plan, null, `the story has over ${MAX_TRAILS} trails`);
      return null;
    }
    const links = this.readTrail(item);
    if (links === null) {
      this.#miss(plan, null, `the trail of ${item} is not there`);
      return null;
    }
    this.#lacking.delete(item);
    this.trails.set(item, links);
    return links;
  }

  /**
   * Yield the events in the visit's window that can be seen.
   * @param {Visit} plan
   * @param {Link[]} links
   * @returns {Generator<Seen>}
   */
  *#events(plan, links) {
    const first = countBefore(
      links,
      (link) => comparePlaces(placeOf(link), plan.start) < 0,
    );
    for (let number = first; number < links.length; number++) {
      const at = placeOf(links[number]);
      if (comparePlaces(at, plan.stop) > 0) return;
      this.#looks++;
      if (this.#looks > MAX_LOOKS) {
        this.#miss(plan, null, "the story is too long to be followed");
        return;
      }
      const key = sightingKey(at, plan.item);
      let seen = this.#seen.get(key);
      if (seen === undefined) {
        const which =
          `event ${number + 1} of ${links.length} of the trail of` +
          ` ${plan.item} (entry ${at[0]}, event ${at[1]})`;
        seen = this.#see(plan, at, which);
        this.#seen.set(key, seen);
      }
      if (seen !== null) yield seen;
    }
  }

  /**
   * @param {Visit} plan
   * @param {Position} at
   * @param {string} which
   * @returns {Seen | null}
   */
  #see(plan, at, which) {
    const found = this.#partsOf(at);
    if (found === null) {
      this.#miss(plan, at, `${which} is not shown`);
      return null;
    }
    const own = found.parts.leaves.get(plan.item) ?? [];
    if (!own.length) {
      this.#miss(plan, at, `${which} does not show that it names it`);
    }
    return { at, ...found, own };
  }

  /** @param {Position} at */
  #partsOf(at) {
    const key = placeKey(at);
    let found = this.#parts.get(key);
    if (found === undefined) {
      const event = this.readEvent(at);
      found = event && { event, parts: new Parts(event) };
      this.#parts.set(key, found);
      if (event && !this.#issuers.has(event.issuer)) {
        this.#issuers.add(event.issuer);
        this.#unheard.push(event.issuer);
      }
    }
    return found;
  }

  /**
   * Follow what one event leads to, its parents apart.
   * @param {Visit} plan
   * @param {Seen} seen
   */
  #look(plan, seen) {
    const { body } = seen.event;
    if (isRegistryEvent(body)) {
      this.#requireAll(plan, seen);
      return;
    }
    if (HAS_LOT.includes(plan.why) && namesItIn(seen, MADE_AS_UNIT)) {
      this.#followLot(plan, seen);
    }
    if (
      HAS_INPUTS.includes(plan.why) &&
      body.get("type") === "TransformationEvent" &&
      namesItIn(seen, OUTPUTS)
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
      lot = lotOf(seen.event.body, plan.item);
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
    if (!this.#requireAll(plan, seen)) return;
    // They are the same from whichever of its outputs it is seen.
    const key = placeKey(seen.at);
    if (this.#turned.has(key)) return;
    this.#turned.add(key);
    for (const item of seen.event.shown.values()) {
      if (INPUTS.includes(item.relation) && hasTrail(item.id)) {
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
    const { event } = seen;
    if (
      !hasParent(event) ||
      !says(event, "ADD", "DELETE") ||
      !namesItIn(seen, CHILD)
    ) {
      return null;
    }
    if (seen.parts.parent) {
      const { id } = seen.parts.parent;
      // A place has no inside: what else happens there is none of the item's
      // story.
      return id.startsWith(PLACE) || id === plan.item ? null : id;
    }
    // Only with every leaf at hand is it certain that there is no parent.
    this.#requireAll(visit(plan.item, CONTAINER), seen);
    return null;
  }

  /**
   * Ask for every item leaf of the event; return if it is not too big.
   * @param {Visit} plan
   * @param {Seen} seen
   */
  #requireAll(plan, { at, event, parts }) {
    const where = `event ${at[1]} of entry ${at[0]}`;
    const { itemCount } = event;
    if (itemCount > MAX_ITEMS) {
      this.#miss(
        plan,
        at,
        `${where} names ${itemCount} items: a story shows ${MAX_ITEMS} of one` +
          " event at most",
      );
      return false;
    }
    if (parts.lacks) {
      this.#miss(plan, at, `leaf ${parts.lacks} of ${where} is not shown`);
    }
    return true;
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
 * @param {Link} link
 * @returns {Position}
 */
function placeOf({ logIndex, position }) {
  return [logIndex, position];
}

/**
 * @param {string} parent
 * @param {Position[]} added
 * @param {Position} stop
 */
function windowOn(parent, [start, ...again], stop) {
  return visit(parent, CONTAINER, start, stop, again);
}

/** @param {SeenEvent} event */
function hasParent({ body }) {
  return FORMS_WITH_PARENT.includes(/** @type {string} */ (body.get("type")));
}

/**
 * @param {SeenEvent} event
 * @param {...string} actions
 */
function says({ body }, ...actions) {
  return actions.includes(/** @type {string} */ (body.get("action")));
}

/**
 * Whether the item stands in one of these lists.
 * @param {Seen} seen
 * @param {string[]} relations
 */
function namesItIn({ own }, relations) {
  return own.some((item) => relations.includes(item.relation));
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
    if (declaresError(seen.event.body)) declared.set(saidBy(seen), seen.at);
  }
  if (!declared.size) return voids;
  for (const seen of events) {
    if (declaresError(seen.event.body)) continue;
    const at = declared.get(saidBy(seen));
    if (at && comparePlaces(at, seen.at) > 0) voids.set(seen, at);
  }
  return voids;
}

/**
 * Return what an event says and who says it, as far as anyone can see. A
 * verifier sees the item's own leaves of the event, and how many others there
 * are: so this is all that a prover may go by.
 * @param {Seen} seen
 */
function saidBy({ event, parts, own }) {
  const items = new Set(own.map((item) => JSON.stringify(item)));
  return JSON.stringify([
    event.issuer,
    event.itemCount,
    [...items].sort(),
    parts.asserts,
  ]);
}

/**
 * Whether this is a parent's DELETE that names no child.
 * @param {Seen} seen
 */
function isEmptied(seen) {
  const { event } = seen;
  return (
    !declaresError(event.body) &&
    hasParent(event) &&
    says(event, "DELETE") &&
    event.itemCount === 1 &&
    namesItIn(seen, PARENT)
  );
}
