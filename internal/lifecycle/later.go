package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

var issuedLater = fault.Define("WEBRA-ENROLL-007", fault.Upstream, "The PKI issues the certificate later")

const (
	pollStep     = 5 * time.Minute // by which the time between two polls of one request grows
	pollMost     = time.Hour
	pollBatch    = 100
	pollParallel = 3
	longWait     = 10 * 365 * 24 * time.Hour // for which the key of a request is kept that waits for its PKI
)

// pollAfter is how long to wait before a PKI is asked again, after so many times: longer each time, and never shorter than it
// says.
func pollAfter(polls int, said time.Duration) time.Duration {
	return max(min(time.Duration(polls+1)*pollStep, pollMost), min(said, 24*time.Hour))
}

// mayWait reports whether the PKI may issue later: where somebody asked for the certificate through the API, and did not
// say otherwise. Protocols, and whoever uses a challenge, wait for the answer.
func (q request) mayWait() bool {
	return q.Sheet != nil && (q.Workflow == enroll || q.Workflow == renew) && (q.Sheet.Asynchronous == nil || *q.Sheet.Asynchronous)
}

// waitFor keeps what the PKI is asked with again, once, and returns issuedLater.
func (s *Service) waitFor(ctx context.Context, who access.Caller, c Common, q request, n *connector.NotYet) error {
	facts := q.facts(c)
	err := act.Do(context.WithoutCancel(ctx), s.DB, who, workflows[q.Workflow].event, &facts, func(tx *store.Tx) error {
		facts = q.facts(c)
		at := tx.Now().Add(pollAfter(0, n.After))
		q := q
		q.State = inProgress
		moved, err := move(tx, q, processing)
		if err == nil && !moved {
			err = act.ErrAlready
		}
		if err != nil {
			return err
		}
		if err := keepUntil(tx, q.ID, tx.Now().Add(longWait)); err != nil {
			return err
		}
		if err := s.addLater(tx, later{request: q.ID, connector: string(c.Connector), ticket: n.Ticket, retryAt: at}); err != nil {
			return err
		}
		return act.Keep(event.Warning, issuedLater.Detail("it is asked again on %s", at.Format(time.RFC3339)))
	})
	if errors.Is(err, act.ErrAlready) {
		return issuedLater
	}
	return err
}

// Poll asks the PKIs again for what they have not issued yet and what is due, a few at a time.
func (s *Service) Poll(ctx context.Context) error {
	for {
		var due []string
		err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
			due, err = dueLater(tx, pollBatch)
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		if err := s.pollAll(ctx, due); err != nil {
			return err
		}
	}
}

func (s *Service) pollAll(ctx context.Context, ids []string) error {
	var mu sync.Mutex // guards bad
	var bad error
	var working sync.WaitGroup
	places := make(chan struct{}, pollParallel)
	for _, id := range ids {
		places <- struct{}{}
		working.Go(func() {
			defer func() { <-places }()
			if err := s.poll(ctx, id); err != nil {
				mu.Lock()
				defer mu.Unlock()
				bad = errors.Join(bad, fmt.Errorf("asking again for the request %s: %w", id, err))
			}
		})
	}
	working.Wait()
	return bad
}

// poll asks once for one request and records what the PKI says. Only what could not be recorded is an error.
func (s *Service) poll(ctx context.Context, id string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	q, p, l, err := s.ordered(ctx, id)
	if err != nil || q.State != inProgress || l.request == "" {
		return err
	}
	var issued connector.Issued
	err = s.collector(ctx, &q, l, func(c connector.Collector, o connector.Order) (err error) {
		issued, err = c.Collect(ctx, o, l.ticket)
		return err
	})
	if err == nil {
		_, err = s.record(ctx, q.Caller, p, q, issued, func(tx *store.Tx, got Issued) error {
			facts := q.facts(p.Shared())
			facts.CertificateID = got.CertificateID
			act.Also(tx, event.AsyncEnrollmentPoll, event.Success, &facts, nil)
			return nil
		})
		if err == nil || s.ended(ctx, id) {
			return nil // also when it was cancelled meanwhile: whoever gives the order up has it revoked
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.notCollected(ctx, q, p.Shared(), l, err)
}

// ended reports whether a request does not wait for its PKI any more.
func (s *Service) ended(ctx context.Context, id string) bool {
	q, _, _, err := s.ordered(ctx, id)
	return err == nil && q.State != inProgress
}

// ordered returns a request, its profile, and what the PKI is asked with again.
func (s *Service) ordered(ctx context.Context, id string) (q request, p Profile, l later, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		if q, err = byID(tx, id); err != nil {
			return err
		}
		if p, err = Profiles.Get(tx, q.Profile); err != nil {
			return err
		}
		l, _, err = s.findLater(tx, id)
		return err
	})
	q.via = l.connector
	return q, p, l, err
}

// collector calls fn with the open connection an order was given to, and the order, of which the CSR is read.
func (s *Service) collector(ctx context.Context, q *request, l later, fn func(connector.Collector, connector.Order) error) error {
	o, err := q.order()
	if err != nil {
		return err
	}
	return s.PKIs.With(ctx, q.Caller, l.connector, func(k connector.PKI) error {
		c, ok := k.(connector.Collector)
		if !ok {
			return PKIFailed.Detail("the connector %s does not take such orders any more", l.connector)
		}
		return fn(c, o)
	})
}

// notCollected records that there is no certificate: not yet, or never.
func (s *Service) notCollected(ctx context.Context, q request, c Common, l later, cause error) error {
	final := fault.Of(cause).Kind() == fault.Invalid || fault.Of(cause).Kind() == fault.Denied
	if final {
		return s.refusedLater(ctx, q, c, cause)
	}
	why := PKIFailed.Detail("%s; it will be asked again", reason(cause)).Because(cause)
	said := time.Duration(0)
	if n := (*connector.NotYet)(nil); errors.As(cause, &n) {
		why, said = issuedLater.Detail("it will be asked again"), n.After
		if len(n.Ticket) > 0 {
			l.ticket = n.Ticket
		}
	}
	facts := q.facts(c)
	err := act.Do(context.WithoutCancel(ctx), s.DB, q.Caller, event.AsyncEnrollmentPoll, &facts, func(tx *store.Tx) error {
		l := l
		l.polls++
		l.retryAt = tx.Now().Add(pollAfter(l.polls, said))
		moved, err := s.setLater(tx, l)
		if err == nil && !moved {
			err = act.ErrAlready
		}
		if err != nil {
			return err
		}
		return act.Keep(event.Warning, why)
	})
	return unless(err, why, act.ErrAlready)
}

// refusedLater records that the PKI has refused for good.
func (s *Service) refusedLater(ctx context.Context, q request, c Common, cause error) error {
	why := PKIFailed.Detail("%s", reason(cause)).Because(cause)
	facts := q.facts(c)
	err := act.Do(context.WithoutCancel(ctx), s.DB, q.Caller, workflows[q.Workflow].event, &facts, func(tx *store.Tx) error {
		facts = q.facts(c)
		moved, err := settle(tx, q.ID, failed, "", reason(cause))
		if err == nil && !moved {
			err = act.ErrAlready
		}
		if err != nil {
			return err
		}
		if err := q.retire(tx, failed, time.Time{}); err != nil {
			return err
		}
		if err := dropLater(tx, q.ID); err != nil {
			return err
		}
		if err := dropKey(tx, q.ID); err != nil {
			return err
		}
		poll := facts
		act.Also(tx, event.AsyncEnrollmentPoll, event.Failure, &poll, why)
		return act.Keep(event.Failure, why)
	})
	return unless(err, why, act.ErrAlready)
}

// unless returns an error that is none of those that were expected.
func unless(err error, expected ...error) error {
	for _, e := range expected {
		if errors.Is(err, e) {
			return nil
		}
	}
	return err
}

// abandonment is the job that gives an order up at the PKI, whose request was denied or taken back.
type abandonment struct {
	RequestID string `json:"requestId"`
}

// Task names the job.
func (abandonment) Task() string { return "abandon-order" }

// abandon gives an order up. Every attempt is on record; what the PKI refuses for good is not tried again.
func (s *Service) abandon(ctx context.Context, job abandonment) error {
	q, p, l, err := s.ordered(ctx, job.RequestID)
	if err != nil || l.request == "" || q.State == inProgress {
		return err
	}
	err = s.collector(ctx, &q, l, func(c connector.Collector, o connector.Order) error { return c.Abandon(ctx, o, l.ticket) })
	facts := q.facts(p.Shared())
	final := err == nil || fault.Of(err).Kind() == fault.Invalid || fault.Of(err).Kind() == fault.Denied
	if !final {
		return errors.Join(err, act.Note(context.WithoutCancel(ctx), s.DB, q.Caller, event.LifecycleCancel, event.Warning, &facts, err))
	}
	done := act.Do(context.WithoutCancel(ctx), s.DB, q.Caller, event.LifecycleCancel, &facts, func(tx *store.Tx) error {
		if e := dropLater(tx, q.ID); e != nil || err == nil {
			return e
		}
		return act.Keep(event.Failure, err)
	})
	return task.GiveUp(done)
}
