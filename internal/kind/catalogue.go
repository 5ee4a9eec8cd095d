package kind

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/horizon-clm/horizon/internal/access"
	"github.com/horizon-clm/horizon/internal/fault"
	"github.com/horizon-clm/horizon/internal/web"
)

// description is what scripts and the console need to know of a kind.
type description struct {
	Kind        string      `json:"kind" doc:"Name of the kind, in references and in events."`
	Title       string      `json:"title" doc:"Its name for people, in the plural."`
	Singular    string      `json:"singular" doc:"Its name for people."`
	Menu        string      `json:"menu" enum:"issuing,deploying,domains,access,system" doc:"The part of the configuration it is listed in."`
	Place       int         `json:"place" doc:"Where in that part it is listed: the lower, the sooner."`
	Path        string      `json:"path" doc:"Address of its operations."`
	Key         string      `json:"key" doc:"Member that names an object."`
	By          string      `json:"by,omitempty" doc:"Member that tells the variants apart."`
	Variants    []described `json:"variants" doc:"What its objects look like."`
	Permissions rights      `json:"permissions" doc:"Permissions its operations ask for."`
	May         may         `json:"may" doc:"What the caller may do with its objects."`
	Enable      bool        `json:"enable" doc:"Whether its objects can be switched on and off, by the member enabled."`
	Duplicate   bool        `json:"duplicate" doc:"Whether an object can be added like another one, under another name."`
	ReadOnly    bool        `json:"readOnly" doc:"Whether its objects are part of the product."`
	Upsert      bool        `json:"upsert" doc:"Whether it is a fixed set: set by PUT, never deleted."`
	Unlisted    bool        `json:"unlisted" doc:"Whether there is no list of its objects, but a search."`
}

// described is one variant.
type described struct {
	Name    string          `json:"name" doc:"Value of the member that tells the variants apart; empty without variants."`
	Title   string          `json:"title" doc:"Name for people."`
	Schema  json.RawMessage `json:"schema" doc:"JSON Schema. Keywords that begin with x- say what a text means: x-ref (kind of the object it names), x-secret, x-duration, x-cron, x-rule, x-template, x-regex, x-query, x-pem, x-localized; x-unit is the unit of a number, x-example a value somebody could write, x-generate the operation that draws a secret, x-keys the keys an expression can read: the context of /templatestring/complete and, behind a slash, the member of the object that is its variant; x-shorter-than the duration this one is best shorter than, of the object or of one it refers to; x-group is the part of a form a member of the object stands in: what, where, ask, who, follow, limits; x-order lists the members as they are best shown; x-summary, on the object, lists the paths of those that tell in one line what it is."`
	Example any             `json:"example" doc:"Complete and valid object."`
	Test    bool            `json:"test" doc:"Whether an object can be tried before it is stored."`
}

type rights struct {
	Read   access.Permission `json:"read" doc:"To read objects."`
	Manage access.Permission `json:"manage" doc:"To change objects; it holds the right to read them."`
}

// may is what a caller may do with the objects of a kind.
type may struct {
	Read   bool `json:"read" doc:"Look at them."`
	Manage bool `json:"manage" doc:"Add, change and delete them."`
}

// Readable reports whether the caller may read objects of the kind.
func (d *Definition) Readable(who access.Caller) bool { return d.readable(who) == nil }

// own are the operations about all kinds.
func (s *Set) own(deps Deps) []web.Operation {
	list := web.Op{Path: "/system/kinds", Name: "SystemKindList", Doc: "Lists the kinds of configuration objects with their schemas."}
	one := web.Op{Path: "/system/kinds/{key}", Name: "SystemKindGet", Doc: "Returns one kind of configuration objects with its schemas."}
	for _, op := range []*web.Op{&list, &one} {
		op.Method, op.Tag, op.Needs, op.Status, op.Rule = http.MethodGet, "configuration", access.LoggedIn, http.StatusOK, "everybody"
	}
	return []web.Operation{
		web.Handle(list, func(c *web.Call, _ web.None) ([]description, error) {
			all := []description{}
			for _, d := range s.All() {
				v, err := s.describe(d, c.Who, deps)
				if err != nil {
					return nil, err
				}
				all = append(all, v)
			}
			return all, nil
		}),
		web.Handle(one, func(c *web.Call, in keyed) (description, error) {
			d, ok := s.all[in.Key]
			if !ok {
				return description{}, noKind.Detail("%s", clip(in.Key))
			}
			return s.describe(d, c.Who, deps)
		}),
	}
}

var noKind = fault.Define("KIND-003", fault.Missing, "There is no such kind of configuration object")

// describe describes a kind for a caller.
func (s *Set) describe(d *Definition, who access.Caller, deps Deps) (description, error) {
	v, err := d.describeSelf(who, deps)
	v.Place = slices.Index(s.order, d.Kind)
	return v, err
}

func (d *Definition) describeSelf(who access.Caller, deps Deps) (description, error) {
	v := description{
		Kind: d.Kind, Title: d.Title, Singular: d.Singular, Menu: d.Menu, Path: web.Root + d.Path, Key: d.Key, By: d.By,
		Permissions: rights{d.Right(Read), d.Right(Manage)}, ReadOnly: d.ReadOnly, Upsert: d.Upsert, Unlisted: d.Unlisted,
		May: may{d.Readable(who), !d.ReadOnly && who.Can(d.Right(Manage))},
	}
	v.Duplicate = !d.ReadOnly && !d.Upsert
	for _, name := range d.order {
		form := d.variants[name]
		v.Enable = v.Enable || form.schema().root.Properties["enabled"] != nil
		text, err := form.schema().document()
		if err != nil {
			return v, err
		}
		title := d.Singular
		if name != "" {
			title = d.titleOf(form)
		}
		v.Variants = append(v.Variants, described{Name: name, Title: title, Schema: text, Example: form.example, Test: deps.Tries[d.withVariant(name)] != nil})
	}
	return v, nil
}

// titleOf is a variant's name for people: what the member that tells variants apart says of itself, or its value.
func (d *Definition) titleOf(form variant) string {
	if title := titleTag(form.typ, d.By); title != "" {
		return title
	}
	if p := form.schema().root.Properties[d.By]; p != nil && p.Description != "" {
		return strings.TrimSuffix(p.Description, ".")
	}
	return form.name
}

// document is the schema with everything it refers to.
func (s schema) document() (json.RawMessage, error) {
	root, err := json.Marshal(s.root)
	if err != nil {
		return nil, err
	}
	others := maps.Clone(s.registry.Map())
	maps.DeleteFunc(others, func(name string, one *huma.Schema) bool { return one == s.root })
	defs, err := json.Marshal(others)
	if err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(root, &all); err != nil {
		return nil, err
	}
	all["$schema"] = json.RawMessage(`"https://json-schema.org/draft/2020-12/schema"`)
	if len(others) > 0 {
		all["$defs"] = defs
	}
	text, err := json.Marshal(all)
	return json.RawMessage(strings.ReplaceAll(string(text), `"#/components/schemas/`, `"#/$defs/`)), err
}

// Keywords lists the members of every variant with what their type means to forms, one line each: "http-proxy host string".
// It is what a change of the product would change in them.
func (s *Set) Keywords() (lines []string) {
	for _, d := range s.All() {
		for _, name := range d.order {
			form := d.variants[name].schema()
			prefix := d.Kind
			if name != "" {
				prefix += "/" + name
			}
			if summary, ok := form.root.Extensions[summaryKey].([]string); ok {
				lines = append(lines, prefix+" "+summaryKey+"="+strings.Join(summary, ","))
			}
			lines = append(lines, keywords(prefix, form, form.root, map[string]bool{})...)
		}
	}
	return lines
}

func keywords(prefix string, all schema, s *huma.Schema, seen map[string]bool) (lines []string) {
	if s.Ref != "" {
		if seen[s.Ref] {
			return nil
		}
		seen = maps.Clone(seen)
		seen[s.Ref] = true
		s = all.registry.SchemaFromRef(s.Ref)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		member := s.Properties[name]
		path := prefix + "." + name
		line := path
		for member.Items != nil {
			line += " list of"
			member = member.Items
		}
		target := member
		if member.Ref != "" {
			target = all.registry.SchemaFromRef(member.Ref)
		}
		line += " " + target.Type
		if group := s.Properties[name].Extensions[groupKey]; group != nil {
			line += " " + groupKey + "=" + text(group)
		}
		for _, key := range slices.Sorted(maps.Keys(target.Extensions)) {
			if key != orderKey && key != groupKey && key != summaryKey {
				line += " " + key + "=" + text(target.Extensions[key])
			}
		}
		lines = append(lines, line)
		if target.Extensions["x-secret"] == nil {
			lines = append(lines, keywords(path, all, member, seen)...)
		}
	}
	return lines
}
