package query

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Key is what rows can be grouped by.
type Key struct {
	// SQL is the expression of the value; NULL and "" are no value. {key} in it is the key of a family and {now} the
	// present time, as parameters.
	SQL  string
	Type Type          // Text when it is empty; Bool and Date are told as what they are
	Unit time.Duration // what a date counts: microseconds unless it says otherwise
}

// Keys are what a subject can be grouped by, by their names in the contract. A name that ends with ".*" is a family. A date
// is asked for by its day, month or year: notAfter.month.
type Keys map[string]Key

// periods are the parts of the calendar dates are grouped by, with their form in each database and in Go.
var periods = []struct {
	name   string
	form   map[Dialect]string
	layout string
	end    func(time.Time) time.Time
}{
	{"day", map[Dialect]string{SQLite: "%Y-%m-%d", PostgreSQL: "YYYY-MM-DD"}, "2006-01-02", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
	{"month", map[Dialect]string{SQLite: "%Y-%m", PostgreSQL: "YYYY-MM"}, "2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
	{"year", map[Dialect]string{SQLite: "%Y", PostgreSQL: "YYYY"}, "2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
}

// Names returns the names that can be asked for, in order, families with <key>.
func (k Keys) Names() []string {
	var names []string
	for name, key := range maps.All(k) {
		if key.Type != Date {
			names = append(names, strings.ReplaceAll(name, "*", "<key>"))
			continue
		}
		for _, p := range periods {
			names = append(names, name+"."+p.name)
		}
	}
	slices.Sort(names)
	return names
}

// asked is one name to group by, found among the keys.
type asked struct {
	Key
	member string // the key of a family
	period int    // of a date
}

func (k Keys) find(name string) (a asked, ok bool) {
	if key, ok := k[name]; ok && key.Type != Date {
		return asked{Key: key}, true
	}
	if head, member, dotted := strings.Cut(name, "."); dotted && member != "" {
		if key, ok := k[head+".*"]; ok {
			return asked{Key: key, member: member}, true
		}
	}
	for i, p := range periods {
		head, dated := strings.CutSuffix(name, "."+p.name)
		if key, ok := k[head]; dated && ok && key.Type == Date {
			return asked{Key: key, period: i}, true
		}
	}
	return asked{}, false
}

// Having keeps the groups whose number of rows compares as it says.
type Having struct {
	Operator string // gt, gte, lt, lte, eq, ne
	Value    int64
}

var havings = map[string]string{"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "=", "ne": "<>"}

// The orders of groups.
const (
	FewestFirst = "Asc"
	MostFirst   = "Desc" // also without any
	KeysUp      = "KeyAsc"
	KeysDown    = "KeyDesc"
)

// Grouping is how rows are counted by their values.
type Grouping struct {
	By     []string // names of the contract; without any, all rows are one group
	Order  string   // "" is MostFirst
	Limit  int      // of groups; 0 is DefaultGroups
	Having *Having
	Count  bool // how many groups there are without the limit
	Most   int  // rows that are counted; 0 is all of them
	// First is the order they are taken in when not all are counted: " ORDER BY c.id".
	First string
}

// Limits of groups.
const (
	DefaultGroups = 1000
	MaxGroups     = 10_000
	maxBy         = 5
	maxMember     = 128 // bytes of the key of a family
)

// Settle fills in what was left out, and returns what makes no sense.
func (g *Grouping) Settle(keys Keys) (problem string) {
	if g.Limit == 0 {
		g.Limit = DefaultGroups
	}
	if g.Order == "" {
		g.Order = MostFirst
	}
	g.Limit = min(g.Limit, MaxGroups)
	switch {
	case g.Most < 0:
		return "most: at least one row"
	case g.Limit < 1:
		return "limit: at least one group"
	case len(g.By) > maxBy:
		return fmt.Sprintf("groupBy: at most %d names", maxBy)
	case !slices.Contains([]string{FewestFirst, MostFirst, KeysUp, KeysDown}, g.Order):
		return "sortOrder: one of Asc, Desc, KeyAsc, KeyDesc"
	case g.Having != nil && havings[g.Having.Operator] == "":
		return "having.operator: one of gt, gte, lt, lte, eq, ne"
	}
	for i, name := range g.By {
		if a, ok := keys.find(name); !ok || len(a.member) > maxMember {
			return fmt.Sprintf("groupBy: %q is none of %s", clipped(name), strings.Join(keys.Names(), ", "))
		}
		if slices.Contains(g.By[:i], name) {
			return fmt.Sprintf("groupBy: %q is named twice", name)
		}
	}
	return ""
}

func clipped(name string) string { return name[:min(len(name), maxMember)] }

// Compile writes the groups of the rows of a table that a condition finds: each a row of the texts of its values and the
// number of its rows. The parameters of the condition come first, so the target begins behind them.
func (g Grouping) Compile(to Target, keys Keys, from, where string) Clause {
	w := &Writer{target: to, first: max(1, to.First)}
	g.groups(w, keys, from, where)
	w.SQL(" ORDER BY ")
	down := g.Order == KeysDown
	if g.Order == MostFirst || g.Order == FewestFirst {
		w.SQL("n")
		if g.Order == MostFirst {
			w.SQL(" DESC")
		}
	}
	for i := range g.By {
		if i > 0 || g.Order == MostFirst || g.Order == FewestFirst {
			w.SQL(", ")
		}
		w.SQL(strconv.Itoa(i + 1))
		if down {
			w.SQL(" DESC NULLS LAST")
		} else {
			w.SQL(" NULLS FIRST")
		}
	}
	if len(g.By) == 0 && (down || g.Order == KeysUp) {
		w.SQL("n")
	}
	w.SQL(" LIMIT " + strconv.Itoa(g.Limit))
	return Clause{SQL: w.sql.String(), Args: w.args}
}

// CompileCount writes how many groups there are without the limit.
func (g Grouping) CompileCount(to Target, keys Keys, from, where string) Clause {
	w := &Writer{target: to, first: max(1, to.First)}
	w.SQL("SELECT count(*) FROM (")
	g.groups(w, keys, from, where)
	w.SQL(") AS found")
	return Clause{SQL: w.sql.String(), Args: w.args}
}

func (g Grouping) groups(w *Writer, keys Keys, from, where string) {
	var numbers, names []string
	for i := range g.By {
		numbers = append(numbers, strconv.Itoa(i+1))
		names = append(names, "k"+strconv.Itoa(i+1)+", ")
	}
	w.SQL("SELECT ")
	counted := "count(*) AS n"
	if g.Most > 0 {
		w.SQL(strings.Join(names, "") + counted + " FROM (SELECT ")
		counted = "1"
	}
	for i, name := range g.By {
		a, _ := keys.find(name) // Settle has looked
		w.SQL("NULLIF(")
		a.write(w)
		w.SQL(", '')")
		if g.Most > 0 {
			w.SQL(" AS " + names[i])
		} else {
			w.SQL(", ")
		}
	}
	w.SQL(counted + " FROM " + from + " WHERE " + where)
	if g.Most > 0 {
		w.SQL(g.First + " LIMIT " + strconv.Itoa(g.Most) + ") AS part")
	}
	if len(numbers) > 0 {
		w.SQL(" GROUP BY " + strings.Join(numbers, ", "))
	}
	if g.Having != nil {
		w.SQL(" HAVING count(*) " + havings[g.Having.Operator] + " ")
		w.Arg(g.Having.Value)
	}
}

// write writes the value as text.
func (a asked) write(w *Writer) {
	t := &Term{Field: &Field{Unit: a.Unit}, Key: a.member}
	switch {
	case a.Type == Bool:
		w.SQL("CASE WHEN ")
		w.expand(t, a.SQL, nil)
		w.SQL(" THEN 'true' ELSE 'false' END")
	case a.Type != Date:
		w.expand(t, a.SQL, nil)
	default:
		a.date(w, t)
	}
}

// date writes the period a time lies in, in UTC.
func (a asked) date(w *Writer, t *Term) {
	seconds := "1000000"
	if a.Unit == time.Millisecond {
		seconds = "1000"
	}
	form := "'" + periods[a.period].form[w.target.Dialect] + "'"
	if w.target.Dialect == PostgreSQL {
		w.SQL("to_char(to_timestamp((")
		w.expand(t, a.SQL, nil)
		w.SQL(") / " + seconds + ") AT TIME ZONE 'UTC', " + form + ")")
		return
	}
	w.SQL("strftime(" + form + ", (")
	w.expand(t, a.SQL, nil)
	w.SQL(") / " + seconds + ", 'unixepoch')")
}

// Period is a day, a month or a year.
type Period struct{ Start, End time.Time } // the end is not included

// Value returns what the text of a group means: a string, a bool, a Period, or nil for none.
func (k Keys) Value(name, text string) any {
	a, ok := k.find(name)
	switch {
	case !ok || text == "":
		return nil
	case a.Type == Bool:
		return text == "true"
	case a.Type != Date:
		return text
	}
	p := periods[a.period]
	start, err := time.Parse(p.layout, text)
	if err != nil {
		return text // of a year beyond the four digits
	}
	return Period{Start: start, End: p.end(start)}
}

// Group is one group: its values in the order they were asked for, as Value returns them, and how many rows it has.
type Group struct {
	Values []any
	Rows   int64
}

// Groups is what grouping found.
type Groups struct {
	By    []string
	List  []Group
	Count *int // of all groups, when it was asked for
	More  bool // there may be rows that were not counted
}
