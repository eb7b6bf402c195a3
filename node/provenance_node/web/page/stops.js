// @ts-check
// Where it was, for a map: only what the events themselves say.
//
//     readPoint {id: "geo:-37.64,176.17"}        coordinates (RFC 5870)
//     readPoint {id: …, "cbvmda:latitude": …, "cbvmda:longitude": …}
//     readPoint {id: …, "cbvmda:countryCode": "NZ"}   ISO 3166, two letters
//
// A location number (GLN) names a place and not where it lies: the prefix in
// it says where a company joined GS1, and is no stop.

import { readStamp } from "./language.js";
import { objectOf } from "./readings.js";
import { factKey } from "./story.js";

/** @typedef {import("../verify/proof/verdict.js").Moment} Moment */
/** @typedef {import("./story.js").Story} Story */

/**
 * One stop of the way.
 * @typedef {object} Stop
 * @property {string} label
 * @property {string} [country] ISO 3166, two letters
 * @property {number} [latitude]
 * @property {number} [longitude]
 * @property {number} [time] ms since 1970
 * @property {import("./language.js").Stamp | null} stamp that time, with its
 *     clock
 * @property {boolean} isIndicative whether only its country is known
 */

const GEO =
  /^geo:(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:,[^;]*)?(?:;.*)?$/i;

/**
 * Return the stops in log order; the same place twice in a row is one.
 * @param {Moment[]} timeline
 * @param {Story | null} story
 * @param {(moment: Moment) => string} nameOf
 * @returns {Stop[]}
 */
export function findStops(timeline, story, nameOf) {
  /** @type {Stop[]} */
  const stops = [];
  for (const moment of timeline) {
    const fact = story?.facts.get(factKey(moment.entry, moment.event));
    if (!fact || moment.is_void) continue;
    const where = readWhere(fact.body);
    if (!where) continue;
    const last = stops[stops.length - 1];
    if (last && isSame(last, where)) continue;
    const stamp = readStamp(moment.time);
    stops.push({
      label: nameOf(moment),
      ...where,
      time: stamp?.time,
      stamp,
      isIndicative: where.latitude === undefined,
    });
  }
  return stops;
}

/**
 * Return where an event says it happened, null if it does not.
 * @param {Record<string, unknown>} body
 * @returns {{country?: string, latitude?: number, longitude?: number} | null}
 */
export function readWhere(body) {
  for (const name of ["readPoint", "bizLocation"]) {
    const place = objectOf(body[name]);
    const geo = GEO.exec(String(place.id ?? ""));
    const point = geo
      ? readPoint(geo[1], geo[2])
      : readPoint(place["cbvmda:latitude"], place["cbvmda:longitude"]);
    const code = String(place["cbvmda:countryCode"] ?? "").toUpperCase();
    const country = /^[A-Z]{2}$/.test(code) ? { country: code } : null;
    if (point || country) return { ...point, ...country };
  }
  return null;
}

/**
 * @param {unknown} latitude
 * @param {unknown} longitude
 */
function readPoint(latitude, longitude) {
  if (latitude === undefined || longitude === undefined) return null;
  const [lat, lon] = [Number(latitude), Number(longitude)];
  const isOnEarth = Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  const isSaid = `${latitude}`.trim() && `${longitude}`.trim();
  return isSaid && isOnEarth ? { latitude: lat, longitude: lon } : null;
}

/**
 * @param {Stop} a
 * @param {{country?: string, latitude?: number, longitude?: number}} b
 */
function isSame(a, b) {
  return (
    a.country === b.country &&
    a.latitude === b.latitude &&
    a.longitude === b.longitude
  );
}
