// Command horizon-bench measures the real server process against its budgets and prints one table. It asserts nothing:
// the figures are for people, and say as much about the machine as about the server. Ratios say more than seconds.
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
	Measure  measure  `cmd:"" default:"withargs" help:"Measure."`
	Serve    serve    `cmd:"" hidden:"" help:"Serve, and write events besides."`
	Validate validate `cmd:"" hidden:"" help:"Validate a name again and again, for the cost of it."`
}

type measure struct {
	Size     int    `default:"100000" env:"BENCH_SIZE" help:"Certificates and events to load for start-up and search."`
	Orders   int    `default:"1000" env:"BENCH_ORDERS" help:"ACME orders, and enrollments, to measure at each concurrency."`
	Only     string `placeholder:"PARTS" help:"Parts to measure, of acme,webra,events,kinds,rights,load,inventory; all when empty."`
	Database string `placeholder:"URL" help:"Empty PostgreSQL database or schema to measure on; SQLite when empty."`
	HTTP01   string `name:"http-01" default:"127.0.0.1:5080" help:"Address validations are answered at."`
	Profile  string `placeholder:"FILE" help:"Where to write CPU profiles of the server, taken during the orders, FILE.1 and FILE.16 by concurrency, and during enrollments, FILE.decentralized.1 and so on."`
	Data     string `type:"existingdir" placeholder:"DIR" help:"Data folder of an earlier run (--keep) that holds --size certificates and events: only the parts load and inventory are measured, or those of --only, without loading."`
	Keep     bool   `help:"Keep the data folder and print where it is."`

	Directory string `placeholder:"URL" help:"Directory of another ACME server, to be measured beside this one."`
	PID       int    `name:"pid" help:"Its process."`
	Roots     string `type:"existingfile" help:"Roots to trust for it, PEM."`
	PeerHTTP  string `name:"peer-http-01" placeholder:"HOST:PORT" help:"Address its validations are answered at; that of this server when empty."`
	PeerDNS   string `name:"peer-dns" placeholder:"HOST:PORT" help:"Address at which every name is answered with 127.0.0.1, for it to ask."`
	PeerName  string `default:"bench.localhost" help:"Domain of the names it is asked for."`
}

func main() {
	var f flags
	k := kong.Parse(&f, kong.Name("horizon-bench"), kong.Description("Measures the server against its budgets."), kong.UsageOnError())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "horizon-bench: "+strings.ReplaceAll(err.Error(), "\n", "; "))
		os.Exit(1) //nolint:gocritic // nothing is left to do
	}
}

// bench is one run.
type bench struct {
	measure
	dir    string // of everything that is made
	server *load.Server
	made   bool // the data folder is filled
	table  table
}

// Run builds the programs, measures and prints.
func (m measure) Run(ctx context.Context) (err error) {
	b := &bench{measure: m}
	if b.dir, err = os.MkdirTemp("", "horizon-bench"); err != nil {
		return err
	}
	defer func() {
		if m.Keep {
			fmt.Println("everything is kept in " + b.dir)
			return
		}
		err = errors.Join(err, os.RemoveAll(b.dir))
	}()
	for _, name := range []string{"horizon", "horizon-load"} {
		say("building %s", name)
		if err := b.build(ctx, name); err != nil {
			return err
		}
	}
	b.server = &load.Server{
		Binary: filepath.Join(b.dir, "horizon"), Data: filepath.Join(b.dir, "data"), Database: m.Database,
		HTTP: load.Plain(), Env: []string{"HORIZON_PPROF=true", "HORIZON_LOG_LEVEL=warn"},
	}
	if m.Data != "" {
		b.server.Data = m.Data
		if b.Only == "" {
			b.Only = "load,inventory"
		}
	}
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{{"acme", b.acme}, {"webra", b.webra}, {"events", b.events}, {"kinds", b.kinds}, {"rights", b.rights}, {"load", b.loaded}, {"inventory", b.inventory}} {
		if b.Only != "" && !strings.Contains(","+b.Only+",", ","+part.name+",") {
			continue
		}
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	b.table.print(os.Stdout)
	return nil
}

// build builds a program of the module without C, as it is shipped.
func (b *bench) build(ctx context.Context, name string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", filepath.Join(b.dir, name), "./cmd/"+name) //nolint:gosec // names of this file
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w: %s", name, err, out)
	}
	return nil
}

// start starts the server and waits until it is ready.
func (b *bench) start(ctx context.Context) error {
	if err := b.server.Start(ctx); err != nil {
		return err
	}
	return b.server.Ready(ctx)
}

// say tells what is going on, beside the table.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }
