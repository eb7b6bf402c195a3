// @ts-check
// Actors: who signs, with which keys, entitled to what. Mirrors
// provenance/claims/actor.py, as far as it reads.
//
//     {type: "ActorEnrolled", actor, name, key, proof}
//     {type: "RoleGranted", actor, role, may_grant,
//                           prefixes?, places?, from?, until?}
//     {type: "GrantRevoked", actor, grant, reason}
//     {type: "KeyAdded", actor, key, proof}
//     {type: "KeyRotated", actor, old, key, proof}
//     {type: "KeyRevoked", actor, old, reason}
//
// `key` is a public key, `old` the id of one, `grant` the id of the event that
// granted. `proof` shows that the enrolled party holds the key: its signature
// over mp(["provenance/key/v1", origin, actor, key]).

import { encode, isInt } from "../encoding/canonical.js";
import {
  HIDDEN,
  compareText,
  countCharacters,
  head,
  quoted,
} from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { checkItemId } from "./event.js";

/** @typedef {import("../encoding/canonical.js").Value} Value */
/** @typedef {import("./event.js").Body} Body */
/** @typedef {import("./event.js").Item} Item */

export const ACTOR_RELATION = "actor";

export const ENROLLED = "ActorEnrolled";
export const GRANTED = "RoleGranted";
export const GRANT_REVOKED = "GrantRevoked";
export const KEY_ADDED = "KeyAdded";
export const KEY_ROTATED = "KeyRotated";
export const KEY_REVOKED = "KeyRevoked";

/**
 * Type → the members it must have and may have, beside type and actor.
 * @type {Map<string, [string[], string[]]>}
 */
const MEMBERS = new Map([
  [ENROLLED, [["name", "key", "proof"], []]],
  [
    GRANTED,
    [
      ["role", "may_grant"],
      ["prefixes", "places", "from", "until"],
    ],
  ],
  [GRANT_REVOKED, [["grant", "reason"], []]],
  [KEY_ADDED, [["key", "proof"], []]],
  [KEY_ROTATED, [["old", "key", "proof"], []]],
  [KEY_REVOKED, [["old", "reason"], []]],
]);

const MAX_NAME_LENGTH = 200;
const BLANK = /^[\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

/** Among a grant's prefixes: may create items under any identifier. */
const ANY = "*";

/** That an actor may act in a role, within limits. */
export class Grant {
  /**
   * @param {object} given
   * @param {string} given.actor who may
   * @param {string} given.role as what
   * @param {string[]} [given.prefixes] under which GS1 company prefixes, or
   *     other id prefixes, it may create items; `*` for any, empty for none
   * @param {string[]} [given.places] at which places only; empty for anywhere
   * @param {number | null} [given.start] from which log time on, in ms
   * @param {number | null} [given.until] until which log time, in ms
   * @param {boolean} [given.mayGrant] whether it may enrol others and grant
   *     them the same role within the same limits
   */
  constructor(given) {
    this.actor = given.actor;
    this.role = given.role;
    this.prefixes = given.prefixes ?? [];
    this.places = given.places ?? [];
    this.start = given.start ?? null;
    this.until = given.until ?? null;
    this.mayGrant = given.mayGrant ?? false;
  }

  /**
   * Whether an item with that owner key is its to create.
   * @param {string} ownerKey
   */
  letsCreate(ownerKey) {
    return this.prefixes.some((p) => p === ANY || ownerKey.startsWith(p));
  }

  /**
   * Whether `other` asks for nothing that this does not give.
   * @param {Grant} other
   */
  contains(other) {
    return (
      this.role === other.role &&
      other.prefixes.every((prefix) => this.letsCreate(prefix)) &&
      (!this.places.length ||
        (other.places.length > 0 &&
          other.places.every((place) => this.places.includes(place)))) &&
      (this.start === null ||
        (other.start !== null && other.start >= this.start)) &&
      (this.until === null ||
        (other.until !== null && other.until <= this.until))
    );
  }
}

/**
 * Whether `body` is that of a registry event.
 * @param {Body} body
 */
export function isRegistryEvent(body) {
  return MEMBERS.has(/** @type {string} */ (body.get("type")));
}

/**
 * Return what a new key signs to show that its holder is the actor.
 * @param {string} origin
 * @param {string} actor
 * @param {Uint8Array} key
 */
export function possessionMessage(origin, actor, key) {
  return encode(["provenance/key/v1", origin, actor, key]);
}

/**
 * Check that a registry event has its members, of their types.
 * @param {Body} body
 * @param {Item[]} items
 * @throws {MalformedError} It has not, or its one item is not the actor.
 */
export function checkRegistryBody(body, items) {
  const kind = /** @type {string} */ (body.get("type"));
  const known = MEMBERS.get(kind);
  if (known === undefined) throw new RangeError(`${kind} is no registry event`);
  const [needed, allowed] = known;
  const members = [...body.keys()].filter((m) => m !== "type" && m !== "actor");
  const [missing] = needed
    .filter((m) => !members.includes(m))
    .sort(compareText);
  if (missing !== undefined) {
    throw new MalformedError(`${kind} needs ${quoted(missing)}`);
  }
  const [extra] = members
    .filter((m) => !needed.includes(m) && !allowed.includes(m))
    .sort(compareText);
  if (extra !== undefined) {
    throw new MalformedError(`${kind} has no member ${quoted(extra)}`);
  }
  for (const [member, value] of body) {
    if (!TYPES.get(member)?.(value)) {
      throw new MalformedError(`${kind} has a malformed ${quoted(member)}`);
    }
  }
  if (kind === ENROLLED) {
    checkName(/** @type {string} */ (body.get("name")));
  }
  // A missing actor is none of the texts that an item id can be.
  const actor = checkItemId(String(body.get("actor") ?? "None"));
  const [item] = items;
  if (
    items.length !== 1 ||
    item.relation !== ACTOR_RELATION ||
    item.id !== actor
  ) {
    throw new MalformedError(`the one item of ${kind} is its actor`);
  }
}

/**
 * Check the name of an actor.
 * @param {string} name
 * @throws {MalformedError} It has no character that can be seen, or others
 *     that cannot.
 */
function checkName(name) {
  if (
    countCharacters(name) > MAX_NAME_LENGTH ||
    HIDDEN.test(name) ||
    BLANK.test(name)
  ) {
    throw new MalformedError(
      `an actor's name has 1 to ${MAX_NAME_LENGTH} characters, all of which can` +
        ` be seen, not ${quoted(head(name, 80))}`,
    );
  }
}

/**
 * Return the grant in the checked body of a RoleGranted event.
 * @param {Body} body
 */
export function readGrant(body) {
  return new Grant(
    /** @type {any} */ ({
      actor: body.get("actor"),
      role: body.get("role"),
      prefixes: body.get("prefixes"),
      places: body.get("places"),
      start: body.get("from"),
      until: body.get("until"),
      mayGrant: body.get("may_grant"),
    }),
  );
}

/** @param {Value} value */
function isText(value) {
  return typeof value === "string" && value !== "";
}

/** @param {Value} value */
function isTexts(value) {
  return Array.isArray(value) && value.length > 0 && value.every(isText);
}

/** @param {Value} value */
function isTime(value) {
  return isInt(value) && value >= 0;
}

/** @param {number} size */
function isBytes(size) {
  return (/** @type {Value} */ value) =>
    value instanceof Uint8Array && value.length === size;
}

/** @type {Map<string, (value: Value) => boolean>} */
const TYPES = new Map(
  Object.entries({
    type: isText,
    actor: isText,
    name: isText,
    role: isText,
    reason: isText,
    prefixes: isTexts,
    places: isTexts,
    from: isTime,
    until: isTime,
    may_grant: (/** @type {Value} */ value) => typeof value === "boolean",
    key: isBytes(32),
    old: isBytes(32),
    grant: isBytes(32),
    proof: isBytes(64),
  }),
);
