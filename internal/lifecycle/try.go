package lifecycle

import (
	"context"
	"errors"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/inventory"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// try tells what would become of a request: nothing is stored, no key is made and nobody outside is asked. A form that is
// not right yet is told so without a record, for it is tried again and again while it is filled; what is beyond the rights
// of the caller is recorded as an attempt.
func (s *Service) try(ctx context.Context, who access.Caller, a Ask) (draft, error) {
	var d draft
	var wrong error
	facts := event.Request{}
	err := act.Do(ctx, s.DB, who, event.RequestSubmit, &facts, func(tx *store.Tx) error {
		now, err := s.draft(tx, who, a)
		facts, wrong = now.facts(), nil
		if err == nil {
			now.makeKey = false
			err = s.accept(tx, &now, a, nil)
		}
		d = now
		if err == nil {
			return errDryRun
		}
		if isRefusal(err) || fault.Of(err).Kind() == fault.Internal {
			return err
		}
		wrong = err
		return errDryRun
	})
	if wrong != nil && errors.Is(err, errDryRun) {
		err = wrong
	}
	return d, err
}

// tried is the answer to a request that was only tried.
func (s *Service) tried(ctx context.Context, who access.Caller, d draft, password secret.Text) (Request, error) {
	r, err := s.shown(who, d, password)
	if err != nil || d.HolderID == "" {
		return r, err
	}
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		if r.HolderCount, err = inventory.CountActive(tx, d.HolderID, "", tx.Now()); err != nil {
			return err
		}
		r.ProfileHolderCount, err = inventory.CountActive(tx, d.HolderID, d.Profile, tx.Now())
		return err
	})
	return r, err
}
