package inventory

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// The pages of a sorted list have every certificate once, in the order that was asked for, however they are read.
func TestSortedPages(t *testing.T) {
	t.Parallel()
	db := open(t)
	n := len(fill(t, db, manySorted+200))
	for _, c := range []struct {
		who   access.Caller
		query string
		want  int
	}{
		{system, ``, n},
		{system, `profile equals "web"`, n - n/500 - 1},
		{system, `profile equals "rare"`, n/500 + 1},
		{system, `dn contains "host00" and san contains "9.exam"`, n / 10},
		{system, `label.all equals "yes" and dn contains "host00"`, n},
		{system, `label.env exists and module equals "acme"`, n/500 + 1},
		{system, `status is revoked`, 0},
		{access.Caller{ID: "ann"}, `issuer equals "CN=CA"`, n/500 + 1},
		{access.Caller{ID: "x", Rights: access.RightsOf("lifecycle:acme:*:search")}, `profile equals "web"`, n - n/500 - 1},
	} {
		for _, element := range []string{"notAfter", "notBefore", "dn", "serial", "renewalDue", "module", "profile", "owner", "team", "contactEmail", "signingAlgorithm", "_id"} {
			for _, down := range []bool{false, true} {
				all := pagesOf(t, db, c.who, Search{Query: c.query, Paging: query.Paging{Sort: []query.Order{{Element: element, Descending: down}}, Size: query.MaxSize}})
				compare := func(a, b Certificate) int { return strings.Compare(valueOf(element, a), valueOf(element, b)) }
				want := min(c.want, pagesRead*query.MaxSize)
				if down {
					slices.Reverse(all)
				}
				ids := map[string]bool{}
				for _, one := range all {
					ids[one.ID] = true
				}
				if len(all) != want || len(ids) != want || !slices.IsSortedFunc(all, compare) {
					t.Errorf("%s by %s, down %v: got %d, %d of them different, in order %v; want %d", c.query, element, down, len(all), len(ids), slices.IsSortedFunc(all, compare), want)
				}
			}
		}
	}
}

const pagesRead = 2

// pagesOf reads the first pages.
func pagesOf(t *testing.T, db *store.DB, who access.Caller, s Search) (all []Certificate) {
	t.Helper()
	for s.Index = 1; ; s.Index++ {
		p, err := Find(context.Background(), db, who, s)
		if err != nil {
			t.Fatal(err)
		}
		if all = append(all, p.Certificates...); !p.More || s.Index == pagesRead {
			return all
		}
	}
}

// valueOf is what a certificate is sorted by, as a text of the same order.
func valueOf(element string, c Certificate) string {
	const layout = "2006-01-02T15:04:05.000000"
	return map[string]string{
		"notAfter": c.NotAfter.UTC().Format(layout), "notBefore": c.NotBefore.UTC().Format(layout), "dn": c.DN, "serial": c.Serial,
		"module": c.Module, "owner": c.Owner, "_id": c.ID, "profile": c.Profile, "team": c.Team,
		"contactEmail": c.ContactEmail, "signingAlgorithm": c.SigningAlgorithm, "renewalDue": c.RenewalDue().UTC().Format(layout),
	}[element]
}
