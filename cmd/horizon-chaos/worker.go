package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"sync"

	"github.com/horizon-clm/horizon/internal/load"
)

// worker is what all clients are made of: they go on where they were after the server was away.
type worker struct {
	*campaign
	number int
	count  int // things so far
	http   *http.Client
	random *rand.Rand

	mu     sync.Mutex // guards parked, and what a client says it guards: the campaign looks at it while the server is down
	parked bool       // it waits for the server
}

func (w *worker) base() *worker { return w }

// work does one thing after the other until the kills are over.
func (w *worker) work(ctx context.Context, one func(context.Context) error) error {
	for !w.stopping.Load() {
		w.count++
		if err := one(ctx); err != nil {
			return fmt.Errorf("client %d: %w", w.number, err)
		}
	}
	return nil
}

// through runs fn in as many lives of the server as it needs to come to an end.
func (w *worker) through(ctx context.Context, fn func(context.Context) error) error {
	for {
		life, err := w.enter(ctx)
		if err != nil {
			return err
		}
		if err = fn(ctx); err == nil {
			return nil
		}
		if !errors.Is(err, load.ErrBroken) || ctx.Err() != nil {
			return err
		}
		if !w.gate.over(life) {
			return fmt.Errorf("while the server was up: %w", err)
		}
		w.http.CloseIdleConnections()
	}
}

// enter waits for the server.
func (w *worker) enter(ctx context.Context) (int, error) {
	w.park(true)
	defer w.park(false)
	return w.gate.wait(ctx)
}

func (w *worker) park(parked bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.parked = parked
}

func (w *worker) isParked() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.parked
}

// traced returns a context whose requests are told to whoever waits for something to kill the server over.
func (w *worker) traced(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) {
		select {
		case w.sending <- struct{}{}:
		default:
		}
	}})
}
