package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

// remains are what a kill left behind: how many orders were where.
type remains struct {
	inFlight int // orders clients waited for
	accepted int // the order is to be issued, its request is not stored
	stored   int // the request is stored, the CA has not signed
	signed   int // the CA has signed, the certificate is not recorded
	recorded int // the certificate is recorded, the order does not say so
	unsent   int // the order says so, its client does not know
}

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

// issuedRow is a certificate the CA keeps for an order.
type issuedRow struct {
	order string
	print [sha256.Size]byte
}

const (
	notStored = `SELECT count(*) FROM acme_order o WHERE o.status = 'processing' AND NOT EXISTS (SELECT 1 FROM request r WHERE r.wish = 'acme/' || o.id)`
	notSigned = `SELECT count(*) FROM request r WHERE r.state = 'processing' AND NOT EXISTS (SELECT 1 FROM authority_issued i WHERE i.request = r.id)`
	notKept   = `SELECT count(*) FROM request r WHERE r.state = 'processing' AND EXISTS (SELECT 1 FROM authority_issued i WHERE i.request = r.id)`
	notTold   = `SELECT count(*) FROM acme_order o JOIN request r ON r.wish = 'acme/' || o.id WHERE r.state = 'completed' AND o.status <> 'valid'`
	// promisedRows are the certificates of orders that are not at their end, or have only just come to it.
	promisedRows = `SELECT o.id, i.certificate FROM acme_order o JOIN request r ON r.wish = 'acme/' || o.id
		JOIN authority_issued i ON i.request = r.id WHERE o.status = 'processing' OR o.id IN (SELECT id FROM acme_order ORDER BY id DESC LIMIT 200)`
)

// remains counts where orders are, and returns the certificates that exist for them: those clients must get.
func (c *campaign) remains(ctx context.Context) (found remains, issued []issuedRow, err error) {
	db, done, err := c.database.look(ctx)
	if err != nil {
		return found, nil, err
	}
	defer func() { err = errors.Join(err, done()) }()
	err = db.Read(ctx, func(tx *store.Tx) error {
		for _, one := range []struct {
			to    *int
			query string
		}{{&found.accepted, notStored}, {&found.stored, notSigned}, {&found.signed, notKept}, {&found.recorded, notTold}} {
			if _, err := tx.Get(one.query, nil, one.to); err != nil {
				return err
			}
		}
		if err := c.unsent(tx, &found); err != nil {
			return err
		}
		issued, err = store.All(tx, func(r *sql.Rows) (i issuedRow, err error) {
			var der []byte
			err = r.Scan(&i.order, &der)
			i.print = sha256.Sum256(der)
			return i, err
		}, promisedRows)
		return err
	})
	return found, issued, err
}

// unsent counts orders clients wait for, and those of them that are valid without their client knowing it.
func (c *campaign) unsent(tx *store.Tx, found *remains) error {
	for _, one := range c.clients {
		one.mu.Lock()
		o, state := one.order, one.state
		one.mu.Unlock()
		if o == nil {
			continue
		}
		found.inFlight++
		if state == "valid" {
			continue
		}
		var status string
		if _, err := tx.Get(`SELECT status FROM acme_order WHERE id = $1`, []any{idOf(o)}, &status); err != nil {
			return err
		}
		if status == "valid" {
			found.unsent++
		}
	}
	return nil
}
