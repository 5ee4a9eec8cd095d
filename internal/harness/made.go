package harness

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/horizon-clm/horizon/internal/pki"
)

// newKey makes a key, and its PEM.
func newKey(t testing.TB) (crypto.Signer, string) {
	t.Helper()
	private, err := pki.Generate(pki.P256)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := pki.EncodeKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return private, strings.TrimSpace(pem)
}

// newCSR returns a request and its key in PEM.
func newCSR(t testing.TB, dn string, names []string) (csr, key string) {
	t.Helper()
	private, key := newKey(t)
	subject, err := pki.ParseDN(dn)
	if err != nil {
		t.Fatal(err)
	}
	var sans []pki.SAN
	for _, n := range names {
		sans = append(sans, pki.SAN{Type: "DNSNAME", Value: n})
	}
	der, err := pki.NewCSR(private, subject, sans)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(pki.EncodePEM("CERTIFICATE REQUEST", der)), key
}

// selfSigned returns a certificate of its own key, and the key, in PEM.
func (s *Server) selfSigned(dn string, names []string) (cert, key string) {
	s.T.Helper()
	private, key := newKey(s.T)
	subject, err := pki.ParseDN(dn)
	if err != nil {
		s.T.Fatal(err)
	}
	raw, err := subject.DER()
	if err != nil {
		s.T.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		s.T.Fatal(err)
	}
	now := s.Clock.Now()
	shape := &x509.Certificate{SerialNumber: serial, RawSubject: raw, DNSNames: names, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(90 * 24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, shape, shape, private.Public(), private)
	if err != nil {
		s.T.Fatal(err)
	}
	return strings.TrimSpace(pki.EncodePEM("CERTIFICATE", der)), key
}

// prove sends a request with a proof that the caller holds the key of a certificate, as clients do: once without a nonce,
// which is refused and brings one, and once with that nonce, which brings none.
func (s *Server) prove(at, cert, key, method, path string, body any) (int, string, http.Header) {
	s.T.Helper()
	status, text, header := s.send("nobody", method, path, body, []string{proofHeader, s.proof(cert, key, "")})
	nonce := header.Get("Replay-Nonce")
	if status != http.StatusUnauthorized || nonce == "" {
		s.T.Fatalf("%s: a proof without a nonce: got %d %s and the nonce %q, want 401 with a nonce", at, status, text, nonce)
	}
	status, text, header = s.send("nobody", method, path, body, []string{proofHeader, s.proof(cert, key, nonce)})
	if again := header.Get("Replay-Nonce"); again != "" {
		s.T.Errorf("%s: an answer to a proof with its nonce brings another one", at)
	}
	return status, text, header
}

// proofHeader carries proofs of possession.
const proofHeader = "X-JWT-CERT-POP"

// proof signs a token with the key of a certificate.
func (s *Server) proof(cert, key, nonce string) string {
	s.T.Helper()
	private, err := pki.ParseKey([]byte(key))
	if err != nil {
		s.T.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: private}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		s.T.Fatal(err)
	}
	now := s.Clock.Now().Unix()
	claims := map[string]any{"sub": cert, "iat": now, "exp": now + 5}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		s.T.Fatal(err)
	}
	return token
}
