package app_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	xacme "golang.org/x/crypto/acme"

	"github.com/horizon-clm/horizon/internal/harness"
)

// prove calls with a proof of possession, and returns the nonce that came with the answer.
func prove(s *harness.Server, token string) (code int, text, nonce string) {
	s.T.Helper()
	r, err := http.NewRequestWithContext(s.T.Context(), http.MethodGet, s.URL+"/api/v1"+self, nil)
	if err != nil {
		s.T.Fatal(err)
	}
	r.Header.Set("X-JWT-CERT-POP", token)
	w, err := s.Client.Do(r)
	if err != nil {
		s.T.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	b := make([]byte, 4096)
	n, _ := w.Body.Read(b)
	return w.StatusCode, string(b[:n]), w.Header.Get("Replay-Nonce")
}

// fresh asks for a nonce.
func fresh(s *harness.Server) string {
	s.T.Helper()
	code, text, nonce := prove(s, "{}")
	if code != http.StatusUnauthorized || !strings.Contains(text, "SEC-AUTH-004") || nonce == "" {
		s.T.Fatalf("got %d %s and the nonce %q, want 401 with a nonce", code, text, nonce)
	}
	return nonce
}

func proofOf(s *harness.Server, der []byte, change map[string]any) map[string]any {
	now := s.Clock.Now().Unix()
	all := map[string]any{"sub": pemOf(der), "iat": now, "exp": now + 5}
	for k, v := range change {
		all[k] = v
	}
	return all
}

// Whoever holds the key of a certificate proves it once for each nonce.
func TestProofOfPossession(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	c := quick(t, s, nil)
	der, key, err := c.obtain("machine.localhost")
	if err != nil {
		t.Fatal(err)
	}
	s.Fresh()
	if _, _, nonce := prove(s, signToken(t, jose.ES256, key, proofOf(s, der, nil))); nonce == "" {
		t.Error("a token without a nonce gets none")
	}
	good := signToken(t, jose.ES256, key, proofOf(s, der, map[string]any{"nonce": fresh(s)}))
	code, text, nonce := prove(s, good)
	if code != http.StatusOK || nonce != "" || !strings.Contains(text, `"identityProviderType":"Pop"`) || !strings.Contains(text, `"permissions":[]`) {
		t.Errorf("got %d %s and the nonce %q, want 200 without any", code, text, nonce)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	stranger := newPeople(s, "Strangers").person("Ann", nil)
	sign := func(key crypto.PrivateKey, der []byte, change map[string]any) string {
		if change == nil {
			change = map[string]any{}
		}
		if change["nonce"] == nil {
			change["nonce"] = fresh(s)
		}
		return signToken(t, jose.ES256, key, proofOf(s, der, change))
	}
	old := fresh(s)
	s.Clock.Advance(3 * time.Minute)
	at := func(d time.Duration) int64 { return s.Clock.Now().Add(d).Unix() }
	for name, test := range map[string]struct{ token, want string }{
		"the same again":          {good, ""},
		"a nonce of elsewhere":    {sign(key, der, map[string]any{"nonce": "AAAA"}), "not given out here"},
		"an old nonce":            {sign(key, der, map[string]any{"nonce": old}), "too old"},
		"expired":                 {sign(key, der, map[string]any{"exp": at(-time.Minute)}), "has expired"},
		"without a date":          {sign(key, der, map[string]any{"iat": nil}), "iat is missing"},
		"of the future":           {sign(key, der, map[string]any{"iat": at(time.Minute), "exp": at(2 * time.Minute)}), "in the future"},
		"another key":             {sign(other, der, nil), "signature is wrong"},
		"an unknown certificate":  {sign(stranger.PrivateKey, stranger.Certificate[0], nil), "not known here"},
		"no certificate":          {sign(key, []byte("x"), nil), "no certificate in PEM"},
		"a shared secret":         {signToken(t, jose.HS256, []byte(pemOf(der)), proofOf(s, der, map[string]any{"nonce": fresh(s)})), "no signed token"},
		"an algorithm of others":  {signToken(t, jose.RS256, strongKey(t), proofOf(s, der, map[string]any{"nonce": fresh(s)})), "signs with ES256"},
		"something else entirely": {"x", "no signed token"},
	} {
		code, text, nonce := prove(s, test.token)
		if code != http.StatusUnauthorized || nonce != "" || !strings.Contains(text, "SEC-AUTH-004") || !strings.Contains(text, test.want) {
			t.Errorf("%s: got %d %s and the nonce %q, want 401 SEC-AUTH-004 with %q", name, code, text, nonce, test.want)
		}
	}
	again := sign(key, der, nil)
	if code, text, _ := prove(s, again); code != http.StatusOK {
		t.Fatalf("got %d %s, want 200", code, text)
	}
	if code, text, _ := prove(s, again); code != http.StatusUnauthorized || !strings.Contains(text, "used before") {
		t.Errorf("a replay: got %d %s, want 401", code, text)
	}
	if err := c.RevokeCert(context.Background(), nil, der, xacme.CRLReasonSuperseded); err != nil {
		t.Fatal(err)
	}
	if code, text, _ := prove(s, sign(key, der, nil)); code != http.StatusUnauthorized || !strings.Contains(text, "is revoked") {
		t.Errorf("after the revocation: got %d %s, want 401", code, text)
	}
	seen := map[string]bool{}
	for _, one := range attempts(s) {
		seen[one] = true
	}
	for _, want := range []string{"success proof-of-possession CN=machine.localhost pop 127.0.0.1", "failure proof-of-possession CN=machine.localhost pop 127.0.0.1"} {
		if !seen[want] {
			t.Errorf("attempts lack %q: %s", want, cmp.Diff(nil, seen))
		}
	}
}

func strongKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
