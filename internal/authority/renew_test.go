package authority_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/pki"
)

// verifies lets OpenSSL check the leaf with each chain, trusting its last certificate alone.
func (b *bench) verifies(done authority.Issued) {
	t := b.t
	t.Helper()
	for _, chain := range done.Chains {
		last := len(chain) - 1
		args := []string{"verify", "-x509_strict", "-partial_chain", "-attime", strconv.FormatInt(b.now.Now().Unix(), 10), "-CAfile", pemFile(t, chain[last])}
		if last > 0 {
			args = append(args, "-untrusted", pemFile(t, chain[:last]...))
		}
		wantOpenSSL(t, ": OK", append(args, pemFile(t, done.Certificate))...)
	}
}

// names lists the serial numbers of a chain by the names in known.
func names(t testing.TB, chain [][]byte, known map[string]string) (all []string) {
	t.Helper()
	for _, der := range chain {
		c := parse(t, der)
		all = append(all, known[c.Thumbprint])
	}
	return all
}

// known names the certificates of CAs: issuing/1, root/2, root/2x for the cross-signed one.
func (b *bench) known(cas ...string) map[string]string {
	b.t.Helper()
	all := map[string]string{}
	for _, name := range cas {
		ca, err := b.Get(ctx, admin, name)
		check(b.t, err)
		for i, g := range ca.Generations {
			number := string(rune('1' + i))
			all[g.Certificate.Thumbprint] = name + "/" + number
			if g.Cross != nil {
				all[g.Cross.Thumbprint] = name + "/" + number + "x"
			}
		}
	}
	return all
}

func (b *bench) chains(done authority.Issued) (all [][]string) {
	b.t.Helper()
	b.verifies(done)
	known := b.known("root", "issuing")
	for _, c := range done.Chains {
		all = append(all, names(b.t, c, known))
	}
	return all
}

func TestRenew(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		renew  []string // name and how
		chains [][]string
	}{
		{"issuing, same key", []string{"issuing same"}, [][]string{{"issuing/2", "root/1"}, {"issuing/1", "root/1"}}},
		{"issuing, new key", []string{"issuing new"}, [][]string{{"issuing/2", "root/1"}}},
		{"root, same key", []string{"root same"}, [][]string{{"issuing/1", "root/2"}, {"issuing/1", "root/1"}}},
		{"root, new key", []string{"root new"}, [][]string{{"issuing/1", "root/1"}}},
		{"root and issuing, new key", []string{"root new", "issuing same"},
			[][]string{{"issuing/2", "root/2"}, {"issuing/2", "root/2x", "root/1"}, {"issuing/1", "root/1"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			b.pair(pki.P256)
			old := b.issue("old", "issuing")
			for _, r := range c.renew {
				b.now.Advance(time.Hour)
				name, how := cut(r)
				check(t, b.Renew(ctx, admin, name, how == "same"))
			}
			done := b.issue("new", "issuing")
			same(t, b.chains(done), c.chains)
			b.verifies(old)
			again := b.issue("old", "issuing")
			same(t, again.Certificate, old.Certificate)
			b.verifies(again)
		})
	}
}

func cut(s string) (a, b string) {
	for i := range s {
		if s[i] == ' ' {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// Both keys sign lists, each with everything the CA has revoked, and OCSP is answered by the key that is asked about,
// until the old one ends.
func TestTwoKeys(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "ca", Lifetime: 20 * span.Day})
	old := b.issue("old", "ca")
	b.now.Advance(10 * 24 * time.Hour)
	check(t, b.Renew(ctx, admin, "ca", false))
	fresh := b.issue("new", "ca")
	check(t, b.Revoke(ctx, old.Certificate, pki.Superseded, time.Time{}))
	check(t, b.Revoke(ctx, fresh.Certificate, pki.Superseded, time.Time{}))
	b.work()
	l1, c1 := b.crl("ca", 1)
	l2, c2 := b.crl("ca", 2)
	same(t, len(revoked(t, c1)), 2)
	same(t, revoked(t, c1), revoked(t, c2))
	if l1.Number == l2.Number {
		t.Error("two lists have one number")
	}
	if c1.AuthorityKeyID == c2.AuthorityKeyID {
		t.Error("both lists are of one key")
	}
	same(t, parse(t, fresh.Certificate).CRLDPs, []string{"http://pki.example:8080/crl/ca/2.crl"})
	b.now.Advance(11 * 24 * time.Hour)
	check(t, b.BuildCRL(ctx, "ca"))
	n1, _ := b.crl("ca", 1)
	n2, _ := b.crl("ca", 2)
	if n1.Number != l1.Number || n2.Number == l2.Number {
		t.Error("the key that has ended signs, or the other does not")
	}
	_, err := b.Answer(ctx, ocspRequest(t, old.Certificate, fresh.Chains[1][len(fresh.Chains[1])-1]))
	wantFault(t, err, authority.Foreign, "ended")
}

// The next certificate says what the one before said.
func TestRenewKeeps(t *testing.T) {
	t.Parallel()
	b := start(t)
	two := 2
	b.create(authority.Spec{Name: "ca", Subject: "CN=A+SERIALNUMBER=1,O=Exämple,C=FR", Lifetime: 100 * span.Day, PathLength: &two,
		Policies: []string{"1.2.3"}, Constraints: &authority.Constraints{
			PermittedDNS: []string{".example.com"}, ExcludedEmails: []string{"example.org"}, PermittedIPs: []string{"2001:db8::/32"}}})
	b.now.Advance(time.Hour)
	check(t, b.Renew(ctx, admin, "ca", false))
	ca, err := b.Get(ctx, admin, "ca")
	check(t, err)
	one, next := ca.Generations[0].Certificate, ca.Generations[1].Certificate
	same(t, next.X509.RawSubject, one.X509.RawSubject)
	same(t, next.PathLen, one.PathLen)
	same(t, next.Policies, one.Policies)
	same(t, next.NotAfter.Sub(next.NotBefore), one.NotAfter.Sub(one.NotBefore))
	for i, x := range one.X509.Extensions {
		if id := x.Id.String(); id != "2.5.29.14" && id != "2.5.29.35" { // the identifiers of the keys
			same(t, next.X509.Extensions[i].Value, x.Value)
		}
	}
	wantFault(t, b.Renew(ctx, admin, "no", true), authority.Missing)
}
