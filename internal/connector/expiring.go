package connector

import (
	"context"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// Expiry is when credentials expire.
type Expiry struct {
	Name string
	At   time.Time
}

// expiry is when the credentials expire; the zero time when that is not known.
func (s Secured) expiry() Expiry {
	if s.Expires == 0 {
		return Expiry{Name: s.Name}
	}
	return Expiry{s.Name, time.UnixMilli(s.Expires)}
}

// Expiring returns the credentials that have expired or expire within a time, the first to expire first, to who may read
// credentials.
func Expiring(ctx context.Context, db *store.DB, who access.Caller, within time.Duration) (all []Expiry, err error) {
	if !who.Can(Credentials.Right(kind.Manage)) {
		if err := who.May(Credentials.Right(kind.Read)); err != nil {
			return nil, err
		}
	}
	err = db.Read(ctx, func(tx *store.Tx) error {
		all = nil
		list, err := Credentials.List(tx)
		for _, c := range list {
			e := c.expiry()
			if !e.At.IsZero() && e.At.Before(tx.Now().Add(within)) {
				all = append(all, e)
			}
		}
		return err
	})
	slices.SortFunc(all, func(a, b Expiry) int { return a.At.Compare(b.At) })
	return all, err
}
