// Every golden vector says what comes of it, and that is what comes of it.
//
// The cases are those that `tests/unit/proof/test_golden_vectors.py` reads; the README in
// `tests/vectors` explains their shapes.

import assert from "node:assert/strict";
import test from "node:test";

import { ProvenanceError } from "../../node/provenance_node/web/verify/errors.js";
import { READERS } from "./readers.js";
import { casesOf, formats, golden, plain } from "./vectors.js";

const NO_ERROR = ["ok", "VERIFIED", "FAILED", "INCOMPLETE", "UNKNOWN"];

test("every format has a reader", () => {
  assert.deepEqual(formats().sort(), Object.keys(READERS).sort());
});

for (const format of formats()) {
  for (const name of casesOf(format)) {
    test(`${format}/${name}`, () => comesOutAsItSays(format, name));
  }
}

async function comesOutAsItSays(format, name) {
  const { given, outcome, gives: wanted = {} } = golden(`${format}/${name}`);
  // A question to the registry is in what is given as well.
  const read = async () =>
    READERS[format]({ ...given, asks: wanted.asks ?? [] });
  if (!NO_ERROR.includes(outcome)) {
    await assert.rejects(read, (error) => {
      assert(error instanceof ProvenanceError, error);
      assert.equal(error.name, outcome, error);
      return true;
    });
    return;
  }
  const found = plain(await read());
  assert.equal(found.outcome ?? "ok", outcome);
  for (const [member, value] of Object.entries(wanted)) {
    assert.deepEqual(found[member], value, member);
  }
}
