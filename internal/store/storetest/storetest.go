// Package storetest gives tests an empty database: a SQLite file, or a schema of its own in the PostgreSQL that
// TEST_POSTGRES names.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes and drops the schema

	"github.com/horizon-clm/horizon/internal/clock"
	"github.com/horizon-clm/horizon/internal/store"
)

// URL returns the address of an empty database that is removed when the test ends.
func URL(t testing.TB) string {
	t.Helper()
	server := os.Getenv("TEST_POSTGRES")
	if server == "" {
		return filepath.Join(t.TempDir(), "horizon.db")
	}
	var b [8]byte
	if _, err := rand.Read(b[:]); err != nil {
		t.Fatal(err)
	}
	schema := "test_" + hex.EncodeToString(b[:])
	run(t, server, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { run(t, server, "DROP SCHEMA "+schema+" CASCADE") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema+",public")
	u.RawQuery = q.Encode()
	return u.String()
}

func run(t testing.TB, server, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Errorf("%s: %v", statement, err)
	}
}

// Open returns an empty database with the clock, closed when the test ends. A nil clock is the machine's.
func Open(t testing.TB, c clock.Clock) *store.DB {
	t.Helper()
	return OpenURL(t, URL(t), c)
}

// OpenURL opens the database at the address, closed when the test ends.
func OpenURL(t testing.TB, address string, c clock.Clock) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), store.Options{URL: address, Clock: c, Node: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
