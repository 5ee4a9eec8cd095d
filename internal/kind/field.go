package kind

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// Object is what a reference points to.
type Object interface{ KindName() string }

// Ref is the name of an object of the kind K. A reference to nothing is refused, and what is referred to cannot be
// deleted.
type Ref[K Object] string

type reference interface {
	target() (kind, name string)
}

func (r Ref[K]) target() (kind, name string) {
	var k K
	return k.KindName(), string(r)
}

// Schema describes the reference for forms.
func (r Ref[K]) Schema(huma.Registry) *huma.Schema {
	kind, _ := r.target()
	return &huma.Schema{Type: huma.TypeString, Extensions: map[string]any{"x-ref": kind}}
}

// field is one JSON member of a struct.
type field struct {
	name  string
	index []int
}

var fieldCache sync.Map // of []field by reflect.Type; derived from the program alone

// fields lists the members of a struct as encoding/json has them.
func fields(t reflect.Type) []field {
	if all, ok := fieldCache.Load(t); ok {
		return all.([]field)
	}
	var all []field
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" || !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			panic(fmt.Sprintf("kind: %s.%s has no json name", t, f.Name))
		}
		all = append(all, field{name, f.Index})
	}
	fieldCache.Store(t, all)
	return all
}

// textOf returns the text of a member.
func textOf(v reflect.Value, name string) string {
	for _, f := range fields(v.Type()) {
		if f.name == name {
			return v.FieldByIndex(f.index).String()
		}
	}
	return ""
}

// walk visits every secret and reference within v with its path.
func walk(v reflect.Value, path string, visit func(path string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), path, visit)
		}
		return
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), join(path, itoa(i)), visit)
		}
		return
	case reflect.Struct:
		if v.Type() == secretType {
			visit(path, v)
			return
		}
		if plainStruct(v.Type()) {
			return
		}
		for _, f := range fields(v.Type()) {
			walk(v.FieldByIndex(f.index), join(path, f.name), visit)
		}
		return
	}
	if v.Type().Implements(referenceType) {
		visit(path, v)
	}
}

var (
	secretType    = reflect.TypeFor[Secret]()
	referenceType = reflect.TypeFor[reference]()
	marshalerType = reflect.TypeFor[json.Marshaler]()
)

// plainStruct reports a struct that is one value on the wire, such as a time.
func plainStruct(t reflect.Type) bool {
	return t.Implements(marshalerType) || reflect.PointerTo(t).Implements(marshalerType)
}

// unsound says what a struct has that a configuration object cannot: secrets and references where walk does not find them,
// within maps and arrays. found tells whether walk comes by.
func unsound(t reflect.Type, found bool, seen map[reflect.Type]bool) error {
	switch {
	case t == secretType || t.Implements(referenceType):
		if !found {
			return fmt.Errorf("a %s stands within a map or an array", t)
		}
		return nil
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice:
		return unsound(t.Elem(), found, seen)
	case t.Kind() == reflect.Map || t.Kind() == reflect.Array:
		return unsound(t.Elem(), false, map[reflect.Type]bool{})
	case t.Kind() != reflect.Struct || seen[t] || plainStruct(t):
		return nil // what a plain value is made of is its own matter
	}
	seen[t] = true
	for _, f := range fields(t) {
		if err := unsound(t.FieldByIndex(f.index).Type, found, seen); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}

func itoa(i int) string { return strconv.Itoa(i) }

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
