// @ts-check
// The verdict, put onto the page, and what it does not prove.

import { byId, fill, filled, icon, make, said } from "./dom.js";
import { MAX_BYTES } from "./fetching.js";
import { clocksOf, sentenceOf, sumUp, whoseWord } from "./sentences.js";
import { partsOf } from "./text.js";

/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {import("./checking.js").Unchecked} Unchecked */
/** @typedef {import("./language.js").Speaker} Speaker */
/** @typedef {import("../verify/proof/verdict.js").Outcome} Outcome */
/** @typedef {import("./dom.js").Child} Child */

const MINUTE = 60_000;

/** The sentences that say their own reason. */
const TOLD = new Set([
  "verdict.stale",
  "verdict.recalled",
  "verdict.doubt",
  "verdict.nothing",
  "verdict.clocks",
  "verdict.book",
]);

/**
 * Show that a check is under way.
 * @param {Speaker} speaker
 */
export function showBusy(speaker) {
  const verdict = byId("verdict");
  verdict.dataset.outcome = "";
  verdict.setAttribute("aria-busy", "true");
  fill(
    "verdict",
    make("p", { class: "busy" }, speaker.say("checking")),
    make("div", { class: "bone wide", "aria-hidden": "true" }),
    make("div", { class: "bone", "aria-hidden": "true" }),
  );
  for (const id of ["notices", "checks", "signers", "timeline", "map"])
    fill(id);
}

/**
 * Show the verdict on evidence that was checked.
 * @param {Checked} checked
 * @param {Speaker} speaker
 * @param {() => void} retry
 */
export function showVerdict(checked, speaker, retry) {
  const { verdict, asked, keptAt, now } = checked;
  const { key, reason } = sumUp(verdict);
  const lines = [
    reason && !TOLD.has(key)
      ? make("p", {}, sentenceOf(reason, verdict, speaker))
      : null,
    key === "verdict.nothing" ? make("p", {}, speaker.say("nothing.do")) : null,
    makeClocks(reason, speaker),
    reason && key === "verdict.book" ? makeBook(reason, speaker) : null,
    make("p", { id: "whose-word" }, whoseWord(verdict, speaker)),
    keptAt !== null
      ? make(
          "p",
          { class: "quiet-text" },
          speaker.say("verdict.kept", { time: speaker.here(keptAt) }),
        )
      : null,
    asked === null
      ? make("p", { class: "quiet-text" }, speaker.say("verdict.file"))
      : null,
    verdict.log
      ? make(
          "p",
          { class: "quiet-text" },
          now - verdict.log.time < MINUTE
            ? speaker.say("verdict.now", { time: speaker.here(now) })
            : speaker.say("verdict.meta", {
                time: speaker.here(now),
                ago: speaker.duration(now - verdict.log.time),
              }),
        )
      : null,
    // Another try may bring what is newer, or what is whole.
    keptAt !== null || (asked !== null && isDamaged(verdict))
      ? makeRetry(speaker, retry)
      : null,
  ];
  putVerdict(verdict.outcome, speaker.say(key), speaker, [
    nameItem(verdict.subject || (asked ?? ""), speaker),
    ...lines,
  ]);
}

/**
 * Return what both clocks say, where they differ too much.
 * @param {import("../verify/proof/verdict.js").Check | null} reason
 * @param {Speaker} speaker
 */
function makeClocks(reason, speaker) {
  const clocks = clocksOf(reason);
  if (!clocks) return null;
  return make(
    "p",
    {},
    speaker.say("clocks.both", {
      device: speaker.here(clocks.device),
      record: speaker.here(clocks.record),
    }),
    speaker.language === "en" ? " " : null,
    speaker.say("clocks.do"),
  );
}

/**
 * Return which rule book is not there, and what to do.
 * @param {import("../verify/proof/verdict.js").Check} reason
 * @param {Speaker} speaker
 */
function makeBook({ detail }, speaker) {
  const [id = ""] = /[0-9a-f]{64}/.exec(detail) ?? [];
  return make(
    "p",
    {},
    speaker.say("book.do"),
    id ? [" ", make("code", {}, id)] : null,
  );
}

/**
 * Whether what came is no proof at all, or not all of one.
 * @param {import("../verify/proof/verdict.js").Verdict} verdict
 */
function isDamaged({ checks }) {
  return checks.some(
    ({ id, outcome }) => id === "format" && outcome !== "VERIFIED",
  );
}

/**
 * Show why there was nothing to check.
 * @param {Unchecked} unchecked
 * @param {Speaker} speaker
 * @param {() => void} retry
 */
export function showUnchecked(unchecked, speaker, retry) {
  const { kind, asked, reason = "", status } = unchecked;
  const again = makeRetry(speaker, retry);
  /** @type {Record<Unchecked["kind"], [string, (Child | Child[])[]]>} */
  const says = {
    missing: ["verdict.nothing", makeMissing(unchecked, speaker)],
    unreachable: [
      "verdict.unreachable",
      [make("p", {}, speaker.say("unreachable.do")), again],
    ],
    strange: [
      "verdict.unreachable",
      [make("p", {}, speaker.say("strange.do")), again],
    ],
    refused: [
      "verdict.unreachable",
      [make("p", {}, speaker.say("busy.do", { status: `${status}` })), again],
    ],
    large: [
      "verdict.UNKNOWN",
      [
        make(
          "p",
          {},
          speaker.say("large.do", { size: `${MAX_BYTES / 2 ** 20} MB` }),
        ),
      ],
    ],
    badItem: [
      "verdict.badItem",
      [make("p", { lang: "en" }, said(reason, 300))],
    ],
    badTrust: [
      "verdict.UNKNOWN",
      [
        make(
          "p",
          {},
          filled(speaker.words["unreadable.do"], { reason: said(reason, 300) }),
        ),
        again,
      ],
    ],
    noTrust: [
      "verdict.UNKNOWN",
      [make("p", {}, speaker.say("drop.noTrust")), again],
    ],
  };
  const [key, rest] = says[kind];
  putVerdict("UNKNOWN", speaker.say(key), speaker, [
    asked === null ? null : nameItem(asked, speaker),
    ...rest.flat(),
  ]);
}

/**
 * Return what to do where there is no record: of a product, which is no one
 * item; of what was most likely meant; of anything else.
 * @param {Unchecked} unchecked
 * @param {Speaker} speaker
 */
function makeMissing({ similar, isProduct }, speaker) {
  if (similar) {
    const href = `/?item=${encodeURIComponent(similar)}`;
    return [
      make("p", {}, speaker.say("nothing.similar")),
      make("p", {}, make("a", { id: "similar", href }, nameShort(similar))),
    ];
  }
  const key = isProduct ? "nothing.product" : "nothing.do";
  return [make("p", {}, speaker.say(key))];
}

/**
 * @param {Speaker} speaker
 * @param {() => void} retry
 */
function makeRetry(speaker, retry) {
  const given = { type: "button", class: "primary", click: retry };
  return make("button", given, speaker.say("retry"));
}

/**
 * @param {Outcome} outcome
 * @param {string} sentence
 * @param {Speaker} speaker
 * @param {Child[]} rest
 */
function putVerdict(outcome, sentence, speaker, rest) {
  const verdict = byId("verdict");
  const [item, ...lines] = rest;
  fill(
    "verdict",
    make(
      "p",
      { class: "stamp" },
      icon(outcome),
      make("strong", {}, speaker.say(outcome)),
    ),
    make("h1", {}, sentence),
    item,
    make("div", { class: "lines" }, lines),
  );
  verdict.dataset.outcome = outcome;
  verdict.setAttribute("aria-busy", "false");
  verdict.focus({ preventScroll: true });
}

/**
 * Return the key of an item in brackets, or its id as it is.
 * @param {string} item
 */
export function nameShort(item) {
  const parts = partsOf(item);
  if (!parts.length) return said(item, 120);
  const text = parts.map(([ai, value]) => `(${ai})\u00a0${value}`).join(" ");
  return said(text, 120);
}

/**
 * Return an item as people read it off the thing.
 * @param {string} item
 * @param {Speaker} speaker
 */
export function nameItem(item, speaker) {
  const parts = partsOf(item);
  if (!parts.length) return make("p", { class: "item" }, said(item, 120));
  return make(
    "dl",
    { class: "item" },
    parts.map(([ai, value]) =>
      make(
        "div",
        {},
        make(
          "dt",
          {},
          speaker.has(`item.${ai}`) ? speaker.say(`item.${ai}`) : `(${ai})`,
        ),
        make("dd", {}, said(value)),
      ),
    ),
  );
}

/**
 * Return a term and what it is, for a list of such.
 * @param {string} term
 * @param {Child} value
 */
export function pair(term, value) {
  return make("div", {}, make("dt", {}, term), make("dd", {}, value));
}

/**
 * Return what a role is called; one that is not known stands for itself.
 * @param {string} role
 * @param {Speaker} speaker
 * @returns {Child}
 */
export function nameRole(role, speaker) {
  return speaker.has(`role.${role}`) ? speaker.say(`role.${role}`) : said(role);
}

/**
 * Show what the verdict does not prove.
 * @param {number | null} time of the checkpoint
 * @param {Speaker} speaker
 */
export function showLimits(time, speaker) {
  const later = speaker.say(
    time === null ? "PRV-0501" : "limit.later.more",
    time === null ? {} : { time: speaker.here(time) },
  );
  fill(
    "limits",
    ["label", "content", "later", "page"].map((limit) =>
      make(
        "li",
        {},
        make("strong", {}, speaker.say(`limit.${limit}`)),
        " ",
        limit === "later" ? later : speaker.say(`limit.${limit}.more`),
      ),
    ),
  );
}
