package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

const retryAfter = 30 * time.Second // what the sender is told to wait when the PKI did not answer

// kept is a wish that was granted and is kept as a request.
type kept struct {
	request request
	profile Profile
}

// Keep decides as Enroll does and keeps the request in the transaction of the caller, so that what a door notes of the
// wish and the request stand together. Enroll goes on with what it returns, once that transaction has committed. A refusal
// is not recorded: the caller undoes its transaction, and Enroll, which decides anew, records it.
func (s *Service) Keep(tx *store.Tx, who access.Caller, e Enrollment) (Enrollment, error) {
	facts := event.Certificate{Profile: e.Profile}
	q, p, err := s.decide(tx, who, e, &facts)
	if err == nil {
		e.kept = &kept{q, p}
	}
	return e, err
}

// Enroll decides, has the certificate issued, and records it. Asked again with the same key, it returns the same
// certificate, or goes on where it was interrupted.
func (s *Service) Enroll(ctx context.Context, who access.Caller, e Enrollment) (Issued, error) {
	k := e.kept
	if k == nil {
		var err error
		if k, err = s.keep(ctx, who, e); err != nil {
			return Issued{}, err
		}
	}
	switch q := k.request; q.State {
	case completed:
		return s.recorded(ctx, q.ID)
	case failed:
		return Issued{}, PKIFailed.Detail("%s", q.Error)
	}
	return s.carryOut(ctx, who, k.profile, k.request, e.Then)
}

// keep is Keep in a transaction of its own, and records a refusal.
func (s *Service) keep(ctx context.Context, who access.Caller, e Enrollment) (*kept, error) {
	facts := event.Certificate{Profile: e.Profile}
	var q request
	var p Profile
	err := s.DB.Write(ctx, func(tx *store.Tx) (err error) {
		facts = event.Certificate{Profile: e.Profile}
		var now request
		if now, p, err = s.decide(tx, who, e, &facts); err == nil {
			q = now
		}
		return err
	})
	if errors.Is(err, TooMany) {
		err = act.Refuse(ctx, s.DB, who, event.LifecycleMaxCertPerHolder, &facts, err)
	}
	if err != nil {
		return nil, act.Refuse(ctx, s.DB, who, event.LifecycleEnroll, &facts, err)
	}
	return &kept{q, p}, nil
}

// decide asks whether the wish may be granted and keeps it as a request, or finds the one that is kept: that one counts,
// whatever the profile says by now.
func (s *Service) decide(tx *store.Tx, who access.Caller, e Enrollment, facts *event.Certificate) (request, Profile, error) {
	p, err := Profiles.Get(tx, e.Profile)
	if errors.Is(err, Profiles.Missing()) {
		return request{}, nil, NoProfile.Detail("%s", e.Profile)
	}
	if err != nil {
		return request{}, nil, err
	}
	q, refusal := s.grant(tx, who, p, e, facts)
	if refusal == nil {
		fresh, err := addRequest(tx, q)
		if err != nil || fresh {
			return q, p, err
		}
	}
	kept, err := byWish(tx, e.Key)
	switch {
	case err != nil:
		return request{}, nil, err
	case kept != nil:
		*facts = kept.facts(p.Shared())
		return *kept, p, s.mayEnroll(who, p)
	case refusal == nil:
		refusal = fmt.Errorf("the request of the wish %s is there and cannot be found", e.Key)
	}
	return request{}, nil, refusal
}

// grant decides about a wish as if it were a new one.
func (s *Service) grant(tx *store.Tx, who access.Caller, p Profile, e Enrollment, facts *event.Certificate) (request, error) {
	c := p.Shared()
	q := request{
		ID: tx.NewID(), Wish: e.Key, Workflow: enroll, Module: Profiles.Variant(p), Profile: c.Name, State: processing, Attempts: 1, Caller: who, CSR: e.CSR.DER, csr: e.CSR,
		Content: content{Subject: e.CSR.Subject, SANs: e.Proven},
	}
	*facts = q.facts(c)
	if err := s.mayEnroll(who, p); err != nil {
		return request{}, err
	}
	switch {
	case !c.Enabled:
		return request{}, NoProfile.Detail("%s", e.Profile)
	case c.Connector == "":
		return request{}, NoConnector.Detail("%s", e.Profile)
	}
	composed, problems := compose(c, who, e, tx.Now())
	if len(problems) > 0 {
		return request{}, BadRequest.Each(problems)
	}
	q.Content, q.HolderID = composed, pki.HolderID(composed.Subject, composed.SANs)
	*facts = q.facts(c)
	return q, s.withinLimit(tx, c, q, false)
}

// mayEnroll asks for the right: the protocol has admitted the caller, or the profile or a permission does.
func (s *Service) mayEnroll(who access.Caller, p Profile) error {
	if p.Admits(who) {
		return nil
	}
	return may(who, p, p.Shared().Levels.Enroll, "enroll")
}

// may asks whether the caller may take a step on a profile.
func may(who access.Caller, p Profile, level *Level, step string) error {
	if decided, err := byLevel(who, p, level); decided {
		return err
	}
	return who.May(permission(p, step))
}

// withinLimit refuses a certificate beyond the limit of its holder, where the profile does not revoke older ones. One that
// renews a certificate that is due may be one more.
func (s *Service) withinLimit(tx *store.Tx, c Common, q request, renews bool) error {
	if m := c.MaxPerHolder; m == nil || m.Behavior != BehaviorReject {
		return nil
	}
	if err := tx.Lock("holder/" + q.HolderID); err != nil {
		return err
	}
	return overLimit(tx, c, q, renews)
}

// overLimit is that without keeping others from adding one meanwhile.
func overLimit(tx *store.Tx, c Common, q request, renews bool) error {
	m := c.MaxPerHolder
	if m == nil || m.Behavior != BehaviorReject {
		return nil
	}
	n, err := inventory.CountActive(tx, q.HolderID, c.Name, tx.Now())
	if err != nil {
		return err
	}
	more, err := underway(tx, q.HolderID, c.Name)
	if err != nil {
		return err
	}
	most := m.Max
	if renews {
		most++
	}
	if n+more >= most {
		return TooMany.Detail("%d valid certificates of this holder on the profile %s, %d are allowed", n+more, c.Name, m.Max)
	}
	return nil
}

// carryOut asks the PKI and records what it says.
func (s *Service) carryOut(ctx context.Context, who access.Caller, p Profile, q request, then func(*store.Tx, Issued) error) (Issued, error) {
	order, err := q.order()
	if err != nil {
		return Issued{}, err
	}
	var issued connector.Issued
	c := p.Shared()
	err = s.PKIs.With(ctx, who, string(c.Connector), func(k connector.PKI) (err error) {
		issued, err = k.Enroll(ctx, order)
		return err
	})
	var later *connector.NotYet
	switch {
	case order.Later && errors.As(err, &later):
		return Issued{}, s.waitFor(ctx, who, c, q, later)
	case err != nil:
		return Issued{}, s.notIssued(ctx, who, c, q, err)
	}
	out, err := s.record(ctx, who, p, q, issued, then)
	if errors.Is(err, PKIFailed) { // what it issued is of no use
		return Issued{}, s.notIssued(ctx, who, c, q, err)
	}
	return out, err
}

// notIssued records that the PKI did not issue. Where that is final the request has failed; otherwise the request tells the
// reason, and repair asks again.
func (s *Service) notIssued(ctx context.Context, who access.Caller, c Common, q request, cause error) error {
	final := fault.Of(cause).Kind() == fault.Invalid || fault.Of(cause).Kind() == fault.Denied
	err := PKIFailed.Detail("%s", reason(cause)).Because(cause)
	facts := q.facts(c)
	if !final && q.Attempts < q.most() {
		return s.askedAgain(ctx, who, q, &facts, cause)
	}
	return act.Do(context.WithoutCancel(ctx), s.DB, who, workflows[q.Workflow].event, &facts, func(tx *store.Tx) error {
		if e := q.retire(tx, failed, time.Time{}); e != nil {
			return e
		}
		if e := releaseChallenge(tx, q.ID); e != nil {
			return e
		}
		if _, e := settle(tx, q.ID, failed, "", reason(cause)); e != nil {
			return e
		}
		return act.Keep(event.Failure, err)
	})
}

// askedAgain keeps why the PKI did not issue yet; the first time that is an event.
func (s *Service) askedAgain(ctx context.Context, who access.Caller, q request, facts *event.Certificate, cause error) error {
	later := PKIFailed.Detail("%s; it will be asked again", reason(cause)).Because(cause).Wait(retryAfter)
	ctx = context.WithoutCancel(ctx)
	keep := func(tx *store.Tx) error { return stumble(tx, q.ID, reason(cause)) }
	if q.Attempts > 1 {
		if err := s.DB.Write(ctx, keep); err != nil {
			return errors.Join(later, err)
		}
		return later
	}
	return act.Do(ctx, s.DB, who, workflows[q.Workflow].event, facts, func(tx *store.Tx) error {
		if err := keep(tx); err != nil {
			return err
		}
		return act.Keep(event.Warning, later)
	})
}
