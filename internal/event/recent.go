package event

import (
	"context"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
)

// looked is how many of a caller's events are looked at to find those that are acts.
const looked = 200

// ActsOf returns the last acts of the caller, the newest first: what they did or tried to do. That they showed their
// credentials is none, nor that they read something or opened a form. Everybody may see their own.
func (l *Log) ActsOf(ctx context.Context, who access.Caller, limit int) (acts []Entry, err error) {
	if who.ID == "" {
		return nil, nil
	}
	err = l.DB.Read(ctx, func(tx *store.Tx) error {
		rows, err := store.All(tx, scanEntry, actsOf, who.ID, looked)
		acts = nil
		for _, r := range rows {
			if r.Detail("actorType") == who.Type && isAct(r.Code) && len(acts) < limit {
				acts = append(acts, r.public())
			}
		}
		return err
	})
	return acts, err
}

// isAct reports whether an event tells of something done.
func isAct(code string) bool {
	return code != Login.Code.Code && code != RequestTemplate.Code.Code && !strings.HasSuffix(code, "-GET")
}

const actsOf = selects + `e.actor_id = $1 ORDER BY e.seq DESC LIMIT $2`

// Anomalies is how often events were found changed before they were sealed.
type Anomalies struct {
	Query string // which events say so, in HEQL
	Count int    // up to 1000
	Last  time.Time
}

const (
	anomalous     = 30 * 24 * time.Hour
	mostAnomalies = 1000
)

const anomaliesOf = `SELECT count(*), COALESCE(max(e.time), 0) FROM (SELECT e.time FROM event e WHERE e.code IN ($1, $2) AND e.time > $3 LIMIT $4) AS e`

// LateAnomalies returns what the sealer found in the last 30 days, for who may see events.
func (l *Log) LateAnomalies(ctx context.Context, who access.Caller) (a Anomalies, err error) {
	if err := who.May(Read); err != nil {
		return a, err
	}
	one, two := InvalidSealPendingEvent.Code.Code, UnsealedPendingEvent.Code.Code
	a.Query = `code in ["` + one + `", "` + two + `"] and timestamp after -30d`
	err = l.DB.Read(ctx, func(tx *store.Tx) error {
		var last int64
		_, err := tx.Get(anomaliesOf, []any{one, two, tx.Now().Add(-anomalous).UnixMilli(), mostAnomalies}, &a.Count, &last)
		if a.Count > 0 {
			a.Last = fromMillis(last)
		}
		return err
	})
	return a, err
}

// Issued is the first certificate that was enrolled, as far as the log reaches.
type Issued struct {
	Event       string
	Certificate string // its id
	Time        time.Time
}

const issuedBy = selects + `e.code = $1 AND e.status = 'success' ORDER BY e.seq LIMIT $2`

// FirstIssued returns the first certificate that was enrolled, or nil when there is none.
func (l *Log) FirstIssued(ctx context.Context) (first *Issued, err error) {
	err = l.DB.Read(ctx, func(tx *store.Tx) error {
		rows, err := store.All(tx, scanEntry, issuedBy, LifecycleEnroll.Code.Code, 1)
		if len(rows) > 0 {
			first = &Issued{Event: rows[0].ID, Certificate: rows[0].Detail("certificateId"), Time: rows[0].Time}
		}
		return err
	})
	return first, err
}
