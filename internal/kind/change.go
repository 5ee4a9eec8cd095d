package kind

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/act"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/store"
)

// Deps is what changing configuration needs.
type Deps struct {
	DB    *act.DB
	Keys  Sealer
	Tries map[string]Try // how objects are tried, by kind, or kind and variant: "pki-connector/integrated"
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

// terms are under which a change is asked for.
type terms struct {
	dry   bool   // everything is checked, nothing is stored
	match string // If-Match: the entity tags one of which the object must have; "" is any
}

// change is one attempt to add, replace or delete an object.
type change struct {
	def *Definition
	Deps
	who access.Caller
	terms
	code  event.Type[event.Object]
	facts event.Object
	done  *item
	diff  []difference
}

func (d *Definition) change(deps Deps, who access.Caller, code event.Type[event.Object], key string) *change {
	return &change{def: d, Deps: deps, who: who, code: code, facts: event.Object{Kind: d.Kind, Name: clip(key)}}
}

// do runs one attempt: the question, the change, the event. A dry run is a read: it cannot change anything, and leaves no
// event.
func (c *change) do(ctx context.Context, fn func(tx *store.Tx, s *snapshot) (*item, error)) (*item, error) {
	first := c.facts
	attempt := func(tx *store.Tx) error {
		c.facts = first
		if err := hold(tx); err != nil {
			return err
		}
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
		c.done = done
		return nil
	}
	if c.dry {
		err := c.DB.Read(ctx, attempt)
		return c.done, err
	}
	err := act.Do(ctx, c.DB, c.who, c.code, &c.facts, func(tx *store.Tx) error {
		err := attempt(tx)
		changed(tx)
		return err
	})
	return c.done, err
}

// write checks the object against the rest of the configuration and stores it.
func (c *change) write(tx *store.Tx, s *snapshot, v any, old *item) (*item, error) {
	d := c.def
	problems, err := d.problems(tx, s, v, old)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, d.faults.invalid.Each(problems)
	}
	if err := c.gives(tx, v, old); err != nil {
		return nil, err
	}
	if err := c.followStored(tx, v, old); err != nil {
		return nil, err
	}
	o, err := d.row(tx, v, old, c.Keys, c.who)
	if err != nil {
		return nil, err
	}
	done, err := d.load(o)
	if err != nil {
		return nil, err
	}
	if c.diff, err = compare(old, done); err != nil {
		return nil, err
	}
	return done, c.put(tx, o, done)
}

// row is the stored form of an object, of no revision yet.
func (d *Definition) row(tx *store.Tx, v any, old *item, keys Sealer, who access.Caller) (row, error) {
	key := d.keyOf(v)
	o := row{kind: d.Kind, name: key}
	switch {
	case old != nil:
		o.id, o.revision = old.id, old.revision
	case !tx.ReadOnly(): // what is only tried gets no identifier
		o.id = tx.NewID()
	}
	var err error
	o.body, err = d.encode(v, key, old, keys, giver(tx, who))
	return o, err
}

// put stores the row under the next revision, which the item gets too. A dry run stores nothing.
func (c *change) put(tx *store.Tx, o row, done *item) (err error) {
	if c.dry {
		return nil
	}
	if o.revision, err = nextRevision(tx); err != nil {
		return err
	}
	if done != nil {
		done.revision, done.modified = o.revision, store.Micros(tx.Now())
	}
	return put(tx, o)
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
		old, err := c.meets(s, key, d.ReadOnly)
		if err != nil {
			return nil, err
		}
		if bad != nil {
			return nil, bad
		}
		if err := d.sameVariant(v, old); err != nil {
			return nil, err
		}
		done, err := c.write(tx, s, v, old)
		if err == nil && old != nil {
			c.facts.Changed, c.facts.Changes = told(c.diff)
		}
		return done, err
	})
}

// remove deletes an object that nothing refers to.
func (d *Definition) remove(ctx context.Context, c *change, key string) error {
	_, err := c.do(ctx, func(tx *store.Tx, s *snapshot) (*item, error) { return nil, c.drop(tx, s, key) })
	return err
}

func (c *change) drop(tx *store.Tx, s *snapshot, key string) error {
	d := c.def
	old, err := c.meets(s, key, d.ReadOnly || d.Upsert)
	if err != nil {
		return err
	}
	if users := s.users(d.Kind, key); len(users) > 0 {
		return d.faults.used.Detail("%s is used by %s", key, naming(users))
	}
	if err := c.followDeleted(tx, old); err != nil {
		return err
	}
	if !c.dry {
		if err := forget(tx, d.Kind, key); err != nil {
			return err
		}
	}
	return c.put(tx, row{kind: d.Kind, name: key, id: old.id, body: []byte("{}"), deleted: true}, nil)
}

// sameVariant refuses to make an object another variant.
func (d *Definition) sameVariant(v any, old *item) error {
	if old == nil || d.variantName(old.value) == d.variantName(v) {
		return nil
	}
	return d.faults.invalid.Detail("%s: it cannot be changed from %s", d.By, d.variantName(old.value))
}

// meets returns the object that is to be changed, when there is one that may be, in the revision the caller has seen.
func (c *change) meets(s *snapshot, key string, fixed bool) (*item, error) {
	if fixed {
		return nil, c.def.faults.readOnly
	}
	old := s.find(c.def.Kind, key)
	if old == nil && !c.def.Upsert {
		return nil, c.def.faults.missing.Detail("%s", clip(key))
	}
	return old, c.fresh(old)
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

// clip keeps what was sent short enough to be said back.
func clip(s string) string { return cut(s, 128) }

// naming lists objects for a sentence.
func naming(all []use) string {
	const most = 10
	text := ""
	for i, u := range all {
		if i == most {
			return text + fmt.Sprintf(" and %d more", len(all)-most)
		}
		if i > 0 {
			text += ", "
		}
		text += u.Kind + " " + u.Key
	}
	return text
}
