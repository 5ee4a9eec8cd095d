package lifecycle

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// Whoever asks without an account, where a profile lets everyone, comes back to the request by a claim: a secret that the
// asker chose, or was given with the answer. A request is asked for once with a claim, so that it can be sent again when
// the answer was lost.

const (
	leastClaim = 32   // characters of a claim
	mostClaim  = 200  // characters of a claim
	claimBytes = 32   // of randomness, in one that is made here
	mostOpen   = 1000 // requests of nobody known that wait on one profile
	claimWish  = "claim/"
)

var (
	claimTaken = fault.Define("REQ-018", fault.Conflict, "The claim belongs to another request")
	tooManyAsk = fault.Define("REQ-019", fault.TooMany, "Too many requests wait that nobody known has asked for")
)

// Presenting returns the caller with the claim they present for a request. An empty claim is none.
func Presenting(who access.Caller, claim secret.Text) access.Caller {
	if !claim.IsZero() {
		sum := sha256.Sum256([]byte(claim.Reveal())) // of at least leastClaim characters: it needs no salt
		who.Claim = claimWish + hex.EncodeToString(sum[:])
	}
	return who
}

// claims reports whether the caller presents the claim of the request.
func claims(who access.Caller, q request) bool { return who.Claim != "" && who.Claim == q.Wish }

// askedBy reports whether the caller is who asked for the request.
func (q request) askedBy(who access.Caller) bool {
	return who.ID != "" && who.ID == q.Caller.ID || claims(who, q)
}

// getsKey reports whether a key that was made for the request is for whoever presents its claim: of an enrollment that
// names no owner.
func (q request) getsKey(who access.Caller) bool {
	return claims(who, q) && q.Workflow == enroll && q.Content.Owner == ""
}

// identified refuses who neither is known nor presents a claim.
func identified(who access.Caller) error {
	if who.Claim != "" {
		return nil
	}
	return who.Known()
}

// settleClaim checks the claim of a request, or makes one.
func (a *Ask) settleClaim() error {
	if a.Claim.IsZero() {
		raw := make([]byte, claimBytes)
		if _, err := rand.Read(raw); err != nil {
			return err
		}
		a.Claim = secret.NewText(base64.RawURLEncoding.EncodeToString(raw))
		return nil
	}
	text := a.Claim.Reveal()
	if n := len(text); n < leastClaim || n > mostClaim || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Invalid.Detail("the claim: %d to %d printable characters without a space", leastClaim, mostClaim)
	}
	return nil
}

// submitOpenly takes a request of nobody known. One that was taken with the same claim before is returned as it is now.
func (s *Service) submitOpenly(ctx context.Context, who access.Caller, a Ask) (r Request, err error) {
	if err := a.settleClaim(); err != nil {
		return Request{}, err
	}
	who = Presenting(who, a.Claim)
	id, err := s.admit(ctx, who, a)
	if err == nil && id == "" {
		r, err = s.submitKnown(ctx, who, a)
		if errors.Is(err, act.ErrAlready) { // the same was sent twice at once
			id, err = s.admit(ctx, who, a)
		}
	}
	if err == nil && id != "" {
		r, err = s.answer(ctx, who, id, false)
	}
	r.Claim = a.Claim
	return r, err
}

// admit returns the request that has the claim of the caller; "" where a new one may be taken. Who sends too many waits.
func (s *Service) admit(ctx context.Context, who access.Caller, a Ask) (id string, err error) {
	d := draft{request: request{Caller: who, Workflow: a.Workflow, Profile: clip(a.Profile), Module: a.Module}}
	may := false
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		before, err := byWish(tx, who.Claim)
		if err != nil {
			return err
		}
		if before != nil {
			id = before.ID
			return a.repeats(*before)
		}
		may = d.locate(tx, a) == nil // what is wrong is found again, and recorded
		if may {
			d.w, err = findWorkflow(a.Workflow, d.Module)
			may = err == nil && d.mayTry() == nil
		}
		return nil
	})
	if err != nil || !may {
		return id, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		n, err := openRequests(tx, d.Profile)
		switch {
		case err != nil:
			return err
		case n >= mostOpen:
			return tooManyAsk.Detail("%d on the profile %s", n, d.Profile).Wait(retryAfter)
		case s.Pace == nil:
			return nil
		}
		return s.Pace(tx, who.Address)
	})
	if err != nil && fault.Of(err).Kind() == fault.TooMany {
		facts := d.facts()
		err = act.Refuse(ctx, s.DB, who, event.RequestSubmit, &facts, err)
	}
	return "", err
}

// repeats refuses what is not the request that was sent with the claim before.
func (a *Ask) repeats(q request) error {
	if a.Workflow != q.Workflow || a.Profile != "" && a.Profile != q.Profile && a.Workflow == enroll {
		return claimTaken.Detail("of the workflow %s on the profile %s", q.Workflow, q.Profile)
	}
	if a.Workflow == enroll && len(a.Sheet.CSR) > 0 {
		if csr, err := pki.ParseCSR(a.Sheet.CSR); err != nil || !bytes.Equal(csr.DER, q.CSR) {
			return claimTaken.Detail("for another CSR")
		}
	}
	return nil
}

// openRequests counts the requests of nobody known that wait on a profile, as far as that matters.
func openRequests(tx *store.Tx, profile string) (n int, err error) {
	_, err = tx.Get(`SELECT count(*) FROM (SELECT 1 FROM request WHERE sheet IS NOT NULL AND state = 'pending' AND profile = $1 AND requester = '' LIMIT $2) waiting`,
		[]any{profile, mostOpen}, &n)
	return n, err
}
