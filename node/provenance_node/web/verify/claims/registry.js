// @ts-check
// The trust registry: who may say what, at each index of the log. Mirrors
// provenance/claims/registry.py.
//
// It is a state machine over the registry events in log order. The ledger
// runs it to admit; a verifier runs it again over the actors' trails in a
// bundle. An event takes effect for every entry after the one that it stands
// in, so that validity hangs on the log index alone, and limits in time on
// the log's time: never on the clock of whoever signed.
//
// It starts from the authorities that the trust file names. Of these a
// threshold must say the same thing for it to take effect, and a voice lapses
// with its key, or after the time that the evidence book gives it. An actor may
// rotate, add and revoke its own keys; a grant that says so may be passed on
// within its limits.
//
// What a statement changes counts for later entries: whoever signs it has the
// rights that it had before, and no event is heard twice, whoever says it.
//
// Over 500 lines: one state machine, as in its Python twin.

import { toHex } from "../encoding/bytes.js";
import { encode } from "../encoding/canonical.js";
import { checkHash, sha256 } from "../encoding/digest.js";
import { suggestion } from "../encoding/nearest.js";
import { compareText, quoted } from "../encoding/text.js";
import {
  InvalidSignatureError,
  MalformedError,
  ProvenanceError,
  RejectedError,
  RoleNotGrantedError,
  UnknownActorError,
} from "../errors.js";
import { Verifier } from "../keys.js";
import {
  ENROLLED,
  GRANTED,
  GRANT_REVOKED,
  KEY_ADDED,
  KEY_REVOKED,
  KEY_ROTATED,
  checkRegistryBody,
  possessionMessage,
  readGrant,
} from "./actor.js";
import { grantFor } from "./permission.js";

/** @typedef {import("./act.js").Act} Act */
/** @typedef {import("./actor.js").Grant} Grant */
/** @typedef {import("./event.js").Body} Body */
/** @typedef {import("./event.js").Item} Item */
/** @typedef {{id: Uint8Array, body: Body, items: Item[]}} RegistryEvent */
/** @typedef {import("./permission.js").HeldGrant} HeldGrant */
/** @typedef {import("./permission.js").Holds} Holds */
/** @typedef {import("./permission.js").Roles} Roles */

/**
 * What the registry reads of the evidence book in force.
 * @typedef {{roles: Roles, bounds: {voice: number}}} Book
 */

/**
 * Who says something to the registry, where and when, and by which book.
 * @typedef {object} Occasion
 * @property {string} issuer the actor that signed the statement; its signature
 *     was checked
 * @property {Uint8Array} keyId the key that it signed with
 * @property {number} logIndex the index of the statement's entry
 * @property {Book} book the evidence book in force there
 * @property {[number, number]} when the earliest and the latest time at which
 *     it was logged, in ms; an earliest of 0 says that nothing shows it
 */

/**
 * That an authority has said something that others must say as well.
 * @typedef {object} Voice
 * @property {string} key the id of the key that said it, in hexadecimal
 * @property {number} logIndex
 * @property {number} earliest
 */

/**
 * A public key of an actor. `added` and `revoked` are the log indexes between
 * which it counts: -1 for the trust file, null while it counts.
 * @typedef {object} ActorKey
 * @property {Uint8Array} data
 * @property {number} added
 * @property {number | null} revoked
 * @property {string} reason
 */

/**
 * An actor as the registry knows it now; ids of keys and grants are written
 * in hexadecimal.
 * @typedef {object} Actor
 * @property {string} id
 * @property {string} name
 * @property {boolean} isAuthority
 * @property {string} enrolledBy who signed its enrolment, of several
 *     authorities the one that completed it; "" for the trust file
 * @property {Map<string, ActorKey>} keys
 * @property {Map<string, HeldGrant>} grants
 */

/**
 * An actor that the trust file itself vouches for. One that is pinned may
 * neither enrol nor grant.
 * @typedef {object} Authority
 * @property {string} id
 * @property {string} name
 * @property {Uint8Array[]} keys
 * @property {Grant[]} grants
 * @property {boolean} isPinned
 */

/** The actors, keys and grants at one point of a log. */
export class TrustRegistry {
  /** @type {Map<string, Actor>} */
  #actors = new Map();
  /**
   * What too few authorities have said so far: actor → voice.
   * @type {Map<string, Map<string, Voice>>}
   */
  #said = new Map();
  /** Key id → actor. @type {Map<string, string>} */
  #owners = new Map();
  /** The ids of the events heard so far. @type {Set<string>} */
  #heard = new Set();
  #threshold;
  #origin;

  /**
   * @param {Authority[]} authorities
   * @param {{threshold: number, origin: string}} rules
   */
  constructor(authorities, { threshold, origin }) {
    this.#threshold = threshold;
    this.#origin = origin;
    for (const authority of authorities) this.#found(authority);
  }

  /** Return every actor, in order of enrolment. */
  actors() {
    return [...this.#actors.values()];
  }

  /**
   * Return that actor.
   * @param {string} id
   * @throws {UnknownActorError} None with that id is enrolled.
   */
  actor(id) {
    const actor = this.#actors.get(id);
    if (!actor) {
      throw new UnknownActorError(`no actor ${quoted(id)} is enrolled`);
    }
    return actor;
  }

  /**
   * Return on whose word alone that actor has its name: the actor that enrolled
   * it if that is no authority; else, and of an actor that is not known, "".
   * @param {string} id
   */
  namedBy(id) {
    const signer = this.#actors.get(this.#actors.get(id)?.enrolledBy ?? "");
    return !signer || signer.isAuthority ? "" : signer.id;
  }

  /**
   * Return the public key with that id, valid or revoked, or null.
   * @param {Uint8Array} keyId
   */
  publicKey(keyId) {
    const id = toHex(keyId);
    const owner = this.#owners.get(id);
    if (owner === undefined) return null;
    return this.actor(owner).keys.get(id)?.data ?? null;
  }

  /**
   * Return the issuer's key with that id, if it counts now.
   * @param {string} issuer
   * @param {Uint8Array} keyId
   * @throws {UnknownActorError} No such actor, not its key, or revoked.
   */
  requireKey(issuer, keyId) {
    const id = toHex(keyId);
    const key = this.actor(issuer).keys.get(id);
    if (!key) {
      throw new UnknownActorError(
        `key ${id.slice(0, 16)} is not one of ${quoted(issuer)}`,
      );
    }
    if (key.revoked !== null) {
      throw new UnknownActorError(
        `key ${id.slice(0, 16)} of ${quoted(issuer)} was revoked by entry` +
          ` ${key.revoked}: ${key.reason}`,
      );
    }
    return key;
  }

  /**
   * Return the grants that let the issuer do the act, one for each need.
   * @param {string} issuer
   * @param {Act} act
   * @param {object} given
   * @param {{roles: Roles}} given.book the evidence book in force
   * @param {Holds} given.holds whether a grant's dates admit the entry's time
   * @throws {UnknownActorError} No such actor.
   * @throws {RoleNotGrantedError} No grant meets one of the needs.
   */
  requireAct(issuer, act, { book, holds }) {
    const live = [...this.actor(issuer).grants.values()].filter(
      this.#validBefore(Infinity),
    );
    const given = { roles: book.roles, holds, actor: issuer };
    return act.needs.map((need) => grantFor(need, act, live, given));
  }

  /**
   * Let a registry event take effect. A body that too few authorities have said
   * so far is remembered. Return the log indexes of the voices that were
   * counted although nothing shows when they were given.
   * @param {RegistryEvent} event
   * @param {Occasion} occasion who says it, where and when
   * @returns {Promise<number[]>}
   * @throws {MalformedError} It is no well-formed registry event.
   * @throws {RejectedError} The issuer may not say this, it was said before, or
   *     it contradicts what the registry holds; nothing was changed.
   */
  async apply(event, occasion) {
    const { body } = event;
    checkRegistryBody(body, event.items);
    const kind = textAt(body, "type");
    const subject = textAt(body, "actor");
    const signer = this.actor(occasion.issuer);
    // Said again, it would change hands, come back after it was ended, or stand
    // under itself.
    const id = toHex(event.id);
    if (this.#heard.has(id)) {
      throw new RejectedError(
        `the registry was told the event ${id.slice(0, 16)} before, and hears` +
          " each once: say it anew, in an event with salts of its own",
      );
    }
    await this.#check(kind, event, subject, occasion.book);
    /** @type {string | null} */
    let parent = null;
    /** @type {number[]} */
    let undated = [];
    let isAgreed = true;
    if (!(OWN.has(kind) && signer.id === subject)) {
      parent = this.#delegation(event, signer, subject, occasion);
      if (parent === null) {
        ({ isAgreed, undated } = this.#agreed(event, signer, occasion));
      }
    }
    this.#heard.add(id);
    if (!isAgreed) return [];
    this.#change(kind, event, occasion, parent);
    return undated;
  }

  /**
   * Let a statement's registry events take effect, all or none. Return what
   * `apply` returns, of all of them.
   * @param {RegistryEvent[]} events
   * @param {Occasion} occasion
   * @throws {MalformedError} One of them is no well-formed registry event.
   * @throws {RejectedError} One of them is not the issuer's to say; nothing
   *     was changed.
   */
  async applyAll(events, occasion) {
    const restore = this.#remember(events);
    /** @type {number[]} */
    const undated = [];
    try {
      for (const event of events) {
        undated.push(...(await this.apply(event, occasion)));
      }
    } catch (error) {
      if (error instanceof ProvenanceError) restore();
      throw error;
    }
    return undated;
  }

  /**
   * Return what puts the registry back to how it is before these events.
   * @param {RegistryEvent[]} events
   */
  #remember(events) {
    /** @type {Map<string, Actor | undefined>} */
    const before = new Map();
    for (const { body } of events) {
      const subject = body.get("actor");
      if (typeof subject !== "string") continue;
      const actor = this.#actors.get(subject);
      before.set(
        subject,
        actor && {
          ...actor,
          keys: new Map(actor.keys),
          grants: new Map(actor.grants),
        },
      );
    }
    const said = new Map(
      [...this.#said].map(([what, voices]) => [what, new Map(voices)]),
    );
    const fresh = events
      .map(({ id }) => toHex(id))
      .filter((id) => !this.#heard.has(id));
    return () => {
      for (const id of fresh) this.#heard.delete(id);
      for (const [subject, actor] of before) {
        for (const id of this.#actors.get(subject)?.keys.keys() ?? []) {
          if (!actor?.keys.has(id)) this.#owners.delete(id);
        }
        if (actor) this.#actors.set(subject, actor);
        else this.#actors.delete(subject);
      }
      this.#said = said;
    };
  }

  /**
   * Return the grants by which the issuer may enrol or grant like this; one of
   * which the dates hold is enough. None for an authority, which needs no
   * grant, and for events of other kinds.
   * @param {RegistryEvent} event
   * @param {string} issuer
   * @param {number} logIndex the entry that it stands in
   * @throws {UnknownActorError} No such actor.
   */
  passedOn({ body }, issuer, logIndex) {
    const signer = this.actor(issuer);
    const kind = textAt(body, "type");
    if (signer.isAuthority || !PASSED_ON.has(kind)) return [];
    const isLive = this.#validBefore(logIndex);
    const able = [...signer.grants.values()].filter(
      (held) => held.grant.mayGrant,
    );
    if (kind !== GRANTED) return able.filter(isLive);
    const wanted = readGrant(body);
    // Chosen without a look at its dates: whoever replays the log does not know
    // them to the minute, and must find the same parent.
    const parent = able.find(
      (held) => held.grant.contains(wanted) && isLive(held),
    );
    return parent ? [parent] : [];
  }

  // The rules for signing a registry event.

  /**
   * Return the grant that lets a plain actor say this. Null means that it
   * takes the authorities, of which the signer is one.
   * @param {RegistryEvent} event
   * @param {Actor} signer
   * @param {string} subject
   * @param {Occasion} occasion
   */
  #delegation(event, signer, subject, { logIndex }) {
    if (signer.isAuthority) return null;
    const { body } = event;
    const kind = textAt(body, "type");
    const [parent] = this.passedOn(event, signer.id, logIndex);
    if (parent) return parent.key;
    if (kind === GRANT_REVOKED) {
      const held = this.#actors.get(subject)?.grants.get(idAt(body, "grant"));
      if (held?.grantedBy === signer.id) return held.key;
    }
    throw new RoleNotGrantedError(
      `${quoted(signer.id)} is no authority and has no grant to pass on that` +
        ` lets it sign this ${kind} for ${quoted(subject)}`,
    );
  }

  /**
   * Note that the signer says this. Return whether enough have said it now, and
   * the log indexes of those who were counted although nothing shows when they
   * said it.
   * @param {RegistryEvent} event
   * @param {Actor} signer
   * @param {Occasion} occasion
   */
  #agreed(event, signer, occasion) {
    const said = toHex(sha256(encode(event.body)));
    const voices = new Map(
      [...(this.#said.get(said) ?? [])].filter(([actor, voice]) =>
        this.#stillCounts(actor, voice, occasion),
      ),
    );
    if (voices.has(signer.id)) {
      throw new RejectedError(
        `${quoted(signer.id)} has said this already; ${this.#threshold} of` +
          " the authorities must, each once",
      );
    }
    const undated = [...voices.values()]
      .filter(({ earliest }) => earliest === 0)
      .map(({ logIndex }) => logIndex);
    voices.set(signer.id, {
      key: toHex(occasion.keyId),
      logIndex: occasion.logIndex,
      earliest: occasion.when[0],
    });
    if (voices.size < this.#threshold) {
      this.#said.set(said, voices);
      return { isAgreed: false, undated: [] };
    }
    this.#said.delete(said);
    return { isAgreed: true, undated };
  }

  /**
   * Whether a voice has not lapsed: by its key, or by time.
   * @param {string} actor
   * @param {Voice} voice
   * @param {Occasion} occasion
   */
  #stillCounts(actor, { key, earliest }, { logIndex, when, book }) {
    const revoked = this.actor(actor).keys.get(key)?.revoked ?? null;
    if (revoked !== null && revoked < logIndex) return false;
    return earliest === 0 || when[1] - earliest <= book.bounds.voice;
  }

  /**
   * Check what each kind needs of the registry, before anything changes.
   * @param {string} kind
   * @param {RegistryEvent} event
   * @param {string} subject
   * @param {Book} book
   */
  async #check(kind, { body }, subject, { roles }) {
    switch (kind) {
      case ENROLLED:
        if (this.#actors.has(subject)) {
          throw new RejectedError(
            `actor ${quoted(subject)} is enrolled already`,
          );
        }
        return this.#checkNewKey(body, subject);
      case GRANTED: {
        this.actor(subject);
        const role = textAt(body, "role");
        if (!roles.has(role)) {
          const known =
            suggestion(role, roles.keys()) ||
            `; its roles are ${[...roles.keys()].sort(compareText).join(", ")}`;
          throw new RejectedError(
            `this ledger has no role ${quoted(role)}${known}`,
          );
        }
        return undefined;
      }
      case GRANT_REVOKED: {
        const id = idAt(body, "grant");
        const held = this.actor(subject).grants.get(id);
        if (!held || held.revoked !== null) {
          throw new RejectedError(
            `${quoted(subject)} holds no grant ${id.slice(0, 16)}`,
          );
        }
        return undefined;
      }
      case KEY_ADDED:
        this.actor(subject);
        return this.#checkNewKey(body, subject);
      case KEY_ROTATED:
        this.requireKey(subject, bytesAt(body, "old"));
        return this.#checkNewKey(body, subject);
      default:
        this.requireKey(subject, bytesAt(body, "old"));
        return undefined;
    }
  }

  /**
   * @param {Body} body
   * @param {string} subject
   */
  async #checkNewKey(body, subject) {
    const key = bytesAt(body, "key");
    const verifier = new Verifier(key);
    try {
      const message = possessionMessage(this.#origin, subject, key);
      await verifier.verify(bytesAt(body, "proof"), message);
    } catch (error) {
      if (!(error instanceof InvalidSignatureError)) throw error;
      throw new RejectedError(
        `the new key of ${quoted(subject)} did not sign its own enrolment`,
      );
    }
    if (this.#owners.has(toHex(verifier.keyId))) {
      throw new RejectedError(
        "that key is in use; one key serves one actor, once",
      );
    }
  }

  /**
   * Change what each kind changes.
   * @param {string} kind
   * @param {RegistryEvent} event
   * @param {Occasion} occasion
   * @param {string | null} parent
   */
  #change(kind, event, { issuer, logIndex }, parent) {
    const { body } = event;
    const subject = textAt(body, "actor");
    if (kind === ENROLLED) {
      this.#actors.set(subject, {
        id: subject,
        name: textAt(body, "name"),
        isAuthority: false,
        enrolledBy: issuer,
        keys: new Map(),
        grants: new Map(),
      });
    }
    const { keys, grants } = this.actor(subject);
    if (kind === GRANTED) {
      const key = toHex(event.id);
      grants.set(key, {
        key,
        grant: readGrant(body),
        grantedBy: issuer,
        parent,
        added: logIndex,
        revoked: null,
      });
    }
    if (body.has("grant")) {
      const held = /** @type {HeldGrant} */ (grants.get(idAt(body, "grant")));
      grants.set(held.key, { ...held, revoked: logIndex });
    }
    if (body.has("old")) {
      const id = idAt(body, "old");
      const old = /** @type {ActorKey} */ (keys.get(id));
      const reason = body.has("reason") ? textAt(body, "reason") : "rotated";
      keys.set(id, { ...old, revoked: logIndex, reason });
    }
    if (body.has("key")) this.#putKey(subject, bytesAt(body, "key"), logIndex);
  }

  /**
   * @param {string} subject
   * @param {Uint8Array} data
   * @param {number} added
   */
  #putKey(subject, data, added) {
    const id = toHex(sha256(data));
    this.actor(subject).keys.set(id, {
      data,
      added,
      revoked: null,
      reason: "",
    });
    this.#owners.set(id, subject);
  }

  /** @param {Authority} authority */
  #found({ id, name, keys, grants, isPinned }) {
    if (this.#actors.has(id)) {
      throw new MalformedError(`${quoted(id)} is named twice`);
    }
    /** @type {Actor} */
    const actor = {
      id,
      name,
      isAuthority: !isPinned,
      enrolledBy: "",
      keys: new Map(),
      grants: new Map(),
    };
    this.#actors.set(id, actor);
    for (const key of keys) {
      if (this.#owners.has(toHex(new Verifier(key).keyId))) {
        throw new MalformedError("two actors have the same key");
      }
      this.#putKey(id, key, -1);
    }
    for (const grant of grants) {
      const key = toHex(sha256(encode([id, actor.grants.size])));
      actor.grants.set(key, {
        key,
        grant,
        grantedBy: id,
        parent: null,
        added: -1,
        revoked: null,
      });
    }
  }

  /**
   * Return what tells of a grant whether it held, with all it came from, before
   * that entry: what the entry itself gives or takes counts after it. What many
   * grants came from is looked at once.
   * @param {number} logIndex
   */
  #validBefore(logIndex) {
    /** @type {Map<string, boolean>} */
    const known = new Map();
    return (/** @type {HeldGrant} */ held) => {
      // Each came from one that was given before it, so there is a first.
      const line = [];
      let isLive = isValid(held, logIndex);
      while (isLive && held.parent !== null) {
        const found = known.get(held.parent);
        if (found !== undefined) {
          isLive = found;
          break;
        }
        line.push(held.parent);
        held = this.#grantOf(held.grantedBy, held.parent);
        isLive = isValid(held, logIndex);
      }
      for (const key of line) known.set(key, isLive);
      return isLive;
    };
  }

  /**
   * Return the grant that an actor passed another on from.
   * @param {string} actor
   * @param {string | null} key
   */
  #grantOf(actor, key) {
    return /** @type {HeldGrant} */ (
      this.actor(actor).grants.get(/** @type {string} */ (key))
    );
  }
}

/** What a grant that may be passed on lets its holder sign. */
const PASSED_ON = new Set([ENROLLED, GRANTED]);

/** What an actor may say of itself. */
const OWN = new Set([KEY_ADDED, KEY_ROTATED, KEY_REVOKED]);

/**
 * @param {HeldGrant} held
 * @param {number} logIndex
 */
function isValid({ added, revoked }, logIndex) {
  return added < logIndex && (revoked === null || revoked >= logIndex);
}

// checkRegistryBody saw to the types of members.

/**
 * @param {Body} body
 * @param {string} member
 */
function textAt(body, member) {
  return /** @type {string} */ (body.get(member));
}

/**
 * @param {Body} body
 * @param {string} member
 */
function bytesAt(body, member) {
  return checkBytes(body.get(member));
}

/** @param {unknown} value */
function checkBytes(value) {
  if (value instanceof Uint8Array) return value;
  throw new TypeError("checkRegistryBody saw to it");
}

/**
 * @param {Body} body
 * @param {string} member
 */
function idAt(body, member) {
  return toHex(checkHash(bytesAt(body, member)));
}
