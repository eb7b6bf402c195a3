// @ts-check
// Verifying a bundle: from its bytes and a trust file to a verdict. Mirrors
// provenance/proof/verify.py.
//
//      1  format         canonical bytes of the shapes that the format asks for
//      2  origin         about the item in hand, from the ledger trusted
//      3  log-signature  every log key of the trust file signed the checkpoint
//      4  quorum         enough of its witnesses cosigned it
//     15  book           the rule books that the trust file names are at hand
//      8  events         every event shown is of its form
//      6  commitment     its last leaf commits to the trails of all items
//      7  inclusion      every entry is in the log at its index
//      5  freshness      the quorum saw it not too long ago
//      9  trails         each holds what is shown of its item, and every link
//                        is where the map says
//     16  ledger-rules   nothing is there that no honest ledger logs
//     10  completeness   the walk through the story finds all it needs, and
//                        nothing is there that it does not lead to
//     11  signatures     every statement is signed with a key that counted then
//     12  roles          every event is one that its signer was entitled to say
//     13  demands        an event follows the link that it demanded to follow
//     14  recalls        nothing recalls the item, and not all was an error
//
// Numbers are for codes and never change; checks run in this order. Keys,
// origin, authorities, witnesses, books and the clock come from the caller;
// nothing in a bundle chooses how it is verified. Up to `trails` they prove
// what the log holds, and a fault there leaves nothing to go on with, but for
// clocks that differ; the later ones note all faults that there are. Events
// are read before the entries are proven, for they are what the entries are
// made of again; and the last entry's time is worth nothing before it is
// proven, so that freshness comes after inclusion.

import { trustItem } from "../claims/versions.js";
import { written } from "../encoding/instant.js";
import { quoted } from "../encoding/text.js";
import {
  InvalidProofError,
  InvalidSignatureError,
  MalformedError,
  QuorumNotMetError,
  VerificationError,
} from "../errors.js";
import { readLabel } from "../gs1/label.js";
import { AHEAD } from "../rules/times.js";
import { parseCheckpoint } from "../tlog/checkpoint.js";
import { parseNote } from "../tlog/note.js";
import { checkEntitlement } from "./authority.js";
import { parseBundle } from "./bundle.js";
import {
  booksOfBundle,
  checkAnchors,
  checkLog,
  checkTrails,
  readStatements,
  witnessedBy,
} from "./evidence.js";
import { checkLabel } from "./labelled.js";
import { clocksDiffer, openTrusted } from "./opening.js";
import { Report, StoppedError, counted } from "./report.js";
import {
  checkCompleteness,
  checkCreations,
  checkDemands,
  checkMaking,
  checkRecalls,
  checkStanding,
  traceBundle,
} from "./story.js";
import { makeTimeline } from "./timeline.js";
import { ACTOR } from "./trace.js";
import { checkLedgerRules } from "./uniqueness.js";
import { NOT_CHECKED, SCHEMA, fillUp, outcomeOf } from "./verdict.js";

/** @typedef {import("../tlog/checkpoint.js").Checkpoint} Checkpoint */
/** @typedef {import("../tlog/checkpoint.js").SignedCheckpoint} Signed */
/** @typedef {import("../tlog/commitment.js").Commitment} Commitment */
/** @typedef {import("../tlog/policy.js").Seen} Counted */
/** @typedef {import("./bundle.js").Bundle} Bundle */
/** @typedef {import("./trust.js").Trust} Trust */
/** @typedef {import("./verdict.js").Verdict} Verdict */

/**
 * What a bundle is held against: what the caller believes; the time, in ms
 * since 1970; and the item in hand, if it is known, however it is written:
 * as an id, an EPC URN, a Digital Link of any domain or what a scanner gives.
 * What that says besides, as a label does of lot and expiry date, is held
 * against the record.
 * @typedef {{trust: Trust, now: number, item?: string | null}} Asked
 */

/**
 * What a checkpoint's cosignatures are worth.
 * @typedef {object} Quorum
 * @property {Counted[]} counted
 * @property {number | null} time the greatest since which a quorum of them
 *     cosigned it, in ms, as far as this machine's clock has it for the past;
 *     null where none is asked for, or met by then
 * @property {number | null} claimed the greatest, whatever that clock says
 */

/**
 * Return the verdict on a bundle that passes every step.
 * @param {Uint8Array} data
 * @param {Asked} asked
 * @throws {MalformedError} It is not a bundle.
 * @throws {QuorumNotMetError} Too few witnesses cosigned its checkpoint.
 * @throws {InvalidSignatureError} The log did not sign it.
 * @throws {InvalidProofError} Something in it is not what the log holds.
 * @throws {VerificationError} Another step did not pass: the message starts
 *     with its code, and says which.
 */
export async function verifyBundle(data, asked) {
  const verdict = await examineBundle(data, asked);
  for (const { id, outcome, code, detail } of verdict.checks) {
    // A step that did not run says nothing; the one that stopped it does.
    if (outcome !== "VERIFIED" && code !== NOT_CHECKED) {
      const Fault = ERRORS.get(id) ?? VerificationError;
      throw new Fault(`${code}: ${detail}`);
    }
  }
  return verdict;
}

/**
 * Return what each step finds in a bundle, whatever its bytes: the JSON of
 * the schema provenance.verdict/1.
 * @param {Uint8Array} data
 * @param {Asked} asked
 * @returns {Promise<Verdict>}
 * @throws {MalformedError} The item names nothing; a bundle may be anything.
 */
export async function examineBundle(data, { trust, now, item = null }) {
  if (!(data instanceof Uint8Array)) throw new TypeError("bytes are asked for");
  if (!Number.isSafeInteger(now)) {
    throw new RangeError("now is a whole number of ms since 1970");
  }
  const examination = new Examination(trust, now, item);
  try {
    // Of one's own: what is checked must not change while it is.
    await examination.run(new Uint8Array(data));
  } catch (error) {
    // The report says what stopped it; steps that did not run are UNKNOWN.
    if (!(error instanceof StoppedError)) throw error;
  }
  const checks = fillUp(examination.report.checks);
  return {
    schema: SCHEMA,
    outcome: outcomeOf(checks),
    subject: examination.subject,
    checks,
    notices: examination.report.notices,
    log: examination.summary,
    timeline: examination.timeline,
  };
}

/** Step → what `verifyBundle` throws when it does not pass. */
const ERRORS = new Map([
  ["format", MalformedError],
  ["log-signature", InvalidSignatureError],
  ["quorum", QuorumNotMetError],
  ["commitment", InvalidProofError],
  ["inclusion", InvalidProofError],
  ["events", InvalidProofError],
  ["trails", InvalidProofError],
]);

/** One run of the steps, and what is known of the bundle so far. */
class Examination {
  report = new Report();
  subject = "";
  /** @type {import("./verdict.js").Summary | null} */
  summary = null;
  /** @type {import("./verdict.js").Moment[]} */
  timeline = [];
  /** What the label says beside its key. @type {[string, string][]} */
  said = [];
  from = "";

  /**
   * @param {Trust} trust
   * @param {number} now
   * @param {string | null} item
   */
  constructor(trust, now, item) {
    this.trust = trust;
    this.now = now;
    this.item = item;
  }

  /**
   * Take every step.
   * @param {Uint8Array} data
   * @throws {StoppedError} A step left nothing to go on with.
   */
  async run(data) {
    const { report, trust, now } = this;

    // 1 to 4: what the checkpoint is worth. 15: by which rules it is judged.
    const { bundle, claimed } = this.read(data);
    this.subject = bundle.subject;
    await this.checkOrigin(claimed);
    const signed = await this.checkLogSignature(bundle);
    const quorum = await this.checkQuorum(signed);
    const { checkpoint } = signed;
    const { origin } = checkpoint;
    const books = this.checkBook(bundle);

    // 8, 6, 7, 5, 9, 16: what the log holds.
    const { statements, events } = readStatements(
      report,
      bundle,
      origin,
      books,
    );
    const { commitment, times, leaves } = checkLog(
      report,
      bundle,
      checkpoint,
      statements,
    );
    const known = { checkpoint, leaves, trust, now };
    const anchors = await checkAnchors(report, bundle, known);
    this.checkFreshness(commitment, quorum);
    this.summary = {
      origin,
      size: checkpoint.size,
      time: commitment.time,
      witnesses: quorum.counted.map((cosignature) => cosignature.name),
      trusted_witnesses: trust.policy.witnesses.length,
      completeness: this.whoseWord(quorum),
      events: events.size,
      issuers: [...new Set([...events.values()].map((e) => e.issuer))],
    };
    const { mapRoot } = commitment;
    const trails = checkTrails(report, bundle, events, { origin, mapRoot });
    const witnessed =
      trust.policy.quorum === null
        ? (/** @type {number} */ index) => times.bounds(index).latest
        : witnessedBy(anchors, quorum.time);
    const evidence = { statements, times, witnessed, events, trails };
    const trusted = trustItem(origin);
    const pinned = new Set(trust.actors.map((actor) => actor.id));
    const named = [...trust.authorities, ...trust.actors];
    const actors = named.map(({ id }) => id);
    checkLedgerRules(report, evidence, { books, actors, trusted });

    // 10 to 14: what it means.
    this.noteWhoseWord();
    const walk = traceBundle(bundle, evidence, { trusted, books });
    const asked = trust.trails;
    const demanded = { asked, pinned, trusted };
    checkCompleteness(report, bundle, walk, evidence, demanded);
    const entitlement = await checkEntitlement(
      report,
      trust.registry(),
      evidence,
      {
        pinned,
        books,
        clockBound: trust.clockBound,
        lacking: walk.missing
          .filter(({ why, item }) => why === ACTOR && !pinned.has(item))
          .map(({ reason }) => reason),
      },
    );
    checkDemands(report, evidence);
    checkStanding(report, bundle, walk, evidence);
    checkMaking(report, bundle, walk, evidence);
    checkCreations(report, walk, events);
    checkRecalls(report, walk, events, entitlement.roles);
    const label = { item: this.subject, said: this.said };
    checkLabel(report, walk, evidence, label);
    this.passOrigin();
    const lateAfter = books.assessment.lateAfter;
    this.timeline = makeTimeline(walk, evidence, entitlement, lateAfter);
  }

  /** @param {Uint8Array} data */
  read(data) {
    /** @type {Bundle} */
    let bundle;
    /** @type {Checkpoint} */
    let claimed;
    try {
      bundle = parseBundle(data);
      claimed = parseCheckpoint(parseNote(bundle.checkpoint).text);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      /** @type {Report} */
      const report = this.report;
      report.stop("PRV-0101", error.message);
    }
    this.report.passed(
      "PRV-0100",
      `a bundle of ${data.length} bytes in canonical form`,
    );
    return { bundle, claimed };
  }

  /** @param {Checkpoint} claimed */
  async checkOrigin({ origin }) {
    /** @type {Report} */
    const report = this.report;
    const { subject, item, trust } = this;
    // An id is compared as it stands first: what the log has is its own.
    if (item !== null && item !== subject) {
      const label = await readLabel(item);
      if (label.item !== subject) {
        const detail = `the bundle is about ${subject}, not ${label.item}`;
        report.stop("PRV-0202", detail, label.item);
      }
      this.said = label.said;
    }
    if (origin !== trust.origin) {
      report.stop(
        "PRV-0201",
        `the bundle is of the ledger ${origin}, which is unknown: the trust` +
          ` file names ${trust.origin}`,
        origin,
      );
    }
    const detail = `of the ledger ${origin}`;
    if (item === null) {
      const unnamed = `${detail}; no item was named to compare it with`;
      report.passed("PRV-0203", unnamed);
    }
    this.from = detail;
    // What else the label says can be looked at when events are proven.
    if (!this.said.length) this.passOrigin();
  }

  passOrigin() {
    this.report.passed("PRV-0200", this.from);
  }

  /**
   * @param {Bundle} bundle
   * @returns {Promise<Signed>}
   */
  async checkLogSignature(bundle) {
    const { report, trust } = this;
    /** @type {Signed} */
    let signed;
    try {
      signed = await openTrusted(bundle.checkpoint, trust);
    } catch (error) {
      if (
        error instanceof MalformedError ||
        error instanceof VerificationError
      ) {
        report.stop("PRV-0301", error.message, trust.origin);
      }
      throw error;
    }
    const keys = trust.policy.logs.length;
    const signers = keys === 1 ? "the key" : `all ${keys} keys`;
    report.passed("PRV-0300", `signed by ${signers} of the log`);
    return signed;
  }

  /**
   * @param {Signed} signed
   * @returns {Promise<Quorum>}
   */
  async checkQuorum(signed) {
    const { report, now } = this;
    const { policy } = this.trust;
    /** @type {Quorum} */
    let found;
    try {
      found = await policy.examine(signed, now + AHEAD);
    } catch (error) {
      if (error instanceof QuorumNotMetError) {
        report.found("PRV-0401", error.message);
        return { counted: [], time: null, claimed: null };
      }
      if (
        error instanceof MalformedError ||
        error instanceof InvalidSignatureError
      ) {
        report.stop("PRV-0402", error.message);
      }
      throw error;
    }
    if (policy.quorum === null) {
      const detail = "the trust file asks for no cosignatures";
      report.notice("PRV-0403", detail);
      report.passed("PRV-0403", detail);
    } else {
      report.passed(
        "PRV-0400",
        `cosigned by ${found.counted.length} of ${policy.witnesses.length}` +
          ` witnesses, enough for ${quoted(policy.quorum)}`,
      );
    }
    return found;
  }

  /**
   * Return the books by which the entries are judged.
   * @param {Bundle} bundle
   */
  checkBook(bundle) {
    /** @type {Report} */
    const report = this.report;
    const { books: named } = this.trust;
    /** @type {import("../rules/books.js").Books} */
    let books;
    try {
      books = booksOfBundle(bundle, this.trust);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      report.stop("PRV-1501", error.message);
    }
    const count = counted(named.length, "rule book");
    report.passed("PRV-1500", `${count} named, and at hand`);
    return books;
  }

  /**
   * Check that the checkpoint is not too old, by whoever can say so. Nothing
   * about clocks is a contradiction: who says that it is later than it can be
   * has a wrong clock, or this machine has.
   * @param {Commitment} commitment
   * @param {Quorum} quorum
   */
  checkFreshness(commitment, quorum) {
    const { report, now, trust } = this;
    const { claimed } = quorum;
    const time = claimed === null ? commitment.time : quorum.time;
    if (time === null || time > now + AHEAD) {
      const ahead = clocksDiffer(time ?? claimed ?? 0, now);
      report.found("PRV-0504", ahead);
      return;
    }
    if (claimed !== null && commitment.time > time + trust.clockBound) {
      report.notice(
        "PRV-0506",
        `the log's last commitment is of ${written(commitment.time)}, and a` +
          ` quorum of witnesses saw it at ${written(time)}`,
      );
    }
    const age = Math.floor(Math.max(0, now - time) / 1000);
    const limit = trust.maxAgeSeconds;
    const detail = `the checkpoint is ${age} s old`;
    if (limit === null) {
      const unlimited = `${detail}, and the trust file sets no limit`;
      report.passed("PRV-0503", unlimited);
    } else if (age > limit) {
      report.found(
        "PRV-0501",
        `stale: ${detail}, over the ${limit} s that are allowed`,
      );
    } else if (trust.policy.quorum === null) {
      report.passed("PRV-0505", `${detail} by the clock of the log's operator`);
    } else {
      report.passed("PRV-0500", detail);
    }
  }

  /**
   * Return on whose word it rests that nothing is left out.
   * @param {Quorum} quorum
   */
  whoseWord({ counted }) {
    const auditors = new Set(this.trust.auditors);
    if (counted.some(({ witness }) => auditors.has(witness))) {
      return "auditors";
    }
    return counted.length ? "witnesses" : "operator";
  }

  /** Tell it, unless somebody has replayed the map. */
  noteWhoseWord() {
    /** @type {Report} */
    const report = this.report;
    const whose = this.summary?.completeness;
    if (whose === "operator") {
      report.notice(
        "PRV-1007",
        "nobody but the operator has replayed the ledger's map",
      );
    } else if (whose === "witnesses") {
      report.notice(
        "PRV-1008",
        "witnesses saw the ledger's map; none of them has replayed it",
      );
    }
  }
}
