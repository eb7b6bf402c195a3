// @ts-check
// What a label says beside its key, held against what was logged. Mirrors
// provenance/proof/labelled.py.
//
//     (01)09506000134352(21)42(17)281231                the label
//     "ilmd": {"gs1:expirationDate": "2027-12-31"}      the record of its making
//
// A changed expiry date is what relabelling is for, so a label that differs
// from the record fails. What the record does not say is no fault of the
// label, and is told.

import { CODES } from "../claims/event.js";
import { quoted } from "../encoding/text.js";
import { fullId, prefixesOf } from "../epcis/prefixes.js";
import { MalformedError } from "../errors.js";
import { sightingKey } from "./trace.js";
import { placeKey, placeOf } from "./trails.js";

/** @typedef {import("../gs1/label.js").Label} Label */
/** @typedef {import("./evidence.js").Evidence} Evidence */
/** @typedef {import("./evidence.js").ProvenEvent} ProvenEvent */
/** @typedef {import("./report.js").Report} Report */
/** @typedef {import("./trace.js").Trace} Trace */

const LOT = "10";
const EXPIRY = "17";
const EXPIRY_TIME = "7003";

/** AI → what people call it, of those that a record has. */
const NAMES = new Map([
  [LOT, "lot"],
  ["11", "production date"],
  ["13", "packaging date"],
  ["15", "best-before date"],
  ["16", "sell-by date"],
  [EXPIRY, "expiry date"],
]);

/** Name in a vocabulary of GS1 → the AI that says the same. */
const MEMBERS = new Map([
  ["lotNumber", LOT],
  ["hasBatchLotNumber", LOT],
  ["productionDate", "11"],
  ["packagingDate", "13"],
  ["bestBeforeDate", "15"],
  ["sellByDate", "16"],
  ["itemExpirationDate", EXPIRY],
  ["expirationDate", EXPIRY],
]);

const VOCABULARY =
  /^(?:urn:epcglobal:cbv:mda:|https?:\/\/(?:www\.|ref\.)?gs1\.org\/voc\/)([A-Za-z]+)$/;
const DATE = /^[0-9]{2}([0-9]{2})-([0-9]{2})-([0-9]{2})(?:[T+Z-][^]*)?$/;
const UNIT = /^https:\/\/id\.gs1\.org\/01\/[0-9]{14}\/21\//;
const ILMD = "/ilmd/";

/**
 * Check that what a label says of its item is what was logged of it.
 * @param {Report} report
 * @param {Trace} walk
 * @param {Evidence} evidence
 * @param {Label} label
 */
export function checkLabel(report, walk, evidence, { item, said: all }) {
  const said = all.map(comparable);
  /** @type {Map<string, string[]>} */
  const recorded = new Map();
  for (const event of makings(walk, evidence, item)) {
    for (const [ai, value] of recordedIn(event)) {
      recorded.set(ai, [...(recorded.get(ai) ?? []), value]);
    }
  }
  const differing = new Set(
    said
      .filter(([ai, value]) =>
        recorded.get(ai)?.some((each) => !agrees(ai, value, each)),
      )
      .map(([ai]) => ai),
  );
  const name = gs1Name(item, differing);
  for (const [ai, value] of said) {
    const what = `(${ai}) ${NAMES.get(ai) ?? "of the label"} ${quoted(value)}`;
    const found = recorded.get(ai);
    if (!found) {
      report.notice(
        "PRV-0206",
        `not on record: the label says ${what}, and no event that is shown as` +
          " the item's making does",
        item,
      );
    } else if (differing.has(ai)) {
      const values = found.map(quoted).join(" and ");
      report.found(
        "PRV-0205",
        `${name}the label says ${what}, and the record ${values}`,
        item,
      );
    } else {
      const detail = `agrees: label and record say ${what}`;
      report.notice("PRV-0204", detail, item);
    }
  }
}

/**
 * Return an AI and its value; for a date with its hour, the date alone.
 * @param {[string, string]} said
 * @returns {[string, string]}
 */
function comparable([ai, value]) {
  return ai === EXPIRY_TIME ? [EXPIRY, value.slice(0, 6)] : [ai, value];
}

/**
 * Return GS1's name for what differs, before what is said of it; or "".
 * @param {string} item
 * @param {ReadonlySet<string>} differing
 */
function gs1Name(item, differing) {
  const lot = differing.has(LOT) ? "_Lot" : "";
  const expiry = differing.has(EXPIRY) ? "_Expiry" : "";
  return (lot || expiry) && UNIT.test(item)
    ? `No_match_GTIN_Serial${lot}${expiry}: `
    : "";
}

/**
 * Return the events that say that an item was made, and stand.
 * @param {Trace} walk
 * @param {Evidence} evidence
 * @param {string} item
 */
function makings(walk, { events, trails }, item) {
  const found = [];
  for (const link of trails.get(item)?.links ?? []) {
    const event = events.get(placeKey(placeOf(link)));
    const own = event?.shown.get(link.leaves[0]);
    if (
      event &&
      own &&
      event.reading.makes(/** @type {number} */ (CODES.get(own.relation))) &&
      !event.reading.declaresError &&
      !walk.voids.has(sightingKey(event.at, item))
    ) {
      found.push(event);
    }
  }
  return found;
}

/**
 * Return the AI and value of each member of `ilmd` that has one, and is shown.
 * @param {ProvenEvent} event
 */
function recordedIn({ body, fields }) {
  /** @type {[string, string][]} */
  const found = [];
  /** @type {ReadonlyMap<string, string>} */
  let prefixes;
  try {
    prefixes = prefixesOf(body);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return found;
  }
  const ilmd = body.get("ilmd");
  /** @type {[unknown, unknown][]} */
  const members = ilmd instanceof Map ? [...ilmd] : [];
  for (const [pointer, value] of fields) {
    if (!pointer.startsWith(ILMD)) continue;
    const name = pointer.slice(ILMD.length);
    members.push([name.replaceAll("~1", "/").replaceAll("~0", "~"), value]);
  }
  for (const [name, value] of members) {
    const known = VOCABULARY.exec(fullId(String(name), prefixes));
    const ai = known && MEMBERS.get(known[1]);
    if (ai && typeof value === "string") {
      found.push([ai, value.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "")]);
    }
  }
  return found;
}

/**
 * Whether a label's value says what the record's does. Dates of a label have
 * two digits for the year; day 00 is the whole month.
 * @param {string} ai
 * @param {string} label
 * @param {string} record
 */
function agrees(ai, label, record) {
  const date = ai === LOT ? null : DATE.exec(record);
  if (!date) return label === record;
  const [, year, month, day] = date;
  return [year + month + day, `${year}${month}00`].includes(label);
}
