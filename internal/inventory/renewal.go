package inventory

import (
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/lang/query"
)

// A certificate is due for renewal when its profile says so or, where that says nothing, in the last third of its life, but
// never earlier than 30 days before its end.
const (
	part     = 3
	earliest = 30 * 24 * time.Hour
)

// dueSQL is what RenewalDue returns, in SQL. The index certificate_renewal has the same text.
var dueSQL = fmt.Sprintf("COALESCE(c.due, CASE WHEN c.not_after - c.not_before > %d THEN c.not_after - %d ELSE c.not_after - (c.not_after - c.not_before) / %d END)",
	(part * earliest).Microseconds(), earliest.Microseconds(), part)

// RenewalDue returns when the certificate is due for renewal.
func (c Certificate) RenewalDue() time.Time {
	if !c.Due.IsZero() {
		return c.Due
	}
	life := c.NotAfter.Sub(c.NotBefore)
	if life > part*earliest {
		return c.NotAfter.Add(-earliest)
	}
	return c.NotAfter.Add(-(life / part).Truncate(time.Microsecond))
}

// Ways a certificate is renewed.
const (
	RenewedByServer = "auto"
	RenewedByHand   = "manual" // or by the client that asked for it
	NotRenewed      = "none"   // no profile manages it
)

const modeSQL = "CASE WHEN c.profile = '' THEN '" + NotRenewed + "' WHEN c.auto_renew THEN '" + RenewedByServer + "' ELSE '" + RenewedByHand + "' END"

// RenewalMode returns how the certificate is renewed.
func (c Certificate) RenewalMode() string {
	switch {
	case c.Profile == "":
		return NotRenewed
	case c.AutoRenew:
		return RenewedByServer
	}
	return RenewedByHand
}

// States of a certificate. The first that is true of it is its own.
const (
	Revoked    = "revoked"
	Expired    = "expired"
	Superseded = "superseded" // valid, and renewed already
	Due        = "due"        // valid, and due for renewal
	Fresh      = "valid"      // the rest
)

// State returns the state of the certificate.
func (c Certificate) State(now time.Time) string {
	switch {
	case c.Revoked:
		return Revoked
	case !c.NotAfter.After(now):
		return Expired
	case c.Successor != "":
		return Superseded
	case !c.RenewalDue().After(now):
		return Due
	}
	return Fresh
}

var stateSQL = "CASE WHEN c.revoked THEN '" + Revoked + "' WHEN c.not_after <= {now} THEN '" + Expired + "' WHEN c.successor IS NOT NULL THEN '" + Superseded +
	"' WHEN " + dueSQL + " <= {now} THEN '" + Due + "' ELSE '" + Fresh + "' END"

// renewalFields are the fields of the query language about renewal.
func (t *table) renewalFields() []query.Field {
	const valid = "c.revoked = FALSE AND +c.not_after > {now} AND c.successor IS NULL AND "
	return []query.Field{
		{Name: "renewal.due", Type: query.Date, Doc: "When it is due for renewal: as its profile says, or in the last third of its life, at most 30 days before its end.", Column: dueSQL, Fast: query.Equals | query.Before | query.After},
		{Name: "renewal.mode", Type: query.Enum, Doc: "Who renews it: the server, its owner or a client, or nobody.", Column: modeSQL, Values: []string{RenewedByServer, RenewedByHand, NotRenewed}},
		{Name: "successor", Type: query.ID, Doc: "The identifier of the certificate that renewed it.", Column: "c.successor", Fast: query.Equals | query.In},
		{Name: "state", Type: query.State, Doc: "The one state it is in.", States: []query.Word{
			{Name: Revoked, Doc: "Revoked.", SQL: "c.revoked = TRUE", Fast: true},
			{Name: Expired, Doc: "Not revoked, and beyond its end.", SQL: "c.revoked = FALSE AND " + t.ranged("c.not_after") + " <= {now}", Fast: true},
			{Name: Superseded, Doc: "Valid, and renewed already.", SQL: "c.revoked = FALSE AND +c.not_after > {now} AND c.successor IS NOT NULL"},
			{Name: Due, Doc: "Valid, not renewed, and due for renewal.", SQL: valid + t.ranged(dueSQL) + " <= {now}", Fast: true},
			{Name: Fresh, Doc: "Valid, not renewed, and not yet due.", SQL: valid + "+" + dueSQL + " > {now}"},
		}},
	}
}
