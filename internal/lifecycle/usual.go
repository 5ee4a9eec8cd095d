package lifecycle

import (
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

const (
	lookedAt = 500 // requests of a profile that are read to find those somebody decided
	taken    = 25  // decided ones that tell how long an answer takes
	enough   = 5   // decided ones without which nothing is told
)

// usualAnswer is how long the last requests of a profile and workflow took until somebody had answered them: the median of
// those that were approved or denied, and zero when they are too few to tell.
func usualAnswer(tx *store.Tx, profile, workflow string) (time.Duration, error) {
	waits, err := store.All(tx, func(r *sql.Rows) (d time.Duration, err error) {
		var micros int64
		err = r.Scan(&micros)
		return time.Duration(micros) * time.Microsecond, err
	}, `SELECT modified - created FROM (SELECT id, workflow, state, approver, created, modified FROM request
			WHERE profile = $1 AND sheet IS NOT NULL ORDER BY id DESC LIMIT $2) AS last
		WHERE approver IS NOT NULL AND workflow = $3 AND state IN ($4, $5) ORDER BY id DESC LIMIT $6`,
		profile, lookedAt, workflow, completed, denied, taken)
	if err != nil {
		return 0, fmt.Errorf("reading how long answers take on %s: %w", profile, err)
	}
	if len(waits) < enough {
		return 0, nil
	}
	slices.Sort(waits)
	return waits[len(waits)/2], nil
}
