package lifecycle

import (
	"errors"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lang/rule"
	"github.com/horizon-clm/horizon/internal/notify"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// scene is what an occasion is made of: a request, a certificate, or both.
type scene struct {
	event notify.Event
	p     Profile
	q     *request               // of an event of a request
	c     *inventory.Certificate // of an event of a certificate; of one of a request, when there is one
	by    request                // the request that led to the certificate, for its key
	call  string
}

// raise queues the notifications of the profile for what happened, within the step of act.Do that made it happen.
func (s *Service) raise(tx *store.Tx, on scene) error {
	reminders := on.p.Shared().Triggers.on(on.event)
	if len(reminders) == 0 {
		return nil
	}
	names := make([]string, len(reminders))
	for i, r := range reminders {
		names[i] = string(r.Name)
	}
	unsent, err := s.tell(tx, on, names...)
	notify.Tell(tx, unsent)
	return err
}

// tell queues the named notifications.
func (s *Service) tell(tx *store.Tx, on scene, names ...string) ([]notify.Unsent, error) {
	o, err := s.occasion(tx, on)
	if err != nil {
		return nil, err
	}
	return s.Notify.Send(tx, o, names...)
}

// occasion gathers what notifications can tell.
func (s *Service) occasion(tx *store.Tx, on scene) (o notify.Occasion, err error) {
	o = notify.Occasion{Event: on.event, Facts: event.Mail{Profile: on.p.Shared().Name}, Call: on.call}
	w := words{Map: rule.NewMap(), tx: tx}
	o.Dictionary = w.Map
	w.profile(on.p)
	if on.c == nil && on.q != nil && on.q.CertificateID != "" {
		c, err := inventory.Get(tx, on.q.CertificateID)
		if err != nil && !errors.Is(err, inventory.Missing) {
			return o, err
		}
		if err == nil {
			on.c = &c
		}
	}
	if on.c != nil && on.c.ID != "" {
		if err := s.ofCertificate(tx, w, on, &o); err != nil {
			return o, err
		}
	}
	if on.q != nil {
		return o, s.ofRequest(tx, w, on, &o)
	}
	return o, nil
}

// ofCertificate adds a certificate, whom it belongs to, and its files.
func (s *Service) ofCertificate(tx *store.Tx, w words, on scene, o *notify.Occasion) error {
	c := *on.c
	at := "certificate"
	if on.q != nil {
		at = "request.certificate"
	}
	if err := w.certificate(at, c); err != nil {
		return err
	}
	if err := w.renewed(c, on); err != nil {
		return err
	}
	o.Facts.CertificateID = c.ID
	o.People = notify.People{Requester: notify.Person{ID: c.Requester}, Owner: c.Owner, Team: c.Team, Contact: c.ContactEmail, Labels: map[string]string{}}
	for _, n := range c.SANs {
		if n.Type == "RFC822NAME" {
			o.People.Names = append(o.People.Names, n.Value)
		}
	}
	for _, l := range c.Labels {
		o.People.Labels[l.Key] = l.Value
	}
	return s.files(tx, on, o)
}

// renewed adds the certificate that was renewed by this one.
func (w words) renewed(c inventory.Certificate, on scene) error {
	previous := on.by.Content.Previous
	if on.event != notify.On(renew) || previous == "" {
		return nil
	}
	old, err := inventory.Get(w.tx, previous)
	if errors.Is(err, inventory.Missing) {
		return nil
	}
	if err != nil {
		return err
	}
	return w.certificate("previous.certificate", old)
}

// files adds what can be attached.
func (s *Service) files(tx *store.Tx, on scene, o *notify.Occasion) error {
	c := *on.c
	o.Files = notify.Files{DER: c.DER, Chain: func() ([][]byte, error) { return s.chainOf(tx, c) }}
	by := on.by
	if by.ID == "" && c.RequestID != "" {
		all, err := findRequests(tx, `id = $1`, c.RequestID)
		if err != nil {
			return err
		}
		if len(all) == 1 {
			by = all[0]
		}
	}
	o.People.Approver = by.Approver
	o.Files.Made = c.Escrowed || by.Content.KeyType != "" || by.Workflow == recovery
	o.Files.PKCS12 = func() ([]byte, error) {
		k, ok, err := s.keptKey(tx, by.ID)
		if err != nil || !ok || k.key == nil {
			return nil, err
		}
		return s.pack(tx, c, k, on.p.Shared().Crypto)
	}
	return nil
}

// ofRequest adds a request and who takes part in it.
func (s *Service) ofRequest(tx *store.Tx, w words, on scene, o *notify.Occasion) error {
	q := *on.q
	o.Facts.RequestID = q.ID
	p := &o.People
	p.Requester, p.Approver = notify.Person{ID: q.Caller.ID, Email: q.Caller.Email}, q.Approver
	for _, one := range []struct {
		to   *string
		text string
	}{{&p.Owner, q.Content.Owner}, {&p.Team, q.Content.Team}, {&p.Contact, q.Content.Contact}} {
		if one.text != "" {
			*one.to = one.text
		}
	}
	if p.Labels == nil {
		p.Labels = q.Content.Labels
	}
	if len(p.Names) == 0 {
		p.Names = q.Content.names("RFC822NAME")
	}
	flow := workflows[q.Workflow]
	p.Operates = func(who access.Caller) bool {
		return who.MayOn(permission(on.p, "approve_"+flow.word()), q.object()) == nil
	}
	var password secret.Text
	if q.State == completed && q.Content.Challenge {
		var err error
		if password, err = s.openChallenge(tx, q.ID); err != nil {
			return err
		}
	} else if q.State == completed {
		k, ok, err := s.keptKey(tx, q.ID)
		if err != nil {
			return err
		}
		if ok {
			password = k.password
		}
	}
	return w.request(q, password)
}

// raiseIssued tells of a certificate that was issued, and of the approval that led to it.
func (s *Service) raiseIssued(tx *store.Tx, p Profile, q request, id string) error {
	t := p.Shared().Triggers
	done, approved := notify.On(q.Workflow), notify.OnRequest("approve", q.Workflow)
	if len(t.on(done)) == 0 && (q.Approver == "" || len(t.on(approved)) == 0) {
		return nil
	}
	c, err := inventory.Get(tx, id)
	if err != nil {
		return err
	}
	if err := s.raise(tx, scene{event: done, p: p, c: &c, by: q, call: q.Caller.Call}); err != nil || q.Approver == "" {
		return err
	}
	q.State, q.CertificateID, q.Modified = completed, id, tx.Now()
	return s.raise(tx, scene{event: approved, p: p, q: &q, c: &c, by: q, call: q.Caller.Call})
}

// raiseDone tells of what was carried out without a PKI, or revoked by one.
func (s *Service) raiseDone(tx *store.Tx, p Profile, q request, id string) error {
	if len(p.Shared().Triggers.on(notify.On(q.Workflow))) == 0 || q.Content.Reason == pki.RemoveFromCRL {
		return nil
	}
	c, err := inventory.Get(tx, id)
	if err != nil {
		return err
	}
	return s.raise(tx, scene{event: notify.On(q.Workflow), p: p, c: &c, call: q.Caller.Call})
}

// raiseStep tells of a step of a request. An approval that leads to a certificate is told of when that is there.
func (s *Service) raiseStep(tx *store.Tx, moment string, d *draft, call string) error {
	if moment == "approve" && (d.Workflow == enroll && !d.Content.Challenge || d.Workflow == renew) {
		return nil
	}
	on := scene{event: notify.OnRequest(moment, d.Workflow), p: d.p, q: &d.request, call: call}
	if d.Workflow == recovery {
		on.by = d.request
	}
	return s.raise(tx, on)
}
