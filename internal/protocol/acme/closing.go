package acme

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

// closing is the job that follows from the end of an external account key: its accounts are closed and, when it was
// compromised, their certificates revoked.
type closing struct {
	Key    string `json:"key"`
	Since  int64  `json:"since"` // milliseconds since 1970
	Revoke bool   `json:"revoke"`
}

// Task names the job.
func (closing) Task() string { return "close-acme-accounts" }

// Jobs are the jobs of the door.
func (d *Door) Jobs() []task.Definition {
	return []task.Definition{task.Define(1, time.Hour, d.closeBound)}
}

const closeBatch = 100

// closeBound works through the accounts of a key. What is done already is passed over, so that it can run again.
func (d *Door) closeBound(ctx context.Context, job closing) error {
	to := deactivated
	if job.Revoke {
		to = revoked
	}
	who := access.System("task", d.DB.NewID())
	for after := ""; ; {
		var bound []*account
		err := d.DB.Read(ctx, func(tx *store.Tx) (err error) {
			bound, err = boundAccounts(tx, job.Key, after, closeBatch)
			return err
		})
		if err != nil || len(bound) == 0 {
			return err
		}
		for _, a := range bound {
			after = a.ID
			if err := d.closeOne(ctx, who, a, to); err != nil {
				return err
			}
			if !job.Revoke {
				continue
			}
			if err := d.revokeOf(ctx, who, a, time.UnixMilli(job.Since)); err != nil {
				return err
			}
		}
	}
}

// closeOne closes an account that is still open.
func (d *Door) closeOne(ctx context.Context, who access.Caller, a *account, to string) error {
	if !mayMove(accountMoves, a.Status, to) {
		return nil
	}
	facts := event.Object{
		Kind: accountObject, Name: a.ID, Changed: []string{"status"},
		Changes: []event.Detail{{Key: "old.status", Value: a.Status}, {Key: "new.status", Value: to}, {Key: "eab", Value: a.EAB}},
	}
	err := act.Do(ctx, d.DB, who, event.ConfUpdate, &facts, func(tx *store.Tx) error { return closeAccount(tx, a, to) })
	d.accounts.drop(a.ID)
	if err != nil {
		return fmt.Errorf("closing the account %s: %w", a.ID, err)
	}
	return nil
}

// revokeOf revokes what an account was issued since a time.
func (d *Door) revokeOf(ctx context.Context, who access.Caller, a *account, since time.Time) error {
	for after := ""; ; {
		var orders []order
		err := d.DB.Read(ctx, func(tx *store.Tx) (err error) {
			orders, err = findOrders(tx, `account = $1 AND id > $2 AND status = 'valid' AND not_after > $3 ORDER BY id LIMIT $4`,
				a.ID, after, store.Micros(tx.Now()), closeBatch)
			return err
		})
		if err != nil || len(orders) == 0 {
			return err
		}
		for _, o := range orders {
			after = o.ID
			due, err := d.toRevoke(ctx, o.CertificateID, since)
			if err != nil {
				return err
			}
			if !due {
				continue
			}
			err = d.Lifecycle.Revoke(ctx, who, lifecycle.Revocation{CertificateID: o.CertificateID, Reason: pki.KeyCompromise})
			if err != nil && !errors.Is(err, lifecycle.AlreadyRevoked) && !errors.Is(err, inventory.Missing) {
				return fmt.Errorf("revoking what was issued to the account %s: %w", a.ID, err)
			}
		}
	}
}

// toRevoke reports whether a certificate was issued at a time or later, and is not revoked.
func (d *Door) toRevoke(ctx context.Context, id string, since time.Time) (yes bool, err error) {
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := inventory.Get(tx, id)
		yes = err == nil && !c.Revoked && !c.Created.Before(since)
		if errors.Is(err, inventory.Missing) {
			return nil
		}
		return err
	})
	return yes, err
}
