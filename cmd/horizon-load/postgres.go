package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/horizon-clm/horizon/internal/store"
)

// index is an index that is made after everything is loaded: keeping it row by row takes several times as long.
type index struct{ name, definition string }

// setAside drops the indexes on PostgreSQL that are for searches alone, and returns what makes them again.
func (l *loader) setAside(ctx context.Context) (restore func(context.Context) error, err error) {
	if l.App.DB.Dialect != store.PostgreSQL {
		return func(context.Context) error { return nil }, nil
	}
	var all []index
	err = l.App.DB.Write(ctx, func(tx *store.Tx) error {
		found, err := store.All(tx, func(r *sql.Rows) (i index, err error) {
			return i, r.Scan(&i.name, &i.definition)
		}, `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexdef NOT LIKE 'CREATE UNIQUE %'
			AND tablename IN ('certificate', 'certificate_san', 'certificate_label', 'event') ORDER BY 1`)
		for _, i := range found {
			if err == nil {
				_, err = tx.Exec(`DROP INDEX "` + i.name + `"`)
			}
		}
		all = found
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("setting the indexes of searches aside: %w", err)
	}
	return func(ctx context.Context) (err error) {
		for _, i := range all {
			fmt.Printf("making the index %s\n", i.name)
			err = errors.Join(err, l.App.DB.Write(ctx, func(tx *store.Tx) error {
				if _, err := tx.Exec(`SET LOCAL maintenance_work_mem = '512MB'`); err != nil {
					return err
				}
				if _, err := tx.Exec(i.definition); err != nil {
					return fmt.Errorf("making the index %s again (%s): %w", i.name, i.definition, err)
				}
				return nil
			}))
		}
		return err
	}, nil
}

// settle has PostgreSQL gather statistics and tidy up at once, as it does by itself in time.
func (l *loader) settle(ctx context.Context) error {
	if l.App.DB.Dialect != store.PostgreSQL {
		return nil
	}
	if _, err := l.App.DB.SQL().ExecContext(ctx, "VACUUM ANALYZE"); err != nil {
		return fmt.Errorf("gathering statistics: %w", err)
	}
	return nil
}
