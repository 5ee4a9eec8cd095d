package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

const (
	repairAge   = time.Minute // how long a request may be in processing before it is taken for abandoned
	repairMost  = time.Hour   // the longest wait between two calls of the PKI
	repairBatch = 500

	maxAttempts = 20 // calls of the PKI for one request, over 14 hours
	fewAttempts = 7  // where a client waits, which will ask anew: over an hour
)

// most is how often the PKI is called for the request before it has failed.
func (q request) most() int {
	if q.Sheet == nil && q.Workflow != revoke {
		return fewAttempts
	}
	return maxAttempts
}

// repairWait is how long after so many calls of the PKI the next one comes: each time twice as long.
func repairWait(attempts int) time.Duration {
	wait := repairAge
	for range attempts - 1 {
		wait = min(2*wait, repairMost)
	}
	return wait
}

// repairDue is the condition of the requests whose next call has come at $1.
var repairDue = func() string {
	text := "CASE"
	n := 1
	for ; repairWait(n) < repairMost; n++ {
		text += fmt.Sprintf(" WHEN attempts <= %d THEN %d", n, repairWait(n).Microseconds())
	}
	return fmt.Sprintf("modified + %s ELSE %d END <= $1", text, repairMost.Microseconds())
}()

// Repair finishes requests whose outcome was not recorded, because the server was killed or the PKI did not answer: the
// PKI is asked again with the same id. At the start of the only node, all of them; later those whose turn has come.
func (s *Service) Repair(ctx context.Context, all bool) (n int, err error) {
	due := repairDue
	if all {
		due = "modified <= $1"
	}
	var waiting []request
	err = s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		waiting, err = findRequests(tx, `state = 'processing' AND `+due+` ORDER BY modified LIMIT $2`, store.Micros(tx.Now()), repairBatch)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, q := range waiting {
		if err := s.repair(ctx, q); err != nil && ctx.Err() == nil {
			slog.Warn("a request could not be finished", "request", q.ID, "error", err)
			continue
		}
		n++
	}
	return n, ctx.Err()
}

// repair counts another call, and asks the PKI again. What keeps even that from being done is kept on the request, and
// ends it when it was tried often enough.
func (s *Service) repair(ctx context.Context, q request) error {
	if err := s.DB.Write(ctx, func(tx *store.Tx) error { return attempt(tx, q.ID) }); err != nil {
		return err
	}
	q.Attempts++
	err := s.again(ctx, q)
	if err == nil || ctx.Err() != nil || errors.Is(err, PKIFailed) || errors.Is(err, RevokeFailed) {
		return err // of which the request tells already
	}
	return errors.Join(err, s.stuck(ctx, q, err))
}

// again asks the PKI again.
func (s *Service) again(ctx context.Context, q request) error {
	var p Profile
	var c inventory.Certificate
	err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		if p, err = Profiles.Get(tx, q.Profile); err == nil && q.Workflow == revoke {
			c, err = inventory.Get(tx, q.CertificateID)
		}
		return err
	})
	if err != nil {
		return err
	}
	if q.Workflow == revoke {
		return s.carryOutRevocation(ctx, q.Caller, p, q, c)
	}
	if _, err = s.carryOut(ctx, q.Caller, p, q, nil); errors.Is(err, issuedLater) {
		return nil
	}
	return err
}

// stuck keeps why a request could not be carried out, such as a profile that is gone. When it was tried often enough it has
// failed.
func (s *Service) stuck(ctx context.Context, q request, cause error) error {
	if q.Attempts < q.most() {
		return s.DB.Write(ctx, func(tx *store.Tx) error { return stumble(tx, q.ID, reason(cause)) })
	}
	facts := q.facts(Common{})
	err := act.Do(ctx, s.DB, q.Caller, workflows[q.Workflow].event, &facts, func(tx *store.Tx) error {
		moved, err := settle(tx, q.ID, failed, q.CertificateID, reason(cause))
		if err == nil && !moved {
			err = act.ErrAlready
		}
		if err != nil {
			return err
		}
		if err := q.retire(tx, failed, time.Time{}); err != nil {
			return err
		}
		if err := releaseChallenge(tx, q.ID); err != nil {
			return err
		}
		return act.Keep(event.Failure, cause)
	})
	return unless(err, act.ErrAlready, cause)
}

// supersession is the job that revokes a certificate because its holder has a newer one.
type supersession struct {
	CertificateID string `json:"certificateId"`
	Successor     string `json:"successor"`
	Limit         int    `json:"limit"`
}

// Task names the job.
func (supersession) Task() string { return "supersede-certificate" }

// Jobs are the jobs of the lifecycle.
func (s *Service) Jobs() []task.Definition {
	return []task.Definition{task.Define(2, time.Minute, s.superseded), task.Define(1, time.Hour, s.switchRest), task.Define(pollParallel, 2*time.Minute, s.abandon)}
}

// superseded revokes one certificate beyond the limit of its holder.
func (s *Service) superseded(ctx context.Context, job supersession) error {
	who := access.System("task", s.DB.NewID())
	var p Profile
	var c inventory.Certificate
	err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		if c, err = inventory.Get(tx, job.CertificateID); err != nil {
			return err
		}
		p, err = Profiles.Get(tx, c.Profile)
		return err
	})
	if err != nil {
		return task.GiveUp(fmt.Errorf("finding the certificate to revoke: %w", err))
	}
	r := Revocation{CertificateID: c.ID, Reason: "superseded"}
	if m := p.Shared().MaxPerHolder; m != nil && m.Reason != "" {
		r.Reason = mustReason(m.Reason)
	}
	err = s.Revoke(ctx, who, r)
	if err == nil || errors.Is(err, AlreadyRevoked) {
		return nil
	}
	facts := certificateFacts(c)
	facts.Limit = job.Limit
	return errors.Join(err, act.Note(ctx, s.DB, who, event.LifecycleMaxCertPerHolder, event.Failure, &facts, err))
}
