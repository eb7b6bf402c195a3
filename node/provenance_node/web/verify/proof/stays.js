// @ts-check
// Stays: when an item was in which container, and what of the container's
// history that makes its own. Mirrors provenance/proof/stays.py.
//
// A stay is paired by what events say of their time, ties by their place in
// the log. A report that was logged long after what it tells opens no stay
// earlier than that allows, and closes none: whoever is late, or lies about
// the time, can add to what a story looks at, and take nothing away.

import { QUANTITY_LISTS } from "../claims/event.js";
import { readTime } from "../epcis/moment.js";
import { MalformedError } from "../errors.js";
import { FIRST, LAST, comparePlaces } from "./trails.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../encoding/canonical.js").Value} Value */
/** @typedef {import("./trails.js").Position} Position */

/**
 * What of a trail belongs to a story. Without bounds the times are infinite.
 * @typedef {object} Window
 * @property {number} since in ms since 1970, included
 * @property {number} until in ms, included
 * @property {Position} start
 * @property {Position} stop included
 * @property {number} grace when what closed it was reported, in ms; Infinity
 *     if nothing did
 */

/**
 * A time in a container.
 * @typedef {{parent: string, window: Window}} Stay
 */

/**
 * What is asked of an event here; `Seen` of the walk.
 * @typedef {object} Told
 * @property {Position} at
 * @property {number} time what it says, in ms since 1970
 * @property {number} reported when it was reported at the earliest, in ms
 * @property {string} effect what it does to the item of the trail
 * @property {string} relation the list in which it names that item
 * @property {boolean} empties whether it empties the item, naming no child
 */

/**
 * How much a warning has to do with an item: it was there, or may have been,
 * or it was not.
 * @typedef {"alarm" | "doubt" | "counted"} Grade
 */

/** A window without bounds. @type {Window} */
export const ALWAYS = {
  since: -Infinity,
  until: Infinity,
  start: FIRST,
  stop: LAST,
  grace: Infinity,
};

/**
 * Return a window that ends with an event.
 * @param {Pick<Told, "at" | "time" | "reported">} told
 * @returns {Window}
 */
export function upTo({ at, time, reported }) {
  return { ...ALWAYS, until: time, stop: at, grace: reported };
}

/**
 * Whether an event was reported long after what it tells.
 * @param {Told} told
 * @param {number} late after how many ms that is
 */
export function isLate({ time, reported }, late) {
  return reported - time > late;
}

/**
 * Order events by what they say of their time, ties by place.
 * @param {{time: number, at: Position}} a
 * @param {{time: number, at: Position}} b
 */
export function compareTimes(a, b) {
  return a.time - b.time || comparePlaces(a.at, b.at);
}

/**
 * Whether an event belongs to a window: by its place in the log, or by its
 * time, if it was reported no later than the book allows.
 * @param {Told} told
 * @param {Window} window
 * @param {number} late
 */
export function belongs({ at, time, reported }, window, late) {
  const { since, until, start, stop, grace } = window;
  if (comparePlaces(start, at) <= 0 && comparePlaces(at, stop) <= 0) {
    return true;
  }
  return since <= time && time <= until && reported <= grace + late;
}

/**
 * Return what two windows have in common, null if that is nothing.
 * @param {Window} a
 * @param {Window} b
 * @returns {Window | null}
 */
export function common(a, b) {
  const found = both(a, b);
  const isEmpty =
    found.since > found.until && comparePlaces(found.start, found.stop) > 0;
  return isEmpty ? null : found;
}

/**
 * Return one window around two.
 * @param {Window} a
 * @param {Window} b
 * @returns {Window}
 */
export function around(a, b) {
  return {
    since: Math.min(a.since, b.since),
    until: Math.max(a.until, b.until),
    start: comparePlaces(a.start, b.start) < 0 ? a.start : b.start,
    stop: comparePlaces(a.stop, b.stop) > 0 ? a.stop : b.stop,
    grace: Math.max(a.grace, b.grace),
  };
}

/**
 * @param {Window} a
 * @param {Window} b
 * @returns {Window}
 */
function both(a, b) {
  return {
    since: Math.max(a.since, b.since),
    until: Math.min(a.until, b.until),
    start: comparePlaces(a.start, b.start) > 0 ? a.start : b.start,
    stop: comparePlaces(a.stop, b.stop) < 0 ? a.stop : b.stop,
    grace: Math.min(
      a.until <= b.until ? a.grace : Infinity,
      b.until <= a.until ? b.grace : Infinity,
    ),
  };
}

/**
 * Return the stays of an item, in the order in which they opened, those that
 * are unknown at their start first; ties by how they closed.
 * @param {{told: Told, parent: string}[]} rows what happened to it as a child,
 *     and what ended it, with "" for a parent
 * @param {number} late
 * @returns {Stay[]}
 */
export function staysOf(rows, late) {
  const stays = new Stays(late);
  for (const { told, parent } of [...rows].sort((a, b) =>
    compareTimes(a.told, b.told),
  )) {
    stays.take(told, parent);
  }
  return stays
    .all()
    .sort(({ window: a }, { window: b }) => compareWindows(a, b));
}

/** The stays of one item, while its trail is gone through. */
class Stays {
  /** @type {Stay[]} */
  #closed = [];
  /**
   * Of one container there are more where the item went in again: had it been
   * emptied before, nothing on the item's own trail says so.
   * @type {Map<string, Window[]>}
   */
  #open = new Map();
  /** Which of them another container closes: those that are not loose. */
  #firm = new Set();

  /** @param {number} late */
  constructor(late) {
    this.late = late;
  }

  all() {
    const open = [...this.#open].flatMap(([parent, windows]) =>
      windows.map((window) => ({ parent, window })),
    );
    return [...this.#closed, ...open];
  }

  /**
   * Take the next, by time.
   * @param {Told} told
   * @param {string} parent
   */
  take(told, parent) {
    const { at, effect, reported } = told;
    const isLoose = QUANTITY_LISTS.has(told.relation);
    if (effect === "in" || effect === "inside") {
      // What is reported late begins no earlier than reports may be late.
      const time = Math.max(told.time, reported - this.late);
      const end = upTo({ at, time, reported });
      if (effect === "in" && !isLoose) this.#closeOthers(end, parent);
      if (effect === "in" || !this.#open.has(parent)) {
        this.#put(parent, { ...ALWAYS, since: time, start: at }, isLoose);
      }
    } else if (isLate(told, this.late)) {
      return;
    } else if (effect === "ended") {
      if (!isLoose) this.#closeOthers(upTo(told), "");
    } else if (!isLoose) {
      if (this.#open.has(parent)) this.#close(parent, upTo(told));
      else this.#closed.push({ parent, window: upTo(told) });
    } else if (!this.#open.has(parent)) {
      // Of loose goods some may stay.
      this.#put(parent, ALWAYS, true);
    }
  }

  /**
   * @param {string} parent
   * @param {Window} window
   * @param {boolean} isLoose
   */
  #put(parent, window, isLoose) {
    const windows = this.#open.get(parent) ?? [];
    windows.push(window);
    this.#open.set(parent, windows);
    if (!isLoose) this.#firm.add(parent);
  }

  /**
   * @param {Window} end
   * @param {string} parent
   */
  #closeOthers(end, parent) {
    for (const other of [...this.#firm]) {
      if (other !== parent) this.#close(other, end);
    }
  }

  /**
   * @param {string} parent
   * @param {Window} end
   */
  #close(parent, end) {
    const windows = this.#open.get(parent) ?? [];
    this.#open.delete(parent);
    this.#firm.delete(parent);
    for (const window of windows) {
      this.#closed.push({ parent, window: closed(window, end) });
    }
  }
}

/**
 * @param {Window} a
 * @param {Window} b
 */
function compareWindows(a, b) {
  return (
    compareBounds(a.since, b.since) ||
    comparePlaces(a.start, b.start) ||
    compareBounds(a.until, b.until) ||
    comparePlaces(a.stop, b.stop)
  );
}

/**
 * Order times that may be infinite.
 * @param {number} a
 * @param {number} b
 */
function compareBounds(a, b) {
  return a === b ? 0 : a < b ? -1 : 1;
}

/**
 * Return a window on a container's trail as its own events cut it: where it
 * is emptied, ends, or begins another life.
 * @param {Window} window
 * @param {Told[]} events the container's that stand, in order of time
 * @param {{late: number, reuse: number}} bounds `reuse`: after how long
 *     without an event it begins anew; Infinity if it never does
 * @returns {Window}
 */
export function cut(window, events, { late, reuse }) {
  const { since, start } = window;
  // Where the start is not known, nothing says which life it was.
  if (since === -Infinity) return window;
  const opening = { time: since, at: start };
  let isMade = false;
  /** @type {Told | null} */
  let before = null;
  for (const told of events) {
    const isMaking = told.effect === "made";
    if (compareTimes(told, opening) > 0) {
      if (before && told.time - before.time > reuse) {
        const { at, reported } = before;
        return closed(window, {
          ...ALWAYS,
          until: Math.max(before.time, since) + reuse,
          stop: comparePlaces(at, start) > 0 ? at : start,
          grace: reported,
        });
      }
      const ends = told.effect === "ended" || told.empties;
      if (!isLate(told, late) && (ends || (isMaking && isMade))) {
        return closed(window, upTo(told));
      }
    }
    isMade ||= isMaking;
    before = told;
  }
  return window;
}

/**
 * Return a window that ends where the end of another is, if that is sooner;
 * one that is empty stays one, for the grade of warnings.
 * @param {Window} window
 * @param {Window} end
 * @returns {Window}
 */
function closed(window, end) {
  const { since, start } = window;
  return { ...both(window, end), since, start };
}

/**
 * Return how much a warning of a container has to do with what was in it.
 * @param {Told} warning
 * @param {Body} body the warning's
 * @param {Window[]} windows when the item, or what held it, was in it
 * @param {Told[]} events the container's that stand, in order of time
 * @param {{late: number, reuse: number}} bounds `reuse` as in `cut`
 * @returns {Grade}
 */
export function gradeOf(warning, body, windows, events, { late, reuse }) {
  const concerns = readConcerns(body);
  const isAlarm = windows.some(
    (each) =>
      belongs(warning, each, late) ||
      (concerns !== null &&
        concerns[0] <= each.until &&
        each.since <= concerns[1]),
  );
  if (isAlarm) return "alarm";
  const grace = reuse === Infinity ? late : reuse;
  const isDoubt = windows.some(
    ({ since, until }) =>
      warning.time >= lifeStart(events, since, late) &&
      warning.time <= until + grace,
  );
  return isDoubt ? "doubt" : "counted";
}

/**
 * Return when the life began that a container had at a time: when it was made,
 * or was first loaded after its end; -Infinity if nothing says so.
 * @param {Told[]} events
 * @param {number} since
 * @param {number} late
 */
function lifeStart(events, since, late) {
  let start = -Infinity;
  let hasEnded = false;
  for (const told of events) {
    if (told.time > since || since === -Infinity) break;
    const { effect, time } = told;
    if (effect === "made" || (effect === "holds" && hasEnded)) {
      start = time;
      hasEnded = false;
    } else if ((effect === "ended" || told.empties) && !isLate(told, late)) {
      hasEnded = true;
    }
  }
  return start;
}

/**
 * Return the time that a warning says it concerns, null if it says none. What
 * cannot be read is all time.
 * @param {Body} body
 * @returns {[number, number] | null}
 */
function readConcerns(body) {
  if (!body.has("concerns")) return null;
  const said = body.get("concerns");
  /** @type {[number, number]} */
  const always = [-Infinity, Infinity];
  if (!Array.isArray(said) || said.length !== 2) return always;
  try {
    const [from, until] = said.map((time, i) =>
      time === null ? always[i] : readTime(time),
    );
    return [from, until];
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return always;
  }
}
