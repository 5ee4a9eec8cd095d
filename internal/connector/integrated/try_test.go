package integrated_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/connector/integrated"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/span"
)

// A connector is tried as far as its CA is there: it signs, and lives longer than what it issues. No CA is made by that.
func TestTry(t *testing.T) {
	t.Parallel()
	b := start(t)
	try := integrated.Try(b.env)
	step := func(name string, f kind.Found) kind.Step {
		t := kind.NewTrial(b.now)
		t.Step(name, "", func() (kind.Found, error) { return f, nil })
		return t.Steps[0]
	}
	want := func(c integrated.Connector, steps ...kind.Step) {
		t.Helper()
		if diff := cmp.Diff(steps, try(ctx, c).Steps); diff != "" {
			t.Errorf("%s: steps (-want +got):\n%s", c.Name, diff)
		}
	}
	want(integrated.Example(), step("authority", kind.Say("later", "none yet: it is made when the connector is first used")))
	same(t, len(b.authorities()), 0)
	check(t, b.ca.Provide(ctx, "lab", authority.DefaultSettings()))
	lab, err := b.ca.Current(ctx, "lab")
	check(t, err)
	until := lab.NotAfter.UTC().Format(time.DateOnly)
	found := kind.Say("authority", lab.DN+", ec-secp256r1, until "+until, "dn", lab.DN, "key", "ec-secp256r1", "until", until)
	c := integrated.On("new", "lab")
	want(c, step("authority", found), step("sign", kind.Plain("ec-secp256r1")), step("lifetime", kind.Say("enough", "365 days, the CA has 3650 left", "life", "365", "left", "3650")))
	c.CRTLifetime = 4000 * span.Day
	if got := try(ctx, c).Steps[2]; !got.OK || got.Detail != "certificates end with the CA, in 3650 days, before the 4000 days they are to be valid" {
		t.Errorf("got %+v", got)
	}
	c.SignAlg = "SHA512"
	if got := try(ctx, c); got.OK || len(got.Steps) != 1 || got.Steps[0].Class != "setting" {
		t.Errorf("got %+v for a hash the key does not sign with", got)
	}
	b.now.Advance(20 * 365 * 24 * time.Hour)
	if got := try(ctx, integrated.On("new", "lab")); got.OK || got.Steps[2].Step != "lifetime" {
		t.Errorf("got %+v for a CA that has ended", got)
	}
	if got := try(ctx, integrated.On("new", "lost")); got.OK || len(got.Steps) != 1 {
		t.Errorf("got %+v for a CA that is not there", got)
	}
}
