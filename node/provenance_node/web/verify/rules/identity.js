// @ts-check
// Identity: what an actor may be called by. Mirrors
// provenance/rules/identity.py.
//
// An actor is a party: a DID, another URI, or by GS1's keys a party GLN. The
// key of a unit, a lot, a logistic unit or a place names a thing, whose trail
// is that of goods: who enrolled it as an actor would stop everything that is
// said of the thing, its recall too.

import { head, quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { CANONICAL_STEM } from "../gs1/identifier.js";
import { canonicalItem } from "../gs1/item.js";

/**
 * Check that an actor may be enrolled by that id.
 * @param {string} actor
 * @throws {MalformedError} It is not canonical, or the id of a thing.
 */
export function checkActorId(actor) {
  const canonical = canonicalItem(actor);
  if (canonical !== actor) {
    throw new MalformedError(
      `the actor ${quoted(head(actor, 80))} is not named in canonical form:` +
        ` write ${quoted(canonical)}`,
    );
  }
  const isThing =
    actor.startsWith(`${CANONICAL_STEM}/`) &&
    !actor.startsWith(`${CANONICAL_STEM}/417/`);
  // What such a URN names has a Digital Link, or is none of GS1's things.
  if (isThing || /^urn:epc:/i.test(actor)) {
    throw new MalformedError(
      `${quoted(head(actor, 80))} is the key of an item or a place, and an` +
        " actor is a party: a DID, a URI of its own, a party GLN (417)",
    );
  }
}
