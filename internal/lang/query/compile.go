package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Dialect is a database.
type Dialect int

// The databases. On SQLite patterns call the function regexp_match(pattern, value), which the store registers; it runs
// the pattern with Go's regexp.
const (
	SQLite Dialect = iota + 1
	PostgreSQL
)

// Target is where a query is compiled to.
type Target struct {
	Dialect Dialect
	Now     time.Time // what now, today and distances refer to
	First   int       // number of the first parameter; 1 when it is 0
}

// Clause is a boolean expression of SQL. Its parameters stand in their order and each is used once.
type Clause struct {
	SQL  string
	Args []any
	// Fast says that an index answers the query. If not, Slow names the fields that make it so.
	Fast bool
	Slow []string
}

// Compile writes the query as SQL.
func (q *Query) Compile(to Target) (Clause, error) {
	w := &Writer{target: to, first: max(1, to.First)}
	if err := w.node(q.root); err != nil {
		return Clause{}, fmt.Errorf("compiling the query %q: %w", q.text, err)
	}
	c := Clause{SQL: w.sql.String(), Args: w.args}
	slow := map[string]bool{}
	c.Fast = speed(q.root, slow)
	if !c.Fast {
		for name := range slow {
			c.Slow = append(c.Slow, name)
		}
		slices.Sort(c.Slow)
	}
	return c, nil
}

// speed reports whether an index answers n, and collects the fields it does not answer.
func speed(n bound, slow map[string]bool) bool {
	switch n := n.(type) {
	case every:
		fast := false
		for _, p := range n {
			fast = speed(p, slow) || fast
		}
		return fast
	case some:
		fast := true
		for _, p := range n {
			fast = speed(p, slow) && fast
		}
		return fast
	case *Term:
		fast := !n.Negated && (n.Field.Fast.Has(n.Operator) || n.quick()) || n.absent() && n.Field.Fast.Has(Equals)
		if !fast {
			slow[n.Name()] = true
		}
		return fast
	}
	return false
}

// absent reports whether the condition is that a column which is never NULL is empty.
func (t *Term) absent() bool {
	return t.Negated && t.Operator == Exists && t.Field.Filled && t.Field.Via == "" && t.Field.Write == nil && t.textual()
}

// quick reports whether an index answers the word of a condition on a state.
func (t *Term) quick() bool {
	return (t.Field.Type == State || t.Field.Type == Result) && slices.ContainsFunc(t.Field.States, func(w Word) bool { return w.Fast && w.Name == t.Values[0] })
}

// Writer collects SQL and its parameters. The Write function of a field gets one for the positive form of its
// condition; negation is added around it.
type Writer struct {
	target Target
	first  int
	sql    strings.Builder
	args   []any
}

// Dialect returns the database that is written for.
func (w *Writer) Dialect() Dialect { return w.target.Dialect }

// Now returns the time the query refers to.
func (w *Writer) Now() time.Time { return w.target.Now }

// SQL writes text. It never holds anything a user has written.
func (w *Writer) SQL(text string) { w.sql.WriteString(text) }

// Arg writes a parameter and keeps its value.
func (w *Writer) Arg(value any) {
	w.sql.WriteString("$" + strconv.Itoa(w.first+len(w.args)))
	w.args = append(w.args, value)
}

func (w *Writer) node(n bound) error {
	switch n := n.(type) {
	case every:
		return w.join(n, " AND ", "TRUE")
	case some:
		return w.join(n, " OR ", "FALSE")
	case *Term:
		return w.term(n)
	}
	return fmt.Errorf("unknown node %T", n)
}

func (w *Writer) join(parts []bound, with, none string) error {
	if len(parts) == 0 {
		w.SQL(none)
		return nil
	}
	w.SQL("(")
	for i, p := range parts {
		if i > 0 {
			w.SQL(with)
		}
		if err := w.node(p); err != nil {
			return err
		}
	}
	w.SQL(")")
	return nil
}

// term writes a condition, and the negation of one so that it holds for what is absent.
func (w *Writer) term(t *Term) error {
	if t.absent() {
		w.expand(t, t.Field.Column, nil)
		w.SQL(" = ''")
		return nil
	}
	if t.Negated && t.Operator == Exists && t.Field.Via == "" && t.Field.Write == nil && !t.textual() {
		w.expand(t, t.Field.Column, nil)
		w.SQL(" IS NULL")
		return nil
	}
	if !t.Negated {
		return w.positive(t)
	}
	w.SQL("NOT COALESCE(")
	err := w.positive(t)
	w.SQL(", FALSE)")
	return err
}

func (w *Writer) positive(t *Term) error {
	w.SQL("(")
	defer w.SQL(")")
	if t.Field.Write != nil {
		if done, err := t.Field.Write(w, t); done || err != nil {
			return err
		}
	}
	if t.Field.Type == State || t.Field.Type == Result {
		w.state(t)
		return nil
	}
	if t.Field.Column == "" {
		return fmt.Errorf("field %s has no column for %s", t.Name(), t.Operator)
	}
	if t.Field.Via == "" {
		w.compare(t)
		return nil
	}
	w.expand(t, t.Field.Via, func() {
		w.SQL("(")
		w.compare(t)
		w.SQL(")")
	})
	return nil
}

func (w *Writer) state(t *Term) {
	for _, s := range t.Field.States {
		if s.Name == t.Values[0] {
			w.expand(t, s.SQL, nil)
			return
		}
	}
}

// expand writes SQL of a declaration with its {key}, {now} and {}.
func (w *Writer) expand(t *Term, text string, inner func()) {
	for {
		before, rest, found := strings.Cut(text, "{")
		w.SQL(before)
		if !found {
			return
		}
		name, after, _ := strings.Cut(rest, "}")
		switch name {
		case "key":
			w.Arg(t.Key)
		case "now":
			w.Arg(units(w.target.Now, t.Field.Unit))
		case "":
			inner()
		default:
			w.SQL("{" + name + "}")
		}
		text = after
	}
}

// units counts time as a column does.
func units(t time.Time, unit time.Duration) int64 {
	if unit == time.Millisecond {
		return t.UnixMilli()
	}
	return t.UnixMicro()
}
