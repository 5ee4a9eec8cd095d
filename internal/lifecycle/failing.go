package lifecycle

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

const mostFailures = 1000 // that are read

// Failing finds, by profile, which requests that were asked for since a time have failed: what status equals "failed" and
// registration.date after that time find.
func Failing(tx *store.Tx, since time.Time) (map[string]kind.Failures, error) {
	all := map[string]kind.Failures{}
	_, err := store.All(tx, func(r *sql.Rows) (f kind.Failures, err error) {
		var profile string
		var last int64
		err = r.Scan(&profile, &f.Count, &last)
		f.Last = store.Time(last).UnixMilli()
		all[profile] = f
		return f, err
	}, `SELECT profile, count(*), max(created) FROM (SELECT profile, created FROM request WHERE state = $1 AND sheet IS NOT NULL AND id >= $2
		ORDER BY id DESC LIMIT $3) AS lately GROUP BY profile`, failed, store.FirstID(since), mostFailures)
	if err != nil {
		return nil, fmt.Errorf("counting requests that failed: %w", err)
	}
	return all, nil
}
