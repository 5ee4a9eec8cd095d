package identity

import (
	"errors"
	"slices"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

var nobodyLeft = fault.Define("SEC-PI-006", fault.Denied, "Somebody has to be able to give rights")

// granting is the right without which nobody can be given rights again: somebody always holds it.
var granting = Principals.Right(kind.Manage)

// world is the configuration that decides who may give rights: as it is, or as it is to be.
type world struct {
	reader
	tx      *store.Tx
	account func(string) (Account, error)
	local   func() (Provider, error)
}

func worldOf(tx *store.Tx) world {
	return world{
		reader: inside(tx), tx: tx,
		account: func(key string) (Account, error) { return Accounts.Get(tx, key) },
		local:   func() (Provider, error) { return Providers.Get(tx, LocalProviderName) },
	}
}

// grants reports whether the principal may give rights.
func (w world) grants(id string) (bool, error) {
	h, err := w.ofPrincipal(id)
	if errors.Is(err, access.NotKnown) {
		return false, nil
	}
	for _, one := range h.Held {
		if one.Filter == nil && one.Grant.Covers(granting) {
			return true, err
		}
	}
	return false, err
}

// enters reports whether the principal has a way to log in: a local account with a password, or another identity provider,
// which has let it in before.
func (w world) enters(id string) (bool, error) {
	last, err := loginOf(w.tx, id)
	if err != nil {
		return false, err
	}
	if last.from != "" && last.from != access.Local {
		return true, nil
	}
	account, err := w.account(id)
	if errors.Is(err, Accounts.Missing()) || err == nil && !account.Password.IsSet() {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	provider, err := w.local()
	if errors.Is(err, Providers.Missing()) {
		return false, nil
	}
	local, ok := provider.(LocalProvider)
	return ok && local.Enabled, err
}

// someone reports whether anybody can log in and give rights.
func (w world) someone() (bool, error) {
	all, err := Principals.All(w.tx)
	if err != nil {
		return false, err
	}
	for p := range all {
		can, err := w.grants(p.Identifier)
		if can && err == nil {
			can, err = w.enters(p.Identifier)
		}
		if can || err != nil {
			return can, err
		}
	}
	return false, nil
}

// remains refuses a change after which nobody could log in and give rights any more, or after which the caller could not.
func remains(tx *store.Tx, who access.Caller, next world) error {
	before := worldOf(tx)
	could, err := before.grants(who.ID)
	if err != nil {
		return err
	}
	if could {
		can, err := next.grants(who.ID)
		if err != nil {
			return err
		}
		if !can {
			return ownAccount.Detail("you would lose the right %s yourself", granting)
		}
	}
	if left, err := next.someone(); left || err != nil {
		return err
	}
	if there, err := before.someone(); !there || err != nil {
		return err
	}
	return nobodyLeft.Detail("nobody who can log in would hold the right %s any more", granting)
}

// Grants is what the principal holds.
func (p Principal) Grants(tx *store.Tx) ([]access.Held, error) {
	if !p.enabled() {
		return nil, nil
	}
	read := inside(tx)
	read.principal = func(string) (Principal, error) { return p, nil }
	h, err := read.ofPrincipal(p.Identifier)
	return h.Held, err
}

// keepsGranting refuses what would lock out the caller or everybody. next is nil when the principal is deleted.
func (p Principal) keepsGranting(tx *store.Tx, who access.Caller, next *Principal) error {
	after := worldOf(tx)
	get := after.principal
	after.principal = func(key string) (Principal, error) {
		switch {
		case key != p.Identifier:
			return get(key)
		case next == nil:
			return Principal{}, Principals.Missing()
		}
		return *next, nil
	}
	if could, err := worldOf(tx).grants(p.Identifier); !could || err != nil {
		return err
	}
	if can, err := after.grants(p.Identifier); can || err != nil {
		return err
	}
	return remains(tx, who, after)
}

// Grants is what the role gives.
func (r Role) Grants(*store.Tx) ([]access.Held, error) { return held(r.Permissions, ""), nil }

// Stored refuses what would lock out the caller or everybody.
func (r Role) Stored(tx *store.Tx, who access.Caller, from any) error {
	before, ok := from.(Role)
	if !ok || !before.givesGranting() || r.givesGranting() {
		return nil
	}
	after := worldOf(tx)
	get := after.role
	after.role = func(key string) (Role, error) {
		if key == r.Name {
			return r, nil
		}
		return get(key)
	}
	return remains(tx, who, after)
}

// Deleted has nothing to refuse: a role somebody has cannot be deleted.
func (r Role) Deleted(*store.Tx, access.Caller) error { return nil }

func (r Role) givesGranting() bool {
	return slices.ContainsFunc(held(r.Permissions, ""), func(one access.Held) bool { return one.Filter == nil && one.Grant.Covers(granting) })
}

// goes refuses to delete the last account with which somebody can give rights.
func (a Account) goes(tx *store.Tx, who access.Caller) error {
	after := worldOf(tx)
	get := after.account
	after.account = func(key string) (Account, error) {
		if key == a.Identifier {
			return Account{}, Accounts.Missing()
		}
		return get(key)
	}
	return remains(tx, who, after)
}

// entrusts refuses to give an account a password, or an address that passwords are reset by, to who holds less than what
// can then be logged in to.
func (a Account) entrusts(tx *store.Tx, who access.Caller, from any) error {
	before, there := from.(Account)
	if _, sent := a.Password.Sent(); who.ID == a.Identifier || who.IsSystem() || !sent && there && before.Email == a.Email {
		return nil
	}
	h, err := inside(tx).ofPrincipal(a.Identifier)
	if errors.Is(err, access.NotKnown) {
		return nil
	}
	for _, one := range h.Held {
		if !who.Rights.Contain(one) {
			return access.NotPermitted.Detail("who can log in to %s has rights you do not hold: %s", a.Identifier, one)
		}
	}
	return err
}

// closesLocal refuses to lock everybody out by closing the provider of the local accounts.
func closesLocal(tx *store.Tx, who access.Caller) error {
	after := worldOf(tx)
	after.local = func() (Provider, error) { return nil, Providers.Missing() }
	return remains(tx, who, after)
}
