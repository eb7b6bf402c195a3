// Verifylog checks a transparency log, laid out as C2SP tlog-tiles in a
// folder, with libraries that know nothing of the program that wrote it.
//
//	verifylog [-witness VKEY]... [-proof FILE -entry FILE] DIR VKEY
//
// The Go project's sumdb packages open the signed note, hash the entries,
// build the tree from them and from the tiles, make inclusion proofs and check
// them; transparency-dev's merkle hashes the same entries and checks the same
// proofs a second time. What neither knows is written out here: the paths of
// tlog-tiles, entry bundles, cosignature/v1 and the frame of a proof file.
//
// One line says what was checked. Otherwise the reason goes to standard error
// and the exit status is 1, or 2 if the call was wrong.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

// vkeys is a flag that may be given more than once.
type vkeys []string

func (v *vkeys) String() string { return strings.Join(*v, " ") }

func (v *vkeys) Set(vkey string) error {
	*v = append(*v, vkey)
	return nil
}

func main() {
	var witnesses vkeys
	flag.Var(&witnesses, "witness", "`vkey` of a cosigner that must have signed; repeatable")
	proofFile := flag.String("proof", "", "a .tlog-proof `file` to verify as well")
	entryFile := flag.String("entry", "", "the `file` with the entry that it proves")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: verifylog [flags] DIR VKEY")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 2 || (*proofFile == "") != (*entryFile == "") {
		flag.Usage()
		os.Exit(2)
	}
	report, err := verify(flag.Arg(0), flag.Arg(1), witnesses, *proofFile, *entryFile)
	if err != nil {
		fmt.Fprintln(os.Stderr, "verifylog:", err)
		os.Exit(1)
	}
	fmt.Println(report)
}

func verify(dir, vkey string, witnesses []string, proofFile, entryFile string) (string, error) {
	keys, err := newKeys(vkey, witnesses)
	if err != nil {
		return "", err
	}

	// 1. The checkpoint: signed by the log and by every witness.
	log := folder(dir)
	note, err := log.read("checkpoint")
	if err != nil {
		return "", err
	}
	tree, err := keys.open(note)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}

	// 2. The entries: they alone must give the checkpoint's root.
	leaves, err := log.readLeaves(tree.N)
	if err != nil {
		return "", err
	}
	stored, err := hashesOf(leaves)
	if err != nil {
		return "", err
	}
	if err := checkRoot(tree, leaves, stored); err != nil {
		return "", err
	}

	// 3. The files: every hash tile there is, needed or left from a smaller
	//    tree, must be what the entries give, and every bundle a part of them.
	files, err := log.checkFiles(tree.N, stored)
	if err != nil {
		return "", err
	}

	// 4. Proofs, made from nothing but tiles.
	proofs, err := checkProofs(tree, leaves, log)
	if err != nil {
		return "", err
	}

	report := fmt.Sprintf(
		"%s: %d entries, root %v: %d bundles and %d tiles agree, %d inclusion proofs and %d cosignatures hold",
		keys.log.Name(), tree.N, tree.Hash, files.bundles, files.tiles, proofs, len(witnesses),
	)
	if proofFile == "" {
		return report, nil
	}

	// 5. A proof file, whose checkpoint may be an earlier one.
	index, err := checkProofFile(proofFile, entryFile, keys, tree, log)
	if err != nil {
		return "", fmt.Errorf("%s: %w", proofFile, err)
	}
	return fmt.Sprintf("%s; entry %d is proven", report, index), nil
}
