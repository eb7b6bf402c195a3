package main

import (
	"bytes"
	"fmt"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"
)

// hashes are the nodes of a tree in the order of tlog.StoredHashIndex.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	read := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(h)) {
			return nil, fmt.Errorf("the tree has no hash %d", index)
		}
		read[i] = h[index]
	}
	return read, nil
}

// hashesOf returns the nodes of the tree above these leaves.
func hashesOf(leaves []tlog.Hash) (hashes, error) {
	var stored hashes
	for i, leaf := range leaves {
		added, err := tlog.StoredHashesForRecordHash(int64(i), leaf, stored)
		if err != nil {
			return nil, err
		}
		stored = append(stored, added...)
	}
	return stored, nil
}

// checkRoot has the root computed twice and compares it with the tree's.
func checkRoot(tree tlog.Tree, leaves []tlog.Hash, stored hashes) error {
	hasher := rfc6962.DefaultHasher
	if tree.N == 0 {
		// The packages differ on this one root; RFC 6962 says which it is.
		return compareRoots(tree, hasher.EmptyRoot())
	}
	root, err := tlog.TreeHash(tree.N, stored)
	if err != nil {
		return err
	}
	if err := compareRoots(tree, root[:]); err != nil {
		return err
	}
	factory := compact.RangeFactory{Hash: hasher.HashChildren}
	whole := factory.NewEmptyRange(0)
	for i := range leaves {
		if err := whole.Append(leaves[i][:], nil); err != nil {
			return err
		}
	}
	second, err := whole.GetRootHash(nil)
	if err != nil {
		return err
	}
	return compareRoots(tree, second)
}

func compareRoots(tree tlog.Tree, root []byte) error {
	if !bytes.Equal(root, tree.Hash[:]) {
		return fmt.Errorf("the %d entries have the root %x, the checkpoint has %x", tree.N, root, tree.Hash[:])
	}
	return nil
}

// checkProofs makes inclusion proofs from tiles, has each checked twice, and
// returns how many there were.
func checkProofs(tree tlog.Tree, leaves []tlog.Hash, tiles tlog.TileReader) (int, error) {
	checked := map[int64]bool{}
	for _, index := range []int64{0, 1, tileWidth - 1, tileWidth, tree.N / 2, tree.N - 2, tree.N - 1} {
		if index < 0 || index >= tree.N || checked[index] {
			continue
		}
		path, err := tlog.ProveRecord(tree.N, index, tlog.TileHashReader(tree, tiles))
		if err != nil {
			return 0, err
		}
		if err := checkInclusion(path, tree, index, leaves[index]); err != nil {
			return 0, fmt.Errorf("entry %d: %w", index, err)
		}
		checked[index] = true
	}
	return len(checked), nil
}

func checkInclusion(path tlog.RecordProof, tree tlog.Tree, index int64, leaf tlog.Hash) error {
	if err := tlog.CheckRecord(path, tree.N, tree.Hash, index, leaf); err != nil {
		return err
	}
	return proof.VerifyInclusion(
		rfc6962.DefaultHasher, uint64(index), uint64(tree.N), leaf[:], bytesOf(path), tree.Hash[:],
	)
}

func bytesOf(hashes []tlog.Hash) [][]byte {
	all := make([][]byte, len(hashes))
	for i := range hashes {
		all[i] = hashes[i][:]
	}
	return all
}
