package query

import "strings"

// Entry describes one field to people and editors.
type Entry struct {
	Name      string   `json:"name"` // label.<key> for a family
	Type      Type     `json:"type"`
	Doc       string   `json:"doc"`
	Operators []string `json:"operators"`
	Fast      []string `json:"fast"` // the operators an index answers
	Values    []string `json:"values,omitempty"`
	Keys      []string `json:"keys,omitempty"` // of a closed family
	Example   string   `json:"example"`
}

// Dictionary lists the fields in the order of their declaration.
func (fs *Fields) Dictionary() []Entry {
	entries := make([]Entry, 0, len(fs.list))
	for _, f := range fs.list {
		entries = append(entries, Entry{
			Name: strings.ReplaceAll(f.Name, "*", "<key>"), Type: f.Type, Doc: f.Doc, Operators: f.Allow.Words(),
			Fast: f.Fast.Words(), Values: f.words(), Keys: f.Keys, Example: f.example(),
		})
	}
	return entries
}

// example returns a condition that Parse accepts.
func (f *Field) example() string {
	key := "name"
	if len(f.Keys) > 0 {
		key = f.Keys[0]
	}
	name := f.called(key)
	switch op := f.Allow & -f.Allow; op {
	case Exists:
		return name + " exists"
	case Is, Has:
		return name + " " + op.String() + " " + f.States[0].Name
	case In, Within:
		return name + " " + op.String() + " [" + f.operand() + "]"
	default:
		return name + " " + op.String() + " " + f.operand()
	}
}

// operand returns a value that fits every operator of the field.
func (f *Field) operand() string {
	switch f.Type {
	case Number:
		return "443"
	case Bool:
		return "true"
	case Date:
		return "today"
	case Enum, Grade:
		return `"` + f.Values[0] + `"`
	}
	return `"value"`
}
