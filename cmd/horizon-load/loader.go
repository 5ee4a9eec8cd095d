package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/horizon-clm/horizon/internal/app"
	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// loader adds certificates and events.
type loader struct {
	App     *app.App
	CA      *authority.Engine
	Deps    kind.Deps
	workers int
	outside bool // the CA is

	signer       *signer
	press        *press
	certificates atomic.Int64
	events       atomic.Int64
}

const (
	nPortions = 2000 // transactions a load is divided into, when those are not too small or too big
	leastOf   = 250  // certificates or events of one
	mostOf    = 5000

	sealEvery = 500 * time.Millisecond // how long events gather
	tellEvery = 5 * time.Second
	stopWait  = 20 * time.Second // how long the lease of a server that was stopped may last
)

// portion is what one transaction adds.
type portion struct {
	number       int
	first        int // number of its first certificate, of all that are added
	certificates int
	enrolled     int // how many of its certificates have their event
	others       int // further events
}

// portions deals certificates and events evenly. At most half of the events are those of certificates: the others are of
// further codes, so that searches by code have something to find.
func portions(certificates, events int) (all []portion) {
	most := max(certificates, events)
	size := min(max(most/nPortions, leastOf), mostOf)
	n := (most + size - 1) / size
	enrolled := min(certificates, events/2)
	others := events - enrolled
	share := func(of, i int) int { return of*(i+1)/n - of*i/n }
	first := 0
	for i := range n {
		p := portion{number: i, first: first, certificates: share(certificates, i), others: share(others, i)}
		p.enrolled = min(p.certificates, share(enrolled, i))
		p.others += share(enrolled, i) - p.enrolled
		if p.others == 0 && p.enrolled > 0 { // the step itself is one of the others
			p.others, p.enrolled = 1, p.enrolled-1
		}
		first += p.certificates
		all = append(all, p)
	}
	return all
}

// run adds everything and returns when the last event is sealed.
func (l *loader) run(ctx context.Context, certificates, events int) (err error) {
	if err := l.prepare(ctx); err != nil {
		return err
	}
	began := time.Now()
	base, err := l.known(ctx)
	if err != nil {
		return err
	}
	aside, err := l.setAside(ctx)
	if err != nil {
		return err
	}
	defer func() { // also when the program is interrupted
		after := context.WithoutCancel(ctx)
		if err = errors.Join(err, l.restore(after, aside)); err == nil {
			err = l.settle(after)
		}
		fmt.Printf("%6.0f s  in all\n", time.Since(began).Seconds())
	}()
	working, done := context.WithCancel(ctx)
	background, bg := errgroup.WithContext(working)
	background.Go(func() error { return l.seal(bg) })
	background.Go(func() error { l.tell(bg, began, certificates, events); return nil })
	g, run := errgroup.WithContext(ctx)
	g.SetLimit(l.workers)
	for _, p := range portions(certificates, events) {
		p.first += base
		g.Go(func() error { return l.add(run, p) })
	}
	err = g.Wait()
	done()
	if err = errors.Join(err, background.Wait()); err != nil {
		return err
	}
	if err := l.sealRest(ctx); err != nil {
		return err
	}
	l.say(ctx, began, certificates, events)
	return nil
}

// prepare makes sure that no server runs, and that the CA is there.
func (l *loader) prepare(ctx context.Context) error {
	until := time.Now().Add(stopWait)
	for {
		lease, err := l.App.DB.Lease(ctx, "event-sealer", time.Second)
		if err != nil {
			return err
		}
		if lease != nil {
			break
		}
		if time.Now().After(until) {
			return errors.New("a server runs on the database: stop it")
		}
		time.Sleep(tellEvery / 10)
	}
	if err := l.hurry(ctx); err != nil {
		return err
	}
	var err error
	if l.signer, err = l.newSigner(ctx); err != nil {
		return err
	}
	l.press, err = l.signer.newPress(l.App.DB.Clock.Now())
	return err
}

// hurry lets SQLite wait for the disk only when this program ends, and keep more in memory: what is lost by a power cut is
// loaded again.
func (l *loader) hurry(ctx context.Context) error {
	if l.App.DB.Dialect != store.SQLite {
		return nil
	}
	for _, p := range []string{"synchronous = OFF", "wal_autocheckpoint = 16384", "cache_size = -1048576"} {
		if _, err := l.App.DB.SQL().ExecContext(ctx, "PRAGMA "+p); err != nil {
			return fmt.Errorf("setting %s: %w", p, err)
		}
	}
	return nil
}

// seal moves pending events into the log while others are written.
func (l *loader) seal(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(sealEvery):
		}
		if _, err := l.App.Log.Seal(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrLeaseLost) {
			return err
		}
	}
}

// sealRest seals until nothing is pending.
func (l *loader) sealRest(ctx context.Context) error {
	for {
		if _, err := l.App.Log.Seal(ctx); err != nil && !errors.Is(err, store.ErrLeaseLost) { // it is taken anew
			return err
		}
		left, _, err := l.App.Log.Pending(ctx)
		if err != nil || left == 0 {
			return err
		}
	}
}

// tell says from time to time how far it is.
func (l *loader) tell(ctx context.Context, began time.Time, certificates, events int) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(tellEvery):
			l.say(ctx, began, certificates, events)
		}
	}
}

func (l *loader) say(ctx context.Context, began time.Time, certificates, events int) {
	pending, _, err := l.App.Log.Pending(ctx)
	if err != nil { // the program is ending
		return
	}
	s, c, e := time.Since(began).Seconds(), l.certificates.Load(), l.events.Load()
	fmt.Printf("%6.0f s  %d of %d certificates (%.0f/s), %d of %d events (%.0f/s), %d of them not sealed yet\n",
		s, c, certificates, float64(c)/s, e, events, float64(e)/s, pending)
}
