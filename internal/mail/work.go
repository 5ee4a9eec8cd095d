package mail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

// States of a message that was not sent yet.
const (
	Waiting = "waiting" // it is tried at its time
	Failed  = "failed"  // it was given up for all recipients, or for some
)

// sendJob sends one message. Its turn tells it from the jobs another one has taken the place of.
type sendJob struct {
	ID   string `json:"id"`
	Turn int64  `json:"turn"`
}

// Task names the job.
func (sendJob) Task() string { return "send-mail" }

// Jobs is the work of the service.
func (s *Service) Jobs() []task.Definition {
	return []task.Definition{task.Define(parallel, s.to.Timeout+30*time.Second, s.send)}
}

// send tries a message once, and queues the next try where there is one.
func (s *Service) send(ctx context.Context, j sendJob) error {
	var l letter
	var found bool
	if err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		l, found, err = find(tx, j.ID)
		return err
	}); err != nil || !found || l.State != Waiting || l.Turn != j.Turn {
		return err
	}
	r := s.attempt(ctx, l)
	if ctx.Err() != nil && len(r.Delivered) == 0 { // interrupted: it counts as no attempt
		return ctx.Err()
	}
	why := l.took(r)
	if why != nil {
		slog.WarnContext(ctx, "a message was not sent to all", "message", l.ID, "attempt", l.Attempts, "left", len(l.progress.Left), "error", why)
	}
	return s.settle(ctx, l, why)
}

// attempt opens the message and hands it over to those who are left.
func (s *Service) attempt(ctx context.Context, l letter) result {
	hopeless := func(err error) result { return whole(l.progress.Left, "composing", never{err}) }
	content, err := s.Keys.Open(purpose, l.ID, l.content)
	if err != nil {
		return result{Left: l.progress.Left, Err: err} // the keys may be put back
	}
	var m Message
	if err := json.Unmarshal(content, &m); err != nil {
		return hopeless(fmt.Errorf("reading the message %s: %w", l.ID, err))
	}
	if !s.Configured() {
		return hopeless(notConfigured)
	}
	raw, err := s.compose(m, l.ID, l.Created)
	if err != nil {
		return hopeless(err)
	}
	from, err := s.returnTo(m)
	if err != nil {
		return hopeless(err)
	}
	return s.deliver(ctx, from, l.progress.Left, raw)
}

// never is an error another try does not change.
type never struct{ error }

// Unwrap returns the error.
func (n never) Unwrap() error { return n.error }

// took counts an attempt and returns why not everybody has got the message, which an earlier attempt may have found.
func (l *letter) took(r result) (why error) {
	l.Attempts++
	l.progress.Delivered = append(l.progress.Delivered, r.Delivered...)
	l.progress.Refused = append(l.progress.Refused, r.Refused...)
	l.progress.Left = r.Left
	why, l.Error = r.Err, ""
	if n := len(l.progress.Refused); why == nil && n > 0 {
		why = refused.Detail("%s", l.progress.Refused[n-1].Answer)
	}
	if why != nil {
		l.Error = plain(fault.Of(why).Reason())
	}
	return why
}

// settle records what became of an attempt: the message is gone, waits for the next, or is given up. When it is done for
// good, its event is part of that.
func (s *Service) settle(ctx context.Context, l letter, why error) error {
	if len(l.progress.Left) > 0 && l.Attempts < l.Most {
		return s.DB.Write(ctx, func(tx *store.Tx) error { return s.postpone(tx, l) })
	}
	t, known := recorded[l.record.Code]
	if !known {
		return already(s.DB.Write(ctx, func(tx *store.Tx) error { return s.end(tx, l) }))
	}
	facts := l.record.Facts
	facts.MessageID, facts.Recipients, facts.Subject, facts.Attempts = l.ID, l.progress.Delivered, l.Subject, l.Attempts
	facts.Refused = l.progress.undelivered()
	err := act.Do(ctx, s.DB, s.who(l), t, &facts, func(tx *store.Tx) error {
		if err := s.end(tx, l); err != nil {
			return err
		}
		switch {
		case len(facts.Refused) == 0:
			return nil
		case len(facts.Recipients) == 0:
			return act.Keep(event.Failure, why)
		}
		return act.Keep(event.Warning, why)
	})
	if err != nil && errors.Is(err, why) { // it is kept: what could not be sent is on record
		return nil
	}
	return already(err)
}

// postpone lets a message wait for its next attempt.
func (s *Service) postpone(tx *store.Tx, l letter) error {
	next := tx.Now().Add(wait(l.Attempts))
	found, err := again(tx, l, next)
	if err != nil || !found {
		return err
	}
	return s.tell(tx, l, Outcome{Status: event.Failure, Why: l.Error, Left: l.Most - l.Attempts, Next: next})
}

// end deletes a message that was sent to all, and keeps one that was not.
func (s *Service) end(tx *store.Tx, l letter) error {
	rest := l.progress.undelivered()
	if len(rest) == 0 {
		if err := once(remove(tx, l.ID)); err != nil {
			return err
		}
		return s.tell(tx, l, Outcome{Status: event.Success})
	}
	out := Outcome{Status: event.Warning, Why: l.Error}
	if len(l.progress.Delivered) == 0 {
		out.Status = event.Failure
	}
	l.State, l.Ended = Failed, tx.Now()
	l.progress.Left, l.progress.Refused = rest, nil
	if err := once(update(tx, l)); err != nil {
		return err
	}
	return s.tell(tx, l, out)
}

// once is the end of a step whose row was changed by another meanwhile.
func once(found bool, err error) error {
	if err == nil && !found {
		return act.ErrAlready
	}
	return err
}

func already(err error) error {
	if errors.Is(err, act.ErrAlready) {
		return nil
	}
	return err
}

// who is the server, in the call that caused the message.
func (s *Service) who(l letter) access.Caller {
	if l.record.Call == "" {
		return access.System("mail", l.ID)
	}
	return access.System("mail", l.record.Call)
}
