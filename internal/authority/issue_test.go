package authority_test

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/pki"
)

func bigInt(b []byte) *big.Int { return new(big.Int).SetBytes(b) }

// Every type of key makes a two-level CA whose certificates OpenSSL and Go accept.
func TestKeyTypes(t *testing.T) {
	t.Parallel()
	for _, k := range []pki.KeyType{pki.P256, pki.P384, pki.P521, pki.RSA2048, pki.RSA3072, pki.Ed25519} {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			b := start(t)
			b.pair(k)
			done := b.issue("r1", "issuing")
			chain := done.Chains[0]
			if len(done.Chains) != 1 || len(chain) != 2 {
				t.Fatalf("got %d chains, the first of %d, want 1 of 2", len(done.Chains), len(chain))
			}
			leaf, ca, root := parse(t, done.Certificate), parse(t, chain[0]), parse(t, chain[1])
			same(t, []pki.KeyType{ca.KeyType, root.KeyType}, []pki.KeyType{k, k})
			same(t, []bool{root.SelfSigned, root.PathLen == nil, *ca.PathLen == 0}, []bool{true, true, true})
			same(t, leaf.AuthorityKeyID, ca.SubjectKeyID)
			l1, _ := b.crl("root", 1)
			l2, _ := b.crl("issuing", 1)
			wantOpenSSL(t, ": OK", "verify", "-crl_check_all", "-x509_strict", "-CAfile", pemFile(t, chain[1]), "-untrusted", pemFile(t, chain[0]),
				"-CRLfile", crlFile(t, l1, l2), pemFile(t, done.Certificate))
		})
	}
}

func crlFile(t testing.TB, lists ...*authority.List) string {
	t.Helper()
	text := ""
	for _, l := range lists {
		text += pki.EncodePEM("X509 CRL", l.DER) + "\n"
	}
	return file(t, "lists.pem", []byte(text))
}

// A certificate says what the CA's settings and the order say, within the validity of the CA.
func TestContent(t *testing.T) {
	t.Parallel()
	b := start(t)
	s := authority.DefaultSettings()
	s.CertificateLifetime, s.Policies = 10*span.Day, []string{"1.2.3.4"}
	b.create(authority.Spec{Name: "ca", Subject: "CN=Small CA,O=Example", Lifetime: 30 * span.Day, Settings: s})
	now := b.now.Now().Truncate(time.Second)
	back := time.Hour
	ends := parse(t, b.issue("first", "ca").Chains[0][0])
	for _, c := range []struct {
		name     string
		change   func(*authority.Order)
		from, to time.Time
		usages   []string
		policies []string
	}{
		{"as the CA has it", func(*authority.Order) {}, ends.NotBefore, now.Add(10 * 24 * time.Hour), []string{"serverAuth", "clientAuth"}, []string{"1.2.3.4"}},
		{"other usages", func(o *authority.Order) { o.ExtKeyUsages, o.Policies = []string{"emailProtection"}, []string{} },
			ends.NotBefore, now.Add(10 * 24 * time.Hour), []string{"emailProtection"}, nil},
		{"no usages", func(o *authority.Order) { o.ExtKeyUsages = []string{} }, ends.NotBefore, now.Add(10 * 24 * time.Hour), nil, []string{"1.2.3.4"}},
		{"beyond the end of the CA", func(o *authority.Order) { o.Lifetime = 90 * 24 * time.Hour }, ends.NotBefore, ends.NotAfter,
			[]string{"serverAuth", "clientAuth"}, []string{"1.2.3.4"}},
		{"before the CA", func(o *authority.Order) { o.BackDate, o.Lifetime = &back, time.Hour }, ends.NotBefore, now.Add(time.Hour),
			[]string{"serverAuth", "clientAuth"}, []string{"1.2.3.4"}},
	} {
		o := order(t, c.name, "ca")
		c.change(&o)
		done, err := b.Issue(ctx, o)
		check(t, err)
		x := parse(t, done.Certificate)
		same(t, []time.Time{x.NotBefore, x.NotAfter}, []time.Time{c.from, c.to})
		same(t, x.ExtKeyUsages, c.usages)
		same(t, x.Policies, c.policies)
		same(t, []string{x.CRLDPs[0], x.CAIssuers[0], x.OCSP[0]},
			[]string{"http://pki.example:8080/crl/ca/1.crl", "http://pki.example:8080/ca/ca/1.cer", "http://pki.example:8080/ocsp/ca"})
		if bits := x.X509.SerialNumber.BitLen(); bits < 96 || bits > 128 {
			t.Errorf("%s: the serial number has %d bits", c.name, bits)
		}
	}
	b.now.Advance(31 * 24 * time.Hour)
	_, err := b.Issue(ctx, order(t, "late", "ca"))
	wantFault(t, err, authority.Ended, "ca is valid from")
}

func TestBadOrders(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "ca"})
	b.create(authority.Spec{Name: "narrow", Constraints: &authority.Constraints{
		PermittedDNS: []string{"example.com"}, ExcludedDNS: []string{"secret.example.com"}, PermittedIPs: []string{"192.0.2.0/24"},
	}})
	name := func(v string) func(*authority.Order) {
		return func(o *authority.Order) {
			o.CA, o.SANs = "narrow", []pki.SAN{{Type: pki.DNSName, Value: v}}
		}
	}
	ip := func(v string) func(*authority.Order) {
		return func(o *authority.Order) {
			o.CA, o.SANs = "narrow", []pki.SAN{{Type: pki.IPAddress, Value: v}}
		}
	}
	negative := -time.Hour
	for what, c := range map[string]struct {
		change func(*authority.Order)
		code   string
	}{
		"no id":           {func(o *authority.Order) { o.RequestID = "" }, "AUTHORITY-007"},
		"long id":         {func(o *authority.Order) { o.RequestID = strings.Repeat("x", 201) }, "AUTHORITY-007"},
		"no CA":           {func(o *authority.Order) { o.CA = strings.Repeat("x", 2000) }, "AUTHORITY-003"},
		"no key":          {func(o *authority.Order) { o.PublicKey = nil }, "CRYPTO-002"},
		"weak key":        {func(o *authority.Order) { o.PublicKey = weak(t) }, "CRYPTO-003"},
		"names nobody":    {func(o *authority.Order) { o.Subject, o.SANs = nil, nil }, "CRYPTO-008"},
		"bad usage":       {func(o *authority.Order) { o.ExtKeyUsages = []string{"fun"} }, "CRYPTO-008"},
		"negative":        {func(o *authority.Order) { o.BackDate = &negative }, "AUTHORITY-007"},
		"other domain":    {name("www.example.org"), "AUTHORITY-007"},
		"excluded":        {name("a.secret.example.com"), "AUTHORITY-007"},
		"other range":     {ip("198.51.100.1"), "AUTHORITY-007"},
		"permitted":       {name("www.example.com"), ""},
		"permitted range": {ip("192.0.2.9"), ""},
	} {
		o := order(t, what, "ca")
		c.change(&o)
		_, err := b.Issue(ctx, o)
		if got := code(err); got != c.code {
			t.Errorf("%s: got %v, want %s", what, err, c.code)
		}
	}
}

func weak(t testing.TB) any {
	t.Helper()
	der, ok := openssl(t, "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")
	if !ok {
		t.Fatal(der)
	}
	key, err := pki.ParseKey([]byte(der[strings.Index(der, "-----BEGIN"):]))
	check(t, err)
	return key.Public()
}

// Asked again the engine returns the same bytes, on every node, whatever else was asked for and whatever became of the CA.
func TestSameRequest(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "ca", Lifetime: 10 * span.Day})
	first := b.issue("r1", "ca")
	again := order(t, "r1", "a CA there is not")
	done, err := b.another().Issue(ctx, again)
	check(t, err)
	same(t, done, first)
	b.now.Advance(11 * 24 * time.Hour)
	done, err = b.Issue(ctx, again)
	check(t, err)
	same(t, done, first)
}

// Of 32 that ask at once under one id, on two nodes, all get the same certificate, and one is recorded.
func TestRace(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "ca"})
	nodes := []*authority.Engine{b.Engine, b.another()}
	var wg sync.WaitGroup
	all := make([]authority.Issued, 32)
	for i := range all {
		o := order(t, "one", "ca")
		wg.Go(func() {
			var err error
			if all[i], err = nodes[i%2].Issue(ctx, o); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, one := range all {
		if !bytes.Equal(one.Certificate, all[0].Certificate) {
			t.Fatal("one request has two certificates")
		}
	}
	ca, err := b.Get(ctx, reader, "ca")
	check(t, err)
	same(t, ca.Issued, 1)
}

func TestSerials(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "ca"})
	seen := map[string]bool{}
	for i := range 50 {
		x, err := x509.ParseCertificate(b.issue(fmt.Sprint(i), "ca").Certificate)
		check(t, err)
		if seen[x.SerialNumber.String()] {
			t.Fatal("a serial number was given twice")
		}
		seen[x.SerialNumber.String()] = true
	}
}

func BenchmarkIssue(b *testing.B) {
	for _, n := range []int{1, 16} {
		b.Run(fmt.Sprintf("clients=%d", n), func(b *testing.B) {
			e := start(b)
			e.pair(pki.P256)
			o := order(b, "", "issuing")
			b.SetParallelism(n)
			run := func(o authority.Order) {
				o.RequestID = e.DB.NewID()
				if _, err := e.Issue(ctx, o); err != nil {
					b.Error(err)
				}
			}
			b.ResetTimer()
			if n == 1 {
				for range b.N {
					run(o)
				}
				return
			}
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					run(o)
				}
			})
		})
	}
}
