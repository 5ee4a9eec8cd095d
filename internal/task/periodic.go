package task

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/horizon-clm/horizon/internal/store"
)

// Periodic is work that is done again and again. A failure is logged and not tried again before the next time.
type Periodic struct {
	// Name is unique among all work: lower-case words with hyphens.
	Name string
	// Every is the time from one run to the next, at least a second. Times that were missed are one time.
	Every time.Duration
	// Next gives the time of the next run instead of Every. The zero time is never.
	Next func(after time.Time) time.Time
	// AtStart says that the first run does not wait for the first period.
	AtStart bool
	// EachNode says that every node does the work for itself. Otherwise one node does it, and where the work has its
	// next run survives restarts.
	EachNode bool
	// Timeout limits a run.
	Timeout time.Duration
	// Run does the work. Two runs on one node never overlap; without EachNode, two runs never do.
	Run func(ctx context.Context) error
}

// periodicQueue is the queue of the runs of single work.
const periodicQueue = "periodic"

// singleAttempts is how often a run of single work starts when the nodes that do it die.
const singleAttempts = 3

func (p Periodic) check() error {
	if err := p.definition().check(); err != nil {
		return err
	}
	if p.Run == nil {
		return fmt.Errorf("task: %s has no function", p.Name)
	}
	if (p.Every >= time.Second) == (p.Next != nil) {
		return fmt.Errorf("task: %s needs either a period of at least a second or a function that gives the next time", p.Name)
	}
	return nil
}

// definition is how a run of single work is worked.
func (p Periodic) definition() Definition {
	return Definition{name: p.Name, concurrency: 1, timeout: p.Timeout, single: &p,
		run: func(ctx context.Context, _ []byte) error { return p.Run(ctx) }}
}

// after returns the time of the next run, or the zero time for never. A function that gives a past time cannot make
// the work run without end.
func (p Periodic) after(now time.Time) time.Time {
	if p.Next == nil {
		return now.Add(p.Every)
	}
	next := p.Next(now)
	if next.IsZero() || next.After(now) {
		return next
	}
	return now.Add(time.Second)
}

// first returns the time of the first run of a runner that has started at the time.
func (p Periodic) first(started time.Time) time.Time {
	if p.AtStart {
		return started
	}
	return p.after(started)
}

// chain makes sure, once, that the next run of each single work is in the table.
func (r *Runner) chain(ctx context.Context) error {
	r.mu.Lock()
	done := r.chained
	r.mu.Unlock()
	if done {
		return nil
	}
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		for _, d := range r.works {
			if d.single == nil {
				continue
			}
			if err := link(tx, d.name, d.single.first(r.started)); err != nil {
				return err
			}
		}
		return nil
	})
	r.mu.Lock()
	r.chained = err == nil
	r.mu.Unlock()
	return err
}

// mend puts the next run of single work into the table where it is missing: an operator, or a database that failed at
// the wrong moment, may have broken the chain.
func (r *Runner) mend(ctx context.Context) error {
	var have []string
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		have, err = chained(tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range r.works {
		if d.single == nil || slices.Contains(have, d.name) {
			continue
		}
		err := r.db.Write(ctx, func(tx *store.Tx) error { return link(tx, d.name, d.single.after(tx.Now())) })
		if err != nil {
			return err
		}
	}
	return nil
}

// link puts the next run of single work into the table. One that waits already is kept, at the earlier time.
func link(tx *store.Tx, name string, at time.Time) error {
	if at.IsZero() {
		return nil
	}
	return insert(tx, raw{name, []byte("{}")}, periodicQueue, settings{at: at, unique: true, attempts: singleAttempts})
}

// begin gives up the key of a unique job, so that from now on others like it are kept, and puts the next run of single
// work into the table. It reports false when this run is not to be: another one still runs.
func (r *Runner) begin(ctx context.Context, d Definition, row *rivertype.JobRow) (goes bool, err error) {
	if len(row.UniqueKey) == 0 && d.single == nil {
		return true, nil
	}
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		if err := setKey(tx, row.ID, nil); err != nil {
			return err
		}
		if d.single == nil {
			goes = true
			return nil
		}
		if err := tx.Lock("task/" + d.name); err != nil {
			return err
		}
		other, err := otherRuns(tx, d.name, row.ID)
		if err != nil {
			return err
		}
		if err := link(tx, d.name, d.single.after(tx.Now())); err != nil {
			return err
		}
		goes = !other
		return nil
	})
	return goes, err
}

var errSuperseded = errors.New("task: an equal job waits already")

// again takes the key of a failed unique job back, so that it keeps others out while it waits for its next try. It
// returns errSuperseded when an equal job was inserted meanwhile: that one does the work.
func (r *Runner) again(ctx context.Context, row *rivertype.JobRow) error {
	err := r.db.Write(ctx, func(tx *store.Tx) error { return setKey(tx, row.ID, row.UniqueKey) })
	if store.Duplicate(err) {
		return errSuperseded
	}
	return err
}
