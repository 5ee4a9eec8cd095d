package authority

import (
	"bytes"
	"database/sql"

	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// Sealed calls each for the sealed keys of all CAs and of their OCSP responders, which are few, and stores what it returns
// in their stead, unless that is the same or the key was replaced meanwhile. There is no further place after it.
func (e *Engine) Sealed(tx *store.Tx, _ string, _ int, each func(purpose, object string, sealed []byte) ([]byte, error)) (next string, err error) {
	changed := false
	for _, table := range []struct{ name, suffix string }{{"authority_generation", ""}, {"authority_responder", "/ocsp"}} {
		keys, err := keysIn(tx, table.name)
		if err != nil {
			return "", err
		}
		for _, k := range keys {
			fresh, err := each(secret.SigningKeys, object(k.authority, k.generation)+table.suffix, k.key)
			if err != nil {
				return "", err
			}
			if bytes.Equal(fresh, k.key) {
				continue
			}
			changed = true
			if _, err := tx.Exec(`UPDATE `+table.name+` SET key = $1 WHERE authority = $2 AND generation = $3 AND key = $4`,
				fresh, k.authority, k.generation, k.key); err != nil {
				return "", err
			}
		}
	}
	if changed { // so that every node reads the keys again
		return "", raise(tx)
	}
	return "", nil
}

// keysIn returns the keys in a table, with the generation that brought each.
func keysIn(tx *store.Tx, table string) ([]generationRow, error) {
	return store.All(tx, func(r *sql.Rows) (k generationRow, err error) {
		return k, r.Scan(&k.authority, &k.generation, &k.key)
	}, `SELECT authority, generation, key FROM `+table+` WHERE key IS NOT NULL ORDER BY authority, generation`)
}
