package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"testing"

	"github.com/horizon-clm/horizon/internal/pki"
)

// A key of P-521 signs with ES512, which some clients call ES521; a name of another algorithm is refused.
func TestSignedBy(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)}, &x509.Certificate{}, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := pki.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	signed := func(alg string) string {
		header, err := json.Marshal(map[string]string{"alg": alg})
		if err != nil {
			t.Fatal(err)
		}
		text := base64.RawURLEncoding.EncodeToString(header) + ".e30"
		sum := sha512.Sum512([]byte(text))
		r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		sig := make([]byte, 132)
		r.FillBytes(sig[:66])
		s.FillBytes(sig[66:])
		return text + "." + base64.RawURLEncoding.EncodeToString(sig)
	}
	for alg, want := range map[string]bool{"ES512": true, "ES521": true, "ES256": false, "none": false, "HS512": false} {
		if err := signedBy(signed(alg), leaf); (err == nil) != want {
			t.Errorf("%s: got %v", alg, err)
		}
	}
	broken := []byte(signed("ES521"))
	broken[len(broken)-5] ^= 1
	if err := signedBy(string(broken), leaf); err == nil {
		t.Error("a broken signature is taken")
	}
}

func FuzzReadProof(f *testing.F) {
	for _, text := range []string{"{}", "", "a.b.c", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA", "eyJhbGciOiJFUzUyMSJ9.eyJub25jZSI6IngifQ.AAAA"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if p, leaf, err := readProof(text); err == nil && p.Nonce != "" && leaf == nil {
			t.Error("a nonce without a certificate")
		}
	})
}

func FuzzFlattened(f *testing.F) {
	for _, text := range []string{`{}`, `{"a":[{"b":[1,true,null]}]}`, `[]`, `{"a.b":{"c":"d"}}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := flattened([]byte(text)); err == nil && m == nil {
			t.Error("got nothing")
		}
	})
}
