package kind

import (
	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
)

// Granter is implemented by objects that give rights: whoever stores one must hold everything it gives anew.
type Granter interface {
	Grants(tx *store.Tx) ([]access.Held, error)
}

// gives refuses to give away more than the caller holds. What the object gave before may stay.
func (c *change) gives(tx *store.Tx, v any, old *item) error {
	g, ok := v.(Granter)
	if !ok || c.who.IsSystem() {
		return nil
	}
	grants, err := g.Grants(tx)
	if err != nil {
		return err
	}
	var before *access.Rights
	if old != nil {
		held, err := old.value.(Granter).Grants(tx)
		if err != nil {
			return err
		}
		before = access.NewRights(access.Holding{Held: held})
	}
	for _, one := range grants {
		if !before.Contain(one) && !c.who.Rights.Contain(one) {
			return access.NotPermitted.Detail("only rights one holds can be given to others: %s", one)
		}
	}
	return nil
}
