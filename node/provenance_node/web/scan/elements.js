// @ts-check
// Elements of the page, made without a line of HTML.

const SVG = "http://www.w3.org/2000/svg";

/** The lines of each icon, in a box of 24. */
const ICONS = {
  camera:
    "M3 8.5A2.5 2.5 0 0 1 5.5 6H8l1.5-2h5L16 6h2.5A2.5 2.5 0 0 1 21 8.5v8a2.5 2.5 0 0 1-2.5 2.5h-13A2.5 2.5 0 0 1 3 16.5zM12 16a3.6 3.6 0 1 0 0-7.2 3.6 3.6 0 0 0 0 7.2z",
  photo:
    "M5 4h14a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM3.5 17.5l5-5 4 4 2.5-2.5 5.5 5M15.5 9.5h.01",
  light: "M13 3 5 14h6l-1 7 8-11h-6z",
};

/**
 * Return a new element. What starts with `on` in `given` listens; all else is
 * a property of the element, or an attribute if it has a hyphen.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [given]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (/-|role/.test(name)) element.setAttribute(name, value);
    else Object.assign(element, { [name]: value });
  }
  element.append(...children);
  return element;
}

/**
 * Return an icon, which says nothing that words beside it do not.
 * @param {keyof typeof ICONS} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "scan-icon");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * Return `text` with each {name} replaced, safe against what is filled in: it
 * stands in elements of its own, where it cannot turn the direction of writing.
 * @param {string} text
 * @param {Record<string, string>} given
 * @returns {(Node | string)[]}
 */
export function filled(text, given) {
  return text.split(/\{(\w+)\}/).map((part, i) => {
    return i % 2 ? make("bdi", { className: "scan-said" }, given[part]) : part;
  });
}
