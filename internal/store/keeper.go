package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"strconv"
	"strings"
)

// keeper is a SQLite connection that keeps its prepared statements by their text. It is used by one goroutine at a
// time, as database/sql promises.
type keeper struct {
	driver.Conn
	base sqliteConn
	kept map[string]*keptStmt

	inside bool // a transaction that a statement of controls has begun
}

// sqliteConn is what the driver's connections can do and database/sql asks for.
type sqliteConn interface {
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type keptStmt struct {
	sqliteStmt
	busy bool // its rows are still being read
}

const maxKept = 256

func newKeeper(conn driver.Conn) (driver.Conn, error) {
	base, ok := conn.(sqliteConn)
	if !ok {
		return nil, errors.New("store: the SQLite driver lacks an interface")
	}
	return &keeper{Conn: conn, base: base, kept: map[string]*keptStmt{}}, nil
}

// stmt returns the idle kept statement of the text, or nil when its rows are being read.
func (k *keeper) stmt(ctx context.Context, query string) (*keptStmt, error) {
	if s, ok := k.kept[query]; ok {
		if s.busy {
			return nil, nil
		}
		return s, nil
	}
	if len(k.kept) >= maxKept {
		k.drop()
	}
	raw, err := k.base.PrepareContext(ctx, unnamed(query))
	if err != nil {
		return nil, err
	}
	s, ok := raw.(sqliteStmt)
	if !ok {
		return nil, errors.Join(errors.New("store: the SQLite driver's statement lacks an interface"), raw.Close())
	}
	kept := &keptStmt{sqliteStmt: s}
	k.kept[query] = kept
	return kept, nil
}

// unnamed returns a statement with ? in place of its parameters where those are $1, $2 and so on, in order and once each.
// SQLite takes $1 for a name, and the driver looks each name up among all of the statement whenever it runs.
func unnamed(query string) string {
	var b strings.Builder
	b.Grow(len(query))
	n := 0
	for i := 0; i < len(query); i++ {
		switch c := query[i]; c {
		case '\'', '"', '?', '@', ':', '-', '/': // texts, names, comments and other parameters
			return query
		case '$':
			n++
			number := strconv.Itoa(n)
			end := i + 1 + len(number)
			if !strings.HasPrefix(query[i+1:], number) || end < len(query) && '0' <= query[end] && query[end] <= '9' {
				return query
			}
			b.WriteByte('?')
			i += len(number)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// drop closes any one idle statement.
func (k *keeper) drop() {
	for text, s := range k.kept {
		if !s.busy {
			_ = s.Close()
			delete(k.kept, text)
			return
		}
	}
}

// ExecContext runs a statement.
func (k *keeper) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 0 && controls[query] {
		return k.control(ctx, query)
	}
	if len(args) == 0 { // scripts
		return k.base.ExecContext(ctx, query, args)
	}
	s, err := k.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return k.base.ExecContext(ctx, query, args)
	}
	return s.ExecContext(ctx, args)
}

// control runs a statement that begins or ends something.
func (k *keeper) control(ctx context.Context, query string) (driver.Result, error) {
	s, err := k.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	r, err := s.ExecContext(ctx, nil)
	switch {
	case query == rollback:
		k.inside = false
	case err == nil && (query == beginWrite || query == beginRead):
		k.inside = true
	case err == nil && query == commit:
		k.inside = false
	}
	return r, err
}

// QueryContext runs a query.
func (k *keeper) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := k.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return k.base.QueryContext(ctx, query, args)
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &keptRows{Rows: rows, stmt: s}, nil
}

// Close closes the statements, then the connection.
func (k *keeper) Close() error {
	for _, s := range k.kept {
		_ = s.Close()
	}
	k.kept = nil
	return k.Conn.Close()
}

// BeginTx begins a transaction, unless the connection is in one: that one is then joined.
func (k *keeper) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if k.inside {
		return within{}, nil
	}
	return k.base.BeginTx(ctx, o)
}

// PrepareContext prepares a statement for the caller to keep.
func (k *keeper) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return k.base.PrepareContext(ctx, query)
}

// Ping reports whether the database answers.
func (k *keeper) Ping(ctx context.Context) error { return k.base.Ping(ctx) }

// ResetSession is called before the connection is used again.
func (k *keeper) ResetSession(ctx context.Context) error {
	if k.inside { // whoever used it before threw
		if _, err := k.control(ctx, rollback); err != nil {
			return driver.ErrBadConn
		}
	}
	return k.base.ResetSession(ctx)
}

// IsValid reports whether the connection may be used again.
func (k *keeper) IsValid() bool { return k.base.IsValid() }

// keptRows frees their statement when they are closed.
type keptRows struct {
	driver.Rows
	stmt *keptStmt
}

// Close ends the reading.
func (r *keptRows) Close() error {
	err := r.Rows.Close()
	r.stmt.busy = false
	return err
}
