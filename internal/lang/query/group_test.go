package query

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var things = Keys{
	"profile": {SQL: "c.profile"}, "state": {SQL: "CASE WHEN c.until <= {now} THEN 'old' ELSE 'new' END"},
	"signed": {SQL: "c.signed", Type: Bool}, "until": {SQL: "c.until", Type: Date}, "seen": {SQL: "c.seen", Type: Date, Unit: time.Millisecond},
	"label.*": {SQL: "(c.labels ->> {key})"},
}

func TestGroupingSettle(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"label.<key>", "profile", "seen.day", "seen.month", "seen.year", "signed", "state", "until.day", "until.month", "until.year"}, things.Names()); diff != "" {
		t.Error(diff)
	}
	for name, c := range map[string]struct {
		g    Grouping
		want string // part of the problem; "" for none
	}{
		"nothing at all":             {Grouping{}, ""},
		"all kinds":                  {Grouping{By: []string{"profile", "until.month", "label.a.b", "signed"}, Order: "KeyAsc", Having: &Having{"gte", 2}}, ""},
		"a name that is not there":   {Grouping{By: []string{"owner"}}, `"owner" is none of label.<key>`},
		"a date without its period":  {Grouping{By: []string{"until"}}, `"until" is none of`},
		"a period of no date":        {Grouping{By: []string{"profile.day"}}, "none of"},
		"a period that is not there": {Grouping{By: []string{"until.week"}}, "none of"},
		"a family without a key":     {Grouping{By: []string{"label."}}, "none of"},
		"a key beyond all measure":   {Grouping{By: []string{"label." + strings.Repeat("x", 129)}}, "none of"},
		"a name twice":               {Grouping{By: []string{"profile", "profile"}}, "named twice"},
		"too many":                   {Grouping{By: []string{"a", "b", "c", "d", "e", "f"}}, "at most 5"},
		"an order that is not there": {Grouping{Order: "Up"}, "sortOrder"},
		"a comparison of no kind":    {Grouping{Having: &Having{"like", 2}}, "having.operator"},
		"a limit below one":          {Grouping{Limit: -1}, "limit"},
	} {
		got := c.g.Settle(things)
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	g := Grouping{Limit: MaxGroups + 1}
	if problem := g.Settle(things); problem != "" || g.Limit != MaxGroups || g.Order != MostFirst {
		t.Errorf("got %q, %+v", problem, g)
	}
}

func TestGroupingCompile(t *testing.T) {
	t.Parallel()
	now := time.UnixMicro(7)
	for name, c := range map[string]struct {
		g    Grouping
		to   Dialect
		want string
		args []any
	}{
		"everything": {Grouping{}, SQLite, "SELECT count(*) AS n FROM c WHERE TRUE ORDER BY n DESC LIMIT 1000", nil},
		"a family and a state": {
			Grouping{By: []string{"label.env", "state"}, Having: &Having{"gt", 3}, Limit: 2, Order: FewestFirst}, PostgreSQL,
			"SELECT NULLIF((c.labels ->> $3), ''), NULLIF(CASE WHEN c.until <= $4 THEN 'old' ELSE 'new' END, ''), count(*) AS n FROM c WHERE TRUE GROUP BY 1, 2" +
				" HAVING count(*) > $5 ORDER BY n, 1 NULLS FIRST, 2 NULLS FIRST LIMIT 2", []any{"env", int64(7), int64(3)},
		},
		"a month": {
			Grouping{By: []string{"until.month", "signed"}, Order: KeysDown}, SQLite,
			"SELECT NULLIF(strftime('%Y-%m', (c.until) / 1000000, 'unixepoch'), ''), NULLIF(CASE WHEN c.signed THEN 'true' ELSE 'false' END, ''), count(*) AS n FROM c WHERE TRUE" +
				" GROUP BY 1, 2 ORDER BY 1 DESC NULLS LAST, 2 DESC NULLS LAST LIMIT 1000", nil,
		},
		"a day of milliseconds": {
			Grouping{By: []string{"seen.day"}, Order: KeysUp}, PostgreSQL,
			"SELECT NULLIF(to_char(to_timestamp((c.seen) / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD'), ''), count(*) AS n FROM c WHERE TRUE GROUP BY 1 ORDER BY 1 NULLS FIRST LIMIT 1000", nil,
		},
		"of some rows": {
			Grouping{By: []string{"signed"}, Order: KeysUp, Most: 10, First: " ORDER BY c.id"}, SQLite,
			"SELECT k1, count(*) AS n FROM (SELECT NULLIF(CASE WHEN c.signed THEN 'true' ELSE 'false' END, '') AS k1, 1 FROM c WHERE TRUE ORDER BY c.id LIMIT 10) AS part GROUP BY 1 ORDER BY 1 NULLS FIRST LIMIT 1000", nil,
		},
	} {
		if problem := c.g.Settle(things); problem != "" {
			t.Fatalf("%s: %s", name, problem)
		}
		got := c.g.Compile(Target{Dialect: c.to, Now: now, First: 3}, things, "c", "TRUE")
		if diff := cmp.Diff(Clause{SQL: c.want, Args: c.args}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestKeysValue(t *testing.T) {
	t.Parallel()
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		name, text string
		want       any
	}{
		{"profile", "web", "web"},
		{"profile", "", nil},
		{"label.env", "2026", "2026"},
		{"signed", "true", true},
		{"signed", "false", false},
		{"until.day", "2024-02-28", Period{day(2024, 2, 28), day(2024, 2, 29)}},
		{"until.month", "2026-12", Period{day(2026, 12, 1), day(2027, 1, 1)}},
		{"until.year", "2026", Period{day(2026, 1, 1), day(2027, 1, 1)}},
		{"until.year", "12026", "12026"},
		{"gone", "x", nil},
	} {
		if diff := cmp.Diff(c.want, things.Value(c.name, c.text)); diff != "" {
			t.Errorf("%s %s: %s", c.name, c.text, diff)
		}
	}
}
