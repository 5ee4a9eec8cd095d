package lifecycle

import (
	"context"
	"errors"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// used is what the door's event of the use of a challenge tells: it names the request the challenge was delivered for.
func (d *draft) used() event.Request {
	f := d.facts()
	f.RequestID = d.Content.Of
	if f.RequestID == "" { // nothing is known of who asked
		f.Requester = ""
	}
	return f
}

// keyForChallenge makes the key of an enrollment with a challenge, outside of any transaction; nil when none is needed. The
// challenge is its password. What is wrong is found again, and recorded, by the transaction that follows.
func (s *Service) keyForChallenge(ctx context.Context, who access.Caller, u Redemption) (*keyPair, error) {
	if len(u.Sheet.CSR) > 0 {
		return nil, nil
	}
	var d draft
	err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		if d, err = s.redemption(tx, who, u); err != nil {
			d.makeKey = false
		}
		return nil //nolint:nilerr // it is found again
	})
	if err != nil || !d.makeKey {
		return nil, err
	}
	key, err := pki.Generate(d.Content.KeyType)
	return &keyPair{key: key, password: u.Challenge}, err
}

// takeUp keeps the enrollment, which takes the challenge.
func (s *Service) takeUp(tx *store.Tx, d *draft, key *keyPair) error {
	if err := s.begin(tx, d, key); err != nil {
		return err
	}
	if _, err := addRequest(tx, d.request); err != nil {
		return err
	}
	took, err := takeChallenge(tx, d.Content.Of, d.ID)
	if err == nil && !took {
		err = BadChallenge.Detail("somebody else used it at the same time")
	}
	return err
}

// unredeemed records an attempt that was refused. Where the challenge itself is good, the certificate was refused as well.
func (s *Service) unredeemed(ctx context.Context, who access.Caller, u Redemption, d draft, why error) error {
	if d.Content.Of != "" && !errors.Is(why, BadChallenge) {
		facts := d.request.facts(d.p.Shared())
		if errors.Is(why, TooMany) {
			why = act.Refuse(ctx, s.DB, who, event.LifecycleMaxCertPerHolder, &facts, why)
		}
		why = act.Refuse(ctx, s.DB, who, event.LifecycleEnroll, &facts, why)
	}
	facts := d.used()
	return act.Refuse(ctx, s.DB, who, u.Event, &facts, why)
}

// notRedeemed records an attempt that the PKI did not grant, or not yet.
func (s *Service) notRedeemed(ctx context.Context, who access.Caller, u Redemption, d draft, why error) error {
	ctx = context.WithoutCancel(ctx)
	var q request
	err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		q, err = byID(tx, d.ID)
		return err
	})
	if err != nil {
		return errors.Join(why, err)
	}
	facts, status := d.used(), event.Failure
	if facts.State = wire(q.State); q.State == processing {
		status = event.Warning
	}
	if err := act.Note(ctx, s.DB, who, u.Event, status, &facts, why); err != nil {
		return errors.Join(why, err)
	}
	return why
}

// handLater hands out, once, the certificate of an enrollment that was completed by repair.
func (s *Service) handLater(ctx context.Context, who access.Caller, u Redemption, d draft) (Redeemed, error) {
	facts := d.used()
	err := act.Do(ctx, s.DB, who, u.Event, &facts, func(tx *store.Tx) error {
		q, err := byID(tx, d.ID)
		if err != nil {
			return err
		}
		facts = d.used()
		facts.State, facts.CertificateID = completed, q.CertificateID
		first, err := handChallenge(tx, d.Content.Of)
		if err == nil && !first {
			err = BadChallenge.Detail("somebody else used it at the same time")
		}
		return err
	})
	if err != nil {
		return Redeemed{}, err
	}
	out, err := s.recorded(ctx, d.ID)
	if err != nil {
		return Redeemed{}, err
	}
	return s.withKey(ctx, d, out)
}

// withKey adds the key that was made for the certificate.
func (s *Service) withKey(ctx context.Context, d draft, out Issued) (Redeemed, error) {
	r := Redeemed{Issued: out}
	if d.Content.KeyType == "" {
		return r, nil
	}
	err := s.DB.Read(ctx, func(tx *store.Tx) error {
		k, ok, err := s.keptKey(tx, d.ID)
		if err != nil || !ok {
			return err
		}
		c, err := inventory.Get(tx, out.CertificateID)
		if err != nil {
			return err
		}
		r.PKCS12, err = s.pack(tx, c, k, d.p.Shared().Crypto)
		return err
	})
	return r, err
}
