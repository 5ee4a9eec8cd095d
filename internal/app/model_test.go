package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/horizon-clm/horizon/internal/harness"
)

// actor is somebody with some rights on the profile of the model.
type actor struct {
	name                 string
	ask, do, decide, see bool
}

var actors = []actor{
	{name: "asker", ask: true},
	{name: "other", ask: true},
	{name: "officer", decide: true},
	{name: "both", ask: true, decide: true},
	{name: "robot", do: true},
	{name: "auditor", see: true},
	{name: "stranger"},
}

func (a actor) rights() (all []string) {
	for word, has := range map[string]bool{"request_enroll": a.ask, "enroll": a.do, "approve_enroll": a.decide, "audit_request": a.see} {
		if has {
			all = append(all, "lifecycle:webra:model:"+word)
		}
	}
	return all
}

// wish is a request as the model knows it.
type wish struct {
	id, requester, state string
	late                 bool // it has waited too long
}

func (w wish) seenBy(a actor) bool { return a.decide || a.see || a.name == w.requester }

// model is what the requests of a server should be.
type model struct {
	t      *rapid.T
	s      *harness.Server
	all    []*wish
	serial int
}

// call sends something and compares the status.
func (m *model) call(a actor, method, path string, body any, want int) map[string]any {
	status, text := m.s.Call(a.name, method, path, body)
	if status != want {
		m.t.Fatalf("%s %s by %s: got %d %s, want %d", method, path, a.name, status, text, want)
	}
	var v map[string]any
	_ = json.Unmarshal([]byte(text), &v) // of an empty answer there is nothing to read
	return v
}

func (m *model) one(name string) (actor, *wish) {
	a := rapid.SampledFrom(actors).Draw(m.t, name)
	if len(m.all) == 0 {
		m.t.Skip("there is no request yet")
	}
	return a, rapid.SampledFrom(m.all).Draw(m.t, "request")
}

// submit asks for a certificate.
func (m *model) submit(t *rapid.T) {
	m.t = t
	a := rapid.SampledFrom(actors).Draw(t, "requester")
	m.serial++
	body := map[string]any{"workflow": "enroll", "module": "webra", "profile": "model", "template": map[string]any{
		"subject": []any{map[string]any{"element": "cn.1", "value": fmt.Sprintf("host%d.example", m.serial)}},
	}}
	want, state := http.StatusForbidden, ""
	switch {
	case a.do:
		want, state = http.StatusCreated, "completed"
	case a.ask:
		want, state = http.StatusCreated, "pending"
	}
	v := m.call(a, http.MethodPost, "/api/v1/requests/submit", body, want)
	if state == "" {
		return
	}
	if v["status"] != state {
		t.Fatalf("a request of %s is %v, want %s", a.name, v["status"], state)
	}
	m.all = append(m.all, &wish{id: v["_id"].(string), requester: a.name, state: state})
}

// decide approves or denies.
func (m *model) decide(verb, state string) func(*rapid.T) {
	return func(t *rapid.T) {
		m.t = t
		a, w := m.one("approver")
		want := http.StatusOK
		switch {
		case !a.decide || a.name == w.requester:
			want = http.StatusForbidden
		case w.state != "pending" || w.late:
			want = http.StatusBadRequest
		}
		m.call(a, http.MethodPost, "/api/v1/requests/"+verb, map[string]any{"_id": w.id, "workflow": "enroll", "module": "webra"}, want)
		if want == http.StatusOK {
			w.state = state
		}
	}
}

// cancel takes a request back.
func (m *model) cancel(t *rapid.T) {
	m.t = t
	a, w := m.one("canceler")
	want := http.StatusOK
	switch {
	case a.name != w.requester:
		want = http.StatusForbidden
	case w.state != "pending":
		want = http.StatusBadRequest
	}
	m.call(a, http.MethodPost, "/api/v1/requests/cancel", map[string]any{"_id": w.id, "workflow": "enroll", "module": "webra"}, want)
	if want == http.StatusOK {
		w.state = "canceled"
	}
}

// wait lets requests grow old.
func (m *model) wait(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "patience") > 0 {
		return
	}
	m.s.Advance(25 * time.Hour)
	for _, w := range m.all {
		w.late = w.state == "pending"
	}
}

// look compares what somebody sees with what they should see.
func (m *model) look(t *rapid.T) {
	m.t = t
	a, w := m.one("reader")
	if !w.seenBy(a) {
		m.call(a, http.MethodGet, "/api/v1/requests/"+w.id, nil, http.StatusNotFound)
		return
	}
	v := m.call(a, http.MethodGet, "/api/v1/requests/"+w.id, nil, http.StatusOK)
	may := v["permissions"].(map[string]any)
	waits := w.state == "pending"
	if v["status"] != w.state || may["cancel"] != (waits && a.name == w.requester) || may["approve"] != (waits && a.decide && a.name != w.requester) {
		t.Fatalf("%s sees %v %v of a request of %s that is %s", a.name, v["status"], may, w.requester, w.state)
	}
	if secret := v["pkcs12"] != nil; secret != (w.state == "completed" && a.name == w.requester) {
		t.Fatalf("%s sees the key of %s: %v", a.name, w.requester, secret)
	}
}

// list compares whole searches.
func (m *model) list(t *rapid.T) {
	m.t = t
	a := rapid.SampledFrom(actors).Draw(t, "searcher")
	scope := rapid.SampledFrom([]string{"", "self", "manage", "search"}).Draw(t, "scope")
	want := map[string]bool{}
	for _, w := range m.all {
		own, decides := a.name == w.requester, a.decide && w.state == "pending" && a.name != w.requester
		if scope == "self" && own || scope == "manage" && decides || scope == "search" && a.see || scope == "" && (own || decides || a.see) {
			want[w.id] = true
		}
	}
	v := m.call(a, http.MethodPost, "/api/v1/requests/search", map[string]any{"scope": scope, "fields": []string{}, "pageSize": 1000}, http.StatusOK)
	var got []string
	for _, r := range v["results"].([]any) {
		id := r.(map[string]any)["_id"].(string)
		if slices.ContainsFunc(m.all, func(w *wish) bool { return w.id == id }) { // not of an earlier sequence
			got = append(got, id)
		}
	}
	for _, id := range got {
		if !want[id] {
			t.Fatalf("%s finds %s in the scope %q and should not", a.name, id, scope)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%s finds %d in the scope %q, want %d", a.name, len(got), scope, len(want))
	}
}

// Whatever people do in whatever order: states, rights and what is seen are those of a simple model.
func TestRequestsModel(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.Must("admin", http.MethodPost, "/api/v1/authorities", map[string]any{"name": "lab"}, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/pki/connectors", map[string]any{"name": "lab", "type": "integrated", "authority": "lab"}, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/certificate/profiles", map[string]any{
		"module": "webra", "name": "model", "enabled": true, "authorizationMode": "authorized", "pkiConnector": "lab",
		"requestsPolicy":      map[string]any{"enroll": "1 day"},
		"certificateTemplate": map[string]any{"subject": []any{map[string]any{"type": "CN", "mandatory": true, "editableByRequester": true}}},
		"cryptoPolicy":        map[string]any{"centralized": true, "p12passwordMode": "random", "showP12OnEnroll": true, "showP12PasswordOnEnroll": true, "keyAvailability": "3650 days"},
	}, http.StatusCreated)
	for _, a := range actors {
		s.User(a.name, a.rights()...)
	}
	rapid.Check(t, func(t *rapid.T) {
		m := &model{t: t, s: s}
		t.Repeat(map[string]func(*rapid.T){
			"submit": m.submit, "approve": m.decide("approve", "completed"), "deny": m.decide("deny", "denied"),
			"cancel": m.cancel, "wait": m.wait, "look": m.look, "list": m.list,
		})
	})
}
