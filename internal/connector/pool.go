package connector

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
)

var (
	unavailable = fault.Define("PKI-CONNECTOR-010", fault.Upstream, "The connection to the PKI could not be built")
	busy        = fault.Define("PKI-CONNECTOR-011", fault.TooMany, "Too many requests wait for the PKI")
)

// Pool keeps the connections that are open, and lets each work on so many orders at a time.
type Pool struct {
	Env Env

	mu   sync.Mutex // guards open
	open map[string]*opened
}

// opened is one connection, of one revision of its configuration.
type opened struct {
	revision int64
	pki      PKI
	turns    chan struct{} // a place for each order that is worked on
	waiting  chan struct{} // a place for each order that waits
}

const (
	parallel = 32
	queued   = 1000
)

// With calls fn with the open connection of the name, when its turn has come. A full queue refuses at once. A connection
// that cannot be built is recorded.
func (p *Pool) With(ctx context.Context, who access.Caller, name string, fn func(PKI) error) error {
	o, err := p.get(ctx, who, name)
	if err != nil {
		return err
	}
	select {
	case o.waiting <- struct{}{}:
	default:
		return busy.Wait(5 * time.Second)
	}
	defer func() { <-o.waiting }()
	select {
	case o.turns <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-o.turns }()
	return fn(o.pki)
}

func (p *Pool) get(ctx context.Context, who access.Caller, name string) (*opened, error) {
	c, revision, err := Connectors.Current(ctx, p.Env.DB.DB, name)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	o := p.open[name]
	p.mu.Unlock()
	if o != nil && o.revision == revision {
		return o, nil
	}
	pki, err := c.Open(ctx, p.Env)
	if err != nil {
		err = unavailable.Detail("%s: %s", name, fault.Of(err).Reason()).Because(err)
		note := act.Note(ctx, p.Env.DB, who, event.PKIConnector, event.Failure, &event.Connector{Name: name, Type: fmt.Sprintf("%T", c)}, err)
		if note != nil {
			return nil, note
		}
		return nil, err
	}
	o = &opened{revision: revision, pki: pki, turns: make(chan struct{}, parallel), waiting: make(chan struct{}, parallel+queued)}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil {
		p.open = map[string]*opened{}
	}
	p.open[name] = o
	return o, nil
}
