package app_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/horizon-clm/horizon/internal/harness"
)

// opKey is a signing key of a provider.
type opKey struct {
	id  string
	key *rsa.PrivateKey
}

func (k opKey) ID() string                                  { return k.id }
func (k opKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k opKey) Key() any                                    { return k.key }

// opPublic is its public half.
type opPublic struct{ opKey }

func (k opPublic) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k opPublic) Use() string                        { return "sig" }
func (k opPublic) Key() any                           { return k.key.Public() }

// idp is a provider of OpenID Connect with pages to log in, whose key can be changed and whose ID tokens can be forged on
// their way.
type idp struct {
	*storage.Storage
	*httptest.Server
	t     testing.TB
	inner http.Handler

	mu    sync.Mutex // guards all below
	key   opKey
	forge func(claims map[string]any) string // of an ID token; nil leaves it
	down  bool
}

func (p *idp) rotate(id string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.key = opKey{id, key}
}

// SigningKey returns the key of now.
func (p *idp) SigningKey(context.Context) (op.SigningKey, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.key, nil
}

// SignatureAlgorithms returns the one algorithm.
func (p *idp) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

// KeySet returns the public key of now.
func (p *idp) KeySet(context.Context) ([]op.Key, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return []op.Key{opPublic{p.key}}, nil
}

func (p *idp) set(forge func(map[string]any) string, down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forge, p.down = forge, down
}

// ServeHTTP answers as the provider does, but for what is forged.
func (p *idp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	forge, down := p.forge, p.down
	p.mu.Unlock()
	switch {
	case down:
		w.WriteHeader(http.StatusBadGateway)
	case forge == nil || r.URL.Path != "/oauth/token":
		p.inner.ServeHTTP(w, r)
	default:
		rec := httptest.NewRecorder()
		p.inner.ServeHTTP(rec, r)
		var answer map[string]any
		if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
			p.t.Error(err)
		}
		var claims map[string]any
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(answer["id_token"].(string), ".")[1])
		if err != nil || json.Unmarshal(payload, &claims) != nil {
			p.t.Errorf("the ID token cannot be read: %v", err)
		}
		answer["id_token"] = forge(claims)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	}
}

const (
	company     = "company"
	opClient    = "horizon"
	opSecret    = "a-secret-of-the-client-that-is-long"
	testUser    = "test-user2"
	testMail    = "test-user2@zitadel.ch"
	callbackURL = "/api/v1/security/principals/authenticate/callback/"
)

// newIDP starts a provider and makes it known to the server, with members beside the usual ones.
func newIDP(s *harness.Server, more map[string]any) *idp {
	s.T.Helper()
	p := &idp{t: s.T}
	p.rotate("first")
	p.Server = httptest.NewUnstartedServer(p)
	issuer := "http://" + p.Listener.Addr().String()
	p.Storage = storage.NewStorageWithClients(storage.NewUserStore(issuer), map[string]*storage.Client{
		opClient: storage.WebClient(opClient, opSecret, s.URL+callbackURL+company),
	})
	p.inner = p.pages(issuer)
	p.Start()
	s.T.Cleanup(p.Close)
	s.Must("admin", http.MethodPost, "/api/v1/security/credentials", map[string]any{"name": "client", "type": "password", "login": opClient, "password": map[string]string{"value": opSecret}}, http.StatusCreated)
	for _, name := range []string{company, "other"} {
		s.Must("admin", http.MethodPost, "/api/v1/security/identity/providers", provider(name, issuer, more), http.StatusCreated)
	}
	s.Fresh()
	return p
}

// pages are those of the provider with its page to log in. Their paths are the library's own: an option that changes one
// changes it for every provider of the process, while others answer.
func (p *idp) pages(issuer string) http.Handler {
	config := &op.Config{CryptoKey: sha256.Sum256([]byte(issuer)), CodeMethodS256: true, AuthMethodPost: true}
	provider, err := op.NewProvider(config, p, op.StaticIssuer(issuer), op.WithAllowInsecure(), op.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		p.t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", provider)
	mux.HandleFunc("GET /login/username", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `<form method="post"><input name="id" value="`+html.EscapeString(r.FormValue("authRequestID"))+`"><input name="username"><input name="password"></form>`)
	})
	back := op.AuthCallbackURL(provider)
	mux.HandleFunc("POST /login/username", op.NewIssuerInterceptor(provider.IssuerFromRequest).HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.FormValue("id")
		if err := p.CheckUsernamePassword(r.FormValue("username"), r.FormValue("password"), id); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		http.Redirect(w, r, back(r.Context(), id), http.StatusFound)
	}))
	return mux
}

func provider(name, issuer string, more map[string]any) map[string]any {
	all := map[string]any{
		"name": name, "type": "OpenId", "enabled": true, "enabledOnUI": true, "providerMetadataUrl": issuer + "/.well-known/openid-configuration",
		"clientCredentials": "client", "scope": "openid email profile",
	}
	for k, v := range more {
		all[k] = v
	}
	return all
}

// visitor is a browser that follows redirects, and stops in front of our callback.
type visitor struct {
	*browser
	client *http.Client
}

func visit(t *testing.T, s *harness.Server) *visitor {
	t.Helper()
	b := newBrowser(t, s)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b.client.Jar = jar
	stop := func(r *http.Request, _ []*http.Request) error {
		if strings.Contains(r.URL.Path, "/callback/") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return &visitor{b, &http.Client{Transport: s.Client.Transport, Jar: jar, CheckRedirect: stop}}
}

func (v *visitor) fetch(r *http.Request, err error) (*http.Response, string) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	w, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return w, string(text)
}

var hidden = regexp.MustCompile(`name="id" value="([^"]+)"`)

// through logs in on the pages of the provider, and returns the address it sends the browser back to.
func (v *visitor) through(p *idp, name string) string {
	v.t.Helper()
	ctx := v.t.Context()
	page, text := v.fetch(http.NewRequestWithContext(ctx, http.MethodGet, v.s.URL+"/api/v1/security/principals/authenticate?provider="+name+"&redirect=/landing", nil))
	found := hidden.FindStringSubmatch(text)
	if found == nil {
		v.t.Fatalf("got %d %s, want the login page of the provider", page.StatusCode, text)
	}
	form := url.Values{"id": {found[1]}, "username": {testUser}, "password": {"verysecure"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+"/login/username", strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	back, text := v.fetch(r, err)
	to := back.Header.Get("Location")
	if !strings.HasPrefix(to, v.s.URL+callbackURL) {
		v.t.Fatalf("got %d %s %s, want to be sent back", back.StatusCode, to, text)
	}
	return strings.TrimPrefix(to, v.s.URL+"/api/v1")
}

// enter logs in all the way.
func (v *visitor) enter(p *idp) {
	v.t.Helper()
	w, _ := v.ask(http.MethodGet, v.through(p, company), "", http.StatusFound, "")
	if got := w.Header.Get("Location"); got != "/landing" {
		v.t.Errorf("sent on to %q, want /landing", got)
	}
}

// summary lists events with the identifier or name they are about.
func summary(s *harness.Server) (all []string) {
	for _, e := range s.Fresh() {
		all = append(all, strings.TrimSpace(e.String()+" "+e.Detail("method")+" "+e.Detail("identifier")+e.Detail("name")))
	}
	return all
}

// Whoever the provider vouches for gets a session, with the rights of their principal.
func TestOpenID(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	p := newIDP(s, nil)
	v := visit(t, s)
	v.ask(http.MethodGet, v.through(p, company), "", http.StatusUnauthorized, "SEC-AUTH-002")
	principal(s, testMail, "configuration:system:label:read")
	s.Fresh()
	v.enter(p)
	v.ask(http.MethodGet, self, "", http.StatusOK, `"identityProviderType":"OpenId"`)
	v.ask(http.MethodGet, self, "", http.StatusOK, `"identity":{"identifier":"`+testMail+`","name":"Test User2","email":"`+testMail+`","identityProviderName":"company"`)
	v.ask(http.MethodGet, labels, "", http.StatusOK, "[]")
	if diff := cmp.Diff([]string{"SEC-AUTHENTICATION success openid " + testMail}, summary(s)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	w, _ := v.ask(http.MethodGet, "/security/principals/logout?redirect=/", "", http.StatusFound, "")
	to, err := url.Parse(w.Header.Get("Location"))
	if err != nil || to.Host != strings.TrimPrefix(p.URL, "http://") || to.Query().Get("client_id") != opClient || to.Query().Get("post_logout_redirect_uri") != s.URL+"/" {
		t.Errorf("the logout goes on to %s, %v", to, err)
	}
	v.ask(http.MethodGet, self, "", http.StatusNoContent, "")
	v.ask(http.MethodGet, "/security/principals/logout?redirect=https://elsewhere", "", http.StatusBadRequest, "redirect")
}

// Roles and teams follow the claims at every login, and are written only when they change.
func TestOpenIDMapping(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	for role, right := range map[string]string{"reader": "read", "writer": "manage"} {
		s.Must("admin", http.MethodPost, "/api/v1/security/roles", map[string]any{"name": role, "permissions": []map[string]string{{"value": "configuration:system:label:" + right}}}, http.StatusCreated)
	}
	s.Must("admin", http.MethodPost, "/api/v1/security/teams", map[string]any{"name": "web"}, http.StatusCreated)
	entry := func(claim string, roles, teams []string) map[string]any {
		return map[string]any{"claim": claim, "roles": roles, "teams": teams}
	}
	mapping := map[string]any{"extraction": `EmailDomain({{email}})`, "entries": []any{entry("zitadel.ch", []string{"reader"}, []string{"web"}), entry("example.com", []string{"writer"}, nil)}}
	p := newIDP(s, map[string]any{"mapping": mapping})
	login := []string{"SEC-AUTHENTICATION success openid " + testMail}
	for _, step := range []struct {
		name   string
		entry  map[string]any // replaces the first one
		events []string
		want   string
	}{
		{"the principal is made", nil, append([]string{"SEC-AUTHORIZATION-ADD success  " + testMail}, login...), `"roles":["reader"],"teams":["web"]`},
		{"nothing changes", nil, login, `"roles":["reader"],"teams":["web"]`},
		{"another role", entry("zitadel.ch", []string{"writer"}, nil), append([]string{"SEC-AUTHORIZATION-UPDATE success  " + testMail}, login...), `"roles":["writer"],"teams":[]`},
		{"nothing any more", entry("elsewhere.org", []string{"writer"}, nil), append([]string{"SEC-AUTHORIZATION-UPDATE success  " + testMail}, login...), `"roles":[],"teams":[]`},
	} {
		if step.entry != nil {
			s.Must("admin", http.MethodPut, "/api/v1/security/identity/providers", provider(company, p.URL, map[string]any{"mapping": map[string]any{"extraction": `EmailDomain({{email}})`, "entries": []any{step.entry}}}), http.StatusOK)
			s.Fresh()
		}
		v := visit(t, s)
		v.enter(p)
		v.ask(http.MethodGet, self, "", http.StatusOK, step.want)
		got := summary(s)
		for i := range got {
			got[i] = strings.Replace(got[i], "success "+testMail, "success  "+testMail, 1)
		}
		if diff := cmp.Diff(step.events, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
	s.Must("admin", http.MethodPut, "/api/v1/security/principalinfos", map[string]any{"identifier": testMail, "enabled": false}, http.StatusOK)
	v := visit(t, s)
	v.ask(http.MethodGet, v.through(p, company), "", http.StatusUnauthorized, "SEC-AUTH-002")
}

// Answers of a provider that are not accepted.
func TestOpenIDRefused(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	p := newIDP(s, nil)
	principal(s, testMail)
	refused := func(name, path, want string) {
		t.Helper()
		v := visit(t, s)
		t.Log(name)
		v.ask(http.MethodGet, path, "", http.StatusUnauthorized, want)
	}
	refused("no login was begun", callbackURL[len("/api/v1"):]+company+"?code=x&state=0123456789", "not begun in this browser")
	refused("no such provider", "/security/principals/authenticate?provider=nobody", "SEC-AUTH-007")
	refused("a provider of another type", "/security/principals/authenticate?provider=local", "SEC-AUTH-007")
	v := visit(t, s)
	good := v.through(p, company)
	refused("in another browser", good, "not begun in this browser")
	v.ask(http.MethodGet, good+"x", "", http.StatusUnauthorized, "belongs to another login")
	v = visit(t, s)
	v.ask(http.MethodGet, strings.Replace(v.through(p, company), company, "other", 1), "", http.StatusUnauthorized, "belongs to another login")
	v = visit(t, s)
	v.ask(http.MethodGet, v.through(p, company)+"&iss=https://elsewhere", "", http.StatusUnauthorized, "another provider")
	v = visit(t, s)
	denied := regexp.MustCompile(`code=[^&]+`).ReplaceAllString(v.through(p, company), "error=access_denied")
	v.ask(http.MethodGet, denied, "", http.StatusUnauthorized, "access_denied")
	v = visit(t, s)
	bad := regexp.MustCompile(`code=[^&]+`).ReplaceAllString(v.through(p, company), "code=used")
	v.ask(http.MethodGet, bad, "", http.StatusUnauthorized, "did not redeem the code")

	sign := func(alg jose.SignatureAlgorithm, key any, change map[string]any) func(map[string]any) string {
		return func(claims map[string]any) string {
			for k, x := range change {
				claims[k] = x
			}
			return signToken(t, alg, key, claims)
		}
	}
	own := jose.JSONWebKey{Key: p.key.key, KeyID: p.key.id}
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, forge := range map[string]func(map[string]any) string{
		"another nonce":      sign(jose.RS256, own, map[string]any{"nonce": "another"}),
		"another audience":   sign(jose.RS256, own, map[string]any{"aud": "another"}),
		"another party":      sign(jose.RS256, own, map[string]any{"azp": "another"}),
		"another issuer":     sign(jose.RS256, own, map[string]any{"iss": "https://another"}),
		"expired":            sign(jose.RS256, own, map[string]any{"exp": s.Clock.Now().Add(-time.Minute).Unix()}),
		"a shared secret":    sign(jose.HS256, []byte(opSecret), nil),
		"a key of a stanger": sign(jose.RS256, jose.JSONWebKey{Key: stranger, KeyID: own.KeyID}, nil),
		"no signature": func(claims map[string]any) string {
			payload, _ := json.Marshal(claims)
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload) + "."
		},
	} {
		v := visit(t, s)
		path := v.through(p, company)
		p.set(forge, false)
		t.Log(name)
		v.ask(http.MethodGet, path, "", http.StatusUnauthorized, "SEC-AUTH-006")
		p.set(nil, false)
		v.ask(http.MethodGet, self, "", http.StatusNoContent, "")
	}
	v = visit(t, s)
	late := v.through(p, company)
	s.Clock.Advance(11 * time.Minute)
	v.ask(http.MethodGet, late, "", http.StatusUnauthorized, "SEC-AUTH-006")
}

// The provider changes its key, and goes down.
func TestOpenIDRotation(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	p := newIDP(s, nil)
	principal(s, testMail)
	visit(t, s).enter(p)
	p.rotate("second")
	s.Clock.Advance(time.Minute) // keys are not fetched for every unknown one
	visit(t, s).enter(p)
	s.Clock.Advance(2 * time.Hour)
	p.set(nil, true)
	visit(t, s).ask(http.MethodGet, "/security/principals/authenticate?provider="+company, "", http.StatusBadGateway, "SEC-AUTH-016")
	p.set(nil, false)
	s.Must("admin", http.MethodPut, "/api/v1/security/identity/providers", provider(company, p.URL, map[string]any{"enabled": false}), http.StatusOK)
	visit(t, s).ask(http.MethodGet, "/security/principals/authenticate?provider="+company, "", http.StatusUnauthorized, "SEC-AUTH-007")
}

// The login page learns of the providers it offers.
func TestProvidersOffered(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	newIDP(s, map[string]any{"displayName": []map[string]string{{"lang": "en", "value": "Company"}}})
	text := s.Must("nobody", http.MethodGet, "/api/v1/security/identity/providers/dynamic/enabled", nil, http.StatusOK)
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil || !strings.Contains(b.String(), `{"name":"company","type":"OpenId","displayName":[{"lang":"en","value":"Company"}]}`) || strings.Contains(text, "client") {
		t.Errorf("got %s, %v", text, err)
	}
}
