package app

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// backupFormat names the format of backup files: a tar of manifest.json, horizon.db and keys.sealed.
const backupFormat = "horizon-backup/1"

// manifest says what a backup holds.
type manifest struct {
	Format     string    `json:"format"`
	Version    string    `json:"version"`
	Time       time.Time `json:"time"`
	Database   string    `json:"database"` // SQLite, or PostgreSQL when the backup does not hold it
	Keys       bool      `json:"keys"`
	Checkpoint string    `json:"checkpoint,omitempty"` // the last one, to compare with
}

// Backup writes a copy of the database and of the keys, sealed to the passphrase, to a file that does not exist yet. An
// empty passphrase leaves the keys out. Of a PostgreSQL database it holds the keys alone.
func (a *App) Backup(ctx context.Context, path string, passphrase secret.Text) error {
	if err := a.ring.Refresh(); err != nil {
		return err
	}
	held := a.keysNow(a.DB.Clock.Now())
	if err := a.writeBackup(ctx, path, passphrase); err != nil || passphrase.IsZero() {
		return err
	}
	return a.recordBackup(ctx, held)
}

func (a *App) writeBackup(ctx context.Context, path string, passphrase secret.Text) (err error) {
	out, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("making the backup: %w", err)
	}
	defer func() {
		if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
			_ = os.Remove(path)
		}
	}()
	m := manifest{Format: backupFormat, Version: Version, Time: a.DB.Clock.Now(), Database: a.DB.Dialect.String(), Keys: !passphrase.IsZero()}
	err = a.DB.Read(ctx, func(tx *store.Tx) error {
		last, err := a.Log.LastCheckpoint(tx)
		m.Checkpoint = last.Note
		return err
	})
	if err != nil {
		return err
	}
	w := tar.NewWriter(out)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := add(w, "manifest.json", bytes.NewReader(text), int64(len(text))); err != nil {
		return err
	}
	if a.DB.Dialect == store.SQLite {
		if err := a.backupDatabase(ctx, w, path+".database"); err != nil {
			return err
		}
	}
	if m.Keys {
		var sealed bytes.Buffer
		if err := a.keys.Export(&sealed, passphrase); err != nil {
			return err
		}
		if err := add(w, "keys.sealed", &sealed, int64(sealed.Len())); err != nil {
			return err
		}
	}
	return w.Close()
}

// recordBackup notes in the database that the keys were saved, so that nobody is reminded of it.
func (a *App) recordBackup(ctx context.Context, keys keyBackup) error {
	err := a.DB.Write(ctx, func(tx *store.Tx) error { return putJSON(tx, metaBackup, keys) })
	if err != nil {
		return fmt.Errorf("the backup is written; noting it in the database: %w", err)
	}
	return nil
}

func (a *App) backupDatabase(ctx context.Context, w *tar.Writer, temporary string) (err error) {
	defer func() { _ = os.Remove(temporary) }()
	if err := a.DB.Copy(ctx, temporary); err != nil {
		return err
	}
	f, err := os.Open(filepath.Clean(temporary))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return add(w, "horizon.db", f, info.Size())
}

func add(w *tar.Writer, name string, from io.Reader, size int64) error {
	if err := w.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err := io.Copy(w, from)
	return err
}

const maxManifest = 1 << 20

// Unpack puts a backup into a data folder that is empty or does not exist.
func Unpack(path, data string, passphrase secret.Text) (m manifest, err error) {
	if entries, err := os.ReadDir(data); err == nil && len(entries) > 0 {
		return m, fmt.Errorf("%s is not empty: a backup is restored into an empty folder", data)
	}
	in, err := os.Open(filepath.Clean(path))
	if err != nil {
		return m, fmt.Errorf("reading the backup: %w", err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	r := tar.NewReader(in)
	h, err := r.Next()
	if err != nil || h.Name != "manifest.json" {
		return m, fmt.Errorf("%s is not a backup of this product", path)
	}
	if err := json.NewDecoder(io.LimitReader(r, maxManifest)).Decode(&m); err != nil || m.Format != backupFormat {
		return m, fmt.Errorf("%s is not a backup of a format this program knows (%s)", path, backupFormat)
	}
	if m.Keys && passphrase.IsZero() {
		return m, errors.New("the backup holds keys: give their passphrase")
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return m, err
	}
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return m, nil
		}
		if err != nil {
			return m, fmt.Errorf("reading the backup: %w", err)
		}
		if err := unpackOne(h.Name, r, data, passphrase); err != nil {
			return m, err
		}
	}
}

func unpackOne(name string, r io.Reader, data string, passphrase secret.Text) (err error) {
	switch name {
	case "horizon.db":
		f, err := os.OpenFile(filepath.Join(data, "horizon.db"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, r)
		return errors.Join(err, f.Sync(), f.Close())
	case "keys.sealed":
		_, err := secret.Import(filepath.Join(data, "keys"), r, passphrase)
		return err
	}
	return fmt.Errorf("the backup holds %q, which this program does not know", name)
}

// Restored verifies the log of a database that was just restored, and moves serial and CRL numbers forward, so that none
// is given out twice.
func (a *App) Restored(ctx context.Context) (event.Report, error) {
	report, err := a.Log.Verify(ctx, event.VerifyOptions{})
	if err != nil || report.Problem != nil {
		return report, err
	}
	return report, errors.Join(a.DB.ForgetLeases(ctx), a.authority.Jump(ctx))
}
