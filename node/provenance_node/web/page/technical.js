// @ts-check
// The drawer: every hash, the files, and how to check them elsewhere.

import { toHex } from "../verify/encoding/bytes.js";
import { sha256 } from "../verify/encoding/digest.js";
import { MalformedError } from "../verify/errors.js";
import { byId, fill, filled, make, said } from "./dom.js";
import { save, toKeep } from "./keeping.js";
import { pair } from "./show.js";
import { linesOf, shellQuoted } from "./text.js";

/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {import("./checking.js").Unchecked} Unchecked */
/** @typedef {import("./keeping.js").Kept} Kept */
/** @typedef {import("./language.js").Speaker} Speaker */
/** @typedef {import("./dom.js").Child} Child */

const COMMAND = "provenance verify item.provenance --trust trust.toml";

/** The addresses of files that are offered; given back with the next ones. */
const offered = /** @type {string[]} */ ([]);

/**
 * Show the details of what was checked, and whom this browser believes.
 * @param {Checked | Unchecked} found
 * @param {Storage | null} storage
 * @param {Speaker} speaker
 * @param {() => void} again checks once more
 */
export function showTechnical(found, storage, speaker, again) {
  for (const url of offered.splice(0)) URL.revokeObjectURL(url);
  byId("technical").hidden = false;
  const kept = found.kept ?? null;
  const isChecked = found.kind === "checked";
  fill(
    "technical-body",
    isChecked ? makeFiles(found, speaker) : null,
    makeTrust(kept, storage, speaker, again),
    isChecked ? makeHashes(found, speaker) : null,
  );
}

/**
 * @param {Checked} checked
 * @param {Speaker} speaker
 * @returns {Child[]}
 */
function makeFiles({ bytes, asked }, speaker) {
  // Of the item in hand: the proof of another one fails.
  const command =
    asked === null ? COMMAND : `${COMMAND} --item ${shellQuoted(asked)}`;
  const size = new Intl.NumberFormat(speaker.language, {
    style: "unit",
    unit: "kilobyte",
    maximumFractionDigits: 1,
  }).format(bytes.length / 1000);
  return [
    make(
      "div",
      { class: "actions" },
      offer("download", bytes, "item.provenance", speaker.say("tech.download")),
    ),
    make(
      "p",
      { class: "quiet-text" },
      speaker.say("tech.download.more", { size }),
    ),
    make("h3", {}, speaker.say("tech.command")),
    make("p", { class: "quiet-text" }, speaker.say("tech.command.more")),
    make(
      "div",
      { class: "copied" },
      make("code", { id: "command", tabindex: "0" }, withFlags(command)),
      copier(command, speaker),
    ),
  ];
}

/**
 * Return a command whose flags are not broken at the end of a line.
 * @param {string} command
 * @returns {Child[]}
 */
function withFlags(command) {
  return command
    .split(" ")
    .flatMap((word, i) => [
      i ? " " : null,
      word.startsWith("-") ? make("span", { class: "flag" }, word) : word,
    ]);
}

/**
 * @param {Kept | null} kept
 * @param {Storage | null} storage
 * @param {Speaker} speaker
 * @param {() => void} again
 * @returns {Child[]}
 */
function makeTrust(kept, storage, speaker, again) {
  const fault = make("p", { class: "fault", role: "alert" });
  const input = /** @type {HTMLInputElement} */ (
    make("input", {
      type: "file",
      id: "trust-file",
      accept: ".toml",
      class: "unseen",
    })
  );
  input.addEventListener("change", async () => {
    const [file] = input.files ?? [];
    if (!file) return;
    try {
      if (file.size > 2 ** 20) throw new MalformedError("it is too large");
      save(storage, toKeep(await file.text(), Date.now(), file.name));
      again();
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      fault.replaceChildren(
        .../** @type {Node[]} */ (
          filled(speaker.words["tech.own.bad"], {
            reason: said(error.message, 300),
          })
        ),
      );
    }
  });
  return [
    make("h3", {}, speaker.say("tech.trust.used")),
    kept
      ? make(
          "p",
          { id: "trust-used" },
          filled(
            speaker.words[kept.name ? "tech.trust.own" : "tech.trust.node"],
            {
              name: said(kept.name),
              time: speaker.here(kept.since),
            },
          ),
        )
      : null,
    make(
      "div",
      { class: "actions" },
      kept
        ? offer(
            "download-trust",
            new TextEncoder().encode(kept.text),
            "trust.toml",
            speaker.say("tech.trust"),
          )
        : null,
      make(
        "label",
        { class: "button", for: "trust-file" },
        speaker.say("tech.own"),
      ),
      input,
      kept
        ? make(
            "button",
            {
              type: "button",
              class: "quiet",
              click: () => {
                save(storage, null);
                again();
              },
            },
            speaker.say("tech.forget"),
          )
        : null,
    ),
    fault,
  ];
}

/**
 * @param {Checked} checked
 * @param {Speaker} speaker
 * @returns {Child[]}
 */
function makeHashes({ verdict, story, bytes, kept, backend }, speaker) {
  const { log } = verdict;
  const rows = [
    row("item", verdict.subject, speaker),
    row("bundle", toHex(sha256(bytes)), speaker),
    row("trustHash", kept.sha256, speaker),
    log ? row("origin", log.origin, speaker) : null,
    log ? row("size", `${log.size}`, speaker) : null,
    story ? row("root", story.root, speaker) : null,
    log ? row("time", new Date(log.time).toISOString(), speaker) : null,
    log
      ? pair(
          speaker.say("tech.witnesses"),
          make(
            "span",
            {},
            filled(speaker.words["tech.witnesses.of"], {
              count: `${log.witnesses.length}`,
              all: `${log.trusted_witnesses}`,
              names: said(log.witnesses.join(", "), 500),
            }),
          ),
        )
      : null,
    pair(speaker.say("tech.backend"), speaker.say(`tech.backend.${backend}`)),
  ];
  return [
    make("dl", { class: "pairs hashes" }, rows),
    story ? block("checkpoint", () => story.checkpoint, speaker) : null,
    story
      ? block(
          "entries",
          () =>
            story.entries
              .map(({ index, hash }) => `${index} ${hash}`)
              .join("\n"),
          speaker,
        )
      : null,
    story
      ? block(
          "trails",
          () =>
            story.trails
              .map(({ item, count, head }) => `${item} ${count} ${head}`)
              .join("\n"),
          speaker,
        )
      : null,
    block("verdict", () => JSON.stringify(verdict, null, 1), speaker),
  ];
}

/**
 * @param {string} name
 * @param {string} value
 * @param {Speaker} speaker
 */
function row(name, value, speaker) {
  return pair(
    speaker.say(`tech.${name}`),
    make(
      "span",
      { class: "copied" },
      make("code", {}, said(value, 2048)),
      copier(value, speaker),
    ),
  );
}

/**
 * Return a fold with long text in it, made when it is opened.
 * @param {string} name
 * @param {() => string} write
 * @param {Speaker} speaker
 */
function block(name, write, speaker) {
  return make(
    "details",
    {
      class: "all",
      toggle: (/** @type {Event} */ event) => {
        const details = /** @type {HTMLDetailsElement} */ (event.currentTarget);
        if (details.querySelector("pre")) return;
        const text = write();
        details.append(
          make("pre", { tabindex: "0" }, linesOf(text)),
          copier(text, speaker),
        );
      },
    },
    make("summary", {}, speaker.say(`tech.${name}`)),
  );
}

/**
 * @param {string} text
 * @param {Speaker} speaker
 */
function copier(text, speaker) {
  const says = make("span", { class: "quiet-text", role: "status" });
  return make(
    "span",
    { class: "copier" },
    make(
      "button",
      {
        type: "button",
        class: "quiet",
        click: async () => {
          try {
            await navigator.clipboard.writeText(text);
            says.textContent = speaker.say("tech.copied");
          } catch (error) {
            // No clipboard without https, or not allowed: it can be marked.
            if (!(error instanceof DOMException || error instanceof TypeError))
              throw error;
            says.textContent = "";
          }
        },
      },
      speaker.say("tech.copy"),
    ),
    says,
  );
}

/**
 * Return a link that saves these very bytes.
 * @param {string} id
 * @param {Uint8Array} bytes
 * @param {string} name
 * @param {string} says
 */
function offer(id, bytes, name, says) {
  const url = URL.createObjectURL(
    new Blob([new Uint8Array(bytes)], { type: "application/octet-stream" }),
  );
  offered.push(url);
  return make("a", { id, class: "button", href: url, download: name }, says);
}
