package lifecycle

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// maxInbox is up to where requests of an inbox are counted.
const maxInbox = 1000

// Waiting is requests that wait for a decision, on one profile.
type Waiting struct {
	Query      string // which they are, in HRQL
	Scope      Scope  // the search that finds them
	Profile    string
	Count      int
	Requesters []string // who asked, a few of them
	Oldest     time.Time
	First      Request // the one that lapses first: its id, names, times
}

// Inbox is what waits for a caller.
type Inbox struct {
	Decide  []Waiting // for their decision, by profile
	Own     []Waiting // for somebody else's
	Failed  Waiting   // the caller's own that have failed, on whatever profiles; First is the last of them
	More    bool      // there is more than was counted
	Ended   inventory.Matter
	Due     inventory.Matter
	Overdue inventory.Matter // what the server should have renewed
	Next    *inventory.Certificate
}

// Inbox returns what waits for the caller: requests they may decide about, requests of their own, certificates they have to
// renew, and certificates they may see that the server could not renew. Of their requests that have failed those count that
// did so after the second of seen; the others they know of.
func (s *Service) Inbox(ctx context.Context, who access.Caller, seen time.Time) (b Inbox, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		b = Inbox{}
		if err := b.requests(tx, who); err != nil {
			return err
		}
		if err := b.failures(tx, who, seen); err != nil {
			return err
		}
		longest, err := longestPeriod(tx)
		if err != nil {
			return err
		}
		if b.Ended, b.Due, err = inventory.Unrenewed(tx, who, longest); err != nil {
			return err
		}
		if b.Overdue, err = inventory.Overdue(tx, who, longest); err != nil {
			return err
		}
		if b.Due.Count > 0 {
			return nil // what is due already is what needs the caller next
		}
		next, found, err := inventory.NextDue(tx, who)
		if found {
			b.Next = &next
		}
		return err
	})
	return b, err
}

// longestPeriod is the longest time before their end that certificates are due for renewal.
func longestPeriod(tx *store.Tx) (longest time.Duration, err error) {
	profiles, err := Profiles.List(tx)
	for _, p := range profiles {
		if r, ok := p.(WebraProfile); ok {
			longest = max(longest, time.Duration(r.RenewalPeriod))
		}
	}
	return longest, err
}

func (b *Inbox) requests(tx *store.Tx, who access.Caller) error {
	may, err := visible(tx, who, Manage)
	if err != nil {
		return err
	}
	more := false
	if b.Decide, more, err = waiting(tx, may.sql, may.args); err != nil {
		return err
	}
	for i, w := range b.Decide {
		b.Decide[i].Scope, b.Decide[i].Query = Manage, `request is valid and profile equals `+query.Quote(w.Profile)
	}
	b.More = more
	if who.ID == "" {
		return nil
	}
	if b.Own, more, err = waiting(tx, "r.requester = $1", []any{who.ID}); err != nil {
		return err
	}
	for i, w := range b.Own {
		b.Own[i].Scope, b.Own[i].Query = Self, `request is valid and requester equals `+query.Quote(who.ID)+` and profile equals `+query.Quote(w.Profile)
	}
	b.More = b.More || more
	return nil
}

// failures finds the requests of the caller that have failed. They are removed a while after that.
func (b *Inbox) failures(tx *store.Tx, who access.Caller, seen time.Time) error {
	if who.ID == "" {
		return nil
	}
	b.Failed = Waiting{Scope: Self, Query: `status equals "` + failed + `" and requester equals ` + query.Quote(who.ID)}
	from := int64(0)
	if !seen.IsZero() {
		second := seen.UTC().Truncate(time.Second)
		b.Failed.Query += " and modification.date after " + second.Format(time.RFC3339)
		from = store.Micros(second.Add(time.Second))
	}
	rows, err := store.All(tx, func(r *sql.Rows) (q Request, err error) {
		var created, modified int64
		err = r.Scan(&q.ID, &q.Workflow, &q.Profile, &q.Team, &q.DN, &created, &modified)
		q.Registered, q.Modified, q.Status, q.Requester = store.Time(created), store.Time(modified), failed, who.ID
		return q, err
	}, `SELECT r.id, r.workflow, r.profile, COALESCE(r.team, ''), COALESCE(r.dn, ''), r.created, r.modified FROM request r
		WHERE r.state = $1 AND r.sheet IS NOT NULL AND `+unindexed(tx)+`r.requester = $2 AND r.modified >= $3 ORDER BY r.modified DESC, r.id DESC LIMIT $4`, failed, who.ID, from, maxInbox+1)
	if err != nil {
		return fmt.Errorf("reading what has failed: %w", err)
	}
	b.More = b.More || len(rows) > maxInbox
	for i, q := range rows[:min(len(rows), maxInbox)] {
		if i == 0 {
			b.Failed.First, b.Failed.Profile, b.Failed.Oldest = q, q.Profile, q.Registered
		}
		b.Failed.add(q)
	}
	return nil
}

// waiting returns the requests of a condition that wait and have not lapsed, by profile, the first to lapse first. They
// are read by the index of what waits, whatever else the condition could be read by.
func waiting(tx *store.Tx, condition string, args []any) (all []Waiting, more bool, err error) {
	text, args := waitingSQL(tx, condition, args)
	rows, err := store.All(tx, func(r *sql.Rows) (q Request, err error) {
		var created, expires int64
		err = r.Scan(&q.ID, &q.Workflow, &q.Profile, &q.Requester, &q.Team, &q.DN, &created, &expires)
		q.Registered, q.Expires, q.Status = store.Time(created), store.Time(expires), pending
		return q, err
	}, text, args...)
	if err != nil {
		return nil, false, fmt.Errorf("reading what waits: %w", err)
	}
	for _, q := range rows[:min(len(rows), maxInbox)] {
		i := slices.IndexFunc(all, func(w Waiting) bool { return w.Profile == q.Profile })
		if i < 0 {
			i = len(all)
			all = append(all, Waiting{Profile: q.Profile, Oldest: q.Registered, First: q})
		}
		all[i].add(q)
	}
	return all, len(rows) > maxInbox, nil
}

// fewRequesters is how many of those who asked are named.
const fewRequesters = 3

func (w *Waiting) add(q Request) {
	w.Count++
	if q.Registered.Before(w.Oldest) {
		w.Oldest = q.Registered
	}
	if len(w.Requesters) < fewRequesters && !slices.Contains(w.Requesters, q.Requester) {
		w.Requesters = append(w.Requesters, q.Requester)
	}
}

func waitingSQL(tx *store.Tx, condition string, args []any) (string, []any) {
	return `SELECT r.id, r.workflow, r.profile, r.requester, COALESCE(r.team, ''), COALESCE(r.dn, ''), r.created, r.expires FROM request r
		WHERE r.state = 'pending' AND r.expires > $` + strconv.Itoa(len(args)+1) + ` AND r.sheet IS NOT NULL AND ` + unindexed(tx) + `(` + condition + `)
		ORDER BY r.expires, r.id LIMIT ` + strconv.Itoa(maxInbox+1), append(slices.Clone(args), store.Micros(tx.Now()))
}

// unindexed stands before a condition SQLite is not to look for an index of: the few rows of a state are read by it.
func unindexed(tx *store.Tx) string {
	if tx.Dialect() == store.SQLite {
		return "+"
	}
	return ""
}
