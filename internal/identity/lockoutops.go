package identity

import (
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

type anAccount struct {
	Identifier string `path:"identifier" maxLength:"256"`
}

// lockView tells how an account is used.
type lockView struct {
	Locked    bool  `json:"locked" doc:"Whether attempts to log in are refused for now."`
	Until     int64 `json:"lockedUntil,omitempty" doc:"Until when, in milliseconds since 1970."`
	Failures  int   `json:"failures" doc:"Failed attempts since the last login, of the last day."`
	LastLogin int64 `json:"lastAuthentication,omitempty" doc:"When it was last used, in milliseconds since 1970, to five minutes."`
}

// lock tells whether failures make an account wait.
func (s *Service) lock(c *web.Call, in anAccount) (v lockView, err error) {
	err = s.DB.Read(c, func(tx *store.Tx) error {
		if err := readable(c.Who); err != nil {
			return err
		}
		if _, err := Accounts.Get(tx, in.Identifier); err != nil {
			return err
		}
		f, err := findFailures(tx, s.Sessions.hidden("account", in.Identifier))
		if err != nil {
			return err
		}
		last, err := LastLogin(tx, in.Identifier)
		if err != nil {
			return err
		}
		v = lockView{LastLogin: millis(last)}
		if tx.Now().Sub(f.last) <= ofAccount.forget {
			v.Failures = f.failures
		}
		if v.Locked = f.until.After(tx.Now()); v.Locked {
			v.Until = millis(f.until)
		}
		return nil
	})
	return v, err
}

// readable asks for the right to see accounts.
func readable(who access.Caller) error {
	err := who.May(Accounts.Right(kind.Read))
	if err != nil {
		err = who.May(Accounts.Right(kind.Manage))
	}
	return err
}

// millis is a time on the wire; the zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// forgive forgets the failures of an account. It is recorded as a change of the account.
func (s *Service) forgive(c *web.Call, in anAccount) (web.None, error) {
	facts := event.Object{Kind: Accounts.Kind, Name: clip(in.Identifier), Changed: []string{"lock"}}
	return web.None{}, act.Do(c, s.DB, c.Who, event.LocalIdentityUpdate, &facts, func(tx *store.Tx) error {
		if err := c.Who.May(Accounts.Right(kind.Manage)); err != nil {
			return err
		}
		if _, err := Accounts.Get(tx, in.Identifier); err != nil {
			return err
		}
		return s.unlock(tx, in.Identifier)
	})
}
