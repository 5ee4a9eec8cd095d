package inventory

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// What a certificate says of its renewal is what searches and groups say.
func TestRenewal(t *testing.T) {
	t.Parallel()
	db := open(t)
	const day = 24 * time.Hour
	var ids []string
	cases := []struct {
		name       string
		from, life time.Duration // of the beginning, from noon
		profile    string
		change     func(tx *store.Tx, c Certificate) error
		due        time.Duration // from noon
		state      string
		mode       string
	}{
		{"a year, new", 0, 365 * day, "web", nil, 335 * day, Fresh, RenewedByHand},
		{"a year, 30 days left", -335 * day, 365 * day, "web", nil, 0, Due, RenewedByHand},
		{"90 days", 0, 90 * day, "web", nil, 60 * day, Fresh, RenewedByHand},
		{"a week, 2 days left", -5 * day, 7 * day, "web", nil, -8 * time.Hour, Due, RenewedByHand},
		{"a life that three does not divide", 0, time.Second, "web", nil, 666667 * time.Microsecond, Fresh, RenewedByHand},
		{"over", -10 * day, day, "web", nil, -9*day - 8*time.Hour, Expired, RenewedByHand},
		{"of no profile", 0, 90 * day, "", nil, 60 * day, Fresh, NotRenewed},
		{"as the profile says, by the server", 0, 90 * day, "web", func(tx *store.Tx, c Certificate) error {
			n := c.Current()
			n.Due, n.AutoRenew = noon.Add(-day), true
			return Apply(tx, c.ID, n)
		}, -day, Due, RenewedByServer},
		{"renewed", -89 * day, 90 * day, "web", func(tx *store.Tx, c Certificate) error { return SetSuccessor(tx, c.ID, c.ID) }, -29 * day, Superseded, RenewedByHand},
		{"revoked", -89 * day, 90 * day, "web", func(tx *store.Tx, c Certificate) error {
			_, err := SetRevoked(tx, c.ID, noon, pki.Superseded)
			return err
		}, -29 * day, Revoked, RenewedByHand},
	}
	write(t, db, func(tx *store.Tx) error {
		ids = ids[:0]
		for i, c := range cases {
			x := made(i)
			x.NotBefore = noon.Add(c.from)
			x.NotAfter = x.NotBefore.Add(c.life)
			id, err := Add(tx, New{Certificate: x, Module: "acme", Profile: c.profile})
			if err != nil {
				return err
			}
			ids = append(ids, id)
			one, err := Get(tx, id)
			if err == nil && c.change != nil {
				err = c.change(tx, one)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	ctx := context.Background()
	for i, c := range cases {
		one, err := Look(ctx, db, system, ids[i])
		if err != nil {
			t.Fatal(err)
		}
		due := noon.Add(c.due)
		if !one.RenewalDue().Equal(due) || one.State(noon) != c.state || one.RenewalMode() != c.mode {
			t.Errorf("%s: got %v %s %s, want %v %s %s", c.name, one.RenewalDue(), one.State(noon), one.RenewalMode(), due, c.state, c.mode)
		}
		id := `id equals "` + ids[i] + `" and `
		second := due.Truncate(time.Second).Format("2006-01-02T15:04:05")
		text := id + `renewal.due equals "` + second + `" and renewal.mode equals "` + c.mode + `" and state is ` + c.state
		g, err := Aggregate(ctx, db, system, text, query.Grouping{By: []string{"state", "renewalMode", "renewalDue.day"}})
		if err != nil {
			t.Fatal(err)
		}
		start := due.Truncate(day)
		want := []query.Group{{Values: []any{c.state, c.mode, query.Period{Start: start, End: start.Add(day)}}, Rows: 1}}
		if diff := cmp.Diff(want, g.List); diff != "" {
			t.Errorf("%s: %s %s", c.name, text, diff)
		}
	}
	p, err := Find(ctx, db, system, Search{Query: `successor exists or renewal.due before now and state is due`, Paging: query.Paging{Sort: []query.Order{{Element: "renewalDue"}}}, Count: true})
	if err != nil || *p.Count != 3 || p.Certificates[0].ID != ids[8] {
		t.Errorf("got %+v, %v", p.Certificates, err)
	}
}
