package authority

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

// listJob makes the revocation lists of a CA anew.
type listJob struct {
	Authority string `json:"authority"`
}

// Task is the name of the job.
func (listJob) Task() string { return "authority-crl" }

const listTime = 10 * time.Minute

// Jobs are the jobs of the engine, for the runner.
func (e *Engine) Jobs() []task.Definition {
	return []task.Definition{task.Define(1, listTime, func(ctx context.Context, j listJob) error {
		d, err := e.directory(ctx)
		if err != nil {
			return err
		}
		if c := d.ids[j.Authority]; c != nil { // it may be deleted by now
			return e.build(ctx, c)
		}
		return nil
	})}
}

// List is a revocation list as it is served.
type List struct {
	DER                    []byte
	Number                 int64
	ThisUpdate, NextUpdate time.Time
	Entries                int64

	authority   string
	generation  int64 // that brought the key
	revocations int64 // the count the content was read at
}

// BuildCRL makes the revocation lists of a CA anew, one for each of its keys that has not ended.
func (e *Engine) BuildCRL(ctx context.Context, name string) error {
	d, err := e.directory(ctx)
	if err != nil {
		return err
	}
	c, err := d.named(name)
	if err != nil {
		return err
	}
	return e.build(ctx, c)
}

func (e *Engine) build(ctx context.Context, c *ca) error {
	var problems []error
	for _, g := range c.keys() {
		if e.DB.Clock.Now().Before(g.cert.NotAfter) {
			_, err := e.buildOne(ctx, g)
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

// buildOne makes the list of the key of a generation. It holds everything the CA has revoked, by whichever key it was
// signed: without an issuing distribution point a list speaks for all that its issuer's name issued (RFC 5280, 5.2.5).
func (e *Engine) buildOne(ctx context.Context, g *generation) (*List, error) {
	l := &List{authority: g.of.id, generation: g.key}
	if err := e.number(ctx, g, l); err != nil {
		return nil, fmt.Errorf("numbering the revocation list of %s: %w", g.of.name, err)
	}
	var revoked *entries
	err := e.DB.Read(ctx, func(tx *store.Tx) (err error) {
		// RFC 5280, 3.3: an entry stays until one list after its certificate has ended.
		l.revocations, revoked, err = revokedOf(tx, g.of.id, l.ThisUpdate.Add(-g.of.settings.CRLLifetime.Std()))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading what %s has revoked: %w", g.of.name, err)
	}
	by, err := e.issuer(ctx, g)
	if err != nil {
		return nil, err
	}
	l.Entries = int64(len(revoked.ends))
	l.DER, err = by.SignCRL(pki.CRLTemplate{
		Number: big.NewInt(l.Number), ThisUpdate: l.ThisUpdate, NextUpdate: l.NextUpdate, Entries: revoked.all(), Count: len(revoked.ends),
	})
	if err != nil {
		return nil, fmt.Errorf("signing the revocation list of %s: %w", g.of.name, err)
	}
	err = e.DB.Write(ctx, func(tx *store.Tx) error { return putList(tx, l) })
	if err != nil {
		return nil, fmt.Errorf("storing the revocation list of %s: %w", g.of.name, err)
	}
	return l, nil
}

// number gives the list a number nobody else has, and its times.
func (e *Engine) number(ctx context.Context, g *generation, l *List) error {
	return e.DB.Write(ctx, func(tx *store.Tx) (err error) {
		now := tx.Now().Truncate(time.Second)
		next := now.Add(g.of.settings.CRLLifetime.Std())
		if next.After(g.cert.NotAfter) {
			next = g.cert.NotAfter
		}
		if !now.Before(next) {
			return Ended.Detail("%s", g.of.name)
		}
		l.ThisUpdate, l.NextUpdate = now, next
		l.Number, err = nextNumber(tx, g.of.id)
		return err
	})
}

// Due makes every revocation list that is missing, out of date or past half of its life. It is called again and again.
func (e *Engine) Due(ctx context.Context) error {
	d, err := e.directory(ctx)
	if err != nil {
		return err
	}
	var due []*generation
	err = e.DB.Read(ctx, func(tx *store.Tx) error {
		due = nil
		fresh, err := freshLists(tx)
		if err != nil {
			return err
		}
		for _, c := range d.order {
			for _, g := range c.keys() {
				if tx.Now().Before(g.cert.NotAfter) && !fresh[listKey{c.id, g.key}] {
					due = append(due, g)
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("looking for revocation lists that are due: %w", err)
	}
	var problems []error
	for _, g := range due {
		_, err := e.buildOne(ctx, g)
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// jump is far more than the lists a CA makes between two backups.
const jump = 1 << 32

// Jump moves the numbers of all revocation lists far ahead, so that a restored database repeats none that was given after
// its backup, and lets the lists be made anew. Serial numbers are drawn from 128 bits, and need no jump.
func (e *Engine) Jump(ctx context.Context) error {
	return e.DB.Write(ctx, func(tx *store.Tx) error {
		d, err := e.at(tx)
		if err != nil {
			return err
		}
		if err := jumpNumbers(tx, jump); err != nil {
			return fmt.Errorf("moving the numbers of revocation lists ahead: %w", err)
		}
		for _, c := range d.order {
			if err := task.Insert(tx, listJob{Authority: c.id}, task.Unique()); err != nil {
				return err
			}
		}
		return nil
	})
}
