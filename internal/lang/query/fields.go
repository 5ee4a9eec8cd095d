package query

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Type says which values and operators a field has.
type Type string

// The types of fields.
const (
	Text   Type = "text"
	Set    Type = "set"    // several texts; a condition holds when it holds for one of them
	Enum   Type = "enum"   // one of Values
	Grade  Type = "grade"  // one of Values, the worst first
	ID     Type = "id"     // identifier, compared in lower case
	Number Type = "number" // whole number
	Bool   Type = "bool"
	Date   Type = "date"
	State  Type = "state"   // name is word, one of States
	Result Type = "results" // name has word, one of States
)

// defaults holds the operators of a field that does not say.
var defaults = map[Type]Operator{
	Text:   Equals | Contains | Matches | In | Within | Exists,
	Set:    Equals | Contains | Matches | In | Within | Exists,
	Enum:   Equals | Contains | Matches | In | Within | Exists,
	Grade:  Equals | In | Exists | AtMost | AtLeast | Below | Above,
	ID:     Equals | In | Exists,
	Number: Equals | In | Exists | Before | After | AtMost | AtLeast | Below | Above,
	Bool:   Equals | Exists,
	Date:   Equals | Before | After | Exists,
	State:  Is,
	Result: Has,
}

// Field is one searchable name, said once.
type Field struct {
	// Name is lower case and dotted: "valid.until". A name that ends with ".*" is a family: "label.*" stands for
	// label.<key>, and the key keeps its case. A name beside a family, such as "detail.actorId", is one of its keys.
	Name string
	Type Type
	Doc  string
	// Column is the SQL expression of the value. {key} in it is the key of a family, as a parameter.
	Column string
	// Via, when set, is the SQL around the condition on Column, with {} where it stands, for values in a side table:
	// EXISTS (SELECT 1 FROM label l WHERE l.certificate = c.id AND l.name = {key} AND {}).
	Via string
	// Write, when set, writes the conditions it wants to, and answers false for the rest. See Writer.
	Write func(w *Writer, t *Term) (bool, error)
	// Filled says that the column is never NULL: "" stands there for what is absent, and the index that answers equals finds it.
	Filled bool
	// Unit is what a date column counts: microseconds unless it says otherwise.
	Unit time.Duration
	// Past marks dates that lie in the past, where a distance without a sign counts backwards.
	Past   bool
	Values []string // of Enum and Grade
	States []Word   // of State and Result
	Keys   []string // the keys of a closed family
	Allow  Operator // what may be asked; without, the default of the type
	Fast   Operator // what an index answers
}

// Word is one state of a field, with the SQL of the condition; {now} in it is the present time in the field's unit.
type Word struct {
	Name string
	Doc  string
	SQL  string
	Fast bool // an index answers it, though not every word of the field
}

func (f *Field) family() bool { return strings.HasSuffix(f.Name, ".*") }

// called returns the name with the key of a family.
func (f *Field) called(key string) string {
	if f.family() {
		return strings.TrimSuffix(f.Name, "*") + key
	}
	return f.Name
}

func (f *Field) words() []string {
	names := slices.Clone(f.Values)
	for _, w := range f.States {
		names = append(names, w.Name)
	}
	return names
}

// Fields is what can be searched of one subject. It does not change once it is made.
type Fields struct {
	list   []*Field
	names  map[string]*Field
	heads  map[string]bool // what stands before the dot of a family
	strict bool
}

// NewFields makes the table of a subject. It panics on a mistake in it, which is a programmer's.
func NewFields(list ...Field) *Fields {
	fs := &Fields{names: map[string]*Field{}, heads: map[string]bool{}}
	for _, f := range list {
		if f.family() {
			fs.heads[strings.TrimSuffix(f.Name, ".*")] = true
		}
	}
	for _, f := range list {
		if err := f.settle(); err != nil {
			panic("query: field " + f.Name + ": " + err.Error())
		}
		name := fs.spell(f.Name)
		if fs.names[name] != nil {
			panic("query: field " + f.Name + " is declared twice")
		}
		fs.list = append(fs.list, &f)
		fs.names[name] = &f
	}
	return fs
}

// settle fills in what the declaration leaves out and finds its mistakes.
func (f *Field) settle() error {
	if f.Allow == 0 {
		f.Allow = defaults[f.Type]
	}
	if f.Unit == 0 {
		f.Unit = time.Microsecond
	}
	words := f.Type == Enum || f.Type == Grade || f.Type == State || f.Type == Result
	switch {
	case f.Name == "" || f.Doc == "":
		return fmt.Errorf("name and doc are needed")
	case defaults[f.Type] == 0:
		return fmt.Errorf("type %q does not exist", f.Type)
	case !defaults[f.Type].Has(f.Allow) || !f.Allow.Has(f.Fast):
		return fmt.Errorf("%s cannot have these operators", f.Type)
	case words != (len(f.words()) > 0):
		return fmt.Errorf("%s and its values do not go together", f.Type)
	case f.Via != "" && strings.Count(f.Via, "{}") != 1:
		return fmt.Errorf("via needs one {}")
	case f.Keys != nil && !f.family():
		return fmt.Errorf("only a family has keys")
	}
	return nil
}

// Strict returns the same fields for the filters of permissions: patterns have to match the whole value, and contains
// and within look at case.
func (fs *Fields) Strict() *Fields {
	c := *fs
	c.strict = true
	return &c
}

// Only returns the named fields. It panics when one is not declared.
func (fs *Fields) Only(names ...string) *Fields {
	c := &Fields{names: map[string]*Field{}, heads: fs.heads, strict: fs.strict}
	for _, name := range names {
		f := fs.names[fs.spell(name)]
		if f == nil {
			panic("query: field " + name + " is not declared")
		}
		c.list = append(c.list, f)
		c.names[fs.spell(name)] = f
	}
	return c
}

// spell returns the spelling names are compared in: lower case, but as written behind the first dot of a family.
func (fs *Fields) spell(name string) string {
	head, rest, dotted := strings.Cut(name, ".")
	head = strings.ToLower(head)
	if dotted && fs.heads[head] {
		return head + "." + rest
	}
	return strings.ToLower(name)
}

// find returns the field of a written name and the key within its family.
func (fs *Fields) find(name string) (f *Field, key string) {
	if f = fs.names[fs.spell(name)]; f != nil && !f.family() {
		return f, ""
	}
	head, key, _ := strings.Cut(name, ".")
	if f = fs.names[strings.ToLower(head)+".*"]; f == nil || key == "" {
		return fs.names[strings.ToLower(name)], ""
	}
	return f, key
}

// suggestions are the names shown to who wrote an unknown one.
func (fs *Fields) suggestions() []string {
	var names []string
	for _, f := range fs.list {
		names = append(names, strings.ReplaceAll(f.Name, "*", "<key>"))
	}
	return names
}
