package trust_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/trust"
)

// A CA that two roots have certified has two ways; one whose issuer is not known ends at it.
func TestWays(t *testing.T) {
	t.Parallel()
	old, other := root(t, "Old"), root(t, "Other")
	key := newKey(t)
	byOld, byOther := old.issue(t, "Issuing", true, key, 5), other.issue(t, "Issuing", true, key, 5)
	leaf := byOld.issue(t, "leaf", false, newKey(t), 1)

	s := start(t)
	s.want("POST", "/cas", map[string]any{"name": "old", "certificate": old.PEM()}, 201)
	s.want("POST", "/cas", map[string]any{"name": "issuing", "certificate": byOld.PEM()}, 201)
	g, err := trust.Look(context.Background(), s.deps.DB.DB)
	if err != nil {
		t.Fatal(err)
	}
	names := func(ways [][]*pki.Certificate) (all []string) {
		for _, w := range ways {
			line := ""
			for _, c := range w {
				line += c.DN + " by " + c.IssuerDN + "; "
			}
			all = append(all, line)
		}
		return all
	}
	one := "CN=leaf by CN=Issuing; CN=Issuing by CN=Old; CN=Old by CN=Old; "
	two := "CN=leaf by CN=Issuing; CN=Issuing by CN=Other; "
	for name, c := range map[string]struct {
		further []*pki.Certificate
		want    []string
	}{
		"the known CAs alone":            {nil, []string{one}},
		"a further certificate":          {[]*pki.Certificate{byOther.Certificate}, []string{one, two}},
		"the same certificate once more": {[]*pki.Certificate{byOld.Certificate}, []string{one}},
		"both ways to a root":            {[]*pki.Certificate{byOther.Certificate, other.Certificate}, []string{two + "CN=Other by CN=Other; ", one}},
	} {
		if diff := cmp.Diff(c.want, names(g.Ways(leaf.Certificate, c.further))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if diff := cmp.Diff([]string{"CN=Other by CN=Other; "}, names(g.Ways(other.Certificate, nil))); diff != "" {
		t.Error(diff)
	}
	if ca, ok := g.Find(byOld.Certificate); !ok || ca.Name != "issuing" {
		t.Errorf("got %q, %v", ca.Name, ok)
	}
	if _, ok := g.Find(leaf.Certificate); ok {
		t.Error("a leaf is no known CA")
	}
}
