package identity

import (
	"context"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/store"
)

// drawnKey is where the database keeps, in meta, that the password of an account is the one the server drew for it.
func drawnKey(identifier string) string { return "identity.drawn." + identifier }

// MarkDrawn keeps that the password of an account was drawn by the server, until another one is set.
func MarkDrawn(tx *store.Tx, identifier string) error {
	_, err := tx.Exec(`INSERT INTO meta (key, value) VALUES ($1, 'true') ON CONFLICT (key) DO NOTHING`, drawnKey(identifier))
	return err
}

// Drawn reports whether the password of an account is still the one the server drew.
func Drawn(tx *store.Tx, identifier string) (bool, error) {
	return tx.Get(`SELECT value FROM meta WHERE key = $1`, []any{drawnKey(identifier)}, new(string))
}

func forgetDrawn(tx *store.Tx, identifier string) error {
	_, err := tx.Exec(`DELETE FROM meta WHERE key = $1`, drawnKey(identifier))
	return err
}

// Staff is who can get in, and with what rights.
type Staff struct {
	Accounts       int // local accounts
	Principals     int // authorizations
	Teams          int
	Administrators int      // principals that may do anything with roles and rights
	Providers      []string // ways in that are enabled, other than local accounts
	Drawn          bool     // the administrator still has the password of the first start
}

// administrates is what makes a principal an administrator.
var administrates = Principals.Right("manage")

// StaffOf counts who can get in.
func StaffOf(ctx context.Context, db *store.DB) (s Staff, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		s = Staff{}
		accounts, err := Accounts.List(tx)
		if err != nil {
			return err
		}
		teams, err := Teams.List(tx)
		if err != nil {
			return err
		}
		s.Accounts, s.Teams = len(accounts), len(teams)
		if err := s.count(tx); err != nil {
			return err
		}
		providers, err := Providers.List(tx)
		if err != nil {
			return err
		}
		for _, p := range providers {
			if _, local := p.(LocalProvider); !local && p.base().Enabled {
				s.Providers = append(s.Providers, p.base().Name)
			}
		}
		s.Drawn, err = Drawn(tx, AdministratorName)
		return err
	})
	return s, err
}

// count counts the principals, and the administrators among them.
func (s *Staff) count(tx *store.Tx) error {
	principals, err := Principals.List(tx)
	if err != nil {
		return err
	}
	s.Principals = len(principals)
	for _, p := range principals {
		held, err := p.Grants(tx)
		if err != nil {
			return err
		}
		if p.enabled() && access.NewRights(access.Holding{Held: held}).Contain(access.Held{Grant: access.Grant(administrates)}) {
			s.Administrators++
		}
	}
	return nil
}

// Section is a part of the product the caller has rights in.
type Section struct {
	Name string   `json:"name" doc:"certificates, requests, events, authorities, mail or configuration."`
	Can  []string `json:"can" doc:"What the caller may do there: see, ask, decide, manage."`
}

// Preference returns one of the preferences of a principal, or nil.
func (s *Service) Preference(ctx context.Context, identifier, name string) (value any, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		all, err := ownOf[map[string]any](tx, identifier, ownPreferences)
		if err == nil && len(all) > 0 {
			value = all[0][name]
		}
		return err
	})
	return value, err
}
