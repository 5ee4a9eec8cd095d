package query

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/source"
)

func TestCompile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query, sql string
		args       []any
	}{
		{"", "TRUE", nil},
		{" \n", "TRUE", nil},
		{`dn equals "CN=a"`, "(c.dn = $1)", []any{"CN=a"}},
		{`DN = "a\"b\\c\d"`, "(c.dn = $1)", []any{`a"b\c\d`}},
		{`dn contains "50%_\x"`, `(lower(c.dn) LIKE lower($1) ESCAPE '\')`, []any{`%50\%\_\\x%`}},
		{`dn matches "^CN=\d"`, "(regexp_match($1, c.dn))", []any{`^CN=\d`}},
		{`dn within ["a","b"]`, "(regexp_match($1, c.dn) OR regexp_match($2, c.dn))", []any{"(?i:a)", "(?i:b)"}},
		{`owner in ["x", "y"]`, "(c.owner IN ($1, $2))", []any{"x", "y"}},
		{`owner exists`, "(c.owner <> '')", nil},
		{`owner not exists`, "NOT COALESCE((c.owner <> ''), FALSE)", nil},
		{`owner not equals "x"`, "NOT COALESCE((c.owner = $1), FALSE)", []any{"x"}},
		{`owner != "x"`, "NOT COALESCE((c.owner = $1), FALSE)", []any{"x"}},
		{`valid.until not exists`, "c.not_after IS NULL", nil},
		{`valid.until < "2026"`, "(c.not_after < $1)", []any{int64(1767225600000000)}},
		{`timestamp after today`, "(c.at_ms > $1)", []any{int64(1772582400000)}},
		{`timestamp after -1d`, "(c.at_ms > $1)", []any{int64(1772514367000)}},
		{`timestamp before 1 day`, "(c.at_ms < $1)", []any{int64(1772514367000)}},
		{`timestamp before +1d`, "(c.at_ms < $1)", []any{int64(1772687167000)}},
		{`valid.until before 1 day and port = 1`, "((c.not_after < $1) AND (c.port = $2))", []any{int64(1772687167000000), int64(1)}},
		{`timestamp = "2026-02"`, "(c.at_ms >= $1 AND c.at_ms < $2)", []any{int64(1769904000000), int64(1772323200000)}},
		{`escrowed equals TRUE`, "(c.escrowed = $1)", []any{true}},
		{`port in [443, "8443"]`, "(c.port IN ($1, $2))", []any{int64(443), int64(8443)}},
		{`port > 1000`, "(c.port > $1)", []any{int64(1000)}},
		{`port strictly greater than 1`, "(c.port > $1)", []any{int64(1)}},
		{`grade lower than "B"`, "(c.grade IN ($1, $2, $3))", []any{"F", "C", "B"}},
		{`grade greater than b`, "(c.grade IN ($1, $2))", []any{"B", "A"}},
		{`grade strictly lower than F`, "(c.grade IN (NULL))", nil},
		{`grade not strictly greater than "B"`, "NOT COALESCE((c.grade IN ($1)), FALSE)", []any{"A"}},
		{`module equals "WebRA"`, "(c.module = $1)", []any{"webra"}},
		{`id equals "ABCDEF"`, "(c.id = $1)", []any{"abcdef"}},
		{`san contains "x"`, `(EXISTS (SELECT 1 FROM san s WHERE s.cert = c.id AND (lower(s.value) LIKE lower($1) ESCAPE '\')))`, []any{"%x%"}},
		{`Label.Env = "prod"`, "(EXISTS (SELECT 1 FROM label l WHERE l.cert = c.id AND l.name = $1 AND (l.value = $2)))", []any{"Env", "prod"}},
		{`label."cost centre" exists`, "(EXISTS (SELECT 1 FROM label l WHERE l.cert = c.id AND l.name = $1 AND (l.value <> '')))", []any{"cost centre"}},
		{`LABEL.Fast = "prod"`, "(c.fast = $1)", []any{"prod"}},
		{`label.fast exists`, "(EXISTS (SELECT 1 FROM label l WHERE l.cert = c.id AND l.name = $1 AND (l.value <> '')))", []any{"fast"}},
		{`metadata.digicert_id = "1"`, "((CASE $1 WHEN 'digicert_id' THEN c.digicert END) = $2)", []any{"digicert_id", "1"}},
		{`status is valid`, "(c.revoked_at IS NULL AND c.not_after > $1)", []any{int64(1772600767000000)}},
		{`status is not "Revoked"`, "NOT COALESCE((c.revoked_at IS NOT NULL), FALSE)", nil},
		{`trigger.results has no failure`, "NOT COALESCE((c.port = 80), FALSE)", nil},
		{`trigger.results has success`, "(c.port = 443)", nil},
		{`issuer contains "x" or issuer = "y"`, "((c.issuer_index = $1) OR (c.issuer = $2))", []any{"own:x", "y"}},
		{`dn="a" or dn="b" and dn="c"`, "((c.dn = $1) OR ((c.dn = $2) AND (c.dn = $3)))", []any{"a", "b", "c"}},
		{`(dn="a" || dn="b") && dn="c"`, "(((c.dn = $1) OR (c.dn = $2)) AND (c.dn = $3))", []any{"a", "b", "c"}},
		{`not (dn="a" & ! (dn="b" | dn="c"))`, "(NOT COALESCE((c.dn = $1), FALSE) OR ((c.dn = $2) OR (c.dn = $3)))", []any{"a", "b", "c"}},
		{`NOT dn NOT Equals "a" AND dn = "b"`, "((c.dn = $1) AND (c.dn = $2))", []any{"a", "b"}},
	} {
		q, err := sample.Parse(c.query)
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
			continue
		}
		got, err := q.Compile(Target{Dialect: SQLite, Now: testNow})
		if diff := cmp.Diff(c.args, got.Args); err != nil || got.SQL != c.sql || diff != "" {
			t.Errorf("%s:\n got %s %v\nwant %s\n%s", c.query, got.SQL, err, c.sql, diff)
		}
	}
}

func TestCompilePostgreSQL(t *testing.T) {
	t.Parallel()
	strict := sample.Only("team", "label.*").Strict()
	for _, c := range []struct {
		fields     *Fields
		query, sql string
		args       []any
	}{
		{sample, `dn matches "a+"`, "(c.dn ~ $7)", []any{"(?:(?:a)+)"}},
		{sample, `dn within ["a", "b"]`, "(c.dn ~ $7 OR c.dn ~ $8)", []any{"(?:[Aa])", "(?:[Bb])"}},
		{strict, `team matches "a|b"`, "(c.team ~ $7)", []any{"^(?:[a-b])$"}},
		{strict, `team within ["a"]`, "(c.team ~ $7)", []any{"^(?:a)$"}},
		{strict, `team contains "a"`, "(strpos(c.team, $7) > 0)", []any{"a"}},
	} {
		q, err := c.fields.Parse(c.query)
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
			continue
		}
		got, err := q.Compile(Target{Dialect: PostgreSQL, Now: testNow, First: 7})
		if diff := cmp.Diff(c.args, got.Args); err != nil || got.SQL != c.sql || diff != "" {
			t.Errorf("%s:\n got %s %v\nwant %s\n%s", c.query, got.SQL, err, c.sql, diff)
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		`dn`:                              `line 1, column 3: expected an operator after "dn", found the end`,
		`dn equal "a"`:                    `line 1, column 4: expected an operator after "dn", found "equal"; did you mean equals?`,
		`dn equals`:                       `line 1, column 10: expected a value in double quotes, found the end`,
		`dn equals a`:                     `line 1, column 11: expected a text in double quotes, found "a"`,
		`dn equals 'a'`:                   `line 1, column 11: unexpected character '; texts stand in double quotes`,
		`dn equals "a`:                    `line 1, column 11: this text has no closing double quote`,
		`dn equals "a\"`:                  `line 1, column 11: this text has no closing double quote`,
		"dn equals \"a\"\n  ownr=\"\"":    `line 2, column 3: expected and, or, or the end of the query, found "ownr"`,
		`profil = "x"`:                    `line 1, column 1: there is no field "profil"`,
		`ownr = "x"`:                      `line 1, column 1: there is no field "ownr"; did you mean owner?`,
		`label. = "x"`:                    `line 1, column 1: there is no field "label."; did you mean label.<key>, label.Fast?`,
		`metadata.digicertid = "x"`:       `line 1, column 1: there is no key "digicertid" in metadata.*; did you mean digicert_id?`,
		`dn before today`:                 `line 1, column 4: dn does not know before; it knows equals, contains, matches, in, within, exists`,
		`module = "webr"`:                 `line 1, column 10: expected one of webra, est, acme-external, found "webr"; did you mean webra?`,
		`status is valide`:                `line 1, column 11: expected one of valid, revoked, expired, found "valide"; did you mean valid`,
		`valid.until before "soon"`:       `line 1, column 20: expected a date such as "2026-01-31", now, today or -7d, found "soon"`,
		`valid.until before "2026-02-30"`: `line 1, column 20: expected a date`,
		`valid.until before 2 weeks`:      `line 1, column 22: expected and, or, or the end of the query, found "weeks"`,
		`valid.until before --1d`:         `line 1, column 20: expected a date`,
		`port = "x"`:                      `line 1, column 8: expected a whole number, found "x"`,
		`dn matches "("`:                  `line 1, column 12: "(" is no regular expression: missing closing )`,
		`dn matches "(?!a)"`:              `line 1, column 12: "(?!a)" is no regular expression`,
		`dn matches "a{300}"`:             `line 1, column 12: a regular expression repeats at most 255 times`,
		`dn in "a"`:                       `line 1, column 7: expected a list in brackets, found "a"`,
		`dn in []`:                        `line 1, column 8: expected a value in double quotes, found "]"`,
		`dn in ["a" "b"]`:                 `line 1, column 12: expected a comma or a closing bracket, found "b"`,
		`(dn exists`:                      `line 1, column 11: expected and, or, or a closing parenthesis, found the end`,
		`dn exists)`:                      `line 1, column 10: expected and, or, or the end of the query, found ")"`,
		`and dn exists`:                   `line 1, column 1: expected a field name, not, or an opening parenthesis, found "and"`,
		`dn exists and`:                   `line 1, column 14: expected a field name`,
		`grade strictly equals "A"`:       `line 1, column 16: expected lower than or greater than, found "equals"`,
		`grade lower "A"`:                 `line 1, column 13: expected than, found "A"`,
		`dn = "é" ; x`:                    `line 1, column 10: unexpected character ;`,
		"dn = \"\x00\"":                   `line 1, column 7: the character NUL is not allowed`,
		"dn = \"\xff\"":                   `line 1, column 7: the text is not valid UTF-8`,
		strings.Repeat(" ", 8193):         `line 1, column 8193: the text is longer than 8192 bytes`,
		strings.Repeat("(", 65):           `line 1, column 65: the query is nested deeper than 64`,
		strings.Repeat("!", 65):           `line 1, column 65: the query is nested deeper than 64`,
		`port in [` + strings.Repeat("1,", 600) + "1]": `the query has more than 500 conditions and list members`,
	} {
		_, err := sample.Parse(query)
		var p *source.Problem
		switch {
		case err == nil:
			t.Errorf("%s: was accepted", query)
		case !errors.As(err, &p) || fault.Of(err).Code() != "HQL-001" || fault.Of(err).Kind() != fault.Invalid:
			t.Errorf("%s: got %v, want HQL-001 with its place", query, err)
		case !strings.Contains(p.Error(), want):
			t.Errorf("%s:\n got %s\nwant %s", query, p, want)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	l := Limits{Bytes: 40, Depth: 2, Terms: 2}
	for text, want := range map[string]bool{
		`((dn exists))`: true, `(((dn exists)))`: false, `dn exists and dn exists`: true, `a = 1 or a = 1 or a = 1`: false,
		strings.Repeat(" ", 41): false,
	} {
		if _, err := l.Parse(text); (err == nil) != want {
			t.Errorf("%s: got %v, want accepted %v", text, err, want)
		}
	}
}

func TestFast(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		``:                                    nil,
		`dn contains "x"`:                     {},
		`dn matches "x"`:                      {"dn"},
		`dn matches "x" and owner = "y"`:      {},
		`owner not equals "y"`:                {"owner"},
		`dn = "x" or label.A = "y"`:           {"label.A"},
		`not (dn = "x" or owner = "y")`:       {"dn", "owner"},
		`(port = 1 and dn = "a") or san = ""`: {},
	} {
		q, err := sample.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		c, err := q.Compile(Target{Dialect: SQLite, Now: testNow})
		if err != nil || c.Fast != (want != nil && len(want) == 0) || len(want) != len(c.Slow) || len(want) > 0 && cmp.Diff(want, c.Slow) != "" {
			t.Errorf("%s: got %v %v %v, want %v", text, c.Fast, c.Slow, err, want)
		}
	}
}

func TestDictionary(t *testing.T) {
	t.Parallel()
	entries := sample.Dictionary()
	if len(entries) != 17 {
		t.Errorf("got %d entries, want one for each field", len(entries))
	}
	for _, e := range entries {
		if _, err := sample.Parse(e.Example); err != nil {
			t.Errorf("the example of %s is refused: %v", e.Name, err)
		}
	}
	want := Entry{Name: "label.<key>", Type: Text, Doc: "A label.", Operators: []string{"equals", "contains", "matches", "in", "within", "exists"},
		Fast: []string{}, Example: `label.name equals "value"`}
	if diff := cmp.Diff(want, entries[11]); diff != "" {
		t.Error(diff)
	}
}

func TestNewFieldsPanics(t *testing.T) {
	t.Parallel()
	for name, list := range map[string][]Field{
		"twice":       {{Name: "a", Type: Text, Doc: "A."}, {Name: "A", Type: Text, Doc: "A."}},
		"no type":     {{Name: "a", Doc: "A."}},
		"no doc":      {{Name: "a", Type: Text}},
		"operators":   {{Name: "a", Type: Text, Doc: "A.", Allow: Before}},
		"no values":   {{Name: "a", Type: Enum, Doc: "A."}},
		"no place":    {{Name: "a", Type: Text, Doc: "A.", Via: "EXISTS (SELECT 1)"}},
		"single keys": {{Name: "a", Type: Text, Doc: "A.", Keys: []string{"b"}}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			NewFields(list...)
		}()
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`dn equals "a" and (owner in ["x","y"] or not valid.until before -7 days)`, `label."a b" not matches "\d+"`,
		`status is not valid | trigger.results has no success`, `grade strictly lower than "B" && port > 1`, `!(((dn!="\\")))`,
		`timestamp = "2026-01-02T03:04:05+02:00"`, "dn contains \"\xff", `valid.until after 99999999999d`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := sample.Parse(text)
		if err != nil {
			var p *source.Problem
			if !errors.As(err, &p) || p.At.Offset > len(text) {
				t.Errorf("%q: %v has no place", text, err)
			}
			return
		}
		for _, d := range []Dialect{SQLite, PostgreSQL} {
			c, err := q.Compile(Target{Dialect: d, Now: testNow})
			if err != nil || strings.Count(c.SQL, "$") != len(c.Args) {
				t.Errorf("%q: got %s %v %v", text, c.SQL, c.Args, err)
			}
		}
		q.Eval(testNow, func(string, string) []string { return []string{"a", "2026-01-01"} })
	})
}

const fiveTerms = `status is valid and module equals "webra" and (dn contains "example" or label.env in ["prod", "test"]) and valid.until before 30 days`

func BenchmarkParseAndCompile(b *testing.B) {
	for b.Loop() {
		q, err := sample.Parse(fiveTerms)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := q.Compile(Target{Dialect: SQLite, Now: testNow}); err != nil {
			b.Fatal(err)
		}
	}
}
