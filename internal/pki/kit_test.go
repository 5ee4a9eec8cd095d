package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/fault"
)

// noon is the time of all tests.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func newKey(t testing.TB, k KeyType) crypto.Signer {
	t.Helper()
	key, err := Generate(k)
	if err != nil {
		t.Fatalf("got %v, want a key of type %s", err, k)
	}
	return key
}

// newRoot returns a self-signed CA named CN=<name>.
func newRoot(t testing.TB, name string, k KeyType) Issuer {
	t.Helper()
	key := newKey(t, k)
	der, err := (&Template{
		Subject: Name{{Type: CN, Value: name}}, Serial: big.NewInt(1), IsCA: true,
		NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(10, 0, 0),
	}).SelfSign(key)
	return issuerOf(t, der, err, key)
}

// below returns a CA named CN=<name> that i issued.
func (i Issuer) below(t testing.TB, name string, k KeyType) Issuer {
	t.Helper()
	key := newKey(t, k)
	der, err := i.Sign(&Template{
		Subject: Name{{Type: CN, Value: name}}, Serial: big.NewInt(2), IsCA: true, PublicKey: key.Public(),
		NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(5, 0, 0),
	})
	return issuerOf(t, der, err, key)
}

func issuerOf(t testing.TB, der []byte, err error, key crypto.Signer) Issuer {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	x, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return Issuer{Certificate: x, Key: key}
}

func leaf(pub crypto.PublicKey) *Template {
	return &Template{
		Subject: Name{{Type: CN, Value: "a.example"}}, PublicKey: pub, Serial: NewSerial(),
		NotBefore: noon, NotAfter: noon.AddDate(0, 3, 0), SANs: []SAN{{DNSName, "a.example"}},
	}
}

func mustParse(t testing.TB, der []byte, err error) *Certificate {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	c, err := ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func wantFault(t testing.TB, err error, want *fault.Fault) {
	t.Helper()
	if want == nil && err != nil || want != nil && !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

func same[T any](t testing.TB, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("got (+), want (-):\n%s", d)
	}
}

// tooMuch returns a text of one byte more than the limit.
func tooMuch(n int) []byte { return bytes.Repeat([]byte{'A'}, n+1) }

func sec1(t testing.TB, key crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalECPrivateKey(key.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func pkcs1(t testing.TB, key crypto.Signer) []byte {
	t.Helper()
	return x509.MarshalPKCS1PrivateKey(key.(*rsa.PrivateKey))
}
