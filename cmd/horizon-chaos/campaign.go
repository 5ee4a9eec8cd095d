package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/horizon-clm/horizon/internal/load"
	"github.com/horizon-clm/horizon/internal/store"
)

// scenario is what clients do while the server is killed, and what must hold of it.
type scenario interface {
	// steps are the pairs of neighbouring steps a kill can fall between.
	steps() []step
	// employ makes the clients, on a server that was just started.
	employ(ctx context.Context, c *campaign) ([]client, error)
	// left counts what a kill left: how much was in flight, and how much of it lay between each pair of steps.
	left(ctx context.Context, db *store.DB) (inFlight int, between []int, err error)
	// ask compares what clients hold with what the server says of itself.
	ask(ctx context.Context) error
	// look finds in the stopped server's database what no API shows: work that was left undone, and what is beside the books.
	look(tx *store.Tx) error
	// done tells how much the clients hold.
	done() string
}

// client works for one server, whatever happens to it.
type client interface {
	// one takes one thing to its end.
	one(ctx context.Context) error
	base() *worker
}

// campaign is the kills on one database while clients do one thing.
type campaign struct {
	flags
	database database
	scenario scenario
	server   *load.Server
	gate     *gate
	clients  []client
	random   *rand.Rand
	tally    tally

	stopping atomic.Bool
	sending  chan struct{} // told, without waiting, when something was written that is to be carried out
}

// Moments of the kills.
const (
	startTime  = 2 * time.Minute        // for the server to be ready
	runTime    = 300 * time.Millisecond // a server lives at least
	moreTime   = 700 * time.Millisecond // and at most so much longer
	aimTime    = 12 * time.Millisecond  // after something was written that is to be carried out, the last moment of an aimed kill
	parkTime   = 30 * time.Second       // for clients to notice
	mostRounds = 3                      // times the kills that are asked for
)

func (c *campaign) run(ctx context.Context) error {
	if c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	c.random = rand.New(rand.NewPCG(c.Seed, 1)) //nolint:gosec // moments, no secrets
	c.sending, c.tally.steps = make(chan struct{}), c.scenario.steps()
	if err := c.start(ctx); err != nil {
		return err
	}
	defer func() { _ = c.server.Kill() }() // when it was not stopped
	if err := c.employ(ctx); err != nil {
		return err
	}
	g, run := errgroup.WithContext(ctx)
	for _, one := range c.clients {
		g.Go(func() error { return one.base().work(run, one.one) })
	}
	g.Go(func() error {
		defer c.stopping.Store(true)
		return c.killing(run)
	})
	err := g.Wait()
	c.tally.print(c.Seed)
	if err != nil {
		return err
	}
	return errors.Join(c.check(ctx), c.tally.verdict(c.Kills))
}

// start starts the server, lets it repair, and opens the gate.
func (c *campaign) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	began := time.Now()
	if err := c.server.Start(ctx); err != nil {
		return err
	}
	if err := c.server.Ready(ctx); err != nil {
		return err
	}
	c.tally.starts = append(c.tally.starts, time.Since(began))
	return nil
}

// employ makes the clients.
func (c *campaign) employ(ctx context.Context) (err error) {
	if c.clients, err = c.scenario.employ(ctx, c); err != nil {
		return err
	}
	c.gate.up()
	return nil
}

// roots waits for the roots to trust: the quick start is made after the server is ready.
func (c *campaign) roots(ctx context.Context) (roots *x509.CertPool, err error) {
	for range 100 {
		if roots, err = c.server.Roots(); err == nil {
			return roots, nil
		}
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
	}
	return nil, err
}

// worker returns what the client of a number is made of.
func (c *campaign) worker(number int, h *http.Client) *worker {
	return &worker{campaign: c, number: number, http: h, random: rand.New(rand.NewPCG(c.Seed, uint64(number+2)))} //nolint:gosec // what to look at again
}

// killing kills and starts the server until there are enough kills.
func (c *campaign) killing(ctx context.Context) error {
	for n := 1; n <= c.Kills || n <= mostRounds*c.Kills && c.tally.shown(c.Kills) != nil; n++ {
		if err := c.moment(ctx, n); err != nil {
			return err
		}
		c.gate.shut()
		if err := c.server.Kill(); err != nil {
			return err
		}
		if err := c.everybodyParked(ctx); err != nil {
			return err
		}
		inFlight, between, err := c.left(ctx)
		if err != nil {
			return err
		}
		c.tally.add(n, inFlight, between)
		if err := c.start(ctx); err != nil {
			return fmt.Errorf("after kill %d: %w", n, err)
		}
		c.gate.up()
	}
	return nil
}

// left looks at what the kill left.
func (c *campaign) left(ctx context.Context) (inFlight int, between []int, err error) {
	db, done, err := c.database.look(ctx)
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, done()) }()
	return c.scenario.left(ctx, db)
}

// moment waits until the server is to be killed: at any time, or, every other kill, within a short while after something was
// written that is to be carried out.
func (c *campaign) moment(ctx context.Context, n int) error {
	if err := sleep(ctx, runTime+time.Duration(c.random.Int64N(int64(moreTime)))); err != nil || n%2 == 0 {
		return err
	}
	select {
	case <-c.sending:
	case <-time.After(moreTime):
	case <-ctx.Done():
		return ctx.Err()
	}
	return sleep(ctx, time.Duration(c.random.Int64N(int64(aimTime))))
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// everybodyParked waits until all clients have noticed that the server is gone.
func (c *campaign) everybodyParked(ctx context.Context) error {
	for until := time.Now().Add(parkTime); time.Now().Before(until); {
		busy := 0
		for _, one := range c.clients {
			if !one.base().isParked() {
				busy++
			}
		}
		if busy == 0 {
			return nil
		}
		if err := sleep(ctx, time.Millisecond); err != nil {
			return err
		}
	}
	return errors.New("clients do not notice that the server was killed")
}
