package app_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/harness"
)

// browser keeps cookies, and repeats the token against forged requests unless told otherwise.
type browser struct {
	t      *testing.T
	s      *harness.Server
	client *http.Client
	header http.Header // of the next request alone
	naive  bool        // it does not repeat the token
}

func newBrowser(t *testing.T, s *harness.Server) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: s.Client.Transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &browser{t: t, s: s, client: client, header: http.Header{}}
}

// cookie returns the value of a cookie, or "".
func (b *browser) cookie(name string) string {
	b.t.Helper()
	u, err := url.Parse(b.s.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// ask sends a request below /api/v1 that has to be answered with the status and the text.
func (b *browser) ask(method, path, body string, status int, contains string) (*http.Response, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, b.s.URL+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header = b.header
	b.header = http.Header{}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "a browser")
	if token := b.cookie("csrf-token"); token != "" && !b.naive {
		r.Header.Set("csrf-token", token)
	}
	w, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if w.StatusCode != status || !strings.Contains(string(text), contains) {
		b.t.Errorf("%s %s: got %d %s, want %d with %q", method, path, w.StatusCode, text, status, contains)
	}
	return w, string(text)
}

func (b *browser) login(name string) {
	b.t.Helper()
	body, err := json.Marshal(map[string]string{"identifier": name, "password": "Password-of-" + name + "-1"})
	if err != nil {
		b.t.Fatal(err)
	}
	b.ask(http.MethodPost, "/security/principals/login", string(body), http.StatusOK, `"identifier":"`+name+`"`)
}

const (
	self   = "/security/principals/self"
	labels = "/certificate/labels"
)

// A session begins with a password, carries its rights, and ends by logout, with its token.
func TestSession(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("ann", "configuration:system:label:*")
	s.Fresh()
	b := newBrowser(t, s)
	b.ask(http.MethodGet, self, "", http.StatusNoContent, "")
	b.login("ann")
	events(t, s, "SEC-AUTHENTICATION success")
	token := b.cookie("PLAY_SESSION")
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(token) {
		t.Errorf("the token of the session is %q", token)
	}
	if got := b.cookie("csrf-token"); !regexp.MustCompile(`^[0-9a-f]{40}-[0-9]{13}-[0-9a-f]{24}$`).MatchString(got) {
		t.Errorf("the token against forged requests is %q", got)
	}
	b.ask(http.MethodGet, self, "", http.StatusOK, `"identityProviderType":"Local"`)
	b.ask(http.MethodPost, labels, `{"name": "env"}`, http.StatusCreated, "env")
	b.ask(http.MethodPost, "/security/roles", `{"name": "x"}`, http.StatusForbidden, "SEC-PERM-001")
	events(t, s, "CONF-ADD success", "SEC-ROLE-ADD failure")

	w, _ := b.ask(http.MethodGet, "/security/principals/logout", "", http.StatusNoContent, "")
	if b.cookie("PLAY_SESSION") != "" || b.cookie("csrf-token") != "" {
		t.Errorf("the browser keeps its cookies after %v", w.Header.Values("Set-Cookie"))
	}
	b.header.Set("Cookie", "PLAY_SESSION="+token)
	b.ask(http.MethodGet, self, "", http.StatusNoContent, "")
	b.header.Set("Cookie", "PLAY_SESSION="+token)
	b.ask(http.MethodGet, labels, "", http.StatusUnauthorized, "SEC-AUTH-002")
	events(t, s)
}

// The cookie is out of reach of scripts and other sites.
func TestSessionCookie(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("ann")
	b := newBrowser(t, s)
	w, _ := b.ask(http.MethodPost, "/security/principals/login", `{"identifier": "ann", "password": "Password-of-ann-1"}`, http.StatusOK, "ann")
	for _, c := range w.Cookies() {
		if !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.HttpOnly != (c.Name == "PLAY_SESSION") {
			t.Errorf("the cookie is %s", c.Raw)
		}
	}
	if len(w.Cookies()) != 2 {
		t.Errorf("got %d cookies, want 2", len(w.Cookies()))
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
		"Cache-Control": "no-store", "Access-Control-Allow-Origin": "", "Strict-Transport-Security": "",
	} {
		if got := w.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// A session ends when nothing is asked for a while, and in any case after a longer one.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	s := harness.New(t, harness.With("session.life", "1h"))
	s.User("ann", "configuration:system:label:*")
	b := newBrowser(t, s)
	b.login("ann")
	for range 5 {
		s.Advance(11 * time.Minute)
		b.ask(http.MethodGet, labels, "", http.StatusOK, "")
	}
	s.Advance(5 * time.Minute) // one hour
	b.ask(http.MethodGet, labels, "", http.StatusUnauthorized, "SEC-AUTH-002")
	b.login("ann")
	s.Advance(15 * time.Minute)
	b.ask(http.MethodGet, labels, "", http.StatusUnauthorized, "SEC-AUTH-002")
	if b.cookie("PLAY_SESSION") != "" {
		t.Error("the browser keeps the cookie of a session that has ended")
	}
}

// A token that was there before the login is never taken over.
func TestSessionFixation(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("ann")
	victim, attacker := newBrowser(t, s), newBrowser(t, s)
	planted := strings.Repeat("A", 43)
	victim.header.Set("Cookie", "PLAY_SESSION="+planted)
	victim.login("ann")
	if victim.cookie("PLAY_SESSION") == planted {
		t.Error("the planted token was taken over")
	}
	attacker.header.Set("Cookie", "PLAY_SESSION="+planted)
	attacker.ask(http.MethodGet, self, "", http.StatusNoContent, "")

	before := victim.cookie("PLAY_SESSION")
	victim.login("ann")
	if victim.cookie("PLAY_SESSION") == before {
		t.Error("a login kept the token")
	}
	attacker.header.Set("Cookie", "PLAY_SESSION="+before)
	attacker.ask(http.MethodGet, self, "", http.StatusNoContent, "")
}

// What a browser sends by itself changes nothing without the token of its session.
func TestForgedRequests(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("ann", "configuration:system:label:*")
	s.User("bob", "configuration:system:label:*")
	b, other := newBrowser(t, s), newBrowser(t, s)
	b.login("ann")
	other.login("bob")
	s.Fresh()
	b.naive = true
	b.ask(http.MethodPost, labels, `{"name": "forged"}`, http.StatusUnauthorized, "SEC-AUTH-002")
	for _, wrong := range []string{"x", other.cookie("csrf-token"), strings.Repeat("0", 40) + "-1700000000000-" + strings.Repeat("0", 24)} {
		b.header.Set("csrf-token", wrong)
		b.ask(http.MethodPost, labels, `{"name": "forged"}`, http.StatusUnauthorized, "SEC-AUTH-002")
		b.header.Set("csrf-token", wrong)
		b.header.Set("Cookie", "csrf-token="+wrong)
		b.ask(http.MethodPost, labels, `{"name": "forged"}`, http.StatusUnauthorized, "SEC-AUTH-002")
	}
	b.naive = false
	b.header.Set("Origin", "https://evil.example.com")
	b.ask(http.MethodPost, labels, `{"name": "forged"}`, http.StatusForbidden, "SEC-PERM-002")
	b.header.Set("Sec-Fetch-Site", "cross-site")
	b.ask(http.MethodPost, "/security/principals/login", `{}`, http.StatusForbidden, "SEC-PERM-002")
	events(t, s)
	b.header.Set("Sec-Fetch-Site", "same-origin")
	b.ask(http.MethodPost, labels, `{"name": "real"}`, http.StatusCreated, "real")
	w, _ := b.ask(http.MethodOptions, labels, "", http.StatusMethodNotAllowed, "")
	for name := range w.Header {
		if strings.HasPrefix(name, "Access-Control") {
			t.Errorf("a preflight got %s", name)
		}
	}
	events(t, s, "CONF-ADD success")
}

// HTTP Basic is a local account's password with every call; a change needs the token that a read delivered.
func TestBasic(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	s.User("ann", "configuration:system:label:*")
	s.Fresh()
	b := newBrowser(t, s)
	basic := func(password string) {
		r := http.Request{Header: b.header}
		r.SetBasicAuth("ann", password)
	}
	basic("wrong")
	b.ask(http.MethodGet, self, "", http.StatusUnauthorized, "SEC-AUTH-002")
	basic("Password-of-ann-1")
	b.ask(http.MethodPost, labels, `{"name": "env"}`, http.StatusUnauthorized, "SEC-AUTH-002")
	basic("Password-of-ann-1")
	b.ask(http.MethodGet, self, "", http.StatusOK, "ann")
	basic("Password-of-ann-1")
	b.ask(http.MethodPost, labels, `{"name": "env"}`, http.StatusCreated, "env")
	if b.cookie("PLAY_SESSION") != "" {
		t.Error("a session was opened")
	}
	events(t, s, "SEC-AUTHENTICATION failure", "SEC-AUTHENTICATION success", "CONF-ADD success")
}

// Whoever shows credentials gets a session on request, and goes on to a page of this server, never of another.
func TestAuthenticate(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	b := newBrowser(t, s)
	key := func() {
		b.header.Set("X-API-ID", "administrator")
		b.header.Set("X-API-KEY", harness.AdminPassword)
	}
	b.ask(http.MethodGet, "/security/principals/authenticate", "", http.StatusUnauthorized, "SEC-AUTH-002")
	key()
	b.ask(http.MethodGet, self, "", http.StatusOK, "")
	if b.cookie("PLAY_SESSION") != "" {
		t.Error("a call with a key opened a session")
	}
	for _, evil := range []string{"https://evil.example.com/", "//evil.example.com", `/\evil.example.com`, "/%09/evil.example.com", "evil", "javascript:alert(1)"} {
		key()
		b.ask(http.MethodGet, "/security/principals/authenticate?redirect="+url.QueryEscape(strings.ReplaceAll(evil, "%09", "\t")), "", http.StatusBadRequest, "REQ-002")
	}
	if b.cookie("PLAY_SESSION") != "" {
		t.Error("a refused call opened a session")
	}
	key()
	w, _ := b.ask(http.MethodGet, "/security/principals/authenticate?redirect="+url.QueryEscape("/ui/certificates?x=1"), "", http.StatusFound, "")
	if got := w.Header.Get("Location"); got != "/ui/certificates?x=1" {
		t.Errorf("went on to %q", got)
	}
	b.ask(http.MethodGet, self, "", http.StatusOK, "administrator")
	token := b.cookie("PLAY_SESSION")
	b.ask(http.MethodGet, "/security/principals/authenticate", "", http.StatusOK, `"permissions":[{"value":"configuration:*"`)
	if b.cookie("PLAY_SESSION") != token {
		t.Error("a session renewed itself")
	}
}
