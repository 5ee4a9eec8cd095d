package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// openPostgres opens one pool. A schema in the URL (search_path) keeps several databases in one.
func (db *DB) openPostgres(ctx context.Context, address string) error {
	db.Dialect = PostgreSQL
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("reading the address of the database: it does not have the form postgres://user@host:port/name")
	}
	cfg.RuntimeParams["application_name"] = "horizon"
	cfg.RuntimeParams["timezone"] = "UTC"
	db.writer = stdlib.OpenDB(*cfg)
	db.writer.SetMaxOpenConns(32)
	db.writer.SetMaxIdleConns(32)
	db.writer.SetConnMaxIdleTime(5 * time.Minute)
	db.reader = db.writer
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := db.writer.PingContext(ctx); err != nil {
		_ = db.writer.Close()
		return fmt.Errorf("connecting to the database %s: %w", Redacted(address), err)
	}
	var schema string
	if err := db.writer.QueryRowContext(ctx, `SELECT coalesce(current_schema(), '')`).Scan(&schema); err != nil {
		_ = db.writer.Close()
		return fmt.Errorf("asking the database for its schema: %w", err)
	}
	db.native, db.channel = cfg, channelOf(schema)
	return nil
}

// Redacted returns the address of a database without its password.
func Redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(unreadable address)"
	}
	return u.Redacted()
}

const maxTries = 10

// writePostgres runs the function in a transaction of its own, again when it met another one.
func (db *DB) writePostgres(ctx context.Context, fn func(*Tx) error) error {
	for try := 1; ; try++ {
		err := db.tryPostgres(ctx, fn)
		if err == nil || try == maxTries || !collided(err) {
			return err
		}
	}
}

// collided reports a serialization failure or a deadlock, which another try may avoid.
func collided(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

func (db *DB) tryPostgres(ctx context.Context, fn func(*Tx) error) error {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("beginning a write: %w", err)
	}
	defer func() { _ = conn.Close() }()
	t, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return fmt.Errorf("beginning a write: %w", err)
	}
	defer func() { _ = t.Rollback() }()
	tx := &Tx{db: db, ctx: ctx, sql: t, conn: conn, lent: t, now: db.Clock.Now()}
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.tell(); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	db.wakes.signal(tx.wakes)
	return nil
}

// readPostgres runs the function on one state of the database.
func (db *DB) readPostgres(ctx context.Context, fn func(*Tx) error) error {
	t, err := db.reader.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("beginning a read: %w", err)
	}
	defer func() { _ = t.Rollback() }()
	return fn(&Tx{db: db, ctx: ctx, sql: t, lent: t, now: db.Clock.Now(), readOnly: true})
}

// Duplicate reports whether err says that a unique index holds the value already.
func Duplicate(err error) bool {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code == "23505"
	}
	return sqliteDuplicate(err)
}
