package event

import (
	"bytes"
	"database/sql"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/horizon-clm/horizon/internal/store"
)

// stretch is what became of one span of a verification.
type stretch struct {
	span
	from, to place
	guessed  bool // whether from was found in the stored tree
	err      error
	held     int64
	marked   int64
	problem  *Problem
}

func (p place) clone() place {
	p.previous, p.edge = slices.Clone(p.previous), slices.Clone(p.edge)
	return p
}

// verify checks the entries of a span, from a place on.
func (v *verification) verify(tx *store.Tx, from place, done *stretch) error {
	r := reader{
		checker: checker{seals: v.seals, outside: v.outside, start: v.start, place: from.clone()},
		key:     v.log.Key, tx: tx, end: done.end,
	}
	r.Held = from.next - v.start
	if err := r.run(); err != nil {
		return err
	}
	done.to, done.held, done.marked, done.problem = r.place.clone(), r.Held, r.Marked, r.Problem
	return nil
}

// reader verifies the entries of one span of the database.
type reader struct {
	checker
	key    note.Verifier
	tx     *store.Tx
	end    int64
	leaves leafTiles
	above  upperTiles
	points []Checkpoint // those within the span, in order
}

func (r *reader) run() error {
	if err := r.load(); err != nil {
		return err
	}
	begin := *r
	begin.place = r.place.clone()
	if r.whole() {
		return nil
	}
	*r = begin
	return r.rows()
}

// rows verifies the span row by row, and says which entry does not hold, and why.
func (r *reader) rows() error {
	rows, err := r.tx.Query(`SELECT `+entryColumns+` FROM event WHERE seq >= $1 AND seq < $2 ORDER BY seq`, r.next, r.end)
	if err != nil {
		return fmt.Errorf("reading the log: %w", err)
	}
	defer func() { _ = rows.Close() }()
	row := newSealedRow()
	for r.Problem == nil && rows.Next() {
		if row.scan(rows) != nil {
			r.fail(r.next, whyUnreadable)
			break
		}
		r.one(&row.sealed)
	}
	if r.Problem == nil && rows.Err() != nil {
		return r.unreadable(rows.Err())
	}
	if r.Problem == nil && r.next < r.end {
		r.fail(r.next, whyMissing)
	}
	return nil
}

// unreadable tells an entry that cannot be read from a database that does not answer.
func (r *reader) unreadable(err error) error {
	ctx := r.tx.Context()
	if ctx.Err() != nil || r.tx.DB().Ping(ctx) != nil {
		return fmt.Errorf("reading the log: %w", err)
	}
	r.fail(r.next, whyUnreadable)
	return nil
}

// load reads what the entries are held against. It is all read before the first of them: a connection to PostgreSQL
// answers one query at a time.
func (r *reader) load() (err error) {
	if r.leaves, err = readLeafTiles(r.tx, r.next/tileWidth, (r.end-1)/tileWidth); err != nil {
		return err
	}
	r.above = upperTiles{}
	for level := int64(1); r.end>>(level*tileHeight) > 0; level++ {
		r.above.get(r.tx, level, (r.end>>(level*tileHeight)-1)/tileWidth)
	}
	r.points, err = checkpointsBetween(r.tx, r.next, r.end)
	return err
}

// one checks an entry against the chain, the tree and the checkpoints.
func (r *reader) one(e *sealed) {
	if r.entry(e); r.Problem != nil {
		return
	}
	r.inTree(e)
	r.atOutside()
	if r.Problem == nil && len(r.points) > 0 && r.points[0].Size == r.next {
		r.signed(r.key, r.points[0])
		r.points = r.points[1:]
	}
}

// inTree compares the stored tree with the entry, and each full tile with the level above it.
func (r *reader) inTree(e *sealed) {
	hashes, err := r.leaves.get(e.seq / tileWidth)
	at := e.seq % tileWidth
	switch {
	case err != nil:
		r.fail(e.seq, "%v", err)
	case at >= int64(len(hashes)) || !bytes.Equal(hashes[at][:], e.leaf):
		r.fail(e.seq, whyTile)
	case at == tileWidth-1:
		r.tileAbove(r.tx, r.above, e.seq, 1, e.seq/tileWidth, hashes)
	}
}

// signed checks the signature of the checkpoint of the current size, and compares it.
func (c *checker) signed(key note.Verifier, stored Checkpoint) {
	p, err := OpenCheckpoint(stored.Note, key)
	if err != nil || p.Size != stored.Size || p.Root != stored.Root {
		c.fail(c.matched, "the checkpoint of size %d is not signed by the log's key", stored.Size)
		return
	}
	c.point(p)
}

// leafTiles are tiles of the lowest level, read together and unpacked one after the other.
type leafTiles struct {
	raw    map[int64][]byte
	n      int64
	hashes []tlog.Hash
	err    error
}

func readLeafTiles(tx *store.Tx, first, last int64) (leafTiles, error) {
	t := leafTiles{raw: map[int64][]byte{}, n: -1}
	_, err := store.All(tx, func(r *sql.Rows) (n int64, err error) {
		var raw []byte
		err = r.Scan(&n, &raw)
		t.raw[n] = raw
		return n, err
	}, `SELECT n, hashes FROM event_tile WHERE level = 0 AND n >= $1 AND n <= $2`, first, last)
	return t, err
}

func (t *leafTiles) get(n int64) ([]tlog.Hash, error) {
	if t.n != n {
		t.n = n
		t.hashes, t.err = unpackTile(0, n, t.raw[n])
	}
	return t.hashes, t.err
}

// upperTiles keeps the tile of each level that was asked for last.
type upperTiles map[int64]upperTile

type upperTile struct {
	tile
	err error
}

func (t upperTiles) get(tx *store.Tx, level, n int64) ([]tlog.Hash, error) {
	kept, ok := t[level]
	if !ok || kept.n != n {
		kept.n = n
		kept.hashes, kept.err = readTile(tx, level, n)
		t[level] = kept
	}
	return kept.hashes, kept.err
}

// tileAbove compares a full tile with its hash in the level above, and that level's tile when it is full with it. seq
// is named when there is no such tile.
func (c *checker) tileAbove(tx *store.Tx, above upperTiles, seq, level, n int64, below []tlog.Hash) {
	hashes, err := above.get(tx, level, n/tileWidth)
	at := n % tileWidth
	switch {
	case err != nil:
		c.fail(seq, "%v", err)
	case at >= int64(len(hashes)) || hashes[at] != fold(below):
		c.fail(n<<(level*tileHeight), "tile %d of level %d of the tree does not match the entries below it", n/tileWidth, level)
	case at == tileWidth-1:
		c.tileAbove(tx, above, seq, level+1, n/tileWidth, hashes)
	}
}
