package event

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

const selects = `SELECT ` + entryColumns + ` FROM event e WHERE `

// The usual order, the newest first. Behind a plus no index is used for it.
const (
	newest    = "e.seq DESC"
	collected = "+e.seq DESC"
)

// plan writes the condition, and the column that orders what nothing else does, so that the search is answered by the
// index that finds the fewest events. PostgreSQL finds that out by itself, but for where in the log a time is.
func (s *Search) plan(tx *store.Tx, q *query.Query) (c query.Clause, last string, err error) {
	to := query.Target{Dialect: tx.Dialect().Query(), Now: tx.Now()}
	if tx.Dialect() == store.PostgreSQL || len(s.Sort) > 0 {
		if c, err = q.Compile(to); err == nil && len(s.Sort) == 0 {
			err = narrow(tx, &c, q, to)
		}
		return c, newest, err
	}
	c, led, err := store.Lead{From: "event e", Ordered: asListed}.Clause(tx, q, to)
	if err != nil || led == store.InOrder {
		return c, newest, err
	}
	if led == store.Collected {
		return c, collected, nil
	}
	return c, newest, narrow(tx, &c, q, to)
}

// asListed reports whether the index that answers conditions has the events in their usual order.
func asListed(all []*query.Term) bool {
	t := all[0]
	if t.Name() == "sequence" {
		return true
	}
	key, detail := strings.CutPrefix(t.Name(), "detail.")
	return len(all) == 1 && !t.Negated && t.Operator == query.Equals && (key == "code" || detail && slices.Contains(indexed, key))
}

// maxOfTime is how many events of a span of time are looked at to find out where in the log they stand.
const maxOfTime = 50_000

// narrow adds a condition for the part of the log in which the events of the asked time stand. They need not be read in
// the order of their time: it is not that of the log. Of very many events some are near wherever the reading begins.
func narrow(tx *store.Tx, c *query.Clause, q *query.Query, to query.Target) error {
	for _, part := range q.Parts() {
		terms := part.Terms()
		if len(terms) == 0 || terms[0].Name() != "timestamp" {
			continue
		}
		span, err := part.Compile(to)
		if err != nil || !span.Fast {
			return err
		}
		var n, first, last int64
		_, err = tx.Get(`SELECT count(*), COALESCE(min(seq), 0), COALESCE(max(seq), 0) FROM (SELECT e.seq FROM event e WHERE `+span.SQL+
			` LIMIT `+strconv.Itoa(maxOfTime)+`) AS found`, span.Args, &n, &first, &last)
		if err == nil && n < maxOfTime {
			c.SQL += fmt.Sprintf(" AND e.seq >= $%d AND e.seq <= $%d", len(c.Args)+1, len(c.Args)+2)
			c.Args = append(c.Args, first, last)
		}
		return err
	}
	return nil
}
