// @ts-check
// Stretches of long stories that a bundle skips, and what comes of opening one.
//
// Where a great deal happened to an item, the first and the last events are
// shown, and every warning; what lies between is skipped. The verdict says so
// for each stretch:
//
//     PRV-1006    events 65 to 936 of 1000 of https://id.gs1.org/… were skipped;
//                 none of them warns of it
//
// A reader may open one: the ledger is asked for a bundle of that item which
// shows it, and that is checked like any other before anything of it is shown.

/** @typedef {import("../verify/proof/verdict.js").Moment} Moment */
/** @typedef {import("../verify/proof/verdict.js").Notice} Notice */
/** @typedef {import("../verify/proof/verdict.js").Verdict} Verdict */
/** @typedef {import("./checking.js").Checked} Checked */
/** @typedef {import("./story.js").Story} Story */

/** The notice that a stretch was skipped. */
export const SKIPPED = "PRV-1006";

/**
 * Events `first` to `last` of the `count` of an item, counted from 1, both
 * included.
 * @typedef {{item: string, first: number, last: number, count: number}} Stretch
 */

const DETAIL = /^events ([0-9]+) to ([0-9]+) of ([0-9]+) of /;

/**
 * Return the stretch that a notice names, null for any other notice.
 * @param {Notice} notice
 * @returns {Stretch | null}
 */
export function readStretch({ code, detail, subject }) {
  const found = code === SKIPPED ? DETAIL.exec(detail) : null;
  if (!found) return null;
  const [first, last, count] = found.slice(1).map(Number);
  return { item: subject, first, last, count };
}

/**
 * Return what was checked, with what is shown of a stretch added to it.
 * @param {Checked} checked
 * @param {Checked} opened the bundle of the stretch's item that shows it
 * @returns {Checked}
 */
export function addStretch(checked, opened) {
  const item = opened.verdict.subject;
  // Of the item itself it is another whole proof, and a newer one.
  const whole = item === checked.verdict.subject ? opened : checked;
  return {
    ...whole,
    asked: checked.asked,
    other: checked.other,
    keptAt: whole === opened ? null : checked.keptAt,
    story: joinStories(checked.story, opened.story, whole),
    verdict: {
      ...whole.verdict,
      timeline: joinTimelines(checked.verdict, opened.verdict),
      notices: joinNotices(checked.verdict, opened.verdict),
    },
  };
}

/**
 * @param {Story | null} story
 * @param {Story | null} opened
 * @param {Checked} whole
 * @returns {Story | null}
 */
function joinStories(story, opened, whole) {
  if (!story || !opened || !whole.story) return whole.story;
  const facts = new Map([...story.facts, ...opened.facts]);
  return { ...whole.story, facts };
}

/**
 * Return the moments of both in log order, each once. Of another item's story
 * there are those of that item alone, and why it belongs to this one.
 * @param {Verdict} verdict
 * @param {Verdict} opened
 */
function joinTimelines({ subject, timeline }, opened) {
  const item = opened.subject;
  const why = timeline.find((moment) => moment.item === item)?.why;
  const places = new Set();
  return [
    // What is newer says more: an entry may have been declared an error.
    ...(item === subject ? opened.timeline : []),
    ...timeline,
    ...opened.timeline
      .filter((moment) => moment.item === item)
      .map((moment) => ({ ...moment, why: why ?? moment.why })),
  ]
    .filter(({ entry, event }) => {
      const place = `${entry} ${event}`;
      return !places.has(place) && places.add(place);
    })
    .sort((a, b) => a.entry - b.entry || a.event - b.event);
}

/**
 * Return the notices of both, each once. Of the item's stretches those stay
 * that neither of them shows.
 * @param {Verdict} verdict
 * @param {Verdict} opened
 */
function joinNotices(verdict, opened) {
  const item = opened.subject;
  const isOf = (/** @type {Notice} */ notice) =>
    readStretch(notice)?.item === item;
  const stretches = verdict.notices
    .filter(isOf)
    .flatMap((one) =>
      opened.notices.filter(isOf).flatMap((other) => bothOf(one, other)),
    );
  /** @type {Map<string, Notice>} */
  const notices = new Map();
  for (const notice of [
    ...opened.notices.filter((one) => !isOf(one) && one.code !== SKIPPED),
    ...verdict.notices.filter((one) => !isOf(one)),
    ...stretches,
  ]) {
    notices.set(JSON.stringify(notice), notice);
  }
  return [...notices.values()];
}

/**
 * Return the notice of what two skip; none if there is nothing.
 * @param {Notice} one
 * @param {Notice} other
 * @returns {Notice[]}
 */
function bothOf(one, other) {
  const [a, b] = [one, other].map(
    (notice) => /** @type {Stretch} */ (readStretch(notice)),
  );
  const first = Math.max(a.first, b.first);
  const last = Math.min(a.last, b.last);
  if (first > last) return [];
  const detail = other.detail.replace(
    DETAIL,
    `events ${first} to ${last} of ${b.count} of `,
  );
  return [{ ...other, detail }];
}
