// @ts-check
// What a code means, at length: loaded when somebody asks.

/** @typedef {import("./language.js").Language} Language */

/** Marks what was explained already. */
export const EXPLAINED = "explained";

/**
 * Return the explanation of a code in a language, or in English where there
 * is none; null if it cannot be had.
 * @param {string} code
 * @param {Language} language
 * @returns {Promise<{text: string, language: Language} | null>}
 */
export async function explain(code, language) {
  try {
    if (language === "zh-CN") {
      const { CHINESE } = await import("./explanations.js");
      const text = CHINESE[code];
      if (text) return { text, language };
    }
    const { EXPLANATIONS } = await import("../verify/proof/explanations.js");
    const text = EXPLANATIONS.get(code);
    return text ? { text, language: "en" } : null;
  } catch (error) {
    // A module that cannot be loaded is a TypeError: the sentence must do.
    if (error instanceof TypeError) return null;
    throw error;
  }
}
