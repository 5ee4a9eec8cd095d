package task

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"github.com/horizon-clm/horizon/internal/store"
)

const (
	keepCompleted = 24 * time.Hour
	keepDiscarded = 30 * 24 * time.Hour

	fetchFallback = 5 * time.Minute // River's own look at each queue; the listener looks every second
	stuckMargin   = time.Hour
	hardStop      = 5 * time.Second
)

// client returns River's client that works the jobs.
func (r *Runner) client() (*river.Client[*sql.Tx], error) {
	workers, queues, longest := river.NewWorkers(), map[string]river.QueueConfig{}, time.Duration(0)
	singles := 0
	for name, d := range r.works {
		river.AddWorkerArgs(workers, raw{kind: name}, worker{r: r, timeout: d.timeout})
		longest = max(longest, d.timeout)
		if d.single != nil {
			singles++
			continue
		}
		queues[name] = river.QueueConfig{MaxWorkers: d.concurrency}
	}
	if singles > 0 {
		queues[periodicQueue] = river.QueueConfig{MaxWorkers: singles}
	}
	c := &river.Config{
		ID: r.id, Logger: quietLog(), Workers: workers, Queues: queues, Test: river.TestConfig{Time: timeOf(r.db)},
		FetchPollInterval:           fetchFallback,
		CompletedJobRetentionPeriod: keepCompleted, CancelledJobRetentionPeriod: keepDiscarded, DiscardedJobRetentionPeriod: keepDiscarded,
		RescueStuckJobsAfter: longest + stuckMargin,
	}
	if r.db.Dialect == store.SQLite { // it would hold the one connection that writes
		c.ReindexerSchedule = river.NeverSchedule()
	}
	return river.NewClient(waking{driverOf(r.db, r.db.SQL()), r}, c)
}

// Run works jobs and periodic work until ctx ends, then waits for what runs, no longer than Grace, interrupts the rest
// and hands it back. It is called once.
func (r *Runner) Run(ctx context.Context) error {
	if err := r.once(); err != nil {
		return err
	}
	if err := r.pulse(ctx); err != nil {
		return fmt.Errorf("starting the tasks: %w", err)
	}
	if err := r.chain(ctx); err != nil {
		return fmt.Errorf("starting the periodic tasks: %w", err)
	}
	working, interrupt := context.WithCancel(context.WithoutCancel(ctx))
	defer interrupt()
	stop := func(context.Context) error { return nil }
	if len(r.works) > 0 {
		client, err := r.client()
		if err != nil {
			return fmt.Errorf("starting the tasks: %w", err)
		}
		if err := client.Start(working); err != nil {
			return fmt.Errorf("starting the tasks: %w", err)
		}
		stop = client.Stop
	}
	var beside sync.WaitGroup
	beside.Go(func() { r.live(ctx) })
	for _, e := range r.each {
		beside.Go(func() { r.repeat(ctx, working, e) })
	}
	<-ctx.Done()
	return r.end(working, interrupt, stop, &beside)
}

func (r *Runner) once() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy {
		return errors.New("task: a runner runs once")
	}
	r.busy = true
	return nil
}

// end waits for what runs, interrupts what does not end in time and hands it back.
func (r *Runner) end(working context.Context, interrupt func(), stop func(context.Context) error, beside *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() { beside.Wait(); close(done) }()
	forever := context.WithoutCancel(working)
	grace, cancel := context.WithTimeout(forever, r.Grace)
	defer cancel()
	err := errors.Join(stop(grace), finished(grace, done))
	if err != nil {
		r.halt()
		interrupt()
		hard, cancel := context.WithTimeout(forever, hardStop)
		defer cancel()
		err = errors.Join(stop(hard), finished(hard, done))
	}
	if e := r.depart(forever); e != nil {
		return fmt.Errorf("handing jobs back: %w", e)
	}
	if err != nil {
		return fmt.Errorf("work that cannot be interrupted goes on: %w", err)
	}
	return nil
}

// finished waits for done, no longer than ctx.
func finished(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// halt says that what fails from now on was interrupted.
func (r *Runner) halt() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.halted = true
}

// depart hands interrupted jobs back and says that the runner has ended.
func (r *Runner) depart(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		for id, attempt := range r.running {
			if err := handBack(tx, id, attempt); err != nil {
				return err
			}
		}
		return depart(tx, r.id)
	})
	if err == nil {
		clear(r.running)
	}
	return err
}

// repeat is work that each node does for itself.
type repeat struct {
	Periodic
	next time.Time // guarded by the runner's mutex; zero is never
}

// repeat does the work whenever it is due, until ctx ends.
func (r *Runner) repeat(ctx, working context.Context, e *repeat) {
	for {
		at := r.due(e)
		if at.IsZero() {
			return
		}
		if r.db.Clock.Wait(ctx, at.Sub(r.db.Clock.Now())) != nil || ctx.Err() != nil {
			return
		}
		r.do(working, e)
	}
}

// due returns when the work is to be done next.
func (r *Runner) due(e *repeat) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return e.next
}

// do does the work once and sets the next time.
func (r *Runner) do(ctx context.Context, e *repeat) {
	err := protect(ctx, e.Timeout, e.Run)
	r.mu.Lock()
	e.next = e.after(r.db.Clock.Now())
	interrupted := r.halted
	r.mu.Unlock()
	if err != nil && !interrupted {
		slog.ErrorContext(ctx, "periodic work failed", "task", e.Name, "error", err)
	}
}
