// @ts-check
// Which book counts at which index of a log. Mirrors
// provenance/rules/books.py.
//
// A trust says so by ids alone; the books themselves come with the program, or
// from the log (an entry each). A book that is not at hand is never replaced
// by another.

import { toHex } from "../encoding/bytes.js";
import { sha256 } from "../encoding/digest.js";
import { countBefore } from "../encoding/search.js";
import { MalformedError, UnknownBookError } from "../errors.js";
import {
  AssessmentBook,
  EvidenceBook,
  baseline,
  parseBook,
  shipped,
} from "./book.js";

/**
 * A book as a trust names it: the hash of its bytes, and the log index from
 * which it counts.
 * @typedef {{id: Uint8Array, start: number}} BookRef
 */

/**
 * Return what a trust names that says nothing of books.
 * @returns {BookRef[]}
 */
export function namedByDefault() {
  return [{ id: baseline().id, start: 0 }];
}

/** The books of one ledger. */
export class Books {
  #evidence;
  #told;

  /**
   * @param {[number, EvidenceBook][]} evidence books, each with the index from
   *     which it counts, rising
   * @param {AssessmentBook | null} told the latest assessment book; null for
   *     the one that comes with this program
   */
  constructor(evidence, told) {
    this.#evidence = evidence;
    this.#told = told;
  }

  /**
   * Return the books that a trust names.
   * @param {BookRef[]} named its rows
   * @param {Iterable<Uint8Array>} [found] the bytes of books at hand, beside
   *     those that come with this program; of none that is named, they are
   *     left out
   * @throws {UnknownBookError} One of them is not at hand, or of a later
   *     format.
   * @throws {MalformedError} One of them is no book.
   */
  static resolve(named, found = []) {
    const { evidence: first, assessment } = shipped();
    /** @type {Map<string, EvidenceBook | AssessmentBook>} */
    const parsed = new Map(
      [first, assessment].map((book) => [toHex(book.id), book]),
    );
    const atHand = new Map(
      [...found].map((data) => [toHex(sha256(data)), data]),
    );
    /** @type {[number, EvidenceBook][]} */
    const evidence = [];
    /** @type {AssessmentBook | null} */
    let told = null;
    for (const { id, start } of named) {
      const name = toHex(id);
      const data = atHand.get(name);
      const book = parsed.get(name) ?? (data && parseBook(data));
      if (!book) {
        throw new UnknownBookError(
          `the rule book ${name}, which counts from entry ${start} on, is not` +
            " at hand",
          id,
        );
      }
      if (book instanceof EvidenceBook) evidence.push([start, book]);
      else told = book;
    }
    if (!evidence.length || evidence[0][0] !== 0) {
      evidence.unshift([0, baseline()]);
    }
    return new Books(evidence, told);
  }

  /**
   * Return the evidence book by which that entry is judged.
   * @param {number} logIndex
   */
  at(logIndex) {
    const count = countBefore(this.#evidence, ([start]) => start <= logIndex);
    return this.#evidence[count - 1][1];
  }

  /** The latest assessment book: what is told is told as of now. */
  get assessment() {
    return this.#told ?? shipped().assessment;
  }
}

/**
 * Check that a trust's rows can be those of one ledger.
 * @param {BookRef[]} named
 * @throws {MalformedError} Their indexes do not rise, or a book is there twice.
 */
export function checkRefs(named) {
  if (
    named.some(({ start }, i) => start < 0 || (i && named[i - 1].start > start))
  ) {
    throw new MalformedError("books stand in the order in which they count");
  }
  const rows = named.map(({ id, start }) => `${toHex(id)} ${start}`);
  if (new Set(rows).size !== rows.length) {
    throw new MalformedError("a book is named twice from one entry on");
  }
}
