package app_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	xacme "golang.org/x/crypto/acme"

	"github.com/horizon-clm/horizon/internal/harness"
)

// people is a CA outside that issues for people.
type people struct {
	t    testing.TB
	now  func() time.Time
	cert *x509.Certificate
	key  crypto.Signer
}

func newKey(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newPeople(s *harness.Server, name string) *people {
	p := &people{t: s.T, now: s.Clock.Now, key: newKey(s.T)}
	p.cert = p.signed(&x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil, p.key)
	return p
}

func (p *people) signed(c *x509.Certificate, parent *x509.Certificate, key crypto.Signer) *x509.Certificate {
	p.t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		p.t.Fatal(err)
	}
	if c.SerialNumber = serial; c.NotAfter.IsZero() {
		c.NotBefore, c.NotAfter = p.now().Add(-time.Hour), p.now().Add(365*24*time.Hour)
	}
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), p.key)
	if err != nil {
		p.t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		p.t.Fatal(err)
	}
	return made
}

// person issues a certificate for a client, after a change.
func (p *people) person(cn string, change func(*x509.Certificate)) tls.Certificate {
	c := &x509.Certificate{Subject: pkix.Name{CommonName: cn}, EmailAddresses: []string{strings.ToLower(cn) + "@example.com"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	if change != nil {
		change(c)
	}
	key := newKey(p.t)
	return tls.Certificate{Certificate: [][]byte{p.signed(c, p.cert, key).Raw}, PrivateKey: key}
}

func pemOf(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// known makes the CA known to the server, with members beside the usual ones.
func (p *people) known(s *harness.Server, name string, more map[string]any) {
	s.T.Helper()
	ca := map[string]any{"name": name, "certificate": pemOf(p.cert.Raw), "trustedForClientAuthentication": true, "outdatedRevocationStatusPolicy": "lastavailablestatus"}
	for k, v := range more {
		ca[k] = v
	}
	s.Must("admin", http.MethodPost, "/api/v1/cas", ca, http.StatusCreated)
}

// whoami asks who calls, with a certificate of a client and headers.
func whoami(s *harness.Server, shown *tls.Certificate, header http.Header) (int, string) {
	s.T.Helper()
	return call(s, shown, header, http.MethodGet, "/api/v1"+self)
}

func call(s *harness.Server, shown *tls.Certificate, header http.Header, method, path string) (int, string) {
	s.T.Helper()
	config := s.Client.Transport.(*http.Transport).TLSClientConfig.Clone()
	if shown != nil {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return shown, nil }
	}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}}
	defer c.CloseIdleConnections()
	r, err := http.NewRequestWithContext(context.Background(), method, s.URL+path, nil)
	if err != nil {
		s.T.Fatal(err)
	}
	r.Header = header.Clone()
	w, err := c.Do(r)
	if err != nil {
		s.T.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	text, err := io.ReadAll(w.Body)
	if err != nil {
		s.T.Fatal(err)
	}
	return w.StatusCode, string(text)
}

// principal gives an identifier rights.
func principal(s *harness.Server, id string, permissions ...string) {
	s.T.Helper()
	values := []map[string]string{}
	for _, p := range permissions {
		values = append(values, map[string]string{"value": p})
	}
	s.Must("admin", http.MethodPost, "/api/v1/security/principalinfos", map[string]any{"identifier": id, "permissions": values}, http.StatusCreated)
}

// attempts lists the attempts to log in since the last look: status, method, identifier, provider and reason.
func attempts(s *harness.Server) (all []string) {
	for _, e := range s.Fresh() {
		if e.Code == "SEC-AUTHENTICATION" {
			all = append(all, strings.Join([]string{e.Status, e.Detail("method"), e.Detail("identifier"), e.Detail("idpName"), e.Detail("ip")}, " "))
		}
	}
	return all
}

// Whoever shows a certificate of a trusted CA is who that CA says, and holds the rights of the principal.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	p := newPeople(s, "People")
	ann := p.person("Ann", nil)
	if code, _ := whoami(s, &ann, nil); code != http.StatusNoContent {
		t.Errorf("nobody is asked for a certificate while no CA is trusted: got %d, want 204", code)
	}
	p.known(s, "people", map[string]any{"identifierMapping": "{{certificate.subject.cn.1}}"})
	s.Fresh()
	if code, text := whoami(s, &ann, nil); code != http.StatusUnauthorized || !strings.Contains(text, "SEC-AUTH-002") {
		t.Errorf("without a principal: got %d %s, want 401 SEC-AUTH-002", code, text)
	}
	principal(s, "Ann", "configuration:pki:ca:read")
	for range 2 {
		code, text := whoami(s, &ann, nil)
		var got struct {
			Identity map[string]string `json:"identity"`
		}
		if err := json.Unmarshal([]byte(text), &got); code != http.StatusOK || err != nil {
			t.Fatalf("got %d %s, %v", code, text, err)
		}
		want := map[string]string{"identifier": "Ann", "name": "Ann", "email": "ann@example.com", "identityProviderName": "people", "identityProviderType": "X509"}
		if diff := cmp.Diff(want, got.Identity); diff != "" {
			t.Errorf("identity (-want +got):\n%s", diff)
		}
	}
	if code, text := call(s, &ann, nil, http.MethodGet, "/api/v1/cas/people"); code != http.StatusOK {
		t.Errorf("got %d %s, want the right of the principal", code, text)
	}
	if code, _ := call(s, &ann, nil, http.MethodGet, "/api/v1/security/roles"); code != http.StatusForbidden {
		t.Errorf("got %d, want 403: a right it does not hold", code)
	}
	crossing := http.Header{"Sec-Fetch-Site": {"cross-site"}}
	if code, text := call(s, &ann, crossing, http.MethodDelete, "/api/v1/cas/people"); code != http.StatusForbidden {
		t.Errorf("a change sent by a page of another site: got %d %s, want 403", code, text)
	}
	want := []string{"failure client-certificate Ann people 127.0.0.1", "success client-certificate Ann people 127.0.0.1"}
	if diff := cmp.Diff(want, attempts(s)); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

// Certificates that nobody logs in with.
func TestClientCertificateRefused(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	p := newPeople(s, "People")
	p.known(s, "people", nil)
	servers := newPeople(s, "Servers")
	servers.known(s, "servers", map[string]any{"trustedForClientAuthentication": false})
	strict := newPeople(s, "Strict")
	strict.known(s, "strict", map[string]any{"outdatedRevocationStatusPolicy": "revoked"})
	unnamed := newPeople(s, "Unnamed")
	unnamed.known(s, "unnamed", map[string]any{"identifierMapping": "{{certificate.subject.uid.1}}"})
	impostor := newPeople(s, "People") // of the same name
	principal(s, "CN=Ann")
	now := s.Clock.Now()
	for _, test := range []struct {
		name string
		cert tls.Certificate
		want string
	}{
		{"expired", p.person("Ann", func(c *x509.Certificate) { c.NotBefore, c.NotAfter = now.Add(-2*time.Hour), now.Add(-time.Hour) }), "it is valid from"},
		{"not yet valid", p.person("Ann", func(c *x509.Certificate) { c.NotBefore, c.NotAfter = now.Add(time.Hour), now.Add(2*time.Hour) }), "it is valid from"},
		{"for servers", p.person("Ann", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }), "clientAuth is missing"},
		{"for nothing in particular", p.person("Ann", func(c *x509.Certificate) { c.ExtKeyUsage = nil }), "clientAuth is missing"},
		{"a CA", p.person("Ann", func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true }), "certificate of a CA"},
		{"of a CA that is not known", newPeople(s, "Elsewhere").person("Ann", nil), "no certification authority"},
		{"of an impostor of the CA", impostor.person("Ann", nil), "no certification authority"},
		{"of a CA not trusted for clients", servers.person("Ann", nil), "servers is not trusted for client authentication"},
		{"of a status that is not known", strict.person("Ann", nil), "strict takes that as revoked"},
		{"without the name the CA maps", unnamed.person("Ann", nil), "identifierMapping of unnamed"},
	} {
		code, text := whoami(s, &test.cert, nil)
		if code != http.StatusUnauthorized || !strings.Contains(text, "SEC-AUTH-003") || !strings.Contains(text, test.want) {
			t.Errorf("%s: got %d %s, want 401 SEC-AUTH-003 with %q", test.name, code, text, test.want)
		}
	}
	ann := p.person("Ann", nil)
	if code, text := whoami(s, &ann, nil); code != http.StatusOK {
		t.Errorf("a good one: got %d %s, want 200", code, text)
	}
}

// A CA below the trusted one, which the server does not know, is sent along; one that the server knows decides for itself.
func TestClientCertificateBelow(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	root := newPeople(s, "Root")
	root.known(s, "root", nil)
	below := &people{t: t, now: s.Clock.Now, key: newKey(t)}
	below.cert = root.signed(&x509.Certificate{Subject: pkix.Name{CommonName: "Below"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, root.cert, below.key)
	ann := below.person("Ann", nil)
	principal(s, "CN=Ann")
	if code, text := whoami(s, &ann, nil); code != http.StatusUnauthorized {
		t.Errorf("without the CA between: got %d %s, want 401", code, text)
	}
	ann.Certificate = append(ann.Certificate, below.cert.Raw)
	if code, text := whoami(s, &ann, nil); code != http.StatusOK || !strings.Contains(text, `"root"`) {
		t.Errorf("with the CA between: got %d %s, want 200 by root", code, text)
	}
	below.known(s, "below", map[string]any{"trustedForClientAuthentication": false})
	if code, text := whoami(s, &ann, nil); code != http.StatusUnauthorized {
		t.Errorf("when the CA between is known and not trusted: got %d %s, want 401", code, text)
	}
}

// A certificate of the built-in CA logs in until it is revoked.
func TestClientCertificateRevoked(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	c := quick(t, s, nil)
	ca := map[string]any{}
	if err := json.Unmarshal([]byte(s.Must("admin", http.MethodGet, "/api/v1/cas/quickstart", nil, http.StatusOK)), &ca); err != nil {
		t.Fatal(err)
	}
	ca["trustedForClientAuthentication"], ca["outdatedRevocationStatusPolicy"] = true, "revoked"
	s.Must("admin", http.MethodPut, "/api/v1/cas", ca, http.StatusOK)
	der, key, err := c.obtain("machine.localhost")
	if err != nil {
		t.Fatal(err)
	}
	principal(s, "CN=machine.localhost")
	machine := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	if code, text := whoami(s, &machine, nil); code != http.StatusOK {
		t.Fatalf("got %d %s, want 200", code, text)
	}
	if err := c.RevokeCert(context.Background(), nil, der, xacme.CRLReasonKeyCompromise); err != nil {
		t.Fatal(err)
	}
	if code, text := whoami(s, &machine, nil); code != http.StatusUnauthorized || !strings.Contains(text, "it is revoked") {
		t.Errorf("got %d %s, want 401: it is revoked", code, text)
	}
}

// A proxy in front passes certificates on in a header. From elsewhere it is refused.
func TestCertificateHeader(t *testing.T) {
	t.Parallel()
	const name = "X-Client-Cert"
	behind := harness.New(t, harness.With("proxies.trusted", "127.0.0.1"), harness.With("proxies.certificateHeader", name))
	p := newPeople(behind, "People")
	p.known(behind, "people", nil)
	principal(behind, "CN=Ann")
	ann, proxy := p.person("Ann", nil), p.person("Proxy", nil)
	behind.Fresh()
	text := pemOf(ann.Certificate[0])
	plain := base64.StdEncoding.EncodeToString(ann.Certificate[0])
	for what, value := range map[string]string{
		"URL encoding": url.PathEscape(text), "one line": strings.ReplaceAll(text, "\n", " "), "base64": plain, "RFC 9440": ":" + plain + ":",
	} {
		header := http.Header{name: {value}, "X-Forwarded-For": {"192.0.2.7"}}
		if code, answer := whoami(behind, &proxy, header); code != http.StatusOK || !strings.Contains(answer, "CN=Ann") {
			t.Errorf("%s: got %d %s, want CN=Ann", what, code, answer)
		}
	}
	if diff := cmp.Diff([]string{"success certificate-header CN=Ann people 192.0.2.7"}, attempts(behind)); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	if code, _ := whoami(behind, &proxy, nil); code != http.StatusNoContent {
		t.Errorf("the certificate of the proxy itself: got %d, want 204", code)
	}
	for what, values := range map[string][]string{"no certificate": {"none"}, "two": {plain, plain}} {
		if code, answer := whoami(behind, nil, http.Header{name: values}); code != http.StatusUnauthorized || !strings.Contains(answer, "SEC-AUTH-003") {
			t.Errorf("%s: got %d %s, want 401 SEC-AUTH-003", what, code, answer)
		}
	}

	direct := harness.New(t, harness.With("proxies.trusted", "192.0.2.1"), harness.With("proxies.certificateHeader", name))
	p.known(direct, "people", nil)
	principal(direct, "CN=Ann")
	direct.Fresh()
	if code, answer := whoami(direct, nil, http.Header{name: {plain}}); code != http.StatusUnauthorized || !strings.Contains(answer, "trusted proxies only") {
		t.Errorf("from elsewhere: got %d %s, want 401", code, answer)
	}
	if diff := cmp.Diff([]string{"failure certificate-header   127.0.0.1"}, attempts(direct)); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

// Clients are not asked when that is switched off.
func TestClientCertificateOff(t *testing.T) {
	t.Parallel()
	s := harness.New(t, harness.With("tls.clientCertificates", "false"))
	p := newPeople(s, "People")
	p.known(s, "people", nil)
	ann := p.person("Ann", nil)
	if code, _ := whoami(s, &ann, nil); code != http.StatusNoContent {
		t.Errorf("got %d, want 204", code)
	}
}
