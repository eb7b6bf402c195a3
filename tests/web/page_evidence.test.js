// What the page reads out of evidence, and how it gets and keeps it.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import test from "node:test";

import {
  checkFile,
  checkItem,
  openStretch,
  rememberTrust,
} from "../../node/provenance_node/web/page/checking.js";
import {
  MAX_BYTES,
  looksLikeBundle,
  looksLikeJson,
  readAtMost,
  readFile,
} from "../../node/provenance_node/web/page/fetching.js";
import {
  choose,
  differences,
  load,
  save,
  toKeep,
} from "../../node/provenance_node/web/page/keeping.js";
import { findSigners } from "../../node/provenance_node/web/page/signers.js";
import {
  findStops,
  readWhere,
} from "../../node/provenance_node/web/page/stops.js";
import {
  addStretch,
  readStretch,
} from "../../node/provenance_node/web/page/stretches.js";
import {
  factKey,
  readStory,
} from "../../node/provenance_node/web/page/story.js";
import { MalformedError } from "../../node/provenance_node/web/verify/errors.js";
import {
  examineBundle,
  parseTrust,
} from "../../node/provenance_node/web/verify/index.js";
import { casesOf, fromBase64, golden, trustOf } from "./vectors.js";

/** Return a golden bundle, with its verdict and trust. */
async function examined(name) {
  const { given } = golden(`bundle/${name}`);
  const bytes = fromBase64(given.bundle);
  const trust = trustOf(given.trust);
  const { now, item = null } = given;
  const verdict = await examineBundle(bytes, { trust, now: Number(now), item });
  return { bytes, trust, verdict, story: readStory(bytes, verdict, trust) };
}

/** Storage as browsers have it. */
class Shelf {
  items = new Map();
  getItem(key) {
    return this.items.get(key) ?? null;
  }
  setItem(key, value) {
    this.items.set(key, value);
  }
  removeItem(key) {
    this.items.delete(key);
  }
}

const textOfTrust = (name) => golden(`trust/good-${name}`).given.text;

test("nothing is read of a bundle whose proofs did not pass", async () => {
  let read = 0;
  for (const name of casesOf("bundle")) {
    const { story, verdict } = await examined(name);
    const proven = verdict.checks.find((check) => check.id === "trails");
    assert.equal(story !== null, proven.outcome === "VERIFIED", name);
    if (!story) continue;
    read++;
    for (const { entry, event } of verdict.timeline) {
      assert(story.facts.has(factKey(entry, event)), name);
    }
  }
  assert(read > 30);
});

test("every proof that is one looks like one, and no page does", async () => {
  let proofs = 0;
  for (const name of casesOf("bundle")) {
    const { bytes, verdict } = await examined(name);
    const form = verdict.checks.find((check) => check.id === "format");
    if (form.outcome !== "VERIFIED") continue;
    proofs++;
    assert(looksLikeBundle(bytes), name);
  }
  assert(proofs > 30);
  const text = new TextEncoder();
  for (const page of ["", "<!doctype html>", "{}", "[]", "\ufeff<p>", "\n"]) {
    assert(!looksLikeBundle(text.encode(page)), page);
  }
});

test("hidden fields are counted, shown ones are not among them", async () => {
  const count = ({ story, verdict }) =>
    verdict.timeline
      .map(({ entry, event }) => story.facts.get(factKey(entry, event)))
      .reduce((sum, fact) => sum + fact.hiddenFields, 0);
  const concealed = count(await examined("verified-field-concealed"));
  const shown = count(await examined("verified-field-shown"));
  assert(concealed > shown, `${concealed} ${shown}`);
});

test("a signer is confirmed by those who enrolled it, by name", async () => {
  const { verdict, story, trust } = await examined("verified-two-authorities");
  const [maker] = findSigners(verdict, story, trust);
  assert.equal(maker.known, "confirmed");
  const names = trust.authorities.map(({ name }) => name);
  assert(maker.by.length >= trust.threshold);
  for (const name of maker.by) assert(names.includes(name), name);
});

test("who is pinned is known by the trust file, and nobody confirms it", async () => {
  const { verdict, story, trust } = await examined("verified-pinned");
  const signers = findSigners(verdict, story, trust);
  assert(signers.some((one) => one.known === "pinned"));
});

test("without valid signatures nobody is confirmed", async () => {
  for (const name of casesOf("bundle")) {
    const { verdict, story, trust } = await examined(name);
    const isSigned = verdict.checks
      .filter((check) => check.id === "signatures")
      .every((check) => check.outcome === "VERIFIED");
    for (const { known } of findSigners(verdict, story, trust)) {
      if (!isSigned) assert.notEqual(known, "confirmed", name);
    }
  }
});

test("whom a delegate named is told as named so, and by whom", async () => {
  const { verdict, story, trust } = await examined("verified-short");
  const [first, ...others] = verdict.timeline;
  const delegate = "did:web:delegate.example";
  const named = { ...first, issuer_named_by: delegate };
  const told = { ...verdict, timeline: [named, ...others] };
  const names = new Map([...story.names, [delegate, "Delegate"]]);
  const [one] = findSigners(told, { ...story, names }, trust);
  assert.deepEqual([one.known, one.by], ["named", ["Delegate"]]);
  // The name of a delegate rests on signatures, too.
  const forged = told.checks.map((check) =>
    check.id === "signatures" ? { ...check, outcome: "FAILED" } : check,
  );
  const [unsure] = findSigners({ ...told, checks: forged }, story, trust);
  assert.equal(unsure.known, "unknown");
});

test("who enrolled himself is self-declared", () => {
  const verdict = {
    checks: [{ id: "signatures", outcome: "VERIFIED" }],
    timeline: [{ issuer: "did:a", issuer_name: "A", roles: [], entry: 1 }],
  };
  const trust = { authorities: [], actors: [] };
  const story = { enrolments: new Map([["did:a", ["did:a"]]]) };
  const [one] = findSigners(verdict, story, trust);
  assert.deepEqual([one.known, one.by], ["self", []]);
});

test("stops are where events say, and nowhere else", () => {
  const at = (readPoint) => readWhere({ readPoint });
  assert.deepEqual(at({ id: "geo:-37.64,176.17" }), {
    latitude: -37.64,
    longitude: 176.17,
  });
  assert.deepEqual(at({ id: "geo:29.9,121.8,12;u=35" }), {
    latitude: 29.9,
    longitude: 121.8,
  });
  assert.deepEqual(at({ "cbvmda:countryCode": "nz" }), { country: "NZ" });
  assert.deepEqual(
    at({
      "cbvmda:latitude": "1.5",
      "cbvmda:longitude": 2,
      "cbvmda:countryCode": "CN",
    }),
    { latitude: 1.5, longitude: 2, country: "CN" },
  );
  const nowhere = [
    null,
    [],
    "NZ",
    {},
    { id: "https://id.gs1.org/414/9521001000017" },
    { id: "geo:91,0" },
    { id: "geo:0,181" },
    { id: "geo:NaN,1" },
    { "cbvmda:latitude": "", "cbvmda:longitude": "" },
    { "cbvmda:latitude": [], "cbvmda:longitude": {} },
    { "cbvmda:countryCode": "New Zealand" },
  ];
  for (const place of nowhere)
    assert.equal(at(place), null, JSON.stringify(place));
});

test("a stop is listed once as long as it stays, and not if it is void", () => {
  const points = ["geo:1,1", "geo:1,1", "geo:2,2", "geo:3,3", "geo:1,1"];
  const facts = new Map(
    points.map((id, i) => [factKey(i, 0), { body: { readPoint: { id } } }]),
  );
  const timeline = points.map((_, entry) => ({
    entry,
    event: 0,
    time: "",
    is_void: entry === 3,
  }));
  const stops = findStops(timeline, { facts }, () => "here");
  assert.deepEqual(
    stops.map((stop) => stop.latitude),
    [1, 2, 1],
  );
});

test("the first trust file is kept, and a later one does not replace it", () => {
  const first = toKeep(textOfTrust("pinned"), 1);
  const later = toKeep(textOfTrust("plain"), 2);
  assert.deepEqual(choose(null, first), { kept: first, other: null });
  assert.deepEqual(choose(first, { ...first, since: 9 }), {
    kept: first,
    other: null,
  });
  assert.deepEqual(choose(first, later), { kept: first, other: later });
  assert.deepEqual(choose(first, null), { kept: first, other: null });
  assert.deepEqual(choose(null, null), { kept: null, other: null });
  assert(differences(first.text, later.text).length > 0);
  assert.deepEqual(differences(first.text, first.text), []);
});

test("what was kept comes back, and what is spoilt is nothing", () => {
  const shelf = new Shelf();
  assert.equal(load(shelf), null);
  const kept = toKeep(textOfTrust("pinned"), 5, "mine.toml");
  save(shelf, kept);
  assert.deepEqual(load(shelf), kept);
  const [key] = shelf.items.keys();
  for (const text of [
    "",
    "{",
    "null",
    "[]",
    "{}",
    '{"text":1,"since":1,"name":""}',
    '{"text":"x = ","since":1,"name":""}',
  ]) {
    shelf.items.set(key, text);
    assert.equal(load(shelf), null, text);
  }
  save(shelf, null);
  assert.equal(shelf.items.size, 0);
  assert.equal(load(null), null);
});

test("storage that is full or forbidden stops nothing", () => {
  const full = {
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
  };
  save(full, toKeep(textOfTrust("pinned"), 1));
  save(null, null);
});

test("what is no trust file is not kept", () => {
  for (const text of ["", "origin = 1", "<html>", "\u0000"]) {
    assert.throws(() => toKeep(text, 1), MalformedError, text);
  }
});

test("JSON is told from a bundle", () => {
  const utf8 = (text) => new TextEncoder().encode(text);
  assert(looksLikeJson(utf8('  {"format": "provenance/bundle/v2"}')));
  assert(looksLikeJson(utf8("[]")));
  for (const name of casesOf("bundle").slice(0, 40)) {
    if (name === "unknown-json") continue;
    assert(
      !looksLikeJson(fromBase64(golden(`bundle/${name}`).given.bundle)),
      name,
    );
  }
  assert(!looksLikeJson(new Uint8Array()));
});

test("a file larger than any bundle is not read", async () => {
  const file = {
    size: MAX_BYTES + 1,
    arrayBuffer: () => assert.fail("it was read"),
  };
  assert.deepEqual(await readFile(file), { kind: "large" });
});

test("a download ends at its limit, whatever is still to come", async () => {
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 1000;
      controller.enqueue(new Uint8Array(1000));
    },
  });
  await assert.rejects(readAtMost(new Response(endless), 10_000), /10000/);
  assert(sent < 20_000);
  const exact = await readAtMost(
    new Response(new Uint8Array(10_000).fill(7)),
    10_000,
  );
  assert.deepEqual([exact.length, exact[9_999]], [10_000, 7]);
  assert.equal((await readAtMost(new Response(null), 10)).length, 0);
});

/**
 * Run `check` with a node that answers as told; the page asks by paths alone.
 */
async function withNode(answers, check) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    const answer = request.url.startsWith("/v1/trust")
      ? answers.trust
      : request.url.includes("?from=")
        ? answers.stretch
        : answers.bundle;
    if (answer === "cut") {
      response.writeHead(200, { "content-length": "100" });
      response.write("x");
      setImmediate(() => response.destroy());
      return;
    }
    if (answer === "away") {
      response.writeHead(302, { location: "https://elsewhere.example/" });
      response.end();
      return;
    }
    const [status, body] = Array.isArray(answer) ? answer : [200, answer];
    response.writeHead(status);
    response.end(body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const real = globalThis.fetch;
  const base = `http://127.0.0.1:${server.address().port}`;
  globalThis.fetch = (path, how) => real(base + path, how);
  try {
    return await check(asked);
  } finally {
    globalThis.fetch = real;
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

const CASE = "verified-years-old";
const given = () => {
  const {
    given: { bundle, trust, item },
  } = golden(`bundle/${CASE}`);
  return {
    bundle: fromBase64(bundle),
    trust: textOfTrust(trust),
    item: item ?? "https://id.gs1.org/01/09506000134352/21/K0001",
  };
};

test("an item is asked for, verified, and its trust file kept", async () => {
  const { bundle, trust, item } = given();
  const shelf = new Shelf();
  const found = await withNode({ bundle, trust }, () => checkItem(item, shelf));
  assert.equal(found.kind, "checked");
  assert.equal(found.verdict.outcome, "VERIFIED");
  assert.deepEqual(found.bytes, bundle);
  assert.equal(load(shelf).text, trust);
});

test("one byte changed on the way is no VERIFIED", async () => {
  const { bundle, trust, item } = given();
  for (let at = 7; at < bundle.length; at += 97) {
    const changed = bundle.slice();
    changed[at] ^= 1;
    const found = await withNode({ bundle: changed, trust }, () =>
      checkItem(item, new Shelf()),
    );
    assert.notEqual(found.verdict.outcome, "VERIFIED", `byte ${at}`);
  }
});

test("the bundle of another item is refused", async () => {
  const { bundle, trust } = given();
  const other = "https://id.gs1.org/01/09506000134352/21/OTHER";
  const found = await withNode({ bundle, trust }, () =>
    checkItem(other, new Shelf()),
  );
  assert.equal(found.verdict.outcome, "FAILED");
});

test("a node that has nothing, fails or is cut off never fails the item", async () => {
  const { bundle, trust, item } = given();
  const asks = (answers) =>
    withNode(answers, () => checkItem(item, new Shelf()));
  assert.equal((await asks({ trust, bundle: [404, "{}"] })).kind, "missing");
  const busy = await asks({ trust, bundle: [503, ""] });
  assert.deepEqual([busy.kind, busy.status], ["refused", 503]);
  assert.equal((await asks({ trust, bundle: "cut" })).kind, "unreachable");
  assert.equal((await asks({ trust, bundle: "away" })).kind, "unreachable");
  assert.equal((await asks({ trust: [500, ""], bundle })).kind, "refused");
  assert.equal((await asks({ trust: "<html>", bundle })).kind, "badTrust");
  assert.equal(
    (await asks({ trust: Buffer.from([0xff]), bundle })).kind,
    "badTrust",
  );
  const large = await asks({ trust, bundle: new Uint8Array(MAX_BYTES + 1) });
  assert.equal(large.kind, "large");
});

test("a kept trust file counts against another one that the node gives", async () => {
  const { bundle, trust, item } = given();
  const shelf = new Shelf();
  save(shelf, toKeep(trust, 1));
  const other =
    trust.replace(/origin = "[^"]*"/, (text) => text) + "\n# changed\n";
  const found = await withNode({ bundle, trust: other }, () =>
    checkItem(item, shelf),
  );
  assert.equal(found.verdict.outcome, "VERIFIED");
  assert.equal(found.kept.text, trust);
  assert.equal(found.other.text, other);
  assert.equal(load(shelf).text, trust);
});

test("a code that is none asks nobody", async () => {
  const found = await withNode({}, async (asked) => {
    const one = await checkItem("not a code", new Shelf());
    assert.deepEqual(asked, []);
    return one;
  });
  assert.equal(found.kind, "badItem");
});

test("a file is checked without asking anybody", async () => {
  const { bundle, trust } = given();
  const shelf = new Shelf();
  save(shelf, toKeep(trust, 1));
  await withNode({}, async (asked) => {
    assert.equal((await checkFile(bundle, shelf)).verdict.outcome, "VERIFIED");
    const none = await checkFile(new Uint8Array([1, 2, 3]), shelf);
    assert.equal(none.verdict.outcome, "UNKNOWN");
    assert.deepEqual(asked, []);
  });
});

test("the trust files of the tests differ from one another", () => {
  assert.notEqual(
    parseTrust(textOfTrust("pinned")),
    parseTrust(textOfTrust("plain")),
  );
});

test("without a trust file of one's own the node is asked for its", async () => {
  const { bundle, trust } = given();
  const shelf = new Shelf();
  const none = await withNode({ trust: [503, ""] }, () =>
    checkFile(bundle, shelf),
  );
  assert.equal(none.kind, "noTrust");
  await withNode({ trust }, async (asked) => {
    assert.equal((await checkFile(bundle, shelf)).verdict.outcome, "VERIFIED");
    assert.deepEqual(asked, ["/v1/trust"]);
  });
  assert.equal(load(shelf).text, trust);
});

test("a trust file chosen while the node is asked for its own stays", async () => {
  const { trust } = given();
  const shelf = new Shelf();
  const own = toKeep(textOfTrust("plain"), 1, "own.toml");
  await withNode({ trust }, async () => {
    const asking = rememberTrust(shelf);
    save(shelf, own);
    assert.deepEqual((await asking).kept, own);
  });
  assert.deepEqual(load(shelf), own);
});

test("a stretch that was skipped is asked for, checked and added", async () => {
  const { bundle, trust, item } = golden("bundle/verified-skipped").given;
  const more = golden("bundle/verified-skipped-but-a-stretch").given;
  const answers = {
    bundle: fromBase64(bundle),
    stretch: fromBase64(more.bundle),
    trust: textOfTrust(trust),
  };
  const skippedOf = ({ verdict }) =>
    verdict.notices.flatMap((notice) => readStretch(notice) ?? []);
  const shelf = new Shelf();
  await withNode(answers, async (asked) => {
    const found = await checkItem(item, shelf);
    const [stretch, ...others] = skippedOf(found);
    assert.deepEqual(others, []);
    assert.deepEqual(stretch, { item, first: 65, last: 193, count: 257 });
    assert.equal(found.verdict.timeline.length, 128);

    const opened = await openStretch(found, stretch);
    const path = `/v1/items/${encodeURIComponent(item)}/bundle?from=64`;
    assert.equal(asked.at(-1), path);
    assert.deepEqual(
      skippedOf(opened).map(({ first, last }) => [first, last]),
      [
        [65, 100],
        [104, 193],
      ],
    );
    const { timeline } = opened.verdict;
    assert.equal(timeline.length, 131);
    for (const [i, { entry, event }] of timeline.entries()) {
      assert(opened.story.facts.has(factKey(entry, event)));
      const before = timeline[i - 1];
      if (before) assert(before.entry < entry || before.event < event);
    }
    assert.deepEqual(opened.asked, item);
    // Whatever else is opened later, this stays.
    const again = addStretch(opened, found);
    assert.equal(again.verdict.timeline.length, 131);
    assert.deepEqual(skippedOf(again), skippedOf(opened));
  });
});

test("nothing is shown of a stretch that does not pass, or does not come", async () => {
  const { bundle, trust, item } = golden("bundle/verified-skipped").given;
  const changed = fromBase64(bundle);
  changed[changed.length >> 1] ^= 1;
  const other = fromBase64(golden("bundle/verified-short").given.bundle);
  const opens = (stretch) =>
    withNode(
      { bundle: fromBase64(bundle), trust: textOfTrust(trust), stretch },
      async () => {
        const found = await checkItem(item, new Shelf());
        return openStretch(found, { item, first: 65, last: 193, count: 257 });
      },
    );
  assert.equal(await opens(changed), "bad");
  assert.equal(await opens([503, ""]), "unreachable");
  assert.equal(await opens("<html>"), "unreachable");
  assert.equal(typeof (await opens(other)), "string");
});

test("of a container's stretch its own entries are added, and every warning", () => {
  const moment = (item, entry, why) => ({ item, entry, event: 0, why });
  const notice = (code, detail, subject) => ({ code, detail, subject });
  const skips = (first, last) =>
    notice(
      "PRV-1006",
      `events ${first} to ${last} of 900 of urn:x:box were skipped; none of` +
        " them warns of it",
      "urn:x:box",
    );
  const checkedOf = (subject, timeline, notices) => ({
    verdict: { subject, timeline, notices, outcome: "VERIFIED" },
    story: null,
    asked: subject,
    other: null,
    keptAt: null,
  });
  const can = checkedOf(
    "urn:x:can",
    [moment("urn:x:can", 1, "subject"), moment("urn:x:box", 9, "containers")],
    [skips(70, 800), notice("PRV-0403", "no witnesses", "")],
  );
  const recall = notice("PRV-1401", "urn:x:box was recalled", "urn:x:box");
  const box = checkedOf(
    "urn:x:box",
    [
      moment("urn:x:box", 3, "subject"),
      moment("urn:x:ship", 4, "containers"),
      moment("urn:x:box", 9, "subject"),
    ],
    [skips(65, 69), skips(300, 836), recall],
  );
  const { verdict, asked } = addStretch(can, box);
  assert.equal(asked, "urn:x:can");
  assert.equal(verdict.subject, "urn:x:can");
  assert.deepEqual(
    verdict.timeline.map(({ item, entry, why }) => [item, entry, why]),
    [
      ["urn:x:can", 1, "subject"],
      ["urn:x:box", 3, "containers"],
      ["urn:x:box", 9, "containers"],
    ],
  );
  assert.deepEqual(
    verdict.notices.map(({ code }) => code),
    ["PRV-1401", "PRV-0403", "PRV-1006"],
  );
  const { first, last } = readStretch(verdict.notices[2]);
  assert.deepEqual([first, last], [300, 800]);
});
