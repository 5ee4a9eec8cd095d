package kind

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/horizon-clm/horizon/internal/store"
)

// Tx is the transaction an object is checked in, by its name for connectors, which know kinds and not the database.
type Tx = store.Tx

// Checker is implemented by objects, also by single variants of a union, that can tell when they are stored what would
// otherwise show at their first use, such as a name of something that is no configuration object. Problems begin with the
// member they are about: "authority: there is none named x".
type Checker interface {
	Check(*Tx) (problems []string, err error)
}

// problems lists what is wrong with an object besides its own form: references to nothing, what the kind's rules say, and
// secrets that belonged to something else.
func (d *Definition) problems(tx *store.Tx, s *snapshot, v any, old *item) ([]string, error) {
	problems := dangling(s, v)
	if d.check != nil {
		problems = append(problems, d.check(tx, v)...)
	}
	if c, ok := v.(Checker); ok {
		more, err := c.Check(tx)
		if err != nil {
			return nil, err
		}
		problems = append(problems, more...)
	}
	if old == nil {
		return problems, nil
	}
	strayed, err := strayed(v, old)
	return append(problems, strayed...), err
}

// dangling lists references to nothing.
func dangling(s *snapshot, v any) (problems []string) {
	for _, r := range referencesOf(v) {
		if s.find(r.kind, r.key) == nil {
			problems = append(problems, fmt.Sprintf("%s: there is no %s named %s", r.path, r.kind, clip(r.key)))
		}
	}
	return problems
}

// strayed lists the kept secrets of list members that are no longer the ones the secrets were given for: a password must
// not follow its place in a list to another host.
func strayed(v any, old *item) (problems []string, err error) {
	var was, is any
	walk(reflect.ValueOf(v), "", func(path string, f reflect.Value) {
		s, ok := f.Interface().(Secret)
		at := listMember(path)
		if !ok || s.plain != nil || s.removed || old.secrets[path] == nil || at == "" || err != nil {
			return
		}
		if is == nil {
			if was, err = tree(old.value); err == nil {
				is, err = tree(v)
			}
			if err != nil {
				return
			}
		}
		if !sameMember(within(was, at), within(is, at)) {
			problems = append(problems, path+": the list has changed, so this secret has to be sent again")
		}
	})
	return problems, err
}

// listMember returns the path of the innermost list member a path leads through, or "".
func listMember(path string) string {
	parts := strings.Split(path, ".")
	for i := len(parts) - 1; i >= 0; i-- {
		if _, err := strconv.Atoi(parts[i]); err == nil {
			return strings.Join(parts[:i+1], ".")
		}
	}
	return ""
}

// sameMember reports whether two members of a list are the same thing: they have the same name, or, without names, all
// but their secrets is equal.
func sameMember(a, b any) bool {
	x, _ := a.(map[string]any)
	y, _ := b.(map[string]any)
	if name, ok := y["name"].(string); ok && name != "" {
		return x["name"] == name
	}
	return reflect.DeepEqual(a, b)
}

// tree is the JSON of a value.
func tree(v any) (t any, err error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber() // no digit is lost
	return t, d.Decode(&t)
}

// within returns what stands at a path of a tree, or nil.
func within(t any, path string) any {
	for part := range strings.SplitSeq(path, ".") {
		switch x := t.(type) {
		case map[string]any:
			t = x[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(x) {
				return nil
			}
			t = x[i]
		default:
			return nil
		}
	}
	return t
}
