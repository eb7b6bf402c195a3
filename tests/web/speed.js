// How long verifying takes here:  node tests/web/speed.js [bundle trust item]
//
// Without arguments it takes the longest of the golden bundles that verify.
// The first run of a page pays for compiling as well; both are shown.

import { readFileSync } from "node:fs";

import {
  examineBundle,
  parseTrust,
  selectBackend,
} from "../../node/provenance_node/web/verify/index.js";
import { casesOf, fromBase64, golden } from "./vectors.js";

const [bundlePath, trustPath, item = null] = process.argv.slice(2);

function longest() {
  const cases = casesOf("bundle")
    .filter((name) => name.startsWith("verified-"))
    .map((name) => golden(`bundle/${name}`).given);
  cases.sort((a, b) => b.bundle.length - a.bundle.length);
  const [{ bundle, trust, now }] = cases;
  const { text } = golden(`trust/good-${trust}`).given;
  return { data: fromBase64(bundle), text, now };
}

const { data, text, now } = bundlePath
  ? {
      data: new Uint8Array(readFileSync(bundlePath)),
      text: readFileSync(trustPath, "utf8"),
      now: Date.now(),
    }
  : longest();

for (const backend of ["webcrypto", "pure"]) {
  await selectBackend(backend);
  const times = [];
  let outcome = "";
  for (let i = 0; i < 30; i++) {
    const start = performance.now();
    const trust = parseTrust(text);
    ({ outcome } = await examineBundle(data, { trust, now, item }));
    times.push(performance.now() - start);
  }
  const first = times[0].toFixed(1);
  const median = times.sort((a, b) => a - b)[15].toFixed(1);
  console.log(
    `${backend}: ${outcome}, ${data.length} bytes: first ${first} ms,` +
      ` then ${median} ms`,
  );
}
