package identity

import (
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

// takeNonce reports whether the nonce was not used before, and forgets those that are too old to be used.
func takeNonce(tx *store.Tx, id string, until time.Time) (bool, error) {
	if _, err := tx.Exec(`DELETE FROM pop_nonce WHERE until < $1`, store.Micros(tx.Now())); err != nil {
		return false, err
	}
	n, err := tx.Exec(`INSERT INTO pop_nonce (id, until) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`, id, store.Micros(until))
	return n == 1, err
}
