package inventory

import (
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// steps read what holds a needle that is common, on SQLite, in the order the certificates were recorded in: a part of the
// certificates at a time, with so many that may hold the needle, until there are enough. Neither are all of them
// collected, nor is what lies between them read.
type steps struct {
	search *Search
	query  *query.Query
	scope  clause // what the caller may see
	table  *table
	needle string
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
		to, ok, err := textIndex.Next(tx, r.needle, behind, size)
		if err != nil {
			return nil, err
		}
		if !ok {
			to = last
		}
		part, err := r.part(tx, step{behind, to}, want-len(all))
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
	to, cut, err := textIndex.Next(tx, r.needle, 0, most+1)
	if err != nil {
		return clause{}, false, err
	}
	if !cut {
		to = last
	}
	where, err = r.within(tx, step{0, to})
	return where, cut, err
}

// within is the condition of the certificates of one part.
func (r *steps) within(tx *store.Tx, s step) (clause, error) {
	r.table.within = &s
	c, err := r.query.Compile(target(tx, len(r.scope.args)+1))
	if err != nil {
		return clause{}, err
	}
	where := r.scope.and(c)
	where.sql += " AND c.n > " + where.arg(s.behind) + " AND c.n <= " + where.arg(s.to)
	return where, nil
}

// part returns at most so many certificates of one part.
func (r *steps) part(tx *store.Tx, s step, limit int) ([]Certificate, error) {
	where, err := r.within(tx, s)
	if err != nil {
		return nil, err
	}
	return store.All(tx, scan, selects+where.sql+` ORDER BY c.n LIMIT `+where.arg(limit), where.args...)
}
