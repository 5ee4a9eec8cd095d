package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/lang/rule"
)

var badToken = fault.Define("SEC-AUTH-005", fault.Unauthenticated, "Token is not accepted")

const forcedFetch = time.Hour // how often an unknown key makes the keys of a service account be fetched again

// service reads the headers X-API-SVA and X-API-TOKEN: the name of a service account, and a token of its issuer. Each call
// stands for itself; there is never a session.
func (a *attempt) service() (access.Caller, bool, error) {
	name, token := a.r.Header.Get("X-API-SVA"), a.r.Header.Get("X-API-TOKEN")
	if name == "" && token == "" {
		return a.from, false, nil
	}
	facts := event.Authentication{Method: "service-account", Identifier: clip(name), Provider: clip(name)}
	account, revision, err := ServiceAccounts.Current(a.ctx, a.DB.DB, name)
	if errors.Is(err, ServiceAccounts.Missing()) {
		return a.refuse(facts, access.NotKnown)
	}
	if err != nil {
		return a.from, true, err
	}
	sum := sha256.Sum256([]byte(token))
	key := validToken{name, revision, sum}
	now := a.DB.Clock.Now()
	id, known := a.tokens.find(key, now)
	if !known {
		var expires time.Time
		if id, expires, err = a.accept(a.ctx, account, revision, token); err != nil {
			return a.refuse(facts, err)
		}
		a.tokens.keep(key, id, expires, now)
	}
	who := a.from
	who.ID, who.Type, who.Provider, who.Name = id, access.Service, account.Name, account.Name
	facts.Identifier = clip(id)
	if who, err = a.authorize(who); err != nil {
		return a.refuse(facts, err)
	}
	p := proof{id, revision, sum, a.from.Address}
	if !a.proofs.known(p, now) {
		if err := act.Note(a.ctx, a.DB, who, event.Login, event.Success, &facts, nil); err != nil {
			return a.from, true, err
		}
		a.proofs.remember(p, now)
	}
	return who, true, nil
}

// accept checks a token against everything the account asks for, and returns the identifier of who shows it and when the
// token expires.
func (s *Service) accept(ctx context.Context, account ServiceAccount, revision int64, token string) (id string, expires time.Time, err error) {
	now := s.DB.Clock.Now()
	from := source{
		name: fmt.Sprintf("service account %s of revision %d", account.Name, revision), forced: forcedFetch,
		fetch: func(ctx context.Context) (jose.JSONWebKeySet, error) { return account.Trust.fetch(ctx, s) },
	}
	payload, err := verified(token, asymmetric, func(kid string) ([]jose.JSONWebKey, error) { return s.keySets.of(ctx, now, from, kid) })
	if err != nil {
		return "", expires, badToken.Detail("%s", plain(err)).Because(err)
	}
	w := window{skew: account.Skew.Std(), future: account.Future.Std(), past: account.Past.Std()}
	expires, problem := w.check(payload, now)
	if problem != "" {
		return "", expires, badToken.Detail("%s", problem)
	}
	claims, err := flattened(payload)
	if err != nil {
		return "", expires, badToken.Detail("%s", err)
	}
	for i, r := range account.Rules {
		if ok, err := r.Holds(claims, rule.Env{Now: now}); err != nil || !ok {
			return "", expires, badToken.Detail("rule %d of the account does not hold", i+1).Because(err)
		}
	}
	sum := sha256.Sum256([]byte(token))
	id = account.Name + "-" + hex.EncodeToString(sum[:8])
	if account.Identifier.IsZero() {
		return id, expires, nil
	}
	more, err := evaluated(account.Identifier, claims, rule.Env{Now: now}, maxIdentifier)
	if err != nil {
		return "", expires, badToken.Detail("identifierMapping gives no identifier").Because(err)
	}
	return id + "-" + more, expires, nil
}

// plain is what the sender is told of a token that was not verified: nothing of how the keys are fetched.
func plain(err error) string {
	for _, known := range []error{errToken, errUnknown, errForged} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "the keys of the issuer are not to be had"
}

// validToken is a token that was accepted by an account in one state.
type validToken struct {
	account  string
	revision int64
	token    [sha256.Size]byte
}

// tokens remembers what was accepted, until it expires or is not shown for a while.
type tokens struct {
	mu  sync.Mutex // guards all
	all map[validToken]acceptedToken
}

type acceptedToken struct {
	id            string
	expires, seen time.Time
}

func (t *tokens) find(key validToken, now time.Time) (id string, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one, ok := t.all[key]
	if !ok || !now.Before(one.expires) || now.Sub(one.seen) >= proofLife {
		delete(t.all, key)
		return "", false
	}
	one.seen = now
	t.all[key] = one
	return one.id, true
}

func (t *tokens) keep(key validToken, id string, expires, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil || len(t.all) >= maxProofs {
		t.all = map[validToken]acceptedToken{}
	}
	t.all[key] = acceptedToken{id, expires, now}
}
