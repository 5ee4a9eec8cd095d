package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync"
	"time"
)

// ids makes identifiers of 12 bytes: 48 bits of milliseconds, a counter of 24 bits that never goes back within the
// process, and 24 bits drawn at start, so that nodes do not collide.
type ids struct {
	mu      sync.Mutex // guards last and counter
	last    uint64
	counter uint32
	node    [3]byte
}

const maxCounter = 1<<24 - 1

func (g *ids) seed() error {
	if _, err := rand.Read(g.node[:]); err != nil {
		return fmt.Errorf("drawing the node's part of identifiers: %w", err)
	}
	return nil
}

func (g *ids) next(now time.Time) string {
	ms := uint64(now.UnixMilli()) //nolint:gosec // times are after 1970
	g.mu.Lock()
	switch {
	case ms > g.last:
		g.last, g.counter = ms, 0
	case g.counter == maxCounter:
		g.last, g.counter = g.last+1, 0
	default:
		g.counter++
	}
	ms, n := g.last, g.counter
	g.mu.Unlock()

	var b [16]byte
	binary.BigEndian.PutUint64(b[0:], ms<<16)
	binary.BigEndian.PutUint32(b[6:], n<<8)
	copy(b[9:], g.node[:])
	return hex.EncodeToString(b[:12])
}

// IsID reports whether s has the form of an identifier.
func IsID(s string) bool {
	if len(s) != 24 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// process returns what tells this process from others.
func (g *ids) process() string { return hex.EncodeToString(g.node[:]) }

// FirstID is not after any id that was made at a time or later, and after those made before its millisecond.
func FirstID(t time.Time) string { return fmt.Sprintf("%012x%012x", max(t.UnixMilli(), 0), 0) }

// TimeOf returns when an identifier was made, to the millisecond; the zero time of what is none.
func TimeOf(id string) time.Time {
	b, err := hex.DecodeString(id)
	if err != nil || len(b) != 12 {
		return time.Time{}
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b) >> 16)).UTC() //nolint:gosec // 48 bits
}
