// Package store opens the database, runs transactions and keeps what every subject needs of it: ids, leases, signals
// and migrations. It knows no table of any subject.
//
// Two databases are supported by the same SQL text: SQLite, embedded, where concurrent writes share one commit, and
// PostgreSQL, for several nodes.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/horizon-clm/horizon/internal/clock"
)

// Dialect tells the two databases apart where their SQL differs.
type Dialect int

const (
	SQLite Dialect = iota + 1
	PostgreSQL
)

// String returns the name of the database.
func (d Dialect) String() string {
	if d == PostgreSQL {
		return "PostgreSQL"
	}
	return "SQLite"
}

// Options say which database to open and how.
type Options struct {
	// URL is the path of a SQLite file, or postgres://user:password@host:port/name.
	URL string
	// Clock gives the time of transactions. Nil is the clock of the machine.
	Clock clock.Clock
	// Node names this process among others on the same database.
	Node string
}

// DB is an open database. Its methods may be called from any goroutine.
type DB struct {
	Dialect Dialect
	Clock   clock.Clock
	Node    string

	path   string  // of the SQLite file
	writer *sql.DB // SQLite: one connection; PostgreSQL: the pool
	reader *sql.DB // SQLite: several read-only connections; PostgreSQL: the same pool
	group  group
	ids    ids
	wakes  wakes
	caches sync.Map // by the key of their owner; everything in it can be made again

	native  *pgx.ConnConfig // PostgreSQL: how to reach it without database/sql
	channel string          // PostgreSQL: where nodes hear of each other
}

// Open opens the database and brings its tables up to date. It returns one clear line when it cannot.
func Open(ctx context.Context, o Options) (*DB, error) {
	db := &DB{Clock: o.Clock, Node: o.Node}
	if db.Clock == nil {
		db.Clock = clock.Real{}
	}
	var err error
	switch scheme, _, has := strings.Cut(o.URL, "://"); {
	case !has:
		err = db.openSQLite(ctx, o.URL)
	case scheme == "postgres" || scheme == "postgresql":
		err = db.openPostgres(ctx, o.URL)
	default:
		err = fmt.Errorf("the database %s: neither postgres://user:password@host:port/name nor the path of a SQLite file", Redacted(o.URL))
	}
	if err != nil {
		return nil, err
	}
	if err := db.ids.seed(); err != nil {
		return nil, err
	}
	if err := db.migrate(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// Close waits for running statements and closes all connections.
func (db *DB) Close() error {
	err := db.writer.Close()
	if db.reader != db.writer {
		if e := db.reader.Close(); err == nil {
			err = e
		}
	}
	return err
}

// SQL returns the pool that writes, for the library that runs jobs. Nothing else may use it.
func (db *DB) SQL() *sql.DB { return db.writer }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := db.reader.PingContext(ctx); err != nil {
		return fmt.Errorf("asking the database: %w", err)
	}
	return nil
}

// Write runs fn in a transaction and commits it when fn returns nil. fn may run twice: it has no side effects besides
// its statements, and assigns its outputs at the end. Concurrent calls on SQLite share one commit.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if db.Dialect == SQLite {
		return db.group.do(ctx, db, fn)
	}
	return db.writePostgres(ctx, fn)
}

// Read runs fn on one consistent state of the database, which it cannot change.
func (db *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	if db.Dialect != SQLite {
		return db.readPostgres(ctx, fn)
	}
	return db.readSQLite(ctx, ctx, fn)
}

// Look is Read for what takes next to no time, such as rows by their keys: between its queries it ends with ctx, within
// one it does not. To be able to interrupt a query of SQLite costs as much as a short one.
func (db *DB) Look(ctx context.Context, fn func(*Tx) error) error {
	if db.Dialect != SQLite {
		return db.readPostgres(ctx, fn)
	}
	return db.readSQLite(ctx, context.WithoutCancel(ctx), fn)
}

// Cache returns what make returned for the key the first time. The owner of the key guards what is in it.
func (db *DB) Cache(key any, make func() any) any {
	if v, ok := db.caches.Load(key); ok {
		return v
	}
	v, _ := db.caches.LoadOrStore(key, make())
	return v
}

// NewID returns an identifier: 24 lower-case hex digits that sort by creation. It is never a secret.
func (db *DB) NewID() string { return db.ids.next(db.Clock.Now()) }
