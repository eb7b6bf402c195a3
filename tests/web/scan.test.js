// The scanner as far as it needs no browser: what a code comes to, in words,
// and which parts of a photo are looked at. That it reads as Python does,
// tests/web/test_web_scan.py asks.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import test from "node:test";

import { isCompressed } from "../../node/provenance_node/web/verify/gs1/compressed.js";
import { readGs1 } from "../../node/provenance_node/web/scan/gs1_qr.js";
import { looksAt } from "../../node/provenance_node/web/scan/pixels.js";
import { readItem } from "../../node/provenance_node/web/scan/problems.js";
import { readQR } from "../../node/provenance_node/web/scan/qr.js";
import { bracketed, readCode } from "../../node/provenance_node/web/verify/gs1/reading.js";
import { SAMPLE_TEXT, samplePixels } from "../../node/provenance_node/web/scan/sample.js";
import { WORDS, wordsOf } from "../../node/provenance_node/web/scan/words.js";
import { WORDS as MAP_WORDS } from "../../node/provenance_node/web/map/words.js";
import * as qr from "../../node/provenance_node/web/vendor/qr/index.js";
import { MalformedError } from "../../node/provenance_node/web/verify/errors.js";

const PAGE = "https://ledger.example/?item=x&lang=en";
const UNIT = "https://id.gs1.org/01/09506000134352/21/00042";
const WEB = new URL("../../node/provenance_node/web/", import.meta.url);

test("every spelling of a unit comes to its one item", () => {
  for (const text of [
    UNIT,
    "urn:epc:id:sgtin:9506000.013435.00042",
    "https://brand.example/01/9506000134352/21/00042?17=271231",
    "(17)271231(21)00042(01)09506000134352(10)L7",
    "]d2010950600013435210L7\x1d2100042",
    "  01095060001343522100042\r\n",
    "01095060001343522100042|17271231",
    "]C101095060001343522100042<GS>10L7",
    "（01）09506000134352（21）00042",
    "(01) 0950 6000 1343 52 (21) 00042\u200b",
    "]Q2Https://brand.example/01/09506000134352/21/00042",
  ]) {
    assert.equal(readCode(text), UNIT, text);
    assert.deepEqual(readItem(text, PAGE), { item: UNIT });
  }
});

test("a link to this page names the item that it shows", () => {
  const shared = new URL("https://ledger.example/");
  shared.searchParams.set("item", UNIT);
  shared.searchParams.set("lang", "zh-CN");
  assert.deepEqual(readItem(shared.href, PAGE), { item: UNIT });
  // Anybody can write that it is this page's item; only this page may say so.
  shared.hostname = "evil.example";
  assert.equal(readItem(shared.href, PAGE).problem, "webAddress");
});

test("what is no item gets the sentence that helps", () => {
  for (const [text, problem] of [
    ["", "empty"],
    [" \n", "empty"],
    ["https://shop.example/sale?x=1", "webAddress"],
    ["HTTP://SHOP.EXAMPLE", "webAddress"],
    ["https://shop.example/2026/01/20260115-order", "webAddress"],
    ["https://shop.example/01/09506000134353", "invalid"],
    ["https://shop.example/01/09506000134352/21/1/10/L7", "invalid"],
    [`${UNIT},${UNIT}`, "invalid"],
    [`urn:epc:id:giai:9506000.A;urn:epc:id:giai:9506000.B`, "invalid"],
    ["https://id.gs1.org/01/09506000134353", "invalid"],
    ["https://shop.example/a b", "invalid"],
    ["https://brand.example/CxFKk4XBoI1XgkZCCgAq", "compressed"],
    ["https://brand.example/01/09506000134352/EEarwSMXQjfyEFABU", "compressed"],
    ["9506000134353", "mistyped"],
    ["950600013435", "mistyped"],
    ["123", "digits"],
    ["006141411234567890", "sscc"],
    ["006141411234567891", "digits"],
    ["(10)L7", "noKey"],
    ["(01)09506000134353", "invalid"],
    ["(01)09506000134352(17)271301", "invalid"],
    ["]d2019506", "invalid"],
    ["urn:epc:id:sgtin:1", "invalid"],
    ["WIFI:S:home;T:WPA;P:secret;;", "other"],
    ["otpauth://totp/me?secret=GEZDGNBV", "other"],
    ["mailto:me@shop.example", "other"],
    ["javascript:alert(1)", "other"],
    ["BEGIN:VCARD\nFN:Me\nEND:VCARD", "other"],
    ["hello", "other"],
    ["<img src=x onerror=alert(1)>", "other"],
  ]) {
    const found = readItem(text, PAGE);
    assert.equal(found.item, undefined, text);
    assert.equal(found.problem, problem, text);
  }
});

test("the reason of an invalid code is told without the code again", () => {
  const { detail } = readItem("(01)09506000134353", PAGE);
  assert.equal(
    detail,
    "at position 0: (01): '09506000134353' has a wrong check digit: its other" +
      " digits give 2",
  );
});

test("a stray character in a code is named", () => {
  for (const stray of "~@#è]") {
    const { problem, detail } = readItem(
      `01095060001343522100042${stray}10L7`,
      PAGE,
    );
    assert.equal(problem, "invalid");
    assert.match(detail, /\(21\) has 1 to 20 characters and no '.', unlike/);
    assert(detail.includes(`no '${stray}'`), detail);
  }
});

test("names of things that are no GS1 keys are items, addresses are none", () => {
  for (const item of ["urn:uuid:0e6d8b0c", "did:web:maker.example"]) {
    assert.deepEqual(readItem(item, PAGE), { item });
  }
});

test("compressed links are told from pages of a shop", () => {
  for (const uri of [
    "https://brand.example/CxFKk4XBoI1XgkZCCgAq",
    "HTTPS://brand.example/CxFKk4XBoI1XgkZCCgAq/?17=271231",
    "https://brand.example/01/09506000134352/EEarwSMXQjfyEFABU#x",
  ]) {
    assert(isCompressed(uri), uri);
    assert.throws(() => readCode(uri), /compressed Digital Link/);
    assert.throws(() => readCode(`]Q1${uri}`), MalformedError);
  }
  for (const uri of [
    "https://brand.example/",
    "https://brand.example/products",
    "https://brand.example/01/09506000134352/reviews",
    "https://brand.example/CxFKk4XBoI1XgkZCCgAq/more",
    "https://brand.example/?q=CxFKk4XBoI1XgkZCCgAq",
    "ftp://brand.example/CxFKk4XBoI1XgkZCCgAq",
    "CxFKk4XBoI1XgkZCCgAq",
  ]) {
    assert(!isCompressed(uri), uri);
  }
});

test("a serial number that looks compressed stays a serial number", () => {
  const uri = "https://brand.example/01/09506000134352/21/CxFKk4XBoI1XgkZCCgAq";
  assert(isCompressed(uri));
  assert.equal(
    readCode(uri),
    "https://id.gs1.org/01/09506000134352/21/CxFKk4XBoI1XgkZCCgAq",
  );
});

test("an item is shown as labels print it", () => {
  assert.equal(bracketed(UNIT), "(01) 09506000134352 (21) 00042");
  assert.equal(
    bracketed("https://id.gs1.org/01/09506000134352/10/L%2F7"),
    "(01) 09506000134352 (10) L/7",
  );
  assert.equal(bracketed("did:web:maker.example"), "did:web:maker.example");
});

test("the decoder reads the sample that native detectors are tried with", () => {
  assert.equal(readQR(samplePixels(), 100), SAMPLE_TEXT);
});

/** Return the 20 bytes that correct errors in `data` (ISO/IEC 18004, 7.5.2). */
function correction(data) {
  const { exp, log } = qr._GF256;
  const times = (a, b) => (a && b ? exp[(log[a] + log[b]) % 255] : 0);
  let divisor = [1];
  for (let i = 0; i < 20; i++) {
    const next = [...divisor, 0];
    divisor.forEach((each, j) => (next[j + 1] ^= times(each, exp[i])));
    divisor = next;
  }
  const rest = [...data, ...Array(20).fill(0)];
  for (let i = 0; i < data.length; i++) {
    const first = rest[i];
    divisor.forEach((each, j) => (rest[i + j] ^= times(each, first)));
  }
  return rest.slice(data.length);
}

/** Draw a QR code of version 4-L whose data are these bits. */
function drawBits(bits) {
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
  const data = new Uint8Array(80).map((_, i) => (i % 2 ? 0x11 : 0xec));
  padded.match(/.{8}/g).forEach((byte, i) => (data[i] = parseInt(byte, 2)));
  const { drawSymbol, matGet } = qr._tests;
  const symbol = drawSymbol(4, "low", [...data, ...correction(data)], 3);
  const side = 41 * 4;
  const pixels = new Uint8ClampedArray(4 * side * side).fill(255);
  for (let y = 0; y < 33 * 4; y++) {
    for (let x = 0; x < 33 * 4; x++) {
      if (!matGet(symbol, x >> 2, y >> 2)) continue;
      const at = 4 * ((y + 16) * side + x + 16);
      pixels.fill(0, at, at + 3);
    }
  }
  return { data: pixels, width: side, height: side };
}

const bits = (value, size) => value.toString(2).padStart(size, "0");
const numeric = (digits) =>
  bits(1, 4) +
  bits(digits.length, 10) +
  digits
    .match(/.{1,3}/g)
    .map((each) => bits(Number(each), 3 * each.length + 1))
    .join("");
const ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const alphanumeric = (text) =>
  bits(2, 4) +
  bits(text.length, 9) +
  text
    .match(/.{1,2}/g)
    .map((pair) => {
      const values = [...pair].map((each) => ALPHANUMERIC.indexOf(each));
      return values.length > 1
        ? bits(45 * values[0] + values[1], 11)
        : bits(values[0], 6);
    })
    .join("");
const bytes = (text) =>
  bits(4, 4) +
  bits(text.length, 8) +
  [...text].map((each) => bits(each.charCodeAt(0), 8)).join("");

test("GS1 QR codes are read, with FNC1 in each of the modes", () => {
  for (const [parts, text] of [
    [
      [numeric("0109506000134352"), alphanumeric("10A%%B%2100042")],
      "]Q3010950600013435210A%B\x1d2100042",
    ],
    [
      [bytes("010950600013435210a%b\x1d2100042")],
      "]Q3010950600013435210a%b\x1d2100042",
    ],
    [[alphanumeric("01095060001343522100042")], "]Q301095060001343522100042"],
  ]) {
    const pixels = drawBits("0101" + parts.join("") + "0000");
    assert.equal(readQR(pixels, 1000), text);
    assert.match(readCode(text), /\/01\/09506000134352\/21\/00042$/);
  }
  // Without FNC1 it is a text like any other.
  const pixels = drawBits(`${numeric("09506000134352")}0000`);
  assert.equal(readQR(pixels, 1000), "09506000134352");
});

test("what is no element string, or ends too early, is none", () => {
  const read = (text) => {
    const padded = text.padEnd(Math.ceil(text.length / 8) * 8, "0");
    const data = padded.match(/.{8}/g).map((byte) => parseInt(byte, 2));
    return readGs1(Uint8Array.from(data), data.length, 1);
  };
  assert.equal(read(`0101${numeric("12")}`), "]Q312");
  assert.equal(read("01010000"), "]Q3");
  assert.equal(read(numeric("12")), null);
  assert.equal(read(`0101${bits(3, 4)}`), null);
  assert.equal(read(`0101${bits(1, 4)}${bits(1000, 10)}`), null);
  assert.equal(read(`0101${bits(1, 4)}${bits(3, 10)}${bits(1000, 10)}`), null);
  assert.equal(read(`0101${bits(2, 4)}${bits(1, 9)}${bits(45, 6)}`), null);
  assert.equal(read(`0101${bytes("ab").slice(0, -9)}`), null);
});

test("a picture without a code is no code, and no error", () => {
  for (const [width, height] of [
    [1, 1],
    [7, 300],
    [64, 64],
  ]) {
    const data = new Uint8ClampedArray(4 * width * height).fill(200);
    assert.equal(readQR({ data, width, height }, 100), null);
  }
});

test("photos are looked at whole first, large ones in parts too", () => {
  assert.deepEqual(looksAt(100, 80), [
    { part: [0, 0, 100, 80], longest: 1024 },
  ]);
  const looks = looksAt(4000, 3000);
  assert.deepEqual(looks[0], { part: [0, 0, 4000, 3000], longest: 1024 });
  assert.equal(looks.length, 9);
  for (const { part } of looks) {
    const [left, top, width, height] = part;
    assert(left >= 0 && top >= 0 && width > 0 && height > 0);
    assert(left + width <= 4000 && top + height <= 3000);
  }
});

test("both languages say the same things with the same gaps", () => {
  const gaps = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const words of [WORDS, MAP_WORDS]) {
    const [english, chinese] = [words.en, words["zh-CN"]];
    assert.deepEqual(Object.keys(chinese), Object.keys(english));
    for (const [name, text] of Object.entries(english)) {
      assert.deepEqual(gaps(chinese[name]), gaps(text), name);
      assert(text && chinese[name], name);
    }
  }
  assert.equal(wordsOf("zh-CN"), WORDS["zh-CN"]);
  assert.equal(wordsOf("zh-Hans-SG"), WORDS["zh-CN"]);
  assert.equal(wordsOf("fr"), WORDS.en);
});

test("modules import what is there, and ask no one else", () => {
  const names = ["scan", "map"].flatMap((folder) =>
    readdirSync(new URL(folder, WEB))
      .filter((name) => name.endsWith(".js"))
      .map((name) => `${folder}/${name}`),
  );
  assert(names.length > 15);
  for (const name of names) {
    const text = readFileSync(new URL(name, WEB), "utf8");
    if (name !== "map/world.js") {
      const [first, second] = text.split("\n");
      assert.equal(first, "// @ts-check", name);
      assert.match(second, /^\/\/ \S/, name);
    }
    const imports = text.matchAll(/(?:from |import\(|URL\()"([^"]*)"/g);
    for (const [, path] of imports) {
      const target = new URL(path, new URL(name, WEB));
      assert(target.href.startsWith(WEB.href), `${name}: ${path}`);
      assert(existsSync(target), `${name}: ${path}`);
    }
    const code = text.replace(/^\s*(\/\/|\*|\/\*\*).*$/gm, "");
    // What a code says must not become a request, a page or a line of HTML.
    assert.doesNotMatch(
      code,
      /fetch\(|XMLHttpRequest|innerHTML|outerHTML|insertAdjacent|eval\(|window\.open|location\.(assign|replace|href\s*=[^=])|\.style\b|setAttribute\("style"/,
      name,
    );
  }
});
