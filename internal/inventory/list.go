package inventory

import (
	"context"
	"database/sql"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// groupable are what certificates can be grouped by. Who owns them is for those who may see each of them.
var groupable = query.Keys{
	"module": {SQL: "c.module"}, "profile": {SQL: "c.profile"}, "team": {SQL: "c.team"}, "contactEmail": {SQL: "c.contact_email"},
	"status": {SQL: "CASE WHEN c.revoked THEN 'revoked' WHEN c.not_after <= {now} THEN 'expired' ELSE 'valid' END"},
	"issuer": {SQL: "c.issuer"}, "dn": {SQL: "c.dn"}, "holderId": {SQL: "c.holder_id"}, "publicKeyThumbprint": {SQL: "c.public_key_thumbprint"},
	"keyType": {SQL: "c.key_type"}, "signingAlgorithm": {SQL: "c.signing_algorithm"}, "revocationReason": {SQL: "c.revocation_reason"},
	"selfSigned": {SQL: "c.self_signed", Type: query.Bool}, "escrowed": {SQL: "c.escrowed", Type: query.Bool},
	"notBefore": {SQL: "c.not_before", Type: query.Date}, "notAfter": {SQL: "c.not_after", Type: query.Date},
	"revocationDate": {SQL: "c.revoked_at", Type: query.Date},
	"state":          {SQL: stateSQL}, "renewalMode": {SQL: modeSQL}, "renewalDue": {SQL: dueSQL, Type: query.Date},
	"label.*": {SQL: "(c.labels ->> {key})"}, "metadata.*": {SQL: "(c.metadata ->> {key})"}, "grade.*": {SQL: "(c.grades ->> {key})"},
}

// Check tells what can be told of a query before it is asked.
func Check(ctx context.Context, db *store.DB, text string) (v query.Verdict, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		grades, err := letters(tx)
		if err != nil {
			return err
		}
		v, err = (&table{dialect: tx.Dialect(), letters: grades}).fields().Check(text, target(tx, 1))
		return err
	})
	return v, err
}

// Complete tells what can be written at a place of a query. known tells values in use.
func Complete(ctx context.Context, db *store.DB, text string, offset int, known func(field string) []query.Choice) (c query.Completion, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		grades, err := letters(tx)
		if err != nil {
			return err
		}
		c = (&table{dialect: tx.Dialect(), letters: grades}).fields().Complete(text, offset, known)
		return nil
	})
	return c, err
}

// Groupable returns the names of what certificates can be grouped by.
func Groupable() []string { return groupable.Names() }

// Aggregate counts the certificates that the caller may see and the query describes, by their values. When no more than
// some are to be counted, they are those recorded first.
func Aggregate(ctx context.Context, db *store.DB, who access.Caller, text string, g query.Grouping) (all query.Groups, err error) {
	if problem := g.Settle(groupable); problem != "" {
		return query.Groups{}, badSearch.Detail("%s", problem)
	}
	s := Search{Query: text, most: g.Most}
	err = s.within(ctx, db, who, func(tx *store.Tx, l plan) error {
		where, cut, err := l.toCount(tx, g.Most)
		if err != nil {
			return err
		}
		g.First = " ORDER BY " + l.last
		all, err = store.Grouped(tx, g, groupable, "certificate c", query.Clause{SQL: where.sql, Args: where.args})
		all.More = all.More || cut
		return err
	})
	return all, err
}

// toCount is the condition of the certificates that are counted, of all or of the first so many, and tells whether some
// were left out by it.
func (l plan) toCount(tx *store.Tx, most int) (where clause, cut bool, err error) {
	switch {
	case most == 0:
		return l.count, false, nil
	case l.steps != nil:
		return l.steps.first(tx, most)
	default:
		return l.where, false, nil
	}
}

// Each hands over all certificates that the caller may see and the query describes, a part at a time, in the order of the
// search. Its part and count are nothing to it.
func Each(ctx context.Context, db *store.DB, who access.Caller, s Search, use func([]Certificate) error) error {
	if problem := s.Settle(sortable); problem != "" {
		return badSearch.Detail("%s", problem)
	}
	w := s.walk(db, who)
	if len(s.Sort) > 0 {
		w.Sort = s.OrderBy(sortable, byID)
	}
	return w.Each(ctx, use)
}

// Next returns so many of the certificates that the caller may see and the query describes, in the order they were
// recorded in, behind the one with the id, and reports whether there are more. However far behind, it costs the same.
func Next(ctx context.Context, db *store.DB, who access.Caller, text, after string, size int) ([]Certificate, bool, error) {
	s := Search{Query: text}
	if after != "" && !store.IsID(after) {
		return nil, false, badSearch.Detail("after: an identifier, as the page before had it")
	}
	var behind any
	if after != "" {
		behind = after
	}
	return s.walk(db, who).Next(ctx, behind, size)
}

// Identifiers returns the identifiers of at most so many of the certificates that the caller may see and the query
// describes, in the order they were recorded in, all at one instant. It tells whether there are more.
func Identifiers(ctx context.Context, db *store.DB, who access.Caller, text string, most int) (ids []string, more bool, err error) {
	s := Search{Query: text}
	all := s.walk(db, who)
	return store.Walk[string]{
		Columns: "c.id", From: all.From, Within: all.Within, Key: func(id string) any { return id },
		Scan: func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) },
	}.Next(ctx, nil, most)
}

func (s *Search) walk(db *store.DB, who access.Caller) store.Walk[Certificate] {
	return store.Walk[Certificate]{
		Columns: columns, From: "certificate c", Scan: scan, Key: func(c Certificate) any { return c.ID },
		Within: func(ctx context.Context, read func(*store.Tx, store.Found) error) error {
			return s.within(ctx, db, who, func(tx *store.Tx, l plan) error {
				where := l.where
				if len(s.Sort) > 0 { // all are sorted at once
					where = l.count
				}
				return read(tx, store.Found{Where: query.Clause{SQL: where.sql, Args: where.args}, Last: l.last})
			})
		},
	}
}
