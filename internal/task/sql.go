package task

import (
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

// The tables are River's; these are the statements it has none for.

// stamp is a time as River's tables hold it: they are older than our rule for times.
func stamp(d store.Dialect, t time.Time) any {
	if d == store.PostgreSQL {
		return t
	}
	return t.UTC().Round(time.Millisecond).Format("2006-01-02 15:04:05.999")
}

// forward lets a scheduled job wait no longer than until the time.
func forward(tx *store.Tx, id int64, at time.Time) error {
	_, err := tx.Exec(`UPDATE river_job SET state = 'available', scheduled_at = $1 WHERE id = $2 AND state = 'scheduled'`,
		stamp(tx.Dialect(), at), id)
	return err
}

// setKey changes what keeps equal jobs out; nil keeps none out.
func setKey(tx *store.Tx, id int64, key []byte) error {
	if key == nil {
		_, err := tx.Exec(`UPDATE river_job SET unique_key = NULL WHERE id = $1`, id)
		return err
	}
	_, err := tx.Exec(`UPDATE river_job SET unique_key = $1 WHERE id = $2`, key, id)
	return err
}

// otherRuns reports whether another run of the single work has begun and not ended.
func otherRuns(tx *store.Tx, name string, id int64) (bool, error) {
	var one int
	return tx.Get(`SELECT 1 FROM river_job WHERE state = 'running' AND queue = $1 AND kind = $2 AND id <> $3 AND unique_key IS NULL LIMIT 1`,
		[]any{periodicQueue, name, id}, &one)
}

// chained returns the single works that have a run in the table which waits or runs.
func chained(tx *store.Tx) ([]string, error) {
	return store.All(tx, scanText, `SELECT DISTINCT kind FROM river_job
		WHERE state IN ('available', 'retryable', 'running', 'scheduled') AND queue = $1 LIMIT 1000`, periodicQueue)
}

// ready returns the queues that have a job to work now.
func ready(tx *store.Tx) ([]string, error) {
	return store.All(tx, scanText, `SELECT q.name FROM river_queue q WHERE EXISTS (SELECT 1 FROM river_job j
		WHERE j.state = 'available' AND j.queue = q.name AND j.scheduled_at <= $1) LIMIT 1000`, stamp(tx.Dialect(), tx.Now()))
}

// place is where the earliest job of some queues stands.
type place struct {
	queue string
	at    time.Time
}

// earliest returns the job of the queues that is to be worked first among those whose time is not after until, in the
// states given. A zero until is no limit.
func earliest(tx *store.Tx, queues []string, states string, until time.Time) (p place, found bool, err error) {
	if len(queues) == 0 {
		return p, false, nil
	}
	var args []any
	var marks []string
	for _, q := range queues {
		args = append(args, q)
		marks = append(marks, fmt.Sprintf("$%d", len(args)))
	}
	limit := ""
	if !until.IsZero() {
		args = append(args, stamp(tx.Dialect(), until))
		limit = fmt.Sprintf("AND scheduled_at <= $%d", len(args))
	}
	found, err = tx.Get(`SELECT queue, scheduled_at FROM river_job WHERE state IN (`+states+`) AND queue IN (`+
		strings.Join(marks, ", ")+`) `+limit+` ORDER BY scheduled_at, id LIMIT 1`, args, &p.queue, &p.at)
	return p, found, err
}

// beat says that the runner lives, and forgets those that have not for long.
func beat(tx *store.Tx, id string) error {
	now := tx.Now()
	if _, err := tx.Exec(`INSERT INTO river_client (id, updated_at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET updated_at = $2`,
		id, stamp(tx.Dialect(), now)); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM river_client WHERE updated_at < $1`, stamp(tx.Dialect(), now.Add(-forgetAfter)))
	return err
}

// living returns the runners that have said so since the time.
func living(tx *store.Tx, since time.Time) ([]string, error) {
	return store.All(tx, scanText, `SELECT id FROM river_client WHERE updated_at >= $1 LIMIT 1000`, stamp(tx.Dialect(), since))
}

// depart says that the runner has ended.
func depart(tx *store.Tx, id string) error {
	_, err := tx.Exec(`DELETE FROM river_client WHERE id = $1`, id)
	return err
}

// rescue takes a running job from a dead runner: it is worked again, or given up when it was tried often enough.
func rescue(tx *store.Tx, id int64, attempt int, last bool) (bool, error) {
	if last {
		n, err := tx.Exec(`UPDATE river_job SET state = 'discarded', finalized_at = $1 WHERE id = $2 AND attempt = $3 AND state = 'running'`,
			stamp(tx.Dialect(), tx.Now()), id, attempt)
		return n > 0, err
	}
	n, err := tx.Exec(`UPDATE river_job SET state = 'available', scheduled_at = $1 WHERE id = $2 AND attempt = $3 AND state = 'running'`,
		stamp(tx.Dialect(), tx.Now()), id, attempt)
	return n > 0, err
}

// handBack undoes an attempt that was interrupted, unless the job has been taken up since.
func handBack(tx *store.Tx, id int64, attempt int) error {
	_, err := tx.Exec(`UPDATE river_job SET state = 'available', attempt = attempt - 1, finalized_at = NULL, scheduled_at = $1
		WHERE id = $2 AND attempt = $3 AND state IN ('available', 'retryable', 'discarded', 'running')`,
		stamp(tx.Dialect(), tx.Now()), id, attempt)
	return err
}

func scanText(rows *sql.Rows) (s string, err error) {
	err = rows.Scan(&s)
	return s, err
}
