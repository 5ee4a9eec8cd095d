// Command horizon is the certificate lifecycle management server and its tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/horizon-clm/horizon/internal/app"
)

// common are the flags of every command.
type common struct {
	ConfigFile string `name:"config" env:"HORIZON_CONFIG" type:"path" placeholder:"FILE" help:"Configuration file (YAML)."`
	Data       string `placeholder:"DIR" help:"Folder of the database, the keys and the server's own certificate."`
	Database   string `placeholder:"URL" help:"postgres://user:password@host:port/name, or the path of a SQLite file."`
}

var commands struct {
	common
	Serve   serve   `cmd:"" help:"Run the server."`
	Events  events  `cmd:"" help:"Search, follow, export and verify the event log."`
	Backup  backup  `cmd:"" help:"Copy database and keys while the server runs."`
	Restore restore `cmd:"" help:"Put a backup into an empty data folder."`
	Secrets secrets `cmd:"" help:"Rotate, seal and look at the keys that seal stored secrets."`
	Config  config  `cmd:"" help:"Print the settings; export and import the configuration objects."`
	Doctor  doctor  `cmd:"" help:"Look at what commonly goes wrong."`
	Admin   admin   `cmd:"" help:"Help an administrator who is locked out."`
	Version version `cmd:"" help:"Print the version."`
}

func main() {
	k := kong.Parse(&commands, kong.Name("horizon"), kong.Description("Certificate lifecycle management."), kong.UsageOnError())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	err := k.Run(&commands.common)
	var code exitCode
	switch {
	case errors.As(err, &code):
		os.Exit(int(code)) //nolint:gocritic // nothing is left to do
	case err != nil:
		fmt.Fprintln(os.Stderr, "horizon: "+strings.ReplaceAll(err.Error(), "\n", "; "))
		os.Exit(1)
	}
}

// exitCode ends the program after everything was said.
type exitCode int

// Error is never shown.
func (exitCode) Error() string { return "" }

// load reads the configuration with the flags of a command.
func (c *common) load(flags map[string]string) (*app.Config, error) {
	all := map[string]string{"data": c.Data, "database": c.Database}
	for key, text := range flags {
		all[key] = text
	}
	for key, text := range all {
		if text == "" {
			delete(all, key)
		}
	}
	return app.Load(c.ConfigFile, os.Environ(), all)
}

// open opens the database beside a running server. The log says only what is wrong.
func (c *common) open(ctx context.Context) (*app.App, error) {
	config, err := c.load(nil)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(config.Data, "keys")); err != nil {
		return nil, fmt.Errorf("there is no server in %s: name its folder with --data, or start it once", config.Data)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	slog.SetDefault(log)
	return app.New(ctx, config, app.Parts{Log: log})
}

type version struct{}

// Run prints the version.
func (version) Run() error {
	fmt.Printf("horizon %s %s %s/%s\n", app.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

type show struct{}

// Run prints every setting with its source.
func (show) Run(c *common) error {
	config, err := c.load(nil)
	if err != nil {
		return err
	}
	for _, s := range config.Effective() {
		fmt.Printf("%-22s %-40s %s\n", s.Key, s.Value, s.Source)
	}
	return nil
}

type doctor struct{}

// Run prints the findings; the exit code is 1 when one is an error.
func (doctor) Run(ctx context.Context, c *common) (err error) {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	for _, f := range a.Doctor(ctx) {
		fmt.Printf("%-8s %s\n", f.Level, f.Text)
		if f.Level == "error" {
			err = exitCode(1)
		}
	}
	return err
}

type admin struct {
	ResetPassword resetPassword `cmd:"" help:"Give an account a new password and print it."`
}

type resetPassword struct {
	Identifier string `arg:"" optional:"" default:"administrator" help:"The account."`
}

// Run prints the new password.
func (r resetPassword) Run(ctx context.Context, c *common) (err error) {
	a, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	password, err := a.ResetPassword(ctx, r.Identifier)
	if err == nil {
		fmt.Println(password)
	}
	return err
}
