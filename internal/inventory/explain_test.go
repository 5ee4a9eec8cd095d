package inventory

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
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
}

var indexes = map[store.Dialect]*regexp.Regexp{
	store.SQLite:     regexp.MustCompile(`INDEX certificate\w*`),
	store.PostgreSQL: regexp.MustCompile(`(?:Index(?: Only)? Scan(?: Backward)?(?: using)?|Bitmap Index Scan on) (\w+)`),
}

// explained returns the names of the indexes a statement uses, and SCAN for a table that is read whole.
func explained(t *testing.T, tx *store.Tx, statement string, args []any) string {
	t.Helper()
	prefix := "EXPLAIN QUERY PLAN "
	if tx.Dialect() == store.PostgreSQL {
		prefix = "EXPLAIN (COSTS OFF) "
	}
	lines, err := store.All(tx, func(r *sql.Rows) (line string, err error) {
		var id, parent, unused int
		if tx.Dialect() == store.SQLite {
			return line, r.Scan(&id, &parent, &unused, &line)
		}
		return line, r.Scan(&line)
	}, prefix+statement, args...)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	var used []string
	for _, line := range lines {
		used = append(used, usedIn(tx.Dialect(), line)...)
	}
	slices.Sort(used)
	return strings.Join(slices.Compact(used), " ")
}

func usedIn(d store.Dialect, line string) (used []string) {
	if d == store.PostgreSQL {
		for _, m := range indexes[d].FindAllStringSubmatch(line, -1) {
			used = append(used, m[1])
		}
		if strings.Contains(line, "Seq Scan") {
			used = append(used, "SCAN")
		}
		return used
	}
	switch {
	case strings.Contains(line, "USING INTEGER PRIMARY KEY"):
		return []string{"certificate"}
	case strings.Contains(line, "VIRTUAL TABLE"):
		return []string{"certificate_text"}
	case strings.Contains(line, "USING PRIMARY KEY"), strings.Contains(line, "USING COVERING INDEX sqlite_autoindex"):
		return []string{"PRIMARY"}
	case strings.Contains(line, "INDEX certificate"):
		return []string{strings.TrimPrefix(indexes[d].FindString(line), "INDEX ")}
	case strings.HasPrefix(line, "SCAN "):
		return []string{"SCAN"}
	}
	return nil
}

// Every search that is called fast uses an index on both databases.
func TestExplain(t *testing.T) {
	t.Parallel()
	db := open(t)
	fill(t, db, 3000)
	var got strings.Builder
	write(t, db, func(tx *store.Tx) error {
		got.Reset()
		if tx.Dialect() == store.PostgreSQL {
			for _, s := range []string{"SET LOCAL enable_seqscan = off", "SET LOCAL enable_indexonlyscan = off", "SET LOCAL random_page_cost = 1.1"} {
				if _, err := tx.Exec(s); err != nil {
					return err
				}
			}
		}
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
			got.WriteString(strings.TrimSpace(line) + "\n    " + explained(t, tx, selects+l.where.sql+s.SQL(sortable, l.last), l.where.args) + "\n")
		}
		got.WriteString("the valid certificates of a holder\n    " +
			explained(t, tx, selects+ofHolder+` ORDER BY c.id LIMIT 1000`, []any{"00", int64(0), "web"}) + "\n")
		got.WriteString("a certificate by issuer and serial number\n    " +
			explained(t, tx, selects+`c.serial = $1 AND c.issuer = $2 LIMIT 1`, []any{"00", "CN=CA"}) + "\n")
		return nil
	})
	golden(t, "explain/"+strings.ToLower(db.Dialect.String())+".txt", got.String())
}

func words(who access.Caller) (all []string) {
	for _, h := range who.Rights.Now().Held {
		all = append(all, string(h.Grant))
	}
	return all
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if os.Getenv("UPDATE") != "" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // part of the source
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil { //nolint:gosec // part of the source
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
