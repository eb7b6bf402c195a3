// @ts-check
// What stands above the verdict: recalls first, then all else to be noted.

import { filled, icon, make, said } from "./dom.js";
import { RECALLED, orderNotices } from "./sentences.js";
import { nameItem } from "./show.js";

/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {import("./language.js").Speaker} Speaker */
/** @typedef {import("../verify/proof/verdict.js").Notice} Notice */

/**
 * Return the notices that stand above the verdict.
 * @param {Checked} checked
 * @param {Speaker} speaker
 */
export function makeNotices(checked, speaker) {
  const { verdict } = checked;
  return orderNotices(verdict).map((notice) =>
    notice.code === RECALLED
      ? makeRecall(notice, checked, speaker)
      : make(
          "div",
          { class: "notice", role: "note", "data-code": notice.code },
          icon("INCOMPLETE"),
          make(
            "div",
            {},
            make(
              "p",
              {},
              speaker.has(notice.code)
                ? speaker.say(notice.code)
                : said(notice.detail, 300),
            ),
            makeDetail(notice),
          ),
        ),
  );
}

/**
 * @param {Notice} notice
 * @param {Checked} checked
 * @param {Speaker} speaker
 */
function makeRecall(notice, checked, speaker) {
  const { subject, detail } = notice;
  const isItself = subject === checked.verdict.subject;
  const by = recaller(checked, detail);
  return make(
    "div",
    { class: "notice recall", role: "alert", "data-code": RECALLED },
    icon("INCOMPLETE"),
    make(
      "div",
      {},
      make("h2", {}, speaker.say("notice.recall")),
      make("p", {}, speaker.say(isItself ? "notice.recall.item" : RECALLED)),
      isItself ? null : nameItem(subject, speaker),
      by
        ? make("p", {}, filled(speaker.words["notice.by"], { name: said(by) }))
        : null,
      make("p", {}, make("strong", {}, speaker.say("notice.recall.do"))),
      makeDetail(notice),
    ),
  );
}

/** @param {Notice} notice */
function makeDetail({ code, detail }) {
  return make(
    "p",
    { class: "quiet-text", lang: "en" },
    `${code} · `,
    said(detail, 300),
  );
}

/**
 * Return the name of whoever recalls, by the event that the notice names.
 * @param {Checked} checked
 * @param {string} detail
 */
function recaller({ verdict }, detail) {
  const place = /\(event (\d+) of entry (\d+)\)$/.exec(detail);
  const moment = verdict.timeline.find(
    ({ entry, event }) =>
      place && event === Number(place[1]) && entry === Number(place[2]),
  );
  return moment ? moment.issuer_name || moment.issuer : "";
}
