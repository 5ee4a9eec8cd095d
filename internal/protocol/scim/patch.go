package scim

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

const (
	maxPatches = 1000
)

// operation is one step of a PATCH (RFC 7644, 3.5.2).
type operation struct {
	op     string // add, replace, remove
	target target
	value  any
}

// target is what an operation is about: an attribute, those values of it that fulfil a filter, or a part of either. The
// zero target is the whole resource.
type target struct {
	name, sub string
	only      filter
}

// parsePatch reads the body of a PATCH. Operations may be spelled as Entra does: "Replace".
func parsePatch(body map[string]any) ([]operation, error) {
	list, ok := member(body, "Operations").([]any)
	if !ok || len(list) == 0 || len(list) > maxPatches {
		return nil, invalidSyntax.Detail("Operations: between 1 and %d are expected", maxPatches)
	}
	var all []operation
	for i, one := range list {
		m, _ := one.(map[string]any)
		name, _ := member(m, "op").(string)
		text, _ := member(m, "path").(string)
		o := operation{op: strings.ToLower(name), value: member(m, "value")}
		if o.op != "add" && o.op != "replace" && o.op != "remove" {
			return nil, invalidSyntax.Detail("Operations.%d.op: add, replace or remove is expected", i)
		}
		var err error
		if o.target, err = parsePath(text); err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// parsePath reads PATH of RFC 7644, figure 7.
func parsePath(text string) (target, error) {
	if text == "" {
		return target{}, nil
	}
	if len(text) > maxFilter {
		return target{}, invalidPath.Detail("it is longer than %d bytes", maxFilter)
	}
	p := &parser{text: text}
	a, err := p.attribute()
	if err != nil {
		return target{}, invalidPath.Detail("%q", clip(text))
	}
	t := target{name: a.name, sub: a.sub}
	if p.sign('[') {
		if t.only, err = p.within(']'); err != nil {
			return target{}, invalidPath.Because(err).Detail("%q", clip(text))
		}
		if rest, ok := strings.CutPrefix(text[p.at:], "."); ok && attributeName(rest) {
			t.sub, p.at = strings.ToLower(rest), len(text)
		}
	}
	if p.skip() != len(text) || a.sub != "" && t.only != nil {
		return target{}, invalidPath.Detail("%q", clip(text))
	}
	return t, nil
}

// patch changes a resource step by step.
func patch(r map[string]any, all []operation) error {
	for _, o := range all {
		if err := o.apply(r); err != nil {
			return err
		}
	}
	return nil
}

func (o operation) apply(r map[string]any) error {
	switch {
	case o.target.name == "":
		return o.whole(r)
	case o.target.only != nil:
		return o.some(r)
	}
	key := keyOf(r, o.target.name)
	if o.target.sub != "" {
		return o.part(r, key)
	}
	if o.op == "remove" {
		o.remove(r, key)
		return nil
	}
	if o.op == "add" {
		r[key] = merged(r[key], o.value)
		return nil
	}
	r[key] = o.value
	return nil
}

// whole applies the members of the value one by one. Their names may be paths, as Entra sends them.
func (o operation) whole(r map[string]any) error {
	if o.op == "remove" {
		return noTarget.Detail("a path is needed to remove something")
	}
	m, ok := o.value.(map[string]any)
	if !ok {
		return invalidSyntax.Detail("value: an object is expected where there is no path")
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		t, err := parsePath(name)
		if err != nil || t.name == "" {
			return invalidPath.Detail("%q", clip(name))
		}
		if err := (operation{o.op, t, m[name]}).apply(r); err != nil {
			return err
		}
	}
	return nil
}

// remove takes the attribute away, or of a list those values that are named, as Entra removes members.
func (o operation) remove(r map[string]any, key string) {
	gone := elements(o.value)
	if len(gone) == 0 {
		delete(r, key)
		return
	}
	r[key] = slices.DeleteFunc(slices.Clone(elements(r[key])), func(have any) bool {
		return slices.ContainsFunc(gone, func(one any) bool { return same(have, one) })
	})
}

// part changes a part of a complex attribute, or of every value of a list.
func (o operation) part(r map[string]any, key string) error {
	if r[key] == nil {
		if o.op == "remove" {
			return nil
		}
		r[key] = map[string]any{}
	}
	for _, one := range elements(r[key]) {
		m, ok := one.(map[string]any)
		if !ok {
			return noTarget.Detail("%s has no parts", o.target.name)
		}
		o.set(m)
	}
	return nil
}

func (o operation) set(m map[string]any) {
	key := keyOf(m, o.target.sub)
	if o.op == "remove" {
		delete(m, key)
		return
	}
	m[key] = o.value
}

// some changes the values of a list that fulfil the filter. Where none does, add and replace make the one that a simple
// filter describes, as Entra expects: emails[type eq "work"].value.
func (o operation) some(r map[string]any) error {
	key := keyOf(r, o.target.name)
	var kept []any
	met := false
	for _, one := range elements(r[key]) {
		m, ok := one.(map[string]any)
		if !ok || !o.target.only.holds(m) {
			kept = append(kept, one)
			continue
		}
		met = true
		if o.target.sub != "" {
			o.set(m)
			kept = append(kept, m)
		} else if o.op != "remove" {
			kept = append(kept, merged(m, o.value))
		}
	}
	if !met && o.op != "remove" {
		m, ok := described(o.target.only)
		if !ok {
			return noTarget.Detail("no value of %s fulfils the filter", o.target.name)
		}
		if o.target.sub != "" {
			o.set(m)
			kept = append(kept, m)
		} else {
			kept = append(kept, merged(m, o.value))
		}
	}
	r[key] = kept
	return nil
}

// described is the object that a filter of equalities describes.
func described(f filter) (map[string]any, bool) {
	switch f := f.(type) {
	case compare:
		return map[string]any{f.attribute.name: f.value}, f.operator == "eq" && f.attribute.sub == ""
	case both:
		left, ok := described(f.left)
		right, too := described(f.right)
		maps.Copy(left, right)
		return left, ok && too
	}
	return map[string]any{}, false
}

// merged is what add makes of what is there: lists grow, objects take members over, anything else is replaced.
func merged(have, more any) any {
	switch h := have.(type) {
	case []any:
		for _, one := range elements(more) {
			if !slices.ContainsFunc(h, func(x any) bool { return same(x, one) }) {
				h = append(h, one)
			}
		}
		return h
	case map[string]any:
		m, ok := more.(map[string]any)
		if !ok {
			return more
		}
		all := maps.Clone(h)
		for k, v := range m {
			all[keyOf(all, k)] = v
		}
		return all
	}
	return more
}

// same reports whether two values of a list are one: by their value where they have one.
func same(a, b any) bool {
	x, ok := a.(map[string]any)
	y, too := b.(map[string]any)
	if !ok || !too {
		return reflect.DeepEqual(a, b)
	}
	v, w := member(x, "value"), member(y, "value")
	if t, u := member(x, "type"), member(y, "type"); t != nil && u != nil && !reflect.DeepEqual(t, u) {
		return false
	}
	return v != nil && reflect.DeepEqual(v, w)
}

// keyOf is the spelling of a member that is there, or the usual one.
func keyOf(r map[string]any, name string) string {
	for k := range r {
		if strings.EqualFold(k, name) {
			return k
		}
	}
	if usual, ok := spelling[strings.ToLower(name)]; ok {
		return usual
	}
	return name
}

var spelling = map[string]string{"username": "userName", "displayname": "displayName", "externalid": "externalId"}

// truth reads a boolean, which Entra sends as a text.
func truth(v any) (value, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		return strings.EqualFold(v, "true"), strings.EqualFold(v, "true") || strings.EqualFold(v, "false")
	}
	return false, false
}

// object reads an object of JSON, no deeper than is needed.
func object(body []byte) (map[string]any, error) {
	if depth(body) > maxDepth {
		return nil, invalidSyntax.Detail("it is nested deeper than %d levels", maxDepth)
	}
	var m map[string]any
	if err := json.Unmarshal(body, &m); err != nil || m == nil {
		return nil, invalidSyntax.Detail("an object of JSON is expected")
	}
	return m, nil
}

// depth is how deep brackets are nested, those in texts aside.
func depth(body []byte) (most int) {
	now, quoted := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			now++
			most = max(most, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return most
}

func clip(s string) string {
	if len(s) > 128 {
		return s[:128] + "…"
	}
	return s
}
