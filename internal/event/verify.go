package event

import (
	"bytes"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Report is the outcome of a verification.
type Report struct {
	Held    int64    `json:"held" doc:"Entries that hold."`
	Size    int64    `json:"size" doc:"Entries of the log by its last checkpoint."`
	Purged  int64    `json:"purged" doc:"Entries at the beginning that were purged on purpose; only their hashes are left."`
	Marked  int64    `json:"marked" doc:"Entries the log itself marks: their seal did not hold when they were taken in."`
	Problem *Problem `json:"problem,omitempty" doc:"The first entry that does not hold."`
	Note    string   `json:"checkpoint,omitempty" doc:"The last checkpoint, to be kept outside."`
}

// Problem is why the log does not hold.
type Problem struct {
	Sequence int64  `json:"sequence" doc:"Sequence number of the first entry that does not hold."`
	Reason   string `json:"reason" doc:"Why it does not hold."`
}

// String returns the problem for people.
func (p *Problem) String() string { return fmt.Sprintf("entry %d: %s", p.Sequence, p.Reason) }

// The reasons a verification gives.
const (
	whyChanged     = "the entry was changed: it does not match its leaf hash"
	whyMissing     = "the entry is missing"
	whyUnreadable  = "the entry cannot be read"
	whyUncovered   = "the entry is not covered by a checkpoint"
	whyPurgedThere = "the entry stands where entries were purged"
	whyBefore      = "the entry stands before the first"
	whyTile        = "the hash in the tree differs from the entry's"
)

// place is where a verification stands: between the entry before next, and next.
type place struct {
	next     int64
	previous []byte  // hash of the leaf before next, nil at the first
	edge     compact // the tree of the entries before next
	matched  int64   // size of the last checkpoint that matched
}

func (p place) equal(o place) bool {
	return p.next == o.next && p.matched == o.matched && bytes.Equal(p.previous, o.previous) && p.edge.root() == o.edge.root()
}

// checker verifies entries in order. It knows nothing of where they come from.
type checker struct {
	seals   *Seals      // nil where the secret is not at hand
	outside *Checkpoint // kept outside, or nil
	start   int64       // sequence number of the first entry of the verification
	place
	Report
	leaf   tlog.Hash // what previous points to
	buffer []byte    // for the bytes of a leaf
}

// fail notes the first problem. Entries from there on do not count as held.
func (c *checker) fail(seq int64, format string, args ...any) {
	if c.Problem == nil {
		c.Problem = &Problem{seq, fmt.Sprintf(format, args...)}
		c.Held = max(0, min(c.Held, seq-c.start))
	}
}

// sealed is what an entry's leaf hash is made of, and the hash that stands with it. The bytes may be overwritten when
// the next entry is read.
type sealed struct {
	seq       int64
	seal      string
	canonical []byte
	leaf      []byte
}

// entry checks one entry and takes it in.
func (c *checker) entry(e *sealed) {
	if e.seq != c.next {
		c.fail(c.next, whyMissing)
		return
	}
	var leaf tlog.Hash
	leaf, c.buffer = leafHash(c.buffer, e.seq, e.seal, c.previous, e.canonical)
	if !bytes.Equal(leaf[:], e.leaf) {
		c.fail(e.seq, whyChanged)
		return
	}
	if Marked(e.seal) {
		c.Marked++
	} else if c.seals != nil {
		if why := c.seals.Check(e.canonical, e.seal); why != "" {
			c.fail(e.seq, "%s", why)
			return
		}
	}
	c.edge = c.edge.add(c.next, leaf)
	c.next++
	c.leaf = leaf
	c.previous = c.leaf[:]
	c.Held++
}

// atOutside compares the checkpoint kept outside, if it is one of the entries so far.
func (c *checker) atOutside() {
	if c.Problem == nil && c.outside != nil && c.outside.Size == c.next && c.edge.root() != c.outside.Root {
		c.fail(c.matched, whyOutside, c.next)
	}
}

const whyOutside = "the entries up to %d do not match the checkpoint kept outside"

// point compares a checkpoint of the current size.
func (c *checker) point(p Checkpoint) {
	if got := c.edge.root(); got != p.Root {
		c.fail(c.matched, "the entries up to %d do not match the checkpoint of that size", p.Size)
		return
	}
	c.matched = p.Size
}
