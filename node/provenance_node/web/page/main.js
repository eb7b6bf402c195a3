// @ts-check
// The page: what was asked for, checked and shown.
//
//     /?item=https%3A%2F%2Fid.gs1.org%2F01%2F…&lang=zh-CN&show=certificates
//
// Without `item` it asks for a code or a file. Everything that is decided is
// decided in the modules that it imports; this one only ties them together.

import { MalformedError } from "../verify/errors.js";
import { CANONICAL_STEM } from "../verify/gs1/identifier.js";
import { canonicalItem } from "../verify/gs1/item.js";
import { linkOf, readLabel } from "../verify/gs1/label.js";
import {
  checkFile,
  checkItem,
  openStretch,
  rememberTrust,
} from "./checking.js";
import { byId, fill, filled, make, said } from "./dom.js";
import { readFile } from "./fetching.js";
import { openStorage } from "./keeping.js";
import { Speaker, chooseLanguage } from "./language.js";
import { showChecks, showSigners } from "./listing.js";
import { showMap } from "./mapping.js";
import { makeNotices } from "./notices.js";
import { showBusy, showLimits, showUnchecked, showVerdict } from "./show.js";
import { showTechnical } from "./technical.js";
import { makeTrustNotice } from "./trusting.js";
import { showTimeline } from "./telling.js";
import { watchUpdates } from "./updates.js";

/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {import("./checking.js").Unchecked} Unchecked */

const LANGUAGE = "provenance.language";

const storage = openStorage();
let speaker = new Speaker(pickLanguage(), navigator.languages);
/** What is shown; null on the start view. @type {Checked | Unchecked | null} */
let shown = null;
/** Repeats what led there. */
let again = () => {};
/** Counts the checks, so that a slow one does not overwrite a later one. */
let turn = 0;
/** @type {{close(): void} | null} */
let scanner = null;

function pickLanguage() {
  const { searchParams } = new URL(location.href);
  return chooseLanguage(
    searchParams.get("lang"),
    storage?.getItem(LANGUAGE) ?? null,
    navigator.languages,
  );
}

/** Put the words of the language into what the page always has. */
function speak() {
  document.documentElement.lang = speaker.language;
  document.title = speaker.say("title");
  for (const element of document.querySelectorAll("[data-word]")) {
    const key = element.getAttribute("data-word") ?? "";
    element.textContent = speaker.say(key);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    const key = element.getAttribute("data-label") ?? "";
    element.setAttribute("aria-label", `provenance: ${speaker.say(key)}`);
  }
  const button = byId("language");
  button.textContent = speaker.say("language");
  button.lang = speaker.language === "en" ? "zh-CN" : "en";
  byId("h-start").textContent = speaker.say(
    shown ? "start.another" : "start.title",
  );
}

function switchLanguage() {
  const other = speaker.language === "en" ? "zh-CN" : "en";
  speaker = new Speaker(other, navigator.languages);
  try {
    storage?.setItem(LANGUAGE, speaker.language);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
  const url = new URL(location.href);
  if (url.searchParams.has("lang")) {
    url.searchParams.set("lang", speaker.language);
    history.replaceState(null, "", url);
  }
  closeScanner();
  speak();
  if (shown) show(shown);
  byId("language").focus();
}

/**
 * Run a check and show what came of it.
 * @param {() => Promise<Checked | Unchecked>} check
 */
async function run(check) {
  const mine = ++turn;
  again = () => void run(check);
  setView(true);
  showBusy(speaker);
  for (const id of [
    "about-checks",
    "about-signers",
    "about-timeline",
    "about-map",
    "certificates",
    "technical",
    "tools",
    "about-limits",
  ]) {
    byId(id).hidden = true;
  }
  const found = await check();
  if (mine !== turn) return;
  shown = found;
  show(found);
  if (new URL(location.href).searchParams.get("show") === "certificates") {
    const section = byId("certificates");
    if (!section.hidden) {
      section.scrollIntoView();
      section.focus();
    }
  }
}

/** @param {Checked | Unchecked} found */
function show(found) {
  speak();
  const notice = found.other
    ? makeTrustNotice(found, storage, speaker, again)
    : null;
  const isChecked = found.kind === "checked";
  fill("notices", isChecked ? makeNotices(found, speaker, open) : [], notice);
  for (const id of [
    "about-checks",
    "about-timeline",
    "about-map",
    "about-limits",
    "tools",
  ]) {
    byId(id).hidden = !isChecked;
  }
  showTechnical(found, storage, speaker, again);
  if (!isChecked) {
    for (const id of ["about-signers", "certificates"]) byId(id).hidden = true;
    showUnchecked(found, speaker, again);
    return;
  }
  document.title = `${speaker.say(found.verdict.outcome)} · ${document.title}`;
  byId("share").hidden = found.asked === null;
  showChecks(found, speaker);
  showSigners(found, speaker);
  showTimeline(found, speaker);
  showLimits(found.verdict.log?.time ?? null, speaker);
  void showMap(found, speaker);
  showVerdict(found, speaker, again);
}

/**
 * Show a stretch of the story that was skipped, once it is checked.
 * @param {import("./stretches.js").Stretch} stretch
 */
async function open(stretch) {
  const mine = turn;
  const before = shown;
  if (before?.kind !== "checked") return "";
  const found = await openStretch(before, stretch);
  // What is shown by now may be something else.
  if (mine !== turn || shown !== before) return "";
  if (typeof found === "string") return found;
  shown = found;
  show(found);
  return "";
}

/** @param {boolean} hasResult */
function setView(hasResult) {
  byId("result").hidden = !hasResult;
  byId("start").classList.toggle("after", hasResult);
  const title = byId("h-start");
  title.textContent = speaker.say(hasResult ? "start.another" : "start.title");
  title.setAttribute("aria-level", hasResult ? "2" : "1");
}

/** Show what the address asks for. */
function route() {
  const url = new URL(location.href);
  const label = labelOf(url);
  closeScanner();
  if (label) {
    void run(() => checkItem(label, storage));
    return;
  }
  turn++;
  shown = null;
  fill("notices");
  setView(false);
  for (const id of ["about-limits", "tools", "technical"])
    byId(id).hidden = true;
  speak();
  void rememberTrust(storage);
}

/**
 * Return the Digital Link that the page itself stands at, as it does when a
 * code is scanned without a network.
 * @param {URL} url
 */
function itemOfPath(url) {
  return /^\/\d{2,4}\/./.test(url.pathname) ? url.origin + url.pathname : null;
}

/**
 * Return what the address asks for, with what a label says beside its key: the
 * parameters whose names are AIs.
 * @param {URL} url
 */
function labelOf(url) {
  const item = url.searchParams.get("item") ?? itemOfPath(url);
  const said = [...url.searchParams]
    .filter(([name]) => /^\d{2,4}$/.test(name))
    .map(([ai, value]) => `${ai}=${encodeURIComponent(value)}`)
    .join("&");
  if (!item || !said || !/^https?:/i.test(item)) return item;
  return `${item}${item.includes("?") ? "&" : "?"}${said}`;
}

/**
 * Go to what a code says, of which `item` is the thing's id.
 * @param {string} code
 * @param {string} item
 */
async function goToLabel(code, item) {
  let label = { item, said: /** @type {[string, string][]} */ ([]) };
  try {
    const read = await readLabel(code);
    // A link to this page is another address than that of its item.
    if (read.item === item) label = read;
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
  }
  goTo(linkOf(label));
}

/**
 * Go to an item.
 * @param {string} item its id, or a link to it
 */
function goTo(item) {
  history.pushState(null, "", addressOf(item));
  route();
  scrollTo({ top: 0 });
}

/**
 * Return the page's address for an item, or for none.
 * @param {string | null} item
 */
function addressOf(item) {
  const url = new URL("/", location.href);
  if (item !== null) url.searchParams.set("item", item);
  const lang = new URL(location.href).searchParams.get("lang");
  if (lang) url.searchParams.set("lang", lang);
  return url;
}

/** @param {Event} event */
async function submitTyped(event) {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (byId("typed-text"));
  fill("typed-fault");
  const text = field.value.trim();
  /** @type {[typeof import("../scan/problems.js"), typeof import("../scan/words.js")]} */
  let scan;
  try {
    scan = await Promise.all([
      import("../scan/problems.js"),
      import("../scan/words.js"),
    ]);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Without what reads other spellings, a link is still one.
    if (isLink(text)) goTo(text);
    else fill("typed-fault", speaker.say("start.noReader"));
    return;
  }
  const [{ readItem }, { wordsOf }] = scan;
  const read = readItem(text, location.href);
  if (read.problem === undefined) {
    await goToLabel(text, read.item);
    return;
  }
  /** @type {Record<string, string>} */
  const words = wordsOf(speaker.language);
  fill(
    "typed-fault",
    filled(words[read.problem], {
      text: said(text, 200),
      detail: make("span", { lang: "en" }, said(read.detail ?? "", 300)),
      count: `${text.length}`,
    }),
  );
  field.focus();
}

/**
 * Whether a text is a link or a URN that names an item by a GS1 key.
 * @param {string} text
 */
function isLink(text) {
  try {
    return canonicalItem(text).startsWith(CANONICAL_STEM);
  } catch (error) {
    if (error instanceof MalformedError) return false;
    throw error;
  }
}

async function startScanner() {
  closeScanner();
  const host = byId("scanner");
  try {
    const { openScanner } = await import("../scan/scanner.js");
    scanner = openScanner(host, {
      language: speaker.language,
      onCode: (/** @type {string} */ text, /** @type {string} */ item) => {
        closeScanner();
        void goToLabel(text, item);
      },
    });
    byId("scan").hidden = true;
    byId("typed").hidden = true;
    // The button that had the focus is gone.
    byId("scan-camera").focus();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    fill(
      "scanner",
      make(
        "p",
        { class: "fault", role: "alert" },
        speaker.say("start.noScanner"),
      ),
    );
  }
}

function closeScanner() {
  scanner?.close();
  scanner = null;
  fill("scanner");
  byId("scan").hidden = false;
  byId("typed").hidden = false;
}

/** @param {File | undefined | null} file */
async function openFile(file) {
  if (!file) return;
  fill("drop-fault");
  const read = await readFile(file);
  if (read.kind !== "found") {
    const size = `${speaker.number(Math.round(file.size / 2 ** 20))} MB`;
    fill("drop-fault", speaker.say(`drop.${read.kind}`, { size }));
    byId("drop-fault").scrollIntoView({ block: "center" });
    return;
  }
  closeScanner();
  // The address no longer says what is shown: a file has none.
  history.pushState(null, "", addressOf(null));
  await run(() => checkFile(read.bytes, storage));
  scrollTo({ top: 0 });
}

function listenForFiles() {
  const drop = byId("drop");
  const input = /** @type {HTMLInputElement} */ (byId("bundle-file"));
  input.addEventListener("change", () => {
    void openFile(input.files?.[0]);
    input.value = "";
  });
  const invite = (/** @type {DragEvent} */ event) => {
    // Taking the event is what makes the whole page a place to drop on.
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    drop.classList.add("over");
    fill("drop-text", speaker.say("drop.here"));
  };
  addEventListener("dragenter", invite);
  addEventListener("dragover", invite);
  const rest = () => {
    drop.classList.remove("over");
    fill("drop-text", speaker.say("start.drop"));
  };
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) rest();
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    rest();
    void openFile(event.dataTransfer?.files[0]);
  });
}

async function share() {
  const url = new URL(location.href);
  url.searchParams.delete("lang");
  const text = byId("verdict").querySelector("h1")?.textContent ?? "";
  try {
    if (navigator.share) {
      await navigator.share({ title: document.title, text, url: url.href });
      return;
    }
    await navigator.clipboard.writeText(url.href);
    fill("shared", speaker.say("shared"));
  } catch (error) {
    // Who changed his mind is not told anything.
    if (error instanceof DOMException && error.name === "AbortError") return;
    fill("shared", speaker.say("share.failed", { link: url.href }));
  }
}

byId("language").addEventListener("click", switchLanguage);
byId("typed").addEventListener("submit", (event) => void submitTyped(event));
byId("scan").addEventListener("click", () => void startScanner());
byId("share").addEventListener("click", () => void share());
byId("scanner").addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  closeScanner();
  byId("scan").focus();
});
byId("print").addEventListener("click", () => print());
addEventListener("popstate", route);
listenForFiles();
speak();
route();
watchUpdates(() => speaker);
document.documentElement.dataset.ready = "true";
