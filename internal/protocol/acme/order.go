package acme

import (
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/lifecycle"
)

// orderMoves are the moves an order can make (RFC 8555, 7.1.6). One whose request was refused before the PKI was asked
// is ready again (7.4); one whose PKI is busy stays processing.
var orderMoves = map[string][]string{
	pending:    {ready, invalid},
	ready:      {processing, invalid},
	processing: {valid, invalid, ready},
}

// order is a wish for one certificate, as it is kept.
type order struct {
	ID, Account, Profile string
	Status               string
	Identifiers          []identifier
	Authorizations       []string
	Waiting              int // authorizations that are not valid yet
	Expires              time.Time
	Worker               string
	Turn                 time.Time // until when others leave the issuance alone
	Error                *problem
	Wishes               lifecycle.Wishes
	Replaces             string // RFC 9773 identifier
	Chosen               string // the profile the client named
	IP                   string
	Created              time.Time
	CSR                  []byte
	CertificateID        string
	CertID               string // RFC 9773 identifier of the certificate
	NotBefore, NotAfter  time.Time

	owner int64 // revision of the account, 0 when that is closed
}

// state is the state at a time: one that waits for its client ends when it expires.
func (o order) state(now time.Time) string {
	if (o.Status == pending || o.Status == ready) && !now.Before(o.Expires) {
		return invalid
	}
	return o.Status
}

// finalizable returns why an order cannot be finalized now; nil when it can, or has been.
func (o order) finalizable(now time.Time) error {
	switch state := o.state(now); {
	case mayMove(orderMoves, state, processing), state == processing, state == valid:
		return nil
	case state == pending:
		return orderNotReady.Detail("%d of its authorizations are not valid yet", o.Waiting)
	}
	if o.Status != invalid {
		return orderNotReady.Detail("it has expired at %s", o.Expires.Format(time.RFC3339))
	}
	if o.Error != nil {
		return orderNotReady.Detail("it is invalid: %s", o.Error.Detail)
	}
	return orderNotReady.Detail("it is invalid")
}

// plan is one authorization an order needs.
type plan struct {
	identifier identifier // as the order names it
	offers     []string
	// beside is set for a short name: nobody can be asked about it, so it stands and falls with the name beside it in the
	// same order that begins with it.
	beside bool
}

// planOrder decides which identifiers are issued at all and what proves each.
func planOrder(p Profile, ids []identifier) ([]plan, error) {
	var wrong each
	plans := make([]plan, 0, len(ids))
	names := 0
	for _, id := range ids {
		one := plan{identifier: id, offers: offersFor(id, p.ways()), beside: id.short()}
		if id.Type == typeDNS {
			names++
		}
		switch {
		case id.Type == typeIP && !yes(p.AllowIPAddresses):
			wrong.add(id, rejectedIdentifier.Detail("the profile issues for no addresses"))
		case id.wildcard() && !yes(p.AllowWildcards):
			wrong.add(id, rejectedIdentifier.Detail("the profile issues for no wildcards"))
		case one.beside && !p.AuthorizeShortName:
			wrong.add(id, rejectedIdentifier.Detail("the profile issues for no host names without a domain"))
		case one.beside && !accompanied(id, ids):
			wrong.add(id, rejectedIdentifier.Detail("a host name without a domain stands beside a name that begins with it"))
		case len(one.offers) == 0:
			wrong.add(id, rejectedIdentifier.Detail("none of the profile's methods can prove it"))
		default:
			plans = append(plans, one)
		}
	}
	if p.MaxDNSName > 0 && names > p.MaxDNSName {
		return nil, malformed.Detail("the profile issues for at most %d names at once, not %d", p.MaxDNSName, names)
	}
	return plans, wrong.err()
}

// accompanied reports whether a full name of the order begins with the short one.
func accompanied(short identifier, ids []identifier) bool {
	return slices.ContainsFunc(ids, func(id identifier) bool {
		return id.Type == typeDNS && !id.short() && !id.wildcard() && id.host() == short.Value
	})
}
