package identity

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// apiKey reads the headers X-API-ID and X-API-KEY: identifier and password of a local account, with every call.
func (a *attempt) apiKey() (access.Caller, bool, error) {
	id, key := a.r.Header.Get("X-API-ID"), a.r.Header.Get("X-API-KEY")
	if id == "" && key == "" {
		return a.from, false, nil
	}
	return a.local("api-key", id, secret.NewText(key))
}

// local checks identifier and password of a local account.
func (a *attempt) local(method, id string, key secret.Text) (access.Caller, bool, error) {
	facts := event.Authentication{Method: method, Identifier: clip(id), Provider: LocalProviderName}
	account, revision, err := Accounts.Current(a.ctx, a.DB.DB, id)
	if err != nil && !errors.Is(err, Accounts.Missing()) {
		return a.from, true, err
	}
	p := proof{id, revision, sha256.Sum256([]byte(key.Reveal())), a.from.Address}
	if err == nil && !a.entering && a.proofs.known(p, a.DB.Clock.Now()) {
		who, err := a.owner(account)
		if err != nil {
			return a.refuse(facts, err)
		}
		return who, true, nil
	}
	who, stale, err := a.compare(account, id, key)
	if err != nil {
		return a.refuse(facts, err)
	}
	err = a.admit(a.ctx, who, facts, func(tx *store.Tx) error { return a.pass(tx, id, a.from.Address) })
	if err == nil && stale {
		err = a.rehash(a.ctx, account, key)
	}
	if err != nil {
		return a.from, true, err
	}
	a.proofs.remember(p, a.DB.Clock.Now())
	return who, true, nil
}

// compare returns the owner of an account whose password this is. A wrong one counts, and so does one of an account that
// does not exist or may not log in: the answers are the same.
func (a *attempt) compare(account Account, id string, key secret.Text) (who access.Caller, stale bool, err error) {
	if err := a.waits(a.ctx, id, a.from.Address); err != nil {
		return a.from, false, err
	}
	if err := a.letsIn(LocalProviderName); err != nil {
		return a.from, false, err
	}
	stale, err = a.verify(a.ctx, account, key)
	if err == nil {
		who, err = a.owner(account)
	}
	if errors.Is(err, access.NotKnown) {
		return a.from, false, errors.Join(err, a.count(a.ctx, id, a.from.Address))
	}
	return who, stale, err
}

// verify compares the password, and tells whether its hash is one that is not made any more. An account that does not
// exist takes as long.
func (s *Service) verify(ctx context.Context, account Account, key secret.Text) (stale bool, err error) {
	hash, err := account.Password.Reveal(s.Keys)
	if err != nil {
		return false, err
	}
	ok, stale, err := passwordsOf(s.DB.DB).Verify(ctx, hash.Reveal(), key)
	if err != nil {
		return false, err
	}
	if !ok || key.IsZero() {
		return false, access.NotKnown
	}
	return stale, nil
}

// rehash replaces the hash of a password that was just seen by one as they are made today. The server does it by itself;
// the password, and the sessions it opened, stay.
func (s *Service) rehash(ctx context.Context, account Account, key secret.Text) error {
	hash, err := passwordsOf(s.DB.DB).Hash(ctx, key)
	if err != nil {
		return err
	}
	account.Hash, account.rehashed = hash, true
	return Accounts.Replace(ctx, kind.Deps{DB: s.DB, Keys: s.Keys}, access.System("identity", s.DB.NewID()), account)
}

// owner is the caller a local account stands for.
func (a *attempt) owner(account Account) (access.Caller, error) {
	if err := a.letsIn(LocalProviderName); err != nil {
		return a.from, err
	}
	who := a.from
	who.ID, who.Type, who.Provider, who.Name, who.Email = account.Identifier, access.Local, LocalProviderName, account.Name, account.Email
	a.mustChange = account.MustChange
	return a.authorize(who)
}

// letsIn returns nil when an identity provider lets people in.
func (a *attempt) letsIn(name string) error {
	provider, err := Providers.Look(a.ctx, a.DB.DB, name)
	if err != nil {
		return access.NotKnown.Because(err)
	}
	if !provider.base().Enabled {
		return access.NotKnown.Detail("the identity provider %s is not enabled", name)
	}
	return nil
}

// proof is a verified credential: which account, in which state, with which key, from where.
type proof struct {
	identifier string
	revision   int64
	key        [sha256.Size]byte
	address    string
}

const (
	proofLife = 5 * time.Minute // how long a verified key need not be verified anew
	maxProofs = 10000
)

// proofs remembers verified credentials for a short while. A change of the account changes its revision.
type proofs struct {
	mu  sync.Mutex // guards all
	all map[proof]time.Time
}

// known reports whether the credential was verified a short while ago.
func (s *proofs) known(p proof, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.all[p]
	return ok && now.Sub(at) < proofLife
}

func (s *proofs) remember(p proof, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) >= maxProofs || s.all == nil {
		s.all = map[proof]time.Time{}
	}
	s.all[p] = now
}
