package authority

import (
	"context"
	"fmt"

	"github.com/horizon-clm/horizon/internal/pki"
	"github.com/horizon-clm/horizon/internal/store"
)

// Revoked reports whether a certificate of one of the CAs is revoked or on hold at this moment. One of another CA is Foreign.
func (e *Engine) Revoked(ctx context.Context, c *pki.Certificate) (revoked bool, err error) {
	err = e.DB.Read(ctx, func(tx *store.Tx) error {
		a, err := e.owner(tx, c)
		if err != nil {
			return err
		}
		_, _, _, revoked, err = revokedAt(tx, a.id, serialOf(c.X509.SerialNumber))
		if err != nil {
			return fmt.Errorf("looking up a certificate of %s: %w", a.name, err)
		}
		return nil
	})
	return revoked, err
}
