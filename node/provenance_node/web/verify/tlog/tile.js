// @ts-check
// Tiles: the tree's nodes and the entries, cut into pieces that never change
// (c2sp.org/tlog-tiles). Mirrors provenance/tlog/tile.py, as far as it reads.
//
// A tile holds up to 256 consecutive hashes of one level. A tree of 70,000
// leaves has
//
//     level 0   273 full tiles and one of width 112      tile/0/273.p/112
//     level 1   one full tile and one of width 17        tile/1/001.p/17
//     level 2   one of width 1                           tile/2/000.p/1
//
// and the entries stand in bundles beside the tiles of level 0, each behind
// its length as two bytes. Paths are written with three digits a folder, all
// but the last after an x: 1234067 is x001/x234/067.

import { HASH_SIZE } from "../encoding/digest.js";
import { head, quoted } from "../encoding/text.js";
import { rootOf } from "../encoding/tree.js";
import { MalformedError } from "../errors.js";
import { MAX_SIZE } from "./merkle.js";

export const TILE_WIDTH = 256;

const TILE_HEIGHT = 8;
const MAX_LEVEL = 63;
const POSITION =
  "(?<position>(?<number>(?:x[0-9]{3}/)*[0-9]{3})" +
  "(?:\\.p/(?<width>[1-9][0-9]{0,2}))?)$";
const TILE = new RegExp(`^tile/(?<level>0|[1-9][0-9]?)/${POSITION}`);
const ENTRIES = new RegExp(`^tile/entries/${POSITION}`);

/**
 * The place of a tile, and how many hashes it holds.
 * @typedef {{level: number, number: number, width: number}} Tile
 */

/**
 * Return the tile's path below the log's prefix.
 * @param {Tile} tile
 */
export function tilePath(tile) {
  return `tile/${tile.level}/${formatPosition(tile)}`;
}

/**
 * Return the tile whose path this is.
 * @param {string} path
 * @throws {MalformedError} It is no tile's path.
 */
export function parseTilePath(path) {
  return parsePath(TILE, path);
}

/**
 * Return the tile of level 0 whose entry bundle is at `path`.
 * @param {string} path
 * @throws {MalformedError} It is no entry bundle's path.
 */
export function parseEntriesPath(path) {
  return parsePath(ENTRIES, path);
}

/**
 * Return every tile of a tree of `size` leaves, level by level. The partial
 * tile of a level, if it has one, is its last.
 * @param {number} size
 * @returns {Generator<Tile>}
 */
export function* tilesOf(size) {
  let hashes = size;
  for (let level = 0; hashes > 0; level++) {
    const full = Math.floor(hashes / TILE_WIDTH);
    for (let number = 0; number < full; number++) {
      yield { level, number, width: TILE_WIDTH };
    }
    const width = hashes % TILE_WIDTH;
    if (width) yield { level, number: full, width };
    hashes = full;
  }
}

/**
 * Return the hash of the node of 2**level leaves number `index`, from the
 * joined hashes of the tile that holds it.
 * @param {Uint8Array} hashes
 * @param {{level: number, index: number}} node
 * @throws {MalformedError} The tile is too short to hold it.
 */
export function nodeInTile(hashes, { level, index }) {
  const count = 2 ** (level % TILE_HEIGHT);
  const first = index * count;
  const start = first % TILE_WIDTH;
  const stop = start + count;
  const nodes = [];
  for (let i = start; i < stop; i++) {
    nodes.push(hashes.subarray(i * HASH_SIZE, (i + 1) * HASH_SIZE));
  }
  if (nodes[nodes.length - 1].length !== HASH_SIZE) {
    throw new MalformedError(
      `tile ${Math.floor(first / TILE_WIDTH)} of level` +
        ` ${Math.floor(level / TILE_HEIGHT)} has ${hashes.length} bytes, not` +
        ` ${stop * HASH_SIZE} or more`,
    );
  }
  return rootOf(nodes);
}

/**
 * Return the `width` entries of an entry bundle.
 * @param {Uint8Array} data
 * @param {number} width
 * @throws {MalformedError} It does not hold exactly so many entries.
 */
export function parseEntries(data, width) {
  const entries = [];
  let start = 0;
  for (let i = 0; i < width; i++) {
    const stop = start + 2 + (data[start] << 8) + data[start + 1];
    // The length of what is cut off inside its length is not a number.
    if (!(stop <= data.length)) {
      throw new MalformedError(
        `the entry bundle ends inside entry ${i} of ${width}`,
      );
    }
    entries.push(data.subarray(start + 2, stop));
    start = stop;
  }
  if (start !== data.length) {
    throw new MalformedError(
      `the entry bundle has ${data.length - start} bytes after its ${width}` +
        " entries",
    );
  }
  return entries;
}

/** @param {Tile} tile */
function formatPosition({ number, width }) {
  const digits = String(number);
  const groups = digits
    .padStart(Math.ceil(digits.length / 3) * 3, "0")
    .split(/(?=(?:...)+$)/);
  const last = groups.pop();
  const whole = [...groups.map((group) => `x${group}`), last].join("/");
  return width === TILE_WIDTH ? whole : `${whole}.p/${width}`;
}

/**
 * @param {RegExp} pattern
 * @param {string} path
 * @returns {Tile}
 */
function parsePath(pattern, path) {
  // No number below 2**53 needs a longer path.
  const fields = path.length <= 64 ? pattern.exec(path)?.groups : undefined;
  if (!fields) {
    throw new MalformedError(`${quoted(head(path, 64))} is not a tile's path`);
  }
  const tile = {
    level: Number(fields.level ?? 0),
    number: Number(fields.number.replace(/[x/]/g, "")),
    width: Number(fields.width ?? TILE_WIDTH),
  };
  if (
    tile.level > MAX_LEVEL ||
    tile.number > Math.floor(MAX_SIZE / TILE_WIDTH) ||
    tile.width > TILE_WIDTH
  ) {
    throw new MalformedError(`${quoted(path)}: no tree has such a tile`);
  }
  // Refuses leading zeros, and the width 256 written out.
  if (formatPosition(tile) !== fields.position) {
    throw new MalformedError(
      `${quoted(path)} is not how a tile's path is written`,
    );
  }
  return tile;
}
