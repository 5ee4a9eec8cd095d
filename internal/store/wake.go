package store

import "sync"

// wakes tells goroutines of this process that a transaction has committed something for them.
type wakes struct {
	mu     sync.Mutex // guards topics
	topics map[string][]chan struct{}
}

// Woken returns a channel that receives after a commit that woke the topic. Signals that come while one waits to be
// received are one signal. Other nodes are not told: who needs them looks again after a while.
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
