package lifecycle

import (
	"maps"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// perform carries out what needs nobody outside, in the transaction that decided it.
func (s *Service) perform(tx *store.Tx, d *draft, password, key secret.Text) (err error) {
	switch d.Workflow {
	case update, migrate:
		err = s.change(tx, d)
	case importer:
		err = s.take(tx, d, key)
	case recovery:
		err = s.recoverKey(tx, d, password)
	case enroll:
		if d.Content.Challenge {
			return s.deliver(tx, d)
		}
		return nil
	default:
		return nil // the PKI is asked when the decision has committed
	}
	if err != nil {
		return err
	}
	d.State = completed
	if _, err := settle(tx, d.ID, completed, d.CertificateID, ""); err != nil {
		return err
	}
	facts := certificateFacts(*d.c)
	facts.RequestID, facts.Profile, facts.ProfileModule = d.ID, d.Profile, d.Module
	if d.Workflow != recovery {
		facts.Owner, facts.Team = d.Content.Owner, d.Content.Team
	}
	act.Also(tx, d.w.event, event.Success, &facts, nil)
	if err := s.raiseDone(tx, d.p, d.request, d.CertificateID); err != nil {
		return err
	}
	return retire(tx, d.ID, ended(completed, tx.Now(), d.c.NotAfter))
}

// change records new labels, owners and technical facts of a certificate, and the profile it moves to.
func (s *Service) change(tx *store.Tx, d *draft) error {
	c := d.c.Current()
	d.Content.apply(&c)
	c.Module, c.Profile = d.Module, d.Profile
	c.Due = due(d.p, d.c.NotAfter)
	return inventory.Apply(tx, d.c.ID, c)
}

// apply writes what the content says of labels, ownership and technical facts.
func (c content) apply(to *inventory.Change) {
	to.Ownership = inventory.Ownership{Owner: c.Owner, Team: c.Team, ContactEmail: c.Contact}
	to.Labels, to.Metadata = pairs(c.Labels), pairs(c.Metadata)
	to.AutoRenew = c.AutoRenew != nil && *c.AutoRenew
}

func pairs(all map[string]string) (list []inventory.Pair) {
	for _, key := range slices.Sorted(maps.Keys(all)) {
		list = append(list, inventory.Pair{Key: key, Value: all[key]})
	}
	return list
}

// take puts a certificate, or the key of one that is known, under a profile.
func (s *Service) take(tx *store.Tx, d *draft, key secret.Text) (err error) {
	switch {
	case d.c.ID == "":
		err = s.adopt(tx, d)
	case d.c.Profile == "":
		err = s.change(tx, d)
	}
	if err != nil {
		return err
	}
	if key.IsZero() {
		return nil
	}
	private, err := pki.ParseKey([]byte(key.Reveal()))
	if err != nil {
		return err
	}
	return s.putIntoEscrow(tx, d.request, *d.c, keyPair{key: private})
}

// adopt records a certificate that was not known.
func (s *Service) adopt(tx *store.Tx, d *draft) (err error) {
	n := entry(d.p.Shared(), d.request, d.parsed)
	n.Metadata = pairs(d.Content.Metadata)
	if d.CertificateID, err = inventory.Add(tx, n); err != nil {
		return err
	}
	c, err := inventory.Get(tx, d.CertificateID)
	if err != nil {
		return err
	}
	d.c = &c
	change := c.Current()
	d.Content.apply(&change)
	change.Due = due(d.p, c.NotAfter)
	return inventory.Apply(tx, c.ID, change)
}

// putIntoEscrow keeps a key for recovery, and records that.
func (s *Service) putIntoEscrow(tx *store.Tx, q request, c inventory.Certificate, k keyPair) error {
	if err := s.escrow(tx, c.ID, k.key); err != nil {
		return err
	}
	if err := inventory.SetEscrowed(tx, c.ID); err != nil {
		return err
	}
	facts := certificateFacts(c)
	facts.RequestID = q.publicID()
	act.Also(tx, event.LifecycleEscrow, event.Success, &facts, nil)
	return nil
}

// byAPI reports whether the request was asked for through the API, or by a challenge that was.
func (q request) byAPI() bool { return q.Sheet != nil || q.Content.Of != "" }

// foresee adds what the inventory is to know of a certificate that was asked for through the API: its renewal, and the
// certificate it renews.
func (q request) foresee(p Profile, n *inventory.New) {
	if !q.byAPI() {
		return
	}
	n.AutoRenew = q.Content.AutoRenew != nil && *q.Content.AutoRenew
	n.Due = due(p, n.Certificate.NotAfter)
	for _, m := range pairs(q.Content.Metadata) {
		n.Metadata = inventory.With(n.Metadata, m.Key, m.Value)
	}
	if q.Content.Previous != "" {
		n.Metadata = inventory.With(n.Metadata, renewedFrom, q.Content.Previous)
	}
}

// renewedFrom is the fact of a certificate that names the one it renewed.
const renewedFrom = "previous_certificate_id"

// follow records what else comes of a certificate that was asked for through the API: the certificate it renews is told,
// and its key is put into escrow.
func (s *Service) follow(tx *store.Tx, p Common, q request, id string, notAfter time.Time) error {
	if q.Content.Previous != "" {
		if err := s.succeed(tx, q.Content.Previous, id); err != nil {
			return err
		}
	}
	if p.Crypto.Escrow {
		if err := s.escrowKept(tx, q, id); err != nil {
			return err
		}
	}
	return q.retire(tx, completed, notAfter)
}

// escrowKept puts the key that was made for a request into escrow, where there is one.
func (s *Service) escrowKept(tx *store.Tx, q request, id string) error {
	k, ok, err := s.keptKey(tx, q.ID)
	if err != nil || !ok || k.key == nil {
		return err
	}
	c, err := inventory.Get(tx, id)
	if err != nil {
		return err
	}
	return s.putIntoEscrow(tx, q, c, k)
}

// succeed tells a certificate which one renewed it.
func (s *Service) succeed(tx *store.Tx, id, successor string) error {
	old, err := inventory.Get(tx, id)
	if err != nil {
		return err
	}
	change := old.Current()
	change.Metadata = inventory.With(change.Metadata, "renewed_certificate_id", successor)
	if err := inventory.Apply(tx, id, change); err != nil {
		return err
	}
	return inventory.SetSuccessor(tx, id, successor)
}

// retire says when a request is removed that has come to its end; those of protocols stay with their certificates.
func (q request) retire(tx *store.Tx, state string, notAfter time.Time) error {
	if !q.byAPI() {
		return nil
	}
	return retire(tx, q.ID, ended(state, tx.Now(), notAfter))
}

// recoverKey lets an escrowed key be fetched from the request.
func (s *Service) recoverKey(tx *store.Tx, d *draft, password secret.Text) error {
	key, err := s.escrowed(tx, d.c.ID)
	if err != nil {
		return err
	}
	c := d.p.Shared().Crypto
	if c.PasswordMode == random || password.IsZero() {
		policy, err := c.policy(tx)
		if err != nil {
			return err
		}
		if policy == nil {
			return badPassword.Detail("password: it is mandatory, for the profile leaves it to the requester")
		}
		text, err := policy.Generate()
		if err != nil {
			return err
		}
		password = secret.NewText(text)
	}
	return s.keepKey(tx, d.ID, keyPair{key, password}, c.available(tx.Now()))
}

// ended is when a request that reached its end is removed: with its certificate, or after a while.
func ended(state string, now, notAfter time.Time) time.Time {
	switch {
	case state == failed:
		return now.Add(failedFor)
	case notAfter.After(now):
		return notAfter.Add(grace)
	default:
		return now.Add(grace)
	}
}
