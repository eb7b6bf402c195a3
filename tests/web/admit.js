// The rules by which a ledger admits a statement, short and slow.
//
// No browser admits anything, so they are no part of `node/provenance_node/web/verify`; but
// the golden vectors of statements ask for them, and show so that what a
// verifier reads is what a ledger lets in.

import {
  checkRegistryBody,
  isRegistryEvent,
} from "../../node/provenance_node/web/verify/claims/actor.js";
import {
  hasTrail,
  parseEvent,
} from "../../node/provenance_node/web/verify/claims/event.js";
import { parseEntry } from "../../node/provenance_node/web/verify/claims/statement.js";
import { mapKey } from "../../node/provenance_node/web/verify/claims/trail.js";
import {
  equalBytes,
  toHex,
} from "../../node/provenance_node/web/verify/encoding/bytes.js";
import {
  decode,
  encode,
  hasTypes,
} from "../../node/provenance_node/web/verify/encoding/canonical.js";
import { sha256 } from "../../node/provenance_node/web/verify/encoding/digest.js";
import {
  leafHash,
  rootOf,
} from "../../node/provenance_node/web/verify/encoding/tree.js";
import { readAct } from "../../node/provenance_node/web/verify/rules/act.js";
import {
  checkForm,
  checkItems,
  checkNamed,
} from "../../node/provenance_node/web/verify/rules/form.js";
import { baseline } from "../../node/provenance_node/web/verify/rules/book.js";
import { assertion } from "../../node/provenance_node/web/verify/epcis/corrections.js";
import {
  InvalidSignatureError,
  MalformedError,
  RejectedError,
} from "../../node/provenance_node/web/verify/errors.js";
import { signatureIsValid } from "../../node/provenance_node/web/verify/keys.js";

export class BrokenLinkError extends RejectedError {}
export class DuplicateEventError extends RejectedError {}
export class LifecycleError extends RejectedError {}

/** Return the entry and the events' data that a submission holds. */
export function parseSubmission(data) {
  const value = decode(data);
  if (
    !hasTypes(value, ["str", "bin", "array"]) ||
    value.length !== 3 ||
    value[0] !== "provenance/submission/v2" ||
    !value[2].every((event) => event instanceof Uint8Array)
  ) {
    throw new MalformedError("this is not a submission of a signed statement");
  }
  return { entry: value[1], events: value[2] };
}

/** Return the events of a submission that a ledger admits as things stand. */
export async function admit(
  data,
  { registry, origin, heads, since, now, clockBound },
) {
  const submission = parseSubmission(data);
  const { header, headerBytes, signature } = parseEntry(submission.entry);
  const known = registry.publicKey(header.keyId);
  if (known && !(await signatureIsValid(known, signature, headerBytes))) {
    throw new InvalidSignatureError("the key that it names did not sign it");
  }
  const events = submission.events.map(parseEvent);
  const root = rootOf(events.map((event) => leafHash(event.id)));
  if (
    events.length !== header.eventCount ||
    !equalBytes(root, header.eventsRoot)
  ) {
    throw new MalformedError("the events are not those that were signed");
  }
  const changes = [];
  const acts = new Map();
  for (const event of events) {
    const read = readWhole(event);
    if (isRegistryEvent(event.body)) {
      checkRegistryBody(event.body, event.items);
      changes.push(event);
    } else {
      acts.set(event, read);
    }
    if (!event.items.some((item) => hasTrail(item.id, item.relation))) {
      throw new MalformedError("an event names no item that can have a trail");
    }
  }

  if (header.origin !== origin) {
    throw new RejectedError("the statement was signed for another ledger");
  }
  registry.requireKey(header.issuer, header.keyId);
  const book = baseline();
  const holds = ({ start, until }) =>
    (start === null || since >= start) &&
    (until === null || now + clockBound <= until);
  const times = [...acts.values()].map(({ time }) => time);
  if (Math.max(header.issuedAt, ...times) > now + book.bounds.ahead) {
    throw new LifecycleError("it lies in the future");
  }
  for (const [event, { act }] of acts) {
    registry.requireAct(header.issuer, act, { book, holds });
    const actors = new Set(registry.actors().map((actor) => actor.id));
    if (event.items.some((item) => actors.has(item.id))) {
      throw new RejectedError("only registry events name actors");
    }
  }
  for (const { body } of events) {
    for (const [item, link] of body.get("after") ?? []) {
      const head = heads.get(item) ?? mapKey(item);
      if (!equalBytes(head, link)) throw new BrokenLinkError("it moved on");
    }
  }
  requireNames([...acts.keys()]);
  await registry.applyAll(changes, {
    issuer: header.issuer,
    keyId: header.keyId,
    logIndex: 7,
    book,
    when: [since, now],
    holds,
  });
  return events;
}

function readWhole({ body, counts, pointers, items }) {
  const book = baseline();
  const reading = checkForm(body, counts, pointers, book);
  for (const item of items) checkNamed(body, item);
  checkItems(body, items, reading, book);
  if (isRegistryEvent(body)) return null;
  return { act: readAct(body, items, reading, book), time: reading.time };
}

/** An id is used again only by the same event, to declare it an error. */
function requireNames(events) {
  const names = new Map();
  for (const { body, items, fields } of events) {
    const id = body.get("eventID");
    if (typeof id !== "string") continue;
    const said = [
      assertion(body),
      items.map((item) => [item.relation, item.id, item.quantity, item.uom]),
      fields.map((field) => field?.pointer ?? null),
    ];
    const declares = body.has("errorDeclaration");
    const name = [toHex(sha256(encode(said))), declares];
    for (const earlier of names.get(id) ?? []) {
      if (earlier[0] !== name[0] || earlier[1] === name[1]) {
        throw new DuplicateEventError(`${id} was used`);
      }
    }
    names.set(id, [...(names.get(id) ?? []), name]);
  }
}
