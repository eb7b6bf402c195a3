// @ts-check
// What an EPCIS event does, and so which permission it needs. Mirrors
// provenance/epcis/acts.py, as far as a verifier asks.
//
//     {"type": "ObjectEvent", "action": "ADD", "bizStep": "commissioning",
//      "readPoint": {"id": "https://id.gs1.org/414/9506000134376"},
//      "ilmd": {"cbvmda:lotNumber": "L7"}, …}
//
// puts units of lot L7 into being at a place, which takes the kind
// `commissioning`, the company prefix of the units and a grant for the place.
// Bodies come from signed events, whoever made them: each function takes any
// body and refuses what it cannot understand.

import { MalformedError } from "../errors.js";
import { canonicalItem, gtinOf, lotItem, ownerKey } from "../gs1/item.js";
import {
  NO_PREFIXES,
  STANDARD_PREFIXES,
  fullId,
  readContext,
} from "./prefixes.js";
import { readStep } from "./vocabulary.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../claims/event.js").Item} Item */
/** @typedef {import("../claims/registry.js").Act} Act */
/** @typedef {import("./prefixes.js").Prefixes} Prefixes */

const LOT_NUMBER = STANDARD_PREFIXES.get("cbvmda") + "lotNumber";
const ADDED = ["epcList", "quantityList"];
const OUTPUTS = ["outputEPCList", "outputQuantityList"];

/**
 * Return what the event does, as far as permission to do it goes.
 * @param {Body} body
 * @param {Item[]} items
 * @returns {Act}
 * @throws {MalformedError} A field that matters here is not of its form.
 */
export function readAct(body, items) {
  const prefixes = prefixesOf(body);
  const { kind, action } = formOf(body);
  const step = body.get("bizStep") ?? null;
  if (typeof step !== "string" && step !== null) {
    throw new MalformedError("bizStep is text");
  }
  const implied = impliedKind(kind, action);
  const stated = step === null ? "observing" : stepKind(step, prefixes);
  return {
    kinds: new Set(implied === null ? [stated] : [stated, implied]),
    creates: ownersOf(createdLists(body), items),
    places: placesOf(body, prefixes),
  };
}

/**
 * The lots of the units that one event puts into being. However many they are,
 * what the event says of its lot is read once.
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
   * `ilmd` names for its GTIN. Null if the event creates nothing or names no
   * lot, or if `itemId` has no GTIN or is a lot itself.
   * @param {string} itemId
   * @throws {MalformedError} The lot number is none, or there are two.
   */
  of(itemId) {
    const { body } = this;
    if ((body.get("ilmd") ?? null) === null) return null;
    if (!createdLists(body).length) return null;
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

/**
 * Return the names of the lists of what the event brings into being.
 * @param {Body} body
 * @returns {string[]}
 */
export function createdLists(body) {
  const { kind, action } = formOf(body);
  // A transformation has no action, and one that claims an action creates
  // what it creates all the same.
  if (kind === "TransformationEvent") return OUTPUTS;
  return kind === "ObjectEvent" && action === "ADD" ? ADDED : [];
}

/** @param {Body} body */
function formOf(body) {
  const kind = body.get("type");
  const action = body.get("action") ?? null;
  if (
    typeof kind !== "string" ||
    (typeof action !== "string" && action !== null)
  ) {
    throw new MalformedError("an event's type and action are text");
  }
  return { kind, action };
}

/**
 * Return the prefixes that the event's own `@context` defines.
 * @param {Body} body
 */
export function prefixesOf(body) {
  const context = body.get("@context") ?? null;
  return context === null ? NO_PREFIXES : readContext(context);
}

/**
 * Return the kind that the event's form alone implies.
 * @param {string} kind
 * @param {string | null} action
 */
function impliedKind(kind, action) {
  if (kind === "TransformationEvent") return "transforming";
  if (kind === "ObjectEvent" && action === "ADD") return "commissioning";
  if (kind === "ObjectEvent" && action === "DELETE") return "decommissioning";
  return null;
}

/**
 * @param {string} step
 * @param {Prefixes} prefixes
 */
function stepKind(step, prefixes) {
  const word = readStep(step, prefixes);
  // A role may name somebody's own step, but never by mistake one of ours.
  return word.includes(":") ? `step:${word}` : word;
}

/**
 * @param {string[]} lists
 * @param {Item[]} items
 */
function ownersOf(lists, items) {
  const created = items.filter((item) => lists.includes(item.relation));
  return [...new Set(created.map(({ id }) => ownerKey(id) ?? id))];
}

/**
 * @param {Body} body
 * @param {Prefixes} prefixes
 */
function placesOf(body, prefixes) {
  /** @type {Set<string>} */
  const found = new Set();
  for (const name of ["readPoint", "bizLocation"]) {
    const place = body.get(name) ?? null;
    if (place === null) continue;
    const given = place instanceof Map ? place.get("id") : null;
    if (typeof given !== "string") {
      throw new MalformedError(`${name} has an id`);
    }
    found.add(canonicalItem(fullId(given, prefixes)));
  }
  return [...found];
}
