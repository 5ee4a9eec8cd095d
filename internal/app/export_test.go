package app

import (
	"context"

	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
)

// Ring is what seals the secrets of the server.
func (a *App) Ring() *secret.Keyring { return a.ring }

// Tend is the periodic look at the keys.
func (a *App) Tend(ctx context.Context) error { return a.tendKeys(ctx) }

// Sealed is one sealed value.
type Sealed struct {
	Purpose, Object string
	Value           []byte
}

// EverySealed returns all sealed values.
func (a *App) EverySealed(ctx context.Context) (all []Sealed, err error) {
	var batch []Sealed
	err = a.visit(func(fn func(*store.Tx) error) error { return a.DB.Read(ctx, fn) },
		func() { batch = nil }, func() { all = append(all, batch...) },
		func(purpose, object string, sealed []byte) ([]byte, error) {
			batch = append(batch, Sealed{purpose, object, sealed})
			return sealed, nil
		})
	return all, err
}

// Misplace puts the sealed value from in the place of the sealed value to.
func (a *App) Misplace(ctx context.Context, from, to Sealed) error {
	return a.visit(func(fn func(*store.Tx) error) error { return a.DB.Write(ctx, fn) }, func() {}, func() {},
		func(purpose, object string, sealed []byte) ([]byte, error) {
			if purpose == to.Purpose && object == to.Object {
				return from.Value, nil
			}
			return sealed, nil
		})
}
