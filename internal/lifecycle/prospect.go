package lifecycle

import (
	"context"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/store"
)

// Taken is how far a request has come that was accepted.
type Taken struct {
	RequestID string
	// Waits for somebody else to decide; Open is worked on by the PKI. With neither it has come to its end.
	Waits, Open bool
	// Error says why it failed; "" when it did not.
	Error string
}

// taken is how far the request has come.
func (q request) taken() Taken {
	t := Taken{RequestID: q.ID, Waits: q.State == pending, Open: q.State == processing || q.State == inProgress, Error: q.Error}
	if q.State == canceled || q.State == denied { // while the PKI worked on it
		t.Error = "it was " + q.State
	}
	return t
}

// Carry is Submit for whoever does not look at the request: it tells only how far it has come. The decision, which is
// short, is not interrupted, and so is never recorded as a failure for that; what the PKI does is.
func (s *Service) Carry(ctx context.Context, who access.Caller, a Ask) (Taken, error) {
	d, err := s.submit(context.WithoutCancel(ctx), who, a)
	if err != nil || d.State != processing {
		return d.taken(), err
	}
	if err := s.execute(ctx, who, d); err != nil {
		return d.taken(), err
	}
	return s.Became(ctx, d.ID)
}

// Became tells how far a request has come by now.
func (s *Service) Became(ctx context.Context, id string) (t Taken, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		q, err := byID(tx, id)
		t = q.taken()
		return err
	})
	return t, err
}

// Prospect is what would become of a request about a certificate.
type Prospect struct {
	Waits bool                   // somebody else would decide
	About *inventory.Certificate // nil when there is none, or none that the caller may see
}

// Assess tells what would become of a request. It changes and records nothing, and asks nobody outside; the error is the
// refusal.
func (s *Service) Assess(tx *store.Tx, who access.Caller, a Ask) (p Prospect, err error) {
	d, err := s.draft(tx, who, a)
	if d.c != nil && d.c.ID != "" && d.c.VisibleTo(who) {
		p.About = d.c
	}
	p.Waits = d.stands == mayAsk
	switch {
	case err != nil || p.Waits:
		return p, err
	case d.Workflow == migrate && d.Profile == d.c.Profile:
		return p, notMigratable.Detail("it is on the profile %s already", d.Profile)
	case d.Workflow == enroll && !d.Content.Challenge, d.Workflow == renew:
		return p, overLimit(tx, d.p.Shared(), d.request, d.renews(tx.Now()))
	}
	return p, nil
}
