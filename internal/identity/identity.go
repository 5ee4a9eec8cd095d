// Package identity finds out who calls: it turns credentials into a caller with the rights of its principal.
package identity

import (
	"context"
	"net/http"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/authority"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/store"
)

// Service finds out who calls.
type Service struct {
	DB       *act.DB
	Keys     kind.Sealer
	Sessions Sessions
	Resets   Resets

	Header    string                                                       // in which trusted proxies pass on client certificates; "" is none
	FromProxy func(*http.Request) bool                                     // whether a trusted proxy has sent the request
	Authority *authority.Engine                                            // knows what the built-in CAs have revoked
	Listed    func(ctx context.Context, thumbprint string) (Listed, error) // what the inventory knows of a certificate
	Link      func(path string) string                                     // the public address of a path
	Sections  func(context.Context, access.Caller) ([]Section, error)      // where a caller has rights

	proofs   proofs
	holdings holdings
	keySets  keySets
	tokens   tokens
	issuers  issuers
}

// attempt is one request with credentials of one method.
type attempt struct {
	*Service
	ctx    context.Context
	r      *http.Request
	answer http.Header
	from   access.Caller // before any credentials

	entering   bool // a session is to be opened: what was verified a while ago does not count
	mustChange bool // the password is to be changed before anything else
}

// method is one way to show credentials. found tells whether the request shows any of its kind; those of the first method
// that finds some count.
type method func(*attempt) (who access.Caller, found bool, err error)

// methods are the ways to show credentials, in the order they are looked for.
var methods = []method{(*attempt).apiKey, (*attempt).service, (*attempt).possession, (*attempt).session, (*attempt).basic, (*attempt).certificate}

// Identify turns the credentials of a request into a caller. A request without any is returned as it came.
func (s *Service) Identify(answer http.Header, r *http.Request, from access.Caller) (access.Caller, error) {
	a := &attempt{Service: s, ctx: r.Context(), r: r, answer: answer, from: from}
	for _, try := range methods {
		who, found, err := try(a)
		if err != nil {
			return who, err
		}
		if found {
			return who, a.due()
		}
	}
	return from, nil
}

// authorize completes an identity that was proved with the rights of its principal.
func (a *attempt) authorize(who access.Caller) (access.Caller, error) {
	rights, err := a.rights(a.ctx, who)
	if err != nil {
		return a.from, err
	}
	who.Rights = rights
	return who, nil
}

// admit records that credentials were accepted, and when the principal was last here. also is part of the same step; it
// may be nil.
func (s *Service) admit(ctx context.Context, who access.Caller, facts event.Authentication, also func(*store.Tx) error) error {
	return act.Do(ctx, s.DB, who, event.Login, &facts, func(tx *store.Tx) error {
		if also != nil {
			if err := also(tx); err != nil {
				return err
			}
		}
		return putLogin(tx, who)
	})
}

// refuse records that credentials were refused.
func (a *attempt) refuse(facts event.Authentication, why error) (access.Caller, bool, error) {
	return a.from, true, act.Refuse(a.ctx, a.DB, a.from, event.Login, &facts, why)
}

// clip keeps what was sent short enough to be recorded.
func clip(s string) string {
	if len(s) > 256 {
		return s[:256] + "…"
	}
	return s
}
