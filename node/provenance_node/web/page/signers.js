// @ts-check
// Who signed, and how it is known who they are.
//
//     authority    the trust file names it among those who enrol others
//     pinned       the trust file names it as a signer
//     confirmed    an authority enrolled it, and which is said
//     named        somebody whom authorities let do so named it, and who is said
//     self         nobody but itself did
//     unknown      the signatures that would say so did not pass

/** @typedef {import("../verify/proof/trust.js").Trust} Trust */
/** @typedef {import("../verify/proof/verdict.js").Verdict} Verdict */
/** @typedef {import("./story.js").Story} Story */

/**
 * One party that signed entries of the story.
 * @typedef {object} Signer
 * @property {string} id
 * @property {string} name what its enrolment calls it; its id without one
 * @property {string[]} roles in which it signed
 * @property {number} entries how many entries of the story it signed
 * @property {"authority" | "pinned" | "confirmed" | "named" | "self" | "unknown"} known
 * @property {string[]} by the names of those who confirmed or named it
 */

/**
 * Return what actors are called: by the trust file, else by the ledger.
 * @param {Verdict} verdict
 * @param {Story | null} story
 * @param {Trust} trust
 * @returns {Map<string, string>} actor → name
 */
export function namesOf(verdict, story, trust) {
  const names = new Map(isSigned(verdict) ? story?.names : []);
  for (const { issuer, issuer_name: name } of verdict.timeline) {
    if (name) names.set(issuer, name);
  }
  for (const { id, name } of [...trust.authorities, ...trust.actors]) {
    names.set(id, name);
  }
  return names;
}

/**
 * Whether all signatures passed, on which it rests what actors are called.
 * @param {Verdict} verdict
 */
function isSigned({ checks }) {
  return checks
    .filter((check) => check.id === "signatures")
    .every((check) => check.outcome === "VERIFIED");
}

/**
 * Return the signers of a story, in the order of their first entries.
 * @param {Verdict} verdict
 * @param {Story | null} story
 * @param {Trust} trust
 * @returns {Signer[]}
 */
export function findSigners(verdict, story, trust) {
  const names = namesOf(verdict, story, trust);
  /** @type {Map<string, {roles: Set<string>, entries: Set<number>, namedBy: string}>} */
  const found = new Map();
  for (const moment of verdict.timeline) {
    const { issuer, roles, entry } = moment;
    const signer = found.get(issuer) ?? {
      roles: new Set(),
      entries: new Set(),
      namedBy: moment.issuer_named_by,
    };
    for (const role of roles) signer.roles.add(role);
    signer.entries.add(entry);
    found.set(issuer, signer);
  }
  const known = isSigned(verdict);
  return [...found].map(([id, { roles, entries, namedBy }]) => {
    const by = namedBy
      ? [namedBy]
      : (story?.enrolments.get(id) ?? []).filter((one) => one !== id);
    return {
      id,
      name: names.get(id) ?? id,
      roles: [...roles],
      entries: entries.size,
      known: howKnown({ id, by, namedBy }, trust, known),
      by: by.map((one) => names.get(one) ?? one),
    };
  });
}

/**
 * @param {{id: string, by: string[], namedBy: string}} signer
 * @param {Trust} trust
 * @param {boolean} isProven whether the signatures passed
 * @returns {Signer["known"]}
 */
function howKnown({ id, by, namedBy }, trust, isProven) {
  if (trust.authorities.some((one) => one.id === id)) return "authority";
  if (trust.actors.some((one) => one.id === id)) return "pinned";
  if (!isProven) return "unknown";
  if (namedBy) return "named";
  return by.length ? "confirmed" : "self";
}
