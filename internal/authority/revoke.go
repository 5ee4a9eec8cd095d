package authority

import (
	"context"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

// Revoke revokes a certificate of one of the CAs, also one that a CA issued before it was imported. The time is cut to the
// present. What is revoked already stays so and is no error; two things still change: hold becomes final, and a compromised
// key replaces any other reason, both from the first date.
//
// OCSP knows at once; the revocation list is made anew by a job of the same transaction.
func (e *Engine) Revoke(ctx context.Context, certificate []byte, reason pki.Reason, at time.Time) error {
	if reason == "" {
		reason = pki.Unspecified
	}
	if known, ok := pki.ReasonOf(reason.Code()); !ok || known != reason || reason == pki.RemoveFromCRL { // RFC 5280, 5.3.1
		return BadReason.Detail("%s", reason)
	}
	c, err := pki.ParseCertificate(certificate)
	if err != nil {
		return err
	}
	return e.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := e.owner(tx, c)
		if err != nil {
			return err
		}
		when := at
		if when.IsZero() || when.After(tx.Now()) {
			when = tx.Now()
		}
		changed, err := insertRevoked(tx, revokedRow{
			authority: a.id, serial: serialOf(c.X509.SerialNumber), at: when.Truncate(time.Second), reason: reason.Code(), notAfter: c.NotAfter,
		})
		if err != nil || !changed {
			return err
		}
		return changedList(tx, a.id)
	})
}

// Unrevoke takes a certificate off hold: it is gone from the next full list (RFC 5280, 5.3.1: removeFromCRL is for delta
// lists, which are not made). What is not revoked is no error; what is revoked for good is.
func (e *Engine) Unrevoke(ctx context.Context, certificate []byte) error {
	c, err := pki.ParseCertificate(certificate)
	if err != nil {
		return err
	}
	return e.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := e.owner(tx, c)
		if err != nil {
			return err
		}
		removed, err := deleteHeld(tx, a.id, serialOf(c.X509.SerialNumber))
		if err != nil {
			return err
		}
		if removed {
			return changedList(tx, a.id)
		}
		_, _, code, found, err := revokedAt(tx, a.id, serialOf(c.X509.SerialNumber))
		if err != nil || !found {
			return err
		}
		reason, _ := pki.ReasonOf(code)
		return NotHeld.Detail("%s", reason)
	})
}

// owner returns the CA that issued the certificate.
func (e *Engine) owner(tx *store.Tx, c *pki.Certificate) (*ca, error) {
	d, err := e.at(tx)
	if err != nil {
		return nil, err
	}
	id, found, err := bySerial(tx, serialOf(c.X509.SerialNumber), c.X509.Raw)
	if err != nil {
		return nil, fmt.Errorf("looking for the certificate: %w", err)
	}
	if found && d.ids[id] != nil {
		return d.ids[id], nil
	}
	if g := d.byKey(c); g != nil && !c.SelfSigned {
		return g.of, nil
	}
	return nil, Foreign
}

// changedList tells that a list is out of date, and lets a job make it anew.
func changedList(tx *store.Tx, id string) error {
	if err := countRevocation(tx, id); err != nil {
		return err
	}
	return task.Insert(tx, listJob{Authority: id}, task.Unique())
}
