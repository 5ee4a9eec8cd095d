package event

import (
	"context"

	"github.com/horizon-clm/horizon/internal/store"
)

const purgeKey = "event.purged" // in meta: the signed record of what was purged

func purgeNote(tx *store.Tx) (text string, err error) {
	_, err = tx.Get(`SELECT value FROM meta WHERE key = $1`, []any{purgeKey}, &text)
	return text, err
}

const purgeBatch = 2000

// purge removes entries at the beginning of the log that are older than the retention. Their leaf hashes stay in the
// tree, and a signed record tells how far they reach, so that the rest still verifies.
func (l *Log) purge(ctx context.Context, lease *store.Lease) error {
	if l.Retention <= 0 {
		return nil
	}
	var oldest int64
	err := l.DB.Read(ctx, func(tx *store.Tx) error { // nearly always there is nothing to write
		found, err := tx.Get(`SELECT time FROM event ORDER BY seq LIMIT 1`, nil, &oldest)
		if !found || fromMillis(oldest).After(tx.Now().Add(-l.Retention)) {
			oldest = 0
		}
		return err
	})
	if err != nil || oldest == 0 {
		return err
	}
	for {
		n, err := l.purgeSome(ctx, lease)
		if err != nil || n < purgeBatch {
			return err
		}
	}
}

func (l *Log) purgeSome(ctx context.Context, lease *store.Lease) (n int64, err error) {
	err = l.DB.Write(ctx, func(tx *store.Tx) error {
		if err := lease.Hold(tx); err != nil {
			return err
		}
		limit := tx.Now().Add(-l.Retention).UnixMilli()
		// Entries are not in the order of their times: the first that is young keeps all behind it.
		var first, young *int64
		_, err := tx.Get(`SELECT min(seq), min(CASE WHEN time >= $1 THEN seq END) FROM (SELECT seq, time FROM event ORDER BY seq LIMIT $2) oldest`,
			[]any{limit, purgeBatch}, &first, &young)
		if err != nil || first == nil {
			n = 0
			return err
		}
		before := *first + purgeBatch
		if young != nil {
			before = *young
		}
		last, err := lastCheckpoint(tx)
		if err != nil {
			return err
		}
		before = min(before, last.Size)
		if n, err = tx.Exec(`DELETE FROM event WHERE seq < $1`, before); err != nil || n == 0 {
			return err
		}
		text, err := signPurge(l.Signer, before)
		if err != nil {
			return err
		}
		return setMeta(tx, purgeKey, text)
	})
	return n, err
}
