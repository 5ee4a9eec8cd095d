package store

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// riverVersion is the version of the tables of the job library, raised by a migration of its own.
const riverVersion = 6

// migrate brings the tables up to date. A database that is newer than this program is refused.
func (db *DB) migrate(ctx context.Context) error {
	dialect := database.DialectSQLite3
	if db.Dialect == PostgreSQL {
		dialect = database.DialectPostgres
	}
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, db.writer, translated{sub, db.Dialect},
		goose.WithTableName("schema_version"), goose.WithDisableGlobalRegistry(true),
		goose.WithAllowOutofOrder(true), // migrations only add: one of a branch may come after a later one
		goose.WithGoMigrations(db.river()))
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	return db.alone(ctx, func() error {
		current, target, err := p.GetVersions(ctx)
		if err != nil {
			return fmt.Errorf("reading the version of the database: %w", err)
		}
		if current > target {
			return fmt.Errorf("the database has schema version %d, made by a newer release; this one knows up to %d", current, target)
		}
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("bringing the database up to date: %w", err)
		}
		return nil
	})
}

// alone runs fn while no other node migrates the same database.
func (db *DB) alone(ctx context.Context, fn func() error) error {
	if db.Dialect == SQLite {
		return fn()
	}
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(hashtextextended(current_schema() || '/migration', 0))`); err != nil {
		return err
	}
	defer func() {
		_, _ = conn.ExecContext(ctx, `SELECT pg_advisory_unlock(hashtextextended(current_schema() || '/migration', 0))`)
	}()
	return fn()
}

// river returns the migration that makes the tables of the job library. PostgreSQL needs several transactions for it;
// the library goes on where it stopped.
func (db *DB) river() *goose.Migration {
	opts := &rivermigrate.MigrateOpts{TargetVersion: riverVersion}
	if db.Dialect == PostgreSQL {
		return goose.NewGoMigration(2, &goose.GoFunc{RunDB: func(ctx context.Context, pool *sql.DB) error {
			m, err := rivermigrate.New(riverdatabasesql.New(pool), nil)
			if err != nil {
				return err
			}
			_, err = m.Migrate(ctx, rivermigrate.DirectionUp, opts)
			return err
		}}, nil)
	}
	return goose.NewGoMigration(2, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		m, err := rivermigrate.New(riversqlite.New(db.writer), nil)
		if err != nil {
			return err
		}
		//lint:ignore SA1019 the one connection that writes is busy with this transaction
		_, err = m.MigrateTx(ctx, tx, rivermigrate.DirectionUp, opts)
		return err
	}}, nil)
}

// translated gives the migrations in the words of one database. The text is PostgreSQL's, with BLOB for bytes and
// WITHOUT ROWID where a table is its index. Lines between "-- only sqlite" or "-- only postgres" and "-- end" are for
// one of them.
type translated struct {
	fs.FS
	dialect Dialect
}

// Open returns the translated file.
func (t translated) Open(name string) (fs.File, error) {
	f, err := t.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return &textFile{bytes.NewReader([]byte(t.dialect.translate(string(text)))), info}, nil
}

// ReadDir lists the migrations.
func (t translated) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(t.FS, name) }

func (d Dialect) translate(text string) string {
	mine, words := "sqlite", strings.NewReplacer("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY")
	if d == PostgreSQL {
		mine, words = "postgres", strings.NewReplacer("BLOB", "BYTEA", " WITHOUT ROWID", "")
	}
	var b strings.Builder
	keep := true
	for line := range strings.Lines(text) {
		word := strings.TrimSpace(line)
		if only, ok := strings.CutPrefix(word, "-- only "); ok {
			keep = only == mine
			continue
		}
		if word == "-- end" {
			keep = true
			continue
		}
		if keep {
			b.WriteString(words.Replace(line))
		}
	}
	return b.String()
}

// textFile is a file whose text was changed after it was opened.
type textFile struct {
	*bytes.Reader
	info fs.FileInfo
}

// Stat returns the facts of the file on disk.
func (f *textFile) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close does nothing.
func (f *textFile) Close() error { return nil }
