package query

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Lookup returns the values an object has for a field, by its declared name and, for a family, the key. States and
// results are the words that hold. Dates are written as in queries or as RFC 3339.
type Lookup func(name, key string) []string

// Eval reports whether the query holds for an object. What is absent fulfils no condition and every negated one.
func (q *Query) Eval(now time.Time, object Lookup) bool { return holds(q.root, now, object) }

func holds(n bound, now time.Time, object Lookup) bool {
	switch n := n.(type) {
	case every:
		for _, p := range n {
			if !holds(p, now, object) {
				return false
			}
		}
		return true
	case some:
		for _, p := range n {
			if holds(p, now, object) {
				return true
			}
		}
	case *Term:
		found := slices.ContainsFunc(object(n.Field.Name, n.Key), func(v string) bool { return n.holds(v, now) })
		return found != n.Negated
	}
	return false
}

// holds reports whether the positive condition is true of one value.
func (t *Term) holds(v string, now time.Time) bool {
	switch t.Operator {
	case Exists:
		return v != ""
	case Contains:
		if t.fold() {
			return strings.Contains(strings.ToLower(v), strings.ToLower(t.Values[0]))
		}
		return strings.Contains(v, t.Values[0])
	case Matches, Within:
		for _, p := range t.patterns {
			if ok, err := p.Match(v); ok && err == nil {
				return true
			}
		}
		return false
	}
	switch t.Field.Type {
	case Date:
		return t.dated(v, now)
	case Number:
		n, err := strconv.ParseInt(v, 10, 64)
		return err == nil && slices.ContainsFunc(t.numbers, func(w int64) bool { return ordered(t.Operator, n, w) })
	case Grade:
		at := slices.Index(t.Field.Values, v)
		return at >= 0 && slices.ContainsFunc(t.Values, func(w string) bool {
			return ordered(t.Operator, at, slices.Index(t.Field.Values, w))
		})
	}
	return slices.Contains(t.Values, v)
}

func (t *Term) dated(v string, now time.Time) bool {
	m, ok := parseMoment(v)
	if !ok || m.relative {
		return false
	}
	if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
		m.from = at
	}
	from, to := t.moments[0].period(now, t.Field.Past)
	switch t.Operator {
	case Before:
		return m.from.Before(from)
	case After:
		return m.from.After(from)
	}
	return !m.from.Before(from) && m.from.Before(to)
}
