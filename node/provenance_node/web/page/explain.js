// @ts-check
// What a code means, at length: loaded when somebody asks.

/** @typedef {import("./language.js").Language} Language */

/** Marks what was explained already. */
export const EXPLAINED = "explained";

/**
 * Return the explanation of a code in a language; "" if it cannot be had.
 * @param {string} code
 * @param {Language} language
 * @returns {Promise<string>}
 */
export async function explain(code, language) {
  try {
    const { EXPLANATIONS } = await import("../verify/proof/explanations.js");
    return EXPLANATIONS.get(code)?.[language === "en" ? "en" : "zh"] ?? "";
  } catch (error) {
    // A module that cannot be loaded is a TypeError: the sentence must do.
    if (error instanceof TypeError) return "";
    throw error;
  }
}
