// Answers what Python asks of the scanner, a line of JSON for each line, for
// tests/web/scan_agree.py.

import { createInterface } from "node:readline";

import { ALL_AIS } from "../../node/provenance_node/web/verify/gs1/ai.js";
import * as codes from "../../node/provenance_node/web/verify/gs1/codes.js";
import { isCompressed } from "../../node/provenance_node/web/verify/gs1/compressed.js";
import { readQR } from "../../node/provenance_node/web/scan/qr.js";
import { bracketed, readCode } from "../../node/provenance_node/web/verify/gs1/reading.js";
import { decodeBase64 } from "../../node/provenance_node/web/verify/encoding/base64.js";
import { ProvenanceError } from "../../node/provenance_node/web/verify/errors.js";

const KINDS = {
  code({ text }) {
    try {
      return readCode(text);
    } catch (error) {
      if (!isCompressed(text.trim().replace(/^\](?:d1|Q1|J0)/, "")))
        throw error;
      return { compressed: error.message };
    }
  },
  bracketed: ({ item }) => bracketed(item),
  qr({ pixels, width, height, patience }) {
    // Grey is spread to four bytes here: a pipe is slow.
    const data = new Uint8ClampedArray(4 * width * height).fill(255);
    decodeBase64(pixels).forEach((grey, i) => {
      data.fill(grey, 4 * i, 4 * i + 3);
    });
    return readQR({ data, width, height }, patience);
  },
  tables: () => ({
    ais: [...ALL_AIS.values()].map((ai) => [
      ai.code,
      ai.isPredefined,
      ai.isAttribute,
      ai.bars,
      ai.longest,
      ai.parts.map((part) => [
        part.alphabet,
        part.least,
        part.most,
        part.isOptional,
        part.checks,
      ]),
    ]),
    codes: Object.entries(codes).map(([name, set]) => [name, [...set].sort()]),
  }),
};

function answer(line) {
  const { kind, ...given } = JSON.parse(line);
  try {
    return { answer: KINDS[kind](given) };
  } catch (error) {
    if (error instanceof ProvenanceError) {
      return { error: error.name, message: error.message };
    }
    return { crash: String(error?.stack ?? error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answer(line))}\n`);
}
