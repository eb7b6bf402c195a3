// @ts-check
// The language of the page, and what `Intl` says in it: dates, numbers, units,
// countries.

import { readTime } from "../verify/epcis/moment.js";
import { MalformedError } from "../verify/errors.js";
import { CHECKS, CODES } from "../verify/proof/codes.js";
import { WORDS } from "./words.js";

/** @typedef {"en" | "zh-CN"} Language */

export const LANGUAGES = /** @type {Language[]} */ (Object.keys(WORDS));

const DAY = 86_400_000;

/**
 * Return the language to speak: the one asked for, else the one saved, else
 * the first that the browser likes and the page knows, else English.
 * @param {string | null} asked
 * @param {string | null} saved
 * @param {readonly string[]} liked
 * @returns {Language}
 */
export function chooseLanguage(asked, saved, liked) {
  for (const tag of [asked, saved, ...liked]) {
    const main = (tag ?? "").toLowerCase().split("-")[0];
    if (main === "en") return "en";
    if (main === "zh") return "zh-CN";
  }
  return "en";
}

/**
 * Return what the registry of checks and codes says in a language: titles of
 * checks under `step.id`, sentences under their codes.
 * @param {Language} language
 * @returns {Record<string, string>}
 */
function registered(language) {
  const tongue = language === "en" ? "en" : "zh";
  return Object.fromEntries([
    ...[...CHECKS].map(([id, { title }]) => [`step.${id}`, title[tongue]]),
    ...[...CODES].map(([code, { sentence }]) => [code, sentence[tongue]]),
  ]);
}

/** Says things in one language. */
export class Speaker {
  /**
   * @param {Language} language
   * @param {readonly string[]} [liked] the browser's: who reads British
   *     English is told dates as the British write them
   */
  constructor(language, liked = []) {
    this.language = language;
    const main = language.slice(0, 2);
    this.locale = liked.find((tag) => tag.startsWith(`${main}-`)) ?? language;
    /** @type {Record<string, string>} */
    this.words = { ...WORDS[language], ...registered(language) };
    this.plural = new Intl.PluralRules(language);
  }

  /**
   * Return a sentence with its `{values}`. Where `{count}` decides the form,
   * the words have it under `key.one` and `key`.
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  say(key, values = {}) {
    const { count } = values;
    const one = `${key}.one`;
    const isOne =
      typeof count === "number" &&
      this.plural.select(count) === "one" &&
      one in this.words;
    const sentence = this.words[isOne ? one : key];
    if (sentence === undefined) throw new Error(`there is no word ${key}`);
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => {
      const value = values[name];
      if (value === undefined) return whole;
      return typeof value === "number" ? this.number(value) : value;
    });
  }

  /** @param {string} key */
  has(key) {
    return Object.hasOwn(this.words, key);
  }

  /** @param {number} value */
  number(value) {
    return new Intl.NumberFormat(this.locale, {
      maximumFractionDigits: 6,
    }).format(value);
  }

  /**
   * Return a day, such as 4 Sept 2026, of the clock that is UTC.
   * @param {number} time ms since 1970
   */
  day(time) {
    return this.#format({ dateStyle: "medium" }).format(time);
  }

  /**
   * Return from which day to which, both in UTC.
   * @param {number} start
   * @param {number} stop
   */
  days(start, stop) {
    if (this.day(start) === this.day(stop)) return this.day(start);
    if (this.language !== "en") {
      // The pattern for ranges would be all digits and slashes.
      return `${this.day(start)}至${this.day(stop)}`;
    }
    const format = this.#format({
      year: "numeric",
      month: "short",
      day: "numeric",
    });
    return format.formatRange(start, stop);
  }

  /**
   * Return a time in UTC.
   * @param {number} time
   */
  utc(time) {
    return `${this.#format({ dateStyle: "medium", timeStyle: "short" }).format(time)} UTC`;
  }

  /**
   * Return a time as the clock of this device has it.
   * @param {number} time
   */
  here(time) {
    return new Intl.DateTimeFormat(this.locale, {
      dateStyle: "medium",
      timeStyle: "short",
    }).format(time);
  }

  /**
   * Return a time on the clock of the place, as its signer wrote it.
   * @param {Stamp} stamp
   */
  there(stamp) {
    const { offset } = stamp;
    // No browser need know the zone: the clock is moved, and read as UTC.
    const shown = this.#format({ dateStyle: "medium", timeStyle: "short" });
    const sign = offset < 0 ? "−" : "+";
    const hours = Math.floor(Math.abs(offset) / 60);
    const minutes = Math.abs(offset) % 60;
    const zone = `UTC${offset ? sign + hours : ""}${minutes ? `:${`${minutes}`.padStart(2, "0")}` : ""}`;
    return `${shown.format(onClock(stamp))}\u00a0${zone}`;
  }

  /**
   * Return how long that is, in the largest unit that fits.
   * @param {number} ms
   */
  duration(ms) {
    /** @type {[string, number][]} */
    const units = [
      ["day", DAY],
      ["hour", 3_600_000],
      ["minute", 60_000],
    ];
    const [unit, size] = units.find(([, each]) => ms >= each) ?? units[2];
    return new Intl.NumberFormat(this.locale, {
      style: "unit",
      unit,
      unitDisplay: "long",
    }).format(Math.floor(ms / size));
  }

  /**
   * Return the name of a country by its code; a code that there is none of
   * stands for itself.
   * @param {string} code two letters
   */
  country(code) {
    if (!/^[A-Z]{2}$/.test(code)) return code;
    return (
      new Intl.DisplayNames(this.locale, { type: "region" }).of(code) ?? code
    );
  }

  /** @param {Intl.DateTimeFormatOptions} how */
  #format(how) {
    return new Intl.DateTimeFormat(this.locale, { timeZone: "UTC", ...how });
  }
}

/**
 * A time with the clock of its place.
 * @typedef {object} Stamp
 * @property {number} time ms since 1970
 * @property {number} offset of that clock from UTC, in minutes
 */

/**
 * Return the time that `text` says as EPCIS writes it, null if it is none.
 * @param {string} text
 * @returns {Stamp | null}
 */
export function readStamp(text) {
  /** @type {number} */
  let time;
  try {
    time = readTime(text);
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
  if (text.endsWith("Z")) return { time, offset: 0 };
  const zone = text.slice(-6);
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  return { time, offset: zone[0] === "-" ? -minutes : minutes };
}

/**
 * Return a stamp as ms since 1970 on its own clock, to be shown as UTC.
 * @param {Stamp} stamp
 */
export function onClock({ time, offset }) {
  return time + offset * 60_000;
}
