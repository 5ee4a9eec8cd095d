package access

import "sync"

// MaxReceipts is how many events of one call its receipt names.
const MaxReceipts = 10

// Receipt gathers the ids of the events that one call causes, for its answer to name. All copies of a caller share it; a
// nil Receipt gathers nothing, which is what doors have whose protocol has no place for it.
type Receipt struct {
	mu     sync.Mutex // guards events
	events []string
}

// Add names a further event. Those beyond the limit are left out: the correlation id finds them all.
func (r *Receipt) Add(event string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.events) < MaxReceipts {
		r.events = append(r.events, event)
	}
}

// Events returns the ids of the events, in the order they were recorded.
func (r *Receipt) Events() []string {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.events...)
}
