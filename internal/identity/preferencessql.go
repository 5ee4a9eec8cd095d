package identity

import (
	"database/sql"

	"github.com/horizon-clm/horizon/internal/store"
)

// own is something that a principal keeps for itself.
type own struct{ identifier, sort, name, body string }

func putOwn(tx *store.Tx, o own) error {
	_, err := tx.Exec(`INSERT INTO principal_own (identifier, sort, name, body, changed) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (identifier, sort, name) DO UPDATE SET body = excluded.body, changed = excluded.changed`,
		o.identifier, o.sort, o.name, o.body, store.Micros(tx.Now()))
	return err
}

// findOwn returns the body, or "".
func findOwn(tx *store.Tx, identifier, sort, name string) (body string, err error) {
	_, err = tx.Get(`SELECT body FROM principal_own WHERE identifier = $1 AND sort = $2 AND name = $3`, []any{identifier, sort, name}, &body)
	return body, err
}

const mostOwn = 1000 // more than there is room for

func listOwn(tx *store.Tx, identifier, sort string) ([]string, error) {
	return store.All(tx, func(rows *sql.Rows) (body string, err error) { return body, rows.Scan(&body) },
		`SELECT body FROM principal_own WHERE identifier = $1 AND sort = $2 ORDER BY name LIMIT $3`, identifier, sort, mostOwn)
}

func countOwn(tx *store.Tx, identifier, sort string) (n int, err error) {
	_, err = tx.Get(`SELECT COUNT(*) FROM principal_own WHERE identifier = $1 AND sort = $2`, []any{identifier, sort}, &n)
	return n, err
}

func deleteOwn(tx *store.Tx, identifier, sort, name string) (bool, error) {
	n, err := tx.Exec(`DELETE FROM principal_own WHERE identifier = $1 AND sort = $2 AND name = $3`, identifier, sort, name)
	return n > 0, err
}

// deleteAllOwn forgets everything a principal kept.
func deleteAllOwn(tx *store.Tx, identifier string) error {
	_, err := tx.Exec(`DELETE FROM principal_own WHERE identifier = $1`, identifier)
	return err
}
