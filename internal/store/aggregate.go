package store

import (
	"database/sql"
	"strconv"

	"github.com/horizon-clm/horizon/internal/lang/query"
)

// Grouped counts the rows of a table that a condition finds by their values. The grouping has been settled.
// Where it bounds how many are counted, they are the first in its order.
func Grouped(tx *Tx, g query.Grouping, keys query.Keys, from string, where query.Clause) (found query.Groups, err error) {
	to := query.Target{Dialect: query.SQLite, Now: tx.Now(), First: len(where.Args) + 1}
	if tx.Dialect() == PostgreSQL {
		to.Dialect = query.PostgreSQL
	}
	found.By = g.By
	c := g.Compile(to, keys, from, where.SQL)
	found.List, err = All(tx, func(r *sql.Rows) (query.Group, error) { return readGroup(r, g.By, keys) }, c.SQL, together(where, c)...)
	if err == nil && g.Most > 0 {
		var one int
		found.More, err = tx.Get(`SELECT 1 FROM `+from+` WHERE `+where.SQL+` LIMIT 1 OFFSET `+strconv.Itoa(g.Most), where.Args, &one)
	}
	if err != nil || !g.Count {
		return found, err
	}
	found.Count = new(int)
	c = g.CompileCount(to, keys, from, where.SQL)
	_, err = tx.Get(c.SQL, together(where, c), found.Count)
	return found, err
}

func together(first, then query.Clause) []any {
	return append(append([]any{}, first.Args...), then.Args...)
}

// readGroup reads one group.
func readGroup(r *sql.Rows, by []string, keys query.Keys) (one query.Group, err error) {
	texts := make([]sql.NullString, len(by))
	dest := make([]any, 0, len(by)+1)
	for i := range texts {
		dest = append(dest, &texts[i])
	}
	if err := r.Scan(append(dest, &one.Rows)...); err != nil {
		return one, err
	}
	for i, name := range by {
		one.Values = append(one.Values, keys.Value(name, texts[i].String))
	}
	return one, nil
}
