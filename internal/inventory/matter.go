package inventory

import (
	"fmt"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/lang/query"
	"github.com/horizon-clm/horizon/internal/store"
)

// MaxOfMatter is up to where the certificates of a matter are counted.
const MaxOfMatter = 1000

// Matter is some certificates that need somebody, for one reason.
type Matter struct {
	Query string // which they are, in HCQL
	Count int    // up to MaxOfMatter
	More  bool   // there are more
	First Certificate
}

// Times of matters.
const (
	lately   = 30 * 24 * time.Hour // an end longer ago has been lived with
	overdue  = 12 * time.Hour      // after this the server has tried at least once
	daysBack = "-30d"
	late     = "-12h"
)

// Unrenewed returns what the caller or a team of the caller owns and has to renew: certificates that have ended in the
// last 30 days, and certificates that are due. longest is the longest time before their end that profiles make
// certificates due.
func Unrenewed(tx *store.Tx, who access.Caller, longest time.Duration) (ended, due Matter, err error) {
	own := ownedBy(who)
	if own == nil {
		return ended, due, nil
	}
	now := tx.Now()
	ended.Query = own.query() + ` and state is expired and successor not exists and valid.until after ` + daysBack
	if err := ended.gather(tx, own.between(now.Add(-lately), now, "")); err != nil {
		return ended, due, err
	}
	due.Query = own.query() + ` and state is due and renewal.mode in ["` + RenewedByHand + `", "` + NotRenewed + `"]`
	err = due.gather(tx, own.between(now, now.Add(max(longest, earliest)), byHand+" <= {now}"))
	return ended, due, err
}

// Overdue returns the certificates that the caller may see and that the server should have renewed, and has not.
func Overdue(tx *store.Tx, who access.Caller, longest time.Duration) (m Matter, err error) {
	c, text, err := overdueSQL(tx, who, longest)
	if err != nil {
		return m, err
	}
	m.Query = text
	return m, m.gather(tx, []clause{c})
}

func overdueSQL(tx *store.Tx, who access.Caller, longest time.Duration) (c clause, text string, err error) {
	scope, err := visible(tx, who)
	if err != nil {
		return c, "", err
	}
	if tx.Dialect() == store.SQLite {
		scope = scope.apart()
	}
	now := tx.Now()
	c.args = append([]any{}, scope.args...)
	c.sql = "c.auto_renew = TRUE AND c.successor IS NULL AND c.due < " + c.arg(store.Micros(now.Add(-overdue))) + " AND c.due > " +
		c.arg(store.Micros(now.Add(-longest))) + " AND c.revoked = FALSE AND c.profile <> '' AND +c.not_after > " + c.arg(store.Micros(now)) + " AND " + scope.sql
	return c, `renewal.mode equals "` + RenewedByServer + `" and state is due and renewal.due before ` + late, nil
}

// NextDue returns the certificate that the caller or a team of the caller has to renew next, and that is not due yet.
func NextDue(tx *store.Tx, who access.Caller) (next Certificate, found bool, err error) {
	own := ownedBy(who)
	for _, c := range own.between(tx.Now(), tx.Now().Add(2*365*24*time.Hour), byHand+" > {now}") {
		one, ok, err := first(tx, c)
		if err != nil {
			return next, found, err
		}
		if ok && (!found || one.RenewalDue().Before(next.RenewalDue())) {
			next, found = one, true
		}
	}
	return next, found, nil
}

// byHand is what nobody renews but its owner, and when it is due. What stands in the indexes is asked first.
var byHand = "(c.profile = '' OR c.auto_renew = FALSE) AND +" + dueSQL

// gather counts the certificates of conditions that exclude each other, and finds the one that ends first.
func (m *Matter) gather(tx *store.Tx, conditions []clause) error {
	for _, c := range conditions {
		var n int
		if _, err := tx.Get(fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM certificate c WHERE %s LIMIT %d) AS found`, c.sql, MaxOfMatter+1), c.args, &n); err != nil {
			return fmt.Errorf("counting certificates: %w", err)
		}
		if n == 0 {
			continue
		}
		one, found, err := first(tx, c)
		if err != nil {
			return err
		}
		if found && (m.Count == 0 || one.NotAfter.Before(m.First.NotAfter)) {
			m.First = one
		}
		m.Count += n
	}
	m.More = m.Count > MaxOfMatter
	m.Count = min(m.Count, MaxOfMatter)
	return nil
}

func first(tx *store.Tx, c clause) (Certificate, bool, error) {
	all, err := store.All(tx, scan, selects+c.sql+` ORDER BY c.not_after LIMIT 1`, c.args...)
	if err != nil || len(all) == 0 {
		return Certificate{}, false, err
	}
	return all[0], true, nil
}

// owned is what a caller answers for: as its owner, or as a member of the team that owns it.
type owned struct {
	owner string
	teams []string
}

func ownedBy(who access.Caller) *owned {
	if who.ID == "" || who.IsSystem() {
		return nil
	}
	return &owned{who.ID, who.Rights.Now().Teams}
}

// query is the owned certificates in HCQL.
func (o *owned) query() string {
	if len(o.teams) == 0 {
		return `owner equals ` + query.Quote(o.owner)
	}
	teams := make([]string, len(o.teams))
	for i, t := range o.teams {
		teams[i] = query.Quote(t)
	}
	return `(owner equals ` + query.Quote(o.owner) + ` or team in [` + strings.Join(teams, ", ") + `])`
}

// between writes the owned certificates that were not renewed and end between two times, as conditions that exclude each
// other: each is answered by an index.
func (o *owned) between(after, until time.Time, more string) (all []clause) {
	if o == nil {
		return nil
	}
	write := func(begin func(*clause) string) {
		c := clause{}
		c.sql = begin(&c) + " AND c.revoked = FALSE AND c.successor IS NULL AND c.not_after > " + c.arg(store.Micros(after)) + " AND c.not_after <= " + c.arg(store.Micros(until))
		if more != "" {
			c.sql += " AND " + strings.ReplaceAll(more, "{now}", c.arg(store.Micros(after)))
		}
		all = append(all, c)
	}
	write(func(c *clause) string { return "c.owner = " + c.arg(o.owner) })
	for _, team := range o.teams {
		write(func(c *clause) string {
			return "c.team = " + c.arg(team) + " AND (c.owner IS NULL OR c.owner <> " + c.arg(o.owner) + ")"
		})
	}
	return all
}
