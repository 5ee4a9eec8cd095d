package notify

import (
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/store"
)

// email is the type of notifications by mail.
const email = "email"

// about is the certificate or the request an event belongs to: what became of its notification is told there.
func about(facts event.Mail) string {
	if Event(facts.On).moment() != "" {
		return facts.RequestID
	}
	return facts.CertificateID
}

// Told records what has become of the message of a notification. It is for mail.Service.
func Told(tx *store.Tx, o mail.Outcome) error {
	r := inventory.Result{Status: inventory.Failed, Detail: o.Why, Retries: o.Left, Next: o.Next}
	switch {
	case o.Status == event.Success:
		r.Status = inventory.Succeeded
	case o.Status == event.Warning || !o.Next.IsZero():
		r.Status = inventory.Troubled
	}
	return keep(tx, o.Facts, r)
}

// keep records a result with the certificate or the request it belongs to. One that was tried out belongs to none.
func keep(tx *store.Tx, facts event.Mail, r inventory.Result) error {
	object := about(facts)
	if object == "" || facts.Trigger == "" {
		return nil
	}
	r.Trigger, r.Event, r.Type, r.Ran = facts.Trigger, facts.On, email, tx.Now()
	// What is told of a certificate can be run again by hand.
	r.Retryable = r.Status != inventory.Succeeded && (!r.Next.IsZero() || object == facts.CertificateID)
	return inventory.SetResult(tx, object, r)
}

// keepUnsent records what could not even be queued.
func keepUnsent(tx *store.Tx, all []Unsent) error {
	for _, u := range all {
		if err := keep(tx, u.Facts, inventory.Result{Status: inventory.Failed, Detail: fault.Of(u.Why).Reason()}); err != nil {
			return err
		}
	}
	return nil
}
