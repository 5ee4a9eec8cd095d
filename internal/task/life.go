package task

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"github.com/horizon-clm/horizon/internal/store"
)

const (
	beatEvery   = 15 * time.Second
	deadAfter   = time.Minute
	forgetAfter = time.Hour
	maxRescued  = 1000
)

// live looks after the table again and again until ctx ends.
func (r *Runner) live(ctx context.Context) {
	for r.db.Clock.Wait(ctx, beatEvery) == nil {
		if err := r.tend(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "looking after the jobs", "error", err)
		}
	}
}

// tend says that this runner lives, takes the jobs of those that do not, and mends the chains of periodic work.
func (r *Runner) tend(ctx context.Context) error {
	if err := r.pulse(ctx); err != nil {
		return err
	}
	if err := r.takeOver(ctx); err != nil {
		return err
	}
	return r.mend(ctx)
}

// pulse says that this runner lives.
func (r *Runner) pulse(ctx context.Context) error {
	return r.db.Write(ctx, func(tx *store.Tx) error { return beat(tx, r.id) })
}

// takeOver lets jobs that runners have left behind when they died be worked again.
func (r *Runner) takeOver(ctx context.Context) error {
	horizon := r.db.Clock.Now().Add(-deadAfter)
	rows, err := driverOf(r.db, r.db.SQL()).GetExecutor().JobGetStuck(ctx, &riverdriver.JobGetStuckParams{Max: maxRescued, StuckHorizon: horizon})
	if err != nil {
		return fmt.Errorf("looking for abandoned jobs: %w", err)
	}
	if len(rows) == 0 {
		return nil
	}
	var alive []string
	err = r.db.Read(ctx, func(tx *store.Tx) (err error) {
		alive, err = living(tx, horizon)
		return err
	})
	if err != nil {
		return fmt.Errorf("looking for living nodes: %w", err)
	}
	for _, row := range rows {
		if n := len(row.AttemptedBy); n > 0 && slices.Contains(alive, row.AttemptedBy[n-1]) {
			continue
		}
		if err := r.rescue(ctx, row); err != nil {
			return fmt.Errorf("taking the job %d over: %w", row.ID, err)
		}
	}
	return nil
}

func (r *Runner) rescue(ctx context.Context, row *rivertype.JobRow) error {
	last, taken := row.Attempt >= row.MaxAttempts, false
	err := r.db.Write(ctx, func(tx *store.Tx) (err error) {
		taken, err = rescue(tx, row.ID, row.Attempt, last)
		tx.Wake(topic)
		return err
	})
	switch {
	case err != nil || !taken:
		return err
	case last:
		slog.ErrorContext(ctx, "job given up: the nodes that worked it died", "task", row.Kind, "job", row.ID, "attempt", row.Attempt)
	default:
		slog.WarnContext(ctx, "job taken over: the node that worked it died", "task", row.Kind, "job", row.ID, "attempt", row.Attempt)
	}
	return nil
}
