// @ts-check
// The map, put onto the page, with the same as a list.

import { byId, fill, make, said } from "./dom.js";
import { onClock } from "./language.js";
import { listOf, objectOf, textOf } from "./readings.js";
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
    clean(placeLabel(moment, story, speaker.language)),
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
 * @param {import("./language.js").Language} language
 */
function placeLabel(moment, story, language) {
  const fact = story?.facts.get(factKey(moment.entry, moment.event));
  const gln = GLN.exec(moment.place);
  const id = textOf(objectOf(fact?.body.readPoint).id);
  return (
    describePlace(fact, language).name ||
    (gln ? `GLN ${gln[1]}` : moment.place || id)
  );
}

/**
 * Return what an event's read point says of its place (CBV 2.0, section 10.3).
 * @param {Fact | undefined} fact
 * @param {import("./language.js").Language} language
 */
export function describePlace(fact, language) {
  const place = objectOf(fact?.body.readPoint ?? fact?.body.bizLocation);
  const country = textOf(place["cbvmda:countryCode"]).toUpperCase();
  return {
    name: textIn(place["cbvmda:name"], language),
    country: /^[A-Z]{2}$/.test(country) ? country : "",
  };
}

/**
 * Return a text that may be said in several languages (JSON-LD 1.1, sections
 * 4.2.4 and 4.6.2): the reader's if it is there, else the first.
 *
 *     "Ningbo"
 *     {"en": "Ningbo", "zh": "宁波"}
 *     [{"@value": "Ningbo", "@language": "en"}, {"@value": "宁波", …}]
 * @param {unknown} value
 * @param {import("./language.js").Language} language
 */
export function textIn(value, language) {
  if (typeof value === "string") return value;
  /** @type {[string, unknown][]} */
  const said = listOf([value].flat()).flatMap((one) =>
    "@value" in one
      ? [[textOf(one["@language"]), one["@value"]]]
      : Object.entries(one),
  );
  const texts = said.filter(([, text]) => textOf(text));
  const own = texts.find(([tag]) => tag.slice(0, 2) === language.slice(0, 2));
  return textOf((own ?? texts[0])?.[1]);
}
