// @ts-check
// A policy: which logs are known, and whose cosignatures are enough
// (c2sp.org/tlog-policy). Mirrors provenance/tlog/policy.py.
//
//     log      ledger.example/demo+45ace4e1+AZsfhHkc/HZjBFhU04netcqVRJ2HXydqg…
//     witness  harbour  witness.example/harbour+73e6c340+BAJL1tJVgCbtsyKzfexO…
//     witness  union    union.example/w1+de8c6e8a+BM9njnfVLk0YlVIm9ZQruIn83wF…
//     group    either   any  harbour union
//     quorum   either
//
// A group has seen a checkpoint if so many of its members have, a witness if
// it cosigned it. Members are named before, and each in one group at most, so
// that nobody counts twice; for the same reason no key may stand there twice.

import { toHex } from "../encoding/bytes.js";
import { findHalf, quoted, textOf } from "../encoding/text.js";
import { MalformedError, QuorumNotMetError } from "../errors.js";
import { parseCosigner, parseLogKey, readCosignature } from "./cosignature.js";
import { checkSignatures, placeOf } from "./note.js";

/** @typedef {import("./checkpoint.js").SignedCheckpoint} SignedCheckpoint */
/** @typedef {import("./cosignature.js").Cosignature} Cosignature */
/** @typedef {import("./note.js").KnownKey} KnownKey */

/** @typedef {{key: KnownKey, url: string | null}} Log */
/** @typedef {{name: string, key: KnownKey, url: string | null}} Witness */
/** @typedef {{name: string, threshold: number, members: string[]}} Group */

/**
 * A cosignature that was verified, with the name that its witness has here.
 * @typedef {Cosignature & {witness: string}} Seen
 */

/** The quorum that asks for no cosignature. */
export const NONE = "none";

const MAX_POLICY_SIZE = 1 << 20;
// Tab, newline and everything from the space on but DEL.
const OTHER = /[^\t\n\x20-\x7e\x80-\u{10ffff}]/u;
const THRESHOLD = /^[1-9][0-9]{0,5}$/;

/** Whom a verifier believes. One that contradicts itself cannot be made. */
export class Policy {
  /**
   * @param {object} parts
   * @param {Log[]} parts.logs
   * @param {Witness[]} parts.witnesses
   * @param {Group[]} parts.groups each after its members
   * @param {string | null} parts.quorum the name of a witness or group; null
   *     asks for no cosignature
   * @throws {MalformedError} A name or a key stands there twice, a member or
   *     the quorum is not defined, or a threshold cannot be met.
   */
  constructor({ logs, witnesses, groups, quorum }) {
    const names = new Names();
    for (const log of logs) names.addLog(log);
    for (const witness of witnesses) names.addWitness(witness);
    for (const group of groups) names.addGroup(group);
    if (quorum !== null) names.requireKnown(quorum);
    this.logs = logs;
    this.witnesses = witnesses;
    this.groups = groups;
    this.quorum = quorum;
  }

  /** The keys to open checkpoints with. */
  get logKeys() {
    return this.logs.map((log) => log.key);
  }

  /**
   * Return the cosignatures by which a checkpoint meets the quorum: one for
   * each witness that counted, its latest, in the order in which the groups
   * name them; none if no quorum is asked for.
   * @param {SignedCheckpoint} signed
   * @returns {Promise<Seen[]>}
   * @throws {QuorumNotMetError} Too few witnesses cosigned it.
   * @throws {InvalidSignatureError} A cosignature by a witness of this policy
   *     does not verify.
   */
  async check(signed) {
    return this.#count(await this.#cosignatures(signed));
  }

  /**
   * Return what `check` does, and since when a checkpoint is known to stand:
   * the greatest time, in ms since 1970, so that the cosignatures at or after
   * it, none of them later than `until`, meet the quorum by themselves; and
   * the greatest of all, whatever `until` is (`claimed`). Each is null where
   * there is none, as when no quorum is asked for.
   * @param {SignedCheckpoint} signed
   * @param {number} until in ms since 1970
   * @throws {QuorumNotMetError} Too few witnesses cosigned it.
   * @throws {InvalidSignatureError} A cosignature by a witness of this policy
   *     does not verify.
   */
  async examine(signed, until) {
    const seen = await this.#cosignatures(signed);
    const counted = this.#count(seen);
    const time = this.#timeOf(seen, until);
    return { counted, time, claimed: this.#timeOf(seen, Infinity) };
  }

  /**
   * Return every cosignature of a checkpoint by a witness of this policy.
   * @param {SignedCheckpoint} signed
   * @returns {Promise<Seen[]>}
   */
  async #cosignatures({ note }) {
    const keys = this.witnesses.map((witness) => witness.key);
    const names = new Map(this.witnesses.map((w) => [w.key.place, w.name]));
    return (await checkSignatures(note, keys)).map((line) => ({
      ...readCosignature(line),
      witness: /** @type {string} */ (names.get(placeOf(line))),
    }));
  }

  /**
   * @param {Seen[]} seen
   * @returns {Seen[]}
   */
  #count(seen) {
    if (this.quorum === null) return [];
    /** @type {Map<string, Seen>} */
    const latest = new Map();
    for (const each of seen) {
      const before = latest.get(each.witness);
      if (!before || before.time < each.time) {
        latest.set(each.witness, each);
      }
    }
    // Every member is named before its group, so one pass is enough.
    /** @type {Map<string, Seen[]>} */
    const counted = new Map([...latest].map(([name, each]) => [name, [each]]));
    for (const { name, threshold, members } of this.groups) {
      const met = members.flatMap((member) => {
        const found = counted.get(member);
        return found ? [found] : [];
      });
      if (met.length >= threshold) counted.set(name, met.flat());
    }
    const found = counted.get(this.quorum);
    if (!found) {
      throw new QuorumNotMetError(
        `${latest.size} of ${this.witnesses.length} witnesses cosigned, too` +
          ` few for the quorum ${quoted(this.quorum)}`,
      );
    }
    return found;
  }

  /**
   * @param {Seen[]} seen
   * @param {number} until
   */
  #timeOf(seen, until) {
    if (this.quorum === null) return null;
    /** @type {Map<string, number>} */
    const times = new Map();
    for (const { witness, time } of seen) {
      const ms = Number(time) * 1000;
      if (ms > until) continue;
      times.set(witness, Math.max(times.get(witness) ?? 0, ms));
    }
    // A group has seen it when so many members have: by the last of these.
    for (const { name, threshold, members } of this.groups) {
      const [time] = members
        .flatMap((member) => times.get(member) ?? [])
        .sort((a, b) => b - a)
        .slice(threshold - 1);
      if (time !== undefined) times.set(name, time);
    }
    return times.get(this.quorum) ?? null;
  }
}

/**
 * Return the policy that `data` spells. Names that are not UTF-8, which the
 * specification allows, are refused.
 * @param {Uint8Array} data
 * @throws {MalformedError} It is none; the message names the line.
 */
export function parsePolicy(data) {
  if (data.length > MAX_POLICY_SIZE) {
    throw new MalformedError(
      `a policy has up to ${MAX_POLICY_SIZE} bytes, not ${data.length}`,
    );
  }
  const text = textOf(data);
  if (text === null) throw new MalformedError("the policy is not UTF-8");
  if (text && !text.endsWith("\n")) {
    // A file that was cut off may still read like a policy, a weaker one.
    throw new MalformedError("the policy's last line has no newline");
  }
  const reader = new Reader();
  for (const [number, line] of text.split("\n").entries()) {
    try {
      const words = wordsOf(line);
      if (words.length) reader.read(words);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new MalformedError(`line ${number + 1}: ${error.message}`);
    }
  }
  const { logs, witnesses, groups, quorum } = reader;
  if (quorum === null)
    throw new MalformedError("the policy has no quorum line");
  return new Policy({
    logs,
    witnesses,
    groups,
    quorum: quorum === NONE ? null : quorum,
  });
}

/** What has been defined so far: names, members and keys. */
class Names {
  defined = new Set();
  members = new Set();
  publicKeys = new Set();
  places = new Set();

  /** @param {Log} log */
  addLog({ key, url }) {
    this.addKey(key);
    if (url !== null) checkWord(url);
  }

  /** @param {Witness} witness */
  addWitness({ name, key, url }) {
    this.define(name);
    this.addKey(key);
    if (url !== null) checkWord(url);
  }

  /** @param {Group} group */
  addGroup({ name, threshold, members }) {
    for (const member of members) {
      this.requireKnown(member);
      if (this.members.has(member)) {
        throw new MalformedError(`${quoted(member)} is a member twice`);
      }
      this.members.add(member);
    }
    if (!(1 <= threshold && threshold <= members.length)) {
      throw new MalformedError(
        `${threshold} of the ${members.length} members of ${quoted(name)}` +
          " cannot be asked for",
      );
    }
    this.define(name);
  }

  /** @param {string} name */
  requireKnown(name) {
    if (!this.defined.has(name)) {
      throw new MalformedError(
        `no witness or group ${quoted(name)} is defined`,
      );
    }
  }

  /** @param {string} name */
  define(name) {
    checkWord(name);
    if (name === NONE || this.defined.has(name)) {
      throw new MalformedError(`the name ${quoted(name)} is taken`);
    }
    this.defined.add(name);
  }

  /** @param {KnownKey} key */
  addKey(key) {
    const publicKey = toHex(key.key.data);
    if (this.publicKeys.has(publicKey)) {
      throw new MalformedError(`the public key of ${key.name} is there twice`);
    }
    this.publicKeys.add(publicKey);
    // Four bytes of hash can be made to collide; no line could then tell the
    // two keys apart.
    if (this.places.has(key.place)) {
      throw new MalformedError(`two keys of ${key.name} have the same id`);
    }
    this.places.add(key.place);
  }
}

/** Reads a policy line by line, knowing only the lines before. */
class Reader {
  names = new Names();
  /** @type {Log[]} */
  logs = [];
  /** @type {Witness[]} */
  witnesses = [];
  /** @type {Group[]} */
  groups = [];
  /** @type {string | null} */
  quorum = null;

  /** @param {string[]} words */
  read(words) {
    const [kind, first, second, ...rest] = words;
    const count = words.length;
    if (kind === "log" && (count === 2 || count === 3)) {
      const log = { key: parseLogKey(first), url: second ?? null };
      this.names.addLog(log);
      this.logs.push(log);
    } else if (kind === "witness" && (count === 3 || count === 4)) {
      const key = parseCosigner(second);
      const witness = { name: first, key, url: rest[0] ?? null };
      this.names.addWitness(witness);
      this.witnesses.push(witness);
    } else if (kind === "group" && count > 3) {
      const threshold = parseThreshold(second, rest);
      const group = { name: first, threshold, members: rest };
      this.names.addGroup(group);
      this.groups.push(group);
    } else if (kind === "quorum" && count === 2) {
      if (this.quorum !== null) {
        throw new MalformedError("there is a second quorum line");
      }
      if (first !== NONE) this.names.requireKnown(first);
      this.quorum = first;
    } else {
      throw new MalformedError(
        `no policy line starts with ${quoted(kind)} and has ${count - 1} more` +
          " fields",
      );
    }
  }
}

/**
 * Return the fields of a line; none if it is empty or a comment.
 * @param {string} line
 */
function wordsOf(line) {
  const other = OTHER.exec(line);
  if (other) {
    const code = other[0].charCodeAt(0).toString(16).padStart(2, "0");
    throw new MalformedError(`octet 0x${code} cannot be in a policy`);
  }
  const words = line.split(/[ \t]+/).filter(Boolean);
  return words[0]?.startsWith("#") ? [] : words;
}

/**
 * @param {string} text
 * @param {string[]} members
 */
function parseThreshold(text, members) {
  if (text === "any") return 1;
  if (text === "all") return members.length;
  if (!THRESHOLD.test(text)) {
    throw new MalformedError(`${quoted(text)} is not all, any or a number`);
  }
  return Number(text);
}

/** @param {string} word */
function checkWord(word) {
  if (findHalf(word) >= 0) {
    throw new MalformedError(`${quoted(word)} has no octets`);
  }
  if (!word || /[ \t\n]/.test(word) || OTHER.test(word)) {
    throw new MalformedError(`${quoted(word)} is not one word`);
  }
}
