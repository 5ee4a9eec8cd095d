package inventory

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// What a query of a state finds, in any order, are the certificates that say of themselves to be in it.
func TestStates(t *testing.T) {
	t.Parallel()
	db := open(t)
	ids := fill(t, db, 600)
	write(t, db, func(tx *store.Tx) error {
		for i, id := range ids {
			for _, change := range []struct {
				every int
				set   string
				args  []any
			}{
				{3, `not_before = $2, not_after = $3`, []any{store.Micros(noon.Add(-90 * 24 * time.Hour)), store.Micros(noon.Add(-time.Hour))}},
				{5, `not_before = $2, not_after = $3`, []any{store.Micros(noon.Add(-80 * 24 * time.Hour)), store.Micros(noon.Add(10 * 24 * time.Hour))}},
				{7, `successor = $2`, []any{ids[0]}},
				{11, `revoked = TRUE, revoked_at = $2`, []any{store.Micros(noon)}},
				{13, `profile = ''`, nil},
			} {
				if i%change.every != 0 {
					continue
				}
				if _, err := tx.Exec(`UPDATE certificate SET `+change.set+` WHERE id = $1`, append([]any{id}, change.args...)...); err != nil {
					return err
				}
			}
		}
		return nil
	})
	all, err := Find(context.Background(), db, system, Search{Paging: query.Paging{Size: query.MaxSize}})
	if err != nil || len(all.Certificates) != len(ids) {
		t.Fatalf("got %d, %v", len(all.Certificates), err)
	}
	cases := map[string]func(Certificate) bool{
		`profile not exists`: func(c Certificate) bool { return c.Profile == "" },
		`status is expired`:  func(c Certificate) bool { return !c.NotAfter.After(noon) },
		`state is due and dn contains "1" or state is expired`: func(c Certificate) bool {
			return c.State(noon) == Due && strings.Contains(c.DN, "1") || c.State(noon) == Expired
		},
	}
	for _, state := range []string{Revoked, Expired, Superseded, Due, Fresh} {
		cases[`state is `+state] = func(c Certificate) bool { return c.State(noon) == state }
		cases[`state is `+state+` and profile not exists`] = func(c Certificate) bool { return c.State(noon) == state && c.Profile == "" }
	}
	for text, in := range cases {
		want := 0
		for _, c := range all.Certificates {
			if in(c) {
				want++
			}
		}
		if want == 0 {
			t.Errorf("%s: there is none to be found", text)
		}
		if n, err := Count(context.Background(), db, system, text, len(ids)); err != nil || n != (Counted{Count: want}) {
			t.Errorf("%s: counted %v, %v; want %d", text, n, err, want)
		}
		if n, err := Count(context.Background(), db, system, text, want-1); err != nil || n != (Counted{Count: want - 1, More: true}) {
			t.Errorf("%s: counted %v, %v; want %d and more", text, n, err, want-1)
		}
		for _, by := range [][]query.Order{nil, newest, byDue, byEnd, byEndDown} {
			p, err := Find(context.Background(), db, system, Search{Query: text, Paging: query.Paging{Sort: by, Size: query.MaxSize}})
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for _, c := range p.Certificates {
				if in(c) {
					found++
				}
			}
			if found != want || len(p.Certificates) != want {
				t.Errorf("%s by %v: got %d of %d, want %d", text, by, found, len(p.Certificates), want)
			}
		}
	}
}
