// @ts-check
// The nearest word is the one that Python finds (tests/unit/encoding/test_nearest.py).

import assert from "node:assert/strict";
import test from "node:test";

import {
  nearest,
  suggestion,
} from "../../node/provenance_node/web/verify/encoding/nearest.js";
import { readStep } from "../../node/provenance_node/web/verify/epcis/vocabulary.js";
import { baseline } from "../../node/provenance_node/web/verify/rules/book.js";

for (const [said, meant] of [
  ["comissioning", "commissioning"],
  ["shiping", "shipping"],
  ["shpiping", "shipping"],
  ["recieving", "receiving"],
  ["Packnig", "packing"],
  ["harvesting", null],
  ["", null],
  ["x".repeat(10_000), null],
]) {
  test(`${String(said).slice(0, 20)} is nearest to ${meant}`, () => {
    assert.equal(nearest(String(said), baseline().steps), meant);
  });
}

test("of equally near words the first in order is told", () => {
  assert.equal(nearest("bat", ["rat", "cat", "hat"]), "cat");
  assert.equal(suggestion("quux", ["active"]), "");
});

test("a refused step is told with what may have been meant", () => {
  for (const [said, meant] of [
    ["comissioning", "did you mean 'commissioning'?"],
    [
      "urn:provenance:step:customs_relased",
      "did you mean 'urn:provenance:step:customs_released'?",
    ],
    ["customs_released", "write 'urn:provenance:step:customs_released'"],
    ["Shipping", "write 'shipping'"],
  ]) {
    assert.throws(
      () => readStep(said, new Map(), baseline()),
      (error) => error instanceof Error && error.message.includes(meant),
    );
  }
});
