// @ts-check
// Signatures: Ed25519 with one verdict everywhere, and ML-DSA-44 beside it.
// Mirrors provenance/keys.py, as far as it verifies.
//
// Engines disagree about the edges of Ed25519, and some accept public keys
// under which anybody can sign. So this profile decides before any engine is
// asked. A public key A (32 bytes), a message and a signature R ‖ S (64 bytes)
// are accepted if
//
// 1. S < L, the order of the group;
// 2. A and R are spelled canonically: their y < p;
// 3. neither A nor R is one of the points of small order;
// 4. [S]B = R + [k]A holds without the cofactor.
//
// WebCrypto computes step 4 where it has Ed25519 and passes a trial, else
// `primitives/ed25519.js` does: thirty times as slow, with the same verdicts.

import { fromHex, toHex } from "./encoding/bytes.js";
import { sha256 } from "./encoding/digest.js";
import { InvalidSignatureError, MalformedError } from "./errors.js";
import { L, P, equationHolds, littleEndian } from "./primitives/ed25519.js";

const ORDER_8 =
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
/** The y of every point of small order; with either sign 14 encodings. */
const SMALL_ORDER = new Set([0n, 1n, P - 1n, ORDER_8, P - ORDER_8]);

/** An Ed25519 public key that the strict profile allows. */
export class Verifier {
  /**
   * @param {Uint8Array} data its 32 bytes
   * @throws {MalformedError} It has another length, is not spelled
   *     canonically, or is of small order, so that anybody could sign for it.
   */
  constructor(data) {
    if (data.length !== 32) {
      throw new MalformedError(
        `an Ed25519 public key has 32 bytes, not ${data.length}`,
      );
    }
    if (!isSound(data)) {
      throw new MalformedError(
        `anybody could sign for the Ed25519 public key ${toHex(data)}: it is` +
          " of small order or not canonical",
      );
    }
    this.data = data;
  }

  /** The SHA-256 of the key, by which statements name it. */
  get keyId() {
    return sha256(this.data);
  }

  /**
   * Return if `signature` is this key's over `message`.
   * @param {Uint8Array} signature
   * @param {Uint8Array} message
   * @throws {InvalidSignatureError} It is not.
   */
  async verify(signature, message) {
    if (!(await signatureIsValid(this.data, signature, message))) {
      throw new InvalidSignatureError(
        `the signature is not by key ${toHex(this.keyId)} over these` +
          ` ${message.length} bytes`,
      );
    }
  }
}

/** In bytes, of ML-DSA-44. */
const PUBLIC_KEY_SIZE = 1312;

/** An ML-DSA-44 public key (FIPS 204): every string of 1312 bytes is one. */
export class MLDSAVerifier {
  /**
   * @param {Uint8Array} data
   * @throws {MalformedError} It has another length.
   */
  constructor(data) {
    if (data.length !== PUBLIC_KEY_SIZE) {
      throw new MalformedError(
        `an ML-DSA-44 public key has ${PUBLIC_KEY_SIZE} bytes, not` +
          ` ${data.length}`,
      );
    }
    this.data = data;
  }

  /** The SHA-256 of the key. */
  get keyId() {
    return sha256(this.data);
  }

  /**
   * Return if `signature` is this key's over `message`, no context.
   * @param {Uint8Array} signature
   * @param {Uint8Array} message
   * @throws {InvalidSignatureError} It is not.
   */
  async verify(signature, message) {
    // Few policies have such keys, and a page need not load what is not asked.
    const { verifyMLDSA44 } = await import("./primitives/mldsa44.js");
    if (!verifyMLDSA44(this.data, signature, message)) {
      throw new InvalidSignatureError(
        `the signature is not by ML-DSA-44 key ${toHex(this.keyId)} over` +
          ` these ${message.length} bytes`,
      );
    }
  }
}

/**
 * Return whether `signature` is the key's over `message`: the strict profile,
 * whole. It trusts no argument.
 * @param {Uint8Array} key
 * @param {Uint8Array} signature
 * @param {Uint8Array} message
 */
export async function signatureIsValid(key, signature, message) {
  return (
    key.length === 32 &&
    signature.length === 64 &&
    littleEndian(signature.subarray(32)) < L &&
    isSound(signature.subarray(0, 32)) &&
    isSound(key) &&
    ((await backend()) === "webcrypto"
      ? engineAccepts(key, signature, message)
      : equationHolds(key, signature, message))
  );
}

/**
 * Whether a point is spelled canonically and not of small order.
 * @param {Uint8Array} point
 */
function isSound(point) {
  // The top bit is the sign of x.
  const y = littleEndian(point) & (2n ** 255n - 1n);
  return y < P && !SMALL_ORDER.has(y);
}

/** @type {Promise<"webcrypto" | "pure"> | null} */
let chosen = null;

/** Return what computes step 4: "webcrypto" or "pure". */
export function backend() {
  chosen ??= engineIsSound().then((is) => (is ? "webcrypto" : "pure"));
  return chosen;
}

/**
 * Compute step 4 with WebCrypto or without it from now on. Left alone, it is
 * WebCrypto where that can be relied on. The verdicts are the same.
 * @param {"webcrypto" | "pure"} name
 */
export async function selectBackend(name) {
  if (name !== "webcrypto" && name !== "pure") {
    throw new RangeError(`no such backend: ${name}`);
  }
  if (name === "webcrypto" && !(await engineIsSound())) {
    throw new RangeError("this engine has no Ed25519 that can be relied on");
  }
  chosen = Promise.resolve(name);
}

/**
 * @param {Uint8Array<any>} key
 * @param {Uint8Array<any>} signature
 * @param {Uint8Array<any>} message
 */
async function engineAccepts(key, signature, message) {
  const { subtle } = globalThis.crypto;
  try {
    const imported = await subtle.importKey("raw", key, "Ed25519", false, [
      "verify",
    ]);
    return await subtle.verify("Ed25519", imported, signature, message);
  } catch {
    // Some engines refuse to import what is no point. The verdict on it must
    // not hang on that, so it is come by without them.
    return equationHolds(key, signature, message);
  }
}

/** A key, and signatures over one byte: 01 and 00. */
const TRIAL = {
  key: fromHex(
    "333e29169696148d42f37d4e8c61c3fa121c3ac23185d4a176f6662b4a9a9ce7",
  ),
  good: fromHex(
    "592d31b8044f94cd97863606c45fd7d4aa552e842213995f402fdec12a3d3867" +
      "e0ab33f84ae794fc93925ebd55ced3e2bdf3982e690c28b7c668bcd487225a0b",
  ),
  bad: fromHex(
    "68f397f91c00e5f9967a93497392c714e9e6db4f014693eba6cf9f6615a9f2c8" +
      "86aa38c07a5e588dddd553d3258df04323d63268673ba973945e1133b0c92901",
  ),
};

/**
 * Whether WebCrypto has Ed25519, and computes it without the cofactor.
 *
 * The key of the trial is a point of mixed order. Of its two signatures one
 * is good in any way of computing, the other only with the cofactor.
 */
async function engineIsSound() {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return false;
  try {
    const key = await subtle.importKey("raw", TRIAL.key, "Ed25519", false, [
      "verify",
    ]);
    const [bad, good] = await Promise.all(
      [TRIAL.bad, TRIAL.good].map((signature, message) =>
        subtle.verify("Ed25519", key, signature, Uint8Array.of(message)),
      ),
    );
    return good && !bad;
  } catch {
    return false;
  }
}
