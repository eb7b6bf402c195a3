// @ts-check
// Who signed, and how it is known who they are.
//
//     authority    the trust file names it among those who enrol others
//     pinned       the trust file names it as a signer
//     confirmed    others enrolled it, and who they are is said
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
 * @property {"authority" | "pinned" | "confirmed" | "self" | "unknown"} known
 * @property {string[]} by the names of those who confirmed it
 */

/**
 * Return the signers of a story, in the order of their first entries.
 * @param {Verdict} verdict
 * @param {Story | null} story
 * @param {Trust} trust
 * @returns {Signer[]}
 */
export function findSigners(verdict, story, trust) {
  const names = new Map(
    [...trust.authorities, ...trust.actors].map(({ id, name }) => [id, name]),
  );
  for (const { issuer, issuer_name: name } of verdict.timeline) {
    if (name && !names.has(issuer)) names.set(issuer, name);
  }
  /** @type {Map<string, {roles: Set<string>, entries: Set<number>}>} */
  const found = new Map();
  for (const { issuer, roles, entry } of verdict.timeline) {
    const signer = found.get(issuer) ?? {
      roles: new Set(),
      entries: new Set(),
    };
    for (const role of roles) signer.roles.add(role);
    signer.entries.add(entry);
    found.set(issuer, signer);
  }
  const isSigned = verdict.checks
    .filter((check) => check.id === "signatures")
    .every((check) => check.outcome === "VERIFIED");
  return [...found].map(([id, { roles, entries }]) => {
    const by = (story?.enrolments.get(id) ?? []).filter((one) => one !== id);
    return {
      id,
      name: names.get(id) ?? id,
      roles: [...roles],
      entries: entries.size,
      known: howKnown(id, by, trust, isSigned),
      by: by.map((one) => names.get(one) ?? one),
    };
  });
}

/**
 * @param {string} id
 * @param {string[]} by
 * @param {Trust} trust
 * @param {boolean} isSigned
 * @returns {Signer["known"]}
 */
function howKnown(id, by, trust, isSigned) {
  if (trust.authorities.some((one) => one.id === id)) return "authority";
  if (trust.actors.some((one) => one.id === id)) return "pinned";
  if (!isSigned) return "unknown";
  return by.length ? "confirmed" : "self";
}
