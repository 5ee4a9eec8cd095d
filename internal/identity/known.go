package identity

import (
	"fmt"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
)

type knownKey struct{}

// Learn tells which permissions there are in a database's program. It is called once, before any right is given.
func Learn(db *store.DB, all access.Known) { db.Cache(knownKey{}, func() any { return all }) }

// knownOf returns the permissions there are; none when nobody has told, as in tests of parts.
func knownOf(db *store.DB) access.Known {
	return db.Cache(knownKey{}, func() any { return access.Known(nil) }).(access.Known)
}

// unknown lists the permissions that hold a word no permission has.
func unknown(tx *store.Tx, all []Permission) (problems []string) {
	known := knownOf(tx.DB())
	for i, p := range all {
		if len(known) > 0 && p.Value.Valid() && !known.Knows(p.Value) {
			problems = append(problems, fmt.Sprintf("permissions.%d.value: there is no permission %s", i, p.Value))
		}
	}
	return problems
}
