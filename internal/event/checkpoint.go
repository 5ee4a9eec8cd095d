package event

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is the signed state of the log: how many entries it has and the hash of its tree. Its note is a signed
// note whose text is three lines: origin, size in decimal, root hash in base64.
type Checkpoint struct {
	Size int64
	Time time.Time
	Root tlog.Hash
	Note string
}

func signCheckpoint(signer note.Signer, size int64, root tlog.Hash, now time.Time) (Checkpoint, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), size, base64.StdEncoding.EncodeToString(root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("signing a checkpoint: %w", err)
	}
	return Checkpoint{Size: size, Time: now, Root: root, Note: string(signed)}, nil
}

var errCheckpoint = errors.New("the checkpoint is not signed by the log's key")

const maxNote = 4 << 10

// OpenCheckpoint checks the signature of a note and reads it.
func OpenCheckpoint(text string, key note.Verifier) (Checkpoint, error) {
	if len(text) > maxNote {
		return Checkpoint{}, errCheckpoint
	}
	n, err := note.Open([]byte(text), note.VerifierList(key))
	if err != nil {
		return Checkpoint{}, errCheckpoint
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != key.Name() || lines[3] != "" {
		return Checkpoint{}, errCheckpoint
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Checkpoint{}, errCheckpoint
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, errCheckpoint
	}
	return Checkpoint{Size: size, Root: tlog.Hash(root), Note: text}, nil
}

// purgeOrigin sets the statement that entries were purged apart from checkpoints.
const purgeOrigin = " purged"

// signPurge states that the entries before a sequence number were purged on purpose.
func signPurge(signer note.Signer, before int64) (string, error) {
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s%s\n%d\n", signer.Name(), purgeOrigin, before)}, signer)
	return string(signed), err
}

// openPurge returns the sequence number before which entries were purged.
func openPurge(text string, key note.Verifier) (int64, error) {
	n, err := note.Open([]byte(text), note.VerifierList(key))
	if err != nil {
		return 0, errors.New("the record of what was purged is not signed by the log's key")
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 3 || lines[0] != key.Name()+purgeOrigin {
		return 0, errors.New("the record of what was purged is not of a known form")
	}
	return strconv.ParseInt(lines[1], 10, 64)
}
