package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/harness"
)

const (
	locals     = "/security/identity/locals"
	principals = "/security/principalinfos"
)

func loginBody(name, password string) string {
	return fmt.Sprintf(`{"identifier": %q, "password": %q}`, name, password)
}

// Guessing gets slower with every failure, and tells nothing: neither whether the account exists, nor, while it waits,
// whether the password is right.
func TestLockout(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("ann")
	s.Fresh()
	b := newBrowser(t, s)
	for _, name := range []string{"ann", "nobody-of-this-name"} {
		var answers []string
		for range 5 {
			_, text := b.ask(http.MethodPost, "/security/principals/login", loginBody(name, "wrong"), http.StatusUnauthorized, "SEC-AUTH-002")
			answers = append(answers, text)
		}
		for _, text := range answers {
			if diff := cmp.Diff(answers[0], text); diff != "" {
				t.Errorf("answers differ (-first +other):\n%s", diff)
			}
		}
		w, _ := b.ask(http.MethodPost, "/security/principals/login", loginBody(name, "Password-of-ann-1"), http.StatusTooManyRequests, "SEC-AUTH-009")
		if got := w.Header.Get("Retry-After"); got != "1" {
			t.Errorf("%s: Retry-After is %q, want 1", name, got)
		}
		s.Advance(time.Second)
		b.ask(http.MethodPost, "/security/principals/login", loginBody(name, "wrong"), http.StatusUnauthorized, "SEC-AUTH-002")
		w, _ = b.ask(http.MethodPost, "/security/principals/login", loginBody(name, "wrong"), http.StatusTooManyRequests, "SEC-AUTH-009")
		if got := w.Header.Get("Retry-After"); got != "2" {
			t.Errorf("%s: Retry-After is %q, want 2", name, got)
		}
		s.Advance(2 * time.Second)
	}
	got := s.Fresh()
	if len(got) != 10 { // the flood limit of a minute, for an address and code
		t.Errorf("got %d events, want 10", len(got))
	}
	for _, e := range got {
		if e.String() != "SEC-AUTHENTICATION failure" || e.Detail("method") != "password" {
			t.Errorf("got an event %s %v", e, e.Details)
		}
	}
	b.login("ann")
	if e := s.Fresh(); len(e) != 1 || e[0].String() != "SEC-AUTHENTICATION success" {
		t.Errorf("got events %v", e)
	}
	for range 4 { // the counter began anew
		b.ask(http.MethodPost, "/security/principals/login", loginBody("ann", "wrong"), http.StatusUnauthorized, "SEC-AUTH-002")
	}
	b.login("ann")
}

// The wait has a limit, an administrator sees it and ends it.
func TestUnlock(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("ann")
	b := newBrowser(t, s)
	for range 25 {
		b.ask(http.MethodPost, "/security/principals/login", loginBody("ann", "wrong"), http.StatusUnauthorized, "SEC-AUTH-002")
		s.Advance(15 * time.Minute)
	}
	b.ask(http.MethodPost, "/security/principals/login", loginBody("ann", "wrong"), http.StatusUnauthorized, "SEC-AUTH-002")
	w, _ := b.ask(http.MethodPost, "/security/principals/login", loginBody("ann", "wrong"), http.StatusTooManyRequests, "SEC-AUTH-009")
	if got := w.Header.Get("Retry-After"); got != "900" {
		t.Errorf("Retry-After is %q, want 900", got)
	}
	s.Must("admin", http.MethodGet, "/api/v1"+self, nil, http.StatusOK)
	s.Fresh()
	text := s.Must("admin", http.MethodGet, "/api/v1"+locals+"/ann/lock", nil, http.StatusOK)
	if want := fmt.Sprintf(`{"locked":true,"lockedUntil":%d,"failures":26}`, s.Clock.Now().Add(15*time.Minute).UnixMilli()); text != want {
		t.Errorf("got %s, want %s", text, want)
	}
	s.Must("admin", http.MethodDelete, "/api/v1"+locals+"/ann/lock", nil, http.StatusNoContent)
	s.Must("admin", http.MethodDelete, "/api/v1"+locals+"/nobody/lock", nil, http.StatusNotFound)
	b.login("ann")
	s.Must("ann", http.MethodDelete, "/api/v1"+locals+"/ann/lock", nil, http.StatusForbidden)
	events(t, s, "SEC-LOCAL-IDENTITY-UPDATE success", "SEC-LOCAL-IDENTITY-UPDATE failure", "SEC-AUTHENTICATION success", "SEC-LOCAL-IDENTITY-UPDATE failure")
	text = s.Must("admin", http.MethodGet, "/api/v1"+locals+"/ann/lock", nil, http.StatusOK)
	if want := fmt.Sprintf(`{"locked":false,"failures":0,"lastAuthentication":%d}`, s.Clock.Now().UnixMilli()); text != want {
		t.Errorf("got %s, want %s", text, want)
	}
}

// Many passwords tried over many accounts from one address are slowed too; what the client writes about its address does
// not help it.
func TestSpraying(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	b := newBrowser(t, s)
	for i := range 50 {
		b.header.Set("X-Forwarded-For", fmt.Sprintf("192.0.2.%d", i))
		b.ask(http.MethodPost, "/security/principals/login", loginBody(fmt.Sprintf("user-%d", i), "wrong"), http.StatusUnauthorized, "SEC-AUTH-002")
	}
	b.header.Set("X-Forwarded-For", "192.0.2.99")
	b.ask(http.MethodPost, "/security/principals/login", loginBody("user-99", "wrong"), http.StatusTooManyRequests, "SEC-AUTH-009")
	s.Advance(time.Second)
	b.ask(http.MethodPost, "/security/principals/login", loginBody("administrator", harness.AdminPassword), http.StatusOK, "")
	b.ask(http.MethodGet, "/security/principals/sessions", "", http.StatusOK, `"address":"127.0.0.1"`)
}

// Whoever has to change the password does nothing else before that.
func TestMustChange(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("ann", "configuration:*")
	s.Must("admin", http.MethodPatch, "/api/v1"+locals, map[string]any{"identifier": "ann", "password": "Temporary-Word-1", "mustChangePassword": true}, http.StatusNoContent)
	b := newBrowser(t, s)
	b.ask(http.MethodPost, "/security/principals/login", loginBody("ann", "Temporary-Word-1"), http.StatusOK, `"mustChangePassword":true`)
	s.Fresh()
	b.ask(http.MethodGet, self, "", http.StatusOK, `"mustChangePassword":true`)
	b.ask(http.MethodGet, labels, "", http.StatusForbidden, "SEC-AUTH-010")
	b.ask(http.MethodPost, labels, `{"name": "env"}`, http.StatusForbidden, "SEC-AUTH-010")
	before := b.cookie("PLAY_SESSION")
	change := func(current, next string, status int, contains string) {
		t.Helper()
		b.ask(http.MethodPatch, "/security/principals/password", fmt.Sprintf(`{"current": %q, "new": %q}`, current, next), status, contains)
	}
	change("wrong", "Another-Horse-2", http.StatusForbidden, "LOCAL-ID-007")
	change("Temporary-Word-1", "short", http.StatusBadRequest, "LOCAL-ID-002")
	change("Temporary-Word-1", "Temporary-Word-1", http.StatusBadRequest, "LOCAL-ID-002")
	change("Temporary-Word-1", "Another-Horse-2", http.StatusNoContent, "")
	if b.cookie("PLAY_SESSION") == before {
		t.Error("the session has its former token")
	}
	b.ask(http.MethodPost, labels, `{"name": "env"}`, http.StatusCreated, "env")
	_, text := b.ask(http.MethodGet, self, "", http.StatusOK, "")
	if strings.Contains(text, "mustChangePassword") {
		t.Errorf("got %s", text)
	}
	up := "SEC-LOCAL-IDENTITY-UPDATE "
	events(t, s, up+"failure", up+"failure", up+"failure", up+"success", "CONF-ADD success")
}

// The sessions of a principal end at once with its password, its account, its rights, or by hand.
func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	api := "/api/v1"
	ends := map[string]func(name string){
		"password": func(name string) {
			s.Must("admin", http.MethodPatch, api+locals, map[string]string{"identifier": name, "password": "Another-Horse-2"}, http.StatusNoContent)
		},
		"account": func(name string) { s.Must("admin", http.MethodDelete, api+locals+"/"+name, nil, http.StatusNoContent) },
		"principal": func(name string) {
			s.Must("admin", http.MethodDelete, api+principals+"/"+name, nil, http.StatusNoContent)
		},
		"disabled": func(name string) {
			s.Must("admin", http.MethodPut, api+principals, map[string]any{"identifier": name, "enabled": false}, http.StatusOK)
		},
		"by-hand": func(name string) {
			s.Must("admin", http.MethodDelete, api+principals+"/"+name+"/sessions", nil, http.StatusNoContent)
		},
		"everywhere": func(name string) {
			b := newBrowser(t, s)
			b.login(name)
			b.ask(http.MethodDelete, "/security/principals/sessions", "", http.StatusNoContent, "")
		},
	}
	for name, end := range ends {
		s.User(name)
		one, two := newBrowser(t, s), newBrowser(t, s)
		one.login(name)
		two.login(name)
		var list []struct{ ID, UserAgent string }
		text := s.Must("admin", http.MethodGet, api+principals+"/"+name+"/sessions", nil, http.StatusOK)
		if err := json.Unmarshal([]byte(text), &list); err != nil || len(list) != 2 || list[0].UserAgent != "a browser" {
			t.Errorf("%s: got %s", name, text)
		}
		end(name)
		one.ask(http.MethodGet, self, "", http.StatusNoContent, "")
		two.ask(http.MethodGet, "/security/principals/sessions", "", http.StatusUnauthorized, "SEC-AUTH-002")
	}
	s.User("ann")
	one, two := newBrowser(t, s), newBrowser(t, s)
	one.login("ann")
	two.login("ann")
	_, text := one.ask(http.MethodGet, "/security/principals/sessions", "", http.StatusOK, "")
	var list []struct {
		ID      string
		Current bool
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil || len(list) != 2 || list[0].Current || !list[1].Current {
		t.Fatalf("got %s", text)
	}
	one.ask(http.MethodDelete, "/security/principals/sessions/"+list[0].ID, "", http.StatusNoContent, "")
	one.ask(http.MethodDelete, "/security/principals/sessions/"+list[0].ID, "", http.StatusNotFound, "SESSION-003")
	two.ask(http.MethodGet, self, "", http.StatusNoContent, "")
	one.ask(http.MethodGet, self, "", http.StatusOK, "ann")
	one.ask(http.MethodGet, principals+"/ann/sessions", "", http.StatusForbidden, "SEC-PERM-001")
}

// Nobody takes away their own access, nor the last way in.
func TestOwnAccess(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.Fresh()
	api := "/api/v1"
	providers := api + "/security/identity/providers"
	for _, refused := range []struct {
		method, path string
		body         any
		want         string
	}{
		{http.MethodDelete, api + locals + "/administrator", nil, "SEC-PERM-008"},
		{http.MethodDelete, api + principals + "/administrator", nil, "SEC-PERM-008"},
		{http.MethodPut, api + principals, map[string]any{"identifier": "administrator", "enabled": false}, "SEC-PERM-008"},
		{http.MethodDelete, providers + "/local", nil, "SEC-IDPROV-006"},
		{http.MethodPut, providers, map[string]any{"name": "local", "type": "Local", "enabled": false}, "SEC-IDPROV-006"},
	} {
		if status, text := s.Call("admin", refused.method, refused.path, refused.body); status != http.StatusForbidden || !strings.Contains(text, refused.want) {
			t.Errorf("%s %s: got %d %s, want 403 with %s", refused.method, refused.path, status, text, refused.want)
		}
	}
	events(t, s, "SEC-LOCAL-IDENTITY-DELETE failure", "SEC-AUTHORIZATION-DELETE failure", "SEC-AUTHORIZATION-UPDATE failure",
		"SEC-IDENTITY-PROVIDER-DELETE failure", "SEC-IDENTITY-PROVIDER-UPDATE failure")
}

// A hash that was made elsewhere is replaced by one as they are made here when its password is seen; sessions and password
// stay.
func TestRehash(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.Must("admin", http.MethodPost, "/api/v1"+locals, map[string]string{"identifier": "old",
		"hash": "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"}, http.StatusCreated)
	s.Must("admin", http.MethodPost, "/api/v1"+principals, map[string]string{"identifier": "old"}, http.StatusCreated)
	s.Fresh()
	b := newBrowser(t, s)
	b.ask(http.MethodPost, "/security/principals/login", loginBody("old", "Hello world!"), http.StatusOK, "old")
	got := s.Fresh()
	if len(got) != 2 || got[1].String() != "SEC-LOCAL-IDENTITY-UPDATE success" || got[1].Detail("actorId") != "system" || got[1].Detail("changed") != "password" {
		t.Errorf("got %v", got)
	}
	b.ask(http.MethodGet, self, "", http.StatusOK, "old")
	b.ask(http.MethodPost, "/security/principals/login", loginBody("old", "Hello world!"), http.StatusOK, "old")
	events(t, s, "SEC-AUTHENTICATION success")
}

// A password is drawn by the policy of local accounts, for who may set one.
func TestDrawPassword(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	var password string
	text := s.Must("admin", http.MethodPost, "/api/v1"+locals+"/generate-password", nil, http.StatusOK)
	if err := json.Unmarshal([]byte(text), &password); err != nil || len(password) < 12 {
		t.Fatalf("got %s", text)
	}
	s.Must("admin", http.MethodPost, "/api/v1"+locals, map[string]string{"identifier": "ann", "password": password}, http.StatusCreated)
}

// The password of who has lost it is drawn by the command line, which also ends the wait.
func TestLostPassword(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	b := newBrowser(t, s)
	for range 5 {
		b.ask(http.MethodPost, "/security/principals/login", loginBody("administrator", "wrong"), http.StatusUnauthorized, "SEC-AUTH-002")
	}
	password, err := s.App.ResetPassword(context.Background(), "administrator")
	if err != nil {
		t.Fatal(err)
	}
	b.ask(http.MethodPost, "/security/principals/login", loginBody("administrator", password), http.StatusOK, "administrator")
}

// Of many passwords that are tried at once only the first few count: what comes after them is refused, right or wrong.
func TestGuessingAtOnce(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("ann")
	statuses := make(chan int, 24)
	for range cap(statuses) {
		go func() {
			r, err := http.NewRequest(http.MethodPost, s.URL+"/api/v1/security/principals/login", strings.NewReader(loginBody("ann", "wrong")))
			if err != nil {
				statuses <- 0
				return
			}
			r.Header.Set("Content-Type", "application/json")
			w, err := s.Client.Do(r)
			if err != nil {
				statuses <- 0
				return
			}
			_ = w.Body.Close()
			statuses <- w.StatusCode
		}()
	}
	for range cap(statuses) {
		if status := <-statuses; status != http.StatusUnauthorized && status != http.StatusTooManyRequests {
			t.Errorf("got %d", status)
		}
	}
	b := newBrowser(t, s)
	b.ask(http.MethodPost, "/security/principals/login", loginBody("ann", "Password-of-ann-1"), http.StatusTooManyRequests, "SEC-AUTH-009")
	text := s.Must("admin", http.MethodGet, "/api/v1"+locals+"/ann/lock", nil, http.StatusOK)
	if !strings.Contains(text, `"locked":true`) {
		t.Errorf("got %s", text)
	}
}
