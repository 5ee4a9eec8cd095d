package app

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
)

func encode(b []byte) string          { return base64.StdEncoding.EncodeToString(b) }
func decode(s string) ([]byte, error) { return base64.StdEncoding.DecodeString(s) }

// Listeners are the open addresses of a node; a nil one is switched off.
type Listeners struct {
	HTTPS, HTTP, Management net.Listener
}

// Listen opens the configured addresses.
func (a *App) Listen(ctx context.Context) (l Listeners, err error) {
	for _, one := range []struct {
		to      *net.Listener
		key     string
		address string
	}{{&l.HTTPS, "listen", a.Config.Listen}, {&l.HTTP, "http", a.Config.HTTP}, {&l.Management, "management", a.Config.Management}} {
		if one.address == "" {
			continue
		}
		var c net.ListenConfig
		if *one.to, err = c.Listen(ctx, "tcp", one.address); err != nil {
			l.close()
			return Listeners{}, fmt.Errorf("%s: opening %s: %w", one.key, one.address, err)
		}
	}
	return l, nil
}

func (l Listeners) close() {
	for _, one := range []net.Listener{l.HTTPS, l.HTTP, l.Management} {
		if one != nil {
			_ = one.Close()
		}
	}
}

// Start records the start, finishes what an earlier run left behind, and makes the node ready. Bootstrap comes before.
func (a *App) Start(ctx context.Context) error {
	if _, err := a.tls.get(nil); err != nil {
		return err
	}
	facts := event.Service{Version: Version, Database: a.DB.Dialect.String()}
	if err := act.Note(ctx, a.DB, a.System("service"), event.ServiceStart, event.Success, &facts, nil); err != nil {
		return err
	}
	if err := a.startKeys(ctx); err != nil {
		return err
	}
	if _, err := a.Lifecycle.Repair(ctx, true); err != nil {
		return err
	}
	if err := a.acme.Resume(ctx); err != nil {
		return err
	}
	a.ready.Store(true)
	return nil
}

// Serve answers on the listeners and does the background work until ctx ends; then running requests finish, what they
// wrote is sealed, and the stop is recorded.
func (a *App) Serve(ctx context.Context, l Listeners) error {
	sealing, stopSealing := context.WithCancel(context.WithoutCancel(ctx))
	sealed := make(chan struct{})
	go func() { defer close(sealed); a.Log.Run(sealing) }()

	g, run := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := a.Tasks.Run(run); run.Err() == nil {
			return err
		}
		return nil // it was told to stop, perhaps before it had begun
	})
	g.Go(func() error { a.DB.Listen(run); return nil })
	quiet := slog.NewLogLogger(a.slog.Handler(), slog.LevelDebug)
	base := func(h http.Handler) *http.Server {
		return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: quiet}
	}
	if l.HTTPS != nil {
		s := base(a.Handler())
		s.TLSConfig = a.TLSConfig()
		g.Go(func() error { return a.serve(run, s, func() error { return s.ServeTLS(l.HTTPS, "", "") }) })
	}
	if l.HTTP != nil {
		s := base(a.StatusHandler())
		g.Go(func() error { return a.serve(run, s, func() error { return s.Serve(l.HTTP) }) })
	}
	if l.Management != nil {
		s := base(a.ManagementHandler())
		g.Go(func() error { return a.serve(run, s, func() error { return s.Serve(l.Management) }) })
	}
	err := g.Wait()
	a.ready.Store(false)
	a.acme.Close() // what it was asked for is done and recorded before the stop is
	err = errors.Join(err, a.stopped(ctx))
	stopSealing()
	<-sealed
	return err
}

// stopped records the stop, and tells the other nodes.
func (a *App) stopped(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	facts := event.Service{Version: Version, Database: a.DB.Dialect.String()}
	return errors.Join(a.leaveKeys(ctx), act.Note(ctx, a.DB, a.System("service"), event.ServiceStop, event.Success, &facts, nil))
}

// serve runs one server until ctx ends, then lets its requests finish.
func (a *App) serve(ctx context.Context, s *http.Server, listen func() error) error {
	done := make(chan error, 1)
	go func() { done <- listen() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Config.Shutdown)
	defer cancel()
	if err := s.Shutdown(grace); err != nil {
		_ = s.Close()
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
