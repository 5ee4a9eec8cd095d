package authority

import (
	"context"
	"fmt"
	"time"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// Standing is what a CA publishes about a certificate it issued: the answer of its OCSP responder and its newest revocation
// list. Everybody can ask for both, so it needs no right.
type Standing struct {
	Issuer  string         // name of the CA
	Status  pki.OCSPStatus // unknown where the CA did not issue it here
	At      time.Time      // when it was revoked
	Reason  pki.Reason     // why
	OCSPURL string
	List    *List // without its DER; nil until the first one is made
	ListURL string
}

// Standing returns what the CA that issued the certificate publishes about it; a root and one of another CA are Foreign.
func (e *Engine) Standing(ctx context.Context, c *pki.Certificate) (s Standing, err error) {
	err = e.DB.Look(ctx, func(tx *store.Tx) error {
		d, err := e.at(tx)
		if err != nil {
			return err
		}
		g := d.byKey(c)
		if g == nil || c.SelfSigned {
			return Foreign
		}
		now, err := stateOf(tx, g.of.id, serialOf(c.X509.SerialNumber))
		if err != nil {
			return fmt.Errorf("looking up a certificate of %s: %w", g.of.name, err)
		}
		list, err := listOf(tx, listKey{g.of.id, g.key})
		if err != nil {
			return fmt.Errorf("reading the revocation list of %s: %w", g.of.name, err)
		}
		if list != nil {
			list.DER = nil
		}
		s = Standing{
			Issuer: g.of.name, Status: now.status, At: now.at, Reason: now.reason, OCSPURL: e.OCSPURL(g.of.name),
			List: list, ListURL: e.ListURL(g.of.name, g.number),
		}
		return nil
	})
	return s, err
}

// Further returns the certificates that lead on from the CAs without being one of them: new keys signed by the key before,
// and what imported certificates came with.
func (e *Engine) Further(ctx context.Context) (all []*pki.Certificate, err error) {
	d, err := e.directory(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range d.order {
		for _, g := range c.all {
			all = append(all, g.above...)
			if g.cross != nil {
				all = append(all, g.cross)
			}
		}
	}
	return all, nil
}
