// @ts-check
// The checks and the signers, put onto the page.

import { byId, fill, filled, icon, make, said } from "./dom.js";
import { EXPLAINED, explain } from "./explain.js";
import { countPassed, listed, sentenceOf } from "./sentences.js";
import { nameRole, pair } from "./show.js";
import { findSigners } from "./signers.js";

/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {import("./language.js").Speaker} Speaker */
/** @typedef {import("./dom.js").Child} Child */
/** @typedef {import("./signers.js").Signer} Signer */
/** @typedef {import("../verify/proof/verdict.js").Check} Check */

/**
 * Show every check, each of which can be opened.
 * @param {Checked} checked
 * @param {Speaker} speaker
 */
export function showChecks(checked, speaker) {
  const { verdict } = checked;
  const { passed, count } = countPassed(verdict.checks);
  fill(
    "checks-lead",
    passed === count
      ? speaker.say("checks.all", { count })
      : speaker.say("checks.some", { passed: `${passed}`, count }),
  );
  fill(
    "checks",
    listed(verdict.checks).map(({ check, more }) =>
      make(
        "li",
        {
          "data-step": check.id,
          "data-outcome": check.outcome,
          "data-code": check.code,
        },
        make(
          "details",
          {
            toggle: (/** @type {Event} */ event) =>
              explainOnce(event, check, speaker),
          },
          make(
            "summary",
            {},
            icon(check.outcome),
            make(
              "span",
              { class: "check" },
              make("strong", {}, speaker.say(`step.${check.id}`)),
              make(
                "span",
                { class: "unseen" },
                `: ${speaker.say(check.outcome)}. `,
              ),
              make(
                "span",
                { class: "says" },
                sentenceOf(check, verdict, speaker),
              ),
            ),
          ),
          make(
            "dl",
            { class: "pairs" },
            pair(
              speaker.say("check.found"),
              make("span", { lang: "en" }, said(check.detail, 400)),
            ),
            check.subject
              ? pair(speaker.say("check.about"), said(check.subject, 200))
              : null,
            pair(speaker.say("check.code"), make("code", {}, check.code)),
          ),
        ),
        more > 0
          ? make(
              "p",
              { class: "quiet-text" },
              speaker.say("check.more", { count: more }),
            )
          : null,
      ),
    ),
  );
}

/**
 * @param {Event} event
 * @param {Check} check
 * @param {Speaker} speaker
 */
async function explainOnce(event, check, speaker) {
  const details = /** @type {HTMLDetailsElement} */ (event.currentTarget);
  if (!details.open || details.classList.contains(EXPLAINED)) return;
  details.classList.add(EXPLAINED);
  const means = await explain(check.code, speaker.language);
  if (!means) return;
  details
    .querySelector("dl")
    ?.append(pair(speaker.say("check.means"), make("span", {}, means)));
}

/**
 * Show who signed: together those whose identity is known in the same way.
 * @param {Checked} checked
 * @param {Speaker} speaker
 */
export function showSigners({ verdict, story, trust }, speaker) {
  const signers = findSigners(verdict, story, trust);
  byId("about-signers").hidden = !signers.length;
  /** @type {Map<string, Signer[]>} */
  const groups = new Map();
  for (const signer of signers) {
    const key = JSON.stringify([signer.known, signer.by]);
    groups.set(key, [...(groups.get(key) ?? []), signer]);
  }
  fill(
    "signers",
    [...groups.values()].map((group) => makeGroup(group, speaker)),
  );
}

/**
 * @param {Signer[]} group
 * @param {Speaker} speaker
 */
function makeGroup(group, speaker) {
  const [{ known, by }] = group;
  const isKnown = !["self", "named", "unknown"].includes(known);
  return make(
    "li",
    { class: "card group", "data-known": known },
    make(
      "h3",
      { class: "known" },
      icon(isKnown ? "VERIFIED" : "UNKNOWN"),
      make(
        "span",
        {},
        filled(speaker.words[`signer.${known}`], {
          names: joinNames(by, speaker),
        }),
      ),
    ),
    make(
      "ul",
      { class: "people" },
      group.map(({ name, roles, entries }) =>
        make(
          "li",
          {},
          make("strong", {}, said(name)),
          make(
            "span",
            { class: "quiet-text" },
            roles.length
              ? roles.flatMap((role, i) => [
                  i ? ", " : null,
                  nameRole(role, speaker),
                ])
              : speaker.say("signer.norole"),
            " · ",
            speaker.say("signer.entries", { count: entries }),
          ),
        ),
      ),
    ),
  );
}

/**
 * Return names as a list in words, each kept apart.
 * @param {string[]} names
 * @param {Speaker} speaker
 * @returns {Child[]}
 */
function joinNames(names, speaker) {
  const list = new Intl.ListFormat(speaker.language, { type: "conjunction" });
  const marks = names.map((_, i) => `${i}`);
  return list
    .formatToParts(marks)
    .map(({ type, value }) =>
      type === "element" ? said(names[Number(value)]) : value,
    );
}
