// Command horizon-chaos kills the real server process (SIGKILL) again and again while clients work, starts it anew, lets the
// same clients go on where they were, and checks that nothing that was acknowledged is lost and that nothing was done twice.
// Clients order certificates by ACME, ask, decide, renew and revoke over REST, enroll with one-time challenges, or have batches run. It ends with status 1 when a check fails, or when too few kills fell where they tell something.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/horizon-clm/horizon/internal/load"
)

type flags struct {
	Kills     int      `default:"50" help:"Kills on each database; more follow, up to three times as many, until every window was hit."`
	Clients   int      `default:"16" help:"Clients at once."`
	Loads     []string `default:"acme,requests,challenges,batches" enum:"acme,requests,challenges,batches" help:"What clients do: order by ACME; submit, approve, deny, renew and revoke over REST; enroll with one-time challenges; revoke by batches."`
	Databases []string `default:"sqlite,postgres" enum:"sqlite,postgres" help:"Databases to use."`
	Postgres  string   `env:"TEST_POSTGRES" placeholder:"URL" help:"A PostgreSQL for the run, which makes a database in it; one is started when empty."`
	HTTP01    string   `name:"http-01" default:"127.0.0.1:5080" help:"Address validations are answered at."`
	Binary    string   `type:"existingfile" help:"Server to kill; built from this checkout when empty."`
	Seed      uint64   `help:"Of the moments of the kills; drawn when 0."`
	Keep      bool     `help:"Keep the data folders and print where they are."`
}

func main() {
	var f flags
	kong.Parse(&f, kong.Name("horizon-chaos"), kong.Description("Kills the server under load and checks that nothing is lost."), kong.UsageOnError())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := f.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "horizon-chaos: FAILED\n"+err.Error())
		os.Exit(1) //nolint:gocritic // nothing is left to do
	}
}

func (f flags) run(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "horizon-chaos")
	if err != nil {
		return err
	}
	defer func() {
		if f.Keep {
			fmt.Println("everything is kept in " + dir)
			return
		}
		err = errors.Join(err, os.RemoveAll(dir))
	}()
	if f.Binary == "" {
		f.Binary = filepath.Join(dir, "horizon")
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", f.Binary, "./cmd/horizon") //nolint:gosec // a name of this file
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("building the server: %w: %s", err, out)
		}
	}
	responder, err := load.Respond(ctx, f.HTTP01)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, responder.Close()) }()
	for _, name := range f.Databases {
		for _, what := range f.Loads {
			e := f.on(ctx, name, filepath.Join(dir, name+"-"+what), f.scenario(what, responder))
			if e != nil {
				e = fmt.Errorf("%s on %s: %w", what, name, e)
			} else {
				fmt.Printf("%s, %s: nothing is lost, nothing was done twice\n", strings.ToUpper(name), what)
			}
			err = errors.Join(err, e)
		}
	}
	return err
}

// scenario returns what clients do.
func (flags) scenario(name string, r *load.Responder) scenario {
	switch name {
	case "acme":
		return &orders{responder: r}
	case "challenges":
		return &challenges{}
	case "batches":
		return &batches{}
	}
	return &requests{}
}

// on runs the kills on one database.
func (f flags) on(ctx context.Context, name, dir string, s scenario) (err error) {
	d := database{folder: dir}
	if name == "postgres" {
		drop, err := d.makePostgres(ctx, f.Postgres, dir)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, drop()) }()
	}
	c := &campaign{flags: f, database: d, scenario: s, gate: newGate(), server: &load.Server{
		Binary: f.Binary, Data: dir, Database: d.url, HTTP: load.Plain(), Env: []string{"HORIZON_LOG_LEVEL=warn", "HORIZON_BATCH_RUNNING=1000"},
	}}
	fmt.Printf("%s: %d kills under the load of %d clients\n", strings.ToUpper(filepath.Base(dir)), f.Kills, f.Clients)
	return c.run(ctx)
}
