package store

import (
	"maps"
	"slices"
	"sync"
)

// wakes tells goroutines of this process that a transaction has committed something for them.
type wakes struct {
	mu     sync.Mutex // guards topics
	topics map[string][]chan struct{}
}

// Woken returns a channel that receives after a commit that woke the topic: of this process, and, where it listens, of
// other nodes that woke it everywhere. Signals that come while one waits to be received are one signal. A signal of
// another node may be lost with its connection: who needs it looks again after a while.
func (db *DB) Woken(topic string) <-chan struct{} {
	ch := make(chan struct{}, 1)
	db.wakes.mu.Lock()
	defer db.wakes.mu.Unlock()
	if db.wakes.topics == nil {
		db.wakes.topics = map[string][]chan struct{}{}
	}
	db.wakes.topics[topic] = append(db.wakes.topics[topic], ch)
	return ch
}

// WakeAll signals the topic when the transaction has committed, here and on every node that listens. It costs PostgreSQL
// a lock that all commits with it share, so it is for what changes seldom.
func (tx *Tx) WakeAll(topic string) {
	tx.Wake(topic)
	tx.everywhere = append(tx.everywhere, topic)
}

// all lists the topics somebody waits for.
func (w *wakes) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Collect(maps.Keys(w.topics))
}

func (w *wakes) signal(topics []string) {
	if len(topics) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, topic := range topics {
		for _, ch := range w.topics[topic] {
			select {
			case ch <- struct{}{}:
			default:
			}
		}
	}
}
