// @ts-check
// What an event says of itself: when it was, and what it does to each item.
// Mirrors provenance/rules/reading.py.
//
//     kinds    1  a child goes into a container      effect `in`
//              2  it comes out; or of a parent that  `out`; `emptied`, where
//                 names no child: it is emptied      no child is named
//              4  it is made, ends or is used up     `made`, `ended`, `used`
//              8  the event warns of it              by its step or disposition
//             16  the event declares an error
//
// A link may have several of them: the recall that is taken back has 8 and 16.
// Registry events happen in the log alone: time 0, no kinds.

import { isRegistryEvent } from "../claims/actor.js";
import { CODES, RELATIONS } from "../claims/event.js";
import {
  COMES_OUT,
  DECLARES_ERROR,
  GOES_IN,
  MADE_OR_ENDS,
  WARNS,
} from "../claims/trail.js";
import { compareText, head, quoted } from "../encoding/text.js";
import { declaresError } from "../epcis/corrections.js";
import { readTime } from "../epcis/moment.js";
import { expand, prefixesOf } from "../epcis/prefixes.js";
import {
  DOCUMENT,
  PRIVATE_STEP,
  STANDARD_STEP,
  findDisposition,
  readStep,
} from "../epcis/vocabulary.js";
import { MalformedError } from "../errors.js";

/** @typedef {import("../claims/event.js").Body} Body */
/** @typedef {import("../claims/event.js").Counts} Counts */
/** @typedef {import("../epcis/prefixes.js").Prefixes} Prefixes */
/** @typedef {import("./book.js").EvidenceBook} EvidenceBook */
/** @typedef {import("./book.js").Form} Form */

/** The kind of an event that names no step. */
const OBSERVING = "observing";
const RECALLED = "recalled";
const WORD = /^[A-Za-z][A-Za-z0-9_]*$/;
const SEEN = "seen";

/** @type {ReadonlyMap<string, number>} */
const KINDS = new Map([
  ["in", GOES_IN],
  ["out", COMES_OUT],
  ["emptied", COMES_OUT],
  ["made", MADE_OR_ENDS],
  ["ended", MADE_OR_ENDS],
  ["used", MADE_OR_ENDS],
]);
const PLACE = CODES.get("place");
const TRANSFORMATION = CODES.get("transformationID");
const SINGLE = ["parentID", "place", "transformationID"];

/**
 * An event of a type of somebody's own names what it likes, and does nothing.
 * @type {Form}
 */
const ANY = {
  lists: new Map(
    RELATIONS.flatMap((relation, i) =>
      relation === "actor"
        ? []
        : [
            [
              i + 1,
              {
                least: 0,
                most: SINGLE.includes(relation) ? 1 : 0,
                effect: SEEN,
              },
            ],
          ],
    ),
  ),
  some: [],
  needs: [],
};

/**
 * What a document says beside its events is about what these name.
 * @type {Form}
 */
const OF_DOCUMENT = {
  lists: new Map([
    [
      /** @type {number} */ (CODES.get("about")),
      { least: 1, most: 0, effect: "about" },
    ],
  ]),
  some: [],
  needs: [],
};
const NOT_OF_DOCUMENTS = ["bizStep", "disposition", "persistentDisposition"];

/** What an event says of itself and of each of its items. */
export class EventReading {
  /**
   * @param {object} said
   * @param {number} said.time when it happened, in ms since 1970
   * @param {string} said.step the kind of its step; `observing` without one
   * @param {string} said.called what people call it: the step, or what its
   *     form implies
   * @param {boolean} said.recalls whether it calls its items back
   * @param {boolean} said.warns whether it warns of its items
   * @param {boolean} said.declaresError whether it says that it is an error
   * @param {ReadonlyMap<number, string>} said.effects relation code → what it
   *     does to the items under it
   * @param {boolean} said.givesBeing whether its step makes what it names,
   *     whatever the form
   */
  constructor(said) {
    this.time = said.time;
    this.step = said.step;
    this.called = said.called;
    this.recalls = said.recalls;
    this.warns = said.warns;
    this.declaresError = said.declaresError;
    this.effects = said.effects;
    this.givesBeing = said.givesBeing;
  }

  /**
   * Return what it does to an item with that relation code.
   * @param {number} code
   */
  effect(code) {
    return this.effects.get(code) ?? SEEN;
  }

  /**
   * Return the kinds of the link of an item with that relation code.
   * @param {number} code
   */
  kinds(code) {
    return (
      (KINDS.get(this.effect(code)) ?? 0) |
      (this.warns ? WARNS : 0) |
      (this.declaresError ? DECLARES_ERROR : 0)
    );
  }

  /**
   * Whether it gives an item with that relation code its being.
   * @param {number} code
   */
  makes(code) {
    const effect = this.effect(code);
    return (
      effect === "made" ||
      (this.givesBeing &&
        effect !== "used" &&
        code !== PLACE &&
        code !== TRANSFORMATION)
    );
  }
}

/** The reading of a registry event. */
const REGISTRY = new EventReading({
  time: 0,
  step: "",
  called: "",
  recalls: false,
  warns: false,
  declaresError: false,
  effects: new Map(),
  givesBeing: false,
});

/**
 * Return the type or step of an event if it is a word that the book lacks:
 * whoever has a newer one may know it. Null for what no book could have: a URI
 * of somebody's own, a bare word of ours, what is no word.
 * @param {Body} body
 * @param {EvidenceBook} book
 */
export function unknownWord(body, book) {
  if (isRegistryEvent(body)) return null;
  const kind = body.get("type");
  const step = body.get("bizStep");
  if (
    typeof kind === "string" &&
    WORD.test(kind) &&
    ![...book.forms.keys()].some((name) => name.startsWith(`${kind} `))
  ) {
    return kind;
  }
  if (typeof step !== "string" || book.ownSteps.has(step)) return null;
  let [word, words] = [step, book.steps];
  if (step.includes(":")) {
    try {
      word = expand(step, prefixesOf(body));
    } catch (error) {
      if (error instanceof MalformedError) return null;
      throw error;
    }
    if (word.startsWith(PRIVATE_STEP)) {
      [word, words] = [word.slice(PRIVATE_STEP.length), book.ownSteps];
    } else if (word.startsWith(STANDARD_STEP)) {
      word = word.slice(STANDARD_STEP.length);
    }
  }
  return WORD.test(word) && !words.has(word) ? step : null;
}

/**
 * Return what an event of this type and action may name, and does.
 * @param {Body} body
 * @param {EvidenceBook} book
 * @returns {Form}
 * @throws {MalformedError} There is no such type, or it has no such action.
 */
export function formOf(body, book) {
  const kind = body.get("type");
  const action = body.get("action") ?? "";
  if (typeof kind !== "string" || typeof action !== "string") {
    throw new MalformedError("an event's type and action are text");
  }
  const form = book.forms.get(`${kind} ${action}`);
  if (form) return form;
  const does = quoted(head(action, 40));
  const actions = [...book.forms.keys()]
    .filter((name) => name.slice(0, name.lastIndexOf(" ")) === kind)
    .map((name) => name.slice(kind.length + 1))
    .sort(compareText);
  if (actions.length) {
    const known = actions.filter(Boolean).join(", ");
    throw new MalformedError(
      `${kind} has ${known ? `the action ${known}` : "none"}, not ${does}`,
    );
  }
  if (kind === DOCUMENT) {
    if (action || NOT_OF_DOCUMENTS.some((n) => (body.get(n) ?? null) !== null)) {
      throw new MalformedError(
        "a document has no action, step or disposition: its events have",
      );
    }
    return OF_DOCUMENT;
  }
  if (!kind.includes(":")) {
    throw new MalformedError(
      `there are no events of the type ${quoted(head(kind, 80))}: write a type` +
        " of EPCIS, or a URI of your own",
    );
  }
  if (!["", "ADD", "OBSERVE", "DELETE"].includes(action)) {
    throw new MalformedError(`there is no action ${does}`);
  }
  return ANY;
}

/**
 * Whether that is the form of what keeps a document's header.
 * @param {Form} form
 */
export function isDocument(form) {
  return form === OF_DOCUMENT;
}

/**
 * Return what an event says.
 * @param {Body} body
 * @param {Counts} counts
 * @param {EvidenceBook} book
 * @throws {MalformedError} It does not say when it was, has no form that the
 *     book knows, or its prefixes or its step are none.
 */
export function readEvent(body, counts, book) {
  if (isRegistryEvent(body)) return REGISTRY;
  const prefixes = prefixesOf(body);
  const step = stepOf(body, prefixes, book);
  const words = dispositions(body, prefixes, book);
  const form = formOf(body, book);
  const [implied = new Set([isDocument(form) ? "document" : step])] =
    form.needs;
  return new EventReading({
    time: readTime(body.get("eventTime")),
    step,
    called: (body.get("bizStep") ?? null) === null ? [...implied][0] : step,
    recalls:
      step === RECALLED ||
      words.some((word) => book.implies.get(word) === RECALLED),
    warns:
      book.warningSteps.has(step) ||
      words.some((word) => book.warningDispositions.has(word)),
    declaresError: declaresError(body),
    effects: effectsOf(form, counts),
    givesBeing: book.makes.has(step),
  });
}

/**
 * Return what an event says of its items' state, for now or for good: bare
 * words, or URIs of somebody's own. What cannot be read is left out.
 * @param {Body} body
 * @param {Prefixes} prefixes
 * @param {EvidenceBook} book
 */
export function dispositions(body, prefixes, book) {
  const persistent = body.get("persistentDisposition");
  const set = persistent instanceof Map ? persistent.get("set") : null;
  return [body.get("disposition")]
    .concat(Array.isArray(set) ? set : [])
    .map((word) =>
      typeof word === "string" ? findDisposition(word, prefixes, book) : null,
    )
    .filter((word) => word !== null);
}

/**
 * @param {Body} body
 * @param {Prefixes} prefixes
 * @param {EvidenceBook} book
 */
function stepOf(body, prefixes, book) {
  const step = body.get("bizStep") ?? null;
  if (step === null) return OBSERVING;
  if (typeof step !== "string") throw new MalformedError("bizStep is text");
  const word = readStep(step, prefixes, book);
  // A role may name somebody's own step, but never by mistake one of ours.
  return word.includes(":") ? `step:${word}` : word;
}

/**
 * @param {Form} form
 * @param {Counts} counts
 */
function effectsOf({ lists }, counts) {
  const isNamed = counts.some(([code]) => lists.get(code)?.effect === "out");
  // A parent whose children are named is not emptied.
  return new Map(
    [...lists].map(([code, { effect }]) => [
      code,
      effect === "emptied" && isNamed ? SEEN : effect,
    ]),
  );
}
