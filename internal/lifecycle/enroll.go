package lifecycle

import (
	"context"
	"errors"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
	"github.com/horizon-clm/horizon/internal/trust"
)

const (
	maxAttempts = 20               // calls of the PKI for one request
	retryAfter  = 30 * time.Second // what the sender is told to wait when the PKI did not answer
)

// Enroll decides, has the certificate issued, and records it. Asked again with the same key, it returns the same
// certificate, or goes on where it was interrupted.
func (s *Service) Enroll(ctx context.Context, who access.Caller, e Enrollment) (Issued, error) {
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
		return Issued{}, act.Refuse(ctx, s.DB, who, event.LifecycleEnroll, &facts, err)
	}
	switch q.State {
	case completed:
		return s.recorded(ctx, q.ID)
	case failed:
		return Issued{}, PKIFailed.Detail("%s", q.Error)
	}
	return s.carryOut(ctx, who, p, q)
}

// decide asks whether the wish may be granted and keeps it as a request, or finds the one that is kept.
func (s *Service) decide(tx *store.Tx, who access.Caller, e Enrollment, facts *event.Certificate) (request, Profile, error) {
	p, err := Profiles.Get(tx, e.Profile)
	if errors.Is(err, Profiles.Missing()) {
		return request{}, nil, NoProfile.Detail("%s", e.Profile)
	}
	if err != nil {
		return request{}, nil, err
	}
	kept, err := byWish(tx, e.Key)
	if err != nil {
		return request{}, nil, err
	}
	c := p.Shared()
	if kept != nil {
		*facts = kept.facts(c)
		return *kept, p, s.mayEnroll(who, p)
	}
	q := request{
		ID: tx.NewID(), Wish: e.Key, Workflow: enroll, Module: Profiles.Variant(p), Profile: c.Name, State: processing, Caller: who, CSR: e.CSR.DER, csr: e.CSR,
		Content: content{Subject: e.CSR.Subject, SANs: e.Proven},
	}
	*facts = q.facts(c)
	if err := s.mayEnroll(who, p); err != nil {
		return request{}, nil, err
	}
	switch {
	case !c.Enabled:
		return request{}, nil, NoProfile.Detail("%s", e.Profile)
	case c.Connector == "":
		return request{}, nil, NoConnector.Detail("%s", e.Profile)
	}
	composed, problems := compose(c, who, e, tx.Now())
	if len(problems) > 0 {
		return request{}, nil, BadRequest.Each(problems)
	}
	q.Content, q.HolderID = composed, pki.HolderID(composed.Subject, composed.SANs)
	*facts = q.facts(c)
	if err := s.withinLimit(tx, c, q); err != nil {
		return request{}, nil, err
	}
	return q, p, addRequest(tx, q)
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
	if level != nil {
		if !level.takes(who) {
			return access.NotPermitted.Detail("the profile %s asks for an identity of another provider", p.Shared().Name)
		}
		switch level.AccessLevel {
		case "everyone":
			return nil
		case "authenticated":
			return who.Known()
		}
	}
	return who.May(access.Of("lifecycle", Profiles.Variant(p), p.Shared().Name, step))
}

// withinLimit refuses a certificate beyond the limit of its holder, where the profile does not revoke older ones.
func (s *Service) withinLimit(tx *store.Tx, c Common, q request) error {
	m := c.MaxPerHolder
	if m == nil || m.Behavior != BehaviorReject {
		return nil
	}
	if err := tx.Lock("holder/" + q.HolderID); err != nil {
		return err
	}
	n, err := inventory.CountActive(tx, q.HolderID, c.Name, tx.Now())
	if err != nil {
		return err
	}
	more, err := underway(tx, q.HolderID, c.Name)
	if err != nil {
		return err
	}
	if n+more >= m.Max {
		return TooMany.Detail("%d valid certificates of this holder on the profile %s, %d are allowed", n+more, c.Name, m.Max)
	}
	return nil
}

// carryOut asks the PKI and records what it says.
func (s *Service) carryOut(ctx context.Context, who access.Caller, p Profile, q request) (Issued, error) {
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
	if err != nil {
		return Issued{}, s.notIssued(ctx, who, c, q, err)
	}
	return s.record(ctx, who, c, q, issued)
}

// notIssued records that the PKI did not issue. Where that is final the request has failed; otherwise repair asks again.
func (s *Service) notIssued(ctx context.Context, who access.Caller, c Common, q request, cause error) error {
	final := fault.Of(cause).Kind() == fault.Invalid || fault.Of(cause).Kind() == fault.Denied
	err := PKIFailed.Detail("%s", reason(cause)).Because(cause)
	facts := q.facts(c)
	if !final && q.Attempts < maxAttempts {
		later := PKIFailed.Detail("%s; it will be asked again", reason(cause)).Because(cause)
		if q.Attempts == 1 {
			if note := act.Note(context.WithoutCancel(ctx), s.DB, who, event.LifecycleEnroll, event.Warning, &facts, later); note != nil {
				return errors.Join(later, note)
			}
		}
		return later.Wait(retryAfter)
	}
	return act.Do(context.WithoutCancel(ctx), s.DB, who, event.LifecycleEnroll, &facts, func(tx *store.Tx) error {
		if _, e := settle(tx, q.ID, failed, "", reason(cause)); e != nil {
			return e
		}
		return act.Keep(event.Failure, err)
	})
}

// record puts the certificate into the inventory and completes the request, once.
func (s *Service) record(ctx context.Context, who access.Caller, c Common, q request, issued connector.Issued) (Issued, error) {
	cert, err := pki.ParseCertificate(issued.Certificate)
	if err != nil {
		return Issued{}, PKIFailed.Detail("what it returned is not a certificate").Because(err)
	}
	if !pki.SameKey(cert.X509.PublicKey, q.csr.PublicKey) {
		return Issued{}, PKIFailed.Detail("the certificate it returned has another key")
	}
	facts := q.facts(c)
	facts.DN, facts.Serial, facts.Issuer, facts.KeyType = cert.DN, cert.Serial, cert.IssuerDN, string(cert.KeyType)
	facts.NotBefore, facts.NotAfter, facts.CA = cert.NotBefore, cert.NotAfter, cert.IssuerDN
	n := entry(who, c, q, cert)
	if n.Trusted, err = s.trusted(ctx, issued); err != nil {
		return Issued{}, err
	}
	id := ""
	err = act.Do(context.WithoutCancel(ctx), s.DB, who, event.LifecycleEnroll, &facts, func(tx *store.Tx) error {
		added, err := inventory.Add(tx, n)
		if errors.Is(err, inventory.Known) {
			return act.ErrAlready
		}
		if err != nil {
			return err
		}
		facts.CertificateID = added
		moved, err := settle(tx, q.ID, completed, added, "")
		if err != nil {
			return err
		}
		if !moved {
			return act.ErrAlready
		}
		if err := keepChains(tx, q.ID, issued.Chains); err != nil {
			return err
		}
		if err := s.supersede(tx, c, q, added); err != nil {
			return err
		}
		id = added
		return nil
	})
	if errors.Is(err, act.ErrAlready) {
		return s.recorded(ctx, q.ID)
	}
	return Issued{CertificateID: id, RequestID: q.ID, DER: issued.Certificate, Chains: issued.Chains}, err
}

// recorded returns what a completed request has led to.
func (s *Service) recorded(ctx context.Context, id string) (out Issued, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		all, err := findRequests(tx, `id = $1`, id)
		if err != nil {
			return err
		}
		if len(all) == 0 || all[0].CertificateID == "" {
			return inventory.Missing
		}
		out, err = handOut(tx, all[0])
		return err
	})
	return out, err
}

// Certificate returns a certificate that was issued, with its chains.
func (s *Service) Certificate(ctx context.Context, id string) (out Issued, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := inventory.Get(tx, id)
		if err != nil {
			return err
		}
		all, err := findRequests(tx, `id = $1`, c.RequestID)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return inventory.Missing
		}
		out, err = handOut(tx, all[0])
		return err
	})
	return out, err
}

func handOut(tx *store.Tx, q request) (Issued, error) {
	c, err := inventory.Get(tx, q.CertificateID)
	if err != nil {
		return Issued{}, err
	}
	chains, err := chainsOf(tx, q.Chains)
	return Issued{CertificateID: c.ID, RequestID: q.ID, DER: c.DER, Chains: chains}, err
}

// trusted reports whether the issuer is a known CA.
func (s *Service) trusted(ctx context.Context, issued connector.Issued) (bool, error) {
	if len(issued.Chains) == 0 || len(issued.Chains[0]) == 0 {
		return false, nil
	}
	known, err := trust.Look(ctx, s.DB.DB)
	if err != nil || known.Knows(issued.Chains[0][0]) {
		return err == nil, err
	}
	issuer, err := pki.ParseCertificate(issued.Chains[0][0])
	if err != nil {
		return false, nil //nolint:nilerr // an issuer that cannot be read is not trusted
	}
	return known.IsTrusted(issuer), nil
}

// entry is the certificate as the inventory takes it.
func entry(who access.Caller, c Common, q request, cert *pki.Certificate) inventory.New {
	n := inventory.New{
		Certificate: cert, Module: q.Module, Profile: q.Profile,
		Ownership: inventory.Ownership{Owner: q.Content.Owner, Team: q.Content.Team, ContactEmail: q.Content.Contact},
		Origin:    inventory.Origin{Requester: who.ID, RequesterType: who.Type, RequestID: q.ID, Connector: string(c.Connector), CA: cert.IssuerDN},
		Metadata:  []inventory.Pair{{Key: "pki_connector", Value: string(c.Connector)}},
	}
	for key, value := range q.Content.Labels {
		n.Labels = append(n.Labels, inventory.Pair{Key: key, Value: value})
	}
	for _, p := range c.Grading {
		n.Policies = append(n.Policies, string(p))
	}
	return n
}

// supersede has the oldest certificates of the holder revoked, as many as are beyond the limit of the profile.
func (s *Service) supersede(tx *store.Tx, c Common, q request, added string) error {
	m := c.MaxPerHolder
	if m == nil || m.Behavior != BehaviorRevoke {
		return nil
	}
	if err := tx.Lock("holder/" + q.HolderID); err != nil {
		return err
	}
	active, err := inventory.ActiveOfHolder(tx, q.HolderID, c.Name, tx.Now())
	if err != nil {
		return err
	}
	for i := 0; i < len(active)-m.Max; i++ {
		if active[i].ID == added {
			continue
		}
		if err := task.Insert(tx, supersession{CertificateID: active[i].ID, Successor: added, Limit: m.Max}); err != nil {
			return err
		}
	}
	return nil
}
