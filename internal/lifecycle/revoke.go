package lifecycle

import (
	"context"
	"errors"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/connector"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// Revoke decides, has the certificate revoked at its PKI, and records it.
func (s *Service) Revoke(ctx context.Context, who access.Caller, r Revocation) error {
	if r.Reason == "" {
		r.Reason = "unspecified"
	}
	facts := event.Certificate{CertificateID: r.CertificateID, RevocationReason: string(r.Reason)}
	var q request
	var cert inventory.Certificate
	var p Profile
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		facts = event.Certificate{CertificateID: r.CertificateID, RevocationReason: string(r.Reason)}
		found, err := s.find(tx, r)
		if err != nil {
			return err
		}
		facts = certificateFacts(found)
		facts.RevocationReason = string(r.Reason)
		profile, err := Profiles.Get(tx, found.Profile)
		if err != nil {
			return err
		}
		if err := mayRevoke(who, profile, found, r); err != nil {
			return err
		}
		if found.Revoked {
			return AlreadyRevoked.Detail("since %s", found.RevokedAt.Format("2006-01-02 15:04:05 UTC"))
		}
		now := request{
			ID: tx.NewID(), Workflow: revoke, Module: found.Module, Profile: found.Profile, State: processing, Caller: who,
			CertificateID: found.ID, CSR: []byte{}, Content: content{Reason: r.Reason},
		}
		now.Wish = "revoke/" + now.ID
		q, cert, p = now, found, profile
		_, err = addRequest(tx, now)
		return err
	})
	if errors.Is(err, AlreadyRevoked) {
		return errors.Join(err, act.Note(ctx, s.DB, who, event.LifecycleRevoke, event.Warning, &facts, err))
	}
	if err != nil {
		return act.Refuse(ctx, s.DB, who, event.LifecycleRevoke, &facts, err)
	}
	return s.carryOutRevocation(ctx, who, p, q, cert)
}

// find returns the certificate a revocation names.
func (s *Service) find(tx *store.Tx, r Revocation) (c inventory.Certificate, err error) {
	if r.CertificateID != "" {
		c, err = inventory.Get(tx, r.CertificateID)
	} else {
		parsed, bad := pki.ParseCertificate(r.DER)
		if bad != nil {
			return c, bad
		}
		c, err = inventory.ByThumbprint(tx, parsed.Thumbprint)
	}
	return c, err
}

// mayRevoke asks for the right. Whoever proves to hold the key, or to control all its names, may revoke a certificate,
// and so may the account it was issued to (RFC 8555, 7.6).
func mayRevoke(who access.Caller, p Profile, c inventory.Certificate, r Revocation) error {
	if r.KeyProven {
		return nil
	}
	if p.Admits(who) && (c.Requester == who.ID || controls(r.Proven, c.SANs)) {
		return nil
	}
	return may(who, p, p.Shared().Levels.Revoke, "revoke")
}

// controls reports whether all names were proven.
func controls(proven, names []pki.SAN) bool {
	for _, s := range names {
		if !slices.Contains(proven, s) {
			return false
		}
	}
	return len(names) > 0
}

func certificateFacts(c inventory.Certificate) event.Certificate {
	return event.Certificate{
		CertificateID: c.ID, DN: c.DN, Serial: c.Serial, Issuer: c.Issuer, Profile: c.Profile, ProfileModule: c.Module,
		NotAfter: c.NotAfter, Owner: c.Owner, Team: c.Team, HolderID: c.HolderID, CA: c.Issuer, Connector: c.Connector,
	}
}

// carryOutRevocation asks the PKI and records what it says. What the PKI did not answer is asked again by repair.
func (s *Service) carryOutRevocation(ctx context.Context, who access.Caller, p Profile, q request, c inventory.Certificate) error {
	at := s.DB.Clock.Now()
	facts := certificateFacts(c)
	facts.RevocationReason, facts.RequestID = string(q.Content.Reason), q.ID
	name := c.Connector
	if name == "" {
		name = string(p.Shared().Connector)
	}
	err := s.PKIs.With(ctx, who, name, func(k connector.PKI) error {
		if q.Content.Reason == pki.RemoveFromCRL {
			return unhold(ctx, k, c.DER)
		}
		return k.Revoke(ctx, connector.Revocation{Certificate: c.DER, Reason: q.Content.Reason, At: at})
	})
	if err != nil {
		return s.notRevoked(ctx, who, &facts, q, err)
	}
	err = act.Do(context.WithoutCancel(ctx), s.DB, who, event.LifecycleRevoke, &facts, func(tx *store.Tx) error {
		moved, err := settle(tx, q.ID, completed, c.ID, "")
		if err != nil {
			return err
		}
		if !moved {
			return act.ErrAlready
		}
		if err := q.retire(tx, completed, c.NotAfter); err != nil {
			return err
		}
		if q.Content.Reason == pki.RemoveFromCRL {
			_, err = inventory.Unrevoke(tx, c.ID)
			return err
		}
		if _, err = inventory.SetRevoked(tx, c.ID, at, q.Content.Reason); err != nil {
			return err
		}
		return s.raiseDone(tx, p, q, c.ID)
	})
	if errors.Is(err, act.ErrAlready) {
		return nil
	}
	return err
}

// unhold takes a certificate off hold, where the PKI can do that.
func unhold(ctx context.Context, k connector.PKI, der []byte) error {
	u, ok := k.(connector.Unrevoker)
	if !ok {
		return notHeld.Detail("the PKI cannot take certificates off hold")
	}
	return u.Unrevoke(ctx, der)
}

func (s *Service) notRevoked(ctx context.Context, who access.Caller, facts *event.Certificate, q request, cause error) error {
	err := RevokeFailed.Detail("%s", reason(cause)).Because(cause)
	kind := fault.Of(cause).Kind() // what the PKI does not know it will not know later
	final := kind == fault.Invalid || kind == fault.Denied || kind == fault.Missing || q.Attempts >= q.most()
	return act.Do(context.WithoutCancel(ctx), s.DB, who, event.LifecycleRevoke, facts, func(tx *store.Tx) error {
		if !final {
			if e := stumble(tx, q.ID, reason(cause)); e != nil {
				return e
			}
			return act.Keep(event.Warning, err.Wait(retryAfter))
		}
		if _, e := settle(tx, q.ID, failed, q.CertificateID, reason(cause)); e != nil {
			return e
		}
		return act.Keep(event.Failure, err)
	})
}

// mustReason reads a reason that was checked when the profile was stored.
func mustReason(text string) pki.Reason {
	r, err := pki.ParseReason(text)
	if err != nil {
		return "unspecified"
	}
	return r
}
