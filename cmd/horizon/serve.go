package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/horizon-clm/horizon/internal/app"
)

type serve struct {
	Quickstart bool   `help:"Make a CA and an ACME profile to begin with, once."`
	Listen     string `placeholder:"HOST:PORT" help:"Address for HTTPS (127.0.0.1:8443)."`
	HTTP       string `name:"http" placeholder:"HOST:PORT" help:"Address for CRLs, OCSP and CA certificates (next port)."`
	Management string `placeholder:"HOST:PORT" help:"Address for health and metrics (second next port)."`
	PublicURL  string `name:"public-url" placeholder:"URL" help:"Address clients use (https://localhost:PORT)."`
}

// Run runs the server until it is told to stop.
func (s serve) Run(ctx context.Context, c *common) (err error) {
	config, err := c.load(map[string]string{"listen": s.Listen, "http": s.HTTP, "management": s.Management, "public.url": s.PublicURL})
	if err != nil {
		return err
	}
	slog.SetDefault(logger(config))
	if os.Getenv("GOGC") == "" { // a small heap is collected less often: an order costs a tenth less, at rest it is the same
		debug.SetGCPercent(300)
	}
	a, err := app.New(ctx, config, app.Parts{Log: slog.Default()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	l, err := a.Listen(ctx)
	if err != nil {
		return err
	}
	password, err := a.Bootstrap(ctx)
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return err
	}
	fmt.Printf("Horizon %s serves %s\n", app.Version, config.PublicURL)
	if password != "" {
		fmt.Printf("Administrator (shown once): administrator %s\n", password)
	}
	if s.Quickstart {
		file, err := a.Quickstart(ctx)
		if err != nil {
			return err
		}
		fmt.Print(a.Welcome(file))
	}
	return a.Serve(ctx, l)
}

func logger(c *app.Config) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // checked when the configuration was read
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, o))
}
