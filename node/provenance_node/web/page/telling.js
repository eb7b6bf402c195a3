// @ts-check
// The story, put onto the page: entries and gaps, what one party says of one
// place together, and readings.

import { showCertificates } from "./certificates.js";
import { fill, filled, icon, make, said } from "./dom.js";
import { onClock, readStamp } from "./language.js";
import { readReadings } from "./readings.js";
import { nameRole, nameShort, pair } from "./show.js";
import { GLN, describePlace } from "./mapping.js";
import { namesOf } from "./signers.js";
import { factKey } from "./story.js";
import { SKIPPED } from "./stretches.js";
import { clean, linesOf } from "./text.js";
import { groupRows, isCustoms, makeRows, spanOf } from "./timeline.js";

/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {import("./language.js").Speaker} Speaker */
/** @typedef {import("./dom.js").Child} Child */
/** @typedef {import("./story.js").Fact} Fact */
/** @typedef {import("./timeline.js").EventRow} EventRow */
/** @typedef {import("./timeline.js").GapRow} GapRow */
/** @typedef {import("./timeline.js").Scene} Scene */
/** @typedef {import("../verify/proof/verdict.js").Moment} Moment */

/**
 * Show every entry, and the days without any.
 * @param {Checked} checked
 * @param {Speaker} speaker
 */
export function showTimeline({ verdict, story, trust }, speaker) {
  const names = namesOf(verdict, story, trust);
  const rows = makeRows(verdict.timeline);
  // Where entries are left out, days without one that is shown are no more.
  const isWhole = verdict.notices.every(({ code }) => code !== SKIPPED);
  const span = spanOf(rows);
  fill(
    "timeline-lead",
    verdict.timeline.length
      ? speaker.say("timeline.lead", {
          entries: speaker.say("signer.entries", {
            count: verdict.timeline.length,
          }),
          parties: speaker.say("parties", {
            count: new Set(verdict.timeline.map((one) => one.issuer)).size,
          }),
          dates: span ? speaker.days(...span) : speaker.say("timeline.nodates"),
        })
      : speaker.say("timeline.none"),
  );
  const factOf = (/** @type {Moment} */ { entry, event }) =>
    story?.facts.get(factKey(entry, event));
  const scenes = groupRows(rows, ({ moment }) => {
    const place = describePlace(factOf(moment), speaker.language);
    return JSON.stringify([moment.issuer, moment.roles, moment.place, place]);
  });
  fill(
    "timeline",
    scenes.map((scene) =>
      scene.kind === "gap"
        ? makeGap(scene, isWhole ? "gap" : "gap.shown", speaker)
        : makeScene(scene, factOf, names, speaker),
    ),
  );
  showCertificates(verdict.timeline, story, speaker);
}

/**
 * @param {GapRow} gap
 * @param {"gap" | "gap.shown"} says
 * @param {Speaker} speaker
 */
function makeGap({ start, stop, days }, says, speaker) {
  return make(
    "li",
    { "data-kind": "gap", class: "gap" },
    make("span", { class: "dot" }, icon("gap")),
    make(
      "p",
      {},
      speaker.say(says, { count: days }),
      speaker.language === "en" ? ": " : "：",
      // The days on the clocks of the places, as the entries show them.
      speaker.days(onClock(start), onClock(stop)),
    ),
  );
}

/**
 * Return what one party says of one place, one entry after the other.
 * @param {Scene} scene
 * @param {(moment: Moment) => Fact | undefined} factOf
 * @param {ReadonlyMap<string, string>} names actor → name
 * @param {Speaker} speaker
 */
function makeScene({ rows }, factOf, names, speaker) {
  const [{ moment }] = rows;
  const namedBy = moment.issuer_named_by;
  const role = moment.roles.length
    ? moment.roles.flatMap((one, i) => [
        i ? ", " : null,
        nameRole(one, speaker),
      ])
    : [speaker.say("signer.norole")];
  const place = namePlace(moment, factOf(moment), speaker);
  return make(
    "li",
    { class: "scene" },
    make("span", { class: "dot" }),
    make(
      "h3",
      {},
      filled(speaker.words["moment.by"], {
        name: said(moment.issuer_name || moment.issuer),
        role: make("span", { class: "role" }, role),
      }),
    ),
    namedBy
      ? make(
          "p",
          { class: "quiet-text" },
          filled(speaker.words["moment.named"], {
            name: said(names.get(namedBy) ?? namedBy),
          }),
        )
      : null,
    place ? make("p", { class: "quiet-text" }, place) : null,
    make(
      "ol",
      {},
      rows.map((row) => makeEvent(row, factOf(row.moment), speaker)),
    ),
  );
}

/**
 * Return an entry: what it says in a line, its time in another, the rest of it
 * when that is opened.
 * @param {EventRow} row
 * @param {Fact | undefined} fact
 * @param {Speaker} speaker
 */
function makeEvent(row, fact, speaker) {
  const { moment, stamp } = row;
  const label = moment.labels[speaker.language === "en" ? "en" : "zh"];
  const isDeclaration =
    moment.error !== null &&
    moment.error.entry === moment.entry &&
    moment.error.event === moment.event;
  const { is_void: isVoid, why } = moment;
  const hidden = fact?.hiddenFields ?? 0;
  return make(
    "li",
    {
      "data-kind": "event",
      "data-void": isVoid,
      "data-why": why,
      class: isVoid ? "void" : null,
    },
    make(
      "details",
      {
        class: "more",
        toggle: (/** @type {Event} */ event) => {
          const details = /** @type {HTMLDetailsElement} */ (
            event.currentTarget
          );
          if (details.querySelector("dl")) return;
          details.append(...makeAll(row, fact, speaker));
        },
      },
      make(
        "summary",
        {},
        make(
          "span",
          { class: "what" },
          make(isVoid ? "s" : "strong", {}, said(label)),
          isCustoms(moment)
            ? makeNote(speaker.say("moment.customs"), "chip customs")
            : null,
          isVoid
            ? makeNote(
                speaker.say(isDeclaration ? "moment.declares" : "moment.void"),
                "chip taken",
              )
            : null,
          why === "subject"
            ? null
            : makeNote(speaker.say(`why.${whyOf(moment)}`), "why"),
          hidden
            ? makeNote(speaker.say("hidden", { count: hidden }), "chip")
            : null,
          moment.late_seconds
            ? makeNote(
                speaker.say("moment.late", {
                  time: speaker.duration(1000 * moment.late_seconds),
                }),
                "chip late",
              )
            : null,
        ),
        make(
          "span",
          { class: "when" },
          stamp
            ? make(
                "time",
                { datetime: new Date(stamp.time).toISOString() },
                speaker.there(stamp),
              )
            : speaker.say("moment.notime"),
        ),
      ),
    ),
    makeError(moment, speaker),
    fact ? makeReadings(fact, speaker) : null,
    Object.keys(moment.fields).length
      ? make(
          "div",
          { class: "shown" },
          make("p", {}, speaker.say("shown")),
          make(
            "dl",
            { class: "pairs" },
            Object.entries(moment.fields).map(([pointer, value]) =>
              pair(
                clean(pointer),
                said(
                  typeof value === "string" ? value : JSON.stringify(value),
                  200,
                ),
              ),
            ),
          ),
        )
      : null,
  );
}

/**
 * @param {string} text
 * @param {string} name of its class
 */
function makeNote(text, name) {
  // The space keeps it apart where nothing else does, as when it is read out.
  return [" ", make("span", { class: name }, text)];
}

/**
 * Return which word says of what else than the item itself an entry is.
 * @param {Moment} moment
 */
function whyOf({ why, item }) {
  if (why !== "containers") return why;
  if (item.startsWith("https://id.gs1.org/00/")) return "package";
  return item.startsWith("urn:epc:id:bic:") ? "container" : why;
}

/**
 * Return where a scene is by the name and country that its event gives it; by
 * its number without either, and null without any of them.
 * @param {Moment} moment
 * @param {Fact | undefined} fact
 * @param {Speaker} speaker
 */
function namePlace({ place }, fact, speaker) {
  const { name, country } = describePlace(fact, speaker.language);
  const parts = [
    name || (country ? "" : numberOf(place)),
    country && speaker.country(country),
  ].filter(Boolean);
  return parts.length
    ? parts.flatMap((part, i) => [i ? " · " : null, said(part)])
    : null;
}

/** @param {string} place */
function numberOf(place) {
  const gln = GLN.exec(place);
  return gln ? `GLN ${gln[1]}${gln[2] ? ` (${gln[2]})` : ""}` : place;
}

/**
 * @param {Moment} moment
 * @param {Speaker} speaker
 */
function makeError({ error }, speaker) {
  if (!error) return null;
  const stamp = readStamp(error.time);
  const { reason } = error;
  const word = speaker.has(`error.${reason}`)
    ? speaker.say(`error.${reason}`)
    : reason;
  const colon = speaker.language === "en" ? ": " : "：";
  return [
    make(
      "p",
      {},
      stamp
        ? speaker.say("error.at", { time: speaker.there(stamp) })
        : speaker.say("error.undated"),
      reason ? [colon, said(word)] : null,
    ),
    ...error.corrections.map(({ event_id: id, is_shown: isShown }) =>
      make(
        "p",
        {},
        filled(speaker.words[isShown ? "error.shown" : "error.announced"], {
          event: said(id),
        }),
      ),
    ),
  ];
}

/**
 * @param {Fact} fact
 * @param {Speaker} speaker
 */
function makeReadings({ body }, speaker) {
  const readings = readReadings(body, speaker);
  if (!readings.length) return null;
  return make(
    "ul",
    { class: "readings", "aria-label": speaker.say("reading") },
    readings.map(({ kind, value, isAlarm, time }) => {
      const stamp = readStamp(time);
      return make(
        "li",
        { class: isAlarm ? "alarm" : null },
        make("span", {}, said(kind)),
        make("strong", {}, said(value)),
        isAlarm
          ? make(
              "span",
              { class: "chip" },
              icon("INCOMPLETE"),
              speaker.say("reading.alarm"),
            )
          : null,
        stamp
          ? make("span", { class: "quiet-text" }, speaker.there(stamp))
          : null,
      );
    }),
  );
}

/**
 * Return all that an entry says.
 * @param {EventRow} row
 * @param {Fact | undefined} fact
 * @param {Speaker} speaker
 */
function makeAll({ moment, stamp }, fact, speaker) {
  const { entry, event, issuer, item, place } = moment;
  const count = fact?.hiddenFields ?? 0;
  const whole = { entry, event, issuer, ...fact?.body, items: fact?.items };
  const term = (/** @type {string} */ key, /** @type {Child} */ value) =>
    pair(speaker.say(key), value);
  return [
    make(
      "dl",
      { class: "pairs" },
      stamp ? term("moment.utc", speaker.utc(stamp.time)) : null,
      place ? term("moment.place", said(numberOf(place), 120)) : null,
      term("check.about", nameShort(item)),
      term(
        "moment.where",
        speaker.say("moment.entry", { entry: `${entry}`, event: `${event}` }),
      ),
    ),
    count
      ? make(
          "p",
          { class: "quiet-text" },
          speaker.say("hidden.more", { count }),
        )
      : null,
    fact?.hiddenItems
      ? make(
          "p",
          { class: "quiet-text" },
          speaker.say("others", { count: fact.hiddenItems }),
        )
      : null,
    fact
      ? make(
          "pre",
          {
            tabindex: "0",
            role: "group",
            "aria-label": speaker.say("moment.all"),
          },
          linesOf(JSON.stringify(whole, null, 1)),
        )
      : null,
  ].filter((one) => one !== null);
}
