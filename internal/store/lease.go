package store

import (
	"context"
	"errors"
	"time"
)

// Lease makes a worker single among all nodes of a database. Its holder checks it in each of its transactions.
type Lease struct {
	name   string
	holder string
	fence  int64
	ttl    time.Duration
}

// ErrLeaseLost says that another node has taken the lease, or may have.
var ErrLeaseLost = errors.New("store: the lease is lost")

// Lease takes the named lease for this node, or returns nil when another holds it.
func (db *DB) Lease(ctx context.Context, name string, ttl time.Duration) (*Lease, error) {
	var l *Lease
	err := db.Write(ctx, func(tx *Tx) error {
		now := tx.Now()
		holder := db.Node + "/" + db.ids.process()
		if _, err := tx.Exec(`INSERT INTO lease (name, holder, until, fence) VALUES ($1, '', 0, 0) ON CONFLICT (name) DO NOTHING`, name); err != nil {
			return err
		}
		var fence int64
		taken, err := tx.Get(`UPDATE lease SET holder = $1, until = $2, fence = fence + 1 WHERE name = $3 AND (until <= $4 OR holder = $1) RETURNING fence`,
			[]any{holder, Micros(now.Add(ttl)), name, Micros(now)}, &fence)
		if err != nil {
			return err
		}
		l = nil
		if taken {
			l = &Lease{name: name, holder: holder, fence: fence, ttl: ttl}
		}
		return nil
	})
	return l, err
}

// Hold keeps the lease for another while, within a transaction of its holder. It returns ErrLeaseLost when another node
// has taken it: the transaction must then end.
func (l *Lease) Hold(tx *Tx) error {
	now := tx.Now()
	n, err := tx.Exec(`UPDATE lease SET until = $1 WHERE name = $2 AND holder = $3 AND fence = $4 AND until > $5`,
		Micros(now.Add(l.ttl)), l.name, l.holder, l.fence, Micros(now))
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrLeaseLost
	}
	return nil
}

// Release gives the lease up, so that another node need not wait until it runs out.
func (l *Lease) Release(ctx context.Context, db *DB) error {
	return db.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(`UPDATE lease SET until = 0 WHERE name = $1 AND holder = $2 AND fence = $3`, l.name, l.holder, l.fence)
		return err
	})
}

// ForgetLeases frees all leases: those of a copy belong to processes that have nothing to do with it.
func (db *DB) ForgetLeases(ctx context.Context) error {
	return db.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(`UPDATE lease SET until = 0`)
		return err
	})
}
