package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

// database is where the server keeps everything.
type database struct {
	folder string // of the server
	url    string // "" is the SQLite file in the folder
}

// file is the SQLite file of the server.
func (d database) file() string { return filepath.Join(d.folder, "horizon.db") }

// look opens what the killed server left. Of SQLite a copy is opened, so that the server itself has to recover its file;
// of PostgreSQL it waits until what the killed process had sent is done.
func (d database) look(ctx context.Context) (*store.DB, func() error, error) {
	if d.url != "" {
		if err := d.settled(ctx); err != nil {
			return nil, nil, err
		}
		db, err := store.Open(ctx, store.Options{URL: d.url, Node: "chaos"})
		if err != nil {
			return nil, nil, err
		}
		return db, db.Close, nil
	}
	dir, err := os.MkdirTemp(filepath.Dir(d.folder), "look")
	if err != nil {
		return nil, nil, err
	}
	remove := func() error { return os.RemoveAll(dir) }
	for _, suffix := range []string{"", "-wal"} {
		if err := copyFile(d.file()+suffix, filepath.Join(dir, "horizon.db"+suffix)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, nil, errors.Join(err, remove())
		}
	}
	db, err := store.Open(ctx, store.Options{URL: filepath.Join(dir, "horizon.db"), Node: "chaos"})
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("opening what the kill left: %w", err), remove())
	}
	return db, func() error { return errors.Join(db.Close(), remove()) }, nil
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(filepath.Clean(from))
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(filepath.Clean(to), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

const settleTime = 10 * time.Second

// settled waits until the sessions of the killed process have ended: what it sent last may still be committed.
func (d database) settled(ctx context.Context) (err error) {
	db, err := sql.Open("pgx", d.url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for until := time.Now().Add(settleTime); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		var n int
		err := db.QueryRowContext(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
			AND backend_type = 'client backend'`).Scan(&n)
		if err != nil || n == 0 {
			return err
		}
	}
	return errors.New("sessions of the killed server do not end")
}
