// Package kind says a configuration object once: from one definition follow its storage, its operations, permissions,
// faults, events, validation, references, secrets, schema and form.
package kind

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/horizon-clm/horizon/internal/event"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/store"
)

// Info is what a kind of configuration object is called and where it stands.
type Info struct {
	Kind     string   // its name in the database, in events and in references: "http-proxy"
	Title    string   // its name for people, in the plural: "HTTP proxies"
	Singular string   // "HTTP proxy"
	Menu     string   // where the console lists it
	Summary  []string // paths of the members that tell in one line what an object is; a variant has those it knows
	Path     string   // under /api/v1
	Name     string   // the beginning of its operation ids: "Httpproxy"
	Area     string   // the beginning of its permissions: "configuration:system:httpproxy"
	Family   string   // of its fault codes: "HTTP-PROXY"
	Numbers  Numbers  // of its fault codes, where a family deviates from the contract's convention
	Events   event.Family
	Reads    event.Type[event.Object] // of one object; none where reading is no event
	Key      string                   // member that names an object; "name" when empty
	By       string                   // member that tells the variants of a union apart
	ReadOnly bool                     // made by the product alone
	Upsert   bool                     // a fixed set: replaced or added by PUT, never deleted
	Unlisted bool                     // there is no list; the contract has a search
}

// Numbers are the last parts of the fault codes of a family.
type Numbers struct{ Missing, Exists, Used string }

// convention is how the contract numbers the faults of a family.
var convention = Numbers{Missing: "003", Exists: "004", Used: "005"}

// Named is embedded by objects that are named by "name".
type Named struct {
	Name string `json:"name" required:"true" minLength:"1" maxLength:"128" pattern:"^[0-9a-zA-Z\\-_.]+$" doc:"Unique name; it cannot be changed later." group:"what"`
}

// Definition is one kind of configuration object.
type Definition struct {
	Info
	variants map[string]variant // by the value of the member By; "" of a kind without variants
	order    []string
	check    func(*store.Tx, any) []string
	faults   faults
}

type variant struct {
	name    string
	typ     reflect.Type
	example any
	schema  func() schema
}

// faults are those of the family: the contract's convention.
type faults struct {
	invalid, missing, exists, used, changed, readOnly *fault.Fault
}

// Kind is a definition whose objects are of type T: a struct, or of a union the interface of its variants.
type Kind[T any] struct{ *Definition }

// Define defines a kind of objects without variants. The example is complete and valid. check lists what is wrong beyond
// what tags can say; nil is nothing.
func Define[T any](info Info, example T, check func(*store.Tx, T) []string) Kind[T] {
	k := Kind[T]{newDefinition(info)}
	k.add("", example)
	k.checkWith(check)
	return k
}

// DefineUnion defines a kind of objects with variants, which are named later by Variants.
func DefineUnion[T any](info Info, check func(*store.Tx, T) []string) Kind[T] {
	k := Kind[T]{newDefinition(info)}
	k.checkWith(check)
	return k
}

// Variants names the variants of a union, each by a complete and valid example, and returns the definition for the list
// of kinds.
func (k Kind[T]) Variants(examples ...T) *Definition {
	for _, e := range examples {
		k.add(textOf(reflect.ValueOf(e), k.By), e)
	}
	return k.Definition
}

// Variant returns which variant of a union an object is.
func (k Kind[T]) Variant(v T) string { return k.variantName(v) }

// KeyOf returns what names an object.
func (k Kind[T]) KeyOf(v T) string { return k.keyOf(v) }

// variantName returns the variant of an object, and "" of a kind without variants.
func (d *Definition) variantName(v any) string {
	if d.By == "" {
		return ""
	}
	return textOf(reflect.ValueOf(v), d.By)
}

func (k Kind[T]) checkWith(check func(*store.Tx, T) []string) {
	if check != nil {
		k.check = func(tx *store.Tx, v any) []string { return check(tx, v.(T)) }
	}
}

func newDefinition(info Info) *Definition {
	if info.Key == "" {
		info.Key = "name"
	}
	if info.Numbers == (Numbers{}) {
		info.Numbers = convention
	}
	one := strings.ToLower(info.Singular[:1]) + info.Singular[1:]
	if len(info.Singular) > 1 && info.Singular[1] >= 'A' && info.Singular[1] <= 'Z' {
		one = info.Singular
	}
	return &Definition{Info: info, variants: map[string]variant{}, faults: faults{
		invalid: fault.Define(info.Family+"-002", fault.Invalid, "Invalid "+one),
		missing: fault.Define(info.Family+"-"+info.Numbers.Missing, fault.Missing, info.Singular+" does not exist"),
		exists:  fault.Define(info.Family+"-"+info.Numbers.Exists, fault.Invalid, info.Singular+" already exists"),
		used:    fault.Define(info.Family+"-"+info.Numbers.Used, fault.Invalid, info.Singular+" is used elsewhere"),
		// A word in place of a number: in some families of the contract every number that is free elsewhere is taken.
		changed:  fault.Define(info.Family+"-CHANGED", fault.Conflict, info.Singular+" has changed since it was read"),
		readOnly: fault.Define(info.Family+"-READONLY", fault.Denied, info.Singular+" cannot be changed"),
	}}
}

func (d *Definition) add(name string, example any) {
	t := reflect.TypeOf(example)
	if _, taken := d.variants[name]; taken || t.Kind() != reflect.Struct || d.By != "" && name == "" {
		panic(fmt.Sprintf("kind: %s has a wrong or second variant %q", d.Kind, name))
	}
	if err := unsound(t, true, map[reflect.Type]bool{}); err != nil { // a mistake in the struct stops the program at its start
		panic(fmt.Sprintf("kind: %s: %v", d.Kind, err))
	}
	d.variants[name] = variant{name: name, typ: t, example: example, schema: schemaOf(t, d.Kind, d.Summary)}
	d.order = append(d.order, name)
	slices.Sort(d.order)
}

// Missing is the fault of an object that does not exist.
func (d *Definition) Missing() *fault.Fault { return d.faults.missing }

// Exists is the fault of adding an object whose name is taken.
func (d *Definition) Exists() *fault.Fault { return d.faults.exists }

// Invalid is the fault of an object that breaks a rule.
func (d *Definition) Invalid() *fault.Fault { return d.faults.invalid }

// Examples returns a complete and valid example of each variant, for tests and documentation.
func (d *Definition) Examples() []any {
	var all []any
	for _, name := range d.order {
		all = append(all, d.variants[name].example)
	}
	return all
}

// keyOf returns what names the object.
func (d *Definition) keyOf(v any) string { return textOf(reflect.ValueOf(v), d.Key) }
