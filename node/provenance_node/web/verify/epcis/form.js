// @ts-check
// The form of an event: what may not be concealed, and what must agree.
// Mirrors provenance/epcis/form.py.

/**
 * @param {import("../claims/event.js").Body} body
 * @param {import("../claims/event.js").Counts} counts
 * @param {string[]} pointers
 */
export function checkForm(body, counts, pointers) {}
