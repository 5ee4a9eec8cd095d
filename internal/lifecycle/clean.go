package lifecycle

import (
	"context"
	"database/sql"

	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/store"
)

const cleanBatch = 1000

// Clean removes the keys that can no longer be fetched, the challenges that have expired, what was remembered of reminders,
// and the requests whose time is over.
func (s *Service) Clean(ctx context.Context) error {
	for _, forget := range []func(*store.Tx) error{forgetKeys, forgetChallenges, forgetReminders} {
		if err := s.DB.Write(ctx, forget); err != nil {
			return err
		}
	}
	for {
		var n int64
		err := s.DB.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = removeRequests(tx)
			return err
		})
		if err != nil || n < cleanBatch {
			return err
		}
	}
}

// removeRequests removes requests whose time is over, so many at a time, and returns how many.
func removeRequests(tx *store.Tx) (int64, error) {
	gone, err := store.All(tx, func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) },
		`DELETE FROM request WHERE id IN (SELECT id FROM request WHERE remove_at IS NOT NULL AND remove_at <= $1 ORDER BY remove_at LIMIT $2) RETURNING id`,
		store.Micros(tx.Now()), cleanBatch)
	if err != nil {
		return 0, err
	}
	return int64(len(gone)), inventory.ForgetResults(tx, gone...)
}
