// Text is counted, ordered and quoted as Python does it.

import assert from "node:assert/strict";
import test from "node:test";

import {
  compareText,
  countCharacters,
  findHalf,
  head,
  quoted,
  textOf,
} from "../../node/provenance_node/web/verify/encoding/text.js";
import { MalformedError } from "../../node/provenance_node/web/verify/errors.js";
import { checkItemId } from "../../node/provenance_node/web/verify/claims/event.js";
import { canonicalItem } from "../../node/provenance_node/web/verify/gs1/item.js";
import { checkKeyName } from "../../node/provenance_node/web/verify/tlog/note.js";

test("code points are counted and cut, not units", () => {
  assert.equal(countCharacters("a𠮷é"), 3);
  assert.equal(head("𠮷𠮷𠮷", 2), "𠮷𠮷");
  assert.equal(head("ab", 5), "ab");
  assert.equal(head("", 5), "");
});

test("text is ordered by code points", () => {
  const texts = [
    "",
    "a",
    "ab",
    "b",
    "é",
    "\ud7ff",
    "\ue000",
    "ﬀ",
    "𠮷",
    "\u{10ffff}",
  ];
  for (const [i, a] of texts.entries()) {
    for (const [j, b] of texts.entries()) {
      assert.equal(Math.sign(compareText(a, b)), Math.sign(i - j), a + b);
    }
  }
});

test("text is quoted as Python's repr does it", () => {
  const cases = {
    plain: "'plain'",
    "it's": `"it's"`,
    'it\'s "it"': `'it\\'s "it"'`,
    "a\n\t\r\\": "'a\\n\\t\\r\\\\'",
    "\x00\x7f\x80\xa0\xad": "'\\x00\\x7f\\x80\\xa0\\xad'",
    "é中𠮷": "'é中𠮷'",
    "\u2028\ufeff": "'\\u2028\\ufeff'",
    "\u{e0001}": "'\\U000e0001'",
  };
  for (const [text, shown] of Object.entries(cases)) {
    assert.equal(quoted(text), shown);
  }
});

test("halves of pairs are found", () => {
  assert.equal(findHalf("a𠮷"), -1);
  assert.equal(findHalf("a\ud842"), 1);
  assert.equal(findHalf("\udfb7\ud842"), 0);
  assert.equal(textOf(Uint8Array.of(0xed, 0xa0, 0x80)), null);
});

test("a line end after what matches is no match", () => {
  // Python's fullmatch; a $ would let one newline through.
  for (const text of ["urn:x:1\n", "urn:x:1\r", "\nurn:x:1", "urn:x:1\u2028"]) {
    assert.throws(() => checkItemId(text), MalformedError);
    assert.throws(() => canonicalItem(text), MalformedError);
  }
  assert.throws(
    () => canonicalItem("https://id.gs1.org/01/09506000134352\n"),
    MalformedError,
  );
});

test("digits of other scripts are no digits", () => {
  assert.throws(
    () => canonicalItem("https://id.gs1.org/01/０９５０６０００１３４３５２"),
    MalformedError,
  );
});

test("a key's name holds nothing that Python takes for a space", () => {
  const spaces = ["\x1c", "\x85", "\xa0", "\u1680", "\u2003", "\u3000", "\x0b"];
  for (const space of [...spaces, "+", "\x00"]) {
    assert.throws(() => checkKeyName(`a${space}b`), MalformedError);
  }
  // These are none to Python.
  for (const other of ["\u200b", "\ufeff", "\u180e"]) checkKeyName(`a${other}`);
});
