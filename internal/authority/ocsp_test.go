package authority_test

import (
	"bytes"
	"crypto"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/pki"
)

func ocspRequest(t testing.TB, leaf, issuer []byte) []byte {
	t.Helper()
	der, err := ocsp.CreateRequest(parse(t, leaf).X509, parse(t, issuer).X509, nil)
	check(t, err)
	return der
}

// responding serves the engine's answers over HTTP, for openssl.
func (b *bench) responding() string {
	b.t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, err := io.ReadAll(r.Body)
		var a authority.Response
		if err == nil {
			a, err = b.Answer(r.Context(), q)
		}
		if err != nil {
			a.DER = pki.OCSPUnauthorized.DER()
		}
		w.Header().Set("Content-Type", "application/ocsp-response")
		_, _ = w.Write(a.DER)
	}))
	b.t.Cleanup(s.Close)
	return s.URL
}

func TestOCSP(t *testing.T) {
	t.Parallel()
	for _, k := range []pki.KeyType{pki.P256, pki.P384, pki.RSA2048, pki.Ed25519} {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			b := start(t)
			b.pair(k)
			done := b.issue("a", "issuing")
			url := b.responding()
			ask := func(want string, more ...string) {
				t.Helper()
				args := append([]string{"ocsp", "-issuer", pemFile(t, done.Chains[0][0]), "-url", url, "-CAfile", pemFile(t, done.Chains[0][1])}, more...)
				out, _ := openssl(t, args...)
				if !strings.Contains(out, "Response verify OK") || !strings.Contains(out, want) {
					t.Errorf("openssl %v says %s\nwant %q, verified", args, out, want)
				}
			}
			leaf := pemFile(t, done.Certificate)
			ask(": good", "-cert", leaf)
			ask(": good", "-no_nonce", "-cert", leaf)
			ask(": good", "-sha256", "-cert", leaf)
			ask(": unknown", "-serial", "0x123456")
			check(t, b.Revoke(ctx, done.Certificate, pki.KeyCompromise, time.Time{}))
			ask(": revoked", "-cert", leaf)
			ask("Reason: keyCompromise", "-no_nonce", "-cert", leaf)
			ask("0x123456: unknown", "-cert", leaf, "-serial", "0x123456")
		})
	}
}

func (b *bench) status(leaf, issuer []byte) *ocsp.Response {
	b.t.Helper()
	a, err := b.Answer(ctx, ocspRequest(b.t, leaf, issuer))
	check(b.t, err)
	r, err := ocsp.ParseResponseForCert(a.DER, parse(b.t, leaf).X509, parse(b.t, issuer).X509)
	check(b.t, err)
	if !a.ThisUpdate.Equal(r.ThisUpdate) || !a.NextUpdate.Equal(r.NextUpdate) || !a.Cacheable {
		b.t.Errorf("got %v, want what the response says: %v to %v", a, r.ThisUpdate, r.NextUpdate)
	}
	return r
}

// The table is read for every answer, also when a response could be used again.
func TestOCSPAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "ca"})
	b.create(authority.Spec{Name: "other"})
	done := b.issue("a", "ca")
	issuer := done.Chains[0][0]
	state := func() int { t.Helper(); return b.status(done.Certificate, issuer).Status }
	same(t, state(), ocsp.Good)
	one, two := b.status(done.Certificate, issuer), b.status(done.Certificate, issuer)
	same(t, one.Signature, two.Signature)
	check(t, b.another().Revoke(ctx, done.Certificate, pki.CertificateHold, time.Time{}))
	same(t, state(), ocsp.Revoked)
	check(t, b.Unrevoke(ctx, done.Certificate))
	same(t, state(), ocsp.Good)
	b.now.Advance(2 * time.Minute)
	if b.status(done.Certificate, issuer).ThisUpdate.Equal(one.ThisUpdate) {
		t.Error("an old response is handed out")
	}
	for _, c := range []struct {
		name    string
		request []byte
		code    string
	}{
		{"foreign issuer", ocspRequest(t, done.Certificate, start2(t)), "AUTHORITY-008"},
		{"garbage", []byte("x"), "RFC5280-001"},
		{"empty", nil, "RFC5280-001"},
		{"large", bytes.Repeat([]byte{0x30}, pki.MaxOCSPRequest+1), "RFC5280-005"},
	} {
		if _, err := b.Answer(ctx, c.request); code(err) != c.code {
			t.Errorf("%s: got %v, want %s", c.name, err, c.code)
		}
	}
}

// start2 returns the certificate of a CA that nobody here knows.
func start2(t testing.TB) []byte {
	t.Helper()
	b := start(t)
	b.create(authority.Spec{Name: "ca"})
	return b.issue("x", "ca").Chains[0][0]
}

// The responder's certificate is short-lived, shared by nodes, and replaced at half of its life.
func TestResponder(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "ca"})
	done := b.issue("a", "ca")
	responder := func() *pki.Certificate {
		t.Helper()
		r := b.status(done.Certificate, done.Chains[0][0])
		return parse(t, r.Certificate.Raw)
	}
	first := responder()
	same(t, first.ExtKeyUsages, []string{"OCSPSigning"})
	if first.NotAfter.Sub(first.NotBefore) > 8*24*time.Hour {
		t.Errorf("got a responder from %v to %v, want a short life", first.NotBefore, first.NotAfter)
	}
	b.Engine = b.another()
	same(t, responder().Serial, first.Serial)
	b.now.Advance(4 * 24 * time.Hour)
	second := responder()
	if second.Serial == first.Serial {
		t.Error("the responder is not replaced")
	}
	b.Engine = b.another()
	same(t, responder().Serial, second.Serial)
}

// A request with a nonce is answered with it, and never from memory.
func TestNonce(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "ca"})
	done := b.issue("a", "ca")
	at := filepath.Join(t.TempDir(), "q")
	out, ok := openssl(t, "ocsp", "-issuer", pemFile(t, done.Chains[0][0]), "-cert", pemFile(t, done.Certificate), "-nonce", "-reqout", at)
	if !ok {
		t.Fatal(out)
	}
	q, err := os.ReadFile(at)
	check(t, err)
	one, err := b.Answer(ctx, q)
	check(t, err)
	two, err := b.Answer(ctx, q)
	check(t, err)
	if one.Cacheable || two.Cacheable {
		t.Error("an answer with a nonce is for everyone")
	}
	parsed, err := pki.ParseOCSPRequest(q)
	check(t, err)
	if !bytes.Contains(one.DER, parsed.Nonce) || bytes.Equal(one.DER, two.DER) && parse(t, done.Chains[0][0]).KeyType != pki.Ed25519 {
		t.Error("the nonce is not answered, or the answer is from memory")
	}
}

func BenchmarkAnswer(b *testing.B) {
	for _, k := range []pki.KeyType{pki.P256, pki.RSA2048} {
		for _, how := range []string{"same", "different"} {
			b.Run(string(k)+"/"+how, func(b *testing.B) {
				e := start(b)
				e.create(authority.Spec{Name: "ca", KeyType: k})
				done := e.issue("a", "ca")
				q := ocspRequest(b, done.Certificate, done.Chains[0][0])
				issuer := parse(b, done.Chains[0][0]).X509
				b.ResetTimer()
				for i := range b.N {
					if how == "different" {
						serial := bigInt([]byte{1, byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)})
						r, err := (&ocsp.Request{HashAlgorithm: crypto.SHA1, IssuerNameHash: hashOf(issuer.RawSubject), IssuerKeyHash: hashOf(keyBits(b, issuer)), SerialNumber: serial}).Marshal()
						check(b, err)
						q = r
					}
					if _, err := e.Answer(ctx, q); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
