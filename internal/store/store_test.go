package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

func put(key, value string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO meta (key, value) VALUES ($1, $2)`, key, value)
		return err
	}
}

func keys(t *testing.T, db *store.DB) (all []string) {
	t.Helper()
	err := db.Read(context.Background(), func(tx *store.Tx) (err error) {
		rows, err := tx.Query(`SELECT key FROM meta ORDER BY key`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var k string
			if err := rows.Scan(&k); err != nil {
				return err
			}
			all = append(all, k)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Errors and panics undo their own function alone, also when they share a commit with others.
func TestWriteGroups(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, nil)
	ctx := context.Background()
	boom := errors.New("boom")
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			defer func() {
				if r := recover(); (r != nil) != (i%4 == 2) {
					t.Errorf("writer %d: got panic %v", i, r)
				}
			}()
			err := db.Write(ctx, func(tx *store.Tx) error {
				if err := put(fmt.Sprintf("k%02d", i), "v")(tx); err != nil {
					return err
				}
				switch i % 4 {
				case 1:
					return boom
				case 2:
					panic("thrown")
				}
				return nil
			})
			if want := i%4 == 1; errors.Is(err, boom) != want {
				t.Errorf("writer %d: got %v", i, err)
			}
		})
	}
	wg.Wait()
	var want []string
	for i := range 64 {
		if i%4 == 0 || i%4 == 3 {
			want = append(want, fmt.Sprintf("k%02d", i))
		}
	}
	if got := keys(t, db); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Functions that fail before they write cost the others of their batch nothing; jobs are inserted in the same transaction.
func TestWriteRefused(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, nil)
	boom := errors.New("boom")
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			err := db.Write(context.Background(), func(tx *store.Tx) error {
				var n int
				if _, err := tx.Get(`SELECT count(*) FROM meta`, nil, &n); err != nil {
					return err
				}
				if i%2 == 0 {
					return boom
				}
				t, err := tx.SQL()
				if err != nil {
					return err
				}
				_, err = t.ExecContext(tx.Context(), `INSERT INTO meta (key, value) VALUES ($1, $2)`, fmt.Sprintf("k%02d", i), "v")
				return err
			})
			if want := i%2 == 0; errors.Is(err, boom) != want {
				t.Errorf("writer %d: got %v", i, err)
			}
		})
	}
	wg.Wait()
	if got := len(keys(t, db)); got != 16 {
		t.Errorf("got %d keys, want 16", got)
	}
}

// A look ends between its queries when its caller leaves.
func TestLookOfACallerWhoLeft(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	err := db.Look(ctx, func(tx *store.Tx) error {
		if _, err := tx.Get(`SELECT count(*) FROM meta`, nil, new(int)); err != nil {
			t.Error(err)
		}
		cancel()
		_, err := tx.Get(`SELECT count(*) FROM meta`, nil, new(int))
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the context ended", err)
	}
}

// A statement that fails leaves the other functions of its batch alone.
func TestWriteDuplicate(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	wins := 0
	for range 32 {
		wg.Go(func() {
			err := db.Write(context.Background(), put("one", "v"))
			switch {
			case err == nil:
				mu.Lock()
				wins++
				mu.Unlock()
			case !store.Duplicate(err):
				t.Errorf("got %v, want a duplicate", err)
			}
		})
	}
	wg.Wait()
	if wins != 1 {
		t.Errorf("got %d winners, want one", wins)
	}
}

func TestWriteOfACallerWhoLeft(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := db.Write(ctx, put("k", "v")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the context ended", err)
	}
}

func TestReadCannotWrite(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, nil)
	if err := db.Read(context.Background(), put("k", "v")); err == nil {
		t.Error("a change within a read was accepted")
	}
	err := db.Read(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Get(`INSERT INTO meta (key, value) VALUES ('k', 'v') RETURNING key`, nil, new(string))
		return err
	})
	if err == nil {
		t.Error("a change by a query within a read was accepted")
	}
}

func TestNestedQueriesOfOneText(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, nil)
	for _, k := range []string{"a", "b", "c"} {
		if err := db.Write(context.Background(), put(k, "v")); err != nil {
			t.Fatal(err)
		}
	}
	count := func(tx *store.Tx, inner func() error) error {
		rows, err := tx.Query(`SELECT key FROM meta WHERE value = $1`, "v")
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		n := 0
		for rows.Next() {
			n++
		}
		if n != 3 {
			return fmt.Errorf("got %d rows, want 3", n)
		}
		return inner()
	}
	if db.Dialect == store.PostgreSQL {
		t.Log("one connection reads one result at a time there")
		return
	}
	err := db.Read(context.Background(), func(tx *store.Tx) error {
		return count(tx, func() error { return count(tx, func() error { return nil }) })
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWoken(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, nil)
	ch := db.Woken("topic")
	_ = db.Write(context.Background(), func(tx *store.Tx) error {
		tx.Wake("topic")
		return errors.New("no")
	})
	select {
	case <-ch:
		t.Error("woken by what was undone")
	default:
	}
	for range 2 {
		if err := db.Write(context.Background(), func(tx *store.Tx) error { tx.Wake("topic"); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	<-ch
	select {
	case <-ch:
		t.Error("two signals for one that waits")
	default:
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(time.UnixMilli(1_700_000_000_000))
	db := storetest.Open(t, c)
	var all []string
	for i := range 1000 {
		if i == 500 {
			c.Advance(-time.Hour) // a clock that goes back does not make ids go back
		}
		all = append(all, db.NewID())
	}
	if !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Error("the ids do not grow")
	}
	if id := all[0]; !store.IsID(id) || !strings.HasPrefix(id, "018bcfe56800") {
		t.Errorf("got %q, want the milliseconds first", id)
	}
	for _, s := range []string{"", "018bcfe56800", strings.ToUpper("018bcfe568000000abcdefab"), "018bcfe568000000abcdefag"} {
		if store.IsID(s) {
			t.Errorf("%q is taken for an id", s)
		}
	}
}

func TestLease(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(time.UnixMilli(1_700_000_000_000))
	url := storetest.URL(t)
	one, two := storetest.OpenURL(t, url, c), storetest.OpenURL(t, url, c)
	ctx := context.Background()
	lease := func(db *store.DB) *store.Lease {
		t.Helper()
		l, err := db.Lease(ctx, "work", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	hold := func(db *store.DB, l *store.Lease) error { return db.Write(ctx, l.Hold) }
	first := lease(one)
	if first == nil || lease(two) != nil {
		t.Fatal("not exactly one holder")
	}
	c.Advance(50 * time.Second)
	if err := hold(one, first); err != nil {
		t.Fatal(err)
	}
	c.Advance(50 * time.Second)
	if lease(two) != nil {
		t.Fatal("a held lease was taken")
	}
	c.Advance(11 * time.Second)
	second := lease(two)
	if second == nil {
		t.Fatal("a lease that ran out was not taken")
	}
	if err := hold(one, first); !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("got %v, want that the lease is lost", err)
	}
	if err := second.Release(ctx, two); err != nil {
		t.Fatal(err)
	}
	if lease(one) == nil {
		t.Error("a released lease was not taken")
	}
}

// Under contention exactly one of 32 wins each move of a state, and a counted limit holds.
func TestRaces(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, nil)
	ctx := context.Background()
	if err := db.Write(ctx, put("state", "pending")); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	moves, counted := 0, 0
	for i := range 32 {
		wg.Go(func() {
			var moved, added bool
			err := db.Write(ctx, func(tx *store.Tx) error {
				n, err := tx.Exec(`UPDATE meta SET value = 'done' WHERE key = 'state' AND value = 'pending'`)
				moved = n == 1
				return err
			})
			if err == nil {
				err = db.Write(ctx, func(tx *store.Tx) (err error) {
					added, err = countThenAdd(tx, i)
					return err
				})
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if moved {
				moves++
			}
			if added {
				counted++
			}
		})
	}
	wg.Wait()
	if moves != 1 || counted != 5 {
		t.Errorf("got %d moves and %d counted, want 1 and 5", moves, counted)
	}
}

func countThenAdd(tx *store.Tx, i int) (bool, error) {
	if err := tx.Lock("holder"); err != nil {
		return false, err
	}
	var n int
	if _, err := tx.Get(`SELECT count(*) FROM meta WHERE key LIKE 'held%'`, nil, &n); err != nil || n >= 5 {
		return false, err
	}
	return true, put(fmt.Sprintf("held%d", i), "v")(tx)
}

// A second start finds the same tables; a database of a newer release is refused.
func TestReopen(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	db := storetest.OpenURL(t, url, nil)
	if err := db.Write(context.Background(), put("k", "v")); err != nil {
		t.Fatal(err)
	}
	again := storetest.OpenURL(t, url, nil)
	if got := keys(t, again); !slices.Equal(got, []string{"k"}) {
		t.Errorf("got %v, want what was written", got)
	}
	err := again.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO schema_version (version_id, is_applied) VALUES (9999, $1)`, true)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(context.Background(), store.Options{URL: url})
	if err == nil || !strings.Contains(err.Error(), "newer release") {
		t.Errorf("got %v, want that a newer schema is refused", err)
	}
}

func TestUnknownDatabase(t *testing.T) {
	t.Parallel()
	_, err := store.Open(context.Background(), store.Options{URL: "mysql://root:secret@localhost/x"})
	if err == nil || !strings.Contains(err.Error(), "neither postgres://") || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v, want that the database is none we know, without the password", err)
	}
}

func BenchmarkWrite(b *testing.B) {
	db := storetest.Open(b, nil)
	for _, writers := range []int{1, 16} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			b.SetParallelism(writers)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if err := db.Write(context.Background(), put(db.NewID(), "v")); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
