package secret

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// NoteKey signs the checkpoints of a log.
type NoteKey struct {
	Signer   note.Signer
	Verifier string // the public key in the form of note.NewVerifier; it may be published
}

// NoteKey returns the Ed25519 key in the file, such as "event-checkpoint.key", and creates it under the name of the log the
// first time. The name is part of the key: a file made under another one is an error.
func (f *Folder) NoteKey(file, log string) (NoteKey, error) {
	b, err := f.readOrCreate(file, func() ([]byte, error) {
		private, _, err := note.GenerateKey(rand.Reader, log)
		return []byte(private + "\n"), err
	})
	if err != nil {
		return NoteKey{}, err
	}
	text := string(bytes.TrimSpace(b))
	signer, err := note.NewSigner(text)
	if err != nil {
		return NoteKey{}, fmt.Errorf("the key file %s is not the key of a signer", file)
	}
	if signer.Name() != log {
		return NoteKey{}, fmt.Errorf("the key file %s was made for the log %q and not for %q", file, signer.Name(), log)
	}
	verifier, err := publicOf(text, log)
	if err != nil {
		return NoteKey{}, fmt.Errorf("the key file %s: %w", file, err)
	}
	return NoteKey{Signer: signer, Verifier: verifier}, nil
}

// publicOf derives the verifier's text: PRIVATE+KEY+name+hash+base64 of the algorithm (1) and the seed. NewSigner has
// checked the form.
func publicOf(private, log string) (string, error) {
	fields := strings.SplitN(private, "+", 5)
	seed, err := base64.StdEncoding.DecodeString(fields[len(fields)-1])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return "", fmt.Errorf("not an Ed25519 key")
	}
	public := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	return note.NewEd25519VerifierKey(log, public)
}
