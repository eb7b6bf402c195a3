// What the page says: words in both languages, a sentence for whatever a check
// comes to, times and gaps, and text that others wrote.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

import {
  LANGUAGES,
  Speaker,
  chooseLanguage,
  readStamp,
} from "../../node/provenance_node/web/page/language.js";
import { textIn } from "../../node/provenance_node/web/page/mapping.js";
import { readReadings } from "../../node/provenance_node/web/page/readings.js";
import {
  clocksOf,
  countPassed,
  listed,
  orderNotices,
  sentenceOf,
  sumUp,
  whoseWord,
} from "../../node/provenance_node/web/page/sentences.js";
import {
  clean,
  linesOf,
  partsOf,
  shellQuoted,
} from "../../node/provenance_node/web/page/text.js";
import {
  groupRows,
  isCustoms,
  makeRows,
  spanOf,
} from "../../node/provenance_node/web/page/timeline.js";
import { WORDS } from "../../node/provenance_node/web/page/words.js";
import { CODES } from "../../node/provenance_node/web/verify/proof/codes.js";
import { EXPLANATIONS } from "../../node/provenance_node/web/verify/proof/explanations.js";
import {
  NOT_CHECKED,
  STEPS,
} from "../../node/provenance_node/web/verify/proof/verdict.js";

const PAGE = new URL("../../node/provenance_node/web/", import.meta.url);
const OUTCOMES = ["VERIFIED", "FAILED", "INCOMPLETE", "UNKNOWN"];
const SPEAKERS = LANGUAGES.map((language) => new Speaker(language));
const english = new Speaker("en", ["en-GB"]);
const chinese = new Speaker("zh-CN");

/** Return a verdict of these checks. */
function verdictOf(checks, more = {}) {
  return {
    outcome: "FAILED",
    subject: "",
    checks,
    notices: [],
    log: null,
    timeline: [],
    ...more,
  };
}

/** Return what may stand for a check. */
function check(id, outcome, code, subject = "") {
  return { id, outcome, code, detail: "what was found", subject };
}

/** Return an event of the timeline at that time. */
function moment(time, more = {}) {
  return {
    time,
    step: "packing",
    roles: [],
    entry: 1,
    event: 0,
    is_void: false,
    error: null,
    ...more,
  };
}

test("both languages have all words, and each is said", () => {
  const [first, ...others] = LANGUAGES.map((language) =>
    Object.keys(WORDS[language])
      .filter((key) => !key.endsWith(".one"))
      .sort(),
  );
  assert(first.length > 150);
  for (const keys of others) assert.deepEqual(keys, first);
  for (const language of LANGUAGES) {
    for (const [key, text] of Object.entries(WORDS[language])) {
      assert(text.trim() === text && text, `${language} ${key}`);
    }
  }
});

test("what is filled into a sentence is the same in both languages", () => {
  const holes = (text) =>
    [...text.matchAll(/\{(\w+)\}/g)].map(([, n]) => n).sort();
  for (const [key, text] of Object.entries(WORDS["zh-CN"])) {
    assert.deepEqual(holes(text), holes(WORDS.en[key]), key);
  }
});

test("Chinese words are Chinese, and English ones are not", () => {
  const han = /[\p{Script=Han}，：。]/u;
  for (const [key, text] of Object.entries(WORDS["zh-CN"])) {
    if (key !== "language") assert.match(text, han, key);
  }
  for (const [key, text] of Object.entries(WORDS.en)) {
    if (key !== "language") assert.doesNotMatch(text, han, key);
  }
});

test("every word is used by the page", () => {
  const sources = readdirSync(new URL("page/", PAGE))
    .filter((name) => name !== "words.js")
    .map((name) => readFileSync(new URL(`page/${name}`, PAGE), "utf8"));
  const source =
    sources.join("") + readFileSync(new URL("index.html", PAGE), "utf8");
  // Keys that are put together from a part and what it is about.
  const made =
    /^(step\.|item\.|role\.|signer\.|limit\.|error\.|drop\.|why\.|tech\.|verdict\.|stretch\.)/;
  for (const key of Object.keys(WORDS.en)) {
    const name = key.replace(/\.one$/, "");
    const stem = made.exec(name)?.[0];
    assert(
      source.includes(`"${name}"`) ||
        OUTCOMES.includes(name) ||
        (stem && source.includes(`\`${stem}\${`)),
      key,
    );
  }
});

test("no face of the page calls the item itself genuine", () => {
  const forbidden = /authentic|genuine|正品|保真/i;
  for (const language of LANGUAGES) {
    for (const [key, text] of Object.entries(WORDS[language])) {
      assert.doesNotMatch(text, forbidden, key);
    }
  }
  const html = readFileSync(new URL("index.html", PAGE), "utf8");
  assert.doesNotMatch(html, forbidden);
});

test("there is a sentence for each step and outcome, whatever the code", () => {
  for (const speaker of SPEAKERS) {
    for (const step of STEPS) {
      assert(speaker.say(`step.${step}`));
      for (const outcome of OUTCOMES) {
        for (const code of ["PRV-9999", NOT_CHECKED, ...CODES.keys()]) {
          const one = check(step, outcome, code);
          const said = sentenceOf(one, verdictOf([one]), speaker);
          assert(said.length > 4, `${step} ${outcome} ${code}`);
        }
      }
    }
  }
});

test("every code has its own sentence and explanation, in both languages", () => {
  const han = /\p{Script=Han}/u;
  assert.deepEqual([...EXPLANATIONS.keys()], [...CODES.keys()]);
  for (const said of [...CODES.values()].map((code) => code.sentence)) {
    assert.doesNotMatch(said.en, han);
    assert.match(said.zh, han);
  }
  for (const [code, means] of EXPLANATIONS) {
    for (const speaker of SPEAKERS) assert(speaker.has(code), code);
    assert.doesNotMatch(means.en, han);
    assert.match(means.zh, han);
  }
});

test("a check that was skipped says which one stopped it", () => {
  const checks = [
    check("events", "FAILED", "PRV-0801"),
    check("trails", "UNKNOWN", NOT_CHECKED),
  ];
  const said = sentenceOf(checks[1], verdictOf(checks), english);
  assert(said.includes(english.say("step.events")), said);
});

test("witnesses that nobody asked for vouch for nothing", () => {
  const none = check("quorum", "VERIFIED", "PRV-0403");
  const said = sentenceOf(none, verdictOf([none]), english);
  assert.match(said, /No witnesses/);
});

test("a recall is what the verdict says, whatever else is lacking", () => {
  const checks = [
    check("freshness", "INCOMPLETE", "PRV-0501"),
    check("recalls", "INCOMPLETE", "PRV-1401"),
  ];
  const found = sumUp(verdictOf(checks, { outcome: "INCOMPLETE" }));
  assert.equal(found.key, "verdict.recalled");
});

test("stale alone is stale; with more it is incomplete", () => {
  const stale = check("freshness", "INCOMPLETE", "PRV-0501");
  const lack = check("completeness", "INCOMPLETE", "PRV-1001");
  const sum = (...checks) =>
    sumUp(verdictOf(checks, { outcome: "INCOMPLETE" }));
  assert.equal(sum(stale).key, "verdict.stale");
  assert.equal(sum(stale, lack).key, "verdict.INCOMPLETE");
});

test("the gravest check is the reason, not one that was skipped", () => {
  const checks = [
    check("freshness", "INCOMPLETE", "PRV-0501"),
    check("events", "FAILED", "PRV-0801"),
    check("trails", "UNKNOWN", NOT_CHECKED),
  ];
  assert.equal(sumUp(verdictOf(checks)).reason.code, "PRV-0801");
  const nothing = [check("completeness", "UNKNOWN", "PRV-1003")];
  const found = sumUp(verdictOf(nothing, { outcome: "UNKNOWN" }));
  assert.equal(found.key, "verdict.nothing");
});

test("clocks that differ are both told, and contradict nothing", () => {
  const clocks = check("freshness", "UNKNOWN", "PRV-0504");
  clocks.detail =
    "the checkpoint's time is 2026-03-01T10:10:00.000Z, which is 600 s ahead" +
    " of this machine's clock, 2026-03-01T10:00:00.000Z: one of the two is wrong";
  const found = sumUp(verdictOf([clocks], { outcome: "UNKNOWN" }));
  assert.equal(found.key, "verdict.clocks");
  assert.deepEqual(clocksOf(found.reason), {
    record: Date.UTC(2026, 2, 1, 10, 10),
    device: Date.UTC(2026, 2, 1, 10),
  });
  assert.equal(clocksOf(check("freshness", "VERIFIED", "PRV-0500")), null);
  // Of what else cannot be told the reader hears first.
  const nothing = check("completeness", "UNKNOWN", "PRV-1003");
  const both = verdictOf([clocks, nothing], { outcome: "UNKNOWN" });
  assert.equal(sumUp(both).key, "verdict.nothing");
});

test("a rule book that is not at hand is why nothing could be checked", () => {
  const book = check("book", "UNKNOWN", "PRV-1501");
  const found = sumUp(verdictOf([book], { outcome: "UNKNOWN" }));
  assert.equal(found.key, "verdict.book");
});

test("a recall at another time is told as one that may concern the item", () => {
  const doubt = check("recalls", "INCOMPLETE", "PRV-1409", "urn:x:box");
  const verdict = verdictOf([doubt], {
    outcome: "INCOMPLETE",
    notices: [
      { code: "PRV-1402", detail: "", subject: "" },
      { code: "PRV-1401", detail: "", subject: "" },
    ],
  });
  assert.equal(sumUp(verdict).key, "verdict.doubt");
  assert.deepEqual(
    orderNotices(verdict).map(({ code }) => code),
    ["PRV-1401", "PRV-1409", "PRV-1402"],
  );
});

test("on whose word it rests that nothing is left out is told once", () => {
  for (const [completeness, code] of [
    ["operator", "PRV-1007"],
    ["witnesses", "PRV-1008"],
    ["auditors", "whose.auditors"],
  ]) {
    const notices = [{ code, detail: "", subject: "" }];
    const verdict = verdictOf([], { log: { completeness }, notices });
    for (const speaker of SPEAKERS) {
      assert.equal(whoseWord(verdict, speaker), speaker.say(code));
    }
    if (completeness !== "auditors") {
      assert.deepEqual(orderNotices(verdict), []);
    }
  }
  assert.equal(whoseWord(verdictOf([]), english), "");
});

test("a late report says how much later, as people say it", () => {
  const time = (speaker) => ({ time: speaker.duration(3 * 86_400_000) });
  assert.equal(
    english.say("moment.late", time(english)),
    "Reported 3 days later",
  );
  assert.equal(chinese.say("moment.late", time(chinese)), "3天后才上报");
});

test("no more than five findings of a step are listed, the rest counted", () => {
  const checks = Array.from({ length: 9 }, (_, i) =>
    check("roles", "FAILED", "PRV-1201", `entry ${i}`),
  );
  const rows = listed([check("format", "VERIFIED", "PRV-0100"), ...checks]);
  assert.equal(rows.length, 6);
  assert.equal(rows.at(-1).more, 4);
  assert.deepEqual(countPassed(checks), { passed: 15, count: 16 });
});

test("recalls come before all other notices", () => {
  const codes = ["PRV-0403", "PRV-1402", "PRV-1401"];
  const notices = codes.map((code) => ({ code, detail: "", subject: "" }));
  const [first] = orderNotices(verdictOf([], { notices }));
  assert.equal(first.code, "PRV-1401");
});

test("the language is the one asked for, saved, liked, or English", () => {
  assert.equal(chooseLanguage("zh-CN", "en", ["en"]), "zh-CN");
  assert.equal(chooseLanguage("zh-Hant-TW", null, []), "zh-CN");
  assert.equal(chooseLanguage("xx", "zh-CN", ["en-US"]), "zh-CN");
  assert.equal(chooseLanguage(null, null, ["de-DE", "zh"]), "zh-CN");
  assert.equal(chooseLanguage(null, "<script>", ["de"]), "en");
  assert.equal(chooseLanguage(null, null, []), "en");
});

test("a time is told on the clock of its place, and in UTC", () => {
  const stamp = readStamp("2026-03-01T23:30:00.000+05:30");
  assert.equal(stamp.time, Date.UTC(2026, 2, 1, 18));
  assert.match(english.there(stamp), /1 Mar 2026, 23:30\u00a0UTC\+5:30/);
  assert.match(english.utc(stamp.time), /1 Mar 2026, 18:00 UTC/);
  assert.match(chinese.there(stamp), /2026年3月1日/);
  assert.match(
    english.there(readStamp("2026-01-01T00:00:00-03:30")),
    /UTC−3:30$/,
  );
});

test("what is no time is none", () => {
  for (const text of [
    "",
    "yesterday",
    "2026-13-40T00:00:00Z",
    "2026-01-01",
    "2026-01-01T00:00:00",
    "9".repeat(400),
  ]) {
    assert.equal(readStamp(text), null, text);
  }
});

test("three days without an entry are a gap, fewer are none", () => {
  const rows = makeRows([
    moment("2026-11-01T00:00:00Z"),
    moment("2026-11-03T23:59:59Z"),
    moment("2026-11-09T23:59:59Z"),
  ]);
  assert.deepEqual(
    rows.map((row) => row.kind),
    ["event", "event", "gap", "event"],
  );
  assert.equal(rows[2].days, 6);
  assert.match(
    english.days(rows[2].start.time, rows[2].stop.time),
    /3\s?–\s?9 Nov 2026/,
  );
});

test("an entry that comes late makes no gap, and hides none", () => {
  const rows = makeRows([
    moment("2026-11-01T00:00:00Z"),
    moment("2026-10-01T00:00:00Z"),
    moment("2026-11-02T00:00:00Z"),
    moment(""),
    moment("2026-11-12T00:00:00Z"),
  ]);
  const gaps = rows.filter((row) => row.kind === "gap");
  assert.deepEqual(
    gaps.map((gap) => gap.days),
    [10],
  );
  assert.equal(rows.length, 6);
});

test("no entries, or none with a time, have no span", () => {
  assert.deepEqual(makeRows([]), []);
  assert.equal(spanOf(makeRows([moment("")])), null);
  const span = spanOf(
    makeRows([moment("2026-11-02T00:00:00Z"), moment("2026-11-01T00:00:00Z")]),
  );
  assert.deepEqual(span, [Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 2)]);
});

test("a story spans the days that its rows show", () => {
  // On a clock ahead of UTC, it is the next day already.
  const rows = makeRows([moment("2026-11-01T01:00:00+12:00")]);
  assert.equal(english.days(...spanOf(rows)), "1 Nov 2026");
});

test("what one party says of one place is one scene, until another comes", () => {
  const at = (day, place) =>
    moment(`2026-11-${day}T00:00:00Z`, { place, issuer: "did:a" });
  const rows = makeRows([
    at("01", "x"),
    at("02", "x"),
    at("03", "y"),
    at("04", "x"),
    at("09", "x"),
  ]);
  const scenes = groupRows(rows, ({ moment: one }) => one.place);
  assert.deepEqual(
    scenes.map((one) => (one.kind === "scene" ? one.rows.length : one.kind)),
    [2, 1, 1, "gap", 1],
  );
  // Nothing is lost, and nothing moves.
  assert.deepEqual(
    scenes.flatMap((one) => (one.kind === "scene" ? one.rows : [one])),
    rows,
  );
  assert.deepEqual(
    groupRows([], () => ""),
    [],
  );
});

test("a name that is said in several languages is told in the reader's", () => {
  const map = { en: "Ningbo", "zh-Hans": "宁波" };
  const list = [
    { "@value": "Ningbo", "@language": "en" },
    { "@value": "宁波", "@language": "zh" },
  ];
  for (const names of [map, list]) {
    assert.equal(textIn(names, "en"), "Ningbo");
    assert.equal(textIn(names, "zh-CN"), "宁波");
  }
  assert.equal(textIn({ "@value": "Ningbo" }, "zh-CN"), "Ningbo");
  assert.equal(textIn({ mi: "Te Puke" }, "en"), "Te Puke");
  assert.equal(textIn("宁波", "en"), "宁波");
  for (const strange of [null, undefined, 3, {}, [], [null, 3], { en: {} }]) {
    assert.equal(textIn(strange, "en"), "");
  }
});

test("steps at the border are told apart from others", () => {
  assert(isCustoms(moment("", { step: "customs_released" })));
  assert(isCustoms(moment("", { step: "inspecting", roles: ["customs"] })));
  assert(!isCustoms(moment("", { step: "inspecting", roles: ["inspector"] })));
});

test("readings are told with their units, alarms as such", () => {
  const body = {
    sensorElementList: [
      {
        sensorMetadata: { time: "2026-10-01T00:00:00Z" },
        sensorReport: [
          { type: "Temperature", minValue: 3.1, maxValue: 7.9, uom: "CEL" },
          {
            type: "gs1:Temperature",
            value: 12,
            uom: "CEL",
            exception: "ALARM_CONDITION",
          },
          {
            type: "https://gs1.org/voc/MeasurementType-RelativeHumidity",
            value: 61,
            uom: "P1",
          },
          { type: "example:Odour", stringValue: "none" },
        ],
      },
    ],
  };
  const [range, alarm, humidity, odour] = readReadings(body, english);
  assert.deepEqual(
    [range.kind, range.value],
    ["Temperature", "lowest 3.1 °C, highest 7.9 °C"],
  );
  assert.equal(range.time, "2026-10-01T00:00:00Z");
  assert.deepEqual([alarm.value, alarm.isAlarm], ["12 °C", true]);
  assert.deepEqual(
    [humidity.kind, humidity.value],
    ["Relative humidity", "61 %"],
  );
  assert.deepEqual([odour.kind, odour.value], ["Odour", "none"]);
  assert.equal(readReadings(body, chinese)[0].kind, "温度");
});

test("readings of any shape are no fault", () => {
  for (const list of [
    null,
    3,
    "x",
    [null],
    [{}],
    [{ sensorReport: [null, 1, {}] }],
    [[]],
  ]) {
    assert(Array.isArray(readReadings({ sensorElementList: list }, english)));
  }
  const many = { sensorReport: Array(10_000).fill({ value: 1 }) };
  assert.equal(readReadings({ sensorElementList: [many] }, english).length, 20);
});

test("what turns, hides or stacks text is made visible", () => {
  const hostile = "a\u202ecod\u2066\u0000\u200b\u{e0041}\ud800z";
  assert.equal(clean(hostile), "a\ufffdcod\ufffd\ufffd\ufffd\ufffd\ufffdz");
  assert.equal(clean(`o${"\u0301".repeat(50)}`), `o${"\u0301".repeat(3)}`);
  assert.equal(clean("<b>&amp;</b>"), "<b>&amp;</b>");
  assert.equal(clean("王小测 é 🥛"), "王小测 é 🥛");
});

test("long text is cut, and quickly", () => {
  assert.equal(clean("x".repeat(10_000_000)), `${"x".repeat(79)}…`);
  assert.equal([...clean("🥛".repeat(500))].length, 80);
  assert.equal(clean("", 10), "");
  assert.equal(linesOf("a\nb\u0000\n", 9), "a\nb\ufffd\n");
  assert.equal(linesOf("1\n2\n3", 2), "1\n2\n…");
});

test("an item in a command is one argument, whatever stands in it", () => {
  const plain = "https://id.gs1.org/01/09506000134352/21/a%2Fb";
  assert.equal(shellQuoted(plain), plain);
  assert.equal(shellQuoted("urn:x:$(rm)&'y"), "'urn:x:$(rm)&'\\''y'");
  assert.equal(shellQuoted(""), "''");
});

test("an item is told by the parts of its key", () => {
  assert.deepEqual(partsOf("https://id.gs1.org/01/09506000134352/21/a%2Fb"), [
    ["01", "09506000134352"],
    ["21", "a/b"],
  ]);
  assert.deepEqual(partsOf("https://id.gs1.org/01/1/21/%ff"), [
    ["01", "1"],
    ["21", "%ff"],
  ]);
  assert.deepEqual(partsOf("urn:uuid:8d01"), []);
  assert.deepEqual(partsOf("https://evil.example/01/1"), []);
});
