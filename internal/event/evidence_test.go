package event

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/horizon-clm/horizon/internal/access"
)

// evident returns the lines of the evidence of a query.
func (b *book) evident(query string, most int) []string {
	b.t.Helper()
	var out bytes.Buffer
	if err := b.evidence(context.Background(), access.System("test", ""), Search{Query: query}, most, &out); err != nil {
		b.t.Fatal(err)
	}
	return strings.SplitAfter(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func (b *book) proven(lines []string, outside *Checkpoint) (EvidenceReport, error) {
	b.t.Helper()
	return VerifyEvidence(strings.NewReader(strings.Join(lines, "")), b.Key, outside)
}

func TestEvidenceHolds(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.fill(1300)
	for query, want := range map[string]int64{"": 1300, "sequence < 1": 1, "sequence equals 777": 1, "sequence > 599 and sequence < 1200": 600, "sequence > 5000": 0} {
		r, err := b.proven(b.evident(query, MaxEvidence), nil)
		if err != nil || r.Problem != nil || r.Held != want || r.Size != 1300 || r.More || r.Query != query {
			t.Errorf("%q: got %+v, %v, want %d events", query, r, err, want)
		}
	}
	c := b.checkpoint()
	if r, err := b.proven(b.evident("", 7), &c); err != nil || r.Held != 7 || !r.More {
		t.Errorf("got %+v, %v, want the newest 7 and that there are more", r, err)
	}
}

// What is changed in evidence is found with the public key alone.
func TestEvidenceTampering(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.fill(300)
	whole := b.evident("sequence < 200", MaxEvidence) // line 0 is the header; event n stands at 200-n
	at := func(seq int) int { return 200 - seq }
	for _, c := range []struct {
		name   string
		change func([]string) []string
		seq    int64
		reason string
	}{
		{"first changed", edit(at(199), `"success"`, `"failure"`), 199, whyChanged},
		{"last changed", edit(at(0), `"system"`, `"nobody"`), 0, whyChanged},
		{"proof of another", func(l []string) []string {
			_, proof, _ := strings.Cut(l[at(8)], `"hashes"`)
			begin, _, _ := strings.Cut(l[at(9)], `"hashes"`)
			l[at(9)] = begin + `"hashes"` + proof
			return l
		}, 9, "the entry is not in the log of the checkpoint"},
		{"another number", edit(at(9), `"sequence":9,`, `"sequence":8,`), 8, whyChanged},
		{"twice", func(l []string) []string { return slices.Insert(l, at(8), l[at(8)]) }, 8, "the entry does not stand before the one above it, or is not covered by the checkpoint"},
		{"without proof", edit(at(9), `"proof"`, `"other"`), 10, "what stands behind this entry cannot be read"},
		{"removed", remove(at(9)), 0, "the file holds 199 events in place of 200"},
		{"behind the end", func(l []string) []string { return append(l, l[at(8)]) }, 0, "what stands behind this entry cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := b.proven(c.change(slices.Clone(whole)), nil)
			if err != nil || r.Problem == nil || r.Problem.Sequence != c.seq || r.Problem.Reason != c.reason {
				t.Errorf("got %v, %v, want entry %d: %s", r.Problem, err, c.seq, c.reason)
			}
		})
	}
}

// Evidence of another log, cut off, or of none, is none.
func TestEvidenceOfNothing(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.fill(10)
	whole := b.evident("", MaxEvidence)
	forged := edit(0, `\n10\n`, `\n11\n`)(slices.Clone(whole))
	for name, lines := range map[string][]string{
		"empty": {""}, "no JSON": {"x"}, "another format": {`{"evidence":{"format":"other"}}`}, "cut off": whole[:5], "only the header": whole[:1], "forged checkpoint": forged,
	} {
		if r, err := b.proven(lines, nil); err == nil {
			t.Errorf("%s: taken for evidence: %+v", name, r)
		}
	}
	_, public, err := note.GenerateKey(rand.Reader, "log.test")
	if err != nil {
		t.Fatal(err)
	}
	other, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := VerifyEvidence(strings.NewReader(strings.Join(whole, "")), other, nil); err == nil {
		t.Error("evidence holds with the key of another log")
	}
	older := b.checkpoint()
	b.fill(10)
	if _, err := b.proven(b.evident("", 1), &older); err == nil || !strings.Contains(err.Error(), "consistency") {
		t.Errorf("got %v, want that checkpoints of different sizes take a proof", err)
	}
	if err := b.Evidence(context.Background(), access.Caller{ID: "nobody"}, "", &bytes.Buffer{}); err == nil {
		t.Error("evidence for who has no right")
	}
}

// Past checkpoints are listed a page at a time, the newest first.
func TestCheckpoints(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.fill(300)
	who := access.System("test", "")
	var sizes []int64
	for before, more := int64(0), true; more; {
		page, rest, err := b.Checkpoints(context.Background(), who, before, 2)
		if err != nil || len(page) == 0 {
			t.Fatal(page, err)
		}
		for _, c := range page {
			if _, err := OpenCheckpoint(c.Note, b.Key); err != nil {
				t.Error(err)
			}
			sizes = append(sizes, c.Size)
		}
		before, more = sizes[len(sizes)-1], rest
	}
	if !slices.Equal(sizes, []int64{300, 200, 100}) {
		t.Errorf("got checkpoints of %v entries, want 300, 200, 100", sizes)
	}
	if _, _, err := b.Checkpoints(context.Background(), access.Caller{ID: "nobody"}, 0, 2); err == nil {
		t.Error("checkpoints for who has no right")
	}
}

func FuzzVerifyEvidence(f *testing.F) {
	b := newBook(f)
	b.fill(3)
	whole := b.evident("", MaxEvidence)
	f.Add(strings.Join(whole, ""))
	f.Add(strings.Join(whole[:2], ""))
	f.Fuzz(func(t *testing.T, text string) {
		r, err := VerifyEvidence(strings.NewReader(text), b.Key, nil)
		if err == nil && r.Problem == nil && r.Held > 3 {
			t.Errorf("%s events of a log of three", fmt.Sprint(r.Held))
		}
	})
}
