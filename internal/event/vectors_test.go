package event

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const vectorsFile = "testdata/vectors.json"

// vectors are a small log with everything that is computed on the way, for who writes a verifier of their own.
type vectors struct {
	Secret     string   `json:"sealSecret"`
	Seed       string   `json:"noteKeySeed"` // Ed25519, hex
	PublicKey  string   `json:"publicKey"`
	Entries    []vector `json:"entries"`
	Checkpoint string   `json:"checkpoint"` // of all entries
}

// vector is one entry.
type vector struct {
	Event     exported `json:"event"`
	Canonical string   `json:"canonical"`
	Previous  string   `json:"previousLeaf"`
	Root      string   `json:"root"`           // of the log that ends with this entry
	Proof     []string `json:"inclusionProof"` // in the log of all entries
}

// keyOf makes the note key of a seed.
func keyOf(t testing.TB, name string, seed []byte) (note.Signer, note.Verifier, string) {
	t.Helper()
	public, err := note.NewEd25519VerifierKey(name, ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	hash := public[len(name)+1 : len(name)+9]
	signer, err1 := note.NewSigner("PRIVATE+KEY+" + name + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, seed...)))
	verifier, err2 := note.NewVerifier(public)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	return signer, verifier, public
}

func vectorEvents() []Event {
	at := func(i int) time.Time { return time.UnixMilli(1_700_000_000_123 + int64(i)*1000).UTC() }
	all := []Event{
		New(ServiceStart.Code, Success, []Detail{{"actorId", "system"}, {"actorType", "system"}, {"version", "1.0.0"}}),
		New(LifecycleEnroll.Code, Success, []Detail{{"actorId", "ann"}, {"certificateDn", "CN=é,O=\"x:y\""}, {"san", "a.example"}, {"san", "b.example"}, {"empty", ""}}),
		New(LifecycleEnroll.Code, Failure, []Detail{{"message", "two\nlines, and a tab\t"}}),
		New(ServiceStop.Code, Success, nil),
		New(ServiceStop.Code, Success, []Detail{{"actorId", "bob"}}),
	}
	for i := range all {
		all[i].ID, all[i].Node, all[i].Time = hex.EncodeToString([]byte{1, 0x8b, 0xcf, 0xe5, 0x68, 0x7b, 0, 0, byte(i), 7, 7, 7}), "node-1", at(i)
	}
	return all
}

func computeVectors(t *testing.T) vectors {
	seed := sha256.Sum256([]byte("a seed for the test vectors only"))
	v := vectors{Secret: "a secret for the test vectors only", Seed: hex.EncodeToString(seed[:])}
	signer, key, public := keyOf(t, "vectors.example", seed[:])
	v.PublicKey = public
	seals, err := NewSeals([]byte(v.Secret))
	if err != nil {
		t.Fatal(err)
	}
	tree := &tree{dirty: map[[2]int64]tile{}}
	var leaves []tlog.Hash
	for i, e := range vectorEvents() {
		e.Seal = seals.Seal(e.Canonical())
		if i == 4 {
			e.Seal = markUnsealed
		}
		previous := tree.last()
		leaf := LeafHash(int64(i), e.Seal, previous, e.Canonical())
		tree.add(leaf)
		leaves = append(leaves, leaf)
		root := tree.root()
		v.Entries = append(v.Entries, vector{
			Event:     *entry{seq: int64(i), Event: e, leaf: leaf[:]}.exported(),
			Canonical: string(e.Canonical()), Previous: base64.StdEncoding.EncodeToString(previous),
			Root: base64.StdEncoding.EncodeToString(root[:]),
		})
	}
	for i := range v.Entries {
		for _, h := range proofOf(t, leaves, int64(i)) {
			v.Entries[i].Proof = append(v.Entries[i].Proof, base64.StdEncoding.EncodeToString(h[:]))
		}
	}
	c, err := signCheckpoint(signer, tree.size, tree.root(), time.Time{})
	if err == nil {
		_, err = OpenCheckpoint(c.Note, key)
	}
	if err != nil {
		t.Fatal(err)
	}
	v.Checkpoint = c.Note
	return v
}

// proofOf proves an entry with the library alone.
func proofOf(t *testing.T, leaves []tlog.Hash, seq int64) tlog.RecordProof {
	t.Helper()
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (list []tlog.Hash, err error) {
		for _, i := range indexes {
			list = append(list, stored[i])
		}
		return list, nil
	})
	for i, h := range leaves {
		more, err := tlog.StoredHashesForRecordHash(int64(i), h, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
	}
	p, err := tlog.ProveRecord(int64(len(leaves)), seq, reader)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The published vectors are what is computed. UPDATE=1 writes them anew: a difference breaks every log there is.
func TestVectors(t *testing.T) {
	t.Parallel()
	got := computeVectors(t)
	if os.Getenv("UPDATE") != "" {
		var text bytes.Buffer
		enc := json.NewEncoder(&text)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(got); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(vectorsFile, text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var want vectors
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-published +computed):\n%s", diff)
	}
}
