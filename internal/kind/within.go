package kind

import (
	"encoding/json"
	"iter"
	"slices"
	"time"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/store"
)

// Hold makes the step wait for other changes of configuration. It is called before anything is read of what Put and Drop are
// to change.
func Hold(tx *store.Tx) error { return hold(tx) }

// Put replaces or adds objects within a step that is recorded as something of its own, such as adding members to a role.
// They are checked as if they had been sent; what they give is given by the granter. It returns what changed of each. The
// permission is asked by the caller.
func (k Kind[T]) Put(tx *store.Tx, deps Deps, granter access.Caller, all ...T) ([]event.Object, error) {
	s, err := at(tx)
	if err != nil {
		return nil, err
	}
	facts := make([]event.Object, 0, len(all))
	for _, v := range all {
		key := k.keyOf(v)
		if err := k.wrong(v); err != nil {
			return nil, err
		}
		c := k.change(deps, granter, k.Events.Update, key)
		old := s.find(k.Kind, key)
		if _, err := c.write(tx, s, v, old); err != nil {
			return nil, err
		}
		if old != nil {
			c.facts.Changed, c.facts.Changes = told(c.diff)
		}
		facts = append(facts, c.facts)
	}
	changed(tx)
	return facts, nil
}

// Drop deletes an object within a step that is recorded as something of its own. The permission is asked by the caller.
func (k Kind[T]) Drop(tx *store.Tx, deps Deps, who access.Caller, key string) error {
	s, err := at(tx)
	if err != nil {
		return err
	}
	if err := k.change(deps, who, k.Events.Delete, key).drop(tx, s, key); err != nil {
		return err
	}
	changed(tx)
	return nil
}

// About is what is known of a stored object besides itself.
type About struct {
	ID       string
	Revision int64 // of the object: it rises with each change
	Created  time.Time
	Modified time.Time // zero when it was stored before times were kept
}

func (one *item) about() About {
	return About{ID: one.id, Revision: one.revision, Created: store.TimeOf(one.id), Modified: store.Time(one.modified)}
}

// Teller is implemented by objects whose answers tell more than what is stored, such as when something was last used. The
// facts are an object of JSON; its members stand behind those of the object.
type Teller interface {
	Facts(tx *store.Tx, a About) (any, error)
}

// tell adds the facts of an object to its answer.
func tell(tx *store.Tx, one *item, answer json.RawMessage) (json.RawMessage, error) {
	t, ok := one.value.(Teller)
	if !ok {
		return answer, nil
	}
	facts, err := t.Facts(tx, one.about())
	if err != nil {
		return nil, err
	}
	more, err := json.Marshal(facts)
	if err != nil || len(more) <= 2 {
		return answer, err
	}
	return slices.Concat(answer[:len(answer)-1], []byte(","), more[1:]), nil
}

// Find returns the object as the transaction sees it, and what is known of it.
func (k Kind[T]) Find(tx *store.Tx, key string) (v T, a About, err error) {
	s, err := at(tx)
	if err != nil {
		return v, a, err
	}
	if v, err = k.from(s, key); err != nil {
		return v, a, err
	}
	return v, s.find(k.Kind, key).about(), nil
}

// All visits every object as the transaction sees it, in no order.
func (k Kind[T]) All(tx *store.Tx) (iter.Seq2[T, About], error) {
	s, err := at(tx)
	if err != nil {
		return nil, err
	}
	return func(yield func(T, About) bool) {
		for _, one := range s.kinds[k.Kind] {
			if !yield(one.value.(T), one.about()) {
				return
			}
		}
	}, nil
}
