package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/harness"
)

const resets = locals + "/password"

// linked returns the id within the link of the last message.
func linked(t *testing.T, s *harness.Server) string {
	t.Helper()
	all := s.Mails()
	if len(all) == 0 {
		t.Fatal("no message was sent")
	}
	_, rest, found := strings.Cut(all[len(all)-1].Body, s.URL+"/ui/reset-password#")
	if !found || len(rest) < 43 {
		t.Fatalf("no link in %q", all[len(all)-1].Body)
	}
	return rest[:43]
}

func resetBody(id, password string) string {
	return fmt.Sprintf(`{"uuid": %q, "password": %q}`, id, password)
}

func withMail(t *testing.T, s *harness.Server, name string) {
	t.Helper()
	s.User(name)
	s.Must("admin", http.MethodPut, "/api/v1"+locals, map[string]string{"identifier": name, "name": "<" + name + ">", "email": name + "@example.com"}, http.StatusOK)
}

// Who has lost the password gets a link by mail, which sets another one once; sessions end, and a wait after failures too.
func TestReset(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	withMail(t, s, "ann")
	b, visitor := newBrowser(t, s), newBrowser(t, s)
	b.login("ann")
	for range 5 {
		visitor.ask(http.MethodPost, "/security/principals/login", loginBody("ann", "wrong"), http.StatusUnauthorized, "")
	}
	s.Fresh()
	visitor.ask(http.MethodGet, resets+"/ann", "", http.StatusNoContent, "")
	s.Advance(0)
	events(t, s, "SEC-LOCAL-IDENTITY-RESET success")
	id := linked(t, s)
	if m := s.Mails()[0]; m.To[0] != "ann@example.com" || !strings.Contains(m.Body, "2 minutes") || strings.Contains(m.Subject, id) {
		t.Errorf("got %+v", m)
	}
	visitor.ask(http.MethodPost, resets, resetBody(id, "short"), http.StatusBadRequest, "LOCAL-ID-002")
	visitor.ask(http.MethodPost, resets, resetBody(id[:42]+"!", "Another-Horse-2"), http.StatusUnauthorized, "LOCAL-ID-010")
	b.ask(http.MethodGet, self, "", http.StatusOK, "ann")
	visitor.ask(http.MethodPost, resets, resetBody(id, "Another-Horse-2"), http.StatusNoContent, "")
	reset := "SEC-LOCAL-IDENTITY-RESET "
	events(t, s, reset+"failure", reset+"failure", reset+"success", "SEC-LOCAL-IDENTITY-UPDATE success")
	b.ask(http.MethodGet, self, "", http.StatusNoContent, "")
	visitor.ask(http.MethodPost, resets, resetBody(id, "Another-Horse-3"), http.StatusUnauthorized, "LOCAL-ID-010")
	visitor.ask(http.MethodPost, "/security/principals/login", loginBody("ann", "Another-Horse-2"), http.StatusOK, "ann")
}

// A link runs out, and another password makes it useless.
func TestResetEnds(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	withMail(t, s, "ann")
	b := newBrowser(t, s)
	b.ask(http.MethodGet, resets+"/ann", "", http.StatusNoContent, "")
	s.Advance(0)
	id := linked(t, s)
	s.Advance(2 * time.Minute)
	b.ask(http.MethodPost, resets, resetBody(id, "Another-Horse-2"), http.StatusUnauthorized, "LOCAL-ID-010")
	b.ask(http.MethodGet, resets+"/ann", "", http.StatusNoContent, "")
	s.Advance(0)
	id = linked(t, s)
	s.Must("admin", http.MethodPatch, "/api/v1"+locals, map[string]string{"identifier": "ann", "password": "Another-Horse-2"}, http.StatusNoContent)
	b.ask(http.MethodPost, resets, resetBody(id, "Another-Horse-3"), http.StatusUnauthorized, "LOCAL-ID-010")
}

// Whether there is an account, and an address to write to, is not told; the log says it.
func TestResetTellsNothing(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	withMail(t, s, "ann")
	s.User("silent")
	s.Fresh()
	b := newBrowser(t, s)
	for _, name := range []string{"ann", "silent", "nobody-of-this-name"} {
		w, text := b.ask(http.MethodGet, resets+"/"+name, "", http.StatusNoContent, "")
		if text != "" || len(w.Cookies()) != 0 {
			t.Errorf("%s: got %q %v", name, text, w.Cookies())
		}
	}
	s.Advance(0)
	if len(s.Mails()) != 1 {
		t.Errorf("got %d messages, want 1", len(s.Mails()))
	}
	reasons := map[string]string{}
	for _, e := range s.Fresh() {
		reasons[e.Detail("name")] = e.String() + " " + e.Detail("message")
	}
	for name, want := range map[string]string{"ann": "success", "silent": "no e-mail address", "nobody-of-this-name": "does not exist"} {
		if !strings.Contains(reasons[name], want) {
			t.Errorf("%s: got %q, want %q", name, reasons[name], want)
		}
	}
}

// Nobody's mailbox is flooded.
func TestResetLimit(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	b := newBrowser(t, s)
	for range 3 {
		b.ask(http.MethodGet, resets+"/nobody-of-this-name", "", http.StatusNoContent, "")
	}
	b.ask(http.MethodGet, resets+"/nobody-of-this-name", "", http.StatusTooManyRequests, "LOCAL-ID-011")
	s.Advance(time.Second)
	b.ask(http.MethodGet, resets+"/nobody-of-this-name", "", http.StatusNoContent, "")
	b.ask(http.MethodGet, resets+"/nobody-of-this-name", "", http.StatusTooManyRequests, "LOCAL-ID-011")
}

// The message is the provider's, and what it fills in is no markup.
func TestResetTemplate(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	withMail(t, s, "ann")
	provider := func(title, body string, status int, contains string) {
		t.Helper()
		got, text := s.Call("admin", http.MethodPut, "/api/v1/security/identity/providers", map[string]any{
			"name": "local", "type": "Local", "enabled": true, "enabledOnUI": true, "passwordPolicy": "Horizon-Default",
			"displayName":   []map[string]string{{"lang": "en", "value": "Accounts of this server"}},
			"emailTemplate": map[string]any{"from": "pki@example.com", "title": title, "body": body, "isHtml": true},
		})
		if got != status || !strings.Contains(text, contains) {
			t.Errorf("got %d %s, want %d with %q", got, text, status, contains)
		}
	}
	provider("For {{account.nickname}}", "{{reset.link}}", http.StatusBadRequest, "there is no account.nickname")
	provider("Link {{reset.link}}", "Nothing", http.StatusBadRequest, "the link {{reset.link}} is missing")
	provider("For {{account.name}}", `<p>Dear {{account.name}}, <a href="{{reset.link}}">here</a></p>`, http.StatusOK, "")
	b := newBrowser(t, s)
	b.ask(http.MethodGet, resets+"/ann", "", http.StatusNoContent, "")
	s.Advance(0)
	id, m := linked(t, s), s.Mails()[0]
	if m.Subject != "For <ann>" || !strings.Contains(m.Body, "<p>Dear &lt;ann&gt;, <a") || m.Type != "text/html" || m.From != "pki@example.com" {
		t.Errorf("got %+v", m)
	}
	b.ask(http.MethodPost, resets, strings.ReplaceAll(resetBody(id, "Another-Horse-2"), "uuid", "resetId"), http.StatusNoContent, "")
}
