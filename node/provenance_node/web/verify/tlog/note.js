// @ts-check
// Signed notes: a text, and lines that say who signed it (c2sp.org/signed-note).
// Mirrors provenance/tlog/note.py, as far as it opens them.
//
//     ledger.example/demo
//     4
//     l5nzB1F+9RfCIF35tndivzR1ayAJn7ffzOdrzr0nOy4=
//
//     — ledger.example/demo Razk4Y2TScq1GvDTFA0pJDJiMeQqIfBxtb4uh/raUHL924w0W…
//
//     key id   SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4]
//     vkey     name+key id in hex+base64(type ‖ public key)
//
// Whoever opens a note ignores signatures by keys that are not known, and the
// text too unless a known key signed it. One bad signature by a known key
// spoils the note. Nothing in the note chooses how it is verified.

import { decodeBase64, encodeBase64 } from "../encoding/base64.js";
import { joinBytes, toHex } from "../encoding/bytes.js";
import { sha256 } from "../encoding/digest.js";
import {
  compareText,
  countCharacters,
  findHalf,
  head,
  quoted,
  textOf,
  utf8,
} from "../encoding/text.js";
import { InvalidSignatureError, MalformedError } from "../errors.js";
import { Verifier } from "../keys.js";

/** @typedef {import("../keys.js").MLDSAVerifier} MLDSAVerifier */

/** In bytes. */
export const MAX_NOTE_SIZE = 1 << 20;
/** The signature type of an Ed25519 signature over the text. */
export const ED25519 = 0x01;

const MAX_SIGNATURES = 100;
const KEY_ID_SIZE = 4;
const LINE_START = "— ";
const CONTROL = /[\x00-\x09\x0b-\x1f]/;
// What Python counts as a space, which `\s` does not say.
const SPACE =
  /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/**
 * One signature line: what it says, verified or not.
 * @typedef {{name: string, keyId: Uint8Array, signature: Uint8Array}}
 *     NoteSignature
 */

/**
 * A text and its signatures, which nobody has verified yet. The text ends in
 * a newline.
 * @typedef {{text: string, signatures: NoteSignature[]}} Note
 */

/** A key that the caller trusts to sign notes under one name. */
export class KnownKey {
  /**
   * @param {string} name
   * @param {number} kind its signature type
   * @param {Verifier | MLDSAVerifier} key
   * @throws {MalformedError} Nothing can have this name.
   */
  constructor(name, kind, key) {
    checkKeyName(name);
    this.name = name;
    this.kind = kind;
    this.key = key;
    this.keyId = keyIdOf(name, kind, key.data);
    /** Name and id, by which a line names the key. */
    this.place = placeOf(this);
  }

  /** This key, written for those who must know it. */
  get vkey() {
    const data = joinBytes(Uint8Array.of(this.kind), this.key.data);
    return `${this.name}+${toHex(this.keyId)}+${encodeBase64(data)}`;
  }

  /**
   * Return if this key made `signature` for the note text.
   * @param {Uint8Array} signature
   * @param {string} text
   * @returns {Promise<void>}
   * @throws {InvalidSignatureError} It did not.
   * @throws {MalformedError} The key never signs such a text.
   */
  async verify(signature, text) {
    void [signature, text];
    throw new TypeError("each type of key signs in its own way");
  }
}

/** A known Ed25519 key that signs a note's text, as logs do. */
export class NoteVerifier extends KnownKey {
  /**
   * @param {string} name
   * @param {Verifier} key
   */
  constructor(name, key) {
    super(name, ED25519, key);
  }

  /**
   * @override
   * @param {Uint8Array} signature
   * @param {string} text
   */
  async verify(signature, text) {
    await this.key.verify(signature, utf8(text));
  }
}

/**
 * Return the note in `data`, if one of the keys signed it, and the signatures
 * by known keys, all of which are good.
 * @param {string | Uint8Array} data
 * @param {KnownKey[]} keys
 * @throws {MalformedError} It is not a note.
 * @throws {InvalidSignatureError} No known key signed it, or the signature of
 *     one does not verify.
 */
export async function openNote(data, keys) {
  const note = parseNote(data);
  const verified = await checkSignatures(note, keys);
  if (!verified.length) {
    const names = [...new Set(note.signatures.map((line) => line.name))];
    throw new InvalidSignatureError(
      `no known key signed: ${head(names.sort(compareText).join(", "), 200)}`,
    );
  }
  return { note, verified };
}

/**
 * Return the signatures of `note` by the keys, all verified. There may be
 * none, and there may be several by one key.
 * @param {Note} note
 * @param {KnownKey[]} keys
 * @throws {InvalidSignatureError} A signature of a known key does not verify.
 */
export async function checkSignatures(note, keys) {
  const known = new Map(keys.map((key) => [key.place, key]));
  if (known.size !== keys.length) {
    throw new RangeError("two known keys have one name and id");
  }
  const verified = [];
  for (const line of note.signatures) {
    const key = known.get(placeOf(line));
    if (!key) continue;
    await key.verify(line.signature, note.text);
    verified.push(line);
  }
  return verified;
}

/**
 * Return name and id as one text, for finding a key by them.
 * @param {{name: string, keyId: Uint8Array}} line
 */
export function placeOf({ name, keyId }) {
  // A name holds no space.
  return `${name} ${toHex(keyId)}`;
}

/**
 * Return the note that `data` spells, with nothing verified.
 * @param {string | Uint8Array} data
 * @returns {Note}
 * @throws {MalformedError} It is not a note, or over 1 MiB or 100 signatures.
 */
export function parseNote(data) {
  const text = readText(data);
  const end = text.lastIndexOf("\n\n");
  if (end < 0) {
    throw new MalformedError("the note has no empty line before signatures");
  }
  const lines = text.slice(end + 2).split("\n");
  if (lines.length < 2 || lines.pop()) {
    throw new MalformedError("the note does not end in a signature line");
  }
  // Not one more signature is decoded than a note may have.
  if (lines.length > MAX_SIGNATURES) {
    throw new MalformedError(
      `a note has up to ${MAX_SIGNATURES} signatures, not ${lines.length}`,
    );
  }
  const note = {
    text: text.slice(0, end + 1),
    signatures: lines.map(parseLine),
  };
  checkCharacters(note.text);
  return note;
}

/**
 * Return what a vkey says: a name, a signature type and a public key.
 * @param {string} text
 * @throws {MalformedError} It is no vkey, or its key id is not the key's.
 */
export function parseVkey(text) {
  // The base64 may have a plus of its own.
  const [name, keyId, ...rest] = text.split("+");
  if (!rest.length) {
    throw new MalformedError("a vkey is written name+key id+key");
  }
  const data = decodeBase64(rest.join("+"));
  checkKeyName(name);
  if (data.length < 2) {
    throw new MalformedError("a vkey holds a type byte and a public key");
  }
  const [kind] = data;
  const publicKey = data.subarray(1);
  const wanted = toHex(keyIdOf(name, kind, publicKey));
  if (keyId !== wanted) {
    throw new MalformedError(
      `the key of ${name} has id ${wanted}, not ${quoted(head(keyId, 8))}`,
    );
  }
  return { name, kind, publicKey };
}

/**
 * Check that a key, and so a log or a witness, may have this name.
 * @param {string} name
 * @throws {MalformedError} It is empty, or has a space, a plus or a character
 *     that no note can hold.
 */
export function checkKeyName(name) {
  if (!name || name.includes("+") || SPACE.test(name)) {
    throw new MalformedError(
      `${quoted(head(name, 80))} cannot be a key's name`,
    );
  }
  checkCharacters(name);
}

/**
 * @param {string} name
 * @param {number} kind
 * @param {Uint8Array} publicKey
 */
function keyIdOf(name, kind, publicKey) {
  const digest = sha256(utf8(name), Uint8Array.of(0x0a, kind), publicKey);
  return digest.subarray(0, KEY_ID_SIZE);
}

/** @param {string} text */
function checkCharacters(text) {
  const control = text.search(CONTROL);
  if (control >= 0) {
    const number = countCharacters(text.slice(0, control));
    throw new MalformedError(`character ${number} is a control character`);
  }
  const half = findHalf(text);
  if (half >= 0) {
    const number = countCharacters(text.slice(0, half));
    throw new MalformedError(`character ${number} cannot be written as UTF-8`);
  }
}

/** @param {string | Uint8Array} data */
function readText(data) {
  const isText = typeof data === "string";
  if (isText && findHalf(data) >= 0) {
    throw new MalformedError("the note is not UTF-8");
  }
  const encoded = isText ? utf8(data) : data;
  if (encoded.length > MAX_NOTE_SIZE) {
    throw new MalformedError(
      `a note has up to ${MAX_NOTE_SIZE} bytes, not ${encoded.length}`,
    );
  }
  const text = isText ? data : textOf(encoded);
  if (text === null) throw new MalformedError("the note is not UTF-8");
  return text;
}

/**
 * @param {string} line
 * @returns {NoteSignature}
 */
function parseLine(line) {
  if (!line.startsWith(LINE_START)) {
    throw new MalformedError(
      `${quoted(head(line, 40))} is not a signature line`,
    );
  }
  const [name, encoded = ""] = cut(line.slice(LINE_START.length), " ");
  /** @type {Uint8Array} */
  let data;
  try {
    data = decodeBase64(encoded);
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new MalformedError(
      `the signature of ${quoted(head(name, 80))}: ${error.message}`,
    );
  }
  checkKeyName(name);
  const keyId = data.subarray(0, KEY_ID_SIZE);
  const signature = data.subarray(KEY_ID_SIZE);
  if (keyId.length !== KEY_ID_SIZE || !signature.length) {
    throw new MalformedError(
      "a signature line holds 4 bytes of key id and a signature, not" +
        ` ${keyId.length} and ${signature.length} bytes`,
    );
  }
  return { name, keyId, signature };
}

/**
 * Return what stands before the first `mark`, and what stands behind it.
 * @param {string} text
 * @param {string} mark
 */
export function cut(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}
