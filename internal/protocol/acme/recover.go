package acme

import (
	"context"
	"strings"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

const (
	resumeBatch = 500
	sweepBatch  = 500
	maxSweeps   = 1000
)

// Resume takes up validations and issuances that nobody works on: those a killed or stopped process left, of this node at
// once and of others when their turn has passed, and those there was no room or no PKI for. It is called at the start,
// and every few seconds.
func (d *Door) Resume(ctx context.Context) error {
	now := d.DB.Clock.Now()
	var trials []authorization
	var orders []order
	err := d.DB.Read(ctx, func(tx *store.Tx) (err error) {
		if orders, err = dueIssuances(tx, now.Add(issueTurn), resumeBatch); err != nil {
			return err
		}
		trials, err = dueTrials(tx, now.Add(maxTimeout.Std()+maxDelay.Std()+grace), resumeBatch)
		return err
	})
	if err != nil {
		return err
	}
	for _, o := range orders {
		if d.abandoned(o.Worker, o.Turn, now) {
			if err := d.resumeOrder(ctx, o); err != nil {
				return err
			}
		}
	}
	for _, a := range trials {
		if d.abandoned(a.Worker, a.Turn, now) {
			if err := d.resumeTrial(ctx, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// abandoned reports whether nobody works on something: its turn has passed, or its worker was an earlier process of this
// node.
func (d *Door) abandoned(worker string, turn, now time.Time) bool {
	if !now.Before(turn) {
		return true
	}
	node, _, ok := strings.Cut(worker, "/")
	mine, _, _ := strings.Cut(d.worker, "/")
	return ok && node == mine && worker != d.worker
}

// subject finds the profile and the account of something to be taken up. What has no profile any more waits for it.
func (d *Door) subject(ctx context.Context, profile, id string) (*site, *account, error) {
	s, err := d.site(ctx, profile)
	if err != nil {
		return nil, nil, err
	}
	a := d.accounts.get(id)
	if a == nil {
		err = d.DB.Read(ctx, func(tx *store.Tx) (err error) {
			a, err = accountByID(tx, id)
			return err
		})
	}
	if err == nil && a == nil {
		err = accountMissing
	}
	return s, a, err
}

func (d *Door) resumeOrder(ctx context.Context, o order) error {
	if d.runs.find(issuing+o.ID) != nil {
		return nil
	}
	_, account, err := d.subject(ctx, o.Profile, o.Account)
	var csr *pki.CSR
	if err == nil {
		csr, err = pki.ParseCSR(o.CSR)
	}
	if err != nil && d.DB.Clock.Now().After(o.Expires) && fault.Of(err).Kind() != fault.Internal { // nobody can issue it any more
		i := &issuance{Door: d, order: o, who: access.System("acme", d.DB.NewID())}
		return i.failed(ctx, err)
	}
	if err != nil {
		return d.passOver(ctx, err, o.ID)
	}
	mine := false
	err = d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		mine, err = claimIssuing(tx, o, d.worker)
		return err
	})
	if err == nil && mine {
		o.Worker = d.worker
		i := &issuance{Door: d, order: o, csr: csr, account: account, who: account.caller(d.unasked(o.IP))}
		_, err = i.start(ctx)
	}
	return err
}

func (d *Door) resumeTrial(ctx context.Context, a authorization) error {
	if d.runs.find(trying+a.ID) != nil {
		return nil
	}
	s, account, err := d.subject(ctx, a.Profile, a.Account)
	if err != nil {
		return d.passOver(ctx, err, a.ID)
	}
	mine := false
	err = d.DB.Write(ctx, func(tx *store.Tx) (err error) {
		mine, err = claimTrial(tx, a, d.worker, s.turn())
		return err
	})
	if err == nil && mine {
		a.Worker = d.worker
		err = d.try(ctx, s, a, account.caller(d.unasked("")), nil)
	}
	return err
}

// unasked is where something comes from that nobody has asked for just now.
func (d *Door) unasked(address string) access.Caller {
	return access.Caller{Address: address, Door: "acme", Call: d.DB.NewID()}
}

// passOver leaves one for later, unless everything has to stop.
func (d *Door) passOver(ctx context.Context, err error, id string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	d.Host.Log.Warn("something cannot be taken up", "id", id, "error", err)
	return nil
}

// Clean makes what has expired invalid, and deletes what has ended long ago. It is called every few minutes.
func (d *Door) Clean(ctx context.Context) error {
	for range maxSweeps {
		n, err := d.sweep(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
	return nil
}

// sweep does one batch of each kind and returns how many rows it touched.
func (d *Door) sweep(ctx context.Context) (n int64, err error) {
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		n = 0
		rows, err := sweepAuthorizations(tx, sweepBatch)
		if err != nil {
			return err
		}
		for _, status := range []string{valid, invalid} {
			over, err := dueOrders(tx, status, sweepBatch)
			if err != nil {
				return err
			}
			for _, o := range over {
				if err := sweepOrder(tx, o); err != nil {
					return err
				}
			}
			rows += int64(len(over))
		}
		if _, err := sweepNonces(tx); err != nil {
			return err
		}
		n = rows
		return nil
	})
	if err != nil {
		return 0, err
	}
	over, err := d.expire(ctx)
	return n + over, err
}

// expire makes the orders invalid that waited too long for their client, and records each.
func (d *Door) expire(ctx context.Context) (n int64, err error) {
	var late []order
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		for _, status := range []string{pending, ready} {
			some, err := dueOrders(tx, status, sweepBatch)
			if err != nil {
				return err
			}
			late = append(late, some...)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	who := access.System("acme", d.DB.NewID())
	for _, o := range late {
		why := malformed.Detail("the order has expired")
		facts := event.Acme{Profile: o.Profile, AccountID: o.Account, OrderID: o.ID, Identifiers: values(o.Identifiers), State: expired}
		err := act.Do(ctx, d.DB, who, event.AcmeOrderUpdate, &facts, func(tx *store.Tx) error {
			moved, err := expireOrder(tx, o.ID, problemOf(why))
			if err != nil {
				return err
			}
			return alreadyIf(!moved)
		})
		if err == nil {
			n++
		} else if ctx.Err() != nil {
			return n, ctx.Err()
		}
	}
	return n, nil
}
