package acme

import (
	"bytes"
	"fmt"

	"github.com/horizon-clm/horizon/internal/store"
)

// Sealed calls each for the sealed secrets of the external account keys after a place, at most so many, and stores what it
// returns in their stead, unless that is the same or the secret was replaced meanwhile. It returns the place it came to, or
// "" at the end.
func (d *Door) Sealed(tx *store.Tx, after string, limit int, each func(purpose, object string, sealed []byte) ([]byte, error)) (next string, err error) {
	keys, err := findExternal(tx, `e.name > $1 ORDER BY e.name LIMIT $2`, after, limit)
	if err != nil {
		return "", err
	}
	for _, x := range keys {
		fresh, err := each(externalPurpose, x.object(), x.Secret)
		if err == nil && !bytes.Equal(fresh, x.Secret) {
			_, err = tx.Exec(`UPDATE acme_eab SET secret = $1 WHERE name = $2 AND secret = $3`, fresh, x.Name, x.Secret)
		}
		if err != nil {
			return "", fmt.Errorf("visiting the secret of the external account key %s: %w", x.Name, err)
		}
	}
	if len(keys) < limit {
		return "", nil
	}
	return keys[len(keys)-1].Name, nil
}
