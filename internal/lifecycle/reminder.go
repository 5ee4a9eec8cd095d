package lifecycle

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/notify"
	"github.com/horizon-clm/horizon/internal/store"
)

// remindBatch is how many certificates or requests are looked at in one transaction.
const remindBatch = 500

// reminding is one reminder of a profile.
type reminding struct {
	Reminder
	profile string
	event   notify.Event
	period  time.Duration // before the end of a certificate, or since a request was made
	renewed bool          // also certificates that were renewed
}

// Remind sends the reminders that are due: of certificates that end soon, and of requests that wait. Each notification
// reminds of a certificate or request once, also when its offset changes later.
func (s *Service) Remind(ctx context.Context) error {
	var due []reminding
	err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
		due, err = remindings(tx)
		return err
	})
	for _, r := range due {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if r.event == notify.Expire {
			err = errors.Join(err, s.remindOfEnds(ctx, r))
		} else {
			err = errors.Join(err, s.remindOfRequests(ctx, r))
		}
	}
	return err
}

// remindings lists the reminders of all profiles.
func remindings(tx *store.Tx) (all []reminding, err error) {
	profiles, err := Profiles.List(tx)
	if err != nil {
		return nil, err
	}
	for _, p := range profiles {
		c := p.Shared()
		for _, e := range notify.Events() {
			if c.Triggers == nil || !e.Reminds() {
				continue
			}
			for _, r := range c.Triggers.on(e) {
				t, err := notify.Triggers.Get(tx, string(r.Name))
				if err != nil {
					return nil, err
				}
				b := t.Shared()
				all = append(all, reminding{r, c.Name, e, time.Duration(b.Period()), b.RunOnRenewed})
			}
		}
	}
	return all, nil
}

// remindOfEnds reminds of the certificates that end within the offset.
func (s *Service) remindOfEnds(ctx context.Context, r reminding) error {
	var behind inventory.Place
	for {
		var places []inventory.Place
		var fresh map[string]bool
		err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
			e := inventory.Ending{Profile: r.profile, After: tx.Now(), Until: tx.Now().Add(r.period), Since: r.since(), Superseded: r.renewed}
			if places, err = inventory.EndingSoon(tx, e, behind, remindBatch); err != nil {
				return err
			}
			ids := make([]string, len(places))
			for i, p := range places {
				ids[i] = p.ID
			}
			fresh, err = notReminded(tx, string(r.Name), ids)
			return err
		})
		if err != nil {
			return err
		}
		for _, p := range places {
			behind = p
			if fresh[p.ID] {
				err = errors.Join(err, s.remindOfEnd(ctx, r, p.ID))
			}
		}
		if err != nil || len(places) < remindBatch {
			return err
		}
	}
}

// remindOfEnd reminds of one certificate.
func (s *Service) remindOfEnd(ctx context.Context, r reminding, id string) error {
	return s.remind(ctx, func(tx *store.Tx, call string) ([]notify.Unsent, error) {
		c, err := inventory.Get(tx, id)
		if err != nil || c.Profile != r.profile || !c.Valid(tx.Now()) || c.Successor != "" && !r.renewed {
			return nil, err
		}
		p, err := Profiles.Get(tx, r.profile)
		if err != nil {
			return nil, err
		}
		first, err := remember(tx, string(r.Name), id, c.NotAfter)
		if err != nil || !first {
			return nil, err
		}
		return s.tell(tx, scene{event: r.event, p: p, c: &c, call: call}, string(r.Name))
	})
}

// remindOfRequests reminds of the requests that have waited for the offset.
func (s *Service) remindOfRequests(ctx context.Context, r reminding) error {
	behind := ""
	for {
		var waiting []request
		var fresh map[string]bool
		err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
			waiting, err = findRequests(tx, `state = 'pending' AND expires > $1 AND profile = $2 AND workflow = $3 AND created <= $4 AND created >= $5 AND id > $6 ORDER BY id LIMIT $7`,
				store.Micros(tx.Now()), r.profile, r.workflow(), store.Micros(tx.Now().Add(-r.period)), store.Micros(r.since()), behind, remindBatch)
			if err != nil {
				return err
			}
			ids := make([]string, len(waiting))
			for i, q := range waiting {
				ids[i] = q.ID
			}
			fresh, err = notReminded(tx, string(r.Name), ids)
			return err
		})
		if err != nil {
			return err
		}
		for _, q := range waiting {
			behind = q.ID
			if fresh[q.ID] {
				err = errors.Join(err, s.remindOfRequest(ctx, r, q.ID))
			}
		}
		if err != nil || len(waiting) < remindBatch {
			return err
		}
	}
}

// workflow is that of the requests it reminds of.
func (r reminding) workflow() string {
	return string(r.event[strings.LastIndexByte(string(r.event), '_')+1:])
}

// remindOfRequest reminds of one request.
func (s *Service) remindOfRequest(ctx context.Context, r reminding, id string) error {
	return s.remind(ctx, func(tx *store.Tx, call string) ([]notify.Unsent, error) {
		q, err := byID(tx, id)
		if err != nil || q.State != pending {
			return nil, err
		}
		p, err := Profiles.Get(tx, r.profile)
		if err != nil {
			return nil, err
		}
		first, err := remember(tx, string(r.Name), id, q.Expires)
		if err != nil || !first {
			return nil, err
		}
		return s.tell(tx, scene{event: r.event, p: p, q: &q, call: call}, string(r.Name))
	})
}

// remind takes one step, and records what could not be sent.
func (s *Service) remind(ctx context.Context, step func(tx *store.Tx, call string) ([]notify.Unsent, error)) error {
	who := access.System("task", s.DB.NewID())
	var unsent []notify.Unsent
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		now, err := step(tx, who.Call)
		if err == nil {
			unsent = now
		}
		return err
	})
	for _, u := range unsent {
		err = errors.Join(err, act.Note(ctx, s.DB, who, event.TriggerEmail, event.Failure, &u.Facts, u.Why))
	}
	return err
}

// remember keeps that a notification has reminded of something until it is over, and reports whether it is the first time.
func remember(tx *store.Tx, notification, object string, over time.Time) (bool, error) {
	n, err := tx.Exec(`INSERT INTO reminder (notification, object, keep_until) VALUES ($1, $2, $3) ON CONFLICT (notification, object) DO NOTHING`,
		notification, object, store.Micros(over))
	if err != nil {
		return false, fmt.Errorf("keeping a reminder: %w", err)
	}
	return n == 1, nil
}

// notReminded returns which of the objects a notification has not reminded of.
func notReminded(tx *store.Tx, notification string, objects []string) (map[string]bool, error) {
	fresh := make(map[string]bool, len(objects))
	if len(objects) == 0 {
		return fresh, nil
	}
	args, marks := []any{notification}, make([]string, len(objects))
	for i, o := range objects {
		fresh[o] = true
		args, marks[i] = append(args, o), "$"+itoa(i+2)
	}
	sent, err := store.All(tx, func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) },
		`SELECT object FROM reminder WHERE notification = $1 AND object IN (`+strings.Join(marks, ", ")+`)`, args...)
	for _, id := range sent {
		delete(fresh, id)
	}
	return fresh, err
}

// forgetReminders removes what was remembered of what is over.
func forgetReminders(tx *store.Tx) error {
	_, err := tx.Exec(`DELETE FROM reminder WHERE keep_until <= $1`, store.Micros(tx.Now()))
	return err
}
