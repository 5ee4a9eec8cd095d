package main

import (
	"context"
	"sync"
)

// gate tells clients whether the server is meant to be up.
type gate struct {
	mu     sync.Mutex // guards all below
	life   int        // counts the lives of the server
	opened chan struct{}
	open   bool
}

func newGate() *gate { return &gate{opened: make(chan struct{})} }

// shut says that the server is about to be killed.
func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open, g.opened = false, make(chan struct{})
}

// up says that the server lives again.
func (g *gate) up() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.life++
	g.open = true
	close(g.opened)
}

// wait returns, when the server is up, the number of its life.
func (g *gate) wait(ctx context.Context) (life int, err error) {
	g.mu.Lock()
	opened := g.opened
	g.mu.Unlock()
	select {
	case <-opened:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.life, nil
}

// over reports whether a life of the server has ended.
func (g *gate) over(life int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.open || g.life != life
}
