package lifecycle

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/notify"
	"github.com/horizon-clm/horizon/internal/store"
)

type triggerRef = kind.Ref[notify.Ref]

// Triggers are the notifications of a profile, by the event they are sent on.
type Triggers struct {
	OnEnroll         []triggerRef `json:"onEnroll,omitempty" maxItems:"20" doc:"A certificate was issued."`
	OnRevoke         []triggerRef `json:"onRevoke,omitempty" maxItems:"20" doc:"A certificate was revoked."`
	OnUpdate         []triggerRef `json:"onUpdate,omitempty" maxItems:"20" doc:"A certificate was updated."`
	OnRecover        []triggerRef `json:"onRecover,omitempty" maxItems:"20" doc:"The key of a certificate was recovered."`
	OnMigrate        []triggerRef `json:"onMigrate,omitempty" maxItems:"20" doc:"A certificate was moved to this profile."`
	OnRenew          []triggerRef `json:"onRenew,omitempty" maxItems:"20" doc:"A certificate was renewed."`
	OnExpire         []Reminder   `json:"onExpire,omitempty" maxItems:"20" doc:"A certificate expires soon."`
	OnSubmitEnroll   []triggerRef `json:"onSubmitEnroll,omitempty" maxItems:"20" doc:"Somebody asks for an enrollment, and somebody else is to decide."`
	OnSubmitRevoke   []triggerRef `json:"onSubmitRevoke,omitempty" maxItems:"20" doc:"Somebody asks for a revocation, and somebody else is to decide."`
	OnSubmitUpdate   []triggerRef `json:"onSubmitUpdate,omitempty" maxItems:"20" doc:"Somebody asks for an update, and somebody else is to decide."`
	OnSubmitRecover  []triggerRef `json:"onSubmitRecover,omitempty" maxItems:"20" doc:"Somebody asks for a recovery, and somebody else is to decide."`
	OnSubmitMigrate  []triggerRef `json:"onSubmitMigrate,omitempty" maxItems:"20" doc:"Somebody asks for a migration, and somebody else is to decide."`
	OnSubmitRenew    []triggerRef `json:"onSubmitRenew,omitempty" maxItems:"20" doc:"Somebody asks for a renewal, and somebody else is to decide."`
	OnCancelEnroll   []triggerRef `json:"onCancelEnroll,omitempty" maxItems:"20" doc:"A request for an enrollment was taken back."`
	OnCancelRevoke   []triggerRef `json:"onCancelRevoke,omitempty" maxItems:"20" doc:"A request for a revocation was taken back."`
	OnCancelUpdate   []triggerRef `json:"onCancelUpdate,omitempty" maxItems:"20" doc:"A request for an update was taken back."`
	OnCancelRecover  []triggerRef `json:"onCancelRecover,omitempty" maxItems:"20" doc:"A request for a recovery was taken back."`
	OnCancelMigrate  []triggerRef `json:"onCancelMigrate,omitempty" maxItems:"20" doc:"A request for a migration was taken back."`
	OnCancelRenew    []triggerRef `json:"onCancelRenew,omitempty" maxItems:"20" doc:"A request for a renewal was taken back."`
	OnApproveEnroll  []triggerRef `json:"onApproveEnroll,omitempty" maxItems:"20" doc:"A request for an enrollment was approved; where it leads to a certificate, once that is there."`
	OnApproveRevoke  []triggerRef `json:"onApproveRevoke,omitempty" maxItems:"20" doc:"A request for a revocation was approved; where it leads to a certificate, once that is there."`
	OnApproveUpdate  []triggerRef `json:"onApproveUpdate,omitempty" maxItems:"20" doc:"A request for an update was approved; where it leads to a certificate, once that is there."`
	OnApproveRecover []triggerRef `json:"onApproveRecover,omitempty" maxItems:"20" doc:"A request for a recovery was approved; where it leads to a certificate, once that is there."`
	OnApproveMigrate []triggerRef `json:"onApproveMigrate,omitempty" maxItems:"20" doc:"A request for a migration was approved; where it leads to a certificate, once that is there."`
	OnApproveRenew   []triggerRef `json:"onApproveRenew,omitempty" maxItems:"20" doc:"A request for a renewal was approved; where it leads to a certificate, once that is there."`
	OnDenyEnroll     []triggerRef `json:"onDenyEnroll,omitempty" maxItems:"20" doc:"A request for an enrollment was denied."`
	OnDenyRevoke     []triggerRef `json:"onDenyRevoke,omitempty" maxItems:"20" doc:"A request for a revocation was denied."`
	OnDenyUpdate     []triggerRef `json:"onDenyUpdate,omitempty" maxItems:"20" doc:"A request for an update was denied."`
	OnDenyRecover    []triggerRef `json:"onDenyRecover,omitempty" maxItems:"20" doc:"A request for a recovery was denied."`
	OnDenyMigrate    []triggerRef `json:"onDenyMigrate,omitempty" maxItems:"20" doc:"A request for a migration was denied."`
	OnDenyRenew      []triggerRef `json:"onDenyRenew,omitempty" maxItems:"20" doc:"A request for a renewal was denied."`
	OnPendingEnroll  []Reminder   `json:"onPendingEnroll,omitempty" maxItems:"20" doc:"A request for an enrollment waits for a decision."`
	OnPendingRevoke  []Reminder   `json:"onPendingRevoke,omitempty" maxItems:"20" doc:"A request for a revocation waits for a decision."`
	OnPendingUpdate  []Reminder   `json:"onPendingUpdate,omitempty" maxItems:"20" doc:"A request for an update waits for a decision."`
	OnPendingRecover []Reminder   `json:"onPendingRecover,omitempty" maxItems:"20" doc:"A request for a recovery waits for a decision."`
	OnPendingMigrate []Reminder   `json:"onPendingMigrate,omitempty" maxItems:"20" doc:"A request for a migration waits for a decision."`
	OnPendingRenew   []Reminder   `json:"onPendingRenew,omitempty" maxItems:"20" doc:"A request for a renewal waits for a decision."`
}

// Reminder is a notification that comes with time.
type Reminder struct {
	Name       triggerRef `json:"name" required:"true" minLength:"1" doc:"Name of the notification."`
	ActiveFrom int64      `json:"activationDate,omitempty" minimum:"0" doc:"Only certificates and requests made since then are told of, in milliseconds since 1970."`
}

// since is when what is told of was made at the earliest.
func (r Reminder) since() time.Time { return time.UnixMilli(r.ActiveFrom).UTC() }

// slot is a member of Triggers and the event it is for.
type slot struct {
	member string
	index  int
}

// slots are the members of Triggers by their events: onSubmitEnroll is for on_submit_enroll.
var slots = func() map[notify.Event]slot {
	all := map[notify.Event]slot{}
	t := reflect.TypeFor[Triggers]()
	for i := range t.NumField() {
		member, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		var name strings.Builder
		for _, r := range member {
			if unicode.IsUpper(r) {
				name.WriteByte('_')
			}
			name.WriteRune(unicode.ToLower(r))
		}
		all[notify.Event(name.String())] = slot{member, i}
	}
	return all
}()

// on returns the notifications for an event. Those that come at once have no more than their name.
func (t *Triggers) on(e notify.Event) (all []Reminder) {
	s, ok := slots[e]
	if t == nil || !ok {
		return nil
	}
	switch list := reflect.ValueOf(*t).Field(s.index).Interface().(type) {
	case []Reminder:
		return list
	case []triggerRef:
		for _, name := range list {
			all = append(all, Reminder{Name: name})
		}
	}
	return all
}

// complaints lists notifications that are for another event.
func (t *Triggers) complaints(tx *store.Tx) (bad []string) {
	for _, e := range notify.Events() {
		for i, r := range t.on(e) {
			n, err := notify.Triggers.Get(tx, string(r.Name))
			if err == nil && n.Shared().Event() != e { // one that is missing is told of elsewhere
				bad = append(bad, fmt.Sprintf("triggers.%s.%d: %s is for %s", slots[e].member, i, r.Name, n.Shared().Event()))
			}
		}
	}
	return bad
}
