package lifecycle

import (
	"context"
	"errors"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/identity"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

const (
	usualWait = 7 * 24 * time.Hour  // for a decision, where the profile does not say
	grace     = 30 * 24 * time.Hour // how long a request is kept after its end
	failedFor = 7 * 24 * time.Hour  // how long a failed one is
)

// Submit takes a request. Who holds the right has it carried out at once; for who may only ask it waits for somebody
// else. What is refused is not kept. Nobody known may ask where the profile lets everyone, and comes back to the request by
// its claim.
func (s *Service) Submit(ctx context.Context, who access.Caller, a Ask) (Request, error) {
	if who.Known() != nil && !a.DryRun {
		return s.submitOpenly(ctx, who, a)
	}
	return s.submitKnown(ctx, who, a)
}

func (s *Service) submitKnown(ctx context.Context, who access.Caller, a Ask) (Request, error) {
	d, err := s.submit(ctx, who, a)
	switch {
	case a.DryRun && errors.Is(err, errDryRun):
		return s.tried(ctx, who, d, a.Password)
	case err != nil:
		return Request{}, err
	}
	return s.finish(ctx, who, d, true)
}

// submit takes a request, and has carried out what needs nobody outside.
func (s *Service) submit(ctx context.Context, who access.Caller, a Ask) (draft, error) {
	if err := s.resolve(ctx, who, &a); err != nil {
		return draft{}, err
	}
	a.read(who)
	if a.DryRun {
		return s.try(ctx, who, a)
	}
	var key *keyPair
	var err error
	if a.makesKey() {
		if key, err = s.makeKey(ctx, who, func(tx *store.Tx) (draft, error) { return s.draft(tx, who, a) }, a.Password); err != nil {
			return draft{}, err
		}
	}
	var d draft
	facts := event.Request{}
	err = act.Do(ctx, s.DB, who, event.RequestSubmit, &facts, func(tx *store.Tx) error {
		now, err := s.draft(tx, who, a)
		facts = now.facts()
		d = now
		if err != nil {
			return err
		}
		if err := s.accept(tx, &now, a, key); err != nil {
			return err
		}
		facts, d = now.facts(), now
		if a.Then != nil {
			return a.Then(tx, d.taken())
		}
		return nil
	})
	switch {
	case errors.Is(err, act.ErrAlready):
		return d, err
	case err != nil:
		return d, s.refused(ctx, who, d, err)
	}
	return d, nil
}

// errDryRun undoes what was only tried.
var errDryRun = act.ErrAlready

// accept keeps the request, and carries it out when nobody outside is to be asked.
func (s *Service) accept(tx *store.Tx, d *draft, a Ask, key *keyPair) error {
	d.State = processing
	if d.stands == mayAsk {
		d.State = pending
		d.Expires = tx.Now().Add(d.wait())
		d.RemoveAt = d.Expires.Add(grace)
	}
	d.Created, d.Modified = tx.Now(), tx.Now()
	if d.State == processing {
		if err := s.begin(tx, d, key); err != nil {
			return err
		}
	} else if err := s.keepAsked(tx, d, a); err != nil {
		return err
	}
	if err := addAsked(tx, d.request); err != nil {
		return err
	}
	if d.State == processing {
		return s.perform(tx, d, a.Password, a.PrivateKey)
	}
	return s.raiseStep(tx, "submit", d, d.Caller.Call)
}

// keepAsked keeps the secrets a request that waits will need.
func (s *Service) keepAsked(tx *store.Tx, d *draft, a Ask) error {
	k := keyPair{password: a.Password}
	if !a.PrivateKey.IsZero() {
		key, err := pki.ParseKey([]byte(a.PrivateKey.Reveal()))
		if err != nil {
			return err
		}
		k.key = key
	}
	if k.key == nil && k.password.IsZero() {
		return nil
	}
	return s.keepKey(tx, d.ID, k, d.RemoveAt)
}

// begin prepares a request for the PKI: the limit of its holder is asked, and the key that was made for it kept.
func (s *Service) begin(tx *store.Tx, d *draft, key *keyPair) error {
	if d.Workflow != enroll && d.Workflow != renew || d.Content.Challenge {
		return nil
	}
	if err := s.withinLimit(tx, d.p.Shared(), d.request, d.renews(tx.Now())); err != nil {
		return err
	}
	if !d.makeKey {
		return nil
	}
	if key == nil || pki.KeyTypeOf(key.key.Public()) != d.Content.KeyType {
		return Invalid.Detail("the profile changed meanwhile; send the request again")
	}
	der, err := pki.NewCSR(key.key, d.Content.Subject, d.Content.SANs, d.Content.Extensions...)
	if err != nil {
		return err
	}
	d.CSR, d.csr = der, nil
	if key.password.IsZero() {
		return badPassword.Detail("password: it is mandatory, for the profile leaves it to the requester")
	}
	return s.keepKey(tx, d.ID, *key, d.p.Shared().Crypto.available(tx.Now()))
}

// renews reports whether the request renews a certificate that is due: one beyond the limit of its holder is borne.
func (d *draft) renews(now time.Time) bool {
	if d.Workflow != renew || d.c == nil {
		return false
	}
	at := due(d.p, d.c.NotAfter)
	return !at.IsZero() && !now.Before(at)
}

// makeKey makes the key of a request that is carried out at once: outside of any transaction, for that takes a while. It
// is nil when none is needed; what is wrong is found again, and recorded, by the transaction that follows.
func (s *Service) makeKey(ctx context.Context, who access.Caller, look func(*store.Tx) (draft, error), password secret.Text) (*keyPair, error) {
	var d draft
	var policy *identity.PasswordPolicy
	err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		if d, err = look(tx); err != nil {
			d.makeKey = false
			return nil //nolint:nilerr // it is found again
		}
		policy, err = d.p.Shared().Crypto.policy(tx)
		return err
	})
	if err != nil || !d.makeKey || d.stands == mayAsk {
		return nil, err
	}
	k := &keyPair{password: password}
	if k.key, err = pki.Generate(d.Content.KeyType); err != nil {
		return nil, err
	}
	if d.p.Shared().Crypto.PasswordMode == random {
		text, err := policy.Generate()
		if err != nil {
			return nil, err
		}
		k.password = secret.NewText(text)
	}
	return k, nil
}

// refused records, besides the refusal of the request, that what it asked for was not done, where its sender had the right
// to have it done.
func (s *Service) refused(ctx context.Context, who access.Caller, d draft, why error) error {
	if d.p == nil || isRefusal(why) || d.w.name == "" {
		return why
	}
	facts := event.Certificate{Profile: d.Profile, ProfileModule: d.Module, HolderID: d.HolderID}
	if d.c != nil {
		facts = certificateFacts(*d.c)
	}
	if errors.Is(why, TooMany) {
		why = act.Refuse(ctx, s.DB, who, event.LifecycleMaxCertPerHolder, &facts, why)
	}
	if errors.Is(why, noEscrowHere) || errors.Is(why, keyMismatch) {
		why = act.Refuse(ctx, s.DB, who, event.LifecycleEscrow, &facts, why)
	}
	if far, err := d.w.stands(who, d.p, d.c, d.object()); err != nil || far == mayAsk {
		return why
	}
	status := event.Failure
	if errors.Is(why, AlreadyRevoked) {
		status = event.Warning
	}
	if err := act.Note(ctx, s.DB, who, d.w.event, status, &facts, why); err != nil {
		return errors.Join(why, err)
	}
	return why
}

// finish asks the PKI where one is needed, and returns the request as the caller may see it.
func (s *Service) finish(ctx context.Context, who access.Caller, d draft, submitted bool) (Request, error) {
	if d.State == processing {
		if err := s.execute(ctx, who, d); err != nil {
			return Request{}, err
		}
	}
	return s.answer(ctx, who, d.ID, submitted)
}

// execute has the PKI do what the request asks for. Where the PKI did not answer, the request stays as it is and is
// repaired.
func (s *Service) execute(ctx context.Context, who access.Caller, d draft) (err error) {
	switch d.Workflow {
	case enroll, renew:
		if _, err = s.carryOut(ctx, who, d.p, d.request, nil); errors.Is(err, issuedLater) {
			return nil
		}
	case revoke:
		err = s.carryOutRevocation(ctx, who, d.p, d.request, *d.c)
	}
	if errors.Is(err, PKIFailed) || errors.Is(err, RevokeFailed) {
		var q request
		if e := s.DB.Read(ctx, func(tx *store.Tx) (e error) {
			q, e = byID(tx, d.ID)
			return e
		}); e != nil {
			return errors.Join(err, e)
		}
		if q.State == processing {
			return nil
		}
	}
	return err
}
