package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight

	// How x/mod starts the path of a tile of this height, and of its data.
	sumdbTiles   = "tile/8/"
	sumdbEntries = "tile/8/data/"

	// How tlog-tiles does.
	tiles   = "tile/"
	entries = "tile/entries/"

	// The tile level by which x/mod knows data.
	dataLevel = -1
)

// folder is a log's prefix; it is a tlog.TileReader.
type folder string

func (f folder) read(path string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), filepath.FromSlash(path)))
}

func (f folder) Height() int { return tileHeight }

func (f folder) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		data, err := f.read(pathOf(tile))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", pathOf(tile), len(data))
		}
		read = append(read, data)
	}
	return read, nil
}

// SaveTiles does nothing: there is no cache.
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

// readLeaves returns the hash of every entry of a log of that size.
func (f folder) readLeaves(size int64) ([]tlog.Hash, error) {
	var leaves []tlog.Hash
	for start := int64(0); start < size; start += tileWidth {
		bundle := entriesTile(start/tileWidth, size)
		data, err := f.read(pathOf(bundle))
		if err != nil {
			return nil, err
		}
		hashes, err := hashEntries(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", pathOf(bundle), err)
		}
		if len(hashes) != bundle.W {
			return nil, fmt.Errorf("%s holds %d entries, not %d", pathOf(bundle), len(hashes), bundle.W)
		}
		leaves = append(leaves, hashes...)
	}
	return leaves, nil
}

// hashEntries returns the hash of each entry in a bundle: a length in two
// bytes, then so many bytes, to the end.
func hashEntries(data []byte) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("it ends inside an entry")
		}
		stop := 2 + int(binary.BigEndian.Uint16(data))
		hashes = append(hashes, tlog.RecordHash(data[2:stop]))
		data = data[stop:]
	}
	return hashes, nil
}

type counts struct{ bundles, tiles int }

// checkFiles compares all that is below tile/ with what the entries give.
func (f folder) checkFiles(size int64, stored tlog.HashReader) (counts, error) {
	missing := map[tlog.Tile]bool{}
	for _, tile := range tilesOf(size) {
		missing[tile] = true
	}
	var found counts
	root := filepath.Join(string(f), "tile")
	err := filepath.WalkDir(root, func(name string, file fs.DirEntry, err error) error {
		if size == 0 && errors.Is(err, fs.ErrNotExist) {
			return nil // An empty log has no tiles.
		}
		if err != nil || file.IsDir() {
			return err
		}
		relative, err := filepath.Rel(string(f), name)
		if err != nil {
			return err
		}
		tile, err := parsePath(filepath.ToSlash(relative))
		if err != nil {
			return err
		}
		if err := f.checkFile(tile, size, stored); err != nil {
			return fmt.Errorf("%s: %w", pathOf(tile), err)
		}
		delete(missing, tile)
		if tile.L == dataLevel {
			found.bundles++
		} else {
			found.tiles++
		}
		return nil
	})
	for tile := range missing {
		if err == nil {
			err = fmt.Errorf("%s is missing", pathOf(tile))
		}
	}
	return found, err
}

func (f folder) checkFile(tile tlog.Tile, size int64, stored tlog.HashReader) error {
	level := tile
	if tile.L == dataLevel {
		level.L = 0 // The leaves beside the entries.
	}
	// No number that is below the size overflows when it is shifted.
	if tile.N > size || tile.N<<tileHeight+int64(tile.W) > size>>(tileHeight*level.L) {
		return fmt.Errorf("no tree of %d entries has it", size)
	}
	expected, err := tlog.ReadTileData(level, stored)
	if err != nil {
		return err
	}
	data, err := f.read(pathOf(tile))
	if err != nil {
		return err
	}
	if tile.L == dataLevel {
		leaves, err := hashEntries(data)
		if err != nil {
			return err
		}
		data = nil
		for _, leaf := range leaves {
			data = append(data, leaf[:]...)
		}
	}
	if !bytes.Equal(data, expected) {
		return errors.New("it is not what the entries give")
	}
	return nil
}

// tilesOf returns every tile and bundle of a tree of that size, each at its
// greatest width.
func tilesOf(size int64) []tlog.Tile {
	var needed []tlog.Tile
	// NewTiles lists a partial tile at every width up to its last.
	for _, tile := range tlog.NewTiles(tileHeight, 0, size) {
		last := len(needed) - 1
		if last >= 0 && needed[last].L == tile.L && needed[last].N == tile.N {
			needed[last] = tile
		} else {
			needed = append(needed, tile)
		}
	}
	for start := int64(0); start < size; start += tileWidth {
		needed = append(needed, entriesTile(start/tileWidth, size))
	}
	return needed
}

func entriesTile(number, size int64) tlog.Tile {
	width := size - number*tileWidth
	if width > tileWidth {
		width = tileWidth
	}
	return tlog.Tile{H: tileHeight, L: dataLevel, N: number, W: int(width)}
}

func pathOf(tile tlog.Tile) string {
	path := tile.Path()
	if tile.L == dataLevel {
		return entries + strings.TrimPrefix(path, sumdbEntries)
	}
	return tiles + strings.TrimPrefix(path, sumdbTiles)
}

func parsePath(path string) (tlog.Tile, error) {
	sumdb := sumdbTiles + strings.TrimPrefix(path, tiles)
	if strings.HasPrefix(path, entries) {
		sumdb = sumdbEntries + strings.TrimPrefix(path, entries)
	}
	tile, err := tlog.ParseTilePath(sumdb)
	if err != nil || pathOf(tile) != path {
		return tlog.Tile{}, fmt.Errorf("%s is no tile's path", path)
	}
	return tile, nil
}
