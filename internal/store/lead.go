package store

import (
	"strconv"

	"github.com/horizon-clm/horizon/internal/lang/query"
)

// Many is how many rows an index may collect before a search reads the rows in their order instead.
const Many = 2000

// Lead chooses which condition of a search SQLite answers by an index. It keeps no statistics, so that it would collect and
// sort half of a table by an index, or walk all of it, where another condition finds a handful of rows.
type Lead struct {
	From string // the table, as the conditions name it: "event e"
	// Ordered reports whether the index that answers conditions, which all have to hold, has the rows in the order of the list.
	Ordered func([]*query.Term) bool
	// Common reports whether a part is known to find many rows, and is not to be asked. It may be nil.
	Common func(part *query.Query) (bool, error)
}

// Led says how a search is answered.
type Led int

const (
	Walked    Led = iota // every condition finds many rows, or none has an index: rows are read in their order and compared
	InOrder              // by an index that has the rows in their order
	Collected            // by an index whose rows are collected and sorted; they are few
)

// Clause writes the query and tells how it is answered.
func (l Lead) Clause(tx *Tx, q *query.Query, to query.Target) (c query.Clause, led Led, err error) {
	parts := q.Parts()
	clauses := make([]query.Clause, len(parts))
	first, best, at, ordered := max(1, to.First), Many, -1, -1
	for i, p := range parts {
		to.First = first
		if clauses[i], err = p.Compile(to); err != nil {
			return c, Walked, err
		}
		first += len(clauses[i].Args)
		if !clauses[i].Fast {
			continue
		}
		n, err := l.count(tx, p, to)
		if err != nil {
			return c, Walked, err
		}
		if n < best {
			best, at = n, i
		}
		if t := p.Terms(); t != nil && l.Ordered(t) {
			ordered = i
		}
	}
	switch {
	case at < 0 && ordered < 0:
	case at < 0 || at == ordered:
		at, led = ordered, InOrder
	default:
		led = Collected
	}
	return joined(clauses, at), led, nil
}

// count returns how many rows a part finds, and Many when there are more.
func (l Lead) count(tx *Tx, p *query.Query, to query.Target) (n int, err error) {
	if l.Common != nil {
		if often, err := l.Common(p); often || err != nil {
			return Many, err
		}
	}
	to.First = 1
	c, err := p.Compile(to)
	if err != nil {
		return 0, err
	}
	_, err = tx.Get(`SELECT count(*) FROM (SELECT 1 FROM `+l.From+` WHERE `+c.SQL+` LIMIT `+strconv.Itoa(Many)+`) AS found`, c.Args, &n)
	return n, err
}

// joined joins the parts; no index is used for those behind a plus.
func joined(parts []query.Clause, leads int) (all query.Clause) {
	all.SQL = "TRUE"
	slow := false
	for i, c := range parts {
		all.SQL += " AND "
		if i == leads {
			all.SQL += c.SQL
		} else {
			all.SQL += "+(" + c.SQL + ")"
		}
		all.Args = append(all.Args, c.Args...)
		all.Slow = append(all.Slow, c.Slow...)
		all.Fast = all.Fast || c.Fast
		slow = slow || !c.Fast
	}
	if all.Fast || !slow {
		all.Slow = nil
	}
	return all
}

// Query is the database's dialect of the query language.
func (d Dialect) Query() query.Dialect {
	if d == PostgreSQL {
		return query.PostgreSQL
	}
	return query.SQLite
}
