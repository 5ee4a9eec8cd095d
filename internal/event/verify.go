package event

import (
	"bytes"
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/horizon-clm/horizon/internal/store"
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

// checker verifies entries in order. It knows nothing of where they come from.
type checker struct {
	seals    *Seals // nil where the secret is not at hand
	start    int64  // sequence number of the first entry checked
	next     int64
	previous []byte // hash of the leaf before next
	edge     compact
	matched  int64 // size of the last checkpoint that matched
	Report
}

// fail notes the first problem. Entries from there on do not count as held.
func (c *checker) fail(seq int64, format string, args ...any) {
	if c.Problem == nil {
		c.Problem = &Problem{seq, fmt.Sprintf(format, args...)}
		c.Held = max(0, min(c.Held, seq-c.start))
	}
}

// entry checks one entry and takes it in.
func (c *checker) entry(e *entry) {
	if e.seq != c.next {
		c.fail(c.next, whyMissing)
		return
	}
	canonical := e.Canonical()
	leaf := LeafHash(e.seq, e.Seal, c.previous, canonical)
	if !bytes.Equal(leaf[:], e.leaf) {
		c.fail(e.seq, whyChanged)
		return
	}
	if Marked(e.Seal) {
		c.Marked++
	} else if c.seals != nil {
		if why := c.seals.Check(canonical, e.Seal); why != "" {
			c.fail(e.seq, "%s", why)
			return
		}
	}
	c.edge = c.edge.add(c.next, leaf)
	c.next++
	c.previous = leaf[:]
	c.Held++
}

// point compares a checkpoint of the current size.
func (c *checker) point(p Checkpoint) {
	if got := c.edge.root(); got != p.Root {
		c.fail(c.matched, "the entries up to %d do not match the checkpoint of that size", p.Size)
		return
	}
	c.matched = p.Size
}

// VerifyOptions say what a verification covers.
type VerifyOptions struct {
	From    int64       // first sequence number
	To      int64       // last one; 0 is to the end
	Outside *Checkpoint // a checkpoint kept outside: it proves that the database was not rolled back
}

// Verify checks the log of the database. The error is for a database that cannot be read; what does not hold is in the
// report.
func (l *Log) Verify(ctx context.Context, o VerifyOptions) (Report, error) {
	v := verification{log: l, checker: checker{seals: l.Seals}, VerifyOptions: o}
	err := l.DB.Read(ctx, func(tx *store.Tx) error {
		v.tx = tx
		return v.run()
	})
	return v.Report, err
}

// verification is one run over the database.
type verification struct {
	checker
	VerifyOptions
	log    *Log
	tx     *store.Tx
	points []Checkpoint // the next checkpoints, in order
	tile   []tlog.Hash  // the tile of leaf hashes around next
}

const verifyChunk = 2048

func (v *verification) run() error {
	last, err := lastCheckpoint(v.tx)
	if err != nil {
		return err
	}
	v.Size, v.Note = last.Size, last.Note
	if err := v.begin(); err != nil || v.Problem != nil {
		return err
	}
	for v.Problem == nil {
		entries, err := entriesFrom(v.tx, v.next, verifyChunk)
		if err != nil {
			return v.unreadable()
		}
		for i := range entries {
			if v.ended() || v.Problem != nil {
				return nil
			}
			if err := v.one(&entries[i]); err != nil {
				return err
			}
		}
		if len(entries) < verifyChunk {
			break
		}
	}
	if v.Problem == nil && v.next < v.Size {
		v.fail(v.next, whyMissing)
	}
	return nil
}

// ended reports whether the asked range is done: the checkpoint that covers its end has matched.
func (v *verification) ended() bool { return v.To > 0 && v.next > v.To && v.matched > v.To }

// unreadable finds the entry that cannot be read.
func (v *verification) unreadable() error {
	for v.Problem == nil {
		entries, err := entriesFrom(v.tx, v.next, 1)
		if err != nil {
			v.fail(v.next, whyUnreadable)
			return nil
		}
		if len(entries) == 0 {
			return nil
		}
		if err := v.one(&entries[0]); err != nil {
			return err
		}
	}
	return nil
}

// begin finds where to start: after what was purged, or where the caller says.
func (v *verification) begin() error {
	if err := v.beginPurged(); err != nil || v.Problem != nil {
		return err
	}
	v.outsideSize()
	start := min(max(v.Purged, v.From), v.Size)
	if start == 0 {
		return v.loadPoints(1)
	}
	edge, err := split(v.tx, start)
	if err != nil {
		v.fail(start, "%v", err)
		return nil
	}
	previous, err := subtree(v.tx, 0, start-1)
	if err != nil {
		v.fail(start, "%v", err)
		return nil
	}
	v.start, v.next, v.edge, v.previous, v.matched = start, start, edge, previous[:], start
	if v.Outside != nil && v.Outside.Size < start {
		v.outsideBefore()
	}
	return v.loadPoints(start)
}

// beginPurged reads the signed record of what was purged, and checks that no entry stands there.
func (v *verification) beginPurged() error {
	text, err := purgeNote(v.tx)
	if err != nil {
		return err
	}
	if text != "" {
		before, err := openPurge(text, v.log.Key)
		if err != nil {
			v.fail(0, "%v", err)
			return nil
		}
		v.Purged = before
	}
	var first *int64
	if _, err := v.tx.Get(`SELECT min(seq) FROM event`, nil, &first); err != nil || first == nil {
		return err
	}
	switch {
	case *first < 0:
		v.fail(*first, whyBefore)
	case *first < v.Purged:
		v.fail(*first, whyPurgedThere)
	}
	return v.purgedTiles()
}

// purgedTiles checks the tree below what was purged: nothing but its hashes is left there.
func (v *verification) purgedTiles() error {
	for n := range v.Purged / tileWidth {
		hashes, err := readTile(v.tx, 0, n)
		if err == nil && len(hashes) == tileWidth {
			err = v.above(1, n, hashes)
		}
		if err != nil {
			v.fail(n*tileWidth, "%v", err)
		}
		if v.Problem != nil {
			return nil
		}
	}
	return nil
}

func (v *verification) outsideSize() {
	if v.Outside != nil && v.Outside.Size > v.Size {
		v.fail(v.Size, "the database is older than the checkpoint kept outside: it holds %d entries, the checkpoint covers %d", v.Size, v.Outside.Size)
	}
}

// outsideBefore compares a checkpoint kept outside that is smaller than where the run starts.
func (v *verification) outsideBefore() {
	edge, err := split(v.tx, v.Outside.Size)
	if err != nil || edge.root() != v.Outside.Root {
		v.fail(0, "the entries up to %d do not match the checkpoint kept outside", v.Outside.Size)
	}
}

func (v *verification) loadPoints(size int64) (err error) {
	v.points, err = checkpointsFrom(v.tx, size, verifyChunk)
	return err
}

// one checks an entry against the chain, the tree and the checkpoints.
func (v *verification) one(e *entry) error {
	if v.next >= v.Size {
		v.fail(e.seq, whyUncovered)
		return nil
	}
	if v.entry(e); v.Problem != nil {
		return nil
	}
	if err := v.inTree(e); err != nil {
		v.fail(e.seq, "%v", err)
		return nil
	}
	if v.Outside != nil && v.Outside.Size == v.next && v.edge.root() != v.Outside.Root {
		v.fail(v.matched, "the entries up to %d do not match the checkpoint kept outside", v.next)
	}
	return v.atPoint()
}

// inTree compares the stored tree with the entry, and each full tile with the level above it.
func (v *verification) inTree(e *entry) error {
	at := e.seq % tileWidth
	if at == 0 || v.tile == nil {
		hashes, err := readTile(v.tx, 0, e.seq/tileWidth)
		if err != nil {
			return err
		}
		v.tile = hashes
	}
	if at >= int64(len(v.tile)) || !bytes.Equal(v.tile[at][:], e.leaf) {
		v.fail(e.seq, whyTile)
		return nil
	}
	if at == tileWidth-1 {
		return v.above(1, e.seq/tileWidth, v.tile)
	}
	return nil
}

// above compares a full tile with its hash in the level above, and that level's tile when it is full with it.
func (v *verification) above(level, n int64, below []tlog.Hash) error {
	hashes, err := readTile(v.tx, level, n/tileWidth)
	if err != nil {
		return err
	}
	at := n % tileWidth
	if at >= int64(len(hashes)) || hashes[at] != fold(below) {
		v.fail(n<<(level*tileHeight), "tile %d of level %d of the tree does not match the entries below it", n/tileWidth, level)
		return nil
	}
	if at == tileWidth-1 {
		return v.above(level+1, n/tileWidth, hashes)
	}
	return nil
}

// atPoint compares the checkpoint of the current size, if there is one.
func (v *verification) atPoint() error {
	if len(v.points) == 0 || v.points[0].Size != v.next {
		return nil
	}
	p, err := OpenCheckpoint(v.points[0].Note, v.log.Key)
	if err != nil || p.Size != v.points[0].Size || p.Root != v.points[0].Root {
		v.fail(v.matched, "the checkpoint of size %d is not signed by the log's key", v.points[0].Size)
		return nil
	}
	v.point(p)
	if v.points = v.points[1:]; len(v.points) == 0 {
		return v.loadPoints(v.next + 1)
	}
	return nil
}
