package lifecycle

import (
	"context"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/notify"
	"github.com/horizon-clm/horizon/internal/store"
)

// Decides reports whether there is any profile about whose requests the caller may decide.
func (s *Service) Decides(ctx context.Context, who access.Caller) (decides bool, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		may, err := visible(tx, who, Manage)
		decides = may.sql != "FALSE"
		return err
	})
	return decides, err
}

// Standing is what profiles there are, for who sets a server up.
type Standing struct {
	Profiles map[string][]string // names of enabled profiles that have a PKI, by their module
	Reminds  bool                // a profile sends a notification before certificates end
}

// StandingOf tells what profiles there are.
func StandingOf(ctx context.Context, db *store.DB) (s Standing, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		s = Standing{Profiles: map[string][]string{}}
		profiles, err := Profiles.List(tx)
		if err != nil {
			return err
		}
		for _, p := range profiles {
			if c := p.Shared(); c.Enabled && c.Connector != "" {
				module := Profiles.Variant(p)
				s.Profiles[module] = append(s.Profiles[module], c.Name)
			}
		}
		all, err := remindings(tx)
		s.Reminds = slices.ContainsFunc(all, func(r reminding) bool { return r.event == notify.Expire })
		return err
	})
	return s, err
}
