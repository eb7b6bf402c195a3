// @ts-check
// The lot that an event gives to the units that it puts into being. Mirrors
// provenance/epcis/lots.py.
//
//     "ilmd": {"cbvmda:lotNumber": "L7"}
//     https://id.gs1.org/01/…/21/K1  →  https://id.gs1.org/01/…/10/L7

import { MalformedError } from "../errors.js";
import { gtinOf, lotItem } from "../gs1/item.js";
import { STANDARD_PREFIXES, fullId, prefixesOf } from "./prefixes.js";

/** @typedef {import("../claims/event.js").Body} Body */

const LOT_NUMBER = STANDARD_PREFIXES.get("cbvmda") + "lotNumber";

/**
 * The lots of the units that one event puts into being. That it does so is for
 * the caller to know. However many they are, what the event says of its lot is
 * read once.
 */
export class Lots {
  /** @type {string | null | undefined} */
  #number;
  /** @type {string | null} */
  #fault = null;

  /** @param {Body} body */
  constructor(body) {
    this.body = body;
  }

  /**
   * Return the lot that a unit belongs to: the lot item that the event's
   * `ilmd` names for its GTIN. Null if it names no lot, or if `itemId` has no
   * GTIN or is a lot itself.
   * @param {string} itemId
   * @throws {MalformedError} The lot number is none, or there are two.
   */
  of(itemId) {
    const { body } = this;
    if ((body.get("ilmd") ?? null) === null) return null;
    if (gtinOf(itemId) === null || itemId.includes("/10/")) return null;
    if (this.#number === undefined) {
      this.#number = null;
      try {
        this.#number = lotNumber(body);
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error;
        this.#fault = error.message;
      }
    }
    if (this.#fault !== null) throw new MalformedError(this.#fault);
    return this.#number === null ? null : lotItem(itemId, this.#number);
  }
}

/** @param {Body} body */
function lotNumber(body) {
  const ilmd = body.get("ilmd");
  if (!(ilmd instanceof Map)) throw new MalformedError("ilmd is an object");
  const prefixes = prefixesOf(body);
  const lots = [...ilmd].filter(
    ([name]) => fullId(name, prefixes) === LOT_NUMBER,
  );
  if (!lots.length) return null;
  if (lots.length > 1)
    throw new MalformedError("ilmd names two lots: leave one of them out");
  const [[, lot]] = lots;
  if (typeof lot !== "string")
    throw new MalformedError("a lot number is text: write it as text");
  return lot;
}
