package event

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/store/storetest"
)

// asked are the searches the language calls fast, one for each field and operator, and those of two conditions.
var asked = []string{
	``,
	`id equals "0123456789abcdef01234567"`,
	`id in ["0123456789abcdef01234567", "0123456789abcdef01234568"]`,
	`code equals "SERVICE-STOP"`,
	`code in ["SERVICE-STOP", "CA-CRL-SYNC"]`,
	`timestamp equals "2023-11-15"`,
	`timestamp before "2023-11-14T22:13:21Z"`,
	`timestamp after "2023-11-16"`,
	`timestamp after "2023-11-14T22:13:20Z" and timestamp before "2023-11-14T22:13:21Z"`,
	`sequence equals 7`,
	`sequence before 7`,
	`sequence after 7`,
	`sequence lower than 7`,
	`sequence strictly greater than 7`,
	`detail.actorId equals "ann"`,
	`detail.ip in ["192.0.2.1"]`,
	`detail.certificateId equals "c7"`,
	`detail.requestId equals "r7"`,
	`detail.certificateProfile equals "devices"`,
	`detail.kind equals "label" and detail.name equals "env"`,
	`code equals "SERVICE-START" and status equals "success"`,
	`code equals "SERVICE-START" and detail.certificateId equals "c7"`,
	`detail.actorId equals "ann" and timestamp after "2023-11-14"`,
	`node equals "n" and detail.requestId equals "r7"`,
}

// varied seals n events of two codes, a second apart; few of them are ann's.
func varied(t *testing.T, n int) *book {
	t.Helper()
	b := newBook(t)
	const part = 500
	for from := 0; from < n; from += part {
		err := b.DB.Write(context.Background(), func(tx *store.Tx) error {
			for i := from; i < min(from+part, n); i++ {
				e := New(ServiceStart.Code, Success, []Detail{{"actorId", "system"}, {"certificateId", fmt.Sprint("c", i)}, {"requestId", fmt.Sprint("r", i)}})
				if i%200 == 7 {
					e = New(ServiceStop.Code, Failure, []Detail{{"actorId", "ann"}, {"ip", "192.0.2.1"}, {"certificateProfile", "devices"}})
				}
				if err := b.pen.Emit(tx, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		b.now.Advance(time.Hour)
	}
	b.seal()
	if b.DB.Dialect == store.PostgreSQL { // what the server does by itself in time
		err := b.DB.Write(context.Background(), func(tx *store.Tx) error { _, err := tx.Exec("ANALYZE event"); return err })
		if err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// Every search that is called fast uses an index on both databases.
func TestExplain(t *testing.T) {
	t.Parallel()
	b := varied(t, 3000)
	var got strings.Builder
	err := b.DB.Write(context.Background(), func(tx *store.Tx) error {
		got.Reset()
		if tx.Dialect() == store.PostgreSQL {
			for _, s := range []string{"SET LOCAL enable_seqscan = off", "SET LOCAL enable_indexonlyscan = off", "SET LOCAL random_page_cost = 1.1"} {
				if _, err := tx.Exec(s); err != nil {
					return err
				}
			}
		}
		for _, text := range asked {
			q, err := fieldsOf[tx.Dialect()]().Parse(text)
			if err != nil {
				return err
			}
			s := Search{Query: text}
			s.Settle(sortable)
			c, last, err := s.plan(tx, q)
			if err != nil {
				return err
			}
			if !c.Fast && text != "" {
				t.Errorf("%s: the language does not call it fast", text)
			}
			if text == "" {
				text = "everything"
			}
			got.WriteString(text + "\n    " + explained(t, tx, selects+c.SQL+s.SQL(sortable, last), c.Args) + "\n")
		}
		got.WriteString("the last acts of somebody\n    " + explained(t, tx, actsOf, []any{"ann", looked}) + "\n")
		got.WriteString("events that were changed before they were sealed\n    " + explained(t, tx, anomaliesOf, []any{"A", "B", int64(0), mostAnomalies}) + "\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	storetest.Golden(t, "explain/"+strings.ToLower(b.DB.Dialect.String())+".txt", got.String())
}

var indexes = map[store.Dialect]*regexp.Regexp{
	store.SQLite:     regexp.MustCompile(`(?:INDEX (event\w*)|INTEGER (PRIMARY KEY)|^(SCAN) e$|(TEMP B-TREE))`),
	store.PostgreSQL: regexp.MustCompile(`(?:(?:Index(?: Only)? Scan(?: Backward)?(?: using)?|Bitmap Index Scan on) (\w+)|(Seq Scan))`),
}

// explained returns the names of the indexes a statement uses, and what else is done: SCAN reads the table, in its order.
func explained(t *testing.T, tx *store.Tx, statement string, args []any) string {
	t.Helper()
	prefix := "EXPLAIN QUERY PLAN "
	if tx.Dialect() == store.PostgreSQL {
		prefix = "EXPLAIN (COSTS OFF) "
	}
	lines, err := store.All(tx, func(r *sql.Rows) (line string, err error) {
		if tx.Dialect() == store.PostgreSQL {
			return line, r.Scan(&line)
		}
		var skip any
		return line, r.Scan(&skip, &skip, &skip, &line)
	}, prefix+statement, args...)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	var used []string
	for _, line := range lines {
		for _, m := range indexes[tx.Dialect()].FindAllStringSubmatch(line, -1) {
			used = append(used, strings.Join(m[1:], ""))
		}
	}
	return strings.Join(used, " ")
}

// Whichever index leads, or none, the same events are found, the newest first.
func TestManyEvents(t *testing.T) {
	t.Parallel()
	const n = 3 * store.Many
	b := varied(t, n)
	hour := func(i int) string { // when event number i was written
		return time.UnixMilli(1_700_000_000_000).Add(time.Duration(i/500) * time.Hour).UTC().Format(time.RFC3339)
	}
	for text, want := range map[string]func(i int) bool{
		``:                            func(int) bool { return true },
		`code equals "SERVICE-START"`: func(i int) bool { return i%200 != 7 },
		`code equals "SERVICE-STOP"`:  func(i int) bool { return i%200 == 7 },
		`code in ["SERVICE-START", "SERVICE-STOP"] and status equals "failure"`: func(i int) bool { return i%200 == 7 },
		`detail.actorId equals "system" and code equals "SERVICE-STOP"`:         func(int) bool { return false },
		`timestamp before "` + hour(5000) + `"`:                                 func(i int) bool { return i < 5000 },
		`timestamp before "` + hour(5000) + `" and status equals "failure"`:     func(i int) bool { return i < 5000 && i%200 == 7 },
		`timestamp after "` + hour(499) + `" and timestamp before "` + hour(5500) + `" and detail.actorId equals "ann"`: func(i int) bool {
			return i >= 500 && i < 5500 && i%200 == 7
		},
		`sequence before 2500`: func(i int) bool { return i < 2500 },
		`sequence after 10 and sequence before 4000 and status equals "failure"`: func(i int) bool { return i > 10 && i < 4000 && i%200 == 7 },
		`code equals "SERVICE-STOP" or timestamp before "` + hour(500) + `"`:     func(i int) bool { return i%200 == 7 || i < 500 },
	} {
		var fit []int64
		for i := n - 1; i >= 0; i-- {
			if want(i) {
				fit = append(fit, int64(i))
			}
		}
		p, err := b.Find(context.Background(), access.System("test", ""), Search{Query: text, Paging: query.Paging{Size: 40, Index: 2}, Count: true})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var got []int64
		for _, e := range p.Entries {
			got = append(got, e.Sequence)
		}
		page := fit[min(40, len(fit)):min(80, len(fit))]
		if !slices.Equal(got, page) || *p.Count != len(fit) || p.More != (len(fit) > 80) {
			t.Errorf("%s: got %v of %d, more %v; want %v of %d", text, got, *p.Count, p.More, page, len(fit))
		}
	}
}
