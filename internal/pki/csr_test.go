package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"os"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/fault"
)

func newCSR(t testing.TB, key crypto.Signer) []byte {
	t.Helper()
	der, err := NewCSR(key, Name{{Type: CN, Value: "a"}, {Type: Organization, Value: "b"}}, []SAN{{DNSName, "a.b"}}, Extension{MSSID, "S-1-5-21"})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestParseCSR(t *testing.T) {
	t.Parallel()
	for _, k := range []KeyType{RSA2048, P256, P384, P521, Ed25519} {
		key := newKey(t, k)
		der := newCSR(t, key)
		c, err := ParseCSR(der)
		if err != nil {
			t.Fatal(err)
		}
		want := &CSR{
			DER: der, DN: "CN=a,O=b", Subject: Name{{Type: CN, Value: "a"}, {Type: Organization, Value: "b"}}, SANs: []SAN{{DNSName, "a.b"}},
			Extensions: []Extension{{MSSID, "S-1-5-21"}}, KeyType: k, SPKI: c.SPKI, Requested: c.Requested,
		}
		if !SameKey(c.PublicKey, key.Public()) || len(c.Requested) != 2 {
			t.Errorf("%s: got another key or %d extensions", k, len(c.Requested))
		}
		text := c.PEM()
		c.PublicKey = nil
		same(t, c, want)
		for _, in := range []string{text, strings.ReplaceAll(text, "\n", " "), strings.ReplaceAll(text, "CERT", "NEW CERT")} {
			if again, err := ParseCSR([]byte(in)); err != nil || again.DN != c.DN {
				t.Errorf("got %v, want the same request of %q", err, in[:40])
			}
		}
	}
}

func TestBadCSRs(t *testing.T) {
	t.Parallel()
	der := newCSR(t, newKey(t, P256))
	broken := append([]byte(nil), der...)
	broken[len(broken)-1] ^= 1
	badSAN, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{"fine"}}, newKey(t, P256))
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]*fault.Fault{
		"": NotParsable, "not a CSR": NotParsable, "0\x00": NotParsable, string(der[:100]): NotParsable, string(der) + "x": NotParsable,
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----": NotParsable,
		string(broken): BadSignature, string(tooMuch(MaxDocument)): TooLarge, string(badSAN): nil,
	} {
		_, err := ParseCSR([]byte(in))
		wantFault(t, err, want)
	}
	_, err = ParseCSR([]byte("x"))
	same(t, fault.Of(err).Code()+" "+fault.Of(err).Text(), "RFC5280-001 Could not parse provided PEM")
}

// The requests of testdata were made with OpenSSL 3.
func TestForeignCSRs(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]*fault.Fault{
		"rsa512.csr": WeakKey, "brainpool.csr": NotParsable, "ed448.csr": Unsupported, "challenge.csr": nil,
	} {
		in, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ParseCSR(in)
		wantFault(t, err, want)
		if err == nil {
			same(t, []string{c.DN, c.Challenge}, []string{"OU=y,OU=x,CN=foreign", "s3cret é"})
		}
	}
}

func TestBadNewCSR(t *testing.T) {
	t.Parallel()
	key := newKey(t, P256)
	_, err := NewCSR(key, Name{{Type: Country, Value: "x"}}, nil)
	wantFault(t, err, BadName)
	_, err = NewCSR(key, nil, []SAN{{DNSName, "?"}})
	wantFault(t, err, BadSAN)
	_, err = NewCSR(key, nil, nil, Extension{MSSID, "?"})
	wantFault(t, err, BadExtension)
}

func FuzzParseCSR(f *testing.F) {
	f.Add(newCSR(f, newKey(f, P256)))
	in, err := os.ReadFile("testdata/challenge.csr")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(in)
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := ParseCSR(in)
		if err == nil && c.KeyType == "" {
			t.Error("a verified request has a key without a type")
		}
		challenge(in)
	})
}

func BenchmarkParseCSR(b *testing.B) {
	der := newCSR(b, newKey(b, P256))
	for b.Loop() {
		if _, err := ParseCSR(der); err != nil {
			b.Fatal(err)
		}
	}
}
