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
	repairBatch = 500
)

// Repair finishes requests whose outcome was not recorded, because the server was killed or the PKI did not answer: the
// PKI is asked again with the same id. At the start of the only node, all of them; later those that have waited a while.
func (s *Service) Repair(ctx context.Context, all bool) (n int, err error) {
	before := s.DB.Clock.Now().Add(-repairAge)
	if all {
		before = s.DB.Clock.Now()
	}
	var waiting []request
	err = s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		waiting, err = findRequests(tx, `state = 'processing' AND modified <= $1 ORDER BY modified LIMIT $2`, store.Micros(before), repairBatch)
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

func (s *Service) repair(ctx context.Context, q request) error {
	var p Profile
	var c inventory.Certificate
	err := s.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if p, err = Profiles.Get(tx, q.Profile); err != nil {
			return err
		}
		if q.Workflow == revoke {
			if c, err = inventory.Get(tx, q.CertificateID); err != nil {
				return err
			}
		}
		return attempt(tx, q.ID)
	})
	if err != nil {
		return err
	}
	q.Attempts++
	if q.Workflow == revoke {
		return s.carryOutRevocation(ctx, q.Caller, p, q, c)
	}
	if _, err = s.carryOut(ctx, q.Caller, p, q, nil); errors.Is(err, issuedLater) {
		return nil
	}
	return err
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
