// @ts-check
// What stands above the verdict: recalls first, then all else to be noted.

import { filled, icon, make, said } from "./dom.js";
import { AGREES, DOUBT, RECALLED, orderNotices } from "./sentences.js";
import { nameItem } from "./show.js";
import { readStretch } from "./stretches.js";

/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {import("./language.js").Speaker} Speaker */
/** @typedef {import("./stretches.js").Stretch} Stretch */
/** @typedef {import("../verify/proof/verdict.js").Notice} Notice */
/**
 * Opens a stretch that was skipped; returns which word says why it cannot, ""
 * if it can.
 * @typedef {(stretch: Stretch) => Promise<string>} Open
 */

/**
 * Return the notices that stand above the verdict.
 * @param {Checked} checked
 * @param {Speaker} speaker
 * @param {Open} open
 */
export function makeNotices(checked, speaker, open) {
  const { verdict } = checked;
  return orderNotices(verdict).map((notice) => {
    const stretch = readStretch(notice);
    if (stretch) return makeSkipped(notice, stretch, checked, speaker, open);
    return [RECALLED, DOUBT].includes(notice.code)
      ? makeRecall(notice, checked, speaker)
      : make(
          "div",
          { class: "notice", role: "note", "data-code": notice.code },
          icon(notice.code === AGREES ? "VERIFIED" : "INCOMPLETE"),
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
        );
  });
}

/**
 * Return what tells of a stretch that was skipped, with what opens it.
 * @param {Notice} notice
 * @param {Stretch} stretch
 * @param {Checked} checked
 * @param {Speaker} speaker
 * @param {Open} open
 */
function makeSkipped(notice, stretch, checked, speaker, open) {
  const { item, first, last, count } = stretch;
  const says = make("span", { class: "quiet-text", role: "status" });
  const button = /** @type {HTMLButtonElement} */ (
    make(
      "button",
      {
        type: "button",
        class: "quiet",
        click: async () => {
          button.disabled = true;
          says.textContent = speaker.say("stretch.busy");
          const fault = await open(stretch);
          button.disabled = false;
          says.textContent = fault && speaker.say(`stretch.${fault}`);
        },
      },
      speaker.say("stretch.open"),
    )
  );
  return make(
    "div",
    { class: "notice", role: "note", "data-code": notice.code },
    icon("gap"),
    make(
      "div",
      {},
      make(
        "p",
        {},
        speaker.say("stretch.skipped", {
          first: speaker.number(first),
          last: speaker.number(last),
          all: speaker.number(count),
        }),
      ),
      item === checked.verdict.subject ? null : nameItem(item, speaker),
      make("p", { class: "actions" }, button, " ", says),
      makeDetail(notice),
    ),
  );
}

/**
 * @param {Notice} notice
 * @param {Checked} checked
 * @param {Speaker} speaker
 */
function makeRecall(notice, checked, speaker) {
  const { code, subject, detail } = notice;
  const isItself = subject === checked.verdict.subject;
  const isSure = code === RECALLED;
  const by = recaller(checked, detail);
  return make(
    "div",
    { class: "notice recall", role: "alert", "data-code": code },
    icon("INCOMPLETE"),
    make(
      "div",
      {},
      make(
        "h2",
        {},
        speaker.say(isSure ? "notice.recall" : "notice.recall.doubt"),
      ),
      make(
        "p",
        {},
        speaker.say(isSure && isItself ? "notice.recall.item" : code),
      ),
      isItself ? null : nameItem(subject, speaker),
      by
        ? make("p", {}, filled(speaker.words["notice.by"], { name: said(by) }))
        : null,
      make(
        "p",
        {},
        make(
          "strong",
          {},
          speaker.say(isSure ? "notice.recall.do" : "notice.recall.ask"),
        ),
      ),
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
  const place = /\(event (\d+) of entry (\d+)\)/.exec(detail);
  const moment = verdict.timeline.find(
    ({ entry, event }) =>
      place && event === Number(place[1]) && entry === Number(place[2]),
  );
  return moment ? moment.issuer_name || moment.issuer : "";
}
