package event

import (
	"context"
	"iter"

	"github.com/horizon-clm/horizon/internal/store"
)

// VerifyOptions say what a verification covers.
type VerifyOptions struct {
	From    int64       // first sequence number
	To      int64       // last one; 0 is to the end
	Outside *Checkpoint // a checkpoint kept outside: it proves that the database was not rolled back
}

// Verify checks the log of the database. The error is for a database that cannot be read; what does not hold is in the
// report.
//
// Stretches of the log are verified at the same time, each in a transaction of its own. That is sound because the log
// only grows: below the last checkpoint seen at the start no row changes, other than by a purge, which leaves a signed
// record. When that record has moved meanwhile, what was found missing is verified again, at last on one state of the
// database, which nothing moves.
func (l *Log) Verify(ctx context.Context, o VerifyOptions) (Report, error) {
	for try := 1; ; try++ {
		v := verification{log: l, VerifyOptions: o, checker: checker{seals: l.Seals, outside: o.Outside}}
		if try == maxVerifications {
			err := l.DB.Read(ctx, v.still)
			return v.Report, err
		}
		if err := v.run(ctx); err != nil || v.Problem == nil {
			return v.Report, err
		}
		moved := false
		err := l.DB.Read(ctx, func(tx *store.Tx) error {
			text, err := purgeNote(tx)
			moved = text != v.purge
			return err
		})
		if err != nil || !moved {
			return v.Report, err
		}
	}
}

const (
	maxVerifications = 5
	stretchSize      = 16 * tileWidth // entries verified by one goroutine at a time
)

// verification is one run over the database.
type verification struct {
	checker
	VerifyOptions
	log   *Log
	purge string // the record of what was purged, as it was at the start
	end   int64  // the entries before it are verified
}

func (v *verification) run(ctx context.Context) error {
	if err := v.log.DB.Read(ctx, v.begin); err != nil || v.Problem != nil {
		return err
	}
	var failed error
	first := v.place.clone()
	inOrder(v.spans(),
		func(s span) stretch { return v.ahead(ctx, s, first) },
		func(done stretch) bool {
			failed = v.accept(ctx, done)
			return failed == nil && v.Problem == nil
		})
	if failed != nil || v.Problem != nil || v.end < v.Size {
		return failed
	}
	return v.log.DB.Read(ctx, v.uncovered)
}

// still verifies one stretch after the other, all on one state of the database.
func (v *verification) still(tx *store.Tx) error {
	if err := v.begin(tx); err != nil {
		return err
	}
	for s := range v.spans() {
		if v.Problem != nil {
			return nil
		}
		done := stretch{span: s}
		if err := v.verify(tx, v.place, &done); err != nil {
			return err
		}
		v.take(done)
	}
	if v.Problem != nil || v.end < v.Size {
		return nil
	}
	return v.uncovered(tx)
}

// span is a stretch of sequence numbers.
type span struct{ from, end int64 }

// spans cuts what is to be verified along tiles.
func (v *verification) spans() iter.Seq[span] {
	size := v.log.stretch
	if size == 0 {
		size = stretchSize
	}
	return func(yield func(span) bool) {
		for from := v.start; from < v.end; {
			end := min((from/size+1)*size, v.end)
			if !yield(span{from, end}) {
				return
			}
			from = end
		}
	}
}

// ahead verifies a span before those ahead of it are done: but for the first, it takes the place it starts from out of
// the stored tree. It runs beside accept and reads only what that leaves alone.
func (v *verification) ahead(ctx context.Context, s span, first place) (done stretch) {
	done.span = s
	done.err = v.log.DB.Read(ctx, func(tx *store.Tx) (err error) {
		from := first
		if s.from != first.next {
			if from, err = v.placeAt(tx, s.from); err != nil {
				return nil //nolint:nilerr // the tree is broken: accept looks again, in order
			}
		}
		done.from, done.guessed = from, true
		return v.verify(tx, from, &done)
	})
	return done
}

// placeAt returns where a verification stands at a sequence number when everything before it holds.
func (v *verification) placeAt(tx *store.Tx, seq int64) (p place, err error) {
	p.next = seq
	if p.edge, err = split(tx, seq); err != nil {
		return p, err
	}
	previous, err := subtree(tx, 0, seq-1)
	if err != nil {
		return p, err
	}
	p.previous = previous[:]
	p.matched, err = checkpointBefore(tx, seq)
	p.matched = max(p.matched, v.start)
	return p, err
}

// accept takes in a stretch that was verified from where this verification stands now. Another one is verified again
// from here, so that the report does not depend on what was done at the same time.
func (v *verification) accept(ctx context.Context, done stretch) error {
	if done.err == nil && !(done.guessed && done.from.equal(v.place)) {
		done = stretch{span: done.span}
		done.err = v.log.DB.Read(ctx, func(tx *store.Tx) error { return v.verify(tx, v.place, &done) })
	}
	if done.err != nil {
		return done.err
	}
	v.take(done)
	return nil
}

// take takes in a stretch that was verified from here.
func (v *verification) take(done stretch) {
	v.place = done.to
	v.Held, v.Problem = done.held, done.problem
	v.Marked += done.marked
}

// begin finds where to start and to end: after what was purged, or where the caller says.
func (v *verification) begin(tx *store.Tx) error {
	var err error
	if v.purge, err = purgeNote(tx); err != nil { // first: what is purged later is below the checkpoint read then
		return err
	}
	last, err := lastCheckpoint(tx)
	if err != nil {
		return err
	}
	v.Size, v.Note, v.end = last.Size, last.Note, last.Size
	if err := v.beginPurged(tx); err != nil || v.Problem != nil {
		return err
	}
	if v.outside != nil && v.outside.Size > v.Size {
		v.fail(v.Size, "the database is older than the checkpoint kept outside: it holds %d entries, the checkpoint covers %d", v.Size, v.outside.Size)
		return nil
	}
	v.start = min(max(v.Purged, v.From), v.Size)
	if v.start > 0 {
		v.beginAt(tx, last)
	}
	if v.Problem != nil || v.To <= 0 {
		return nil
	}
	return v.endAt(tx)
}

// beginAt starts in the middle of the log.
func (v *verification) beginAt(tx *store.Tx, last Checkpoint) {
	p, err := v.placeAt(tx, v.start)
	if err != nil {
		v.fail(v.start, "%v", err)
		return
	}
	v.place = p
	v.matched = v.start
	if v.outside != nil && v.outside.Size <= v.start {
		v.outsideBefore(tx)
	}
	if v.start == v.Size { // nothing but the tree is left to hold against the checkpoint
		v.signed(v.log.Key, last)
	}
}

// endAt ends at the checkpoint that covers the last entry asked for.
func (v *verification) endAt(tx *store.Tx) error {
	if v.start > v.To {
		v.end = v.start
		return nil
	}
	points, err := checkpointsFrom(tx, v.To+1, 1)
	if len(points) > 0 {
		v.end = points[0].Size
	}
	return err
}

// beginPurged reads the signed record of what was purged, and checks that no entry stands there.
func (v *verification) beginPurged(tx *store.Tx) (err error) {
	if v.purge != "" {
		if v.Purged, err = openPurge(v.purge, v.log.Key); err != nil {
			v.fail(0, "%v", err)
			return nil
		}
	}
	var first *int64
	if _, err := tx.Get(`SELECT min(seq) FROM event`, nil, &first); err != nil {
		return err
	}
	switch {
	case first == nil:
	case *first < 0:
		v.fail(*first, whyBefore)
	case *first < v.Purged:
		v.fail(*first, whyPurgedThere)
	}
	if v.Purged > v.Size {
		v.fail(v.Size, "the log is shorter than what was purged of it")
	}
	v.purgedTiles(tx)
	return nil
}

// purgedTiles checks the tree below what was purged: nothing but its hashes is left there.
func (v *verification) purgedTiles(tx *store.Tx) {
	above := upperTiles{}
	for n := range v.Purged / tileWidth {
		if v.Problem != nil {
			return
		}
		switch hashes, err := readTile(tx, 0, n); {
		case err != nil:
			v.fail(n*tileWidth, "%v", err)
		case len(hashes) < tileWidth:
			v.fail(n*tileWidth, "tile 0/%d of the event tree is too short", n)
		default:
			v.tileAbove(tx, above, n*tileWidth, 1, n, hashes)
		}
	}
}

// outsideBefore compares a checkpoint kept outside that covers nothing behind the start.
func (v *verification) outsideBefore(tx *store.Tx) {
	edge, err := split(tx, v.outside.Size)
	if err != nil || edge.root() != v.outside.Root {
		v.fail(0, whyOutside, v.outside.Size)
	}
}

// uncovered looks for entries behind the newest checkpoint, in one statement: the sealer writes both at once.
func (v *verification) uncovered(tx *store.Tx) error {
	var seq *int64
	_, err := tx.Get(`SELECT min(seq) FROM event WHERE seq >= (SELECT coalesce(max(size), 0) FROM event_checkpoint)`, nil, &seq)
	if err == nil && seq != nil {
		v.fail(*seq, whyUncovered)
	}
	return err
}
