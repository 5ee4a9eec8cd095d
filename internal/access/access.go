// Package access is who calls and what they may do: the caller is an argument of every verb of the core.
package access

import (
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/fault"
)

// NotPermitted is the refusal of a known caller.
var NotPermitted = fault.Define("SEC-PERM-001", fault.Denied, "Insufficient permission")

// NotKnown is the refusal of a caller without valid credentials.
var NotKnown = fault.Define("SEC-AUTH-002", fault.Unauthenticated, "Invalid credentials or principal does not exist")

// Needs says what an operation asks of its caller before the core asks for a right.
type Needs int

const (
	// Public operations answer anyone.
	Public Needs = iota + 1
	// LoggedIn operations answer a caller with valid credentials; the core asks for the right.
	LoggedIn
)

// Kinds of caller, as events name them (actorType).
const (
	Anonymous = "anonymous"
	Local     = "local"
	X509      = "x509"
	OpenID    = "openid"
	PoP       = "pop"
	Service   = "service-account"
	Acme      = "acme-account"
	Machine   = "system"
)

// Caller is who asks, by which door, and what they hold. The zero Caller is anonymous and may do nothing.
type Caller struct {
	ID       string // identifier of the principal; of the account for protocols; "" when unknown
	Type     string // one of the kinds of caller
	Provider string // identity provider that knows the caller
	Name     string
	Email    string
	Address  string  // IP address of the client, when a door was used
	Door     string  // rest, acme, cli, task
	Verb     string  // HTTP method
	Path     string  // HTTP path, without what may be secret
	Call     string  // correlation id: the same in all events of one call
	Session  string  // the session it is, when a browser's was used
	Rights   *Rights `json:"-"`
	// Certificate is the id of the certificate whose key the caller has proved to hold (PoP).
	Certificate string `json:",omitempty"`
	// Claim stands for the secret that the caller presents for a request of nobody known; "" when none is.
	Claim string `json:"-"`
	// Receipt gathers the events the call causes; nil where nobody is told.
	Receipt *Receipt `json:"-"`
	all     bool
}

// System is the server itself, for what it does of its own accord. It may do everything.
func System(door, call string) Caller {
	return Caller{ID: "system", Type: Machine, Door: door, Call: call, all: true}
}

// IsSystem reports whether the server itself is the caller.
func (c Caller) IsSystem() bool { return c.all }

// Entrusted returns the caller with everything allowed, for a change that the core makes for them after a question of its
// own, such as whether they know the password they change. Events still name the caller.
func (c Caller) Entrusted() Caller {
	c.all = true
	return c
}

// Permission is one right, in segments from the general to the special: "lifecycle:acme:web:enroll".
type Permission string

// Of joins segments to a permission.
func Of(segments ...string) Permission { return Permission(strings.Join(segments, ":")) }

// Grant is a pattern of permissions. "*" stands for one segment, and at the end for all that follow.
type Grant string

// Covers reports whether the grant holds the permission.
func (g Grant) Covers(p Permission) bool {
	have, want := string(g), string(p)
	for {
		h, moreHave, hasMore := strings.Cut(have, ":")
		if h == "*" && !hasMore {
			return true
		}
		w, moreWant, wantsMore := strings.Cut(want, ":")
		if h != "*" && h != w {
			return false
		}
		if !hasMore || !wantsMore {
			return hasMore == wantsMore
		}
		have, want = moreHave, moreWant
	}
}

// Valid reports whether the grant has the form of one: segments of letters, digits and ".-_", or "*".
func (g Grant) Valid() bool {
	if g == "" || len(g) > 512 {
		return false
	}
	for s := range strings.SplitSeq(string(g), ":") {
		if s != "*" && !word(s) {
			return false
		}
	}
	family, _, _ := strings.Cut(string(g), ":")
	return family == "configuration" || family == "lifecycle" || family == "discovery"
}

func word(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return s != ""
}

// Can reports whether the caller holds the permission everywhere.
func (c Caller) Can(p Permission) bool { return c.all || c.Rights.can(p, nil) }

// CanOn reports whether the caller holds the permission on the object.
func (c Caller) CanOn(p Permission, on Object) bool { return c.all || c.Rights.can(p, &on) }

// CanSomewhere reports whether the caller holds the permission on any object at all, before it is known which.
func (c Caller) CanSomewhere(p Permission) bool {
	return c.all || c.Rights != nil && c.Rights.now.Load().root.somewhere(string(p), true)
}

// May returns nil when the caller holds the permission everywhere, and otherwise the refusal that names it.
func (c Caller) May(p Permission) error { return c.refusal(c.Can(p), p) }

// MayOn returns nil when the caller holds the permission on the object, and otherwise the refusal that names it.
func (c Caller) MayOn(p Permission, on Object) error { return c.refusal(c.CanOn(p, on), p) }

func (c Caller) refusal(can bool, p Permission) error {
	switch {
	case can:
		return nil
	case c.ID == "":
		return NotKnown
	}
	return NotPermitted.Detail("%s is needed", p)
}

// In reports whether the caller is a member of the team.
func (c Caller) In(team string) bool {
	return team != "" && slices.Contains(c.Rights.Now().Teams, team)
}

// Known returns nil when the caller has valid credentials.
func (c Caller) Known() error {
	if c.ID == "" {
		return NotKnown
	}
	return nil
}
