package storetest

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/horizon-clm/horizon/internal/store"
)

// Indexes only makes PostgreSQL show the index it would use if the tables were large.
func Indexes(t testing.TB, tx *store.Tx) {
	t.Helper()
	if tx.Dialect() != store.PostgreSQL {
		return
	}
	for _, s := range []string{"SET LOCAL enable_seqscan = off", "SET LOCAL enable_indexonlyscan = off", "SET LOCAL random_page_cost = 1.1"} {
		if _, err := tx.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

// Explained returns the names of the indexes a statement uses, and SCAN for a table that is read whole. The indexes of a
// table begin with its name.
func Explained(t testing.TB, tx *store.Tx, table, statement string, args []any) string {
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
	used := usedIn[tx.Dialect()]
	var names []string
	for _, line := range lines {
		names = append(names, used(table, line)...)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

var usedIn = map[store.Dialect]func(table, line string) []string{store.SQLite: usedInSQLite, store.PostgreSQL: usedInPostgreSQL}

var scans = regexp.MustCompile(`(?:Index(?: Only)? Scan(?: Backward)?(?: using)?|Bitmap Index Scan on) (\w+)`)

func usedInPostgreSQL(_, line string) (used []string) {
	for _, m := range scans.FindAllStringSubmatch(line, -1) {
		used = append(used, m[1])
	}
	if strings.Contains(line, "Seq Scan") {
		used = append(used, "SCAN")
	}
	return used
}

func usedInSQLite(table, line string) []string {
	switch {
	case strings.Contains(line, "USING INTEGER PRIMARY KEY"):
		return []string{table}
	case strings.Contains(line, "VIRTUAL TABLE"):
		return []string{table + "_text"}
	case strings.Contains(line, "USING PRIMARY KEY"), strings.Contains(line, "USING COVERING INDEX sqlite_autoindex"):
		return []string{"PRIMARY"}
	case strings.Contains(line, " INDEX "):
		return []string{strings.TrimPrefix(regexp.MustCompile(`INDEX \w+`).FindString(line), "INDEX ")}
	case strings.HasPrefix(line, "SCAN "):
		return []string{"SCAN"}
	}
	return nil
}

// Golden compares with a file of testdata, or writes it when UPDATE is set.
func Golden(t testing.TB, name, got string) {
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
