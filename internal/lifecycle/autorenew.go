package lifecycle

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/store"
)

const (
	renewBatch    = 100
	renewParallel = 3
)

// RenewDue renews the certificates that the server renews itself and that are due, a few at a time. One that cannot be
// renewed is on record, and tried again the next time.
func (s *Service) RenewDue(ctx context.Context) error {
	var behind inventory.Turn
	for {
		var ids []string
		var n int
		err := s.DB.Read(ctx, func(tx *store.Tx) (err error) {
			ids, n, behind, err = renewable(tx, behind)
			return err
		})
		if err == nil {
			err = s.renewAll(ctx, ids)
		}
		if err != nil || n < renewBatch {
			return err
		}
	}
}

// renewable returns the next certificates that are due and can be renewed by the server, of how many it looked at, and
// the last of these.
func renewable(tx *store.Tx, behind inventory.Turn) (ids []string, n int, last inventory.Turn, err error) {
	due, err := inventory.DueForRenewal(tx, behind, renewBatch)
	if err != nil {
		return nil, 0, behind, err
	}
	for _, d := range due {
		behind = d
		ok, err := renewableHere(tx, d.ID)
		if err != nil {
			return nil, 0, behind, err
		}
		if ok {
			ids = append(ids, d.ID)
		}
	}
	return ids, len(due), behind, nil
}

// renewableHere reports whether the server can renew a certificate without anybody: its profile is enabled and renews by
// itself, the key was made here, and no renewal of it is under way.
func renewableHere(tx *store.Tx, id string) (bool, error) {
	c, err := inventory.Get(tx, id)
	if err != nil {
		return false, err
	}
	p, err := Profiles.Get(tx, c.Profile)
	if errors.Is(err, Profiles.Missing()) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	w, ok := p.(WebraProfile)
	if !ok || !w.Enabled || w.AutoRenewal == nil || !w.Crypto.Centralized || w.Crypto.PasswordMode != random {
		return false, nil
	}
	made, err := madeHere(tx, c)
	if err != nil || !made {
		return false, err
	}
	open, err := findRequests(tx, `certificate_id = $1 AND sheet IS NOT NULL AND workflow = 'renew' AND state IN ('pending', 'processing', 'in_progress') LIMIT 1`, id)
	return len(open) == 0, err
}

// madeHere reports whether the key of a certificate was made by the server.
func madeHere(tx *store.Tx, c inventory.Certificate) (bool, error) {
	if c.Escrowed || c.RequestID == "" {
		return c.Escrowed, nil
	}
	all, err := findRequests(tx, `id = $1`, c.RequestID)
	return len(all) == 1 && all[0].Content.KeyType != "", err
}

// renewAll renews certificates, a few at a time.
func (s *Service) renewAll(ctx context.Context, ids []string) error {
	var mu sync.Mutex
	var bad error
	var working sync.WaitGroup
	places := make(chan struct{}, renewParallel)
	for _, id := range ids {
		places <- struct{}{}
		working.Go(func() {
			defer func() { <-places }()
			err := s.renewOne(ctx, id)
			mu.Lock()
			defer mu.Unlock()
			bad = errors.Join(bad, err)
		})
	}
	working.Wait()
	return bad
}

// renewOne renews a certificate as the server and records how that went. Only what could not be recorded is an error.
func (s *Service) renewOne(ctx context.Context, id string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	who := access.System("task", s.DB.NewID())
	var facts event.Certificate
	err := s.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := inventory.Get(tx, id)
		facts = certificateFacts(c)
		return err
	})
	if err != nil {
		return err
	}
	done, err := s.Submit(ctx, who, Ask{Workflow: renew, Certificate: id})
	facts.RequestID = done.ID
	switch {
	case err != nil:
		return act.Note(context.WithoutCancel(ctx), s.DB, who, event.AutoRenew, event.Failure, &facts, err)
	case done.CertificateID == "" || done.Status != completed:
		return act.Note(ctx, s.DB, who, event.AutoRenew, event.Warning, &facts, PKIFailed.Detail("it will be asked again"))
	}
	return act.Note(ctx, s.DB, who, event.AutoRenew, event.Success, &facts, nil)
}

// Stored lets the certificates of the profile follow when it begins or ends to renew them by itself, or changes when they
// are due.
func (p WebraProfile) Stored(tx *store.Tx, _ access.Caller, from any) error {
	old, ok := from.(WebraProfile)
	if !ok || tx.ReadOnly() {
		return nil
	}
	if old.RenewalPeriod != p.RenewalPeriod {
		if err := inventory.SetDue(tx, p.Name, time.Duration(p.RenewalPeriod)); err != nil {
			return err
		}
	}
	ends := old.AutoRenewal != nil && p.AutoRenewal == nil
	begins := old.AutoRenewal == nil && p.AutoRenewal != nil && p.AutoRenewal.Default
	if !ends && !begins {
		return nil
	}
	n, err := inventory.SetAutoRenew(tx, p.Name, begins)
	if err != nil {
		return err
	}
	facts := event.Object{Kind: Profiles.Kind, Name: p.Name, Changed: []string{"certificates.autoRenew"}, Changes: []event.Detail{
		{Key: "new.certificates.autoRenew", Value: strconv.FormatBool(begins)}, {Key: "certificates", Value: strconv.FormatInt(n, 10)},
	}}
	act.Also(tx, event.ConfUpdate, event.Success, &facts, nil)
	return nil
}

// Deleted has no consequences.
func (WebraProfile) Deleted(*store.Tx, access.Caller) error { return nil }
