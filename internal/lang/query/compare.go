package query

import (
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/lang/regex"
)

// textual reports whether the column holds text, where an empty one counts as absent.
func (t *Term) textual() bool {
	switch t.Field.Type {
	case Number, Bool, Date:
		return false
	}
	return true
}

// compare writes the condition on the column.
func (w *Writer) compare(t *Term) {
	switch t.Operator {
	case Exists:
		w.expand(t, t.Field.Column, nil)
		if t.textual() {
			w.SQL(" <> ''")
		} else {
			w.SQL(" IS NOT NULL")
		}
	case Contains:
		w.contains(t)
	case Matches, Within:
		w.patterns(t)
	case AtMost, AtLeast, Below, Above:
		w.order(t)
	default:
		w.values(t)
	}
}

// values writes equals, in, before and after.
func (w *Writer) values(t *Term) {
	if t.Field.Type == Date {
		w.date(t)
		return
	}
	w.expand(t, t.Field.Column, nil)
	switch t.Operator {
	case Before:
		w.SQL(" < ")
	case After:
		w.SQL(" > ")
	case In:
		w.members(t.args())
		return
	default:
		w.SQL(" = ")
	}
	w.Arg(t.args()[0])
}

func (w *Writer) members(args []any) {
	w.SQL(" IN (")
	for i, a := range args {
		if i > 0 {
			w.SQL(", ")
		}
		w.Arg(a)
	}
	w.SQL(")")
}

// args returns the operands as the column has them.
func (t *Term) args() []any {
	var args []any
	for i, v := range t.Values {
		switch t.Field.Type {
		case Number:
			args = append(args, t.numbers[i])
		case Bool:
			args = append(args, v == "true")
		default:
			args = append(args, v)
		}
	}
	return args
}

func (w *Writer) date(t *Term) {
	from, to := t.moments[0].period(w.target.Now, t.Field.Past)
	w.expand(t, t.Field.Column, nil)
	switch t.Operator {
	case Before:
		w.SQL(" < ")
	case After:
		w.SQL(" > ")
	default:
		w.SQL(" >= ")
		w.Arg(units(from, t.Field.Unit))
		w.SQL(" AND ")
		w.expand(t, t.Field.Column, nil)
		w.SQL(" < ")
		from = to
	}
	w.Arg(units(from, t.Field.Unit))
}

var wildcards = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func (w *Writer) contains(t *Term) {
	if t.strict { // LIKE ignores case on SQLite
		function := "instr("
		if w.target.Dialect == PostgreSQL {
			function = "strpos("
		}
		w.SQL(function)
		w.expand(t, t.Field.Column, nil)
		w.SQL(", ")
		w.Arg(t.Values[0])
		w.SQL(") > 0")
		return
	}
	w.SQL("lower(")
	w.expand(t, t.Field.Column, nil)
	w.SQL(") LIKE lower(")
	w.Arg("%" + wildcards.Replace(t.Values[0]) + "%")
	w.SQL(`) ESCAPE '\'`)
}

// patterns writes matches and within. Bind has compiled the patterns for both databases.
func (w *Writer) patterns(t *Term) {
	for i, p := range t.Values {
		if i > 0 {
			w.SQL(" OR ")
		}
		if w.target.Dialect == PostgreSQL {
			text, _ := regex.PostgreSQL(p, t.fold(), t.strict)
			w.expand(t, t.Field.Column, nil)
			w.SQL(" ~ ")
			w.Arg(text)
			continue
		}
		w.SQL("regexp_match(")
		w.Arg(t.patterns[i].String())
		w.SQL(", ")
		w.expand(t, t.Field.Column, nil)
		w.SQL(")")
	}
}

// order writes the comparisons of numbers, and those of grades as the list of the grades that fit.
func (w *Writer) order(t *Term) {
	w.expand(t, t.Field.Column, nil)
	if t.Field.Type == Grade {
		grades := t.grades()
		if len(grades) == 0 {
			w.SQL(" IN (NULL)")
			return
		}
		w.members(grades)
		return
	}
	w.SQL(map[Operator]string{AtMost: " <= ", AtLeast: " >= ", Below: " < ", Above: " > "}[t.Operator])
	w.Arg(t.numbers[0])
}

// grades returns the grades that fit an order; they are declared from the worst to the best.
func (t *Term) grades() []any {
	at := slices.Index(t.Field.Values, t.Values[0])
	var fit []any
	for i, g := range t.Field.Values {
		if ordered(t.Operator, i, at) {
			fit = append(fit, g)
		}
	}
	return fit
}

// ordered reports whether a stands to b as the operator says.
func ordered[T int | int64](op Operator, a, b T) bool {
	switch op {
	case AtMost:
		return a <= b
	case AtLeast:
		return a >= b
	case Below, Before:
		return a < b
	case Above, After:
		return a > b
	}
	return a == b
}
