// @ts-check
// Were they entitled? The registry, replayed over the actors' trails. Mirrors
// provenance/proof/authority.py.
//
// The statements of a bundle are gone through in log order. Each was signed
// by a key that counted at its index, each event is one that the signer's
// grants covered there, and each enrolment, grant or change of keys then
// takes effect for the entries after it: the very rules by which the ledger
// admitted them, run again by somebody who need not believe it.

import { isRegistryEvent } from "../claims/actor.js";
import { written } from "../encoding/instant.js";
import {
  MalformedError,
  RejectedError,
  RoleNotGrantedError,
  UnknownActorError,
} from "../errors.js";
import { signatureIsValid } from "../keys.js";
import { readAct } from "../rules/act.js";
import { FAILS, HOLDS, LogTime, UNCLEAR } from "../rules/times.js";
import { counted } from "./report.js";
import { comparePlaces, placeKey } from "./trails.js";

/** @typedef {import("../claims/actor.js").Grant} Grant */
/** @typedef {import("../claims/act.js").Act} Act */
/** @typedef {import("../claims/registry.js").Occasion} Occasion */
/** @typedef {import("../claims/registry.js").TrustRegistry} TrustRegistry */
/** @typedef {import("../claims/statement.js").Entry} Entry */
/** @typedef {import("../rules/books.js").Books} Books */
/** @typedef {import("./evidence.js").Evidence} Evidence */
/** @typedef {import("./evidence.js").ProvenEvent} ProvenEvent */
/** @typedef {import("./report.js").Report} Report */

/**
 * What the replay established; events by `placeKey`.
 * @typedef {object} Entitlement
 * @property {TrustRegistry} registry as it is after the last entry
 * @property {Map<string, Act>} acts what each event does; those that cannot
 *     be read are not there
 * @property {Map<string, string[]>} roles in which roles its signer may do
 *     so, as far as established
 */

/**
 * Check every signature and every role, in log order.
 * @param {Report} report
 * @param {TrustRegistry} registry as the trust file starts it; it is moved on
 * @param {Evidence} evidence
 * @param {object} from
 * @param {Set<string>} from.pinned the actors that the trust file pins
 * @param {string[]} from.lacking what is missing of actors' trails; while
 *     anything is, what the registry does not know may be in what is missing
 * @param {Books} from.books by which each entry is judged
 * @param {number} from.clockBound how far the log's clock and others' may
 *     differ, in ms
 * @returns {Promise<Entitlement>}
 */
export async function checkEntitlement(report, registry, evidence, from) {
  for (const reason of from.lacking) report.found("PRV-1103", reason);
  const replay = new Replay(report, registry, evidence, from);
  const { statements } = evidence;
  /** @type {Map<number, ProvenEvent[]>} */
  const byEntry = new Map([...statements.keys()].map((index) => [index, []]));
  const events = [...evidence.events.values()];
  for (const event of events.sort((a, b) => comparePlaces(a.at, b.at))) {
    byEntry.get(event.at[0])?.push(event);
  }
  for (const logIndex of [...statements.keys()].sort((a, b) => a - b)) {
    const entry = /** @type {Entry} */ (statements.get(logIndex));
    await replay.take(logIndex, entry, byEntry.get(logIndex) ?? []);
  }
  const count = statements.size;
  const acts = replay.acts.size;
  if (!acts) report.passed("PRV-1205", "no event is shown that takes a role");
  report.passed("PRV-1100", `${counted(count, "signature")} valid`);
  report.passed(
    "PRV-1200",
    `${counted(acts, "event")} signed in granted roles`,
  );
  return { registry, acts: replay.acts, roles: replay.roles };
}

class Replay {
  /** @type {Map<string, Act>} */
  acts = new Map();
  /** @type {Map<string, string[]>} */
  roles = new Map();

  /**
   * @param {Report} report
   * @param {TrustRegistry} registry
   * @param {Evidence} evidence
   * @param {{pinned: Set<string>, lacking: string[], books: Books,
   *     clockBound: number}} from
   */
  constructor(report, registry, evidence, from) {
    this.report = report;
    this.registry = registry;
    this.evidence = evidence;
    this.pinned = from.pinned;
    this.isLacking = from.lacking.length > 0;
    this.books = from.books;
    this.clockBound = from.clockBound;
  }

  /**
   * Judge one statement, then let its registry events take effect.
   * @param {number} logIndex
   * @param {Entry} entry
   * @param {ProvenEvent[]} events
   */
  async take(logIndex, entry, events) {
    const isSigned = await this.#checkSignature(logIndex, entry);
    const time = this.#timeOf(logIndex);
    const changes = [];
    for (const event of events) {
      if (isRegistryEvent(event.body)) changes.push(event);
      else this.#checkRole(event, time);
    }
    if (!isSigned) return;
    const { issuer, keyId } = entry.header;
    const book = this.books.at(logIndex);
    /** @type {[number, number]} */
    const when = [time.earliest, time.latest];
    await this.#change(changes, { issuer, keyId, logIndex, book, when }, time);
  }

  /**
   * Return what is known of when an entry was logged.
   * @param {number} logIndex
   */
  #timeOf(logIndex) {
    return new LogTime({
      ...this.evidence.times.bounds(logIndex),
      seen: this.evidence.witnessed(logIndex),
      bound: this.clockBound,
    });
  }

  /**
   * @param {ProvenEvent[]} changes
   * @param {Occasion} occasion
   * @param {LogTime} time
   */
  async #change(changes, occasion, time) {
    const subject = `entry ${occasion.logIndex}`;
    const others = [];
    for (const change of changes) {
      const actor = change.body.get("actor");
      if (typeof actor !== "string" || !this.pinned.has(actor)) {
        others.push(change);
        continue;
      }
      try {
        const undated = await this.registry.apply(change, occasion);
        this.#noteTimes([change], undated, occasion, time);
      } catch (error) {
        // The pin prevails: its actor was never enrolled by the log.
        const detail = `${subject} has no effect: ${faultOf(error)}`;
        this.report.notice("PRV-1105", detail, subject);
      }
    }
    try {
      const undated = await this.registry.applyAll(others, occasion);
      this.#noteTimes(others, undated, occasion, time);
    } catch (error) {
      const detail = `${subject}: ${faultOf(error)}`;
      this.#note("PRV-1104", "PRV-1103", detail, subject);
    }
  }

  /**
   * Note what of the changes the log's time does not bear out. They take effect
   * all the same, as they did in the log.
   * @param {ProvenEvent[]} changes
   * @param {number[]} undated
   * @param {Occasion} occasion
   * @param {LogTime} time
   */
  #noteTimes(changes, undated, { issuer, logIndex }, time) {
    const subject = `entry ${logIndex}`;
    for (const voice of undated) {
      this.report.found(
        "PRV-1106",
        `entry ${voice} asks for what several must say, and nothing shown tells` +
          " when it was logged",
        `entry ${voice}`,
      );
    }
    for (const change of changes) {
      const given = this.registry.passedOn(change, issuer, logIndex);
      if (!given.length) continue;
      const best = Math.max(...given.map(({ grant }) => time.judge(grant)));
      if (best === FAILS) {
        this.report.found(
          "PRV-1201",
          `${subject}: the grant that ${issuer} passes on did not hold at that` +
            " time",
          subject,
        );
      } else if (best === UNCLEAR) {
        this.#noteDates(time, `${subject}: ${issuer}`, subject);
      }
    }
  }

  /**
   * @param {number} logIndex
   * @param {Entry} entry
   */
  async #checkSignature(logIndex, { header, headerBytes, signature }) {
    const subject = `entry ${logIndex}`;
    /** @type {Uint8Array} */
    let key;
    try {
      key = this.registry.requireKey(header.issuer, header.keyId).data;
    } catch (error) {
      if (!(error instanceof UnknownActorError)) throw error;
      const detail = `${subject}: ${error.message}`;
      this.#note("PRV-1102", "PRV-1103", detail, subject);
      return false;
    }
    if (await signatureIsValid(key, signature, headerBytes)) return true;
    const detail = `the signature of ${header.issuer} on ${subject} is not valid`;
    this.report.found("PRV-1101", detail, subject);
    return false;
  }

  /**
   * @param {ProvenEvent} event
   * @param {LogTime} time
   */
  #checkRole(event, time) {
    const subject = `event ${event.at[1]} of entry ${event.at[0]}`;
    const book = this.books.at(event.at[0]);
    /** @type {Act} */
    let act;
    try {
      act = readAct(
        event.body,
        event.items,
        event.reading,
        book,
        event.pointers,
      );
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.report.found("PRV-1203", `${subject}: ${error.message}`, subject);
      return;
    }
    const at = placeKey(event.at);
    this.acts.set(at, act);
    const grantsOf = (/** @type {number} */ least) =>
      this.registry.requireAct(event.issuer, act, {
        book,
        holds: (grant) => time.judge(grant) >= least,
      });
    try {
      const used = grantsOf(HOLDS);
      this.roles.set(at, [...new Set(used.map((held) => held.grant.role))]);
    } catch (error) {
      if (error instanceof RoleNotGrantedError) {
        this.#checkAgain(() => grantsOf(UNCLEAR), time, event.issuer, subject);
      } else if (error instanceof UnknownActorError) {
        const detail = `${subject}: ${error.message}`;
        this.#note("PRV-1201", "PRV-1204", detail, subject);
      } else throw error;
    }
  }

  /**
   * Tell a grant whose dates may fit from none at all.
   * @param {() => unknown} askAgain
   * @param {LogTime} time
   * @param {string} issuer
   * @param {string} subject
   */
  #checkAgain(askAgain, time, issuer, subject) {
    try {
      askAgain();
    } catch (error) {
      if (!(error instanceof RoleNotGrantedError)) throw error;
      const detail = `${subject}: ${error.message}`;
      this.#note("PRV-1201", "PRV-1204", detail, subject);
      return;
    }
    this.#noteDates(time, `${subject}: ${issuer}`, subject);
  }

  /**
   * Note that a grant's dates cannot be held against the log's time.
   * @param {LogTime} time
   * @param {string} who
   * @param {string} subject
   */
  #noteDates(time, who, subject) {
    if (time.isAhead) {
      this.report.found(
        "PRV-1206",
        `${who} holds a grant for a time only, and the log's clock ran ahead:` +
          ` it said ${written(time.earliest)} before a quorum of witnesses saw` +
          ` the entry at ${written(time.seen)}`,
        subject,
      );
    } else {
      this.report.found(
        "PRV-1202",
        `${who} holds a grant for a time only, and when the statement was` +
          " logged is not shown closely enough",
        subject,
      );
    }
  }

  /**
   * Note a fault, or a lack if what is missing could explain it.
   * @param {string} fault
   * @param {string} lack
   * @param {string} detail
   * @param {string} subject
   */
  #note(fault, lack, detail, subject) {
    this.report.found(this.isLacking ? lack : fault, detail, subject);
  }
}

/**
 * Return why an event may not take effect; what is no such error goes on.
 * @param {unknown} error
 */
function faultOf(error) {
  if (error instanceof MalformedError || error instanceof RejectedError) {
    return error.message;
  }
  throw error;
}
