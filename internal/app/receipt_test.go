package app_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/harness"
)

// Whatever is changed is answered with its event, which can be looked at at once and has its number once it is sealed.
func TestReceipt(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("ann", "configuration:system:label:*")
	s.Must("ann", http.MethodGet, "/api/v1/certificate/labels", nil, http.StatusOK) // whose credentials are verified now
	s.Fresh()
	for _, c := range []struct {
		who, method, path, body string
		status                  int
	}{
		{"ann", http.MethodPost, "/certificate/labels", `{"name": "env"}`, 201},
		{"ann", http.MethodPost, "/certificate/labels", `{"name": "env"}`, 400},
		{"ann", http.MethodPost, "/security/roles", `{"name": "x"}`, 403},
		{"ann", http.MethodGet, "/certificate/labels", "", 200},
		{"admin", http.MethodPost, "/system/configurations/export", `{"items": [{"kind": "label"}]}`, 200},
		{"ann", http.MethodDelete, "/certificate/labels/env", "", 204},
	} {
		status, text, header := s.Answer(c.who, c.method, "/api/v1"+c.path, c.body)
		if status != c.status {
			t.Fatalf("%s %s: got %d %s, want %d", c.method, c.path, status, text, c.status)
		}
		var ids []string
		if list := header.Get("Horizon-Event"); list != "" {
			ids = strings.Split(list, ", ")
		}
		for _, id := range ids {
			waiting := s.Must("admin", http.MethodGet, "/api/v1/events/"+id, nil, http.StatusOK)
			if !strings.Contains(waiting, `"_id":"`+id+`"`) || strings.Contains(waiting, `"sequence"`) || strings.Contains(waiting, `"leaf"`) {
				t.Errorf("%s %s: the event looks like %s before it is sealed", c.method, c.path, waiting)
			}
		}
		var happened []string
		for _, e := range s.Fresh() {
			if e.Code != "SEC-AUTHENTICATION" {
				happened = append(happened, e.ID)
			}
		}
		if diff := cmp.Diff(happened, ids); diff != "" {
			t.Errorf("%s %s: events that happened and events that were named:\n%s", c.method, c.path, diff)
		}
		for _, id := range ids {
			var sealed harness.Event
			if err := json.Unmarshal([]byte(s.Must("admin", http.MethodGet, "/api/v1/events/"+id, nil, http.StatusOK)), &sealed); err != nil || sealed.Sequence == 0 {
				t.Errorf("%s %s: got %v %v, want an event with its number", c.method, c.path, sealed, err)
			}
		}
	}
	if status, _ := s.Call("ann", http.MethodGet, "/api/v1/events/000000000000000000000000", nil); status != http.StatusForbidden {
		t.Errorf("who may not see events was answered %d", status)
	}
}

// A browser learns when its session ends, and looks without keeping it alive.
func TestSessionEnd(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("ann")
	b := newBrowser(t, s)
	end := func(background bool) string {
		if background {
			b.header.Set("Horizon-Background", "1")
		}
		w, _ := b.ask(http.MethodGet, "/ui", "", http.StatusOK, "")
		return w.Header.Get("Horizon-Session")
	}
	if got := end(false); got != "" {
		t.Errorf("got %q without a session", got)
	}
	b.login("ann")
	for _, c := range []struct {
		after      time.Duration
		background bool
		want       string
	}{
		{0, false, "idle=900, life=43200"},
		{10 * time.Minute, true, "idle=300, life=42600"},
		{4 * time.Minute, true, "idle=60, life=42360"},
		{0, false, "idle=900, life=42360"},
		{14 * time.Minute, false, "idle=900, life=41520"},
		{14 * time.Minute, true, "idle=60, life=40680"},
		{2 * time.Minute, true, ""},
	} {
		s.Clock.Advance(c.after)
		if got := end(c.background); got != c.want {
			t.Errorf("%s later: got %q, want %q", c.after, got, c.want)
		}
	}
}
