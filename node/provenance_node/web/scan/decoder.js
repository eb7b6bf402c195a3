// @ts-check
// What finds codes in pixels: the browser's own detector if it can read a
// picture that is known, and the vendored QR decoder, in a worker if it may.
//
// Some browsers have a BarcodeDetector that finds nothing or never answers
// (nimiq/qr-scanner#209), so having one proves nothing.

import { SAMPLE_TEXT, drawSample } from "./sample.js";

/**
 * Finds codes in pixels; `patience` is how many milliseconds a second look
 * may take. Nothing found is an empty list.
 * @typedef {{
 *   read: (pixels: ImageData, patience: number) => Promise<string[]>,
 *   close: () => void,
 * }} Decoder
 */

/** What native detectors are asked for: codes that can name one single thing. */
const FORMATS = ["qr_code", "data_matrix", "code_128"];

/**
 * How long a native detector may take for the sample, in milliseconds. The
 * first use may load a model.
 */
const SELF_TEST_LIMIT = 1500;

/**
 * Return the decoders that work here, the native one first.
 * @returns {Promise<Decoder[]>} none if none could be loaded
 */
export async function openDecoders() {
  const all = await Promise.all([openNative(), openVendored()]);
  return all.filter((decoder) => decoder !== null);
}

/**
 * Return the native decoder, null if there is none that works.
 * @returns {Promise<Decoder | null>}
 */
async function openNative() {
  const Detector = /** @type {any} */ (globalThis).BarcodeDetector;
  if (!Detector) return null;
  try {
    const known = await Detector.getSupportedFormats();
    const formats = FORMATS.filter((format) => known.includes(format));
    if (!formats.includes("qr_code")) return null;
    const detector = new Detector({ formats });
    /** @param {ImageData} pixels */
    const read = async (pixels) => {
      /** @type {{rawValue: string}[]} */
      const found = await detector.detect(pixels);
      return found.map(({ rawValue }) => rawValue).filter(Boolean);
    };
    /** @param {ImageData} pixels */
    const readIfAble = (pixels) => {
      // One that breaks down later leaves the picture to the other decoder.
      return read(pixels).catch(() => []);
    };
    const texts = await Promise.race([read(drawSample()), giveUp()]);
    return texts.includes(SAMPLE_TEXT)
      ? { read: readIfAble, close() {} }
      : null;
  } catch {
    // Whatever is wrong with it, it is not used: the other one reads as well.
    return null;
  }
}

/** @returns {Promise<string[]>} */
function giveUp() {
  return new Promise((resolve) => setTimeout(resolve, SELF_TEST_LIMIT, []));
}

/**
 * Return the vendored decoder, null if it cannot be loaded.
 * @returns {Promise<Decoder | null>}
 */
async function openVendored() {
  const worker = await openWorker();
  if (!worker) return openHere();
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  return {
    read(pixels, patience) {
      // One question at a time, so that answers need no names.
      const answer = last.then(() => ask(worker, { pixels, patience }));
      last = answer.catch(() => {});
      return answer.then(listed);
    },
    close: () => worker.terminate(),
  };
}

/**
 * Return the vendored decoder without a worker, null if it is out of reach.
 * @returns {Promise<Decoder | null>}
 */
async function openHere() {
  let qr;
  try {
    qr = await import("./qr.js");
  } catch {
    return null;
  }
  const { readQR } = qr;
  return {
    read: async (pixels, patience) => listed(readQR(pixels, patience)),
    close() {},
  };
}

/** @returns {Promise<Worker | null>} */
async function openWorker() {
  const url = new URL("./qr.js", import.meta.url);
  let worker;
  try {
    worker = new Worker(url, { type: "module" });
    await ask(worker);
    return worker;
  } catch {
    // Old browsers have no workers of modules; the page itself can look.
    worker?.terminate();
    return null;
  }
}

/**
 * Return the next thing that `worker` says, after `question` if there is one.
 * @param {Worker} worker
 * @param {object} [question]
 * @returns {Promise<any>}
 */
function ask(worker, question) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`the code reader failed: ${event.message}`));
    };
    if (question) worker.postMessage(question);
  });
}

/** @param {string | null} text */
function listed(text) {
  return text ? [text] : [];
}
