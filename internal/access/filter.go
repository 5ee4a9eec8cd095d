package access

import (
	"time"

	"github.com/horizon-clm/horizon/internal/lang/query"
)

// Object is what a filtered permission looks at: the team that owns a certificate or request, and its labels.
type Object struct {
	Team   string
	Labels map[string]string
}

// Filter narrows a permission to some objects, in the language of permissions (HPQL). Patterns have to match the whole
// value; what an object does not have fulfils no condition and every negated one.
type Filter struct {
	text string
	q    *query.Query
}

// filterFields are what a filter may ask about.
var filterFields = query.NewFields(
	query.Field{Name: "team", Type: query.Text, Doc: "Team that owns the object.", Column: "team"},
	query.Field{Name: "label.*", Type: query.Text, Doc: "Label of the object.", Column: "label"},
).Strict()

// ParseFilter reads a filter. An error is the fault HQL-001.
func ParseFilter(text string) (*Filter, error) {
	q, err := filterFields.Parse(text)
	if err != nil {
		return nil, err
	}
	return &Filter{text, q}, nil
}

// Text returns the filter as it was written.
func (f *Filter) Text() string { return f.text }

// Allows reports whether the filter holds for the object.
func (f *Filter) Allows(o Object) bool {
	return f.q.Eval(time.Time{}, func(name, key string) []string {
		value, ok := o.Team, o.Team != ""
		if name != "team" {
			value, ok = o.Labels[key]
		}
		if !ok {
			return nil
		}
		return []string{value}
	})
}
