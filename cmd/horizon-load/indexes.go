package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/horizon-clm/horizon/internal/store"
)

// index is an index that is made after everything is loaded: keeping it row by row takes several times as long. The definition
// has what was set of it besides.
type index struct{ name, definition string }

// searched finds the indexes that are set aside. Of PostgreSQL these are all that hold nothing unique. SQLite reads the whole
// table for each index it makes, so these are only the ones whose entries come in no order.
var searched = map[store.Dialect]string{
	store.PostgreSQL: `SELECT indexname, indexdef || COALESCE((SELECT string_agg('; ALTER INDEX "' || indexname || '" ALTER COLUMN ' || a.attnum || ' SET STATISTICS ' || a.attstattarget, '')
			FROM pg_attribute a WHERE a.attrelid = (quote_ident(schemaname) || '.' || quote_ident(indexname))::regclass AND a.attstattarget > 0), '')
		FROM pg_indexes WHERE schemaname = current_schema() AND indexdef NOT LIKE 'CREATE UNIQUE %'
		AND tablename IN ('certificate', 'certificate_san', 'certificate_label', 'event', 'authority_issued') ORDER BY 1`,
	store.SQLite: `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND name IN ('certificate_thumbprint', 'certificate_public_key',
		'certificate_serial', 'certificate_holder', 'certificate_team_end', 'authority_issued_serial', 'authority_issued_end') ORDER BY 1`,
}

// setAside drops indexes and returns them.
func (l *loader) setAside(ctx context.Context) (all []index, err error) {
	err = l.App.DB.Write(ctx, func(tx *store.Tx) error {
		found, err := store.All(tx, func(r *sql.Rows) (i index, err error) {
			return i, r.Scan(&i.name, &i.definition)
		}, searched[tx.Dialect()])
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
	return all, nil
}

// restore makes indexes again, on PostgreSQL several at once. It makes all it can.
func (l *loader) restore(ctx context.Context, all []index) error {
	var mu sync.Mutex
	var failed error
	var g errgroup.Group
	g.SetLimit(l.workers)
	for _, i := range all {
		g.Go(func() error {
			began := time.Now()
			err := l.makeIndex(ctx, i)
			mu.Lock()
			defer mu.Unlock()
			failed = errors.Join(failed, err)
			fmt.Printf("%6.0f s  for the index %s\n", time.Since(began).Seconds(), i.name)
			return nil
		})
	}
	err := g.Wait()
	return errors.Join(failed, err)
}

func (l *loader) makeIndex(ctx context.Context, i index) error {
	return l.App.DB.Write(ctx, func(tx *store.Tx) error {
		if tx.Dialect() == store.PostgreSQL {
			if _, err := tx.Exec(`SET LOCAL maintenance_work_mem = '1GB'`); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(i.definition); err != nil {
			return fmt.Errorf("making the index %s again (%s): %w", i.name, i.definition, err)
		}
		return nil
	})
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
