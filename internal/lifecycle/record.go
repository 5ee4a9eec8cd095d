package lifecycle

import (
	"context"
	"errors"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
	"github.com/horizon-clm/horizon/internal/trust"
)

// record puts the certificate into the inventory and completes the request, once. then writes what the door notes of it.
func (s *Service) record(ctx context.Context, who access.Caller, p Profile, q request, issued connector.Issued, then func(*store.Tx, Issued) error) (Issued, error) {
	cert, err := pki.ParseCertificate(issued.Certificate)
	if err != nil {
		return Issued{}, PKIFailed.Detail("what it returned is not a certificate").Because(err)
	}
	if !pki.SameKey(cert.X509.PublicKey, q.csr.PublicKey) {
		return Issued{}, PKIFailed.Detail("the certificate it returned has another key")
	}
	c := p.Shared()
	if q.via != "" {
		c.Connector = kind.Ref[connector.Ref](q.via)
	}
	facts := q.facts(c)
	facts.DN, facts.Serial, facts.Issuer, facts.KeyType = cert.DN, cert.Serial, cert.IssuerDN, string(cert.KeyType)
	facts.NotBefore, facts.NotAfter, facts.CA = cert.NotBefore, cert.NotAfter, cert.IssuerDN
	n := entry(c, q, cert)
	q.foresee(p, &n)
	if n.Trusted, err = s.trusted(ctx, issued); err != nil {
		return Issued{}, err
	}
	out := Issued{RequestID: q.ID, DER: issued.Certificate, Chains: issued.Chains, Noted: then != nil, Certificate: cert}
	chains := s.chains(issued.Chains)
	err = act.Do(context.WithoutCancel(ctx), s.DB, who, workflows[q.Workflow].event, &facts, func(tx *store.Tx) error {
		id, err := s.complete(tx, c, q, n, chains)
		if err != nil {
			return err
		}
		if q.byAPI() {
			if err := s.follow(tx, c, q, id, cert.NotAfter); err != nil {
				return err
			}
		}
		if q.State == inProgress {
			if err := arrived(tx, q, c.Crypto.available(tx.Now())); err != nil {
				return err
			}
		}
		if q.Content.Of != "" {
			if err := spendChallenge(tx, q, id, cert); err != nil {
				return err
			}
		}
		if err := s.raiseIssued(tx, p, q, id); err != nil {
			return err
		}
		facts.CertificateID, out.CertificateID = id, id
		if then != nil {
			return then(tx, out)
		}
		return nil
	})
	if errors.Is(err, act.ErrAlready) {
		return s.recorded(ctx, q.ID)
	}
	if err == nil {
		chains.stored()
	}
	return out, err
}

// complete records the certificate of a request and what follows from it. It returns act.ErrAlready when that was done.
func (s *Service) complete(tx *store.Tx, c Common, q request, n inventory.New, chains *chainSet) (id string, err error) {
	if id, err = inventory.Add(tx, n); errors.Is(err, inventory.Known) {
		return "", act.ErrAlready
	}
	if err != nil {
		return "", err
	}
	if err := chains.keep(tx); err != nil {
		return "", err
	}
	moved, err := fulfil(tx, q.ID, id, chains.ids)
	if err == nil && !moved {
		err = act.ErrAlready
	}
	if err != nil {
		return "", err
	}
	return id, s.supersede(tx, c, q, id)
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
func entry(c Common, q request, cert *pki.Certificate) inventory.New {
	n := inventory.New{
		Certificate: cert, Module: q.Module, Profile: q.Profile,
		Ownership: inventory.Ownership{Owner: q.Content.Owner, Team: q.Content.Team, ContactEmail: q.Content.Contact},
		Origin:    inventory.Origin{Requester: q.Caller.ID, RequesterType: q.Caller.Type, RequestID: q.ID, Connector: string(c.Connector), CA: cert.IssuerDN},
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
