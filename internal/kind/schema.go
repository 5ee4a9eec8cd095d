package kind

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/web"
)

// schema is the JSON Schema of one variant and the registry it lives in.
type schema struct {
	registry huma.Registry
	root     *huma.Schema
}

func schemaOf(t reflect.Type, hint string, summary []string) func() schema {
	return sync.OnceValue(func() schema {
		r := web.NewRegistry()
		s := schema{r, r.Schema(t, false, hint)}
		ordered(t, s.root)
		grouped(t, s.root)
		worded(t, s.root)
		s.summarized(summary)
		for name, one := range r.Map() {
			of := r.TypeFromRef("#/components/schemas/" + name)
			ordered(of, one)
			worded(of, one)
		}
		return s
	})
}

const orderKey = "x-order"

// ordered tells forms the order in which the program names the members of a struct: JSON has none.
func ordered(t reflect.Type, s *huma.Schema) {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct || len(s.Properties) == 0 {
		return
	}
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if s.Properties[name] != nil {
			names = append(names, name)
		}
	}
	if s.Extensions == nil {
		s.Extensions = map[string]any{}
	}
	s.Extensions[orderKey] = names
}

// complaints validates a decoded body.
func (s schema) complaints(body any) []string {
	var res huma.ValidateResult
	huma.Validate(s.registry, s.root, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, body, &res)
	if len(res.Errors) == 0 {
		return nil
	}
	return web.Complaints("", res.Errors)
}

// parse reads a body: chooses the variant, validates it by its schema and decodes it. Everything wrong is said at once.
// It returns the object's key, as far as it can be read, also with a fault.
func (d *Definition) parse(raw []byte) (v any, key string, err error) {
	var body any
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, "", d.faults.invalid.Detail("the body is not JSON: %s", describe(err))
	}
	object, ok := withoutNulls(body).(map[string]any)
	if !ok {
		return nil, "", d.faults.invalid.Detail("the body is not a JSON object")
	}
	key, _ = member(object, d.Key).(string)
	form, err := d.variantOf(object)
	if err != nil {
		return nil, key, err
	}
	if problems := form.schema().complaints(object); len(problems) > 0 {
		return nil, key, d.faults.invalid.Each(problems)
	}
	v, err = form.decode(object)
	if err != nil {
		problems := misread(form.typ, object, "")
		if problems == nil {
			problems = []string{describe(err)}
		}
		slices.Sort(problems)
		return nil, key, d.faults.invalid.Each(problems)
	}
	return v, d.keyOf(v), nil
}

func (d *Definition) variantOf(object map[string]any) (variant, error) {
	if d.By == "" {
		return d.variants[""], nil
	}
	name, _ := member(object, d.By).(string)
	form, ok := d.variants[name]
	if !ok {
		return variant{}, d.faults.invalid.Detail("%s: one of %s", d.By, strings.Join(d.order, ", "))
	}
	return form, nil
}

func (f variant) decode(object any) (any, error) {
	clean, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	v := reflect.New(f.typ)
	if err := json.Unmarshal(clean, v.Interface()); err != nil {
		return nil, err
	}
	return v.Elem().Interface(), nil
}

// describe says what is wrong with JSON without words of the program.
func describe(err error) string {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) {
		return fmt.Sprintf("%s: a %s does not fit here", t.Field, t.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// member returns a member by its name, whatever its case.
func member(object map[string]any, name string) any {
	if v, ok := object[name]; ok {
		return v
	}
	for k, v := range object {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return nil
}

// withoutNulls drops members that are null: the contract takes them as absent.
func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if x == nil {
				delete(v, k)
				continue
			}
			v[k] = withoutNulls(x)
		}
	case []any:
		for i, x := range v {
			v[i] = withoutNulls(x)
		}
	}
	return v
}
