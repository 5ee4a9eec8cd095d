package acme

import (
	"context"
	"errors"
	"testing"
	"time"
)

// One account has so many turns at a time, all together so many, and who gives up waits no longer.
func TestTurns(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	turns := newTurns(2, 1)
	first, err := turns.take(ctx, "a")
	check(t, err)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := turns.take(gone, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("a second turn of one account: %v", err)
	}
	second, err := turns.take(ctx, "b")
	check(t, err)
	if _, err := turns.take(gone, "c"); !errors.Is(err, context.Canceled) {
		t.Errorf("a third turn: %v", err)
	}
	first()
	third, err := turns.take(ctx, "a")
	check(t, err)
	second()
	third()
	if len(turns.each) != 0 {
		t.Errorf("%d accounts are remembered", len(turns.each))
	}
}

// Nothing is done twice at a time; a stop ends what can be taken up, waits for the rest, and starts nothing new.
func TestRuns(t *testing.T) {
	t.Parallel()
	r := newRuns(2)
	gate := make(chan struct{})
	last := r.start("last", true, func(ctx context.Context, self *run) { <-gate; self.err = ctx.Err() })
	if again := r.start("last", true, func(context.Context, *run) { t.Error("it runs twice") }); again != last {
		t.Error("a second run of one name")
	}
	short := r.start("short", false, func(ctx context.Context, _ *run) { <-ctx.Done() })
	if r.start("third", false, nil) != nil {
		t.Error("there is no room for a third")
	}
	closed := make(chan struct{})
	go func() { r.close(time.Minute); close(closed) }()
	<-short.done
	if r.start("new", false, nil) != nil {
		t.Error("something starts while it is closed")
	}
	close(gate)
	<-closed
	if err := last.wait(t.Context(), time.Minute); err != nil {
		t.Errorf("what lasts was interrupted: %v", err)
	}
	if r.find("last") != nil {
		t.Error("what has ended is found")
	}
	var none *run
	check(t, none.wait(t.Context(), time.Minute))
	stuck := newRuns(1)
	hung := stuck.start("x", true, func(ctx context.Context, _ *run) { <-ctx.Done() })
	stuck.close(time.Millisecond)
	<-hung.done
}
