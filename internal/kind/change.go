package kind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/store"
)

// Deps is what changing configuration needs.
type Deps struct {
	DB   *act.DB
	Keys Sealer
}

// Rights on the objects of a kind.
const (
	Read   = "read"
	Manage = "manage"
)

// Right is the permission for objects of the kind.
func (d *Definition) Right(right string) access.Permission {
	return access.Permission(d.Area + ":" + right)
}

// Preparer is implemented by objects that have work to do before they are stored, too slow for a transaction, such as
// hashing a password. What is wrong is a fault.
type Preparer interface {
	Prepare(context.Context, Deps) (any, error)
}

// prepared returns the object as it is to be stored.
func (d *Definition) prepared(ctx context.Context, deps Deps, v any, bad error) (any, error) {
	p, ok := v.(Preparer)
	if !ok || bad != nil {
		return v, bad
	}
	return p.Prepare(ctx, deps)
}

// change is one attempt to add, replace or delete an object.
type change struct {
	def *Definition
	Deps
	who   access.Caller
	code  event.Type[event.Object]
	facts event.Object
	done  *item
}

// do runs one attempt: the question, the change, the event.
func (c *change) do(ctx context.Context, fn func(tx *store.Tx, s *snapshot) (*item, error)) (*item, error) {
	first := c.facts
	err := act.Do(ctx, c.DB, c.who, c.code, &c.facts, func(tx *store.Tx) error {
		c.facts = first
		s, err := at(tx)
		if err != nil {
			return err
		}
		if err := c.who.May(c.def.Right(Manage)); err != nil {
			return err
		}
		done, err := fn(tx, s)
		if err != nil {
			return err
		}
		tx.Set(snapshotKey{}, nil)
		c.done = done
		return nil
	})
	changed(c.DB.DB)
	return c.done, err
}

func (d *Definition) change(deps Deps, who access.Caller, code event.Type[event.Object], key string) *change {
	return &change{def: d, Deps: deps, who: who, code: code, facts: event.Object{Kind: d.Kind, Name: clip(key)}}
}

// write checks the object against the rest of the configuration and stores it.
func (c *change) write(tx *store.Tx, s *snapshot, v any, old *item) (*item, error) {
	d := c.def
	if problems := append(dangling(s, v), d.complaints(tx, v)...); len(problems) > 0 {
		return nil, d.faults.invalid.Each(problems)
	}
	key, id := d.keyOf(v), tx.NewID()
	if old != nil {
		id = old.id
	}
	body, _, err := d.encode(v, key, old, c.Keys)
	if err != nil {
		return nil, err
	}
	revision, err := nextRevision(tx)
	if err != nil {
		return nil, err
	}
	o := row{kind: d.Kind, name: key, id: id, body: body, revision: revision}
	if err := put(tx, o); err != nil {
		return nil, err
	}
	return d.load(o)
}

func (d *Definition) complaints(tx *store.Tx, v any) []string {
	if d.check == nil {
		return nil
	}
	return d.check(tx, v)
}

// dangling lists references to nothing.
func dangling(s *snapshot, v any) (problems []string) {
	walk(reflect.ValueOf(v), "", func(path string, f reflect.Value) {
		r, ok := f.Interface().(reference)
		if !ok {
			return
		}
		if kind, name := r.target(); name != "" && s.find(kind, name) == nil {
			problems = append(problems, fmt.Sprintf("%s: there is no %s named %s", path, kind, clip(name)))
		}
	})
	return problems
}

// insert adds an object; bad is why it could not be read, found before the caller was asked for the right.
func (d *Definition) insert(ctx context.Context, c *change, v any, key string, bad error) (*item, error) {
	if c.who.May(d.Right(Manage)) == nil {
		v, bad = d.prepared(ctx, c.Deps, v, bad)
	}
	return c.do(ctx, func(tx *store.Tx, s *snapshot) (*item, error) {
		if d.ReadOnly && !c.who.IsSystem() {
			return nil, d.faults.readOnly
		}
		if bad != nil {
			return nil, bad
		}
		if s.find(d.Kind, key) != nil {
			return nil, d.faults.exists.Detail("%s", key)
		}
		return c.write(tx, s, v, nil)
	})
}

// update replaces an object, or adds one of a fixed set.
func (d *Definition) update(ctx context.Context, c *change, v any, key string, bad error) (*item, error) {
	if c.who.May(d.Right(Manage)) == nil {
		v, bad = d.prepared(ctx, c.Deps, v, bad)
	}
	return c.do(ctx, func(tx *store.Tx, s *snapshot) (*item, error) {
		if d.ReadOnly {
			return nil, d.faults.readOnly
		}
		if bad != nil {
			return nil, bad
		}
		old := s.find(d.Kind, key)
		if old == nil && !d.Upsert {
			return nil, d.faults.missing.Detail("%s", clip(key))
		}
		if old != nil && d.variantName(old.value) != d.variantName(v) {
			return nil, d.faults.invalid.Detail("%s: it cannot be changed from %s", d.By, d.variantName(old.value))
		}
		done, err := c.write(tx, s, v, old)
		if err != nil {
			return nil, err
		}
		if old != nil {
			c.facts.Changed, c.facts.Changes = compare(old, done)
		}
		return done, nil
	})
}

// remove deletes an object that nothing refers to.
func (d *Definition) remove(ctx context.Context, c *change, key string) error {
	_, err := c.do(ctx, func(tx *store.Tx, s *snapshot) (*item, error) {
		if d.ReadOnly || d.Upsert {
			return nil, d.faults.readOnly
		}
		old := s.find(d.Kind, key)
		if old == nil {
			return nil, d.faults.missing.Detail("%s", clip(key))
		}
		if users := s.users(d.Kind, key); len(users) > 0 {
			more := ""
			if len(users) > 10 {
				more = fmt.Sprintf(" and %d more", len(users)-10)
				users = users[:10]
			}
			return nil, d.faults.used.Detail("%s is used by %s%s", key, strings.Join(users, ", "), more)
		}
		revision, err := nextRevision(tx)
		if err != nil {
			return nil, err
		}
		return nil, put(tx, row{kind: d.Kind, name: key, id: old.id, body: []byte("{}"), revision: revision, deleted: true})
	})
	return err
}

// Add adds an object made by the program. The event is recorded under code in place of the kind's own, when one is given.
func (k Kind[T]) Add(ctx context.Context, deps Deps, who access.Caller, v T, code ...event.Type[event.Object]) error {
	c := k.change(deps, who, k.Events.Add, k.keyOf(v))
	if len(code) > 0 {
		c.code = code[0]
	}
	_, err := k.insert(ctx, c, v, k.keyOf(v), k.wrong(v))
	return err
}

// Ensure adds an object made by the program unless there is one of its name.
func (k Kind[T]) Ensure(ctx context.Context, deps Deps, who access.Caller, v T, code ...event.Type[event.Object]) error {
	_, err := k.Look(ctx, deps.DB.DB, k.keyOf(v))
	if !errors.Is(err, k.faults.missing) {
		return err
	}
	return k.Add(ctx, deps, who, v, code...)
}

// Replace replaces an object made by the program. Secrets it leaves out are kept.
func (k Kind[T]) Replace(ctx context.Context, deps Deps, who access.Caller, v T) error {
	_, err := k.update(ctx, k.change(deps, who, k.Events.Update, k.keyOf(v)), v, k.keyOf(v), k.wrong(v))
	return err
}

// Delete deletes an object.
func (k Kind[T]) Delete(ctx context.Context, deps Deps, who access.Caller, key string) error {
	return k.remove(ctx, k.change(deps, who, k.Events.Delete, key), key)
}

// wrong validates a value by its schema, as if it had been sent.
func (d *Definition) wrong(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, _, err = d.parse(raw)
	return err
}

const maxChange = 512 // bytes of a value told in an event

// compare lists the members that differ, and their old and new values. Secrets have none.
func compare(old, done *item) (names []string, values []event.Detail) {
	was, is := flat(old.value), flat(done.value)
	for path := range was {
		if _, ok := is[path]; !ok {
			is[path] = ""
		}
	}
	for path, now := range is {
		if was[path] != now {
			names = append(names, path)
		}
	}
	slices.Sort(names)
	for _, path := range names {
		values = append(values, event.Detail{Key: "old." + path, Value: cut(was[path])}, event.Detail{Key: "new." + path, Value: cut(is[path])})
	}
	for path := range allSecrets(old, done) {
		if string(old.secrets[path]) != string(done.secrets[path]) {
			names = append(names, path)
		}
	}
	slices.Sort(names)
	return names, values
}

func allSecrets(items ...*item) map[string]bool {
	all := map[string]bool{}
	for _, one := range items {
		for path := range one.secrets {
			all[path] = true
		}
	}
	return all
}

func cut(s string) string {
	if len(s) > maxChange {
		return s[:maxChange] + "…"
	}
	return s
}

// flat returns the leaves of the JSON of a value by their path.
func flat(v any) map[string]string {
	all := map[string]string{}
	raw, err := json.Marshal(v)
	var tree any
	if err = errors.Join(err, json.Unmarshal(raw, &tree)); err == nil {
		flatten(all, "", tree)
	}
	return all
}

func flatten(all map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			flatten(all, join(path, name), x)
		}
	case string:
		all[path] = v
	default:
		b, _ := json.Marshal(v) // made of JSON a moment ago
		all[path] = string(b)
	}
}
