package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"github.com/horizon-clm/horizon/internal/store"
)

const (
	maxDue = 100_000 // a job that inserts itself without end is found, not followed
	batch  = 1000
)

// Due works, one after the other and to the end, everything that is due by the clock: jobs, also those that jobs
// insert, and periodic work, the earliest first. Work that was missed several times is done once. It is for tests,
// whose clock moves by hand, and leaves nothing running; Run must not run beside it.
func (r *Runner) Due(ctx context.Context) error {
	for _, step := range []func(context.Context) error{r.chain, r.tend} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	for range maxDue {
		if err := ctx.Err(); err != nil {
			return err
		}
		more, err := r.step(ctx)
		if err != nil {
			return err
		}
		if !more {
			return r.clean(ctx)
		}
	}
	return errors.New("task: there is no end to what is due")
}

// Next returns the time at which something becomes due, which may be past, or the zero time when nothing waits.
func (r *Runner) Next(ctx context.Context) (time.Time, error) {
	if err := r.chain(ctx); err != nil {
		return time.Time{}, err
	}
	next := time.Time{}
	if e := r.first(); e != nil {
		next = r.due(e)
	}
	err := r.db.Read(ctx, func(tx *store.Tx) error {
		p, found, err := earliest(tx, r.queues, "'available', 'retryable', 'scheduled'", time.Time{})
		if found && (next.IsZero() || p.at.Before(next)) {
			next = p.at.UTC()
		}
		return err
	})
	return next, err
}

// first returns the work of this node that is done next, or nil.
func (r *Runner) first() *repeat {
	r.mu.Lock()
	defer r.mu.Unlock()
	var first *repeat
	for _, e := range r.each {
		if !e.next.IsZero() && (first == nil || e.next.Before(first.next)) {
			first = e
		}
	}
	return first
}

// soon is the time up to which jobs are due. The table on SQLite holds milliseconds, and River writes the time of a
// retry with its zone behind it, which sorts after the same time without.
func (r *Runner) soon() time.Time { return r.db.Clock.Now().Add(time.Millisecond) }

// step does the earliest thing that is due and reports whether there was one.
func (r *Runner) step(ctx context.Context) (bool, error) {
	soon := r.soon()
	var job place
	var found bool
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		job, found, err = earliest(tx, r.queues, "'available', 'retryable', 'scheduled'", soon)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("looking for what is due: %w", err)
	}
	e := r.first()
	if e != nil && !r.due(e).After(r.db.Clock.Now()) && (!found || r.due(e).Before(job.at)) {
		r.do(ctx, e)
		return true, nil
	}
	if !found {
		return false, nil
	}
	return true, r.workOne(ctx, soon)
}

// workOne works the earliest job, as River does it: scheduled jobs become available, one is fetched, worked and settled.
func (r *Runner) workOne(ctx context.Context, soon time.Time) error {
	exec := driverOf(r.db, r.db.SQL()).GetExecutor()
	if _, err := exec.JobSchedule(ctx, &riverdriver.JobScheduleParams{Max: batch, Now: &soon}); err != nil {
		return fmt.Errorf("making jobs available: %w", err)
	}
	var job place
	var found bool
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		job, found, err = earliest(tx, r.queues, "'available'", soon)
		return err
	})
	if err != nil || !found {
		return err
	}
	rows, err := r.fetch(ctx, job.queue, soon)
	if err != nil {
		return fmt.Errorf("fetching a job: %w", err)
	}
	for _, row := range rows {
		err := r.work(ctx, row)
		p, e := r.settle(row, err)
		if e != nil {
			return e
		}
		if _, e := exec.JobSetStateIfRunningMany(context.WithoutCancel(ctx), one(p)); e != nil {
			return fmt.Errorf("settling the job %d: %w", row.ID, e)
		}
	}
	return nil
}

// fetch takes the earliest available job of the queue.
func (r *Runner) fetch(ctx context.Context, queue string, soon time.Time) ([]*rivertype.JobRow, error) {
	return driverOf(r.db, r.db.SQL()).GetExecutor().JobGetAvailable(ctx, &riverdriver.JobGetAvailableParams{
		ClientID: r.id, MaxAttemptedBy: 100, MaxToLock: 1, Now: &soon, Queue: queue})
}

// settle returns what becomes of a job that has ended with the error.
func (r *Runner) settle(row *rivertype.JobRow, err error) (*riverdriver.JobSetStateIfRunningParams, error) {
	now := r.db.Clock.Now()
	if err == nil {
		return riverdriver.JobSetStateCompleted(row.ID, now, nil), nil
	}
	text, e := json.Marshal(rivertype.AttemptError{At: now, Attempt: row.Attempt, Error: err.Error()})
	if e != nil {
		return nil, fmt.Errorf("keeping the error of the job %d: %w", row.ID, e)
	}
	var cancelled *river.JobCancelError
	switch {
	case errors.As(err, &cancelled):
		return riverdriver.JobSetStateCancelled(row.ID, now, text, nil), nil
	case row.Attempt >= row.MaxAttempts:
		return riverdriver.JobSetStateDiscarded(row.ID, now, text, nil), nil
	}
	return riverdriver.JobSetStateErrorRetryable(row.ID, now.Add(wait(row)), text, nil), nil
}

// one is the change of one job as River takes many.
func one(p *riverdriver.JobSetStateIfRunningParams) *riverdriver.JobSetStateIfRunningManyParams {
	return &riverdriver.JobSetStateIfRunningManyParams{ID: []int64{p.ID}, Attempt: []*int{p.Attempt}, ErrData: [][]byte{p.ErrData},
		FinalizedAt: []*time.Time{p.FinalizedAt}, MetadataDoMerge: []bool{p.MetadataDoMerge}, MetadataUpdates: [][]byte{p.MetadataUpdates},
		ScheduledAt: []*time.Time{p.ScheduledAt}, State: []rivertype.JobState{p.State}}
}

// clean removes jobs that were finished long ago, as River does while it runs.
func (r *Runner) clean(ctx context.Context) error {
	now := r.db.Clock.Now()
	_, err := driverOf(r.db, r.db.SQL()).GetExecutor().JobDeleteBefore(ctx, &riverdriver.JobDeleteBeforeParams{
		CompletedDoDelete: true, CompletedFinalizedAtHorizon: now.Add(-keepCompleted),
		CancelledDoDelete: true, CancelledFinalizedAtHorizon: now.Add(-keepDiscarded),
		DiscardedDoDelete: true, DiscardedFinalizedAtHorizon: now.Add(-keepDiscarded), Max: batch,
	})
	if err != nil {
		return fmt.Errorf("removing old jobs: %w", err)
	}
	return nil
}
