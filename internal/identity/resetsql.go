package identity

import (
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

func insertReset(tx *store.Tx, token, identifier, address string, ends time.Time) error {
	_, err := tx.Exec(`INSERT INTO password_reset (token, identifier, address, created, ends) VALUES ($1, $2, $3, $4, $5)`,
		token, identifier, address, store.Micros(tx.Now()), store.Micros(ends))
	return err
}

// findReset returns the account of a reset that can be used; without one, the identifier is "".
func findReset(tx *store.Tx, token string) (identifier string, err error) {
	_, err = tx.Get(`SELECT identifier FROM password_reset WHERE token = $1 AND ends > $2`, []any{token, store.Micros(tx.Now())}, &identifier)
	return identifier, err
}

// deleteResets deletes all resets of an account.
func deleteResets(tx *store.Tx, identifier string) error {
	_, err := tx.Exec(`DELETE FROM password_reset WHERE identifier = $1`, identifier)
	return err
}

func deleteOldResets(tx *store.Tx) error {
	_, err := tx.Exec(`DELETE FROM password_reset WHERE ends <= $1`, store.Micros(tx.Now()))
	return err
}
