package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"

	"modernc.org/sqlite"
)

// pragmas are set on every connection. FULL makes a commit survive a power cut.
var pragmas = []string{
	"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
	"temp_store(MEMORY)", "cache_size(-16000)", "mmap_size(268435456)", "journal_size_limit(67108864)",
}

// openSQLite opens two pools on one file: one connection that writes, and several that read.
func (db *DB) openSQLite(ctx context.Context, path string) error {
	db.Dialect, db.path = SQLite, path
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the folder of the database: %w", err)
	}
	if err := touch(path); err != nil {
		return err
	}
	db.writer = sql.OpenDB(sqliteConnector(path, url.Values{"_txlock": {"immediate"}}))
	db.writer.SetMaxOpenConns(1)
	db.reader = sql.OpenDB(sqliteConnector(path, url.Values{"_pragma": {"query_only(1)"}}))
	db.reader.SetMaxOpenConns(max(4, 2*runtime.GOMAXPROCS(0)))
	db.reader.SetMaxIdleConns(max(4, 2*runtime.GOMAXPROCS(0)))
	if err := db.writer.PingContext(ctx); err != nil {
		_ = db.Close()
		return fmt.Errorf("opening the database %s: %w", path, err)
	}
	return nil
}

// readSQLite runs the function on one state of the database. The context of the caller is looked at between queries, the
// other one ends those that run.
func (db *DB) readSQLite(caller, running context.Context, fn func(*Tx) error) error {
	if err := caller.Err(); err != nil {
		return err
	}
	tx, err := db.session(caller, db.reader, beginRead)
	if err != nil {
		return fmt.Errorf("beginning a read: %w", err)
	}
	defer tx.rollback()
	tx.readOnly, tx.left, tx.ctx = true, caller, running
	return fn(tx)
}

// touch makes the file readable by its owner alone before SQLite opens it.
func touch(path string) error {
	f, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	return f.Close()
}

type connector struct {
	driver *sqlite.Driver
	dsn    string
}

func (c connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return newKeeper(conn)
}

func (c connector) Driver() driver.Driver { return c.driver }

func sqliteConnector(path string, q url.Values) driver.Connector {
	q["_pragma"] = append(append([]string{}, pragmas...), q["_pragma"]...)
	return connector{sqliteDriver(), "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()}
}

// sqliteDriver is the driver with the functions that the query language and the text index need beyond SQL.
var sqliteDriver = sync.OnceValue(func() *sqlite.Driver {
	var patterns patternCache
	sqlite.MustRegisterDeterministicScalarFunction("regexp_match", 2,
		func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			pattern, ok1 := args[0].(string)
			value, ok2 := args[1].(string)
			if !ok1 || !ok2 {
				return nil, nil // NULL, as in SQL
			}
			re, err := patterns.get(pattern)
			if err != nil {
				return nil, err
			}
			return re.MatchString(value), nil
		})
	sqlite.MustRegisterDeterministicScalarFunction("text_parts", 1,
		func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			text, ok := args[0].(string)
			if !ok {
				return nil, nil
			}
			return strings.Join(parts(text, len(text)), " "), nil
		})
	db, err := sql.Open("sqlite", "")
	if err != nil {
		panic(err)
	}
	defer func() { _ = db.Close() }()
	return db.Driver().(*sqlite.Driver)
})

// patternCache keeps compiled patterns, at most a few: queries come with few patterns and many rows.
type patternCache struct {
	mu  sync.Mutex // guards all
	all map[string]*regexp.Regexp
}

const maxPatterns = 256

func (c *patternCache) get(pattern string) (*regexp.Regexp, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if re, ok := c.all[pattern]; ok {
		return re, nil
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	if len(c.all) >= maxPatterns || c.all == nil {
		c.all = map[string]*regexp.Regexp{}
	}
	c.all[pattern] = re
	return re, nil
}

// sqliteDuplicate reports SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE and _ROWID.
func sqliteDuplicate(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code() == 1555 || e.Code() == 2067 || e.Code() == 2579)
}

// isSQLite reports whether an error is one of the database.
func isSQLite(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e)
}
