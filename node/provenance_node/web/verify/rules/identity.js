// @ts-check
// Whose an id can be: an actor's or a thing's, never both. Mirrors
// provenance/rules/identity.py.

import { TRUST_ITEM } from "../claims/versions.js";
import { head, quoted } from "../encoding/text.js";
import { MalformedError } from "../errors.js";
import { CANONICAL_STEM } from "../gs1/identifier.js";
import { canonicalItem } from "../gs1/item.js";

/**
 * Check that an actor may be enrolled under that id: a party's (417), a DID or
 * another URI, never the key of a thing or a place.
 * @param {string} actor
 * @throws {MalformedError} It may not, or the id is in another spelling.
 */
export function checkActorId(actor) {
  const isOther =
    actor.startsWith(TRUST_ITEM) ||
    /^urn:epc:/i.test(actor) ||
    (actor.startsWith(`${CANONICAL_STEM}/`) &&
      !actor.startsWith(`${CANONICAL_STEM}/417/`));
  if (isOther) {
    throw new MalformedError(
      `${quoted(head(actor, 80))} names a thing or a place, and no actor: write` +
        " the GLN of a party (417), a DID or another URI",
    );
  }
  const canonical = canonicalItem(actor);
  if (canonical !== actor) {
    throw new MalformedError(
      `the actor ${quoted(actor)} is not in canonical form: write` +
        ` ${quoted(canonical)}`,
    );
  }
}
