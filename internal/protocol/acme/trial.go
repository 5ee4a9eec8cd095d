package acme

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/store"
)

// trying is the name of a run that validates, before the id of its authorization.
const trying = "trial/"

// grace is how long others leave a trial alone that should have ended.
const grace = 30 * time.Second

// turn is how long an attempt, and the wait after it, keep others from taking over.
func (s *site) turn() time.Duration { return s.timeout() + s.delay() + grace }

// trial is a challenge that is being verified.
type trial struct {
	*Door
	site  *site
	authz authorization
	who   access.Caller
	end   *authorization // what has become of it
	first *run           // the first attempt, when that has begun
}

// try verifies a challenge in the background, beginning with the first attempt if that is being made. Where there is no
// room for it, it is left for Resume.
func (d *Door) try(ctx context.Context, s *site, a authorization, who access.Caller, first *run) error {
	t := &trial{Door: d, site: s, authz: a, who: who, first: first}
	if d.runs.start(trying+a.ID, false, t.run) != nil {
		return nil
	}
	return d.DB.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return postponeTrial(tx, a.ID, d.worker, roomWait) })
}

// run makes attempts until one succeeds or they are used up (RFC 8555, 8.2).
func (t *trial) run(ctx context.Context, self *run) {
	for {
		from, err := t.next(ctx)
		if givenUp(ctx, err) {
			return // the next process goes on
		}
		t.authz.Attempts++
		if err == nil || t.authz.Attempts >= t.site.attempts() {
			if err != nil {
				t.entry(err)
			}
			t.log(t.settle(ctx, from, err))
			self.authz = t.end
			return
		}
		t.entry(err)
		mine := false
		failed := t.DB.Write(ctx, func(tx *store.Tx) (e error) {
			mine, e = keepTrial(tx, &t.authz, t.site.turn())
			return e
		})
		if t.log(failed); failed != nil || !mine || !t.pause(ctx, self) {
			return
		}
	}
}

// entry adds what went wrong to the error of the challenge, which has an entry for each attempt (RFC 8555, 8.2).
func (t *trial) entry(err error) {
	p := problemOf(err)
	if before := t.authz.Error; before != nil {
		entries := slices.Clone(before.Subproblems)
		if entries == nil {
			entries = []problem{{Type: before.Type, Detail: before.Detail}}
		}
		p.Subproblems = append(entries, problem{Type: p.Type, Detail: p.Detail})
	}
	t.authz.Error = &p
}

// pause waits between two attempts, or until the client asks for the next one.
func (t *trial) pause(ctx context.Context, self *run) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	waited := make(chan error, 1)
	go func() { waited <- t.DB.Clock.Wait(ctx, t.site.delay()) }()
	select {
	case err := <-waited:
		return err == nil
	case <-self.poke:
		cancel()
		<-waited
		return true
	}
}

// next is the outcome of the next attempt, which may have begun.
func (t *trial) next(ctx context.Context) (from string, err error) {
	first := t.first
	t.first = nil
	if first == nil {
		return t.attempt(ctx)
	}
	select {
	case <-first.done:
		return first.from, first.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// attempt takes its turn and looks once.
func (t *trial) attempt(ctx context.Context) (from string, err error) {
	leave, err := t.turns.take(ctx, t.authz.Account)
	if err != nil {
		return "", err
	}
	defer leave()
	p := proof{identifier: t.authz.Identifier, wildcard: t.authz.Wildcard, token: t.authz.Token, thumbprint: t.authz.Print}
	if from, err = t.site.validate(ctx, t.authz.Method, p); err != nil {
		return from, err
	}
	isAccount := func(uri string) bool { // RFC 8657, 3: under any name of this server
		id, ok := t.accountID(t.site.Name, uri)
		return ok && id == t.authz.Account
	}
	return from, t.site.checkCAA(ctx, t.authz.Method, p, isAccount)
}

// maxCAA is how long what CAA records said may be relied on (RFC 8659, 4.2: eight hours at most in public PKIs).
const maxCAA = 8 * time.Hour

// settle records the outcome: authorization, challenge, and the orders that waited for them, in one step.
func (t *trial) settle(ctx context.Context, from string, outcome error) error {
	a := &t.authz
	first := event.Acme{
		Profile: a.Profile, AccountID: a.Account, Authorization: a.ID, Challenge: a.Method, Identifiers: []string{a.full().Value}, Validated: from,
	}
	facts := first
	err := act.Do(context.WithoutCancel(ctx), t.DB, t.who, event.AcmeChallengeVerify, &facts, func(tx *store.Tx) error {
		facts = first
		if outcome != nil {
			facts.State = invalid
			return t.fail(tx, outcome)
		}
		facts.State = valid
		return t.succeed(tx, proven)
	})
	if outcome != nil && errors.Is(err, outcome) {
		return nil
	}
	if err != nil { // it is not what the database has
		t.end = nil
	}
	if errors.Is(err, act.ErrAlready) {
		return nil
	}
	return err
}

// succeed makes the authorization valid by one of two moves: proven, or provenAtOnce.
func (t *trial) succeed(tx *store.Tx, move func(*store.Tx, *authorization) (bool, error)) error {
	a := t.authz
	a.Validated = tx.Now()
	if !a.Once {
		a.Reuse = a.Expires
	} else if reuse := t.site.AuthorizationReuse.Std(); reuse > 0 {
		a.Reuse = tx.Now().Add(reuse)
		if a.Reuse.After(a.Expires) {
			a.Expires = a.Reuse
		}
	}
	if limit := tx.Now().Add(maxCAA); t.site.CheckCAA && a.Expires.After(limit) {
		a.Expires = limit
		if err := shorten(tx, a.ID, limit); err != nil {
			return err
		}
	}
	moved, err := move(tx, &a)
	if err != nil {
		return err
	}
	if !moved {
		return act.ErrAlready
	}
	orders, err := countValid(tx, a.ID)
	if err != nil {
		return err
	}
	alsoMoved(tx, a.Profile, orders, nil)
	a.Status, a.Trial, a.Error = valid, valid, nil
	t.end = &a
	return nil
}

func (t *trial) fail(tx *store.Tx, outcome error) error {
	a := t.authz
	moved, err := disproven(tx, &a)
	if err != nil {
		return err
	}
	if !moved {
		return act.ErrAlready
	}
	orders, err := failOrders(tx, a.ID, ofOrder(a.full(), problemOf(outcome)))
	if err != nil {
		return err
	}
	alsoMoved(tx, a.Profile, orders, outcome)
	a.Status, a.Trial = invalid, invalid
	t.end = &a
	return act.Keep(event.Warning, outcome)
}

// ofOrder is why an order failed by one of its identifiers: only subproblems name one (RFC 8555, 6.7.1).
func ofOrder(id identifier, why problem) problem {
	part := problem{Type: why.Type, Detail: why.Detail, Identifier: &id}
	return problem{Type: why.Type, Status: why.Status, Detail: id.Value + ": " + why.Detail, Subproblems: []problem{part}}
}

// log tells the operator what no client is told.
func (t *trial) log(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Host.Log.Error("a validation was not recorded", slog.String("authorization", t.authz.ID), slog.Any("error", err))
	}
}
