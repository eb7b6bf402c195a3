// @ts-check
// The story, put onto the page: entries and gaps, readings, certificates.

import { byId, fill, filled, icon, make, said } from "./dom.js";
import { onClock, readStamp } from "./language.js";
import { listOf, readReadings, textOf } from "./readings.js";
import { nameRole, pair } from "./show.js";
import { GLN, describePlace } from "./mapping.js";
import { factKey } from "./story.js";
import { clean, linesOf, partsOf } from "./text.js";
import { isCustoms, makeRows, spanOf } from "./timeline.js";

/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {import("./language.js").Speaker} Speaker */
/** @typedef {import("./story.js").Fact} Fact */
/** @typedef {import("./timeline.js").EventRow} EventRow */
/** @typedef {import("./timeline.js").GapRow} GapRow */
/** @typedef {import("../verify/proof/verdict.js").Moment} Moment */

/** The kinds of papers that are certificates (CBV 2.0, section 7.3). */
const CERTIFYING = new Set(["cert", "testres"]);

/**
 * Show every entry, and the days without any.
 * @param {Checked} checked
 * @param {Speaker} speaker
 */
export function showTimeline({ verdict, story }, speaker) {
  const rows = makeRows(verdict.timeline);
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
  fill(
    "timeline",
    rows.map((row) =>
      row.kind === "gap"
        ? makeGap(row, speaker)
        : makeEvent(
            row,
            story?.facts.get(factKey(row.moment.entry, row.moment.event)),
            speaker,
          ),
    ),
  );
  showCertificates(verdict.timeline, story, speaker);
}

/**
 * @param {GapRow} gap
 * @param {Speaker} speaker
 */
function makeGap({ start, stop, days }, speaker) {
  return make(
    "li",
    { "data-kind": "gap", class: "gap" },
    make("span", { class: "dot" }, icon("gap")),
    make(
      "p",
      {},
      speaker.say("gap", { count: days }),
      speaker.language === "en" ? ": " : "：",
      // The days on the clocks of the places, as the entries show them.
      speaker.days(onClock(start), onClock(stop)),
    ),
  );
}

/**
 * @param {EventRow} row
 * @param {Fact | undefined} fact
 * @param {Speaker} speaker
 */
function makeEvent({ moment, stamp }, fact, speaker) {
  const label = moment.labels[speaker.language === "en" ? "en" : "zh"];
  const isDeclaration =
    moment.error !== null &&
    moment.error.entry === moment.entry &&
    moment.error.event === moment.event;
  const role = moment.roles.length
    ? moment.roles.map((one) => nameRole(one, speaker))
    : [speaker.say("signer.norole")];
  return make(
    "li",
    {
      "data-kind": "event",
      "data-void": moment.is_void,
      "data-why": moment.why,
      class: moment.is_void ? "void" : null,
    },
    make("span", { class: "dot" }),
    make(
      "h3",
      {},
      moment.is_void ? make("s", {}, said(label)) : said(label),
      isCustoms(moment)
        ? make("span", { class: "chip customs" }, speaker.say("moment.customs"))
        : null,
      moment.is_void
        ? make(
            "span",
            { class: "chip" },
            speaker.say(isDeclaration ? "moment.declares" : "moment.void"),
          )
        : null,
    ),
    make(
      "p",
      {},
      filled(speaker.words["moment.by"], {
        name: said(moment.issuer_name || moment.issuer),
        role,
      }),
    ),
    make(
      "p",
      { class: "when" },
      stamp
        ? make(
            "time",
            {
              datetime: new Date(stamp.time).toISOString(),
              title: speaker.here(stamp.time),
            },
            speaker.there(stamp),
            stamp.offset
              ? [
                  " ",
                  make("span", { class: "utc" }, speaker.utcBeside(stamp.time)),
                ]
              : null,
          )
        : speaker.say("moment.notime"),
    ),
    moment.place
      ? make("p", { class: "quiet-text" }, namePlace(moment, fact, speaker))
      : null,
    moment.why === "subject"
      ? null
      : make(
          "p",
          { class: "quiet-text" },
          `${speaker.say(`moment.${moment.why}`)} `,
          nameShort(moment.item),
        ),
    makeError(moment, speaker),
    fact ? makeReadings(fact, speaker) : null,
    fact?.hiddenFields
      ? make(
          "p",
          { class: "quiet-text hidden-fields" },
          speaker.say("hidden", { count: fact.hiddenFields }),
        )
      : null,
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
    makeAll(moment, fact, speaker),
  );
}

/**
 * Return a place by the name and country that its event gives it, if any, and
 * its location number; by what else it is without one.
 * @param {Moment} moment
 * @param {Fact | undefined} fact
 * @param {Speaker} speaker
 */
function namePlace({ place }, fact, speaker) {
  const { name, country } = describePlace(fact);
  const gln = GLN.exec(place);
  const number = gln ? `GLN ${gln[1]}${gln[2] ? ` (${gln[2]})` : ""}` : place;
  return [
    said(name || number),
    country ? ` · ${speaker.country(country)}` : null,
  ];
}

/**
 * Return the last part of an item's key, which tells it from its like.
 * @param {string} item
 */
function nameShort(item) {
  const parts = partsOf(item);
  if (!parts.length) return said(item);
  const [ai, value] = parts[parts.length - 1];
  return make("bdi", {}, `(${ai}) ${clean(value)}`);
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
 * Return all that an entry says, made when it is opened.
 * @param {Moment} moment
 * @param {Fact | undefined} fact
 * @param {Speaker} speaker
 */
function makeAll(moment, fact, speaker) {
  if (!fact) return null;
  const whole = {
    entry: moment.entry,
    event: moment.event,
    issuer: moment.issuer,
    ...fact.body,
    items: fact.items,
  };
  return make(
    "details",
    {
      class: "all more",
      toggle: (/** @type {Event} */ event) => {
        const details = /** @type {HTMLDetailsElement} */ (event.currentTarget);
        if (details.querySelector("pre")) return;
        const text = JSON.stringify(whole, null, 1);
        details.append(
          ...(fact.hiddenItems
            ? [
                make(
                  "p",
                  { class: "quiet-text" },
                  speaker.say("others", { count: fact.hiddenItems }),
                ),
              ]
            : []),
          make("pre", { tabindex: "0" }, linesOf(text)),
        );
      },
    },
    make(
      "summary",
      { title: speaker.say("moment.all") },
      make("span", { class: "unseen" }, speaker.say("moment.all")),
    ),
    make(
      "p",
      { class: "quiet-text" },
      speaker.say("moment.entry", {
        entry: `${moment.entry}`,
        event: `${moment.event}`,
      }),
    ),
  );
}

/**
 * Show the certificates that entries name; none is opened.
 * @param {Moment[]} timeline
 * @param {import("./story.js").Story | null} story
 * @param {Speaker} speaker
 */
function showCertificates(timeline, story, speaker) {
  const rows = timeline.flatMap((moment) => {
    const fact = story?.facts.get(factKey(moment.entry, moment.event));
    const named = fact ? certificatesOf(fact.body) : [];
    return named.map((text) => ({ moment, text }));
  });
  byId("certificates").hidden = !rows.length;
  fill(
    "certificate-list",
    rows.map(({ moment, text }) => {
      const stamp = readStamp(moment.time);
      return make(
        "li",
        { class: moment.is_void ? "void" : null },
        make("p", { class: "address" }, said(text, 300)),
        make(
          "p",
          { class: "quiet-text" },
          filled(speaker.words["certificate.says"], {
            name: said(moment.issuer_name || moment.issuer),
            time: stamp ? speaker.there(stamp) : speaker.say("moment.notime"),
          }),
        ),
      );
    }),
  );
}

/**
 * Return the certificates that an event's body names, as they stand there.
 * @param {Record<string, unknown>} body
 * @returns {string[]}
 */
export function certificatesOf(body) {
  const links = [body.certificationInfo].flat().filter((link) => textOf(link));
  const papers = listOf(body.bizTransactionList)
    .filter(({ type }) => CERTIFYING.has(textOf(type).replace(/^.*[-:]/, "")))
    .map(({ bizTransaction }) => textOf(bizTransaction));
  return [...new Set([...links.map(String), ...papers])];
}
