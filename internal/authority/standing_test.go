package authority_test

import (
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/pki"
)

// What a CA publishes about a certificate is told as OCSP would answer, with the age of its newest list.
func TestStanding(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.pair(pki.P256)
	done := b.issue("r1", "issuing")
	leaf, above, root := parse(t, done.Certificate), parse(t, done.Chains[0][0]), parse(t, done.Chains[0][1])
	b.work()

	s, err := b.Standing(ctx, leaf)
	check(t, err)
	same(t, []string{s.Issuer, string(s.Reason)}, []string{"issuing", ""})
	same(t, s.Status, pki.OCSPGood)
	if s.List == nil || s.List.DER != nil || !s.List.NextUpdate.After(s.List.ThisUpdate) {
		t.Errorf("got the list %+v, want its head", s.List)
	}
	s, err = b.Standing(ctx, above)
	check(t, err)
	same(t, s.Issuer, "root")
	same(t, s.Status, pki.OCSPGood)

	b.now.Advance(time.Hour)
	check(t, b.Revoke(ctx, done.Certificate, pki.KeyCompromise, time.Time{}))
	s, err = b.Standing(ctx, leaf)
	check(t, err)
	same(t, s.Status, pki.OCSPRevoked)
	same(t, s.Reason, pki.KeyCompromise)
	if s.At.IsZero() {
		t.Error("got no time of the revocation")
	}

	_, err = b.Standing(ctx, root)
	same(t, code(err), "AUTHORITY-008")
}

// A CA renewed with a new key has a certificate of that key by the key before, which leads on to what trusts the old one.
func TestFurther(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.create(authority.Spec{Name: "ca"})
	none, err := b.Further(ctx)
	check(t, err)
	same(t, len(none), 0)
	check(t, b.Renew(ctx, admin, "ca", false))
	all, err := b.Further(ctx)
	check(t, err)
	ca, err := b.Get(ctx, admin, "ca")
	check(t, err)
	same(t, len(all), 1)
	same(t, all[0].Thumbprint, ca.Generations[1].Cross.Thumbprint)
}
