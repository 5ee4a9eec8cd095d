package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"path"

	"github.com/horizon-clm/horizon/internal/load"
)

// orderer orders certificates by ACME.
type orderer struct {
	*worker
	all  *orders
	acme *load.Client

	order    *load.Order // with all below guarded by the worker's mu
	state    string      // of order, as the server last told
	finished []*load.Order
}

// idOf is the identifier the server gave an order: the last segment of its URL.
func idOf(o *load.Order) string { return path.Base(o.URL) }

// one takes one order to its certificate.
func (c *orderer) one(ctx context.Context) error { return c.through(ctx, c.goOn) }

// goOn takes the order from where it is to its certificate. An order that was interrupted is asked for first, and so is
// the certificate of one that was not.
func (c *orderer) goOn(ctx context.Context) error {
	o := c.order
	if o == nil {
		var err error
		if o, err = c.acme.NewOrder(ctx, fmt.Sprintf("c%d-%d.chaos.localhost", c.number, c.count)); err != nil {
			return err
		}
		c.note(o)
	} else {
		if err := c.again(ctx); err != nil {
			return err
		}
		if err := c.acme.Refresh(ctx, o); err != nil {
			return err
		}
		c.note(o)
	}
	for o.Chain == nil {
		traced := ctx
		if o.State == load.Ready {
			traced = c.traced(ctx)
		}
		if err := c.acme.Step(traced, o, c.all.responder); err != nil {
			return err
		}
		c.note(o)
	}
	return c.finish(o)
}

// note keeps where the order is.
func (c *orderer) note(o *load.Order) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.order, c.state = o, o.State
}

// finish compares the certificate with the one that the database held after a kill, if it held one.
func (c *orderer) finish(o *load.Order) error {
	leaf, err := o.Leaf()
	if err != nil {
		return err
	}
	if err := c.all.promised(idOf(o), sha256.Sum256(leaf.Raw)); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finished = append(c.finished, o)
	c.order, c.state = nil, ""
	return nil
}

// again asks for a certificate that was fetched before, which must be the same.
func (c *orderer) again(ctx context.Context) error {
	if len(c.finished) == 0 {
		return nil
	}
	before := c.finished[c.random.IntN(len(c.finished))]
	now := *before
	if err := c.acme.Fetch(ctx, &now); err != nil {
		return err
	}
	if !bytes.Equal(before.Chain, now.Chain) {
		return fmt.Errorf("%s: the certificate is another one than before the kill", before.URL)
	}
	return nil
}
