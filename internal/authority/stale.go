package authority

import (
	"context"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
)

// StaleList is a revocation list that was not made anew when it should have been.
type StaleList struct {
	Name       string // of the CA
	Generation int64
	Number     int64
	NextUpdate time.Time
}

// staleAt is the part of a list's life after which it is late: the next one is made after half of it.
const staleAt = 0.75

// Names returns the names of the CAs whose certificates are valid, for who may read CAs.
func (e *Engine) Names(ctx context.Context, who access.Caller) (all []string, err error) {
	err = e.reading(ctx, who, func(tx *store.Tx, d *directory) error {
		all = nil
		for _, c := range d.order {
			if c.current().cert.NotAfter.After(tx.Now()) {
				all = append(all, c.name)
			}
		}
		return nil
	})
	return all, err
}

// Stale returns the revocation lists that end soon or have ended, of the CAs whose certificates are valid. The caller may
// read CAs.
func (e *Engine) Stale(ctx context.Context, who access.Caller) (all []StaleList, err error) {
	err = e.reading(ctx, who, func(tx *store.Tx, d *directory) error {
		all = nil
		known, err := heads(tx)
		if err != nil {
			return err
		}
		for _, c := range d.order {
			for _, g := range c.keys() {
				l, ok := known[listKey{c.id, g.key}]
				if !ok || !g.cert.NotAfter.After(tx.Now()) {
					continue
				}
				if life := l.NextUpdate.Sub(l.ThisUpdate); tx.Now().Sub(l.ThisUpdate) > time.Duration(staleAt*float64(life)) {
					all = append(all, StaleList{Name: c.name, Generation: g.number, Number: l.Number, NextUpdate: l.NextUpdate})
				}
			}
		}
		return nil
	})
	return all, err
}
