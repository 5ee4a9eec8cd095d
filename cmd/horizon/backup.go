package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/horizon-clm/horizon/internal/app"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// passphrase is where the passphrase of a backup comes from.
type passphrase struct {
	PassphraseFile string `type:"existingfile" placeholder:"FILE" help:"File whose first line is the passphrase of the keys, or of the secrets of an export."`
	Passphrase     string `env:"HORIZON_PASSPHRASE" hidden:"" help:"Passphrase of the keys."`
}

func (p passphrase) read() (secret.Text, error) {
	if p.PassphraseFile == "" {
		return secret.NewText(p.Passphrase), nil
	}
	return app.FirstLine(p.PassphraseFile)
}

type backup struct {
	passphrase
	To          string `required:"" type:"path" placeholder:"FILE" help:"File to write."`
	WithoutKeys bool   `help:"Leave the keys out. Without them the backup opens nothing that is sealed."`
}

// Run writes the backup of a server that may be running.
func (b backup) Run(ctx context.Context, c *common) (err error) {
	phrase, err := b.read()
	if err != nil {
		return err
	}
	if phrase.IsZero() != b.WithoutKeys {
		return errors.New("give a passphrase for the keys (--passphrase-file or HORIZON_PASSPHRASE), or --without-keys")
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.Backup(ctx, b.To, phrase); err != nil {
		return err
	}
	fmt.Printf("backup written to %s\n", b.To)
	if b.WithoutKeys {
		fmt.Println("WARNING: it holds no keys. Without the folder " + filepath.Join(a.Config.Data, "keys") + " CAs cannot sign, secrets cannot be opened and events cannot be verified.")
	}
	if a.DB.Dialect == store.PostgreSQL {
		fmt.Println("The database is not in it: back it up with pg_dump " + store.Redacted(a.Config.Database))
	}
	return nil
}

type restore struct {
	passphrase
	From string `required:"" type:"existingfile" placeholder:"FILE" help:"The backup."`
}

// Run puts a backup into an empty data folder, verifies the log and moves serial numbers forward.
func (r restore) Run(ctx context.Context, c *common) (err error) {
	config, err := c.load(nil)
	if err != nil {
		return err
	}
	phrase, err := r.read()
	if err != nil {
		return err
	}
	m, err := app.Unpack(r.From, config.Data, phrase)
	if err != nil {
		return err
	}
	if !m.Keys {
		fmt.Println("WARNING: the backup holds no keys. Put the folder keys back into " + config.Data + " before the server is started.")
		return nil
	}
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	report, err := a.Restored(ctx)
	if err != nil {
		return err
	}
	if report.Problem != nil {
		fmt.Println("the restored log does not hold: " + report.Problem.String())
		return exitCode(2)
	}
	fmt.Printf("restored a backup of %s; %d of %d events hold. Last checkpoint:\n%s", m.Time.Format("2006-01-02 15:04:05 UTC"), report.Held, report.Size, report.Note)
	return nil
}
