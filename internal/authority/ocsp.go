package authority

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// Response is a signed OCSP response.
type Response struct {
	DER                    []byte
	ThisUpdate, NextUpdate time.Time
	Cacheable              bool // it is an answer to everyone: there was no nonce
}

const (
	// responseLife is how long a response may be used. Clients that fetch anew learn of a revocation at once.
	responseLife = 12 * time.Hour
	// reuse is how long a response is handed out again while the table says the same.
	reuse      = time.Minute
	maxAnswers = 4096
	maxKept    = 512 // bytes of a request whose response is remembered
)

// Answer answers an OCSP request (RFC 6960) from the table of revoked serials, by the responder of the CA's key. A serial
// number that the CA never issued is unknown; so is one of another issuer beside one of ours. A request about other issuers
// alone is Foreign, and one that cannot be read is a fault of pki.
func (e *Engine) Answer(ctx context.Context, request []byte) (Response, error) {
	q, err := pki.ParseOCSPRequest(request)
	if err != nil {
		return Response{}, err
	}
	g, states, now, err := e.states(ctx, q)
	if err != nil {
		return Response{}, err
	}
	if !now.Before(g.cert.NotAfter) {
		return Response{}, Foreign.Detail("%s has ended", g.of.name)
	}
	by, err := e.responder(ctx, g, now)
	if err != nil {
		return Response{}, fmt.Errorf("finding the responder of %s: %w", g.of.name, err)
	}
	key := ""
	if q.Nonce == nil && len(request) <= maxKept {
		key = string(request)
		if r, ok := e.answers.get(key, by, states, now); ok {
			return r, nil
		}
	}
	r, err := by.answer(q, states, now)
	if err != nil {
		return Response{}, fmt.Errorf("signing an OCSP response of %s: %w", g.of.name, err)
	}
	if key != "" {
		e.answers.keep(key, answered{Response: r, by: by, states: states})
	}
	return r, nil
}

// state is what the table says of one certificate.
type state struct {
	status pki.OCSPStatus
	at     time.Time
	reason pki.Reason
}

// states looks up every certificate of the request, and finds the key of the CA they are about.
func (e *Engine) states(ctx context.Context, q *pki.OCSPRequest) (g *generation, all []state, now time.Time, err error) {
	err = e.DB.Look(ctx, func(tx *store.Tx) error {
		now = tx.Now()
		d, err := e.at(tx)
		if err != nil {
			return err
		}
		for _, id := range q.IDs {
			if g = d.issuerOf(id); g != nil {
				break
			}
		}
		if g == nil {
			return Foreign
		}
		all = make([]state, len(q.IDs))
		for i, id := range q.IDs {
			all[i].status = pki.OCSPUnknown
			if !g.ocsp.Issued(id) {
				continue
			}
			if all[i], err = stateOf(tx, g.of.id, id.Serial); err != nil {
				return fmt.Errorf("looking up a certificate of %s: %w", g.of.name, err)
			}
		}
		return nil
	})
	return g, all, now, err
}

// issuerOf returns the newest generation with the key the id names.
func (d *directory) issuerOf(id pki.CertID) *generation {
	for _, c := range d.order {
		for _, g := range slices.Backward(c.all) {
			if g.ocsp.Issued(id) {
				return g
			}
		}
	}
	return nil
}

// answer signs the response.
func (r *responder) answer(q *pki.OCSPRequest, states []state, now time.Time) (Response, error) {
	now = now.Truncate(time.Second)
	next := now.Add(responseLife)
	if next.After(r.signer.Certificate.NotAfter) {
		next = r.signer.Certificate.NotAfter
	}
	all := make([]pki.OCSPAnswer, len(states))
	for i, s := range states {
		all[i] = pki.OCSPAnswer{ID: q.IDs[i], Status: s.status, RevokedAt: s.at, Reason: s.reason, ThisUpdate: now, NextUpdate: next}
	}
	der, err := r.signer.Sign(all, q.Nonce, now)
	return Response{DER: der, ThisUpdate: now, NextUpdate: next, Cacheable: q.Nonce == nil}, err
}

// answered is a response with what it was made of.
type answered struct {
	Response
	by     *responder
	states []state
}

// answers remembers responses by their request. One is used again only while the table says the same.
type answers struct {
	mu   sync.Mutex // guards kept
	kept map[string]answered
}

func (a *answers) get(key string, by *responder, states []state, now time.Time) (Response, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	one, ok := a.kept[key]
	ok = ok && one.by == by && slices.Equal(one.states, states) && now.Sub(one.ThisUpdate) < reuse && !now.Before(one.ThisUpdate)
	return one.Response, ok
}

func (a *answers) keep(key string, one answered) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.kept) >= maxAnswers || a.kept == nil {
		a.kept = map[string]answered{}
	}
	a.kept[key] = one
}
