package acme

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/fault"
)

// The answer to http-01: RFC 8555, 8.3.
func TestCheckHTTP(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		ok     bool
	}{
		"as it is":        {200, "token.print", true},
		"space behind":    {200, "token.print \t\r\n\n", true},
		"space before":    {200, " token.print", false},
		"not found":       {404, "token.print", false},
		"no content":      {204, "", false},
		"another account": {200, "token.other", false},
		"longer":          {200, "token.printx", false},
		"empty":           {200, "", false},
		"a page":          {200, strings.Repeat("<html>\x00\xff", 100), false},
	} {
		err := checkHTTP(c.status, []byte(c.body), "token.print", "http://a/")
		if c.ok {
			check(t, err)
			continue
		}
		wantFault(t, err, wrongResponse, "http://a/")
		if got := fault.Of(err).Reason(); len(got) > 500 || strings.ContainsRune(got, 0) {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// The answer to dns-01: RFC 8555, 8.4.
func TestCheckTXT(t *testing.T) {
	t.Parallel()
	digest := sha256.Sum256([]byte("token.print"))
	want := encode64(digest[:])
	check(t, checkTXT([]string{"other", want}, digest, "n"))
	wantFault(t, checkTXT(nil, digest, "_acme-challenge.a"), wrongResponse, "none")
	wantFault(t, checkTXT([]string{"other", "another"}, digest, "n"), wrongResponse, `"other" and 1 more`)
	wantFault(t, checkTXT([]string{want + "="}, digest, "n"), wrongResponse, "")
	wantFault(t, checkTXT([]string{strings.ToLower(want)}, digest, "n"), wrongResponse, "")
}

// alpn makes a certificate for tls-alpn-01.
func alpn(t testing.TB, id identifier, digest []byte, change ...func(*x509.Certificate)) *tls.Certificate {
	t.Helper()
	value, err := asn1.Marshal(digest)
	check(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0),
		ExtraExtensions: []pkix.Extension{{Id: oidAcmeIdentifier, Critical: true, Value: value}},
	}
	if id.Type == typeIP {
		template.IPAddresses = []net.IP{net.ParseIP(id.Value)}
	} else {
		template.DNSNames = []string{id.Value}
	}
	for _, c := range change {
		c(template)
	}
	key := newKey(t).(*ecdsa.PrivateKey)
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	check(t, err)
	leaf, err := x509.ParseCertificate(der)
	check(t, err)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// The certificate of tls-alpn-01: RFC 8737, 3; of an address RFC 8738, 6.
func TestCheckALPN(t *testing.T) {
	t.Parallel()
	digest := sha256.Sum256([]byte("token.print"))
	name, address := identifier{typeDNS, "a.example"}, identifier{typeIP, "192.0.2.1"}
	other := sha256.Sum256([]byte("token.other"))
	for what, c := range map[string]struct {
		id     identifier
		cert   *tls.Certificate
		refuse string
	}{
		"name":            {name, alpn(t, name, digest[:]), ""},
		"name, any case":  {name, alpn(t, identifier{typeDNS, "A.EXAMPLE"}, digest[:]), ""},
		"address":         {address, alpn(t, address, digest[:]), ""},
		"another name":    {name, alpn(t, identifier{typeDNS, "b.example"}, digest[:]), "not for a.example alone"},
		"another address": {address, alpn(t, identifier{typeIP, "192.0.2.2"}, digest[:]), "not for"},
		"name as address": {address, alpn(t, identifier{typeDNS, "192.0.2.1"}, digest[:]), "not for"},
		"two names":       {name, alpn(t, name, digest[:], func(c *x509.Certificate) { c.DNSNames = append(c.DNSNames, "b.example") }), "alone"},
		"name, address":   {name, alpn(t, name, digest[:], func(c *x509.Certificate) { c.IPAddresses = []net.IP{{192, 0, 2, 1}} }), "alone"},
		"no names":        {name, alpn(t, name, digest[:], func(c *x509.Certificate) { c.DNSNames = nil }), "alone"},
		"another account": {name, alpn(t, name, other[:]), "does not hold the digest"},
		"short digest":    {name, alpn(t, name, digest[:31]), "does not hold the digest"},
		"not critical":    {name, alpn(t, name, digest[:], func(c *x509.Certificate) { c.ExtraExtensions[0].Critical = false }), "not critical"},
		"broken":          {name, alpn(t, name, digest[:], func(c *x509.Certificate) { c.ExtraExtensions[0].Value = []byte{4, 99} }), "digest"},
		"ordinary":        {name, alpn(t, name, digest[:], func(c *x509.Certificate) { c.ExtraExtensions = nil }), "no extension acmeIdentifier"},
	} {
		err := checkALPN(c.cert.Leaf, c.id, digest)
		if c.refuse == "" {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
			continue
		}
		wantFault(t, err, wrongResponse, c.refuse)
	}
}

func FuzzCheckALPN(f *testing.F) {
	digest := sha256.Sum256([]byte("token.print"))
	name := identifier{typeDNS, "a.example"}
	f.Add(alpn(f, name, digest[:]).Certificate[0])
	f.Add(alpn(f, identifier{typeIP, "192.0.2.1"}, digest[:]).Certificate[0])
	f.Fuzz(func(t *testing.T, der []byte) {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		if checkALPN(c, name, digest) == nil && (len(c.DNSNames) != 1 || !strings.EqualFold(c.DNSNames[0], name.Value)) {
			t.Errorf("accepted for %v", c.DNSNames)
		}
	})
}

func FuzzResponses(f *testing.F) {
	f.Add(200, "token.print", "x")
	f.Fuzz(func(t *testing.T, status int, body, record string) {
		if checkHTTP(status, []byte(body), "token.print", "u") == nil && strings.TrimSpace(body) != "token.print" {
			t.Errorf("accepted %q", body)
		}
		_ = checkTXT([]string{record, body}, sha256.Sum256([]byte("token.print")), "n")
	})
}
