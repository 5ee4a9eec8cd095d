package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Tx is a running transaction. It is used by one goroutine and never kept.
type Tx struct {
	db       *DB
	ctx      context.Context //nolint:containedctx // a transaction is bound to one call
	sql      statements
	conn     *sql.Conn       // of a session of SQLite, and of a write on PostgreSQL
	lent     *sql.Tx         // what SQL returns
	left     context.Context //nolint:containedctx // whose end is looked at before each query; nil is none
	now      time.Time
	readOnly bool
	wakes    []string
	values   map[any]any
	wrote    bool // a statement may have changed something
	broken   bool // the database has failed, and may have undone everything by itself

	everywhere []string // topics of other nodes
}

// DB returns the database of the transaction.
func (tx *Tx) DB() *DB { return tx.db }

// Dialect returns which database this is.
func (tx *Tx) Dialect() Dialect { return tx.db.Dialect }

// Now returns the time of the transaction, the same in all of it.
func (tx *Tx) Now() time.Time { return tx.now }

// NewID returns a new identifier.
func (tx *Tx) NewID() string { return tx.db.ids.next(tx.now) }

// Context returns the context statements run under.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Set attaches a value to the transaction under a key of the package that sets it, for its own later calls.
func (tx *Tx) Set(key, v any) {
	if tx.values == nil {
		tx.values = map[any]any{}
	}
	tx.values[key] = v
}

// Value returns what Set attached, or nil.
func (tx *Tx) Value(key any) any { return tx.values[key] }

// ReadOnly reports whether the transaction cannot change anything.
func (tx *Tx) ReadOnly() bool { return tx.readOnly }

// Exec runs a statement and returns how many rows it touched.
func (tx *Tx) Exec(query string, args ...any) (int64, error) {
	if tx.readOnly {
		return 0, errReadOnly
	}
	tx.wrote = true
	r, err := tx.sql.ExecContext(tx.ctx, query, args...)
	if err != nil {
		tx.broken = tx.broken || !Duplicate(err)
		return 0, err
	}
	return r.RowsAffected()
}

// Query runs a query. The caller closes the rows.
func (tx *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	tx.wrote = tx.wrote || !strings.HasPrefix(query, "SELECT")
	if tx.left != nil && tx.left.Err() != nil {
		return nil, tx.left.Err()
	}
	rows, err := tx.sql.QueryContext(tx.ctx, query, args...)
	tx.broken = tx.broken || err != nil && !Duplicate(err)
	return rows, err
}

// Get reads one row into dest and reports whether there is one.
func (tx *Tx) Get(query string, args []any, dest ...any) (bool, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return false, err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return false, rows.Err()
	}
	if err := rows.Scan(dest...); err != nil {
		return false, err
	}
	return true, rows.Close()
}

// All reads every row of a query with scan. The query carries its own limit.
func All[T any](tx *Tx, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// AllPlanned is All for a search whose way depends on its values: PostgreSQL, which after a few times takes one way for all
// values of a statement, plans it anew. It would look for what is rare among everything, newest first, as for what is frequent.
func AllPlanned[T any](tx *Tx, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	if tx.db.Dialect == PostgreSQL {
		args = append([]any{pgx.QueryExecModeCacheDescribe}, args...)
	}
	return All(tx, scan, query, args...)
}

// Lock makes this transaction wait until no other holds the key, until it ends. Where something is counted before it
// is changed, the counting transaction locks what it counts. On SQLite writers are alone anyway.
func (tx *Tx) Lock(key string) error {
	if tx.db.Dialect == SQLite {
		return nil
	}
	_, err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, key)
	if err != nil {
		return fmt.Errorf("locking %q: %w", key, err)
	}
	return nil
}

// Wake signals the topic when the transaction has committed.
func (tx *Tx) Wake(topic string) { tx.wakes = append(tx.wakes, topic) }

// errReadOnly is a programmer's mistake: a change within Read.
var errReadOnly = errors.New("store: a change within a read")

// Micros is a time as tables hold it: microseconds since 1970, UTC. The zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the reverse of Micros.
func Time(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
