package kind

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/horizon-clm/horizon/internal/store"
)

// Redirect makes every object that refers to one object of the kind refer to another, within a step that is recorded as
// something of its own. It returns what was changed, as "kind name". The permission is asked by the caller.
func (k Kind[T]) Redirect(tx *store.Tx, from, to string) (changedOnes []string, err error) {
	s, err := at(tx)
	if err != nil {
		return nil, err
	}
	for name, items := range s.kinds {
		for _, one := range items {
			paths := one.pathsTo(k.Kind, from)
			if len(paths) == 0 {
				continue
			}
			if err := redirect(tx, name, one, paths, to); err != nil {
				return nil, err
			}
			changedOnes = append(changedOnes, name+" "+one.key)
		}
	}
	changed(tx)
	slices.Sort(changedOnes)
	return changedOnes, nil
}

// pathsTo lists where the object refers to another one.
func (one *item) pathsTo(kind, key string) (all []string) {
	for _, r := range one.refs {
		if r.kind == kind && r.key == key {
			all = append(all, r.path)
		}
	}
	return all
}

func redirect(tx *store.Tx, kind string, one *item, paths []string, to string) error {
	raw, err := json.Marshal(one.value)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return err
	}
	for _, path := range paths {
		tree = replaced(tree, strings.Split(path, "."), to)
	}
	body := stored{Secrets: one.secrets, Given: one.given}
	if body.Object, err = json.Marshal(unique(tree)); err != nil {
		return err
	}
	o := row{kind: kind, name: one.key, id: one.id}
	if o.body, err = json.Marshal(body); err != nil {
		return err
	}
	if o.revision, err = nextRevision(tx); err != nil {
		return err
	}
	return put(tx, o)
}

// replaced is the tree with another text at a path.
func replaced(tree any, path []string, text string) any {
	if len(path) == 0 {
		return text
	}
	switch t := tree.(type) {
	case map[string]any:
		t[path[0]] = replaced(t[path[0]], path[1:], text)
	case []any:
		if i, err := strconv.Atoi(path[0]); err == nil && i < len(t) {
			t[i] = replaced(t[i], path[1:], text)
		}
	}
	return tree
}

// unique drops what a list of texts names twice.
func unique(tree any) any {
	switch t := tree.(type) {
	case map[string]any:
		for name, v := range t {
			t[name] = unique(v)
		}
	case []any:
		kept := []any{}
		for _, v := range t {
			if text, ok := v.(string); ok && slices.ContainsFunc(kept, func(x any) bool { return x == any(text) }) {
				continue
			}
			kept = append(kept, unique(v))
		}
		return kept
	}
	return tree
}
