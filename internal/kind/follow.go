package kind

import (
	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
)

// Follower is implemented by objects whose changes have consequences beside the configuration, or are refused for more than
// what is wrong with the object. It is asked in the transaction of the change, when everything else has been checked; an
// error undoes the change. Where the transaction is read-only the change is only tried.
type Follower interface {
	// Stored is asked of an object that is added, or replaces from; that is nil of one that is added.
	Stored(tx *store.Tx, who access.Caller, from any) error
	// Deleted is asked of an object that is deleted.
	Deleted(tx *store.Tx, who access.Caller) error
}

func (c *change) followStored(tx *store.Tx, v any, old *item) error {
	f, ok := v.(Follower)
	if !ok {
		return nil
	}
	if old == nil {
		return f.Stored(tx, c.who, nil)
	}
	return f.Stored(tx, c.who, old.value)
}

func (c *change) followDeleted(tx *store.Tx, old *item) error {
	f, ok := old.value.(Follower)
	if !ok {
		return nil
	}
	return f.Deleted(tx, c.who)
}
