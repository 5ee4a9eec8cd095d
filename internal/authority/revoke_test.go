package authority_test

import (
	"context"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/lang/span"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// The job of the revoking transaction makes the list; OpenSSL sees what it holds.
func TestRevoke(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.pair(pki.P256)
	b.work()
	held, gone := b.issue("held", "issuing"), b.issue("gone", "issuing")
	before, c := b.crl("issuing", 1)
	same(t, revoked(t, c), nil)
	verify := func(want string) {
		t.Helper()
		l, _ := b.crl("issuing", 1)
		chain := held.Chains[0]
		wantOpenSSL(t, want, "verify", "-crl_check", "-CAfile", pemFile(t, chain...), "-CRLfile", crlFile(t, l), pemFile(t, held.Certificate))
	}
	verify(": OK")
	check(t, b.Revoke(ctx, held.Certificate, pki.CertificateHold, time.Time{}))
	check(t, b.Revoke(ctx, gone.Certificate, pki.Superseded, b.now.Now().Add(-time.Hour)))
	b.work()
	verify("certificate revoked")
	after, c := b.crl("issuing", 1)
	same(t, len(revoked(t, c)), 2)
	if after.Number <= before.Number || after.Entries != 2 {
		t.Errorf("got list %d with %d entries after %d", after.Number, after.Entries, before.Number)
	}
	wantOpenSSL(t, "Certificate Hold", "crl", "-noout", "-text", "-in", crlFile(t, after))
	wantOpenSSL(t, "verify OK", "crl", "-noout", "-CAfile", pemFile(t, held.Chains[0]...), "-in", crlFile(t, after))

	check(t, b.Unrevoke(ctx, held.Certificate))
	check(t, b.Unrevoke(ctx, held.Certificate))
	b.work()
	verify(": OK")
	_, c = b.crl("issuing", 1)
	same(t, revoked(t, c), []string{parse(t, gone.Certificate).Serial + " superseded"})
	wantFault(t, b.Unrevoke(ctx, gone.Certificate), authority.NotHeld, "superseded")
}

// What is revoked stays so; hold becomes final, and a compromised key is always told.
func TestReasons(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "ca"})
	for _, c := range []struct {
		name   string
		told   []pki.Reason
		reason pki.Reason
	}{
		{"once", []pki.Reason{""}, pki.Unspecified},
		{"first counts", []pki.Reason{pki.Superseded, pki.CessationOfOperation}, pki.Superseded},
		{"hold becomes final", []pki.Reason{pki.CertificateHold, pki.Superseded, pki.CertificateHold}, pki.Superseded},
		{"compromise counts", []pki.Reason{pki.Superseded, pki.KeyCompromise, pki.Superseded}, pki.KeyCompromise},
	} {
		x := parse(t, b.issue(c.name, "ca").Certificate)
		for _, r := range c.told {
			check(t, b.Revoke(ctx, x.X509.Raw, r, time.Time{}))
		}
		check(t, b.BuildCRL(ctx, "ca"))
		_, list := b.crl("ca", 1)
		all := revoked(t, list)
		found := false
		for _, one := range all {
			found = found || one == x.Serial+" "+string(c.reason)
		}
		if !found {
			t.Errorf("%s: got %v, want %s %s", c.name, all, x.Serial, c.reason)
		}
	}
	x := b.issue("x", "ca").Certificate
	wantFault(t, b.Revoke(ctx, x, pki.RemoveFromCRL, time.Time{}), authority.BadReason, "removefromcrl")
	wantFault(t, b.Revoke(ctx, x, "for fun", time.Time{}), authority.BadReason)
	wantFault(t, b.Revoke(ctx, []byte("x"), "", time.Time{}), pki.NotParsable)
	other := start(t)
	other.create(authority.Spec{Name: "ca"})
	wantFault(t, b.Revoke(ctx, other.issue("x", "ca").Certificate, "", time.Time{}), authority.Foreign)
	wantFault(t, b.Unrevoke(ctx, other.issue("x", "ca").Certificate), authority.Foreign)
}

// A list is made anew at half of its life, when it lacks a revocation, and never past the end of the CA. What has ended
// leaves the list only after one list has said so.
func TestSchedule(t *testing.T) {
	t.Parallel()
	b := start(t)
	s := authority.DefaultSettings()
	s.CertificateLifetime = 3 * span.Day
	b.create(authority.Spec{Name: "ca", Lifetime: 20 * span.Day, Settings: s})
	due := func() int64 {
		t.Helper()
		check(t, b.Due(ctx))
		l, _ := b.crl("ca", 1)
		return l.Number
	}
	same(t, due(), 1)
	same(t, due(), 1)
	check(t, b.Revoke(ctx, b.issue("x", "ca").Certificate, pki.Superseded, time.Time{}))
	same(t, due(), 2) // also without the job
	b.now.Advance(84*time.Hour - time.Minute)
	same(t, due(), 2)
	b.now.Advance(2 * time.Minute)
	same(t, due(), 3)
	l, _ := b.crl("ca", 1)
	same(t, l.Entries, 1) // it ended half a day ago
	b.now.Advance(7 * 24 * time.Hour)
	same(t, due(), 4)
	l, _ = b.crl("ca", 1)
	same(t, l.Entries, 0)
	b.now.Advance(7 * 24 * time.Hour)
	same(t, due(), 5)
	l, c := b.crl("ca", 1)
	ca, err := b.Get(ctx, admin, "ca")
	check(t, err)
	same(t, []time.Time{l.NextUpdate, c.NextUpdate}, []time.Time{ca.Generations[0].Certificate.NotAfter, ca.Generations[0].Certificate.NotAfter})
	b.now.Advance(7 * 24 * time.Hour)
	same(t, due(), 5) // it has ended
}

// Lists made at once by two nodes while certificates are revoked: numbers are unique, and the last list has everything.
func TestListRace(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "ca"})
	var ders [][]byte
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		ders = append(ders, b.issue(id, "ca").Certificate)
	}
	nodes := []*authority.Engine{b.Engine, b.another()}
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			err := nodes[i%2].BuildCRL(ctx, "ca")
			if i%4 == 0 {
				err = nodes[i%2].Revoke(ctx, ders[i/4], pki.Superseded, time.Time{})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	b.work()
	l, _ := b.crl("ca", 1)
	same(t, l.Entries, 8)
}

// A restored database goes on with numbers nobody has seen.
func TestJump(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "ca"})
	b.work()
	check(t, b.Jump(ctx))
	b.work()
	_, c := b.crl("ca", 1)
	if c.Number.Cmp(big.NewInt(1<<32)) <= 0 {
		t.Errorf("got number %s, want a jump", c.Number)
	}
}

// The first list is there as soon as it is asked for, and is made once.
func TestFirstList(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "ca"})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if l, err := b.CRL(ctx, "ca", 1); err != nil || l.Number != 1 {
				t.Errorf("got %v, %v, want the first list", l, err)
			}
		})
	}
	wg.Wait()
	_, err := b.CRL(ctx, "ca", 2)
	wantFault(t, err, authority.NoGeneration, "1 to 1")
	_, err = b.CRL(ctx, "no", 1)
	wantFault(t, err, authority.Missing)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := b.CRL(gone, "ca", 1); err == nil {
		t.Error("a caller that has gone was answered")
	}
}

func BenchmarkBuildCRL(b *testing.B) {
	e := start(b)
	e.create(authority.Spec{Name: "ca"})
	ca, err := e.Get(ctx, admin, "ca")
	check(b, err)
	const n = 100_000
	check(b, e.DB.Write(ctx, func(tx *store.Tx) error {
		for range n {
			_, err := tx.Exec(`INSERT INTO authority_revoked (authority, serial, at, reason, not_after) VALUES ($1, $2, $3, 1, $4)`,
				ca.ID, pki.NewSerial().Bytes(), store.Micros(tx.Now()), store.Micros(tx.Now().AddDate(1, 0, 0)))
			if err != nil {
				return err
			}
		}
		return nil
	}))
	b.ResetTimer()
	for range b.N {
		check(b, e.BuildCRL(ctx, "ca"))
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}
