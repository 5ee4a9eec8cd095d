package kind

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/horizon-clm/horizon/internal/event"
)

// difference is one member that differs between an object as it was and as it is to be.
type difference struct {
	Field  string `json:"field" doc:"Path of the member; members of lists by their number from 0."`
	Old    any    `json:"old,omitempty" doc:"Value as it was; left out when there was none."`
	New    any    `json:"new,omitempty" doc:"Value as it is to be; left out when there is none."`
	Secret bool   `json:"secret,omitempty" doc:"Whether it is a secret, whose values are never shown."`
	Gone   bool   `json:"removed,omitempty" doc:"Whether the secret is removed."`
}

// compare lists what differs, in the order of the members' paths. old is nil for an object that is new. Secrets have no
// values.
func compare(old, done *item) ([]difference, error) {
	var was any
	sealed := map[string][]byte{}
	var err error
	if old != nil {
		sealed = old.secrets
		if was, err = tree(old.value); err != nil {
			return nil, err
		}
	}
	is, err := tree(done.value)
	if err != nil {
		return nil, err
	}
	all := differ(nil, "", was, is)
	for path := range maps.Keys(union(sealed, done.secrets)) {
		if !bytes.Equal(sealed[path], done.secrets[path]) {
			all = append(all, difference{Field: path, Secret: true, Gone: done.secrets[path] == nil})
		}
	}
	slices.SortFunc(all, func(a, b difference) int { return strings.Compare(a.Field, b.Field) })
	return all, nil
}

// differ appends the leaves of two trees that differ. Lists of as many objects are compared one by one, other lists as a
// whole: who reads it sees what a member was among.
func differ(to []difference, path string, was, is any) []difference {
	a, wasMap := was.(map[string]any)
	b, isMap := is.(map[string]any)
	if (wasMap || was == nil) && (isMap || is == nil) {
		for name := range union(a, b) {
			to = differ(to, join(path, name), a[name], b[name])
		}
		return to
	}
	x, _ := was.([]any)
	y, _ := is.([]any)
	if len(x) == len(y) && objects(x) && objects(y) {
		for i := range x {
			to = differ(to, join(path, itoa(i)), x[i], y[i])
		}
		return to
	}
	if !reflect.DeepEqual(was, is) {
		to = append(to, difference{Field: path, Old: was, New: is})
	}
	return to
}

func objects(all []any) bool {
	for _, one := range all {
		if _, ok := one.(map[string]any); !ok {
			return false
		}
	}
	return len(all) > 0
}

func union[V any](a, b map[string]V) map[string]bool {
	all := map[string]bool{}
	for name := range a {
		all[name] = true
	}
	for name := range b {
		all[name] = true
	}
	return all
}

const (
	maxChange  = 512 // bytes of a value told in an event
	maxChanges = 64  // members whose values are told in an event
)

// told is what an event says of differences: every member, the old and new values of the first ones, and of secrets that
// they were replaced or removed.
func told(all []difference) (names []string, values []event.Detail) {
	for _, d := range all {
		names = append(names, d.Field)
		if d.Secret {
			what := "replaced"
			if d.Gone {
				what = "removed"
			}
			values = append(values, event.Detail{Key: what, Value: d.Field})
			continue
		}
		if len(values) >= 2*maxChanges {
			continue
		}
		values = append(values,
			event.Detail{Key: "old." + d.Field, Value: cut(text(d.Old), maxChange)},
			event.Detail{Key: "new." + d.Field, Value: cut(text(d.New), maxChange)})
	}
	return names, values
}

// text is a value of JSON in a line: a text as it is, nothing for none.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	b, err := plainJSON(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// plainJSON writes JSON without escaping what HTML would need.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// cut keeps at most n bytes of a text, whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
