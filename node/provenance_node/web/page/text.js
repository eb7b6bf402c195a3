// @ts-check
// Text that others wrote, made fit to be shown.
//
// A name in an entry may hold anything: marks that turn the direction of what
// follows, control characters, a megabyte. What goes onto the page is text,
// never HTML; what cannot be seen is shown as such, and the long is cut. The
// whole stands among the technical details.

// Controls, and all that has no shape of its own but moves or hides others:
// directions, joiners, variation and tag characters, lone surrogates.
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u{115f}\u{1160}\u{3164}\u{ffa0}]/gu;

const GS1_LINK =
  /^https:\/\/id\.gs1\.org\/(\d{2,4}\/[^/]+(?:\/\d{2,4}\/[^/]+)*)$/;

/** How much of a name is shown. */
export const NAME = 80;

/** How many marks may stand on one letter. */
const STACKED = /(\p{M}{3})\p{M}+/gu;

/**
 * Return `text` with what cannot be seen made visible, and at most `limit`
 * characters of it.
 * @param {unknown} text
 */
export function clean(text, limit = NAME) {
  // Nothing of what is cut off is looked at; a letter may be two units.
  const head = String(text).slice(0, limit * 4 + 4);
  const seen = [...head.replace(UNSEEN, "\ufffd").replace(STACKED, "$1")];
  if (seen.length <= limit && head.length === String(text).length) {
    return seen.join("");
  }
  return `${seen.slice(0, limit - 1).join("")}…`;
}

/**
 * Return text whose own line ends are kept, and nothing else unseen.
 * @param {string} text
 */
export function linesOf(text, most = 5000) {
  const lines = text.split("\n");
  const shown = lines.slice(0, most).map((line) => clean(line, 4096));
  if (lines.length > most) shown.push("…");
  return shown.join("\n");
}

/**
 * Return an argument as a shell of POSIX takes it for itself alone.
 * @param {string} text
 */
export function shellQuoted(text) {
  if (/^[\w./:@%+=,-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Return what a person calls an item: the parts of its GS1 key, the most
 * telling one last; any other id as it is.
 * @param {string} item
 * @returns {[string, string][]} pairs of application identifier and value
 */
export function partsOf(item) {
  const found = GS1_LINK.exec(item);
  if (!found) return [];
  const parts = found[1].split("/");
  /** @type {[string, string][]} */
  const pairs = [];
  for (let i = 0; i < parts.length; i += 2) {
    pairs.push([parts[i], unescape(parts[i + 1])]);
  }
  return pairs;
}

/** @param {string} text */
function unescape(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not UTF-8: then the escapes are the text.
    return text;
  }
}
