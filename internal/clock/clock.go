// Package clock is time as it is handed in: the core never asks the machine for it.
package clock

import (
	"context"
	"sort"
	"sync"
	"time"
)

// Clock tells the time and waits.
type Clock interface {
	// Now returns the current time in UTC.
	Now() time.Time
	// Wait returns nil after d, or the error of ctx when that ends first.
	Wait(ctx context.Context, d time.Duration) error
}

// Real is the clock of the machine.
type Real struct{}

// Now returns the time of the machine in UTC.
func (Real) Now() time.Time { return time.Now().UTC() }

// Wait sleeps for d or until ctx ends.
func (Real) Wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Manual is a clock that moves only when it is told to.
type Manual struct {
	mu      sync.Mutex // guards all below
	now     time.Time
	waiting []*waiter
}

type waiter struct {
	until time.Time
	done  chan struct{}
}

// NewManual returns a clock that stands at t.
func NewManual(t time.Time) *Manual { return &Manual{now: t.UTC()} }

// Now returns where the clock stands.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Wait returns when the clock has been advanced by d.
func (m *Manual) Wait(ctx context.Context, d time.Duration) error {
	m.mu.Lock()
	w := &waiter{until: m.now.Add(d), done: make(chan struct{})}
	if d <= 0 {
		close(w.done)
	} else {
		m.waiting = append(m.waiting, w)
	}
	m.mu.Unlock()
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Advance moves the clock by d and releases, in order, everyone whose wait is over.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	sort.SliceStable(m.waiting, func(i, j int) bool { return m.waiting[i].until.Before(m.waiting[j].until) })
	for len(m.waiting) > 0 && !m.waiting[0].until.After(m.now) {
		close(m.waiting[0].done)
		m.waiting = m.waiting[1:]
	}
}
