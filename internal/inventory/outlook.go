package inventory

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
)

// OutlookWeeks is how many weeks an outlook has.
const OutlookWeeks = 13

const week = 7 * 24 * time.Hour

// Outlook is how many certificates end in the weeks to come, of those a caller may see that are valid and not renewed yet.
type Outlook struct {
	At    time.Time // when they were counted
	Weeks [OutlookWeeks]Week
}

// Week is a week of an outlook.
type Week struct {
	Start  time.Time        // of the day it begins with, UTC
	Ending map[string]int64 // by who renews them: RenewedByServer, RenewedByHand, NotRenewed
}

// End returns the start of the week behind it.
func (w Week) End() time.Time { return w.Start.Add(week) }

// Query returns the query of what ends in the week and is renewed in a way.
func (w Week) Query(mode string) string { return endingQuery(mode, w.Start, w.End()) }

// Total returns how many end in all the weeks and are renewed in a way, and the query of them.
func (o Outlook) Total(mode string) (count int64, query string) {
	for _, w := range o.Weeks {
		count += w.Ending[mode]
	}
	return count, endingQuery(mode, o.Weeks[0].Start, o.Weeks[OutlookWeeks-1].End())
}

func endingQuery(mode string, from, to time.Time) string {
	const until = `valid.until after "%s" and valid.until before "%s"`
	return fmt.Sprintf(`status is valid and successor not exists and renewal.mode equals "%s" and `+until, mode,
		from.Add(-time.Second).Format(time.RFC3339), to.Format(time.RFC3339))
}

const (
	manyEnding = 20_000           // above so many an outlook is kept for a while
	outlookOld = 2 * time.Minute  // a kept one is counted anew in the background when it is older,
	outlookTo  = 15 * time.Minute // is shown until it is this old, and is counted anew for who asked in that time
	maxKept    = 200
)

// outlooks are those that take long to count, by what the caller may see.
type outlooks struct {
	mu   sync.Mutex // guards kept
	kept map[string]*keptOutlook
}

type keptOutlook struct {
	Outlook
	scope clause
	asked time.Time
}

type outlooksKey struct{}

func outlooksOf(db *store.DB) *outlooks {
	return db.Cache(outlooksKey{}, func() any { return &outlooks{kept: map[string]*keptOutlook{}} }).(*outlooks)
}

// Ahead returns the outlook of what the caller may see. Where that is very much it may be some minutes old.
func Ahead(ctx context.Context, db *store.DB, who access.Caller) (o Outlook, err error) {
	all := outlooksOf(db)
	err = db.Read(ctx, func(tx *store.Tx) error {
		scope, err := visible(tx, who)
		if err != nil {
			return err
		}
		var ok bool
		if o, ok = all.find(scope, tx.Now()); ok {
			return nil
		}
		if o, err = ahead(tx, scope); err == nil {
			all.keep(scope, o, tx.Now())
		}
		return err
	})
	return o, err
}

// LookAhead counts the outlooks anew that are kept and were asked for lately, so that nobody waits for them.
func LookAhead(ctx context.Context, db *store.DB) error {
	all := outlooksOf(db)
	for _, scope := range all.old(db.Clock.Now()) {
		err := db.Read(ctx, func(tx *store.Tx) error {
			o, err := ahead(tx, scope)
			if err == nil {
				all.keep(scope, o, time.Time{})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c clause) key() string { return fmt.Sprint(c.sql, c.args) }

func (all *outlooks) find(scope clause, now time.Time) (Outlook, bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	k := all.kept[scope.key()]
	if k == nil || now.Sub(k.At) > outlookTo || !k.Weeks[0].Start.Equal(day(now)) {
		return Outlook{}, false
	}
	k.asked = now
	return k.Outlook, true
}

// keep keeps an outlook that took long; asked is zero when nobody did.
func (all *outlooks) keep(scope clause, o Outlook, asked time.Time) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if before := all.kept[scope.key()]; asked.IsZero() && before != nil {
		asked = before.asked
	}
	delete(all.kept, scope.key())
	if o.total() >= manyEnding && len(all.kept) < maxKept {
		all.kept[scope.key()] = &keptOutlook{o, scope, asked}
	}
}

// old forgets what nobody asks for any more, and returns what is to be counted anew.
func (all *outlooks) old(now time.Time) (scopes []clause) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for key, k := range all.kept {
		switch {
		case now.Sub(k.asked) > outlookTo:
			delete(all.kept, key)
		case now.Sub(k.At) > outlookOld:
			scopes = append(scopes, k.scope)
		}
	}
	return scopes
}

func (o Outlook) total() (n int64) {
	for _, w := range o.Weeks {
		for _, count := range w.Ending {
			n += count
		}
	}
	return n
}

func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// ahead counts.
func ahead(tx *store.Tx, scope clause) (Outlook, error) {
	o := Outlook{At: tx.Now()}
	start := day(o.At)
	for i := range o.Weeks {
		o.Weeks[i] = Week{Start: start.Add(time.Duration(i) * week), Ending: map[string]int64{}}
	}
	text, args := aheadSQL(scope, o)
	rows, err := store.All(tx, func(r *sql.Rows) (g struct {
		week, count int64
		mode        string
	}, err error) {
		return g, r.Scan(&g.week, &g.mode, &g.count)
	}, text, args...)
	if err != nil {
		return o, fmt.Errorf("counting what ends: %w", err)
	}
	for _, g := range rows {
		if g.week >= 0 && g.week < OutlookWeeks {
			o.Weeks[g.week].Ending[g.mode] = g.count
		}
	}
	return o, nil
}

func aheadSQL(scope clause, o Outlook) (string, []any) {
	c := clause{args: append([]any{}, scope.args...)}
	start := c.arg(store.Micros(o.Weeks[0].Start))
	now, end := c.arg(store.Micros(o.At)), c.arg(store.Micros(o.Weeks[OutlookWeeks-1].End()))
	return fmt.Sprintf(`SELECT (c.not_after - %s) / %d AS week, `+modeSQL+` AS mode, count(*) FROM certificate c
		WHERE c.revoked = FALSE AND c.successor IS NULL AND c.not_after > %s AND c.not_after < %s AND (`+scope.sql+`) GROUP BY 1, 2`,
		start, week.Microseconds(), now, end), c.args
}
