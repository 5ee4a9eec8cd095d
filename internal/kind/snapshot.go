package kind

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/horizon-clm/horizon/internal/store"
)

// Set is every kind of one program.
type Set struct {
	all     map[string]*Definition
	order   []string                      // as they were named
	counts  map[string]map[string]Counter // by kind and sort of facts
	watches map[string]map[string]Watch   // by kind and sort of failures
	outside map[string]outside            // by what mentions call it
}

// NewSet returns the set of the kinds, named in the order they are listed to people within their menus.
func NewSet(all ...*Definition) *Set {
	s := &Set{all: map[string]*Definition{}, counts: map[string]map[string]Counter{}, watches: map[string]map[string]Watch{}, outside: map[string]outside{}}
	for _, d := range all {
		if s.all[d.Kind] != nil {
			panic("kind: " + d.Kind + " is defined twice")
		}
		s.all[d.Kind] = d
		s.order = append(s.order, d.Kind)
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
	db.Cache(cacheKey{}, func() any { return &cache{set: s, woken: db.Woken(topic), last: &snapshot{}} })
}

type cacheKey struct{}

// item is one decoded object. What is in it is shared and never changed.
type item struct {
	key, id  string
	revision int64
	modified int64 // microseconds
	value    any
	secrets  map[string][]byte // sealed, by path
	given    map[string]given  // by path
	by       string            // who stored it
	refs     []target
	answer   func() (json.RawMessage, error) // as answers show it, made once
}

// snapshot is the whole configuration at one revision. It is never changed.
type snapshot struct {
	revision int64
	kinds    map[string]map[string]*item
}

// cache keeps the newest committed snapshot of a node.
type cache struct {
	set   *Set
	woken <-chan struct{} // receives when somebody, here or on another node, has changed something

	mu      sync.Mutex // guards all below
	last    *snapshot
	checked time.Time
	told    int64 // how often the node was told of changes
	known   int64 // what told was when last was read
}

// maxAge is how old a read of the configuration may be when nobody tells of changes: another program on the same file
// cannot, and the connection that listens may be down.
const maxAge = time.Second

// topic is woken on every node when a change of configuration has been committed.
const topic = "configuration"

// changed tells every node of the change, once it is committed, and makes the transaction read it anew.
func changed(tx *store.Tx) {
	tx.Set(snapshotKey{}, nil)
	tx.WakeAll(topic)
}

func cacheOf(db *store.DB) *cache {
	return db.Cache(cacheKey{}, func() any { panic("kind: the database has no kinds attached") }).(*cache)
}

// current returns the newest snapshot that was read, how often the node had been told of changes, and whether the
// snapshot is fresh.
func (c *cache) current(now time.Time) (last *snapshot, told int64, fresh bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.woken:
		c.told++
	default:
	}
	return c.last, c.told, c.known == c.told && now.Sub(c.checked) < maxAge
}

// keep remembers a snapshot that was read after the node had been told so often, unless a later one is there.
func (c *cache) keep(s *snapshot, told int64, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if told >= c.known {
		c.last, c.checked, c.known = s, now, told
	}
}

type snapshotKey struct{}

// at returns the configuration as the transaction sees it.
func at(tx *store.Tx) (*snapshot, error) {
	if s, ok := tx.Value(snapshotKey{}).(*snapshot); ok && s != nil {
		return s, nil
	}
	c := cacheOf(tx.DB())
	s, told, _ := c.current(tx.Now())
	revision, err := counter(tx)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	if revision < s.revision { // the database was put back
		s = &snapshot{}
	}
	if revision != s.revision {
		if s, err = c.set.derive(tx, s, revision); err != nil {
			return nil, err
		}
	}
	tx.Set(snapshotKey{}, s)
	if tx.ReadOnly() { // what a write sees may still be undone
		c.keep(s, told, tx.Now())
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
	last, _, fresh := cacheOf(db).current(db.Clock.Now())
	if fresh {
		return last, nil
	}
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		last, err = at(tx)
		return err
	})
	return last, err
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
