package inventory

import (
	"strings"
	"testing"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// asked are the searches the language calls fast, one for each field and operator, and those of the core.
var asked = []struct {
	query string
	who   access.Caller
	sort  []query.Order
}{
	{``, system, nil},
	{``, access.Caller{ID: "ann"}, nil},
	{``, access.Caller{ID: "ann", Rights: access.RightsOf("lifecycle:acme:rare:search")}, nil},
	{`id equals "000000000000000000000000"`, system, nil},
	{`dn equals "CN=host000042.example.com,O=Example"`, system, nil},
	{`dn contains "host000042"`, system, nil},
	{`san equals "host000042.example.com"`, system, nil},
	{`san in ["host000042.example.com", "host000043.example.com"]`, system, nil},
	{`san contains "host000042"`, system, nil},
	{`serial equals "0a1b"`, system, nil},
	{`profile equals "rare"`, system, nil},
	{`owner equals "ann"`, system, nil},
	{`team in ["core"]`, system, nil},
	{`thumbprint equals "00"`, system, nil},
	{`publickeythumbprint equals "00"`, system, nil},
	{`holderid equals "00"`, system, nil},
	{`valid.until equals "2026-03-05"`, system, nil},
	{`valid.until before "2026-03-06" and valid.until after now`, system, nil},
	{`valid.until after "2027-04-01"`, system, []query.Order{{Element: "notAfter"}}},
	{`renewal.due before "2026-03-06" and renewal.due after "2026-03-05"`, system, nil},
	{`successor equals "000000000000000000000000"`, system, nil},
	{`label.env equals "prod"`, system, nil},
	{`label.env exists`, system, nil},
	{`trigger.results has failure`, system, nil},
	{`trigger.results has warning`, access.Caller{ID: "ann"}, nil},
	{`issuer equals "CN=CA 2"`, system, nil},
	{`keytype equals "rsa-2048"`, system, nil},
	{`module equals "est"`, system, nil},
	{`status is revoked`, system, nil},
	{`profile not exists`, system, nil},
	{`profile not exists`, system, newest},
	{`profile equals "web"`, system, newest},
	{`status is expired`, system, nil},
	{`state is expired`, system, newest},
	{`state is expired`, system, byEndDown},
	{`state is expired`, access.Caller{ID: "ann"}, byEndDown},
	{`state is due`, system, newest},
	{`state is due`, system, byDue},
	{`state is due and dn contains "example.com"`, system, byDue},
	{`owner equals "ann"`, system, byEnd},
	{`profile equals "rare"`, system, byEnd},
	{`profile equals "web"`, system, byEnd},
	{`profile equals "web"`, system, byEndDown},
	{`profile equals "web"`, access.Caller{ID: "ann"}, byEnd},
	{`profile equals "web"`, system, []query.Order{{Element: "dn"}}},
	{`profile equals "web"`, system, []query.Order{{Element: "notBefore", Descending: true}}},
	{`module equals "acme"`, system, byEnd},
	{`issuer equals "CN=CA"`, system, byEnd},
	{`keytype equals "ec-secp256r1"`, system, byEnd},
	{`label.all equals "yes"`, system, byEnd},
	{`label.env equals "prod"`, system, byEnd},
	{`dn contains "example.com"`, system, byEnd},
	{`dn contains "host000042"`, system, byEnd},
	{`module equals "acme" and serial equals "00"`, system, byEnd},
}

var (
	byEnd     = []query.Order{{Element: "notAfter"}}
	byDue     = []query.Order{{Element: "renewalDue"}}
	newest    = []query.Order{{Element: "_id", Descending: true}}
	byEndDown = []query.Order{{Element: "notAfter", Descending: true}}
)

// Every search that is called fast uses an index on both databases.
func TestExplain(t *testing.T) {
	t.Parallel()
	db := open(t)
	fill(t, db, manySorted+500)
	var got strings.Builder
	write(t, db, func(tx *store.Tx) error {
		got.Reset()
		storetest.Indexes(t, tx)
		for _, a := range asked {
			s := Search{Query: a.query, Paging: query.Paging{Sort: a.sort}}
			if problem := s.Settle(sortable); problem != "" {
				t.Error(problem)
			}
			l, c, err := s.plan(tx, a.who)
			if err != nil {
				return err
			}
			if !c.Fast && a.query != "" {
				t.Errorf("%s: the language does not call it fast", a.query)
			}
			line := a.query
			if line == "" {
				line = "everything, for " + a.who.ID + " " + strings.Join(words(a.who), " ")
			}
			for i, o := range a.sort {
				line += map[bool]string{true: ", then by ", false: ", by "}[i > 0] + o.Element + map[bool]string{true: " down"}[o.Descending]
			}
			got.WriteString(strings.TrimSpace(line) + "\n    " + storetest.Explained(t, tx, "certificate", l.page(&s), l.where.args) + "\n")
		}
		explainCounts(t, tx, &got)
		explainHome(t, tx, &got)
		got.WriteString("the valid certificates of a holder\n    " +
			storetest.Explained(t, tx, "certificate", selects+ofHolder+` ORDER BY c.id LIMIT 1000`, []any{"00", int64(0), "web"}) + "\n")
		got.WriteString("a certificate by issuer and serial number\n    " +
			storetest.Explained(t, tx, "certificate", selects+bySerial+` LIMIT 1`, []any{"00", "CN=CA"}) + "\n")
		return nil
	})
	storetest.Golden(t, "explain/"+strings.ToLower(db.Dialect.String())+".txt", got.String())
}

// explainCounts tells how certificates are counted where not all of them are: more than a page are read, so that an index
// helps that would not for a page.
func explainCounts(t *testing.T, tx *store.Tx, to *strings.Builder) {
	t.Helper()
	for _, text := range []string{`state is due`, `issuer equals "CN=CA"`, `profile equals "web" and team exists`} {
		s := Search{Query: text, most: 10_000}
		l, _, err := s.plan(tx, system)
		if err != nil {
			t.Fatal(err)
		}
		where, _, err := l.toCount(tx, s.most)
		if err != nil {
			t.Fatal(err)
		}
		to.WriteString("as a count up to 10000: " + text + "\n    " + storetest.Explained(t, tx, "certificate", "SELECT count(*) FROM certificate c WHERE "+where.sql, where.args) + "\n")
	}
}

func words(who access.Caller) (all []string) {
	for _, h := range who.Rights.Now().Held {
		all = append(all, string(h.Grant))
	}
	return all
}

// explainHome tells how what stands on the home page is read.
func explainHome(t *testing.T, tx *store.Tx, to *strings.Builder) {
	t.Helper()
	for _, who := range []access.Caller{system, {ID: "ann", Rights: access.NewRights(access.Holding{Teams: []string{"core"}})}} {
		scope, err := visible(tx, who)
		if err != nil {
			t.Fatal(err)
		}
		text, args := aheadSQL(scope, Outlook{At: tx.Now(), Weeks: [OutlookWeeks]Week{{Start: day(tx.Now())}}})
		to.WriteString("what ends in the weeks to come, for " + who.ID + "\n    " + storetest.Explained(t, tx, "certificate", text, args) + "\n")
		for _, c := range ownedBy(who).between(tx.Now(), tx.Now().Add(earliest), byHand+" <= {now}") {
			to.WriteString("what " + who.ID + " has to renew\n    " + storetest.Explained(t, tx, "certificate", selects+c.sql+` ORDER BY c.not_after LIMIT 1`, c.args) + "\n")
		}
	}
	c, _, err := overdueSQL(tx, system, earliest)
	if err != nil {
		t.Fatal(err)
	}
	to.WriteString("what the server should have renewed\n    " + storetest.Explained(t, tx, "certificate", selects+c.sql+` ORDER BY c.not_after LIMIT 1`, c.args) + "\n")
}
