// @ts-check
// The map, put onto the page, with the same as a list.

import { byId, fill, make, said } from "./dom.js";
import { onClock } from "./language.js";
import { objectOf, textOf } from "./readings.js";
import { findStops } from "./stops.js";
import { factKey } from "./story.js";
import { clean } from "./text.js";

/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {import("./language.js").Speaker} Speaker */
/** @typedef {import("./story.js").Fact} Fact */
/** @typedef {import("../verify/proof/verdict.js").Moment} Moment */

/** A location number as a canonical id, perhaps with an extension. */
export const GLN = /^https:\/\/id\.gs1\.org\/414\/(\d{13})(?:\/254\/(.+))?$/;

/**
 * Show the stops on a map, with the same as a list.
 * @param {Checked} checked
 * @param {Speaker} speaker
 */
export async function showMap({ verdict, story }, speaker) {
  const stops = findStops(verdict.timeline, story, (moment) =>
    clean(placeLabel(moment, story)),
  );
  byId("about-map").hidden = !verdict.timeline.length;
  if (!stops.length) {
    fill("map", make("p", { class: "lead" }, speaker.say("map.none")));
    return;
  }
  const host = make("div", { class: "drawn" });
  const list = make(
    "ol",
    { class: "stops", "aria-label": speaker.say("map.list") },
    stops.map((stop) =>
      make(
        "li",
        {},
        said(stop.label),
        stop.country && stop.label !== speaker.country(stop.country)
          ? ` · ${speaker.country(stop.country)}`
          : null,
        stop.stamp ? ` · ${speaker.day(onClock(stop.stamp))}` : null,
      ),
    ),
  );
  fill("map", host, list);
  try {
    const { drawMap } = await import("../map/map.js");
    await drawMap(host, stops, { language: speaker.language });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    host.replaceChildren(
      make("p", { class: "quiet-text" }, speaker.say("map.failed")),
    );
  }
}

/**
 * Return what to call a stop: the name its event gives, else its number.
 * @param {Moment} moment
 * @param {import("./story.js").Story | null} story
 */
function placeLabel(moment, story) {
  const fact = story?.facts.get(factKey(moment.entry, moment.event));
  const gln = GLN.exec(moment.place);
  const id = textOf(objectOf(fact?.body.readPoint).id);
  return (
    describePlace(fact).name || (gln ? `GLN ${gln[1]}` : moment.place || id)
  );
}

/**
 * Return what an event's read point says of its place (CBV 2.0, section 10.3).
 * @param {Fact | undefined} fact
 */
export function describePlace(fact) {
  const place = objectOf(fact?.body.readPoint ?? fact?.body.bizLocation);
  const country = textOf(place["cbvmda:countryCode"]).toUpperCase();
  return {
    name: textOf(place["cbvmda:name"]),
    country: /^[A-Z]{2}$/.test(country) ? country : "",
  };
}
