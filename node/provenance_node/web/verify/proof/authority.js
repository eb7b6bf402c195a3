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
import { readAct } from "../epcis/acts.js";
import {
  MalformedError,
  RejectedError,
  RoleNotGrantedError,
  UnknownActorError,
} from "../errors.js";
import { signatureIsValid } from "../keys.js";
import { counted } from "./report.js";
import { comparePlaces, placeKey } from "./trails.js";

/** @typedef {import("../claims/actor.js").Grant} Grant */
/** @typedef {import("../claims/registry.js").Act} Act */
/** @typedef {import("../claims/registry.js").TrustRegistry} TrustRegistry */
/** @typedef {import("../claims/statement.js").Entry} Entry */
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
 * @returns {Promise<Entitlement>}
 */
export async function checkEntitlement(
  report,
  registry,
  evidence,
  { pinned, lacking },
) {
  for (const reason of lacking) report.found("PRV-1103", reason);
  const replay = new Replay(
    report,
    registry,
    evidence,
    pinned,
    !!lacking.length,
  );
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
   * @param {Set<string>} pinned
   * @param {boolean} isLacking
   */
  constructor(report, registry, evidence, pinned, isLacking) {
    this.report = report;
    this.registry = registry;
    this.times = evidence.times;
    this.pinned = pinned;
    this.isLacking = isLacking;
  }

  /**
   * Judge one statement, then let its registry events take effect.
   * @param {number} logIndex
   * @param {Entry} entry
   * @param {ProvenEvent[]} events
   */
  async take(logIndex, entry, events) {
    const isSigned = await this.#checkSignature(logIndex, entry);
    const changes = [];
    for (const event of events) {
      if (isRegistryEvent(event.body)) changes.push(event);
      else this.#checkRole(event);
    }
    if (isSigned) await this.#change(changes, entry.header.issuer, logIndex);
  }

  /**
   * @param {ProvenEvent[]} changes
   * @param {string} issuer
   * @param {number} logIndex
   */
  async #change(changes, issuer, logIndex) {
    const subject = `entry ${logIndex}`;
    const others = [];
    for (const change of changes) {
      const actor = change.body.get("actor");
      if (typeof actor !== "string" || !this.pinned.has(actor)) {
        others.push(change);
        continue;
      }
      try {
        await this.registry.apply(change, { issuer, logIndex });
      } catch (error) {
        // The pin prevails: its actor was never enrolled by the log.
        const detail = `${subject} has no effect: ${faultOf(error)}`;
        this.report.notice("PRV-1105", detail, subject);
      }
    }
    try {
      await this.registry.applyAll(others, { issuer, logIndex });
    } catch (error) {
      const detail = `${subject}: ${faultOf(error)}`;
      this.#note("PRV-1104", "PRV-1103", detail, subject);
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

  /** @param {ProvenEvent} event */
  #checkRole(event) {
    const subject = `event ${event.at[1]} of entry ${event.at[0]}`;
    /** @type {Act} */
    let act;
    try {
      act = readAct(event.body, event.items);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.report.found("PRV-1203", `${subject}: ${error.message}`, subject);
      return;
    }
    const at = placeKey(event.at);
    this.acts.set(at, act);
    const { earliest, latest } = this.times.bounds(event.at[0]);
    try {
      const used = this.registry.requireAct(event.issuer, act, (grant) =>
        grant.covers(earliest, latest),
      );
      this.roles.set(at, [...new Set(used.map((held) => held.grant.role))]);
    } catch (error) {
      if (error instanceof RoleNotGrantedError) {
        this.#checkAgain(event, act, subject, (grant) =>
          grant.overlaps(earliest, latest),
        );
      } else if (error instanceof UnknownActorError) {
        const detail = `${subject}: ${error.message}`;
        this.#note("PRV-1201", "PRV-1204", detail, subject);
      } else throw error;
    }
  }

  /**
   * Tell a grant whose dates may fit from none at all.
   * @param {ProvenEvent} event
   * @param {Act} act
   * @param {string} subject
   * @param {(grant: Grant) => boolean} mayHold
   */
  #checkAgain(event, act, subject, mayHold) {
    try {
      this.registry.requireAct(event.issuer, act, mayHold);
    } catch (error) {
      if (!(error instanceof RoleNotGrantedError)) throw error;
      const detail = `${subject}: ${error.message}`;
      this.#note("PRV-1201", "PRV-1204", detail, subject);
      return;
    }
    this.report.found(
      "PRV-1202",
      `${subject}: ${event.issuer} holds a grant for a time only, and when` +
        " the statement was logged is not shown",
      subject,
    );
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
