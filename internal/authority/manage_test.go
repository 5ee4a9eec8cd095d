package authority_test

import (
	"context"
	"crypto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/pki"
)

// What is wrong is said with its field, all at once, and recorded; so is who may not.
func TestCreateRefused(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "root"})
	b.create(authority.Spec{Name: "issuing", Parent: "root"})
	one := 1
	many := -1
	good := authority.Spec{Name: "x", KeyType: pki.P256, Settings: authority.DefaultSettings()}
	for _, c := range []struct {
		name   string
		change func(*authority.Spec)
		code   string
		words  []string
	}{
		{"everything", func(s *authority.Spec) {
			s.Name, s.Subject, s.KeyType, s.Lifetime, s.PathLength, s.Policies = "a b", "X", "rsa-1024", 1, &many, []string{"x"}
			s.Settings = authority.Settings{ExtKeyUsages: []string{"fun"}, BackDate: 8 * span.Day}
			s.Constraints = &authority.Constraints{PermittedDNS: []string{"*.x"}, ExcludedIPs: []string{"192.0.2.1/24"}, PermittedEmails: []string{"a b@x"}}
		}, "AUTHORITY-002", []string{"name:", "subject:", "keyType:", "lifetime:", "pathLength:", "policies:", "extKeyUsages:", "certificateLifetime:",
			"backDate:", "crlLifetime:", "nameConstraints.permittedDNS:", "nameConstraints.excludedIPs:", "nameConstraints.permittedEmails:"}},
		{"dots", func(s *authority.Spec) { s.Name = ".." }, "AUTHORITY-002", []string{"name:"}},
		{"long name", func(s *authority.Spec) { s.Name = strings.Repeat("x", 161) }, "AUTHORITY-002", []string{"name:"}},
		{"taken", func(s *authority.Spec) { s.Name = "root" }, "AUTHORITY-004", nil},
		{"no parent", func(s *authority.Spec) { s.Parent = "no" }, "AUTHORITY-002", []string{"parent:"}},
		{"below a CA without room", func(s *authority.Spec) { s.Parent = "issuing" }, "AUTHORITY-002", []string{"pathLength:"}},
		{"deep", func(s *authority.Spec) { s.Parent, s.PathLength = "root", &one }, "", nil},
	} {
		s := good
		c.change(&s)
		err := b.Create(ctx, admin, s)
		if code(err) != c.code {
			t.Errorf("%s: got %v, want %s", c.name, err, c.code)
		}
		for _, w := range c.words {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: got %v, want something about %s", c.name, err, w)
			}
		}
	}
	if err := b.Create(ctx, reader, good); code(err) != "SEC-PERM-001" {
		t.Errorf("got %v, want that who may read may not create", err)
	}
	same(t, b.events(), []string{
		"CONF-ADD success authority root", "CONF-ADD success authority issuing", "CONF-ADD failure authority a b AUTHORITY-002",
		"CONF-ADD failure authority .. AUTHORITY-002", "CONF-ADD failure authority " + strings.Repeat("x", 160) + " AUTHORITY-002",
		"CONF-ADD failure authority root AUTHORITY-004", "CONF-ADD failure authority x AUTHORITY-002",
		"CONF-ADD failure authority x AUTHORITY-002", "CONF-ADD success authority x", "CONF-ADD failure authority x SEC-PERM-001",
	})
}

// A CA stays while it has issued what is valid, and with it those above.
func TestDelete(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.pair(pki.P256)
	done := b.issue("a", "issuing")
	_ = b.status(done.Certificate, done.Chains[0][0]) // the responder's certificate does not keep a CA
	b.work()
	wantFault(t, b.Delete(ctx, admin, "issuing"), authority.InUse)
	wantFault(t, b.Delete(ctx, admin, "root"), authority.InUse)
	check(t, b.Revoke(ctx, done.Certificate, pki.CertificateHold, time.Time{}))
	wantFault(t, b.Delete(ctx, admin, "issuing"), authority.InUse)
	check(t, b.Revoke(ctx, done.Certificate, pki.CessationOfOperation, time.Time{}))
	if err := b.Delete(ctx, reader, "issuing"); code(err) != "SEC-PERM-001" {
		t.Errorf("got %v, want a refusal", err)
	}
	issuing := done.Chains[0][0]
	check(t, b.Delete(ctx, admin, "issuing"))
	_, err := b.Issue(ctx, order(t, "b", "issuing"))
	wantFault(t, err, authority.Missing)
	wantFault(t, b.Delete(ctx, admin, "root"), authority.InUse)
	check(t, b.Revoke(ctx, issuing, pki.CessationOfOperation, time.Time{}))
	b.work()
	check(t, b.Delete(ctx, admin, "root"))
	all, err := b.List(ctx, admin)
	check(t, err)
	same(t, len(all), 0)
	b.work()
	wantFault(t, b.Delete(ctx, admin, "root"), authority.Missing)
}

func TestImport(t *testing.T) {
	t.Parallel()
	elsewhere := start(t)
	elsewhere.pair(pki.RSA2048)
	key := newKey(t, pki.P256)
	m := below(t, elsewhere, key)
	text, err := pki.EncodeKey(key)
	check(t, err)
	p12, err := pki.EncodePKCS12(pki.KeyStore{Key: key, Certificate: m.Certificate, Chain: m.Above}, "secret", "")
	check(t, err)
	chain := m.Certificate.PEM() + "\n" + m.Above[1].PEM() + "\n" + m.Above[0].PEM()

	b := start(t)
	s := authority.DefaultSettings()
	fromPEM := func() (authority.Material, error) { return authority.FromPEM(text, chain) }
	fromP12 := func() (authority.Material, error) { return authority.FromPKCS12(p12, "secret") }
	check(t, b.Import(ctx, admin, "pem", s, fromPEM))
	wantFault(t, b.Import(ctx, admin, "p12", s, fromP12), authority.Exists, "pem has this key")
	done := b.issue("a", "pem")
	same(t, len(done.Chains[0]), 3)
	b.verifies(done)
	wantFault(t, b.Renew(ctx, admin, "pem", true), authority.NoRenewal, "issued elsewhere")
	check(t, b.Revoke(ctx, done.Certificate, pki.CessationOfOperation, time.Time{}))
	b.work()
	check(t, b.Delete(ctx, admin, "pem"))
	check(t, b.Import(ctx, admin, "p12", s, fromP12))
	b.verifies(b.issue("b", "p12"))

	// What it issued before it came here can be revoked.
	old := parse(t, done.Certificate)
	check(t, b.Revoke(ctx, old.X509.Raw, pki.Superseded, time.Time{}))
	_, list := b.crl("p12", 1)
	same(t, revoked(t, list), []string{old.Serial + " superseded"})
	if got := b.status(done.Certificate, done.Chains[0][0]).Status; got != 1 {
		t.Errorf("got status %d, want revoked", got)
	}
}

// below makes a CA for the key under the issuing CA's root of another server.
func below(t testing.TB, at *bench, key crypto.Signer) authority.Material {
	t.Helper()
	at.create(authority.Spec{Name: "middle", Parent: "root", PathLength: new(2)})
	ca, err := at.Get(ctx, admin, "middle")
	check(t, err)
	root, err := at.Get(ctx, admin, "root")
	check(t, err)
	middle := ca.Generations[0].Certificate
	signer := at.keyOf("middle")
	der, err := pki.Issuer{Certificate: middle.X509, Key: signer}.Sign(&pki.Template{
		Subject: pki.Name{{Type: pki.CN, Value: "Imported"}}, PublicKey: key.Public(), Serial: pki.NewSerial(), IsCA: true, PathLen: new(0),
		NotBefore: at.now.Now().Add(-time.Minute), NotAfter: at.now.Now().AddDate(1, 0, 0),
	})
	check(t, err)
	return authority.Material{Key: key, Certificate: parse(t, der), Above: []*pki.Certificate{middle, root.Generations[0].Certificate}}
}

func TestBadMaterial(t *testing.T) {
	t.Parallel()
	b := start(t)
	self := func(k pki.KeyType, change func(*pki.Template)) (string, string) {
		key := newKey(t, k)
		tpl := &pki.Template{Subject: pki.Name{{Type: pki.CN, Value: "x"}}, Serial: pki.NewSerial(), IsCA: true,
			NotBefore: b.now.Now().Add(-time.Hour), NotAfter: b.now.Now().Add(time.Hour)}
		change(tpl)
		der, err := tpl.SelfSign(key)
		check(t, err)
		text, err := pki.EncodeKey(key)
		check(t, err)
		return text, parse(t, der).PEM()
	}
	key, cert := self(pki.P256, func(*pki.Template) {})
	otherKey, otherCert := self(pki.P256, func(*pki.Template) {})
	leafKey, leaf := self(pki.P256, func(x *pki.Template) { x.IsCA = false })
	endedKey, ended := self(pki.P256, func(x *pki.Template) { x.NotAfter = b.now.Now().Add(-time.Minute) })
	usageKey, usage := self(pki.P256, func(x *pki.Template) { x.KeyUsage = 1 })
	for _, c := range []struct{ name, key, cert, field string }{
		{"no key", "", cert, "key:"},
		{"no certificate", key, "", "certificate:"},
		{"another's", key, otherCert, "none of them is of the key"},
		{"leaf", leafKey, leaf, "not of a CA"},
		{"ended", endedKey, ended, "it ended"},
		{"usage", usageKey, usage, "key usage"},
		{"others beside", otherKey, otherCert + "\n" + cert, "did not issue it"},
	} {
		err := b.Import(ctx, admin, "x", authority.DefaultSettings(), func() (authority.Material, error) { return authority.FromPEM(c.key, c.cert) })
		wantFault(t, err, authority.Invalid, c.field)
	}
	for password, der := range map[string][]byte{"x": []byte("garbage"), "": nil} {
		_, err := authority.FromPKCS12(der, password)
		wantFault(t, err, authority.Invalid, "pkcs12:")
	}
	for _, e := range b.events() {
		same(t, e, "CONF-ADD failure authority x AUTHORITY-002")
	}
}

// A connector's CA is there once, however often and from wherever it is asked for.
func TestProvide(t *testing.T) {
	t.Parallel()
	b := start(t)
	nodes := []*authority.Engine{b.Engine, b.another()}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if err := nodes[i%2].Provide(ctx, "quick", authority.DefaultSettings()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	all, err := b.List(ctx, reader)
	check(t, err)
	var names []string
	for _, ca := range all {
		names = append(names, ca.Name+" "+ca.Generations[0].Certificate.DN+" "+ca.Parent)
	}
	same(t, names, []string{"quick CN=quick Issuing CA quick-root", "quick-root CN=quick Root CA "})
	b.verifies(b.issue("a", "quick"))
}

// Material is adopted once; the next certificate of the same CA becomes its next generation, of the same key or another.
func TestAdopt(t *testing.T) {
	t.Parallel()
	b := start(t)
	root := func(key crypto.Signer, name string) authority.Material {
		der, err := (&pki.Template{Subject: pki.Name{{Type: pki.CN, Value: name}}, Serial: pki.NewSerial(), IsCA: true,
			NotBefore: b.now.Now().Add(-time.Hour), NotAfter: b.now.Now().AddDate(1, 0, 0)}).SelfSign(key)
		check(t, err)
		return authority.Material{Key: key, Certificate: parse(t, der)}
	}
	one, two := newKey(t, pki.P256), newKey(t, pki.Ed25519)
	first := root(one, "Ours")
	s := authority.DefaultSettings()
	for _, m := range []authority.Material{first, first, root(one, "Ours"), root(two, "Ours"), first} {
		check(t, b.Adopt(ctx, "c", m, s))
	}
	wantFault(t, b.Adopt(ctx, "c", root(one, "Theirs"), s), authority.Invalid, "not CN=Theirs")
	ca, err := b.Get(ctx, admin, "c")
	check(t, err)
	var keys []int64
	for _, g := range ca.Generations {
		keys = append(keys, g.Key)
	}
	same(t, keys, []int64{1, 1, 3})
	b.verifies(b.issue("a", "c"))
	check(t, b.SetCRLLifetime(ctx, "c", 24*time.Hour))
	b.work()
	l, _ := b.crl("c", 3)
	same(t, l.NextUpdate.Sub(l.ThisUpdate), 24*time.Hour)
}

func TestReading(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "ca"})
	if _, err := b.List(ctx, nobody); code(err) != "SEC-PERM-001" {
		t.Errorf("got %v, want a refusal", err)
	}
	if _, err := b.Get(ctx, nobody, "ca"); code(err) != "SEC-PERM-001" {
		t.Errorf("got %v, want a refusal", err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := b.List(gone, admin); err == nil {
		t.Error("a caller that has gone was answered")
	}
}
