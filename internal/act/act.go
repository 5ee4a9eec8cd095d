// Package act makes a change, the permission question and the event that records it one step.
//
// Whatever changes state goes through Do. It has three ends: success, where change and event commit together; refusal,
// where the change is undone and the failure is recorded in a transaction of its own; and the kept failure, where the
// change and its failure event commit together and the caller still gets the fault.
package act

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
)

// DB is the database with the pen that writes events into it.
type DB struct {
	*store.DB
	Pen         event.Pen
	LegacyCodes bool // retired codes are written beside their successors
	// Renew brings the rights of a caller up to the configuration that the transaction sees, so that a change of rights
	// made anywhere holds at once for changes; nil when rights do not change.
	Renew  func(*store.Tx, access.Caller) error
	floods floods
}

// Do runs fn in a transaction and records the outcome as an event of type t with the facts, which fn completes. fn may
// run twice: it sets facts anew on every run, assigns its outputs last, and neither calls Do nor talks to the outside.
func Do[F any](ctx context.Context, db *DB, who access.Caller, t event.Type[F], facts *F, fn func(*store.Tx) error) error {
	var kept error
	var done *step
	err := db.Write(ctx, func(tx *store.Tx) error {
		s := &step{db: db, who: who}
		tx.Set(stepKey{}, s)
		status := event.Success
		kept = nil
		if err := db.renew(tx, who); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			var k *keep
			if !errors.As(err, &k) {
				return err
			}
			status, kept = k.status, k.err
		}
		also := s.events
		s.events = nil
		if !s.later || kept != nil {
			s.add(t.Code, status, event.DetailsOf(facts), kept)
		}
		s.events = append(s.events, also...)
		done = s
		if len(s.events) == 0 {
			return nil
		}
		return db.Pen.Emit(tx, s.events...)
	})
	if err == nil {
		done.receipt()
		return kept
	}
	if errors.Is(err, ErrAlready) {
		return err
	}
	return db.refused(ctx, who, t.Code, event.DetailsOf(facts), err)
}

func (db *DB) renew(tx *store.Tx, who access.Caller) error {
	if db.Renew == nil || who.Rights == nil {
		return nil
	}
	return db.Renew(tx, who)
}

// ErrAlready is returned by a function that finds its step done before, by another call of the same: nothing is changed and
// nothing is recorded again.
var ErrAlready = errors.New("act: the step was done before")

// Keep lets the change commit although it failed: err is recorded with the status, failure or warning, and returned to
// the caller of Do.
func Keep(status event.Status, err error) error { return &keep{status, err} }

type keep struct {
	status event.Status
	err    error
}

// Error returns the text of the kept error.
func (k *keep) Error() string { return k.err.Error() }

// Also records a further event of the same step: it shares caller and transaction, and is undone with a refusal. why is
// the reason of a failure or warning, and nil for a success.
func Also[F any](tx *store.Tx, t event.Type[F], status event.Status, facts *F, why error) {
	s, ok := tx.Value(stepKey{}).(*step)
	if !ok {
		panic("act: Also outside of Do")
	}
	s.add(t.Code, status, event.DetailsOf(facts), why)
}

// Later leaves the success of the step to be recorded by what it has queued, with an event of the same code that tells
// who asked for it. A refusal and a kept failure are recorded at once as ever.
func Later(tx *store.Tx) {
	s, ok := tx.Value(stepKey{}).(*step)
	if !ok {
		panic("act: Later outside of Do")
	}
	s.later = true
}

// Refuse records an attempt that was refused before any transaction, and returns the error. Such events are limited for
// each address and code.
func Refuse[F any](ctx context.Context, db *DB, who access.Caller, t event.Type[F], facts *F, err error) error {
	return db.refused(ctx, who, t.Code, event.DetailsOf(facts), err)
}

// Note records something that happened besides any change of state.
func Note[F any](ctx context.Context, db *DB, who access.Caller, t event.Type[F], status event.Status, facts *F, why error) error {
	s := &step{db: db, who: who}
	s.add(t.Code, status, event.DetailsOf(facts), why)
	err := db.Write(ctx, func(tx *store.Tx) error { return db.Pen.Emit(tx, s.events...) })
	if err == nil {
		s.receipt()
	}
	return err
}

const recordTime = 10 * time.Second

// refused records the failure in a transaction of its own, even when the caller has gone.
func (db *DB) refused(ctx context.Context, who access.Caller, c *event.Code, details []event.Detail, err error) error {
	if !c.Allows(event.Failure) {
		return err
	}
	if unknown(who, err) {
		suppressed, ok := db.floods.pass(who.Address, c.Code, db.Clock.Now())
		if !ok {
			return err
		}
		details = appendCount(details, suppressed)
	}
	s := &step{db: db, who: who}
	s.add(c, event.Failure, details, err)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	recorded := db.Write(ctx, func(tx *store.Tx) error { return db.Pen.Emit(tx, s.events...) })
	if recorded != nil {
		slog.ErrorContext(ctx, "recording a refusal", "code", c.Code, "error", recorded)
		return errors.Join(err, recorded)
	}
	s.receipt()
	return err
}

// unknown reports whether anybody could cause the event, again and again.
func unknown(who access.Caller, err error) bool {
	return who.ID == "" || fault.Of(err).Kind() == fault.Unauthenticated || fault.Of(err).Kind() == fault.TooMany
}

type stepKey struct{}

// step gathers the events of one act.
type step struct {
	db     *DB
	who    access.Caller
	events []event.Event
	later  bool // success is recorded by what was queued
}

// receipt tells the caller which events were recorded.
func (s *step) receipt() {
	for _, e := range s.events {
		s.who.Receipt.Add(e.ID)
	}
}

// add makes an event: who, what, and why not. Nothing is written for a status the code does not have.
func (s *step) add(c *event.Code, status event.Status, facts []event.Detail, why error) {
	if !c.Allows(status) {
		return
	}
	details := append(caller(s.who), facts...)
	if why != nil {
		f := fault.Of(why)
		details = append(details, event.Detail{Key: "message", Value: f.Reason()}, event.Detail{Key: "error", Value: f.Code()})
	}
	s.events = append(s.events, event.New(c, status, details))
	if s.db.LegacyCodes && c.Retires != nil {
		s.events = append(s.events, event.New(c.Retires, status, details))
	}
}

// caller lists who asks, what an auditor wants to know first.
func caller(who access.Caller) []event.Detail {
	details := make([]event.Detail, 0, 24)
	for _, d := range []event.Detail{
		{Key: "actorId", Value: who.ID}, {Key: "actorType", Value: who.Type}, {Key: "ip", Value: who.Address},
		{Key: "door", Value: who.Door}, {Key: "httpVerb", Value: who.Verb}, {Key: "httpPath", Value: who.Path},
		{Key: "correlationId", Value: who.Call},
	} {
		if d.Value != "" {
			details = append(details, d)
		}
	}
	return details
}
