// Package notify tells people what happened to certificates and requests.
//
// A notification is a configuration object for one event: what to write, and to whom. Profiles name the notifications of
// their certificates and requests, for each event. When it happens, lifecycle gathers an Occasion and calls Send in the
// transaction of the change: the messages are sent when that has committed, and each outcome is on record as
// TRIGGER-EMAIL. What is wrong with a notification never keeps the change itself from happening.
package notify

import (
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/mail"
	"github.com/horizon-clm/horizon/internal/store"
)

// Service sends notifications.
type Service struct {
	DB   *act.DB
	Mail *mail.Service
}

// Trigger is what is done when something happens, told apart by its type: Email.
type Trigger interface {
	// Shared returns what all types share.
	Shared() Basics
	// problems lists what is wrong beyond what tags can say.
	problems() []string
	// idle tells why the trigger has nothing to do about an occasion, and is "" where it has.
	idle(o Occasion) string
	// send queues what the trigger does about an occasion.
	send(tx *store.Tx, s *Service, o Occasion) ([]Unsent, error)
}

// Ref is where a reference to a notification points.
type Ref struct{}

// KindName is the kind of notifications.
func (Ref) KindName() string { return "trigger" }

// Triggers are the notifications. Whatever raises events refers to them by their name.
var Triggers = kind.DefineUnion[Trigger](kind.Info{
	Kind: Ref{}.KindName(), Title: "notifications", Singular: "Notification", Menu: "deploying", Path: "/triggers",
	Summary: []string{"events", "emailTemplate.to.type", "emailTemplate.to.email", "runPeriod"},
	Name:    "Trigger", Area: "configuration:notification:trigger", Family: "TRIG", Events: event.Conf, By: "type",
}, func(_ *store.Tx, t Trigger) []string { return append(t.Shared().problems(), t.problems()...) })

// Basics is what triggers of all types share.
type Basics struct {
	kind.Named
	Events       []Event       `json:"events" required:"true" minItems:"1" maxItems:"1" doc:"The event it is for; it cannot be changed later." group:"what"`
	Retries      *int          `json:"retries,omitempty" minimum:"0" maximum:"15" unit:"attempts" doc:"How often it is tried again when it fails; 10 when left out." group:"limits"`
	RunPeriod    span.Duration `json:"runPeriod,omitempty" doc:"How long before its end a certificate is told of, or how long a request has to wait; 5 days when left out. Only for on_expire and on_pending." group:"follow"`
	RunOnRenewed bool          `json:"runOnRenewed,omitempty" doc:"Whether also certificates are told of that were renewed already. Only for on_expire." group:"follow"`
}

// Shared returns the common part.
func (b Basics) Shared() Basics { return b }

// Event returns the event the trigger is for.
func (b Basics) Event() Event {
	if len(b.Events) == 0 {
		return ""
	}
	return b.Events[0]
}

// usualPeriod is the offset of reminders that do not say.
const usualPeriod = 5 * span.Day

// Period is how long before or after its moment a reminder is sent.
func (b Basics) Period() span.Duration {
	if b.RunPeriod == 0 {
		return usualPeriod
	}
	return b.RunPeriod
}

// usualRetries is how often a message is tried again where the trigger does not say.
const usualRetries = 10

// attempts is how often a message is tried.
func (b Basics) attempts() int {
	if b.Retries == nil {
		return 1 + usualRetries
	}
	return 1 + *b.Retries
}

func (b Basics) problems() (bad []string) {
	e := b.Event()
	if !e.known() {
		return []string{"events.0: there is no event " + clip(string(e))}
	}
	if b.RunPeriod != 0 && !e.Reminds() {
		bad = append(bad, "runPeriod: only on_expire and on_pending come at a time of their own")
	}
	if b.RunPeriod < 0 {
		bad = append(bad, "runPeriod: more than nothing")
	}
	if b.RunOnRenewed && e != Expire {
		bad = append(bad, "runOnRenewed: only for on_expire")
	}
	return bad
}

// stays refuses to make a notification one for another event: those who refer to it count on it.
func (b Basics) stays(from any) error {
	old, ok := from.(Trigger)
	if ok && old.Shared().Event() != b.Event() {
		return Triggers.Invalid().Detail("events: it cannot be changed from %s", old.Shared().Event())
	}
	return nil
}

func clip(s string) string {
	if len(s) > 128 {
		return s[:128] + "…"
	}
	return s
}
