// @ts-check
// Permission: which of an actor's grants let it do what an event does. Mirrors
// provenance/claims/permission.py.
//
// Each need of an event (act.js) must be met by one grant:
//
//     role      has one of the kinds that the need names, or `*`
//     dates     hold at the time of the entry
//     places    all those of the event are the grant's, if it names any, and
//               none is concealed
//     prefixes  cover every owner key of the need
//
// What a role may do is what the evidence book in force says; a role that it
// does not know may do nothing.

import { written } from "../encoding/instant.js";
import { compareText, quoted } from "../encoding/text.js";
import { RoleNotGrantedError } from "../errors.js";
import { Grant } from "./actor.js";

/** @typedef {import("./act.js").Act} Act */
/** @typedef {import("./act.js").Need} Need */

/** Among a role's kinds: every kind. */
const ANY_KIND = "*";

/**
 * Role → the kinds of event that it may sign.
 * @typedef {ReadonlyMap<string, ReadonlySet<string>>} Roles
 */

/** @typedef {(grant: Grant) => boolean} Holds whether its dates fit */

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
 */

/**
 * Return the first of the live grants that meets a need.
 * @param {Need} need one of those of `act`
 * @param {Act} act what an event does
 * @param {HeldGrant[]} live the grants of the actor that nobody has ended, in
 *     log order
 * @param {object} given
 * @param {Roles} given.roles
 * @param {Holds} given.holds
 * @param {string} given.actor who signed, for messages
 * @throws {RoleNotGrantedError} None of them meets it.
 */
export function grantFor(need, act, live, { roles, holds, actor }) {
  const dated = live.filter((held) => holds(held.grant));
  const may = `${quoted(actor)} may not sign ${kindsOf(need)} events`;
  try {
    return first(need, act, dated, { roles, may });
  } catch (error) {
    if (!(error instanceof RoleNotGrantedError)) throw error;
    const lapsed = live.find(
      (held) => !holds(held.grant) && meets(held, need, act, roles),
    );
    if (!lapsed) throw error;
    const { grant } = lapsed;
    throw new RoleNotGrantedError(
      `${may}: its grant as ${grant.role} ${datesOf(grant, holds)}`,
    );
  }
}

/**
 * Return the first of the live grants that meets a need.
 * @param {Need} need
 * @param {Act} act
 * @param {HeldGrant[]} live
 * @param {object} given
 * @param {Roles} given.roles
 * @param {string} given.may how a refusal begins
 * @throws {RoleNotGrantedError} None of them meets it.
 */
function first(need, act, live, { roles, may }) {
  const able = live.filter((held) => isAble(held, need, roles));
  if (!able.length) {
    const held = [...new Set(live.map(({ grant }) => grant.role))];
    throw new RoleNotGrantedError(
      `${may}: it holds ${held.sort(compareText).join(", ") || "no role"}`,
    );
  }
  const here = able.filter(({ grant }) => isPlaceOf(grant, act));
  if (!here.length) {
    throw new RoleNotGrantedError(
      `${may} at ${act.places.join(", ") || "an unnamed place"}`,
    );
  }
  for (const held of here) {
    if (covers(held.grant, need)) return held;
  }
  // One grant must cover all; name what no grant covers, if anything.
  const foreign =
    need.keys.find((key) => !here.some((held) => held.grant.letsCreate(key))) ??
    need.keys[0];
  throw new RoleNotGrantedError(
    `${may} of items under ${quoted(foreign)}: its grants name other prefixes`,
  );
}

/** @param {Need} need */
function kindsOf(need) {
  return [...need.kinds].sort(compareText).map(quoted).join(" or ");
}

/**
 * Return why the dates of a grant, which do not hold, do not.
 * @param {Grant} grant
 * @param {Holds} holds
 */
function datesOf(grant, holds) {
  const { start, until } = grant;
  if (until !== null && !holds(new Grant({ ...grant, start: null }))) {
    return `ended at ${written(until)}`;
  }
  // Without dates it would hold.
  return `begins at ${written(/** @type {number} */ (start))}`;
}

/**
 * Whether a grant meets a need, but for its dates.
 * @param {HeldGrant} held
 * @param {Need} need
 * @param {Act} act
 * @param {Roles} roles
 */
function meets(held, need, act, roles) {
  return (
    isAble(held, need, roles) &&
    isPlaceOf(held.grant, act) &&
    covers(held.grant, need)
  );
}

/**
 * @param {Grant} grant
 * @param {Need} need
 */
function covers(grant, need) {
  return need.keys.every((key) => grant.letsCreate(key));
}

/**
 * @param {HeldGrant} held
 * @param {Need} need
 * @param {Roles} roles
 */
function isAble({ grant }, need, roles) {
  const kinds = roles.get(grant.role) ?? new Set();
  return kinds.has(ANY_KIND) || [...need.kinds].some((k) => kinds.has(k));
}

/**
 * @param {Grant} grant
 * @param {Act} act
 */
function isPlaceOf({ places }, act) {
  return (
    !places.length ||
    (act.places.length > 0 &&
      !act.hidesPlace &&
      act.places.every((p) => places.includes(p)))
  );
}
