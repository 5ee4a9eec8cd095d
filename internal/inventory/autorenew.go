package inventory

import (
	"database/sql"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

// Turn is when it is the turn of a certificate to be renewed by the server.
type Turn struct {
	At time.Time
	ID string
}

// DueForRenewal returns the certificates that are renewed by the server, valid, due and not renewed yet, in the order they
// fell due, those behind one.
func DueForRenewal(tx *store.Tx, behind Turn, limit int) ([]Turn, error) {
	return store.All(tx, func(r *sql.Rows) (d Turn, err error) {
		var at int64
		err = r.Scan(&at, &d.ID)
		d.At = store.Time(at)
		return d, err
	}, `SELECT c.due, c.id FROM certificate c WHERE c.auto_renew = TRUE AND c.successor IS NULL AND c.due <= $1 AND c.due >= $2
		AND (c.due > $2 OR c.id > $3) AND c.revoked = FALSE AND c.not_after > $1 ORDER BY c.due, c.id LIMIT $4`,
		store.Micros(tx.Now()), store.Micros(behind.At), behind.ID, limit)
}

// SetDue makes the valid certificates of a profile due so long before they end; 0 is never.
func SetDue(tx *store.Tx, profile string, before time.Duration) error {
	var period any
	if before > 0 {
		period = before.Microseconds()
	}
	_, err := tx.Exec(`UPDATE certificate SET due = not_after - $1 WHERE profile = $2 AND revoked = FALSE AND not_after > $3`,
		period, profile, store.Micros(tx.Now()))
	return err
}

// SetAutoRenew says of all valid certificates of a profile whether the server renews them, and returns how many that
// changed.
func SetAutoRenew(tx *store.Tx, profile string, on bool) (int64, error) {
	return tx.Exec(`UPDATE certificate SET auto_renew = $1 WHERE profile = $2 AND auto_renew <> $1 AND revoked = FALSE AND not_after > $3`,
		on, profile, store.Micros(tx.Now()))
}
