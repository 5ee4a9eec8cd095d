package event

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// book is a log under test.
type book struct {
	*Log
	t   testing.TB
	pen Pen
	now *clock.Manual
	url string
}

func newBook(t testing.TB) *book {
	t.Helper()
	now := clock.NewManual(time.UnixMilli(1_700_000_000_000))
	url := storetest.URL(t)
	db := storetest.OpenURL(t, url, now)
	seals, err := NewSeals([]byte("a secret for the tests only"))
	if err != nil {
		t.Fatal(err)
	}
	private, public, err := note.GenerateKey(rand.Reader, "log.test")
	if err != nil {
		t.Fatal(err)
	}
	signer, err1 := note.NewSigner(private)
	key, err2 := note.NewVerifier(public)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	return &book{&Log{DB: db, Seals: seals, Signer: signer, Key: key}, t, Pen{seals}, now, url}
}

// write records n events in one transaction.
func (b *book) write(n int) {
	b.t.Helper()
	err := b.DB.Write(context.Background(), func(tx *store.Tx) error {
		for i := range n {
			e := New(ServiceStart.Code, Success, []Detail{{"actorId", "system"}, {"certificateId", "c"}, {"n", fmt.Sprint(i)}})
			if err := b.pen.Emit(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *book) seal() {
	b.t.Helper()
	if _, err := b.Seal(context.Background()); err != nil {
		b.t.Fatal(err)
	}
}

// fill seals n events in batches of at most 100, so that there are several checkpoints.
func (b *book) fill(n int) {
	b.t.Helper()
	for n > 0 {
		b.write(min(n, 100))
		b.seal()
		n -= min(n, 100)
	}
}

func (b *book) sql(statement string, args ...any) {
	b.t.Helper()
	err := b.DB.Write(context.Background(), func(tx *store.Tx) error {
		n, err := tx.Exec(statement, args...)
		if err == nil && n == 0 {
			err = fmt.Errorf("%s changed nothing", statement)
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *book) verify(o VerifyOptions) Report {
	b.t.Helper()
	r, err := b.Verify(context.Background(), o)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *book) checkpoint() (c Checkpoint) {
	b.t.Helper()
	err := b.DB.Read(context.Background(), func(tx *store.Tx) (err error) {
		c, err = b.LastCheckpoint(tx)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *book) entries(from, limit int64) (all []entry) {
	b.t.Helper()
	err := b.DB.Read(context.Background(), func(tx *store.Tx) (err error) {
		all, err = entriesFrom(tx, from, int(limit))
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func TestLogHolds(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	if r := b.verify(VerifyOptions{}); r.Problem != nil || r.Held != 0 {
		t.Errorf("empty: got %+v", r)
	}
	b.fill(1030)
	r := b.verify(VerifyOptions{})
	if r.Problem != nil || r.Held != 1030 || r.Size != 1030 || r.Marked != 0 {
		t.Errorf("got %+v (%v)", r, r.Problem)
	}
	if _, err := OpenCheckpoint(r.Note, b.Key); err != nil {
		t.Error(err)
	}
	for _, from := range []int64{1, 255, 256, 257, 1029} {
		if r := b.verify(VerifyOptions{From: from}); r.Problem != nil || r.Held != 1030-from {
			t.Errorf("from %d: got %+v (%v)", from, r, r.Problem)
		}
	}
	if r := b.verify(VerifyOptions{From: 10, To: 20}); r.Problem != nil || r.Held < 11 || r.Held > 100 {
		t.Errorf("a range: got %+v (%v)", r, r.Problem)
	}
}

// The stored tree is the one RFC 6962 describes, and its proofs hold.
func TestTree(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.fill(700)
	c := b.checkpoint()
	entries := b.entries(0, 700)
	var older []Checkpoint
	err := b.DB.Read(context.Background(), func(tx *store.Tx) (err error) {
		older, err = checkpointsFrom(tx, 1, 3)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, seq := range []int64{0, 1, 255, 256, 511, 512, 699} {
		p, err := b.Prove(context.Background(), seq)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(p.Hashes, c.Size, c.Root, seq, tlog.Hash(entries[seq].leaf)); err != nil {
			t.Errorf("entry %d: %v", seq, err)
		}
		if seq > 0 && p.Previous != tlog.Hash(entries[seq-1].leaf) {
			t.Errorf("entry %d: the hash of the entry before is another", seq)
		}
	}
	p, err := b.ProveGrowth(context.Background(), older[2].Size, 0)
	if err == nil {
		err = tlog.CheckTree(p.Hashes, c.Size, c.Root, older[2].Size, older[2].Root)
	}
	if err != nil {
		t.Error(err)
	}
}

// Two nodes never seal the same event, and a kill between any two commits loses none.
func TestOneSealer(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	other := storetest.OpenURL(t, b.url, b.now)
	two := *b.Log
	two.DB = other
	b.write(10)
	b.seal()
	b.write(10)
	n, err := two.Seal(context.Background())
	if err != nil || n != 0 {
		t.Errorf("got %d %v, want that the other node is not the sealer", n, err)
	}
	b.now.Advance(leaseTime + time.Second)
	if n, err = two.Seal(context.Background()); err != nil || n != 10 {
		t.Errorf("got %d %v, want that the other node took over", n, err)
	}
	if r := b.verify(VerifyOptions{}); r.Problem != nil || r.Held != 20 {
		t.Errorf("got %+v (%v)", r, r.Problem)
	}
}

// Run seals what is written and, at its end, what is left.
func TestRun(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	sealed := make(chan Event, 10)
	b.Sink = func(e Event) { sealed <- e }
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); b.Run(ctx) }()
	b.write(1)
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				b.now.Advance(10 * time.Millisecond)
			}
		}
	}()
	<-sealed
	close(stop)
	b.write(2)
	cancel()
	<-done
	if r := b.verify(VerifyOptions{}); r.Problem != nil || r.Held != 3 {
		t.Errorf("got %+v (%v)", r, r.Problem)
	}
}

func TestRetention(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.Retention = 24 * time.Hour
	b.fill(600)
	outside := b.checkpoint()
	b.now.Advance(25 * time.Hour)
	b.fill(50)
	if err := b.sealAll(context.Background()); err != nil {
		t.Fatal(err)
	}
	if first := b.entries(0, 1); len(first) != 1 || first[0].seq != 600 {
		t.Fatalf("got %v, want that the first 600 are purged", first)
	}
	r := b.verify(VerifyOptions{Outside: &outside})
	if r.Problem != nil || r.Held != 50 || r.Purged != 600 || r.Size != 650 {
		t.Errorf("got %+v (%v)", r, r.Problem)
	}
}

func BenchmarkSeal(b *testing.B) {
	book := newBook(b)
	for range b.N {
		b.StopTimer()
		book.write(1000)
		b.StartTimer()
		book.seal()
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkVerify(b *testing.B) {
	book := newBook(b)
	book.fill(20000)
	b.ResetTimer()
	for range b.N {
		if r := book.verify(VerifyOptions{}); r.Problem != nil {
			b.Fatal(r.Problem)
		}
	}
	b.ReportMetric(float64(b.N)*20000/b.Elapsed().Seconds(), "events/s")
}
