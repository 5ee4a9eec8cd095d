package event

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/mod/sumdb/note"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
)

func (b *book) export(from int64) []string {
	b.t.Helper()
	var out bytes.Buffer
	if _, err := b.Export(context.Background(), &out, from); err != nil {
		b.t.Fatal(err)
	}
	return strings.SplitAfter(strings.TrimSuffix(out.String(), "\n"), "\n")
}

func (b *book) offline(lines []string, outside *Checkpoint) Report {
	b.t.Helper()
	r, err := VerifyExport(strings.NewReader(strings.Join(lines, "")), b.Key, outside)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func TestExportHolds(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.fill(600)
	for _, from := range []int64{0, 1, 255, 256, 300, 599} {
		r := b.offline(b.export(from), nil)
		if r.Problem != nil || r.Held != 600-from || r.Size != 600 {
			t.Errorf("from %d: got %+v (%v)", from, r, r.Problem)
		}
	}
	c := b.checkpoint()
	if r := b.offline(b.export(0), &c); r.Problem != nil {
		t.Error(r.Problem)
	}
}

// What is changed in an export is found with the public key alone.
func TestExportTampering(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.fill(300)
	whole := b.export(0) // line 0 is the header; event n stands at n+1, plus one for each checkpoint before it
	at := func(seq int) int { return 1 + seq + seq/100 }
	for _, c := range []struct {
		name   string
		change func([]string) []string
		seq    int64
		reason string
	}{
		{"first changed", edit(at(0), `"success"`, `"failure"`), 0, whyChanged},
		{"middle changed", edit(at(150), `"system"`, `"nobody"`), 150, whyChanged},
		{"last changed", edit(at(299), `"test"`, `"node"`), 299, whyChanged},
		{"first removed", remove(at(0)), 0, whyMissing},
		{"middle removed", remove(at(150)), 150, whyMissing},
		{"last removed", remove(at(299)), 299, "the checkpoint of size 300 stands behind entry 298"},
		{"swapped", func(l []string) []string { l[at(7)], l[at(8)] = l[at(8)], l[at(7)]; return l }, 7, whyMissing},
		{"inserted", func(l []string) []string { return slices.Insert(l, at(8), l[at(7)]) }, 8, whyMissing},
		{"unreadable", edit(at(9), `{"event"`, `{"event`), 9, whyUnreadable},
		{"empty line", edit(at(9), `"event"`, `"other"`), 9, whyUnreadable},
		{"checkpoint forged", edit(at(99)+1, `\n100\n`, `\n101\n`), 0, "a checkpoint after entry 99 is not signed by the log's key"},
		{"checkpoint moved", func(l []string) []string { i := at(99) + 1; l[i], l[i+1] = l[i+1], l[i]; return l }, 100, "the checkpoint of size 100 stands behind entry 100"},
		{"end cut off", func(l []string) []string { return l[:at(250)] }, 250, whyMissing},
		{"last checkpoint cut off", func(l []string) []string { return l[:len(l)-1] }, 200, whyUncovered},
		{"only the header", func(l []string) []string { return l[:1] }, 0, whyMissing},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := b.offline(c.change(slices.Clone(whole)), nil)
			if r.Problem == nil || r.Problem.Sequence != c.seq || r.Problem.Reason != c.reason {
				t.Errorf("got %v, want entry %d: %s", r.Problem, c.seq, c.reason)
			}
		})
	}
}

func edit(line int, old, changed string) func([]string) []string {
	return func(l []string) []string {
		if !strings.Contains(l[line], old) {
			panic(old + " is not in " + l[line])
		}
		l[line] = strings.Replace(l[line], old, changed, 1)
		return l
	}
}

func remove(line int) func([]string) []string {
	return func(l []string) []string { return slices.Delete(l, line, line+1) }
}

func TestExportOfAnotherLog(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.fill(10)
	_, public, err := note.GenerateKey(rand.Reader, "log.test")
	if err != nil {
		t.Fatal(err)
	}
	other, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	r, err := VerifyExport(strings.NewReader(strings.Join(b.export(0), "")), other, nil)
	if err != nil || r.Problem == nil || !strings.Contains(r.Problem.Reason, "not signed by the log's key") {
		t.Errorf("got %v %v, want that the key is not the log's", r.Problem, err)
	}
	older := b.export(0)
	b.fill(10)
	now := b.checkpoint()
	if r := b.offline(older, &now); r.Problem == nil || !strings.Contains(r.Problem.Reason, "older than the checkpoint") {
		t.Errorf("got %v, want that the export is older", r.Problem)
	}
	for _, text := range []string{"", "x", "{}\n", `{"header":{"format":"other"}}`} {
		if _, err := VerifyExport(strings.NewReader(text), b.Key, nil); err == nil {
			t.Errorf("%q was taken for an export", text)
		}
	}
}

func FuzzVerifyExport(f *testing.F) {
	b := newBook(f)
	b.fill(3)
	f.Add(strings.Join(b.export(0), ""))
	f.Add(strings.Join(b.export(2), ""))
	f.Fuzz(func(t *testing.T, text string) {
		r, err := VerifyExport(strings.NewReader(text), b.Key, nil)
		if err == nil && r.Problem == nil && r.Held > 3 {
			t.Errorf("%d entries hold, there are 3", r.Held)
		}
	})
}

// The quick reader of lines reads nothing that a reader of JSON does not read, and reads it alike.
func FuzzScanEvent(f *testing.F) {
	b := newBook(f)
	b.fill(2)
	text := strings.TrimSuffix(b.export(0)[1], "\n")
	if _, ok := scanEvent(text); !ok {
		f.Errorf("%s was not read", text)
	}
	f.Add(text)
	f.Add(strings.Replace(text, "system", `sys\"tem`, 1))
	f.Add(strings.Replace(text, `:0,`, `:01,`, 1))
	f.Add(strings.Replace(text, `:0,`, `:-1,`, 1))
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := scanEvent(text)
		if !ok {
			return
		}
		var want line
		if err := json.Unmarshal([]byte(text), &want); err != nil || want.Event == nil {
			t.Fatalf("%q is no event: %v", text, err)
		}
		if diff := cmp.Diff(want.Event, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFind(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.fill(120)
	ann := access.Caller{ID: "ann", Rights: access.RightsOf("configuration:*")}
	find := func(q string, p query.Paging) Page {
		t.Helper()
		page, err := b.Find(context.Background(), ann, Search{Query: q, Paging: p, Count: true})
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		return page
	}
	p := find("", query.Paging{})
	if len(p.Entries) != 50 || !p.More || *p.Count != 120 || p.Entries[0].Sequence != 119 {
		t.Errorf("got %d events, more %v, of %d", len(p.Entries), p.More, *p.Count)
	}
	for q, want := range map[string]int{
		`code equals "SERVICE-START" and status equals "success"`: 120,
		`code in ["SERVICE-STOP","SERVICE-START"]`:                120,
		`detail.actorId equals "system"`:                          120,
		`detail.actorId equals "ann"`:                             0,
		`detail.n equals "7"`:                                     2,
		`detail.n equals "7" and sequence < 100`:                  1,
		`detail.n within ["^1[0-9]$"]`:                            20,
		`timestamp after "2023-11-14" and module is not exists`:   -1,
		`timestamp before "2023-11-14"`:                           0,
		`not (detail.certificateId equals "c")`:                   0,
	} {
		page, err := b.Find(context.Background(), ann, Search{Query: q, Count: true})
		if want < 0 {
			if err == nil {
				t.Errorf("%s was accepted", q)
			}
			continue
		}
		if err != nil || *page.Count != want {
			t.Errorf("%s: got %v %v, want %d", q, page.Count, err, want)
		}
	}
	last := find("", query.Paging{Index: 3, Size: 50, Sort: []query.Order{{Element: "timestamp"}}})
	if len(last.Entries) != 20 || last.More {
		t.Errorf("got %d events on the last page, more %v", len(last.Entries), last.More)
	}
	if _, err := b.Find(context.Background(), access.Caller{ID: "bob"}, Search{}); err == nil {
		t.Error("a caller without the right was answered")
	}
}
