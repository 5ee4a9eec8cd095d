package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/secret"
	"github.com/horizon-clm/horizon/internal/store"
	"github.com/horizon-clm/horizon/internal/task"
)

// sealedValues is implemented by who stores values sealed with the keyring, so that they can be counted, and sealed anew
// when the keys are rotated. Sealed calls each for the sealed values of the rows after a place, about so many rows, and
// stores what it returns in their stead, unless that is the same or the row was changed meanwhile. It returns the place it
// came to, or "" at the end.
type sealedValues interface {
	Sealed(tx *store.Tx, after string, limit int, each func(purpose, object string, sealed []byte) ([]byte, error)) (next string, err error)
}

// sealed is the list of who stores sealed values.
func (a *App) sealed() []sealedValues {
	return []sealedValues{oneValue{}, kinds, a.authority, a.acme, a.Lifecycle, a.Mail}
}

// resealBatch is how many rows one transaction looks at.
const resealBatch = 100

// visit calls each for every sealed value, in short transactions of the kind that run is. What each gathers belongs to
// the batch: begin is called before one, also when it is run again, and done after it.
func (a *App) visit(run func(func(*store.Tx) error) error, begin, done func(), each func(purpose, object string, sealed []byte) ([]byte, error)) error {
	for _, owner := range a.sealed() {
		place := ""
		for {
			var next string
			err := run(func(tx *store.Tx) (err error) {
				begin()
				next, err = owner.Sealed(tx, place, resealBatch, each)
				return err
			})
			if err != nil {
				return err
			}
			done()
			if place = next; place == "" {
				break
			}
		}
	}
	return nil
}

// SealedCount is how many values of a purpose each key has sealed.
type SealedCount struct {
	Purpose string
	Keys    map[uint32]int
}

// CountSealed counts the stored values by purpose and by the key that sealed them.
func (a *App) CountSealed(ctx context.Context) ([]SealedCount, error) {
	type one struct {
		purpose string
		key     uint32
	}
	all := map[string]map[uint32]int{}
	var batch []one
	read := func(fn func(*store.Tx) error) error { return a.DB.Read(ctx, fn) }
	err := a.visit(read, func() { batch = nil }, func() {
		for _, o := range batch {
			if all[o.purpose] == nil {
				all[o.purpose] = map[uint32]int{}
			}
			all[o.purpose][o.key]++
		}
	}, func(purpose, _ string, sealed []byte) ([]byte, error) {
		if key, ok := secret.KeyOf(sealed); ok {
			batch = append(batch, one{purpose, key})
		}
		return sealed, nil
	})
	var list []SealedCount
	for purpose, keys := range all {
		list = append(list, SealedCount{purpose, keys})
	}
	slices.SortFunc(list, func(x, y SealedCount) int { return cmp.Compare(x.Purpose, y.Purpose) })
	return list, err
}

// Reseal seals anew with the key that seals now what older keys have sealed, and tells how far it is after each batch. It
// can be interrupted and run again: what was done is not done twice.
func (a *App) Reseal(ctx context.Context, tell func(done int)) (done int, err error) {
	if _, err := a.agree(ctx); err != nil {
		return 0, err
	}
	active, total, batch := a.ring.Active(), 0, 0
	bad, batchBad := map[string]error{}, map[string]error{}
	write := func(fn func(*store.Tx) error) error { return a.DB.Write(ctx, fn) }
	err = a.visit(write, func() { batch, batchBad = 0, map[string]error{} }, func() {
		maps.Copy(bad, batchBad)
		if total += batch; batch > 0 && tell != nil {
			tell(total)
		}
	}, func(purpose, object string, sealed []byte) ([]byte, error) {
		if key, ok := secret.KeyOf(sealed); !ok || key == active {
			return sealed, nil
		}
		fresh, err := a.resealed(purpose, object, sealed)
		if err != nil {
			batchBad[purpose+" of "+object] = err
			return sealed, nil
		}
		batch++
		return fresh, nil
	})
	for _, at := range slices.Sorted(maps.Keys(bad)) {
		err = errors.Join(err, fmt.Errorf("sealing %s anew: %w", at, bad[at]))
	}
	return total, err
}

func (a *App) resealed(purpose, object string, sealed []byte) ([]byte, error) {
	plain, err := a.ring.Open(purpose, object, sealed)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return a.ring.Seal(purpose, object, plain)
}

// reseal is the job that follows the rotation to a key.
type reseal struct {
	Key uint32 `json:"key"`
}

// Task names the job.
func (reseal) Task() string { return "reseal-secrets" }

const resealTimeout = 6 * time.Hour

// secretJobs is the background work on sealed values.
func (a *App) secretJobs() []task.Definition {
	return []task.Definition{task.Define(1, resealTimeout, func(ctx context.Context, job reseal) error {
		done, err := a.Reseal(ctx, func(n int) { a.slog.InfoContext(ctx, "sealing secrets anew", "key", job.Key, "values", n) })
		a.slog.InfoContext(ctx, "stored secrets are sealed with the new key", "key", job.Key, "values", done, "complete", err == nil)
		return err
	})}
}
