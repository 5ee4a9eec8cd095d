package event

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
	log := &Log{DB: db, Seals: seals, Signer: signer, Key: key, PublicKey: public, stretch: tileWidth}
	return &book{log, t, Pen{seals}, now, url}
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

// verify verifies stretches at the same time, and all on one state of the database: both have to find the same.
func (b *book) verify(o VerifyOptions) Report {
	b.t.Helper()
	r, err := b.Verify(context.Background(), o)
	if err != nil {
		b.t.Fatal(err)
	}
	alone := verification{log: b.Log, VerifyOptions: o, checker: checker{seals: b.Seals, outside: o.Outside}}
	if err := b.DB.Read(context.Background(), alone.still); err != nil {
		b.t.Fatal(err)
	}
	if diff := cmp.Diff(r, alone.Report); diff != "" {
		b.t.Errorf("on one state of the database (-at the same time +alone):\n%s", diff)
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

// A log of which everything was purged is still held against its last checkpoint.
func TestAllPurged(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.Retention = time.Hour
	b.fill(300)
	outside := b.checkpoint()
	b.now.Advance(2 * time.Hour)
	if err := b.sealAll(context.Background()); err != nil {
		t.Fatal(err)
	}
	r := b.verify(VerifyOptions{Outside: &outside})
	if r.Problem != nil || r.Held != 0 || r.Purged != 300 || r.Size != 300 {
		t.Errorf("got %+v (%v)", r, r.Problem)
	}
	b.flip(0, 1, 43)
	if r := b.verify(VerifyOptions{}); r.Problem == nil {
		t.Error("the log holds with a hash of another tree")
	}
}

// Verification needs no standstill: meanwhile events are sealed and purged.
func TestVerifyMeanwhile(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.Retention = time.Hour
	b.fill(600)
	verified := make(chan Report)
	go func() {
		defer close(verified)
		for range 10 {
			r, err := b.Verify(context.Background(), VerifyOptions{})
			if err != nil {
				t.Error(err)
			}
			verified <- r
		}
	}()
	for open := true; open; {
		select {
		case r, more := <-verified:
			if open = more; r.Problem != nil {
				t.Errorf("got %v", r.Problem)
			}
		default:
			b.now.Advance(10 * time.Minute)
			b.write(100)
			if err := b.sealAll(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Of checkpoints older than a day one an hour is left, and never is the last removed.
func TestThinning(t *testing.T) {
	t.Parallel()
	b := newBook(t) // 22:13:20
	for range 30 {
		b.fill(1)
		b.now.Advance(10 * time.Minute)
	}
	sizes := func() (all []int64) {
		err := b.DB.Read(context.Background(), func(tx *store.Tx) error {
			points, err := pointTimes(tx, 0, 100)
			for _, p := range points {
				all = append(all, p.size)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	thin := func() {
		t.Helper()
		if err := b.sealAll(context.Background()); err != nil {
			t.Fatal(err)
		}
		if r := b.verify(VerifyOptions{}); r.Problem != nil || r.Held != r.Size {
			t.Errorf("got %+v (%v)", r, r.Problem)
		}
	}
	if thin(); len(sizes()) != 30 {
		t.Errorf("got %v, want that young checkpoints are left", sizes())
	}
	b.now.Advance(21 * time.Hour) // the first two hours are older than a day now
	thin()
	want := []int64{5, 11}
	for size := int64(12); size <= 30; size++ {
		want = append(want, size)
	}
	if diff := cmp.Diff(want, sizes()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.now.Advance(48 * time.Hour)
	thin()
	if diff := cmp.Diff([]int64{5, 11, 17, 23, 29, 30}, sizes()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b.fill(1)
	b.now.Advance(48 * time.Hour)
	thin()
	if diff := cmp.Diff([]int64{5, 11, 17, 23, 29, 30, 31}, sizes()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
