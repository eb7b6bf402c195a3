// @ts-check
// The rows of the timeline: events in log order, and between them the days on
// which nothing was entered. A gap proves nothing, and hiding it would.

import { onClock, readStamp } from "./language.js";

/** @typedef {import("../verify/proof/verdict.js").Moment} Moment */
/** @typedef {import("./language.js").Stamp} Stamp */
/**
 * @typedef {{kind: "event", moment: Moment, stamp: Stamp | null}} EventRow
 * @typedef {{kind: "gap", start: Stamp, stop: Stamp, days: number}} GapRow
 * @typedef {{kind: "scene", rows: EventRow[]}} Scene
 */

const DAY = 86_400_000;

/** From how many days without an entry on it is said so. */
const GAP_DAYS = 3;

/** The steps with which goods pass a border, and those that precede it. */
const CUSTOMS = new Set([
  "customs_declared",
  "customs_released",
  "quarantine_sampled",
  "quarantine_cleared",
  "bonded_entered",
  "bonded_left",
  "tax_paid",
  "export_inspected",
]);

/**
 * Return the rows, with a gap before each event that comes three days or more
 * after all that were entered before it.
 * @param {Moment[]} moments in log order
 * @returns {(EventRow | GapRow)[]}
 */
export function makeRows(moments) {
  /** @type {(EventRow | GapRow)[]} */
  const rows = [];
  /** @type {Stamp | null} */
  let latest = null;
  for (const moment of moments) {
    const stamp = readStamp(moment.time);
    if (stamp) {
      // Entries may come late: what is older than another leaves no gap.
      const days = latest ? Math.floor((stamp.time - latest.time) / DAY) : 0;
      if (latest && days >= GAP_DAYS) {
        rows.push({ kind: "gap", start: latest, stop: stamp, days });
      }
      if (!latest || stamp.time > latest.time) latest = stamp;
    }
    rows.push({ kind: "event", moment, stamp });
  }
  return rows;
}

/**
 * Return the rows with those together that come one after the other and have
 * the same key: what one party says of one place is read as one scene.
 * @param {(EventRow | GapRow)[]} rows
 * @param {(row: EventRow) => string} keyOf
 * @returns {(Scene | GapRow)[]}
 */
export function groupRows(rows, keyOf) {
  /** @type {(Scene | GapRow)[]} */
  const groups = [];
  /** @type {string | null} */
  let last = null;
  for (const row of rows) {
    const key = row.kind === "event" ? keyOf(row) : null;
    const scene = groups[groups.length - 1];
    if (row.kind === "gap") groups.push(row);
    else if (key === last && scene?.kind === "scene") scene.rows.push(row);
    else groups.push({ kind: "scene", rows: [row] });
    last = key;
  }
  return groups;
}

/**
 * Return the first and the last time of the rows, each on the clock of its
 * place as the rows show them; null without any.
 * @param {(EventRow | GapRow)[]} rows
 * @returns {[number, number] | null}
 */
export function spanOf(rows) {
  const times = rows.flatMap((row) =>
    row.kind === "event" && row.stamp ? [onClock(row.stamp)] : [],
  );
  if (!times.length) return null;
  const [first] = times;
  return times.reduce(
    ([low, high], time) => [Math.min(low, time), Math.max(high, time)],
    /** @type {[number, number]} */ ([first, first]),
  );
}

/**
 * Whether a step has to do with customs or quarantine.
 * @param {Moment} moment
 */
export function isCustoms({ step, roles }) {
  const word = step.slice(step.lastIndexOf(":") + 1);
  return CUSTOMS.has(word) || roles.includes("customs");
}
