package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"
)

// checkProofFile checks a c2sp.org/tlog-proof of an entry, and that the log in
// the folder extends the one that the proof is about. It returns the index.
func checkProofFile(proofFile, entryFile string, known keys, tree tlog.Tree, tiles tlog.TileReader) (int64, error) {
	data, err := os.ReadFile(proofFile)
	if err != nil {
		return 0, err
	}
	entry, err := os.ReadFile(entryFile)
	if err != nil {
		return 0, err
	}
	index, path, note, err := parseProof(data)
	if err != nil {
		return 0, err
	}
	proven, err := known.open(note)
	if err != nil {
		return 0, err
	}
	if err := checkInclusion(path, proven, index, tlog.RecordHash(entry)); err != nil {
		return 0, err
	}
	return index, checkExtension(proven, tree, tiles)
}

// parseProof cuts a proof file: head lines, an empty line, the checkpoint.
func parseProof(data []byte) (int64, tlog.RecordProof, []byte, error) {
	parts := bytes.SplitN(data, []byte("\n\n"), 2)
	lines := strings.Split(string(parts[0]), "\n")
	if len(parts) != 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return 0, nil, nil, errors.New("it is no tlog-proof")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return 0, nil, nil, errors.New("it has no index")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return 0, nil, nil, err
	}
	var path tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return 0, nil, nil, err
		}
		path = append(path, hash)
	}
	return index, path, parts[1], nil
}

func checkExtension(old, tree tlog.Tree, tiles tlog.TileReader) error {
	if old.N > tree.N {
		return fmt.Errorf("it is about %d entries, the folder has only %d", old.N, tree.N)
	}
	path, err := tlog.ProveTree(tree.N, old.N, tlog.TileHashReader(tree, tiles))
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(path, tree.N, tree.Hash, old.N, old.Hash); err != nil {
		return err
	}
	return proof.VerifyConsistency(
		rfc6962.DefaultHasher, uint64(old.N), uint64(tree.N), bytesOf(path), old.Hash[:], tree.Hash[:],
	)
}
