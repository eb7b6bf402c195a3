// @ts-check
// Verifying, for a page: what others import from here.
//
//     const trust = parseTrust(await (await fetch("trust.toml")).text());
//     const verdict = await examineBundle(bytes, { trust, now: Date.now() });
//     verdict.outcome                        // "VERIFIED", "FAILED", …
//
// These modules are the pure floors of the Python library once more, file for
// file. They ask no server, no clock and no storage for anything.

export { canonicalItem, gtinOf } from "./gs1/item.js";
export { backend, selectBackend } from "./keys.js";
export * from "./errors.js";
export { FORMAT, MAX_BUNDLE_SIZE } from "./proof/bundle.js";
export { verifyReceipt } from "./proof/receipt.js";
export { Trust, parseTrust } from "./proof/trust.js";
export { NOT_CHECKED, SCHEMA, STEPS } from "./proof/verdict.js";
export { examineBundle, verifyBundle } from "./proof/verify.js";
