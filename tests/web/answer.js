// Answers what Python asks, a line of JSON for each line, for tests/web/agree.py.
//
// What goes wrong on purpose is answered by the name of its error; anything
// else is a crash, and answered with its stack, for Python to be shocked at.

import { createInterface } from "node:readline";

import { decode, encode } from "../../node/provenance_node/web/verify/encoding/canonical.js";
import {
  decodeBase64,
  encodeBase64,
} from "../../node/provenance_node/web/verify/encoding/base64.js";
import { quoted } from "../../node/provenance_node/web/verify/encoding/text.js";
import { ProvenanceError } from "../../node/provenance_node/web/verify/errors.js";
import { canonicalItem } from "../../node/provenance_node/web/verify/gs1/item.js";
import { selectBackend } from "../../node/provenance_node/web/verify/keys.js";
import { verifyMLDSA44 } from "../../node/provenance_node/web/verify/primitives/mldsa44.js";
import { verifyReceipt } from "../../node/provenance_node/web/verify/proof/receipt.js";
import { examineBundle } from "../../node/provenance_node/web/verify/proof/verify.js";
import { READERS } from "./readers.js";
import * as tables from "./tables.js";
import { plain } from "./vectors.js";
import { parseTrust } from "../../node/provenance_node/web/verify/proof/trust.js";

const known = new Map();

/** Return what a trust file says; each is read once. */
function trustOf(text) {
  if (!known.has(text)) known.set(text, parseTrust(text));
  return known.get(text);
}

const KINDS = {
  async bundle({ bundle, trust, now, item }) {
    const asked = { trust: trustOf(trust), now, item };
    return examineBundle(decodeBase64(bundle), asked);
  },
  async receipt({ text, entry, trust, now }) {
    return verifyReceipt(decodeBase64(text), {
      entry: decodeBase64(entry),
      trust: trustOf(trust),
      now,
    });
  },
  canonical: ({ data }) => encodeBase64(encode(decode(decodeBase64(data)))),
  base64: ({ text }) => encodeBase64(decodeBase64(text)),
  item: ({ uri }) => canonicalItem(uri),
  quoted: ({ text }) => quoted(text),
  trust: ({ text }) => plain(READERS.trust({ text })),
  mldsa: ({ key, signature, message }) =>
    verifyMLDSA44(...[key, signature, message].map(decodeBase64)),
  tables: () => tables.all(),
};

async function answer(line) {
  const { kind, ...given } = JSON.parse(line);
  try {
    return { answer: await KINDS[kind](given) };
  } catch (error) {
    if (error instanceof ProvenanceError) {
      return { error: error.name, message: error.message };
    }
    return { crash: String(error?.stack ?? error) };
  }
}

if (process.argv[2]) await selectBackend(process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
