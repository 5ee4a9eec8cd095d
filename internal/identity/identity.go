// Package identity finds out who calls: it turns credentials into a caller with the rights of its principal.
package identity

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/secret"
)

// Service finds out who calls.
type Service struct {
	DB   *act.DB
	Keys kind.Sealer

	mu       sync.Mutex // guards verified
	verified map[proof]time.Time
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

// Identify turns the credentials of a request into a caller. A request without any is returned as it came.
func (s *Service) Identify(r *http.Request, from access.Caller) (access.Caller, error) {
	id, key := r.Header.Get("X-API-ID"), r.Header.Get("X-API-KEY")
	if id == "" && key == "" {
		return from, nil
	}
	return s.apiKey(r.Context(), from, id, secret.NewText(key))
}

// apiKey checks the identifier and password of a local account.
func (s *Service) apiKey(ctx context.Context, from access.Caller, id string, key secret.Text) (access.Caller, error) {
	facts := event.Authentication{Method: "api-key", Identifier: clip(id), Provider: LocalProviderName}
	account, revision, err := Accounts.Current(ctx, s.DB.DB, id)
	if err != nil && !errors.Is(err, Accounts.Missing()) {
		return from, err
	}
	p := proof{id, revision, sha256.Sum256([]byte(key.Reveal())), from.Address}
	fresh := err == nil && s.known(p)
	if !fresh {
		if err := s.verify(ctx, account, key); err != nil {
			return from, act.Refuse(ctx, s.DB, from, event.Login, &facts, err)
		}
	}
	who, err := s.caller(ctx, from, id, account)
	if err != nil {
		return from, act.Refuse(ctx, s.DB, from, event.Login, &facts, err)
	}
	if !fresh {
		if err := act.Note(ctx, s.DB, who, event.Login, event.Success, &facts, nil); err != nil {
			return from, err
		}
		s.remember(p)
	}
	return who, nil
}

// verify compares the password. An account that does not exist takes as long.
func (s *Service) verify(ctx context.Context, account Account, key secret.Text) error {
	hash, err := account.Password.Reveal(s.Keys)
	if err != nil {
		return err
	}
	ok, _, err := passwordsOf(s.DB.DB).Verify(ctx, hash.Reveal(), key)
	if err != nil {
		return err
	}
	if !ok {
		return access.NotKnown
	}
	return nil
}

// caller gives the account the rights of its principal.
func (s *Service) caller(ctx context.Context, from access.Caller, id string, account Account) (access.Caller, error) {
	provider, err := Providers.Look(ctx, s.DB.DB, LocalProviderName)
	if err != nil {
		return from, access.NotKnown.Because(err)
	}
	if local, ok := provider.(LocalProvider); !ok || !local.Enabled {
		return from, access.NotKnown.Detail("the identity provider %s is not enabled", LocalProviderName)
	}
	principal, err := Principals.Look(ctx, s.DB.DB, id)
	if errors.Is(err, Principals.Missing()) || err == nil && !principal.enabled() {
		return from, access.NotKnown
	}
	if err != nil {
		return from, err
	}
	from.ID, from.Type, from.Provider = id, access.Local, LocalProviderName
	from.Name, from.Email, from.Grants = account.Name, account.Email, principal.grants()
	return from, nil
}

// known reports whether the credential was verified a short while ago.
func (s *Service) known(p proof) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.verified[p]
	return ok && s.DB.Clock.Now().Sub(at) < proofLife
}

func (s *Service) remember(p proof) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.verified) >= maxProofs || s.verified == nil {
		s.verified = map[proof]time.Time{}
	}
	s.verified[p] = s.DB.Clock.Now()
}

// clip keeps what was sent short enough to be recorded.
func clip(s string) string {
	if len(s) > 256 {
		return s[:256] + "…"
	}
	return s
}
