package store

import (
	"slices"
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
	// Apart is the same query as it is best written where no index answers it; nil when that is no other way.
	Apart *query.Query
	Among string // what holds for every row the indexes have; "" is nothing
	Most  int    // rows an index may collect; Many when it is 0
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
	if l.Most == 0 {
		l.Most = Many
	}
	parts := q.Parts()
	at, led, err := l.choose(tx, parts, to)
	if err != nil {
		return c, Walked, err
	}
	if l.Apart != nil {
		for i, p := range l.Apart.Parts() {
			if i != at {
				parts[i] = p
			}
		}
	}
	clauses := make([]query.Clause, len(parts))
	to.First = max(1, to.First)
	for i, p := range parts {
		if clauses[i], err = p.Compile(to); err != nil {
			return c, Walked, err
		}
		to.First += len(clauses[i].Args)
	}
	return joined(clauses, at), led, nil
}

// choose returns which part leads, or -1.
func (l Lead) choose(tx *Tx, parts []*query.Query, to query.Target) (at int, led Led, err error) {
	best, at := l.Most, -1
	var ordered []int
	for i, p := range parts {
		n, fast, err := l.count(tx, p, to, l.Most)
		if err != nil {
			return -1, Walked, err
		}
		if !fast {
			continue
		}
		if n < best {
			best, at = n, i
		}
		if t := p.Terms(); t != nil && l.Ordered(t) {
			ordered = append(ordered, i)
		}
	}
	switch {
	case at >= 0 && slices.Contains(ordered, at):
		return at, InOrder, nil
	case at >= 0:
		return at, Collected, nil
	case len(ordered) == 0:
		return -1, Walked, nil
	}
	at, err = l.fewest(tx, parts, ordered, to)
	return at, InOrder, err
}

// severalMost is how many times as many rows are counted to find out which of several indexes that are in order is read.
const severalMost = 16

// fewest returns which of several parts finds the fewest rows.
func (l Lead) fewest(tx *Tx, parts []*query.Query, among []int, to query.Target) (at int, err error) {
	at = among[0]
	if len(among) == 1 {
		return at, nil
	}
	best := severalMost * l.Most
	for _, i := range among {
		n, _, err := l.count(tx, parts[i], to, best)
		if err != nil {
			return -1, err
		}
		if n < best {
			best, at = n, i
		}
	}
	return at, nil
}

// count returns how many rows a part finds, at most so many, if an index answers it.
func (l Lead) count(tx *Tx, p *query.Query, to query.Target, most int) (n int, fast bool, err error) {
	to.First = 1
	c, err := p.Compile(to)
	if err != nil || !c.Fast {
		return 0, false, err
	}
	if l.Common != nil {
		if often, err := l.Common(p); often || err != nil {
			return most, true, err
		}
	}
	among := ""
	if l.Among != "" {
		among = l.Among + " AND "
	}
	_, err = tx.Get(`SELECT count(*) FROM (SELECT 1 FROM `+l.From+` WHERE `+among+c.SQL+` LIMIT `+strconv.Itoa(most)+`) AS found`, c.Args, &n)
	return n, true, err
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
