// @ts-check
// Cosignatures: others saw this checkpoint too, and when
// (c2sp.org/tlog-cosignature). Mirrors provenance/tlog/cosignature.py, as far
// as it verifies.
//
//     — witness.example/harbour base64(key id ‖ u64 time ‖ signature)
//
// The time is in seconds since 1970, at least 1 and below 2**63. Type 04 is
// Ed25519 over "cosignature/v1\ntime <decimal>\n" and the note's text. Type 06
// is ML-DSA-44 over
//
//     "subtree/v1\n\0" ‖ u8 length ‖ cosigner's name ‖ u64 time
//         ‖ u8 length ‖ origin ‖ u64 start ‖ u64 stop ‖ hash
//
// with start 0 and the log's size as stop. A log may sign its own checkpoints
// with type 06, under its origin as the name.

import { bigEndian, fromBigEndian, joinBytes } from "../encoding/bytes.js";
import { utf8 } from "../encoding/text.js";
import { InvalidSignatureError, MalformedError } from "../errors.js";
import { MLDSAVerifier, Verifier } from "../keys.js";
import { MAX_ORIGIN_SIZE, parseCheckpoint } from "./checkpoint.js";
import { ED25519, KnownKey, NoteVerifier, parseVkey } from "./note.js";

/** @typedef {import("./checkpoint.js").Checkpoint} Checkpoint */
/** @typedef {import("./note.js").NoteSignature} NoteSignature */

/** The signature type of an Ed25519 cosignature. */
export const COSIGNATURE_V1 = 0x04;
/** The signature type of an ML-DSA-44 cosignature. */
export const MLDSA44 = 0x06;

const MAX_TIME = 2n ** 63n - 1n;
const TIME_SIZE = 8;

/**
 * A cosignature that was verified; its time, in seconds, is a BigInt because
 * it is signed as written and may exceed what a number holds.
 * @typedef {{name: string, time: bigint}} Cosignature
 */

/** A known Ed25519 key of a cosigner. */
export class CosignatureVerifier extends KnownKey {
  /**
   * @param {string} name
   * @param {Verifier} key
   */
  constructor(name, key) {
    super(name, COSIGNATURE_V1, key);
  }

  /**
   * @override
   * @param {Uint8Array} signature
   * @param {string} text
   */
  async verify(signature, text) {
    parseCheckpoint(text);
    const { time, signed } = splitTime(signature);
    await this.key.verify(
      signed,
      utf8(`cosignature/v1\ntime ${time}\n${text}`),
    );
  }
}

/** A known ML-DSA-44 key of a cosigner, or of a log that signs with one. */
export class MLDSACosignatureVerifier extends KnownKey {
  /**
   * @param {string} name
   * @param {MLDSAVerifier} key
   */
  constructor(name, key) {
    super(name, MLDSA44, key);
    const length = utf8(name).length;
    if (length > MAX_ORIGIN_SIZE) {
      throw new MalformedError(
        `an ML-DSA cosigner's name has up to ${MAX_ORIGIN_SIZE} bytes, not` +
          ` ${length}`,
      );
    }
  }

  /**
   * @override
   * @param {Uint8Array} signature
   * @param {string} text
   */
  async verify(signature, text) {
    const checkpoint = parseCheckpoint(text);
    const { time, signed } = splitTime(signature);
    await this.key.verify(signed, mldsaMessage(this.name, checkpoint, time));
  }
}

/**
 * Return the cosigner's key that `vkey` spells.
 * @param {string} vkey
 * @throws {MalformedError} It is no vkey of type 04 or 06.
 */
export function parseCosigner(vkey) {
  const { name, kind, publicKey } = parseVkey(vkey);
  if (kind === COSIGNATURE_V1) {
    return new CosignatureVerifier(name, new Verifier(publicKey));
  }
  if (kind === MLDSA44) {
    return new MLDSACosignatureVerifier(name, new MLDSAVerifier(publicKey));
  }
  throw new MalformedError(
    `the key of ${name} has type ${kind}, which does not cosign: types 4 and` +
      " 6 do",
  );
}

/**
 * Return the log's key that `vkey` spells.
 * @param {string} vkey
 * @throws {MalformedError} It is no vkey of type 01 or 06.
 */
export function parseLogKey(vkey) {
  const { name, kind, publicKey } = parseVkey(vkey);
  if (kind === ED25519) {
    return new NoteVerifier(name, new Verifier(publicKey));
  }
  if (kind === MLDSA44) {
    return new MLDSACosignatureVerifier(name, new MLDSAVerifier(publicKey));
  }
  throw new MalformedError(
    `the key of ${name} has type ${kind}, which logs do not sign with: they` +
      " do with types 1 and 6",
  );
}

/**
 * Return what a line, by a cosigner that was verified, says.
 * @param {NoteSignature} line
 * @returns {Cosignature}
 */
export function readCosignature(line) {
  return { name: line.name, time: splitTime(line.signature).time };
}

/**
 * Return the time, and the signature proper.
 * @param {Uint8Array} signature
 */
function splitTime(signature) {
  const time = fromBigEndian(signature.subarray(0, TIME_SIZE));
  if (!(1n <= time && time <= MAX_TIME) || signature.length <= TIME_SIZE) {
    throw new InvalidSignatureError(`a cosignature has no time ${time}`);
  }
  return { time, signed: signature.subarray(TIME_SIZE) };
}

/**
 * @param {string} name
 * @param {Checkpoint} checkpoint
 * @param {bigint} time
 */
function mldsaMessage(name, checkpoint, time) {
  return joinBytes(
    utf8("subtree/v1\n\0"),
    shortText(name),
    bigEndian(time, TIME_SIZE),
    shortText(checkpoint.origin),
    bigEndian(0, 8),
    bigEndian(checkpoint.size, 8),
    checkpoint.root,
  );
}

/** @param {string} text */
function shortText(text) {
  const data = utf8(text);
  return joinBytes(Uint8Array.of(data.length), data);
}
