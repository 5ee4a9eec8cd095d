package inventory

import (
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// Result is what became of a trigger when it last ran for a certificate or a request.
type Result struct {
	Trigger, Event, Type string
	Ran                  time.Time
	Status               string    // Succeeded, Troubled or Failed
	Detail               string    // why it did not succeed
	Retryable            bool      // it is tried again, or can be run again by hand
	Retries              int       // how often it will still be tried again by itself
	Next                 time.Time // when that is; zero when it is not
}

// How a trigger has ended.
const (
	Succeeded = "success"
	Troubled  = "warning" // it is tried again by itself, or has reached some of those it is for
	Failed    = "failure"
)

// SetResult records what became of a trigger for a certificate or a request, in place of what was recorded before.
func SetResult(tx *store.Tx, object string, r Result) error {
	_, err := tx.Exec(`INSERT INTO trigger_result (object, trigger_name, event, type, ran, status, detail, retryable, retries, next)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (object, trigger_name, event) DO UPDATE SET
		type = excluded.type, ran = excluded.ran, status = excluded.status, detail = excluded.detail, retryable = excluded.retryable,
		retries = excluded.retries, next = excluded.next`,
		object, r.Trigger, r.Event, r.Type, store.Micros(r.Ran), r.Status, r.Detail, r.Retryable, r.Retries, when(r.Next))
	if err != nil {
		return fmt.Errorf("recording what became of %s for %s: %w", r.Trigger, object, err)
	}
	return nil
}

const mostTroubled = 1000 // results that are read to find what failed

// FailedTriggers finds, by trigger, what has failed since a time, of certificates and requests.
func FailedTriggers(tx *store.Tx, since time.Time) (map[string]kind.Failures, error) {
	all := map[string]kind.Failures{}
	_, err := store.All(tx, func(r *sql.Rows) (f kind.Failures, err error) {
		var trigger string
		var last int64
		err = r.Scan(&trigger, &f.Count, &last)
		f.Last = store.Time(last).UnixMilli()
		all[trigger] = f
		return f, err
	}, `SELECT trigger_name, count(*), max(ran) FROM (SELECT trigger_name, ran FROM trigger_result WHERE status = $1 AND status <> 'success'
		ORDER BY object DESC LIMIT $2) AS lately WHERE ran >= $3 GROUP BY trigger_name`, Failed, mostTroubled, store.Micros(since))
	if err != nil {
		return nil, fmt.Errorf("counting triggers that failed: %w", err)
	}
	return all, nil
}

// resultsAtOnce bounds the objects of one statement.
const resultsAtOnce = 500

// Results returns what became of triggers for certificates or requests, by the identifiers of those, in the order of the
// triggers' names.
func Results(tx *store.Tx, objects ...string) (map[string][]Result, error) {
	all := map[string][]Result{}
	for part := range slices.Chunk(objects, resultsAtOnce) {
		where, args := among(part)
		found, err := store.All(tx, scanResult, `SELECT object, trigger_name, event, type, ran, status, detail, retryable, retries, COALESCE(next, 0)
			FROM trigger_result WHERE `+where+` ORDER BY object, trigger_name, event`, args...)
		if err != nil {
			return nil, fmt.Errorf("reading what became of triggers: %w", err)
		}
		for _, r := range found {
			all[r.object] = append(all[r.object], r.Result)
		}
	}
	return all, nil
}

// ForgetResults removes what is known of the triggers of certificates or requests that are gone.
func ForgetResults(tx *store.Tx, objects ...string) error {
	for part := range slices.Chunk(objects, resultsAtOnce) {
		where, args := among(part)
		if _, err := tx.Exec(`DELETE FROM trigger_result WHERE `+where, args...); err != nil {
			return fmt.Errorf("forgetting what became of triggers: %w", err)
		}
	}
	return nil
}

// among is the condition that a result is of one of the objects.
func among(objects []string) (where string, args []any) {
	marks := make([]string, len(objects))
	for i, id := range objects {
		args, marks[i] = append(args, id), "$"+strconv.Itoa(i+1)
	}
	return "object IN (" + strings.Join(marks, ", ") + ")", args
}

type resultRow struct {
	Result
	object string
}

func scanResult(rows *sql.Rows) (r resultRow, err error) {
	var ran, next int64
	err = rows.Scan(&r.object, &r.Trigger, &r.Event, &r.Type, &ran, &r.Status, &r.Detail, &r.Retryable, &r.Retries, &next)
	r.Ran = store.Time(ran)
	if next != 0 {
		r.Next = store.Time(next)
	}
	return r, err
}

// AddResults completes certificates with what became of their triggers.
func AddResults(tx *store.Tx, all []Certificate) error {
	ids := make([]string, len(all))
	for i, c := range all {
		ids[i] = c.ID
	}
	found, err := Results(tx, ids...)
	for i := range all {
		all[i].Results = found[all[i].ID]
	}
	return err
}

// resultField is the field of the query language about triggers. Nearly all of them succeed, so an index has the others.
var resultField = query.Field{Name: "trigger.results", Type: query.Result, Doc: "What became of its triggers when they last ran.", States: []query.Word{
	{Name: Succeeded, Doc: "One has succeeded.", SQL: "EXISTS (SELECT 1 FROM trigger_result r WHERE r.object = c.id AND r.status = '" + Succeeded + "')"},
	{Name: Failed, Doc: "One was given up.", SQL: troubled(Failed), Fast: true},
	{Name: Troubled, Doc: "One has failed and is tried again by itself, or has reached some recipients only.", SQL: troubled(Troubled), Fast: true},
}}

func troubled(status string) string {
	return "c.id IN (SELECT r.object FROM trigger_result r WHERE r.status <> '" + Succeeded + "' AND r.status = '" + status + "')"
}
