package clients

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// legoProgram builds the program of testdata/lego, once. It needs its modules, of which the ones that are not there yet
// are downloaded.
var legoProgram = sync.OnceValues(func() (string, error) {
	program := filepath.Join(filepath.Dir(product), "lego")
	c := exec.Command("go", "build", "-buildvcs=false", "-o", program, ".")
	c.Dir = filepath.Join("testdata", "lego")
	c.Env = append(environment(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building testdata/lego, which needs github.com/go-acme/lego/v4 from the module proxy: %w\n%s", err, out)
	}
	return program, nil
})

// lego runs lego in a folder of its own.
type lego struct {
	*server
	program, dir string
}

func newLego(s *server) *lego {
	s.t.Helper()
	program, err := legoProgram()
	if err != nil {
		s.t.Fatal(err)
	}
	return &lego{s, program, s.t.TempDir()}
}

func (l *lego) run(args ...string) (said string, code int) {
	l.t.Helper()
	c := exec.Command(l.program, append([]string{"-server", l.directory(), "-email", "lego@example.com", "-path", l.dir}, args...)...)
	c.Env = append(environment(), "LEGO_CA_CERTIFICATES="+l.caFile())
	out, complaint, code := finish(l.t, c)
	return out + complaint, code
}

func (l *lego) do(args ...string) string {
	l.t.Helper()
	said, code := l.run(args...)
	if code != 0 {
		l.t.Fatalf("lego %s: exit code %d\n%s\nthe server said:\n%s", strings.Join(args, " "), code, said, l.said)
	}
	return said
}

func (l *lego) file() string { return filepath.Join(l.dir, "cert.pem") }

// Lego proves names by both of its ways and renews when the server suggests.
func TestLego(t *testing.T) {
	t.Parallel()
	l := newLego(start(t))
	l.do("-domains", "alpn.localhost", "-tls.port", fmt.Sprint(l.alpn01), "-key-type", "ec384")
	if e := l.one(l.expect(order...), "ACME-CHALLENGE-VERIFY"); e.Detail("challengeType") != "tls-alpn-01" {
		t.Errorf("the challenge was %s, want tls-alpn-01", e.Detail("challengeType"))
	}
	chain := certificates(t, read(t, l.file()))
	l.holds(chain, "alpn.localhost")
	if k, ok := chain[0].PublicKey.(*ecdsa.PublicKey); !ok || k.Curve.Params().BitSize != 384 {
		t.Errorf("got a key %T, want one of P-384", chain[0].PublicKey)
	}

	said := l.do("-domains", "alpn.localhost", "-http.port", fmt.Sprint(l.http01), "-key-type", "rsa2048", "-renew")
	l.expect(order...)
	renewed := certificates(t, read(t, l.file()))
	l.holds(renewed, "alpn.localhost")
	if k, ok := renewed[0].PublicKey.(*rsa.PublicKey); !ok || k.N.BitLen() != 2048 {
		t.Errorf("got a key %T, want one of RSA with 2048 bits", renewed[0].PublicKey)
	}
	var window []string // the line lego's program prints
	for line := range strings.Lines(said) {
		if f := strings.Fields(line); len(f) == 2 && strings.HasSuffix(f[0], "Z") {
			window = f
		}
	}
	if len(window) != 2 {
		t.Fatalf("lego was told no window: %s", said)
	}
	from, err1 := time.Parse(time.RFC3339, window[0])
	to, err2 := time.Parse(time.RFC3339, window[1])
	if err1 != nil || err2 != nil || !from.After(chain[0].NotBefore) || !to.After(from) || !chain[0].NotAfter.After(to) {
		t.Errorf("the renewal was suggested from %s to %s, which is not within %s and %s", from, to, chain[0].NotBefore, chain[0].NotAfter)
	}
}

// An account that has to be known beforehand: without a key, with a wrong one, with the right one, and with a used one.
func TestLegoExternalAccount(t *testing.T) {
	t.Parallel()
	s := start(t)
	kid, secret := s.externalKey("fleet")
	s.profile(func(p map[string]any) { p["meta"] = map[string]any{"externalAccountRequired": true} })
	s.skip()

	stranger := newLego(s)
	if said, code := stranger.run("-domains", "x.localhost", "-http.port", fmt.Sprint(s.http01)); code != 1 || !strings.Contains(said, "externalAccountRequired") {
		t.Errorf("without a key: exit code %d, %s", code, said)
	}
	s.expect("ACME-ACCOUNT-REGISTER failure")
	forger := newLego(s)
	if said, code := forger.run("-domains", "x.localhost", "-http.port", fmt.Sprint(s.http01), "-kid", kid, "-hmac", strings.Repeat("A", 43)); code != 1 || !strings.Contains(said, "unauthorized") {
		t.Errorf("with a wrong key: exit code %d, %s", code, said)
	}
	s.expect("ACME-ACCOUNT-REGISTER failure")
	known := newLego(s)
	known.do("-domains", "x.localhost", "-http.port", fmt.Sprint(s.http01), "-kid", kid, "-hmac", secret)
	s.expect(order...)
	late := newLego(s)
	if said, code := late.run("-domains", "x.localhost", "-http.port", fmt.Sprint(s.http01), "-kid", kid, "-hmac", secret); code != 1 || !strings.Contains(said, "unauthorized") {
		t.Errorf("with a used key: exit code %d, %s", code, said)
	}
	s.expect("ACME-ACCOUNT-REGISTER failure")
}

// externalKey makes an external account key for one account, whose orders are for names under .localhost.
func (s *server) externalKey(name string) (kid, secret string) {
	s.t.Helper()
	s.must(http.MethodPost, "/api/v1/acme/eab-policies", map[string]any{"name": name, "maxAccounts": 1}, http.StatusCreated)
	var key struct {
		KeyID  string `json:"macKeyId"`
		Secret string `json:"macKey"`
	}
	s.into(&key, http.MethodPost, "/api/v1/acme/eab", map[string]any{
		"name": name, "eabPolicy": name, "macKeyAlgorithm": "HS256", "identifierConstraint": `.*\.localhost`,
	}, http.StatusCreated)
	if key.KeyID == "" || key.Secret == "" {
		s.t.Fatalf("the external account key has no secret: %+v", key)
	}
	return key.KeyID, key.Secret
}
