// @ts-check
// Saying that the ledger's trust file changed, and letting the user decide.

import { icon, make, said } from "./dom.js";
import { differences, save } from "./keeping.js";

/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {import("./checking.js").Unchecked} Unchecked */
/** @typedef {import("./language.js").Speaker} Speaker */

/** The most lines of a difference that are shown. */
const MOST = 200;

/**
 * Return the notice that the node gives another trust file than is kept.
 * @param {Checked | Unchecked} found
 * @param {Storage | null} storage
 * @param {Speaker} speaker
 * @param {() => void} again checks once more
 */
export function makeTrustNotice({ kept, other }, storage, speaker, again) {
  if (!kept || !other) return null;
  const says = kept.name
    ? speaker.say("notice.trust.own")
    : speaker.say("notice.trust.says", { time: speaker.here(kept.since) });
  const lines = differences(kept.text, other.text).slice(0, MOST);
  return make(
    "div",
    { class: "notice", role: "alert", "data-code": "trust" },
    icon("INCOMPLETE"),
    make(
      "div",
      {},
      make("h2", {}, speaker.say("notice.trust")),
      make("p", {}, says),
      make(
        "details",
        {},
        make("summary", {}, speaker.say("notice.trust.look")),
        make(
          "p",
          { class: "quiet-text" },
          `− ${speaker.say("notice.trust.kept")} ${kept.sha256}`,
        ),
        make(
          "p",
          { class: "quiet-text" },
          `+ ${speaker.say("notice.trust.given")} ${other.sha256}`,
        ),
        make(
          "ul",
          { class: "difference" },
          lines.map((line) => make("li", {}, said(line, 300))),
        ),
        make(
          "button",
          {
            type: "button",
            click: () => {
              save(storage, other);
              again();
            },
          },
          speaker.say("notice.trust.accept"),
        ),
      ),
    ),
  );
}
