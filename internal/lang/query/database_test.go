package query

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"
)

// object is one row of the test's table, as Eval and the databases see it.
type object struct {
	values map[string][]string
	labels map[string]string
}

// objects differ in every field, and the last one has nothing.
func objects() []object {
	return []object{
		{map[string][]string{"dn": {"CN=Alpha,O=50%_"}, "owner": {"joe"}, "module": {"webra"}, "valid.until": {"2026-12-31T00:00:00Z"},
			"timestamp": {"2026-03-04T05:00:00Z"}, "escrowed": {"true"}, "port": {"443"}, "grade": {"A"}, "san": {"a.example.com", "b.example.com"},
			"status": {"valid"}, "trigger.results": {"success"}}, map[string]string{"env": "prod", "Env": "x"}},
		{map[string][]string{"dn": {"CN=alpha\nbeta"}, "owner": {"Joe"}, "team": {"core"}, "module": {"est"}, "valid.until": {"2026-03-01T00:00:00Z"},
			"timestamp": {"2026-03-03T05:00:00Z"}, "escrowed": {"false"}, "port": {"80"}, "grade": {"C"}, "san": {"c.example.com"},
			"status": {"expired"}, "trigger.results": {"failure"}}, map[string]string{"env": "test"}},
		{map[string][]string{"dn": {`CN=\d+é`}, "owner": {""}, "team": {"core-eu"}, "valid.until": {"2026-06-01T12:30:00Z"}, "grade": {"F"},
			"port": {"-5"}, "status": {"valid"}}, nil},
		{map[string][]string{}, nil},
	}
}

func (o object) lookup(name, key string) []string {
	switch {
	case key != "" && o.labels[key] != "":
		return []string{o.labels[key]}
	case key != "":
		return nil
	}
	return o.values[name]
}

// open returns an empty database for each dialect that is at hand.
func open(t *testing.T) map[Dialect]*sql.DB {
	t.Helper()
	err := sqlite.RegisterDeterministicScalarFunction("regexp_match", 2, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		if args[1] == nil {
			return nil, nil
		}
		return regexp.MatchString(args[0].(string), fmt.Sprint(args[1]))
	})
	if err != nil {
		t.Fatal(err)
	}
	dbs := map[Dialect]*sql.DB{}
	connect := func(d Dialect, driver, name string) {
		db, err := sql.Open(driver, name)
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(1)
		t.Cleanup(func() { _ = db.Close() })
		dbs[d] = db
	}
	connect(SQLite, "sqlite", ":memory:")
	if dsn := os.Getenv("TEST_POSTGRES"); dsn != "" {
		connect(PostgreSQL, "pgx", dsn)
	}
	return dbs
}

func fill(t *testing.T, db *sql.DB) {
	t.Helper()
	do := func(text string, args ...any) {
		if _, err := db.Exec(text, args...); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	do(`CREATE TEMPORARY TABLE c (id TEXT, dn TEXT, owner TEXT, team TEXT, module TEXT, not_after BIGINT, at_ms BIGINT, escrowed BOOLEAN,
		port BIGINT, grade TEXT, revoked_at BIGINT, fast TEXT)`)
	do(`CREATE TEMPORARY TABLE san (cert TEXT, value TEXT)`)
	do(`CREATE TEMPORARY TABLE label (cert TEXT, name TEXT, value TEXT)`)
	for i, o := range objects() {
		id := strconv.Itoa(i)
		do(`INSERT INTO c (id, dn, owner, team, module, not_after, at_ms, escrowed, port, grade) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`, id,
			o.text("dn"), o.text("owner"), o.text("team"), o.text("module"), o.date("valid.until", 1000), o.date("timestamp", 1),
			o.flag("escrowed"), o.number("port"), o.text("grade"))
		for _, v := range o.values["san"] {
			do(`INSERT INTO san (cert, value) VALUES ($1, $2)`, id, v)
		}
		for k, v := range o.labels {
			do(`INSERT INTO label (cert, name, value) VALUES ($1, $2, $3)`, id, k, v)
		}
	}
}

func (o object) text(name string) any {
	if v := o.values[name]; v != nil {
		return v[0]
	}
	return nil
}

func (o object) flag(name string) any {
	if v := o.values[name]; v != nil {
		return v[0] == "true"
	}
	return nil
}

func (o object) number(name string) any {
	if v := o.values[name]; v != nil {
		n, _ := strconv.ParseInt(v[0], 10, 64)
		return n
	}
	return nil
}

func (o object) date(name string, perMilli int64) any {
	if v := o.values[name]; v != nil {
		m, _ := parseMoment(v[0])
		return m.from.UnixMilli() * perMilli
	}
	return nil
}

// atoms are conditions that each hold for some of the objects.
var atoms = []string{
	`dn contains "ALPHA"`, `dn contains "%_"`, `dn contains "\d"`, `dn = "CN=alpha"`, `dn matches "^CN=[a-z]+.b"`, `dn matches "(?i)\bALPHA\b"`,
	`dn matches "(?s)a.beta$"`, `dn matches "\\d\+\x{e9}"`, `dn matches "^\W"`, `dn within ["BETA", "o=.0"]`, `dn matches "(?m)^beta"`, `dn matches "\pL{5}"`,
	`owner equals "joe"`, `owner in ["Joe", "x"]`, `owner exists`, `team exists`, `team matches "core"`, `module = "EST"`, `module not in ["est"]`,
	`module contains "EB"`, `valid.until before now`, `valid.until after "2026-06"`, `valid.until = "2026-06-01T12:30"`, `valid.until exists`,
	`valid.until not after 100d`, `timestamp after today`, `timestamp after 1d`, `timestamp before "2026-03-04T00:00:00+02:00"`, `escrowed = true`,
	`escrowed not equals true`, `escrowed exists`, `port = 443`, `port in [80, -5]`, `port < 0`, `port > 79`, `port lower than 80`, `port exists`,
	`port strictly greater than 80`, `grade lower than C`, `grade greater than C`, `grade strictly lower than F`, `grade in ["A", "F"]`, `san = "b.example.com"`,
	`san contains "EXAMPLE"`, `san matches "^c"`, `san exists`, `san not within ["a\.", "c\."]`, `label.env = "prod"`, `label.Env exists`, `label.none exists`,
	`label.env not matches "t$"`, `status is expired`, `status is not valid`, `trigger.results has no success`, `id = "2"`,
}

// TestDatabases asks every database and Eval the same questions: every condition, its negation, and pairs of them.
func TestDatabases(t *testing.T) {
	t.Parallel()
	questions := slices.Clone(atoms)
	for i, a := range atoms {
		b := atoms[(i*7+3)%len(atoms)]
		questions = append(questions, "not ("+a+")", a+" and not "+b, "not ("+a+" or "+b+")", "!("+a+" & "+b+")")
	}
	strict := []string{`team matches "core"`, `team within ["cor", "core-.."]`, `team contains "Core"`, `team contains "core"`,
		`team not matches "core"`, `label.env matches "p|prod"`, `team matches "core|core-eu"`}
	for dialect, db := range open(t) {
		fill(t, db)
		for _, text := range questions {
			ask(t, db, dialect, sample, text)
		}
		for _, text := range strict {
			ask(t, db, dialect, sample.Only("team", "label.*").Strict(), text)
		}
	}
}

func ask(t *testing.T, db *sql.DB, dialect Dialect, fields *Fields, text string) {
	t.Helper()
	q, err := fields.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	c, err := q.Compile(Target{Dialect: dialect, Now: testNow})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var want, got []string
	for i, o := range objects() {
		o.values["id"] = []string{strconv.Itoa(i)}
		if q.Eval(testNow, o.lookup) {
			want = append(want, strconv.Itoa(i))
		}
	}
	rows, err := db.Query("SELECT id FROM c WHERE "+c.SQL+" ORDER BY id", c.Args...)
	if err != nil {
		t.Fatalf("%s: %s: %v", text, c.SQL, err)
	}
	defer rows.Close() //nolint:errcheck // read to the end below
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		got = append(got, id)
	}
	if diff := cmp.Diff(want, got); rows.Err() != nil || diff != "" {
		t.Errorf("dialect %d: %s: %s: %v\n%s", dialect, text, strings.TrimSpace(c.SQL), rows.Err(), diff)
	}
}
