package inventory

import (
	"context"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
)

// Counted is how many certificates a query describes, up to a number.
type Counted struct {
	Count int
	More  bool // there are more
}

// Count counts the certificates that the caller may see and the query describes, up to so many.
func Count(ctx context.Context, db *store.DB, who access.Caller, text string, most int) (n Counted, err error) {
	s := Search{Query: text}
	err = s.within(ctx, db, who, func(tx *store.Tx, l plan) error {
		where, cut, err := l.toCount(tx, most)
		if err != nil {
			return err
		}
		var found int
		limit := where.arg(most + 1)
		if _, err := tx.Get(`SELECT count(*) FROM (SELECT 1 FROM certificate c WHERE `+where.sql+` LIMIT `+limit+`) AS found`, where.args, &found); err != nil {
			return err
		}
		n = Counted{Count: min(found, most), More: cut || found > most}
		return nil
	})
	return n, err
}

// CountOfProfile counts the certificates that stand under a profile, whoever may see them.
func CountOfProfile(tx *store.Tx, profile string) (n int64, err error) {
	_, err = tx.Get(`SELECT count(*) FROM certificate WHERE profile = $1`, []any{profile}, &n)
	return n, err
}

// CountOfTeam counts the certificates of a team, whoever may see them.
func CountOfTeam(tx *store.Tx, team string) (n int64, err error) {
	_, err = tx.Get(`SELECT count(*) FROM certificate WHERE team = $1`, []any{team}, &n)
	return n, err
}

// CountOfLabel counts the certificates that carry a label, whoever may see them.
func CountOfLabel(tx *store.Tx, label string) (n int64, err error) {
	_, err = tx.Get(`SELECT count(*) FROM certificate_label WHERE name = $1`, []any{label}, &n)
	return n, err
}
