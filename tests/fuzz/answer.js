// Answers what tests/fuzz asks of the parsers in JavaScript, a line of JSON for
// each line: whether an input was read or refused, by which error, and how
// many seconds of the processor that took.

import { createInterface } from "node:readline";

import { parseEvent } from "../../node/provenance_node/web/verify/claims/event.js";
import { parseEntry } from "../../node/provenance_node/web/verify/claims/statement.js";
import {
  parseBookEntry,
  parseVersionEntry,
} from "../../node/provenance_node/web/verify/claims/versions.js";
import { decodeBase64 } from "../../node/provenance_node/web/verify/encoding/base64.js";
import { decode } from "../../node/provenance_node/web/verify/encoding/canonical.js";
import { MalformedError, ProvenanceError } from "../../node/provenance_node/web/verify/errors.js";
import {
  parseElementString,
  parseRaw,
} from "../../node/provenance_node/web/verify/gs1/elementstring.js";
import { isCompressed } from "../../node/provenance_node/web/verify/gs1/compressed.js";
import { isEpcUrn, parseEpcUrn } from "../../node/provenance_node/web/verify/gs1/epcurn.js";
import { canonicalItem } from "../../node/provenance_node/web/verify/gs1/item.js";
import { readCode } from "../../node/provenance_node/web/verify/gs1/reading.js";
import { parseBundle } from "../../node/provenance_node/web/verify/proof/bundle.js";
import { parseTrust } from "../../node/provenance_node/web/verify/proof/trust.js";
import { examineBundle } from "../../node/provenance_node/web/verify/proof/verify.js";
import { parseBook } from "../../node/provenance_node/web/verify/rules/book.js";
import { parseCheckpoint } from "../../node/provenance_node/web/verify/tlog/checkpoint.js";
import { parseCommitment } from "../../node/provenance_node/web/verify/tlog/commitment.js";
import {
  parseCosigner,
  parseLogKey,
} from "../../node/provenance_node/web/verify/tlog/cosignature.js";
import {
  parseNote,
  parseVkey,
} from "../../node/provenance_node/web/verify/tlog/note.js";
import { parsePolicy } from "../../node/provenance_node/web/verify/tlog/policy.js";
import { parseProof } from "../../node/provenance_node/web/verify/tlog/proof_file.js";
import {
  parseEntries,
  parseEntriesPath,
  parseTilePath,
} from "../../node/provenance_node/web/verify/tlog/tile.js";
import { parseSubmission } from "../web/admit.js";

/** Return what a code says; of a compressed link, nothing. */
function readScanned(text) {
  try {
    return readCode(text);
  } catch (error) {
    const bare = text
      .replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "")
      .replace(/^\](?:d1|Q1|J0)/, "");
    if (error instanceof ProvenanceError && isCompressed(bare)) return null;
    throw error;
  }
}

function readUrn(text) {
  if (!isEpcUrn(text)) throw new MalformedError("this is no EPC URN");
  // What names no thing that has a link is read, to nothing.
  return parseEpcUrn(text) ?? "";
}

const trusts = new Map();

function examine(bytes, { trust, now }) {
  if (!trusts.has(trust)) trusts.set(trust, parseTrust(trust));
  return examineBundle(bytes, { trust: trusts.get(trust), now, item: null });
}

const OF_BYTES = {
  "parsed bundle": parseBundle,
  bundle: examine,
  submission: parseSubmission,
  event: parseEvent,
  entry: parseEntry,
  commitment: parseCommitment,
  version: parseVersionEntry,
  "book entry": parseBookEntry,
  "rule book": parseBook,
  msgpack: (data) => decode(data),
  "entries tile": (data) => parseEntries(data.subarray(1), data[0] ?? 1),
  policy: parsePolicy,
  note: parseNote,
  "receipt file": parseProof,
};

const OF_TEXT = {
  trust: parseTrust,
  checkpoint: parseCheckpoint,
  vkey: parseVkey,
  cosigner: parseCosigner,
  "log key": parseLogKey,
  "tile path": parseTilePath,
  "entries path": parseEntriesPath,
  base64: decodeBase64,
  item: canonicalItem,
  code: readScanned,
  urn: readUrn,
  "element string": parseElementString,
  "raw string": parseRaw,
};

async function answer(line) {
  const { kind, ...given } = JSON.parse(line);
  const input =
    given.text === undefined
      ? new Uint8Array(Buffer.from(given.data, "base64"))
      : given.text;
  const start = process.cpuUsage();
  const said = await read(kind, input, given);
  const { user, system } = process.cpuUsage(start);
  return { ...said, seconds: (user + system) / 1e6 };
}

async function read(kind, input, given) {
  try {
    const found = await (OF_BYTES[kind] ?? OF_TEXT[kind])(input, given);
    return found === null ? { unread: true } : { outcome: found?.outcome };
  } catch (error) {
    if (error instanceof ProvenanceError) {
      return { error: error.name, message: error.message };
    }
    return { crash: String(error?.stack ?? error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
