package inventory

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/store"
)

// ending is a certificate of a test: so many days before or after now it ends, and the rest.
type ending struct {
	days           int
	owner, team    string
	profile        string
	auto           bool
	due            int // days from now; 0 says nothing
	successor      bool
	revoked        bool
	hour           int // of the end, besides
	beforeMidnight bool
}

func (e ending) add(t testing.TB, db *store.DB, i int) {
	t.Helper()
	c := made(i)
	c.NotAfter = noon.Add(time.Duration(e.days*24+e.hour) * time.Hour)
	if e.beforeMidnight {
		c.NotAfter = day(noon).Add(time.Duration(e.days) * 24 * time.Hour)
	}
	c.NotBefore = c.NotAfter.Add(-90 * 24 * time.Hour)
	write(t, db, func(tx *store.Tx) error {
		id, err := Add(tx, New{Certificate: c, Module: "webra", Profile: e.profile, Ownership: Ownership{Owner: e.owner, Team: e.team}})
		if err != nil {
			return err
		}
		change := Change{Module: "webra", Profile: e.profile, Ownership: Ownership{Owner: e.owner, Team: e.team}, AutoRenew: e.auto}
		if e.due != 0 {
			change.Due = noon.Add(time.Duration(e.due) * 24 * time.Hour)
		}
		if err := Apply(tx, id, change); err != nil {
			return err
		}
		if e.successor {
			if err := SetSuccessor(tx, id, id); err != nil {
				return err
			}
		}
		if e.revoked {
			_, err = SetRevoked(tx, id, noon, "superseded")
		}
		return err
	})
}

var endings = []ending{
	{days: -40, owner: "ann", profile: "web"}, // lived with
	{days: -2, owner: "ann", profile: "web"},
	{days: -3, team: "core", profile: "web", auto: true},
	{days: -1, owner: "ann", profile: "web", successor: true},
	{days: -1, owner: "ann", profile: "web", revoked: true},
	{days: -1, owner: "bob", profile: "web"},
	{days: 5, owner: "ann", team: "core", profile: "web"}, // hers twice, counted once
	{days: 9, owner: "bob", team: "core", profile: "web"},
	{days: 12, owner: "ann"}, // no profile
	{days: 20, owner: "ann", profile: "web", auto: true, due: -1},
	{days: 21, owner: "ann", profile: "web", auto: true, due: 1},
	{days: 40, owner: "ann", profile: "web"},
	{days: 45, owner: "ann", profile: "web", due: -2}, // the profile says so
	{days: 28, beforeMidnight: true, owner: "bob", profile: "web"},
	{days: 91, beforeMidnight: true, owner: "bob", profile: "web"}, // beyond the last week
	{days: 90, owner: "bob", profile: "web"},
	{days: 0, hour: 1, owner: "bob", profile: "web"},
	{days: 50, owner: "bob", profile: "web", successor: true},
}

var ann = access.Caller{ID: "ann", Rights: access.NewRights(access.Holding{Teams: []string{"core"}})}

// found counts what a query finds for somebody.
func found(t testing.TB, db *store.DB, who access.Caller, text string) int {
	t.Helper()
	p, err := Find(context.Background(), db, who, Search{Query: text, Count: true})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return *p.Count
}

// Each matter is what its query finds, and names the certificate that hurts first.
func TestMatters(t *testing.T) {
	t.Parallel()
	db := open(t)
	for i, e := range endings {
		e.add(t, db, i)
	}
	type matter struct {
		count int
		days  int // until the first ends
	}
	got := read(t, db, func(tx *store.Tx) (all map[string]matter, err error) {
		all = map[string]matter{}
		for _, who := range []access.Caller{ann, {ID: "carl"}, {}, system} {
			ended, due, err := Unrenewed(tx, who, 60*24*time.Hour)
			if err != nil {
				return nil, err
			}
			late, err := Overdue(tx, who, 60*24*time.Hour)
			if err != nil {
				return nil, err
			}
			for name, m := range map[string]Matter{"ended": ended, "due": due, "late": late} {
				if m.Count > 0 {
					all[who.ID+" "+name] = matter{m.Count, int(m.First.NotAfter.Sub(noon) / (24 * time.Hour))}
				}
				if m.Query != "" {
					if n := found(t, db, who, m.Query); n != m.Count {
						t.Errorf("%s %s: counted %d, and %s finds %d", who.ID, name, m.Count, m.Query, n)
					}
				}
			}
		}
		next, ok, err := NextDue(tx, ann)
		if !ok || next.NotAfter != noon.Add(40*24*time.Hour) {
			t.Errorf("next is %v %v, want the certificate that ends in 40 days", next.NotAfter, ok)
		}
		return all, err
	})
	want := map[string]matter{"ann ended": {2, -3}, "ann due": {4, 5}, "ann late": {1, 20}, "system late": {1, 20}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(matter{})); diff != "" {
		t.Errorf("matters (-want +got):\n%s", diff)
	}
}

// Every segment of an outlook is what its query finds, and no certificate is in two or in none.
func TestOutlook(t *testing.T) {
	t.Parallel()
	db := open(t)
	for i, e := range endings {
		e.add(t, db, i)
	}
	for _, c := range []struct {
		who  access.Caller
		want int64
	}{{system, 10}, {ann, 7}, {access.Caller{ID: "carl"}, 0}} {
		o, err := Ahead(context.Background(), db, c.who)
		if err != nil {
			t.Fatal(err)
		}
		if o.total() != c.want {
			t.Errorf("%s: %d certificates, want %d", c.who.ID, o.total(), c.want)
		}
		for _, mode := range []string{RenewedByServer, RenewedByHand, NotRenewed} {
			if count, query := o.Total(mode); int64(found(t, db, c.who, query)) != count {
				t.Errorf("%s: counted %d in all, and %s finds another number", c.who.ID, count, query)
			}
		}
		for _, w := range o.Weeks {
			for _, mode := range []string{RenewedByServer, RenewedByHand, NotRenewed} {
				if n := found(t, db, c.who, w.Query(mode)); int64(n) != w.Ending[mode] {
					t.Errorf("%s: counted %d, and %s finds %d", c.who.ID, w.Ending[mode], w.Query(mode), n)
				}
			}
		}
	}
}

// An outlook over very many certificates is kept, counted anew in the background, and forgotten when nobody asks.
func TestOutlookKept(t *testing.T) {
	t.Parallel()
	now := clock.NewManual(noon).Now()
	all := &outlooks{kept: map[string]*keptOutlook{}}
	scope := clause{sql: "TRUE"}
	o := Outlook{At: now}
	o.Weeks[0] = Week{Start: day(now), Ending: map[string]int64{RenewedByHand: manyEnding - 1}}
	if all.keep(scope, o, now); len(all.kept) != 0 {
		t.Error("an outlook over few certificates is kept")
	}
	o.Weeks[0].Ending[RenewedByHand] = manyEnding
	all.keep(scope, o, now)
	for _, c := range []struct {
		after time.Duration
		found bool
		old   int
	}{{0, true, 0}, {outlookOld + time.Second, true, 1}, {outlookTo, true, 1}, {outlookTo + time.Second, false, 1}, {2*outlookTo + time.Second, false, 0}} {
		if _, ok := all.find(scope, now.Add(c.after)); ok != c.found {
			t.Errorf("after %s: found %v, want %v", c.after, ok, c.found)
		}
		if n := len(all.old(now.Add(c.after))); n != c.old {
			t.Errorf("after %s: %d to be counted anew, want %d", c.after, n, c.old)
		}
	}
	if len(all.kept) != 0 {
		t.Error("nobody asks, and it is kept")
	}
}

func BenchmarkHome(b *testing.B) {
	db := open(b)
	const many = 1_000_000
	fill(b, db, many)
	write(b, db, func(tx *store.Tx) error { // half of all ends within 13 weeks, and a team has a tenth
		_, err := tx.Exec(`UPDATE certificate SET not_after = $1 + (not_after % 15724800000000), team = CASE WHEN not_after % 10 = 0 THEN 'core' ELSE team END`, store.Micros(noon))
		if err == nil {
			_, err = tx.Exec(`UPDATE certificate SET team = 'core' WHERE profile = 'web' AND substr(id, 24) = 'a'`)
		}
		return err
	})
	for _, who := range []access.Caller{ann, {ID: "operator", Rights: access.RightsOf("lifecycle:*")}} {
		b.Run(fmt.Sprint("matters-", who.ID), func(b *testing.B) {
			for b.Loop() {
				read(b, db, func(tx *store.Tx) (none struct{}, err error) {
					if _, _, err = Unrenewed(tx, who, earliest); err == nil {
						_, err = Overdue(tx, who, earliest)
					}
					if err == nil {
						_, _, err = NextDue(tx, who)
					}
					return none, err
				})
			}
		})
		b.Run(fmt.Sprint("outlook-counted-", who.ID), func(b *testing.B) {
			for b.Loop() {
				read(b, db, func(tx *store.Tx) (Outlook, error) {
					scope, err := visible(tx, who)
					if err != nil {
						return Outlook{}, err
					}
					return ahead(tx, scope)
				})
			}
		})
		b.Run(fmt.Sprint("outlook-", who.ID), func(b *testing.B) {
			for b.Loop() {
				if _, err := Ahead(context.Background(), db, who); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
