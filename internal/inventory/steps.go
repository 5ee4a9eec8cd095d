package inventory

import (
	"fmt"
	"slices"

	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// steps read what holds needles that are common, on SQLite, in the order the certificates were recorded in: a part of the
// certificates at a time, with so many that may hold them, until there are enough. Neither are all of them
// collected, nor is what lies between them read.
type steps struct {
	search   *Search
	query    *query.Query
	scope    clause // what the caller may see
	table    *table
	needles  []string
	compared *query.Query // the query for certificates that are read anyway, when all that is found holds the needles; or nil
}

// step is a part of the certificates by the numbers of their rows.
type step struct{ behind, to int64 }

const (
	firstStep = 64 // certificates that may hold the needle
	lastStep  = 4096
	maxSkip   = 1000 // rows before the page, beyond which it is read as usual
)

// inSteps reports whether the page is one that steps can read: in the usual order, and near the beginning.
func (s *Search) inSteps() bool { return len(s.Sort) == 0 && (s.Index-1)*s.Size <= maxSkip }

// read returns the page and one row more, if there are so many.
func (r *steps) read(tx *store.Tx) (all []Certificate, err error) {
	r.table.common = nil // within a step, the index helps with every needle
	skip := (r.search.Index - 1) * r.search.Size
	want := skip + r.search.Size + 1
	var last int64
	if _, err := tx.Get(`SELECT COALESCE(max(n), 0) FROM certificate`, nil, &last); err != nil {
		return nil, err
	}
	for behind, size := int64(0), firstStep; behind < last && len(all) < want; size = min(2*size, lastStep) {
		to, ok, err := textIndex.Next(tx, r.needles, behind, size)
		if err != nil {
			return nil, err
		}
		if !ok {
			to = last
		}
		part, err := r.part(tx, &step{behind, to}, want-len(all))
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
		behind = to
	}
	return all[min(skip, len(all)):], nil
}

// first is the condition of a first part of the certificates, with one more than so many that may hold the needle, and
// tells whether others come behind it.
func (r *steps) first(tx *store.Tx, most int) (where clause, cut bool, err error) {
	r.table.common = nil
	var last int64
	if _, err := tx.Get(`SELECT COALESCE(max(n), 0) FROM certificate`, nil, &last); err != nil {
		return clause{}, false, err
	}
	to, cut, err := textIndex.Next(tx, r.needles, 0, most+1)
	if err != nil {
		return clause{}, false, err
	}
	if !cut {
		to = last
	}
	where, err = r.within(tx, &step{0, to})
	return where, cut, err
}

// within is the condition of the certificates of one part, or of all when that is nil. Where all of them hold the needles,
// those are read, and compared.
func (r *steps) within(tx *store.Tx, s *step) (clause, error) {
	if r.compared != nil {
		where, err := r.holding(s)
		if err != nil {
			return clause{}, err
		}
		c, err := r.compared.Compile(target(tx, len(where.args)+1))
		return where.and(c), err
	}
	r.table.within = s
	c, err := r.query.Compile(target(tx, len(r.scope.args)+1))
	if err != nil {
		return clause{}, err
	}
	where := r.scope.and(c)
	where.sql += " AND c.n > " + where.arg(s.behind) + " AND c.n <= " + where.arg(s.to)
	return where, nil
}

// holding is the condition of the certificates of one part, or of all, that may hold the needles.
func (r *steps) holding(s *step) (clause, error) {
	before, after, value, ok := textIndex.Narrow(r.table.dialect, r.needles...)
	if !ok {
		return clause{}, fmt.Errorf("looking for %q: the index of texts does not know it", r.needles)
	}
	where := clause{sql: r.scope.sql, args: slices.Clip(r.scope.args)}
	where.sql += " AND " + before + where.arg(value)
	if s != nil {
		where.sql += " AND rowid > " + where.arg(s.behind) + " AND rowid <= " + where.arg(s.to)
	}
	where.sql += after
	return where, nil
}

// part returns at most so many certificates of one part.
func (r *steps) part(tx *store.Tx, s *step, limit int) ([]Certificate, error) {
	where, err := r.within(tx, s)
	if err != nil {
		return nil, err
	}
	return store.All(tx, scan, selects+where.sql+` ORDER BY c.n LIMIT `+where.arg(limit), where.args...)
}
