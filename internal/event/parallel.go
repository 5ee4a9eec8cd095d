package event

import (
	"iter"
	"runtime"
	"sync"
)

// maxWorkers keeps a verification from taking every connection of the database.
const maxWorkers = 8

// inOrder hands each item to a goroutine of its own, a few at a time, and what they make to take, in the order of the
// items, until take returns false. It returns when all of them have ended.
func inOrder[I, O any](items iter.Seq[I], do func(I) O, take func(O) bool) {
	queue := make(chan chan O, min(runtime.GOMAXPROCS(0), maxWorkers))
	enough := make(chan struct{})
	var workers sync.WaitGroup
	defer workers.Wait()
	workers.Go(func() {
		defer close(queue)
		for item := range items {
			made := make(chan O, 1)
			select {
			case queue <- made:
				workers.Go(func() { made <- do(item) })
			case <-enough:
				return
			}
		}
	})
	for made := range queue {
		if !take(<-made) {
			close(enough)
			break
		}
	}
	for range queue { // what is under way is let go
		continue
	}
}
