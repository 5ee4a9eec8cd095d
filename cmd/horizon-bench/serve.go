package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/app"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/store"
)

// serve is the server as it is shipped, in a process of its own, that writes events besides: as many as the log takes,
// each in a step of its own.
type serve struct {
	Quickstart bool
	Listen     string
	HTTP       string `name:"http"`
	Management string
	PublicURL  string `name:"public-url"`
	Data       string
	Database   string
}

const (
	writers    = 32
	maxWaiting = 5000 // events that are not sealed yet, beyond which writing waits
	lookEvery  = 20 * time.Millisecond
)

// Run serves and writes until it is told to stop.
func (s serve) Run(ctx context.Context) (err error) {
	settings := map[string]string{"listen": s.Listen, "http": s.HTTP, "management": s.Management, "public.url": s.PublicURL, "data": s.Data}
	if s.Database != "" {
		settings["database"] = s.Database
	}
	config, err := app.Load("", os.Environ(), settings)
	if err != nil {
		return err
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
	if _, err := a.Bootstrap(ctx); err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return err
	}
	g, run := errgroup.WithContext(ctx)
	g.Go(func() error { return a.Serve(run, l) })
	var waiting atomic.Bool
	g.Go(func() error { return watch(run, a, &waiting) })
	for w := range writers {
		g.Go(func() error { return write(run, a, w, &waiting) })
	}
	return g.Wait()
}

// watch looks whether too many events wait for the sealer.
func watch(ctx context.Context, a *app.App, waiting *atomic.Bool) error {
	for ctx.Err() == nil {
		n, _, err := a.Log.Pending(ctx)
		if err != nil && ctx.Err() == nil {
			return err
		}
		waiting.Store(n > maxWaiting)
		time.Sleep(lookEvery)
	}
	return nil
}

// write records events such as those of ACME orders, one after the other.
func write(ctx context.Context, a *app.App, w int, waiting *atomic.Bool) error {
	who := access.Caller{ID: fmt.Sprintf("writer-%02d", w), Type: access.Acme, Provider: "quickstart", Address: fmt.Sprintf("10.0.0.%d", w),
		Door: "acme", Verb: "POST", Path: "/acme/quickstart/order", Call: a.DB.NewID()}
	for n := 0; ctx.Err() == nil; n++ {
		if waiting.Load() {
			time.Sleep(lookEvery)
			continue
		}
		facts := event.Acme{Profile: "quickstart", AccountID: who.ID, OrderID: a.DB.NewID(), State: "pending",
			Identifiers: []string{fmt.Sprintf("host%07d.writer%02d.example", n, w)}}
		err := act.Do(ctx, a.DB, who, event.AcmeOrderNew, &facts, func(*store.Tx) error { return nil })
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}
