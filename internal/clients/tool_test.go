package clients

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// need finds a program the tests talk to. There is no way around it: scripts/components.sh installs it.
func need(t testing.TB, program, debian string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is missing: install the Debian package %s (scripts/components.sh does)", program, debian)
	}
	return path
}

// openssl runs OpenSSL and returns everything it printed.
func openssl(t testing.TB, args ...string) (said string, code int) {
	t.Helper()
	c := exec.Command(need(t, "openssl", "openssl"), args...)
	c.Env = environment()
	out, complaint, code := finish(t, c)
	return out + complaint, code
}

// certificates reads the certificates of a PEM file.
func certificates(t testing.TB, text []byte) (all []*x509.Certificate) {
	t.Helper()
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		t.Fatal("there is no certificate")
	}
	return all
}

// chainFile writes certificates to a file.
func chainFile(t testing.TB, chain ...*x509.Certificate) string {
	t.Helper()
	var b strings.Builder
	for _, c := range chain {
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}) // a builder takes everything
	}
	file := filepath.Join(t.TempDir(), "chain.pem")
	write(t, file, b.String())
	return file
}

// parse reads the certificates a client got.
func parse(t testing.TB, chain [][]byte) (all []*x509.Certificate) {
	t.Helper()
	for _, der := range chain {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// holds wants OpenSSL to trust a chain for its names, and the certificate to be what was asked for.
func (s *server) holds(chain []*x509.Certificate, names ...string) {
	s.t.Helper()
	if len(chain) < 2 {
		s.t.Fatalf("got a chain of %d certificates, want the issuer's too", len(chain))
	}
	args := []string{"verify", "-CAfile", s.caFile(), "-untrusted", chainFile(s.t, chain[1:]...), "-purpose", "sslserver"}
	for _, n := range names {
		option := "-verify_hostname"
		if strings.Trim(n, "0123456789.") == "" {
			option = "-verify_ip"
		}
		args = append(args, option, strings.Replace(n, "*", "any", 1))
	}
	if said, code := openssl(s.t, append(args, chainFile(s.t, chain[0]))...); code != 0 {
		s.t.Errorf("openssl does not trust the certificate of %s:\n%s", names, said)
	}
	var got []string
	got = append(got, chain[0].DNSNames...)
	for _, a := range chain[0].IPAddresses {
		got = append(got, a.String())
	}
	if !same(got, names) {
		s.t.Errorf("the certificate is for %s, want %s", got, names)
	}
}

// good wants the OCSP responder to know the certificate as good.
func (s *server) good(chain []*x509.Certificate) { s.t.Helper(); s.ocsp(chain, ": good") }

// revoked wants OCSP at once, and soon the revocation list, to say that the certificate is revoked.
func (s *server) revoked(chain []*x509.Certificate, reason string) {
	s.t.Helper()
	s.ocsp(chain, ": revoked", "Reason: "+reason)
	leaf := chain[0]
	if len(leaf.CRLDistributionPoints) != 1 {
		s.t.Fatalf("the certificate names the revocation lists %s, want one", leaf.CRLDistributionPoints)
	}
	crl := filepath.Join(s.t.TempDir(), "list")
	s.until("the revocation list has the certificate", func() bool {
		write(s.t, crl, string(fetch(s.t, leaf.CRLDistributionPoints[0])))
		said, _ := openssl(s.t, "crl", "-inform", "DER", "-in", crl, "-noout", "-text")
		return strings.Contains(said, strings.ToUpper(leaf.SerialNumber.Text(16)))
	})
	pemList := crl + ".pem"
	if said, code := openssl(s.t, "crl", "-inform", "DER", "-in", crl, "-out", pemList, "-CAfile", chainFile(s.t, chain[1:]...)); code != 0 || !strings.Contains(said, "verify OK") {
		s.t.Errorf("openssl does not trust the revocation list: %s", said)
	}
	said, code := openssl(s.t, "verify", "-crl_check", "-CRLfile", pemList, "-CAfile", s.caFile(), "-untrusted", chainFile(s.t, chain[1:]...), chainFile(s.t, leaf))
	if code == 0 || !strings.Contains(said, "certificate revoked") {
		s.t.Errorf("openssl still trusts the revoked certificate: %s", said)
	}
}

func (s *server) ocsp(chain []*x509.Certificate, want ...string) {
	s.t.Helper()
	if len(chain[0].OCSPServer) != 1 {
		s.t.Fatalf("the certificate names the responders %s, want one", chain[0].OCSPServer)
	}
	said, code := openssl(s.t, "ocsp", "-issuer", chainFile(s.t, chain[1]), "-cert", chainFile(s.t, chain[0]), "-url", chain[0].OCSPServer[0], "-CAfile", s.caFile())
	for _, w := range append(want, "Response verify OK") {
		if code != 0 || !strings.Contains(said, w) {
			s.t.Errorf("openssl ocsp: exit code %d, want %q in:\n%s", code, w, said)
		}
	}
}

func fetch(t testing.TB, url string) []byte {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", url, r.StatusCode, err)
	}
	return b
}

// same compares lists without regard to order.
func same(a, b []string) bool {
	count := map[string]int{}
	for _, x := range a {
		count[x]++
	}
	for _, x := range b {
		count[x]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func ecKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func rsaKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// request makes a certificate request for DNS names.
func request(t testing.TB, key crypto.Signer, names ...string) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: names}, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
