// @ts-check
// A QR code that is known, to try a detector on.

/** What the sample says. */
export const SAMPLE_TEXT = "PROVENANCE";

/** Its 21 rows of 21 modules, version 1-Q; the first module is the top bit. */
const ROWS = [
  0x1fd47f, 0x105441, 0x17575d, 0x175d5d, 0x175d5d, 0x104f41, 0x1fd57f,
  0x001700, 0x0d6c5f, 0x0007ae, 0x097455, 0x00b5be, 0x1a5140, 0x001b76,
  0x1fda13, 0x10417c, 0x175c43, 0x1746aa, 0x175ae9, 0x105fb3, 0x1fcee5,
];

const QUIET = 4;
const SCALE = 8;
const SIDE = (ROWS.length + 2 * QUIET) * SCALE;

/** Return the sample's pixels, four bytes each, and how many there are. */
export function samplePixels() {
  const data = new Uint8ClampedArray(SIDE * SIDE * 4).fill(255);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const row = ROWS[Math.floor(y / SCALE) - QUIET] ?? 0;
      const column = Math.floor(x / SCALE) - QUIET;
      const isOutside = column < 0 || column >= ROWS.length;
      if (isOutside || !((row >> (ROWS.length - 1 - column)) & 1)) continue;
      data.fill(0, 4 * (y * SIDE + x), 4 * (y * SIDE + x) + 3);
    }
  }
  return { data, width: SIDE, height: SIDE };
}

/** Return the sample as a picture. */
export function drawSample() {
  const { data, width, height } = samplePixels();
  return new ImageData(data, width, height);
}
