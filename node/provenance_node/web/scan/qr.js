// @ts-check
// QR codes in pixels, through the vendored decoder. Started as a worker, it
// reads what it is sent, so that the page stays quick meanwhile.

import { _QRScanner } from "../vendor/qr/decode.js";
import { readGs1 } from "./gs1_qr.js";

/** Reads GS1 QR codes too. */
class Scanner extends _QRScanner {
  /**
   * @param {Uint8Array} data
   * @param {number} count
   * @param {number} version
   */
  decodePayload(data, count, version) {
    const text = readGs1(data, count, version);
    return text ?? super.decodePayload(data, count, version);
  }
}

/**
 * Return what the QR code in `pixels` says, null if none is found. Before an
 * element string stands `]Q3`, as a scanner would say.
 * @param {{data: Uint8ClampedArray, width: number, height: number}} pixels
 * @param {number} patience how many milliseconds may go into second looks
 * @returns {string | null}
 */
export function readQR(pixels, patience) {
  const { width, height } = pixels;
  const scanner = new Scanner({
    maxSize: { width, height },
    effort: Infinity,
    timeLimit: patience,
  });
  scanner.addImage(pixels, "RGBA");
  const [found] = scanner.decode();
  return typeof found === "string" ? found : null;
}

if ("DedicatedWorkerGlobalScope" in globalThis) {
  self.addEventListener("message", ({ data }) => {
    self.postMessage(readQR(data.pixels, data.patience));
  });
  self.postMessage("ready");
}
