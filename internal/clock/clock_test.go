package clock

import (
	"context"
	"testing"
	"time"
)

func TestManual(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	m := NewManual(start)
	done := make(chan error, 1)
	registered := make(chan struct{})
	go func() {
		close(registered)
		done <- m.Wait(context.Background(), time.Minute)
	}()
	<-registered
	for {
		m.Advance(time.Minute)
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			if m.Now().Before(start.Add(time.Minute)) {
				t.Errorf("got %v, want a minute later at least", m.Now())
			}
			return
		default:
		}
	}
}

func TestWaitEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []Clock{Real{}, NewManual(time.Now())} {
		if err := c.Wait(ctx, time.Hour); err != context.Canceled {
			t.Errorf("%T: got %v, want the error of the context", c, err)
		}
	}
}
