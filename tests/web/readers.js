// What the library makes of a golden vector: one reader for each format.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";

import { entryKind } from "../../node/provenance_node/web/verify/claims/entry.js";
import {
  CODES,
  Field,
  Item,
  eventId,
  hasTrail,
  itemCount,
  itemLeaf,
  parseBody,
  parseEvent,
  parseField,
  parseItem,
  relationOf,
  roomFor,
} from "../../node/provenance_node/web/verify/claims/event.js";
import { parseEntry } from "../../node/provenance_node/web/verify/claims/statement.js";
import {
  WARNS,
  headValue,
  mapKey,
  nextLink,
} from "../../node/provenance_node/web/verify/claims/trail.js";
import {
  parseBookEntry,
  parseVersionEntry,
  signedByRoots,
  versionHash,
} from "../../node/provenance_node/web/verify/claims/versions.js";
import {
  equalBytes,
  joinBytes,
} from "../../node/provenance_node/web/verify/encoding/bytes.js";
import { decodeBase64 } from "../../node/provenance_node/web/verify/encoding/base64.js";
import {
  decode,
  encode,
} from "../../node/provenance_node/web/verify/encoding/canonical.js";
import {
  checkHash,
  sha256,
} from "../../node/provenance_node/web/verify/encoding/digest.js";
import { rootFrom } from "../../node/provenance_node/web/verify/encoding/multiproof.js";
import { compareText } from "../../node/provenance_node/web/verify/encoding/text.js";
import {
  leafHash,
  rootOf,
} from "../../node/provenance_node/web/verify/encoding/tree.js";
import {
  checkForm,
  checkItems,
  checkNamed,
} from "../../node/provenance_node/web/verify/rules/form.js";
import { baseline } from "../../node/provenance_node/web/verify/rules/book.js";
import { readEvent as readWords } from "../../node/provenance_node/web/verify/rules/reading.js";
import {
  InvalidProofError,
  ProvenanceError,
  RejectedError,
} from "../../node/provenance_node/web/verify/errors.js";
import {
  canonicalItem,
  lotItem,
  ownerKey,
} from "../../node/provenance_node/web/verify/gs1/item.js";
import { Verifier } from "../../node/provenance_node/web/verify/keys.js";
import { openTrusted } from "../../node/provenance_node/web/verify/proof/opening.js";
import { verifyReceipt } from "../../node/provenance_node/web/verify/proof/receipt.js";
import { parseTrust } from "../../node/provenance_node/web/verify/proof/trust.js";
import { NOT_CHECKED } from "../../node/provenance_node/web/verify/proof/verdict.js";
import { examineBundle } from "../../node/provenance_node/web/verify/proof/verify.js";
import { parseCommitment } from "../../node/provenance_node/web/verify/tlog/commitment.js";
import {
  mapRoot,
  rootFromMany,
} from "../../node/provenance_node/web/verify/tlog/patricia.js";
import {
  nodeInTile,
  parseEntries,
  parseEntriesPath,
  parseTilePath,
  tilePath,
  tilesOf,
} from "../../node/provenance_node/web/verify/tlog/tile.js";
import { admit, parseSubmission } from "./admit.js";
import { plain, raw, tagged, trustOf, untagged } from "./vectors.js";

const hash = (text) => checkHash(raw(text));
const joined = (hashes) => joinBytes(...hashes.map(hash));

function readCanonical(given) {
  if (given.hex === undefined) return { hex: encode(untagged(given.value)) };
  const value = decode(raw(given.hex));
  assert.deepEqual(encode(value), raw(given.hex));
  return { value: tagged(value) };
}

function readItem(given) {
  if (given.lot !== undefined) return { item: lotItem(given.item, given.lot) };
  const item = canonicalItem(given.uri);
  assert.equal(canonicalItem(item), item);
  return {
    item,
    map_key: mapKey(item),
    owner: ownerKey(item),
    has_trail: hasTrail(item, "epcList"),
  };
}

function shownPart(part) {
  if (part instanceof Item) {
    const { relation, id, quantity, uom, isQuantity, seal } = part;
    return [relation, id, quantity, uom, isQuantity, seal];
  }
  if (part instanceof Field) return [part.pointer, tagged(part.value)];
  return tagged(part);
}

function readEvent(given) {
  if (given.shown !== undefined) return readShownLeaves(given);
  const event = parseEvent(raw(given.data));
  if (given.secret !== undefined) {
    assert.deepEqual(makeEvent(event.body, given), raw(given.data));
  }
  return {
    id: event.id,
    counts: event.counts,
    pointers: event.pointers,
    body: tagged(event.body),
    items: event.items.map(shownPart),
    fields: event.fields.map(shownPart),
    leaf_hashes: event.hashes,
  };
}

/** Return the data of an event of these parts, salted from the secret. */
function makeEvent(body, given) {
  const codeOf = ([relation]) => CODES.get(relation);
  const rows = [...given.source_items].sort((a, b) => codeOf(a) - codeOf(b));
  const fields = [...given.source_fields].sort(([a], [b]) => compareText(a, b));
  const counts = new Map();
  for (const row of rows) {
    counts.set(codeOf(row), (counts.get(codeOf(row)) ?? 0) + 1);
  }
  const leaves = [encode(["body", body])];
  const salt = () => {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(leaves.length);
    const digest = createHmac("sha256", raw(given.secret))
      .update(number)
      .digest();
    return new Uint8Array(digest.subarray(0, 16));
  };
  for (const [relation, id, quantity, uom, isQuantity, seal] of rows) {
    const item = new Item(relation, id, quantity, uom, seal && raw(seal));
    assert.equal(item.isQuantity, isQuantity);
    leaves.push(itemLeaf(item, salt()));
  }
  for (const [, value] of fields) {
    leaves.push(encode(["field", salt(), untagged(value)]));
  }
  return encode([[...counts], fields.map(([pointer]) => pointer), leaves]);
}

function readShownLeaves(given) {
  const { counts, pointers } = given;
  const shown = given.shown.map(([number, leaf]) => [number, raw(leaf)]);
  const items = itemCount(counts);
  const root = rootFrom(
    1 + items + pointers.length,
    shown.map(([number, leaf]) => [number, leafHash(leaf)]),
    joined(given.hashes),
  );
  if (!equalBytes(eventId(counts, pointers, root), raw(given.id))) {
    throw new InvalidProofError("the leaves are not those of that event");
  }
  const room = roomFor(0);
  const parts = shown.map(([number, leaf]) => {
    if (number === 0) return parseBody(leaf, room);
    if (number <= items) {
      return parseItem(leaf, relationOf(counts, number), room);
    }
    return parseField(leaf, pointers[number - items - 1], room);
  });
  return { parts: parts.map(shownPart) };
}

function readForm(given) {
  const { body, counts, pointers, items } = parseEvent(raw(given.data));
  const reading = checkForm(body, counts, pointers, baseline());
  for (const item of items) checkNamed(body, item);
  checkItems(body, items, reading, baseline());
  return {};
}

function readReading({ body, counts }) {
  const reading = readWords(untagged(body), counts, baseline());
  return {
    time: reading.time,
    kinds: counts.map(([code]) => [code, reading.kinds(code)]),
  };
}

const readEntry = ({ entry }) => ({ kind: entryKind(raw(entry)) });

function readTree({ size, known, hashes, root }) {
  const leaves = known.map(([number, leaf]) => [number, hash(leaf)]);
  if (!equalBytes(rootFrom(size, leaves, joined(hashes)), raw(root))) {
    throw new InvalidProofError("the leaves do not lead to that root");
  }
  return {};
}

async function readVersion(given) {
  if (given.book_entry !== undefined) {
    const book = parseBookEntry(raw(given.book_entry));
    return { book, id: sha256(book) };
  }
  const { version, signatures } = parseVersionEntry(raw(given.entry));
  const message = signedByRoots(version);
  assert.equal(signatures.length, given.roots.length);
  for (const root of given.roots) {
    const verifier = new Verifier(raw(root));
    const [, signature] = signatures.find(([id]) =>
      equalBytes(id, verifier.keyId),
    );
    await verifier.verify(signature, message);
  }
  return {
    version: version.data,
    hash: versionHash(version.data),
    origin: version.origin,
    number: version.number,
    previous: version.previous,
    message,
  };
}

async function readStatement(given) {
  if (given.submission !== undefined) return readSubmission(given);
  const entry = parseEntry(raw(given.entry));
  const { header, headerBytes, signature } = entry;
  await new Verifier(raw(given.public_key)).verify(signature, headerBytes);
  return {
    origin: header.origin,
    issuer: header.issuer,
    key_id: header.keyId,
    issued_at: header.issuedAt,
    event_count: header.eventCount,
    events_root: header.eventsRoot,
    header: headerBytes,
    signature,
    statement_id: sha256(headerBytes),
    leaf_hash: leafHash(entry.data),
  };
}

async function readSubmission(given) {
  const trust = trustOf(given.trust);
  const events = await admit(raw(given.submission), {
    registry: trust.registry(),
    origin: trust.origin,
    heads: new Map(given.heads.map(([item, link]) => [item, raw(link)])),
    since: given.since,
    now: given.now,
    clockBound: 1000 * trust.clockBoundSeconds,
  });
  assert.equal(
    parseSubmission(raw(given.submission)).events.length,
    events.length,
  );
  return { event_ids: events.map((event) => event.id) };
}

/** Return all that the registry holds, as the vectors write it. */
function heldBy(registry) {
  return registry.actors().map((actor) => [
    actor.id,
    actor.name,
    actor.enrolledBy,
    [...actor.keys].map(([id, { added, revoked, reason }]) => [
      id,
      added,
      revoked,
      reason,
    ]),
    // What the trust file itself grants has no event.
    [...actor.grants.values()].map(({ key, grant, added, revoked }) => [
      added < 0 ? null : key,
      grant.role,
      added,
      revoked,
    ]),
  ]);
}

function isGranted(registry, [issuer, needs, places, time]) {
  const act = {
    needs: needs.map(([kinds, keys]) => ({ kinds: new Set(kinds), keys })),
    places,
    recalls: false,
  };
  try {
    registry.requireAct(issuer, act, {
      book: baseline(),
      holds: ({ start, until }) =>
        (start === null || start <= time) && (until === null || time <= until),
    });
    return true;
  } catch (error) {
    if (error instanceof RejectedError) return false;
    throw error;
  }
}

async function readRegistry(given) {
  const registry = trustOf(given.trust).registry();
  for (const [number, statement] of given.statements.entries()) {
    const [logIndex, issuer, keyId, time, events] = statement;
    const before = heldBy(registry);
    const parsed = events.map((data) => parseEvent(raw(data)));
    try {
      await registry.applyAll(parsed, {
        issuer,
        keyId: raw(keyId),
        logIndex,
        book: baseline(),
        when: [time, time],
      });
    } catch (error) {
      assert(error instanceof ProvenanceError);
      assert.equal(number, given.statements.length - 1);
      assert.deepEqual(heldBy(registry), before, "nothing has changed");
      throw error;
    }
  }
  return {
    actors: heldBy(registry),
    asks: given.asks.map((ask) => [
      ...ask.slice(0, -1),
      isGranted(registry, ask),
    ]),
  };
}

function readTrail({ item, rows }) {
  let last = mapKey(item);
  const links = [];
  const warnings = [];
  for (const [logIndex, position, time, kinds, leaves, id] of rows) {
    const eventId = hash(id);
    const link = { logIndex, position, time, kinds, leaves, eventId };
    last = nextLink(last, link);
    links.push(last);
    if (kinds & WARNS) warnings.push(last);
  }
  const [root, warningsRoot] = [links, warnings].map((some) =>
    rootOf(some.map(leafHash)),
  );
  const count = links.length;
  return {
    map_key: mapKey(item),
    links,
    head: root,
    edge: edgeOf(links),
    warnings,
    warnings_head: warningsRoot,
    warnings_edge: edgeOf(warnings),
    map_value: headValue({
      count,
      root,
      warnings: warnings.length,
      warningsRoot,
    }),
  };
}

/** Return the roots of the complete subtrees of links, largest first. */
function edgeOf(links) {
  const edge = [];
  for (let at = 0; at < links.length;) {
    let size = 1;
    while (2 * size <= links.length - at) size *= 2;
    edge.push(rootOf(links.slice(at, at + size).map(leafHash)));
    at += size;
  }
  return edge;
}

function readMap(given) {
  if (given.pairs !== undefined) {
    return { root: mapRoot(given.pairs.map((pair) => pair.map(raw))) };
  }
  const queries = given.queries.map(([key, value]) => [
    raw(key),
    value && raw(value),
  ]);
  const others = given.others.map((pair) => pair.map(raw));
  const hashes = joined(given.hashes);
  const proof = { steps: given.steps, others, hashes };
  if (!equalBytes(rootFromMany(queries, proof), raw(given.root))) {
    throw new InvalidProofError("the map is another one");
  }
  return {};
}

function readCommitment(given) {
  const {
    covered,
    mapRoot: root,
    itemCount,
    time,
  } = parseCommitment(raw(given.entry));
  assert.deepEqual(
    encode([2, covered, root, itemCount, time]),
    raw(given.entry),
  );
  return { covered, map_root: root, item_count: itemCount, time };
}

async function readCheckpoint(given) {
  const trust = trustOf(given.trust);
  const signed = await openTrusted(given.note, trust);
  const cosigned = await trust.policy.check(signed);
  return {
    ...signed.checkpoint,
    cosigned: cosigned.map(({ name, time }) => [name, time]),
  };
}

function readTile(given) {
  if (given.path !== undefined) {
    const isEntries = given.path.startsWith("tile/entries");
    const tile = (isEntries ? parseEntriesPath : parseTilePath)(given.path);
    const { number, width } = tile;
    assert.equal(
      tilePath(tile),
      isEntries ? given.path.replace("entries", "0") : given.path,
    );
    return { level: isEntries ? null : tile.level, number, width };
  }
  if (given.size !== undefined) {
    const tiles = [...tilesOf(given.size)];
    const partial = tiles.filter((tile) => tile.width < 256).map(tilePath);
    return { count: tiles.length, partial };
  }
  if (given.tile !== undefined) {
    return { hash: nodeInTile(decodeBase64(given.tile), given) };
  }
  return { entries: parseEntries(raw(given.bundle), given.width) };
}

async function readReceipt(given) {
  const index = await verifyReceipt(given.text, {
    entry: raw(given.entry),
    trust: trustOf(given.trust),
    now: given.now,
  });
  return { log_index: index };
}

async function readBundle(given) {
  const verdict = await examineBundle(decodeBase64(given.bundle), {
    trust: trustOf(given.trust),
    now: given.now,
    item: given.item,
  });
  return {
    outcome: verdict.outcome,
    codes: verdict.checks
      .filter((c) => c.outcome !== "VERIFIED" && c.code !== NOT_CHECKED)
      .map((check) => check.code),
    notices: verdict.notices.map(({ code, subject }) => [code, subject]),
    timeline: verdict.timeline.map(({ entry, event, step, why }) => [
      entry,
      event,
      step,
      why,
    ]),
  };
}

function readTrust(given) {
  const trust = parseTrust(given.text);
  const sorted = (kinds) => [...kinds].sort(compareText);
  const { policy } = trust;
  return {
    origin: trust.origin,
    log_keys: policy.logs.map(({ key }) => key.vkey),
    quorum: policy.quorum,
    witnesses: policy.witnesses.map(({ name, key, url }) => ({
      name,
      key: key.vkey,
      url,
    })),
    auditors: trust.auditors,
    groups: policy.groups.map((g) => [g.name, g.threshold, g.members]),
    max_age_seconds: trust.maxAgeSeconds,
    trails: sorted(trust.trails),
    threshold: trust.threshold,
    authorities: trust.authorities.map(person),
    actors: trust.actors.map(person),
    clock_bound_seconds: trust.clockBoundSeconds,
    books: trust.books.map(({ id, start }) => [id, start]),
  };
}

function person({ id, name, keys, grants }) {
  return {
    id,
    name,
    keys: keys.map(plain),
    grants: grants.map((grant) => ({
      role: grant.role,
      prefixes: grant.prefixes,
      places: grant.places,
      from: grant.start,
      until: grant.until,
      may_grant: grant.mayGrant,
    })),
  };
}

/** Format, and so folder → its reader. */
export const READERS = {
  bundle: readBundle,
  canonical: readCanonical,
  checkpoint: readCheckpoint,
  commitment: readCommitment,
  entry: readEntry,
  event: readEvent,
  form: readForm,
  item: readItem,
  map: readMap,
  reading: readReading,
  receipt: readReceipt,
  registry: readRegistry,
  statement: readStatement,
  tile: readTile,
  trail: readTrail,
  tree: readTree,
  trust: readTrust,
  version: readVersion,
};
