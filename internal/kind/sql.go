package kind

import (
	"crypto/subtle"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"sync"

	"github.com/horizon-clm/horizon/internal/store"
)

// row is one object as it is stored.
type row struct {
	kind, name, id string
	body           []byte
	revision       int64
	deleted        bool
	modified       int64 // microseconds; 0 of what was stored before times were kept
}

// stored is the JSON of a row: the object, and by their path its sealed secrets, when and by whom they were given;
// and who stored it.
type stored struct {
	Object  json.RawMessage   `json:"object"`
	Secrets map[string][]byte `json:"secrets,omitempty"`
	Given   map[string]given  `json:"given,omitempty"`
	By      string            `json:"by,omitempty"` // who stored it; absent of what was stored before that was kept
}

// hold makes changes of configuration wait for each other, before they look at what is there: of two that want the same
// name, or have read the same revision, the second sees what the first has done. A read has nothing to wait for.
func hold(tx *store.Tx) error {
	if tx.ReadOnly() {
		return nil
	}
	tx.Set(snapshotKey{}, nil) // what was looked at before may have changed meanwhile
	return tx.Lock(topic)
}

func counter(tx *store.Tx) (revision int64, err error) {
	_, err = tx.Get(`SELECT revision FROM object_counter WHERE one = 1`, nil, &revision)
	return revision, err
}

// rowsSince returns what has changed since a revision. All of it: a snapshot is whole or nothing.
func rowsSince(tx *store.Tx, revision int64) ([]row, error) {
	return store.All(tx, func(r *sql.Rows) (o row, err error) {
		return o, r.Scan(&o.kind, &o.name, &o.id, &o.body, &o.revision, &o.deleted, &o.modified)
	}, `SELECT kind, name, id, body, revision, deleted, modified FROM object WHERE revision > $1 ORDER BY revision`, revision)
}

// nextRevision raises the counter.
func nextRevision(tx *store.Tx) (revision int64, err error) {
	_, err = tx.Get(`UPDATE object_counter SET revision = revision + 1 WHERE one = 1 RETURNING revision`, nil, &revision)
	return revision, err
}

// put writes a row, also over a deleted one.
func put(tx *store.Tx, o row) error {
	_, err := tx.Exec(`INSERT INTO object (kind, name, id, body, revision, deleted, modified) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (kind, name) DO UPDATE SET id = excluded.id, body = excluded.body, revision = excluded.revision, deleted = excluded.deleted, modified = excluded.modified`,
		o.kind, o.name, o.id, string(o.body), o.revision, o.deleted, store.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("storing the %s %s: %w", o.kind, o.name, err)
	}
	return nil
}

// encode makes the stored form. Secrets that were sent are sealed; those that were not are kept from the old object, unless
// they are to be removed.
func (d *Definition) encode(v any, key string, old *item, keys Sealer, by given) (body []byte, err error) {
	s := stored{Secrets: map[string][]byte{}, Given: map[string]given{}, By: by.By}
	if old == nil {
		old = &item{}
	}
	walk(reflect.ValueOf(v), "", func(path string, f reflect.Value) {
		x, ok := f.Interface().(Secret)
		if !ok || err != nil || x.removed {
			return
		}
		was, known := old.given[path]
		kept := x.plain == nil || x.rewritten || x.carried && d.same(keys, key, path, old.secrets[path], *x.plain)
		switch {
		case x.plain != nil && (!kept || x.rewritten):
			s.Secrets[path], err = keys.Seal(purpose, d.boundTo(key, path), []byte(*x.plain))
		case old.secrets[path] != nil:
			s.Secrets[path] = old.secrets[path]
		default:
			return
		}
		switch {
		case !kept:
			s.Given[path] = by
		case known:
			s.Given[path] = was
		}
	})
	if err != nil {
		return nil, fmt.Errorf("sealing the secrets of %s: %w", key, err)
	}
	if s.Object, err = json.Marshal(v); err != nil {
		return nil, err
	}
	return json.Marshal(s)
}

// same reports whether a sealed secret has the value.
func (d *Definition) same(keys Sealer, key, path string, sealed []byte, value string) bool {
	if sealed == nil {
		return false
	}
	plain, err := keys.Open(purpose, d.boundTo(key, path), sealed)
	return err == nil && subtle.ConstantTimeCompare(plain, []byte(value)) == 1
}

// boundTo is the object a sealed secret is bound to.
func (d *Definition) boundTo(key, path string) string { return d.Kind + "/" + key + "/" + path }

// load decodes a row.
func (d *Definition) load(o row) (*item, error) {
	var s stored
	if err := json.Unmarshal(o.body, &s); err != nil {
		return nil, fmt.Errorf("reading the %s %s: %w", o.kind, o.name, err)
	}
	name := ""
	if d.By != "" {
		var object map[string]any
		if err := json.Unmarshal(s.Object, &object); err != nil {
			return nil, err
		}
		name, _ = object[d.By].(string)
	}
	form, ok := d.variants[name]
	if !ok {
		return nil, fmt.Errorf("reading the %s %s: this program has no variant %q", o.kind, o.name, name)
	}
	v := reflect.New(form.typ)
	if err := json.Unmarshal(s.Object, v.Interface()); err != nil {
		return nil, fmt.Errorf("reading the %s %s: %w", o.kind, o.name, err)
	}
	walk(v.Elem(), "", func(path string, f reflect.Value) {
		if f.Type() == secretType && s.Secrets[path] != nil {
			f.Set(reflect.ValueOf(Secret{sealed: s.Secrets[path], object: d.boundTo(o.name, path)}))
		}
	})
	one := &item{key: o.name, id: o.id, revision: o.revision, modified: o.modified, value: v.Elem().Interface(), secrets: s.Secrets, given: s.Given, by: s.By}
	one.refs = append(referencesOf(one.value), mentionsOf(one.value)...)
	one.answer = sync.OnceValues(func() (json.RawMessage, error) { return view(one) })
	return one, nil
}
