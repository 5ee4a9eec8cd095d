package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/load"
)

// tally counts what the kills hit.
type tally struct {
	kills    int
	inFlight int // kills with orders in flight
	hit      [3]window
	accepted window
	answered window // part of the last one: the order knew, its client did not
	starts   []time.Duration
	wrong    []string
}

// window is a pair of neighbouring steps.
type window struct{ kills, orders int }

func (w *window) add(orders int) {
	if orders > 0 {
		w.kills++
		w.orders += orders
	}
}

var windows = [3]string{"request stored - CA signed", "CA signed - certificate recorded", "certificate recorded - answer sent"}

// What the kills must have hit to say something.
const (
	leastInFlight = 0.8 // of all kills
	leastWindow   = 5   // kills between each pair
	mostWords     = 30  // about what is wrong
)

func (t *tally) add(n int, r remains) {
	t.kills++
	if r.inFlight > 0 {
		t.inFlight++
	}
	t.accepted.add(r.accepted)
	t.hit[0].add(r.stored)
	t.hit[1].add(r.signed)
	t.hit[2].add(r.recorded + r.unsent)
	t.answered.add(r.unsent)
	fmt.Printf("kill %3d: %2d orders in flight; accepted %d, stored %d, signed %d, recorded %d, answer not sent %d\n",
		n, r.inFlight, r.accepted, r.stored, r.signed, r.recorded, r.unsent)
}

// complain keeps something that is wrong.
func (t *tally) complain(format string, args ...any) {
	t.wrong = append(t.wrong, fmt.Sprintf(format, args...))
}

// print writes the counts.
func (t *tally) print(seed uint64) {
	fmt.Printf("%d kills, %d with orders in flight (seed %d); start to ready p50 %v, longest %v\n", t.kills, t.inFlight, seed,
		load.Percentile(t.starts, 50).Round(time.Millisecond), load.Percentile(t.starts, 100).Round(time.Millisecond))
	fmt.Printf("  %-36s %3d kills, %4d orders\n", "accepted - request stored", t.accepted.kills, t.accepted.orders)
	for i, w := range t.hit {
		fmt.Printf("  %-36s %3d kills, %4d orders\n", windows[i], w.kills, w.orders)
	}
	fmt.Printf("  %-36s %3d kills, %4d orders\n", "  of these, the order was valid", t.answered.kills, t.answered.orders)
}

// shown says which moments too few kills fell into.
func (t *tally) shown(asked int) (all error) {
	if float64(t.inFlight) < leastInFlight*float64(asked) {
		all = errors.Join(all, fmt.Errorf("only %d kills had orders in flight", t.inFlight))
	}
	for i, w := range t.hit {
		if w.kills < min(leastWindow, asked) {
			all = errors.Join(all, fmt.Errorf("only %d kills fell between %s", w.kills, windows[i]))
		}
	}
	return all
}

// verdict says what speaks against the run.
func (t *tally) verdict(asked int) (all error) {
	for i, w := range t.wrong {
		if i == mostWords {
			all = errors.Join(all, fmt.Errorf("and %d more", len(t.wrong)-i))
			break
		}
		all = errors.Join(all, errors.New(w))
	}
	return errors.Join(all, t.shown(asked))
}
