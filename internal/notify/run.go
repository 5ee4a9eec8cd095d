package notify

import (
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
)

// NotRun is the fault of a notification that is to be run by hand where it has nothing to tell.
var NotRun = fault.Define("TRIG-007", fault.Invalid, "The notification cannot be run for this certificate")

// OfCertificate reports whether the event is one of certificates, not of requests.
func (e Event) OfCertificate() bool { return e.known() && e.moment() == "" }

// Run queues what one notification does about the occasion, within a step of act.Do of TRIGGER-EMAIL whose success is
// recorded when the message was sent. One that has nothing to send is refused; that a message cannot be made or sent to
// anybody is kept as the outcome.
func (s *Service) Run(tx *store.Tx, o Occasion, name string) error {
	t, err := Triggers.Get(tx, name)
	if err != nil {
		return err
	}
	if why := t.idle(o); why != "" {
		return NotRun.Detail("%s", why)
	}
	unsent, err := t.send(tx, s, o)
	if err != nil {
		return err
	}
	if len(unsent) > 0 {
		if err := keepUnsent(tx, unsent); err != nil {
			return err
		}
		return act.Keep(event.Failure, unsent[0].Why)
	}
	act.Later(tx)
	return nil
}
