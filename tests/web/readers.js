// What the library makes of a golden vector: one reader for each format.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";

import {
  Field,
  Item,
  eventId,
  hasTrail,
  parseEvent,
  parseLeaf,
  roomFor,
} from "../../node/provenance_node/web/verify/claims/event.js";
import { parseEntry } from "../../node/provenance_node/web/verify/claims/statement.js";
import { DEFAULT_ROLES } from "../../node/provenance_node/web/verify/claims/roles.js";
import {
  chainHashes,
  headValue,
  mapKey,
} from "../../node/provenance_node/web/verify/claims/trail.js";
import { equalBytes } from "../../node/provenance_node/web/verify/encoding/bytes.js";
import { decodeBase64 } from "../../node/provenance_node/web/verify/encoding/base64.js";
import { decode, encode } from "../../node/provenance_node/web/verify/encoding/canonical.js";
import { checkHash, sha256 } from "../../node/provenance_node/web/verify/encoding/digest.js";
import { compareText } from "../../node/provenance_node/web/verify/encoding/text.js";
import { leafHash, rootFromPath } from "../../node/provenance_node/web/verify/encoding/tree.js";
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
  parsePath,
  verifyAbsence,
  verifyPresence,
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
    has_trail: hasTrail(item),
  };
}

function shownPart(part) {
  if (part instanceof Item) {
    return [part.relation, part.id, part.quantity, part.uom, part.isQuantity];
  }
  if (part instanceof Field) return [part.pointer, tagged(part.value)];
  return tagged(part);
}

function readEvent(given) {
  if (given.leaf !== undefined) return readShownLeaf(given);
  const event = parseEvent(raw(given.data));
  if (given.secret !== undefined) {
    assert.deepEqual(makeEvent(event, raw(given.secret)), raw(given.data));
  }
  return {
    id: event.id,
    body: tagged(event.body),
    items: event.items.map(shownPart),
    fields: event.fields.map(shownPart),
    leaf_hashes: event.hashes,
  };
}

/** Return the data of an event of the same parts, salted from the secret. */
function makeEvent({ body, items, fields }, secret) {
  const leaves = [encode(["body", body])];
  const salt = () => {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(leaves.length);
    const digest = createHmac("sha256", secret).update(number).digest();
    return new Uint8Array(digest.subarray(0, 16));
  };
  for (const { relation, id, quantity, uom, isQuantity } of items) {
    const more = isQuantity ? [quantity, uom] : [];
    leaves.push(encode(["item", salt(), relation, id, ...more]));
  }
  for (const field of fields) {
    leaves.push(encode(["field", salt(), field.pointer, field.value]));
  }
  return encode([items.length, leaves]);
}

function readShownLeaf(given) {
  const { item_count: itemCount, concealed_count: concealed, number } = given;
  const leaf = raw(given.leaf);
  const root = rootFromPath(leafHash(leaf), given.proof.map(hash), {
    index: number,
    size: 1 + itemCount + concealed,
  });
  if (!equalBytes(eventId(itemCount, concealed, root), raw(given.id))) {
    throw new InvalidProofError("the leaf is not one of that event");
  }
  const room = roomFor(0);
  return { part: shownPart(parseLeaf(leaf, { number, itemCount, room })) };
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

function isGranted(registry, [issuer, kinds, creates, places, time]) {
  try {
    registry.requireAct(
      issuer,
      { kinds: new Set(kinds), creates, places },
      (grant) => grant.covers(time, time),
    );
    return true;
  } catch (error) {
    if (error instanceof RejectedError) return false;
    throw error;
  }
}

async function readRegistry(given) {
  const registry = trustOf(given.trust).registry();
  for (const [number, statement] of given.statements.entries()) {
    const [logIndex, issuer, events] = statement;
    const before = heldBy(registry);
    const parsed = events.map((data) => parseEvent(raw(data)));
    try {
      await registry.applyAll(parsed, { issuer, logIndex });
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

function readTrail(given) {
  const chain = chainHashes(
    given.item,
    given.links.map(([logIndex, position, id]) => ({
      logIndex,
      position,
      eventId: hash(id),
    })),
  );
  return {
    map_key: mapKey(given.item),
    chain,
    map_value: headValue(chain.length, chain[chain.length - 1]),
  };
}

const steps = (rows) => rows.map(([bit, sibling]) => [bit, hash(sibling)]);

function readMap(given) {
  if (given.bytes !== undefined) return { path: parsePath(raw(given.bytes)) };
  if (given.pairs !== undefined) {
    const pairs = given.pairs.map((pair) => pair.map(raw));
    const root = mapRoot(pairs);
    for (const [key, value] of pairs) {
      verifyPresence(pathTo(key, pairs), { key, value, root });
    }
    return { root };
  }
  const path = steps(given.path);
  const [key, root] = [raw(given.key), hash(given.root)];
  if (given.value !== undefined) {
    verifyPresence(path, { key, value: raw(given.value), root });
  } else {
    const other = given.other?.map((text) => raw(text ?? "")) ?? null;
    verifyAbsence(path, { key, other, root });
  }
  return {};
}

/** Return the path from a key's leaf up, by the definition. */
function pathTo(key, pairs, bit = 0) {
  if (pairs.length === 1) return [];
  const side = (k) => (k[bit >> 3] >> (7 - (bit & 7))) & 1;
  const same = pairs.filter(([k]) => side(k) === side(key));
  const others = pairs.filter(([k]) => side(k) !== side(key));
  const below = pathTo(key, same, bit + 1);
  return others.length ? [...below, [bit, mapRoot(others, bit + 1)]] : below;
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
  const changed = [...new Set([...trust.roles.keys(), ...DEFAULT_ROLES.keys()])]
    .map((role) => [role, trust.roles.get(role), DEFAULT_ROLES.get(role)])
    .filter(
      ([, now, before]) =>
        `${now && sorted(now)}` !== `${before && sorted(before)}`,
    );
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
    changed_roles: Object.fromEntries(
      changed.map(([role, now]) => [role, now ? sorted(now) : null]),
    ),
    roles: Object.fromEntries(
      [...trust.roles].map(([role, kinds]) => [role, sorted(kinds)]),
    ),
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
  event: readEvent,
  item: readItem,
  map: readMap,
  receipt: readReceipt,
  registry: readRegistry,
  statement: readStatement,
  tile: readTile,
  trail: readTrail,
  trust: readTrust,
};
