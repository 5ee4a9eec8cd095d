package inventory

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
)

// All is handed over once, in order, to who may see it, whichever way it is read.
func TestEach(t *testing.T) {
	t.Parallel()
	db := open(t)
	ids := fill(t, db, 2600)
	rare := []string{ids[3], ids[503], ids[1003], ids[1503], ids[2003], ids[2503]}
	down := slices.Clone(rare)
	slices.Reverse(down)
	byDN := query.Paging{Sort: []query.Order{{Element: "dn", Descending: true}}}
	for name, c := range map[string]struct {
		who    access.Caller
		search Search
		want   []string
	}{
		"everything":                 {system, Search{}, ids},
		"what an index finds":        {system, Search{Query: `label.env equals "prod"`}, rare},
		"what all hold":              {system, Search{Query: `dn contains "example.com" and owner equals "ann"`}, rare},
		"one's own":                  {access.Caller{ID: "ann"}, Search{}, rare},
		"what a profile allows":      {access.Caller{ID: "bob", Rights: access.RightsOf("lifecycle:acme:rare:search")}, Search{Query: `valid.until after now`}, rare},
		"sorted":                     {access.Caller{ID: "ann"}, Search{Paging: byDN}, down},
		"sorted, of several parts":   {system, Search{Paging: byDN}, reversed(ids)},
		"nothing":                    {access.Caller{ID: "eve"}, Search{}, nil},
		"nothing, sorted":            {access.Caller{ID: "eve"}, Search{Paging: byDN}, nil},
		"the part is nothing to it":  {access.Caller{ID: "ann"}, Search{Paging: query.Paging{Index: 2, Size: 1}}, rare},
		"what is in no index at all": {system, Search{Query: `keytype equals "rsa-2048"`}, nil},
	} {
		var got []string
		err := Each(context.Background(), db, c.who, c.search, func(part []Certificate) error {
			for _, one := range part {
				got = append(got, one.ID)
			}
			return nil
		})
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	full := errors.New("full")
	if err := Each(context.Background(), db, system, Search{}, func([]Certificate) error { return full }); !errors.Is(err, full) {
		t.Errorf("got %v, want the error of who takes the rows", err)
	}
}

func reversed(ids []string) []string {
	ids = slices.Clone(ids)
	slices.Reverse(ids)
	return ids
}

// Of many certificates the first ones are counted, and it is told that there are more.
func TestAggregateMost(t *testing.T) {
	t.Parallel()
	db := open(t)
	fill(t, db, 1200)
	for name, c := range map[string]struct {
		who   access.Caller
		query string
		most  int
		count int64
		more  bool
	}{
		"some of all":             {system, "", 1000, 1000, true},
		"all":                     {system, "", 1200, 1200, false},
		"some of a profile":       {system, `profile equals "web"`, 500, 500, true},
		"what many texts hold":    {system, `dn contains "example.com"`, 700, 700, true},
		"and that is all":         {system, `dn contains "example.com"`, 1200, 1200, false},
		"of them what fits else":  {system, `dn contains "example.com" and owner equals "ann"`, 2, 2, true},
		"what few may see":        {access.Caller{ID: "ann"}, "", 100, 3, false},
		"what nobody has":         {system, `module equals "est"`, 100, 0, false},
		"what many have, by name": {system, `label.all equals "yes"`, 1199, 1199, true},
	} {
		got, err := Aggregate(context.Background(), db, c.who, c.query, query.Grouping{By: []string{"profile"}, Most: c.most, Count: true})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var n int64
		profiles := map[any]bool{}
		for _, g := range got.List {
			n += g.Rows
			profiles[g.Values[0]] = true
		}
		if c.query == "" && c.who.IsSystem() && len(profiles) != 2 {
			t.Errorf("%s: got %v: not those that were recorded first", name, profiles)
		}
		if n != c.count || got.More != c.more || *got.Count != len(got.List) {
			t.Errorf("%s: got %d, more %v, want %d, more %v", name, n, got.More, c.count, c.more)
		}
	}
}

// Groups count what a search finds.
func TestAggregate(t *testing.T) {
	t.Parallel()
	db := open(t)
	fill(t, db, 1200)
	ann := access.Caller{ID: "ann"}
	for name, c := range map[string]struct {
		who   access.Caller
		query string
		g     query.Grouping
		want  []query.Group
	}{
		"by profile": {system, "", query.Grouping{By: []string{"profile"}}, []query.Group{{Values: []any{"web"}, Rows: 1197}, {Values: []any{"rare"}, Rows: 3}}},
		"the fewest": {system, "", query.Grouping{By: []string{"profile"}, Order: query.FewestFirst, Limit: 1}, []query.Group{{Values: []any{"rare"}, Rows: 3}}},
		"having":     {system, "", query.Grouping{By: []string{"team"}, Having: &query.Having{Operator: "gt", Value: 3}}, []query.Group{{Values: []any{nil}, Rows: 1197}}},
		"one's own":  {ann, "", query.Grouping{By: []string{"label.env", "status"}}, []query.Group{{Values: []any{"prod", "valid"}, Rows: 3}}},
		"by year": {ann, "", query.Grouping{By: []string{"notBefore.year"}}, []query.Group{
			{Values: []any{query.Period{Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}}, Rows: 3},
		}},
		"by day":      {ann, `dn contains "host000003"`, query.Grouping{By: []string{"notAfter.day"}}, []query.Group{{Values: []any{query.Period{Start: time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)}}, Rows: 1}}},
		"of nothing":  {ann, `module equals "est"`, query.Grouping{By: []string{"module"}}, nil},
		"grades, too": {ann, "", query.Grouping{By: []string{"grade.none", "metadata.policy", "escrowed"}}, []query.Group{{Values: []any{nil, nil, false}, Rows: 3}}},
	} {
		c.g.Count = true
		got, err := Aggregate(context.Background(), db, c.who, c.query, c.g)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, got.List); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if c.g.Limit == 0 && *got.Count != len(c.want) || c.g.Limit == 1 && *got.Count != 2 {
			t.Errorf("%s: got %d groups in all", name, *got.Count)
		}
	}
}
