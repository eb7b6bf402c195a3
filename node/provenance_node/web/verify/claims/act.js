// @ts-check
// What an event does, as far as permission to do it is concerned. Mirrors
// provenance/claims/act.py.

/**
 * What one grant of the signer must let it do.
 * @typedef {object} Need
 * @property {ReadonlySet<string>} kinds kinds of event, of which its role has
 *     one at least
 * @property {string[]} keys owner keys that its prefixes must cover, all of
 *     them: for a GS1 identifier the digits that start with the company
 *     prefix, else the id
 */

/**
 * What an event does.
 * @typedef {object} Act
 * @property {Need[]} needs what it takes; each is met by some grant of the
 *     signer
 * @property {string[]} places where it says it happened; a grant that is
 *     limited to places must have them all
 * @property {boolean} recalls whether it calls its items back
 * @property {boolean} hidesPlace whether it conceals a part of where it
 *     happened; a grant that is limited to places does not cover that
 */

export {};
