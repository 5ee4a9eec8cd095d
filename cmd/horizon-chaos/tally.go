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
	inFlight int // kills with something in flight
	steps    []step
	starts   []time.Duration
	wrong    []string
}

// step is a pair of neighbouring steps.
type step struct {
	name   string
	extra  bool // it need not be hit
	kills  int
	things int
}

// What the kills must have hit to say something.
const (
	leastInFlight = 0.8 // of all kills
	leastWindow   = 5   // kills between each pair
	mostWords     = 30  // about what is wrong
)

func (t *tally) add(n, inFlight int, between []int) {
	t.kills++
	if inFlight > 0 {
		t.inFlight++
	}
	line := fmt.Sprintf("kill %3d: %2d in flight", n, inFlight)
	for i, things := range between {
		if things == 0 {
			continue
		}
		t.steps[i].kills++
		t.steps[i].things += things
		line += fmt.Sprintf("; %s %d", t.steps[i].name, things)
	}
	fmt.Println(line)
}

// complain keeps something that is wrong.
func (t *tally) complain(format string, args ...any) {
	t.wrong = append(t.wrong, fmt.Sprintf(format, args...))
}

// print writes the counts.
func (t *tally) print(seed uint64) {
	fmt.Printf("%d kills, %d with something in flight (seed %d); start to ready p50 %v, longest %v\n", t.kills, t.inFlight, seed,
		load.Percentile(t.starts, 50).Round(time.Millisecond), load.Percentile(t.starts, 100).Round(time.Millisecond))
	for _, s := range t.steps {
		fmt.Printf("  %-42s %3d kills, %4d times\n", s.name, s.kills, s.things)
	}
}

// shown says which moments too few kills fell into.
func (t *tally) shown(asked int) (all error) {
	if float64(t.inFlight) < leastInFlight*float64(asked) {
		all = errors.Join(all, fmt.Errorf("only %d kills had something in flight", t.inFlight))
	}
	for _, s := range t.steps {
		if !s.extra && s.kills < min(leastWindow, asked) {
			all = errors.Join(all, fmt.Errorf("only %d kills fell between %s", s.kills, s.name))
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
