// The rule books, and what they say of an event: its form, what it does, which
// permission it needs.

import assert from "node:assert/strict";
import test from "node:test";

import {
  CODES,
  Item,
} from "../../node/provenance_node/web/verify/claims/event.js";
import {
  GOES_IN,
  COMES_OUT,
  MADE_OR_ENDS,
  WARNS,
} from "../../node/provenance_node/web/verify/claims/trail.js";
import { toHex } from "../../node/provenance_node/web/verify/encoding/bytes.js";
import {
  decode,
  encode,
} from "../../node/provenance_node/web/verify/encoding/canonical.js";
import { sha256 } from "../../node/provenance_node/web/verify/encoding/digest.js";
import {
  MalformedError,
  UnknownBookError,
} from "../../node/provenance_node/web/verify/errors.js";
import { readAct } from "../../node/provenance_node/web/verify/rules/act.js";
import {
  AssessmentBook,
  EvidenceBook,
  baseline,
  parseBook,
  shipped,
} from "../../node/provenance_node/web/verify/rules/book.js";
import {
  Books,
  checkRefs,
  namedByDefault,
} from "../../node/provenance_node/web/verify/rules/books.js";
import {
  checkForm,
  checkItems,
  checkNamed,
} from "../../node/provenance_node/web/verify/rules/form.js";
import { checkActorId } from "../../node/provenance_node/web/verify/rules/identity.js";
import { readEvent } from "../../node/provenance_node/web/verify/rules/reading.js";
import {
  FAILS,
  HOLDS,
  LogTime,
  UNCLEAR,
} from "../../node/provenance_node/web/verify/rules/times.js";

const book = baseline();
const TIME = "2026-03-01T09:00:00Z";
const GTIN = "https://id.gs1.org/01/09506000134352";
const CAN = `${GTIN}/21/1`;
const BOX = "https://id.gs1.org/00/095060001343520000";
const OTHERS = "https://id.gs1.org/01/04012345123456/21/1";

/** Return the bytes of the shipped evidence book after `change`. */
function changed(change) {
  const members = decode(book.data);
  change(members);
  return encode(members);
}

const bodyOf = (members) =>
  new Map(Object.entries({ eventTime: TIME, ...members }));

/** Return the counts of items in the order of their relations. */
function countsOf(items) {
  const counts = new Map();
  for (const { relation } of items) {
    const code = CODES.get(relation);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => a[0] - b[0]);
}

/** Return what an event does, once its form was checked as an admission would. */
function judged(members, rows, pointers = []) {
  const body = bodyOf(members);
  const items = rows.map(([relation, id]) => new Item(relation, id));
  const reading = checkForm(body, countsOf(items), pointers, book);
  for (const item of items) checkNamed(body, item);
  checkItems(body, items, reading, book);
  return { reading, act: readAct(body, items, reading, book, pointers) };
}

/** Return the needs of an event as [[kinds], [keys]]. */
function needsOf(members, rows) {
  return judged(members, rows).act.needs.map(({ kinds, keys }) => [
    [...kinds],
    keys,
  ]);
}

const isRefused = (members, rows, message, pointers) =>
  assert.throws(
    () => judged(members, rows, pointers),
    (error) =>
      error instanceof MalformedError && error.message.includes(message),
  );

// Books.

test("a book is named by the hash of its bytes, in every language", () => {
  const { evidence, assessment } = shipped();
  assert(evidence instanceof EvidenceBook);
  assert(assessment instanceof AssessmentBook);
  assert.deepEqual(evidence.id, sha256(evidence.data));
  assert.deepEqual(parseBook(evidence.data), evidence);
});

test("a book with anything that is not understood is none", () => {
  const faults = {
    "no member 'more'": (b) => b.set("more", 1),
    "lacks member 'makes'": (b) => b.delete("makes"),
    "$.makes: this is to be words in rising": (b) => b.set("makes", ["b", "a"]),
    "$.owned[0]: this is to be text": (b) => b.set("owned", [""]),
    "an array of at most 1024": (b) =>
      b.set("dispositions", Array(1025).fill("x")),
    "$.bounds.late: this is to be a whole number": (b) =>
      b.get("bounds").set("late", -1),
    "$.forms[0][2][0][3]: this is to be one of about": (b) =>
      (b.get("forms")[0][2][0][3] = "eaten"),
    "$.forms[0][2][0][0]: this is to be a relation": (b) =>
      (b.get("forms")[0][2][0][0] = "actor"),
    "$.forms[0][2]: this is to be lists of which none is there twice": (b) =>
      b.get("forms")[0][2].push(b.get("forms")[0][2][0]),
    "$.forms: this is to be forms of which none is there twice": (b) =>
      b.get("forms").push(b.get("forms")[0]),
    "$.forms[0][1]: this is to be an action": (b) =>
      (b.get("forms")[0][1] = "MAYBE"),
    "$.forms[0][4][0]: this is to be kinds, one at least": (b) =>
      (b.get("forms")[0][4][0] = []),
    "$.roles.producer: this is to be words in rising": (b) =>
      b.get("roles").set("producer", ["b", "b"]),
    "$.quotas: a rule book has no member": (b) => b.get("quotas").set("x", 1),
  };
  for (const [message, change] of Object.entries(faults)) {
    assert.throws(
      () => parseBook(changed(change)),
      (error) =>
        error.name === "MalformedError" && error.message.includes(message),
      message,
    );
  }
  assert.throws(() => parseBook(encode([1])), MalformedError);
  assert.throws(() => parseBook(new Uint8Array(65_001)), MalformedError);
});

test("a book of a later format is not judged by another, but named", () => {
  const data = changed((b) => b.set("format", "provenance/evidence-book/v2"));
  assert.throws(
    () => parseBook(data),
    (error) =>
      error instanceof UnknownBookError &&
      toHex(error.book) === toHex(sha256(data)),
  );
});

test("what objects inherit is no member of a book", () => {
  for (const name of ["__proto__", "constructor", "toString"]) {
    assert.throws(
      () => parseBook(changed((b) => b.set(name, 1))),
      MalformedError,
    );
    const told = parseBook(changed((b) => b.get("implies").set(name, "x")));
    assert.equal(told.implies.get(name), "x");
  }
});

test("each entry is judged by the book that counted there", () => {
  const data = changed((b) => b.get("bounds").set("depth", 3));
  const later = { id: sha256(data), start: 7 };
  const books = Books.resolve([...namedByDefault(), later], [data]);
  assert.deepEqual(
    [0, 6, 7, 8].map((index) => books.at(index).bounds.depth),
    [8, 8, 3, 3],
  );
  const late = encode(
    new Map([
      ["format", "provenance/assessment-book/v1"],
      ["late_after", 5],
    ]),
  );
  const told = [...namedByDefault(), { id: sha256(late), start: 0 }];
  assert.equal(Books.resolve(told, [late]).assessment.lateAfter, 5);
  assert.equal(books.assessment.lateAfter, 86_400_000);
});

test("a book that is not at hand is named, and no other takes its place", () => {
  const id = sha256(new Uint8Array(1));
  assert.throws(
    () => Books.resolve([{ id, start: 0 }], [new Uint8Array(2)]),
    (error) =>
      error instanceof UnknownBookError &&
      error.message.includes(toHex(id)) &&
      error.book === id,
  );
});

test("books stand in the order in which they count, each once", () => {
  const [{ id }] = namedByDefault();
  const other = sha256(id);
  checkRefs([
    { id, start: 0 },
    { id: other, start: 0 },
    { id, start: 3 },
  ]);
  for (const starts of [[1, 0], [-1], [0, 0]]) {
    const refs = starts.map((start) => ({ id, start }));
    assert.throws(() => checkRefs(refs), MalformedError, `${starts}`);
  }
});

// Forms.

const SEEN = { type: "ObjectEvent", action: "OBSERVE" };

test("an event has a type and an action that the book knows", () => {
  isRefused({ type: "Nonsense" }, [["epcList", CAN]], "type 'Nonsense'");
  isRefused({ ...SEEN, action: "MAYBE" }, [["epcList", CAN]], "not 'MAYBE'");
  isRefused({ type: "ObjectEvent" }, [["epcList", CAN]], "action ADD, DELETE");
  isRefused(
    { type: "TransformationEvent", action: "ADD" },
    [["outputEPCList", CAN]],
    "has none, not 'ADD'",
  );
  isRefused({ ...SEEN, type: "ObjectEvent OBSERVE" }, [["epcList", CAN]], "");
  isRefused({ ...SEEN, action: 1 }, [["epcList", CAN]], "are text");
});

test("a type of somebody's own is kept, and does nothing", () => {
  const { reading, act } = judged({ type: "https://brand.example/Event" }, [
    ["childEPCs", CAN],
    ["parentID", BOX],
  ]);
  for (const code of CODES.values()) assert.equal(reading.kinds(code), 0);
  assert.equal(act.needs.length, 1);
  isRefused({ type: "urn:x:e", action: "MAYBE" }, [["epcList", CAN]], "action");
});

test("an event names items in the lists of its form alone", () => {
  isRefused(SEEN, [["childEPCs", CAN]], "has no childEPCs");
  isRefused(
    { type: "TransformationEvent" },
    [["epcList", CAN]],
    "has no epcList",
  );
  isRefused(
    { ...SEEN, action: "ADD" },
    [["about", CAN]],
    "epcList or quantity",
  );
  isRefused(
    { type: "AggregationEvent", action: "ADD" },
    [["childEPCs", CAN]],
    "has 1 parentID, and this one has 0",
  );
  isRefused(
    { type: "AggregationEvent", action: "ADD" },
    [["parentID", BOX]],
    "names an item in childEPCs or childQuantityList",
  );
});

test("no text of a body hides what people do not see", () => {
  for (const member of ["disposition", "eventID", "x:note", "bizStep"]) {
    for (const hidden of ["\0", "\x7f", "\x85", "\u202e", "\u2066", "\u061c"]) {
      isRefused(
        { ...SEEN, [member]: `a${hidden}b` },
        [["epcList", CAN]],
        "cannot be seen",
      );
    }
  }
  judged({ ...SEEN, "x:note": "大 \u200d fin" }, [["epcList", CAN]]);
});

test("a step is a word of the book, or somebody's own URI", () => {
  for (const bizStep of [
    "harvesting",
    "urn:provenance:step:eaten",
    "recalled",
  ]) {
    isRefused({ ...SEEN, bizStep }, [["epcList", CAN]], "step");
  }
  const bizStep = "https://brand.example/step";
  const [[kinds]] = needsOf({ ...SEEN, bizStep }, [["epcList", CAN]]);
  assert.deepEqual(kinds, [`step:${bizStep}`]);
});

test("a declaration of error is read with an eventID and without", () => {
  const errorDeclaration = new Map();
  const said = { ...SEEN, errorDeclaration };
  judged(said, [["epcList", CAN]]);
  judged({ ...said, eventID: "urn:uuid:1" }, [["epcList", CAN]]);
});

test("what a rule reads is not concealed, as a whole or in part", () => {
  for (const pointer of [
    "/bizStep",
    "/disposition",
    "/concerns",
    "/concerns/0",
    "/persistentDisposition/set",
    "/ilmd",
    "/ilmd/cbvmda:lotNumber",
    "/ilmd/urn:epcglobal:cbv:mda:itemExpirationDate",
    "/errorDeclaration/reason",
  ]) {
    isRefused(SEEN, [["epcList", CAN]], "may not be concealed", [pointer]);
  }
  judged(SEEN, [["epcList", CAN]], ["/bizTransactionList", "/ilmd/x:price"]);
});

test("a demand is of the event's own items", () => {
  const hash = new Uint8Array(32);
  judged({ ...SEEN, after: [[CAN, hash]] }, [["epcList", CAN]]);
  isRefused(
    { ...SEEN, after: [[OTHERS, hash]] },
    [["epcList", CAN]],
    "no item of the event",
  );
});

test("a warning of a whole product is said about it, too", () => {
  const said = { ...SEEN, bizStep: "urn:provenance:step:recalled" };
  isRefused(said, [["quantityList", GTIN]], "what it is about, too");
  judged(said, [
    ["about", GTIN],
    ["quantityList", GTIN],
  ]);
  judged({ ...SEEN }, [["quantityList", GTIN]]);
});

// Acts.

test("whatever first gives an id its meaning asks for its prefix", () => {
  const key = "4012345123456";
  const made = [
    [{ ...SEEN, action: "ADD", bizStep: "packing" }, [["epcList", OTHERS]]],
    [{ ...SEEN, bizStep: "commissioning" }, [["epcList", OTHERS]]],
    [{ ...SEEN, bizStep: "encoding" }, [["epcList", OTHERS]]],
    [{ ...SEEN, bizStep: "creating_class_instance" }, [["about", OTHERS]]],
    [
      { type: "TransformationEvent" },
      [
        ["inputEPCList", CAN],
        ["outputEPCList", OTHERS],
      ],
    ],
    [
      { type: "AggregationEvent", action: "ADD", bizStep: "commissioning" },
      [
        ["parentID", BOX],
        ["childEPCs", OTHERS],
      ],
    ],
  ];
  for (const [members, rows] of made) {
    const needs = needsOf(members, rows);
    assert(
      needs.some(([, keys]) => keys.includes(key)),
      JSON.stringify(needs),
    );
  }
  const used = needsOf(
    { type: "TransformationEvent", bizStep: "commissioning" },
    [
      ["inputEPCList", OTHERS],
      ["outputEPCList", CAN],
    ],
  );
  assert(used.every(([, keys]) => !keys.includes(key)));
});

test("a recall asks for its kind and every prefix, however it is said", () => {
  const set = new Map([["set", ["x:mine", "cbv:Disp-recalled"]]]);
  for (const said of [
    { bizStep: "urn:provenance:step:recalled" },
    { bizStep: "shipping", disposition: "recalled" },
    { persistentDisposition: set },
  ]) {
    const { act, reading } = judged({ ...SEEN, ...said }, [
      ["epcList", OTHERS],
    ]);
    assert(act.recalls && reading.warns);
    const recall = act.needs.find(({ kinds }) => kinds.has("recalled"));
    assert.deepEqual(recall.keys, ["4012345123456"]);
  }
});

test("an unknown disposition implies nothing, and is kept", () => {
  const { act, reading } = judged(
    { ...SEEN, disposition: "https://brand.example/Disp-recalled" },
    [["epcList", CAN]],
  );
  assert(!act.recalls && !reading.warns);
  assert.equal(act.needs.length, 1);
});

test("who empties a container needs one of the kinds that do", () => {
  const [step, form] = needsOf(
    { type: "AggregationEvent", action: "DELETE", bizStep: "inspecting" },
    [["parentID", BOX]],
  );
  assert.deepEqual(step, [["inspecting"], []]);
  assert(form[0].includes("unpacking") && !form[0].includes("inspecting"));
});

test("a link's kinds are the effects of its list", () => {
  const box = { type: "AggregationEvent" };
  const kinds = (members, rows, relation) =>
    judged(members, rows).reading.kinds(CODES.get(relation));
  const rows = [
    ["parentID", BOX],
    ["childEPCs", CAN],
  ];
  assert.equal(kinds({ ...box, action: "ADD" }, rows, "childEPCs"), GOES_IN);
  assert.equal(kinds({ ...box, action: "ADD" }, rows, "parentID"), 0);
  assert.equal(kinds({ ...box, action: "OBSERVE" }, rows, "childEPCs"), 0);
  assert.equal(
    kinds({ ...box, action: "DELETE" }, rows, "childEPCs"),
    COMES_OUT,
  );
  assert.equal(kinds({ ...box, action: "DELETE" }, rows, "parentID"), 0);
  assert.equal(
    kinds({ ...box, action: "DELETE" }, [["parentID", BOX]], "parentID"),
    COMES_OUT,
  );
  assert.equal(
    kinds(
      { ...SEEN, action: "DELETE", disposition: "stolen" },
      [["epcList", CAN]],
      "epcList",
    ),
    MADE_OR_ENDS | WARNS,
  );
});

test("by its word alone a step gives being to goods, not to places", () => {
  const reading = readEvent(
    bodyOf({ type: "urn:x:e", bizStep: "commissioning" }),
    [],
    book,
  );
  for (const [relation, code] of CODES) {
    const isNone = ["place", "transformationID"].includes(relation);
    assert.equal(reading.makes(code), !isNone, relation);
  }
});

// Identity.

test("an actor is a party, and never the key of a thing or a place", () => {
  for (const id of [
    "did:web:maker.example",
    "https://maker.example/",
    "https://id.gs1.org/417/9506000134376",
  ]) {
    checkActorId(id);
  }
  for (const id of [
    CAN,
    BOX,
    "https://id.gs1.org/414/9506000134376",
    "https://id.gs1.org/",
    "urn:epc:id:sgtin:9506000.113435.1",
    "URN:EPC:x",
    "urn:epc:id:pgln:9506000.13437",
    "http://id.gs1.org/417/9506000134376",
    "https://shop.example/417/9506000134376",
  ]) {
    assert.throws(() => checkActorId(id), MalformedError, id);
  }
});

// Times.

test("dates are judged by three clocks, the first word that fits", () => {
  const bound = 10;
  const at = (earliest, latest, seen) =>
    new LogTime({ earliest, latest, seen, bound });
  const until = { start: null, until: 100 };
  const from = { start: 100, until: null };
  const rows = [
    [at(111, 120, 115), until, FAILS],
    [at(110, 120, 110), until, HOLDS],
    [at(110, 120, 111), until, UNCLEAR],
    [at(0, 120, Infinity), until, UNCLEAR],
    [at(0, 89, 89), from, FAILS],
    [at(0, 90, 90), from, UNCLEAR],
    [at(89, 200, 200), from, UNCLEAR],
    [at(90, 200, 200), from, HOLDS],
    // The log's clock ran ahead of those who saw the entry: who can tell.
    [at(500, 501, 489), until, UNCLEAR],
    [at(500, 501, 490), until, FAILS],
    [at(500, 501, 0), { start: null, until: null }, HOLDS],
    [at(95, 96, 96), { start: 100, until: 80 }, FAILS],
  ];
  for (const [time, grant, wanted] of rows) {
    assert.equal(time.judge(grant), wanted, JSON.stringify([time, grant]));
  }
});

test("a variant of a product is recalled with the product", () => {
  const product = "https://id.gs1.org/01/09506000134352";
  const step = { bizStep: "urn:provenance:step:recalled", action: "OBSERVE" };
  const object = { type: "ObjectEvent", ...step };
  const variant = ["quantityList", `${product}/22/2A`];
  isRefused(object, [variant], "whole product");
  isRefused(object, [["about", `${product}/22/2A`]], "whole product");
  assert(judged(object, [["about", product], variant]).reading.recalls);
  isRefused(
    { type: "TransactionEvent", ...step },
    [["quantityList", product]],
    "is an ObjectEvent",
  );
});

test("an act says whether a place is concealed", () => {
  const seen = { type: "ObjectEvent", action: "OBSERVE" };
  const rows = [["epcList", "https://id.gs1.org/01/09506000134352/21/K1"]];
  const hides = (...pointers) => judged(seen, rows, pointers).act.hidesPlace;
  assert.equal(hides("/readPoint"), true);
  assert.equal(hides("/bizLocation/geo"), true);
  assert.equal(hides("/readPoints", "/sensor"), false);
});
