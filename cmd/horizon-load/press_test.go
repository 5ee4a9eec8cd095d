package main

import (
	"bytes"
	"crypto/x509"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/pki"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// What the press makes is what the CA would have made, and stands below it.
func TestPress(t *testing.T) {
	t.Parallel()
	s := newTestSigner(t)
	p, err := s.newPress(noon)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate)
	serials := map[string]bool{}
	for _, n := range []int{0, 7, 42, 1234567} {
		c, err := p.make(n, noon)
		if err != nil {
			t.Fatal(err)
		}
		chains, err := c.X509.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: noon, DNSName: host(n)})
		if err != nil || len(chains) != 1 {
			t.Errorf("certificate %d: %d chains: %v", n, len(chains), err)
		}
		if serials[c.Serial] {
			t.Errorf("certificate %d: its serial number was used before", n)
		}
		serials[c.Serial] = true
		if want := s.usual(t, n, c.X509); !bytes.Equal(c.X509.RawTBSCertificate, want.X509.RawTBSCertificate) {
			t.Errorf("certificate %d differs from what the CA makes:\n%s", n, cmp.Diff(want.DN, c.DN)+cmp.Diff(want.SANs, c.SANs))
		}
	}
}

func newTestSigner(t *testing.T) *signer {
	t.Helper()
	key, err := pki.Generate(pki.P256)
	if err != nil {
		t.Fatal(err)
	}
	der, err := caTemplate(noon).SelfSign(key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := pki.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{Issuer: pki.Issuer{Certificate: cert.X509, Key: key}, urls: outsideURLs()}
}

// usual is certificate n as the CA makes it, with the key, the serial number and the times of another.
func (s *signer) usual(t *testing.T, n int, like *x509.Certificate) *pki.Certificate {
	t.Helper()
	w := s.template(n, like.NotBefore, like.NotAfter)
	w.PublicKey, w.Serial = like.PublicKey, like.SerialNumber
	der, err := s.Sign(&w)
	if err != nil {
		t.Fatal(err)
	}
	c, err := pki.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPortions(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ certificates, events int }{{0, 0}, {1, 0}, {0, 1}, {249, 1000}, {40_000, 40_000}, {1_000_000, 1_000_000}, {10_000_000, 1_000_000}, {3, 1_000_000}} {
		c, e := 0, 0
		for i, p := range portions(one.certificates, one.events) {
			if p.first != c || p.number != i || p.enrolled > p.certificates || p.certificates > mostOf || p.enrolled > 0 && p.others == 0 {
				t.Fatalf("%d certificates and %d events: portion %d is %+v, behind %d certificates", one.certificates, one.events, i, p, c)
			}
			c, e = c+p.certificates, e+p.enrolled+p.others
		}
		if c != one.certificates || e != one.events {
			t.Errorf("%d certificates and %d events: dealt %d and %d", one.certificates, one.events, c, e)
		}
	}
}
