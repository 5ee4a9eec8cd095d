package lifecycle

import (
	"strconv"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// plan is how a page is read.
type plan struct {
	query.Clause
	last string // the column that orders what nothing else does
}

// The usual order. Behind a plus no index is used for it.
const (
	usual     = "r.id"
	collected = "+r.id"
)

// among is the condition of the requests there are lists of: those that were asked for through the API. The indexes hold no
// others.
const among = "r.sheet IS NOT NULL"

// plan writes the whole condition so that the search is answered by the index that finds the fewest requests. PostgreSQL
// finds that out by itself.
func (s *Search) plan(tx *store.Tx, who access.Caller) (p plan, err error) {
	q, err := fields(tx.Dialect()).Parse(s.Query)
	if err != nil {
		return p, err
	}
	may, err := visible(tx, who, s.Scope)
	if err != nil {
		return p, err
	}
	to := query.Target{Dialect: tx.Dialect().Query(), Now: tx.Now(), First: len(may.args) + 1}
	if tx.Dialect() == store.PostgreSQL {
		c, err := q.Compile(to)
		return plan{may.and(among+" AND "+may.sql, c), usual}, err
	}
	c, led, err := store.Lead{From: "request r", Among: among, Ordered: s.listed}.Clause(tx, q, to)
	if err != nil {
		return p, err
	}
	return s.led(tx, may, c, led)
}

// led writes the condition behind the one that leads: of a search that none leads, what the caller may see does, when that
// is little.
func (s *Search) led(tx *store.Tx, may scoped, c query.Clause, led store.Led) (p plan, err error) {
	switch {
	case led == store.Collected:
		return plan{may.and(among+" AND +("+may.sql+")", c), collected}, nil
	case led == store.InOrder:
		return plan{may.and(among+" AND +("+may.sql+")", c), usual}, nil
	case s.Scope == Manage:
		return plan{may.and(among+" AND r.state = 'pending' AND +("+may.sql+")", c), usual}, nil
	case may.own == "":
		return plan{may.and(among+" AND "+may.sql, c), usual}, nil
	}
	var n int
	if _, err := tx.Get(`SELECT count(*) FROM (`+may.own+` LIMIT `+strconv.Itoa(store.Many)+`) AS found`, may.args, &n); err != nil {
		return p, err
	}
	c.SQL = "+(" + c.SQL + ")"
	if n < store.Many {
		return plan{may.and(among+" AND r.id IN ("+may.own+")", c), collected}, nil
	}
	return plan{may.and(among+" AND +("+may.sql+")", c), usual}, nil
}

// listed reports whether the index that answers conditions has the requests in the order of the list.
func (s *Search) listed(all []*query.Term) bool {
	if len(all) != 1 || all[0].Negated || len(s.Sort) > 0 {
		return false
	}
	return all[0].Operator == query.Equals || all[0].Field.Name == "request"
}

// and puts a condition in front of what was asked for.
func (s scoped) and(before string, c query.Clause) query.Clause {
	c.SQL, c.Args = before+" AND "+c.SQL, append(s.args, c.Args...)
	return c
}
