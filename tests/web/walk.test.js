// The walk through a story: what belongs to it, by time and by place, and where
// it ends. Its limits are the very ones of Python's.

import assert from "node:assert/strict";
import test from "node:test";

import {
  CODES,
  Item,
} from "../../node/provenance_node/web/verify/claims/event.js";
import { trace } from "../../node/provenance_node/web/verify/proof/trace.js";
import {
  SparseTrail,
  placeKey,
} from "../../node/provenance_node/web/verify/proof/trails.js";
import { baseline } from "../../node/provenance_node/web/verify/rules/book.js";
import { readEvent } from "../../node/provenance_node/web/verify/rules/reading.js";

const HASH = new Uint8Array(32);
const BOOK = baseline();
const TRUST = "provenance:trust:x";
const SIGNER = "urn:x:signer";
const CAN = "urn:x:can";
const CARTON = "urn:x:carton";
const PALLET = "urn:x:pallet";
const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Return an event of these items, which stand by relation, some days after the
 * first of January 2026.
 */
function seenOf(members, items, { day = 0, more = [], issuer = SIGNER } = {}) {
  const counts = new Map();
  for (const { relation } of items) {
    const code = CODES.get(relation);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  for (const [code, count] of more) counts.set(code, count);
  const rows = [...counts].sort((a, b) => a[0] - b[0]);
  const eventTime = new Date(START + day * DAY).toISOString();
  const body = new Map(Object.entries({ eventTime, ...members }));
  return {
    body,
    counts: rows,
    shown: new Map(items.map((item, i) => [i + 1, item])),
    issuer,
    reading: readEvent(body, rows, BOOK),
  };
}

const packing = (parent, child, { action = "ADD", ...when } = {}) =>
  seenOf(
    { type: "AggregationEvent", action },
    [new Item("parentID", parent), new Item("childEPCs", child)],
    when,
  );
const emptying = (parent, when) =>
  seenOf(
    { type: "AggregationEvent", action: "DELETE" },
    [new Item("parentID", parent)],
    when,
  );
const seeing = (item, members, when) =>
  seenOf(
    { type: "ObjectEvent", action: "OBSERVE", ...members },
    [new Item("epcList", item)],
    when,
  );
const recalling = (item, when, members = {}) =>
  seeing(item, { bizStep: "urn:provenance:step:recalled", ...members }, when);

/** Return the trail of an item through these events, all of it shown. */
function trailOf(item, rows) {
  const links = rows.map(([logIndex, { shown, reading }]) => {
    const leaves = [...shown]
      .filter(([, { id }]) => id === item)
      .map(([number]) => number);
    const code = CODES.get(shown.get(leaves[0]).relation);
    const { time } = reading;
    const kinds = reading.kinds(code);
    return { logIndex, position: 0, time, kinds, leaves, eventId: HASH };
  });
  const stretch = { start: 0, links, hashes: links.map(() => HASH) };
  return new SparseTrail(item, links.length, links.length ? [stretch] : []);
}

/** Return the walk from `subject` through events by item. */
function walkOf(subject, trails, reported = () => 0, book = BOOK) {
  const events = new Map();
  for (const rows of trails.values()) {
    for (const [logIndex, event] of rows) {
      events.set(placeKey([logIndex, 0]), event);
    }
  }
  return trace(subject, {
    trustItem: TRUST,
    readTrail: (item) =>
      trails.has(item) || [SIGNER, TRUST].includes(item)
        ? trailOf(item, trails.get(item) ?? [])
        : null,
    readEvent: (at) => events.get(placeKey(at)) ?? null,
    reportedAt: ([logIndex]) => reported(logIndex),
    book,
  });
}

/**
 * Return the walk from the can through events in the order in which they were
 * logged, each reported when it happened, but for the days that `late` gives.
 */
function storyOf(events, late = {}, subject = CAN) {
  const trails = new Map([[subject, []]]);
  for (const [logIndex, event] of events.entries()) {
    for (const { id } of new Set(event.shown.values())) {
      trails.set(id, [...(trails.get(id) ?? []), [logIndex, event]]);
    }
  }
  return walkOf(
    subject,
    trails,
    (i) => events[i].reading.time + (late[i] ?? 0) * DAY,
  );
}

const reasonsOf = (walk) => walk.missing.map((missing) => missing.reason);
const sightedOf = (walk, item) =>
  walk.sightings.filter((one) => one.item === item).map(({ at }) => at[0]);
const gradesOf = (walk) => walk.warned.map(({ grade }) => grade);

test("a carton that was loaded before the can went in carries the can", () => {
  const walk = storyOf([
    packing(PALLET, CARTON, { day: 1 }),
    packing(CARTON, CAN, { day: 2 }),
    seeing(PALLET, {}, { day: 3 }),
    packing(CARTON, CAN, { day: 4, action: "DELETE" }),
    seeing(PALLET, {}, { day: 5 }),
  ]);
  assert.deepEqual(reasonsOf(walk), []);
  assert.deepEqual(sightedOf(walk, PALLET), [2]);
});

test("what is reported after the unpacking belongs by its time", () => {
  const walk = storyOf(
    [
      packing(CARTON, CAN, { day: 1 }),
      packing(CARTON, CAN, { day: 5, action: "DELETE" }),
      seeing(CARTON, {}, { day: 3 }),
      seeing(CARTON, {}, { day: 6 }),
    ],
    { 2: 10 },
  );
  assert.deepEqual(sightedOf(walk, CARTON), [0, 1, 2]);
});

test("a report later than the book allows ends nothing", () => {
  const events = [
    packing(CARTON, CAN, { day: 1 }),
    packing(CARTON, CAN, { day: 2, action: "DELETE" }),
    seeing(CARTON, {}, { day: 40 }),
  ];
  assert.deepEqual(sightedOf(storyOf(events), CARTON), [0, 1]);
  assert.deepEqual(sightedOf(storyOf(events, { 1: 31 }), CARTON), [0, 1, 2]);
});

test("a packing that is dated back takes nothing from a true stay", () => {
  // Said on day 100 to have been on day 2: it counts from day 70 on.
  const walk = storyOf(
    [
      packing(CARTON, CAN, { day: 1 }),
      seeing(CARTON, {}, { day: 50 }),
      packing("urn:x:other", CAN, { day: 2 }),
    ],
    { 2: 98 },
  );
  assert(sightedOf(walk, CARTON).includes(1));
});

test("a forged emptying costs moves, and no recall", () => {
  const walk = storyOf([
    packing(CARTON, CAN, { day: 1 }),
    emptying(CARTON, { day: 2 }),
    seeing(CARTON, {}, { day: 3 }),
    recalling(CARTON, { day: 4 }),
  ]);
  assert.deepEqual(sightedOf(walk, CARTON), [0, 1]);
  assert.deepEqual(gradesOf(walk), ["doubt"]);
});

test("a recall of the carton counts by what it says it concerns", () => {
  const recall = (...concerns) =>
    gradesOf(
      storyOf([
        packing(CARTON, CAN, { day: 1 }),
        packing(CARTON, CAN, { day: 3, action: "DELETE" }),
        recalling(CARTON, { day: 90 }, concerns.length ? { concerns } : {}),
      ]),
    );
  const dayOf = (day) => new Date(START + day * DAY).toISOString();
  assert.deepEqual(recall(), ["counted"]);
  assert.deepEqual(recall(dayOf(2), dayOf(9)), ["alarm"]);
  assert.deepEqual(recall(dayOf(4), dayOf(9)), ["counted"]);
  assert.deepEqual(recall(null, null), ["alarm"]);
  assert.deepEqual(recall("what", "ever"), ["alarm"]);
});

test("a carton packed anew is another stay of the same can", () => {
  const walk = storyOf([
    packing(CARTON, CAN, { day: 1 }),
    emptying(CARTON, { day: 2 }),
    seeing(CARTON, {}, { day: 3 }),
    packing(CARTON, CAN, { day: 4 }),
    recalling(CARTON, { day: 5 }),
  ]);
  assert.deepEqual(sightedOf(walk, CARTON), [0, 1, 3, 4]);
  assert.deepEqual(gradesOf(walk), ["alarm"]);
});

test("an emptying by whom the can never met opens no stay, and none ends", () => {
  const loose = seenOf(
    { type: "AggregationEvent", action: "ADD" },
    [
      new Item("parentID", CARTON),
      new Item("childQuantityList", "urn:x:lot", 5, null),
    ],
    { day: 1 },
  );
  const walk = storyOf(
    [loose, seeing(CARTON, {}, { day: 2 })],
    {},
    "urn:x:lot",
  );
  assert.deepEqual(sightedOf(walk, CARTON), [0, 1]);
});

test("a recall of what it was made from counts whenever it comes", () => {
  const made = seenOf(
    { type: "TransformationEvent" },
    [new Item("inputEPCList", "urn:x:milk"), new Item("outputEPCList", CAN)],
    { day: 1 },
  );
  const walk = storyOf([made, recalling("urn:x:milk", { day: 300 })]);
  assert.deepEqual(gradesOf(walk), ["alarm"]);
});

test("a transformation id joins what one signer says, and no other", () => {
  const turned = (items, issuer) =>
    seenOf(
      { type: "TransformationEvent", transformationID: "urn:x:t" },
      [...items, new Item("transformationID", "urn:x:t")],
      { issuer },
    );
  const walk = storyOf([
    turned([new Item("inputEPCList", "urn:x:milk")], SIGNER),
    turned([new Item("inputEPCList", "urn:x:poison")], "urn:x:stranger"),
    turned([new Item("outputEPCList", CAN)], SIGNER),
  ]);
  assert(walk.trails.has("urn:x:milk"));
  assert(!walk.trails.has("urn:x:poison"));
});

test("an error is taken back by whoever said it, by its eventID alone", () => {
  const said = (members) => recalling(CAN, { day: 1 }, members);
  const errorDeclaration = new Map([["reason", "did_not_occur"]]);
  const named = { eventID: "urn:x:1" };
  const walk = storyOf([said(named), said({ ...named, errorDeclaration })]);
  assert.equal(walk.voids.size, 1);
  assert.deepEqual(walk.warned, []);
  const nameless = storyOf([said({}), said({ errorDeclaration })]);
  assert.equal(nameless.voids.size, 0);
  assert.deepEqual(gradesOf(nameless), ["alarm"]);
});

test("containers in a circle come to an end", () => {
  const walk = storyOf([
    packing("urn:x:a", CAN, { day: 1 }),
    packing("urn:x:b", "urn:x:a", { day: 1 }),
    packing("urn:x:a", "urn:x:b", { day: 1 }),
    seeing("urn:x:b", {}, { day: 2 }),
  ]);
  assert.deepEqual(reasonsOf(walk), []);
});

test("beyond so many stays a container is passed over, but its warnings", () => {
  const count = BOOK.bounds.stays + 5;
  const events = [];
  for (let i = 0; i < count; i++) {
    events.push(packing(`urn:x:box:${i}`, CAN, { day: i }));
  }
  events.push(recalling(`urn:x:box:${count - 1}`, { day: count }));
  const walk = storyOf(events);
  assert.deepEqual(reasonsOf(walk), []);
  assert.deepEqual(gradesOf(walk), ["alarm"]);
  const skipped = walk.skipped.map(({ item }) => item);
  assert.deepEqual(
    skipped,
    [64, 65, 66, 67, 68].map((i) => `urn:x:box:${i}`),
  );
});

test("a story of too many items of one event says so", () => {
  const made = seenOf(
    { type: "TransformationEvent" },
    [new Item("outputEPCList", CAN)],
    { more: [[8, 2000]] },
  );
  made.shown = new Map([[2001, made.shown.get(1)]]);
  const walk = walkOf(CAN, new Map([[CAN, [[0, made]]]]));
  assert.deepEqual(reasonsOf(walk), [
    "event 0 of entry 0 names 2000 items: a story shows 1024 of one event at" +
      " most",
  ]);
});

test("a story of too many trails says so", () => {
  const trails = new Map();
  for (let i = 0; i < 4100; i++) {
    const made = seenOf({ type: "TransformationEvent" }, [
      new Item("inputEPCList", `urn:x:${i + 1}`),
      new Item("outputEPCList", `urn:x:${i}`),
    ]);
    trails.set(`urn:x:${i}`, [[5000 - i, made]]);
  }
  const walk = walkOf("urn:x:0", trails);
  // The trust item's is always read.
  assert.equal(walk.trails.size, 4097);
  // The signer's trail is one too many as well.
  assert.deepEqual(
    [...new Set(reasonsOf(walk))],
    ["the story has over 4096 trails"],
  );
});

/** Return the trails of a can that was made again and again of the same. */
function madeOf(inputs, times, links) {
  const names = Array.from({ length: inputs }, (_, i) => `urn:x:in:${i}`);
  const trails = new Map([[CAN, []]]);
  const seen = seenOf(
    { type: "ObjectEvent", action: "OBSERVE" },
    names.map((name) => new Item("epcList", name)),
  );
  for (const name of names) {
    const rows = Array.from({ length: links }, (_, i) => [i, seen]);
    trails.set(name, rows);
  }
  for (let i = 0; i < times; i++) {
    const made = seenOf(
      { type: "TransformationEvent" },
      [
        ...names.map((name) => new Item("inputEPCList", name)),
        new Item("outputEPCList", CAN),
      ],
      { day: i },
    );
    trails.get(CAN).push([1000 + i, made]);
  }
  return trails;
}

test("a story of too many visits says so", () => {
  const walk = walkOf(CAN, madeOf(70, 250, 1));
  assert(reasonsOf(walk).includes("the story is too long to be followed"));
});

test("a story of too many looks says so", () => {
  const walk = walkOf(CAN, madeOf(16, 256, 256));
  assert(reasonsOf(walk).includes("the story is too long to be followed"));
});

test("beyond what the book lets it look at, a walk passes over and says so", () => {
  const walk = walkOf(CAN, madeOf(20, 1, 250));
  assert.deepEqual(reasonsOf(walk), []);
  const passed = walk.skipped.reduce(
    (n, { start, stop }) => n + stop - start,
    0,
  );
  assert.equal(passed, 20 * 250 - BOOK.bounds.events);
});

test("of a long trail the ends and the warnings are looked at", () => {
  const rowsOf = (count) =>
    Array.from({ length: count }, (_, i) => [
      i,
      seeing(CAN, i === 100 ? { disposition: "recalled" } : {}),
    ]);
  const whole = walkOf(CAN, new Map([[CAN, rowsOf(256)]]));
  assert.deepEqual([whole.sightings.length, whole.skipped], [256, []]);
  const long = walkOf(CAN, new Map([[CAN, rowsOf(1000)]]));
  assert.deepEqual(reasonsOf(long), []);
  assert.equal(long.sightings.length, 64 + 1 + 64);
  assert.deepEqual(long.skipped, [
    { item: CAN, start: 64, stop: 100 },
    { item: CAN, start: 101, stop: 936 },
  ]);
});

test("a trail that claims to be endless costs nothing", () => {
  const endless = new SparseTrail(SIGNER, 2 ** 50, []);
  const event = seeing(CAN, {});
  const trails = new Map([[CAN, [[0, event]]]]);
  const walk = trace(CAN, {
    trustItem: TRUST,
    readTrail: (item) =>
      item === SIGNER ? endless : trailOf(item, trails.get(item) ?? []),
    readEvent: () => event,
    reportedAt: () => 0,
    book: BOOK,
  });
  assert.deepEqual(reasonsOf(walk), ["the story is too long to be followed"]);
});
