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
// threshold must say the same thing for it to take effect. An actor may
// rotate, add and revoke its own keys; a grant that says so may be passed on
// within its limits.

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

/** @typedef {import("./actor.js").Grant} Grant */
/** @typedef {import("./event.js").Body} Body */
/** @typedef {import("./event.js").Item} Item */
/** @typedef {{id: Uint8Array, body: Body, items: Item[]}} RegistryEvent */
/** @typedef {(grant: Grant) => boolean} Holds whether its dates fit */

const ANY_KIND = "*";
/** The kinds that bring items into being, and so need a prefix. */
const CREATING = new Set(["commissioning", "transforming"]);

/**
 * What an event does, as far as permission to do it is concerned.
 * @typedef {object} Act
 * @property {ReadonlySet<string>} kinds each must be granted
 * @property {string[]} creates the owner keys of the items it brings into
 *     being: for a GS1 identifier the digits that start with the company
 *     prefix, else the id
 * @property {string[]} places where it says it happened
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
 * A grant with its history; `parent` is the key of the grant that it was
 * passed on from, null if the authorities gave it.
 * @typedef {object} HeldGrant
 * @property {string} key the id of the event that granted it, in hexadecimal
 * @property {Grant} grant
 * @property {string} grantedBy
 * @property {string | null} parent
 * @property {number} added
 * @property {number | null} revoked
 * @property {number} depth how often it was passed on
 */

/**
 * An actor as the registry knows it now; ids of keys and grants are written
 * in hexadecimal.
 * @typedef {object} Actor
 * @property {string} id
 * @property {string} name
 * @property {boolean} isAuthority
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
  /** What too few authorities have said so far. @type {Map<string, Set<string>>} */
  #said = new Map();
  /** Key id → actor. @type {Map<string, string>} */
  #owners = new Map();
  #threshold;
  #roles;
  #origin;

  /**
   * @param {Authority[]} authorities
   * @param {object} rules
   * @param {number} rules.threshold
   * @param {ReadonlyMap<string, ReadonlySet<string>>} rules.roles
   * @param {string} rules.origin
   */
  constructor(authorities, { threshold, roles, origin }) {
    this.#threshold = threshold;
    this.#roles = roles;
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
   * Return the grants that let the issuer do the act, one for each kind.
   * @param {string} issuer
   * @param {Act} act
   * @param {Holds} holds whether a grant's dates admit the entry's time
   * @throws {UnknownActorError} No such actor.
   * @throws {RoleNotGrantedError} No grant covers one of the kinds.
   */
  requireAct(issuer, act, holds) {
    const actor = this.actor(issuer);
    const live = [...actor.grants.values()].filter(
      (held) => this.#isLive(held) && holds(held.grant),
    );
    return [...act.kinds]
      .sort(compareText)
      .map((kind) => this.#grantFor(actor, kind, act, live));
  }

  /**
   * Let a registry event take effect; its statement's signature was checked.
   * A body that too few authorities have said so far is remembered.
   * @param {RegistryEvent} event
   * @param {object} from
   * @param {string} from.issuer
   * @param {number} from.logIndex
   * @param {Holds} [from.holds] whether the dates of a grant that is passed
   *     on admit the entry's time; what was admitted needs no such look
   * @throws {MalformedError} It is no well-formed registry event.
   * @throws {RejectedError} The issuer may not say this, or it contradicts
   *     what the registry holds; nothing was changed.
   */
  async apply(event, { issuer, logIndex, holds = () => true }) {
    const { body } = event;
    checkRegistryBody(body, event.items);
    const kind = textAt(body, "type");
    const subject = textAt(body, "actor");
    const signer = this.actor(issuer);
    await this.#check(kind, event, subject);
    /** @type {string | null} */
    let parent = null;
    if (!(OWN.has(kind) && issuer === subject)) {
      parent = this.#delegation(event, signer, subject, holds);
      if (parent === null && !this.#agreed(event, signer)) return;
    }
    this.#change(kind, event, issuer, parent, logIndex);
  }

  /**
   * Let a statement's registry events take effect, all or none.
   * @param {RegistryEvent[]} events
   * @param {{issuer: string, logIndex: number, holds?: Holds}} from
   * @throws {MalformedError} One of them is no well-formed registry event.
   * @throws {RejectedError} One of them is not the issuer's to say; nothing
   *     was changed.
   */
  async applyAll(events, from) {
    const restore = this.#remember(events);
    try {
      for (const event of events) await this.apply(event, from);
    } catch (error) {
      if (error instanceof ProvenanceError) restore();
      throw error;
    }
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
      [...this.#said].map(([what, voices]) => [what, new Set(voices)]),
    );
    return () => {
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

  // The rules for signing a registry event.

  /**
   * Return the grant that lets a plain actor say this. Null means that it
   * takes the authorities, of which the signer is one.
   * @param {RegistryEvent} event
   * @param {Actor} signer
   * @param {string} subject
   * @param {Holds} holds
   */
  #delegation(event, signer, subject, holds) {
    if (signer.isAuthority) return null;
    const { body } = event;
    const kind = textAt(body, "type");
    let passingOn = [...signer.grants.values()].filter(
      (held) => held.grant.mayGrant && this.#isLive(held),
    );
    if (kind === GRANTED) {
      const wanted = readGrant(body);
      // Chosen without a look at its dates: whoever replays the log does not
      // know them to the minute, and must find the same parent.
      passingOn = passingOn
        .filter((held) => held.grant.contains(wanted))
        .slice(0, 1);
    }
    if (PASSED_ON.has(kind) && passingOn.some((held) => holds(held.grant))) {
      return passingOn[0].key;
    }
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
   * Note that the signer says this; return whether enough now have.
   * @param {RegistryEvent} event
   * @param {Actor} signer
   */
  #agreed(event, signer) {
    const said = toHex(sha256(encode(event.body)));
    const voices = this.#said.get(said) ?? new Set();
    this.#said.set(said, voices);
    if (voices.has(signer.id)) {
      throw new RejectedError(
        `${quoted(signer.id)} has said this already; ${this.#threshold} of` +
          " the authorities must, each once",
      );
    }
    voices.add(signer.id);
    if (voices.size < this.#threshold) return false;
    this.#said.delete(said);
    return true;
  }

  /**
   * Check what each kind needs of the registry, before anything changes.
   * @param {string} kind
   * @param {RegistryEvent} event
   * @param {string} subject
   */
  async #check(kind, event, subject) {
    const { body } = event;
    switch (kind) {
      case ENROLLED:
        if (this.#actors.has(subject)) {
          throw new RejectedError(
            `actor ${quoted(subject)} is enrolled already`,
          );
        }
        return this.#checkNewKey(body, subject);
      case GRANTED: {
        // Said again, it would change hands, come back after its revocation,
        // or stand under itself.
        const id = toHex(event.id);
        if (this.actor(subject).grants.has(id)) {
          throw new RejectedError(
            `${quoted(subject)} was given the grant ${id.slice(0, 16)} before,` +
              " and each is given once: grant anew, in an event with salts of" +
              " its own",
          );
        }
        if (!this.#roles.has(textAt(body, "role"))) {
          const role = textAt(body, "role");
          const known =
            suggestion(role, this.#roles.keys()) ||
            `; its roles are ${sorted(this.#roles.keys()).join(", ")}`;
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
   * @param {string} issuer
   * @param {string | null} parent
   * @param {number} logIndex
   */
  #change(kind, event, issuer, parent, logIndex) {
    const { body } = event;
    const subject = textAt(body, "actor");
    if (kind === ENROLLED) {
      this.#actors.set(subject, {
        id: subject,
        name: textAt(body, "name"),
        isAuthority: false,
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
        depth: parent === null ? 0 : 1 + this.#grantOf(issuer, parent).depth,
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
      if (!this.#roles.has(grant.role)) {
        throw new MalformedError(`there is no role ${quoted(grant.role)}`);
      }
      const key = toHex(sha256(encode([id, actor.grants.size])));
      actor.grants.set(key, {
        key,
        grant,
        grantedBy: id,
        parent: null,
        added: -1,
        revoked: null,
        depth: 0,
      });
    }
  }

  // Looking a permission up.

  /**
   * Whether it is unrevoked, and so is what it came from. Takes as many steps
   * as it was passed on, whatever the grants name.
   * @param {HeldGrant} held
   */
  #isLive(held) {
    for (let step = held.depth; step > 0; step--) {
      if (held.revoked !== null) return false;
      held = this.#grantOf(held.grantedBy, held.parent);
    }
    return held.revoked === null;
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

  /**
   * @param {Actor} actor
   * @param {string} kind
   * @param {Act} act
   * @param {HeldGrant[]} live
   */
  #grantFor(actor, kind, act, live) {
    const able = live.filter((held) => {
      const kinds = this.#roles.get(held.grant.role);
      return kinds?.has(kind) || kinds?.has(ANY_KIND);
    });
    const may = `${quoted(actor.id)} may not sign ${quoted(kind)} events`;
    if (!able.length) {
      const roles = sorted(live.map((held) => held.grant.role));
      throw new RoleNotGrantedError(
        `${may}: it holds ${roles.join(", ") || "no role"}`,
      );
    }
    const here = able.filter(
      ({ grant: { places } }) =>
        !places.length ||
        (act.places.length > 0 && act.places.every((p) => places.includes(p))),
    );
    if (!here.length) {
      throw new RoleNotGrantedError(
        `${may} at ${act.places.join(", ") || "an unnamed place"}`,
      );
    }
    if (!CREATING.has(kind)) return here[0];
    for (const held of here) {
      if (act.creates.every((key) => held.grant.letsCreate(key))) return held;
    }
    // One grant must cover all; name what no grant covers, if anything.
    const foreign =
      act.creates.find(
        (key) => !here.some((held) => held.grant.letsCreate(key)),
      ) ?? act.creates[0];
    throw new RoleNotGrantedError(
      `${quoted(actor.id)} may not create items under ${quoted(foreign)}: its` +
        " grants name other prefixes",
    );
  }
}

/** What a grant that may be passed on lets its holder sign. */
const PASSED_ON = new Set([ENROLLED, GRANTED]);

/** What an actor may say of itself. */
const OWN = new Set([KEY_ADDED, KEY_ROTATED, KEY_REVOKED]);

/**
 * Return the texts in order, each once.
 * @param {Iterable<string>} texts
 */
function sorted(texts) {
  return [...new Set(texts)].sort(compareText);
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
