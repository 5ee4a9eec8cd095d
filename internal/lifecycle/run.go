package lifecycle

import (
	"context"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/notify"
	"github.com/horizon-clm/horizon/internal/store"
)

// Run runs a notification of the certificate's profile for the certificate once more, as if the event had just come. Who
// may update the certificate at once may do so. It returns the certificate; what becomes of the message is among its
// results once it was sent or given up.
func (s *Service) Run(ctx context.Context, who access.Caller, id, trigger string, e notify.Event) (c inventory.Certificate, err error) {
	facts := event.Mail{Trigger: clip(trigger), On: clip(string(e)), CertificateID: clip(id)}
	err = act.Do(ctx, s.DB, who, event.TriggerEmail, &facts, func(tx *store.Tx) error {
		now, p, err := runnable(tx, who, id)
		if err != nil {
			return err
		}
		facts.Profile = p.Shared().Name
		if err := runs(tx, p, now, trigger, e); err != nil {
			return err
		}
		on := scene{event: e, p: p, c: &now, call: who.Call}
		on.by.Content.Previous = now.Fact(renewedFrom)
		o, err := s.occasion(tx, on)
		if err != nil {
			return err
		}
		o.Facts.RunBy = who.ID
		if err := s.Notify.Run(tx, o, trigger); err != nil {
			return err
		}
		list := []inventory.Certificate{now}
		if err := inventory.AddResults(tx, list); err != nil {
			return err
		}
		c = list[0]
		return nil
	})
	return c, err
}

// runnable returns a certificate that the caller may update at once, with its profile.
func runnable(tx *store.Tx, who access.Caller, id string) (c inventory.Certificate, p Profile, err error) {
	if c, err = inventory.Get(tx, id); err != nil {
		return c, nil, err
	}
	if !c.VisibleTo(who) {
		return c, nil, inventory.Missing
	}
	if c.Profile == "" {
		return c, nil, notify.NotRun.Detail("no profile manages it")
	}
	if p, err = Profiles.Get(tx, c.Profile); err != nil {
		return c, nil, err
	}
	far, err := workflows[update].stands(who, p, &c, c.Object())
	if err == nil && far < mayDo {
		err = mayOn(who, p, p.Shared().Levels.Update, update, c.Object())
	}
	return c, p, err
}

// runs refuses a notification that the profile does not send on the event, and an event that has not come.
func runs(tx *store.Tx, p Profile, c inventory.Certificate, trigger string, e notify.Event) error {
	if _, err := notify.Triggers.Get(tx, trigger); err != nil {
		return err
	}
	if !e.OfCertificate() {
		return notify.NotRun.Detail("%s is no event of certificates", clip(string(e)))
	}
	if !slices.ContainsFunc(p.Shared().Triggers.on(e), func(r Reminder) bool { return string(r.Name) == trigger }) {
		return notify.NotRun.Detail("the profile %s does not send it on %s", p.Shared().Name, e)
	}
	switch {
	case e == notify.On(revoke) && !c.Revoked:
		return notify.NotRun.Detail("it is not revoked")
	case e == notify.On(renew) && c.Fact(renewedFrom) == "":
		return notify.NotRun.Detail("it was not issued by a renewal")
	case e == notify.Expire && !c.Valid(tx.Now()):
		return notify.NotRun.Detail("it is not valid any more")
	}
	return nil
}
