package event

import (
	"context"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

const (
	thinnedKey = "event.thinned" // in meta: the size up to which checkpoints were thinned out
	thinAge    = 24 * time.Hour  // younger checkpoints are all kept
	thinStep   = time.Hour       // of older ones, the last in each step is kept
	thinBatch  = 2000
)

// thin removes checkpoints that later ones make superfluous. A checkpoint covers every entry before it, so that the
// last of an hour says what those before it said; the newest of all is never removed.
func (l *Log) thin(ctx context.Context, lease *store.Lease) error {
	more := false
	err := l.DB.Read(ctx, func(tx *store.Tx) (err error) { // nearly always there is nothing to write
		points, err := unthinned(tx, 2)
		_, seen := superfluous(points, tx.Now())
		more = seen > 0
		return err
	})
	for more && err == nil {
		err = l.DB.Write(ctx, func(tx *store.Tx) error {
			more = false
			if err := lease.Hold(tx); err != nil {
				return err
			}
			again, err := thinSome(tx)
			more = again
			return err
		})
	}
	return err
}

// thinSome looks at one batch of checkpoints and reports whether more wait.
func thinSome(tx *store.Tx) (more bool, err error) {
	points, err := unthinned(tx, thinBatch)
	if err != nil {
		return false, err
	}
	doomed, seen := superfluous(points, tx.Now())
	if seen == 0 {
		return false, nil
	}
	for _, s := range doomed {
		if _, err := tx.Exec(`DELETE FROM event_checkpoint WHERE size >= $1 AND size < $2`, s.from, s.end); err != nil {
			return false, err
		}
	}
	return seen == thinBatch-1, setMeta(tx, thinnedKey, points[seen-1].size)
}

// unthinned returns the oldest checkpoints that were not looked at yet.
func unthinned(tx *store.Tx, limit int) ([]pointTime, error) {
	var done int64
	if _, err := tx.Get(`SELECT CAST(value AS BIGINT) FROM meta WHERE key = $1`, []any{thinnedKey}, &done); err != nil {
		return nil, err
	}
	return pointTimes(tx, done, limit)
}

// superfluous returns the spans of sizes whose checkpoints go, and how many of the checkpoints it has decided about: the
// last is never among them, because only the next one tells whether it ends its hour.
func superfluous(points []pointTime, now time.Time) (doomed []span, seen int) {
	young := now.Add(-thinAge).Truncate(thinStep)
	for ; seen+1 < len(points) && points[seen].time.Before(young); seen++ {
		at, next := points[seen], points[seen+1]
		if !at.time.Truncate(thinStep).Equal(next.time.Truncate(thinStep)) {
			continue
		}
		if n := len(doomed); n > 0 && doomed[n-1].end == at.size {
			doomed[n-1].end = next.size
		} else {
			doomed = append(doomed, span{at.size, next.size})
		}
	}
	return doomed, seen
}
