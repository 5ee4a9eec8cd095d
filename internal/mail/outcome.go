package mail

import (
	"time"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/store"
)

// Outcome is what has become of a message by an attempt to send it, or because it was deleted.
type Outcome struct {
	Facts  event.Mail   // those it was queued with
	Status event.Status // success; warning when only some recipients have got it; failure
	Why    string       // the reason of a warning or failure
	Left   int          // attempts to come
	Next   time.Time    // when the next one is; zero when the message is done for good
}

// tell hands on the outcome of a message whose outcome is recorded.
func (s *Service) tell(tx *store.Tx, l letter, o Outcome) error {
	if s.Told == nil || l.record.Code == "" {
		return nil
	}
	o.Facts = l.record.Facts
	return s.Told(tx, o)
}
