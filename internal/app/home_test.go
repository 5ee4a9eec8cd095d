package app_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/harness"
)

// home is what stands on somebody's home page.
type home struct {
	Needs []struct {
		Kind, Severity, Profile string
		At, Oldest              int64
		Count                   int
		People                  []string
		List                    struct{ On, Query, Scope string }
		Subject                 struct {
			ID   string `json:"_id"`
			Name string
		}
	}
	Next   *struct{ At int64 }
	Expiry struct {
		Weeks []struct {
			Start, End int64
			Segments   []struct {
				Mode, Query string
				Count       int
			}
		}
		Totals []struct {
			Query string
			Count int
		}
	}
	Recent []struct {
		Code     string
		Sequence int64
		Details  []struct{ Key, Value string }
	}
}

func homeOf(t *testing.T, s *harness.Server, who string) (h home) {
	t.Helper()
	if err := json.Unmarshal([]byte(s.Must(who, http.MethodGet, "/api/v1/home", nil, http.StatusOK)), &h); err != nil {
		t.Fatal(err)
	}
	for _, n := range h.Needs {
		if n.List.On == "certificates" || n.List.On == "requests" {
			if got := count(t, s, who, n.List.On, n.List.Query, n.List.Scope); got != n.Count {
				t.Errorf("%s: %s says %d, and its list finds %d", who, n.Kind, n.Count, got)
			}
		}
	}
	for _, g := range h.Expiry.Totals {
		if got := count(t, s, who, "certificates", g.Query, ""); got != g.Count {
			t.Errorf("%s: %s says %d in all, and finds %d", who, g.Query, g.Count, got)
		}
	}
	for _, w := range h.Expiry.Weeks {
		for _, g := range w.Segments {
			if got := count(t, s, who, "certificates", g.Query, ""); got != g.Count {
				t.Errorf("%s: a segment says %d, and %s finds %d", who, g.Count, g.Query, got)
			}
		}
	}
	return h
}

// count asks a search how much it finds.
func count(t *testing.T, s *harness.Server, who, on, query, scope string) int {
	t.Helper()
	body := map[string]any{"query": query, "withCount": true}
	if scope != "" {
		body["scope"] = scope
	}
	var found struct{ Count int }
	if err := json.Unmarshal([]byte(s.Must(who, http.MethodPost, "/api/v1/"+on+"/search", body, http.StatusOK)), &found); err != nil {
		t.Fatal(err)
	}
	return found.Count
}

// kinds are the rows of a home page in a word each.
func (h home) kinds() (all []string) {
	for _, n := range h.Needs {
		all = append(all, n.Kind+" "+n.Severity+" "+n.Subject.Name)
	}
	return all
}

func (h home) ending() (n int) {
	for _, w := range h.Expiry.Weeks {
		for _, g := range w.Segments {
			n += g.Count
		}
	}
	return n
}

const homeProfile = `{"module": "webra", "name": "web", "enabled": true, "authorizationMode": "authorized", "pkiConnector": "lab", "authorizationLevels": {},
	"requestsPolicy": {"enroll": "60 days"}, "selfPermissions": {}, "renewalPeriod": "30 days", "cryptoPolicy": {"centralized": true, "p12passwordMode": "random"},
	"certificateTemplate": {"subject": [{"type": "CN", "mandatory": true, "editableByRequester": true}]}}`

// enroll asks for a certificate of a name.
func enroll(t *testing.T, s *harness.Server, who, name string) {
	t.Helper()
	s.Must(who, http.MethodPost, "/api/v1/requests/submit", `{"workflow": "enroll", "module": "webra", "profile": "web", "template": {"subject": [{"element": "cn.1", "value": "`+name+`"}]}}`, http.StatusCreated)
}

// What needs somebody is on their home page, found by the query it names, and gone when it is done.
func TestHome(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("robot", "lifecycle:webra:web:enroll")
	s.User("asker", "lifecycle:webra:web:request_enroll")
	s.User("officer", "lifecycle:webra:web:approve_enroll", "lifecycle:webra:web:search")
	s.User("auditor", "configuration:event:read")
	s.Must("admin", http.MethodPost, "/api/v1/authorities", `{"name": "lab", "crlLifetime": "10 days"}`, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/pki/connectors", `{"name": "lab", "type": "integrated", "authority": "lab", "crtLifetime": "80 days"}`, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/certificate/profiles", homeProfile, http.StatusCreated)
	enroll(t, s, "robot", "one")
	s.Advance(20 * 24 * time.Hour)
	enroll(t, s, "robot", "two")
	enroll(t, s, "asker", "three")

	h := homeOf(t, s, "robot")
	if len(h.Needs) != 0 || h.Next == nil || h.ending() != 2 {
		t.Errorf("the owner sees %v, next %v, %d that end; want nothing, a date, and two", h.kinds(), h.Next, h.ending())
	}
	if got := h.Recent; len(got) == 0 || got[0].Code != "LIFECYCLE-ENROLL" || slices.ContainsFunc(got[0].Details, func(d struct{ Key, Value string }) bool { return d.Key == "ip" }) {
		t.Errorf("the owner did last %v", got)
	}
	if diff := cmp.Diff([]string{"request.own info "}, homeOf(t, s, "asker").kinds()); diff != "" {
		t.Error(diff)
	}
	h = homeOf(t, s, "officer")
	if len(h.Needs) != 1 || h.Needs[0].Kind != "request.decide" || h.Needs[0].Profile != "web" || !slices.Equal(h.Needs[0].People, []string{"asker"}) || h.Needs[0].Oldest == 0 || h.ending() != 2 {
		t.Errorf("the officer sees %+v, %d that end; want one request and two certificates", h.Needs, h.ending())
	}
	if h = homeOf(t, s, "auditor"); len(h.Needs) != 0 || h.ending() != 0 || len(h.Recent) != 0 {
		t.Errorf("the auditor sees %v, %d that end, did %v; want nothing", h.kinds(), h.ending(), h.Recent)
	}

	s.Advance(32 * 24 * time.Hour) // one is due
	if diff := cmp.Diff([]string{"certificate.due warning CN=one"}, homeOf(t, s, "robot").kinds()); diff != "" {
		t.Error(diff)
	}
	s.Advance(30 * 24 * time.Hour) // one has ended, two is due
	h = homeOf(t, s, "robot")
	if diff := cmp.Diff([]string{"certificate.expired error CN=one", "certificate.due warning CN=two"}, h.kinds()); diff != "" {
		t.Error(diff)
	}
	if got := homeOf(t, s, "officer").kinds(); len(got) != 0 {
		t.Errorf("the request has lapsed, and the officer sees %v", got)
	}
}

// What is wrong with the server is on the home page of those who can do something about it.
func TestHomeOfServer(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("auditor", "configuration:event:read")
	s.Must("admin", http.MethodPost, "/api/v1/authorities", `{"name": "lab"}`, http.StatusCreated)
	s.Advance(time.Minute) // its first list
	expires := s.Clock.Now().Add(9 * 24 * time.Hour).UnixMilli()
	credentials := map[string]any{"name": "token", "type": "raw", "secret": "x", "expires": expires}
	s.Must("admin", http.MethodPost, "/api/v1/security/credentials", credentials, http.StatusCreated)
	if diff := cmp.Diff([]string{"credentials.expiring warning token"}, homeOf(t, s, "admin").kinds()); diff != "" {
		t.Error(diff)
	}
	s.Clock.Advance(8 * 24 * time.Hour) // and nothing makes the list anew
	if diff := cmp.Diff([]string{"crl.stale error lab", "credentials.expiring warning token"}, homeOf(t, s, "admin").kinds()); diff != "" {
		t.Error(diff)
	}
	if got := homeOf(t, s, "auditor").kinds(); len(got) != 0 {
		t.Errorf("the auditor sees %v", got)
	}
	if status, text := s.Call("nobody", http.MethodGet, "/api/v1/home", nil); status != http.StatusUnauthorized || !strings.Contains(text, "SEC-AUTH-002") {
		t.Errorf("nobody got %d %s", status, text)
	}
}

// Who asked is told that a request has failed, also when that is long after somebody else approved it, until they have seen
// it or it is removed.
func TestHomeOfFailures(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("asker", "lifecycle:webra:web:request_enroll")
	s.User("officer", "lifecycle:webra:web:approve_enroll", "lifecycle:webra:web:search")
	s.Must("admin", http.MethodPost, "/api/v1/authorities", `{"name": "lab"}`, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/pki/connectors", `{"name": "lab", "type": "integrated", "authority": "lab"}`, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1/certificate/profiles", homeProfile, http.StatusCreated)
	s.Lose("lab")
	for _, name := range []string{"one", "two"} {
		enroll(t, s, "asker", name)
		var found struct {
			Results []struct {
				ID string `json:"_id"`
			}
		}
		text := s.Must("officer", http.MethodPost, "/api/v1/requests/search", `{"query": "request is valid", "scope": "manage"}`, http.StatusOK)
		if err := json.Unmarshal([]byte(text), &found); err != nil || len(found.Results) != 1 {
			t.Fatalf("got %s, want one request", text)
		}
		s.Must("officer", http.MethodPost, "/api/v1/requests/approve", map[string]any{"_id": found.Results[0].ID, "workflow": "enroll", "module": "webra", "template": map[string]any{}}, http.StatusOK)
		if name == "one" && len(homeOf(t, s, "asker").Needs) != 0 {
			t.Errorf("the asker sees %v before it has failed", homeOf(t, s, "asker").kinds())
		}
		for range 20 {
			s.Advance(time.Hour)
		}
	}
	h := homeOf(t, s, "asker")
	if len(h.Needs) != 1 || h.Needs[0].Kind != "request.failed" || h.Needs[0].Count != 2 || h.Needs[0].Severity != "warning" || h.Needs[0].Subject.ID == "" {
		t.Fatalf("the asker sees %+v, want two requests that have failed", h.Needs)
	}
	if got := homeOf(t, s, "officer").kinds(); len(got) != 0 {
		t.Errorf("who approved them sees %v", got)
	}
	first := h.Needs[0].At - int64(time.Hour/time.Millisecond)
	s.Must("asker", http.MethodPost, "/api/v1/security/principals/preferences", map[string]any{"failuresSeen": first}, http.StatusOK)
	if h = homeOf(t, s, "asker"); len(h.Needs) != 1 || h.Needs[0].Count != 1 {
		t.Errorf("the asker has seen one and sees %+v", h.Needs)
	}
	s.Must("asker", http.MethodPost, "/api/v1/security/principals/preferences", map[string]any{"failuresSeen": s.Clock.Now().UnixMilli()}, http.StatusOK)
	if h = homeOf(t, s, "asker"); len(h.Needs) != 0 {
		t.Errorf("the asker has seen both and sees %v", h.kinds())
	}
	s.Must("asker", http.MethodPost, "/api/v1/security/principals/preferences", map[string]any{"failuresSeen": "nonsense"}, http.StatusOK)
	if h = homeOf(t, s, "asker"); len(h.Needs) != 1 {
		t.Errorf("the asker sees %v", h.kinds())
	}
	s.Advance(8 * 24 * time.Hour)
	if h = homeOf(t, s, "asker"); len(h.Needs) != 0 {
		t.Errorf("the requests were removed, and the asker sees %v", h.kinds())
	}
}
