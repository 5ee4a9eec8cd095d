// Package acme is the door of RFC 8555: machines prove control of names and get certificates for them.
//
// A directory stands at /acme/{profile}/directory for each profile of the module. Accounts, orders, authorizations and
// challenges are kept in tables of this package; certificates are issued and revoked by lifecycle. State machines are
// tables of moves in account.go, authorization.go and order.go; every move is closed in SQL, so that any node may serve
// any request. What a client waits for is done by goroutines the Door owns; what they leave undone, because the server
// was stopped or killed, is taken up by Resume.
package acme

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/kind"
	"github.com/horizon-clm/horizon/internal/lifecycle"
	"github.com/horizon-clm/horizon/internal/outbound"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/web"
)

// issuer is what of lifecycle this door uses.
type issuer interface {
	Keep(tx *store.Tx, who access.Caller, e lifecycle.Enrollment) (lifecycle.Enrollment, error)
	Enroll(ctx context.Context, who access.Caller, e lifecycle.Enrollment) (lifecycle.Issued, error)
	Revoke(ctx context.Context, who access.Caller, r lifecycle.Revocation) error
	Certificate(ctx context.Context, id string) (lifecycle.Issued, error)
}

// Options are what a Door is made of.
type Options struct {
	DB        *act.DB
	Host      *web.Host
	Lifecycle issuer              // *lifecycle.Service
	Keys      kind.Sealer         // seals external account keys
	NonceKey  []byte              // the same on all nodes and after a restart
	DNS       outbound.DNSOptions // name servers for validations; those of the system when it names none
	Hosts     []string            // further names this server went by: the URLs clients sign may still have them
	Limits    Limits
	// Hold is how long an answer waits for what is under way: an issuance up to it, a validation up to a tenth of it, and
	// the answer that begins a validation up to a fiftieth. 0 is 10 seconds.
	Hold time.Duration
}

// Door serves ACME.
type Door struct {
	Options
	limits   Limits
	worker   string // this process, as rows name it
	nonces   *nonces
	accounts accounts
	sites    sites
	runs     *runs
	turns    *turns
	opening  *buckets // new accounts, by address
	ordering *buckets // new orders, by account and by address
	fetching *buckets // plain GETs, by address
	recent   recent   // certificates issued a moment ago
	routes   map[string]route
}

const minNonceKey = 16

// New returns a Door. It starts nothing before it is asked to.
func New(o Options) (*Door, error) {
	if len(o.NonceKey) < minNonceKey {
		return nil, fmt.Errorf("the key of nonces has %d bytes; it needs %d at least", len(o.NonceKey), minNonceKey)
	}
	o.Hold = or(o.Hold, 10*time.Second)
	l := o.Limits.filled()
	var process [6]byte
	_, _ = rand.Read(process[:]) // never fails
	d := &Door{
		Options: o, limits: l, worker: o.DB.Node + "/" + hex.EncodeToString(process[:]), nonces: newNonces(o.NonceKey, o.DB.Clock.Now),
		runs: newRuns(l.Waiting), turns: newTurns(l.Validations, l.PerAccount),
		opening: newBuckets(l.Accounts), ordering: newBuckets(l.Orders), fetching: newBuckets(l.Fetches),
	}
	d.routes = d.table()
	return d, nil
}

// Prefix is the path everything of this door stands under.
const Prefix = "/acme/"

// Mount registers the door with a router.
func (d *Door) Mount(r chi.Router) { r.Handle(Prefix+"*", d) }

// Close ends what is under way and waits for it: validations are given up, and taken up again by Resume of the next
// process; an issuance has a while to end.
func (d *Door) Close() { d.runs.close(d.Hold) }

var _ http.Handler = (*Door)(nil)
