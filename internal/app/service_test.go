package app_test

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/harness"
)

// issuer signs tokens, and serves its keys.
type issuer struct {
	*httptest.Server
	t testing.TB

	mu      sync.Mutex // guards all below
	keys    []jose.JSONWebKey
	fetches int
	down    bool
}

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	i := &issuer{t: t}
	i.rotate("first")
	i.Server = httptest.NewServer(i)
	t.Cleanup(i.Close)
	return i
}

// rotate makes a new key the only one.
func (i *issuer) rotate(kid string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = []jose.JSONWebKey{{Key: newKey(i.t), KeyID: kid, Algorithm: "ES256", Use: "sig"}}
}

// breaks makes the issuer fail, or work again.
func (i *issuer) breaks(down bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.down = down
}

func (i *issuer) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.fetches
}

func (i *issuer) set() (set jose.JSONWebKeySet) {
	for _, k := range i.keys {
		set.Keys = append(set.Keys, k.Public())
	}
	return set
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.down:
		w.WriteHeader(http.StatusServiceUnavailable)
	case strings.HasSuffix(r.URL.Path, "/openid-configuration"):
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": i.URL, "jwks_uri": i.URL + "/keys"})
	default:
		i.fetches++
		_ = json.NewEncoder(w).Encode(i.set())
	}
}

// token signs claims with the key of the issuer.
func (i *issuer) token(claims map[string]any) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return signToken(i.t, jose.ES256, i.keys[0], claims)
}

func signToken(t testing.TB, alg jose.SignatureAlgorithm, key any, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// claimsOf are good claims, after changes; nil removes one.
func claimsOf(s *harness.Server, change map[string]any) map[string]any {
	now := s.Clock.Now()
	all := map[string]any{"iss": "ci", "sub": "project:42", "aud": []string{"horizon", "other"}, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "groups": []string{"ops"}}
	for k, v := range change {
		if all[k] = v; v == nil {
			delete(all, k)
		}
	}
	return all
}

func sva(name, token string) http.Header {
	return http.Header{"X-Api-Sva": {name}, "X-Api-Token": {token}}
}

// account adds a service account.
func account(s *harness.Server, name string, trust map[string]any, more map[string]any) {
	s.T.Helper()
	a := map[string]any{"name": name, "trustConfig": trust, "validationRules": []string{}, "permissions": []any{}, "roles": []string{}}
	for k, v := range more {
		a[k] = v
	}
	s.Must("admin", http.MethodPost, "/api/v1/security/service-accounts", a, http.StatusCreated)
}

// A workload shows a token of its issuer, and holds what the account gives.
func TestServiceAccount(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	ci := newIssuer(t)
	s.Must("admin", http.MethodPost, "/api/v1/security/roles", map[string]any{"name": "labeller", "permissions": []map[string]string{{"value": "configuration:system:label:read"}}}, http.StatusCreated)
	account(s, "deployer", map[string]any{"type": "dynamic_jwks", "url": ci.URL + "/.well-known/openid-configuration"}, map[string]any{
		"identifierMapping": "{{sub}}", "validationRules": []string{`{{sub}} equals "project:42"`, `{{aud}} contains "horizon"`, `[[groups]] contains "ops"`},
		"permissions": []map[string]string{{"value": "configuration:pki:ca:read"}}, "roles": []string{"labeller"},
	})
	s.Fresh()
	header := sva("deployer", ci.token(claimsOf(s, nil)))
	var who struct {
		Identity map[string]string `json:"identity"`
		Roles    []string          `json:"roles"`
	}
	for range 2 {
		code, text := call(s, nil, header, http.MethodGet, "/api/v1"+self)
		if err := json.Unmarshal([]byte(text), &who); code != http.StatusOK || err != nil {
			t.Fatalf("got %d %s, %v", code, text, err)
		}
	}
	id := who.Identity["identifier"]
	if !strings.HasPrefix(id, "deployer-") || !strings.HasSuffix(id, "-project:42") || len(id) != len("deployer--project:42")+16 || who.Identity["identityProviderType"] != "ServiceAccount" || !cmp.Equal(who.Roles, []string{"labeller"}) {
		t.Errorf("got %+v", who)
	}
	for path, want := range map[string]int{"/cas": 200, labels: 200, "/security/roles": 403, "/security/principals/authenticate": 400} {
		if code, text := call(s, nil, header, http.MethodGet, "/api/v1"+path); code != want {
			t.Errorf("%s: got %d %s, want %d", path, code, text, want)
		}
	}
	if diff := cmp.Diff([]string{"success service-account " + id + " deployer 127.0.0.1"}, attempts(s)); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	s.Must("admin", http.MethodDelete, "/api/v1/security/service-accounts/deployer", nil, http.StatusNoContent)
	if code, text := call(s, nil, header, http.MethodGet, "/api/v1"+labels); code != http.StatusUnauthorized {
		t.Errorf("after the account was deleted: got %d %s, want 401", code, text)
	}
}

// Tokens that are not accepted.
func TestServiceAccountRefused(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	ci, other := newIssuer(t), newIssuer(t)
	keys, err := json.Marshal(ci.set())
	if err != nil {
		t.Fatal(err)
	}
	account(s, "strict", map[string]any{"type": "static_jwks", "jwks": string(keys)}, map[string]any{
		"validationRules": []string{`{{sub}} equals "project:42"`}, "iatFutureRestriction": "5 seconds", "iatPastRestriction": "1 minute", "jwtAllowedClockSkew": "2 seconds",
	})
	now := s.Clock.Now()
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	public, err := x509.MarshalPKIXPublicKey(ci.keys[0].Key.(crypto.Signer).Public())
	if err != nil {
		t.Fatal(err)
	}
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"sub":"project:42","exp":%d,"iat":%d}`, at(time.Minute), at(0))) + "."
	good := ci.token(claimsOf(s, nil))
	for name, test := range map[string]struct{ token, want string }{
		"nothing":               {"", "not signed"},
		"no signature":          {unsigned, "not signed"},
		"a shared secret":       {signToken(t, jose.HS256, public, claimsOf(s, nil)), "not signed"},
		"another issuer":        {other.token(claimsOf(s, nil)), "signature of the token is wrong"},
		"a changed payload":     {good[:strings.Index(good, ".")+2] + "A" + good[strings.Index(good, ".")+3:], "signature of the token is wrong"},
		"expired":               {ci.token(claimsOf(s, map[string]any{"exp": at(-3 * time.Second)})), "has expired"},
		"without end":           {ci.token(claimsOf(s, map[string]any{"exp": nil})), "exp is missing"},
		"not yet":               {ci.token(claimsOf(s, map[string]any{"nbf": at(3 * time.Second)})), "not valid yet"},
		"from the future":       {ci.token(claimsOf(s, map[string]any{"iat": at(8 * time.Second)})), "in the future"},
		"too old":               {ci.token(claimsOf(s, map[string]any{"iat": at(-63 * time.Second)})), "too long ago"},
		"without a date":        {ci.token(claimsOf(s, map[string]any{"iat": nil})), "iat is missing"},
		"another subject":       {ci.token(claimsOf(s, map[string]any{"sub": "project:43"})), "rule 1"},
		"claims nested deep":    {ci.token(claimsOf(s, map[string]any{"x": json.RawMessage(strings.Repeat("[", 20) + strings.Repeat("]", 20))})), "nested too deep"},
		"more than is accepted": {good + strings.Repeat("A", 16<<10), "not signed"},
	} {
		code, text := call(s, nil, sva("strict", test.token), http.MethodGet, "/api/v1"+self)
		if code != http.StatusUnauthorized || !strings.Contains(text, "SEC-AUTH-005") || !strings.Contains(text, test.want) {
			t.Errorf("%s: got %d %s, want 401 SEC-AUTH-005 with %q", name, code, text, test.want)
		}
	}
	if code, text := call(s, nil, sva("strict", ci.token(claimsOf(s, map[string]any{"exp": at(-1 * time.Second)}))), http.MethodGet, "/api/v1"+self); code != http.StatusOK {
		t.Errorf("expired within the skew: got %d %s, want 200", code, text)
	}
	if code, text := call(s, nil, sva("nobody", good), http.MethodGet, "/api/v1"+self); code != http.StatusUnauthorized || !strings.Contains(text, "SEC-AUTH-002") {
		t.Errorf("an account that does not exist: got %d %s, want 401 SEC-AUTH-002", code, text)
	}
	for _, problem := range []map[string]any{
		{"type": "static_jwks", "jwks": `{"keys":[{"kty":"oct","k":"AAAA"}]}`}, {"type": "static_jwks", "jwks": "no keys"}, {"type": "static_jwks"},
		{"type": "dynamic_jwks", "url": "ftp://x"}, {"type": "static_jwks", "jwks": string(keys), "url": ci.URL},
	} {
		s.Must("admin", http.MethodPost, "/api/v1/security/service-accounts", map[string]any{"name": "bad", "trustConfig": problem, "validationRules": []string{}, "permissions": []any{}, "roles": []string{}}, http.StatusBadRequest)
	}
}

// Keys are fetched when they are needed, anew for a key that is not known, at most once an hour, and once a day.
func TestServiceAccountKeys(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	ci := newIssuer(t)
	account(s, "deployer", map[string]any{"type": "dynamic_jwks", "url": ci.URL + "/keys"}, nil)
	step := func(what string, status, fetches int) {
		t.Helper()
		code, text := call(s, nil, sva("deployer", ci.token(claimsOf(s, map[string]any{"jti": what}))), http.MethodGet, "/api/v1"+self)
		if code != status || ci.count() != fetches {
			t.Errorf("%s: got %d %s after %d fetches, want %d after %d", what, code, text, ci.count(), status, fetches)
		}
	}
	step("first", 200, 1)
	step("kept", 200, 1)
	ci.rotate("second")
	step("too early to ask again", 401, 1)
	s.Clock.Advance(time.Hour)
	step("a key that is not known", 200, 2)
	s.Clock.Advance(24 * time.Hour)
	ci.breaks(true)
	step("the issuer is down, the keys still hold", 200, 2)
	ci.breaks(false)
	s.Clock.Advance(time.Minute)
	step("once a day", 200, 3)
}
