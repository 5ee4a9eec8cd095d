package identity

import (
	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
)

var (
	ownAccount = fault.Define("SEC-PERM-008", fault.Denied, "Nobody takes away their own access")
	lastWayIn  = fault.Define("SEC-IDPROV-006", fault.Denied, "The last identity provider that lets anybody in has to stay")
)

// Stored ends the sessions of an account with its former password.
func (a Account) Stored(tx *store.Tx, who access.Caller, from any) error {
	if err := a.entrusts(tx, who, from); err != nil {
		return err
	}
	if err := a.locks(tx, who); err != nil {
		return err
	}
	_, sent := a.Password.Sent()
	if from == nil || !sent && !a.Password.Removed() || a.rehashed || tx.ReadOnly() {
		return nil
	}
	forget := deleteResets
	if a.reset != "" {
		forget = func(tx *store.Tx, identifier string) error { return useReset(tx, a.reset, identifier) }
	}
	for _, f := range []func(*store.Tx, string) error{forget, forgetDrawn} {
		if err := f(tx, a.Identifier); err != nil {
			return err
		}
	}
	return deleteSessionsBy(tx, a.Identifier, access.Local)
}

// locks refuses to take away the password of one's own account, or the last one that lets anybody in who may manage the
// server.
func (a Account) locks(tx *store.Tx, who access.Caller) error {
	switch {
	case !a.Password.Removed():
		return nil
	case who.Type == access.Local && who.ID == a.Identifier:
		return ownAccount.Detail("password: it is the caller's own")
	}
	return a.goes(tx, who)
}

// Deleted ends the sessions of an account. Nobody deletes their own.
func (a Account) Deleted(tx *store.Tx, who access.Caller) error {
	if who.Type == access.Local && who.ID == a.Identifier {
		return ownAccount.Detail("%s is the caller's own account", a.Identifier)
	}
	if err := a.goes(tx, who); err != nil {
		return err
	}
	if tx.ReadOnly() {
		return nil
	}
	if err := deleteResets(tx, a.Identifier); err != nil {
		return err
	}
	return deleteSessionsBy(tx, a.Identifier, access.Local)
}

// Stored ends the sessions of a principal that may do nothing any more. Nobody shuts themselves out.
func (p Principal) Stored(tx *store.Tx, who access.Caller, from any) error {
	before, there := from.(Principal)
	if err := byScimAlone(tx, who, before, p); err != nil || !there {
		return err
	}
	if who.ID == p.Identifier && !p.enabled() {
		return ownAccount.Detail("%s is the caller", p.Identifier)
	}
	if err := before.keepsGranting(tx, who, &p); err != nil || p.enabled() {
		return err
	}
	if tx.ReadOnly() {
		return nil
	}
	return deleteSessions(tx, p.Identifier)
}

// Deleted ends the sessions of a principal and forgets what it kept for itself. Nobody deletes themselves.
func (p Principal) Deleted(tx *store.Tx, who access.Caller) error {
	if who.ID == p.Identifier {
		return ownAccount.Detail("%s is the caller", p.Identifier)
	}
	if err := p.keepsGranting(tx, who, nil); err != nil || tx.ReadOnly() {
		return err
	}
	for _, forget := range []func(*store.Tx, string) error{deleteSessions, deleteLogin, deleteAllOwn} {
		if err := forget(tx, p.Identifier); err != nil {
			return err
		}
	}
	return nil
}

// Stored ends the sessions of a provider that lets nobody in any more, unless it is the last one.
func (p ProviderBase) Stored(tx *store.Tx, who access.Caller, from any) error {
	before, ok := from.(Provider)
	if !ok || p.Enabled || !before.base().Enabled {
		return nil
	}
	return p.close(tx, who)
}

// Deleted ends the sessions of a provider, unless it is the last one that lets anybody in.
func (p ProviderBase) Deleted(tx *store.Tx, who access.Caller) error {
	return p.close(tx, who)
}

func (p ProviderBase) close(tx *store.Tx, who access.Caller) error {
	all, err := Providers.List(tx)
	if err != nil {
		return err
	}
	open := 0
	for _, one := range all {
		if b := one.base(); b.Name != p.Name && b.Enabled && waysIn(one) {
			open++
		}
	}
	if open == 0 {
		return lastWayIn.Detail("%s", p.Name)
	}
	if p.Name == LocalProviderName {
		if err := closesLocal(tx, who); err != nil {
			return err
		}
	}
	if tx.ReadOnly() {
		return nil
	}
	return deleteSessionsOf(tx, p.Name)
}

// waysIn reports a provider that can let people in: of the local ones, the one that the accounts belong to.
func waysIn(p Provider) bool {
	_, local := p.(LocalProvider)
	return !local || p.base().Name == LocalProviderName
}
