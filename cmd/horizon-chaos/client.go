package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http/httptrace"
	"path"
	"sync"

	"github.com/horizon-clm/horizon/internal/load"
)

// client orders certificates until it is told to stop, whatever happens to the server.
type client struct {
	*campaign
	acme   *load.Client
	number int
	count  int // orders so far
	random *rand.Rand

	mu     sync.Mutex // guards all below: the campaign looks at them while the server is down
	parked bool       // it waits for the server
	order  *load.Order
	state  string // of order, as the server last told
	sent   bool   // the request to finalize it was sent, and not answered
	done   []*load.Order
}

// idOf is the identifier the server gave an order: the last segment of its URL.
func idOf(o *load.Order) string { return path.Base(o.URL) }

// work orders one certificate after the other.
func (c *client) work(ctx context.Context) error {
	for !c.stopping.Load() {
		if err := c.one(ctx); err != nil {
			return fmt.Errorf("client %d: %w", c.number, err)
		}
	}
	return nil
}

// one takes one order to its certificate through as many lives of the server as it needs.
func (c *client) one(ctx context.Context) error {
	c.count++
	for {
		life, err := c.enter(ctx)
		if err != nil {
			return err
		}
		err = c.goOn(ctx)
		if err == nil {
			return nil
		}
		if !errors.Is(err, load.ErrBroken) || ctx.Err() != nil {
			return err
		}
		if !c.gate.over(life) {
			return fmt.Errorf("while the server was up: %w", err)
		}
		c.acme.HTTP.CloseIdleConnections()
	}
}

// enter waits for the server.
func (c *client) enter(ctx context.Context) (int, error) {
	c.park(true)
	defer c.park(false)
	return c.gate.wait(ctx)
}

func (c *client) park(parked bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parked = parked
}

// goOn takes the order from where it is to its certificate. An order that was interrupted is asked for first, and so is
// the certificate of one that was not.
func (c *client) goOn(ctx context.Context) error {
	o := c.order
	if o == nil {
		var err error
		if o, err = c.acme.NewOrder(ctx, fmt.Sprintf("c%d-%d.chaos.localhost", c.number, c.count)); err != nil {
			return err
		}
		c.note(o, false)
	} else {
		if err := c.again(ctx); err != nil {
			return err
		}
		if err := c.acme.Refresh(ctx, o); err != nil {
			return err
		}
		c.note(o, false)
	}
	for o.Chain == nil {
		traced := ctx
		if o.State == load.Ready {
			c.note(o, true)
			traced = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { c.tell() }})
		}
		if err := c.acme.Step(traced, o, c.responder); err != nil {
			return err
		}
		c.note(o, false)
	}
	return c.finish(o)
}

// note keeps where the order is.
func (c *client) note(o *load.Order, sent bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.order, c.state, c.sent = o, o.State, sent
}

// tell tells whoever waits for it that the request to finalize is on its way.
func (c *client) tell() {
	select {
	case c.finalizing <- struct{}{}:
	default:
	}
}

// finish compares the certificate with the one that the database held after a kill, if it held one.
func (c *client) finish(o *load.Order) error {
	leaf, err := o.Leaf()
	if err != nil {
		return err
	}
	if err := c.promised(idOf(o), sha256.Sum256(leaf.Raw)); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done = append(c.done, o)
	c.order, c.state, c.sent = nil, "", false
	return nil
}

// again asks for a certificate that was fetched before, which must be the same.
func (c *client) again(ctx context.Context) error {
	if len(c.done) == 0 {
		return nil
	}
	before := c.done[c.random.IntN(len(c.done))]
	now := *before
	if err := c.acme.Fetch(ctx, &now); err != nil {
		return err
	}
	if !bytes.Equal(before.Chain, now.Chain) {
		return fmt.Errorf("%s: the certificate is another one than before the kill", before.URL)
	}
	return nil
}
