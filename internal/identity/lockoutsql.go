package identity

import (
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
)

// failures are the refused attempts of one account or address.
type failures struct {
	failures    int
	last, until time.Time
}

// findFailures returns the failures of a key; without any, the zero value.
func findFailures(tx *store.Tx, key string) (f failures, err error) {
	var last, until int64
	found, err := tx.Get(`SELECT failures, last, until FROM login_failure WHERE key = $1`, []any{key}, &f.failures, &last, &until)
	if err != nil || !found {
		return failures{}, err
	}
	f.last, f.until = store.Time(last), store.Time(until)
	return f, nil
}

func putFailures(tx *store.Tx, key string, f failures) error {
	_, err := tx.Exec(`INSERT INTO login_failure (key, failures, last, until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, last = excluded.last, until = excluded.until`,
		key, f.failures, store.Micros(f.last), store.Micros(f.until))
	return err
}

func deleteFailures(tx *store.Tx, key string) error {
	_, err := tx.Exec(`DELETE FROM login_failure WHERE key = $1`, key)
	return err
}

// deleteOldFailures deletes what counts no more.
func deleteOldFailures(tx *store.Tx) error {
	_, err := tx.Exec(`DELETE FROM login_failure WHERE last < $1`, store.Micros(tx.Now().Add(-ofAccount.forget)))
	return err
}

const loginEvery = 5 * time.Minute // how exact the last login of a principal is

// putLogin writes that a principal showed valid credentials, and of which type.
func putLogin(tx *store.Tx, who access.Caller) error {
	_, err := tx.Exec(`INSERT INTO principal_login (identifier, last, provider, type) VALUES ($1, $2, $3, $4)
		ON CONFLICT (identifier) DO UPDATE SET last = excluded.last, provider = excluded.provider, type = excluded.type
		WHERE principal_login.last <= $5`,
		who.ID, store.Micros(tx.Now()), who.Provider, who.Type, store.Micros(tx.Now().Add(-loginEvery)))
	return err
}

// LastLogin returns when a principal last showed valid credentials, to five minutes; the zero time is never.
func LastLogin(tx *store.Tx, identifier string) (time.Time, error) {
	last, err := loginOf(tx, identifier)
	return last.at, err
}

func deleteLogin(tx *store.Tx, identifier string) error {
	_, err := tx.Exec(`DELETE FROM principal_login WHERE identifier = $1`, identifier)
	return err
}
