package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/horizon-clm/horizon/internal/load"
)

// campaign is the kills on one database.
type campaign struct {
	flags
	database  database
	server    *load.Server
	responder *load.Responder
	gate      *gate
	clients   []*client
	random    *rand.Rand
	tally     tally

	stopping   atomic.Bool
	finalizing chan struct{} // told, without waiting, when a request to finalize was written

	mu       sync.Mutex // guards promises
	promises map[string][sha256.Size]byte
}

// Moments of the kills.
const (
	startTime  = 2 * time.Minute        // for the server to be ready
	runTime    = 300 * time.Millisecond // a server lives at least
	moreTime   = 700 * time.Millisecond // and at most so much longer
	aimTime    = 12 * time.Millisecond  // after a request to finalize was written, the last moment of an aimed kill
	parkTime   = 30 * time.Second       // for clients to notice
	mostRounds = 3                      // times the kills that are asked for
)

func (c *campaign) run(ctx context.Context) error {
	if c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	c.random = rand.New(rand.NewPCG(c.Seed, 1)) //nolint:gosec // moments, no secrets
	c.finalizing, c.promises = make(chan struct{}), map[string][sha256.Size]byte{}
	if err := c.start(ctx); err != nil {
		return err
	}
	defer func() { _ = c.server.Kill() }() // when it was not stopped
	if err := c.employ(ctx); err != nil {
		return err
	}
	g, run := errgroup.WithContext(ctx)
	for _, one := range c.clients {
		g.Go(func() error { return one.work(run) })
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

// employ registers the clients.
func (c *campaign) employ(ctx context.Context) error {
	roots, err := c.server.Roots()
	for try := 0; err != nil && try < 100; try++ { // the quick start is made after the server is ready
		time.Sleep(20 * time.Millisecond)
		roots, err = c.server.Roots()
	}
	if err != nil {
		return err
	}
	for i := range c.Clients {
		a, err := load.NewClient(connected(roots), c.server.Directory())
		if err != nil {
			return err
		}
		if err := a.Register(ctx); err != nil {
			return err
		}
		c.clients = append(c.clients, &client{campaign: c, acme: a, number: i, random: rand.New(rand.NewPCG(c.Seed, uint64(i+2)))}) //nolint:gosec // which certificate to look at again
	}
	c.gate.up()
	return nil
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
		found, issued, err := c.remains(ctx)
		if err != nil {
			return err
		}
		c.promise(issued)
		c.tally.add(n, found)
		if err := c.start(ctx); err != nil {
			return fmt.Errorf("after kill %d: %w", n, err)
		}
		c.gate.up()
	}
	return nil
}

// moment waits until the server is to be killed: at any time, or, every other kill, within a short while after a request to
// finalize was written.
func (c *campaign) moment(ctx context.Context, n int) error {
	if err := sleep(ctx, runTime+time.Duration(c.random.Int64N(int64(moreTime)))); err != nil || n%2 == 0 {
		return err
	}
	select {
	case <-c.finalizing:
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
			one.mu.Lock()
			if !one.parked {
				busy++
			}
			one.mu.Unlock()
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

// promise keeps the certificates that exist for orders: their clients must get these and no others.
func (c *campaign) promise(issued []issuedRow) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, i := range issued {
		if before, ok := c.promises[i.order]; ok && before != i.print {
			c.tally.complain("order %s has another certificate after a kill than after an earlier one", i.order)
		}
		c.promises[i.order] = i.print
	}
}

// promised compares a certificate that was handed out with the one that is known of its order.
func (c *campaign) promised(order string, print [sha256.Size]byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if before, ok := c.promises[order]; ok && before != print {
		return fmt.Errorf("order %s was answered with another certificate than the CA had signed before the kill", order)
	}
	c.promises[order] = print
	return nil
}
