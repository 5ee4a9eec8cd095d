package batch

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

// own returns a batch of the caller; those of others are not to be had, and where the caller may see them that is said.
func own(tx *store.Tx, who access.Caller, id string) (Batch, error) {
	b, err := byID(tx, id)
	switch {
	case err != nil:
		return Batch{}, err
	case !b.sees(who):
		return Batch{}, Missing.Detail("%s", id)
	case b.By != who.ID:
		return Batch{}, access.NotPermitted.Detail("it is the batch of %s", b.By)
	}
	return b, nil
}

// Run begins to do what was previewed, to the certificates that were found then and were not refused. Only whose preview it
// is runs it.
func (s *Service) Run(ctx context.Context, who access.Caller, id string) (r Batch, err error) {
	facts := event.Task{Type: "batch", ID: clip(id)}
	err = act.Do(ctx, s.DB, who, event.ScheduledTaskRun, &facts, func(tx *store.Tx) error {
		facts = event.Task{Type: "batch", ID: clip(id)}
		b, err := own(tx, who, id)
		if err != nil {
			return err
		}
		facts = b.facts()
		if err := s.mayRun(tx, who, b); err != nil {
			return err
		}
		if err := start(tx, b, who); err != nil {
			return err
		}
		if err := task.Insert(tx, job{b.ID}, task.Unique()); err != nil {
			return err
		}
		r, err = byID(tx, b.ID)
		r = r.shownTo(tx, who)
		return err
	})
	return r, err
}

// mayRun refuses what cannot be run, or not now.
func (s *Service) mayRun(tx *store.Tx, who access.Caller, b Batch) error {
	switch {
	case b.State != previewed:
		return WrongState.Detail("it is %s", b.State)
	case !tx.Now().Before(b.RemoveAt):
		return Expired.Detail("after %s; make another one", previewLife)
	case b.Progress.Left == 0:
		return Nothing.Detail("%d certificates were found, %d of them are refused", b.Preview.Found, b.Preview.Refused)
	}
	if err := tx.Lock("batch/" + who.ID); err != nil {
		return err
	}
	n, err := count(tx, who.ID, running)
	if err == nil && n >= s.Limits.Running {
		err = TooMany.Detail("%d of yours run; at most %d do at a time", n, s.Limits.Running)
	}
	return err
}

// start marks the batch as run by the caller, whose events its requests' are.
func start(tx *store.Tx, b Batch, who access.Caller) error {
	caller, err := json.Marshal(who)
	if err != nil {
		return err
	}
	moved, err := move(tx, b.ID, running, previewed)
	if err != nil {
		return err
	}
	if !moved {
		return WrongState.Detail("it was run meanwhile")
	}
	_, err = tx.Exec(`UPDATE batch SET caller = $1, started = $2, remove_at = NULL WHERE id = $3`, string(caller), store.Micros(tx.Now()), b.ID)
	return err
}

// Cancel stops a batch that runs. What a PKI has begun comes to its end; nothing else is begun.
func (s *Service) Cancel(ctx context.Context, who access.Caller, id string) (r Batch, err error) {
	facts := event.Task{Type: "batch", ID: clip(id)}
	err = act.Do(ctx, s.DB, who, event.ScheduledTaskComplete, &facts, func(tx *store.Tx) error {
		facts = event.Task{Type: "batch", ID: clip(id)}
		b, err := byID(tx, id)
		if err == nil && !b.sees(who) {
			err = Missing.Detail("%s", id)
		}
		if err != nil {
			return err
		}
		facts = b.facts()
		if err := b.mayCancel(who); err != nil {
			return err
		}
		why := canceled.Detail("by %s", who.ID)
		if err := stop(tx, b, why.Reason()); err != nil {
			return err
		}
		if r, err = byID(tx, id); err != nil {
			return err
		}
		r = r.shownTo(tx, who)
		return act.Keep(event.Warning, why)
	})
	if errors.Is(err, canceled) {
		err = nil
	}
	return r, err
}

// stop lets nothing more of the batch begin, and has its job bring it to its end.
func stop(tx *store.Tx, b Batch, why string) error {
	moved, err := move(tx, b.ID, canceling, running)
	if err != nil {
		return err
	}
	if !moved {
		return WrongState.Detail("it is %s", b.State)
	}
	if _, err := tx.Exec(`UPDATE batch SET reason = $1 WHERE id = $2`, why, b.ID); err != nil {
		return err
	}
	return task.Insert(tx, job{b.ID}, task.Unique())
}

// Discard removes a preview that is not to be run. Nobody has done anything by it, so it is no event.
func (s *Service) Discard(ctx context.Context, who access.Caller, id string) error {
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		b, err := own(tx, who, id)
		if err != nil {
			return err
		}
		moved, err := move(tx, b.ID, preparing, previewed) // nobody finds it any more
		if err == nil && !moved {
			err = WrongState.Detail("it is %s; what was run is kept until its time is over", b.State)
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.remove(ctx, id)
}

// clip keeps what was sent short enough to be said back.
func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "…"
	}
	return s
}
