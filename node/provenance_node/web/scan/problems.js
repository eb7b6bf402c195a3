// @ts-check
// Why a code is no item, in a sentence that helps who scanned or typed it.
//
// A shop's address is shown and never opened; a Wi-Fi code or a one-time
// password is an absolute URI too, and must not be sent anywhere.

import { MalformedError } from "../verify/errors.js";
import { hasCheckDigit } from "../verify/gs1/checkdigit.js";
import { isCompressed } from "../verify/gs1/compressed.js";
import { tidy } from "../verify/gs1/keyboard.js";
import { isGs1, readCode } from "../verify/gs1/reading.js";

/** What else than a GS1 key may name an item: names, never addresses. */
const NAME = /^(?:urn|did):/i;

/**
 * What a code comes to: an item, or the name of a sentence about it.
 * @typedef {{item: string, problem?: undefined, detail?: undefined}
 *   | {item?: undefined, problem: Problem, detail?: string}} Reading
 * @typedef {"empty" | "webAddress" | "compressed" | "mistyped" | "digits"
 *   | "sscc" | "noKey" | "invalid" | "other"} Problem
 */

/**
 * Return the item that `text` names, or what is wrong with it.
 * @param {string} text
 * @param {string} page the address of this page: a code of it names an item
 * @returns {Reading}
 */
export function readItem(text, page) {
  const code = itemOfPage(tidy(text), page) ?? tidy(text);
  try {
    const item = readCode(code);
    if (isGs1(item) || NAME.test(item)) return { item };
    return { problem: /^https?:/i.test(item) ? "webAddress" : "other" };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return findProblem(code, error.message);
  }
}

/**
 * Return the item in a link to this page, such as it shares; null without.
 * @param {string} text
 * @param {string} page
 */
function itemOfPage(text, page) {
  const here = new URL(page);
  let link;
  try {
    link = new URL(text);
  } catch {
    return null; // No address: it is read as what else it may be.
  }
  const isPage = link.origin === here.origin && link.pathname === here.pathname;
  return isPage ? link.searchParams.get("item") : null;
}

/**
 * @param {string} code
 * @param {string} message
 * @returns {Reading}
 */
function findProblem(code, message) {
  if (!code) return { problem: "empty" };
  if (isCompressed(code)) return { problem: "compressed" };
  if (/^[0-9]+$/.test(code)) {
    if ([8, 12, 13, 14].includes(code.length)) return { problem: "mistyped" };
    const isSscc = code.length === 18 && hasCheckDigit(code);
    return { problem: isSscc ? "sscc" : "digits" };
  }
  // What the message quotes comes first, and is on the screen already.
  const detail = message
    .slice(message.lastIndexOf("': ") + 1)
    .replace(/^: /, "");
  if (/^https?:/i.test(code)) return { problem: "invalid", detail };
  if (/names no thing/.test(message)) return { problem: "noKey" };
  if (/^(?:[(\]\x1d]|[0-9]{16}|urn:epc:)/i.test(code)) {
    return { problem: "invalid", detail };
  }
  return { problem: "other" };
}
