// @ts-check
// What scanners, keyboards and printers do to a code, undone. Mirrors
// provenance/gs1/keyboard.py.
//
//     （０１）09506000134352（21）00042      full-width, as Chinese keyboards
//     (01) 0950 6000 1343 52 (21) 00042   spaces between groups, as printed
//     0109506000134352210004<GS>17271231  FNC1 as a scanner spells it
//
// A scanner that types cannot type FNC1 (ASCII 29), and spells it by a sign or
// a word. Those undone here are no part of any value of an AI, so that there
// is one reading; what could be one is left, and refused by its character.
// Only `<GS>` and `<FNC1>` could be, and are never meant so.

/** What may stand around a code. */
const AROUND = " \t\r\n\ufeff\xa0\u200b\u200e\u200f\u3000";

const FNC1 = "\x1d";
const SPELLED =
  /<GS>|\{GS\}|\[GS\]|<FNC1>|\{FNC1\}|\[FNC1\]|\^\]|\\x1d|\\u001d|\u241d|\|| +/gi;
const BRACKETS =
  /[ \t\r\n\xa0\u3000\x1d]*(\([0-9]{2,4}\))[ \t\r\n\xa0\u3000\x1d]*/g;
// The AIs whose values are digits of one predefined length.
const GROUPED =
  /(\((?:0[0-3]|1[1-7]|20|3[1-6][0-9]{2}|41[0-7])\))([0-9 ]+)/g;

/**
 * Return `text` without what stands around it, full-width made plain.
 *
 * Phones write the first letter of a link as a capital; it is made small.
 * @param {string} text
 */
export function tidy(text) {
  const plain = text.replace(/[\uff01-\uff5e]/g, (wide) =>
    String.fromCharCode(wide.charCodeAt(0) - 0xfee0),
  );
  return strip(plain, AROUND).replace(/^H[Tt]{2}[Pp][Ss]?(?=:\/\/)/, small);
}

/** @param {string} scheme */
function small(scheme) {
  return scheme === scheme.toUpperCase() ? scheme : scheme.toLowerCase();
}

/**
 * Return the element string `code` with FNC1 where it is spelled.
 *
 * Between brackets FNC1 and spaces say nothing, and go.
 * @param {string} code
 */
export function restore(code) {
  if (!strip(code, AROUND).startsWith("(")) {
    return code.replace(SPELLED, FNC1);
  }
  const plain = code
    .replace(SPELLED, (found) => (found[0] === " " ? found : FNC1))
    .replace(BRACKETS, "$1")
    .replace(GROUPED, (_, ai, digits) => ai + digits.replaceAll(" ", ""));
  return strip(plain, AROUND + FNC1);
}

/**
 * Return `text` without what of `around` stands around it, in one pass each
 * way.
 * @param {string} text
 * @param {string} around
 */
function strip(text, around) {
  let [start, end] = [0, text.length];
  while (start < end && around.includes(text[start])) start += 1;
  while (start < end && around.includes(text[end - 1])) end -= 1;
  return text.slice(start, end);
}
