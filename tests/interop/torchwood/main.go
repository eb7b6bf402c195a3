// This verifylog is the other one's twin over newer libraries, which know the
// C2SP formats themselves: torchwood's client reads the tiles and the entries
// and verifies proof files; transparency-dev's formats opens the checkpoint a
// second time, knows ML-DSA-44 cosignatures, and reads proof files and
// policies as well. Nothing of a format is written out here.
//
//	verifylog [-witness VKEY]... [-policy FILE] [-proof FILE -entry FILE] DIR VKEY
//
// One line says what was checked. Otherwise the reason goes to standard error
// and the exit status is 1, or 2 if the call was wrong.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"filippo.io/torchwood"
	"github.com/transparency-dev/formats/log"
	formats "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/formats/witness"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	var witnesses []string
	flag.Func("witness", "`vkey` of a cosigner that must have signed; repeatable", func(vkey string) error {
		witnesses = append(witnesses, vkey)
		return nil
	})
	policyFile := flag.String("policy", "", "a tlog-policy `file` that the checkpoint must satisfy")
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
	report, err := verify(flag.Arg(0), flag.Arg(1), witnesses, *policyFile)
	if err == nil && *proofFile != "" {
		err = verifyProof(*proofFile, *entryFile, flag.Arg(1), witnesses)
		report += "; the proof file holds"
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "verifylog:", err)
		os.Exit(1)
	}
	fmt.Println(report)
}

func verify(dir, vkey string, witnesses []string, policyFile string) (string, error) {
	// 1. The checkpoint, opened by both libraries.
	signed, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return "", err
	}
	policy, err := policyOf(vkey, witnesses)
	if err != nil {
		return "", err
	}
	checkpoint, _, err := torchwood.VerifyCheckpoint(signed, policy)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	if err := openAgain(signed, checkpoint, vkey, witnesses); err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	if policyFile != "" {
		if err := checkPolicy(policyFile, signed); err != nil {
			return "", fmt.Errorf("%s: %w", policyFile, err)
		}
	}

	// 2. Every entry, each held by the client against tiles that it holds
	//    against the checkpoint; then some of them by index.
	read, err := readEntries(dir, checkpoint.Tree)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(
		"%s: %d entries, root %v: %d read through their tiles, %d cosignatures hold",
		checkpoint.Origin, checkpoint.N, checkpoint.Hash, read, len(witnesses),
	), nil
}

// policyOf returns the policy that a log and all of these witnesses signed.
func policyOf(vkey string, witnesses []string) (torchwood.Policy, error) {
	key, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, fmt.Errorf("the log's vkey: %w", err)
	}
	parts := []torchwood.Policy{
		torchwood.OriginPolicy(key.Name()), torchwood.SingleVerifierPolicy(key),
	}
	for _, vkey := range witnesses {
		var witness note.Verifier
		witness, err := torchwood.NewCosignatureVerifier(vkey)
		if err != nil {
			// It knows Ed25519 only; this one ML-DSA-44 as well.
			witness, err = formats.NewVerifierForCosignatureV1(vkey)
		}
		if err != nil {
			return nil, fmt.Errorf("the witness's vkey %s: %w", vkey, err)
		}
		parts = append(parts, torchwood.SingleVerifierPolicy(witness))
	}
	return torchwood.ThresholdPolicy(len(parts), parts...), nil
}

// openAgain has formats open a checkpoint, and compares what it says.
func openAgain(signed []byte, first torchwood.Checkpoint, vkey string, witnesses []string) error {
	key, err := formats.NewVerifier(vkey)
	if err != nil {
		return err
	}
	var cosigners []note.Verifier
	for _, vkey := range witnesses {
		cosigner, err := formats.NewVerifierForCosignatureV1(vkey)
		if err != nil {
			return err
		}
		cosigners = append(cosigners, cosigner)
	}
	second, extension, opened, err := log.ParseCheckpoint(signed, first.Origin, key, cosigners...)
	if err != nil {
		return err
	}
	if len(opened.Sigs) != 1+len(cosigners) {
		return fmt.Errorf("%d of %d keys signed it", len(opened.Sigs), 1+len(cosigners))
	}
	if second.Size != uint64(first.N) || !bytes.Equal(second.Hash, first.Hash[:]) {
		return errors.New("two libraries read two trees from it")
	}
	if first.Extension != "" || len(extension) != 0 {
		return errors.New("it has extension lines")
	}
	return nil
}

// checkPolicy has both libraries read a policy and apply it.
func checkPolicy(path string, signed []byte) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	first, err := torchwood.ParsePolicy(text)
	if err != nil {
		return err
	}
	if _, _, err := torchwood.VerifyCheckpoint(signed, first); err != nil {
		return err
	}
	second, err := witness.ParsePolicy(text)
	if err != nil {
		return err
	}
	if !second.Satisfied(signed) {
		return errors.New("the checkpoint does not satisfy it")
	}
	return nil
}

func readEntries(dir string, tree tlog.Tree) (int64, error) {
	if tree.N == 0 && tree.Hash != sha256.Sum256(nil) {
		return 0, errors.New("an empty log has another root")
	}
	tiles, err := torchwood.NewTileFS(os.DirFS(dir))
	if err != nil {
		return 0, err
	}
	client, err := torchwood.NewClient(tiles)
	if err != nil {
		return 0, err
	}
	ctx := context.Background()
	read := int64(0)
	for range client.AllEntries(ctx, tree, 0) {
		read++
	}
	if err := client.Err(); err != nil {
		return 0, err
	}
	if read != tree.N {
		return 0, fmt.Errorf("the client read %d of %d entries", read, tree.N)
	}
	for _, index := range []int64{0, tree.N / 2, tree.N - 1} {
		if tree.N == 0 {
			break
		}
		if _, _, err := client.Entry(ctx, tree, index); err != nil {
			return 0, err
		}
	}
	return read, nil
}

// verifyProof has both libraries read a proof file, and torchwood verify it.
func verifyProof(proofFile, entryFile, vkey string, witnesses []string) error {
	data, err := os.ReadFile(proofFile)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(entryFile)
	if err != nil {
		return err
	}
	policy, err := policyOf(vkey, witnesses)
	if err != nil {
		return err
	}
	if err := torchwood.VerifyProof(policy, tlog.RecordHash(entry), data); err != nil {
		return fmt.Errorf("%s: %w", proofFile, err)
	}
	var parsed proof.TLogProof
	if err := parsed.Unmarshal(data); err != nil {
		return fmt.Errorf("%s: %w", proofFile, err)
	}
	if !bytes.Equal(parsed.Marshal(), data) {
		return fmt.Errorf("%s: formats writes it in other bytes", proofFile)
	}
	return nil
}
