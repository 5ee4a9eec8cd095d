package act

import (
	"strconv"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/event"
)

// floods limits the events that anybody without credentials can cause: so many a minute for each address and code. The
// next one that passes tells how many did not.
type floods struct {
	mu  sync.Mutex // guards all
	all map[floodKey]*flood
}

type floodKey struct{ address, code string }

type flood struct {
	since      time.Time
	passed     int
	suppressed int
}

const (
	floodLimit  = 10
	floodWindow = time.Minute
	maxFloods   = 10000
)

// pass reports whether an event may be written, and how many were not since the last one.
func (f *floods) pass(address, code string, now time.Time) (suppressed int, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := floodKey{address, code}
	one := f.all[key]
	if one == nil {
		f.makeRoom(now)
		one = &flood{since: now}
		f.all[key] = one
	}
	if now.Sub(one.since) >= floodWindow {
		one.since, one.passed = now, 0
	}
	if one.passed >= floodLimit {
		one.suppressed++
		return 0, false
	}
	one.passed++
	suppressed, one.suppressed = one.suppressed, 0
	return suppressed, true
}

// makeRoom forgets floods that are over, and all of them when that does not help: more addresses than anyone counts.
func (f *floods) makeRoom(now time.Time) {
	if len(f.all) < maxFloods && f.all != nil {
		return
	}
	for key, one := range f.all {
		if now.Sub(one.since) >= floodWindow && one.suppressed == 0 {
			delete(f.all, key)
		}
	}
	if len(f.all) >= maxFloods || f.all == nil {
		f.all = map[floodKey]*flood{}
	}
}

func appendCount(details []event.Detail, suppressed int) []event.Detail {
	if suppressed == 0 {
		return details
	}
	return append(details, event.Detail{Key: "suppressed", Value: strconv.Itoa(suppressed)})
}
