package store

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// group lets concurrent writers share one commit: whoever comes first leads, runs the functions that wait one behind the
// other in one transaction, commits once, and answers all. An error or a panic undoes its own function alone; a failed
// commit fails all.
//
// Functions mostly succeed, or fail before they write, and a savepoint around each costs a copy of every page it changes.
// So there is none at first. Where a function fails that has written, all is undone and the others run again, each in a
// savepoint.
type group struct {
	mu      sync.Mutex // guards waiting and leading
	waiting []*write
	leading bool
}

// write is one function that waits for the group.
type write struct {
	ctx    context.Context
	fn     func(*Tx) error
	err    error
	panics any
	wakes  []string
	turn   chan bool // true: answered; false: it leads the next batch
}

const (
	maxBatch     = 128
	maxBatchTime = 5 * time.Millisecond
)

func (g *group) do(ctx context.Context, db *DB, fn func(*Tx) error) error {
	w := &write{ctx: ctx, fn: fn, turn: make(chan bool, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, w)
	leads := !g.leading
	g.leading = true
	g.mu.Unlock()
	if leads || !<-w.turn {
		g.lead(db, w)
	}
	if w.panics != nil {
		panic(w.panics)
	}
	return w.err
}

// lead runs one batch, hands the lead to the next that waits and answers the batch.
func (g *group) lead(db *DB, self *write) {
	done := db.runBatch(g.next)
	g.mu.Lock()
	if len(g.waiting) > 0 {
		g.waiting[0].turn <- false
	} else {
		g.leading = false
	}
	g.mu.Unlock()
	for _, w := range done {
		if w != self {
			w.turn <- true
		}
	}
}

// next takes the writer that waits longest, and tells whether others wait behind it.
func (g *group) next() (w *write, more bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		return nil, false
	}
	w = g.waiting[0]
	g.waiting = g.waiting[1:]
	return w, len(g.waiting) > 0
}

// runBatch runs what next gives in one transaction and returns the answered writers.
func (db *DB) runBatch(next func() (*write, bool)) (done []*write) {
	w, more := next()
	defer func() {
		if r := recover(); r != nil { // never leave a writer waiting
			for _, w := range done {
				w.err = fmt.Errorf("writing: %v", r)
			}
		}
	}()
	done = append(done, w)
	tx, err := db.begin()
	if err != nil {
		w.err = err
		return done
	}
	if !more { // alone: the transaction is its savepoint
		db.runAlone(tx, w)
		return done
	}
	start := time.Now()
	for w != nil {
		if !tx.one(w) {
			tx.rollback()
			return db.runAgain(done)
		}
		if len(done) >= maxBatch || time.Since(start) > maxBatchTime {
			break
		}
		if w, _ = next(); w != nil {
			done = append(done, w)
		}
	}
	return db.commit(tx, done)
}

// runAgain runs the functions of a batch that was undone, but for those that have failed, each in a savepoint.
func (db *DB) runAgain(done []*write) []*write {
	tx, err := db.begin()
	if err != nil {
		return fail(done, err)
	}
	for _, w := range done {
		if w.err == nil && w.panics == nil && !tx.savepoint(w) {
			tx.rollback()
			return fail(done, fmt.Errorf("writing: the transaction was lost"))
		}
	}
	return db.commit(tx, done)
}

// commit ends the transaction of a batch.
func (db *DB) commit(tx *Tx, done []*write) []*write {
	if err := tx.commit(); err != nil {
		return fail(done, fmt.Errorf("committing: %w", err))
	}
	for _, w := range done {
		db.wakes.signal(w.wakes)
	}
	return done
}

// fail gives the error to everyone in the batch that believes to have succeeded.
func fail(done []*write, err error) []*write {
	for _, w := range done {
		if w.err == nil {
			w.err = err
		}
	}
	return done
}

// begin starts the writing transaction. Its statements do not end with the caller's context: SQLite would undo the
// whole batch.
func (db *DB) begin() (*Tx, error) {
	tx, err := db.session(context.Background(), db.writer, beginWrite)
	if err != nil {
		return nil, fmt.Errorf("beginning a write: %w", err)
	}
	return tx, nil
}

func (db *DB) runAlone(tx *Tx, w *write) {
	tx.call(w)
	if w.err != nil || w.panics != nil {
		tx.rollback()
		return
	}
	if err := tx.commit(); err != nil {
		w.err = fmt.Errorf("committing: %w", err)
		return
	}
	db.wakes.signal(tx.wakes)
}

// one runs one function of a batch and reports whether the transaction is as if it had not, or as it should be.
func (tx *Tx) one(w *write) bool {
	one := tx.part()
	one.call(w)
	if w.err == nil && w.panics == nil {
		w.wakes = one.wakes
		return !one.broken
	}
	return !one.broken && !one.wrote && !isSQLite(w.err)
}

// savepoint runs one function of a batch and reports whether the transaction still stands.
func (tx *Tx) savepoint(w *write) bool {
	if _, err := tx.sql.ExecContext(tx.ctx, savepoint); err != nil {
		w.err = err
		return false
	}
	one := tx.part()
	one.call(w)
	w.wakes = one.wakes
	if w.err != nil || w.panics != nil {
		w.wakes = nil
		if _, err := tx.sql.ExecContext(tx.ctx, undo); err != nil {
			return false
		}
	}
	_, err := tx.sql.ExecContext(tx.ctx, release)
	return err == nil
}

// call runs the function, unless its caller has gone, and keeps what it returned or threw.
func (tx *Tx) call(w *write) {
	if w.err = w.ctx.Err(); w.err != nil {
		return
	}
	defer func() { w.panics = recover() }()
	defer tx.leave()
	w.err = w.fn(tx)
}
