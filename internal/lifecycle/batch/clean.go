package batch

import (
	"context"
	"database/sql"

	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

const (
	tended     = 100  // batches looked at in one transaction
	removePart = 1000 // certificates removed in one
)

// Tend takes up batches that nobody works on any more, and removes those whose time is over.
func (s *Service) Tend(ctx context.Context) error {
	if err := s.resume(ctx); err != nil {
		return err
	}
	for {
		var ids []string
		err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
			ids, err = identifiers(tx, `remove_at IS NOT NULL AND remove_at <= $1 ORDER BY remove_at LIMIT $2`, store.Micros(tx.Now()), tended)
			return err
		})
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.expire(ctx, id); err != nil {
				return err
			}
		}
		if len(ids) < tended {
			return nil
		}
	}
}

// resume inserts the jobs of batches that show no sign of life: an operator may have removed them, or a database that
// failed for hours.
func (s *Service) resume(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		ids, err := identifiers(tx, `state IN ('running', 'canceling') AND touched <= $1 ORDER BY touched LIMIT $2`, store.Micros(tx.Now().Add(-abandoned)), tended)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := touch(tx, id); err != nil {
				return err
			}
			if err := task.Insert(tx, job{id}, task.Unique()); err != nil {
				return err
			}
		}
		return nil
	})
}

// expire removes a batch whose time is over, unless it was run at the last instant.
func (s *Service) expire(ctx context.Context, id string) error {
	var over bool
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(`UPDATE batch SET state = 'preparing' WHERE id = $1 AND remove_at <= $2`, id, store.Micros(tx.Now()))
		over = n == 1
		return err
	})
	if err != nil || !over {
		return err
	}
	return s.remove(ctx, id)
}

// remove removes a batch, its certificates first, a part at a time.
func (s *Service) remove(ctx context.Context, id string) error {
	for {
		var n int64
		err := s.DB.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.Exec(`DELETE FROM batch_item WHERE batch = $1 AND n IN (SELECT n FROM batch_item WHERE batch = $1 ORDER BY n LIMIT $2)`, id, removePart)
			if err == nil && n < removePart {
				_, err = tx.Exec(`DELETE FROM batch WHERE id = $1`, id)
			}
			return err
		})
		if err != nil || n < removePart {
			return err
		}
	}
}

func identifiers(tx *store.Tx, where string, args ...any) ([]string, error) {
	return store.All(tx, func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) }, `SELECT id FROM batch WHERE `+where, args...)
}
