// @ts-check
// The trust file: all that a verifier believes, and on whose word. Mirrors
// provenance/proof/trust.py, as far as it reads.
//
// A bundle never brings its own keys. Whoever verifies pins this file, which
// the ledger's operator publishes once and which anyone may make stricter:
//
//     origin = "ledger.example/demo"
//     log_keys = ["ledger.example/demo+6ed3bdff+AazuamBPQo6dW104UNSg9iTdvOIh5…"]
//     quorum = "two-of-three"           # "none": no cosignatures are asked for
//     max_age_seconds = 604800          # "any": however old a checkpoint is
//     trails = ["containers", "inputs", "lots"]   # related trails to ask for
//     threshold = 1                     # so many authorities must agree
//
//     clock_bound_seconds = 3600        # how far the log's clock may be wrong
//
//     [[witnesses]]  [[auditors]]  [[groups]]  [[authorities]]  [[actors]]
//     [[books]]                         # the rule books, each from an entry on

import { Grant } from "../claims/actor.js";
import { checkItemId } from "../claims/event.js";
import { TrustRegistry } from "../claims/registry.js";
import { decodeBase64 } from "../encoding/base64.js";
import { fromHex } from "../encoding/bytes.js";
import { compareText, quoted } from "../encoding/text.js";
import { Time, parseToml } from "../encoding/toml.js";
import { MalformedError } from "../errors.js";
import { checkRefs, namedByDefault } from "../rules/books.js";
import { parseCosigner, parseLogKey } from "../tlog/cosignature.js";
import { NONE, Policy } from "../tlog/policy.js";

/** @typedef {import("../claims/registry.js").Authority} Authority */
/** @typedef {import("../rules/books.js").BookRef} BookRef */
/** @typedef {import("../encoding/toml.js").Table} TomlTable */
/** @typedef {import("../encoding/toml.js").TomlValue} TomlValue */

/** The kinds of related trails that a verifier may ask for. */
const RELATED_TRAILS = ["containers", "inputs", "lots"];
/** The age in seconds up to which a checkpoint counts as fresh. */
const DEFAULT_MAX_AGE = 7 * 24 * 60 * 60;
const ANY_AGE = "any";
/** How far, in seconds, the log's clock may differ from others'. */
const DEFAULT_CLOCK_BOUND = 3_600;
const LEAST_CLOCK_BOUND = 300;
const MOST_CLOCK_BOUND = 86_400;
/** The end of the year 9999, in ms since 1970. */
const LAST_TIME = 253_402_300_799_999;

/** What a verifier believes. */
export class Trust {
  /**
   * @param {object} parts
   * @param {string} parts.origin the one ledger that it is about
   * @param {Policy} parts.policy the log's keys, all of which must sign, and
   *     the cosignatures that are asked for
   * @param {string[]} parts.auditors the names of the witnesses that replay
   *     the whole log
   * @param {Authority[]} parts.authorities the actors whose grants start the
   *     registry
   * @param {number} parts.threshold how many of them must say the same thing
   * @param {Authority[]} parts.actors actors pinned by the verifier
   * @param {BookRef[]} parts.books the rule books, each with the log index from
   *     which it counts
   * @param {number} parts.clockBoundSeconds how far the log's clock may differ
   *     from others'
   * @param {number | null} parts.maxAgeSeconds null for any
   * @param {ReadonlySet<string>} parts.trails which related trails must be in
   *     a bundle
   * @throws {MalformedError} The parts contradict each other.
   */
  constructor(parts) {
    this.origin = parts.origin;
    this.policy = parts.policy;
    this.auditors = parts.auditors;
    this.authorities = parts.authorities;
    this.threshold = parts.threshold;
    this.actors = parts.actors;
    this.books = parts.books;
    this.clockBoundSeconds = parts.clockBoundSeconds;
    this.maxAgeSeconds = parts.maxAgeSeconds;
    this.trails = parts.trails;
    this.#check();
    this.registry();
  }

  /** By how much clocks may differ, in ms. */
  get clockBound() {
    return 1000 * this.clockBoundSeconds;
  }

  /** Return the registry as it is before the first entry. */
  registry() {
    return new TrustRegistry([...this.authorities, ...this.actors], {
      threshold: this.threshold,
      origin: this.origin,
    });
  }

  #check() {
    const { origin, policy, authorities, threshold, clockBoundSeconds } = this;
    if (!policy.logs.length) {
      throw new MalformedError("a trust file names a key of the log");
    }
    for (const { key } of policy.logs) {
      if (key.name !== origin) {
        throw new MalformedError(
          `a key of ${quoted(origin)} has that name, not ${quoted(key.name)}`,
        );
      }
    }
    const unknown = [...this.trails].filter((t) => !RELATED_TRAILS.includes(t));
    if (unknown.length) {
      const [first] = unknown.sort(compareText);
      throw new MalformedError(`there are no trails of ${quoted(first)}`);
    }
    if (!(1 <= threshold && threshold <= Math.max(1, authorities.length))) {
      throw new MalformedError(
        `${threshold} of ${authorities.length} authorities cannot agree`,
      );
    }
    if (!(
      LEAST_CLOCK_BOUND <= clockBoundSeconds &&
      clockBoundSeconds <= MOST_CLOCK_BOUND
    )) {
      throw new MalformedError(
        `clock_bound_seconds is ${LEAST_CLOCK_BOUND} to ${MOST_CLOCK_BOUND}, not` +
          ` ${clockBoundSeconds}`,
      );
    }
    checkRefs(this.books);
    for (const actor of [...authorities, ...this.actors]) {
      checkItemId(actor.id);
      if (!actor.keys.length) {
        throw new MalformedError(`${actor.id} has no key`);
      }
      if (actor.isPinned && actor.grants.some((grant) => grant.mayGrant)) {
        throw new MalformedError(`${actor.id} is pinned, and so may not grant`);
      }
    }
  }
}

/**
 * Return what the trust file `text` says.
 * @param {string} text
 * @throws {MalformedError} It is no trust file; the message names the member.
 */
export function parseTrust(text) {
  const file = new Table(readToml(text), "");
  const witnesses = file.tables("witnesses", readWitness);
  const auditors = file.tables("auditors", readWitness);
  const quorum = readQuorum(file, witnesses.length + auditors.length > 0);
  const books = file.tables("books", readBook);
  const trust = new Trust({
    origin: file.text("origin"),
    policy: new Policy({
      logs: file
        .texts("log_keys")
        .map((vkey) => ({ key: parseLogKey(vkey), url: null })),
      witnesses: [...witnesses, ...auditors],
      groups: file.tables("groups", readGroup),
      quorum: quorum === NONE ? null : quorum,
    }),
    auditors: auditors.map((witness) => witness.name),
    authorities: file.tables("authorities", (row) => readActor(row, false)),
    threshold: file.integer("threshold", 1),
    actors: file.tables("actors", (row) => readActor(row, true)),
    books: books.length ? books : namedByDefault(),
    clockBoundSeconds: file.integer("clock_bound_seconds", DEFAULT_CLOCK_BOUND),
    maxAgeSeconds: readAge(file),
    trails: new Set(file.texts("trails", RELATED_TRAILS)),
  });
  file.requireRead();
  return trust;
}

/** @param {string} text */
function readToml(text) {
  try {
    // Some editors put a byte order mark before a text that they save.
    return parseToml(text.replace(/^\ufeff/, ""));
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new MalformedError(`the trust file is not TOML: ${error.message}`);
  }
}

/** A TOML table that is read member by member, and then has none left. */
class Table {
  /**
   * @param {TomlTable} members
   * @param {string} path
   */
  constructor(members, path) {
    this.members = new Map(members);
    this.path = path;
  }

  /**
   * @param {string} name
   * @param {string} [missing] what stands for a member that is left out
   */
  text(name, missing) {
    const value = this.take(name, missing);
    if (typeof value !== "string") throw this.wrong(name, "text");
    return value;
  }

  /** @param {string} name */
  word(name) {
    const value = this.text(name);
    if (!value) throw this.wrong(name, "text that is not empty");
    return value;
  }

  /**
   * @param {string} name
   * @param {string[]} [missing]
   * @returns {string[]}
   */
  texts(name, missing) {
    const value = this.take(name, missing);
    if (!isTexts(value)) throw this.wrong(name, "a list of texts");
    return value;
  }

  /**
   * @param {string} name
   * @param {number} [missing]
   */
  integer(name, missing) {
    const value = this.take(name, missing);
    if (typeof value !== "number") throw this.wrong(name, "a whole number");
    if (!Number.isSafeInteger(value)) {
      throw this.wrong(name, "a whole number within 2**53");
    }
    return value;
  }

  /** @param {string} name */
  flag(name) {
    const value = this.take(name, false);
    if (typeof value !== "boolean") throw this.wrong(name, "true or false");
    return value;
  }

  /**
   * Return a time in ms since 1970, or null if it is left out.
   * @param {string} name
   */
  time(name) {
    if (!this.members.has(name)) return null;
    const value = this.take(name);
    if (value instanceof Time) {
      const { milliseconds } = value;
      if (0 <= milliseconds && milliseconds <= LAST_TIME) return milliseconds;
    }
    throw this.wrong(name, "a time such as 2027-01-01T00:00:00Z, from 1970 on");
  }

  /**
   * Return what `read` makes of each table of an array; it reads all of each.
   * @template T
   * @param {string} name
   * @param {(row: Table) => T} read
   * @returns {T[]}
   */
  tables(name, read) {
    const value = this.take(name, []);
    if (!Array.isArray(value)) throw this.wrong(name, "an array of tables");
    return value.map((members, number) => {
      const path = `${this.path}${name}[${number}]`;
      if (!(members instanceof Map)) {
        throw new MalformedError(`${path} of the trust file is no table`);
      }
      const row = new Table(members, `${path}.`);
      const made = read(row);
      row.requireRead();
      return made;
    });
  }

  /** Refuse members that nobody asked for: they would be ignored. */
  requireRead() {
    const [name] = [...this.members.keys()].sort(compareText);
    if (name === undefined) return;
    throw new MalformedError(`a trust file has no member ${this.path}${name}`);
  }

  /**
   * @param {string} name
   * @param {TomlValue} [missing]
   */
  take(name, missing) {
    const value = this.members.get(name) ?? missing;
    this.members.delete(name);
    if (value !== undefined) return value;
    throw new MalformedError(
      `the trust file lacks the member ${this.path}${name}`,
    );
  }

  /**
   * @param {string} name
   * @param {string} form
   */
  wrong(name, form) {
    return new MalformedError(
      `${this.path}${name} of the trust file must be ${form}`,
    );
  }
}

/**
 * @param {TomlValue} value
 * @returns {value is string[]}
 */
function isTexts(value) {
  return Array.isArray(value) && value.every((v) => typeof v === "string");
}

/** @param {Table} row */
function readWitness(row) {
  return {
    name: row.text("name"),
    key: parseCosigner(row.text("key")),
    url: row.text("url", "") || null,
  };
}

/** @param {Table} row */
function readGroup(row) {
  return {
    name: row.text("name"),
    threshold: row.integer("threshold"),
    members: row.texts("members"),
  };
}

/**
 * @param {Table} row
 * @param {boolean} isPinned
 * @returns {Authority}
 */
function readActor(row, isPinned) {
  const actor = row.text("id");
  return {
    id: actor,
    name: row.text("name"),
    keys: row.texts("keys").map(decodeBase64),
    grants: row.tables(
      "grants",
      (given) =>
        new Grant({
          actor,
          role: given.word("role"),
          prefixes: given.texts("prefixes", []),
          places: given.texts("places", []),
          start: given.time("from"),
          until: given.time("until"),
          mayGrant: given.flag("may_grant"),
        }),
    ),
    isPinned,
  };
}

/**
 * @param {Table} row
 * @returns {BookRef}
 */
function readBook(row) {
  const digest = row.text("id");
  if (!/^[0-9a-f]{64}$/.test(digest)) {
    throw new MalformedError(
      "books.id is the SHA-256 of a rule book, in 64 hex digits",
    );
  }
  return { id: fromHex(digest), start: row.integer("from") };
}

/**
 * Return the quorum that a trust file asks for. That witnesses are named and
 * none is asked for must be said.
 * @param {Table} file
 * @param {boolean} isWitnessed
 */
function readQuorum(file, isWitnessed) {
  if (isWitnessed && !file.members.has("quorum")) {
    throw new MalformedError(
      "the trust file names witnesses and no quorum: add the line quorum =" +
        ' "…" with the name of a witness or group, or quorum = "none" if no' +
        " cosignatures are asked for",
    );
  }
  return file.text("quorum", NONE);
}

/** @param {Table} file */
function readAge(file) {
  if (typeof file.members.get("max_age_seconds") === "string") {
    if (file.text("max_age_seconds") === ANY_AGE) return null;
    throw new MalformedError(
      `max_age_seconds is a number of seconds or ${quoted(ANY_AGE)}`,
    );
  }
  const age = file.integer("max_age_seconds", DEFAULT_MAX_AGE);
  if (age < 1) throw new MalformedError("max_age_seconds is 1 at least");
  return age;
}
