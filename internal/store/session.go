package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
)

// statements is what a transaction runs on: a *sql.Tx of PostgreSQL, or a connection of SQLite.
type statements interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// What begins and ends transactions of SQLite and surrounds the functions of a batch.
const (
	beginWrite = "BEGIN IMMEDIATE"
	beginRead  = "BEGIN"
	commit     = "COMMIT"
	rollback   = "ROLLBACK"
	savepoint  = "SAVEPOINT w"
	undo       = "ROLLBACK TO w"
	release    = "RELEASE w"
)

// controls are kept prepared, although they have no parameters.
var controls = map[string]bool{
	beginWrite: true, beginRead: true, commit: true, rollback: true, savepoint: true, undo: true, release: true,
}

// session begins a transaction on a connection of SQLite. It is no sql.Tx: that starts a goroutine for itself and for
// each of its queries, to be able to end them, which takes as long as a short query.
func (db *DB) session(ctx context.Context, pool *sql.DB, begin string) (*Tx, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(context.WithoutCancel(ctx), begin); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return &Tx{db: db, ctx: ctx, sql: conn, conn: conn, now: db.Clock.Now()}, nil
}

// part is the transaction as one function of a batch sees it.
func (tx *Tx) part() *Tx {
	return &Tx{db: tx.db, ctx: tx.ctx, sql: tx.sql, conn: tx.conn, now: tx.db.Clock.Now()}
}

// leave ends what SQL has handed out.
func (tx *Tx) leave() {
	if tx.conn != nil && tx.lent != nil {
		_ = tx.lent.Commit() // it does nothing: see keeper.BeginTx
		tx.lent = nil
	}
}

// commit ends a session, and undoes it when that fails.
func (tx *Tx) commit() error {
	tx.leave()
	if _, err := tx.conn.ExecContext(context.Background(), commit); err != nil {
		tx.rollback()
		return err
	}
	_ = tx.conn.Close()
	return nil
}

// rollback undoes a session.
func (tx *Tx) rollback() {
	tx.leave()
	_, _ = tx.conn.ExecContext(context.Background(), rollback) // it may have been undone already
	_ = tx.conn.Close()
}

// SQL returns the transaction as the library that runs jobs takes it. Nothing else may use it.
func (tx *Tx) SQL() (*sql.Tx, error) {
	if tx.lent != nil {
		return tx.lent, nil
	}
	tx.wrote = true
	t, err := tx.conn.BeginTx(context.Background(), nil)
	if err != nil {
		return nil, fmt.Errorf("handing out a transaction: %w", err)
	}
	tx.lent = t
	return t, nil
}

// within is the transaction of a connection that has begun one already: whoever began that ends it.
type within struct{}

// Commit does nothing.
func (within) Commit() error { return nil }

// Rollback does nothing.
func (within) Rollback() error { return nil }

var _ driver.Tx = within{}
