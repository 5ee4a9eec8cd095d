// Command horizon-load fills the database of a stopped server with certificates and events, for measurements: the
// certificates are signed and recorded by a built-in CA, the events are sealed into the log, all by the product's own
// packages and with the keys of the data folder.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/horizon-clm/horizon/internal/app"
	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/kind"
)

type flags struct {
	Data         string `required:"" placeholder:"DIR" help:"Data folder a server has made; the server is stopped."`
	Database     string `placeholder:"URL" help:"postgres://user:password@host:port/name, or the path of a SQLite file; the one in the data folder when empty."`
	Certificates int    `default:"100000" help:"Certificates to add."`
	Events       int    `default:"100000" help:"Events to add."`
	Workers      int    `default:"2" help:"How many sign and write at once."`
	Outside      bool   `help:"Have a CA outside sign, which this server knows: it keeps no books of what that has issued, and needs a third less room."`
	Profile      string `placeholder:"FILE" help:"Where to write a CPU profile of this program."`
}

// gcPercent lets garbage gather longer than usual: there is much of it, and nothing else to keep memory for.
const gcPercent = 800

func main() {
	var f flags
	kong.Parse(&f, kong.Name("horizon-load"), kong.Description("Fills the database of a stopped server, for measurements."), kong.UsageOnError())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, f); err != nil {
		fmt.Fprintln(os.Stderr, "horizon-load: "+strings.ReplaceAll(err.Error(), "\n", "; "))
		os.Exit(1) //nolint:gocritic // nothing is left to do
	}
}

func run(ctx context.Context, f flags) (err error) {
	debug.SetGCPercent(gcPercent)
	if f.Certificates < 0 || f.Events < 0 || f.Workers < 1 {
		return fmt.Errorf("--certificates, --events and --workers are not negative")
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	settings := map[string]string{"data": f.Data}
	if f.Database != "" {
		settings["database"] = f.Database
	}
	config, err := app.Load("", os.Environ(), settings)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, config, app.Parts{Log: slog.Default()})
	if err != nil {
		return err
	}
	defer func() {
		if e := a.Close(); err == nil {
			err = e
		}
	}()
	keys, err := app.OpenKeys(config)
	if err != nil {
		return err
	}
	ring, err := app.OpenKeyring(config, keys)
	if err != nil {
		return err
	}
	if f.Profile != "" {
		out, err := os.Create(filepath.Clean(f.Profile))
		if err != nil {
			return err
		}
		defer func() { _ = out.Close() }()
		if err := pprof.StartCPUProfile(out); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	l := &loader{
		App: a, CA: authority.New(a.DB, ring, config.PublicHTTP), Deps: kind.Deps{DB: a.DB, Keys: ring},
		workers: f.Workers, outside: f.Outside,
	}
	return l.run(ctx, f.Certificates, f.Events)
}
