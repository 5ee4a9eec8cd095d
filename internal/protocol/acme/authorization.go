package acme

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"
)

// States of authorizations, challenges and orders (RFC 8555, 7.1.6), besides those of accounts.
const (
	pending    = "pending"
	processing = "processing"
	ready      = "ready"
	invalid    = "invalid"
	expired    = "expired"
)

// authorizationMoves are the moves an authorization can make.
var authorizationMoves = map[string][]string{
	pending: {valid, invalid, deactivated},
	valid:   {deactivated, expired, revoked},
}

// trialMoves are the moves a challenge can make. One that is tried again stays processing (RFC 8555, 8.2).
var trialMoves = map[string][]string{
	pending:    {processing},
	processing: {valid, invalid},
}

// Methods to prove control (RFC 8555, 8.3 and 8.4; RFC 8737). There is none without a token.
const (
	http01    = "http-01"
	dns01     = "dns-01"
	tlsALPN01 = "tls-alpn-01"
)

var methods = []string{http01, dns01, tlsALPN01}

// authorization is an account's authorization for one identifier, as it is kept, with its challenges: they share one
// token, and one of them at a time is tried.
type authorization struct {
	ID, Account, Profile string
	Identifier           identifier // without *.
	Wildcard             bool
	Status               string
	Token                string
	Offers               []string
	Method               string // the challenge that is or was tried, or ""
	Trial                string // its state; "" is pending
	Print                string // thumbprint of the key the client answered with
	Attempts             int
	Error                *problem
	Validated            time.Time
	Expires              time.Time
	Reuse                time.Time // until when further orders may use it
	Once                 bool      // no further order may
	Worker               string
	Turn                 time.Time // until when others leave the trial alone
	Order                string    // it was made for, or ""
	Created              time.Time

	owner int64 // revision of the account, 0 when that is closed
}

// newToken returns 256 random bits (RFC 8555, 8.3 wants 128 at least).
func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return encode64(b[:])
}

// state is the state at a time: one that has expired is never valid.
func (a authorization) state(now time.Time) string {
	switch {
	case now.Before(a.Expires):
		return a.Status
	case a.Status == valid:
		return expired
	case a.Status == pending:
		return invalid
	}
	return a.Status
}

// trial is the state of one of its challenges.
func (a authorization) trial(method string) string {
	if method != a.Method || a.Trial == "" {
		return pending
	}
	return a.Trial
}

// shown lists the challenges to show: all while it is pending, then the one that decided (RFC 8555, 7.1.4).
func (a authorization) shown() []string {
	if a.Status != pending && a.Method != "" {
		return []string{a.Method}
	}
	return a.Offers
}

// full is the identifier with the star of a wildcard, as orders and certificates have it.
func (a authorization) full() identifier {
	if a.Wildcard {
		return identifier{a.Identifier.Type, "*." + a.Identifier.Value}
	}
	return a.Identifier
}

// offersFor returns the methods that can prove an identifier: a wildcard needs the DNS, an address has no DNS
// (RFC 8555, 7.1.3; RFC 8738, 7).
func offersFor(id identifier, ways []string) []string {
	return slices.DeleteFunc(slices.Clone(ways), func(m string) bool {
		return id.wildcard() && m != dns01 || id.Type == typeIP && m == dns01
	})
}

// tryable reports why a challenge cannot be verified now; "" when it can.
func (a authorization) tryable(method string, now time.Time) string {
	switch state := a.state(now); {
	case !slices.Contains(a.Offers, method):
		return "it is not offered"
	case state != pending:
		return "the authorization is " + state
	case a.Method != "" && a.Method != method:
		return "the challenge " + a.Method + " is being verified"
	case !mayMove(trialMoves, a.trial(method), processing):
		return "it is " + a.trial(method)
	}
	return ""
}

// queryName is where dns-01 looks (RFC 8555, 8.4).
func queryName(domain string) string { return "_acme-challenge." + strings.TrimSuffix(domain, ".") }
