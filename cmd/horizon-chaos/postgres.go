package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that makes and drops the database
)

// makePostgres makes a database in the PostgreSQL at the address, or in one it starts, and returns what removes it.
func (d *database) makePostgres(ctx context.Context, address, dir string) (drop func() error, err error) {
	stop := func() error { return nil }
	if address == "" {
		if address, stop, err = startPostgres(ctx, dir); err != nil {
			return nil, err
		}
	}
	var b [6]byte
	if _, err := rand.Read(b[:]); err != nil {
		return nil, err
	}
	name := "chaos_" + hex.EncodeToString(b[:])
	if err := execute(ctx, address, "CREATE DATABASE "+name); err != nil {
		return nil, errors.Join(err, stop())
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	u.Path = "/" + name
	d.url = u.String()
	return func() error {
		return errors.Join(execute(context.WithoutCancel(ctx), address, "DROP DATABASE "+name+" WITH (FORCE)"), stop())
	}, nil
}

func execute(ctx context.Context, address, statement string) (err error) {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, statement)
	return err
}

// startPostgres starts a PostgreSQL of its own.
func startPostgres(ctx context.Context, dir string) (address string, stop func() error, err error) {
	script := func(ctx context.Context, word string) (string, error) {
		cmd := exec.CommandContext(ctx, "scripts/postgres.sh", word) //nolint:gosec // start or stop
		cmd.Env = append(os.Environ(), "POSTGRES_STATE="+dir+".postgres")
		var errs bytes.Buffer
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("scripts/postgres.sh %s: %w: %s", word, err, errs.String())
		}
		return strings.TrimSpace(string(out)), nil
	}
	address, err = script(ctx, "start")
	return address, func() error { _, err := script(context.WithoutCancel(ctx), "stop"); return err }, err
}
