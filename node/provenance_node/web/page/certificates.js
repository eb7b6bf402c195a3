// @ts-check
// The certificates that entries name, put onto the page; none is opened.

import { byId, fill, filled, make, said } from "./dom.js";
import { readStamp } from "./language.js";
import { listOf, textOf } from "./readings.js";
import { factKey } from "./story.js";

/** @typedef {import("./language.js").Speaker} Speaker */
/** @typedef {import("../verify/proof/verdict.js").Moment} Moment */

/** The kinds of papers that are certificates (CBV 2.0, section 7.3). */
const CERTIFYING = new Set(["cert", "testres"]);

/**
 * Show the certificates that entries name.
 * @param {Moment[]} timeline
 * @param {import("./story.js").Story | null} story
 * @param {Speaker} speaker
 */
export function showCertificates(timeline, story, speaker) {
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
