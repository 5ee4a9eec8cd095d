package app_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/harness"
)

// A provider of OpenID Connect is tried as it is now, and every failure says what is wrong with whom.
func TestTryOpenID(t *testing.T) {
	t.Parallel()
	s := harness.New(t)
	p := newIDP(s, nil)
	type trial struct {
		OK    bool
		Steps []struct {
			Step, Address, Detail, Class string
			OK                           bool
		}
	}
	try := func(draft map[string]any) (all trial) {
		t.Helper()
		noError(t, json.Unmarshal([]byte(s.Must("admin", http.MethodPost, "/api/v1/system/kinds/identity-provider/test", draft, http.StatusOK)), &all))
		return all
	}
	names := func(all trial) (steps []string) {
		for _, one := range all.Steps {
			steps = append(steps, one.Step+" "+one.Detail+one.Class)
		}
		return steps
	}
	good := try(provider("fresh", p.URL, nil))
	host := strings.TrimPrefix(p.URL, "http://")
	want := []string{"discovery issuer " + p.URL + ", from " + host, "keys 1 keys: RS256", "callback to be registered with the provider"}
	if diff := cmp.Diff(want, names(good)); diff != "" || !good.OK || good.Steps[2].Address != s.URL+callbackURL+"fresh" {
		t.Errorf("%v %+v steps (-want +got):\n%s", good.OK, good.Steps, diff)
	}
	p.set(nil, true)
	down := try(provider("fresh", p.URL, nil))
	if got := names(down); down.OK || len(got) != 1 || !strings.HasSuffix(got[0], "/.well-known/openid-configuration answered with the status 502answer") {
		t.Errorf("got %q", got)
	}
	p.set(nil, false)
	other := try(provider("fresh", strings.Replace(p.URL, "127.0.0.1", "localhost", 1), nil))
	if got := names(other); other.OK || len(got) != 1 || !strings.Contains(got[0], "the discovery document is of the issuer") {
		t.Errorf("got %q", got)
	}
	wrong := s.Must("admin", http.MethodPost, "/api/v1/system/kinds/identity-provider/test", provider("fresh", "no address", nil), http.StatusBadRequest)
	if !strings.Contains(wrong, "providerMetadataUrl: it is no http or https address") {
		t.Errorf("got %s", wrong)
	}
	var got []string
	for _, e := range s.Fresh() {
		got = append(got, e.Code+" "+string(e.Status))
	}
	got = slices.DeleteFunc(got, func(line string) bool { return !strings.HasPrefix(line, "CONF-TEST") })
	if diff := cmp.Diff([]string{"CONF-TEST success", "CONF-TEST failure", "CONF-TEST failure", "CONF-TEST failure"}, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
