package acme

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
)

// States of an account (RFC 8555, 7.1.6).
const (
	valid       = "valid"
	deactivated = "deactivated" // by the client, or by an administrator
	revoked     = "revoked"     // by an administrator
)

// accountMoves are the moves an account can make. Nothing leads back.
var accountMoves = map[string][]string{
	valid:       {deactivated, revoked},
	deactivated: {revoked},
}

// account is an account as it is kept. Those in memory are shared, and never changed.
type account struct {
	ID, Profile string
	key         *key
	Status      string
	Contacts    []string
	Terms       time.Time
	EAB         string          // name of the external account key
	Binding     json.RawMessage // the external account binding as it was sent
	IP          string
	Created     time.Time
	Revision    int64
}

// caller is who the account is for the core.
func (a *account) caller(from access.Caller) access.Caller {
	from.Type, from.ID, from.Provider = access.Acme, a.ID, a.Profile
	if len(a.Contacts) > 0 {
		from.Email, _ = address(a.Contacts[0])
	}
	return from
}

// mayMove reports whether a table of moves has one.
func mayMove(moves map[string][]string, from, to string) bool {
	return slices.Contains(moves[from], to)
}

// accounts keeps accounts in memory, so that their keys need not be parsed for each request. Each use asks the database
// whether the revision is still the current one.
type accounts struct {
	mu  sync.RWMutex // guards all
	all map[string]*account
}

const maxAccounts = 20000

func (c *accounts) get(id string) *account {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.all[id]
}

func (c *accounts) put(a *account) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id := range c.all {
		if len(c.all) < maxAccounts {
			break
		}
		delete(c.all, id)
	}
	if c.all == nil {
		c.all = map[string]*account{}
	}
	c.all[a.ID] = a
}

func (c *accounts) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, id)
}
