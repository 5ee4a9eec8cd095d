package inventory

import (
	"context"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
)

// Sees reports whether the caller has anything to look for: by a right to search, or because something is theirs or their
// team's.
func Sees(ctx context.Context, db *store.DB, who access.Caller) (sees bool, err error) {
	s := scopeOf(who)
	if s.all || len(s.modules)+len(s.profiles)+len(s.both)+len(s.narrowed) > 0 {
		return true, nil
	}
	c, err := s.condition(db.Dialect.Query(), "")
	if err != nil || c.sql == "FALSE" {
		return false, err
	}
	err = db.Read(ctx, func(tx *store.Tx) error {
		sees, err = tx.Get(`SELECT c.id FROM certificate c WHERE `+c.sql+` LIMIT 1`, c.args, new(string))
		return err
	})
	return sees, err
}
