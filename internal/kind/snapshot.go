package kind

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

// Set is every kind of one program.
type Set struct {
	all map[string]*Definition
}

// NewSet returns the set of the kinds.
func NewSet(all ...*Definition) *Set {
	s := &Set{all: map[string]*Definition{}}
	for _, d := range all {
		if s.all[d.Kind] != nil {
			panic("kind: " + d.Kind + " is defined twice")
		}
		s.all[d.Kind] = d
	}
	return s
}

// All returns the kinds in the order of their names.
func (s *Set) All() []*Definition {
	return slices.SortedFunc(maps.Values(s.all), func(a, b *Definition) int {
		if a.Kind < b.Kind {
			return -1
		}
		return 1
	})
}

// Attach makes the kinds readable in the database. It is called once, before anything is read.
func (s *Set) Attach(db *store.DB) {
	db.Cache(cacheKey{}, func() any { return &cache{set: s, last: &snapshot{}} })
}

type cacheKey struct{}

// item is one decoded object. What is in it is shared and never changed.
type item struct {
	key, id  string
	revision int64
	value    any
	secrets  map[string][]byte
}

// snapshot is the whole configuration at one revision. It is never changed.
type snapshot struct {
	revision int64
	kinds    map[string]map[string]*item
}

// cache keeps the newest committed snapshot of a node.
type cache struct {
	set *Set

	mu      sync.Mutex // guards all below
	last    *snapshot
	checked time.Time
	stale   bool
}

// maxAge is how old a read of the configuration may be.
const maxAge = time.Second

func cacheOf(db *store.DB) *cache {
	return db.Cache(cacheKey{}, func() any { panic("kind: the database has no kinds attached") }).(*cache)
}

type snapshotKey struct{}

// at returns the configuration as the transaction sees it.
func at(tx *store.Tx) (*snapshot, error) {
	if s, ok := tx.Value(snapshotKey{}).(*snapshot); ok && s != nil {
		return s, nil
	}
	c := cacheOf(tx.DB())
	c.mu.Lock()
	last := c.last
	c.mu.Unlock()
	revision, err := counter(tx)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	s := last
	if revision < last.revision { // the database was put back
		s = &snapshot{}
	}
	if revision != s.revision {
		if s, err = c.set.derive(tx, s, revision); err != nil {
			return nil, err
		}
	}
	tx.Set(snapshotKey{}, s)
	if tx.ReadOnly() { // what a write sees may still be undone
		c.mu.Lock()
		c.last, c.checked, c.stale = s, tx.Now(), false
		c.mu.Unlock()
	}
	return s, nil
}

// derive returns the snapshot with what has changed since.
func (set *Set) derive(tx *store.Tx, old *snapshot, revision int64) (*snapshot, error) {
	rows, err := rowsSince(tx, old.revision)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	s := &snapshot{revision: revision, kinds: maps.Clone(old.kinds)}
	if s.kinds == nil {
		s.kinds = map[string]map[string]*item{}
	}
	cloned := map[string]bool{}
	for _, o := range rows {
		d := set.all[o.kind]
		if d == nil {
			continue // a kind of a newer release
		}
		if !cloned[o.kind] {
			cloned[o.kind] = true
			s.kinds[o.kind] = maps.Clone(s.kinds[o.kind])
			if s.kinds[o.kind] == nil {
				s.kinds[o.kind] = map[string]*item{}
			}
		}
		if o.deleted {
			delete(s.kinds[o.kind], o.name)
			continue
		}
		one, err := d.load(o)
		if err != nil {
			return nil, err
		}
		s.kinds[o.kind][o.name] = one
	}
	return s, nil
}

// now returns a snapshot that is at most a second old, mostly without asking the database.
func now(ctx context.Context, db *store.DB) (*snapshot, error) {
	c := cacheOf(db)
	c.mu.Lock()
	last, fresh := c.last, !c.stale && db.Clock.Now().Sub(c.checked) < maxAge
	c.mu.Unlock()
	if fresh {
		return last, nil
	}
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		last, err = at(tx)
		return err
	})
	return last, err
}

// changed makes the next read ask the database.
func changed(db *store.DB) {
	c := cacheOf(db)
	c.mu.Lock()
	c.stale = true
	c.mu.Unlock()
}

func (s *snapshot) find(kind, key string) *item { return s.kinds[kind][key] }

// list returns the objects of a kind in the order of their keys.
func (s *snapshot) list(kind string) []*item {
	all := slices.Collect(maps.Values(s.kinds[kind]))
	slices.SortFunc(all, func(a, b *item) int {
		if a.key < b.key {
			return -1
		}
		return 1
	})
	return all
}

// users lists the objects that refer to one, as "kind name".
func (s *snapshot) users(kind, key string) (all []string) {
	for k, items := range s.kinds {
		for _, one := range items {
			walk(reflect.ValueOf(one.value), "", func(_ string, v reflect.Value) {
				r, ok := v.Interface().(reference)
				if !ok {
					return
				}
				if toKind, to := r.target(); toKind == kind && to == key && (k != kind || one.key != key) {
					all = append(all, k+" "+one.key)
				}
			})
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Get returns the object as the transaction sees it. It is shared: it must not be changed.
func (k Kind[T]) Get(tx *store.Tx, key string) (v T, err error) {
	s, err := at(tx)
	if err != nil {
		return v, err
	}
	return k.from(s, key)
}

func (k Kind[T]) from(s *snapshot, key string) (v T, err error) {
	one := s.find(k.Kind, key)
	if one == nil {
		return v, k.faults.missing.Detail("%s", clip(key))
	}
	return one.value.(T), nil
}

// Look returns the object as it was at most a second ago, mostly without asking the database.
func (k Kind[T]) Look(ctx context.Context, db *store.DB, key string) (v T, err error) {
	s, err := now(ctx, db)
	if err != nil {
		return v, err
	}
	return k.from(s, key)
}

// List returns all objects in the order of their keys.
func (k Kind[T]) List(tx *store.Tx) ([]T, error) {
	s, err := at(tx)
	if err != nil {
		return nil, err
	}
	var all []T
	for _, one := range s.list(k.Kind) {
		all = append(all, one.value.(T))
	}
	return all, nil
}

// Revision returns the revision of the whole configuration as the transaction sees it.
func Revision(tx *store.Tx) (int64, error) {
	s, err := at(tx)
	if err != nil {
		return 0, err
	}
	return s.revision, nil
}

// LastRevision returns the revision of the whole configuration as it was at most a second ago.
func LastRevision(ctx context.Context, db *store.DB) (int64, error) {
	s, err := now(ctx, db)
	if err != nil {
		return 0, err
	}
	return s.revision, nil
}

// clip keeps what was sent short enough to be said back.
func clip(s string) string {
	if len(s) > 128 {
		return s[:128] + "…"
	}
	return s
}

// Current is Look, with the revision of the object: what is made of it is good as long as that is the same.
func (k Kind[T]) Current(ctx context.Context, db *store.DB, key string) (v T, revision int64, err error) {
	s, err := now(ctx, db)
	if err != nil {
		return v, 0, err
	}
	if v, err = k.from(s, key); err != nil {
		return v, 0, err
	}
	return v, s.find(k.Kind, key).revision, nil
}
