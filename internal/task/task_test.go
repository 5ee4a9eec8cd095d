package task

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// push is a job with a field.
type push struct {
	Target string `json:"target"`
}

func (push) Task() string { return "push" }

// rebuild is another.
type rebuild struct {
	CA string `json:"ca"`
}

func (rebuild) Task() string { return "crl-rebuild" }

// log collects what was done, from any goroutine.
type log struct {
	mu    sync.Mutex // guards lines
	lines []string
}

func (l *log) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// take returns what was done since it was last called.
func (l *log) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.lines
	l.lines = nil
	return lines
}

type bench struct {
	testing.TB
	clock *clock.Manual
	db    *store.DB
	*Runner
}

func newBench(t *testing.T, definitions []Definition, periodic ...Periodic) *bench {
	t.Helper()
	c := clock.NewManual(start)
	db := storetest.Open(t, c)
	return &bench{t, c, db, newRunner(t, db, definitions, periodic...)}
}

func newRunner(t testing.TB, db *store.DB, definitions []Definition, periodic ...Periodic) *Runner {
	t.Helper()
	r, err := New(db, definitions, periodic)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func insertJob(t testing.TB, db *store.DB, job Job, options ...Option) {
	t.Helper()
	err := db.Write(context.Background(), func(tx *store.Tx) error { return Insert(tx, job, options...) })
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) insert(job Job, options ...Option) {
	b.Helper()
	insertJob(b, b.db, job, options...)
}

// advance moves the clock and works what is due.
func (b *bench) advance(d time.Duration) {
	b.Helper()
	b.clock.Advance(d)
	if err := b.Due(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// states counts the jobs of all names but periodic ones by their state.
func (b *bench) states() map[string]int {
	b.Helper()
	return states(b, b.db)
}

func states(t testing.TB, db *store.DB) map[string]int {
	t.Helper()
	all := map[string]int{}
	err := db.Read(context.Background(), func(tx *store.Tx) error {
		list, err := store.All(tx, scanText, `SELECT state FROM river_job WHERE queue <> 'periodic' LIMIT 10000`)
		for _, s := range list {
			all[s]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: got other than wanted (-want +got):\n%s", what, d)
	}
}

func pushes(l *log) Definition {
	return Define(2, time.Minute, func(_ context.Context, p push) error { l.add("push %s", p.Target); return nil })
}

func TestInsertAndWork(t *testing.T) {
	t.Parallel()
	var l log
	b := newBench(t, []Definition{pushes(&l)})
	b.insert(push{"a"})
	b.insert(push{"b"}, At(start.Add(time.Hour)))
	b.insert(push{"c"}, At(start.Add(time.Minute)))
	err := b.db.Write(context.Background(), func(tx *store.Tx) error {
		return errors.Join(Insert(tx, push{"never"}), errors.New("rolled back"))
	})
	if err == nil {
		t.Error("the transaction committed")
	}
	b.advance(0)
	same(t, "at once", l.take(), []string{"push a"})
	next, err := b.Next(context.Background())
	same(t, "next", []any{next, err}, []any{start.Add(time.Minute), error(nil)})
	b.advance(time.Minute)
	same(t, "after a minute", l.take(), []string{"push c"})
	b.advance(time.Hour)
	same(t, "after an hour", l.take(), []string{"push b"})
	same(t, "states", b.states(), map[string]int{"completed": 3})
	b.advance(24 * time.Hour)
	b.advance(2 * time.Hour)
	same(t, "a day later", b.states(), map[string]int{})
	same(t, "all of it", l.take(), []string(nil))
}

func TestEarliestFirst(t *testing.T) {
	t.Parallel()
	var l log
	b := newBench(t, []Definition{pushes(&l), Define(1, time.Minute, func(_ context.Context, r rebuild) error { l.add("rebuild %s", r.CA); return nil })},
		Periodic{Name: "flush", Every: 90 * time.Second, Timeout: time.Minute, EachNode: true, Run: func(context.Context) error { l.add("flush"); return nil }})
	b.insert(push{"third"}, At(start.Add(3*time.Minute)))
	b.insert(rebuild{"first"}, At(start.Add(time.Minute)))
	b.insert(push{"second"}, At(start.Add(2*time.Minute)))
	b.advance(time.Hour)
	same(t, "order", l.take(), []string{"rebuild first", "flush", "push second", "push third"})
}

func TestJobsInsertJobs(t *testing.T) {
	t.Parallel()
	var l log
	var db *store.DB
	b := newBench(t, []Definition{pushes(&l), Define(1, time.Minute, func(ctx context.Context, r rebuild) error {
		l.add("rebuild %s", r.CA)
		return db.Write(ctx, func(tx *store.Tx) error { return Insert(tx, push{r.CA}) })
	})})
	db = b.db
	b.insert(rebuild{"root"})
	b.advance(0)
	same(t, "both", l.take(), []string{"rebuild root", "push root"})
}

func TestUnique(t *testing.T) {
	t.Parallel()
	var l log
	var db *store.DB
	fails := 0
	b := newBench(t, []Definition{Define(1, time.Minute, func(ctx context.Context, r rebuild) error {
		l.add("rebuild %s", r.CA)
		if r.CA == "busy" && len(l.lines) < 3 { // revoked while the list is made
			return db.Write(ctx, func(tx *store.Tx) error { return Insert(tx, r, Unique()) })
		}
		if fails > 0 {
			fails--
			return errors.New("the key store is away")
		}
		return nil
	})})
	db = b.db
	for range 50 {
		b.insert(rebuild{"root"}, Unique())
	}
	b.insert(rebuild{"other"}, Unique())
	b.advance(0)
	same(t, "one each", l.take(), []string{"rebuild root", "rebuild other"})
	b.insert(rebuild{"root"}, Unique())
	b.advance(0)
	same(t, "once more when none waits", l.take(), []string{"rebuild root"})
	b.insert(rebuild{"busy"}, Unique())
	b.advance(0)
	same(t, "inserted while it runs", l.take(), []string{"rebuild busy", "rebuild busy", "rebuild busy"})

	fails = 1
	b.insert(rebuild{"root"}, Unique())
	b.advance(0)
	b.insert(rebuild{"root"}, Unique()) // waits for the next try already
	same(t, "states", b.states(), map[string]int{"completed": 6, "retryable": 1})
	b.advance(10 * time.Second)
	same(t, "after a failure", l.take(), []string{"rebuild root", "rebuild root"})

	b.insert(rebuild{"late"}, Unique(), At(start.Add(10*time.Hour)))
	b.insert(rebuild{"late"}, Unique())
	b.advance(0)
	b.advance(24 * time.Hour)
	same(t, "brought forward", l.take(), []string{"rebuild late"})
}

func TestUniqueFailsWhileAnotherWaits(t *testing.T) {
	t.Parallel()
	var l log
	var db *store.DB
	b := newBench(t, []Definition{Define(1, time.Minute, func(ctx context.Context, r rebuild) error {
		l.add("rebuild")
		if len(l.lines) > 1 {
			return nil
		}
		err := db.Write(ctx, func(tx *store.Tx) error { return Insert(tx, r, Unique()) })
		return errors.Join(errors.New("failed"), err)
	})})
	db = b.db
	b.insert(rebuild{"root"}, Unique())
	b.advance(0)
	b.advance(time.Hour)
	same(t, "runs", l.take(), []string{"rebuild", "rebuild"})
	same(t, "states", b.states(), map[string]int{"completed": 2})
}

func TestRetry(t *testing.T) {
	t.Parallel()
	var l log
	b := newBench(t, []Definition{Define(1, time.Minute, func(_ context.Context, p push) error {
		l.add("%s", p.Target)
		switch p.Target {
		case "panics":
			panic("a nil map")
		case "hopeless":
			return fmt.Errorf("asking: %w", GiveUp(errors.New("no such target")))
		}
		return errors.New("refused")
	})})
	b.insert(push{"fails"}, Attempts(4), Backoff(10*time.Second, 30*time.Second))
	b.insert(push{"hopeless"})
	b.insert(push{"panics"}, Attempts(1))
	b.advance(0)
	same(t, "first", l.take(), []string{"fails", "hopeless", "panics"})
	same(t, "states", b.states(), map[string]int{"cancelled": 1, "discarded": 1, "retryable": 1})
	for _, wait := range []time.Duration{10 * time.Second, 20 * time.Second, 30 * time.Second} {
		b.advance(wait - time.Second)
		same(t, "too early", l.take(), []string(nil))
		b.advance(time.Second)
		same(t, "in time", l.take(), []string{"fails"})
	}
	same(t, "states", b.states(), map[string]int{"cancelled": 1, "discarded": 2})
	b.advance(29 * 24 * time.Hour)
	same(t, "kept", b.states(), map[string]int{"cancelled": 1, "discarded": 2})
	b.advance(2 * 24 * time.Hour)
	same(t, "removed", b.states(), map[string]int{})
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		backoff backoff
		attempt int
		want    time.Duration
	}{
		{"default", backoff{}, 1, 10 * time.Second},
		{"doubles", backoff{}, 4, 80 * time.Second},
		{"has a limit", backoff{}, 1000, time.Hour},
		{"own", backoff{500, 4000}, 3, 2 * time.Second},
		{"own limit", backoff{500, 4000}, 30, 4 * time.Second},
		{"no attempt", backoff{}, 0, 10 * time.Second},
		{"unusable", backoff{-1, 5}, 1, 10 * time.Second},
	} {
		if got := c.backoff.after(c.attempt); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	big := make([]byte, maxArgs)
	for name, options := range map[string][]Option{
		"no attempt": {Attempts(0)}, "too many": {Attempts(maxAttempts + 1)},
		"no wait": {Backoff(0, time.Second)}, "limit below the wait": {Backoff(time.Minute, time.Second)},
	} {
		if err := b.db.Write(context.Background(), func(tx *store.Tx) error { return Insert(tx, push{"a"}, options...) }); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := b.db.Write(context.Background(), func(tx *store.Tx) error { return Insert(tx, push{string(big)}) }); err == nil {
		t.Error("a big job was accepted")
	}
	run := func(context.Context) error { return nil }
	ok := Periodic{Name: "daily", Every: time.Hour, Timeout: time.Minute, Run: run}
	change := func(f func(*Periodic)) []Periodic { p := ok; f(&p); return []Periodic{p} }
	for name, p := range map[string][]Periodic{
		"twice":        {ok, ok},
		"the name":     change(func(p *Periodic) { p.Name = "Not a name" }),
		"no period":    change(func(p *Periodic) { p.Every = 0 }),
		"both":         change(func(p *Periodic) { p.Next = func(t time.Time) time.Time { return t } }),
		"no function":  change(func(p *Periodic) { p.Run = nil }),
		"no timeout":   change(func(p *Periodic) { p.Timeout = 0 }),
		"name of jobs": change(func(p *Periodic) { p.Name = "push" }),
	} {
		if _, err := New(b.db, []Definition{pushes(&log{})}, p); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := New(b.db, []Definition{Define(0, time.Minute, func(context.Context, push) error { return nil })}, nil); err == nil {
		t.Error("no concurrency: accepted")
	}
}

func TestPeriodic(t *testing.T) {
	t.Parallel()
	var l log
	work := func(name string, p Periodic) Periodic {
		p.Name, p.Timeout = name, time.Minute
		p.Run = func(context.Context) error { l.add("%s", name); return errors.New("failures do not end it") }
		return p
	}
	midnight := func(after time.Time) time.Time { return after.Truncate(24 * time.Hour).Add(24 * time.Hour) }
	entries := []Periodic{
		work("hourly", Periodic{Every: time.Hour}),
		work("at-start", Periodic{Every: 6 * time.Hour, AtStart: true}),
		work("each", Periodic{Every: 2 * time.Hour, EachNode: true}),
		work("each-at-start", Periodic{Every: 6 * time.Hour, AtStart: true, EachNode: true}),
		work("nightly", Periodic{Next: midnight}),
		work("never", Periodic{Next: func(time.Time) time.Time { return time.Time{} }}),
	}
	b := newBench(t, nil, entries...)
	b.advance(0)
	same(t, "at start", sorted(l.take()), []string{"at-start", "each-at-start"})
	for _, want := range [][]string{{"hourly"}, {"each", "hourly"}, {"hourly"}, {"each", "hourly"}, {"hourly"},
		{"at-start", "each", "each-at-start", "hourly"}} {
		b.advance(time.Hour)
		same(t, "hour by hour", sorted(l.take()), want)
	}
	b.advance(6 * time.Hour)
	same(t, "at midnight, missed ones once", sorted(l.take()), []string{"at-start", "each", "each-at-start", "hourly", "nightly"})

	again := newRunner(t, b.db, nil, entries...) // the node restarts
	if err := again.Due(context.Background()); err != nil {
		t.Fatal(err)
	}
	same(t, "restarted", sorted(l.take()), []string{"at-start", "each-at-start"})
	if _, err := again.Next(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestBrokenChainIsMended(t *testing.T) {
	t.Parallel()
	var l log
	b := newBench(t, nil, Periodic{Name: "hourly", Every: time.Hour, Timeout: time.Minute, Run: func(context.Context) error { l.add("hourly"); return nil }})
	b.advance(time.Hour)
	err := b.db.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Exec(`DELETE FROM river_job`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.advance(time.Hour)
	b.advance(time.Hour)
	same(t, "runs", l.take(), []string{"hourly", "hourly"})
}

// abandon leaves the next job as a node leaves it that dies while it works.
func (b *bench) abandon(queue string) {
	b.Helper()
	ctx := context.Background()
	dead := newRunner(b, b.db, nil)
	if err := dead.pulse(ctx); err != nil {
		b.Fatal(err)
	}
	dead.works, dead.queues = b.works, b.queues
	rows, err := dead.fetch(ctx, queue, b.soon())
	if err != nil || len(rows) != 1 {
		b.Fatalf("got %d jobs and %v, want one", len(rows), err)
	}
	if d, ok := b.works[rows[0].Kind]; ok {
		if _, err := dead.begin(ctx, d, rows[0]); err != nil {
			b.Fatal(err)
		}
	}
}

func TestDeadNode(t *testing.T) {
	t.Parallel()
	var l log
	b := newBench(t, []Definition{pushes(&l)},
		Periodic{Name: "daily", Every: 24 * time.Hour, AtStart: true, Timeout: time.Minute, Run: func(context.Context) error { l.add("daily"); return nil }})
	b.insert(push{"a"}, Unique())
	b.insert(push{"once"}, Attempts(1))
	if err := b.chain(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, queue := range []string{"push", "push", periodicQueue} {
		b.abandon(queue)
	}
	b.advance(30 * time.Second)
	same(t, "it may live", l.take(), []string(nil))
	b.advance(time.Minute)
	same(t, "it is dead", sorted(l.take()), []string{"daily", "push a"})
	same(t, "states", b.states(), map[string]int{"completed": 1, "discarded": 1})
}

func TestSingleWorkDoesNotOverlap(t *testing.T) {
	t.Parallel()
	var l log
	b := newBench(t, nil, Periodic{Name: "slow", Every: 10 * time.Second, AtStart: true, Timeout: time.Hour,
		Run: func(context.Context) error { l.add("slow"); return nil }})
	if err := b.chain(context.Background()); err != nil {
		t.Fatal(err)
	}
	b.abandon(periodicQueue)
	b.advance(20 * time.Second)
	same(t, "the other may still run", l.take(), []string(nil))
	b.advance(time.Minute)
	if got := len(l.take()); got == 0 {
		t.Error("the work has ended for ever")
	}
}
