package inventory

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// What SQL lets a caller see is what the grant covers.
func FuzzSearches(f *testing.F) {
	for _, grant := range []string{"lifecycle:*", "*", "lifecycle:acme:web:search", "lifecycle:*:web:*", "lifecycle:acme:*:search:*", "*:*:web", "::", ""} {
		f.Add(grant, "acme", "web")
	}
	f.Fuzz(func(t *testing.T, grant, module, profile string) {
		if strings.ContainsAny(module+profile, ":*") || module == "" || profile == "" {
			return // no names of a module and a profile
		}
		m, p, ok := searches(grant)
		got := ok && (m == "*" || m == module) && (p == "*" || p == profile)
		if want := access.Grant(grant).Covers(access.Of("lifecycle", module, profile, search)); got != want {
			t.Errorf("%q over %s:%s: got %v, want %v", grant, module, profile, got, want)
		}
	})
}

// Whatever is looked for is found where it is, and breaks nothing.
func FuzzContains(f *testing.F) {
	db := open(f)
	fill(f, db, 3)
	for _, needle := range []string{"host000001", `"`, `a" OR "b`, "%_\\", "", "ab", "\x00abc", "ÉCOLE", "ſſſ", "K.example", "NEAR(a b)"} {
		f.Add(needle)
	}
	f.Fuzz(func(t *testing.T, needle string) {
		if !utf8.ValidString(needle) || len(needle) > 200 {
			return
		}
		err := db.Read(context.Background(), func(tx *store.Tx) error {
			_, err := textIndex.Frequent(tx, []string{needle}, 10)
			return err
		})
		if err != nil {
			t.Fatalf("%q: %v", needle, err)
		}
		quoted := `"` + strings.ReplaceAll(strings.ReplaceAll(needle, `\`, `\\`), `"`, `\"`) + `"`
		p, err := Find(context.Background(), db, system, Search{Query: "dn contains " + quoted, Paging: query.Paging{Size: 5}})
		if err != nil {
			return // what the language refuses
		}
		for _, c := range p.Certificates {
			if !strings.Contains(lower(c.DN), lower(needle)) {
				t.Errorf("%q: got %s", needle, c.DN)
			}
		}
		if strings.Contains(lower(made(1).DN), lower(needle)) && len(p.Certificates) == 0 {
			t.Errorf("%q: got nothing", needle)
		}
	})
}

// lower is the lower case of the letters A to Z, as the databases have it.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
