package task

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// patience is how long a test waits for what must happen.
const patience = 30 * time.Second

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

// await fails the test when nothing comes.
func await[T any](t testing.TB, what string, ch <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-ch:
	case <-time.After(patience):
		t.Fatalf("%s: nothing came", what)
	}
	return v
}

// serve runs the runner until stop is called, which returns what Run returned.
func serve(t testing.TB, r *Runner) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	stop = sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(patience):
			return errors.New("does not end")
		}
	})
	t.Cleanup(func() { _ = stop() })
	return stop
}

func TestWokenByCommit(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, nil)
	worked := make(chan string, 10)
	r := newRunner(t, db, []Definition{Define(1, time.Minute, func(_ context.Context, p push) error { worked <- p.Target; return nil })})
	r.poll = time.Hour // only the commit can tell
	insertJob(t, db, push{"waited"})
	stop := serve(t, r)
	same(t, "before it started", await(t, "a job that waited", worked), "waited")
	for _, target := range []string{"a", "b"} {
		insertJob(t, db, push{target})
		same(t, "woken", await(t, "a job", worked), target)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	same(t, "states", states(t, db), map[string]int{"completed": 3})
	if err := r.Run(context.Background()); err == nil {
		t.Error("a runner ran twice")
	}
}

func TestOtherProcessInserts(t *testing.T) {
	t.Parallel()
	address := storetest.URL(t)
	db, other := storetest.OpenURL(t, address, nil), storetest.OpenURL(t, address, nil)
	worked := make(chan string, 10)
	r := newRunner(t, db, []Definition{Define(1, time.Minute, func(_ context.Context, p push) error { worked <- p.Target; return nil })})
	r.poll = 50 * time.Millisecond
	serve(t, r)
	insertJob(t, other, push{"first"})
	same(t, "found", await(t, "a job", worked), "first")
	insertJob(t, other, push{"second"})
	same(t, "found", await(t, "a job", worked), "second")
}

func TestTwoNodes(t *testing.T) {
	t.Parallel()
	const jobs = 200
	address := storetest.URL(t)
	var mu sync.Mutex
	seen, daily := map[string]int{}, 0
	done := make(chan bool, 2*jobs+2)
	work := Define(4, time.Minute, func(_ context.Context, p push) error {
		mu.Lock()
		defer mu.Unlock()
		seen[p.Target]++
		done <- true
		return nil
	})
	once := Periodic{Name: "daily", Every: 24 * time.Hour, Timeout: time.Minute, AtStart: true, Run: func(context.Context) error {
		mu.Lock()
		defer mu.Unlock()
		daily++
		done <- true
		return nil
	}}
	one, two := storetest.OpenURL(t, address, nil), storetest.OpenURL(t, address, nil)
	for i := range jobs {
		insertJob(t, one, push{fmt.Sprint(i)})
	}
	var stops []func() error
	for _, db := range []*store.DB{one, two} {
		r := newRunner(t, db, []Definition{work}, once)
		r.poll = 50 * time.Millisecond
		stops = append(stops, serve(t, r))
	}
	for range jobs + 1 {
		await(t, "a job", done)
	}
	for _, stop := range stops {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for target, n := range seen {
		if n != 1 {
			t.Errorf("job %s ran %d times", target, n)
		}
	}
	if len(seen) != jobs || daily < 1 || daily > 2 { // each node's start brings it forward
		t.Errorf("got %d jobs and %d daily runs, want %d and one or two", len(seen), daily, jobs)
	}
}

func TestStopWaits(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, nil)
	started, let := make(chan bool, 1), make(chan bool)
	r := newRunner(t, db, []Definition{Define(1, time.Minute, func(ctx context.Context, _ push) error {
		started <- true
		<-let
		return ctx.Err()
	})})
	insertJob(t, db, push{"a"})
	stop := serve(t, r)
	await(t, "the job", started)
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	close(let)
	if err := await(t, "the end", ended); err != nil {
		t.Error(err)
	}
	same(t, "states", states(t, db), map[string]int{"completed": 1})
}

func TestStopHandsBack(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, nil)
	var attempts atomic.Int32
	started := make(chan bool, 2)
	work := func(ctx context.Context) error {
		started <- true
		<-ctx.Done()
		return ctx.Err()
	}
	r := newRunner(t, db, []Definition{Define(1, time.Minute, func(ctx context.Context, _ push) error {
		attempts.Add(1)
		return work(ctx)
	})}, Periodic{Name: "each", Every: time.Hour, AtStart: true, EachNode: true, Timeout: time.Minute, Run: work})
	r.Grace = time.Millisecond
	insertJob(t, db, push{"a"}, Attempts(1))
	stop := serve(t, r)
	await(t, "the job", started)
	await(t, "the periodic work", started)
	if err := stop(); err != nil {
		t.Error(err)
	}
	same(t, "handed back", states(t, db), map[string]int{"available": 1})

	worked := make(chan bool, 1)
	again := newRunner(t, db, []Definition{Define(1, time.Minute, func(context.Context, push) error { worked <- true; return nil })})
	serve(t, again)
	await(t, "the job on another node", worked)
}

func TestRiverRetriesAndSettles(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, nil)
	var tries atomic.Int32
	worked := make(chan string, 10)
	r := newRunner(t, db, []Definition{Define(3, time.Minute, func(_ context.Context, p push) error {
		worked <- p.Target
		switch {
		case p.Target == "hopeless":
			return GiveUp(errors.New("no such target"))
		case p.Target == "last":
			panic("out of range")
		case tries.Add(1) == 1:
			return errors.New("refused")
		}
		return nil
	})})
	r.poll = 20 * time.Millisecond
	insertJob(t, db, push{"hopeless"})
	insertJob(t, db, push{"last"}, Attempts(1))
	insertJob(t, db, push{"again"}, Backoff(10*time.Millisecond, time.Second), Unique())
	stop := serve(t, r)
	var got []string
	for range 4 {
		got = append(got, await(t, "a job", worked))
	}
	same(t, "tries", sorted(got), []string{"again", "again", "hopeless", "last"})
	if err := stop(); err != nil {
		t.Error(err)
	}
	same(t, "states", states(t, db), map[string]int{"cancelled": 1, "completed": 1, "discarded": 1})
}
