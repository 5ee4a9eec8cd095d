package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

const (
	atOnce    = 2                // batches worked on by one node at a time
	parallel  = 2                // certificates of a batch at a time: whoever else writes never waits behind more
	slice     = 50               // certificates between two looks at the batch
	turn      = 20 * time.Second // of a batch, before another one has its turn
	jobTime   = 15 * time.Minute // of one job; a turn and a slice are shorter
	askAgain  = 30 * time.Second // what a PKI works on is looked at again
	abandoned = 20 * time.Minute // without a sign of life
)

// job works on a batch for a turn.
type job struct {
	Batch string `json:"batch"`
}

// Task names the job.
func (job) Task() string { return "run-batch" }

// Jobs are the jobs of batches.
func (s *Service) Jobs() []task.Definition {
	return []task.Definition{task.Define(atOnce, jobTime, s.work)}
}

// work does a turn of a batch and has what is left done in another. It can be killed at any instant, and run twice: a
// certificate is taken in the transaction that keeps its request, once.
func (s *Service) work(ctx context.Context, j job) error {
	until := s.DB.Clock.Now().Add(turn)
	for {
		b, who, err := s.begin(ctx, j.Batch)
		if errors.Is(err, Missing) {
			return nil
		}
		if errors.Is(err, access.NotKnown) {
			err = s.orphaned(ctx, b)
		}
		if err != nil {
			return err
		}
		if b.State != running {
			return s.conclude(ctx, b)
		}
		more, err := s.slice(ctx, who, b)
		if errors.Is(err, access.NotKnown) {
			continue // begin says so, too
		}
		if err != nil {
			return err
		}
		if !more {
			return s.conclude(ctx, b)
		}
		if s.DB.Clock.Now().After(until) {
			return s.later(ctx, b.ID, time.Time{})
		}
	}
}

// begin reads the batch, and what its owner holds by now. An owner who is gone or switched off is the fault NotKnown.
func (s *Service) begin(ctx context.Context, id string) (b Batch, who access.Caller, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		found, err := byID(tx, id)
		if err != nil {
			return err
		}
		if err := touch(tx, id); err != nil {
			return err
		}
		b, who = found, found.who
		if b.State != running {
			return nil
		}
		who.Rights, err = identity.RightsNow(tx, who)
		return err
	})
	return b, who, err
}

// orphaned stops a batch whose owner may do nothing any more.
func (s *Service) orphaned(ctx context.Context, b Batch) error {
	facts := b.facts()
	why := canceled.Detail("%s does not exist or is not enabled any more", b.By)
	err := act.Do(ctx, s.DB, access.System("task", s.DB.NewID()), event.ScheduledTaskComplete, &facts, func(tx *store.Tx) error {
		if err := stop(tx, b, why.Reason()); err != nil {
			return err
		}
		return act.Keep(event.Warning, why)
	})
	if errors.Is(err, canceled) {
		err = nil
	}
	return err
}

// slice does the next certificates, and reports whether there may be more.
func (s *Service) slice(ctx context.Context, who access.Caller, b Batch) (more bool, err error) {
	var items []item
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		items, err = next(tx, b.ID, left, -1, slice)
		return err
	})
	if err != nil || len(items) == 0 {
		return false, err
	}
	g, working := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for _, it := range items {
		g.Go(func() error { return s.one(working, who, b, it) })
	}
	return true, g.Wait()
}

// one has the request for one certificate made and carried out. An error is one of the batch, not of the certificate.
func (s *Service) one(ctx context.Context, who access.Caller, b Batch, it item) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	ask, noted := b.ask(it.Certificate), ""
	ask.Then = func(tx *store.Tx, t lifecycle.Taken) error {
		if _, err := identity.RightsNow(tx, who); err != nil {
			return err
		}
		noted = outcome(t)
		taken, err := take(tx, b.ID, it.N, noted, t.RequestID)
		if err == nil && !taken {
			err = act.ErrAlready // stopped meanwhile, or done by another
		}
		return err
	}
	t, err := s.Lifecycle.Carry(ctx, who, ask)
	switch {
	case errors.Is(err, act.ErrAlready) || err == nil && (noted != underway || t.Open):
		return nil
	case ctx.Err() != nil: // what has begun is found again
		return ctx.Err()
	}
	it.ended(t, err)
	if e := s.DB.Write(ctx, func(tx *store.Tx) error { return conclude(tx, b.ID, it) }); e != nil {
		return e
	}
	if errors.Is(err, access.NotKnown) { // of the owner, and so of the whole batch
		return err
	}
	return nil
}

// outcome is what became of a certificate by its request.
func outcome(t lifecycle.Taken) string {
	switch {
	case t.Waits:
		return asked
	case t.Open:
		return underway
	case t.Error != "":
		return failed
	}
	return done
}

// ended says how it ended with the certificate.
func (it *item) ended(t lifecycle.Taken, err error) {
	f := fault.Of(err)
	switch {
	case err == nil && t.Error != "":
		it.refuse(failed, broken.Detail("%s", t.Error))
	case err == nil:
		it.State = outcome(t)
	case f.Kind() == fault.Internal || f.Kind() == fault.Upstream:
		it.refuse(failed, f)
	default:
		it.refuse(refused, f)
	}
}

var broken = fault.Define("BATCH-009", fault.Upstream, "The request failed")

// later has the batch worked on again, at once or at a time.
func (s *Service) later(ctx context.Context, id string, at time.Time) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error { return task.Insert(tx, job{id}, task.Unique(), task.At(at)) })
}

// conclude looks at what the PKIs work on and, when nothing is left, brings the batch to its end.
func (s *Service) conclude(ctx context.Context, b Batch) error {
	open, err := s.settle(ctx, b.ID)
	if err != nil {
		return err
	}
	if open {
		return s.later(ctx, b.ID, s.DB.Clock.Now().Add(askAgain))
	}
	if b.State == canceling {
		return s.DB.Write(ctx, func(tx *store.Tx) error {
			now, err := byID(tx, b.ID)
			if err == nil && now.State == canceling {
				_, err = end(tx, now, stopped, s.Limits.Keep)
			}
			return err
		})
	}
	return s.complete(ctx, b)
}

// complete records that the batch has come to its end.
func (s *Service) complete(ctx context.Context, b Batch) error {
	facts := b.facts()
	err := act.Do(ctx, s.DB, b.who, event.ScheduledTaskComplete, &facts, func(tx *store.Tx) error {
		now, err := byID(tx, b.ID)
		if err != nil {
			return err
		}
		facts = now.facts()
		if now.State != running || now.Progress.Left+now.Progress.Underway > 0 {
			return act.ErrAlready
		}
		_, err = end(tx, now, completed, s.Limits.Keep)
		return err
	})
	if errors.Is(err, act.ErrAlready) {
		return nil
	}
	return err
}

// settle looks at the requests PKIs work on, and reports whether one is still open.
func (s *Service) settle(ctx context.Context, id string) (open bool, err error) {
	for behind := -1; ; {
		var items []item
		err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
			items, err = next(tx, id, underway, behind, slice)
			return err
		})
		if err != nil || len(items) == 0 {
			return open, err
		}
		behind = items[len(items)-1].N
		for _, it := range items {
			t, err := s.Lifecycle.Became(ctx, it.Request)
			if err != nil && !errors.Is(err, lifecycle.NoRequest) {
				return open, fmt.Errorf("looking at the request %s: %w", it.Request, err)
			}
			if err == nil && t.Open {
				open = true
				continue
			}
			it.ended(t, err)
			if err := s.DB.Write(ctx, func(tx *store.Tx) error { return conclude(tx, id, it) }); err != nil {
				return open, err
			}
		}
	}
}
