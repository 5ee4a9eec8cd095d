package status_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"golang.org/x/crypto/ocsp"

	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/protocol/status"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store/storetest"
	"github.com/horizon-clm/horizon/internal/web"
)

var ctx = context.Background()

type server struct {
	*authority.Engine
	t    *testing.T
	now  *clock.Manual
	http *httptest.Server
	leaf *pki.Certificate
	ca   [][]byte // issuing, root
}

// start serves a two-level CA, with a certificate that names the addresses of the server.
func start(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, now: clock.NewManual(time.Now().Truncate(time.Second))}
	db := storetest.Open(t, s.now)
	folder, err := secret.OpenFolder(filepath.Join(t.TempDir(), "keys"))
	check(t, err)
	ring, err := secret.OpenKeyring(folder)
	check(t, err)
	seals, err := event.NewSeals([]byte("a secret for the tests only"))
	check(t, err)
	router := chi.NewRouter()
	s.http = httptest.NewServer(router)
	t.Cleanup(s.http.Close)
	s.Engine = authority.New(&act.DB{DB: db, Pen: event.Pen{Seals: seals}}, ring, s.http.URL)
	host := &web.Host{PublicURL: &url.URL{}, NewID: db.NewID, Clock: s.now, Log: slog.New(slog.DiscardHandler)}
	status.New(host, s.Engine).Mount(router)
	check(t, s.Provide(ctx, "web.1", authority.DefaultSettings()))
	key, err := pki.Generate(pki.P256)
	check(t, err)
	done, err := s.Issue(ctx, authority.Order{RequestID: "r", CA: "web.1", PublicKey: key.Public(), Subject: pki.Name{{Type: pki.CN, Value: "a.example"}}})
	check(t, err)
	s.ca = done.Chains[0]
	s.leaf, err = pki.ParseCertificate(done.Certificate)
	check(t, err)
	return s
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// call sends a request, with headers as name and value in turn, and returns the answer and its body.
func (s *server) call(method, address string, body []byte, headers ...string) (*http.Response, []byte) {
	s.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = s.http.URL + address
	}
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	check(s.t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.http.Client().Do(r)
	check(s.t, err)
	defer func() { check(s.t, res.Body.Close()) }()
	out, err := io.ReadAll(res.Body)
	check(s.t, err)
	return res, out
}

func (s *server) want(res *http.Response, status int, headers ...string) {
	s.t.Helper()
	if res.StatusCode != status {
		s.t.Errorf("%s: got status %d, want %d", res.Request.URL.Path, res.StatusCode, status)
	}
	for i := 0; i < len(headers); i += 2 {
		if got := res.Header.Get(headers[i]); got != headers[i+1] {
			s.t.Errorf("%s: got %s %q, want %q", res.Request.URL.Path, headers[i], got, headers[i+1])
		}
	}
}

// The addresses in a certificate are those that are served.
func TestAddresses(t *testing.T) {
	t.Parallel()
	s := start(t)
	res, der := s.call("GET", s.leaf.CAIssuers[0], nil)
	s.want(res, 200, "Content-Type", "application/pkix-cert", "Cache-Control", "public, max-age=3600")
	if !bytes.Equal(der, s.ca[0]) {
		t.Error("the certificate of the issuer is another")
	}
	res, text := s.call("GET", strings.TrimSuffix(s.leaf.CAIssuers[0], "cer")+"pem", nil)
	s.want(res, 200, "Content-Type", "application/pem-certificate-chain")
	first, rest := pem.Decode(text)
	second, _ := pem.Decode(rest)
	if !bytes.Equal(first.Bytes, s.ca[0]) || !bytes.Equal(second.Bytes, s.ca[1]) {
		t.Error("the chain is another")
	}
	again, _ := s.call("GET", s.leaf.CAIssuers[0], nil, "If-None-Match", firstHeader(s, s.leaf.CAIssuers[0]))
	s.want(again, 304)
	head, body := s.call("HEAD", s.leaf.CRLDPs[0], nil)
	s.want(head, 200, "Content-Type", "application/pkix-crl")
	if len(body) > 0 {
		t.Error("HEAD has a body")
	}
	if _, err := s.CRL(ctx, "web.1", 1); err != nil {
		t.Fatal(err)
	}
}

func firstHeader(s *server, address string) string {
	s.t.Helper()
	res, _ := s.call("GET", address, nil)
	return res.Header.Get("ETag")
}

func TestCRL(t *testing.T) {
	t.Parallel()
	s := start(t)
	at := s.leaf.CRLDPs[0]
	res, der := s.call("GET", at, nil)
	s.want(res, 200, "Content-Type", "application/pkix-crl", "Cache-Control", "public, no-transform, must-revalidate, max-age=3600")
	c, err := pki.ParseCRL(der)
	check(t, err)
	s.want(res, 200, "Last-Modified", c.ThisUpdate.Format(http.TimeFormat), "Expires", c.NextUpdate.Format(http.TimeFormat))
	not, body := s.call("GET", at, nil, "If-None-Match", res.Header.Get("ETag"))
	s.want(not, 304)
	not, _ = s.call("GET", at, nil, "If-Modified-Since", res.Header.Get("Last-Modified"))
	s.want(not, 304)
	if len(body) > 0 {
		t.Error("there is a body")
	}
	check(t, s.Revoke(ctx, s.leaf.X509.Raw, pki.KeyCompromise, time.Time{}))
	s.now.Advance(time.Minute)
	check(t, s.Due(ctx))
	fresh, der := s.call("GET", at, nil, "If-None-Match", res.Header.Get("ETag"))
	s.want(fresh, 200)
	wantOpenSSL(t, "Key Compromise", "crl", "-inform", "DER", "-noout", "-text", "-in", file(t, der))
	s.now.Advance(167*time.Hour + 30*time.Minute)
	late, _ := s.call("GET", at, nil)
	s.want(late, 200, "Cache-Control", "public, no-transform, must-revalidate, max-age=1800") // until its end
}

func TestNothingThere(t *testing.T) {
	t.Parallel()
	s := start(t)
	for path, want := range map[string]int{
		"/crl/web.1/1.crl": 200, "/crl/web.1/2.crl": 404, "/crl/web.1/01.crl": 404, "/crl/web.1/-1.crl": 404, "/crl/web.1/1.cer": 404, "/crl/web.1/1": 404,
		"/crl/no/1.crl": 404, "/crl/web.1/": 404, "/crl/web.1/99999999999999999999.crl": 404, "/ca/web.1/1.crl": 404, "/ca/no/1.cer": 404,
		"/crl/..%2f/1.crl": 404, "/": 404, "/ocsp/web.1": 405,
	} {
		if res, _ := s.call("GET", path, nil); res.StatusCode != want {
			t.Errorf("%s: got %d, want %d", path, res.StatusCode, want)
		}
	}
	res, _ := s.call("GET", "/crl/no/1.crl", nil)
	s.want(res, 404, "Cache-Control", "no-store", "Etag", "")
}

func file(t testing.TB, content []byte) string {
	t.Helper()
	at := filepath.Join(t.TempDir(), "file")
	check(t, os.WriteFile(at, content, 0o600))
	return at
}

func wantOpenSSL(t testing.TB, want string, args ...string) {
	t.Helper()
	out, err := exec.Command("openssl", args...).CombinedOutput()
	if !strings.Contains(string(out), want) {
		t.Errorf("openssl %s: %v\n%s\nwant %q", strings.Join(args, " "), err, out, want)
	}
}

func pemFile(t testing.TB, ders ...[]byte) string { return file(t, []byte(authority.PEM(ders))) }

// OpenSSL asks by POST, at the address in the certificate.
func TestOpenSSL(t *testing.T) {
	t.Parallel()
	s := start(t)
	args := []string{"ocsp", "-issuer", pemFile(t, s.ca[0]), "-cert", pemFile(t, s.leaf.X509.Raw), "-CAfile", pemFile(t, s.ca[1]), "-url", s.leaf.OCSP[0]}
	wantOpenSSL(t, ": good", args...)
	wantOpenSSL(t, "Response verify OK", args...)
	check(t, s.Revoke(ctx, s.leaf.X509.Raw, pki.Superseded, time.Time{}))
	wantOpenSSL(t, ": revoked", args...)
	crl := file(t, listOf(s))
	out := filepath.Join(t.TempDir(), "crl.pem")
	wantOpenSSL(t, "", "crl", "-inform", "DER", "-in", crl, "-out", out)
	wantOpenSSL(t, "certificate revoked", "verify", "-crl_check", "-CAfile", pemFile(t, s.ca...), "-CRLfile", out, pemFile(t, s.leaf.X509.Raw))
	res, chain := s.call("GET", "/ca/web.1/1.pem", nil)
	s.want(res, 200)
	wantOpenSSL(t, ": OK", "verify", "-CAfile", file(t, chain), pemFile(t, s.leaf.X509.Raw))
}

func listOf(s *server) []byte {
	s.t.Helper()
	check(s.t, s.Due(ctx))
	_, der := s.call("GET", s.leaf.CRLDPs[0], nil)
	return der
}

// A request in the path is answered in every spelling clients use, and may be kept by caches; one with a nonce may not.
func TestGet(t *testing.T) {
	t.Parallel()
	s := start(t)
	issuer, err := pki.ParseCertificate(s.ca[0])
	check(t, err)
	q, err := ocsp.CreateRequest(s.leaf.X509, issuer.X509, nil)
	check(t, err)
	text := base64.StdEncoding.EncodeToString(q)
	for name, path := range map[string]string{
		"escaped": url.QueryEscape(text), "plain": text, "without padding": strings.TrimRight(text, "="), "as a path": url.PathEscape(text),
	} {
		res, der := s.call("GET", s.leaf.OCSP[0]+"/"+path, nil)
		s.want(res, 200, "Content-Type", "application/ocsp-response", "Cache-Control", "public, no-transform, must-revalidate, max-age=600")
		r, err := ocsp.ParseResponseForCert(der, s.leaf.X509, issuer.X509)
		if err != nil || r.Status != ocsp.Good {
			t.Errorf("%s: got %v, %v, want good", name, r, err)
			continue
		}
		s.want(res, 200, "Last-Modified", r.ThisUpdate.Format(http.TimeFormat), "Expires", r.NextUpdate.Format(http.TimeFormat))
		not, _ := s.call("GET", s.leaf.OCSP[0]+"/"+path, nil, "If-None-Match", res.Header.Get("ETag"))
		s.want(not, 304)
	}
	nonce := filepath.Join(t.TempDir(), "nonce")
	wantOpenSSL(t, "", "ocsp", "-issuer", pemFile(t, s.ca[0]), "-cert", pemFile(t, s.leaf.X509.Raw), "-nonce", "-reqout", nonce)
	q, err = os.ReadFile(nonce)
	check(t, err)
	res, _ := s.call("GET", s.leaf.OCSP[0]+"/"+url.PathEscape(base64.StdEncoding.EncodeToString(q)), nil)
	s.want(res, 200, "Cache-Control", "no-store")
}

func TestBadOCSP(t *testing.T) {
	t.Parallel()
	s := start(t)
	other := start(t)
	issuer, err := pki.ParseCertificate(other.ca[0])
	check(t, err)
	foreign, err := ocsp.CreateRequest(other.leaf.X509, issuer.X509, nil)
	check(t, err)
	for _, c := range []struct {
		name, method, path string
		body               []byte
		want               pki.OCSPError
	}{
		{"empty", "POST", "/ocsp/web.1", nil, pki.OCSPMalformed},
		{"garbage", "POST", "/ocsp/web.1", []byte("x"), pki.OCSPMalformed},
		{"large", "POST", "/ocsp/web.1", make([]byte, pki.MaxOCSPRequest+1), pki.OCSPMalformed},
		{"huge", "POST", "/ocsp/web.1", make([]byte, 2<<20), pki.OCSPMalformed},
		{"foreign", "POST", "/ocsp/web.1", foreign, pki.OCSPUnauthorized},
		{"foreign by GET", "GET", "/ocsp/web.1/" + url.PathEscape(base64.StdEncoding.EncodeToString(foreign)), nil, pki.OCSPUnauthorized},
		{"no base64", "GET", "/ocsp/web.1/***", nil, pki.OCSPMalformed},
		{"nothing", "GET", "/ocsp/web.1/", nil, pki.OCSPMalformed},
		{"long path", "GET", "/ocsp/web.1/" + strings.Repeat("A", 70000), nil, pki.OCSPMalformed},
	} {
		res, body := s.call(c.method, c.path, c.body)
		s.want(res, 200, "Content-Type", "application/ocsp-response", "Cache-Control", "no-store")
		if !bytes.Equal(body, c.want.DER()) {
			t.Errorf("%s: got %x, want %x", c.name, body, c.want.DER())
		}
	}
}

func FuzzRequestIn(f *testing.F) {
	f.Add("/ocsp/ca/MEIwQDA%2BMDwwOjAJBgUrDgMCGgUABBR")
	f.Add("/ocsp/ca//")
	f.Add("/ocsp/%zz")
	f.Fuzz(func(t *testing.T, path string) {
		if der, err := status.RequestIn(path); err == nil && len(der) > len(path) {
			t.Errorf("%q gives %d bytes", path, len(der))
		}
	})
}
