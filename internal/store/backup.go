package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
)

// ErrOnlySQLite says that a database server makes its own backups.
var ErrOnlySQLite = errors.New("store: only a SQLite file is copied here")

// Copy writes a consistent copy of a SQLite database to a file that does not exist yet, while it is in use.
func (db *DB) Copy(ctx context.Context, path string) error {
	if db.Dialect != SQLite {
		return ErrOnlySQLite
	}
	conn := sql.OpenDB(sqliteConnector(db.path, url.Values{}))
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		return fmt.Errorf("copying the database: %w", err)
	}
	return nil
}
