// @ts-check
// Pixels of pictures, scaled down to what a decoder likes.

/** @type {HTMLCanvasElement | undefined} */
let canvas;

/**
 * Which part of a picture: left, top, width and height in its own pixels.
 * @typedef {[number, number, number, number]} Part
 */

/**
 * Return the pixels of a part of `picture`, at most `longest` of them wide
 * and high. What is transparent becomes white, as paper is.
 * @param {HTMLVideoElement | ImageBitmap} picture
 * @param {Part} part
 * @param {number} longest
 */
export function takePixels(picture, part, longest) {
  const [left, top, wide, high] = part;
  const scale = Math.min(1, longest / Math.max(wide, high));
  const width = Math.max(1, Math.round(wide * scale));
  const height = Math.max(1, Math.round(high * scale));
  canvas ??= document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext("2d", { willReadFrequently: true })
  );
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.drawImage(picture, left, top, wide, high, 0, 0, width, height);
  return pen.getImageData(0, 0, width, height);
}

/**
 * Return the looks to take at a photo of that size, the likeliest first: all
 * of it at several scales, since blur and noise go as it shrinks, then parts
 * of it, for a code that is small in a large photo.
 * @param {number} width
 * @param {number} height
 * @returns {{part: Part, longest: number}[]}
 */
export function looksAt(width, height) {
  /** @type {Part} */
  const all = [0, 0, width, height];
  const size = Math.max(width, height);
  const looks = [1024, 2048, 512, 256]
    .filter((longest, i) => i === 0 || longest < size)
    .map((longest) => ({ part: all, longest }));
  if (size <= 2048) return looks;
  const [wide, high] = [width / 2, height / 2];
  for (const [x, y] of [
    [0.5, 0.5],
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ]) {
    /** @type {Part} */
    const part = [x * wide, y * high, wide, high];
    looks.push({ part, longest: 1536 });
  }
  return looks;
}
