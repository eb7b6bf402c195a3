// @ts-check
// Elements, made without a line of HTML: what others wrote is only ever text.

import { NAME, clean } from "./text.js";

/** @typedef {Node | string | null | undefined | false} Child */

const SVG = "http://www.w3.org/2000/svg";

/** What each icon draws, in a square of 24. */
const PATHS = {
  VERIFIED: "M5 12.5l4.5 4.5L19 7.5",
  FAILED: "M6.5 6.5l11 11m0-11l-11 11",
  INCOMPLETE: "M12 5.5v8M12 18v.5",
  UNKNOWN: "M9 9.3a3 3 0 1 1 4.6 2.5c-1 .7-1.6 1.3-1.6 2.4M12 18v.3",
  gap: "M6 12h.1M12 12h.1M18 12h.1",
};

/**
 * Return the element with that id; the page has it.
 * @param {string} id
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * Return a new element. `class`, `hidden` and the like are attributes;
 * functions are listeners.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Child | Child[])} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name, /** @type {EventListener} */ (value));
    } else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(
    .../** @type {(Node | string)[]} */ (children.flat().filter(Boolean)),
  );
  return element;
}

/**
 * Return text that somebody else wrote, kept apart from ours: it can neither
 * be markup nor turn the direction of what stands beside it.
 * @param {unknown} text
 */
export function said(text, limit = NAME) {
  const shown = clean(text, limit);
  const whole = String(text);
  return make(
    "bdi",
    shown === whole ? {} : { title: clean(whole, 500) },
    shown,
  );
}

/**
 * Return an icon. It says nothing that a word beside it does not.
 * @param {keyof typeof PATHS} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.append(path);
  return svg;
}

/**
 * Put `children` into an element, instead of what is there.
 * @param {string} id
 * @param {...(Child | Child[])} children
 */
export function fill(id, ...children) {
  byId(id).replaceChildren(
    .../** @type {(Node | string)[]} */ (children.flat().filter(Boolean)),
  );
}

/**
 * Return the parts of a sentence, its `{name}`s replaced by elements or texts.
 * @param {string} sentence
 * @param {Record<string, Child | Child[]>} values
 * @returns {Child[]}
 */
export function filled(sentence, values) {
  return sentence
    .split(/\{(\w+)\}/)
    .flatMap((part, i) => (i % 2 ? (values[part] ?? "") : part));
}
