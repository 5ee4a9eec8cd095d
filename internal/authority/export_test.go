package authority

import (
	"context"
	"crypto"
)

// KeyOf opens the key of a CA, for tests that sign what the engine would not.
func (e *Engine) KeyOf(ctx context.Context, name string) (crypto.Signer, error) {
	d, err := e.directory(ctx)
	if err != nil {
		return nil, err
	}
	return e.signer(ctx, d.names[name].current())
}
