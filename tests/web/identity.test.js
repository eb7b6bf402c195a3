// Who may say what, and what an honest log never holds: the registry, the
// quorum's time, trust files, and what is asked of everything shown.

import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import test from "node:test";

import {
  Grant,
  checkRegistryBody,
} from "../../node/provenance_node/web/verify/claims/actor.js";
import { Item } from "../../node/provenance_node/web/verify/claims/event.js";
import { TrustRegistry } from "../../node/provenance_node/web/verify/claims/registry.js";
import { sha256 } from "../../node/provenance_node/web/verify/encoding/digest.js";
import { utf8 } from "../../node/provenance_node/web/verify/encoding/text.js";
import {
  MalformedError,
  QuorumNotMetError,
  RejectedError,
  RoleNotGrantedError,
} from "../../node/provenance_node/web/verify/errors.js";
import { LogTimes } from "../../node/provenance_node/web/verify/proof/evidence.js";
import { Report } from "../../node/provenance_node/web/verify/proof/report.js";
import {
  SparseTrail,
  placeKey,
} from "../../node/provenance_node/web/verify/proof/trails.js";
import { parseTrust } from "../../node/provenance_node/web/verify/proof/trust.js";
import { checkLedgerRules } from "../../node/provenance_node/web/verify/proof/uniqueness.js";
import { baseline } from "../../node/provenance_node/web/verify/rules/book.js";
import {
  Books,
  namedByDefault,
} from "../../node/provenance_node/web/verify/rules/books.js";
import { Verifier } from "../../node/provenance_node/web/verify/keys.js";
import { CosignatureVerifier } from "../../node/provenance_node/web/verify/tlog/cosignature.js";
import { parseNote } from "../../node/provenance_node/web/verify/tlog/note.js";
import { Policy } from "../../node/provenance_node/web/verify/tlog/policy.js";

const book = baseline();
const DAY = 86_400_000;
const hashOf = (text) => sha256(utf8(text));

// The registry.

const KEYS = new Map(
  ["a", "b", "c"].map((name) => [name, hashOf(`key of ${name}`)]),
);

/** Return a registry of three authorities, and an actor of the file's. */
function registryOf(threshold, grants = []) {
  const authorities = [...KEYS].map(([name, key]) => ({
    id: `urn:x:${name}`,
    name,
    keys: [key],
    grants: [],
    isPinned: false,
  }));
  const holder = {
    id: "urn:x:holder",
    name: "holder",
    keys: [hashOf("key of holder")],
    grants,
    isPinned: true,
  };
  return new TrustRegistry([...authorities, holder], {
    threshold,
    origin: "ledger.example/x",
  });
}

let salt = 0;

/** Return a registry event, another one each time. */
function said(actor, members) {
  return {
    id: hashOf(`event ${salt++}`),
    body: new Map(Object.entries({ actor, ...members })),
    items: [new Item("actor", actor)],
  };
}

const granted = (actor, members = {}) =>
  said(actor, {
    type: "RoleGranted",
    role: "producer",
    may_grant: false,
    ...members,
  });

/** Return who says something where; the keys are those of the authorities. */
function occasion(name, logIndex, when = [1, 2]) {
  const key = KEYS.get(name) ?? hashOf(`key of ${name}`);
  return {
    issuer: `urn:x:${name}`,
    keyId: sha256(key),
    logIndex,
    book,
    when,
  };
}

const grantsOf = (registry, actor) => registry.actor(actor).grants.size;

test("no event is heard twice, whoever says it", async () => {
  const registry = registryOf(1);
  const grant = granted("urn:x:holder");
  await registry.apply(grant, occasion("a", 0));
  for (const name of ["a", "b", "holder"]) {
    await assert.rejects(
      registry.apply(grant, occasion(name, 1)),
      /before, and hears each once/,
    );
  }
});

test("a grant is passed on from an earlier entry alone, never from itself", async () => {
  const registry = registryOf(1);
  const given = granted("urn:x:holder", { may_grant: true });
  await registry.apply(given, occasion("a", 3));
  const on = () => granted("urn:x:holder", { may_grant: true });
  await assert.rejects(
    registry.apply(on(), occasion("holder", 3)),
    RoleNotGrantedError,
  );
  await registry.apply(on(), occasion("holder", 4));
  // However often it is passed on to itself, looking it up ends.
  for (let index = 5; index < 30; index++) {
    await registry.apply(on(), occasion("holder", index));
  }
  const act = {
    needs: [{ kinds: new Set(["packing"]), keys: [] }],
    places: [],
    recalls: false,
  };
  registry.requireAct("urn:x:holder", act, { book, holds: () => true });
  await registry.apply(
    said("urn:x:holder", {
      type: "GrantRevoked",
      grant: given.id,
      reason: "over",
    }),
    occasion("a", 30),
  );
  assert.throws(
    () => registry.requireAct("urn:x:holder", act, { book, holds: () => true }),
    RoleNotGrantedError,
  );
});

test("a line of grants ends with its first, however long it is", async () => {
  const length = 300;
  const names = Array.from({ length }, (_, number) => `p${number}`);
  const registry = new TrustRegistry(
    ["a", ...names].map((name) => ({
      id: `urn:x:${name}`,
      name,
      keys: [hashOf(`key of ${name}`)],
      grants: [],
      isPinned: name !== "a",
    })),
    { threshold: 1, origin: "ledger.example/x" },
  );
  const passedOn = { may_grant: true };
  const first = granted("urn:x:p0", passedOn);
  await registry.apply(first, occasion("a", 0));
  for (let i = 1; i < length; i++) {
    const grant = granted(`urn:x:p${i}`, passedOn);
    await registry.apply(grant, occasion(`p${i - 1}`, i));
  }
  const [above, last] = names.slice(-2);
  for (let i = 0; i < length; i++) {
    const grant = granted(`urn:x:${last}`);
    await registry.apply(grant, occasion(above, length + i));
  }
  const act = {
    needs: [{ kinds: new Set(["packing"]), keys: [] }],
    places: [],
    recalls: false,
  };
  const ask = () =>
    registry.requireAct(`urn:x:${last}`, act, { book, holds: () => true });
  for (let i = 0; i < length; i++) ask();
  const revoked = { type: "GrantRevoked", grant: first.id, reason: "over" };
  await registry.apply(said("urn:x:p0", revoked), occasion("a", 2 * length));
  assert.throws(ask, RoleNotGrantedError);
});

test("what a statement takes from its signer counts after it", async () => {
  const registry = registryOf(1);
  await registry.apply(
    granted("urn:x:holder", { may_grant: true }),
    occasion("a", 0),
  );
  const own = granted("urn:x:holder", { may_grant: true });
  await registry.apply(own, occasion("holder", 1));
  const revoked = said("urn:x:holder", {
    type: "GrantRevoked",
    grant: own.id,
    reason: "mine",
  });
  await registry.applyAll([revoked, granted("urn:x:c")], occasion("holder", 2));
  assert.equal(grantsOf(registry, "urn:x:c"), 1);
});

test("a statement that is refused in part leaves nothing behind", async () => {
  const registry = registryOf(2);
  const first = granted("urn:x:holder");
  await assert.rejects(
    registry.applyAll(
      [first, granted("urn:x:holder", { role: "king" })],
      occasion("a", 0),
    ),
    RejectedError,
  );
  // Neither was it heard, nor did its voice count.
  await registry.apply(first, occasion("a", 1));
  assert.equal(grantsOf(registry, "urn:x:holder"), 0);
});

test("authorities agree while each one's voice counts, and no longer", async () => {
  const { voice } = book.bounds;
  const later = [
    [[1 + voice, 2 + voice - 1], true],
    [[1 + voice, 2 + voice], false],
    [[5 * voice, 6 * voice], false],
  ];
  for (const [when, isAgreed] of later) {
    const registry = registryOf(2);
    await registry.apply(granted("urn:x:holder"), occasion("a", 0, [1, 2]));
    await registry.apply(granted("urn:x:holder"), occasion("b", 9, when));
    assert.equal(
      grantsOf(registry, "urn:x:holder"),
      Number(isAgreed),
      `${when}`,
    );
  }
});

test("a voice lapses with the key that gave it, and may be given again", async () => {
  const registry = registryOf(2);
  await registry.apply(granted("urn:x:holder"), occasion("a", 0));
  await registry.apply(
    said("urn:x:a", {
      type: "KeyRevoked",
      old: sha256(KEYS.get("a")),
      reason: "lost",
    }),
    occasion("a", 1),
  );
  await registry.apply(granted("urn:x:holder"), occasion("b", 2));
  assert.equal(grantsOf(registry, "urn:x:holder"), 0);
  await assert.rejects(
    registry.apply(granted("urn:x:holder"), occasion("b", 3)),
    /said this already/,
  );
  await registry.apply(granted("urn:x:holder"), occasion("c", 4));
  assert.equal(grantsOf(registry, "urn:x:holder"), 1);
});

test("a voice of which nothing shows the time counts, and is told", async () => {
  const registry = registryOf(3);
  const grant = () => granted("urn:x:holder");
  assert.deepEqual(await registry.apply(grant(), occasion("a", 0, [0, 2])), []);
  assert.deepEqual(await registry.apply(grant(), occasion("b", 5, [3, 4])), []);
  const undated = await registry.apply(grant(), occasion("c", 9, [0, 9 * DAY]));
  assert.deepEqual(undated, [0]);
  assert.equal(grantsOf(registry, "urn:x:holder"), 1);
});

test("the role of a grant is one of the book in force", async () => {
  const registry = registryOf(1, [
    new Grant({ actor: "urn:x:holder", role: "king", prefixes: ["*"] }),
  ]);
  await assert.rejects(
    registry.apply(granted("urn:x:holder", { role: "king" }), occasion("a", 0)),
    /no role 'king'/,
  );
  const act = {
    needs: [{ kinds: new Set(["packing"]), keys: [] }],
    places: [],
    recalls: false,
  };
  const asked = { holds: () => true };
  assert.throws(
    () => registry.requireAct("urn:x:holder", act, { ...asked, book }),
    RoleNotGrantedError,
  );
  const kings = { roles: new Map([["king", new Set(["*"])]]) };
  registry.requireAct("urn:x:holder", act, { ...asked, book: kings });
});

test("a grant whose dates do not hold is named with its date", () => {
  const covers = ({ start, until }) =>
    (start === null || start <= 11) && (until === null || until >= 11);
  const ask = (dates, kind) =>
    registryOf(1, [
      new Grant({ actor: "urn:x:holder", role: "customs", ...dates }),
    ]).requireAct(
      "urn:x:holder",
      {
        needs: [{ kinds: new Set([kind]), keys: [] }],
        places: [],
        recalls: false,
      },
      { book, holds: covers },
    );
  assert.throws(
    () => ask({ start: 2, until: 10 }, "inspecting"),
    /its grant as customs ended at 1970-01-01T00:00:00.010Z/,
  );
  assert.throws(
    () => ask({ start: 30, until: 40 }, "inspecting"),
    /its grant as customs begins at 1970-01-01T00:00:00.030Z/,
  );
  assert.throws(() => ask({ until: 10 }, "packing"), /it holds no role/);
});

test("one grant covers all that a need asks for, each need by itself", () => {
  const grant = (role, ...prefixes) =>
    new Grant({ actor: "urn:x:holder", role, prefixes });
  const registry = registryOf(1, [
    grant("producer", "95"),
    grant("producer", "40"),
    grant("customs"),
  ]);
  const ask = (...needs) =>
    registry.requireAct(
      "urn:x:holder",
      {
        needs: needs.map(([kinds, keys]) => ({ kinds: new Set(kinds), keys })),
        places: [],
        recalls: false,
      },
      { book, holds: () => true },
    );
  assert.equal(
    ask([["commissioning"], ["950"]], [["packing"], ["401"]]).length,
    2,
  );
  ask([["customs_held"], []], [["nothing", "packing"], []]);
  assert.throws(
    () => ask([["commissioning"], ["950", "401"]]),
    RoleNotGrantedError,
  );
  assert.throws(() => ask([["customs_held"], ["950"]]), RoleNotGrantedError);
});

test("an actor's name can be seen, and is not too long", () => {
  const enrol = (name) => {
    const { body, items } = said("urn:x:new", {
      type: "ActorEnrolled",
      name,
      key: new Uint8Array(32),
      proof: new Uint8Array(64),
    });
    checkRegistryBody(body, items);
  };
  for (const name of ["中国海关", "x", "𠮷".repeat(200), "A \u200d B"])
    enrol(name);
  for (const name of [
    " ",
    "\u3000\u00a0",
    "x".repeat(201),
    "a\nb",
    "\u202eb",
  ]) {
    assert.throws(() => enrol(name), MalformedError, name);
  }
});

// The quorum's time.

const TEXT = `ledger.example/x\n1\n${Buffer.alloc(32).toString("base64")}\n`;
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** Return a witness of that name, and what cosigns as it at a time. */
function witnessOf(name) {
  const der = Buffer.concat([PKCS8, hashOf(`seed of ${name}`)]);
  const secret = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(secret).export({ format: "der", type: "spki" });
  const raw = new Uint8Array(spki.subarray(-32));
  const key = new CosignatureVerifier(`${name}.example`, new Verifier(raw));
  const lineAt = (time) => {
    const when = Buffer.alloc(8);
    when.writeBigUInt64BE(BigInt(time));
    const said = Buffer.from(`cosignature/v1\ntime ${time}\n${TEXT}`);
    const line = Buffer.concat([key.keyId, when, sign(null, said, secret)]);
    return `— ${key.name} ${line.toString("base64")}\n`;
  };
  return { name, key, url: null, lineAt };
}

const WITNESSES = ["p", "q", "r", "s"].map(witnessOf);

/** Return what a policy makes of cosignatures, as [witness, seconds]. */
async function examined(groups, quorum, given, until) {
  const policy = new Policy({ logs: [], witnesses: WITNESSES, groups, quorum });
  const lines = given.map(([name, time]) =>
    WITNESSES.find((witness) => witness.name === name).lineAt(time),
  );
  const note = parseNote(`${TEXT}\n${lines.join("")}`);
  const found = await policy.examine({ note, checkpoint: null }, until);
  return [found.time, found.claimed];
}

test("a quorum's time is the greatest since which enough of them stand", async () => {
  const two = [{ name: "two", threshold: 2, members: ["p", "q", "r"] }];
  const now = 1_000_000;
  const rows = [
    // The newest alone makes nothing fresh.
    [
      two,
      "two",
      [
        ["p", 900],
        ["q", 100],
      ],
      100_000,
      100_000,
    ],
    [
      two,
      "two",
      [
        ["p", 900],
        ["q", 100],
        ["r", 500],
      ],
      500_000,
      500_000,
    ],
    // Of one witness the latest that is not too late.
    [
      two,
      "two",
      [
        ["p", 900],
        ["q", 100],
        ["q", 800],
      ],
      800_000,
      800_000,
    ],
    [
      two,
      "two",
      [
        ["p", 900],
        ["q", 100],
        ["q", 9000],
      ],
      100_000,
      900_000,
    ],
    [
      two,
      "two",
      [
        ["p", 1000],
        ["q", 1001],
      ],
      null,
      1_000_000,
    ],
    [
      two,
      "two",
      [
        ["p", 8000],
        ["q", 9000],
      ],
      null,
      8_000_000,
    ],
    [
      two,
      "p",
      [
        ["p", 1000],
        ["q", 9000],
      ],
      1_000_000,
      1_000_000,
    ],
    [
      [
        { name: "one", threshold: 1, members: ["p", "q"] },
        { name: "all", threshold: 2, members: ["one", "r"] },
      ],
      "all",
      [
        ["p", 300],
        ["q", 700],
        ["r", 600],
        ["s", 999],
      ],
      600_000,
      600_000,
    ],
    [[], null, [["p", 300]], null, null],
  ];
  for (const [groups, quorum, given, time, claimed] of rows) {
    assert.deepEqual(
      await examined(groups, quorum, given, now),
      [time, claimed],
      JSON.stringify(given),
    );
  }
  await assert.rejects(
    examined(
      two,
      "two",
      [
        ["p", 900],
        ["s", 900],
      ],
      now,
    ),
    QuorumNotMetError,
  );
});

// Trust files.

const PLAIN = `origin = "ledger.example/world"
log_keys = ["ledger.example/world+414e607f+AZsfhHkc/HZjBFhU04netcqVRJ2HXydqg4QLBgqznPxx"]
`;

test("a trust file with witnesses says what it asks of them", () => {
  const [{ key }] = WITNESSES;
  for (const kind of ["witnesses", "auditors"]) {
    const named = `\n[[${kind}]]\nname = "w"\nkey = "${key.vkey}"\n`;
    assert.throws(() => parseTrust(PLAIN + named), /add the line quorum =/);
    const none = parseTrust(`${PLAIN}quorum = "none"${named}`);
    assert.equal(none.policy.quorum, null);
    assert.equal(parseTrust(`${PLAIN}quorum = "w"${named}`).policy.quorum, "w");
  }
  assert.equal(parseTrust(PLAIN).policy.quorum, null);
});

test("a byte order mark before a trust file is no part of it", () => {
  assert.deepEqual(parseTrust(`\ufeff${PLAIN}`), parseTrust(PLAIN));
  assert.throws(() => parseTrust(`\ufeff\ufeff${PLAIN}`), /is not TOML/);
});

test("numbers and dates of a trust file have bounds, and a fault names them", () => {
  const grant = (line) =>
    `[[authorities]]\nid = "urn:x:a"\nname = "a"\nkeys = []\n` +
    `[[authorities.grants]]\nrole = "customs"\n${line}\n`;
  for (const [line, member] of [
    ["clock_bound_seconds = 299", "clock_bound_seconds"],
    ["clock_bound_seconds = 86401", "clock_bound_seconds"],
    [`max_age_seconds = ${"9".repeat(5000)}`, "max_age_seconds"],
    ["max_age_seconds = 9007199254740993", "max_age_seconds"],
    [`threshold = -${"9".repeat(400)}`, "threshold"],
    [grant("until = 1969-12-31T23:59:59Z"), "grants[0].until"],
    [grant("from = 0001-01-01T00:00:00+14:00"), "grants[0].from"],
    [grant("until = 9999-12-31T23:59:59-14:00"), "grants[0].until"],
    ["roles = 1", "roles"],
    [`[[books]]\nid = "00"\nfrom = 0`, "books.id"],
    [`[[books]]\nid = "${"0".repeat(64)}"\nfrom = -1`, "books"],
  ]) {
    assert.throws(
      () => parseTrust(`${PLAIN}${line}\n`),
      (error) =>
        error instanceof MalformedError && error.message.includes(member),
      line,
    );
  }
  assert.equal(parseTrust(PLAIN).clockBoundSeconds, 3600);
});

// Whatever is shown.

const CAN = "https://id.gs1.org/01/09506000134352/21/1";

/** Return an event of a bundle, at its place. */
function shownAt(at, members = {}, rows = {}) {
  const items = [new Item("epcList", rows.item ?? CAN)];
  return {
    at,
    id: hashOf(`id ${at}`),
    body: new Map(Object.entries({ type: "ObjectEvent", ...members })),
    counts: [[3, 1]],
    pointers: [],
    issuer: "urn:x:maker",
    reading: { time: 1_000 },
    items,
    ...rows,
  };
}

/** Return the codes and subjects found in what is shown. */
function foundIn(events, { statements = [], links = [] } = {}) {
  const report = new Report();
  const stretches = links.length
    ? [{ start: 0, links, hashes: links.map(() => hashOf("")) }]
    : [];
  checkLedgerRules(
    report,
    {
      events: new Map(events.map((event) => [placeKey(event.at), event])),
      statements: new Map(statements),
      times: new LogTimes([
        [100, 5_000],
        [200, 9_000_000],
      ]),
      trails: new Map([[CAN, new SparseTrail(CAN, links.length, stretches)]]),
    },
    {
      books: Books.resolve(namedByDefault()),
      actors: ["urn:x:operator"],
      trusted: "provenance:trust:ledger.example",
    },
  );
  return report.checks.map(({ code, subject }) => [code, subject]);
}

test("what is in order is found to be so", () => {
  const events = [
    shownAt([1, 0], { eventID: "urn:x:1" }),
    shownAt([1, 1], { eventID: "urn:x:2" }),
    shownAt([2, 0], { eventID: "urn:x:1", errorDeclaration: new Map() }),
  ];
  assert.deepEqual(foundIn(events), [["PRV-1600", ""]]);
});

test("an event or a statement is logged once", () => {
  const id = hashOf("again");
  const link = { logIndex: 1, position: 0, time: 1, kinds: 0, leaves: [1] };
  const links = [
    { ...link, eventId: id },
    { ...link, logIndex: 2, eventId: hashOf("other") },
    { ...link, logIndex: 9, eventId: id },
  ];
  assert.deepEqual(foundIn([], { links }), [["PRV-1601", CAN]]);
  assert.deepEqual(
    foundIn([shownAt([1, 0], {}, { id }), shownAt([9, 3], {}, { id })]),
    [["PRV-1601", "event 3 of entry 9"]],
  );
  const entry = { headerBytes: new Uint8Array(3), header: { issuedAt: 1 } };
  const other = { ...entry, headerBytes: new Uint8Array(4) };
  assert.deepEqual(
    foundIn([], {
      statements: [
        [1, entry],
        [2, other],
        [7, entry],
      ],
    }),
    [["PRV-1601", "entry 7"]],
  );
});

test("a trail is that of an actor or of a thing, never both", () => {
  const enrolled = shownAt(
    [1, 0],
    { type: "ActorEnrolled" },
    { items: [new Item("actor", CAN)] },
  );
  for (const events of [
    [enrolled, shownAt([2, 0])],
    [shownAt([0, 0]), enrolled],
  ]) {
    assert.deepEqual(foundIn(events), [["PRV-1602", CAN]]);
  }
  assert.deepEqual(foundIn([shownAt([2, 0], {}, { item: "urn:x:operator" })]), [
    ["PRV-1602", "urn:x:operator"],
  ]);
});

test("an eventID means one event of its issuer", () => {
  const named = (at, members = {}, rows = {}) =>
    shownAt(at, { eventID: "urn:x:1", ...members }, rows);
  const declared = { errorDeclaration: new Map() };
  const second = [["PRV-1603", "event 0 of entry 2"]];
  for (const [members, rows] of [
    [{}, {}],
    [{ bizStep: "packing" }, {}],
    [declared, { counts: [[3, 2]] }],
    [declared, { pointers: ["/x"] }],
    [{ ...declared, bizStep: "packing" }, {}],
  ]) {
    assert.deepEqual(
      foundIn([named([1, 0]), named([2, 0], members, rows)]),
      second,
    );
  }
  assert.deepEqual(
    foundIn([named([1, 0], declared), named([2, 0], declared)]),
    second,
  );
  // Another's is another's; and none is none.
  const stranger = { issuer: "urn:x:other" };
  for (const other of [
    named([2, 0], {}, stranger),
    shownAt([2, 0], { eventID: 7 }),
  ]) {
    assert.deepEqual(foundIn([named([1, 0]), other]), [["PRV-1600", ""]]);
  }
});

test("nothing happens, or is signed, after it was logged", () => {
  const { ahead } = book.bounds;
  const at = (time) => shownAt([3, 0], {}, { reading: { time } });
  assert.deepEqual(foundIn([at(5_000 + ahead)]), [["PRV-1600", ""]]);
  assert.deepEqual(foundIn([at(5_001 + ahead)]), [
    ["PRV-1604", "event 0 of entry 3"],
  ]);
  const signed = (issuedAt) => [
    [3, { headerBytes: new Uint8Array(1), header: { issuedAt } }],
  ];
  assert.deepEqual(foundIn([], { statements: signed(5_000 + ahead) }), [
    ["PRV-1600", ""],
  ]);
  assert.deepEqual(foundIn([], { statements: signed(5_001 + ahead) }), [
    ["PRV-1604", "entry 3"],
  ]);
});
