// @ts-check
// The rule books: what words mean and who may do what, as versioned data.
// Mirrors provenance/rules/book.py.
//
// A book is a canonical msgpack map, and is named by the SHA-256 of its bytes.
// A ledger's trust says from which log index each book counts; what was logged
// under one is judged by it for ever, by every program that has it. So books
// change for the future only, and a program without the book in force says so
// (`UnknownBookError`) instead of judging by another.
//
//     evidence book    forms of events, steps, roles, what may be concealed,
//                      bounds: it can change what a verdict comes to
//     assessment book  what is told beside a verdict, and changes none
//
//     ["AggregationEvent", "ADD",                       type, action
//      [["parentID", 1, 1, "holds"], …],                lists: least, most (0
//                                                       for any), effect
//      [["childEPCs", "childQuantityList"]],            one item in each of
//                                                       these
//      [["loading", "packing", …]]]                     kinds: one of each
//
// Effects: `made` and `ended`; `in`, `out` and `inside` of a child, `holds` and
// `emptied` of its parent; `used` and `joined` of a transformation; `about`;
// and `seen`, which is none of these.

import { CODES } from "../claims/event.js";
import { toHex } from "../encoding/bytes.js";
import { decode, encode, isInt } from "../encoding/canonical.js";
import { sha256 } from "../encoding/digest.js";
import {
  compareText,
  countCharacters,
  head,
  quoted,
} from "../encoding/text.js";
import { MalformedError, UnknownBookError } from "../errors.js";
import { ASSESSMENT_1 } from "./assessment_1.js";
import { EVIDENCE_1 } from "./evidence_1.js";

/** @typedef {import("../encoding/canonical.js").Value} Value */

const EVIDENCE = "provenance/evidence-book/v1";
const EVIDENCE_OF_ANY_VERSION = "provenance/evidence-book/";
const ASSESSMENT = "provenance/assessment-book/v1";

const EFFECTS = [
  "about",
  "emptied",
  "ended",
  "holds",
  "in",
  "inside",
  "joined",
  "made",
  "out",
  "seen",
  "used",
];
const ACTIONS = ["", "ADD", "DELETE", "OBSERVE"];

/** In bytes: a book is an entry of the log. */
const MAX_BOOK_SIZE = 65_000;
const MAX_ROWS = 1_024;
const MAX_TEXT = 255;

/**
 * What an event may name under one relation: how many items at least, how
 * many at most (0 for any number), and the effect on them.
 * @typedef {{least: number, most: number, effect: string}} List
 */

/**
 * What an event of one type and action may name, and what it does.
 * @typedef {object} Form
 * @property {Map<number, List>} lists by relation code
 * @property {Set<number>[]} some relation codes, one item in each set at least
 * @property {Set<string>[]} needs kinds, of each set of which the signer needs
 *     one; what the first of all says is what the form implies
 */

/**
 * The numbers of an evidence book.
 * @typedef {object} Bounds
 * @property {number} ahead how far the clock of a signer may be ahead of the
 *     log's, in ms
 * @property {number} depth how many levels of containers a story follows
 * @property {number} events how many events a story looks at, beside the
 *     item's own
 * @property {number} late after how many ms a report opens, closes and extends
 *     nothing
 * @property {number} reuse after how many ms without an event a logistic unit
 *     begins anew
 * @property {number} stays how many stays in containers a story looks through
 * @property {number} voice how long an authority's voice waits for the others,
 *     in ms
 */

/** What reads a value at a path. @template T @typedef {(value: Value | undefined, path: string) => T} Read */

/** An evidence book. Made by `parseBook` alone. */
export class EvidenceBook {
  /**
   * @param {Uint8Array} data its bytes
   * @param {Part} part its members, but the format
   */
  constructor(data, part) {
    this.data = data;
    /** The hash of its bytes. */
    this.id = sha256(data);
    part.requireMembers(
      "bounds",
      "dispositions",
      "forms",
      "implies",
      "makes",
      "open",
      "owned",
      "quotas",
      "roles",
      "steps",
      "warns",
    );
    const steps = part.part("steps", "cbv", "own");
    /** The business steps of GS1's vocabulary that it knows. */
    this.steps = steps.read("cbv", wordsOf);
    /** The steps of our own. */
    this.ownSteps = steps.read("own", wordsOf);
    /** The dispositions of GS1's vocabulary that it knows. */
    this.dispositions = part.read("dispositions", wordsOf);
    const warns = part.part("warns", "dispositions", "steps");
    /** Which steps warn of the items of their event. */
    this.warningSteps = warns.read("steps", wordsOf);
    /** Which dispositions do. */
    this.warningDispositions = warns.read("dispositions", wordsOf);
    /** Disposition → the kind that an event with it needs. */
    this.implies = part.read("implies", mapOf(textOf));
    /** The steps that give items their being, whatever the form. */
    this.makes = part.read("makes", wordsOf);
    /** The kinds that ask for a prefix over all items named. */
    this.owned = part.read("owned", wordsOf);
    /** Type, a blank and action → form; the action is "" where there is none. */
    this.forms = part.read("forms", formsOf);
    /** Role → the kinds of event that it may sign. */
    this.roles = part.read("roles", mapOf(wordsOf));
    const open = part.part("open", "ilmd", "members");
    /** The members of an event that nobody may conceal. */
    this.openMembers = open.read("members", wordsOf);
    /** What of its master data, by full names. */
    this.openIlmd = open.read("ilmd", wordsOf);
    this.bounds = boundsOf(part);
    /** How many events of an item an actor may have logged in a day. */
    this.eventsADay = part.part("quotas", "events").read("events", numberOf);
  }
}

/** An assessment book. Made by `parseBook` alone. */
export class AssessmentBook {
  /**
   * @param {Uint8Array} data its bytes
   * @param {Part} part its members, but the format
   */
  constructor(data, part) {
    /** The hash of its bytes. */
    this.id = sha256(data);
    part.requireMembers("late_after");
    /**
     * From how many ms on between what happened and its report the report is
     * told to be late.
     */
    this.lateAfter = part.read("late_after", numberOf);
  }
}

/**
 * Return the book that `data` is.
 * @param {Uint8Array} data
 * @throws {MalformedError} It is none; the message says where.
 * @throws {UnknownBookError} It is of a format of another version.
 */
export function parseBook(data) {
  if (data.length > MAX_BOOK_SIZE) {
    throw new MalformedError(
      `a rule book has at most ${MAX_BOOK_SIZE} bytes, not ${data.length}`,
    );
  }
  const value = decode(data);
  if (!(value instanceof Map)) throw new MalformedError("a rule book is a map");
  const members = new Map(value);
  const format = members.get("format");
  members.delete("format");
  const part = new Part(members, "$");
  if (format === EVIDENCE) return new EvidenceBook(data, part);
  if (format === ASSESSMENT) return new AssessmentBook(data, part);
  const id = sha256(data);
  const shown = quoted(head(String(format ?? "None"), 80));
  throw new UnknownBookError(
    `the rule book ${toHex(id)} is of the format ${shown}, which this program` +
      " does not know",
    id,
  );
}

/**
 * Whether bytes say that they are an evidence book, of any version. What is no
 * map of the canonical encoding says nothing.
 * @param {Uint8Array} data
 */
export function isEvidence(data) {
  try {
    const value = decode(data);
    const kind = value instanceof Map ? value.get("format") : null;
    return typeof kind === "string" && kind.startsWith(EVIDENCE_OF_ANY_VERSION);
  } catch (error) {
    if (error instanceof MalformedError) return false;
    throw error;
  }
}

/** @type {{evidence: EvidenceBook, assessment: AssessmentBook} | null} */
let known = null;

/** Return the books that come with this program. */
export function shipped() {
  known ??= {
    evidence: /** @type {EvidenceBook} */ (
      parseBook(encode(fromJson(EVIDENCE_1)))
    ),
    assessment: /** @type {AssessmentBook} */ (
      parseBook(encode(fromJson(ASSESSMENT_1)))
    ),
  };
  return known;
}

/** Return the evidence book of a ledger that names no other. */
export function baseline() {
  return shipped().evidence;
}

/**
 * Return what canonical msgpack has for a value of JSON.
 * @param {unknown} value
 * @returns {Value}
 */
function fromJson(value) {
  if (Array.isArray(value)) return value.map(fromJson);
  if (value === null || typeof value !== "object") {
    return /** @type {Value} */ (value);
  }
  return new Map(
    Object.entries(value).map(([name, each]) => [name, fromJson(each)]),
  );
}

// Reading.

/** A map whose members are all known. */
class Part {
  /**
   * @param {Value | undefined} value
   * @param {string} path
   */
  constructor(value, path) {
    if (!(value instanceof Map)) throw wrong(path, "a map");
    this.value = value;
    this.path = path;
  }

  /**
   * Refuse that it has others than these, or lacks one.
   * @param {string[]} names
   */
  requireMembers(...names) {
    const [name] = [
      ...names.filter((each) => !this.value.has(each)),
      ...[...this.value.keys()].filter((each) => !names.includes(each)),
    ].sort(compareText);
    if (name === undefined) return;
    const lacks = names.includes(name) ? "lacks" : "has no";
    throw new MalformedError(
      `${this.path}: a rule book ${lacks} member ${quoted(name)}`,
    );
  }

  /**
   * @template T
   * @param {string} name
   * @param {Read<T>} read
   */
  read(name, read) {
    return read(this.value.get(name), `${this.path}.${name}`);
  }

  /**
   * Return a member that is a map of just these.
   * @param {string} name
   * @param {string[]} members
   */
  part(name, ...members) {
    const part = this.read(name, (value, path) => new Part(value, path));
    part.requireMembers(...members);
    return part;
  }
}

/**
 * @param {string} path
 * @param {string} form
 */
function wrong(path, form) {
  return new MalformedError(`${path}: this is to be ${form}`);
}

/** @type {Read<string>} */
function textOf(value, path) {
  if (
    typeof value !== "string" ||
    !value ||
    countCharacters(value) > MAX_TEXT
  ) {
    throw wrong(path, `text of 1 to ${MAX_TEXT} characters`);
  }
  return value;
}

/** @type {Read<number>} */
function numberOf(value, path) {
  if (!isInt(value ?? null) || Number(value) < 0) {
    throw wrong(path, "a whole number, 0 or more");
  }
  return Number(value);
}

/**
 * @template T
 * @param {Read<T>} read
 * @returns {Read<T[]>}
 */
function rowsOf(read) {
  return (value, path) => {
    if (!Array.isArray(value) || value.length > MAX_ROWS) {
      throw wrong(path, `an array of at most ${MAX_ROWS}`);
    }
    return value.map((each, number) => read(each, `${path}[${number}]`));
  };
}

/**
 * Return the words of an array in which they rise.
 * @type {Read<Set<string>>}
 */
function wordsOf(value, path) {
  const found = rowsOf(textOf)(value, path);
  if (found.some((word, i) => i > 0 && compareText(found[i - 1], word) >= 0)) {
    throw wrong(path, "words in rising order");
  }
  return new Set(found);
}

/**
 * @template T
 * @param {Read<T>} read
 * @returns {Read<Map<string, T>>}
 */
function mapOf(read) {
  return (value, path) => {
    if (!(value instanceof Map) || value.size > MAX_ROWS) {
      throw wrong(path, `a map of at most ${MAX_ROWS}`);
    }
    return new Map(
      [...value].map(([name, each]) => [
        textOf(name, path),
        read(each, `${path}.${name}`),
      ]),
    );
  };
}

/** @type {Read<number>} */
function codeOf(value, path) {
  const code = value === "actor" ? undefined : CODES.get(String(value));
  if (typeof value !== "string" || code === undefined) {
    throw wrong(path, "a relation of items");
  }
  return code;
}

/** @type {Read<[number, List]>} */
function listOf(value, path) {
  if (!Array.isArray(value) || value.length !== 4) {
    throw wrong(path, "[relation, least, most, effect]");
  }
  const effect = textOf(value[3], `${path}[3]`);
  if (!EFFECTS.includes(effect)) {
    throw wrong(`${path}[3]`, `one of ${EFFECTS.join(", ")}`);
  }
  return [
    codeOf(value[0], `${path}[0]`),
    {
      least: numberOf(value[1], `${path}[1]`),
      most: numberOf(value[2], `${path}[2]`),
      effect,
    },
  ];
}

/** @type {Read<Set<string>>} */
function kindsOf(value, path) {
  const kinds = rowsOf(textOf)(value, path);
  if (!kinds.length) throw wrong(path, "kinds, one at least");
  return new Set(kinds);
}

/** @type {Read<[string, Form]>} */
function formOf(value, path) {
  if (!Array.isArray(value) || value.length !== 5) {
    throw wrong(path, "[type, action, lists, some, needs]");
  }
  const [kind, action, lists, some, needs] = value;
  if (typeof action !== "string" || !ACTIONS.includes(action)) {
    throw wrong(`${path}[1]`, "an action of EPCIS, or empty");
  }
  const rows = rowsOf(listOf)(lists, `${path}[2]`);
  const form = {
    lists: new Map(rows),
    some: rowsOf(rowsOf(codeOf))(some, `${path}[3]`).map((s) => new Set(s)),
    needs: rowsOf(kindsOf)(needs, `${path}[4]`),
  };
  if (form.lists.size !== rows.length) {
    throw wrong(`${path}[2]`, "lists of which none is there twice");
  }
  return [`${textOf(kind, `${path}[0]`)} ${action}`, form];
}

/** @type {Read<Map<string, Form>>} */
function formsOf(value, path) {
  const rows = rowsOf(formOf)(value, path);
  const forms = new Map(rows);
  if (forms.size !== rows.length) {
    throw wrong(path, "forms of which none is there twice");
  }
  return forms;
}

/**
 * @param {Part} part
 * @returns {Bounds}
 */
function boundsOf(part) {
  const names = ["ahead", "depth", "events", "late", "reuse", "stays", "voice"];
  const found = part.part("bounds", ...names);
  return /** @type {any} */ (
    Object.fromEntries(names.map((name) => [name, found.read(name, numberOf)]))
  );
}
