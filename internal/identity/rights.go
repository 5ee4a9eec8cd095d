package identity

import (
	"context"
	"errors"
	"sync"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// holdings remembers what principals hold, until the configuration changes.
type holdings struct {
	mu  sync.Mutex // guards all
	all map[string]*access.Rights
}

const maxHoldings = 20000

// reader reads the configuration: in a transaction, or as it was at most a second ago.
type reader struct {
	principal func(string) (Principal, error)
	role      func(string) (Role, error)
	account   func(string) (ServiceAccount, error)
	revision  func() (int64, error)
}

// inside reads as the transaction sees it.
func inside(tx *store.Tx) reader {
	return reader{
		principal: func(key string) (Principal, error) { return Principals.Get(tx, key) },
		role:      func(key string) (Role, error) { return Roles.Get(tx, key) },
		account:   func(key string) (ServiceAccount, error) { return ServiceAccounts.Get(tx, key) },
		revision:  func() (int64, error) { return kind.Revision(tx) },
	}
}

// lately reads what was at most a second ago.
func lately(ctx context.Context, db *store.DB) reader {
	return reader{
		principal: func(key string) (Principal, error) { return Principals.Look(ctx, db, key) },
		role:      func(key string) (Role, error) { return Roles.Look(ctx, db, key) },
		account:   func(key string) (ServiceAccount, error) { return ServiceAccounts.Look(ctx, db, key) },
		revision:  func() (int64, error) { return kind.LastRevision(ctx, db) },
	}
}

// ofPrincipal returns what an identifier holds; a principal that is missing or not enabled is the fault NotKnown.
func (read reader) ofPrincipal(id string) (h access.Holding, err error) {
	if h.Revision, err = read.revision(); err != nil { // first: what changes meanwhile is read again later
		return h, err
	}
	p, err := read.principal(id)
	if errors.Is(err, Principals.Missing()) || err == nil && !p.enabled() {
		return h, access.NotKnown
	}
	if err != nil {
		return h, err
	}
	h.Held = held(p.Permissions, "")
	for _, name := range p.Teams {
		h.Teams = append(h.Teams, string(name))
	}
	return h, read.addRoles(&h, p.Roles)
}

// ofAccount returns what whoever comes by a service account holds; one that is gone is the fault NotKnown.
func (read reader) ofAccount(name string) (h access.Holding, err error) {
	if h.Revision, err = read.revision(); err != nil {
		return h, err
	}
	account, err := read.account(name)
	if errors.Is(err, ServiceAccounts.Missing()) {
		return h, access.NotKnown
	}
	if err != nil {
		return h, err
	}
	h.Held = held(account.Permissions, "")
	return h, read.addRoles(&h, account.Roles)
}

// of returns what a caller holds.
func (read reader) of(who access.Caller) (access.Holding, error) {
	if who.Type == access.Service {
		return read.ofAccount(who.Provider)
	}
	return read.ofPrincipal(who.ID)
}

// addRoles adds what comes from roles.
func (read reader) addRoles(h *access.Holding, roles []kind.Ref[Role]) error {
	for _, name := range roles {
		role, err := read.role(string(name))
		if errors.Is(err, Roles.Missing()) {
			continue // removed a moment ago
		}
		if err != nil {
			return err
		}
		h.Roles = append(h.Roles, role.Name)
		h.Held = append(h.Held, held(role.Permissions, role.Name)...)
	}
	return nil
}

// rights returns what a caller holds, without asking again while the configuration stays.
func (s *Service) rights(ctx context.Context, who access.Caller) (*access.Rights, error) {
	id := "principal " + who.ID
	if who.Type == access.Service {
		id = "account " + who.Provider
	}
	read := lately(ctx, s.DB.DB)
	revision, err := read.revision()
	if err != nil {
		return nil, err
	}
	s.holdings.mu.Lock()
	known := s.holdings.all[id]
	s.holdings.mu.Unlock()
	if known != nil && known.Now().Revision >= revision {
		return known, nil
	}
	h, err := read.of(who)
	if err != nil {
		return nil, err
	}
	rights := access.NewRights(h)
	s.holdings.mu.Lock()
	defer s.holdings.mu.Unlock()
	if s.holdings.all == nil || len(s.holdings.all) >= maxHoldings {
		s.holdings.all = map[string]*access.Rights{}
	}
	s.holdings.all[id] = rights
	return rights, nil
}

// Renew brings the rights of a caller up to the configuration that the transaction sees. A principal that is gone holds
// nothing any more. What the transaction sees may still be undone, so the next call reads the rights again.
func (s *Service) Renew(tx *store.Tx, who access.Caller) error {
	revision, err := kind.Revision(tx)
	if err != nil || who.Rights.Now().Revision == revision {
		return err
	}
	h, err := inside(tx).of(who)
	if err != nil && !errors.Is(err, access.NotKnown) {
		return err
	}
	h.Revision = 0
	who.Rights.Renew(h)
	return nil
}

// RightsOf returns what a principal holds, as the transaction sees it; one that is missing or not enabled holds nothing.
func RightsOf(tx *store.Tx, identifier string) (*access.Rights, error) {
	h, err := inside(tx).ofPrincipal(identifier)
	if err != nil && !errors.Is(err, access.NotKnown) {
		return nil, err
	}
	return access.NewRights(h), nil
}

// RightsNow returns what a caller holds, as the transaction sees it, for work that is done for them later. One that is
// missing or not enabled by then is the fault NotKnown.
func RightsNow(tx *store.Tx, who access.Caller) (*access.Rights, error) {
	h, err := inside(tx).of(who)
	if err != nil {
		return nil, err
	}
	return access.NewRights(h), nil
}
