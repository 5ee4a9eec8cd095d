package notify

import (
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Event is something that happens and that people can be told of: "on_submit_enroll".
type Event string

// Expire is the event of a certificate whose end comes near.
const Expire Event = "on_expire"

// test is the event of a notification that is tried out. None can be for it.
const test Event = "on_test"

var (
	workflows = []string{"enroll", "revoke", "update", "recover", "migrate", "renew"}
	moments   = []string{"submit", "cancel", "approve", "deny", "pending"}
)

// On is the event of a workflow that was carried out: on_enroll.
func On(workflow string) Event { return Event("on_" + workflow) }

// OnRequest is the event of a step of a request: on_submit_enroll. The moments are submit, cancel, approve, deny and
// pending.
func OnRequest(moment, workflow string) Event { return Event("on_" + moment + "_" + workflow) }

// Events lists the events: those of certificates, then those of requests.
func Events() []Event {
	all := make([]Event, 0, len(workflows)*(len(moments)+1)+1)
	for _, w := range workflows {
		all = append(all, On(w))
	}
	all = append(all, Expire)
	for _, m := range moments {
		for _, w := range workflows {
			all = append(all, OnRequest(m, w))
		}
	}
	return all
}

// Schema describes the event for forms.
func (Event) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, e := range Events() {
		s.Enum = append(s.Enum, string(e))
	}
	return s
}

func (e Event) known() bool { return slices.Contains(Events(), e) }

// moment is the step of a request the event is about, and "" of an event of a certificate.
func (e Event) moment() string {
	if parts := strings.Split(string(e), "_"); len(parts) == 3 {
		return parts[1]
	}
	return ""
}

// OfRequest reports whether the event is about a request, not about a certificate.
func (e Event) OfRequest() bool { return e.moment() != "" }

// Reminds reports whether the event comes with time, not with what somebody does.
func (e Event) Reminds() bool { return e == Expire || e.moment() == "pending" }

// hasCertificate reports whether there is a certificate to attach: on events of certificates and on approvals.
func (e Event) hasCertificate() bool { return e.moment() == "" || e.moment() == "approve" }

// hasKey reports whether there may be a PKCS#12 to attach.
func (e Event) hasKey() bool {
	return slices.Contains([]Event{OnRequest("approve", "enroll"), OnRequest("approve", "renew"), OnRequest("approve", "recover")}, e)
}

// decided reports whether somebody may have decided about a request when the event comes.
func (e Event) decided() bool {
	return !slices.Contains([]string{"submit", "cancel", "pending"}, e.moment())
}
