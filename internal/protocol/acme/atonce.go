package acme

import (
	"context"
	"errors"

	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/store"
)

const (
	opening = "first/" // the name of a run that makes the first attempt, before the id of its authorization
	moments = 50       // the part of Hold a client that asks for the verification waits for it
)

// tryAtOnce makes the first attempt while the client waits for a moment. When that proves control, the request, its outcome
// and what follows from it are recorded as one step, and the valid authorization is returned. Otherwise nothing is
// recorded: the request is, in the usual way, which goes on with the attempt that is returned.
func (d *Door) tryAtOnce(c *call, method string) (proven *authorization, first *run) {
	var a *authorization
	err := d.read(c, func(tx *store.Tx) (err error) {
		a, err = c.findAuthorization(tx)
		return err
	})
	if err != nil || a.tryable(method, d.DB.Clock.Now()) != "" {
		return nil, nil // the usual way says why, and records it
	}
	a.Method, a.Print = method, c.account.key.thumbprint
	t := &trial{Door: d, site: c.site, authz: *a, who: c.who}
	first, fresh := d.runs.begin(opening+a.ID, false, t.open)
	if !fresh {
		return nil, nil
	}
	_ = first.wait(c.r.Context(), d.Hold/moments)
	if !first.over() || first.err != nil {
		d.runs.leave(opening+a.ID, first) // the run that goes on takes its room
		return nil, first
	}
	if err := t.together(c.r.Context(), first.from); err != nil {
		if !errors.Is(err, act.ErrAlready) {
			t.log(err)
		}
		return nil, first
	}
	return t.end, nil
}

// open makes the first attempt.
func (t *trial) open(ctx context.Context, self *run) { self.from, self.err = t.attempt(ctx) }

// together records the request to verify and that it has succeeded.
func (t *trial) together(ctx context.Context, from string) error {
	t.authz.Attempts++
	a := &t.authz
	asked := event.Acme{
		Profile: a.Profile, AccountID: a.Account, Authorization: a.ID, Challenge: a.Method, Identifiers: []string{a.full().Value}, State: processing,
	}
	verified := asked
	verified.State, verified.Validated = valid, from
	return act.Do(context.WithoutCancel(ctx), t.DB, t.who, event.AcmeChallengeRequestVerify, &asked, func(tx *store.Tx) error {
		act.Also(tx, event.AcmeChallengeVerify, event.Success, &verified, nil)
		return t.succeed(tx, provenAtOnce)
	})
}
