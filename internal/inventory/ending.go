package inventory

import (
	"database/sql"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

// Ending describes certificates of a profile that end soon and are not revoked.
type Ending struct {
	Profile    string
	After      time.Time // they end later than this
	Until      time.Time // and not later than this
	Since      time.Time // they were recorded since then
	Superseded bool      // also those that were renewed
}

// Place is where a list of ends goes on: behind this certificate.
type Place struct {
	NotAfter time.Time
	ID       string
}

// EndingSoon returns the places of certificates in the order they end, those behind a place.
func EndingSoon(tx *store.Tx, e Ending, behind Place, limit int) ([]Place, error) {
	from := e.After
	if behind.NotAfter.After(from) {
		from = behind.NotAfter
	}
	return store.All(tx, func(r *sql.Rows) (p Place, err error) {
		var at int64
		err = r.Scan(&at, &p.ID)
		p.NotAfter = store.Time(at)
		return p, err
	}, `SELECT c.not_after, c.id FROM certificate c WHERE c.profile = $1 AND c.not_after >= $2 AND c.not_after > $3 AND c.not_after <= $4
		AND (c.not_after > $2 OR c.id > $5) AND c.created >= $6 AND c.revoked = FALSE AND ($7 OR c.successor IS NULL)
		ORDER BY c.not_after, c.id LIMIT $8`,
		e.Profile, store.Micros(from), store.Micros(e.After), store.Micros(e.Until), behind.ID, store.Micros(e.Since), e.Superseded, limit)
}
