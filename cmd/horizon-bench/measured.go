package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/horizon-clm/horizon/internal/load"
)

// served is a server process that is measured from outside.
type served struct {
	pid     int
	profile func(label string) (done func() error) // takes a CPU profile meanwhile; nil takes none
}

// figures are those of things done at one concurrency.
type figures struct {
	things     int
	took       time.Duration
	all        []time.Duration // of each thing
	cpu        time.Duration   // of the server, all things
	validation time.Duration   // of one outgoing validation, where there is one
	requests   float64         // of one thing
	memory     load.Memory
}

func (f figures) cpuEach() time.Duration { return f.cpu / time.Duration(f.things) }

func (f figures) rate() float64 { return float64(f.things) / f.took.Seconds() }

// measure measures what fn does with the server, until the server has sealed the events of it, which is work for it.
func (p served) measure(label string, fn func() (all []time.Duration, took time.Duration, err error)) (f figures, err error) {
	time.Sleep(settling)
	done := func() error { return nil }
	if p.profile != nil {
		done = p.profile(label)
	}
	before, err := load.CPU(p.pid)
	if err != nil {
		return f, err
	}
	if f.all, f.took, err = fn(); err != nil {
		return f, err
	}
	f.things = len(f.all)
	time.Sleep(settling)
	after, err := load.CPU(p.pid)
	if err != nil {
		return f, err
	}
	f.cpu = after - before
	if f.memory, err = load.MemoryOf(p.pid); err != nil {
		return f, err
	}
	return f, done()
}

// together has so many clients do n things, and returns how long each and all took.
func together(ctx context.Context, clients, n int, one func(ctx context.Context, client, i int) error) (all []time.Duration, took time.Duration, err error) {
	var mu sync.Mutex // guards next and all
	next := 0
	take := func() int { mu.Lock(); defer mu.Unlock(); next++; return next }
	begin := time.Now()
	g, run := errgroup.WithContext(ctx)
	for c := range clients {
		g.Go(func() error {
			for i := take(); i <= n; i = take() {
				began := time.Now()
				if err := one(run, c, i); err != nil {
					return err
				}
				mu.Lock()
				all = append(all, time.Since(began))
				mu.Unlock()
			}
			return nil
		})
	}
	err = g.Wait()
	return all, time.Since(begin), err
}

// clientsOf writes a number of clients.
func clientsOf(n int) string {
	if n == 1 {
		return "1 client"
	}
	return fmt.Sprintf("%d clients", n)
}
