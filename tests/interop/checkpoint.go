package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The signature type of an Ed25519 cosignature (c2sp.org/signed-note).
const cosignatureV1 = 0x04

// The first line of the one tree description that tlog can parse.
const sumdbOrigin = "go.sum database tree"

// keys are all that is believed: one log's key, and those of its witnesses.
type keys struct {
	log       note.Verifier
	witnesses []note.Verifier
}

func newKeys(vkey string, witnesses []string) (keys, error) {
	log, err := note.NewVerifier(vkey)
	if err != nil {
		return keys{}, fmt.Errorf("the log's vkey: %w", err)
	}
	known := keys{log: log}
	for _, vkey := range witnesses {
		witness, err := newCosigner(vkey)
		if err != nil {
			return keys{}, fmt.Errorf("the witness's vkey %s: %w", vkey, err)
		}
		known.witnesses = append(known.witnesses, witness)
	}
	return known, nil
}

// open returns the tree of a checkpoint that the log and every witness signed.
func (k keys) open(signed []byte) (tlog.Tree, error) {
	all := append([]note.Verifier{k.log}, k.witnesses...)
	opened, err := note.Open(signed, note.VerifierList(all...))
	if err != nil {
		return tlog.Tree{}, err
	}
	for _, key := range all {
		if !hasSigned(opened, key) {
			return tlog.Tree{}, fmt.Errorf("%s did not sign it", key.Name())
		}
	}
	return parseCheckpoint(opened.Text, k.log.Name())
}

func hasSigned(opened *note.Note, key note.Verifier) bool {
	for _, signature := range opened.Sigs {
		if signature.Name == key.Name() && signature.Hash == key.KeyHash() {
			return true
		}
	}
	return false
}

func parseCheckpoint(text, origin string) (tlog.Tree, error) {
	rest := strings.TrimPrefix(text, origin+"\n")
	if rest == text {
		return tlog.Tree{}, fmt.Errorf("its first line is not %s", origin)
	}
	tree, err := tlog.ParseTree([]byte(sumdbOrigin + "\n" + rest))
	if err != nil {
		return tlog.Tree{}, err
	}
	// ParseTree passes over further lines and loose base64.
	if text != fmt.Sprintf("%s\n%d\n%v\n", origin, tree.N, tree.Hash) {
		return tlog.Tree{}, errors.New("it has other lines than origin, size and root")
	}
	return tree, nil
}

// cosigner is a note.Verifier of Ed25519 cosignatures, which sign the time
// and the whole text of the note (c2sp.org/tlog-cosignature).
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("it is not name+id+key")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, err
	}
	if len(key) != 1+ed25519.PublicKeySize || key[0] != cosignatureV1 {
		return nil, errors.New("it is not an Ed25519 key of type 04")
	}
	id := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if parts[1] != fmt.Sprintf("%x", id[:4]) {
		return nil, fmt.Errorf("its id is %x", id[:4])
	}
	return &cosigner{parts[0], binary.BigEndian.Uint32(id[:]), key[1:]}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

func (c *cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)
	return ed25519.Verify(c.key, []byte(signed), signature[8:])
}
